// RUN: %quant-opt %s --split-input-file --pass-pipeline='builtin.module(quant-ext-collapse-rows)' | FileCheck %s

// Batches and rows of the activation become rows, whatever the operation is
// called and wherever the loops stand.
// CHECK-LABEL: func @batches
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x4xf32>
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]] : tensor<?x?x4xf32> into tensor<?x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[ROWS]], %{{.*}} : tensor<?x4xf32>, tensor<4x3xf32>) outs(%{{.*}} : tensor<?x3xf32>)
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1], [2]] {{.*}} : tensor<?x3xf32> into tensor<?x?x3xf32>
func.func @batches(%x: tensor<?x?x4xf32>, %q: tensor<4x3xi8>, %s: tensor<3xf32>, %init: tensor<?x?x3xf32>) -> tensor<?x?x3xf32> {
  %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.contract indexing_maps = [affine_map<(n, k, m, b) -> (b, m, k)>, affine_map<(n, k, m, b) -> (k, n)>, affine_map<(n, k, m, b) -> (b, m, n)>]
      ins(%x, %w : tensor<?x?x4xf32>, tensor<4x3xf32>) outs(%init : tensor<?x?x3xf32>) -> tensor<?x?x3xf32>
  return %y : tensor<?x?x3xf32>
}

// -----

// The weight on the left: what is collapsed are the columns.
// CHECK-LABEL: func @weight_first
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<4x5x6xf32> into tensor<4x30xf32>
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<3x4xf32>, tensor<4x30xf32>) outs(%{{.*}} : tensor<3x30xf32>)
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [3, 5, 6]
func.func @weight_first(%x: tensor<4x5x6xf32>, %q: tensor<3x4xi8>, %s: tensor<f32>, %init: tensor<3x5x6xf32>) -> tensor<3x5x6xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<3x4xi8>, tensor<f32>) -> tensor<3x4xf32>
  %y = linalg.contract indexing_maps = [affine_map<(m, a, b, k) -> (m, k)>, affine_map<(m, a, b, k) -> (k, a, b)>, affine_map<(m, a, b, k) -> (m, a, b)>]
      ins(%w, %x : tensor<3x4xf32>, tensor<4x5x6xf32>) outs(%init : tensor<3x5x6xf32>) -> tensor<3x5x6xf32>
  return %y : tensor<3x5x6xf32>
}

// -----

// Batches that the weight has too, rows that are no neighbours in the result, and
// operands of which none or both are quantized stay.
// CHECK-LABEL: func @weights_of_batches
// CHECK-NOT: collapse_shape
// CHECK: linalg.batch_matmul
func.func @weights_of_batches(%x: tensor<2x8x4xf32>, %q: tensor<2x4x3xi8>, %s: tensor<f32>, %init: tensor<2x8x3xf32>) -> tensor<2x8x3xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2x4x3xi8>, tensor<f32>) -> tensor<2x4x3xf32>
  %y = linalg.batch_matmul ins(%x, %w : tensor<2x8x4xf32>, tensor<2x4x3xf32>) outs(%init : tensor<2x8x3xf32>) -> tensor<2x8x3xf32>
  return %y : tensor<2x8x3xf32>
}

// CHECK-LABEL: func @exchanged
// CHECK-NOT: collapse_shape
// CHECK: linalg.contract
func.func @exchanged(%x: tensor<2x8x4xf32>, %q: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<8x2x3xf32>) -> tensor<8x2x3xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (m, b, n)>]
      ins(%x, %w : tensor<2x8x4xf32>, tensor<4x3xf32>) outs(%init : tensor<8x2x3xf32>) -> tensor<8x2x3xf32>
  return %y : tensor<8x2x3xf32>
}

// CHECK-LABEL: func @floats
// CHECK-NOT: collapse_shape
// CHECK: linalg.contract
func.func @floats(%x: tensor<2x8x4xf32>, %w: tensor<4x3xf32>, %init: tensor<2x8x3xf32>) -> tensor<2x8x3xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
      ins(%x, %w : tensor<2x8x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x8x3xf32>) -> tensor<2x8x3xf32>
  return %y : tensor<2x8x3xf32>
}
