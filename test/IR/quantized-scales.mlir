// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-check-params,func.func(canonicalize),quant-ext-check-params)" --split-input-file %s | FileCheck %s

// The largest power of two that is not above max|x| by the one of qmax: 2^8 of
// 448, 2^15 of 57344, 2^7 of 240, 2^2 of 6. Of max|x| = 6 = 1.5 * 2^2 that gives
// 2^-6, 2^-13, 2^-5, 2^-13 and 2^0. Infinities are no part of the range.
// CHECK-LABEL: func @powers_of_two
// CHECK-DAG: %[[A:.*]] = arith.constant dense<1.562500e-02> : tensor<f8E8M0FNU>
// CHECK-DAG: %[[B:.*]] = arith.constant dense<3.125000e-02> : tensor<f8E8M0FNU>
// CHECK-DAG: %[[C:.*]] = arith.constant dense<1.220700e-04> : tensor<f8E8M0FNU>
// CHECK-DAG: %[[D:.*]] = arith.constant dense<1.000000e+00> : tensor<f8E8M0FNU>
// CHECK: return %[[A]], %[[B]], %[[C]], %[[C]], %[[D]]
func.func @powers_of_two() -> (tensor<f8E8M0FNU>, tensor<f8E8M0FNU>, tensor<f8E8M0FNU>, tensor<f8E8M0FNU>, tensor<f8E8M0FNU>) {
  %x = arith.constant dense<[1.0, -6.0, 0x7F800000]> : tensor<3xf32>
  %a = quant_ext.choose_qparams %x storage = <f8E4M3FN> scale_storage = <f8E8M0FNU> : (tensor<3xf32>) -> tensor<f8E8M0FNU>
  %b = quant_ext.choose_qparams %x storage = <f8E4M3FNUZ> scale_storage = <f8E8M0FNU> : (tensor<3xf32>) -> tensor<f8E8M0FNU>
  %c = quant_ext.choose_qparams %x storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (tensor<3xf32>) -> tensor<f8E8M0FNU>
  %d = quant_ext.choose_qparams %x storage = <f8E5M2FNUZ> scale_storage = <f8E8M0FNU> : (tensor<3xf32>) -> tensor<f8E8M0FNU>
  %e = quant_ext.choose_qparams %x storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (tensor<3xf32>) -> tensor<f8E8M0FNU>
  return %a, %b, %c, %d, %e : tensor<f8E8M0FNU>, tensor<f8E8M0FNU>, tensor<f8E8M0FNU>, tensor<f8E8M0FNU>, tensor<f8E8M0FNU>
}

// -----

// Bounds: a block of zeros (-0 among them), one of subnormals, 2^127 by 2^2, and
// the number below 2 by 2^2, which does not round up. Patterns are exponents
// plus 127: 0, 0, 125 + 127 = 252 and -2 + 127 = 125.
// CHECK-LABEL: func @bounds
// CHECK: arith.constant dense<[5.877470e-39, 5.877470e-39, 4.253530e+37, 2.500000e-01]> : tensor<4xf8E8M0FNU>
func.func @bounds() -> tensor<4xf8E8M0FNU> {
  %x = arith.constant dense<[0.0, -0.0, 1.0e-40, -1.0e-39, 0x7F000000, 0.0, 0x3FFFFFFF, 0x7FC00000]> : tensor<8xf32>
  %e = quant_ext.choose_qparams %x block_sizes = [2] storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (tensor<8xf32>) -> tensor<4xf8E8M0FNU>
  return %e : tensor<4xf8E8M0FNU>
}

// -----

// What f64 reaches beyond f32 is clamped: 2^-127 and 2^127.
// CHECK-LABEL: func @f64
// CHECK: arith.constant dense<[5.877470e-39, 1.701410e+38]> : tensor<2xf8E8M0FNU>
func.func @f64() -> tensor<2xf8E8M0FNU> {
  %x = arith.constant dense<[1.0e-300, 1.0e300]> : tensor<2xf64>
  %e = quant_ext.choose_qparams %x axis = 0 storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (tensor<2xf64>) -> tensor<2xf8E8M0FNU>
  return %e : tensor<2xf8E8M0FNU>
}

// -----

// NVFP4: max|x| / 6 by 0.25. Of 12 that is 8; of 0 it would be 0, of 0.0015
// 0.001, and 2^-9 takes the place of both; 3000 is beyond 448; of 1.59375 it is
// 1.0625, the tie between 1 and 1.125, and 1 is even.
// CHECK-LABEL: func @proportional
// CHECK: arith.constant dense<[8.000000e+00, 1.953130e-03, 1.953130e-03, 4.480000e+02, 1.000000e+00]> : tensor<5xf8E4M3FN>
func.func @proportional() -> tensor<5xf8E4M3FN> {
  %x = arith.constant dense<[-12.0, 0.0, 0.0015, 4500.0, 1.59375]> : tensor<5xf32>
  %s2 = arith.constant dense<0.25> : tensor<f32>
  %s1 = quant_ext.choose_qparams %x scaled_by(%s2) axis = 0 storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<5xf32>, tensor<f32>) -> tensor<5xf8E4M3FN>
  return %s1 : tensor<5xf8E4M3FN>
}

// -----

// Weights and their scales become constants; dequantize stays, of the scales
// too. Scales 4/4 = 1 and 1/4 (of 1.5 the power is 1): 6 / 1 and 1.5 / 0.25 are 6.
// CHECK-LABEL: func @weights
// CHECK-DAG: %[[Q:.*]] = arith.constant dense<[6.000000e+00, -3.000000e+00, 6.000000e+00, 2.000000e+00]> : tensor<4xf4E2M1FN>
// CHECK-DAG: %[[E:.*]] = arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf8E8M0FNU>
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[S:.*]] = quant_ext.dequantize %[[E]], %[[ONE]] storage = <f8E8M0FNU>
// CHECK: %[[X:.*]] = quant_ext.dequantize %[[Q]], %[[S]] block_sizes = [2] storage = <f4E2M1FN>
// CHECK: return %[[X]]
func.func @weights() -> tensor<4xf32> {
  %w = arith.constant dense<[6.0, -3.0, 1.5, 0.5]> : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %e = quant_ext.choose_qparams %w block_sizes = [2] storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (tensor<4xf32>) -> tensor<2xf8E8M0FNU>
  %s = quant_ext.dequantize %e, %one storage = <f8E8M0FNU> : (tensor<2xf8E8M0FNU>, tensor<f32>) -> tensor<2xf32>
  %q = quant_ext.quantize %w, %s block_sizes = [2] storage = <f4E2M1FN> : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf4E2M1FN>
  %x = quant_ext.dequantize %q, %s block_sizes = [2] storage = <f4E2M1FN> : (tensor<4xf4E2M1FN>, tensor<2xf32>) -> tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

// A block of zeros has the subnormal scale 2^-127, which is as good as any: it
// folds to zeros, and nothing is reported.
// CHECK-LABEL: func @zeros
// CHECK-DAG: %[[Q:.*]] = arith.constant dense<0.000000e+00> : tensor<64xf8E4M3FN>
// CHECK-DAG: %[[E:.*]] = arith.constant dense<5.877470e-39> : tensor<2xf8E8M0FNU>
// CHECK: return %[[Q]], %[[E]]
func.func @zeros() -> (tensor<64xf8E4M3FN>, tensor<2xf8E8M0FNU>) {
  %w = arith.constant dense<0.0> : tensor<64xf32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %e = quant_ext.choose_qparams %w block_sizes = [32] storage = <f8E4M3FN> scale_storage = <f8E8M0FNU> : (tensor<64xf32>) -> tensor<2xf8E8M0FNU>
  %s = quant_ext.dequantize %e, %one storage = <f8E8M0FNU> : (tensor<2xf8E8M0FNU>, tensor<f32>) -> tensor<2xf32>
  %q = quant_ext.quantize %w, %s block_sizes = [32] storage = <f8E4M3FN> : (tensor<64xf32>, tensor<2xf32>) -> tensor<64xf8E4M3FN>
  return %q, %e : tensor<64xf8E4M3FN>, tensor<2xf8E8M0FNU>
}

// -----

// Weights in a resource too: 6, -3, 1.5 and 0.5 by 1, 1, 1/4, 1/4 as above are
// the patterns 7, 13, 7 and 4.
// CHECK-LABEL: func @resource
// CHECK: arith.constant dense_resource<w_f4E2M1FN_{{[0-9a-f]+}}> : tensor<4xf4E2M1FN>
// CHECK: w_f4E2M1FN_{{[0-9a-f]+}}: "0x{{[0-9A-F]+}}070D0704"
func.func @resource() -> tensor<4xf4E2M1FN> {
  %w = arith.constant dense_resource<w> : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %e = quant_ext.choose_qparams %w block_sizes = [2] storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (tensor<4xf32>) -> tensor<2xf8E8M0FNU>
  %s = quant_ext.dequantize %e, %one storage = <f8E8M0FNU> : (tensor<2xf8E8M0FNU>, tensor<f32>) -> tensor<2xf32>
  %q = quant_ext.quantize %w, %s block_sizes = [2] storage = <f4E2M1FN> : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf4E2M1FN>
  return %q : tensor<4xf4E2M1FN>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000C040000040C00000C03F0000003F"
    }
  }
#-}

// -----

// Every pattern survives a trip through text.
// CHECK-LABEL: func @nan
// CHECK: arith.constant dense<[5.877470e-39, 1.701410e+38, 0xFF]> : tensor<3xf8E8M0FNU>
func.func @nan() -> tensor<3xf8E8M0FNU> {
  %e = arith.constant dense<"0x00FEFF"> : tensor<3xf8E8M0FNU>
  return %e : tensor<3xf8E8M0FNU>
}

// -----

// Operations on elements fold too: 2^floor(log2 7) by 2^2 is 1; (12 / 6) / 0.5
// is 4.
// CHECK-LABEL: func @elements
// CHECK-DAG: %[[E:.*]] = arith.constant 1.000000e+00 : f8E8M0FNU
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[4.000000e+00, 1.953130e-03]> : vector<2xf8E4M3FN>
// CHECK-DAG: %[[X:.*]] = arith.constant 2.000000e+00 : f32
// CHECK: return %[[E]], %[[S]], %[[X]]
func.func @elements() -> (f8E8M0FNU, vector<2xf8E4M3FN>, f32) {
  %m = arith.constant 7.0 : f32
  %v = arith.constant dense<[12.0, -0.0]> : vector<2xf64>
  %u = arith.constant dense<0.5> : vector<2xf64>
  %two = arith.constant 2.0 : f32
  %e = quant_ext.apply_choose_scale %m storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (f32) -> f8E8M0FNU
  %s = quant_ext.apply_choose_scale %v scaled_by(%u) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (vector<2xf64>, vector<2xf64>) -> vector<2xf8E4M3FN>
  %x = quant_ext.apply_dequantize %e, %two storage = <f8E8M0FNU> : (f8E8M0FNU, f32) -> f32
  return %e, %s, %x : f8E8M0FNU, vector<2xf8E4M3FN>, f32
}

// -----

// What is stored in the scales may be known at compile time only, or not at all.
// CHECK-LABEL: func @unknown
// CHECK: quant_ext.choose_qparams
// CHECK: quant_ext.quantize
func.func @unknown(%s2: tensor<f32>, %s1: tensor<2xf8E4M3FN>) -> (tensor<2xf8E4M3FN>, tensor<4xf4E2M1FN>) {
  %w = arith.constant dense<[6.0, -3.0, 1.5, 0.5]> : tensor<4xf32>
  %c = quant_ext.choose_qparams %w scaled_by(%s2) block_sizes = [2] storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<4xf32>, tensor<f32>) -> tensor<2xf8E4M3FN>
  %s = quant_ext.dequantize %s1, %s2 storage = <f8E4M3FN> : (tensor<2xf8E4M3FN>, tensor<f32>) -> tensor<2xf32>
  %q = quant_ext.quantize %w, %s block_sizes = [2] storage = <f4E2M1FN> : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf4E2M1FN>
  return %c, %q : tensor<2xf8E4M3FN>, tensor<4xf4E2M1FN>
}
