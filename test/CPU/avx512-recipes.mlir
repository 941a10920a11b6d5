// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},canonicalize,cse)" | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v3})" | FileCheck %s --check-prefix=AVX2
// AVX2-NOT: llvm.call_intrinsic

// 64 lanes of f32 fill four registers, and of i8 one. The order of the operands
// of the comparison lets NaN through to the conversion, which makes it the lowest
// integer.
// CHECK-LABEL: func.func @signed(
// CHECK-SAME: %[[X:.*]]: vector<64xf32>, %[[S:.*]]: vector<64xf32>
// CHECK-DAG: %[[BIG:.*]] = arith.constant dense<3.276700e+04> : vector<64xf32>
// CHECK: %[[V:.*]] = arith.divf %[[X]], %[[S]] : vector<64xf32>
// CHECK: %[[IS_BIG:.*]] = arith.cmpf olt, %[[BIG]], %[[V]]
// CHECK: %[[BOUNDED:.*]] = arith.select %[[IS_BIG]], %[[BIG]], %[[V]]
// CHECK: %[[PART:.*]] = vector.extract_strided_slice %[[BOUNDED]] {offsets = [0], sizes = [16]
// CHECK: %[[W0:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"(%[[PART]],
// CHECK: %[[W1:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"
// CHECK: %[[W2:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"
// CHECK: %[[W3:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.cvtps2dq.512"
// CHECK: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packssdw.512"(%[[W0]], %[[W1]])
// CHECK: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packssdw.512"(%[[W2]], %[[W3]])
// CHECK: %[[BYTES:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packsswb.512"(%[[LOW]], %[[HIGH]])
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[BYTES]] : vector<64xi8> to vector<16xi32>
// CHECK: %[[ORDERED:.*]] = vector.shuffle %[[WORDS]], %[[WORDS]] [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]
// CHECK: %[[Q:.*]] = vector.bitcast %[[ORDERED]] : vector<16xi32> to vector<64xi8>
// CHECK: return %[[Q]]
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
// CHECK-DAG: %[[ADDEND:.*]] = vector.broadcast %[[Z16]] : i16 to vector<32xi16>
// CHECK-DAG: %[[LOW:.*]] = llvm.intr.sadd.sat(%{{.*}}, %[[ADDEND]])
// CHECK-DAG: %[[HIGH:.*]] = llvm.intr.sadd.sat(%{{.*}}, %[[ADDEND]])
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.packuswb.512"(%[[LOW]], %[[HIGH]])
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
// CHECK: arith.maxsi %{{.*}}, %{{.*}} : vector<64xi8>
// CHECK-NOT: arith.minsi
// CHECK: return
func.func @narrow_range(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8<-127:127>>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @four_bits(
// CHECK-DAG: %[[MIN:.*]] = arith.constant dense<-8> : vector<64xi8>
// CHECK-DAG: %[[MAX:.*]] = arith.constant dense<7> : vector<64xi8>
// CHECK: %[[LOWER:.*]] = arith.maxsi %{{.*}}, %[[MIN]]
// CHECK: %[[BOTH:.*]] = arith.minsi %[[LOWER]], %[[MAX]]
// CHECK: arith.trunci %[[BOTH]] : vector<64xi8> to vector<64xi4>
func.func @four_bits(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi4> {
  %q = quant_ext.apply_quantize %x, %s storage = <i4>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi4>
  return %q : vector<64xi4>
}

// CHECK-LABEL: func.func @requantize(
// CHECK: %[[A:.*]] = arith.sitofp %{{.*}} : vector<64xi32> to vector<64xf32>
// CHECK: %[[V:.*]] = arith.mulf %[[A]], %{{.*}} : vector<64xf32>
// CHECK: arith.cmpf olt, %{{.*}}, %[[V]] : vector<64xf32>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.packsswb.512"
func.func @requantize(%a: vector<64xi32>, %m: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8>
      : (vector<64xi32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// A truncating conversion saturates as the rounding one does.
// CHECK-LABEL: func.func @toward_zero(
// CHECK-NOT: cvtps2dq
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.avx512.mask.cvttps2dq.512"
// CHECK-NOT: cvtps2dq
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.packsswb.512"
func.func @toward_zero(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> rounding = toward_zero
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @half_away(
// CHECK-DAG: %[[HALF:.*]] = arith.constant dense<0.49999997> : vector<16xf32>
// CHECK: %[[BOUNDED:.*]] = arith.select
// CHECK: %[[PART:.*]] = vector.extract_strided_slice %[[BOUNDED]] {offsets = [0]
// CHECK: %[[BIAS:.*]] = math.copysign %[[HALF]], %[[PART]] : vector<16xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[PART]], %[[BIAS]] : vector<16xf32>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.mask.cvttps2dq.512"(%[[SUM]],
func.func @half_away(%a: vector<64xi32>, %m: vector<64xf32>) -> vector<64xi8> {
  %q = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8> rounding = half_away
      : (vector<64xi32>, vector<64xf32>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @two_registers(
// CHECK: %[[FIRST:.*]] = vector.insert_strided_slice %{{.*}}, %{{.*}} {offsets = [0]
// CHECK: vector.insert_strided_slice %{{.*}}, %[[FIRST]] {offsets = [64]
func.func @two_registers(%x: vector<128xf32>, %s: vector<128xf32>) -> vector<128xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<128xf32>, vector<128xf32>) -> vector<128xi8>
  return %q : vector<128xi8>
}

// What follows is left to the portable recipe.

// CHECK-LABEL: func.func @half_a_register(
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
func.func @half_a_register(%x: vector<32xf32>, %s: vector<32xf32>) -> vector<32xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<32xf32>, vector<32xf32>) -> vector<32xi8>
  return %q : vector<32xi8>
}

// Adding zero points of their own to interleaved lanes would need them in that
// order.
// CHECK-LABEL: func.func @zero_point_for_each_lane(
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
func.func @zero_point_for_each_lane(%x: vector<64xf32>, %s: vector<64xf32>,
                                    %z: vector<64xi8>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s, %z storage = <i8>
      : (vector<64xf32>, vector<64xf32>, vector<64xi8>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @sixteen_bits(
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
func.func @sixteen_bits(%x: vector<64xf32>, %s: vector<64xf32>) -> vector<64xi16> {
  %q = quant_ext.apply_quantize %x, %s storage = <i16>
      : (vector<64xf32>, vector<64xf32>) -> vector<64xi16>
  return %q : vector<64xi16>
}

// CHECK-LABEL: func.func @double(
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
func.func @double(%x: vector<64xf64>, %s: vector<64xf64>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xf64>, vector<64xf64>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func.func @scalar(
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
func.func @scalar(%x: f32, %s: f32) -> i8 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
  return %q : i8
}

// Random numbers need lanes in their order.
// CHECK-LABEL: func.func @stochastic(
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
func.func @stochastic(%x: vector<64xf32>, %s: vector<64xf32>, %seed: vector<64xi64>, %i: vector<64xi64>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s random(%seed, %i) storage = <i8> rounding = stochastic
      : (vector<64xf32>, vector<64xf32>, vector<64xi64>, vector<64xi64>) -> vector<64xi8>
  return %q : vector<64xi8>
}
