// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(canonicalize))" --split-input-file %s | FileCheck %s

// A splat stays a splat. scale = 2 / 127; 2 / scale = 127.
// CHECK-LABEL: func @splat
// CHECK: arith.constant dense<127> : tensor<64xi8>
func.func @splat() -> tensor<64xi8> {
  %w = arith.constant dense<2.0> : tensor<64xf32>
  %s = quant_ext.choose_qparams %w storage = <i8> : (tensor<64xf32>) -> tensor<f32>
  %q = quant_ext.quantize %w, %s storage = <i8> : (tensor<64xf32>, tensor<f32>) -> tensor<64xi8>
  return %q : tensor<64xi8>
}

// -----

// Asymmetric: lo = -1, hi = 3, scale = 4/255 = 0.0156862754, zero point =
// round(0 + 1 / scale) = round(63.75) = 64, so -1 is 0 (64 - 63.75, rounded),
// 0 is 64 and 3 is 64 + 191.25 = 255.
// CHECK-LABEL: func @asymmetric
// CHECK-DAG: arith.constant dense<0.0156862754> : tensor<f32>
// CHECK-DAG: arith.constant dense<64> : tensor<i8>
// CHECK-DAG: arith.constant dense<[0, 64, -1]> : tensor<3xi8>
func.func @asymmetric() -> (tensor<f32>, tensor<i8>, tensor<3xi8>) {
  %w = arith.constant dense<[-1.0, 0.0, 3.0]> : tensor<3xf32>
  %s, %z = quant_ext.choose_qparams %w storage = <u8> : (tensor<3xf32>) -> (tensor<f32>, tensor<i8>)
  %q = quant_ext.quantize %w, %s, %z storage = <u8> : (tensor<3xf32>, tensor<f32>, tensor<i8>) -> tensor<3xi8>
  return %s, %z, %q : tensor<f32>, tensor<i8>, tensor<3xi8>
}

// -----

// Per-block with a ragged last block: [1, 2], [4, 8], [16] over 7.
// CHECK-LABEL: func @blocks
// CHECK-DAG: arith.constant dense<[0.285714298, 1.14285719, 2.28571439]> : tensor<3xf32>
// In f32, 2/7 rounds up by 4.4e-8 of itself, so that 1 / scale = 3.49999985
// rounds to 3.49999976, the float below 3.5: 3, not the tie's 4.
// CHECK-DAG: arith.constant dense<[3, 7, 3, 7, 7]> : tensor<5xi4>
func.func @blocks() -> (tensor<3xf32>, tensor<5xi4>) {
  %w = arith.constant dense<[1.0, 2.0, 4.0, 8.0, 16.0]> : tensor<5xf32>
  %s = quant_ext.choose_qparams %w block_sizes = [2] storage = <i4> : (tensor<5xf32>) -> tensor<3xf32>
  %q = quant_ext.quantize %w, %s block_sizes = [2] storage = <i4> : (tensor<5xf32>, tensor<3xf32>) -> tensor<5xi4>
  return %s, %q : tensor<3xf32>, tensor<5xi4>
}

// -----

// NaN and infinities are left out of the range; NaN quantizes to the minimum,
// infinities to the bounds. No finite nonzero element: scale 1.
// CHECK-LABEL: func @not_finite
// CHECK-DAG: arith.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<{{\[}}[-128, 127, -128], [127, 0, 0]]> : tensor<2x3xi8>
func.func @not_finite() -> (tensor<2xf32>, tensor<2x3xi8>) {
  %w = arith.constant dense<[[0x7FC00000, 0x7F800000, 0xFF800000], [127.0, 0.0, -0.0]]> : tensor<2x3xf32>
  %s = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x3xf32>) -> tensor<2xf32>
  %q = quant_ext.quantize %w, %s axis = 0 storage = <i8> : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xi8>
  return %s, %q : tensor<2xf32>, tensor<2x3xi8>
}

// -----

// requantize: multiplier 0.5 / 0.25 = 2; 200 saturates, -3 becomes -6.
// CHECK-LABEL: func @requantize
// CHECK: arith.constant dense<[127, -6, 2]> : tensor<3xi8>
func.func @requantize() -> tensor<3xi8> {
  %a = arith.constant dense<[200, -3, 1]> : tensor<3xi32>
  %si = arith.constant dense<0.5> : tensor<f32>
  %so = arith.constant dense<0.25> : tensor<f32>
  %q = quant_ext.requantize %a in(%si) out(%so) storage_in = <i32> storage = <i8> : (tensor<3xi32>, tensor<f32>, tensor<f32>) -> tensor<3xi8>
  return %q : tensor<3xi8>
}

// -----

// Constants under dequantize and fake_quantize stay as they are, and
// dequantize(quantize(x)) never becomes x.
// CHECK-LABEL: func @not_folded
// CHECK: quant_ext.dequantize %{{.*}} : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
// CHECK: quant_ext.fake_quantize
// CHECK: %[[Q:.*]] = quant_ext.quantize %arg0
// CHECK: %[[DQ:.*]] = quant_ext.dequantize %[[Q]]
// CHECK: return %{{.*}}, %{{.*}}, %[[DQ]]
func.func @not_folded(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %s = arith.constant dense<0.5> : tensor<f32>
  %q = arith.constant dense<[1, 2]> : tensor<2xi8>
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.fake_quantize %c, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %2 = quant_ext.quantize %x, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %3 = quant_ext.dequantize %2, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  return %0, %1, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// Parameters that cannot be computed with are not folded.
// CHECK-LABEL: func @bad_parameters
// CHECK-COUNT-4: quant_ext.quantize
func.func @bad_parameters() -> (tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>) {
  %x = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %nan = arith.constant dense<0x7FC00000> : tensor<f32>
  %one = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %good = arith.constant dense<1.0> : tensor<f32>
  %z = arith.constant dense<-128> : tensor<i8>
  %0 = quant_ext.quantize %x, %zero storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %1 = quant_ext.quantize %x, %nan storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %2 = quant_ext.quantize %x, %one axis = 0 storage = <i8> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi8>
  %3 = quant_ext.quantize %x, %good, %z storage = <i8<-127:127>> : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  return %0, %1, %2, %3 : tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>
}

// -----

// quantize(dequantize(q)) is q: full range, normal constant scale, f32 between.
// CHECK-LABEL: func @identity
// CHECK-NEXT: return %arg0
func.func @identity(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}

// -----

// And it is not where a step can lose q: a narrow range, bf16 between, i16 in
// f16, a scale that makes the product overflow, a subnormal scale, a reciprocal,
// a scale that is not constant, different scales.
// CHECK-LABEL: func @no_identity
// CHECK-COUNT-8: quant_ext.quantize
func.func @no_identity(%q: tensor<2xi8>, %w: tensor<2xi16>, %dyn: tensor<f32>) -> (tensor<2xi8>, tensor<2xi8>, tensor<2xi16>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>) {
  %s = arith.constant dense<0.3> : tensor<f32>
  %other = arith.constant dense<0.4> : tensor<f32>
  %huge = arith.constant dense<1.0e37> : tensor<f32>
  %tiny = arith.constant dense<1.0e-40> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8<-127:127>> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %r0 = quant_ext.quantize %0, %s storage = <i8<-127:127>> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %1 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xbf16>
  %r1 = quant_ext.quantize %1, %s storage = <i8> : (tensor<2xbf16>, tensor<f32>) -> tensor<2xi8>
  %2 = quant_ext.dequantize %w, %s storage = <i16> : (tensor<2xi16>, tensor<f32>) -> tensor<2xf16>
  %r2 = quant_ext.quantize %2, %s storage = <i16> : (tensor<2xf16>, tensor<f32>) -> tensor<2xi16>
  %3 = quant_ext.dequantize %q, %huge storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %r3 = quant_ext.quantize %3, %huge storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %4 = quant_ext.dequantize %q, %tiny storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %r4 = quant_ext.quantize %4, %tiny storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %5 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %r5 = quant_ext.quantize %5, %s storage = <i8> division = reciprocal : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %6 = quant_ext.dequantize %q, %dyn storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %r6 = quant_ext.quantize %6, %dyn storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %r7 = quant_ext.quantize %5, %other storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %r0, %r1, %r2, %r3, %r4, %r5, %r6, %r7 : tensor<2xi8>, tensor<2xi8>, tensor<2xi16>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>
}

// -----

// A resource gives a resource; the same weight with the same parameters in two
// functions shares one. [1, 2, 3] over 3/127 is 42.33, 84.67, 127 = 0x2a557f.
// CHECK-LABEL: func @resource
// CHECK: arith.constant dense_resource<[[KEY:w_i8_.*]]> : tensor<1x3xi8>
// CHECK-LABEL: func @resource_again
// CHECK: arith.constant dense_resource<[[KEY]]> : tensor<1x3xi8>
// CHECK: [[KEY]]: "0x400000002A557F"
func.func @resource() -> tensor<1x3xi8> {
  %w = arith.constant dense_resource<w> : tensor<1x3xf32>
  %s = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<1x3xf32>) -> tensor<1xf32>
  %q = quant_ext.quantize %w, %s axis = 0 storage = <i8> : (tensor<1x3xf32>, tensor<1xf32>) -> tensor<1x3xi8>
  return %q : tensor<1x3xi8>
}
func.func @resource_again() -> tensor<1x3xi8> {
  %w = arith.constant dense_resource<w> : tensor<1x3xf32>
  %s = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<1x3xf32>) -> tensor<1xf32>
  %q = quant_ext.quantize %w, %s axis = 0 storage = <i8> : (tensor<1x3xf32>, tensor<1xf32>) -> tensor<1x3xi8>
  return %q : tensor<1x3xi8>
}

{-#
  dialect_resources: { builtin: { w: "0x040000000000803f0000004000004040" } }
#-}
