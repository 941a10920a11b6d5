// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v2},canonicalize,cse)" | FileCheck %s

// Bytes are widened, whose sign is in the low half: x ^ 8 - 8 takes 0..15 to
// 0..7, -8..-1.
// CHECK-LABEL: func.func @signed(
// CHECK: %[[BOTH:.*]] = vector.interleave
// CHECK: %[[LOW:.*]] = arith.andi %[[BOTH]], %[[FIFTEEN:.*]] : vector<32xi8>
// CHECK: %[[FLIPPED:.*]] = arith.xori %[[LOW]], %[[EIGHT:.*]] : vector<32xi8>
// CHECK: %[[SIGNED:.*]] = arith.subi %[[FLIPPED]], %[[EIGHT]] : vector<32xi8>
// CHECK: arith.extsi %[[SIGNED]] : vector<32xi8> to vector<32xi32>
func.func @signed(%x: vector<16xi8>, %s: f32) -> vector<32xf32> {
  %four = arith.constant dense<4> : vector<16xi8>
  %high = arith.shrui %x, %four : vector<16xi8>
  %both = vector.interleave %x, %high : vector<16xi8> -> vector<32xi8>
  %q = arith.trunci %both : vector<32xi8> to vector<32xi4>
  %scale = vector.broadcast %s : f32 to vector<32xf32>
  %y = quant_ext.apply_dequantize %q, %scale storage = <i4> : (vector<32xi4>, vector<32xf32>) -> vector<32xf32>
  return %y : vector<32xf32>
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
