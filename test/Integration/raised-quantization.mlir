// Loops of an importer, and the operations that are recognized in them, compute the
// same.

// DEFINE: %{raise} =
// DEFINE: %{run} = %quant-opt %s --pass-pipeline="builtin.module(%{raise}quant-ext-to-llvm{target=native})" | %mlir-runner -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_c_runner_utils.so,%mlir_lib_dir/libmlir_runner_utils.so | FileCheck %s
// RUN: %{run}
// REDEFINE: %{raise} = convert-linalg-to-quant-ext,
// RUN: %{run}

// Nothing but them is left of the loops.
// RUN: %quant-opt %s --pass-pipeline="builtin.module(convert-linalg-to-quant-ext)" | FileCheck %s --check-prefix=RAISED --implicit-check-not=linalg.generic
// RAISED-COUNT-2: = quant_ext.quantize
// RAISED-COUNT-2: = quant_ext.dequantize

// By 0.5, plus -100: 0.5 and 1.5 are ties to 0 and 2, -0.5 is one to 0; 113.5 is 227,
// the last that fits; 114 is 128 and saturates, as do 3e38, which is infinite times 2,
// and the infinities; -14 is -28, -128 the lowest.
// CHECK: [-100, -98, -100, 127, 127, 127, 127, -128, -128, -128, -100]
// Half away from zero in 0 to 200, plus 7: 0.5 is 8, 1.5 is 9 and -0.5 is 6.
// CHECK: [8, 9, 6, 200, 200, 200, 200, 0, 0, 0, 7]
// By 0.1 in f32 (0.1 + 1.49e-9): (-128 - -4) * 0.1, 131 * 0.1.
// CHECK: [-12.4, 13.1, 0.4,
// CHECK-SAME: 0.5, -0.25, 0]
// As unsigned: 200 - 255, 255 - 255, 0 - 255, times 1e38: -5.5e39 overflows.
// CHECK: [-inf, 0, -inf]

#id = affine_map<(d0) -> (d0)>
#square = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>

func.func @quantize(%x: tensor<11xf32>) -> tensor<11xi8> {
  %scale = arith.constant 0.5 : f32
  %zero = arith.constant -100.0 : f32
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %init = tensor.empty() : tensor<11xi8>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<11xf32>) outs(%init : tensor<11xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %scale : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.addf %1, %zero : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<11xi8>
  return %q : tensor<11xi8>
}

func.func @quantize_away(%x: tensor<11xf32>, %scale: f32, %z: i16) -> tensor<11xi16> {
  %low = arith.constant 0.0 : f32
  %high = arith.constant 200.0 : f32
  %init = tensor.empty() : tensor<11xi16>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<11xf32>) outs(%init : tensor<11xi16>) {
  ^bb0(%in: f32, %out: i16):
    %zero = arith.uitofp %z : i16 to f32
    %0 = arith.divf %in, %scale : f32
    %1 = math.round %0 : f32
    %2 = arith.addf %1, %zero : f32
    %3 = arith.minimumf %2, %high : f32
    %4 = arith.maximumf %3, %low : f32
    %5 = arith.fptoui %4 : f32 to i16
    linalg.yield %5 : i16
  } -> tensor<11xi16>
  return %q : tensor<11xi16>
}

func.func @dequantize(%q: tensor<2x3xi8>, %scale: tensor<2xf32>, %z: tensor<2xi8>) -> tensor<2x3xf32> {
  %init = tensor.empty() : tensor<2x3xf32>
  %x = linalg.generic {indexing_maps = [#square, #rows, #rows, #square], iterator_types = ["parallel", "parallel"]}
      ins(%q, %scale, %z : tensor<2x3xi8>, tensor<2xf32>, tensor<2xi8>) outs(%init : tensor<2x3xf32>) {
  ^bb0(%in: i8, %s: f32, %zero: i8, %out: f32):
    %0 = arith.extsi %zero : i8 to i16
    %1 = arith.extsi %in : i8 to i16
    %2 = arith.subi %1, %0 : i16
    %3 = arith.sitofp %2 : i16 to f32
    %4 = arith.mulf %3, %s : f32
    linalg.yield %4 : f32
  } -> tensor<2x3xf32>
  return %x : tensor<2x3xf32>
}

func.func @dequantize_unsigned(%q: tensor<3xi8>) -> tensor<3xf32> {
  %scale = arith.constant 1.0e38 : f32
  %zero = arith.constant 255 : i64
  %init = tensor.empty() : tensor<3xf32>
  %x = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%q : tensor<3xi8>) outs(%init : tensor<3xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.extui %in : i8 to i64
    %1 = arith.subi %0, %zero : i64
    %2 = arith.sitofp %1 : i64 to f32
    %3 = arith.mulf %2, %scale : f32
    linalg.yield %3 : f32
  } -> tensor<3xf32>
  return %x : tensor<3xf32>
}

func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefI32(tensor<*xi32>)

func.func @main() {
  %x = arith.constant dense<[0.25, 0.75, -0.25, 113.5, 114.0, 3.0e38, 0x7F800000, -14.0, -3.0e38, 0xFF800000, -0.0]> : tensor<11xf32>
  %a = call @quantize(%x) : (tensor<11xf32>) -> tensor<11xi8>
  %a_wide = arith.extsi %a : tensor<11xi8> to tensor<11xi32>
  %a_any = tensor.cast %a_wide : tensor<11xi32> to tensor<*xi32>
  call @printMemrefI32(%a_any) : (tensor<*xi32>) -> ()

  %half = arith.constant 0.5 : f32
  %seven = arith.constant 7 : i16
  %b = call @quantize_away(%x, %half, %seven) : (tensor<11xf32>, f32, i16) -> tensor<11xi16>
  %b_wide = arith.extui %b : tensor<11xi16> to tensor<11xi32>
  %b_any = tensor.cast %b_wide : tensor<11xi32> to tensor<*xi32>
  call @printMemrefI32(%b_any) : (tensor<*xi32>) -> ()

  %q = arith.constant dense<[[-128, 127, 0], [2, -1, 0]]> : tensor<2x3xi8>
  %s = arith.constant dense<[0.1, 0.25]> : tensor<2xf32>
  %z = arith.constant dense<[-4, 0]> : tensor<2xi8>
  %c = call @dequantize(%q, %s, %z) : (tensor<2x3xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x3xf32>
  %c_flat = tensor.collapse_shape %c [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %c_any = tensor.cast %c_flat : tensor<6xf32> to tensor<*xf32>
  call @printMemrefF32(%c_any) : (tensor<*xf32>) -> ()

  %u = arith.constant dense<[-56, -1, 0]> : tensor<3xi8>
  %d = call @dequantize_unsigned(%u) : (tensor<3xi8>) -> tensor<3xf32>
  %d_any = tensor.cast %d : tensor<3xf32> to tensor<*xf32>
  call @printMemrefF32(%d_any) : (tensor<*xf32>) -> ()
  return
}
