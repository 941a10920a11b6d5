// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(quant-ext-narrow-interleaves)" %s | FileCheck %s

// Bytes are interleaved, not the floats made from them; what all lanes share
// needs no interleaving.
// CHECK-LABEL: func.func @before_widening(
// CHECK-SAME: %[[X:.*]]: vector<32xi8>, %[[S:.*]]: f32)
// CHECK: %[[HIGH:.*]] = arith.shrui %[[X]]
// CHECK: %[[BOTH:.*]] = vector.interleave %[[X]], %[[HIGH]] : vector<32xi8> -> vector<64xi8>
// CHECK: %[[Q:.*]] = arith.trunci %[[BOTH]] : vector<64xi8> to vector<64xi4>
// CHECK: %[[SCALE:.*]] = vector.broadcast %[[S]] : f32 to vector<64xf32>
// CHECK: %[[Y:.*]] = quant_ext.apply_dequantize %[[Q]], %[[SCALE]] storage = <i4>
// CHECK: return %[[Y]]
func.func @before_widening(%x: vector<32xi8>, %s: f32) -> vector<64xf32> {
  %four = arith.constant dense<4> : vector<32xi8>
  %scale = vector.broadcast %s : f32 to vector<32xf32>
  %q0 = arith.trunci %x : vector<32xi8> to vector<32xi4>
  %y0 = quant_ext.apply_dequantize %q0, %scale storage = <i4> : (vector<32xi4>, vector<32xf32>) -> vector<32xf32>
  %high = arith.shrui %x, %four : vector<32xi8>
  %q1 = arith.trunci %high : vector<32xi8> to vector<32xi4>
  %y1 = quant_ext.apply_dequantize %q1, %scale storage = <i4> : (vector<32xi4>, vector<32xf32>) -> vector<32xf32>
  %y = vector.interleave %y0, %y1 : vector<32xf32> -> vector<64xf32>
  return %y : vector<64xf32>
}

// -----

// Where interleaving meets deinterleaving, as at scales of their own, both go.
// CHECK-LABEL: func.func @meet(
// CHECK-SAME: %[[A:.*]]: vector<16xf32>, %[[B:.*]]: vector<16xf32>, %[[S:.*]]: vector<32xf32>)
// CHECK: %[[BOTH:.*]] = vector.interleave %[[A]], %[[B]]
// CHECK: %[[Y:.*]] = arith.mulf %[[BOTH]], %[[S]] : vector<32xf32>
// CHECK: return %[[Y]]
func.func @meet(%a: vector<16xf32>, %b: vector<16xf32>, %s: vector<32xf32>) -> vector<32xf32> {
  %s0, %s1 = vector.deinterleave %s : vector<32xf32> -> vector<16xf32>
  %y0 = arith.mulf %a, %s0 : vector<16xf32>
  %y1 = arith.mulf %b, %s1 : vector<16xf32>
  %y = vector.interleave %y0, %y1 : vector<16xf32> -> vector<32xf32>
  return %y : vector<32xf32>
}

// -----

// Two vectors of f32 are no narrower than the one that they make.
// CHECK-LABEL: func.func @wider_operands(
// CHECK: %[[Y0:.*]] = arith.addf
// CHECK: %[[Y1:.*]] = arith.addf
// CHECK: vector.interleave %[[Y0]], %[[Y1]]
func.func @wider_operands(%a: vector<16xf32>, %b: vector<16xf32>, %c: vector<16xf32>, %d: vector<16xf32>) -> vector<32xf32> {
  %y0 = arith.addf %a, %b : vector<16xf32>
  %y1 = arith.addf %c, %d : vector<16xf32>
  %y = vector.interleave %y0, %y1 : vector<16xf32> -> vector<32xf32>
  return %y : vector<32xf32>
}

// -----

// The two halves must be computed alike.
// CHECK-LABEL: func.func @unlike(
// CHECK: %[[Y0:.*]] = arith.extsi
// CHECK: %[[Y1:.*]] = arith.extui
// CHECK: vector.interleave %[[Y0]], %[[Y1]]
// CHECK-LABEL: func.func @unlike_attributes(
// CHECK: vector.interleave {{.*}} : vector<16xf32>
func.func @unlike(%a: vector<16xi8>, %b: vector<16xi8>) -> vector<32xi32> {
  %y0 = arith.extsi %a : vector<16xi8> to vector<16xi32>
  %y1 = arith.extui %b : vector<16xi8> to vector<16xi32>
  %y = vector.interleave %y0, %y1 : vector<16xi32> -> vector<32xi32>
  return %y : vector<32xi32>
}
func.func @unlike_attributes(%a: vector<16xi8>, %b: vector<16xi8>, %s: vector<16xf32>) -> vector<32xf32> {
  %y0 = quant_ext.apply_dequantize %a, %s storage = <i8> : (vector<16xi8>, vector<16xf32>) -> vector<16xf32>
  %y1 = quant_ext.apply_dequantize %b, %s storage = <i8<-127:127>> : (vector<16xi8>, vector<16xf32>) -> vector<16xf32>
  %y = vector.interleave %y0, %y1 : vector<16xf32> -> vector<32xf32>
  return %y : vector<32xf32>
}

// -----

// A half that something else reads would be computed twice.
// CHECK-LABEL: func.func @other_uses(
// CHECK: %[[Y0:.*]] = arith.extsi
// CHECK: %[[Y1:.*]] = arith.extsi
// CHECK: vector.interleave %[[Y0]], %[[Y1]]
func.func @other_uses(%a: vector<16xi8>, %b: vector<16xi8>) -> (vector<32xi32>, vector<16xi32>) {
  %y0 = arith.extsi %a : vector<16xi8> to vector<16xi32>
  %y1 = arith.extsi %b : vector<16xi8> to vector<16xi32>
  %y = vector.interleave %y0, %y1 : vector<16xi32> -> vector<32xi32>
  return %y, %y0 : vector<32xi32>, vector<16xi32>
}

// -----

// Neighbours are quantized together, and become a byte where they lie: of
// lanes 0x0b 0x0a, 16 bits are 0x0a0b, with themselves shifted 0x0aab, of which
// the low byte is 0xab.
// CHECK-LABEL: func.func @pack(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: vector<64xf32>)
// CHECK: %[[Q:.*]] = quant_ext.apply_quantize %[[X]], %[[S]] storage = <i4>
// CHECK: %[[WIDE:.*]] = arith.extui %[[Q]] : vector<64xi4> to vector<64xi8>
// CHECK: %[[LOW:.*]] = arith.andi %[[WIDE]]
// CHECK: %[[PAIRS:.*]] = vector.bitcast %[[LOW]] : vector<64xi8> to vector<32xi16>
// CHECK: %[[MOVED:.*]] = arith.shrui %[[PAIRS]], %cst{{.*}} : vector<32xi16>
// CHECK: %[[JOINED:.*]] = arith.ori %[[PAIRS]], %[[MOVED]]
// CHECK: %[[BYTES:.*]] = arith.trunci %[[JOINED]] : vector<32xi16> to vector<32xi8>
// CHECK-NOT: vector.deinterleave
// CHECK: return %[[BYTES]]
func.func @pack(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<32xi8> {
  %four = arith.constant dense<4> : vector<32xi8>
  %mask = arith.constant dense<15> : vector<32xi8>
  %x0, %x1 = vector.deinterleave %x : vector<64xf32> -> vector<32xf32>
  %s0, %s1 = vector.deinterleave %s : vector<64xf32> -> vector<32xf32>
  %q0 = quant_ext.apply_quantize %x0, %s0 storage = <i4> : (vector<32xf32>, vector<32xf32>) -> vector<32xi4>
  %e0 = arith.extui %q0 : vector<32xi4> to vector<32xi8>
  %m0 = arith.andi %e0, %mask : vector<32xi8>
  %q1 = quant_ext.apply_quantize %x1, %s1 storage = <i4> : (vector<32xf32>, vector<32xf32>) -> vector<32xi4>
  %e1 = arith.extui %q1 : vector<32xi4> to vector<32xi8>
  %m1 = arith.andi %e1, %mask : vector<32xi8>
  %h = arith.shli %m1, %four : vector<32xi8>
  %r = arith.ori %m0, %h : vector<32xi8>
  return %r : vector<32xi8>
}

// -----

// Deinterleaved before they become wide, not after.
// CHECK-LABEL: func.func @no_wider(
// CHECK: %[[A:.*]], %[[B:.*]] = vector.deinterleave %{{.*}} : vector<32xi8>
// CHECK: arith.extsi %[[A]]
// CHECK: arith.extsi %[[B]]
func.func @no_wider(%x: vector<32xi8>) -> (vector<16xi32>, vector<16xi32>) {
  %a, %b = vector.deinterleave %x : vector<32xi8> -> vector<16xi8>
  %y0 = arith.extsi %a : vector<16xi8> to vector<16xi32>
  %y1 = arith.extsi %b : vector<16xi8> to vector<16xi32>
  return %y0, %y1 : vector<16xi32>, vector<16xi32>
}

// -----

// Bits beyond 4 would be lost in joining.
// CHECK-LABEL: func.func @more_than_nibbles(
// CHECK: vector.deinterleave
// CHECK-NOT: vector.bitcast
// CHECK: return
func.func @more_than_nibbles(%x: vector<32xi8>) -> vector<16xi8> {
  %four = arith.constant dense<4> : vector<16xi8>
  %mask = arith.constant dense<31> : vector<32xi8>
  %m = arith.andi %x, %mask : vector<32xi8>
  %a, %b = vector.deinterleave %m : vector<32xi8> -> vector<16xi8>
  %h = arith.shli %b, %four : vector<16xi8>
  %r = arith.ori %a, %h : vector<16xi8>
  return %r : vector<16xi8>
}

// -----

// The llvm dialect has no vectors of them to take apart.
// CHECK-LABEL: func.func @floats_of_8_bits(
// CHECK-SAME: %[[X:[^:]*]]: vector<32xi8>)
// CHECK: %[[EVEN:.*]], %[[ODD:.*]] = vector.deinterleave %[[X]]
// CHECK-DAG: arith.bitcast %[[EVEN]] : vector<16xi8> to vector<16xf8E5M2>
// CHECK-DAG: arith.bitcast %[[ODD]] : vector<16xi8> to vector<16xf8E5M2>
func.func @floats_of_8_bits(%x: vector<32xi8>) -> (vector<16xf8E5M2>, vector<16xf8E5M2>) {
  %even, %odd = vector.deinterleave %x : vector<32xi8> -> vector<16xi8>
  %a = arith.bitcast %even : vector<16xi8> to vector<16xf8E5M2>
  %b = arith.bitcast %odd : vector<16xi8> to vector<16xf8E5M2>
  return %a, %b : vector<16xf8E5M2>, vector<16xf8E5M2>
}

// -----

// An index has 64 bits.
// CHECK-LABEL: func.func @index(
// CHECK: %[[BOTH:.*]] = vector.interleave %{{.*}} : vector<16xi8> -> vector<32xi8>
// CHECK: arith.index_cast %[[BOTH]] : vector<32xi8> to vector<32xindex>
func.func @index(%a: vector<16xi8>, %b: vector<16xi8>) -> vector<32xindex> {
  %y0 = arith.index_cast %a : vector<16xi8> to vector<16xindex>
  %y1 = arith.index_cast %b : vector<16xi8> to vector<16xindex>
  %y = vector.interleave %y0, %y1 : vector<16xindex> -> vector<32xindex>
  return %y : vector<32xindex>
}

// -----

// What rows share is repeated for both halves of a byte by the shuffle that
// repeats it for their lanes.
// CHECK-LABEL: func.func @shares_of_rows(
// CHECK-SAME: %[[X:[^:]*]]: vector<8xf32>, %[[S:[^:]*]]: vector<2xf32>)
// CHECK: %[[ALL:.*]] = vector.shuffle %[[S]], %[[S]] [0, 0, 0, 0, 1, 1, 1, 1]
// CHECK: arith.divf %[[X]], %[[ALL]] : vector<8xf32>
// CHECK-NOT: vector.interleave
// CHECK-LABEL: func.func @permuted(
// CHECK-COUNT-2: vector.interleave
// CHECK: return
func.func @shares_of_rows(%x: vector<8xf32>, %s: vector<2xf32>) -> vector<8xf32> {
  %even, %odd = vector.deinterleave %x : vector<8xf32> -> vector<4xf32>
  %scales = vector.shuffle %s, %s [0, 0, 1, 1] : vector<2xf32>, vector<2xf32>
  %a = arith.divf %even, %scales : vector<4xf32>
  %b = arith.divf %odd, %scales : vector<4xf32>
  %y = vector.interleave %a, %b : vector<4xf32> -> vector<8xf32>
  return %y : vector<8xf32>
}
// No smaller vector: as many lanes are shuffled either way.
func.func @permuted(%x: vector<4xi8>, %y: vector<4xi8>, %s: vector<4xf32>) -> vector<8xf32> {
  %t = vector.shuffle %s, %s [1, 0, 3, 2] : vector<4xf32>, vector<4xf32>
  %p = arith.uitofp %x : vector<4xi8> to vector<4xf32>
  %q = arith.uitofp %y : vector<4xi8> to vector<4xf32>
  %u = vector.interleave %p, %q : vector<4xf32> -> vector<8xf32>
  %v = vector.interleave %t, %t : vector<4xf32> -> vector<8xf32>
  %w = arith.mulf %u, %v : vector<8xf32>
  return %w : vector<8xf32>
}

// -----

// Shuffles are of first dimensions, interleaving of last ones.
// CHECK-LABEL: func.func @of_matrices(
// CHECK-COUNT-2: vector.interleave
// CHECK: return
func.func @of_matrices(%s: vector<1x2xf32>, %x: f32) -> (vector<2x4xf32>, vector<2x4xf32>) {
  %t = vector.shuffle %s, %s [0, 0] : vector<1x2xf32>, vector<1x2xf32>
  %v = vector.interleave %t, %t : vector<2x2xf32> -> vector<2x4xf32>
  %b = vector.broadcast %x : f32 to vector<2x2xf32>
  %w = vector.interleave %b, %b : vector<2x2xf32> -> vector<2x4xf32>
  return %v, %w : vector<2x4xf32>, vector<2x4xf32>
}
