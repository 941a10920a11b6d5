// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(canonicalize))" %s | FileCheck %s

// Operations on elements fold scalars and vectors of constants, by the
// arithmetic of the tensor operations.

// 1 / 0.4 = 2.5 is a tie in f32 (0.4f = 0.4000000060, and 2.49999996 rounds to
// 2.5): to even, 2. As a reciprocal likewise: RN(1 / 0.4f) is 2.5 too.
// CHECK-LABEL: func @quantize
// CHECK: %[[Q:.*]] = arith.constant 2 : i8
// CHECK: return %[[Q]], %[[Q]]
func.func @quantize() -> (i8, i8) {
  %x = arith.constant 1.0 : f32
  %s = arith.constant 0.4 : f32
  %0 = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
  %1 = quant_ext.apply_quantize %x, %s storage = <i8> division = reciprocal : (f32, f32) -> i8
  return %0, %1 : i8, i8
}

// Lane by lane: 1 / 0.5 + 10, -2 / 0.25 + 128, saturated above at 255, -1 as a
// signless i8; 3 / 1 + 0.
// CHECK-LABEL: func @quantize_vector
// CHECK: arith.constant dense<[12, 120, -1, 3]> : vector<4xi8>
func.func @quantize_vector() -> vector<4xi8> {
  %x = arith.constant dense<[1.0, -2.0, 1000.0, 3.0]> : vector<4xf16>
  %s = arith.constant dense<[0.5, 0.25, 1.0, 1.0]> : vector<4xf32>
  %z = arith.constant dense<[10, -128, 5, 0]> : vector<4xi8>
  %0 = quant_ext.apply_quantize %x, %s, %z storage = <u8> : (vector<4xf16>, vector<4xf32>, vector<4xi8>) -> vector<4xi8>
  return %0 : vector<4xi8>
}

// The difference does not wrap: (-128 - 127) * 0.5.
// CHECK-LABEL: func @dequantize
// CHECK: arith.constant -1.275000e+02 : bf16
func.func @dequantize() -> bf16 {
  %q = arith.constant -128 : i8
  %s = arith.constant 0.5 : f32
  %z = arith.constant 127 : i8
  %0 = quant_ext.apply_dequantize %q, %s, %z storage = <i8> : (i8, f32, i8) -> bf16
  return %0 : bf16
}

// 0.75 / 0.25; and 3e38 / 0.25 overflows to the largest finite float.
// CHECK-LABEL: func @multiplier
// CHECK: arith.constant dense<[3.000000e+00, 3.40282347E+38]> : vector<2xf32>
func.func @multiplier() -> vector<2xf32> {
  %a = arith.constant dense<[0.75, 3.0e38]> : vector<2xf32>
  %b = arith.constant dense<0.25> : vector<2xf16>
  %0 = quant_ext.apply_multiplier %a, %b : (vector<2xf32>, vector<2xf16>) -> vector<2xf32>
  return %0 : vector<2xf32>
}

// (7 - 2) * 1.5 = 7.5, a tie that goes to 8, + 3.
// CHECK-LABEL: func @requantize
// CHECK: arith.constant 11 : i8
func.func @requantize() -> i8 {
  %a = arith.constant 7 : i32
  %m = arith.constant 1.5 : f32
  %zi = arith.constant 2 : i32
  %zo = arith.constant 3 : i8
  %0 = quant_ext.apply_requantize %a by %m in(%zi) out(%zo) storage_in = <i32> storage = <u8> : (i32, f32, i32, i8) -> i8
  return %0 : i8
}

// Symmetric: 254 / 127.
// CHECK-LABEL: func @choose_symmetric
// CHECK: arith.constant 2.000000e+00 : f32
func.func @choose_symmetric() -> f32 {
  %m = arith.constant 254.0 : f32
  %0 = quant_ext.apply_choose_qparams %m storage = <i8> : (f32) -> f32
  return %0 : f32
}

// Asymmetric: (205 - -50) / 255 = 1, zero point 0 + 50.
// CHECK-LABEL: func @choose_asymmetric
// CHECK-DAG: arith.constant 1.000000e+00 : f64
// CHECK-DAG: arith.constant 50 : i8
func.func @choose_asymmetric() -> (f64, i8) {
  %hi = arith.constant 205.0 : f64
  %lo = arith.constant -50.0 : f64
  %0, %1 = quant_ext.apply_choose_qparams %hi lo(%lo) storage = <u8> : (f64, f64) -> (f64, i8)
  return %0, %1 : f64, i8
}

// Parameters that cannot be computed with are left to run time: a scale of 0
// among good ones, a zero point outside a narrow range, a multiplier of inf.
// CHECK-LABEL: func @bad_parameters
// CHECK: quant_ext.apply_quantize
// CHECK: quant_ext.apply_dequantize
// CHECK: quant_ext.apply_requantize
// CHECK: quant_ext.apply_multiplier
func.func @bad_parameters() -> (vector<2xi8>, f32, i8, f32) {
  %x = arith.constant dense<1.0> : vector<2xf32>
  %s = arith.constant dense<[1.0, 0.0]> : vector<2xf32>
  %q = arith.constant 1 : i8
  %one = arith.constant 1.0 : f32
  %z = arith.constant -128 : i8
  %inf = arith.constant 0x7F800000 : f32
  %0 = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<2xf32>, vector<2xf32>) -> vector<2xi8>
  %1 = quant_ext.apply_dequantize %q, %one, %z storage = <i8<-127:127>> : (i8, f32, i8) -> f32
  %2 = quant_ext.apply_requantize %q by %inf storage_in = <i8> storage = <i8> : (i8, f32) -> i8
  %3 = quant_ext.apply_multiplier %one, %inf : (f32, f32) -> f32
  return %0, %1, %2, %3 : vector<2xi8>, f32, i8, f32
}

// A splat of a type that no memory holds is not spelled out.
// CHECK-LABEL: func @huge_splat
// CHECK: quant_ext.apply_quantize
func.func @huge_splat() -> vector<1099511627776xi8> {
  %x = arith.constant dense<1.0> : vector<1099511627776xf32>
  %0 = quant_ext.apply_quantize %x, %x storage = <i8> : (vector<1099511627776xf32>, vector<1099511627776xf32>) -> vector<1099511627776xi8>
  return %0 : vector<1099511627776xi8>
}
