// RUN: %quant-opt %s --split-input-file --pass-pipeline='builtin.module(quant-ext-requantize-to-fixed-point,canonicalize)' | FileCheck %s
// RUN: %quant-opt %s --split-input-file --pass-pipeline='builtin.module(quant-ext-requantize-to-fixed-point{rounding-mode=single_round})' | FileCheck %s --check-prefix=SINGLE

// 0.75 / 64 = 0.75 * 2^-6: multiplier 0.75 * 2^31, shift 31 + 6.
// CHECK-LABEL: func @per_tensor
// CHECK-SAME: (%[[A:.*]]: tensor<?xi32>)
// CHECK-DAG: %[[M:.*]] = arith.constant dense<1610612736> : tensor<i32>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<37> : tensor<i8>
// CHECK: quant_ext.requantize_fixed_point %[[A]] by(%[[M]], %[[S]]) storage_in = <i32> storage = <i8> : (tensor<?xi32>, tensor<i32>, tensor<i8>) -> tensor<?xi8>
// SINGLE-LABEL: func @per_tensor
// SINGLE: quant_ext.requantize_fixed_point {{.*}} storage = <i8> rounding_mode = single_round :
func.func @per_tensor(%a: tensor<?xi32>) -> tensor<?xi8> {
  %si = arith.constant dense<0.75> : tensor<f32>
  %so = arith.constant dense<64.0> : tensor<f32>
  %q = quant_ext.requantize %a in(%si) out(%so) storage_in = <i32> storage = <i8> : (tensor<?xi32>, tensor<f32>, tensor<f32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

// -----

// A multiplier a channel where one of the scales has one; zero points stay what
// they are. 1/3 is 0.66.. * 2^-1: round(2^32 / 3) and 32.
// CHECK-LABEL: func @per_axis_in
// CHECK-SAME: (%[[A:.*]]: tensor<4x2xi8>, %[[ZI:.*]]: tensor<2xi8>, %[[ZO:.*]]: tensor<i8>)
// CHECK-DAG: %[[M:.*]] = arith.constant dense<[1431655765, 1073741824]> : tensor<2xi32>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[32, 30]> : tensor<2xi8>
// CHECK: quant_ext.requantize_fixed_point %[[A]] by(%[[M]], %[[S]]) in(%[[ZI]]) out(%[[ZO]]) axis = 1 storage_in = <i8> storage = <u8>
func.func @per_axis_in(%a: tensor<4x2xi8>, %zi: tensor<2xi8>, %zo: tensor<i8>) -> tensor<4x2xi8> {
  %si = arith.constant dense<[1.0, 3.0]> : tensor<2xbf16>
  %so = arith.constant dense<3.0> : tensor<f16>
  %q = quant_ext.requantize %a in(%si, %zi) out(%so, %zo) axis = 1 storage_in = <i8> storage = <u8> : (tensor<4x2xi8>, tensor<2xbf16>, tensor<2xi8>, tensor<f16>, tensor<i8>) -> tensor<4x2xi8>
  return %q : tensor<4x2xi8>
}

// -----

// CHECK-LABEL: func @per_axis_out
// CHECK-DAG: %[[M:.*]] = arith.constant dense<[1073741824, 1431655765]> : tensor<2xi32>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[30, 32]> : tensor<2xi8>
// CHECK: quant_ext.requantize_fixed_point %{{.*}} by(%[[M]], %[[S]]) axis = 0
func.func @per_axis_out(%a: tensor<2x4xi32>) -> tensor<2x4xi8> {
  %si = arith.constant dense<1.0> : tensor<f32>
  %so = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  %q = quant_ext.requantize %a in(%si) out(%so) axis = 0 storage_in = <i32> storage = <i8> : (tensor<2x4xi32>, tensor<f32>, tensor<2xf32>) -> tensor<2x4xi8>
  return %q : tensor<2x4xi8>
}

// -----

// Resources and splats are constants too.
// CHECK-LABEL: func @resource
// CHECK-DAG: arith.constant dense<1073741824> : tensor<2xi32>
// CHECK-DAG: arith.constant dense<[30, 31]> : tensor<2xi8>
// CHECK: quant_ext.requantize_fixed_point
func.func @resource(%a: tensor<2xi32>) -> tensor<2xi8> {
  %si = arith.constant dense_resource<scales> : tensor<2xf32>
  %so = arith.constant dense<2.0> : tensor<2xf32>
  %q = quant_ext.requantize %a in(%si) out(%so) axis = 0 storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

{-#
  dialect_resources: { builtin: { scales: "0x04000000000000400000803f" } }
#-}

// -----

// The product of two f32 scales is exact in f64: (1 + 2^-15)^2 is 1 + 2^-14 +
// 2^-30, so that the multiplier of half of it is 2^30 + 2^16 + 1. An f32 would
// have lost the 1.
// CHECK-LABEL: func @double
// CHECK-DAG: arith.constant dense<1073807361> : tensor<i32>
// CHECK-DAG: arith.constant dense<31> : tensor<i8>
// CHECK: quant_ext.requantize_fixed_point
func.func @double(%a: tensor<2xi32>) -> tensor<2xi8> {
  %si = arith.constant dense<0x3FF0004000400000> : tensor<f64>
  %so = arith.constant dense<2.0> : tensor<f32>
  %q = quant_ext.requantize %a in(%si) out(%so) storage_in = <i32> storage = <i8> rounding = half_away : (tensor<2xi32>, tensor<f64>, tensor<f32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}
