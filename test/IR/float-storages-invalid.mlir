// RUN: %quant-opt --split-input-file --verify-diagnostics %s

// A type that is known, but no storage.
// expected-error @+1 {{storage must be 'i' or 'u' and a width, such as i8, or a float type, such as f8E4M3FN, found 'f8E3M4'}}
#a = #quant_ext.storage<f8E3M4>

// -----

// expected-error @+1 {{expected '>'}}
#a = #quant_ext.storage<f8E4M3FN<-1:1>>

// -----

func.func @zero_point(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i8>) {
  // expected-error @+1 {{must have no zero_point with storage f8E4M3FN, found 'tensor<i8>'}}
  %q = quant_ext.quantize %x, %s, %z storage = <f8E4M3FN> : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xf8E4M3FN>
  return
}

// -----

func.func @asymmetric(%x: tensor<4xf32>) {
  // expected-error @+1 {{must have no zero_point with storage f8E5M2, found 'tensor<i8>'}}
  %s, %z = quant_ext.choose_qparams %x storage = <f8E5M2> : (tensor<4xf32>) -> (tensor<f32>, tensor<i8>)
  return
}

// -----

func.func @result_type(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{result must have elements of type 'f8E5M2' for storage f8E5M2, found 'i8'}}
  %q = quant_ext.quantize %x, %s storage = <f8E5M2> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @saturate_integer(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{saturate must be true for storage i8, found false}}
  %q = quant_ext.quantize %x, %s storage = <i8> saturate = false : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @saturate_f4(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{saturate must be true for storage f4E2M1FN, found false}}
  %q = quant_ext.fake_quantize %x, %s storage = <f4E2M1FN> saturate = false : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return
}

// -----

func.func @saturate_element(%x: f32, %s: f32) {
  // expected-error @+1 {{saturate must be true for storage u4<0:5>, found false}}
  %q = quant_ext.apply_quantize %x, %s storage = <u4<0:5>> saturate = false : (f32, f32) -> i4
  return
}

// -----

func.func @requantize_from(%a: tensor<4xf8E5M2>, %s: tensor<f32>) {
  // expected-error @+1 {{storage_in must be of integers, found f8E5M2: dequantize and quantize change the scale of floats}}
  %q = quant_ext.requantize %a in(%s) out(%s) storage_in = <f8E5M2> storage = <i8> : (tensor<4xf8E5M2>, tensor<f32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @requantize_to(%a: i32, %m: f32) {
  // expected-error @+1 {{storage must be of integers, found f8E4M3FN: dequantize and quantize change the scale of floats}}
  %q = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <f8E4M3FN> : (i32, f32) -> f8E4M3FN
  return
}

// -----

func.func @rounding(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{rounding must be half_even for storage f8E4M3FN, found half_away}}
  %q = quant_ext.quantize %x, %s storage = <f8E4M3FN> rounding = half_away : (tensor<4xf32>, tensor<f32>) -> tensor<4xf8E4M3FN>
  return
}

// -----

func.func @rounding_element(%x: f32, %s: f32) {
  // expected-error @+1 {{rounding must be half_even for storage f4E2M1FN, found toward_zero}}
  %q = quant_ext.apply_quantize %x, %s storage = <f4E2M1FN> rounding = toward_zero : (f32, f32) -> f4E2M1FN
  return
}

// -----

func.func @stochastic(%x: tensor<4xf32>, %s: tensor<f32>, %seed: tensor<i64>) {
  // expected-error @+1 {{rounding must be half_even for storage f8E5M2, found stochastic}}
  %0 = quant_ext.quantize %x, %s random(%seed) storage = <f8E5M2> rounding = stochastic : (tensor<4xf32>, tensor<f32>, tensor<i64>) -> tensor<4xf8E5M2>
  return
}
