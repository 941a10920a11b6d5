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

// From 2 to 4, numbers of f16 are 2^-9 apart and numbers of bf16 2^-6: 2.5005
// becomes 2.5 in both, a tie that goes to 2, and 2.505 in bf16 only. 1e6 is
// infinite in f16 and saturates; NaN stays NaN.
// CHECK-LABEL: func @quotient_precision
// CHECK-DAG: %[[NONE:.*]] = arith.constant dense<[3, 3, 127, -128]> : tensor<4xi8>
// CHECK-DAG: %[[F16:.*]] = arith.constant dense<[2, 3, 127, -128]> : tensor<4xi8>
// CHECK-DAG: %[[BF16:.*]] = arith.constant dense<[2, 2, 127, -128]> : tensor<4xi8>
// CHECK: return %[[NONE]], %[[F16]], %[[BF16]]
func.func @quotient_precision() -> (tensor<4xi8>, tensor<4xi8>, tensor<4xi8>) {
  %x = arith.constant dense<[2.5005, 2.505, 1.0e6, 0x7FC00000]> : tensor<4xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %0 = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %1 = quant_ext.quantize %x, %s storage = <i8> precision = f16 : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %2 = quant_ext.quantize %x, %s storage = <i8> precision = bf16 : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return %0, %1, %2 : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>
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

// In every float type, every granularity. Values and scales are exact in all of
// them: a row of max 127, one of max 254.
// CHECK-LABEL: func @types_f16
// Per-tensor, scale 254 / 127 = 2: 127 / 2 = 63.5 is a tie, to 64.
// CHECK-DAG: arith.constant dense<2.000000e+00> : tensor<f32>
// CHECK-DAG: arith.constant dense<{{\[}}[64, -1, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-axis, scales 1 and 2.
// CHECK-DAG: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<{{\[}}[127, -2, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-block of a column and two rows, unsigned: ranges [-254, 127], [-2, 4] and
// [0, 100] over 15, zero points 254 / 25.4 = 10, 2 / 0.4 = 5 and 0. So 127 is
// 10 + 5, 4 is 5 + 10, 100 is 15; as signless i4, 10 is -6 and 15 is -1.
// CHECK-DAG: arith.constant dense<{{\[}}[-6, 5, 0]]> : tensor<1x3xi4>
// CHECK-DAG: arith.constant dense<{{\[}}[-1, 0, 0], [0, -1, -1]]> : tensor<2x3xi4>
func.func @types_f16() -> (tensor<f32>, tensor<2x3xi8>, tensor<2xf32>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>) {
  %w = arith.constant dense<[[127.0, -2.0, 0.0], [-254.0, 4.0, 100.0]]> : tensor<2x3xf16>
  %s0 = quant_ext.choose_qparams %w storage = <i8> : (tensor<2x3xf16>) -> tensor<f32>
  %q0 = quant_ext.quantize %w, %s0 storage = <i8> : (tensor<2x3xf16>, tensor<f32>) -> tensor<2x3xi8>
  %s1 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x3xf16>) -> tensor<2xf32>
  %q1 = quant_ext.quantize %w, %s1 axis = 0 storage = <i8> : (tensor<2x3xf16>, tensor<2xf32>) -> tensor<2x3xi8>
  %s2, %z2 = quant_ext.choose_qparams %w block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xf16>) -> (tensor<1x3xf32>, tensor<1x3xi4>)
  %q2 = quant_ext.quantize %w, %s2, %z2 block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xf16>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<2x3xi4>
  return %s0, %q0, %s1, %q1, %z2, %q2 : tensor<f32>, tensor<2x3xi8>, tensor<2xf32>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>
}
// CHECK-LABEL: func @types_bf16
// Per-tensor, scale 254 / 127 = 2: 127 / 2 = 63.5 is a tie, to 64.
// CHECK-DAG: arith.constant dense<2.000000e+00> : tensor<f32>
// CHECK-DAG: arith.constant dense<{{\[}}[64, -1, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-axis, scales 1 and 2.
// CHECK-DAG: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<{{\[}}[127, -2, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-block of a column and two rows, unsigned: ranges [-254, 127], [-2, 4] and
// [0, 100] over 15, zero points 254 / 25.4 = 10, 2 / 0.4 = 5 and 0. So 127 is
// 10 + 5, 4 is 5 + 10, 100 is 15; as signless i4, 10 is -6 and 15 is -1.
// CHECK-DAG: arith.constant dense<{{\[}}[-6, 5, 0]]> : tensor<1x3xi4>
// CHECK-DAG: arith.constant dense<{{\[}}[-1, 0, 0], [0, -1, -1]]> : tensor<2x3xi4>
func.func @types_bf16() -> (tensor<f32>, tensor<2x3xi8>, tensor<2xf32>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>) {
  %w = arith.constant dense<[[127.0, -2.0, 0.0], [-254.0, 4.0, 100.0]]> : tensor<2x3xbf16>
  %s0 = quant_ext.choose_qparams %w storage = <i8> : (tensor<2x3xbf16>) -> tensor<f32>
  %q0 = quant_ext.quantize %w, %s0 storage = <i8> : (tensor<2x3xbf16>, tensor<f32>) -> tensor<2x3xi8>
  %s1 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x3xbf16>) -> tensor<2xf32>
  %q1 = quant_ext.quantize %w, %s1 axis = 0 storage = <i8> : (tensor<2x3xbf16>, tensor<2xf32>) -> tensor<2x3xi8>
  %s2, %z2 = quant_ext.choose_qparams %w block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xbf16>) -> (tensor<1x3xf32>, tensor<1x3xi4>)
  %q2 = quant_ext.quantize %w, %s2, %z2 block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xbf16>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<2x3xi4>
  return %s0, %q0, %s1, %q1, %z2, %q2 : tensor<f32>, tensor<2x3xi8>, tensor<2xf32>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>
}
// CHECK-LABEL: func @types_f32
// Per-tensor, scale 254 / 127 = 2: 127 / 2 = 63.5 is a tie, to 64.
// CHECK-DAG: arith.constant dense<2.000000e+00> : tensor<f32>
// CHECK-DAG: arith.constant dense<{{\[}}[64, -1, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-axis, scales 1 and 2.
// CHECK-DAG: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<{{\[}}[127, -2, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-block of a column and two rows, unsigned: ranges [-254, 127], [-2, 4] and
// [0, 100] over 15, zero points 254 / 25.4 = 10, 2 / 0.4 = 5 and 0. So 127 is
// 10 + 5, 4 is 5 + 10, 100 is 15; as signless i4, 10 is -6 and 15 is -1.
// CHECK-DAG: arith.constant dense<{{\[}}[-6, 5, 0]]> : tensor<1x3xi4>
// CHECK-DAG: arith.constant dense<{{\[}}[-1, 0, 0], [0, -1, -1]]> : tensor<2x3xi4>
func.func @types_f32() -> (tensor<f32>, tensor<2x3xi8>, tensor<2xf32>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>) {
  %w = arith.constant dense<[[127.0, -2.0, 0.0], [-254.0, 4.0, 100.0]]> : tensor<2x3xf32>
  %s0 = quant_ext.choose_qparams %w storage = <i8> : (tensor<2x3xf32>) -> tensor<f32>
  %q0 = quant_ext.quantize %w, %s0 storage = <i8> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
  %s1 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x3xf32>) -> tensor<2xf32>
  %q1 = quant_ext.quantize %w, %s1 axis = 0 storage = <i8> : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xi8>
  %s2, %z2 = quant_ext.choose_qparams %w block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xf32>) -> (tensor<1x3xf32>, tensor<1x3xi4>)
  %q2 = quant_ext.quantize %w, %s2, %z2 block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<2x3xi4>
  return %s0, %q0, %s1, %q1, %z2, %q2 : tensor<f32>, tensor<2x3xi8>, tensor<2xf32>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>
}
// CHECK-LABEL: func @types_f64
// Per-tensor, scale 254 / 127 = 2: 127 / 2 = 63.5 is a tie, to 64.
// CHECK-DAG: arith.constant dense<2.000000e+00> : tensor<f64>
// CHECK-DAG: arith.constant dense<{{\[}}[64, -1, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-axis, scales 1 and 2.
// CHECK-DAG: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf64>
// CHECK-DAG: arith.constant dense<{{\[}}[127, -2, 0], [-127, 2, 50]]> : tensor<2x3xi8>
// Per-block of a column and two rows, unsigned: ranges [-254, 127], [-2, 4] and
// [0, 100] over 15, zero points 254 / 25.4 = 10, 2 / 0.4 = 5 and 0. So 127 is
// 10 + 5, 4 is 5 + 10, 100 is 15; as signless i4, 10 is -6 and 15 is -1.
// CHECK-DAG: arith.constant dense<{{\[}}[-6, 5, 0]]> : tensor<1x3xi4>
// CHECK-DAG: arith.constant dense<{{\[}}[-1, 0, 0], [0, -1, -1]]> : tensor<2x3xi4>
func.func @types_f64() -> (tensor<f64>, tensor<2x3xi8>, tensor<2xf64>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>) {
  %w = arith.constant dense<[[127.0, -2.0, 0.0], [-254.0, 4.0, 100.0]]> : tensor<2x3xf64>
  %s0 = quant_ext.choose_qparams %w storage = <i8> : (tensor<2x3xf64>) -> tensor<f64>
  %q0 = quant_ext.quantize %w, %s0 storage = <i8> : (tensor<2x3xf64>, tensor<f64>) -> tensor<2x3xi8>
  %s1 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x3xf64>) -> tensor<2xf64>
  %q1 = quant_ext.quantize %w, %s1 axis = 0 storage = <i8> : (tensor<2x3xf64>, tensor<2xf64>) -> tensor<2x3xi8>
  %s2, %z2 = quant_ext.choose_qparams %w block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xf64>) -> (tensor<1x3xf64>, tensor<1x3xi4>)
  %q2 = quant_ext.quantize %w, %s2, %z2 block_sizes = [-1, 1] storage = <u4> : (tensor<2x3xf64>, tensor<1x3xf64>, tensor<1x3xi4>) -> tensor<2x3xi4>
  return %s0, %q0, %s1, %q1, %z2, %q2 : tensor<f64>, tensor<2x3xi8>, tensor<2xf64>, tensor<2x3xi8>, tensor<1x3xi4>, tensor<2x3xi4>
}

// -----

// A splat of weights stays one in every result; so does a requantized one,
// 10 * (0.5 / 0.25) + 3.
// CHECK-LABEL: func @splats
// CHECK-DAG: arith.constant dense<1.000000e+00> : tensor<64xf32>
// CHECK-DAG: arith.constant dense<0> : tensor<64xi8>
// CHECK-DAG: arith.constant dense<-1> : tensor<64x2xi8>
// CHECK-DAG: arith.constant dense<23> : tensor<64xi8>
func.func @splats() -> (tensor<64xf32>, tensor<64xi8>, tensor<64x2xi8>, tensor<64xi8>) {
  // [0, 255] over 255: scale 1, zero point 0, 255 as a signless i8.
  %w = arith.constant dense<255.0> : tensor<64x2xf16>
  %s, %z = quant_ext.choose_qparams %w axis = 0 storage = <u8> : (tensor<64x2xf16>) -> (tensor<64xf32>, tensor<64xi8>)
  %q = quant_ext.quantize %w, %s, %z axis = 0 storage = <u8> : (tensor<64x2xf16>, tensor<64xf32>, tensor<64xi8>) -> tensor<64x2xi8>
  %a = arith.constant dense<10> : tensor<64xi32>
  %si = arith.constant dense<0.5> : tensor<64xf32>
  %so = arith.constant dense<0.25> : tensor<f32>
  %zo = arith.constant dense<3> : tensor<i8>
  %r = quant_ext.requantize %a in(%si) out(%so, %zo) axis = 0 storage_in = <i32> storage = <i8> : (tensor<64xi32>, tensor<64xf32>, tensor<f32>, tensor<i8>) -> tensor<64xi8>
  return %s, %z, %q, %r : tensor<64xf32>, tensor<64xi8>, tensor<64x2xi8>, tensor<64xi8>
}

// With parameters that are no splat, a splat is spelled out: 1 / 0.5, 1 / 0.25.
// CHECK-LABEL: func @splat_of_two
// CHECK: arith.constant dense<[2, 4]> : tensor<2xi8>
func.func @splat_of_two() -> tensor<2xi8> {
  %w = arith.constant dense<1.0> : tensor<2xf32>
  %s = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %q = quant_ext.quantize %w, %s axis = 0 storage = <i8> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

// But not where no memory holds it.
// CHECK-LABEL: func @huge_splat
// CHECK: quant_ext.quantize
func.func @huge_splat() -> tensor<2x1099511627776xi8> {
  %w = arith.constant dense<1.0> : tensor<2x1099511627776xf32>
  %s = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %q = quant_ext.quantize %w, %s axis = 0 storage = <i8> : (tensor<2x1099511627776xf32>, tensor<2xf32>) -> tensor<2x1099511627776xi8>
  return %q : tensor<2x1099511627776xi8>
}

// An empty tensor has a scale of 1 (symmetric), and no elements.
// CHECK-LABEL: func @empty
// CHECK-DAG: arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK-DAG: arith.constant dense<> : tensor<0xi8>
func.func @empty() -> (tensor<f32>, tensor<0xi8>) {
  %w = arith.constant dense<> : tensor<0xf32>
  %s = quant_ext.choose_qparams %w storage = <i8> : (tensor<0xf32>) -> tensor<f32>
  %q = quant_ext.quantize %w, %s storage = <i8> : (tensor<0xf32>, tensor<f32>) -> tensor<0xi8>
  return %s, %q : tensor<f32>, tensor<0xi8>
}

// -----

// dequantize(quantize(w)) of a constant: the integers are folded, and stay.
// CHECK-LABEL: func @constant_pair
// CHECK: %[[Q:.*]] = arith.constant dense<[64, 127, -64]> : tensor<3xi8>
// CHECK: %[[DQ:.*]] = quant_ext.dequantize %[[Q]]
// CHECK: return %[[DQ]]
func.func @constant_pair() -> tensor<3xf32> {
  %w = arith.constant dense<[0.1, 0.2, -0.1]> : tensor<3xf32>
  %s = quant_ext.choose_qparams %w storage = <i8> : (tensor<3xf32>) -> tensor<f32>
  %q = quant_ext.quantize %w, %s storage = <i8> : (tensor<3xf32>, tensor<f32>) -> tensor<3xi8>
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<3xi8>, tensor<f32>) -> tensor<3xf32>
  return %x : tensor<3xf32>
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

// With a zero point, unsigned, per-axis, per-block; a splat of scales.
// CHECK-LABEL: func @identity_zero_point
// CHECK-NEXT: return %arg0
func.func @identity_zero_point(%q: tensor<2x4xi8>, %z: tensor<2xi8>) -> tensor<2x4xi8> {
  %s = arith.constant dense<[0.3, 2.0]> : tensor<2xf32>
  %0 = quant_ext.dequantize %q, %s, %z axis = 0 storage = <u8> : (tensor<2x4xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x4xf32>
  %1 = quant_ext.quantize %0, %s, %z axis = 0 storage = <u8> : (tensor<2x4xf32>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x4xi8>
  return %1 : tensor<2x4xi8>
}
// CHECK-LABEL: func @identity_blocks
// CHECK-NEXT: return %arg0
func.func @identity_blocks(%q: tensor<2x4xi4>) -> tensor<2x4xi4> {
  %s = arith.constant dense<0.3> : tensor<2x2xf32>
  %0 = quant_ext.dequantize %q, %s block_sizes = [1, 2] storage = <i4> : (tensor<2x4xi4>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %1 = quant_ext.quantize %0, %s block_sizes = [1, 2] storage = <i4> : (tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xi4>
  return %1 : tensor<2x4xi4>
}

// 16 bits through f32 or f64, 8 bits through f16; the scale may be f64 or f16.
// CHECK-LABEL: func @identity_i16_f32
// CHECK-NEXT: return %arg0
func.func @identity_i16_f32(%q: tensor<2xi16>) -> tensor<2xi16> {
  %s = arith.constant dense<0.3> : tensor<f64>
  %0 = quant_ext.dequantize %q, %s storage = <i16> : (tensor<2xi16>, tensor<f64>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i16> : (tensor<2xf32>, tensor<f64>) -> tensor<2xi16>
  return %1 : tensor<2xi16>
}
// CHECK-LABEL: func @identity_i16_f64
// CHECK-NEXT: return %arg0
func.func @identity_i16_f64(%q: tensor<2xi16>) -> tensor<2xi16> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i16> : (tensor<2xi16>, tensor<f32>) -> tensor<2xf64>
  %1 = quant_ext.quantize %0, %s storage = <i16> : (tensor<2xf64>, tensor<f32>) -> tensor<2xi16>
  return %1 : tensor<2xi16>
}
// CHECK-LABEL: func @identity_i8_f16
// CHECK-NEXT: return %arg0
func.func @identity_i8_f16(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f16>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f16>) -> tensor<2xf16>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf16>, tensor<f16>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}

// -----

// One function for each condition without which it is not the identity.

// A narrow range clamps what lies outside of it.
// CHECK-LABEL: func @narrow_range
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @narrow_range(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8<-127:127>> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8<-127:127>> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// Storages differ: the second clamps to its own range.
// CHECK-LABEL: func @other_storage
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @other_storage(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8<-100:100>> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// Signedness differs.
// CHECK-LABEL: func @other_signedness
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @other_signedness(%q: tensor<2xi8>, %z: tensor<i8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s, %z storage = <i8> : (tensor<2xi8>, tensor<f32>, tensor<i8>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s, %z storage = <u8> : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// 32 bits are more than f32 holds.
// CHECK-LABEL: func @wide_storage
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @wide_storage(%q: tensor<2xi32>) -> tensor<2xi32> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i32> : (tensor<2xi32>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i32> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi32>
  return %1 : tensor<2xi32>
}
// bf16 holds 8 bits of a product of more.
// CHECK-LABEL: func @through_bf16
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @through_bf16(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xbf16>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xbf16>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// f16 holds 11 bits.
// CHECK-LABEL: func @i16_through_f16
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @i16_through_f16(%q: tensor<2xi16>) -> tensor<2xi16> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i16> : (tensor<2xi16>, tensor<f32>) -> tensor<2xf16>
  %1 = quant_ext.quantize %0, %s storage = <i16> : (tensor<2xf16>, tensor<f32>) -> tensor<2xi16>
  return %1 : tensor<2xi16>
}
// 255 * 1e37 overflows f32.
// CHECK-LABEL: func @overflow
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @overflow(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<1.0e37> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// 255 * 300 overflows f16, though not f32.
// CHECK-LABEL: func @overflow_f16
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @overflow_f16(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<300.0> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf16>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf16>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// A subnormal scale has too few bits.
// CHECK-LABEL: func @subnormal
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @subnormal(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<1.0e-40> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// 1e-6 is normal in f32, but products near it are not in f16.
// CHECK-LABEL: func @subnormal_f16
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @subnormal_f16(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<1.0e-6> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf16>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf16>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// A scale that cannot be computed with.
// CHECK-LABEL: func @negative_scale
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @negative_scale(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<-0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// A reciprocal is rounded once more.
// CHECK-LABEL: func @reciprocal
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @reciprocal(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> division = reciprocal : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// A quotient of fewer bits is rounded once more, too.
// CHECK-LABEL: func @precision
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @precision(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> precision = bf16 : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// A scale that is not constant may be any of these.
// CHECK-LABEL: func @unknown_scale
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @unknown_scale(%q: tensor<2xi8>, %s: tensor<f32>) -> tensor<2xi8> {
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// Scales differ.
// CHECK-LABEL: func @other_scale
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @other_scale(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %t = arith.constant dense<0.4> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %t storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// One channel of several is enough.
// CHECK-LABEL: func @one_bad_channel
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @one_bad_channel(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<[0.3, 1.0e37]> : tensor<2xf32>
  %0 = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<2xi8>, tensor<2xf32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s axis = 0 storage = <i8> : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// Axes differ.
// CHECK-LABEL: func @other_axis
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @other_axis(%q: tensor<2x2xi8>) -> tensor<2x2xi8> {
  %s = arith.constant dense<[0.3, 0.4]> : tensor<2xf32>
  %0 = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<2x2xi8>, tensor<2xf32>) -> tensor<2x2xf32>
  %1 = quant_ext.quantize %0, %s axis = 1 storage = <i8> : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xi8>
  return %1 : tensor<2x2xi8>
}
// Blocks differ: 5 elements are two blocks of 3 and two of 4.
// CHECK-LABEL: func @other_blocks
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @other_blocks(%q: tensor<5xi8>) -> tensor<5xi8> {
  %s = arith.constant dense<[0.3, 0.4]> : tensor<2xf32>
  %0 = quant_ext.dequantize %q, %s block_sizes = [3] storage = <i8> : (tensor<5xi8>, tensor<2xf32>) -> tensor<5xf32>
  %1 = quant_ext.quantize %0, %s block_sizes = [4] storage = <i8> : (tensor<5xf32>, tensor<2xf32>) -> tensor<5xi8>
  return %1 : tensor<5xi8>
}
// Zero points differ.
// CHECK-LABEL: func @other_zero_point
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @other_zero_point(%q: tensor<2xi8>, %y: tensor<i8>, %z: tensor<i8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s, %y storage = <i8> : (tensor<2xi8>, tensor<f32>, tensor<i8>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s, %z storage = <i8> : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// Only one has a zero point.
// CHECK-LABEL: func @one_zero_point
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @one_zero_point(%q: tensor<2xi8>, %z: tensor<i8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s, %z storage = <i8> : (tensor<2xi8>, tensor<f32>, tensor<i8>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}
// The type of the result says less than that of q.
// CHECK-LABEL: func @other_type
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @other_type(%q: tensor<2xi8>) -> tensor<?xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<?xi8>
  return %1 : tensor<?xi8>
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

// -----

// Resources of every float type, per-axis, per-block and asymmetric. Elements
// are [[1, -127], [63.5, 127]] (bf16 holds all of them).
// Per-axis, scales 1 and 1; 63.5 is a tie, to 64 = 0x40: 01 81 40 7f.
// Per-block of two rows, scales 0.5 and 1: 02 81 7f 7f.
// Asymmetric, [-127, 127] over 254 of u8<0:254>: scale 1, zero point 127; 63.5
// goes to 64 before 127 is added: 80 00 bf fe.
// CHECK-LABEL: func @resource_f16
// CHECK-DAG: arith.constant dense_resource<[[AXIS_f16:w_f16_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[BLOCK_f16:w_f16_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[ASYM_f16:w_f16_u8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-LABEL: func @resource_bf16
// CHECK-DAG: arith.constant dense_resource<[[AXIS_bf16:w_bf16_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[BLOCK_bf16:w_bf16_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[ASYM_bf16:w_bf16_u8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-LABEL: func @resource_f32
// CHECK-DAG: arith.constant dense_resource<[[AXIS_f32:w_f32_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[BLOCK_f32:w_f32_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[ASYM_f32:w_f32_u8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-LABEL: func @resource_f64
// CHECK-DAG: arith.constant dense_resource<[[AXIS_f64:w_f64_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[BLOCK_f64:w_f64_i8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: arith.constant dense_resource<[[ASYM_f64:w_f64_u8_[0-9a-f]+]]> : tensor<2x2xi8>
// CHECK-DAG: [[AXIS_f16]]: "0x400000000181407F"
// CHECK-DAG: [[BLOCK_f16]]: "0x4000000002817F7F"
// CHECK-DAG: [[ASYM_f16]]: "0x400000008000BFFE"
// CHECK-DAG: [[AXIS_bf16]]: "0x400000000181407F"
// CHECK-DAG: [[BLOCK_bf16]]: "0x4000000002817F7F"
// CHECK-DAG: [[ASYM_bf16]]: "0x400000008000BFFE"
// CHECK-DAG: [[AXIS_f32]]: "0x400000000181407F"
// CHECK-DAG: [[BLOCK_f32]]: "0x4000000002817F7F"
// CHECK-DAG: [[ASYM_f32]]: "0x400000008000BFFE"
// CHECK-DAG: [[AXIS_f64]]: "0x400000000181407F"
// CHECK-DAG: [[BLOCK_f64]]: "0x4000000002817F7F"
// CHECK-DAG: [[ASYM_f64]]: "0x400000008000BFFE"
func.func @resource_f16() -> (tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>) {
  %w = arith.constant dense_resource<w_f16> : tensor<2x2xf16>
  %s0 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x2xf16>) -> tensor<2xf32>
  %q0 = quant_ext.quantize %w, %s0 axis = 0 storage = <i8> : (tensor<2x2xf16>, tensor<2xf32>) -> tensor<2x2xi8>
  %s1 = quant_ext.choose_qparams %w block_sizes = [2, 1] storage = <i8> : (tensor<2x2xf16>) -> tensor<1x2xf32>
  %q1 = quant_ext.quantize %w, %s1 block_sizes = [2, 1] storage = <i8> : (tensor<2x2xf16>, tensor<1x2xf32>) -> tensor<2x2xi8>
  %s2, %z2 = quant_ext.choose_qparams %w storage = <u8<0:254>> : (tensor<2x2xf16>) -> (tensor<f32>, tensor<i8>)
  %q2 = quant_ext.quantize %w, %s2, %z2 storage = <u8<0:254>> : (tensor<2x2xf16>, tensor<f32>, tensor<i8>) -> tensor<2x2xi8>
  return %q0, %q1, %q2 : tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>
}
func.func @resource_bf16() -> (tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>) {
  %w = arith.constant dense_resource<w_bf16> : tensor<2x2xbf16>
  %s0 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x2xbf16>) -> tensor<2xf32>
  %q0 = quant_ext.quantize %w, %s0 axis = 0 storage = <i8> : (tensor<2x2xbf16>, tensor<2xf32>) -> tensor<2x2xi8>
  %s1 = quant_ext.choose_qparams %w block_sizes = [2, 1] storage = <i8> : (tensor<2x2xbf16>) -> tensor<1x2xf32>
  %q1 = quant_ext.quantize %w, %s1 block_sizes = [2, 1] storage = <i8> : (tensor<2x2xbf16>, tensor<1x2xf32>) -> tensor<2x2xi8>
  %s2, %z2 = quant_ext.choose_qparams %w storage = <u8<0:254>> : (tensor<2x2xbf16>) -> (tensor<f32>, tensor<i8>)
  %q2 = quant_ext.quantize %w, %s2, %z2 storage = <u8<0:254>> : (tensor<2x2xbf16>, tensor<f32>, tensor<i8>) -> tensor<2x2xi8>
  return %q0, %q1, %q2 : tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>
}
func.func @resource_f32() -> (tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>) {
  %w = arith.constant dense_resource<w_f32> : tensor<2x2xf32>
  %s0 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x2xf32>) -> tensor<2xf32>
  %q0 = quant_ext.quantize %w, %s0 axis = 0 storage = <i8> : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xi8>
  %s1 = quant_ext.choose_qparams %w block_sizes = [2, 1] storage = <i8> : (tensor<2x2xf32>) -> tensor<1x2xf32>
  %q1 = quant_ext.quantize %w, %s1 block_sizes = [2, 1] storage = <i8> : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<2x2xi8>
  %s2, %z2 = quant_ext.choose_qparams %w storage = <u8<0:254>> : (tensor<2x2xf32>) -> (tensor<f32>, tensor<i8>)
  %q2 = quant_ext.quantize %w, %s2, %z2 storage = <u8<0:254>> : (tensor<2x2xf32>, tensor<f32>, tensor<i8>) -> tensor<2x2xi8>
  return %q0, %q1, %q2 : tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>
}
func.func @resource_f64() -> (tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>) {
  %w = arith.constant dense_resource<w_f64> : tensor<2x2xf64>
  %s0 = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<2x2xf64>) -> tensor<2xf64>
  %q0 = quant_ext.quantize %w, %s0 axis = 0 storage = <i8> : (tensor<2x2xf64>, tensor<2xf64>) -> tensor<2x2xi8>
  %s1 = quant_ext.choose_qparams %w block_sizes = [2, 1] storage = <i8> : (tensor<2x2xf64>) -> tensor<1x2xf64>
  %q1 = quant_ext.quantize %w, %s1 block_sizes = [2, 1] storage = <i8> : (tensor<2x2xf64>, tensor<1x2xf64>) -> tensor<2x2xi8>
  %s2, %z2 = quant_ext.choose_qparams %w storage = <u8<0:254>> : (tensor<2x2xf64>) -> (tensor<f64>, tensor<i8>)
  %q2 = quant_ext.quantize %w, %s2, %z2 storage = <u8<0:254>> : (tensor<2x2xf64>, tensor<f64>, tensor<i8>) -> tensor<2x2xi8>
  return %q0, %q1, %q2 : tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>
}

{-#
  dialect_resources: { builtin: {
    w_f16: "0x02000000003cf0d7f053f057",
    w_bf16: "0x02000000803ffec27e42fe42",
    w_f32: "0x040000000000803f0000fec200007e420000fe42",
    w_f64: "0x08000000000000000000f03f0000000000c05fc00000000000c04f400000000000c05f40"
  } }
#-}

// -----

// Accumulators in a resource: d * (0.5 / 0.25), 100 saturates.
// CHECK-LABEL: func @resource_requantize
// CHECK: arith.constant dense_resource<[[KEY:acc_requantized_[0-9a-f]+]]> : tensor<2xi8>
// CHECK: [[KEY]]: "0x40000000FA7F"
func.func @resource_requantize() -> tensor<2xi8> {
  %a = arith.constant dense_resource<acc> : tensor<2xi32>
  %si = arith.constant dense<0.5> : tensor<f32>
  %so = arith.constant dense<0.25> : tensor<f32>
  %q = quant_ext.requantize %a in(%si) out(%so) storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<f32>, tensor<f32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

{-#
  dialect_resources: { builtin: { acc: "0x04000000fdffffff64000000" } }
#-}

// -----

// A resource with too few bytes, or none, is left as it is.
// CHECK-LABEL: func @bad_resources
// CHECK-COUNT-2: quant_ext.choose_qparams
func.func @bad_resources() -> (tensor<f32>, tensor<f32>) {
  %w = arith.constant dense_resource<short> : tensor<2xf32>
  %v = arith.constant dense_resource<missing> : tensor<2xf32>
  %s = quant_ext.choose_qparams %w storage = <i8> : (tensor<2xf32>) -> tensor<f32>
  %t = quant_ext.choose_qparams %v storage = <i8> : (tensor<2xf32>) -> tensor<f32>
  return %s, %t : tensor<f32>, tensor<f32>
}

{-#
  dialect_resources: { builtin: { short: "0x040000000000803F" } }
#-}

// -----

// Under dequantize and fake_quantize, resources stay too.
// CHECK-LABEL: func @resource_not_folded
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.fake_quantize
func.func @resource_not_folded() -> (tensor<1xf32>, tensor<1xf32>) {
  %s = arith.constant dense<0.5> : tensor<f32>
  %q = arith.constant dense_resource<q> : tensor<1xi8>
  %w = arith.constant dense_resource<w> : tensor<1xf32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<1xi8>, tensor<f32>) -> tensor<1xf32>
  %1 = quant_ext.fake_quantize %w, %s storage = <i8> : (tensor<1xf32>, tensor<f32>) -> tensor<1xf32>
  return %0, %1 : tensor<1xf32>, tensor<1xf32>
}

{-#
  dialect_resources: { builtin: { q: "0x0100000005", w: "0x040000000000803F" } }
#-}

// -----

// A weight without channels has no scales, though its constant is a splat.
// CHECK-LABEL: func @no_channels
// CHECK: arith.constant dense<> : tensor<0xf32>
// CHECK: arith.constant dense<> : tensor<4x0xi8>
func.func @no_channels() -> (tensor<0xf32>, tensor<4x0xi8>) {
  %w = arith.constant dense<1.0> : tensor<4x0xf32>
  %s = quant_ext.choose_qparams %w axis = 1 storage = <i8> : (tensor<4x0xf32>) -> tensor<0xf32>
  %q = quant_ext.quantize %w, %s axis = 1 storage = <i8> : (tensor<4x0xf32>, tensor<0xf32>) -> tensor<4x0xi8>
  return %s, %q : tensor<0xf32>, tensor<4x0xi8>
}

// -----

// A key that other bytes have taken is made longer, the same way in both
// functions. Where this fails because keys are derived in another way, run it
// without the resource "w_i8_..." to see the new one.
// CHECK-LABEL: func @taken
// CHECK: arith.constant dense_resource<[[KEY:w_i8_.+_.+]]> : tensor<1xi8>
// CHECK-LABEL: func @taken_again
// CHECK: arith.constant dense_resource<[[KEY]]> : tensor<1xi8>
// 3 over 3/127 is 127 = 0x7f.
// CHECK: [[KEY]]: "0x400000007F"
func.func @taken() -> tensor<1xi8> {
  %w = arith.constant dense_resource<w> : tensor<1xf32>
  %s = quant_ext.choose_qparams %w storage = <i8> : (tensor<1xf32>) -> tensor<f32>
  %q = quant_ext.quantize %w, %s storage = <i8> : (tensor<1xf32>, tensor<f32>) -> tensor<1xi8>
  return %q : tensor<1xi8>
}
func.func @taken_again() -> tensor<1xi8> {
  %w = arith.constant dense_resource<w> : tensor<1xf32>
  %s = quant_ext.choose_qparams %w storage = <i8> : (tensor<1xf32>) -> tensor<f32>
  %q = quant_ext.quantize %w, %s storage = <i8> : (tensor<1xf32>, tensor<f32>) -> tensor<1xi8>
  return %q : tensor<1xi8>
}

{-#
  dialect_resources: { builtin: { w: "0x0400000000004040", w_i8_8d604f32da24b2ca: "0x0400000001" } }
#-}
