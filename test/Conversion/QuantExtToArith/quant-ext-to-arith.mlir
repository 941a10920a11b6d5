// RUN: %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-arith,canonicalize)" %s | FileCheck %s

// CHECK-LABEL: func @quantize
// CHECK-SAME: %[[X:.*]]: vector<16xf32>, %[[S:.*]]: vector<16xf32>
// CHECK-DAG: %[[MIN:.*]] = arith.constant dense<-1.280000e+02> : vector<16xf32>
// CHECK-DAG: %[[MAX:.*]] = arith.constant dense<1.270000e+02> : vector<16xf32>
// 1.5 * 2^23 and its bits.
// CHECK-DAG: %[[MAGIC:.*]] = arith.constant dense<0x4B400000> : vector<16xf32>
// CHECK: %[[V:.*]] = arith.divf %[[X]], %[[S]] : vector<16xf32>
// NaN compares false and goes to the minimum.
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt, %[[V]], %[[MIN]]
// CHECK: %[[LO:.*]] = arith.select %[[ABOVE]], %[[V]], %[[MIN]]
// CHECK: %[[BELOW:.*]] = arith.cmpf olt, %[[LO]], %[[MAX]]
// CHECK: %[[HI:.*]] = arith.select %[[BELOW]], %[[LO]], %[[MAX]]
// CHECK: %[[SUM:.*]] = arith.addf %[[HI]], %[[MAGIC]] : vector<16xf32>
// CHECK: arith.bitcast %[[SUM]] : vector<16xf32> to vector<16xi32>
// CHECK: arith.trunci %{{.*}} : vector<16xi32> to vector<16xi8>
func.func @quantize(%x: vector<16xf32>, %s: vector<16xf32>) -> vector<16xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<16xf32>, vector<16xf32>) -> vector<16xi8>
  return %q : vector<16xi8>
}

// 32-bit bounds are exact in f64 only.
// CHECK-LABEL: func @quantize_wide
// CHECK: arith.divf %{{.*}} : f32
// CHECK: arith.extf %{{.*}} : f32 to f64
func.func @quantize_wide(%x: f32, %s: f32) -> i32 {
  %q = quant_ext.apply_quantize %x, %s storage = <i32> : (f32, f32) -> i32
  return %q : i32
}

// CHECK-LABEL: func @reciprocal
// CHECK: %[[INV:.*]] = arith.divf %{{.*}}, %{{.*}} : f32
// CHECK: arith.mulf %{{.*}}, %[[INV]] : f32
// CHECK: arith.divf %{{.*}}, %{{.*}} : f32
// CHECK: arith.select
func.func @reciprocal(%x: f32, %s: f32) -> i8 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> division = reciprocal : (f32, f32) -> i8
  return %q : i8
}

// Toward zero the conversion itself rounds, of what was clamped before.
// CHECK-LABEL: func @toward_zero
// CHECK: %[[BELOW:.*]] = arith.cmpf olt
// CHECK: %[[CLAMPED:.*]] = arith.select %[[BELOW]]
// CHECK-NEXT: %[[Q:.*]] = arith.fptosi %[[CLAMPED]] : vector<16xf32> to vector<16xi32>
// CHECK-NEXT: arith.trunci %[[Q]] : vector<16xi32> to vector<16xi8>
func.func @toward_zero(%x: vector<16xf32>, %s: vector<16xf32>) -> vector<16xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = toward_zero : (vector<16xf32>, vector<16xf32>) -> vector<16xi8>
  return %q : vector<16xi8>
}

// The number below 1/2, whose sum with 1/2 would be 1.
// CHECK-LABEL: func @half_away
// CHECK-DAG: %[[HALF:.*]] = arith.constant dense<0.49999997> : vector<16xf32>
// CHECK: %[[BELOW:.*]] = arith.cmpf olt
// CHECK: %[[CLAMPED:.*]] = arith.select %[[BELOW]]
// CHECK: %[[BIAS:.*]] = math.copysign %[[HALF]], %[[CLAMPED]] : vector<16xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[CLAMPED]], %[[BIAS]] : vector<16xf32>
// CHECK: arith.fptosi %[[SUM]] : vector<16xf32> to vector<16xi32>
func.func @half_away(%x: vector<16xf32>, %s: vector<16xf32>) -> vector<16xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = half_away : (vector<16xf32>, vector<16xf32>) -> vector<16xi8>
  return %q : vector<16xi8>
}

// 1/2 - 2^-54.
// CHECK-LABEL: func @half_away_f64
// CHECK-DAG: %[[HALF:.*]] = arith.constant 0.49999999999999994 : f64
// CHECK: math.copysign %[[HALF]], %{{.*}} : f64
func.func @half_away_f64(%x: f64, %s: f32) -> i8 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = half_away : (f64, f32) -> i8
  return %q : i8
}

// The zero point of the result is added to the integer.
// CHECK-LABEL: func @requantize_half_away
// CHECK-SAME: %{{.*}}: i32, %{{.*}}: f32, %[[Z:.*]]: i8
// CHECK: %[[WIDE:.*]] = arith.extui %[[Z]] : i8 to i32
// CHECK: math.copysign
// CHECK: %[[Q:.*]] = arith.fptosi
// CHECK: arith.addi %[[Q]], %[[WIDE]] : i32
func.func @requantize_half_away(%a: i32, %m: f32, %z: i8) -> i8 {
  %q = quant_ext.apply_requantize %a by %m out(%z) storage_in = <i32> storage = <u8> rounding = half_away : (i32, f32, i8) -> i8
  return %q : i8
}

// Two comparisons: is the integer toward zero above, and does the rest to the
// floor go up.
// CHECK-LABEL: func @stochastic
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<0x4B800000> : vector<16xf32>
// CHECK-DAG: %[[EIGHT:.*]] = arith.constant dense<8> : vector<16xi32>
// CHECK: arith.fptosi
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt
// CHECK: arith.extui %[[ABOVE]] : vector<16xi1> to vector<16xi32>
// CHECK: %[[REST:.*]] = arith.mulf %{{.*}}, %[[SCALE]] : vector<16xf32>
// CHECK: %[[DRAW:.*]] = arith.shrui %{{.*}}, %[[EIGHT]] : vector<16xi32>
// CHECK: %[[BOUND:.*]] = arith.sitofp %[[DRAW]] : vector<16xi32> to vector<16xf32>
// CHECK: arith.cmpf ogt, %[[REST]], %[[BOUND]] : vector<16xf32>
func.func @stochastic(%x: vector<16xf32>, %s: vector<16xf32>, %seed: vector<16xi64>, %i: vector<16xi64>) -> vector<16xi8> {
  %q = quant_ext.apply_quantize %x, %s random(%seed, %i) storage = <i8> rounding = stochastic : (vector<16xf32>, vector<16xf32>, vector<16xi64>, vector<16xi64>) -> vector<16xi8>
  return %q : vector<16xi8>
}

// The zero point that is chosen is always rounded to nearest even.
// CHECK-LABEL: func @choose_half_even
// CHECK-NOT: arith.fptosi
// CHECK: return
func.func @choose_half_even(%hi: f32, %lo: f32) -> (f32, i8) {
  %s, %z = quant_ext.apply_choose_qparams %hi lo(%lo) storage = <u8> : (f32, f32) -> (f32, i8)
  return %s, %z : f32, i8
}

// The quotient is rounded to bf16 before it is rounded to an integer.
// CHECK-LABEL: func @precision
// CHECK: %[[V:.*]] = arith.divf %{{.*}}, %{{.*}} : f32
// CHECK: %[[NARROW:.*]] = arith.truncf %[[V]] : f32 to bf16
// CHECK: %[[WIDE:.*]] = arith.extf %[[NARROW]] : bf16 to f32
// CHECK: arith.cmpf ogt, %[[WIDE]]
func.func @precision(%x: f32, %s: f32) -> i8 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> precision = bf16 : (f32, f32) -> i8
  return %q : i8
}

// A scale of one leaves nothing to divide, but a number to round.
// CHECK-LABEL: func @precision_of_undivided
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK-NOT: arith.divf
// CHECK: arith.truncf %[[X]] : f32 to bf16
func.func @precision_of_undivided(%x: f32) -> i8 {
  %s = arith.constant 1.0 : f32
  %q = quant_ext.apply_quantize %x, %s storage = <i8> precision = bf16 : (f32, f32) -> i8
  return %q : i8
}

// The difference does not wrap in the storage type.
// CHECK-LABEL: func @dequantize
// CHECK-DAG: arith.extui %{{.*}} : i8 to i32
// CHECK: arith.subi %{{.*}} : i32
// CHECK: arith.sitofp %{{.*}} : i32 to f32
// CHECK: arith.mulf
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func @dequantize(%q: i8, %s: f32, %z: i8) -> f16 {
  %x = quant_ext.apply_dequantize %q, %s, %z storage = <u8> : (i8, f32, i8) -> f16
  return %x : f16
}

// Nothing of the dialect is left.
// CHECK-LABEL: func @others
// CHECK-NOT: quant_ext
// CHECK: return
func.func @others(%a: i32, %m: f32, %n: f32, %z: i8) -> (i8, f32, f32, i8) {
  %0 = quant_ext.apply_multiplier %m, %n : (f32, f32) -> f32
  %1 = quant_ext.apply_requantize %a by %0 out(%z) storage_in = <i32> storage = <i8> : (i32, f32, i8) -> i8
  %2 = quant_ext.apply_choose_qparams %m storage = <i8> : (f32) -> f32
  %3, %4 = quant_ext.apply_choose_qparams %m lo(%n) storage = <u8> : (f32, f32) -> (f32, i8)
  return %1, %2, %3, %4 : i8, f32, f32, i8
}

// An f64 scale has the quotient formed in f64; the multiplier stays f32.
// CHECK-LABEL: func @double_multiplier
// CHECK: %[[WIDE:.*]] = arith.extf %{{.*}} : f32 to f64
// CHECK: %[[V:.*]] = arith.divf %{{.*}}, %[[WIDE]] : f64
// CHECK: arith.truncf %[[V]] : f64 to f32
func.func @double_multiplier(%m: f64, %n: f32) -> f32 {
  %0 = quant_ext.apply_multiplier %m, %n : (f64, f32) -> f32
  return %0 : f32
}
