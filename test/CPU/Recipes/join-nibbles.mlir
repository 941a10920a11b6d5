// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,V4
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v3},canonicalize,cse)" | FileCheck %s --check-prefix=CHECK --implicit-check-not=llvm.x86

// Each product is a neighbour and 16 times the next one; packs take eight of the
// words of each register by turns.
// CHECK-LABEL: func.func @join(
// CHECK-SAME: %[[X:.*]]: vector<256xi8>)
// CHECK: %[[LOW:.*]] = arith.andi %[[X]], %{{.*}} : vector<256xi8>
// V4: %[[X0:.*]] = vector.extract_strided_slice %[[LOW]] {offsets = [0], sizes = [64]
// V4: %[[S0:.*]] = llvm.call_intrinsic "llvm.x86.avx512.pmaddubs.w.512"(%[[X0]], %[[FACTORS:.*]]) : (vector<64xi8>, vector<64xi8>) -> vector<32xi16>
// V4: %[[X1:.*]] = vector.extract_strided_slice %[[LOW]] {offsets = [64], sizes = [64]
// V4: %[[S1:.*]] = llvm.call_intrinsic "llvm.x86.avx512.pmaddubs.w.512"(%[[X1]], %[[FACTORS]])
// V4: %[[PACKED:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packuswb.512"(%[[S0]], %[[S1]]) : (vector<32xi16>, vector<32xi16>) -> vector<64xi8>
// V4: %[[GROUPS:.*]] = vector.bitcast %[[PACKED]] : vector<64xi8> to vector<8xi64>
// V4: %[[ORDERED:.*]] = vector.shuffle %[[GROUPS]], %[[GROUPS]] [0, 2, 4, 6, 1, 3, 5, 7]
// V4: %[[BYTES:.*]] = vector.bitcast %[[ORDERED]] : vector<8xi64> to vector<64xi8>
// V4: vector.insert_strided_slice %[[BYTES]], %{{.*}} {offsets = [0]
// V4: {offsets = [128], sizes = [64]
// V4: {offsets = [192], sizes = [64]
// V4: {offsets = [64], strides = [1]} : vector<64xi8> into vector<128xi8>
func.func @join(%x: vector<256xi8>) -> vector<128xi8> {
  %mask = arith.constant dense<15> : vector<256xi8>
  %four = arith.constant dense<4> : vector<128xi16>
  %m = arith.andi %x, %mask : vector<256xi8>
  %w = vector.bitcast %m : vector<256xi8> to vector<128xi16>
  %h = arith.shrui %w, %four : vector<128xi16>
  %b = arith.ori %w, %h : vector<128xi16>
  %r = arith.trunci %b : vector<128xi16> to vector<128xi8>
  return %r : vector<128xi8>
}

// Half a register, numbers of more than 4 bits, and another shift stay.
// CHECK-LABEL: func.func @half(
// V4-NOT: llvm.x86
func.func @half(%x: vector<64xi8>) -> vector<32xi8> {
  %mask = arith.constant dense<15> : vector<64xi8>
  %four = arith.constant dense<4> : vector<32xi16>
  %m = arith.andi %x, %mask : vector<64xi8>
  %w = vector.bitcast %m : vector<64xi8> to vector<32xi16>
  %h = arith.shrui %w, %four : vector<32xi16>
  %b = arith.ori %w, %h : vector<32xi16>
  %r = arith.trunci %b : vector<32xi16> to vector<32xi8>
  return %r : vector<32xi8>
}
func.func @five_bits(%x: vector<128xi8>) -> vector<64xi8> {
  %mask = arith.constant dense<31> : vector<128xi8>
  %four = arith.constant dense<4> : vector<64xi16>
  %m = arith.andi %x, %mask : vector<128xi8>
  %w = vector.bitcast %m : vector<128xi8> to vector<64xi16>
  %h = arith.shrui %w, %four : vector<64xi16>
  %b = arith.ori %w, %h : vector<64xi16>
  %r = arith.trunci %b : vector<64xi16> to vector<64xi8>
  return %r : vector<64xi8>
}
func.func @other_shift(%x: vector<128xi8>) -> vector<64xi8> {
  %mask = arith.constant dense<15> : vector<128xi8>
  %three = arith.constant dense<3> : vector<64xi16>
  %m = arith.andi %x, %mask : vector<128xi8>
  %w = vector.bitcast %m : vector<128xi8> to vector<64xi16>
  %h = arith.shrui %w, %three : vector<64xi16>
  %b = arith.ori %w, %h : vector<64xi16>
  %r = arith.trunci %b : vector<64xi16> to vector<64xi8>
  return %r : vector<64xi8>
}
