// Upstream's own test of the interface, in stock mlir-opt: what it asks of a size is
// answered with the size of an input.

// Stock mlir-opt has no sanitizer in it.
// UNSUPPORTED: asan, tsan
// RUN: %mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline="builtin.module(func.func(test-affine-reify-value-bounds))" | FileCheck %s

// CHECK: #[[$BLOCKS:.*]] = affine_map<()[s0] -> ((s0 + 15) floordiv 16)>
// CHECK-LABEL: func.func @as_input(
// CHECK-SAME: %[[X:.*]]: tensor<?x7xf32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[X]]
// CHECK: %[[R:.*]] = quant_ext.requantize %[[Q]]
// CHECK: %[[P:.*]] = quant_ext.requantize_fixed_point %[[R]]
// CHECK: %[[Y:.*]] = quant_ext.dequantize %[[P]]
// CHECK-NEXT: quant_ext.fake_quantize %[[Y]]
// CHECK: %[[OF_Q:.*]] = tensor.dim %[[X]], %{{.*}}
// CHECK: %[[OF_R:.*]] = tensor.dim %[[Q]], %{{.*}}
// CHECK: %[[OF_P:.*]] = tensor.dim %[[R]], %{{.*}}
// CHECK: %[[OF_Y:.*]] = tensor.dim %[[P]], %{{.*}}
// CHECK: %[[OF_F:.*]] = tensor.dim %[[Y]], %{{.*}}
// CHECK: %[[SEVEN:.*]] = arith.constant 7 : index
// CHECK: "test.some_use"(%[[OF_Q]], %[[OF_R]], %[[OF_P]], %[[OF_Y]], %[[OF_F]], %[[SEVEN]])
func.func @as_input(%x: tensor<?x7xf32>, %s: tensor<f32>, %m: tensor<i32>, %n: tensor<i8>) {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?x7xf32>, tensor<f32>) -> tensor<?x7xi8>
  %r = quant_ext.requantize %q in(%s) out(%s) storage_in = <i8> storage = <i8> : (tensor<?x7xi8>, tensor<f32>, tensor<f32>) -> tensor<?x7xi8>
  %p = quant_ext.requantize_fixed_point %r by(%m, %n) storage_in = <i8> storage = <i8> : (tensor<?x7xi8>, tensor<i32>, tensor<i8>) -> tensor<?x7xi8>
  %y = quant_ext.dequantize %p, %s storage = <i8> : (tensor<?x7xi8>, tensor<f32>) -> tensor<?x7xf32>
  %f = quant_ext.fake_quantize %y, %s storage = <i8> : (tensor<?x7xf32>, tensor<f32>) -> tensor<?x7xf32>
  %0 = "test.reify_bound"(%q) {dim = 0} : (tensor<?x7xi8>) -> index
  %1 = "test.reify_bound"(%r) {dim = 0} : (tensor<?x7xi8>) -> index
  %2 = "test.reify_bound"(%p) {dim = 0} : (tensor<?x7xi8>) -> index
  %3 = "test.reify_bound"(%y) {dim = 0} : (tensor<?x7xf32>) -> index
  %4 = "test.reify_bound"(%f) {dim = 0} : (tensor<?x7xf32>) -> index
  %5 = "test.reify_bound"(%f) {dim = 1} : (tensor<?x7xf32>) -> index
  "test.some_use"(%0, %1, %2, %3, %4, %5) : (index, index, index, index, index, index) -> ()
  return
}

// Of 100 columns in blocks of 32 there are 4, the last of them smaller.
// CHECK-LABEL: func.func @scales(
// CHECK-SAME: %[[X:.*]]: tensor<?x100xf32>
// CHECK: %[[ROWS:.*]] = tensor.dim %[[X]], %{{.*}}
// CHECK: %[[SIZE:.*]] = tensor.dim %[[X]], %{{.*}}
// CHECK: %[[BLOCKS:.*]] = affine.apply #[[$BLOCKS]]()[%[[SIZE]]]
// CHECK: %[[FOUR:.*]] = arith.constant 4 : index
// CHECK: "test.some_use"(%[[ROWS]])
// CHECK: "test.some_use"(%[[BLOCKS]], %[[FOUR]])
func.func @scales(%x: tensor<?x100xf32>) {
  %rows = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<?x100xf32>) -> tensor<?xf32>
  %blocks = quant_ext.choose_qparams %x block_sizes = [16, 32] storage = <i8> : (tensor<?x100xf32>) -> tensor<?x?xf32>
  %0 = "test.reify_bound"(%rows) {dim = 0} : (tensor<?xf32>) -> index
  %1 = "test.reify_bound"(%blocks) {dim = 0} : (tensor<?x?xf32>) -> index
  %2 = "test.reify_bound"(%blocks) {dim = 1} : (tensor<?x?xf32>) -> index
  "test.some_use"(%0) : (index) -> ()
  "test.some_use"(%1, %2) : (index, index) -> ()
  return
}
