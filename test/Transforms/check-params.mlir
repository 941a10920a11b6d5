// RUN: %quant-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(quant-ext-check-params)'

// Sound parameters, the bounds of a narrow range among them, and parameters that
// are not constant.
func.func @sound(%x: tensor<2x4xf32>, %s: tensor<f32>) -> (tensor<2x4xi8>, tensor<2x4xi8>) {
  %scale = arith.constant dense<[0.5, 1.0e-40]> : tensor<2xf32>
  %zero_point = arith.constant dense<[-127, 127]> : tensor<2xi8>
  %q = quant_ext.quantize %x, %scale, %zero_point axis = 0 storage = <i8<-127:127>> : (tensor<2x4xf32>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x4xi8>
  %r = quant_ext.quantize %x, %s storage = <i8> : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xi8>
  return %q, %r : tensor<2x4xi8>, tensor<2x4xi8>
}

// -----

// The example of the pass description.
func.func @bad_channel(%x: tensor<3x4xf32>) -> tensor<3x4xi8> {
  // expected-note@+1 {{the constant is here}}
  %scale = arith.constant dense<[0.5, 0.0, 0.25]> : tensor<3xf32>
  // expected-error@+1 {{'quant_ext.quantize' op scale must be positive and finite, found 0 at index 1}}
  %q = quant_ext.quantize %x, %scale axis = 0 storage = <i8> : (tensor<3x4xf32>, tensor<3xf32>) -> tensor<3x4xi8>
  return %q : tensor<3x4xi8>
}

// -----

// Any seed will do, and a seed or a position does not hide other operands.
func.func @seeds(%x: tensor<4xf32>, %i: index) {
  %seed = arith.constant dense<-1> : tensor<i64>
  %scale = arith.constant dense<0.5> : tensor<f32>
  // expected-note@+1 {{the constant is here}}
  %zero = arith.constant dense<0.0> : tensor<f32>
  %q = quant_ext.quantize %x, %scale random(%seed) storage = <i8> rounding = stochastic : (tensor<4xf32>, tensor<f32>, tensor<i64>) -> tensor<4xi8>
  // expected-error@+1 {{'quant_ext.fake_quantize' op scale must be positive and finite, found 0}}
  %y = quant_ext.fake_quantize %x, %zero random(%seed at %i, %i) storage = <i8> rounding = stochastic : (tensor<4xf32>, tensor<f32>, tensor<i64>, index, index) -> tensor<4xf32>
  return
}

// -----

// Each of them is reported, and each operand of one operation.
func.func @every_kind(%x: tensor<2xf32>, %q: tensor<2xi8>) {
  // expected-note@+1 {{the constant is here}}
  %negative = arith.constant dense<-1.0e-30> : tensor<f32>
  // expected-error@+1 {{'quant_ext.dequantize' op scale must be positive and finite, found -1e-30}}
  %0 = quant_ext.dequantize %q, %negative storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  // expected-note@+1 {{the constant is here}}
  %nan = arith.constant dense<0x7FC00000> : tensor<f32>
  // expected-note@+1 {{the constant is here}}
  %wide = arith.constant dense<-128> : tensor<i8>
  // expected-error@+2 {{'quant_ext.fake_quantize' op scale must be positive and finite, found nan}}
  // expected-error@+1 {{'quant_ext.fake_quantize' op zero_point must be in [-127, 127] for storage i8<-127:127>, found -128}}
  %1 = quant_ext.fake_quantize %x, %nan, %wide storage = <i8<-127:127>> : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xf32>
  // expected-note@+1 {{the constant is here}}
  %inf = arith.constant dense<[1.0, 0x7C00]> : tensor<2xf16>
  // expected-error@+1 {{'quant_ext.quantize' op scale must be positive and finite, found inf at index 1}}
  %2 = quant_ext.quantize %x, %inf axis = 0 storage = <i8> : (tensor<2xf32>, tensor<2xf16>) -> tensor<2xi8>
  return
}

// -----

// Unsigned zero points are read as unsigned: -1 of i8 is 255.
func.func @requantize(%a: tensor<2x4xi32>, %b: tensor<2x4xi8>) {
  // expected-note@+1 {{the constant is here}}
  %in = arith.constant dense<[1.0, -2.0]> : tensor<2xf32>
  // expected-note@+1 {{the constant is here}}
  %out = arith.constant dense<0.0> : tensor<f32>
  // expected-note@+1 {{the constant is here}}
  %z = arith.constant dense<-1> : tensor<i8>
  // expected-error@+3 {{'quant_ext.requantize' op scale_in must be positive and finite, found -2 at index 1}}
  // expected-error@+2 {{'quant_ext.requantize' op scale_out must be positive and finite, found 0}}
  // expected-error@+1 {{'quant_ext.requantize' op zero_point_out must be in [0, 200] for storage u8<0:200>, found 255}}
  %q = quant_ext.requantize %a in(%in) out(%out, %z) axis = 0 storage_in = <i32> storage = <u8<0:200>> : (tensor<2x4xi32>, tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2x4xi8>
  %one = arith.constant dense<1.0> : tensor<f32>
  // expected-note@+1 {{the constant is here}}
  %low = arith.constant dense<-128> : tensor<i8>
  // expected-error@+1 {{'quant_ext.requantize' op zero_point_in must be in [-127, 127] for storage i8<-127:127>, found -128}}
  %r = quant_ext.requantize %b in(%one, %low) out(%one) storage_in = <i8<-127:127>> storage = <i8> : (tensor<2x4xi8>, tensor<f32>, tensor<i8>, tensor<f32>) -> tensor<2x4xi8>
  return
}

// -----

func.func @requantize_fixed_point(%a: tensor<2x4xi32>, %b: i8) {
  %m = arith.constant dense<-1> : tensor<2xi32>
  // expected-note@+1 {{the constant is here}}
  %s = arith.constant dense<[62, 63]> : tensor<2xi8>
  // expected-note@+1 {{the constant is here}}
  %z = arith.constant dense<-1> : tensor<i8>
  // expected-error@+2 {{'quant_ext.requantize_fixed_point' op shift must be in [1, 62], found 63 at index 1}}
  // expected-error@+1 {{'quant_ext.requantize_fixed_point' op zero_point_out must be in [0, 200] for storage u8<0:200>, found 255}}
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) out(%z) axis = 0 storage_in = <i32> storage = <u8<0:200>> : (tensor<2x4xi32>, tensor<2xi32>, tensor<2xi8>, tensor<i8>) -> tensor<2x4xi8>
  %n = arith.constant 1 : i32
  // expected-note@+1 {{the constant is here}}
  %zero = arith.constant 0 : i8
  // expected-error@+1 {{'quant_ext.apply_requantize_fixed_point' op shift must be in [1, 62], found 0}}
  %r = quant_ext.apply_requantize_fixed_point %b by(%n, %zero) storage_in = <i8> storage = <i8> : (i8, i32, i8) -> i8
  return
}

// -----

func.func @element_ops(%x: f32, %a: i32, %v: vector<4xi8>) {
  // expected-note@+1 {{the constant is here}}
  %zero = arith.constant 0.0 : f32
  // expected-error@+1 {{'quant_ext.apply_quantize' op scale must be positive and finite, found 0}}
  %0 = quant_ext.apply_quantize %x, %zero storage = <i8> : (f32, f32) -> i8
  // expected-note@+1 {{the constant is here}}
  %s = arith.constant dense<[1.0, 1.0, 0xFF800000, 1.0]> : vector<4xf32>
  // expected-error@+1 {{'quant_ext.apply_dequantize' op scale must be positive and finite, found -inf at index 2}}
  %1 = quant_ext.apply_dequantize %v, %s storage = <i8> : (vector<4xi8>, vector<4xf32>) -> vector<4xf32>
  return
}

// -----

// A scale that is quantized itself is what its constants dequantize to: the
// pattern 255 is a NaN. 2^-127, of pattern 0, is a scale like any other.
func.func @quantized_scales(%x: tensor<2x4xf32>, %y: f32) {
  %one = arith.constant dense<1.0> : tensor<f32>
  %e = arith.constant dense<"0x00FF"> : tensor<2xf8E8M0FNU>
  // expected-note@+1 {{the constant is here}}
  %s = quant_ext.dequantize %e, %one storage = <f8E8M0FNU> : (tensor<2xf8E8M0FNU>, tensor<f32>) -> tensor<2xf32>
  // expected-error@+1 {{'quant_ext.quantize' op scale must be positive and finite, found nan at index 1}}
  %q = quant_ext.quantize %x, %s axis = 0 storage = <f4E2M1FN> : (tensor<2x4xf32>, tensor<2xf32>) -> tensor<2x4xf4E2M1FN>
  // expected-note@+1 {{the constant is here}}
  %zero = arith.constant dense<0.0> : tensor<f32>
  // expected-error@+1 {{'quant_ext.choose_qparams' op scale_of_scales must be positive and finite, found 0}}
  %t = quant_ext.choose_qparams %x scaled_by(%zero) axis = 0 storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<2x4xf32>, tensor<f32>) -> tensor<2xf8E4M3FN>
  // expected-note@+1 {{the constant is here}}
  %negative = arith.constant -1.0 : f32
  // expected-error@+1 {{'quant_ext.apply_choose_scale' op scale_of_scales must be positive and finite, found -1}}
  %u = quant_ext.apply_choose_scale %y scaled_by(%negative) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (f32, f32) -> f8E4M3FN
  return
}

// -----

// Resources without a blob, or with one of the wrong size, wherever they are.
// Each blob begins with 4 bytes of alignment.
func.func @resources(%x: tensor<2x4xf32>) {
  // expected-error@+1 {{'arith.constant' op resource 'missing' must have 8 bytes for tensor<2xf32>, found none}}
  %missing = arith.constant dense_resource<missing> : tensor<2xf32>
  %q = quant_ext.quantize %x, %missing axis = 0 storage = <i8> : (tensor<2x4xf32>, tensor<2xf32>) -> tensor<2x4xi8>
  // expected-error@+1 {{'arith.constant' op resource 'short' must have 8 bytes for tensor<2xf32>, found 4}}
  %short = arith.constant dense_resource<short> : tensor<2xf32>
  // A bad scale in a sound resource.
  // expected-note@+1 {{the constant is here}}
  %sound = arith.constant dense_resource<sound> : tensor<2xf32>
  // expected-error@+1 {{'quant_ext.quantize' op scale must be positive and finite, found 0 at index 1}}
  %r = quant_ext.quantize %x, %sound axis = 0 storage = <i8> : (tensor<2x4xf32>, tensor<2xf32>) -> tensor<2x4xi8>
  return
}

{-# dialect_resources: { builtin: {
  short: "0x040000000000803F",
  sound: "0x040000000000803F00000000"
} } #-}
