// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-drop-loop-barriers))" --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @last(
// CHECK: omp.parallel
// CHECK-NEXT: omp.wsloop nowait {
func.func @last(%a: memref<?xi8>, %n: index, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        memref.store %v, %a[%i] : memref<?xi8>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}

// -----

// The second loop reads what all threads wrote in the first.
// CHECK-LABEL: func.func @first_of_two(
// CHECK: omp.parallel
// CHECK-NEXT: omp.wsloop {
// CHECK: omp.wsloop nowait {
func.func @first_of_two(%a: memref<?xi8>, %n: index, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        memref.store %v, %a[%i] : memref<?xi8>
        omp.yield
      }
    }
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        %other = arith.subi %n, %i : index
        %w = memref.load %a[%other] : memref<?xi8>
        memref.store %w, %a[%i] : memref<?xi8>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}

// -----

// Not the end of the threads.
// CHECK-LABEL: func.func @outside(
// CHECK-NOT: nowait
// CHECK: return
func.func @outside(%a: memref<?xi8>, %n: index, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.wsloop {
    omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
      memref.store %v, %a[%i] : memref<?xi8>
      omp.yield
    }
  }
  return
}
