// RUN: %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-arith,canonicalize)" %s | FileCheck %s

// On whole vectors, whatever the target: f32 has a bias of 127 and 23 bits of
// fraction, f8E4M3FN 7 and 3. Its smallest normal number 2^-6 has the bits
// (127 - 6) << 23 = 1015021568, and 20 bits are dropped.
// CHECK-LABEL: func @quantize
// CHECK-SAME: %[[X:.*]]: vector<16xf32>, %[[S:.*]]: vector<16xf32>
// CHECK-DAG: %[[NORMAL:.*]] = arith.constant dense<1015021568> : vector<16xi32>
// CHECK-DAG: %[[DROPPED:.*]] = arith.constant dense<20> : vector<16xi32>
// CHECK-DAG: %[[LARGEST:.*]] = arith.constant dense<126> : vector<16xi32>
// CHECK-DAG: %[[NAN:.*]] = arith.constant dense<127> : vector<16xi32>
// CHECK: %[[V:.*]] = arith.divf %[[X]], %[[S]] : vector<16xf32>
// CHECK: %[[BITS:.*]] = arith.bitcast %[[V]] : vector<16xf32> to vector<16xi32>
// CHECK: arith.addf %{{.*}} : vector<16xf32>
// CHECK: arith.shrui %{{.*}}, %[[DROPPED]]
// CHECK: arith.cmpi slt, %{{.*}}, %[[NORMAL]]
// CHECK: %[[ROUNDED:.*]] = arith.select
// CHECK: arith.minsi %[[ROUNDED]], %[[LARGEST]]
// CHECK: %[[RESULT:.*]] = arith.select %{{.*}}, %[[NAN]]
// CHECK: %[[BYTE:.*]] = arith.trunci %[[RESULT]] : vector<16xi32> to vector<16xi8>
// CHECK: arith.bitcast %[[BYTE]] : vector<16xi8> to vector<16xf8E4M3FN>
func.func @quantize(%x: vector<16xf32>, %s: vector<16xf32>) -> vector<16xf8E4M3FN> {
  %q = quant_ext.apply_quantize %x, %s storage = <f8E4M3FN> : (vector<16xf32>, vector<16xf32>) -> vector<16xf8E4M3FN>
  return %q : vector<16xf8E4M3FN>
}

// The infinity follows the largest finite number, 0x7b.
// CHECK-LABEL: func @to_infinity
// CHECK-DAG: %[[INFINITY:.*]] = arith.constant 124 : i32
// CHECK: arith.minsi %{{.*}}, %[[INFINITY]] : i32
func.func @to_infinity(%x: f32, %s: f32) -> f8E5M2 {
  %q = quant_ext.apply_quantize %x, %s storage = <f8E5M2> saturate = false : (f32, f32) -> f8E5M2
  return %q : f8E5M2
}

// An f64 is rounded to an odd f32 first, so that it is not rounded twice.
// CHECK-LABEL: func @from_f64
// CHECK: %[[V:.*]] = arith.divf %{{.*}}, %{{.*}} : f64
// CHECK: %[[NEAREST:.*]] = arith.truncf %[[V]] : f64 to f32
// CHECK: %[[BACK:.*]] = arith.extf %[[NEAREST]] : f32 to f64
// CHECK: arith.cmpf one, %[[BACK]], %[[V]] : f64
func.func @from_f64(%x: f64, %s: f32) -> f4E2M1FN {
  %q = quant_ext.apply_quantize %x, %s storage = <f4E2M1FN> : (f64, f32) -> f4E2M1FN
  return %q : f4E2M1FN
}

// A subnormal counts steps of 0.5, the only one of this format.
// CHECK-LABEL: func @dequantize
// CHECK-SAME: %[[Q:.*]]: f4E2M1FN, %[[S:.*]]: f32
// CHECK-DAG: %[[STEP:.*]] = arith.constant 5.000000e-01 : f32
// CHECK: arith.bitcast %[[Q]] : f4E2M1FN to i4
// CHECK: arith.mulf %{{.*}}, %[[STEP]] : f32
// CHECK: arith.mulf %{{.*}}, %[[S]] : f32
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func @dequantize(%q: f4E2M1FN, %s: f32) -> bf16 {
  %x = quant_ext.apply_dequantize %q, %s storage = <f4E2M1FN> : (f4E2M1FN, f32) -> bf16
  return %x : bf16
}
