// RUN: %quant-opt %s | %quant-opt | FileCheck %s
// RUN: %quant-opt %s --mlir-print-op-generic | %quant-opt | FileCheck %s
// RUN: %quant-opt %s --emit-bytecode | %quant-opt | FileCheck %s

// CHECK-LABEL: func @per_tensor
// CHECK: %q = quant_ext.requantize_fixed_point %{{.*}} by(%{{.*}}, %{{.*}}) storage_in = <i32> storage = <i8> : (tensor<4x?xi32>, tensor<i32>, tensor<i8>) -> tensor<4x?xi8>
func.func @per_tensor(%a: tensor<4x?xi32>, %m: tensor<i32>, %s: tensor<i8>) -> tensor<4x?xi8> {
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> rounding_mode = double_round : (tensor<4x?xi32>, tensor<i32>, tensor<i8>) -> tensor<4x?xi8>
  return %q : tensor<4x?xi8>
}

// Each zero point is per-tensor or per-axis by itself.
// CHECK-LABEL: func @per_axis
// CHECK: quant_ext.requantize_fixed_point %{{.*}} by(%{{.*}}, %{{.*}}) in(%{{.*}}) out(%{{.*}}) axis = 1 storage_in = <u4> storage = <u8> rounding_mode = single_round : (tensor<4x8xi4>, tensor<8xi32>, tensor<8xi8>, tensor<i4>, tensor<8xi8>) -> tensor<4x8xi8>
func.func @per_axis(%a: tensor<4x8xi4>, %m: tensor<8xi32>, %s: tensor<8xi8>, %zi: tensor<i4>, %zo: tensor<8xi8>) -> tensor<4x8xi8> {
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) in(%zi) out(%zo) axis = 1 storage_in = <u4> storage = <u8> rounding_mode = single_round : (tensor<4x8xi4>, tensor<8xi32>, tensor<8xi8>, tensor<i4>, tensor<8xi8>) -> tensor<4x8xi8>
  return %q : tensor<4x8xi8>
}

// CHECK-LABEL: func @elements
// CHECK: quant_ext.apply_requantize_fixed_point %{{.*}} by(%{{.*}}, %{{.*}}) in(%{{.*}}) storage_in = <u8> storage = <i16> rounding_mode = single_round : (i8, i32, i8, i8) -> i16
// CHECK: quant_ext.apply_requantize_fixed_point %{{.*}} by(%{{.*}}, %{{.*}}) storage_in = <i32> storage = <i32> : (vector<4xi32>, vector<4xi32>, vector<4xi8>) -> vector<4xi32>
func.func @elements(%a: i8, %m: i32, %s: i8, %v: vector<4xi32>, %t: vector<4xi8>) -> (i16, vector<4xi32>) {
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) in(%s) storage_in = <u8> storage = <i16> rounding_mode = single_round : (i8, i32, i8, i8) -> i16
  %r = quant_ext.apply_requantize_fixed_point %v by(%v, %t) storage_in = <i32> storage = <i32> : (vector<4xi32>, vector<4xi32>, vector<4xi8>) -> vector<4xi32>
  return %q, %r : i16, vector<4xi32>
}

// CHECK-LABEL: func private @modes
// CHECK-SAME: a = #quant_ext<rounding_mode single_round>
// CHECK-SAME: b = #quant_ext<rounding_mode double_round>
func.func private @modes() attributes {
  a = #quant_ext<rounding_mode single_round>,
  b = #quant_ext<rounding_mode double_round>
}
