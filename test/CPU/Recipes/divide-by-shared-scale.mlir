// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v3},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=aarch64},canonicalize,cse)" | FileCheck %s --check-prefix=NEON
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v2})" | FileCheck %s --check-prefix=SSE

// Two divisions for all lanes; a quotient that rounds as the exact one does, for
// scales from 2^-100 = 7.88860905e-31 (2^-24 = 5.96046448e-08 where an infinity
// of either sign must not arise) to 2^64 = 1.84467441e+19, and divisions for all
// others. 127 times the scale bounds what does not saturate.
// SSE-LABEL: func.func @exact(
// SSE-NOT: scf.if
// SSE: arith.divf %{{.*}}, %{{.*}} : vector<64xf32>
// Arm's minimum makes NaNs quiet itself.
// NEON-LABEL: func.func @exact(
// NEON-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: f32)
// NEON-DAG: %[[LEAST:.*]] = arith.constant 5.96046448E-8 : f32
// NEON-DAG: arith.cmpf oge, %[[S]], %[[LEAST]] : f32
// NEON: scf.if
// NEON: %[[C:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.fmin"(%[[X]], %{{.*}}) : (vector<64xf32>, vector<64xf32>)
// NEON: arith.mulf %[[C]], %{{.*}}
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.fcvtns"
// NEON: } else {
// CHECK-LABEL: func.func @exact(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: f32)
// CHECK-DAG: %[[LEAST:.*]] = arith.constant 7.88860905E-31 : f32
// CHECK-DAG: %[[MOST:.*]] = arith.constant 1.84467441E+19 : f32
// CHECK-DAG: %[[SCALES:.*]] = vector.broadcast %[[S]] : f32 to vector<64xf32>
// CHECK-DAG: %[[INV:.*]] = arith.divf %{{.*}}, %[[S]] : f32
// CHECK-DAG: %[[INVS:.*]] = vector.broadcast %[[INV]] : f32 to vector<64xf32>
// CHECK-DAG: %[[NEG:.*]] = arith.negf %[[INV]] : f32
// CHECK-DAG: %[[RESIDUAL:.*]] = math.fma %[[NEG]], %[[S]], %{{.*}} : f32
// CHECK-DAG: %[[REST:.*]] = arith.divf %[[RESIDUAL]], %[[S]] : f32
// CHECK-DAG: %[[RESTS:.*]] = vector.broadcast %[[REST]]
// CHECK-DAG: %[[ABOVE:.*]] = arith.cmpf oge, %[[S]], %[[LEAST]] : f32
// CHECK-DAG: %[[BELOW:.*]] = arith.cmpf ole, %[[S]], %[[MOST]] : f32
// CHECK-DAG: %[[SERVED:.*]] = arith.andi %[[ABOVE]], %[[BELOW]]
// CHECK-DAG: %[[HI:.*]] = arith.mulf %[[S]], %{{.*}} : f32
// CHECK: scf.if %[[SERVED]] -> (vector<64xi8>)
// Packs saturate below, and NaN stays for them.
// CHECK-NOT: arith.cmpf ogt
// CHECK: %[[IS_BIG:.*]] = arith.cmpf olt, %{{.*}}, %[[X]] : vector<64xf32>
// CHECK: %[[C:.*]] = arith.select %[[IS_BIG]], %{{.*}}, %[[X]]
// CHECK-NEXT: %[[SMALL:.*]] = arith.mulf %[[C]], %[[RESTS]]
// CHECK-NEXT: math.fma %[[C]], %[[INVS]], %[[SMALL]]
// CHECK-NOT: math.fma
// AVX2: llvm.x86.avx.cvt.ps2dq.256
// AVX512: llvm.x86.avx512.mask.cvtps2dq.512
// CHECK: } else {
// CHECK: arith.divf %[[X]], %[[SCALES]] : vector<64xf32>
func.func @exact(%x: vector<64xf32>, %scale: f32) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// The bound before the division is the only upper one; below, bytes are clamped.
// CHECK-LABEL: func.func @four_bits(
// CHECK: scf.if
// CHECK-NOT: arith.minsi
// CHECK: arith.maxsi
// CHECK-NOT: arith.minsi
// CHECK: } else {
// CHECK: arith.maxsi
// CHECK: arith.minsi
func.func @four_bits(%x: vector<64xf32>, %scale: f32) -> vector<64xi4> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i4>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi4>
  return %q : vector<64xi4>
}

// -----

// A scale that is known leaves no branch.
// CHECK-LABEL: func.func @served_constant(
// CHECK-NOT: scf.if
// CHECK: math.fma
// CHECK-NOT: arith.divf %{{.*}} : vector<64xf32>
// CHECK: return
func.func @served_constant(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0.3 : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// CHECK-LABEL: func.func @zero_constant(
// CHECK-NOT: scf.if
// CHECK-NOT: math.fma
// CHECK: arith.divf %{{.*}} : vector<64xf32>
// CHECK: return
func.func @zero_constant(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0.0 : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// The bounds follow the zero point; bf16 is widened before the branch.
// CHECK-LABEL: func.func @zero_point(
// CHECK-SAME: %[[X:.*]]: vector<64xbf16>, %{{.*}}: f32, %[[Z:.*]]: i8)
// CHECK-DAG: arith.extf %[[X]] : vector<64xbf16> to vector<64xf32>
// CHECK-DAG: %[[Z32:.*]] = arith.extui %[[Z]] : i8 to i32
// CHECK-DAG: %[[STEPS:.*]] = arith.subi %c255_i32, %[[Z32]]
// CHECK-DAG: arith.sitofp %[[STEPS]] : i32 to f32
// CHECK: scf.if
// CHECK-NOT: bf16
// CHECK: return
func.func @zero_point(%x: vector<64xbf16>, %scale: f32, %zero: i8) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %z = vector.broadcast %zero : i8 to vector<64xi8>
  %q = quant_ext.apply_quantize %x, %s, %z storage = <u8>
      : (vector<64xbf16>, vector<64xf32>, vector<64xi8>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// The reciprocal needs no fused multiply-add.
// SSE-LABEL: func.func @reciprocal(
// SSE: scf.if
// CHECK-LABEL: func.func @reciprocal(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: f32)
// CHECK-DAG: %[[INV:.*]] = arith.divf %{{.*}}, %[[S]] : f32
// CHECK-DAG: %[[INVS:.*]] = vector.broadcast %[[INV]] : f32 to vector<64xf32>
// CHECK-DAG: math.absf %[[INV]] : f32
// CHECK: scf.if
// CHECK-NOT: arith.divf
// CHECK: arith.mulf %[[X]], %[[INVS]]
// CHECK-NOT: arith.divf
// CHECK: } else {
// CHECK: arith.divf %[[X]], %{{.*}} : vector<64xf32>
func.func @reciprocal(%x: vector<64xf32>, %scale: f32) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> division = reciprocal
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// Each lane with a scale of its own, and f64, are divided.
// CHECK-LABEL: func.func @left(
// CHECK-NOT: scf.if
// CHECK: arith.divf %{{.*}} : vector<64xf32>
// CHECK: arith.divf %{{.*}} : vector<64xf64>
// CHECK: return
func.func @left(%x: vector<64xf32>, %s: vector<64xf32>, %y: vector<64xf64>, %scale: f64)
    -> (vector<64xi8>, vector<64xi8>) {
  %t = vector.broadcast %scale : f64 to vector<64xf64>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  %r = quant_ext.apply_quantize %y, %t storage = <i8>
      : (vector<64xf64>, vector<64xf64>) -> vector<64xi8>
  return %q, %r : vector<64xi8>, vector<64xi8>
}

// -----

// What is clamped to a bound may be rounded away from it: with 8 bits, bf16 has
// 300 and 302, but not the 301 that is the bound of i16<-300:301>.
// CHECK-LABEL: func.func @precision(
// CHECK-NOT: scf.if
// CHECK: %[[V:.*]] = arith.divf %{{.*}} : vector<64xf32>
// CHECK: arith.truncf %[[V]] : vector<64xf32> to vector<64xbf16>
// CHECK: return
func.func @precision(%x: vector<64xf32>, %scale: f32) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> precision = bf16
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// A product is rounded to fewer bits on both ways.
// CHECK-LABEL: func.func @reciprocal_precision(
// CHECK: scf.if
// CHECK: arith.truncf %{{.*}} : vector<64xf32> to vector<64xf16>
// CHECK: } else {
// CHECK: arith.truncf %{{.*}} : vector<64xf32> to vector<64xf16>
func.func @reciprocal_precision(%x: vector<64xf32>, %scale: f32) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> division = reciprocal
      precision = f16 : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// What is clamped to a bound rounds to it to nearest, but not toward zero.
// CHECK-LABEL: func.func @half_away(
// CHECK: scf.if
// CHECK: math.fma %{{.*}} : vector<64xf32>
// CHECK: %[[BIAS:.*]] = math.copysign
// CHECK: arith.addf %{{.*}}, %[[BIAS]]
// AVX2: llvm.x86.avx.cvtt.ps2dq.256
// AVX512: llvm.x86.avx512.mask.cvttps2dq.512
// CHECK: } else {
func.func @half_away(%x: vector<64xf32>, %scale: f32) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = half_away
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// CHECK-LABEL: func.func @toward_zero(
// CHECK-NOT: math.fma
// CHECK: arith.divf %{{.*}}, %{{.*}} : vector<64xf32>
// CHECK-NOT: math.fma
// CHECK: return
func.func @toward_zero(%x: vector<64xf32>, %scale: f32) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = toward_zero
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// The iterations of a loop share the scales of lanes, all of which must be served.
// 127 minus the zero points bounds them.
// CHECK-LABEL: func.func @scales_of_lanes(
// CHECK-SAME: %[[S:[^:]*]]: vector<64xf32>, %{{.*}}: vector<64xi8>,
// CHECK: scf.for
// CHECK-DAG: %[[INV:.*]] = arith.divf %[[ONE:.*]], %[[S]] : vector<64xf32>
// CHECK-DAG: %[[NEG:.*]] = arith.negf %[[INV]]
// CHECK-DAG: %[[RESIDUAL:.*]] = math.fma %[[NEG]], %[[S]], %[[ONE]]
// CHECK-DAG: %[[REST:.*]] = arith.divf %[[RESIDUAL]], %[[S]] : vector<64xf32>
// CHECK-DAG: %[[STEPS:.*]] = arith.subi %{{.*}}, %{{.*}} : vector<64xi32>
// CHECK-DAG: %[[NUMBERS:.*]] = arith.sitofp %[[STEPS]]
// CHECK-DAG: %[[HI:.*]] = arith.mulf %[[NUMBERS]], %[[S]] : vector<64xf32>
// CHECK-DAG: %[[ABOVE:.*]] = arith.cmpf oge, %[[S]], %{{.*}} : vector<64xf32>
// CHECK-DAG: %[[BELOW:.*]] = arith.cmpf ole, %[[S]], %{{.*}} : vector<64xf32>
// CHECK-DAG: %[[EACH:.*]] = arith.andi %[[ABOVE]], %[[BELOW]]
// CHECK-DAG: %[[SERVED:.*]] = vector.reduction <and>, %[[EACH]]
// CHECK: scf.if %[[SERVED]]
// CHECK: arith.cmpf olt, %[[HI]], %{{.*}} : vector<64xf32>
// CHECK: %[[SMALL:.*]] = arith.mulf %{{.*}}, %[[REST]]
// CHECK: math.fma %{{.*}}, %[[INV]], %[[SMALL]]
// CHECK: } else {
// CHECK: arith.divf %{{.*}}, %[[S]] : vector<64xf32>
// SSE-LABEL: func.func @scales_of_lanes(
// SSE-NOT: scf.if
func.func @scales_of_lanes(%x: memref<8x64xf32>, %s: vector<64xf32>, %z: vector<64xi8>, %y: memref<8x64xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %v = vector.load %x[%i, %c0] : memref<8x64xf32>, vector<64xf32>
    %q = quant_ext.apply_quantize %v, %s, %z storage = <i8>
        : (vector<64xf32>, vector<64xf32>, vector<64xi8>) -> vector<64xi8>
    vector.store %q, %y[%i, %c0] : memref<8x64xi8>, vector<64xi8>
  }
  return
}

// -----

// SSE-LABEL: func.func @reciprocals_of_lanes(
// A lane whose reciprocal is not normal is divided, and others are multiplied
// all the same.
// CHECK-LABEL: func.func @reciprocals_of_lanes(
// CHECK: scf.for
// CHECK: scf.if
// CHECK: } else {
// CHECK-DAG: %[[PRODUCT:.*]] = arith.mulf
// CHECK-DAG: %[[QUOTIENT:.*]] = arith.divf
// CHECK: arith.select %{{.*}}, %[[PRODUCT]], %[[QUOTIENT]] : vector<64xi1>
func.func @reciprocals_of_lanes(%x: memref<8x64xf32>, %s: vector<64xf32>, %y: memref<8x64xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %v = vector.load %x[%i, %c0] : memref<8x64xf32>, vector<64xf32>
    %q = quant_ext.apply_quantize %v, %s storage = <i8> division = reciprocal
        : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
    vector.store %q, %y[%i, %c0] : memref<8x64xi8>, vector<64xi8>
  }
  return
}

// -----

// What belongs to two blocks is computed twice, not 64 times.
// CHECK-LABEL: func.func @blocks(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: vector<2xf32>)
// CHECK: %[[INV:.*]] = arith.divf %{{.*}}, %[[S]] : vector<2xf32>
// CHECK: %[[INVS:.*]] = vector.shuffle %[[INV]], %[[INV]]
// CHECK: %[[REST:.*]] = arith.divf %{{.*}}, %[[S]] : vector<2xf32>
// CHECK: %[[RESTS:.*]] = vector.shuffle %[[REST]], %[[REST]]
// CHECK: vector.reduction <and>, %{{.*}} : vector<2xi1>
// CHECK: %[[SMALL:.*]] = arith.mulf %{{.*}}, %[[RESTS]] : vector<64xf32>
// CHECK: math.fma %{{.*}}, %[[INVS]], %[[SMALL]] : vector<64xf32>
func.func @blocks(%x: vector<64xf32>, %s: vector<2xf32>) -> vector<64xi8> {
  %scales = vector.shuffle %s, %s [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] : vector<2xf32>, vector<2xf32>
  %q = quant_ext.apply_quantize %x, %scales storage = <i8>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// Lanes that share a scale but not a zero point have bounds of their own.
// CHECK-LABEL: func.func @other_zero_points(
// CHECK-NOT: scf.if
// CHECK: return
func.func @other_zero_points(%x: vector<8xf32>, %s: vector<2xf32>, %z: vector<4xi8>) -> vector<8xi8> {
  %scales = vector.shuffle %s, %s [0, 0, 0, 0, 1, 1, 1, 1] : vector<2xf32>, vector<2xf32>
  %zeros = vector.shuffle %z, %z [0, 0, 1, 1, 2, 2, 3, 3] : vector<4xi8>, vector<4xi8>
  %q = quant_ext.apply_quantize %x, %scales, %zeros storage = <i8>
      : (vector<8xf32>, vector<8xf32>, vector<8xi8>) -> vector<8xi8>
  return %q : vector<8xi8>
}

// -----

// Integers of 16 bits take one step more, for scales up to the number below
// 2^111, (1 - 2^-24) 2^111 = 2.59614827e+33.
// CHECK-LABEL: func.func @sixteen_bits(
// CHECK-SAME: %[[X:.*]]: vector<64xf16>, %[[S:.*]]: f32)
// CHECK-DAG: %[[LEAST:.*]] = arith.constant 7.88860905E-31 : f32
// CHECK-DAG: %[[MOST:.*]] = arith.constant 2.59614827E+33 : f32
// CHECK-DAG: %[[WIDE:.*]] = arith.extf %[[X]]
// CHECK-DAG: %[[SCALES:.*]] = vector.broadcast %[[S]] : f32 to vector<64xf32>
// CHECK-DAG: %[[INV:.*]] = arith.divf %{{.*}}, %[[S]] : f32
// CHECK-DAG: %[[INVS:.*]] = vector.broadcast %[[INV]] : f32 to vector<64xf32>
// CHECK-DAG: arith.cmpf oge, %[[S]], %[[LEAST]] : f32
// CHECK-DAG: arith.cmpf ole, %[[S]], %[[MOST]] : f32
// CHECK: scf.if
// CHECK: %[[C:.*]] = arith.select %{{.*}}, %{{.*}}, %[[WIDE]]
// CHECK-NEXT: %[[Q0:.*]] = arith.mulf %[[C]], %[[INVS]]
// CHECK-NEXT: %[[NEG:.*]] = arith.negf %[[Q0]]
// CHECK-NEXT: %[[R:.*]] = math.fma %[[NEG]], %[[SCALES]], %[[C]]
// CHECK-NEXT: math.fma %[[R]], %[[INVS]], %[[Q0]]
// CHECK: } else {
// CHECK: arith.divf %[[WIDE]], %[[SCALES]] : vector<64xf32>
func.func @sixteen_bits(%x: vector<64xf16>, %scale: f32) -> vector<64xi16> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i16>
      : (vector<64xf16>, vector<64xf32>) -> vector<64xi16>
  return %q : vector<64xi16>
}

// -----

// A constant scale shows where the bounds are: each function has the first scale
// inside or the first outside.
// NEON-LABEL: func.func @least_served(
// NEON-NOT: math.fma
// NEON-LABEL: func.func @below_least(
// NEON-LABEL: func.func @least_without_infinities(
// NEON-NOT: scf.if
// NEON: math.fma
// NEON-LABEL: func.func @below_without_infinities(
// NEON-NOT: math.fma
// NEON: return
// CHECK-LABEL: func.func @least_served(
// CHECK-NOT: scf.if
// CHECK: math.fma
// CHECK-LABEL: func.func @below_least(
// CHECK-NOT: math.fma
// CHECK-LABEL: func.func @most_served(
// CHECK-NOT: scf.if
// CHECK: math.fma
// CHECK-LABEL: func.func @above_most(
// CHECK-NOT: math.fma
// CHECK: return
func.func @least_served(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0x0D800000 : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}
func.func @below_least(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0x0D7FFFFF : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}
func.func @most_served(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0x5F800000 : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}
func.func @above_most(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0x5F800001 : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

func.func @least_without_infinities(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0x33800000 : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}
func.func @below_without_infinities(%x: vector<64xf32>) -> vector<64xi8> {
  %scale = arith.constant 0x337FFFFF : f32
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// -----

// Of bf16, packs within parts of a register allow for even lanes first, then odd
// ones, where all lanes share scale and zero point: a shift and a mask widen
// these, and one shuffle restores the order.
// NEON-LABEL: func.func @even_then_odd(
// NEON-NOT: arith.shli
// CHECK-LABEL: func.func @even_then_odd(
// CHECK-SAME: %[[X:.*]]: vector<32xbf16>
// AVX512-NOT: arith.shli
// AVX2: %[[PAIRS:.*]] = vector.bitcast %[[X]] : vector<32xbf16> to vector<16xi32>
// AVX2-DAG: %[[BOTH:.*]] = vector.extract_strided_slice %[[PAIRS]] {offsets = [8], sizes = [8], strides = [1]}
// AVX2-DAG: %[[EVEN:.*]] = arith.shli %[[BOTH]], %{{.*}} : vector<8xi32>
// AVX2-DAG: %[[ODD:.*]] = arith.andi %[[BOTH]], %{{.*}} : vector<8xi32>
// AVX2: vector.shuffle {{.*}} [0, 4, 1, 5, 2, 6, 3, 7, 16, 20, 17, 21, 18, 22, 19, 23, 8, 12, 9, 13, 10, 14, 11, 15, 24, 28, 25, 29, 26, 30, 27, 31] : vector<32xi8>
// CHECK-LABEL: func.func @even_then_odd_by_reciprocal(
// CHECK: arith.shli
// CHECK-LABEL: func.func @own_scales(
// CHECK-NOT: arith.shli
// CHECK: return
func.func @even_then_odd(%x: vector<32xbf16>, %scale: f32) -> vector<32xi8> {
  %s = vector.broadcast %scale : f32 to vector<32xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<32xbf16>, vector<32xf32>) -> vector<32xi8>
  return %q : vector<32xi8>
}
func.func @even_then_odd_by_reciprocal(%x: vector<64xbf16>, %scale: f32) -> vector<64xi8> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> division = reciprocal
      : (vector<64xbf16>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}
func.func @own_scales(%x: vector<64xbf16>, %scales: vector<2xf32>) -> vector<64xi8> {
  %s = vector.shuffle %scales, %scales [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1] : vector<2xf32>, vector<2xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xbf16>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}
