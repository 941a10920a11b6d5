// RUN: %quant-opt %s --pass-pipeline='builtin.module(func.func(quant-ext-evaluate-constants))' | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(func.func(canonicalize))' | FileCheck %s --check-prefix=CANONICAL

// The example of the pass description: 64 * 0.5, 127 * 0.5, -64 * 0.5.
// CHECK-LABEL: func @weights
// CHECK: %[[X:.*]] = arith.constant dense<[3.200000e+01, 6.350000e+01, -3.200000e+01]> : tensor<3xf32>
// CHECK: return %[[X]]
// CANONICAL-LABEL: func @weights
// CANONICAL: quant_ext.dequantize
func.func @weights() -> tensor<3xf32> {
  %q = arith.constant dense<[64, 127, -64]> : tensor<3xi8>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %x = quant_ext.dequantize %q, %scale storage = <i8> : (tensor<3xi8>, tensor<f32>) -> tensor<3xf32>
  return %x : tensor<3xf32>
}

// A splat stays one: (3 - 1) * 0.5.
// CHECK-LABEL: func @splat
// CHECK: arith.constant dense<1.000000e+00> : tensor<1000xf16>
func.func @splat() -> tensor<1000xf16> {
  %q = arith.constant dense<3> : tensor<1000xi4>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<1> : tensor<i4>
  %x = quant_ext.dequantize %q, %scale, %z storage = <u4> : (tensor<1000xi4>, tensor<f32>, tensor<i4>) -> tensor<1000xf16>
  return %x : tensor<1000xf16>
}

// 0.3 / 0.5 rounds to 1, 0.2 / 0.5 to 0, 100 saturates at 127 * 0.5. The second
// operation takes what the first one became: 63.5 / 2 = 31.75 rounds to 32.
// CHECK-LABEL: func @fake_quantize
// CHECK: %[[X:.*]] = arith.constant dense<[5.000000e-01, 0.000000e+00, 6.350000e+01]> : tensor<3xf32>
// CHECK: %[[Y:.*]] = arith.constant dense<[0.000000e+00, 0.000000e+00, 6.400000e+01]> : tensor<3xf32>
// CHECK: return %[[X]], %[[Y]]
// CANONICAL-LABEL: func @fake_quantize
// CANONICAL-COUNT-2: quant_ext.fake_quantize
func.func @fake_quantize() -> (tensor<3xf32>, tensor<3xf32>) {
  %w = arith.constant dense<[0.3, 0.2, 100.0]> : tensor<3xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %two = arith.constant dense<2.0> : tensor<f32>
  %x = quant_ext.fake_quantize %w, %half storage = <i8> : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %y = quant_ext.fake_quantize %x, %two storage = <i8> : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %x, %y : tensor<3xf32>, tensor<3xf32>
}

// A bad parameter, an operand that is not constant, other operations.
// CHECK-LABEL: func @left
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @left(%q: tensor<3xi8>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xi8>) {
  %c = arith.constant dense<1> : tensor<3xi8>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %w = arith.constant dense<[0.3, 0.2, 100.0]> : tensor<3xf32>
  %x = quant_ext.dequantize %c, %zero storage = <i8> : (tensor<3xi8>, tensor<f32>) -> tensor<3xf32>
  %y = quant_ext.dequantize %q, %half storage = <i8> : (tensor<3xi8>, tensor<f32>) -> tensor<3xf32>
  %z = quant_ext.quantize %w, %half storage = <i8> : (tensor<3xf32>, tensor<f32>) -> tensor<3xi8>
  return %x, %y, %z : tensor<3xf32>, tensor<3xf32>, tensor<3xi8>
}

// A resource gives a resource: 2 * 0.5 = 1 is 0x3F800000, -2 * 0.5 is 0xBF800000.
// CHECK-LABEL: func @resource
// CHECK: arith.constant dense_resource<[[KEY:q_.*]]> : tensor<2xf32>
// CHECK-LABEL: func @other_type
// CHECK: dense_resource<[[HALF:q_.*]]> : tensor<2xf16>
// CHECK: dense_resource<[[HALF]]> : tensor<2xf16>
// CHECK: return
// CHECK-DAG: [[KEY]]: "0x{{........}}0000803F000080BF"
// CHECK-DAG: [[HALF]]: "0x{{........}}003C00BC"
func.func @resource() -> tensor<2xf32> {
  %q = arith.constant dense_resource<q> : tensor<2xi8>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %x = quant_ext.dequantize %q, %scale storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  return %x : tensor<2xf32>
}

// The same in another type has a key of its own, and equal ones share it: 1 in
// f16 is 0x3C00.
func.func @other_type() -> (tensor<2xf16>, tensor<2xf16>) {
  %q = arith.constant dense_resource<q> : tensor<2xi8>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %x = quant_ext.dequantize %q, %scale storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf16>
  %y = quant_ext.dequantize %q, %scale storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf16>
  return %x, %y : tensor<2xf16>, tensor<2xf16>
}

{-# dialect_resources: { builtin: {
  q: "0x0100000002FE"
} } #-}
