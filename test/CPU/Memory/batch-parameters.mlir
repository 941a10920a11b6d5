// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-batch-parameters{target=x86-64-v3}),canonicalize,cse)" | FileCheck %s

// The inverses of 128 rows before these rows, and what bounds them too: whatever
// depends on nothing but parameters. Rows that all take the fast way have a loop
// without a decision. Fewer than 8 rows are left as they are.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[S:[^:]*]]: memref<?xf32>,
// CHECK-DAG: %[[ONES:.*]] = arith.constant dense<1.000000e+00> : vector<8xf32>
// CHECK-DAG: %[[HI:.*]] = memref.alloca() {alignment = 512 : i64} : memref<128xf32>
// CHECK-DAG: %[[INV:.*]] = memref.alloca() {alignment = 512 : i64} : memref<128xf32>
// CHECK-DAG: %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG: %[[ROWS:.*]] = memref.dim %[[S]]
// CHECK: %[[IS_WORTH_IT:.*]] = arith.cmpi sge, %[[ROWS]], %[[C8]]
// CHECK: scf.if %[[IS_WORTH_IT]] {
// CHECK-NEXT: scf.for %[[BEGIN:.*]] = %{{.*}} to %[[ROWS]] step %[[BATCH:.*]] {
// CHECK: %[[NEXT:.*]] = arith.addi %[[BEGIN]], %[[BATCH]]
// CHECK: %[[END:.*]] = arith.minsi %[[NEXT]], %[[ROWS]]
// CHECK: %[[COUNT:.*]] = arith.subi %[[END]], %[[BEGIN]]
// CHECK: %[[ALL:.*]] = scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[SO_FAR:.*]] = %{{.*}}) -> (i1) {
// CHECK: %[[AT:.*]] = arith.addi %[[BEGIN]], %[[K]]
// CHECK: %[[SCALES:.*]] = vector.load %[[S]][%[[AT]]] : memref<?xf32>, vector<8xf32>
// CHECK: %[[QUOTIENTS:.*]] = arith.divf %[[ONES]], %[[SCALES]] : vector<8xf32>
// CHECK: vector.store %[[QUOTIENTS]], %[[INV]][%[[K]]]
// CHECK: %[[BOUNDS:.*]] = arith.mulf %[[SCALES]], %{{.*}} : vector<8xf32>
// CHECK: vector.store %[[BOUNDS]], %[[HI]][%[[K]]]
// CHECK: %[[ARE_LARGE:.*]] = arith.cmpf oge, %[[SCALES]], %{{.*}} : vector<8xf32>
// CHECK: %[[THESE:.*]] = vector.reduction <and>, %[[ARE_LARGE]]
// CHECK: %[[BOTH:.*]] = arith.andi %[[SO_FAR]], %[[THESE]]
// CHECK: scf.yield %[[BOTH]]
// CHECK: %[[ALL_OF_REST:.*]] = scf.for %[[J:.*]] = %{{.*}} to %[[COUNT]] step %{{.*}} iter_args(%{{.*}} = %[[ALL]]) -> (i1) {
// CHECK: memref.load %[[S]]
// CHECK: arith.divf %{{.*}} : f32
// CHECK: scf.if %[[ALL_OF_REST]] {
// CHECK-NEXT: scf.for %[[I:.*]] = %[[BEGIN]] to %[[END]] step
// CHECK-NOT: scf.if
// CHECK-NOT: arith.divf
// CHECK: %[[FROM:.*]] = arith.subi %[[I]], %[[BEGIN]]
// CHECK-DAG: memref.load %[[INV]][%[[FROM]]]
// CHECK-DAG: memref.load %[[HI]][%[[FROM]]]
// CHECK: } else {
// CHECK-NEXT: scf.for
// CHECK: arith.cmpf oge
// CHECK: scf.if
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %[[ROWS]] step
// CHECK-NEXT: memref.load %[[S]][%[[I]]]
// CHECK-NEXT: arith.divf
func.func @rows(%x: memref<?x8xf32>, %s: memref<?xf32>, %y: memref<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = memref.dim %s, %c0 : memref<?xf32>
  %one = arith.constant 1.0 : f32
  %most = arith.constant 127.0 : f32
  %least = arith.constant 1.0e-30 : f32
  scf.for %i = %c0 to %rows step %c1 {
    %scale = memref.load %s[%i] : memref<?xf32>
    %inverse = arith.divf %one, %scale : f32
    %inverses = vector.broadcast %inverse : f32 to vector<8xf32>
    %bound = arith.mulf %scale, %most : f32
    %bounds = vector.broadcast %bound : f32 to vector<8xf32>
    %is_large = arith.cmpf oge, %scale, %least : f32
    %row = vector.load %x[%i, %c0] : memref<?x8xf32>, vector<8xf32>
    %v = scf.if %is_large -> vector<8xf32> {
      %product = arith.mulf %row, %inverses : vector<8xf32>
      %sum = arith.addf %product, %bounds : vector<8xf32>
      scf.yield %sum : vector<8xf32>
    } else {
      %quotient = arith.divf %row, %bounds : vector<8xf32>
      scf.yield %quotient : vector<8xf32>
    }
    vector.store %v, %y[%i, %c0] : memref<?x8xf32>, vector<8xf32>
  }
  return
}

// -----

// Two blocks at a time, of a register or more each: no shuffle.
// CHECK-LABEL: func.func @blocks(
// CHECK-SAME: %[[S:[^:]*]]: memref<64xbf16>
// CHECK: scf.for
// CHECK: vector.load %[[S]][%{{.*}}] : memref<64xbf16>, vector<8xbf16>
// CHECK: arith.extf %{{.*}} : vector<8xbf16> to vector<8xf32>
// CHECK: scf.for
// CHECK-NOT: vector.shuffle
// CHECK: %[[FIRST:.*]] = memref.load %[[INV:.*]][%{{.*}}] : memref<128xf32>
// CHECK: vector.broadcast %[[FIRST]] : f32 to vector<16xf32>
// CHECK: %[[SECOND:.*]] = memref.load %[[INV]][%{{.*}}] : memref<128xf32>
// CHECK: vector.broadcast %[[SECOND]] : f32 to vector<16xf32>
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @blocks(%x: memref<64x16xf32>, %s: memref<64xbf16>, %y: memref<64x16xf32>) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c64 = arith.constant 64 : index
  %pad = arith.constant 0.0 : bf16
  %zero = arith.constant 0.0 : f32
  %ones = arith.constant dense<1.0> : vector<2xf32>
  %from = memref.collapse_shape %x [[0, 1]] : memref<64x16xf32> into memref<1024xf32>
  %to = memref.collapse_shape %y [[0, 1]] : memref<64x16xf32> into memref<1024xf32>
  scf.for %i = %c0 to %c64 step %c2 {
    %narrow = vector.transfer_read %s[%i], %pad {in_bounds = [true]} : memref<64xbf16>, vector<2xbf16>
    %scales = arith.extf %narrow : vector<2xbf16> to vector<2xf32>
    %inverse = arith.divf %ones, %scales : vector<2xf32>
    %inverses = vector.shuffle %inverse, %inverse [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] : vector<2xf32>, vector<2xf32>
    %at = affine.apply affine_map<(i) -> (i * 16)>(%i)
    %v = vector.transfer_read %from[%at], %zero {in_bounds = [true]} : memref<1024xf32>, vector<32xf32>
    %w = arith.mulf %v, %inverses : vector<32xf32>
    vector.transfer_write %w, %to[%at] {in_bounds = [true]} : vector<32xf32>, memref<1024xf32>
  }
  return
}

// -----

// What the loop writes, or may write, is not read before it does.
// CHECK-LABEL: func.func @written(
// CHECK-COUNT-1: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @written(%s: memref<64xf32>, %y: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  scf.for %i = %c0 to %c64 step %c1 {
    %scale = memref.load %s[%i] : memref<64xf32>
    %inverse = arith.divf %one, %scale : f32
    %inverses = vector.broadcast %inverse : f32 to vector<2xf32>
    vector.store %inverses, %y[%i] : memref<64xf32>, vector<2xf32>
    memref.store %inverse, %s[%c0] : memref<64xf32>
  }
  return
}

// -----

// CHECK-LABEL: func.func @unknown_buffer(
// CHECK-COUNT-1: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @unknown_buffer(%s: memref<64xf32>, %a: memref<64xf32>, %b: memref<64xf32>, %c: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  %y = arith.select %c, %a, %b : memref<64xf32>
  scf.for %i = %c0 to %c64 step %c1 {
    %scale = memref.load %s[%i] : memref<64xf32>
    %inverse = arith.divf %one, %scale : f32
    %inverses = vector.broadcast %inverse : f32 to vector<2xf32>
    vector.store %inverses, %y[%i] : memref<64xf32>, vector<2xf32>
  }
  return
}

// -----

// CHECK-LABEL: func.func @called(
// CHECK-COUNT-1: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func private @f(vector<2xf32>)
func.func @called(%s: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  scf.for %i = %c0 to %c64 step %c1 {
    %scale = memref.load %s[%i] : memref<64xf32>
    %inverse = arith.divf %one, %scale : f32
    %inverses = vector.broadcast %inverse : f32 to vector<2xf32>
    func.call @f(%inverses) : (vector<2xf32>) -> ()
  }
  return
}

// -----

// What only some iterations read may not be there for others.
// CHECK-LABEL: func.func @guarded(
// CHECK-COUNT-1: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @guarded(%s: memref<?xf32>, %y: memref<64x2xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  scf.for %i = %c0 to %c64 step %c1 {
    %is_there = arith.cmpi ult, %i, %n : index
    scf.if %is_there {
      %scale = memref.load %s[%i] : memref<?xf32>
      %inverse = arith.divf %one, %scale : f32
      %inverses = vector.broadcast %inverse : f32 to vector<2xf32>
      vector.store %inverses, %y[%i, %c0] : memref<64x2xf32>, vector<2xf32>
    }
  }
  return
}

// -----

// What is divided is no parameter.
// CHECK-LABEL: func.func @values(
// CHECK-COUNT-1: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @values(%x: memref<64xf32>, %y: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  %ones = arith.constant dense<1.0> : vector<8xf32>
  scf.for %i = %c0 to %c64 step %c8 {
    %v = vector.transfer_read %x[%i], %zero {in_bounds = [true]} : memref<64xf32>, vector<8xf32>
    %w = arith.divf %ones, %v : vector<8xf32>
    vector.transfer_write %w, %y[%i] {in_bounds = [true]} : vector<8xf32>, memref<64xf32>
  }
  return
}

// -----

// Nothing is divided, but decided: for a batch at once. Where another loop is in
// between, the branch is moved out of it instead.
// CHECK-LABEL: func.func @decides(
// CHECK-SAME: %[[S:[^:]*]]: memref<64xf32>
// CHECK: %[[LEAST:.*]] = arith.constant dense<2.000000e+00> : vector<8xf32>
// CHECK: %[[ALL:.*]] = scf.for
// CHECK: %[[SCALES:.*]] = vector.load %[[S]][%{{.*}}] : memref<64xf32>, vector<8xf32>
// CHECK: %[[ARE_LARGE:.*]] = arith.cmpf oge, %[[SCALES]], %[[LEAST]] : vector<8xf32>
// CHECK: vector.reduction <and>, %[[ARE_LARGE]] : vector<8xi1> into i1
// CHECK: scf.if %[[ALL]]
// CHECK-NEXT: scf.for
// CHECK-NOT: scf.if
// CHECK: } else {
// CHECK-NEXT: scf.for
// CHECK: scf.if
// CHECK-LABEL: func.func @decides_inside(
// CHECK-COUNT-2: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @decides(%x: memref<64x8xf32>, %s: memref<64xf32>, %y: memref<64x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %least = arith.constant 2.0 : f32
  scf.for %i = %c0 to %c64 step %c1 {
    %scale = memref.load %s[%i] : memref<64xf32>
    %scales = vector.broadcast %scale : f32 to vector<8xf32>
    %is_large = arith.cmpf oge, %scale, %least : f32
    %row = vector.load %x[%i, %c0] : memref<64x8xf32>, vector<8xf32>
    %v = scf.if %is_large -> vector<8xf32> {
      %product = arith.mulf %row, %scales : vector<8xf32>
      scf.yield %product : vector<8xf32>
    } else {
      %sum = arith.addf %row, %scales : vector<8xf32>
      scf.yield %sum : vector<8xf32>
    }
    vector.store %v, %y[%i, %c0] : memref<64x8xf32>, vector<8xf32>
  }
  return
}
func.func @decides_inside(%x: memref<64x80xf32>, %s: memref<64xf32>, %y: memref<64x80xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %c80 = arith.constant 80 : index
  %least = arith.constant 2.0 : f32
  scf.for %i = %c0 to %c64 step %c1 {
    %scale = memref.load %s[%i] : memref<64xf32>
    %scales = vector.broadcast %scale : f32 to vector<8xf32>
    %is_large = arith.cmpf oge, %scale, %least : f32
    scf.for %j = %c0 to %c80 step %c8 {
      %row = vector.load %x[%i, %j] : memref<64x80xf32>, vector<8xf32>
      %v = scf.if %is_large -> vector<8xf32> {
        %product = arith.mulf %row, %scales : vector<8xf32>
        scf.yield %product : vector<8xf32>
      } else {
        %sum = arith.addf %row, %scales : vector<8xf32>
        scf.yield %sum : vector<8xf32>
      }
      vector.store %v, %y[%i, %j] : memref<64x80xf32>, vector<8xf32>
    }
  }
  return
}

// -----

// Nothing to gain: few iterations, another place in each, neither division nor
// decision.
// CHECK-LABEL: func.func @left(
// CHECK-COUNT-3: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @left(%s: memref<64xf32>, %y: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %c32 = arith.constant 32 : index
  %one = arith.constant 1.0 : f32
  scf.for %i = %c0 to %c7 step %c1 {
    %scale = memref.load %s[%i] : memref<64xf32>
    %inverse = arith.divf %one, %scale : f32
    %inverses = vector.broadcast %inverse : f32 to vector<2xf32>
    vector.store %inverses, %y[%i] : memref<64xf32>, vector<2xf32>
  }
  scf.for %i = %c0 to %c32 step %c1 {
    %twice = affine.apply affine_map<(i) -> (i * 2)>(%i)
    %scale = memref.load %s[%twice] : memref<64xf32>
    %inverse = arith.divf %one, %scale : f32
    %inverses = vector.broadcast %inverse : f32 to vector<2xf32>
    vector.store %inverses, %y[%i] : memref<64xf32>, vector<2xf32>
  }
  scf.for %i = %c0 to %c32 step %c1 {
    %scale = memref.load %s[%i] : memref<64xf32>
    %double = arith.addf %scale, %scale : f32
    %doubles = vector.broadcast %double : f32 to vector<2xf32>
    vector.store %doubles, %y[%i] : memref<64xf32>, vector<2xf32>
  }
  return
}

// -----

// Iterations in parts of 6, 3 elements each: batches of 126 elements, 7 parts, lest a
// part's few iterations are a batch of their own.
// CHECK-LABEL: func.func @parts(
// CHECK-SAME: %[[S:[^:]*]]: memref<600xf32>,
// CHECK-DAG: %[[ROWS:.*]] = arith.constant 600 : index
// CHECK-DAG: %[[BATCH:.*]] = arith.constant 126 : index
// CHECK-DAG: %[[PART:.*]] = arith.constant 18 : index
// CHECK-DAG: %[[STEP:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[INV:.*]] = memref.alloca() {alignment = 512 : i64} : memref<126xf32>
// CHECK: scf.for %[[BEGIN:.*]] = %{{.*}} to %[[ROWS]] step %[[BATCH]] {
// CHECK: arith.divf %{{.*}} : vector<8xf32>
// CHECK: scf.for %[[FIRST:.*]] = %[[BEGIN]] to %[[END:.*]] step %[[PART]] {
// CHECK: scf.for %[[I:.*]] = %[[FIRST]] to %{{.*}} step %[[STEP]] {
// CHECK: %[[FROM:.*]] = arith.subi %[[I]], %[[BEGIN]]
// CHECK: vector.load %[[INV]][%[[FROM]]] : memref<126xf32>, vector<3xf32>
// CHECK-NOT: arith.divf
// CHECK: return
func.func @parts(%s: memref<600xf32>, %x: memref<600x8xf32>, %y: memref<600x8xf32>) {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %c18 = arith.constant 18 : index
  %c600 = arith.constant 600 : index
  %pad = arith.constant 1.0 : f32
  %ones = arith.constant dense<1.0> : vector<3xf32>
  scf.for %first = %c0 to %c600 step %c18 {
    %next = arith.addi %first, %c18 : index
    %end = arith.minsi %next, %c600 : index
    scf.for %i = %first to %end step %c3 {
      %scales = vector.transfer_read %s[%i], %pad {in_bounds = [true]} : memref<600xf32>, vector<3xf32>
      %inverses = arith.divf %ones, %scales : vector<3xf32>
      %all = vector.shuffle %inverses, %inverses [0, 0, 0, 1, 1, 1, 2, 2] : vector<3xf32>, vector<3xf32>
      %row = vector.load %x[%i, %c0] : memref<600x8xf32>, vector<8xf32>
      %scaled = arith.mulf %row, %all : vector<8xf32>
      vector.store %scaled, %y[%i, %c0] : memref<600x8xf32>, vector<8xf32>
    }
  }
  return
}
