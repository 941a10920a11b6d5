// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(quant-ext-allocate-results)" %s | FileCheck %s

// CHECK-LABEL: func.func @collapse(
// CHECK: %[[RESULT:.*]] = memref.alloc() {alignment = 64 : i64} : memref<8xf32>
// CHECK: %[[PAIRS:.*]] = memref.expand_shape %[[RESULT]] {{\[\[}}0, 1]] output_shape [4, 2]
// CHECK: memref.store %{{.*}}, %[[PAIRS]][
// CHECK: return %[[RESULT]]
func.func @collapse(%x: f32, %i: index, %j: index) -> memref<8xf32> {
  %a = memref.alloc() {alignment = 64 : i64} : memref<4x2xf32>
  memref.store %x, %a[%i, %j] : memref<4x2xf32>
  %b = memref.collapse_shape %a [[0, 1]] : memref<4x2xf32> into memref<8xf32>
  return %b : memref<8xf32>
}

// -----

// CHECK-LABEL: func.func @expand(
// CHECK-SAME: %[[M:[a-z0-9]+]]: index, %[[N:[a-z0-9]+]]: index, %[[MN:[a-z0-9]+]]: index)
// CHECK: %[[RESULT:.*]] = memref.alloc(%[[M]], %[[N]]) : memref<?x?xf32>
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[RESULT]] {{\[\[}}0, 1]]
// CHECK: memref.store %{{.*}}, %[[FLAT]][
// CHECK: return %[[RESULT]]
func.func @expand(%x: f32, %m: index, %n: index, %mn: index) -> memref<?x?xf32> {
  %a = memref.alloc(%mn) : memref<?xf32>
  memref.store %x, %a[%m] : memref<?xf32>
  %b = memref.expand_shape %a [[0, 1]] output_shape [%m, %n] : memref<?xf32> into memref<?x?xf32>
  return %b : memref<?x?xf32>
}

// -----

// A size of the result is a product.
// CHECK: #[[PRODUCT:.*]] = affine_map<()[s0] -> (s0 * 2)>
// CHECK-LABEL: func.func @collapse_dynamic(
// CHECK-SAME: %[[M:[a-z0-9]+]]: index)
// CHECK: %[[SIZE:.*]] = affine.apply #[[PRODUCT]]()[%[[M]]]
// CHECK: %[[RESULT:.*]] = memref.alloc(%[[SIZE]]) : memref<?xf32>
// CHECK: memref.expand_shape %[[RESULT]] {{\[\[}}0, 1]] output_shape [%[[M]], 2]
// CHECK: return %[[RESULT]]
func.func @collapse_dynamic(%x: f32, %m: index) -> memref<?xf32> {
  %a = memref.alloc(%m) : memref<?x2xf32>
  memref.store %x, %a[%m, %m] : memref<?x2xf32>
  %b = memref.collapse_shape %a [[0, 1]] : memref<?x2xf32> into memref<?xf32>
  return %b : memref<?xf32>
}

// -----

// Reshapes of reshapes, one by one.
// CHECK-LABEL: func.func @chain(
// CHECK: %[[RESULT:.*]] = memref.alloc() : memref<2x4xf32>
// CHECK-NOT: memref.alloc
// CHECK: return %[[RESULT]] : memref<2x4xf32>
func.func @chain(%x: f32, %i: index) -> memref<2x4xf32> {
  %a = memref.alloc() : memref<4x2xf32>
  memref.store %x, %a[%i, %i] : memref<4x2xf32>
  %b = memref.collapse_shape %a [[0, 1]] : memref<4x2xf32> into memref<8xf32>
  %c = memref.expand_shape %b [[0, 1]] output_shape [2, 4] : memref<8xf32> into memref<2x4xf32>
  return %c : memref<2x4xf32>
}

// -----

// One of two shapes can be the caller's, and one is already.
// CHECK-LABEL: func.func @both(
// CHECK: %[[A:.*]] = memref.alloc() : memref<4x2xf32>
// CHECK: %[[B:.*]] = memref.collapse_shape %[[A]]
// CHECK: return %[[A]], %[[B]]
func.func @both() -> (memref<4x2xf32>, memref<8xf32>) {
  %a = memref.alloc() : memref<4x2xf32>
  %b = memref.collapse_shape %a [[0, 1]] : memref<4x2xf32> into memref<8xf32>
  return %a, %b : memref<4x2xf32>, memref<8xf32>
}

// -----

// What stays in the function, or comes from outside, keeps its shape.
// CHECK-LABEL: func.func @others(
// CHECK: %[[A:.*]] = memref.alloc() : memref<4x2xf32>
// CHECK: %[[B:.*]] = memref.collapse_shape %[[A]]
// CHECK: memref.store %{{.*}}, %[[B]]
// CHECK: %[[D:.*]] = memref.collapse_shape %{{.*}}
// CHECK: return %[[D]]
func.func @others(%x: f32, %i: index, %c: memref<4x2xf32>) -> memref<8xf32> {
  %a = memref.alloc() : memref<4x2xf32>
  %b = memref.collapse_shape %a [[0, 1]] : memref<4x2xf32> into memref<8xf32>
  memref.store %x, %b[%i] : memref<8xf32>
  %d = memref.collapse_shape %c [[0, 1]] : memref<4x2xf32> into memref<8xf32>
  return %d : memref<8xf32>
}

// -----

// A size that is known only after the allocation cannot be its size.
// CHECK-LABEL: func.func @late(
// CHECK: memref.alloc(%{{.*}}) : memref<?xf32>
// CHECK: memref.expand_shape
// CHECK: return
func.func private @size() -> index
func.func @late(%x: f32, %n: index) -> memref<?x?xf32> {
  %a = memref.alloc(%n) : memref<?xf32>
  memref.store %x, %a[%n] : memref<?xf32>
  %m = call @size() : () -> index
  %b = memref.expand_shape %a [[0, 1]] output_shape [%m, %m] : memref<?xf32> into memref<?x?xf32>
  return %b : memref<?x?xf32>
}
