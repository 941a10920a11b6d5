// RUN: %quant-opt --split-input-file --verify-diagnostics %s

func.func @quantize(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{storage must be one of values, found f8E8M0FNU, which is for scales: only dequantize takes it}}
  %q = quant_ext.quantize %x, %s storage = <f8E8M0FNU> : (tensor<4xf32>, tensor<f32>) -> tensor<4xf8E8M0FNU>
  return
}

// -----

func.func @fake_quantize(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{storage must be one of values, found f8E8M0FNU, which is for scales: only dequantize takes it}}
  %q = quant_ext.fake_quantize %x, %s storage = <f8E8M0FNU> : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return
}

// -----

func.func @apply_quantize(%x: f32) {
  // expected-error @+1 {{storage must be one of values, found f8E8M0FNU, which is for scales: only dequantize takes it}}
  %q = quant_ext.apply_quantize %x, %x storage = <f8E8M0FNU> : (f32, f32) -> f8E8M0FNU
  return
}

// -----

func.func @requantize(%a: tensor<4xf8E8M0FNU>, %s: tensor<f32>) {
  // expected-error @+1 {{storage_in must be of integers, found f8E8M0FNU: dequantize and quantize change the scale of floats}}
  %q = quant_ext.requantize %a in(%s) out(%s) storage_in = <f8E8M0FNU> storage = <i8> : (tensor<4xf8E8M0FNU>, tensor<f32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @choose_qparams(%x: tensor<4xf32>) {
  // expected-error @+1 {{storage must be one of values, found f8E8M0FNU, which is for scales: only dequantize takes it}}
  %s = quant_ext.choose_qparams %x storage = <f8E8M0FNU> : (tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @apply_choose_qparams(%x: f32) {
  // expected-error @+1 {{storage must be one of values, found f8E8M0FNU, which is for scales: only dequantize takes it}}
  %s = quant_ext.apply_choose_qparams %x storage = <f8E8M0FNU> : (f32) -> f32
  return
}

// -----

func.func @apply_choose_scale(%x: f32) {
  // expected-error @+1 {{storage must be one of values, found f8E8M0FNU, which is for scales: only dequantize takes it}}
  %s = quant_ext.apply_choose_scale %x storage = <f8E8M0FNU> scale_storage = <f8E8M0FNU> : (f32) -> f8E8M0FNU
  return
}

// -----

func.func @zero_point(%q: tensor<4xf8E8M0FNU>, %s: tensor<f32>, %z: tensor<i8>) {
  // expected-error @+1 {{must have no zero_point with storage f8E8M0FNU, found 'tensor<i8>'}}
  %x = quant_ext.dequantize %q, %s, %z storage = <f8E8M0FNU> : (tensor<4xf8E8M0FNU>, tensor<f32>, tensor<i8>) -> tensor<4xf32>
  return
}

// -----

func.func @other_scale_storage(%x: tensor<4xf32>) {
  // expected-error @+1 {{scale_storage must be f8E8M0FNU or f8E4M3FN, found f8E5M2}}
  %s = quant_ext.choose_qparams %x storage = <f4E2M1FN> scale_storage = <f8E5M2> : (tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @integers(%x: tensor<4xf32>) {
  // expected-error @+1 {{storage must be of floats where the scale is quantized, found i8}}
  %s = quant_ext.choose_qparams %x storage = <i8> scale_storage = <f8E8M0FNU> : (tensor<4xf32>) -> tensor<f8E8M0FNU>
  return
}

// -----

func.func @asymmetric(%x: tensor<4xf32>) {
  // expected-error @+1 {{must have no zero_point with storage f8E5M2, found 'tensor<i8>'}}
  %s, %z = quant_ext.choose_qparams %x storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (tensor<4xf32>) -> (tensor<f8E8M0FNU>, tensor<i8>)
  return
}

// -----

func.func @scale_type(%x: tensor<4xf32>) {
  // expected-error @+1 {{scale must have elements of type 'f8E8M0FNU' for storage f8E8M0FNU, found 'f32'}}
  %s = quant_ext.choose_qparams %x storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @scale_storage_missing(%x: tensor<4xf32>) {
  // expected-error @+1 {{scale of 'f32' input must have elements of type 'f32', found 'f8E8M0FNU'}}
  %s = quant_ext.choose_qparams %x storage = <f8E5M2> : (tensor<4xf32>) -> tensor<f8E8M0FNU>
  return
}

// -----

func.func @scale_of_scales_unused(%x: tensor<4xf32>, %s2: tensor<f32>) {
  // expected-error @+1 {{must have no scale_of_scales with scale_storage f8E8M0FNU, found 'tensor<f32>'}}
  %s = quant_ext.choose_qparams %x scaled_by(%s2) storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (tensor<4xf32>, tensor<f32>) -> tensor<f8E8M0FNU>
  return
}

// -----

func.func @scale_of_scales_alone(%x: tensor<4xf32>, %s2: tensor<f32>) {
  // expected-error @+1 {{must have a scale_storage with a scale_of_scales, found none}}
  %s = quant_ext.choose_qparams %x scaled_by(%s2) storage = <f8E5M2> : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @scale_of_scales_missing(%x: f32) {
  // expected-error @+1 {{must have a scale_of_scales with scale_storage f8E4M3FN, found none}}
  %s = quant_ext.apply_choose_scale %x storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (f32) -> f8E4M3FN
  return
}

// -----

func.func @scale_of_scales_type(%x: tensor<4xf64>, %s2: tensor<f32>) {
  // expected-error @+1 {{scale_of_scales must have type 'tensor<f64>', found 'tensor<f32>'}}
  %s = quant_ext.choose_qparams %x scaled_by(%s2) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<4xf64>, tensor<f32>) -> tensor<f8E4M3FN>
  return
}

// -----

func.func @scale_of_scales_shape(%x: tensor<4xf32>, %s2: tensor<4xf32>) {
  // expected-error @+1 {{scale_of_scales must have type 'tensor<f32>', found 'tensor<4xf32>'}}
  %s = quant_ext.choose_qparams %x scaled_by(%s2) axis = 0 storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf8E4M3FN>
  return
}

// -----

func.func @max_abs(%x: f16) {
  // expected-error @+1 {{max_abs must have elements of type f32 or f64, found 'f16'}}
  %s = quant_ext.apply_choose_scale %x storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (f16) -> f8E8M0FNU
  return
}

// -----

func.func @one_shape(%x: vector<4xf32>, %u: f32) {
  // expected-error @+1 {{operands and results must be scalars, or vectors of one shape, found 'vector<4xf32>' and 'f32'}}
  %s = quant_ext.apply_choose_scale %x scaled_by(%u) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (vector<4xf32>, f32) -> vector<4xf8E4M3FN>
  return
}
