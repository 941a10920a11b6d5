// A bias that its scale is too small for is remarked on, before it is folded and
// after.

// RUN: %quant-opt %s -o %t.mlir --remarks-filter=quant-ext-check-params \
// RUN:   --pass-pipeline="builtin.module(quant-ext-check-params,canonicalize)" 2>&1 | FileCheck %s
// RUN: %quant-opt %t.mlir -o /dev/null --remarks-filter=quant-ext-check-params \
// RUN:   --pass-pipeline="builtin.module(quant-ext-check-params)" 2>&1 | FileCheck %s

// 5 / 1e-10 and -5 / 1e-10 are beyond 2^31, 0.1 / 1e-10 = 1e9 is not; of the
// splat 1 / 1e-10 = 1e10 all three are.
// CHECK: remark: [Analysis] saturated | Category:quant-ext-check-params | {{.*}}Elements=2, Remark="elements at the bounds of their storage"
// CHECK: remark: [Analysis] saturated | Category:quant-ext-check-params | {{.*}}Elements=3,
// CHECK-NOT: remark
func.func @biases() -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %scale = arith.constant dense<1.0e-10> : tensor<f32>
  %two = arith.constant dense<[5.0, 0.1, -5.0]> : tensor<3xf32>
  %all = arith.constant dense<1.0> : tensor<3xf32>
  %none = arith.constant dense<[0.1, -0.1, 0.2]> : tensor<3xf32>
  %q_two = quant_ext.quantize %two, %scale storage = <i32> : (tensor<3xf32>, tensor<f32>) -> tensor<3xi32>
  %q_all = quant_ext.quantize %all, %scale storage = <i32> : (tensor<3xf32>, tensor<f32>) -> tensor<3xi32>
  %q_none = quant_ext.quantize %none, %scale storage = <i32> : (tensor<3xf32>, tensor<f32>) -> tensor<3xi32>
  %two_again = quant_ext.dequantize %q_two, %scale storage = <i32> : (tensor<3xi32>, tensor<f32>) -> tensor<3xf32>
  %all_again = quant_ext.dequantize %q_all, %scale storage = <i32> : (tensor<3xi32>, tensor<f32>) -> tensor<3xf32>
  %none_again = quant_ext.dequantize %q_none, %scale storage = <i32> : (tensor<3xi32>, tensor<f32>) -> tensor<3xf32>
  return %two_again, %all_again, %none_again : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}
