// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(canonicalize))" --split-input-file %s | FileCheck %s

// Multiplier 2^30 and shift 32 are a factor of 1/4. Twice rounded, the halves of
// 5, -10, 10 and -6 are first taken up to 3, -5, 5 and -3, and then 1.5, -2.5,
// 2.5 and -1.5 away from zero.
// CHECK-LABEL: func @double_round
// CHECK: arith.constant dense<[2, -3, 3, -2]> : tensor<4xi8>
// CHECK-NOT: quant_ext
func.func @double_round() -> tensor<4xi8> {
  %a = arith.constant dense<[5, -10, 10, -6]> : tensor<4xi32>
  %m = arith.constant dense<1073741824> : tensor<i32>
  %s = arith.constant dense<32> : tensor<i8>
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<i32>, tensor<i8>) -> tensor<4xi8>
  return %q : tensor<4xi8>
}

// -----

// Once rounded, 1.25, -2.5, 2.5 and -1.5 are, ties up.
// CHECK-LABEL: func @single_round
// CHECK: arith.constant dense<[1, -2, 3, -1]> : tensor<4xi8>
func.func @single_round() -> tensor<4xi8> {
  %a = arith.constant dense<[5, -10, 10, -6]> : tensor<4xi32>
  %m = arith.constant dense<1073741824> : tensor<i32>
  %s = arith.constant dense<32> : tensor<i8>
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> rounding_mode = single_round : (tensor<4xi32>, tensor<i32>, tensor<i8>) -> tensor<4xi8>
  return %q : tensor<4xi8>
}

// -----

// u8 less 128, times 2 (2^30 / 2^29), plus 3: -253 and 257 saturate, -2 + 3.
// CHECK-LABEL: func @zero_points
// CHECK: arith.constant dense<[-128, 1, 127]> : tensor<3xi8>
func.func @zero_points() -> tensor<3xi8> {
  %a = arith.constant dense<[0, 127, 255]> : tensor<3xi8>
  %m = arith.constant dense<1073741824> : tensor<i32>
  %s = arith.constant dense<29> : tensor<i8>
  %zi = arith.constant dense<128> : tensor<i8>
  %zo = arith.constant dense<3> : tensor<i8>
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) in(%zi) out(%zo) storage_in = <u8> storage = <i8> : (tensor<3xi8>, tensor<i32>, tensor<i8>, tensor<i8>, tensor<i8>) -> tensor<3xi8>
  return %q : tensor<3xi8>
}

// -----

// A column each: times 1/2, times -1/2, and a zero point for the second alone.
// CHECK-LABEL: func @per_axis
// CHECK{LITERAL}: arith.constant dense<[[2, 8], [-2, 12]]> : tensor<2x2xi8>
func.func @per_axis() -> tensor<2x2xi8> {
  %a = arith.constant dense<[[4, 4], [-4, -4]]> : tensor<2x2xi32>
  %m = arith.constant dense<[1073741824, -1073741824]> : tensor<2xi32>
  %s = arith.constant dense<31> : tensor<2xi8>
  %z = arith.constant dense<[0, 10]> : tensor<2xi8>
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) out(%z) axis = 1 storage_in = <i32> storage = <i8> : (tensor<2x2xi32>, tensor<2xi32>, tensor<2xi8>, tensor<2xi8>) -> tensor<2x2xi8>
  return %q : tensor<2x2xi8>
}

// -----

// What overflows in 32 bits elsewhere: -2^31 * -2^31 / 2^31 is 2^31.
// CHECK-LABEL: func @saturates
// CHECK: arith.constant dense<2147483647> : tensor<i32>
func.func @saturates() -> tensor<i32> {
  %a = arith.constant dense<-2147483648> : tensor<i32>
  %s = arith.constant dense<31> : tensor<i8>
  %q = quant_ext.requantize_fixed_point %a by(%a, %s) storage_in = <i32> storage = <i32> : (tensor<i32>, tensor<i32>, tensor<i8>) -> tensor<i32>
  return %q : tensor<i32>
}

// -----

// Splats alone give a splat, however large; zero elements give none.
// CHECK-LABEL: func @splats
// CHECK-DAG: arith.constant dense<3> : tensor<1000000x1000000xi8>
// CHECK-DAG: arith.constant dense<> : tensor<0x3xi8>
// CHECK-NOT: quant_ext
func.func @splats() -> (tensor<1000000x1000000xi8>, tensor<0x3xi8>) {
  %a = arith.constant dense<6> : tensor<1000000x1000000xi32>
  %e = arith.constant dense<> : tensor<0x3xi32>
  %m = arith.constant dense<1073741824> : tensor<i32>
  %s = arith.constant dense<31> : tensor<i8>
  %m0 = arith.constant dense<> : tensor<0xi32>
  %s0 = arith.constant dense<> : tensor<0xi8>
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<1000000x1000000xi32>, tensor<i32>, tensor<i8>) -> tensor<1000000x1000000xi8>
  %r = quant_ext.requantize_fixed_point %e by(%m0, %s0) axis = 0 storage_in = <i32> storage = <i8> : (tensor<0x3xi32>, tensor<0xi32>, tensor<0xi8>) -> tensor<0x3xi8>
  return %q, %r : tensor<1000000x1000000xi8>, tensor<0x3xi8>
}

// -----

// CHECK-LABEL: func @elements
// CHECK: arith.constant dense<[2, -3]> : vector<2xi8>
func.func @elements() -> vector<2xi8> {
  %a = arith.constant dense<[5, -10]> : vector<2xi32>
  %m = arith.constant dense<1073741824> : vector<2xi32>
  %s = arith.constant dense<32> : vector<2xi8>
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (vector<2xi32>, vector<2xi32>, vector<2xi8>) -> vector<2xi8>
  return %q : vector<2xi8>
}

// -----

// Bad parameters are left to quant-ext-check-params.
// CHECK-LABEL: func @bad
// CHECK: quant_ext.requantize_fixed_point
// CHECK: quant_ext.requantize_fixed_point
// CHECK: quant_ext.apply_requantize_fixed_point
func.func @bad() -> (tensor<2xi8>, tensor<2xi8>, i8) {
  %a = arith.constant dense<[5, -10]> : tensor<2xi32>
  %m = arith.constant dense<1> : tensor<2xi32>
  %s = arith.constant dense<[31, 63]> : tensor<2xi8>
  %one = arith.constant dense<1> : tensor<i32>
  %t = arith.constant dense<31> : tensor<i8>
  %z = arith.constant dense<101> : tensor<i8>
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) axis = 0 storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<2xi32>, tensor<2xi8>) -> tensor<2xi8>
  %r = quant_ext.requantize_fixed_point %a by(%one, %t) out(%z) storage_in = <i32> storage = <u8<0:100>> : (tensor<2xi32>, tensor<i32>, tensor<i8>, tensor<i8>) -> tensor<2xi8>
  %c = arith.constant 5 : i32
  %zero = arith.constant 0 : i8
  %e = quant_ext.apply_requantize_fixed_point %c by(%c, %zero) storage_in = <i32> storage = <i8> : (i32, i32, i8) -> i8
  return %q, %r, %e : tensor<2xi8>, tensor<2xi8>, i8
}

// -----

// -3 and 100 in a resource, times 1/2: -1.5 is a tie, which goes up.
// CHECK-LABEL: func @resource
// CHECK: arith.constant dense_resource<[[KEY:acc_requantized_[0-9a-f]+]]> : tensor<2xi8>
// CHECK: [[KEY]]: "0x40000000FF32"
func.func @resource() -> tensor<2xi8> {
  %a = arith.constant dense_resource<acc> : tensor<2xi32>
  %m = arith.constant dense<1073741824> : tensor<i32>
  %s = arith.constant dense<31> : tensor<i8>
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<i32>, tensor<i8>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

{-#
  dialect_resources: { builtin: { acc: "0x04000000fdffffff64000000" } }
#-}
