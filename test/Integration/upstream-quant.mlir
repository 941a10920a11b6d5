// Casts of upstream's quant dialect compute what quant_ext defines: ties to even,
// saturation, NaN the lowest.

// RUN: %quant-opt %s --pass-pipeline="builtin.module(convert-quant-to-quant-ext,quant-ext-to-llvm{target=native})" | %mlir-runner -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_c_runner_utils.so,%mlir_lib_dir/libmlir_runner_utils.so | FileCheck %s

// By 0.5: 0.5, 1.5, -0.5, -1.5 and 2.5 are ties; 600 and -inf saturate.
// CHECK: ( 0, 2, 0, -2, 2, 127, -128, -128 )
// With the zero point 128 of unsigned storage, as signed bytes: 128, 130, 128, 126,
// 130, 255, 0, 0.
// CHECK-NEXT: ( -128, -126, -128, 126, -126, -1, 0, 0 )
// Per axis, rows by 0.5 and 0.25, there and back: 0.7 / 0.5 = 1.4 is 1, that is 0.5;
// 0.7 / 0.25 = 2.8 is 3, that is 0.75.
// CHECK-NEXT: ( 0.5, 0.75 )

!symmetric = !quant.uniform<i8:f32, 0.5>
!unsigned = !quant.uniform<u8:f32, 0.5:128>
!rows = !quant.uniform<i8:f32:0, {0.5, 0.25}>

func.func @quantize(%x: tensor<8xf32>) -> (tensor<8x!symmetric>, tensor<8x!unsigned>) {
  %a = quant.qcast %x : tensor<8xf32> to tensor<8x!symmetric>
  %b = quant.qcast %x : tensor<8xf32> to tensor<8x!unsigned>
  return %a, %b : tensor<8x!symmetric>, tensor<8x!unsigned>
}

func.func @round_trip(%x: tensor<2x1xf32>) -> tensor<2x1xf32> {
  %q = quant.qcast %x : tensor<2x1xf32> to tensor<2x1x!rows>
  %y = quant.dcast %q : tensor<2x1x!rows> to tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %pad = arith.constant 0 : i8
  %zero = arith.constant 0.0 : f32
  %x = arith.constant dense<[0.25, 0.75, -0.25, -0.75, 1.25, 300.0, 0xFF800000, 0x7FC00000]> : tensor<8xf32>
  %a, %b = call @quantize(%x) : (tensor<8xf32>) -> (tensor<8x!symmetric>, tensor<8x!unsigned>)
  %i = quant.scast %a : tensor<8x!symmetric> to tensor<8xi8>
  %j = quant.scast %b : tensor<8x!unsigned> to tensor<8xi8>
  %u = vector.transfer_read %i[%c0], %pad : tensor<8xi8>, vector<8xi8>
  vector.print %u : vector<8xi8>
  %v = vector.transfer_read %j[%c0], %pad : tensor<8xi8>, vector<8xi8>
  vector.print %v : vector<8xi8>
  %y = arith.constant dense<[[0.7], [0.7]]> : tensor<2x1xf32>
  %z = call @round_trip(%y) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %w = tensor.collapse_shape %z [[0, 1]] : tensor<2x1xf32> into tensor<2xf32>
  %p = vector.transfer_read %w[%c0], %zero : tensor<2xf32>, vector<2xf32>
  vector.print %p : vector<2xf32>
  return
}
