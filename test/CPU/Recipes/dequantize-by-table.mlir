// DEFINE: %{target} = x86-64-v4
// DEFINE: %{lower} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=%{target}},canonicalize,cse)"
// RUN: %{lower} | FileCheck %s
// REDEFINE: %{target} = x86-64-v3
// RUN: %{lower} | FileCheck %s --check-prefixes=BYTES,AVX2
// REDEFINE: %{target} = x86-64-v2
// RUN: %{lower} | FileCheck %s --check-prefixes=BYTES,SSSE3
// REDEFINE: %{target} = aarch64
// RUN: %{lower} | FileCheck %s --check-prefixes=BYTES,NEON

// The 16 results are computed once, in the order of the bit patterns: 0 to 7,
// then -8 to -1. Each lane gets the 32 bits that its 4 lie in, the first 8 lanes
// the first 4 bytes, shifts them down, and looks up.
// CHECK-LABEL: func.func @table(
// CHECK-SAME: %[[X:.*]]: vector<16xi8>, %[[S:.*]]: f32)
// CHECK-DAG: %[[NUMBERS:.*]] = arith.constant dense<[0.000000e+00, 1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00, 6.000000e+00, 7.000000e+00, -8.000000e+00, -7.000000e+00, -6.000000e+00, -5.000000e+00, -4.000000e+00, -3.000000e+00, -2.000000e+00, -1.000000e+00]> : vector<16xf32>
// CHECK-DAG: %[[SHIFTS:.*]] = arith.constant dense<[0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28]> : vector<16xi32>
// CHECK-DAG: %[[SCALE:.*]] = vector.broadcast %[[S]] : f32 to vector<16xf32>
// CHECK: %[[FLOATS:.*]] = arith.mulf %[[SCALE]], %[[NUMBERS]]
// CHECK: %[[TABLE:.*]] = vector.bitcast %[[FLOATS]] : vector<16xf32> to vector<16xi32>
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[X]] : vector<16xi8> to vector<4xi32>
// CHECK: %[[FIRST:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]
// CHECK: %[[INDEX:.*]] = arith.shrui %[[FIRST]], %[[SHIFTS]]
// CHECK: %[[Y:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"(%[[TABLE]], %[[INDEX]])
// CHECK: vector.insert_strided_slice %[[Y]], %{{.*}} {offsets = [0]
// CHECK: vector.shuffle %[[WORDS]], %[[WORDS]] [2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"(%[[TABLE]],
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
// CHECK-LABEL: func.func @scales(
// CHECK-SAME: %[[X:.*]]: vector<16xi8>, %[[S:.*]]: vector<16xf32>, %[[Z:.*]]: i4)
// CHECK: %[[DIFFERENCES:.*]] = arith.sitofp %{{.*}} : vector<16xi32> to vector<16xf32>
// CHECK: %[[TABLE:.*]] = vector.bitcast %[[DIFFERENCES]] : vector<16xf32> to vector<16xi32>
// CHECK: %[[INDEX:.*]] = arith.extui %[[X]] : vector<16xi8> to vector<16xi32>
// CHECK: %[[BITS:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.si.512"(%[[TABLE]], %[[INDEX]])
// CHECK: %[[Y:.*]] = vector.bitcast %[[BITS]] : vector<16xi32> to vector<16xf32>
// CHECK: arith.mulf %[[Y]], %[[S]]
func.func @scales(%x: vector<16xi8>, %s: vector<16xf32>, %z: i4) -> vector<16xf32> {
  %q = arith.trunci %x : vector<16xi8> to vector<16xi4>
  %zero_points = vector.broadcast %z : i4 to vector<16xi4>
  %y = quant_ext.apply_dequantize %q, %s, %zero_points storage = <u4> : (vector<16xi4>, vector<16xf32>, vector<16xi4>) -> vector<16xf32>
  return %y : vector<16xf32>
}

// Halves are rounded once each, and looked up by 16 bits: a register has the
// table twice, and each 16 bits have 4 lanes.
// CHECK-LABEL: func.func @halves(
// CHECK-SAME: %[[X:.*]]: vector<16xi8>, %[[S:.*]]: f32)
// CHECK-DAG: %[[SHIFTS:.*]] = arith.constant dense<[0, 4, 8, 12, 0, 4, 8, 12, {{.*}}0, 4, 8, 12]> : vector<32xi16>
// CHECK: %[[ROUNDED:.*]] = arith.truncf %{{.*}} : vector<16xf32> to vector<16xf16>
// CHECK: %[[BITS:.*]] = vector.bitcast %[[ROUNDED]] : vector<16xf16> to vector<16xi16>
// CHECK: %[[TABLE:.*]] = vector.shuffle %[[BITS]], %[[BITS]] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, {{.*}}, 15]
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[X]] : vector<16xi8> to vector<8xi16>
// CHECK: %[[SPREAD:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [0, 0, 0, 0, 1, 1, 1, 1, {{.*}}, 7, 7, 7, 7]
// CHECK: %[[INDEX:.*]] = arith.shrui %[[SPREAD]], %[[SHIFTS]]
// CHECK: %[[Y:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.hi.512"(%[[TABLE]], %[[INDEX]])
// CHECK: %[[R:.*]] = vector.bitcast %[[Y]] : vector<32xi16> to vector<32xf16>
// CHECK: return %[[R]]

// Others look up bytes, the lower ones and the upper ones in a table each: 16 lanes
// at a time, with AVX2 32, of which each half has the tables.
// BYTES-LABEL: func.func @halves(
// BYTES-SAME: %[[X:.*]]: vector<16xi8>, %[[S:.*]]: f32)
// SSSE3: %[[LANES:.*]] = vector.interleave %[[X]], %{{.*}} : vector<16xi8>
// NEON: %[[LANES:.*]] = vector.interleave %[[X]], %{{.*}} : vector<16xi8>
// BYTES: %[[PAIRS:.*]] = vector.bitcast %{{.*}} : vector<16xf16> to vector<32xi8>
// BYTES: %[[LOWS:.*]], %[[HIGHS:.*]] = vector.deinterleave %[[PAIRS]]
// With the middle quarters exchanged, halves that are put together on their own
// are in order.
// AVX2: %[[LOW:.*]] = vector.shuffle %[[LOWS]], %[[LOWS]] [0, 1, {{.*}}, 15, 0, 1, {{.*}}, 15]
// AVX2: %[[HIGH:.*]] = vector.shuffle %[[HIGHS]], %[[HIGHS]] [0, 1, {{.*}}, 15, 0, 1, {{.*}}, 15]
// AVX2: %[[QUARTERS:.*]] = vector.shuffle %[[X]], %[[X]] [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]
// AVX2: %[[WORDS:.*]] = arith.extui %[[QUARTERS]] : vector<16xi8> to vector<16xi16>
// AVX2: %[[UPPER:.*]] = arith.shli %[[WORDS]], %{{.*}}
// AVX2: %[[BOTH:.*]] = arith.ori %[[WORDS]], %[[UPPER]]
// AVX2: %[[CLEARED:.*]] = arith.andi %[[BOTH]], %{{.*}}
// AVX2: %[[INDEX:.*]] = vector.bitcast %[[CLEARED]] : vector<16xi16> to vector<32xi8>
// AVX2: %[[L:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[LOW]], %[[INDEX]])
// AVX2: %[[H:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[HIGH]], %[[INDEX]])
// AVX2: %[[Y:.*]] = vector.shuffle %[[L]], %[[H]] [0, 32, {{.*}}, 7, 39, 16, 48, {{.*}}, 23, 55, 8, 40, {{.*}}, 15, 47, 24, 56, {{.*}}, 31, 63]
// AVX2: %[[R:.*]] = vector.bitcast %[[Y]] : vector<64xi8> to vector<32xf16>
// AVX2: return %[[R]]
// SSSE3: %[[FIRST:.*]] = vector.extract_strided_slice %[[LANES]] {offsets = [0]
// SSSE3: %[[INDEX:.*]] = arith.andi %[[FIRST]]
// SSSE3: llvm.call_intrinsic "llvm.x86.ssse3.pshuf.b.128"(%[[LOWS]], %[[INDEX]])
// SSSE3: llvm.call_intrinsic "llvm.x86.ssse3.pshuf.b.128"(%[[HIGHS]], %[[INDEX]])
// SSSE3: vector.extract_strided_slice %[[LANES]] {offsets = [16]
// SSSE3-COUNT-2: llvm.call_intrinsic "llvm.x86.ssse3.pshuf.b.128"
// NEON: %[[FIRST:.*]] = vector.extract_strided_slice %[[LANES]] {offsets = [0]
// NEON: %[[INDEX:.*]] = arith.andi %[[FIRST]]
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"(%[[LOWS]], %[[INDEX]])
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"(%[[HIGHS]], %[[INDEX]])
// NEON: vector.extract_strided_slice %[[LANES]] {offsets = [16]
// NEON-COUNT-2: llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"
func.func @halves(%x: vector<16xi8>, %s: f32) -> vector<32xf16> {
  %four = arith.constant dense<4> : vector<16xi8>
  %high = arith.shrui %x, %four : vector<16xi8>
  %both = vector.interleave %x, %high : vector<16xi8> -> vector<32xi8>
  %q = arith.trunci %both : vector<32xi8> to vector<32xi4>
  %scale = vector.broadcast %s : f32 to vector<32xf32>
  %y = quant_ext.apply_dequantize %q, %scale storage = <i4> : (vector<32xi4>, vector<32xf32>) -> vector<32xf16>
  return %y : vector<32xf16>
}

// The same of bf16, and of lanes that are bytes already.
// CHECK-LABEL: func.func @brain_floats(
// CHECK: %[[BITS:.*]] = vector.bitcast %{{.*}} : vector<16xbf16> to vector<16xi16>
// CHECK: %[[TABLE:.*]] = vector.shuffle %[[BITS]], %[[BITS]]
// CHECK: %[[INDEX:.*]] = arith.extui %{{.*}} : vector<32xi8> to vector<32xi16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.permvar.hi.512"(%[[TABLE]], %[[INDEX]])
func.func @brain_floats(%x: vector<32xi8>, %s: f32, %z: i4) -> vector<32xbf16> {
  %q = arith.trunci %x : vector<32xi8> to vector<32xi4>
  %scale = vector.broadcast %s : f32 to vector<32xf32>
  %zero_points = vector.broadcast %z : i4 to vector<32xi4>
  %y = quant_ext.apply_dequantize %q, %scale, %zero_points storage = <u4> : (vector<32xi4>, vector<32xf32>, vector<32xi4>) -> vector<32xbf16>
  return %y : vector<32xbf16>
}

// BYTES-LABEL: func.func @brain_floats(
// BYTES-SAME: %[[X:.*]]: vector<32xi8>
// AVX2: %[[INDEX:.*]] = arith.andi %[[X]], %{{.*}} : vector<32xi8>
// AVX2: %[[L:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%{{.*}}, %[[INDEX]])
// AVX2: %[[H:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%{{.*}}, %[[INDEX]])
// AVX2: vector.interleave %[[L]], %[[H]] : vector<32xi8>
// SSSE3: llvm.x86.ssse3.pshuf.b.128
// NEON: llvm.aarch64.neon.tbl1.v16i8

// Of f32 there would be four tables.
// BYTES-LABEL: func.func @zero_points(
// BYTES-NOT: {{pshuf|tbl1}}
// BYTES-LABEL: func.func @short_halves(
// SSSE3: pshuf
// NEON: tbl1
// AVX2-NOT: pshuf
// BYTES-LABEL: func.func @scales_of_halves(
// BYTES-NOT: {{pshuf|tbl1}}

// No table for lanes that differ in zero point, or for halves in scale, for f64,
// for part of a register, or for several rows.
// CHECK-LABEL: func.func @zero_points(
// CHECK-NOT: permvar
// CHECK-LABEL: func.func @double(
// CHECK-NOT: permvar
// CHECK-LABEL: func.func @short(
// CHECK-NOT: permvar
// CHECK-LABEL: func.func @short_halves(
// CHECK-NOT: permvar
// CHECK-LABEL: func.func @scales_of_halves(
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
func.func @short_halves(%x: vector<16xi8>, %s: f32) -> vector<16xf16> {
  %q = arith.trunci %x : vector<16xi8> to vector<16xi4>
  %scale = vector.broadcast %s : f32 to vector<16xf32>
  %y = quant_ext.apply_dequantize %q, %scale storage = <i4> : (vector<16xi4>, vector<16xf32>) -> vector<16xf16>
  return %y : vector<16xf16>
}
func.func @scales_of_halves(%x: vector<32xi8>, %s: vector<32xf32>) -> vector<32xf16> {
  %q = arith.trunci %x : vector<32xi8> to vector<32xi4>
  %y = quant_ext.apply_dequantize %q, %s storage = <i4> : (vector<32xi4>, vector<32xf32>) -> vector<32xf16>
  return %y : vector<32xf16>
}
func.func @matrix(%x: vector<2x16xi8>, %s: f32) -> vector<2x16xf32> {
  %q = arith.trunci %x : vector<2x16xi8> to vector<2x16xi4>
  %v = vector.broadcast %s : f32 to vector<2x16xf32>
  %y = quant_ext.apply_dequantize %q, %v storage = <i4> : (vector<2x16xi4>, vector<2x16xf32>) -> vector<2x16xf32>
  return %y : vector<2x16xf32>
}
