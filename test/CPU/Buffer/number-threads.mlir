// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-number-threads)" --split-input-file %s | FileCheck %s

// CHECK-DAG: llvm.func @omp_get_thread_num() -> i32
// CHECK-DAG: llvm.func @omp_get_num_threads() -> i32
// CHECK-LABEL: func.func @last(
// CHECK-SAME: %[[A:.*]]: memref<?xi8>, %[[BEGIN:.*]]: index, %[[END:.*]]: index, %[[STEP:.*]]: index, %[[V:.*]]: i8)
// CHECK: omp.parallel num_threads(%{{.*}} : i32) {
// CHECK-NEXT: %[[CALL:.*]] = llvm.call @omp_get_thread_num()
// CHECK-NEXT: %[[THREAD:.*]] = arith.index_cast %[[CALL]] : i32 to index
// CHECK-NEXT: %[[CALL:.*]] = llvm.call @omp_get_num_threads()
// CHECK-NEXT: %[[THREADS:.*]] = arith.index_cast %[[CALL]] : i32 to index
// CHECK: %[[LENGTH:.*]] = arith.subi %[[END]], %[[BEGIN]]
// CHECK-NEXT: %[[ITERATIONS:.*]] = arith.ceildivsi %[[LENGTH]], %[[STEP]]
// CHECK-NEXT: %[[COUNT:.*]] = arith.maxsi %[[ITERATIONS]], %c0
// CHECK-NEXT: %[[SHARE:.*]] = arith.ceildivsi %[[COUNT]], %[[THREADS]]
// CHECK-NEXT: %[[FIRST:.*]] = arith.muli %[[THREAD]], %[[SHARE]]
// CHECK-NEXT: %[[NEXT:.*]] = arith.addi %[[FIRST]], %[[SHARE]]
// CHECK-NEXT: %[[LAST:.*]] = arith.minsi %[[COUNT]], %[[NEXT]]
// CHECK-NEXT: scf.for %[[K:.*]] = %[[FIRST]] to %[[LAST]] step %c1{{.*}} {
// CHECK-NEXT: %[[OFFSET:.*]] = arith.muli %[[K]], %[[STEP]]
// CHECK-NEXT: %[[I:.*]] = arith.addi %[[BEGIN]], %[[OFFSET]]
// CHECK-NEXT: memref.store %[[V]], %[[A]][%[[I]]]
// CHECK-NEXT: }
// CHECK-NEXT: omp.terminator
func.func @last(%a: memref<?xi8>, %begin: index, %end: index, %step: index, %v: i8) {
  %two = arith.constant 2 : i32
  omp.parallel num_threads(%two : i32) {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%begin) to (%end) step (%step) {
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
// CHECK: omp.yield
// CHECK-NOT: omp.wsloop
// CHECK: scf.for
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
// CHECK-NOT: llvm.func
// CHECK-LABEL: func.func @outside(
// CHECK: omp.wsloop {
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

// -----

// Somebody wants it so, but nobody has to wait twice.
// CHECK-LABEL: func.func @clauses(
// CHECK: omp.wsloop nowait schedule(dynamic)
// CHECK: omp.wsloop nowait order(reproducible:concurrent)
func.func @clauses(%a: memref<?xi8>, %n: index, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop schedule(dynamic) {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        memref.store %v, %a[%i] : memref<?xi8>
        omp.yield
      }
    }
    omp.terminator
  }
  omp.parallel {
    omp.wsloop order(reproducible:concurrent) {
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

// CHECK-LABEL: func.func @two_indices(
// CHECK: omp.wsloop nowait
// CHECK-LABEL: func.func @inclusive(
// CHECK: omp.wsloop nowait
// CHECK-LABEL: func.func @narrow_index(
// CHECK: omp.wsloop nowait
// A loop that is cancelled may not do without its barrier.
// CHECK-LABEL: func.func @cancelled(
// CHECK: omp.wsloop {
func.func @two_indices(%a: memref<?x?xi8>, %n: index, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i, %j) : index = (%c0, %c0) to (%n, %n) step (%c1, %c1) {
        memref.store %v, %a[%i, %j] : memref<?x?xi8>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}
func.func @inclusive(%a: memref<?xi8>, %n: index, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%n) inclusive step (%c1) {
        memref.store %v, %a[%i] : memref<?xi8>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}
func.func @narrow_index(%a: memref<?xi8>, %n: i32, %v: i8) {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : i32 = (%c0) to (%n) step (%c1) {
        %j = arith.index_cast %i : i32 to index
        memref.store %v, %a[%j] : memref<?xi8>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}

func.func @cancelled(%a: memref<?xi8>, %n: index, %v: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        omp.cancel cancellation_construct_type(loop)
        memref.store %v, %a[%i] : memref<?xi8>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}

// -----

// The module's own declaration.
// CHECK-NOT: llvm.func @omp_get_thread_num
// CHECK-LABEL: func.func @declared(
// CHECK: omp.parallel
// CHECK-NEXT: func.call @omp_get_thread_num() : () -> i32
func.func private @omp_get_thread_num() -> i32
func.func @declared(%a: memref<?xi8>, %n: index, %v: i8) {
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
