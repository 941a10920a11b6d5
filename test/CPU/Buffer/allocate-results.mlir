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

// -----

// What both branches allocate is allocated before them, in a size that is
// computed there.
// CHECK-LABEL: func.func @branches(
// CHECK-SAME: %[[C:[^:]*]]: i1, %[[N:[^:]*]]: index, %[[X:[^:]*]]: f32
// CHECK: %[[TWICE:.*]] = affine.apply #{{.*}}()[%[[N]]]
// CHECK: %[[SIZE:.*]] = arith.select %[[C]], %[[N]], %[[TWICE]]
// CHECK: %[[A:.*]] = memref.alloc(%[[SIZE]]) {alignment = 64 : i64} : memref<?xf32>
// CHECK: scf.if %[[C]]
// CHECK: memref.store %[[X]], %[[A]][%[[N]]]
// CHECK: } else {
// CHECK-NOT: memref.alloc
// CHECK: %[[B:.*]] = memref.expand_shape %[[A]]
// CHECK: memref.store %[[X]], %[[B]]
// CHECK: return %[[A]]
func.func @branches(%c: i1, %n: index, %x: f32) -> memref<?xf32> {
  %c2 = arith.constant 2 : index
  %r = scf.if %c -> (memref<?xf32>) {
    %a = memref.alloc(%n) {alignment = 64 : i64} : memref<?xf32>
    memref.store %x, %a[%n] : memref<?xf32>
    scf.yield %a : memref<?xf32>
  } else {
    %a = memref.alloc(%n) {alignment = 64 : i64} : memref<?x2xf32>
    memref.store %x, %a[%n, %c2] : memref<?x2xf32>
    %b = memref.collapse_shape %a [[0, 1]] : memref<?x2xf32> into memref<?xf32>
    scf.yield %b : memref<?xf32>
  }
  return %r : memref<?xf32>
}

// -----

// Not where a size takes an effect of its branch, or a branch has no
// allocation of its own, or nothing is returned.
// CHECK-LABEL: func.func @branches_apart(
// CHECK-NOT: memref.alloc
// CHECK: scf.if
// CHECK: call @size
// CHECK: memref.alloc
// CHECK: } else {
// CHECK: memref.alloc
// CHECK: scf.if
// CHECK: memref.alloc
// CHECK: } else {
// CHECK: scf.if
// CHECK: memref.alloc
// CHECK: } else {
// CHECK: memref.alloc
// CHECK: return
func.func private @size() -> index
func.func private @use(memref<?xf32>)
func.func @branches_apart(%c: i1, %n: index, %y: memref<?xf32>) -> (memref<?xf32>, memref<?xf32>) {
  %r = scf.if %c -> (memref<?xf32>) {
    %m = func.call @size() : () -> index
    %a = memref.alloc(%m) : memref<?xf32>
    scf.yield %a : memref<?xf32>
  } else {
    %a = memref.alloc(%n) : memref<?xf32>
    scf.yield %a : memref<?xf32>
  }
  %s = scf.if %c -> (memref<?xf32>) {
    %a = memref.alloc(%n) : memref<?xf32>
    scf.yield %a : memref<?xf32>
  } else {
    scf.yield %y : memref<?xf32>
  }
  %t = scf.if %c -> (memref<?xf32>) {
    %a = memref.alloc(%n) : memref<?xf32>
    scf.yield %a : memref<?xf32>
  } else {
    %a = memref.alloc(%n) : memref<?xf32>
    scf.yield %a : memref<?xf32>
  }
  call @use(%t) : (memref<?xf32>) -> ()
  return %r, %s : memref<?xf32>, memref<?xf32>
}

// -----

// One allocation for each result, whatever they hold.
// CHECK-LABEL: func.func @twice(
// CHECK: %[[A:.*]] = memref.alloc(%[[N:.*]]) {alignment = 64 : i64} : memref<?x3xf32>
// CHECK: call @use
// CHECK: %[[B:.*]] = memref.alloc(%[[N]]) {alignment = 64 : i64} : memref<?x3xf32>
// CHECK: memref.copy %[[A]], %[[B]]
// CHECK: return %[[A]], %[[B]]
func.func private @use(memref<?x3xf32>)
func.func @twice(%n: index) -> (memref<?x3xf32>, memref<?x3xf32>) {
  %a = memref.alloc(%n) {alignment = 64 : i64} : memref<?x3xf32>
  call @use(%a) : (memref<?x3xf32>) -> ()
  return %a, %a : memref<?x3xf32>, memref<?x3xf32>
}

// -----

// Sizes that are computed after the allocation, of a reshape whose own are known.
// CHECK-LABEL: func.func @sizes_in_time(
// CHECK-SAME: %[[Q:.*]]: memref<?xi8>, %[[N:.*]]: index)
// CHECK-DAG: %[[C32:.*]] = arith.constant 32 : index
// CHECK: %[[SIZE:.*]] = arith.muli %[[N]], %[[C32]]
// CHECK: %[[A:.*]] = memref.alloc(%[[N]], %[[SIZE]]) : memref<?x?xf32>
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[A]]
// CHECK: call @fill(%[[FLAT]])
// CHECK: return %[[A]]
func.func private @fill(memref<?xf32>)
func.func @sizes_in_time(%q: memref<?xi8>, %n: index) -> memref<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %elements = memref.dim %q, %c0 : memref<?xi8>
  %blocks = memref.expand_shape %q [[0, 1, 2]] output_shape [%n, %n, 32] : memref<?xi8> into memref<?x?x32xi8>
  %a = memref.alloc(%elements) : memref<?xf32>
  call @fill(%a) : (memref<?xf32>) -> ()
  %rows = memref.dim %blocks, %c0 : memref<?x?x32xi8>
  %numbers = memref.dim %blocks, %c1 : memref<?x?x32xi8>
  %columns = arith.muli %numbers, %c32 : index
  %r = memref.expand_shape %a [[0, 1]] output_shape [%rows, %columns] : memref<?xf32> into memref<?x?xf32>
  return %r : memref<?x?xf32>
}

// -----

// The second one is of the same type.
// CHECK-LABEL: func.func @types(
// CHECK: %[[A:.*]] = memref.alloc() : memref<4xf32, 1>
// CHECK: %[[B:.*]] = memref.alloc() : memref<4x3xf32, strided<[6, 1]>>
// CHECK: %[[C:.*]] = memref.alloc() : memref<4xf32, 1>
// CHECK: %[[D:.*]] = memref.alloc() : memref<4x3xf32, strided<[6, 1]>>
// CHECK: return %[[A]], %[[B]], %[[C]], %[[D]]
func.func @types() -> (memref<4xf32, 1>, memref<4x3xf32, strided<[6, 1]>>, memref<4xf32, 1>, memref<4x3xf32, strided<[6, 1]>>) {
  %a = memref.alloc() : memref<4xf32, 1>
  %b = memref.alloc() : memref<4x3xf32, strided<[6, 1]>>
  return %a, %b, %a, %b : memref<4xf32, 1>, memref<4x3xf32, strided<[6, 1]>>, memref<4xf32, 1>, memref<4x3xf32, strided<[6, 1]>>
}
