// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=znver4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,ZEN4
// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefix=CHECK --implicit-check-not=llvm.x86

// Zeros of what is not finite (response 8 to tokens 0, 1, 4 and 5), then the
// larger magnitude (0b1011). The loop carries magnitudes, which are moved after
// it. What masked lanes carry on is clamped as the rest is.
// CHECK-LABEL: func.func @largest(
// CHECK-SAME: %[[X:.*]]: memref<?xf32>
// ZEN4-DAG: %[[ZEROS:.*]] = arith.constant dense<0> : vector<16xi32>
// ZEN4-DAG: %[[RESPONSES:.*]] = arith.constant dense<8913032> : vector<16xi32>
// ZEN4-DAG: %[[OFFSET:.*]] = arith.constant dense<8388608> : vector<16xi32>
// ZEN4: %[[LARGEST:.*]] = scf.for {{.*}} iter_args(%[[ACC:.*]] = %[[ZEROS]])
// ZEN4: %[[V:.*]] = vector.load %[[X]]
// ZEN4: %[[FINITE:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.fixupimm.ps.512"(%[[V]], %[[V]], %[[RESPONSES]], %{{.*}}) : (vector<16xf32>, vector<16xf32>, vector<16xi32>, i32, i16, i32)
// ZEN4: %[[BEFORE:.*]] = arith.bitcast %[[ACC]] : vector<16xi32> to vector<16xf32>
// ZEN4: %[[LARGER:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.range.ps.512"(%[[BEFORE]], %[[FINITE]], %{{.*}}, %[[BEFORE]], %{{.*}})
// ZEN4: %[[BITS:.*]] = arith.bitcast %[[LARGER]] : vector<16xf32> to vector<16xi32>
// ZEN4: scf.yield %[[BITS]]
// ZEN4: %[[MOVED:.*]] = arith.addi %[[LARGEST]], %[[OFFSET]]
// ZEN4: scf.for {{.*}} iter_args(%{{.*}} = %[[MOVED]])
// CHECK: arith.select
// CHECK: vector.reduction <maxsi>
func.func @largest(%x: memref<?xf32>, %n: index, %end: index, %mask: vector<16xi1>) -> i32 {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %least = arith.constant dense<-2147483648> : vector<16xi32>
  %magnitude = arith.constant dense<0x7fffffff> : vector<16xi32>
  %offset = arith.constant dense<0x00800000> : vector<16xi32>
  %bound = arith.constant 0x00800000 : i32
  %r = scf.for %i = %c0 to %n step %c16 iter_args(%acc = %least) -> (vector<16xi32>) {
    %v = vector.load %x[%i] : memref<?xf32>, vector<16xf32>
    %bits = arith.bitcast %v : vector<16xf32> to vector<16xi32>
    %abs = arith.andi %bits, %magnitude : vector<16xi32>
    %moved = arith.addi %abs, %offset : vector<16xi32>
    %max = arith.maxsi %moved, %acc : vector<16xi32>
    scf.yield %max : vector<16xi32>
  }
  %s = scf.for %i = %n to %end step %c16 iter_args(%acc = %r) -> (vector<16xi32>) {
    %v = vector.load %x[%i] : memref<?xf32>, vector<16xf32>
    %bits = arith.bitcast %v : vector<16xf32> to vector<16xi32>
    %abs = arith.andi %bits, %magnitude : vector<16xi32>
    %moved = arith.addi %abs, %offset : vector<16xi32>
    %max = arith.maxsi %moved, %acc : vector<16xi32>
    %kept = arith.select %mask, %max, %acc : vector<16xi1>, vector<16xi32>
    scf.yield %kept : vector<16xi32>
  }
  %t = vector.reduction <maxsi>, %s : vector<16xi32> into i32
  %u = arith.maxsi %t, %bound : i32
  return %u : i32
}

// Somebody sees what is below the offset; a lower bound; other bits of a float.
// CHECK-LABEL: func.func @seen(
// ZEN4-NOT: llvm.x86
func.func @seen(%x: memref<?xf32>, %n: index) -> vector<16xi32> {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %least = arith.constant dense<-2147483648> : vector<16xi32>
  %magnitude = arith.constant dense<0x7fffffff> : vector<16xi32>
  %offset = arith.constant dense<0x00800000> : vector<16xi32>
  %r = scf.for %i = %c0 to %n step %c16 iter_args(%acc = %least) -> (vector<16xi32>) {
    %v = vector.load %x[%i] : memref<?xf32>, vector<16xf32>
    %bits = arith.bitcast %v : vector<16xf32> to vector<16xi32>
    %abs = arith.andi %bits, %magnitude : vector<16xi32>
    %moved = arith.addi %abs, %offset : vector<16xi32>
    %max = arith.maxsi %moved, %acc : vector<16xi32>
    scf.yield %max : vector<16xi32>
  }
  return %r : vector<16xi32>
}
func.func @lower_bound(%x: memref<?xf32>, %n: index) -> i32 {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %least = arith.constant dense<-2147483648> : vector<16xi32>
  %magnitude = arith.constant dense<0x7fffffff> : vector<16xi32>
  %offset = arith.constant dense<0x00800000> : vector<16xi32>
  %bound = arith.constant 0x007fffff : i32
  %r = scf.for %i = %c0 to %n step %c16 iter_args(%acc = %least) -> (vector<16xi32>) {
    %v = vector.load %x[%i] : memref<?xf32>, vector<16xf32>
    %bits = arith.bitcast %v : vector<16xf32> to vector<16xi32>
    %abs = arith.andi %bits, %magnitude : vector<16xi32>
    %moved = arith.addi %abs, %offset : vector<16xi32>
    %max = arith.maxsi %moved, %acc : vector<16xi32>
    scf.yield %max : vector<16xi32>
  }
  %t = vector.reduction <maxsi>, %r : vector<16xi32> into i32
  %u = arith.maxsi %t, %bound : i32
  return %u : i32
}
func.func @other_bits(%x: memref<?xf32>, %n: index) -> i32 {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %least = arith.constant dense<-2147483648> : vector<16xi32>
  %magnitude = arith.constant dense<0x7ffffffe> : vector<16xi32>
  %offset = arith.constant dense<0x00800000> : vector<16xi32>
  %bound = arith.constant 0x00800000 : i32
  %r = scf.for %i = %c0 to %n step %c16 iter_args(%acc = %least) -> (vector<16xi32>) {
    %v = vector.load %x[%i] : memref<?xf32>, vector<16xf32>
    %bits = arith.bitcast %v : vector<16xf32> to vector<16xi32>
    %abs = arith.andi %bits, %magnitude : vector<16xi32>
    %moved = arith.addi %abs, %offset : vector<16xi32>
    %max = arith.maxsi %moved, %acc : vector<16xi32>
    scf.yield %max : vector<16xi32>
  }
  %t = vector.reduction <maxsi>, %r : vector<16xi32> into i32
  %u = arith.maxsi %t, %bound : i32
  return %u : i32
}
