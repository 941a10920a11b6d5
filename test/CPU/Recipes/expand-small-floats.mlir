// Which conversions become integer arithmetic, for which target. Their bits are
// compared with the oracle's in test/Integration.

// DEFINE: %{target} =
// DEFINE: %{expand} = %quant-opt --pass-pipeline="builtin.module(quant-ext-expand-small-floats{%{target}})" %s
// REDEFINE: %{target} = target=x86-64-v2
// RUN: %{expand} | FileCheck %s --check-prefixes=CHECK,SOFT
// REDEFINE: %{target} = target=x86-64-v3 features=-f16c
// RUN: %{expand} | FileCheck %s --check-prefixes=CHECK,SOFT
// REDEFINE: %{target} = target=x86-64-v3
// RUN: %{expand} | FileCheck %s --check-prefixes=CHECK,F16C
// REDEFINE: %{target} = target=x86-64-v4
// RUN: %{expand} | FileCheck %s --check-prefixes=CHECK,F16C
// REDEFINE: %{target} = target=aarch64
// RUN: %{expand} | FileCheck %s --check-prefixes=CHECK,F16C

// With AVX512_BF16 too: its instruction flushes subnormals.
// REDEFINE: %{target} = target=znver4
// RUN: %{expand} | FileCheck %s --check-prefixes=CHECK,F16C

// CHECK-LABEL: func @extend_bf16
// CHECK-SAME: (%[[X:.*]]: vector<8xbf16>)
// CHECK: %[[C16:.*]] = arith.constant dense<16> : vector<8xi32>
// CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : vector<8xbf16> to vector<8xi16>
// CHECK: %[[WIDE:.*]] = arith.extui %[[BITS]] : vector<8xi16> to vector<8xi32>
// CHECK: %[[HIGH:.*]] = arith.shli %[[WIDE]], %[[C16]]
// CHECK: %[[Y:.*]] = arith.bitcast %[[HIGH]] : vector<8xi32> to vector<8xf32>
// CHECK: return %[[Y]]
func.func @extend_bf16(%x: vector<8xbf16>) -> vector<8xf32> {
  %y = arith.extf %x : vector<8xbf16> to vector<8xf32>
  return %y : vector<8xf32>
}

// The way from f32 to f64 is exact, so that the target's instruction serves.
// CHECK-LABEL: func @extend_bf16_to_f64
// CHECK-NOT: arith.extf {{.*}}bf16
// CHECK: %[[F32:.*]] = arith.bitcast %{{.*}} : i32 to f32
// CHECK: %[[Y:.*]] = arith.extf %[[F32]] : f32 to f64
// CHECK: return %[[Y]]
func.func @extend_bf16_to_f64(%x: bf16) -> f64 {
  %y = arith.extf %x : bf16 to f64
  return %y : f64
}

// CHECK-LABEL: func @round_to_bf16
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK-DAG: %[[BITS:.*]] = arith.bitcast %[[X]] : f32 to i32
// CHECK-DAG: %[[NAN:.*]] = arith.cmpf uno, %[[X]], %[[X]]
// CHECK: arith.select %[[NAN]]
// CHECK: %[[LOW:.*]] = arith.trunci %{{.*}} : i32 to i16
// CHECK: %[[Y:.*]] = arith.bitcast %[[LOW]] : i16 to bf16
// CHECK: return %[[Y]]
func.func @round_to_bf16(%x: f32) -> bf16 {
  %y = arith.truncf %x : f32 to bf16
  return %y : bf16
}

// f64 goes to f32 rounded to odd, and that is what is rounded again.
// CHECK-LABEL: func @round_f64_to_bf16
// CHECK-SAME: (%[[X:.*]]: f64)
// CHECK: %[[NEAREST:.*]] = arith.truncf %[[X]] : f64 to f32
// CHECK: %[[EXACT:.*]] = arith.extf %[[NEAREST]] : f32 to f64
// CHECK: arith.cmpf one, %[[EXACT]], %[[X]] : f64
// CHECK: %[[ODD:.*]] = arith.bitcast %{{.*}} : i32 to f32
// CHECK: arith.cmpf uno, %[[ODD]], %[[ODD]]
// CHECK: %[[Y:.*]] = arith.bitcast %{{.*}} : i16 to bf16
// CHECK: return %[[Y]]
func.func @round_f64_to_bf16(%x: f64) -> bf16 {
  %y = arith.truncf %x : f64 to bf16
  return %y : bf16
}

// CHECK-LABEL: func @extend_f16
// CHECK-SAME: (%[[X:.*]]: vector<8xf16>)
// F16C-NEXT: %[[Y:.*]] = arith.extf %[[X]] : vector<8xf16> to vector<8xf32>
// F16C-NEXT: return %[[Y]]
// SOFT: arith.bitcast %[[X]] : vector<8xf16> to vector<8xi16>
// SOFT-NOT: arith.extf
// SOFT: arith.subf
// SOFT: %[[Y:.*]] = arith.bitcast %{{.*}} : vector<8xi32> to vector<8xf32>
// SOFT: return %[[Y]]
func.func @extend_f16(%x: vector<8xf16>) -> vector<8xf32> {
  %y = arith.extf %x : vector<8xf16> to vector<8xf32>
  return %y : vector<8xf32>
}

// CHECK-LABEL: func @round_to_f16
// CHECK-SAME: (%[[X:.*]]: f32)
// F16C-NEXT: %[[Y:.*]] = arith.truncf %[[X]] : f32 to f16
// F16C-NEXT: return %[[Y]]
// SOFT: arith.bitcast %[[X]] : f32 to i32
// SOFT-NOT: arith.truncf
// SOFT: %[[Y:.*]] = arith.bitcast %{{.*}} : i16 to f16
// SOFT: return %[[Y]]
func.func @round_to_f16(%x: f32) -> f16 {
  %y = arith.truncf %x : f32 to f16
  return %y : f16
}

// The second rounding may be the instruction's.
// CHECK-LABEL: func @round_f64_to_f16
// CHECK-SAME: (%[[X:.*]]: f64)
// CHECK: %[[NEAREST:.*]] = arith.truncf %[[X]] : f64 to f32
// CHECK: arith.extf %[[NEAREST]] : f32 to f64
// CHECK: %[[ODD:.*]] = arith.bitcast %{{.*}} : i32 to f32
// F16C: %[[Y:.*]] = arith.truncf %[[ODD]] : f32 to f16
// SOFT: arith.bitcast %[[ODD]] : f32 to i32
// SOFT: %[[Y:.*]] = arith.bitcast %{{.*}} : i16 to f16
// CHECK: return %[[Y]]
func.func @round_f64_to_f16(%x: f64) -> f16 {
  %y = arith.truncf %x : f64 to f16
  return %y : f16
}

// CHECK-LABEL: func @between_f32_and_f64
// CHECK-SAME: (%[[X:.*]]: f32, %[[Y:.*]]: f64)
// CHECK-NEXT: %[[WIDE:.*]] = arith.extf %[[X]] : f32 to f64
// CHECK-NEXT: %[[NARROW:.*]] = arith.truncf %[[Y]] : f64 to f32
// CHECK-NEXT: return %[[WIDE]], %[[NARROW]]
func.func @between_f32_and_f64(%x: f32, %y: f64) -> (f64, f32) {
  %wide = arith.extf %x : f32 to f64
  %narrow = arith.truncf %y : f64 to f32
  return %wide, %narrow : f64, f32
}

// The arithmetic rounds to nearest and could not serve another mode.
// CHECK-LABEL: func @other_rounding
// CHECK: arith.truncf %{{.*}} toward_zero : f32 to bf16
func.func @other_rounding(%x: f32) -> bf16 {
  %y = arith.truncf %x toward_zero : f32 to bf16
  return %y : bf16
}

// A rounding stays, whatever a flag permits.
// CHECK-LABEL: func @contracted
// CHECK-NOT: fastmath
// F16C: %[[HALF:.*]] = arith.truncf %{{.*}} : f32 to f16
// F16C: %[[WIDE:.*]] = arith.extf %[[HALF]] : f16 to f32
// F16C-NEXT: return %[[WIDE]]
// SOFT: arith.trunci %{{.*}} : i32 to i16
// SOFT: arith.bitcast %{{.*}} : i32 to f32
func.func @contracted(%x: f32) -> f32 {
  %half = arith.truncf %x fastmath<contract> : f32 to f16
  %wide = arith.extf %half fastmath<contract> : f16 to f32
  return %wide : f32
}

// Nothing looks for a NaN where there is none.
// CHECK-LABEL: func @no_nan
// CHECK-NOT: arith.cmpf
// CHECK: arith.shrui
// CHECK-NOT: arith.cmpf
// CHECK: return
func.func @no_nan(%x: vector<8xf32>) -> vector<8xbf16> {
  %y = arith.truncf %x fastmath<nnan> : vector<8xf32> to vector<8xbf16>
  return %y : vector<8xbf16>
}

// Vectors of bf16 must not live across a branch, which LLVM would take them
// apart for; halves of them may be used in several.
// CHECK-LABEL: func.func @deinterleave(
// CHECK-SAME: %[[X:.*]]: vector<8xbf16>)
// CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : vector<8xbf16> to vector<8xi16>
// CHECK: vector.deinterleave %[[BITS]] : vector<8xi16> -> vector<4xi16>
// CHECK-NOT: vector.deinterleave {{.*}}bf16
// CHECK: return
func.func @deinterleave(%x: vector<8xbf16>) -> (vector<4xf32>, vector<4xf32>) {
  %even, %odd = vector.deinterleave %x : vector<8xbf16> -> vector<4xbf16>
  %a = arith.extf %even : vector<4xbf16> to vector<4xf32>
  %b = arith.extf %odd : vector<4xbf16> to vector<4xf32>
  return %a, %b : vector<4xf32>, vector<4xf32>
}

// Nor may they be shuffled, which LLVM refuses for what fills no register.
// CHECK-LABEL: func.func @shuffle(
// CHECK-SAME: %[[X:[^:]*]]: vector<3xbf16>)
// CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : vector<3xbf16> to vector<3xi16>
// CHECK: vector.shuffle %[[BITS]], %{{.*}} [0, 1, 2, 0] : vector<3xi16>, vector<3xi16>
// CHECK-NOT: arith.extf
// CHECK: return
func.func @shuffle(%x: vector<3xbf16>) -> vector<4xf32> {
  %y = vector.shuffle %x, %x [0, 1, 2, 0] : vector<3xbf16>, vector<3xbf16>
  %z = arith.extf %y : vector<4xbf16> to vector<4xf32>
  return %z : vector<4xf32>
}

// CHECK-LABEL: func.func @shuffle_f8(
// CHECK: vector.shuffle %{{.*}} : vector<3xi8>, vector<3xi8>
// CHECK: arith.bitcast %{{.*}} : vector<4xi8> to vector<4xf8E4M3FN>
func.func @shuffle_f8(%x: vector<3xf8E4M3FN>) -> vector<4xf8E4M3FN> {
  %y = vector.shuffle %x, %x [0, 1, 2, 0] : vector<3xf8E4M3FN>, vector<3xf8E4M3FN>
  return %y : vector<4xf8E4M3FN>
}

// A body that the operation's name implies stays; any other is rewritten.
// CHECK-LABEL: func.func @named(
// CHECK: linalg.matvec ins(%{{.*}} : memref<3x4xbf16>, memref<4xbf16>) outs(%{{.*}} : memref<3xf32>)
// CHECK: linalg.generic
// CHECK-NOT: arith.extf
// CHECK: arith.addf
// CHECK: return
func.func @named(%a: memref<3x4xbf16>, %x: memref<4xbf16>, %y: memref<3xf32>) {
  linalg.matvec ins(%a, %x : memref<3x4xbf16>, memref<4xbf16>) outs(%y : memref<3xf32>)
  linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (0)>],
      iterator_types = ["reduction"]} ins(%x : memref<4xbf16>) outs(%y : memref<3xf32>) {
  ^bb0(%in: bf16, %out: f32):
    %wide = arith.extf %in : bf16 to f32
    %sum = arith.addf %out, %wide : f32
    linalg.yield %sum : f32
  }
  return
}
