// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-lower-loops))" %s | FileCheck %s --implicit-check-not=scf.

// In what order loops are lowered makes no difference to what becomes of them.
// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-lower-loops,canonicalize,cse))" %s > %t.ours
// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(convert-scf-to-cf,canonicalize,cse))" %s > %t.upstream
// RUN: diff %t.ours %t.upstream

// A loop in a loop, in which there is a choice, and a loop after them.
// CHECK-LABEL: func.func @nest(
// CHECK: cf.br
// CHECK-COUNT-4: cf.cond_br
// CHECK: return
func.func @nest(%m: memref<?x?xf32>, %a: f32, %b: f32, %n: index) -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %i step %c1 {
      %even = arith.cmpi eq, %i, %j : index
      %v = scf.if %even -> f32 {
        memref.store %a, %m[%j, %i] : memref<?x?xf32>
        scf.yield %a : f32
      } else {
        scf.yield %b : f32
      }
      memref.store %v, %m[%i, %j] : memref<?x?xf32>
    }
  }
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %c0) -> index {
    %t = arith.addi %s, %i : index
    scf.yield %t : index
  }
  return %sum : index
}

// -----

// A parallel loop becomes plain ones first.
// CHECK-LABEL: func.func @parallel(
// CHECK: memref.store
// CHECK: return
func.func @parallel(%m: memref<?x?xf32>, %a: f32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %n) step (%c1, %c1) {
    memref.store %a, %m[%i, %j] : memref<?x?xf32>
    scf.reduce
  }
  return
}

// -----

// CHECK-LABEL: func.func @while(
// CHECK: cf.cond_br
// CHECK: return
func.func @while(%n: i32) -> i32 {
  %c1 = arith.constant 1 : i32
  %r = scf.while (%a = %n) : (i32) -> i32 {
    %more = arith.cmpi ugt, %a, %c1 : i32
    scf.condition(%more) %a : i32
  } do {
  ^bb0(%a: i32):
    %half = arith.shrui %a, %c1 : i32
    scf.yield %half : i32
  }
  return %r : i32
}

// -----

// The body of a parallel loop is one block when it is lowered: loops in it
// come after it.
// CHECK-LABEL: func.func @parallel_around(
// CHECK-COUNT-5: cf.cond_br
// CHECK: memref.store
// CHECK: return
func.func @parallel_around(%m: memref<?x?xf32>, %a: f32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.forall (%i, %j) in (%n, %n) {
    scf.for %k = %c0 to %n step %c1 {
      scf.parallel (%l) = (%c0) to (%n) step (%c1) {
        %more = scf.while (%b = %n) : (index) -> index {
          %go = arith.cmpi ugt, %b, %k : index
          scf.condition(%go) %b : index
        } do {
        ^bb0(%b: index):
          %next = arith.subi %b, %l : index
          scf.yield %next : index
        }
        memref.store %a, %m[%i, %more] : memref<?x?xf32>
        scf.reduce
      }
    }
  }
  return
}

// -----

// Cases that have branches of their own once they are lowered.
// CHECK-LABEL: func.func @switch(
// CHECK: cf.switch
// CHECK: cf.cond_br
// CHECK: return
func.func @switch(%m: memref<?xf32>, %x: f32, %n: index, %c: i1, %d: index) -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %v = scf.index_switch %n -> index
  case 2 {
    %e = scf.if %c -> index {
      memref.store %x, %m[%n] : memref<?xf32>
      scf.yield %d : index
    } else {
      scf.yield %n : index
    }
    scf.yield %e : index
  }
  default {
    scf.for %i = %c0 to %n step %c1 {
      memref.store %x, %m[%i] : memref<?xf32>
    }
    scf.yield %n : index
  }
  return %v : index
}
