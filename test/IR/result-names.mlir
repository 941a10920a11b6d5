// RUN: %quant-opt %s | FileCheck %s --strict-whitespace

// Results are called after what they are; a second one gets a number.
// CHECK: %scale, %zero_point = quant_ext.choose_qparams
// CHECK: %q = quant_ext.quantize %arg0, %scale, %zero_point
// CHECK: %dq = quant_ext.dequantize %q, %scale, %zero_point
// CHECK: %fq = quant_ext.fake_quantize %dq, %scale, %zero_point
// CHECK: %scale_0 = quant_ext.choose_qparams %fq
// CHECK: %q_1 = quant_ext.requantize %arg1
func.func @names(%x: tensor<4xf32>, %a: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xi8>) {
  %0, %1 = quant_ext.choose_qparams %x storage = <u8> : (tensor<4xf32>) -> (tensor<f32>, tensor<i8>)
  %2 = quant_ext.quantize %x, %0, %1 storage = <u8> : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xi8>
  %3 = quant_ext.dequantize %2, %0, %1 storage = <u8> : (tensor<4xi8>, tensor<f32>, tensor<i8>) -> tensor<4xf32>
  %4 = quant_ext.fake_quantize %3, %0, %1 storage = <u8> : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xf32>
  %5 = quant_ext.choose_qparams %4 storage = <i8> : (tensor<4xf32>) -> tensor<f32>
  %6 = quant_ext.requantize %a in(%5) out(%5) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<f32>, tensor<f32>) -> tensor<4xi8>
  return %4, %6 : tensor<4xf32>, tensor<4xi8>
}
