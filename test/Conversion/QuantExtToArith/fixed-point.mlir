// RUN: %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-arith,canonicalize)" %s | FileCheck %s

// Nothing is wider than 64 bits, and nothing is floating point.
// CHECK-LABEL: func @single_round
// CHECK-SAME: (%[[A:.*]]: vector<8xi32>, %[[M:.*]]: vector<8xi32>, %[[S:.*]]: vector<8xi8>)
// CHECK-NOT: i128
// CHECK-DAG: %[[WIDE:.*]] = arith.extsi %[[A]] : vector<8xi32> to vector<8xi64>
// CHECK-DAG: %[[FACTOR:.*]] = arith.extsi %[[M]] : vector<8xi32> to vector<8xi64>
// CHECK: %[[P:.*]] = arith.muli %[[WIDE]], %[[FACTOR]] : vector<8xi64>
// The shift is in [1, 62] whatever the operand is.
// CHECK: %[[LOW:.*]] = arith.maxsi %[[S]], %{{.*}} : vector<8xi8>
// CHECK: %[[BOTH:.*]] = arith.minsi %[[LOW]], %{{.*}} : vector<8xi8>
// CHECK: %[[SHIFT:.*]] = arith.extui %[[BOTH]] : vector<8xi8> to vector<8xi64>
// CHECK: %[[HALF:.*]] = arith.shli %{{.*}}, %{{.*}} : vector<8xi64>
// CHECK: %[[SUM:.*]] = arith.addi %[[P]], %[[HALF]] : vector<8xi64>
// CHECK: arith.shrsi %[[SUM]], %[[SHIFT]] : vector<8xi64>
// CHECK: arith.trunci %{{.*}} : vector<8xi64> to vector<8xi8>
// CHECK-NOT: f32
// CHECK: return
func.func @single_round(%a: vector<8xi32>, %m: vector<8xi32>, %s: vector<8xi8>) -> vector<8xi8> {
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> rounding_mode = single_round : (vector<8xi32>, vector<8xi32>, vector<8xi8>) -> vector<8xi8>
  return %q : vector<8xi8>
}

// Where the shift is known to be above 31, what is added depends on the sign of
// the product alone: 2^39 + 2^30 or 2^39 - 2^30.
// CHECK-LABEL: func @double_round_known
// CHECK-DAG: %[[UP:.*]] = arith.constant 550829555712 : i64
// CHECK-DAG: %[[DOWN:.*]] = arith.constant 548682072064 : i64
// CHECK: %[[P:.*]] = arith.muli
// CHECK: %[[NEGATIVE:.*]] = arith.cmpi slt, %[[P]], %{{.*}} : i64
// CHECK: arith.select %[[NEGATIVE]], %[[DOWN]], %[[UP]] : i64
func.func @double_round_known(%a: i32, %m: i32) -> i8 {
  %s = arith.constant 40 : i8
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (i32, i32, i8) -> i8
  return %q : i8
}

// Both zero points are extended as their storages say.
// CHECK-LABEL: func @zero_points
// CHECK-SAME: (%[[A:.*]]: i8, %[[M:.*]]: i32, %[[S:.*]]: i8, %[[ZI:.*]]: i8, %[[ZO:.*]]: i4)
// CHECK-DAG: %[[WIDE:.*]] = arith.extui %[[A]] : i8 to i32
// CHECK-DAG: %[[WIDE_ZI:.*]] = arith.extui %[[ZI]] : i8 to i32
// CHECK: arith.subi %[[WIDE]], %[[WIDE_ZI]] : i32
// CHECK: %[[Y:.*]] = arith.trunci %{{.*}} : i64 to i32
// CHECK: %[[WIDE_ZO:.*]] = arith.extsi %[[ZO]] : i4 to i32
// CHECK: arith.addi %[[Y]], %[[WIDE_ZO]] : i32
func.func @zero_points(%a: i8, %m: i32, %s: i8, %zi: i8, %zo: i4) -> i4 {
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) in(%zi) out(%zo) storage_in = <u8> storage = <i4> : (i8, i32, i8, i8, i4) -> i4
  return %q : i4
}
