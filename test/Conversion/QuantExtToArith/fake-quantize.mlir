// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(convert-quant-ext-to-arith,canonicalize)" | FileCheck %s

// Quantize and dequantize by the same parameters stay in f32. Sum and
// difference with 1.5 * 2^23 round to a number that is no -0, as no integer is.
// CHECK-LABEL: func @pair
// CHECK-SAME: %[[X:.*]]: vector<16xf32>, %[[S:.*]]: vector<16xf32>
// CHECK-DAG: %[[MIN:.*]] = arith.constant dense<-1.270000e+02> : vector<16xf32>
// CHECK-DAG: %[[MAX:.*]] = arith.constant dense<1.270000e+02> : vector<16xf32>
// CHECK-DAG: %[[MAGIC:.*]] = arith.constant dense<0x4B400000> : vector<16xf32>
// CHECK: %[[V:.*]] = arith.divf %[[X]], %[[S]] : vector<16xf32>
// NaN compares false and goes to the minimum.
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt, %[[V]], %[[MIN]]
// CHECK: %[[LO:.*]] = arith.select %[[ABOVE]], %[[V]], %[[MIN]]
// CHECK: %[[BELOW:.*]] = arith.cmpf olt, %[[LO]], %[[MAX]]
// CHECK: %[[HI:.*]] = arith.select %[[BELOW]], %[[LO]], %[[MAX]]
// CHECK: %[[SUM:.*]] = arith.addf %[[HI]], %[[MAGIC]]
// CHECK: %[[N:.*]] = arith.subf %[[SUM]], %[[MAGIC]]
// CHECK: %[[Y:.*]] = arith.mulf %[[N]], %[[S]]
// CHECK: return %[[Y]]
func.func @pair(%x: vector<16xf32>, %s: vector<16xf32>) -> vector<16xf32> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8<-127:127>> : (vector<16xf32>, vector<16xf32>) -> vector<16xi8>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8<-127:127>> : (vector<16xi8>, vector<16xf32>) -> vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// u16 with zero point 65535 has steps from -65535 to 0.
// CHECK-LABEL: func @zero_point
// CHECK-SAME: %[[Z:[^:]*]]: i16)
// CHECK: %[[Z32:.*]] = arith.extui %[[Z]] : i16 to i32
// CHECK: %[[D:.*]] = arith.subi %{{.*}}, %[[Z32]] : i32
// CHECK: arith.sitofp %[[D]] : i32 to f32
func.func @zero_point(%x: f32, %s: f32, %z: i16) -> f32 {
  %q = quant_ext.apply_quantize %x, %s, %z storage = <u16> : (f32, f32, i16) -> i16
  %y = quant_ext.apply_dequantize %q, %s, %z storage = <u16> : (i16, f32, i16) -> f32
  return %y : f32
}

// -----

// CHECK-LABEL: func @half_away
// CHECK: math.copysign
// CHECK: %[[I:.*]] = arith.fptosi %{{.*}} : f64 to i32
// CHECK-NEXT: arith.sitofp %[[I]] : i32 to f64
func.func @half_away(%x: f64, %s: f32) -> f64 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = half_away : (f64, f32) -> i8
  %y = quant_ext.apply_dequantize %q, %s storage = <i8> : (i8, f32) -> f64
  return %y : f64
}

// -----

// The integer itself is needed.
// CHECK-LABEL: func @two_uses
// CHECK-NOT: arith.subf
// CHECK: arith.sitofp
func.func @two_uses(%x: f32, %s: f32) -> (i8, f32) {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
  %y = quant_ext.apply_dequantize %q, %s storage = <i8> : (i8, f32) -> f32
  return %q, %y : i8, f32
}

// -----

// The zero point does not cancel out where there are two.
// CHECK-LABEL: func @two_zero_points
// CHECK-NOT: arith.subf
// CHECK: arith.sitofp
func.func @two_zero_points(%x: f32, %s: f32, %y: i8, %z: i8) -> f32 {
  %q = quant_ext.apply_quantize %x, %s, %y storage = <i8> : (f32, f32, i8) -> i8
  %r = quant_ext.apply_dequantize %q, %s, %z storage = <i8> : (i8, f32, i8) -> f32
  return %r : f32
}

// -----

// 32 bits are more than an f32 has.
// CHECK-LABEL: func @wide
// CHECK-NOT: arith.subf
// CHECK: arith.sitofp
func.func @wide(%x: f32, %s: f32) -> f32 {
  %q = quant_ext.apply_quantize %x, %s storage = <i32> : (f32, f32) -> i32
  %y = quant_ext.apply_dequantize %q, %s storage = <i32> : (i32, f32) -> f32
  return %y : f32
}

// -----

// One computes in f64 and the other in f32.
// CHECK-LABEL: func @other_type
// CHECK-NOT: arith.subf
// CHECK: arith.sitofp
func.func @other_type(%x: f64, %s: f32) -> f32 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f64, f32) -> i8
  %y = quant_ext.apply_dequantize %q, %s storage = <i8> : (i8, f32) -> f32
  return %y : f32
}
