// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-overlap-rests))" | FileCheck %s

// Of a row of N elements the vector at N - 32 has all that is left, where there is
// something left, where there are as many, where no more than 32 are left, and
// where nothing that is read overlaps what is written, which is known before all
// rows. Nor may the loop in between go beyond where it ends, or the row. Else there
// are the loops.
// CHECK: #[[OF_32:.*]] = affine_map<()[s0] -> ((s0 floordiv 32) * 32)>
// CHECK: #[[OF_8:.*]] = affine_map<()[s0] -> ((s0 floordiv 8) * 8)>
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:[^:]*]]: memref<?x?xf32>, %[[S:[^:]*]]: memref<?xf32>, %[[Y:[^:]*]]: memref<?x?xi8>)
// CHECK-DAG: %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[N:.*]] = memref.dim %[[X]], %c1
// CHECK-DAG: %[[WHOLE:.*]] = affine.apply #[[OF_32]]()[%[[N]]]
// CHECK-DAG: %[[EIGHTS:.*]] = affine.apply #[[OF_8]]()[%[[N]]]
// CHECK-DAG: %[[Y_BEGIN:.*]] = memref.extract_aligned_pointer_as_index %[[Y]]
// CHECK-DAG: %[[X_BEGIN:.*]] = memref.extract_aligned_pointer_as_index %[[X]]
// CHECK: %[[X_BEFORE:.*]] = arith.cmpi ule, %{{.*}}, %[[Y_BEGIN]]
// CHECK: %[[Y_BEFORE:.*]] = arith.cmpi ule, %{{.*}}, %[[X_BEGIN]]
// CHECK: %[[APART:.*]] = arith.ori %[[X_BEFORE]], %[[Y_BEFORE]]
// CHECK: scf.for %[[I:.*]] = %[[C0]]
// CHECK: %[[SCALES:.*]] = vector.broadcast %{{.*}} : f32 to vector<32xf32>
// CHECK: scf.for %{{.*}} = %[[C0]] to %[[WHOLE]] step %[[C32]]
// CHECK: %[[LAST:.*]] = arith.subi %[[N]], %[[C32]]
// CHECK: %[[HAS_REST:.*]] = arith.cmpi ne, %[[N]], %[[WHOLE]]
// CHECK: %[[FITS:.*]] = arith.cmpi sge, %[[LAST]], %[[C0]]
// CHECK: %[[HAS_ALL:.*]] = arith.cmpi sle, %[[LAST]], %[[WHOLE]]
// CHECK: %[[BOTH:.*]] = arith.andi %[[HAS_REST]], %[[FITS]]
// CHECK: %[[THREE:.*]] = arith.andi %[[BOTH]], %[[HAS_ALL]]
// CHECK: %[[FOUR:.*]] = arith.andi %[[THREE]], %[[APART]]
// CHECK: %[[LENGTH:.*]] = arith.subi %[[EIGHTS]], %[[WHOLE]]
// CHECK: %[[OVER:.*]] = arith.remsi %[[LENGTH]], %c8
// CHECK: %[[IS_EVEN:.*]] = arith.cmpi eq, %[[OVER]], %{{.*}}
// CHECK: %[[FIVE:.*]] = arith.andi %[[FOUR]], %[[IS_EVEN]]
// CHECK: %[[IS_WITHIN:.*]] = arith.cmpi sle, %[[EIGHTS]], %[[N]]
// CHECK: %[[ALL:.*]] = arith.andi %[[FIVE]], %[[IS_WITHIN]]
// CHECK: scf.if %[[ALL]]
// CHECK-NEXT: %[[A:.*]] = vector.transfer_read %[[X]][%[[I]], %[[LAST]]]
// CHECK-NEXT: %[[B:.*]] = quant_ext.apply_quantize %[[A]], %[[SCALES]]
// CHECK-NEXT: vector.transfer_write %[[B]], %[[Y]][%[[I]], %[[LAST]]]
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.for %{{.*}} = %[[WHOLE]] to %[[EIGHTS]]
// CHECK: scf.for %{{.*}} = %[[EIGHTS]] to %[[N]]
func.func @rows(%x: memref<?x?xf32>, %scales: memref<?xf32>, %y: memref<?x?xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c32 = arith.constant 32 : index
  %pad = arith.constant 0.0 : f32
  %m = memref.dim %x, %c0 : memref<?x?xf32>
  %n = memref.dim %x, %c1 : memref<?x?xf32>
  %whole = affine.apply affine_map<()[s0] -> ((s0 floordiv 32) * 32)>()[%n]
  %eights = affine.apply affine_map<()[s0] -> ((s0 floordiv 8) * 8)>()[%n]
  scf.for %i = %c0 to %m step %c1 {
    %s = memref.load %scales[%i] : memref<?xf32>
    %s32 = vector.broadcast %s : f32 to vector<32xf32>
    scf.for %j = %c0 to %whole step %c32 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<32xf32>
      %b = quant_ext.apply_quantize %a, %s32 storage = <i8> : (vector<32xf32>, vector<32xf32>) -> vector<32xi8>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<32xi8>, memref<?x?xi8>
    }
    %s8 = vector.broadcast %s : f32 to vector<8xf32>
    scf.for %j = %whole to %eights step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %b = quant_ext.apply_quantize %a, %s8 storage = <i8> : (vector<8xf32>, vector<8xf32>) -> vector<8xi8>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<8xi8>, memref<?x?xi8>
    }
    scf.for %j = %eights to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = quant_ext.apply_quantize %a, %s storage = <i8> : (f32, f32) -> i8
      memref.store %b, %y[%i, %j] : memref<?x?xi8>
    }
  }
  return
}

// -----

// In a buffer of the function's own there is nothing to overlap with. What lanes
// share may be read in the loop, or be a constant.
// CHECK-LABEL: func.func @allocated(
// CHECK-NOT: extract_aligned_pointer_as_index
// CHECK: scf.if
// CHECK: memref.load
// CHECK: vector.broadcast
// CHECK: vector.transfer_write
// CHECK: } else {
func.func @allocated(%x: memref<?x?xf32>, %k: memref<f32>, %m: index, %n: index, %whole: index) -> memref<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %pad = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %twos = arith.constant dense<2.0> : vector<8xf32>
  %y = memref.alloc(%m, %n) : memref<?x?xf32>
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %l = memref.load %k[] : memref<f32>
      %v = vector.broadcast %l : f32 to vector<8xf32>
      %b = arith.mulf %a, %v : vector<8xf32>
      %c = arith.addf %b, %twos : vector<8xf32>
      vector.transfer_write %c, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %l = memref.load %k[] : memref<f32>
      %b = arith.mulf %a, %l : f32
      %c = arith.addf %b, %two : f32
      memref.store %c, %y[%i, %j] : memref<?x?xf32>
    }
  }
  return %y : memref<?x?xf32>
}

// -----

// Another number, another place, another operation, another order of operands, one
// element for all lanes: not what the first loop does.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: scf.if
// CHECK: return
func.func @others(%x: memref<?x?xf32>, %m: index, %n: index, %whole: index) -> memref<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %pad = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %three = arith.constant 3.0 : f32
  %twos = arith.constant dense<2.0> : vector<8xf32>
  %twos4 = arith.constant dense<2.0> : vector<4xf32>
  %y = memref.alloc(%m, %n) : memref<?x?xf32>
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %b = arith.subf %a, %twos : vector<8xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = arith.subf %a, %three : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %b = arith.subf %a, %twos : vector<8xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %x[%j, %i] : memref<?x?xf32>
      %b = arith.subf %a, %two : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %b = arith.subf %a, %twos : vector<8xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = arith.addf %a, %two : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %b = arith.subf %a, %twos : vector<8xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = arith.subf %two, %a : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  %fours = affine.apply affine_map<()[s0] -> ((s0 floordiv 4) * 4)>()[%n]
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %b = arith.subf %a, %twos : vector<8xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %fours step %c4 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %v = vector.broadcast %a : f32 to vector<4xf32>
      %b = arith.subf %v, %twos4 : vector<4xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<4xf32>, memref<?x?xf32>
    }
    scf.for %j = %fours to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = arith.subf %a, %two : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  return %y : memref<?x?xf32>
}

// -----

// A single row; lanes that differ in what they are multiplied by; a result that is
// read; loops that do not go on where the first one ends.
// CHECK-LABEL: func.func @left(
// CHECK-NOT: scf.if
// CHECK: return
func.func @left(%x: memref<?x?xf32>, %m: index, %n: index, %whole: index, %z: memref<?x?xf32>) -> (memref<?xf32>, memref<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %pad = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %different = arith.constant dense<[2.0, 3.0]> : vector<2xf32>
  %row = memref.alloc(%n) : memref<?xf32>
  %y = memref.alloc(%m, %n) : memref<?x?xf32>
  scf.for %j = %c0 to %whole step %c2 {
    %a = vector.transfer_read %x[%c0, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<2xf32>
    %b = arith.negf %a : vector<2xf32>
    vector.transfer_write %b, %row[%j] {in_bounds = [true]} : vector<2xf32>, memref<?xf32>
  }
  scf.for %j = %whole to %n step %c1 {
    %a = memref.load %x[%c0, %j] : memref<?x?xf32>
    %b = arith.negf %a : f32
    memref.store %b, %row[%j] : memref<?xf32>
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c2 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<2xf32>
      %b = arith.mulf %a, %different : vector<2xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<2xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = arith.mulf %a, %two : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c2 {
      %a = vector.transfer_read %z[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<2xf32>
      %b = arith.negf %a : vector<2xf32>
      vector.transfer_write %b, %z[%i, %j] {in_bounds = [true]} : vector<2xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %z[%i, %j] : memref<?x?xf32>
      %b = arith.negf %a : f32
      memref.store %b, %z[%i, %j] : memref<?x?xf32>
    }
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c2 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<2xf32>
      %b = arith.negf %a : vector<2xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<2xf32>, memref<?x?xf32>
    }
    scf.for %j = %c2 to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = arith.negf %a : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  return %row, %y : memref<?xf32>, memref<?x?xf32>
}

// -----

// Vectors that have more lanes than the loop takes at a time, in rows with gaps and
// in an inner dimension; one condition for all lanes of a shorter vector.
// CHECK-LABEL: func.func @lanes(
// CHECK-NOT: scf.if
// CHECK: return
func.func @lanes(%x: memref<?x?xf32>, %m: index, %n: index, %whole: index, %e: index) -> (memref<?x?xf32>, memref<?x?x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %pad = arith.constant 0.0 : f32
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : vector<8xf32>
  %zeros4 = arith.constant dense<0.0> : vector<4xf32>
  %y = memref.alloc(%m, %n) : memref<?x?xf32>
  %w = memref.alloc(%m, %n) : memref<?x?x8xf32>
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c4 {
      %k = affine.apply affine_map<(d0) -> (d0 * 2)>(%j)
      %a = vector.transfer_read %x[%i, %k], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %b = arith.negf %a : vector<8xf32>
      vector.transfer_write %b, %y[%i, %k] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %k = affine.apply affine_map<(d0) -> (d0 * 2)>(%j)
      %a = memref.load %x[%i, %k] : memref<?x?xf32>
      %b = arith.negf %a : f32
      memref.store %b, %y[%i, %k] : memref<?x?xf32>
    }
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c1 {
      vector.transfer_write %zeros, %w[%i, %j, %c0] {in_bounds = [true]} : vector<8xf32>, memref<?x?x8xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      memref.store %zero, %w[%i, %j, %c0] : memref<?x?x8xf32>
    }
  }
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<8xf32>
      %c = arith.cmpf ogt, %a, %zeros : vector<8xf32>
      %b = arith.select %c, %a, %zeros : vector<8xi1>, vector<8xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %e step %c4 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<4xf32>
      %s = memref.load %x[%i, %j] : memref<?x?xf32>
      %c = arith.cmpf ogt, %s, %zero : f32
      %b = arith.select %c, %a, %zeros4 : vector<4xf32>
      vector.transfer_write %b, %y[%i, %j] {in_bounds = [true]} : vector<4xf32>, memref<?x?xf32>
    }
    scf.for %j = %e to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x?xf32>
      %c = arith.cmpf ogt, %a, %zero : f32
      %b = arith.select %c, %a, %zero : f32
      memref.store %b, %y[%i, %j] : memref<?x?xf32>
    }
  }
  return %y, %w : memref<?x?xf32>, memref<?x?x8xf32>
}

// -----

// What may be the buffer that is written under another name: an argument of a
// block, a global that the caller passes too.
// CHECK-LABEL: func.func @names(
// CHECK-NOT: scf.if
// CHECK: return
memref.global "private" @g : memref<4x100xf32> = uninitialized
func.func @names(%z: memref<4x100xf32>, %n: index, %whole: index) -> memref<4x100xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %pad = arith.constant 0.0 : f32
  %x = memref.get_global @g : memref<4x100xf32>
  %y = memref.alloc() : memref<4x100xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<4x100xf32>, vector<8xf32>
      %b = arith.negf %a : vector<8xf32>
      vector.transfer_write %b, %z[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<4x100xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<4x100xf32>
      %b = arith.negf %a : f32
      memref.store %b, %z[%i, %j] : memref<4x100xf32>
    }
  }
  cf.br ^bb1(%y : memref<4x100xf32>)
^bb1(%same: memref<4x100xf32>):
  scf.for %i = %c0 to %c4 step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %y[%i, %j], %pad {in_bounds = [true]} : memref<4x100xf32>, vector<8xf32>
      %b = arith.negf %a : vector<8xf32>
      vector.transfer_write %b, %same[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<4x100xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = memref.load %y[%i, %j] : memref<4x100xf32>
      %b = arith.negf %a : f32
      memref.store %b, %same[%i, %j] : memref<4x100xf32>
    }
  }
  return %y : memref<4x100xf32>
}

// -----

// A read from a tensor and a write of one element are none of its business.
// CHECK-LABEL: func.func @no_buffers(
// CHECK-NOT: scf.if
// CHECK: return
func.func @no_buffers(%x: tensor<?x?xf32>, %y: memref<?x?xf32>, %r: memref<f32>, %m: index, %n: index, %whole: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %pad = arith.constant 0.0 : f32
  %v = arith.constant dense<1.0> : vector<f32>
  scf.for %i = %c0 to %m step %c1 {
    scf.for %j = %c0 to %whole step %c8 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : tensor<?x?xf32>, vector<8xf32>
      vector.transfer_write %a, %y[%i, %j] {in_bounds = [true]} : vector<8xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c1 {
      %a = tensor.extract %x[%i, %j] : tensor<?x?xf32>
      memref.store %a, %y[%i, %j] : memref<?x?xf32>
    }
    scf.for %j = %c0 to %whole step %c1 {
      vector.transfer_write %v, %r[] : vector<f32>, memref<f32>
    }
    scf.for %j = %whole to %n step %c1 {
      memref.store %pad, %r[] : memref<f32>
    }
  }
  return
}
