// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(int-range-optimizations))" %s | FileCheck %s

// An element of a quantized value lies in the range of its storage.

// CHECK-LABEL: func @signed_narrow
// CHECK: %[[TRUE:.*]] = arith.constant true
// CHECK: return %[[TRUE]]
func.func @signed_narrow(%x: f32, %s: f32) -> i1 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8<-127:127>> : (f32, f32) -> i8
  %bound = arith.constant -127 : i8
  %0 = arith.cmpi sge, %q, %bound : i8
  return %0 : i1
}

// Of the full range, -128 is a member: what is asked above stays a question.
// CHECK-LABEL: func @signed_full
// CHECK: %[[R:.*]] = arith.cmpi sge
// CHECK: return %[[R]]
func.func @signed_full(%x: f32, %s: f32) -> i1 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
  %bound = arith.constant -127 : i8
  %0 = arith.cmpi sge, %q, %bound : i8
  return %0 : i1
}

// Unsigned bounds are unsigned: at most 200, which is negative as an i8.
// CHECK-LABEL: func @unsigned
// CHECK-DAG: %[[TRUE:.*]] = arith.constant true
// CHECK: %[[R:.*]] = arith.cmpi ule
// CHECK: return %[[TRUE]], %[[R]]
func.func @unsigned(%x: f32, %s: f32, %z: i8) -> (i1, i1) {
  %q = quant_ext.apply_quantize %x, %s, %z storage = <u8<0:200>> : (f32, f32, i8) -> i8
  %c200 = arith.constant 200 : i8
  %c199 = arith.constant 199 : i8
  %0 = arith.cmpi ule, %q, %c200 : i8
  %1 = arith.cmpi ule, %q, %c199 : i8
  return %0, %1 : i1, i1
}

// CHECK-LABEL: func @requantize_element
// CHECK: %[[TRUE:.*]] = arith.constant true
// CHECK: return %[[TRUE]]
func.func @requantize_element(%a: i32, %m: f32) -> i1 {
  %q = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8<-100:100>> : (i32, f32) -> i8
  %c100 = arith.constant 100 : i8
  %0 = arith.cmpi sle, %q, %c100 : i8
  return %0 : i1
}

// The range of a tensor is that of its elements.
// CHECK-LABEL: func @quantize_tensor
// CHECK: %[[TRUE:.*]] = arith.constant dense<true> : tensor<4xi1>
// CHECK: return %[[TRUE]]
func.func @quantize_tensor(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xi1> {
  %q = quant_ext.quantize %x, %s storage = <i8<-127:127>> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %bound = arith.constant dense<-127> : tensor<4xi8>
  %0 = arith.cmpi sge, %q, %bound : tensor<4xi8>
  return %0 : tensor<4xi1>
}

// CHECK-LABEL: func @requantize_tensor
// CHECK: %[[TRUE:.*]] = arith.constant dense<true> : tensor<4xi1>
// CHECK: return %[[TRUE]]
func.func @requantize_tensor(%a: tensor<4xi32>, %s: tensor<f32>, %z: tensor<i4>) -> tensor<4xi1> {
  %q = quant_ext.requantize %a in(%s) out(%s, %z) storage_in = <i32> storage = <u4<0:10>> : (tensor<4xi32>, tensor<f32>, tensor<f32>, tensor<i4>) -> tensor<4xi4>
  %bound = arith.constant dense<10> : tensor<4xi4>
  %0 = arith.cmpi ule, %q, %bound : tensor<4xi4>
  return %0 : tensor<4xi1>
}

// CHECK-LABEL: func @requantize_fixed_point_tensor
// CHECK: %[[TRUE:.*]] = arith.constant dense<true> : tensor<4xi1>
// CHECK: return %[[TRUE]]
func.func @requantize_fixed_point_tensor(%a: tensor<4xi32>, %m: tensor<i32>, %s: tensor<i8>, %z: tensor<i4>) -> tensor<4xi1> {
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) out(%z) storage_in = <i32> storage = <u4<0:10>> : (tensor<4xi32>, tensor<i32>, tensor<i8>, tensor<i4>) -> tensor<4xi4>
  %bound = arith.constant dense<10> : tensor<4xi4>
  %0 = arith.cmpi ule, %q, %bound : tensor<4xi4>
  return %0 : tensor<4xi1>
}

// CHECK-LABEL: func @requantize_fixed_point_element
// CHECK: %[[TRUE:.*]] = arith.constant true
// CHECK: return %[[TRUE]]
func.func @requantize_fixed_point_element(%a: i32, %m: i32, %s: i8) -> i1 {
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8<-100:100>> : (i32, i32, i8) -> i8
  %c100 = arith.constant 100 : i8
  %0 = arith.cmpi sle, %q, %c100 : i8
  return %0 : i1
}
