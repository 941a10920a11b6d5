// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-inline-scalar-resources)" %s | FileCheck %s

// 0x3F000000 is 0.5, and 0x07 an i4 in a byte.
// CHECK-LABEL: func @scalars
// CHECK: arith.constant dense<5.000000e-01> : tensor<f32>
// CHECK: arith.constant dense<7> : tensor<i4>
func.func @scalars() -> (tensor<f32>, tensor<i4>) {
  %s = arith.constant dense_resource<scale> : tensor<f32>
  %z = arith.constant dense_resource<zero_point> : tensor<i4>
  return %s, %z : tensor<f32>, tensor<i4>
}

// What has a rank, or no sound blob, stays.
// CHECK-LABEL: func @others
// CHECK: arith.constant dense_resource<scale> : tensor<1xf32>
// CHECK: arith.constant dense_resource<scale> : tensor<f64>
// CHECK: arith.constant dense_resource<missing> : tensor<f32>
func.func @others() -> (tensor<1xf32>, tensor<f64>, tensor<f32>) {
  %0 = arith.constant dense_resource<scale> : tensor<1xf32>
  %1 = arith.constant dense_resource<scale> : tensor<f64>
  %2 = arith.constant dense_resource<missing> : tensor<f32>
  return %0, %1, %2 : tensor<1xf32>, tensor<f64>, tensor<f32>
}

{-#
  dialect_resources: { builtin: {
    scale: "0x040000000000003F",
    zero_point: "0x0100000007"
  } }
#-}
