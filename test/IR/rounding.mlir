// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(canonicalize,quant-ext-evaluate-constants))" %s | FileCheck %s

// Every operation that rounds obeys its attribute when it is evaluated.

// -2.5, -0.75, 0.5, 2.5, and the f32 numbers beside a half: below it
// 0x3EFFFFFF = 0.49999997, which the sum with a half would carry to 1, above it
// 0x3F000001; below 1 0x3F7FFFFF = 0.99999994.
// CHECK-LABEL: func @quantize
// CHECK-DAG: %[[EVEN:.*]] = arith.constant dense<[-2, -1, 0, 2, 0, 1, 1]> : tensor<7xi8>
// CHECK-DAG: %[[AWAY:.*]] = arith.constant dense<[-3, -1, 1, 3, 0, 1, 1]> : tensor<7xi8>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<[-2, 0, 0, 2, 0, 0, 0]> : tensor<7xi8>
// CHECK: return %[[EVEN]], %[[AWAY]], %[[ZERO]]
func.func @quantize() -> (tensor<7xi8>, tensor<7xi8>, tensor<7xi8>) {
  %x = arith.constant dense<[-2.5, -0.75, 0.5, 2.5, 0x3EFFFFFF, 0x3F000001, 0x3F7FFFFF]> : tensor<7xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %0 = quant_ext.quantize %x, %s storage = <i8> rounding = half_even : (tensor<7xf32>, tensor<f32>) -> tensor<7xi8>
  %1 = quant_ext.quantize %x, %s storage = <i8> rounding = half_away : (tensor<7xf32>, tensor<f32>) -> tensor<7xi8>
  %2 = quant_ext.quantize %x, %s storage = <i8> rounding = toward_zero : (tensor<7xf32>, tensor<f32>) -> tensor<7xi8>
  return %0, %1, %2 : tensor<7xi8>, tensor<7xi8>, tensor<7xi8>
}

// R comes before the zero point: -2.5 is -3 or -2, + 100.
// CHECK-LABEL: func @before_the_zero_point
// CHECK-DAG: %[[AWAY:.*]] = arith.constant dense<[97, 103]> : tensor<2xi8>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<[98, 102]> : tensor<2xi8>
// CHECK: return %[[AWAY]], %[[ZERO]]
func.func @before_the_zero_point() -> (tensor<2xi8>, tensor<2xi8>) {
  %x = arith.constant dense<[-2.5, 2.5]> : tensor<2xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %z = arith.constant dense<100> : tensor<i8>
  %0 = quant_ext.quantize %x, %s, %z storage = <u8> rounding = half_away : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  %1 = quant_ext.quantize %x, %s, %z storage = <u8> rounding = toward_zero : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  return %0, %1 : tensor<2xi8>, tensor<2xi8>
}

// 32 bits, from f32 where 2^23 + 1 plus a half is a tie, and from f64 where
// 2^30 + 1/2 is one.
// CHECK-LABEL: func @wide
// CHECK-DAG: %[[FLOAT:.*]] = arith.constant dense<[8388609, 2147483647, -2147483648]> : tensor<3xi32>
// CHECK-DAG: %[[DOUBLE:.*]] = arith.constant dense<[1073741825, -1073741825]> : tensor<2xi32>
// CHECK-DAG: %[[CUT:.*]] = arith.constant dense<[1073741824, -1073741824]> : tensor<2xi32>
// CHECK: return %[[FLOAT]], %[[DOUBLE]], %[[CUT]]
func.func @wide() -> (tensor<3xi32>, tensor<2xi32>, tensor<2xi32>) {
  %x = arith.constant dense<[8388609.0, 3.0e9, -3.0e9]> : tensor<3xf32>
  %y = arith.constant dense<[1073741824.5, -1073741824.5]> : tensor<2xf64>
  %s = arith.constant dense<1.0> : tensor<f32>
  %0 = quant_ext.quantize %x, %s storage = <i32> rounding = half_away : (tensor<3xf32>, tensor<f32>) -> tensor<3xi32>
  %1 = quant_ext.quantize %y, %s storage = <i32> rounding = half_away : (tensor<2xf64>, tensor<f32>) -> tensor<2xi32>
  %2 = quant_ext.quantize %y, %s storage = <i32> rounding = toward_zero : (tensor<2xf64>, tensor<f32>) -> tensor<2xi32>
  return %0, %1, %2 : tensor<3xi32>, tensor<2xi32>, tensor<2xi32>
}

// CHECK-LABEL: func @fake_quantize
// CHECK-DAG: %[[AWAY:.*]] = arith.constant dense<[-1.500000e+00, 1.500000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<[-1.000000e+00, 1.000000e+00]> : tensor<2xf32>
// CHECK: return %[[AWAY]], %[[ZERO]]
func.func @fake_quantize() -> (tensor<2xf32>, tensor<2xf32>) {
  %x = arith.constant dense<[-1.25, 1.25]> : tensor<2xf32>
  %s = arith.constant dense<0.5> : tensor<f32>
  %0 = quant_ext.fake_quantize %x, %s storage = <i8> rounding = half_away : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.fake_quantize %x, %s storage = <i8> rounding = toward_zero : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// The multiplier is 0.5, so that odd accumulators are ties.
// CHECK-LABEL: func @requantize
// CHECK-DAG: %[[AWAY:.*]] = arith.constant dense<[3, -3, 127]> : tensor<3xi8>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<[2, -2, 127]> : tensor<3xi8>
// CHECK: return %[[AWAY]], %[[ZERO]]
func.func @requantize() -> (tensor<3xi8>, tensor<3xi8>) {
  %a = arith.constant dense<[5, -5, 255]> : tensor<3xi32>
  %si = arith.constant dense<0.5> : tensor<f32>
  %so = arith.constant dense<1.0> : tensor<f32>
  %0 = quant_ext.requantize %a in(%si) out(%so) storage_in = <i32> storage = <i8> rounding = half_away : (tensor<3xi32>, tensor<f32>, tensor<f32>) -> tensor<3xi8>
  %1 = quant_ext.requantize %a in(%si) out(%so) storage_in = <i32> storage = <i8> rounding = toward_zero : (tensor<3xi32>, tensor<f32>, tensor<f32>) -> tensor<3xi8>
  return %0, %1 : tensor<3xi8>, tensor<3xi8>
}

// CHECK-LABEL: func @elements
// CHECK-DAG: %[[AWAY:.*]] = arith.constant -3 : i8
// CHECK-DAG: %[[ZERO:.*]] = arith.constant -2 : i8
// CHECK-DAG: %[[AWAYS:.*]] = arith.constant dense<[3, -3]> : vector<2xi8>
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<[2, -2]> : vector<2xi8>
// CHECK: return %[[AWAY]], %[[ZERO]], %[[AWAYS]], %[[ZEROS]]
func.func @elements() -> (i8, i8, vector<2xi8>, vector<2xi8>) {
  %x = arith.constant -2.5 : f32
  %s = arith.constant 1.0 : f32
  %a = arith.constant dense<[5, -5]> : vector<2xi32>
  %m = arith.constant dense<0.5> : vector<2xf32>
  %0 = quant_ext.apply_quantize %x, %s storage = <i8> rounding = half_away : (f32, f32) -> i8
  %1 = quant_ext.apply_quantize %x, %s storage = <i8> rounding = toward_zero : (f32, f32) -> i8
  %2 = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8> rounding = half_away : (vector<2xi32>, vector<2xf32>) -> vector<2xi8>
  %3 = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8> rounding = toward_zero : (vector<2xi32>, vector<2xf32>) -> vector<2xi8>
  return %0, %1, %2, %3 : i8, i8, vector<2xi8>, vector<2xi8>
}

// Two results of one resource under different roundings have keys of their own.
// CHECK-LABEL: func @resources
// CHECK: %[[AWAY:.*]] = arith.constant dense_resource<[[AWAY_KEY:half_i8_[0-9a-f]+]]>
// CHECK: %[[ZERO:.*]] = arith.constant dense_resource<[[ZERO_KEY:half_i8_[0-9a-f]+]]>
// CHECK: return %[[AWAY]], %[[ZERO]]
func.func @resources() -> (tensor<1xi8>, tensor<1xi8>) {
  %x = arith.constant dense_resource<half> : tensor<1xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %0 = quant_ext.quantize %x, %s storage = <i8> rounding = half_away : (tensor<1xf32>, tensor<f32>) -> tensor<1xi8>
  %1 = quant_ext.quantize %x, %s storage = <i8> rounding = toward_zero : (tensor<1xf32>, tensor<f32>) -> tensor<1xi8>
  return %0, %1 : tensor<1xi8>, tensor<1xi8>
}

// The quotient is within half a step of q, on either side of it.
// CHECK-LABEL: func @identity
// CHECK-NEXT: return %arg0
func.func @identity(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> rounding = half_away : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}

// In f32 15 * 0.3 = 4.5 and 4.5 / 0.3 = 14.999999, which truncates to 14.
// CHECK-LABEL: func @no_identity
// CHECK: quant_ext.dequantize
// CHECK: %[[Q:.*]] = quant_ext.quantize %{{.*}} rounding = toward_zero
// CHECK: return %[[Q]]
func.func @no_identity(%q: tensor<2xi8>) -> tensor<2xi8> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = quant_ext.quantize %0, %s storage = <i8> rounding = toward_zero : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %1 : tensor<2xi8>
}

// CHECK: dialect_resources
// CHECK-DAG: [[AWAY_KEY]]: "0x4000000001"
// CHECK-DAG: [[ZERO_KEY]]: "0x4000000000"
{-# dialect_resources: { builtin: { half: "0x040000000000003F" } } #-}
