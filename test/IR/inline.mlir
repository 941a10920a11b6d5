// RUN: %quant-opt --pass-pipeline="builtin.module(inline)" %s | FileCheck %s

// Every operation of the dialect goes where its function is inlined.
// CHECK-LABEL: func @caller
// CHECK-NOT: call
// CHECK: quant_ext.choose_qparams
// CHECK: quant_ext.quantize
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.fake_quantize
// CHECK: quant_ext.requantize
// CHECK: quant_ext.apply_choose_qparams
// CHECK: quant_ext.apply_quantize
// CHECK: quant_ext.apply_dequantize
// CHECK: quant_ext.apply_multiplier
// CHECK: quant_ext.apply_requantize
// CHECK: return
func.func @caller(%x: tensor<4xf32>, %a: tensor<4xi32>, %e: f32) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, f32, i8) {
  %0:5 = call @callee(%x, %a, %e) : (tensor<4xf32>, tensor<4xi32>, f32) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, f32, i8)
  return %0#0, %0#1, %0#2, %0#3, %0#4 : tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, f32, i8
}

func.func private @callee(%x: tensor<4xf32>, %a: tensor<4xi32>, %e: f32) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, f32, i8) {
  %s = quant_ext.choose_qparams %x storage = <i8> : (tensor<4xf32>) -> tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %y = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  %f = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %r = quant_ext.requantize %a in(%s) out(%s) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<f32>, tensor<f32>) -> tensor<4xi8>
  %es = quant_ext.apply_choose_qparams %e storage = <i8> : (f32) -> f32
  %eq = quant_ext.apply_quantize %e, %es storage = <i8> : (f32, f32) -> i8
  %ed = quant_ext.apply_dequantize %eq, %es storage = <i8> : (i8, f32) -> f32
  %em = quant_ext.apply_multiplier %es, %ed : (f32, f32) -> f32
  %er = quant_ext.apply_requantize %eq by %em storage_in = <i8> storage = <i8> : (i8, f32) -> i8
  return %y, %f, %r, %ed, %er : tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, f32, i8
}
