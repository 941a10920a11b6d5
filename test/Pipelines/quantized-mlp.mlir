// Two layers with bias and relu from floats to integers and on to native code:
// both matmuls multiply integers, and the result is near that of the floats.

// REQUIRES: host-x86

// DEFINE: %{quantize} = quant-ext-quantize-dynamic
// DEFINE: %{run} = %mlir-runner -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_runner_utils.so,%mlir_lib_dir/libmlir_c_runner_utils.so

// RUN: %quant-opt %s --pass-pipeline="builtin.module(%{quantize})" | FileCheck %s --check-prefix=IR
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm)" | %{run} | FileCheck %s --check-prefix=FLOAT
// RUN: %quant-opt %s --pass-pipeline="builtin.module(%{quantize},quant-ext-to-llvm)" | %{run} | FileCheck %s --check-prefix=INTEGER

// IR-LABEL: func @mlp
// IR-COUNT-2: arith.muli %{{.*}} : i32
// IR-NOT: linalg.matmul

// Hidden layer of the first row: relu of [1 - 4 + 0.9 + 0.5, -0.5 + 2 + 1.5 - 0.5,
// 0.25 + 1 - 0.6 + 0.25] is [0, 2.5, 0.9]; of the second, relu of [-2 - 1 + 0.3 +
// 0.5, 1 + 0.5 + 0.5 - 0.5, -0.5 + 0.25 - 0.2 + 0.25] = [0, 1.5, 0]. The output:
// [2.5 * 0.7 - 0.9 * 0.9 + 1, 2.5 * -0.4 + 0.9 * 0.2 - 1] = [1.94, -1.82] and
// [1.5 * 0.7 + 1, 1.5 * -0.4 - 1] = [2.05, -1.6].
// FLOAT: {{\[\[}}1.94, -1.82],
// FLOAT-NEXT: [2.05, -1.6]]
// INTEGER: {{\[\[}}1.9{{[2-6][0-9]*}}, -1.8{{[0-4][0-9]*}}],
// INTEGER-NEXT: [2.0{{[3-7][0-9]*}}, -1.{{(5[89]|60|61)[0-9]*}}]]

func.func private @printMemrefF32(tensor<*xf32>) attributes {llvm.emit_c_interface}

func.func @mlp(%x: tensor<?x3xf32>) -> tensor<?x2xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x3xf32>
  // Trained frameworks keep weights as [outputs, inputs].
  %w0 = arith.constant dense<[[1.0, -2.0, 0.3], [-0.5, 1.0, 0.5], [0.25, 0.5, -0.2]]> : tensor<3x3xf32>
  %b0 = arith.constant dense<[0.5, -0.5, 0.25]> : tensor<3xf32>
  %e0 = tensor.empty() : tensor<3x3xf32>
  %t0 = linalg.transpose ins(%w0 : tensor<3x3xf32>) outs(%e0 : tensor<3x3xf32>) permutation = [1, 0]
  %e1 = tensor.empty(%rows) : tensor<?x3xf32>
  %i1 = linalg.broadcast ins(%b0 : tensor<3xf32>) outs(%e1 : tensor<?x3xf32>) dimensions = [0]
  %h = linalg.matmul ins(%x, %t0 : tensor<?x3xf32>, tensor<3x3xf32>) outs(%i1 : tensor<?x3xf32>) -> tensor<?x3xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?x3xf32>) -> tensor<?x3xf32>
  %r = arith.maximumf %h, %z1 : tensor<?x3xf32>
  %w1 = arith.constant dense<[[0.1, 0.2], [0.7, -0.4], [-0.9, 0.2]]> : tensor<3x2xf32>
  %b1 = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %e2 = tensor.empty(%rows) : tensor<?x2xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<?x2xf32>) -> tensor<?x2xf32>
  %y = linalg.matmul ins(%r, %w1 : tensor<?x3xf32>, tensor<3x2xf32>) outs(%z2 : tensor<?x2xf32>) -> tensor<?x2xf32>
  %i2 = linalg.broadcast ins(%b1 : tensor<2xf32>) outs(%e2 : tensor<?x2xf32>) dimensions = [0]
  %o = arith.addf %y, %i2 : tensor<?x2xf32>
  return %o : tensor<?x2xf32>
}

func.func @main() {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [-2.0, 0.5, 1.0]]> : tensor<2x3xf32>
  %any_rows = tensor.cast %x : tensor<2x3xf32> to tensor<?x3xf32>
  %y = call @mlp(%any_rows) : (tensor<?x3xf32>) -> tensor<?x2xf32>
  %any = tensor.cast %y : tensor<?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%any) : (tensor<*xf32>) -> ()
  return
}
