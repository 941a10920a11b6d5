// DEFINE: %{target} =
// DEFINE: %{lower} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=%{target}},canonicalize,cse)"
// REDEFINE: %{target} = x86-64-v4
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,AVX512
// REDEFINE: %{target} = x86-64-v3
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,AVX2
// REDEFINE: %{target} = x86-64-v2
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,SSE
// REDEFINE: %{target} = aarch64
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,NEON

// 64 lanes of f32 fill four registers, and of i8 one. The order of the operands
// of the comparison lets NaN through to the conversion, which makes it the lowest
// integer.
// CHECK-LABEL: func.func @signed(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: vector<64xf32>
// AVX512-DAG: %[[BIG:.*]] = arith.constant dense<2.14748352E+9> : vector<16xf32>
// AVX512: %[[V:.*]] = arith.divf %[[X]], %[[S]] : vector<64xf32>
// AVX512: %[[PART:.*]] = vector.extract_strided_slice %[[V]] {offsets = [0], sizes = [16]
// AVX512: %[[IS_BIG:.*]] = arith.cmpf olt, %[[BIG]], %[[PART]]
// AVX512: %[[BOUNDED:.*]] = arith.select %[[IS_BIG]], %[[BIG]], %[[PART]]
// AVX512: %[[W0:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"(%[[BOUNDED]],
// AVX512: %[[W1:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"
// AVX512: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packssdw.512"(%[[W0]], %[[W1]])
// AVX512: %[[W2:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"
// AVX512: %[[W3:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"
// AVX512: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packssdw.512"(%[[W2]], %[[W3]])
// AVX512: %[[BYTES:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packsswb.512"(%[[LOW]], %[[HIGH]])
// AVX512: %[[WORDS:.*]] = vector.bitcast %[[BYTES]] : vector<64xi8> to vector<16xi32>
// AVX512: %[[ORDERED:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]
// AVX512: %[[Q:.*]] = vector.bitcast %[[ORDERED]] : vector<16xi32> to vector<64xi8>
// AVX512: return %[[Q]]

// Two registers of AVX2.
// AVX2: %[[W0:.*]] = llvm.call_intrinsic "llvm.x86.avx.cvt.ps2dq.256"
// AVX2: %[[W1:.*]] = llvm.call_intrinsic "llvm.x86.avx.cvt.ps2dq.256"
// AVX2: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx2.packssdw"(%[[W0]], %[[W1]])
// AVX2: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.avx2.packssdw"
// AVX2: %[[BYTES:.*]] = llvm.call_intrinsic "llvm.x86.avx2.packsswb"(%[[LOW]], %[[HIGH]])
// AVX2: %[[WORDS:.*]] = vector.bitcast %[[BYTES]] : vector<32xi8> to vector<8xi32>
// AVX2: %[[ORDERED:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [0, 4, 1, 5, 2, 6, 3, 7]
// AVX2: %[[PART:.*]] = vector.bitcast %[[ORDERED]] : vector<8xi32> to vector<32xi8>
// AVX2: %[[FIRST:.*]] = vector.insert_strided_slice %[[PART]], %{{.*}} {offsets = [0]
// AVX2: vector.insert_strided_slice %{{.*}}, %[[FIRST]] {offsets = [32]

// Nothing is out of order in registers of 128 bits.
// SSE: %[[W0:.*]] = llvm.call_intrinsic "llvm.x86.sse2.cvtps2dq"
// SSE: %[[W1:.*]] = llvm.call_intrinsic "llvm.x86.sse2.cvtps2dq"
// SSE: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.sse2.packssdw.128"(%[[W0]], %[[W1]])
// SSE: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.sse2.packssdw.128"
// SSE: %[[BYTES:.*]] = llvm.call_intrinsic "llvm.x86.sse2.packsswb.128"(%[[LOW]], %[[HIGH]])
// SSE: vector.insert_strided_slice %[[BYTES]], %{{.*}} {offsets = [0]

// Arm's conversion saturates above, but makes 0 of NaN.
// NEON-DAG: %[[LEAST:.*]] = arith.constant dense<-3.276800e+04> : vector<4xf32>
// NEON: %[[IS_ABOVE:.*]] = arith.cmpf ogt, %[[PART:.*]], %[[LEAST]]
// NEON: %[[BOUNDED:.*]] = arith.select %[[IS_ABOVE]], %[[PART]], %[[LEAST]]
// NEON: %[[W0:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.fcvtns"(%[[BOUNDED]])
// NEON: %[[W1:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.fcvtns"
// NEON: %[[H0:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.sqxtn"(%[[W0]]) : (vector<4xi32>) -> vector<4xi16>
// NEON: %[[H1:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.sqxtn"(%[[W1]])
// NEON: %[[LOW:.*]] = vector.shuffle %[[H0]], %[[H1]] [0, 1, 2, 3, 4, 5, 6, 7]
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.sqxtn"(%[[LOW]]) : (vector<8xi16>) -> vector<8xi8>
func.func @signed(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// The zero point of all lanes is added at 16 bits; f16 is computed with in f32.
// CHECK-LABEL: func.func @unsigned(
// CHECK-SAME: %[[X:.*]]: vector<64xf16>, %{{.*}}: vector<64xf32>, %[[Z:.*]]: i8)
// CHECK: arith.extf %[[X]] : vector<64xf16> to vector<64xf32>
// CHECK-DAG: %[[Z16:.*]] = arith.extui %[[Z]] : i8 to i16
// CHECK-DAG: %[[ADDEND:.*]] = vector.broadcast %[[Z16]] : i16 to vector<{{8|16|32}}xi16>
// CHECK: %[[LOW:.*]] = llvm.intr.sadd.sat(%{{.*}}, %[[ADDEND]])
// CHECK: %[[HIGH:.*]] = llvm.intr.sadd.sat(%{{.*}}, %[[ADDEND]])
// AVX512: llvm.call_intrinsic "llvm.x86.avx512.packuswb.512"(%[[LOW]], %[[HIGH]])
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.packuswb"(%[[LOW]], %[[HIGH]])
// SSE: llvm.call_intrinsic "llvm.x86.sse2.packuswb.128"(%[[LOW]], %[[HIGH]])
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.sqxtun"(%[[LOW]])
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.sqxtun"(%[[HIGH]])
// CHECK-NOT: arith.max
// CHECK: return
func.func @unsigned(%x: vector<64xf16>, %s: vector<64xf32>, %zero_point: i8) -> vector<64xi8> {
  %z = vector.broadcast %zero_point : i8 to vector<64xi8>
  %q = quant_ext.apply_quantize %x, %s, %z storage = <u8>
      : (vector<64xf16>, vector<64xf32>, vector<64xi8>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// Only the bound that 8 bits do not have is clamped to.
// CHECK-LABEL: func.func @narrow_range(
// CHECK: arith.maxsi %{{.*}}, %{{.*}} : vector<{{16|32|64}}xi8>
// CHECK-NOT: arith.minsi
// CHECK: return
func.func @narrow_range(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8<-127:127>>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @four_bits(
// CHECK-DAG: %[[MIN:.*]] = arith.constant dense<-8> : vector<[[LANES:.*]]xi8>
// CHECK-DAG: %[[MAX:.*]] = arith.constant dense<7> : vector<[[LANES]]xi8>
// CHECK: %[[LOWER:.*]] = arith.maxsi %{{.*}}, %[[MIN]]
// CHECK: %[[BOTH:.*]] = arith.minsi %[[LOWER]], %[[MAX]]
// CHECK-NOT: xi4>
// CHECK: arith.trunci %{{.*}} : vector<64xi8> to vector<64xi4>
func.func @four_bits(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi4> {
  %q = quant_ext.apply_quantize %x, %s storage = <i4>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi4>
  return %q : vector<64xi4>
}

// CHECK-LABEL: func.func @requantize(
// CHECK: %[[A:.*]] = arith.sitofp %{{.*}} : vector<64xi32> to vector<64xf32>
// CHECK: %[[V:.*]] = arith.mulf %[[A]], %{{.*}} : vector<64xf32>
// CHECK: vector.extract_strided_slice %[[V]]
// CHECK: llvm.call_intrinsic "llvm.{{(x86.*packsswb|aarch64.neon.sqxtn)}}
func.func @requantize(%a: vector<64xi32>, %m: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8>
      : (vector<64xi32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @toward_zero(
// AVX512-COUNT-4: llvm.call_intrinsic "llvm.x86.avx512.mask.cvttps2dq.512"
// AVX2-COUNT-8: llvm.call_intrinsic "llvm.x86.avx.cvtt.ps2dq.256"
// SSE-COUNT-16: llvm.call_intrinsic "llvm.x86.sse2.cvttps2dq"
// NEON-COUNT-16: llvm.call_intrinsic "llvm.aarch64.neon.fcvtzs"
// CHECK: return
func.func @toward_zero(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = toward_zero
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// Where no conversion rounds like it, what makes a truncation do so is added.
// CHECK-LABEL: func.func @half_away(
// AVX512-DAG: %[[HALF:.*]] = arith.constant dense<0.49999997> : vector<16xf32>
// AVX512: %[[BOUNDED:.*]] = arith.select
// AVX512: %[[BIAS:.*]] = math.copysign %[[HALF]], %[[BOUNDED]] : vector<16xf32>
// AVX512: %[[SUM:.*]] = arith.addf %[[BOUNDED]], %[[BIAS]] : vector<16xf32>
// AVX512: llvm.call_intrinsic "llvm.x86.avx512.mask.cvttps2dq.512"(%[[SUM]],
// AVX2: llvm.call_intrinsic "llvm.x86.avx.cvtt.ps2dq.256"
// NEON-NOT: math.copysign
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.fcvtas"
// CHECK: return
func.func @half_away(%a: vector<64xi32>, %m: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8> rounding = half_away
      : (vector<64xi32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @two_registers(
// AVX512: %[[FIRST:.*]] = vector.insert_strided_slice %{{.*}}, %{{.*}} {offsets = [0]
// AVX512: vector.insert_strided_slice %{{.*}}, %[[FIRST]] {offsets = [64]
// CHECK: return
func.func @two_registers(%x: vector<128xf32>, %s: vector<128xf32>) -> vector<128xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<128xf32>, vector<128xf32>) -> vector<128xi8>
  return %q : vector<128xi8>
}

// Zero points of the lanes' own are added in the order that the packs leave.
// CHECK-LABEL: func.func @zero_point_for_each_lane(
// CHECK-SAME: %[[Z:[a-z0-9]*]]: vector<64xi8>)
// AVX512: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packssdw.512"
// AVX512: %[[ZLOW:.*]] = vector.shuffle %[[Z]], %[[Z]] [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]
// AVX512: %[[WIDE:.*]] = arith.extsi %[[ZLOW]] : vector<32xi8> to vector<32xi16>
// AVX512: llvm.intr.sadd.sat(%[[LOW]], %[[WIDE]])
// AVX512: vector.shuffle %[[Z]], %[[Z]] [32, 33, 34, 35, 48, 49, 50, 51, 36,
// AVX2: %[[Z0:.*]] = vector.extract_strided_slice %[[Z]] {offsets = [0], sizes = [32]
// AVX2: vector.shuffle %[[Z0]], %[[Z0]] [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]
// AVX2: vector.shuffle %[[Z0]], %[[Z0]] [16, 17, 18, 19, 24, 25, 26, 27, 20, 21, 22, 23, 28, 29, 30, 31]
// NEON: %[[Z0:.*]] = vector.extract_strided_slice %[[Z]] {offsets = [0], sizes = [16]
// NEON: vector.shuffle %[[Z0]], %[[Z0]] [0, 1, 2, 3, 4, 5, 6, 7]
// CHECK: return
func.func @zero_point_for_each_lane(%x: vector<64xf32>, %s: vector<64xf32>,
                                    %z: vector<64xi8>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s, %z storage = <i8>
      : (vector<64xf32>, vector<64xf32>, vector<64xi8>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// One pack makes 16 bits, and pairs of what came from one register stay together.
// CHECK-LABEL: func.func @sixteen_bits(
// AVX512: %[[PACKED:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packssdw.512"
// AVX512: %[[PAIRS:.*]] = vector.bitcast %[[PACKED]] : vector<32xi16> to vector<8xi64>
// AVX512: vector.shuffle %[[PAIRS]], %[[PAIRS]] [0, 2, 4, 6, 1, 3, 5, 7]
// AVX2: vector.shuffle %{{.*}}, %{{.*}} [0, 2, 1, 3] : vector<4xi64>
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.sqxtn"
// CHECK-NOT: arith.maxsi
// CHECK: return
func.func @sixteen_bits(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi16> {
  %q = quant_ext.apply_quantize %x, %s storage = <i16>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi16>
  return %q : vector<64xi16>
}

// CHECK-LABEL: func.func @twelve_bits(
// CHECK-DAG: arith.constant dense<2047> : vector<{{8|16|32}}xi16>
// CHECK: llvm.call_intrinsic "llvm.{{(x86.*packssdw|aarch64.neon.sqxtn)}}
// CHECK: arith.maxsi
// CHECK: return
func.func @twelve_bits(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi16> {
  %q = quant_ext.apply_quantize %x, %s storage = <i16<-2048:2047>>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi16>
  return %q : vector<64xi16>
}

// What follows is left to the portable recipe.

// CHECK-LABEL: func.func @half_a_register(
// AVX512-NOT: llvm.call_intrinsic
// AVX2: llvm.call_intrinsic
// CHECK: return
func.func @half_a_register(%x: vector<32xf32>, %s: vector<32xf32>) -> vector<32xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<32xf32>, vector<32xf32>) -> vector<32xi8>
  return %q : vector<32xi8>
}

// What saturates at 16 bits need not do so with a zero point.
// CHECK-LABEL: func.func @sixteen_bits_zero_point(
// CHECK-NOT: llvm.call_intrinsic "llvm.{{x86|aarch64}}
// CHECK: return
func.func @sixteen_bits_zero_point(%x: vector<64xf32>, %s: vector<64xf32>, %zero_point: i16) -> vector<64xi16> {
  %z = vector.broadcast %zero_point : i16 to vector<64xi16>
  %q = quant_ext.apply_quantize %x, %s, %z storage = <i16>
      : (vector<64xf32>, vector<64xf32>, vector<64xi16>) -> vector<64xi16>
  return %q : vector<64xi16>
}

// CHECK-LABEL: func.func @double(
// CHECK-NOT: llvm.call_intrinsic "llvm.{{x86|aarch64}}
// CHECK: return
func.func @double(%x: vector<64xf64>, %s: vector<64xf64>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf64>, vector<64xf64>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @scalar(
// CHECK-NOT: llvm.call_intrinsic "llvm.{{x86|aarch64}}
// CHECK: return
func.func @scalar(%x: f32, %s: f32) -> i8 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
  return %q : i8
}

// Random numbers need lanes in their order.
// CHECK-LABEL: func.func @stochastic(
// CHECK-NOT: llvm.call_intrinsic "llvm.{{x86|aarch64}}
// CHECK: return
func.func @stochastic(%x: vector<64xf32>, %s: vector<64xf32>, %seed: vector<64xi64>, %i: vector<64xi64>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s random(%seed, %i) storage = <i8> rounding = stochastic
      : (vector<64xf32>, vector<64xf32>, vector<64xi64>, vector<64xi64>) -> vector<64xi8>
  return %q : vector<64xi8>
}
