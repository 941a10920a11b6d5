// RUN: %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-arith,canonicalize)" %s | FileCheck %s

// The exponent of f32, biased by 127 as that of f8E8M0FNU, less that of qmax:
// 2 of 6. On whole vectors.
// CHECK-LABEL: func @power_of_two
// CHECK-DAG: %[[FRACTION:.*]] = arith.constant dense<23> : vector<8xi32>
// CHECK-DAG: %[[EMAX:.*]] = arith.constant dense<-2> : vector<8xi32>
// CHECK-DAG: %[[LEAST:.*]] = arith.constant dense<0> : vector<8xi32>
// CHECK-DAG: %[[MOST:.*]] = arith.constant dense<254> : vector<8xi32>
// CHECK: %[[E:.*]] = arith.shrui %{{.*}}, %[[FRACTION]]
// CHECK: %[[D:.*]] = arith.addi %[[E]], %[[EMAX]]
// CHECK: %[[LOW:.*]] = arith.maxsi %[[D]], %[[LEAST]]
// CHECK: %[[BITS:.*]] = arith.minsi %[[LOW]], %[[MOST]]
// CHECK: %[[BYTE:.*]] = arith.trunci %[[BITS]] : vector<8xi32> to vector<8xi8>
// CHECK: arith.bitcast %[[BYTE]] : vector<8xi8> to vector<8xf8E8M0FNU>
func.func @power_of_two(%m: vector<8xf32>) -> vector<8xf8E8M0FNU> {
  %s = quant_ext.apply_choose_scale %m storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (vector<8xf32>) -> vector<8xf8E8M0FNU>
  return %s : vector<8xf8E8M0FNU>
}

// f64 has a bias of 1023 and 52 bits of fraction: 127 - 1023 - 15.
// CHECK-LABEL: func @power_of_two_f64
// CHECK-DAG: %[[FRACTION:.*]] = arith.constant 52 : i64
// CHECK-DAG: %[[OFFSET:.*]] = arith.constant -911 : i32
// CHECK: %[[E:.*]] = arith.shrui %{{.*}}, %[[FRACTION]] : i64
// CHECK: %[[I:.*]] = arith.trunci %[[E]] : i64 to i32
// CHECK: arith.addi %[[I]], %[[OFFSET]] : i32
func.func @power_of_two_f64(%m: f64) -> f8E8M0FNU {
  %s = quant_ext.apply_choose_scale %m storage = <f8E5M2> scale_storage = <f8E8M0FNU> : (f64) -> f8E8M0FNU
  return %s : f8E8M0FNU
}

// Two quotients; below 2^-9, and of a NaN, the comparison is false. What is
// converted then is no NaN, so that 448 = 0x7e bounds the result.
// CHECK-LABEL: func @proportional
// CHECK-SAME: %[[M:.*]]: f32, %[[S2:.*]]: f32
// CHECK-DAG: %[[QMAX:.*]] = arith.constant 6.000000e+00 : f32
// CHECK-DAG: %[[LEAST:.*]] = arith.constant 0.001953125 : f32
// CHECK-DAG: %[[LARGEST:.*]] = arith.constant 126 : i32
// CHECK: %[[A:.*]] = arith.divf %[[M]], %[[QMAX]] : f32
// CHECK: %[[B:.*]] = arith.divf %[[A]], %[[S2]] : f32
// CHECK: %[[IS:.*]] = arith.cmpf ogt, %[[B]], %[[LEAST]] : f32
// CHECK: arith.select %[[IS]], %[[B]], %[[LEAST]] : f32
// CHECK: arith.minsi %{{.*}}, %[[LARGEST]] : i32
func.func @proportional(%m: f32, %s2: f32) -> f8E4M3FN {
  %s = quant_ext.apply_choose_scale %m scaled_by(%s2) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (f32, f32) -> f8E4M3FN
  return %s : f8E4M3FN
}

// The bits of 2^-127, a subnormal of f32, are 1 << 22 = 4194304; those of the
// quiet NaN 0x7fc00000 = 2143289344.
// CHECK-LABEL: func @dequantize
// CHECK-SAME: %[[E:.*]]: f8E8M0FNU, %[[S:.*]]: f32
// CHECK-DAG: %[[FRACTION:.*]] = arith.constant 23 : i32
// CHECK-DAG: %[[SMALLEST:.*]] = arith.constant 4194304 : i32
// CHECK-DAG: %[[NAN:.*]] = arith.constant 2143289344 : i32
// CHECK: %[[BITS:.*]] = arith.extui %{{.*}} : i8 to i32
// CHECK: %[[POWER:.*]] = arith.shli %[[BITS]], %[[FRACTION]] : i32
// CHECK: %[[FINITE:.*]] = arith.select %{{.*}}, %[[SMALLEST]], %[[POWER]] : i32
// CHECK: %[[ALL:.*]] = arith.select %{{.*}}, %[[NAN]], %[[FINITE]] : i32
// CHECK: %[[X:.*]] = arith.bitcast %[[ALL]] : i32 to f32
// CHECK: arith.mulf %[[X]], %[[S]] : f32
func.func @dequantize(%e: f8E8M0FNU, %s: f32) -> f32 {
  %x = quant_ext.apply_dequantize %e, %s storage = <f8E8M0FNU> : (f8E8M0FNU, f32) -> f32
  return %x : f32
}
