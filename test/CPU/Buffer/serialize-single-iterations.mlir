// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-serialize-single-iterations))" %s | FileCheck %s

// A loop that only run time knows to have one part needs no threads. One that
// has none does nothing.
// CHECK-LABEL: func.func @unknown(
// CHECK-SAME: %[[A:.*]]: memref<?xi8>, %[[FROM:.*]]: index, %[[TO:.*]]: index, %[[PART:.*]]: index, %[[V:.*]]: i8
// CHECK: %[[LENGTH:.*]] = arith.subi %[[TO]], %[[FROM]]
// CHECK: %[[SEVERAL:.*]] = arith.cmpi sgt, %[[LENGTH]], %[[PART]]
// CHECK: scf.if %[[SEVERAL]] {
// CHECK-NEXT: scf.parallel (%[[I:.*]]) = (%[[FROM]]) to (%[[TO]]) step (%[[PART]])
// CHECK-NEXT: memref.store %[[V]], %[[A]][%[[I]]]
// CHECK: } else {
// CHECK-NEXT: %[[ANY:.*]] = arith.cmpi slt, %[[FROM]], %[[TO]]
// CHECK-NEXT: scf.if %[[ANY]] {
// CHECK-NEXT: memref.store %[[V]], %[[A]][%[[FROM]]]
func.func @unknown(%a: memref<?xi8>, %from: index, %to: index, %part: index, %v: i8) {
  scf.parallel (%i) = (%from) to (%to) step (%part) {
    memref.store %v, %a[%i] : memref<?xi8>
  }
  return
}

// -----

// CHECK-LABEL: func.func @known(
// CHECK-NOT: scf.if
// CHECK: scf.parallel
// CHECK-NOT: scf.if
// CHECK: return
func.func @known(%a: memref<?xi8>, %v: i8) {
  %c0 = arith.constant 0 : index
  %c10 = arith.constant 10 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%i) = (%c0) to (%c10) step (%c8) {
    memref.store %v, %a[%i] : memref<?xi8>
  }
  return
}

// -----

// CHECK-LABEL: func.func @two_dimensions(
// CHECK-NOT: scf.if
// CHECK: scf.parallel
// CHECK-NOT: scf.if
// CHECK: return
func.func @two_dimensions(%a: memref<?x?xi8>, %n: index, %part: index, %v: i8) {
  %c0 = arith.constant 0 : index
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %n) step (%part, %part) {
    memref.store %v, %a[%i, %j] : memref<?x?xi8>
  }
  return
}

// -----

// CHECK-LABEL: func.func @reduction(
// CHECK-NOT: scf.if
// CHECK: scf.parallel
// CHECK-NOT: scf.if
// CHECK: return
func.func @reduction(%n: index, %part: index, %v: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %r = scf.parallel (%i) = (%c0) to (%n) step (%part) init (%v) -> f32 {
    scf.reduce(%v : f32) {
    ^bb0(%x: f32, %y: f32):
      %m = arith.maximumf %x, %y : f32
      scf.reduce.return %m : f32
    }
  }
  return %r : f32
}
