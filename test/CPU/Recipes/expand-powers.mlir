// RUN: %quant-opt %s --pass-pipeline="builtin.module(func.func(quant-ext-expand-powers))" | FileCheck %s

// CHECK-LABEL: func.func @cube(
// CHECK-SAME: %[[X:.*]]: vector<4xf32>
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]] : vector<4xf32>
// CHECK: %[[CUBE:.*]] = arith.mulf %[[SQUARE]], %[[X]] : vector<4xf32>
// CHECK: return %[[CUBE]]
func.func @cube(%x: vector<4xf32>) -> vector<4xf32> {
  %three = arith.constant dense<3> : vector<4xi64>
  %y = math.fpowi %x, %three : vector<4xf32>, vector<4xi64>
  return %y : vector<4xf32>
}

// An exponent of run time, which a float could round, stays, beside one that does not.
// CHECK-LABEL: func.func @run_time(
// CHECK-SAME: %[[X:.*]]: f32, %[[N:.*]]: i32
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]] : f32
// CHECK: math.fpowi %[[SQUARE]], %[[N]] : f32, i32
func.func @run_time(%x: f32, %n: i32) -> f32 {
  %two = arith.constant 2 : i32
  %square = math.fpowi %x, %two : f32, i32
  %y = math.fpowi %square, %n : f32, i32
  return %y : f32
}

// Constants that differ by lane.
// CHECK-LABEL: func.func @lanes(
// CHECK: math.fpowi
func.func @lanes(%x: vector<2xf32>) -> vector<2xf32> {
  %n = arith.constant dense<[2, 16777217]> : vector<2xi32>
  %y = math.fpowi %x, %n : vector<2xf32>, vector<2xi32>
  return %y : vector<2xf32>
}
