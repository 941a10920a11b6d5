// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(canonicalize,quant-ext-evaluate-constants))" %s | FileCheck %s

// Philox4x32-10 of counter 0 and key 0 is published with the function: 6627e8d5
// is its first word, and 0x6627e8 / 2^24 = 0.399047. Rests above that go up:
// 0.3990 stays, 0.3991 goes up, and so does the rest 0.4 of -0.6 to the integer
// below, unlike the rest 0.39 of -0.61.
// CHECK-LABEL: func @published
// CHECK: arith.constant dense<[0, 1, 0, -1, 7]> : vector<5xi8>
func.func @published() -> vector<5xi8> {
  %x = arith.constant dense<[0.3990, 0.3991, -0.6, -0.61, 7.0]> : vector<5xf32>
  %s = arith.constant dense<1.0> : vector<5xf32>
  %zero = arith.constant dense<0> : vector<5xi64>
  %0 = quant_ext.apply_quantize %x, %s random(%zero, %zero) storage = <i8> rounding = stochastic : (vector<5xf32>, vector<5xf32>, vector<5xi64>, vector<5xi64>) -> vector<5xi8>
  return %0 : vector<5xi8>
}

// 0x6627e8 / 2^24 itself does not go up, the next number of f32, 2^-25 above it,
// does. In hexadecimal they are 0x3ECC4FD0 and 0x3ECC4FD1.
// CHECK-LABEL: func @equal
// CHECK: arith.constant dense<[0, 1]> : vector<2xi8>
func.func @equal() -> vector<2xi8> {
  %x = arith.constant dense<[0x3ECC4FD0, 0x3ECC4FD1]> : vector<2xf32>
  %s = arith.constant dense<1.0> : vector<2xf32>
  %zero = arith.constant dense<0> : vector<2xi64>
  %0 = quant_ext.apply_quantize %x, %s random(%zero, %zero) storage = <i8> rounding = stochastic : (vector<2xf32>, vector<2xf32>, vector<2xi64>, vector<2xi64>) -> vector<2xi8>
  return %0 : vector<2xi8>
}

// Low words are word 0. By the oracle, whose Philox gives the published vectors,
// seed 1 draws 0.890, seed 2^32 0.992, index 2^32 0.417, index 2^32 - 1 0.772,
// seed 2^32 + 2 at index 5 * 2^32 + 3 0.214, and seed -1 at index -1 0.301. What
// is rounded is beyond each of them, then before it.
// CHECK-LABEL: func @words
// CHECK: arith.constant dense<{{\[}}[1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]]> : vector<2x6xi8>
func.func @words() -> vector<2x6xi8> {
  %x = arith.constant dense<[[0.891, 0.993, 0.418, 0.773, 0.215, 0.302], [0.890, 0.991, 0.417, 0.772, 0.213, 0.301]]> : vector<2x6xf32>
  %s = arith.constant dense<1.0> : vector<2x6xf32>
  %seed = arith.constant dense<[[1, 4294967296, 0, 0, 4294967298, -1], [1, 4294967296, 0, 0, 4294967298, -1]]> : vector<2x6xi64>
  %index = arith.constant dense<[[0, 0, 4294967296, 4294967295, 21474836483, -1], [0, 0, 4294967296, 4294967295, 21474836483, -1]]> : vector<2x6xi64>
  %0 = quant_ext.apply_quantize %x, %s random(%seed, %index) storage = <i8> rounding = stochastic : (vector<2x6xf32>, vector<2x6xf32>, vector<2x6xi64>, vector<2x6xi64>) -> vector<2x6xi8>
  return %0 : vector<2x6xi8>
}

// NaN is qmin, infinities and what is beyond the bounds are the bounds, integers
// stay, and the rest of -1e-30 is 1 in f32.
// CHECK-LABEL: func @edges
// CHECK: arith.constant dense<[-128, 127, -128, 127, 127, -128, 0, 0, -5]> : vector<9xi8>
func.func @edges() -> vector<9xi8> {
  %x = arith.constant dense<[0x7FC00000, 0x7F800000, 0xFF800000, 126.5, 127.9, -128.1, -0.0, -1.0e-30, -5.0]> : vector<9xf32>
  %s = arith.constant dense<1.0> : vector<9xf32>
  %zero = arith.constant dense<0> : vector<9xi64>
  %0 = quant_ext.apply_quantize %x, %s random(%zero, %zero) storage = <i8> rounding = stochastic : (vector<9xf32>, vector<9xf32>, vector<9xi64>, vector<9xi64>) -> vector<9xi8>
  return %0 : vector<9xi8>
}

// 1.4 in bf16 is 179 / 128 = 1.3984, whose rest is below 0.399047.
// CHECK-LABEL: func @after_precision
// CHECK-DAG: %[[NARROW:.*]] = arith.constant dense<1> : vector<1xi8>
// CHECK-DAG: %[[WIDE:.*]] = arith.constant dense<2> : vector<1xi8>
// CHECK: return %[[NARROW]], %[[WIDE]]
func.func @after_precision() -> (vector<1xi8>, vector<1xi8>) {
  %x = arith.constant dense<1.4> : vector<1xf32>
  %s = arith.constant dense<1.0> : vector<1xf32>
  %zero = arith.constant dense<0> : vector<1xi64>
  %0 = quant_ext.apply_quantize %x, %s random(%zero, %zero) storage = <i8> rounding = stochastic precision = bf16 : (vector<1xf32>, vector<1xf32>, vector<1xi64>, vector<1xi64>) -> vector<1xi8>
  %1 = quant_ext.apply_quantize %x, %s random(%zero, %zero) storage = <i8> rounding = stochastic : (vector<1xf32>, vector<1xf32>, vector<1xi64>, vector<1xi64>) -> vector<1xi8>
  return %0, %1 : vector<1xi8>, vector<1xi8>
}

// The same number for the accumulator 1 and two multipliers.
// CHECK-LABEL: func @requantize_published
// CHECK: arith.constant dense<[0, 1]> : vector<2xi8>
func.func @requantize_published() -> vector<2xi8> {
  %a = arith.constant dense<1> : vector<2xi32>
  %m = arith.constant dense<[0.3990, 0.3991]> : vector<2xf32>
  %zero = arith.constant dense<0> : vector<2xi64>
  %0 = quant_ext.apply_requantize %a by %m random(%zero, %zero) storage_in = <i32> storage = <i8> rounding = stochastic : (vector<2xi32>, vector<2xf32>, vector<2xi64>, vector<2xi64>) -> vector<2xi8>
  return %0 : vector<2xi8>
}

// Equal values get numbers of their own, so that a splat does not stay one. Of
// 0.399, 0.972, 0.019, 0.787, 0.935, 0.450, 0.714 and 0.659 by the oracle, those
// below 0.5 go up.
// CHECK-LABEL: func @splat
// CHECK: arith.constant dense<{{\[}}[1, 0, 1, 0], [0, 1, 0, 0]]> : tensor<2x4xi8>
func.func @splat() -> tensor<2x4xi8> {
  %x = arith.constant dense<0.5> : tensor<2x4xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %seed = arith.constant dense<0> : tensor<i64>
  %0 = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<2x4xf32>, tensor<f32>, tensor<i64>) -> tensor<2x4xi8>
  return %0 : tensor<2x4xi8>
}

// Parts of these eight: the last two columns, the transpose, and 1, 3, 5.
// CHECK-LABEL: func @tiles
// CHECK-DAG: %[[COLUMNS:.*]] = arith.constant dense<{{\[}}[1, 0], [0, 0]]> : tensor<2x2xi8>
// CHECK-DAG: %[[TRANSPOSED:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 0.000000e+00], [0.000000e+00, 1.000000e+00], [1.000000e+00, 0.000000e+00], [0.000000e+00, 0.000000e+00]]> : tensor<4x2xf32>
// CHECK-DAG: %[[GAPS:.*]] = arith.constant dense<[0, 0, 1]> : tensor<3xi8>
// CHECK: return %[[COLUMNS]], %[[TRANSPOSED]], %[[GAPS]]
func.func @tiles() -> (tensor<2x2xi8>, tensor<4x2xf32>, tensor<3xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %x = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = arith.constant dense<0.5> : tensor<4x2xf32>
  %a = arith.constant dense<1> : tensor<3xi32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %t = arith.constant dense<2.0> : tensor<f32>
  %seed = arith.constant dense<0> : tensor<i64>
  %0 = quant_ext.quantize %x, %s random(%seed at %c2, %c4, %c1) storage = <i8> rounding = stochastic : (tensor<2x2xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<2x2xi8>
  %1 = quant_ext.fake_quantize %y, %s random(%seed at %c0, %c1, %c4) storage = <i8> rounding = stochastic : (tensor<4x2xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<4x2xf32>
  %2 = quant_ext.requantize %a in(%s) out(%t) random(%seed at %c1, %c2) storage_in = <i32> storage = <i8> rounding = stochastic : (tensor<3xi32>, tensor<f32>, tensor<f32>, tensor<i64>, index, index) -> tensor<3xi8>
  return %0, %1, %2 : tensor<2x2xi8>, tensor<4x2xf32>, tensor<3xi8>
}

// Nothing is drawn for no elements.
// CHECK-LABEL: func @empty
// CHECK: arith.constant dense<> : tensor<2x0xi8>
func.func @empty() -> tensor<2x0xi8> {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %seed = arith.constant dense<0> : tensor<i64>
  %0 = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<2x0xf32>, tensor<f32>, tensor<i64>) -> tensor<2x0xi8>
  return %0 : tensor<2x0xi8>
}

// Weights in resources, of which 0.399, 0.972 and 0.019 are the first numbers.
// CHECK-LABEL: func @resources
// CHECK: %[[WHOLE:.*]] = arith.constant dense_resource<[[WHOLE_KEY:w_i8_[0-9a-f]+]]>
// CHECK: %[[TILE:.*]] = arith.constant dense_resource<[[TILE_KEY:w_i8_[0-9a-f]+]]>
// CHECK: return %[[WHOLE]], %[[TILE]]
func.func @resources() -> (tensor<2xi8>, tensor<2xi8>) {
  %c1 = arith.constant 1 : index
  %w = arith.constant dense_resource<w> : tensor<2xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %seed = arith.constant dense<0> : tensor<i64>
  %0 = quant_ext.quantize %w, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<2xf32>, tensor<f32>, tensor<i64>) -> tensor<2xi8>
  %1 = quant_ext.quantize %w, %s random(%seed at %c1, %c1) storage = <i8> rounding = stochastic : (tensor<2xf32>, tensor<f32>, tensor<i64>, index, index) -> tensor<2xi8>
  return %0, %1 : tensor<2xi8>, tensor<2xi8>
}

// A splat too large to be spelled out, and a tile somewhere, are left to run
// time.
// CHECK-LABEL: func @left
// CHECK: quant_ext.quantize
// CHECK: quant_ext.quantize
func.func @left(%i: index) -> (tensor<1099511627776xi8>, tensor<2xi8>) {
  %x = arith.constant dense<0.5> : tensor<1099511627776xf32>
  %y = arith.constant dense<0.5> : tensor<2xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %seed = arith.constant dense<0> : tensor<i64>
  %one = arith.constant 1 : index
  %0 = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<1099511627776xf32>, tensor<f32>, tensor<i64>) -> tensor<1099511627776xi8>
  %1 = quant_ext.quantize %y, %s random(%seed at %i, %one) storage = <i8> rounding = stochastic : (tensor<2xf32>, tensor<f32>, tensor<i64>, index, index) -> tensor<2xi8>
  return %0, %1 : tensor<1099511627776xi8>, tensor<2xi8>
}

// What comes back beside q may go to its neighbour.
// CHECK-LABEL: func @no_identity
// CHECK: quant_ext.quantize
func.func @no_identity(%q: tensor<2xi8>, %seed: tensor<i64>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<2xf32>, tensor<f32>, tensor<i64>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}

// CHECK: dialect_resources
// CHECK-DAG: [[WHOLE_KEY]]: "0x400000000100"
// CHECK-DAG: [[TILE_KEY]]: "0x400000000001"
{-#
  dialect_resources: { builtin: { w: "0x040000000000003F0000003F" } }
#-}
