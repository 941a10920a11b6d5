// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,V4
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v3},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,V3 --implicit-check-not=permvar

// The 16 results are computed once, in the order of the bit patterns: 0 to 7,
// then -8 to -1. Each lane gets the 32 bits that its 4 lie in, the first 8 lanes
// the first 4 bytes, shifts them down, and looks up.
// V4-LABEL: func.func @table(
// V4-SAME: %[[X:.*]]: vector<16xi8>, %[[S:.*]]: f32)
// V4-DAG: %[[NUMBERS:.*]] = arith.constant dense<[0.000000e+00, 1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00, 6.000000e+00, 7.000000e+00, -8.000000e+00, -7.000000e+00, -6.000000e+00, -5.000000e+00, -4.000000e+00, -3.000000e+00, -2.000000e+00, -1.000000e+00]> : vector<16xf32>
// V4-DAG: %[[SHIFTS:.*]] = arith.constant dense<[0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28]> : vector<16xi32>
// V4-DAG: %[[SCALE:.*]] = vector.broadcast %[[S]] : f32 to vector<16xf32>
// V4: %[[TABLE:.*]] = arith.mulf %[[SCALE]], %[[NUMBERS]]
// V4: %[[WORDS:.*]] = vector.bitcast %[[X]] : vector<16xi8> to vector<4xi32>
// V4: %[[FIRST:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]
// V4: %[[INDEX:.*]] = arith.shrui %[[FIRST]], %[[SHIFTS]]
// V4: %[[Y:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"(%[[TABLE]], %[[INDEX]])
// V4: vector.insert_strided_slice %[[Y]], %{{.*}} {offsets = [0]
// V4: vector.shuffle %[[WORDS]], %[[WORDS]] [2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]
// V4: llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"(%[[TABLE]],

// Elsewhere bytes are widened, whose sign is in the low half: x ^ 8 - 8 takes
// 0..15 to 0..7, -8..-1.
// V3-LABEL: func.func @table(
// V3: %[[BOTH:.*]] = vector.interleave
// V3: %[[LOW:.*]] = arith.andi %[[BOTH]], %[[FIFTEEN:.*]] : vector<32xi8>
// V3: %[[FLIPPED:.*]] = arith.xori %[[LOW]], %[[EIGHT:.*]] : vector<32xi8>
// V3: %[[SIGNED:.*]] = arith.subi %[[FLIPPED]], %[[EIGHT]] : vector<32xi8>
// V3: arith.extsi %[[SIGNED]] : vector<32xi8> to vector<32xi32>
func.func @table(%x: vector<16xi8>, %s: f32) -> vector<32xf32> {
  %four = arith.constant dense<4> : vector<16xi8>
  %high = arith.shrui %x, %four : vector<16xi8>
  %both = vector.interleave %x, %high : vector<16xi8> -> vector<32xi8>
  %q = arith.trunci %both : vector<32xi8> to vector<32xi4>
  %scale = vector.broadcast %s : f32 to vector<32xf32>
  %y = quant_ext.apply_dequantize %q, %scale storage = <i4> : (vector<32xi4>, vector<32xf32>) -> vector<32xf32>
  return %y : vector<32xf32>
}

// Where lanes have scales of their own, what is looked up is multiplied by them.
// V4-LABEL: func.func @scales(
// V4-SAME: %[[X:.*]]: vector<16xi8>, %[[S:.*]]: vector<16xf32>, %[[Z:.*]]: i4)
// V4: %[[DIFFERENCES:.*]] = arith.sitofp %{{.*}} : vector<16xi32> to vector<16xf32>
// V4: %[[INDEX:.*]] = arith.extui %[[X]] : vector<16xi8> to vector<16xi32>
// V4: %[[Y:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"(%[[DIFFERENCES]], %[[INDEX]])
// V4: arith.mulf %[[Y]], %[[S]]
func.func @scales(%x: vector<16xi8>, %s: vector<16xf32>, %z: i4) -> vector<16xf32> {
  %q = arith.trunci %x : vector<16xi8> to vector<16xi4>
  %zero_points = vector.broadcast %z : i4 to vector<16xi4>
  %y = quant_ext.apply_dequantize %q, %s, %zero_points storage = <u4> : (vector<16xi4>, vector<16xf32>, vector<16xi4>) -> vector<16xf32>
  return %y : vector<16xf32>
}

// No table for lanes that differ in zero point, for f64, for part of a register,
// or for several rows.
// CHECK-LABEL: func.func @zero_points(
// CHECK-NOT: permvar
// CHECK-LABEL: func.func @double(
// CHECK-NOT: permvar
// CHECK-LABEL: func.func @short(
// CHECK-NOT: permvar
// CHECK-LABEL: func.func @matrix(
// CHECK-NOT: permvar
func.func @zero_points(%x: vector<16xi8>, %s: vector<16xf32>, %z: vector<16xi4>) -> vector<16xf32> {
  %q = arith.trunci %x : vector<16xi8> to vector<16xi4>
  %y = quant_ext.apply_dequantize %q, %s, %z storage = <i4> : (vector<16xi4>, vector<16xf32>, vector<16xi4>) -> vector<16xf32>
  return %y : vector<16xf32>
}
func.func @double(%x: vector<16xi8>, %s: f64) -> vector<16xf32> {
  %q = arith.trunci %x : vector<16xi8> to vector<16xi4>
  %scale = vector.broadcast %s : f64 to vector<16xf64>
  %y = quant_ext.apply_dequantize %q, %scale storage = <i4> : (vector<16xi4>, vector<16xf64>) -> vector<16xf32>
  return %y : vector<16xf32>
}
func.func @short(%x: vector<8xi8>, %s: f32) -> vector<8xf32> {
  %q = arith.trunci %x : vector<8xi8> to vector<8xi4>
  %scale = vector.broadcast %s : f32 to vector<8xf32>
  %y = quant_ext.apply_dequantize %q, %scale storage = <i4> : (vector<8xi4>, vector<8xf32>) -> vector<8xf32>
  return %y : vector<8xf32>
}

func.func @matrix(%x: vector<2x16xi8>, %s: f32) -> vector<2x16xf32> {
  %q = arith.trunci %x : vector<2x16xi8> to vector<2x16xi4>
  %v = vector.broadcast %s : f32 to vector<2x16xf32>
  %y = quant_ext.apply_dequantize %q, %v storage = <i4> : (vector<2x16xi4>, vector<2x16xf32>) -> vector<2x16xf32>
  return %y : vector<2x16xf32>
}

// Unsigned storage has its sign bit nowhere.
// CHECK-LABEL: func.func @unsigned(
// CHECK: %[[LOW:.*]] = arith.andi %{{.*}}, %cst{{.*}} : vector<8xi8>
// CHECK: arith.extui %[[LOW]] : vector<8xi8> to vector<8xi32>
func.func @unsigned(%x: vector<8xi8>, %s: vector<8xf32>, %z: vector<8xi2>) -> vector<8xf32> {
  %q = arith.trunci %x : vector<8xi8> to vector<8xi2>
  %y = quant_ext.apply_dequantize %q, %s, %z storage = <u2> : (vector<8xi2>, vector<8xf32>, vector<8xi2>) -> vector<8xf32>
  return %y : vector<8xf32>
}

// Lanes leave a branch as bytes.
// CHECK-LABEL: func.func @branch(
// CHECK-SAME: %[[C:.*]]: i1, %[[A:.*]]: vector<64xi8>, %[[B:.*]]: vector<64xi8>)
// CHECK: %[[BYTES:.*]] = arith.select %[[C]], %[[A]], %[[B]] : vector<64xi8>
// CHECK: %[[R:.*]] = arith.andi %[[BYTES]]
// CHECK: return %[[R]]
func.func @branch(%c: i1, %a: vector<64xi8>, %b: vector<64xi8>) -> vector<64xi8> {
  %r = scf.if %c -> (vector<64xi4>) {
    %t = arith.trunci %a : vector<64xi8> to vector<64xi4>
    scf.yield %t : vector<64xi4>
  } else {
    %t = arith.trunci %b : vector<64xi8> to vector<64xi4>
    scf.yield %t : vector<64xi4>
  }
  %e = arith.extui %r : vector<64xi4> to vector<64xi8>
  return %e : vector<64xi8>
}
