// RUN: %quant-opt %s --pass-pipeline="builtin.module(func.func(quant-ext-approximate-math{target=x86-64-v3}))" | FileCheck %s --implicit-check-not='{{math.(erf|exp|tanh) .*f32}}'
// RUN: %quant-opt %s --pass-pipeline="builtin.module(func.func(quant-ext-approximate-math{target=aarch64}))" | FileCheck %s --implicit-check-not='{{math.(erf|exp|tanh) .*f32}}'
// RUN: %quant-opt %s --pass-pipeline="builtin.module(func.func(quant-ext-approximate-math{target=x86-64-v2}))" | FileCheck %s --check-prefix=NO-FMA --implicit-check-not=math.fma

// Without fused multiply-adds, each of a polynomial would be a call as well.
// NO-FMA-LABEL: func.func @erf(
// NO-FMA: math.erf %{{.*}} : vector<16xf32>
// NO-FMA-LABEL: func.func @exp(
// NO-FMA: math.exp %{{.*}} : vector<16xf32>
// NO-FMA-LABEL: func.func @tanh(
// NO-FMA: math.tanh %{{.*}} : vector<16xf32>

// CHECK-LABEL: func.func @erf(
// CHECK: math.fma %{{.*}} : vector<16xf32>
// CHECK: return
func.func @erf(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.erf %x : vector<16xf32>
  return %y : vector<16xf32>
}

// CHECK-LABEL: func.func @exp(
// CHECK: math.fma %{{.*}} : vector<16xf32>
// CHECK: return
func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// CHECK-LABEL: func.func @tanh(
// CHECK: math.fma %{{.*}} : vector<16xf32>
// CHECK: return
func.func @tanh(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.tanh %x : vector<16xf32>
  return %y : vector<16xf32>
}

// What is left over of a row gives the same bits.
// CHECK-LABEL: func.func @scalar(
// CHECK: math.fma %{{.*}} : f32
// CHECK: return
func.func @scalar(%x: f32) -> f32 {
  %y = math.tanh %x : f32
  return %y : f32
}

// Small floats are computed in f32 and rounded once more.
// CHECK-LABEL: func.func @small(
// CHECK-SAME: %[[X:.*]]: vector<16xbf16>)
// CHECK: arith.extf %[[X]] : vector<16xbf16> to vector<16xf32>
// CHECK: math.fma %{{.*}} : vector<16xf32>
// CHECK: arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK: return
func.func @small(%x: vector<16xbf16>) -> vector<16xbf16> {
  %y = math.erf %x : vector<16xbf16>
  return %y : vector<16xbf16>
}

// The polynomials are too short for f64, and other functions have others.
// CHECK-LABEL: func.func @stays(
// CHECK: math.erf %{{.*}} : vector<16xf64>
// CHECK: math.log %
// CHECK: return
func.func @stays(%x: vector<16xf64>, %y: vector<16xf32>) -> (vector<16xf64>, vector<16xf32>) {
  %a = math.erf %x : vector<16xf64>
  %b = math.log %y : vector<16xf32>
  return %a, %b : vector<16xf64>, vector<16xf32>
}
