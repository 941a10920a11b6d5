// RUN: %quant-opt %s | %quant-opt | FileCheck %s
// RUN: %quant-opt %s --emit-bytecode | %quant-opt | FileCheck %s
// RUN: %quant-opt %s --mlir-print-op-generic | %quant-opt | FileCheck %s

// CHECK-LABEL: func @choose_qparams
func.func @choose_qparams(%w: tensor<4x3xf32>, %x: tensor<?x3xf64>, %b: tensor<8x80xbf16>) {
  // CHECK: quant_ext.choose_qparams %{{.*}} axis = 0 storage = <i8<-127:127>> : (tensor<4x3xf32>) -> tensor<4xf32>
  %0 = quant_ext.choose_qparams %w axis = 0 storage = <i8<-127:127>> : (tensor<4x3xf32>) -> tensor<4xf32>
  // CHECK: quant_ext.choose_qparams %{{.*}} storage = <u16> : (tensor<?x3xf64>) -> (tensor<f64>, tensor<i16>)
  %1, %2 = quant_ext.choose_qparams %x storage = <u16> : (tensor<?x3xf64>) -> (tensor<f64>, tensor<i16>)
  // CHECK: quant_ext.choose_qparams %{{.*}} block_sizes = [-1, 32] storage = <i4> : (tensor<8x80xbf16>) -> tensor<1x3xf32>
  %3 = quant_ext.choose_qparams %b block_sizes = [-1, 32] storage = <i4> : (tensor<8x80xbf16>) -> tensor<1x3xf32>
  return
}

// CHECK-LABEL: func @quantize
func.func @quantize(%x: tensor<?x3xf32>, %s: tensor<3xf32>, %z: tensor<3xi8>, %e: tensor<0xf16>, %t: tensor<f64>) {
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %{{.*}} axis = 1 storage = <u8> division = reciprocal : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xi8>) -> tensor<?x3xi8>
  %0 = quant_ext.quantize %x, %s, %z axis = 1 storage = <u8> division = reciprocal : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xi8>) -> tensor<?x3xi8>
  // The defaults are not printed.
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}} storage = <i2> : (tensor<0xf16>, tensor<f64>) -> tensor<0xi2>
  %1 = quant_ext.quantize %e, %t storage = <i2> rounding = half_even division = exact : (tensor<0xf16>, tensor<f64>) -> tensor<0xi2>
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}} storage = <i2> rounding = half_away division = reciprocal : (tensor<0xf16>, tensor<f64>) -> tensor<0xi2>
  %2 = quant_ext.quantize %e, %t storage = <i2> rounding = half_away division = reciprocal : (tensor<0xf16>, tensor<f64>) -> tensor<0xi2>
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}} storage = <i8> division = reciprocal precision = f16 : (tensor<0xf16>, tensor<f64>) -> tensor<0xi8>
  %3 = quant_ext.quantize %e, %t storage = <i8> division = reciprocal precision = f16 : (tensor<0xf16>, tensor<f64>) -> tensor<0xi8>
  return
}

// CHECK-LABEL: func @float_storages
func.func @float_storages(%x: tensor<?x3xf32>, %s: tensor<3xf32>, %t: tensor<f32>, %v: vector<4xf16>) {
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}} axis = 1 storage = <f8E4M3FN> saturate = false : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf8E4M3FN>
  %0 = quant_ext.quantize %x, %s axis = 1 storage = <f8E4M3FN> saturate = false : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf8E4M3FN>
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}} storage = <f8E4M3FNUZ> : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf8E4M3FNUZ>
  %1 = quant_ext.quantize %x, %t storage = <f8E4M3FNUZ> saturate = true : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf8E4M3FNUZ>
  // CHECK: quant_ext.fake_quantize %{{.*}}, %{{.*}} storage = <f8E5M2FNUZ> saturate = false : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf32>
  %2 = quant_ext.fake_quantize %x, %t storage = <f8E5M2FNUZ> saturate = false : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf32>
  // CHECK: quant_ext.dequantize %{{.*}}, %{{.*}} axis = 1 storage = <f8E4M3FN> : (tensor<?x3xf8E4M3FN>, tensor<3xf32>) -> tensor<?x3xbf16>
  %3 = quant_ext.dequantize %0, %s axis = 1 storage = <f8E4M3FN> : (tensor<?x3xf8E4M3FN>, tensor<3xf32>) -> tensor<?x3xbf16>
  // CHECK: quant_ext.choose_qparams %{{.*}} storage = <f8E5M2> : (tensor<?x3xf32>) -> tensor<f32>
  %4 = quant_ext.choose_qparams %x storage = <f8E5M2> : (tensor<?x3xf32>) -> tensor<f32>
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <f4E2M1FN> : (vector<4xf16>, vector<4xf16>) -> vector<4xf4E2M1FN>
  %5 = quant_ext.apply_quantize %v, %v storage = <f4E2M1FN> : (vector<4xf16>, vector<4xf16>) -> vector<4xf4E2M1FN>
  // CHECK: quant_ext.apply_dequantize %{{.*}}, %{{.*}} storage = <f4E2M1FN> : (vector<4xf4E2M1FN>, vector<4xf16>) -> vector<4xf16>
  %6 = quant_ext.apply_dequantize %5, %v storage = <f4E2M1FN> : (vector<4xf4E2M1FN>, vector<4xf16>) -> vector<4xf16>
  return
}

// CHECK-LABEL: func @dequantize
func.func @dequantize(%q: tensor<?x3xi8>, %s: tensor<3xf32>, %z: tensor<3xi8>) {
  // CHECK: quant_ext.dequantize %{{.*}}, %{{.*}}, %{{.*}} axis = 1 storage = <u8> : (tensor<?x3xi8>, tensor<3xf32>, tensor<3xi8>) -> tensor<?x3xbf16>
  %0 = quant_ext.dequantize %q, %s, %z axis = 1 storage = <u8> : (tensor<?x3xi8>, tensor<3xf32>, tensor<3xi8>) -> tensor<?x3xbf16>
  return
}

// CHECK-LABEL: func @requantize
func.func @requantize(%a: tensor<4x8xi32>, %si: tensor<8xf32>, %zi: tensor<8xi32>, %so: tensor<f16>, %zo: tensor<i8>) {
  // CHECK: quant_ext.requantize %{{.*}} in(%{{.*}}, %{{.*}}) out(%{{.*}}, %{{.*}}) axis = 1 storage_in = <i32> storage = <u8> :
  %0 = quant_ext.requantize %a in(%si, %zi) out(%so, %zo) axis = 1 storage_in = <i32> storage = <u8>
    : (tensor<4x8xi32>, tensor<8xf32>, tensor<8xi32>, tensor<f16>, tensor<i8>) -> tensor<4x8xi8>
  // CHECK: quant_ext.requantize %{{.*}} in(%{{.*}}) out(%{{.*}}) axis = 1 storage_in = <i32> storage = <i8> :
  %1 = quant_ext.requantize %a in(%si) out(%so) axis = 1 storage_in = <i32> storage = <i8>
    : (tensor<4x8xi32>, tensor<8xf32>, tensor<f16>) -> tensor<4x8xi8>
  // CHECK: quant_ext.requantize %{{.*}} in(%{{.*}}) out(%{{.*}}) axis = 1 storage_in = <i32> storage = <i8> rounding = half_away :
  %2 = quant_ext.requantize %a in(%si) out(%so) axis = 1 storage_in = <i32> storage = <i8> rounding = half_away
    : (tensor<4x8xi32>, tensor<8xf32>, tensor<f16>) -> tensor<4x8xi8>
  return
}

// CHECK-LABEL: func @fake_quantize
func.func @fake_quantize(%x: tensor<f32>, %s: tensor<f32>, %z: tensor<i12>) {
  // CHECK: quant_ext.fake_quantize %{{.*}}, %{{.*}}, %{{.*}} storage = <u12<0:4000>> : (tensor<f32>, tensor<f32>, tensor<i12>) -> tensor<f32>
  %0 = quant_ext.fake_quantize %x, %s, %z storage = <u12<0:4000>> : (tensor<f32>, tensor<f32>, tensor<i12>) -> tensor<f32>
  // CHECK: quant_ext.fake_quantize %{{.*}}, %{{.*}} storage = <i8> rounding = toward_zero : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = quant_ext.fake_quantize %x, %s storage = <i8> rounding = toward_zero : (tensor<f32>, tensor<f32>) -> tensor<f32>
  // CHECK: quant_ext.fake_quantize %{{.*}}, %{{.*}} storage = <i8> precision = bf16 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = quant_ext.fake_quantize %x, %s storage = <i8> precision = bf16 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @quantized_scales
func.func @quantized_scales(%x: tensor<8x80xf64>, %s2: tensor<f64>) {
  // CHECK: quant_ext.choose_qparams %{{.*}} block_sizes = [1, 32] storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (tensor<8x80xf64>) -> tensor<8x3xf8E8M0FNU>
  %0 = quant_ext.choose_qparams %x block_sizes = [1, 32] storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (tensor<8x80xf64>) -> tensor<8x3xf8E8M0FNU>
  // CHECK: quant_ext.choose_qparams %{{.*}} scaled_by(%{{.*}}) axis = 0 storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<8x80xf64>, tensor<f64>) -> tensor<8xf8E4M3FN>
  %1 = quant_ext.choose_qparams %x scaled_by(%s2) axis = 0 storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<8x80xf64>, tensor<f64>) -> tensor<8xf8E4M3FN>
  // CHECK: quant_ext.dequantize %{{.*}}, %{{.*}} storage = <f8E8M0FNU> : (tensor<8x3xf8E8M0FNU>, tensor<f64>) -> tensor<8x3xf16>
  %2 = quant_ext.dequantize %0, %s2 storage = <f8E8M0FNU> : (tensor<8x3xf8E8M0FNU>, tensor<f64>) -> tensor<8x3xf16>
  return
}

// CHECK-LABEL: func @elements
func.func @elements(%x: f32, %v: vector<4x8xf16>, %vs: vector<4x8xf32>, %vz: vector<4x8xi8>, %a: i32) {
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <i8> : (f32, f32) -> i8
  %0 = quant_ext.apply_quantize %x, %x storage = <i8> : (f32, f32) -> i8
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}}, %{{.*}} storage = <u8> division = reciprocal : (vector<4x8xf16>, vector<4x8xf32>, vector<4x8xi8>) -> vector<4x8xi8>
  %1 = quant_ext.apply_quantize %v, %vs, %vz storage = <u8> division = reciprocal : (vector<4x8xf16>, vector<4x8xf32>, vector<4x8xi8>) -> vector<4x8xi8>
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <i8> precision = bf16 : (f32, f32) -> i8
  %p = quant_ext.apply_quantize %x, %x storage = <i8> precision = bf16 : (f32, f32) -> i8
  // CHECK: quant_ext.apply_dequantize %{{.*}}, %{{.*}} storage = <i8> : (i8, f32) -> bf16
  %2 = quant_ext.apply_dequantize %0, %x storage = <i8> : (i8, f32) -> bf16
  // CHECK: quant_ext.apply_multiplier %{{.*}}, %{{.*}} : (f32, f32) -> f32
  %3 = quant_ext.apply_multiplier %x, %x : (f32, f32) -> f32
  // CHECK: quant_ext.apply_requantize %{{.*}} by %{{.*}} in(%{{.*}}) out(%{{.*}}) storage_in = <i32> storage = <u8> :
  %4 = quant_ext.apply_requantize %a by %3 in(%a) out(%0) storage_in = <i32> storage = <u8> : (i32, f32, i32, i8) -> i8
  // CHECK: quant_ext.apply_choose_qparams %{{.*}} storage = <i8> : (f32) -> f32
  %5 = quant_ext.apply_choose_qparams %x storage = <i8> : (f32) -> f32
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <i8> rounding = toward_zero : (f32, f32) -> i8
  %8 = quant_ext.apply_quantize %x, %x storage = <i8> rounding = toward_zero : (f32, f32) -> i8
  // CHECK: quant_ext.apply_requantize %{{.*}} by %{{.*}} storage_in = <i32> storage = <i8> rounding = half_away : (i32, f32) -> i8
  %9 = quant_ext.apply_requantize %a by %3 storage_in = <i32> storage = <i8> rounding = half_away : (i32, f32) -> i8
  // CHECK: quant_ext.apply_choose_scale %{{.*}} storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (f32) -> f8E8M0FNU
  %10 = quant_ext.apply_choose_scale %x storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (f32) -> f8E8M0FNU
  // CHECK: quant_ext.apply_choose_scale %{{.*}} scaled_by(%{{.*}}) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (vector<4x8xf32>, vector<4x8xf32>) -> vector<4x8xf8E4M3FN>
  %11 = quant_ext.apply_choose_scale %vs scaled_by(%vs) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (vector<4x8xf32>, vector<4x8xf32>) -> vector<4x8xf8E4M3FN>
  // CHECK: quant_ext.apply_choose_qparams %{{.*}} lo(%{{.*}}) storage = <u8> : (f32, f32) -> (f32, i8)
  %6, %7 = quant_ext.apply_choose_qparams %x lo(%x) storage = <u8> : (f32, f32) -> (f32, i8)
  return
}

// CHECK-LABEL: func @stochastic
func.func @stochastic(%x: tensor<?x3xf32>, %s: tensor<3xf32>, %z: tensor<3xi8>, %a: tensor<4xi32>, %t: tensor<f32>, %seed: tensor<i64>, %i: index, %v: f32, %w: i64, %b: i32) {
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %{{.*}} random(%{{.*}}) axis = 1 storage = <u8> rounding = stochastic : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xi8>, tensor<i64>) -> tensor<?x3xi8>
  %0 = quant_ext.quantize %x, %s, %z random(%seed) axis = 1 storage = <u8> rounding = stochastic : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xi8>, tensor<i64>) -> tensor<?x3xi8>
  // CHECK: quant_ext.fake_quantize %{{.*}}, %{{.*}} random(%{{.*}} at %{{.*}}, %{{.*}}, %{{.*}}) storage = <i8> rounding = stochastic :
  %1 = quant_ext.fake_quantize %x, %t random(%seed at %i, %i, %i) storage = <i8> rounding = stochastic : (tensor<?x3xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x3xf32>
  // CHECK: quant_ext.requantize %{{.*}} in(%{{.*}}) out(%{{.*}}) random(%{{.*}}) storage_in = <i32> storage = <i8> rounding = stochastic :
  %2 = quant_ext.requantize %a in(%t) out(%t) random(%seed) storage_in = <i32> storage = <i8> rounding = stochastic : (tensor<4xi32>, tensor<f32>, tensor<f32>, tensor<i64>) -> tensor<4xi8>
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} random(%{{.*}}, %{{.*}}) storage = <i8> rounding = stochastic : (f32, f32, i64, i64) -> i8
  %3 = quant_ext.apply_quantize %v, %v random(%w, %w) storage = <i8> rounding = stochastic : (f32, f32, i64, i64) -> i8
  // CHECK: quant_ext.apply_requantize %{{.*}} by %{{.*}} random(%{{.*}}, %{{.*}}) storage_in = <i32> storage = <i8> rounding = stochastic : (i32, f32, i64, i64) -> i8
  %4 = quant_ext.apply_requantize %b by %v random(%w, %w) storage_in = <i32> storage = <i8> rounding = stochastic : (i32, f32, i64, i64) -> i8
  return
}
