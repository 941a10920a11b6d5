// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v3},canonicalize,cse)" | FileCheck %s
// Other targets take bytes apart.
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v2},canonicalize,cse)" | FileCheck %s --check-prefix=BYTES
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefix=BYTES
// BYTES-NOT: arith.shli

// Each lane gets the 32 bits that its 4 lie in, the first 8 lanes the first 4
// bytes, shifts them to the top, and down from there with their sign.
// CHECK-LABEL: func.func @signed(
// CHECK-SAME: %[[X:.*]]: vector<16xi8>, %[[S:.*]]: f32)
// CHECK-DAG: %[[UP:.*]] = arith.constant dense<[28, 24, 20, 16, 12, 8, 4, 0]> : vector<8xi32>
// CHECK-DAG: %[[DOWN:.*]] = arith.constant dense<28> : vector<8xi32>
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[X]] : vector<16xi8> to vector<4xi32>
// CHECK: %[[FIRST:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [0, 0, 0, 0, 0, 0, 0, 0]
// CHECK: %[[TOP:.*]] = arith.shli %[[FIRST]], %[[UP]]
// CHECK: %[[Q:.*]] = arith.shrsi %[[TOP]], %[[DOWN]]
// CHECK: vector.insert_strided_slice %[[Q]], %{{.*}} {offsets = [0]
// CHECK: %[[LAST:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [3, 3, 3, 3, 3, 3, 3, 3]
// CHECK: arith.shli %[[LAST]], %[[UP]]
// CHECK: %[[ALL:.*]] = vector.insert_strided_slice %{{.*}}, %{{.*}} {offsets = [24]
// CHECK: arith.sitofp %[[ALL]] : vector<32xi32> to vector<32xf32>
func.func @signed(%x: vector<16xi8>, %s: f32) -> vector<32xf32> {
  %four = arith.constant dense<4> : vector<16xi8>
  %high = arith.shrui %x, %four : vector<16xi8>
  %both = vector.interleave %x, %high : vector<16xi8> -> vector<32xi8>
  %q = arith.trunci %both : vector<32xi8> to vector<32xi4>
  %scale = vector.broadcast %s : f32 to vector<32xf32>
  %y = quant_ext.apply_dequantize %q, %scale storage = <i4> : (vector<32xi4>, vector<32xf32>) -> vector<32xf32>
  return %y : vector<32xf32>
}

// CHECK-LABEL: func.func @unsigned(
// CHECK: %[[TOP:.*]] = arith.shli
// CHECK: arith.shrui %[[TOP]], %{{.*}} : vector<8xi32>
// CHECK-NOT: arith.extui
// CHECK: return
func.func @unsigned(%x: vector<4xi8>) -> vector<8xi32> {
  %four = arith.constant dense<4> : vector<4xi8>
  %high = arith.shrui %x, %four : vector<4xi8>
  %both = vector.interleave %x, %high : vector<4xi8> -> vector<8xi8>
  %q = arith.trunci %both : vector<8xi8> to vector<8xi4>
  %y = arith.extui %q : vector<8xi4> to vector<8xi32>
  return %y : vector<8xi32>
}

// Lanes that fill no register, come in another order, or are no halves of bytes,
// are widened as bytes.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: arith.shli
// CHECK: return
func.func @others(%x: vector<2xi8>, %y: vector<4xi8>, %z: vector<8xi8>) -> (vector<4xi32>, vector<8xi32>, vector<8xi32>, vector<8xi16>) {
  %four_2 = arith.constant dense<4> : vector<2xi8>
  %high_2 = arith.shrui %x, %four_2 : vector<2xi8>
  %both_2 = vector.interleave %x, %high_2 : vector<2xi8> -> vector<4xi8>
  %few = arith.trunci %both_2 : vector<4xi8> to vector<4xi4>
  %a = arith.extsi %few : vector<4xi4> to vector<4xi32>
  %four_4 = arith.constant dense<4> : vector<4xi8>
  %high_4 = arith.shrui %y, %four_4 : vector<4xi8>
  %swapped = vector.interleave %high_4, %y : vector<4xi8> -> vector<8xi8>
  %order = arith.trunci %swapped : vector<8xi8> to vector<8xi4>
  %b = arith.extsi %order : vector<8xi4> to vector<8xi32>
  %bytes = arith.trunci %z : vector<8xi8> to vector<8xi4>
  %c = arith.extui %bytes : vector<8xi4> to vector<8xi32>
  %both_4 = vector.interleave %y, %high_4 : vector<4xi8> -> vector<8xi8>
  %packed = arith.trunci %both_4 : vector<8xi8> to vector<8xi4>
  %d = arith.extsi %packed : vector<8xi4> to vector<8xi16>
  return %a, %b, %c, %d : vector<4xi32>, vector<8xi32>, vector<8xi32>, vector<8xi16>
}
