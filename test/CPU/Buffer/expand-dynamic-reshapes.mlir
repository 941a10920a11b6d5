// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-expand-dynamic-reshapes,cse)" --split-input-file %s | FileCheck %s

// Strides are products of the inner sizes.
// CHECK-LABEL: func @two_dynamic
// CHECK-SAME: (%[[A:.*]]: memref<?xi8>, %[[M:.*]]: index, %[[N:.*]]: index)
// CHECK: %[[BASE:.*]], %{{.*}}, %{{.*}}, %{{.*}} = memref.extract_strided_metadata %[[A]]
// CHECK: memref.reinterpret_cast %[[BASE]] to offset: [0], sizes: [%[[M]], %[[N]]], strides: [%[[N]], 1] : memref<i8> to memref<?x?xi8>
func.func @two_dynamic(%a: memref<?xi8>, %m: index, %n: index) -> memref<?x?xi8> {
  %b = memref.expand_shape %a [[0, 1]] output_shape [%m, %n] : memref<?xi8> into memref<?x?xi8>
  return %b : memref<?x?xi8>
}

// -----

// Static sizes take part in the products: 4 a column, n columns, 8 of those.
// CHECK-DAG: #[[TIMES4:.*]] = affine_map<()[s0] -> (s0 * 4)>
// CHECK-DAG: #[[TIMES32:.*]] = affine_map<()[s0] -> (s0 * 32)>
// CHECK-LABEL: func @static_between
// CHECK-SAME: (%[[A:.*]]: memref<?x4xf32>, %[[M:.*]]: index, %[[N:.*]]: index)
// CHECK-DAG: %[[MIDDLE:.*]] = affine.apply #[[TIMES4]]()[%[[N]]]
// CHECK-DAG: %[[OUTER:.*]] = affine.apply #[[TIMES32]]()[%[[N]]]
// CHECK: memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%[[M]], 8, %[[N]], 4], strides: [%[[OUTER]], %[[MIDDLE]], 4, 1] : memref<f32> to memref<?x8x?x4xf32>
func.func @static_between(%a: memref<?x4xf32>, %m: index, %n: index) -> memref<?x8x?x4xf32> {
  %b = memref.expand_shape %a [[0, 1, 2], [3]] output_shape [%m, 8, %n, 4] : memref<?x4xf32> into memref<?x8x?x4xf32>
  return %b : memref<?x8x?x4xf32>
}

// -----

// A layout keeps its offset and its strides.
// CHECK-LABEL: func @strided
// CHECK-SAME: (%[[A:.*]]: memref<?x?xi8, strided<[?, 1], offset: ?>>, %[[M:.*]]: index, %[[B:.*]]: index, %[[N:.*]]: index)
// CHECK: %{{.*}}, %[[OFFSET:.*]], %{{.*}}:2, %[[STRIDES:.*]]:2 = memref.extract_strided_metadata %[[A]]
// CHECK: memref.reinterpret_cast %{{.*}} to offset: [%[[OFFSET]]], sizes: [%[[M]], %[[B]], %[[N]]], strides: [%[[STRIDES]]#0, %[[N]], 1]
func.func @strided(%a: memref<?x?xi8, strided<[?, 1], offset: ?>>, %m: index, %b: index, %n: index) -> memref<?x?x?xi8, strided<[?, ?, 1], offset: ?>> {
  %c = memref.expand_shape %a [[0], [1, 2]] output_shape [%m, %b, %n] : memref<?x?xi8, strided<[?, 1], offset: ?>> into memref<?x?x?xi8, strided<[?, ?, 1], offset: ?>>
  return %c : memref<?x?x?xi8, strided<[?, ?, 1], offset: ?>>
}

// -----

// One dynamic dimension in a group is what upstream's pass takes.
// CHECK-LABEL: func @one_dynamic
// CHECK: memref.expand_shape
// CHECK-NOT: memref.reinterpret_cast
func.func @one_dynamic(%a: memref<?xi8>, %m: index) -> memref<?x32xi8> {
  %b = memref.expand_shape %a [[0, 1]] output_shape [%m, 32] : memref<?xi8> into memref<?x32xi8>
  return %b : memref<?x32xi8>
}
