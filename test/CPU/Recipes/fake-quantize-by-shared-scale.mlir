// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},canonicalize,cse)" | FileCheck %s
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v2})" | FileCheck %s --check-prefix=SSE

// Between quantize and dequantize nothing leaves f32. x is clamped to -128 and
// 127 times the scale; a step of -0 times a positive scale, plus 0, is +0.
// CHECK-LABEL: func.func @exact(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: f32)
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<64xf32>
// CHECK-DAG: %[[LEAST:.*]] = arith.constant 7.88860905E-31 : f32
// CHECK-DAG: %[[MOST:.*]] = arith.constant 1.84467441E+19 : f32
// CHECK-DAG: arith.cmpf oge, %[[S]], %[[LEAST]] : f32
// CHECK-DAG: arith.cmpf ole, %[[S]], %[[MOST]] : f32
// CHECK-DAG: %[[MIN:.*]] = arith.constant -1.280000e+02 : f32
// CHECK-DAG: %[[MAX:.*]] = arith.constant 1.270000e+02 : f32
// CHECK-DAG: %[[SCALES:.*]] = vector.broadcast %[[S]] : f32 to vector<64xf32>
// CHECK-DAG: %[[RESIDUAL:.*]] = math.fma %{{.*}}, %[[S]], %{{.*}} : f32
// CHECK-DAG: %[[REST:.*]] = arith.divf %[[RESIDUAL]], %[[S]] : f32
// CHECK-DAG: %[[RESTS:.*]] = vector.broadcast %[[REST]]
// CHECK-DAG: %[[LO:.*]] = arith.mulf %[[S]], %[[MIN]] : f32
// CHECK-DAG: %[[LOS:.*]] = vector.broadcast %[[LO]]
// CHECK-DAG: %[[HI:.*]] = arith.mulf %[[S]], %[[MAX]] : f32
// CHECK-DAG: %[[HIS:.*]] = vector.broadcast %[[HI]]
// CHECK: scf.if %{{.*}} -> (vector<64xf32>)
// CHECK-NOT: {{ (i8|i16|i32|vector<.*xi[0-9]+>)}}
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt, %[[X]], %[[LOS]]
// CHECK: %[[L:.*]] = arith.select %[[ABOVE]], %[[X]], %[[LOS]]
// CHECK: %[[BELOW:.*]] = arith.cmpf olt, %[[L]], %[[HIS]]
// CHECK: %[[C:.*]] = arith.select %[[BELOW]], %[[L]], %[[HIS]]
// CHECK: %[[SMALL:.*]] = arith.mulf %[[C]], %[[RESTS]]
// CHECK: %[[V:.*]] = math.fma %[[C]], %{{.*}}, %[[SMALL]]
// CHECK: %[[R:.*]] = math.roundeven %[[V]]
// CHECK: %[[Y:.*]] = math.fma %[[R]], %[[SCALES]], %[[ZERO]]
// CHECK: scf.yield %[[Y]]
// CHECK: } else {
// CHECK: %[[Q:.*]] = arith.divf %[[X]], %[[SCALES]]
// CHECK: arith.select
// CHECK: arith.select
// CHECK: %[[SUM:.*]] = arith.addf
// CHECK: %[[N:.*]] = arith.subf %[[SUM]], %{{.*}}
// CHECK: %[[YQ:.*]] = arith.mulf %[[N]], %[[SCALES]]
// CHECK: scf.yield %[[YQ]]
// A fused multiply-add would be a call.
// SSE-LABEL: func.func @exact(
// SSE-NOT: {{math\.|sitofp}}
// SSE: return
func.func @exact(%x: vector<64xf32>, %scale: f32) -> vector<64xf32> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xf32>
  return %y : vector<64xf32>
}

// -----

// The zero point moves the bounds and nothing else. The result is rounded to
// f16 after the branch.
// CHECK-LABEL: func.func @zero_point(
// CHECK-SAME: %[[Z:[^:]*]]: i8)
// CHECK-DAG: %[[Z32:.*]] = arith.extui %[[Z]] : i8 to i32
// CHECK-DAG: arith.subi %c0_i32, %[[Z32]]
// CHECK-DAG: arith.subi %c255_i32, %[[Z32]]
// CHECK: %[[Y:.*]] = scf.if %{{.*}} -> (vector<64xf32>)
// CHECK-NOT: f16
// CHECK: arith.truncf %[[Y]] : vector<64xf32> to vector<64xf16>
func.func @zero_point(%x: vector<64xf16>, %scale: f32, %zero: i8) -> vector<64xf16> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %z = vector.broadcast %zero : i8 to vector<64xi8>
  %q = quant_ext.apply_quantize %x, %s, %z storage = <u8>
      : (vector<64xf16>, vector<64xf32>, vector<64xi8>) -> vector<64xi8>
  %y = quant_ext.apply_dequantize %q, %s, %z storage = <u8>
      : (vector<64xi8>, vector<64xf32>, vector<64xi8>) -> vector<64xf16>
  return %y : vector<64xf16>
}

// -----

// CHECK-LABEL: func.func @reciprocal(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>
// CHECK: scf.if
// CHECK-NEXT: %[[V:.*]] = arith.mulf %[[X]], %{{.*}} : vector<64xf32>
// CHECK-NEXT: arith.cmpf ogt, %[[V]]
// CHECK-NOT: {{xi[0-9]+>$}}
// CHECK: } else {
// CHECK: arith.divf %[[X]]
// CHECK-NOT: {{xi[0-9]+>$}}
// CHECK: return
// SSE-LABEL: func.func @reciprocal(
// SSE: scf.if
func.func @reciprocal(%x: vector<64xf32>, %scale: f32) -> vector<64xf32> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> division = reciprocal
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xf32>
  return %y : vector<64xf32>
}
