// Integer powers, which LLVM has for scalars or not at all, run in vector code:
// squares are multiplied, as layer normalizations of importers want.

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=native})" -o %t.mlir
// RUN: FileCheck %s --check-prefix=SQUARE --input-file=%t.mlir
// RUN: %mlir-runner %t.mlir -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_c_runner_utils.so,%mlir_lib_dir/libmlir_runner_utils.so | FileCheck %s

// SQUARE-LABEL: llvm.func @squares(
// SQUARE-NOT: call @{{.*}}pow
// SQUARE: llvm.fmul %{{.*}} : vector<
// SQUARE-NOT: call @{{.*}}pow
// SQUARE: llvm.return

// CHECK: [1, 6.25, 9, 0.25, 1e+10, 0, 49, 144]
// (-2)^3, 2^-2, (-1)^16777217, which no f32 is, 0.5^4 and, as of C's pow, 0^0.
// CHECK: [-8, 0.25, -1, 0.0625, 1]
// (-3)^3, 2^7 beyond what i8 has, 1^-100, (-1)^-3 and 5^-1, cut off.
// CHECK: [-27, -128, 1, -1, 0]

#map = affine_map<(d0) -> (d0)>

func.func @squares(%x: tensor<8xf32>) -> tensor<8xf32> {
  %two = arith.constant 2 : i64
  %init = tensor.empty() : tensor<8xf32>
  %y = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf32>) outs(%init : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = math.fpowi %in, %two : f32, i64
    linalg.yield %r : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

func.func @powers(%x: tensor<5xf32>, %n: tensor<5xi32>) -> tensor<5xf32> {
  %init = tensor.empty() : tensor<5xf32>
  %y = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%x, %n : tensor<5xf32>, tensor<5xi32>) outs(%init : tensor<5xf32>) {
  ^bb0(%in: f32, %power: i32, %out: f32):
    %r = math.fpowi %in, %power : f32, i32
    linalg.yield %r : f32
  } -> tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @integers(%x: tensor<5xi8>, %n: tensor<5xi8>) -> tensor<5xi8> {
  %init = tensor.empty() : tensor<5xi8>
  %y = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%x, %n : tensor<5xi8>, tensor<5xi8>) outs(%init : tensor<5xi8>) {
  ^bb0(%in: i8, %power: i8, %out: i8):
    %r = math.ipowi %in, %power : i8
    linalg.yield %r : i8
  } -> tensor<5xi8>
  return %y : tensor<5xi8>
}

func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefI32(tensor<*xi32>)

func.func @main() {
  %x = arith.constant dense<[-1.0, 2.5, 3.0, -0.5, 1.0e5, 0.0, 7.0, -12.0]> : tensor<8xf32>
  %a = call @squares(%x) : (tensor<8xf32>) -> tensor<8xf32>
  %a_any = tensor.cast %a : tensor<8xf32> to tensor<*xf32>
  call @printMemrefF32(%a_any) : (tensor<*xf32>) -> ()

  %base = arith.constant dense<[-2.0, 2.0, -1.0, 0.5, 0.0]> : tensor<5xf32>
  %power = arith.constant dense<[3, -2, 16777217, 4, 0]> : tensor<5xi32>
  %b = call @powers(%base, %power) : (tensor<5xf32>, tensor<5xi32>) -> tensor<5xf32>
  %b_any = tensor.cast %b : tensor<5xf32> to tensor<*xf32>
  call @printMemrefF32(%b_any) : (tensor<*xf32>) -> ()

  %i = arith.constant dense<[-3, 2, 1, -1, 5]> : tensor<5xi8>
  %n = arith.constant dense<[3, 7, -100, -3, -1]> : tensor<5xi8>
  %c = call @integers(%i, %n) : (tensor<5xi8>, tensor<5xi8>) -> tensor<5xi8>
  %c_wide = arith.extsi %c : tensor<5xi8> to tensor<5xi32>
  %c_any = tensor.cast %c_wide : tensor<5xi32> to tensor<*xi32>
  call @printMemrefI32(%c_any) : (tensor<*xi32>) -> ()
  return
}
