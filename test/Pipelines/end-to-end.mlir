// From float IR with a trained weight to numbers that native code prints: the
// session that the README shows.

// REQUIRES: host-x86

// DEFINE: %{run} = %mlir-runner -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_runner_utils.so,%mlir_lib_dir/libmlir_c_runner_utils.so

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm)" | %{run} | FileCheck %s --check-prefix=FLOAT
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-quantize-weights{granularity=per-tensor},canonicalize,quant-ext-to-llvm)" | %{run} | FileCheck %s --check-prefix=TENSOR
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-quantize-weights,canonicalize,quant-ext-to-llvm)" | %{run} | FileCheck %s --check-prefix=AXIS

// 0.1 + 2 * 3 + 3 * 0.05 - 4 = 2.25, and so on.
// FLOAT: {{\[\[}}2.25, -2.5, 2.95],
// FLOAT-NEXT: [-6.6, 2.55, 2.3]]

// With one scale, 3 / 127, the weight is [[4, 8, -4], [127, -106, 51],
// [2, 4, -2], [-42, 21, 8]] of it. Row 0: 4 + 2 * 127 + 3 * 2 - 4 * 42 = 96,
// 8 - 212 + 12 + 84 = -108, -4 + 102 - 6 + 32 = 124; times 3 / 127. Row 1:
// -4 + 63.5 - 336 = -276.5, -8 - 53 + 168 = 107, 4 + 25.5 + 64 = 93.5.
// TENSOR: {{\[\[}}2.26772, -2.55118, 2.92913],
// TENSOR-NEXT: [-6.5315, 2.52756, 2.20866]]

// With one for each column, 3, 2.5 and 1.2 over 127, it is [[4, 10, -11],
// [127, -127, 127], [2, 5, -5], [-42, 25, 21]]. Row 0: 96, -129, 312; row 1:
// -276.5, 126.5, 242.5; each times its scale.
// AXIS: {{\[\[}}2.26772, -2.53937, 2.94803],
// AXIS-NEXT: [-6.5315, 2.49016, 2.29134]]

func.func private @printMemrefF32(tensor<*xf32>) attributes {llvm.emit_c_interface}

func.func @layer(%x: tensor<2x4xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2],
                             [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32>
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>)
      outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32> loc("dense")
  return %y : tensor<2x3xf32>
}

func.func @main() {
  %x = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [-1.0, 0.5, 0.0, 8.0]]> : tensor<2x4xf32>
  %y = call @layer(%x) : (tensor<2x4xf32>) -> tensor<2x3xf32>
  %any = tensor.cast %y : tensor<2x3xf32> to tensor<*xf32>
  call @printMemrefF32(%any) : (tensor<*xf32>) -> ()
  return
}
