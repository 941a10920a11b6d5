// DEFINE: %{target} = znver5
// DEFINE: %{min_bytes} = 4096
// DEFINE: %{stream} = %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-stream-stores{target=%{target} min-bytes=%{min_bytes}}),canonicalize,cse)" %s
// RUN: %{stream} | FileCheck %s
// What is asked for is as far ahead as the processor gains by.
// REDEFINE: %{target} = znver3
// RUN: %{stream} | FileCheck %s --check-prefixes=PAGE,TURNS
// PAGE-LABEL: func.func @elements
// PAGE: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step %c64
// PAGE-NEXT: %[[LATER:.*]] = arith.addi %[[J]], %c4096
// PAGE-NEXT: memref.prefetch %{{.*}}[%[[LATER]]]
// Others fetch beyond a page by themselves, as far as is known.
// REDEFINE: %{target} = znver4
// RUN: %{stream} | FileCheck %s --check-prefix=UNASKED
// REDEFINE: %{min_bytes} = -1
// RUN: %{stream} | FileCheck %s --check-prefix=NEVER
// REDEFINE: %{target} = aarch64
// REDEFINE: %{min_bytes} = 1
// RUN: %{stream} | FileCheck %s --check-prefix=NEVER

// None of a last-level cache of 8 MiB, which is what Target.cpp says of v4.
// REDEFINE: %{target} = x86-64-v4
// REDEFINE: %{min_bytes} = 0
// RUN: %{stream} | FileCheck %s --check-prefix=DEFAULT
// REDEFINE: %{target} = znver3
// RUN: %{stream} | FileCheck %s --check-prefix=COUNT-ALL

// UNASKED-NOT: memref.prefetch
// UNASKED: nontemporal
// UNASKED-NOT: memref.prefetch

// NEVER-NOT: nontemporal
// NEVER-NOT: sfence
// NEVER-NOT: memref.prefetch

// 1,024 bytes are read and 4,096 written.
// DEFAULT-LABEL: func.func @elements
// DEFAULT-NOT: nontemporal
// DEFAULT-LABEL: func.func @too_small

// CHECK-LABEL: func.func @elements
// CHECK-SAME: (%[[X:.*]]: memref<1024xi8>, %[[Y:.*]]: memref<1024xi32>)
// Bytes up to a multiple of 64, and whether they are whole elements.
// CHECK: %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %[[Y]]
// CHECK: %[[NEGATIVE:.*]] = arith.subi %c0, %[[ADDRESS]]
// CHECK: %[[MISSING:.*]] = arith.andi %[[NEGATIVE]], %c63
// CHECK: %[[ALIGNED:.*]] = arith.cmpi eq, %[[MISSING]], %c0
// CHECK: %[[FIRST:.*]] = arith.divui %[[MISSING]], %c4
// CHECK: %[[PART:.*]] = arith.remui %[[MISSING]], %c4
// CHECK: %[[WHOLE:.*]] = arith.cmpi eq, %[[PART]], %c0
// CHECK: %[[CAN:.*]] = arith.ori %[[ALIGNED]], %[[WHOLE]]
// What is read does not overlap what is written.
// CHECK: %[[WRITE_END:.*]] = arith.addi %[[ADDRESS]], %c4096
// CHECK: %[[READ:.*]] = memref.extract_aligned_pointer_as_index %[[X]]
// CHECK: %[[READ_END:.*]] = arith.addi %[[READ]], %c1024
// CHECK: %[[BEFORE:.*]] = arith.cmpi ule, %[[READ_END]], %[[ADDRESS]]
// CHECK: %[[AFTER:.*]] = arith.cmpi ule, %[[WRITE_END]], %[[READ]]
// CHECK: %[[APART:.*]] = arith.ori %[[BEFORE]], %[[AFTER]]
// CHECK: %[[STREAMS:.*]] = arith.andi %[[CAN]], %[[APART]]
// All vectors, or all but one; the first and the last of them, 960 apart.
// CHECK: %[[NONE_LEFT:.*]] = arith.andi %[[STREAMS]], %[[ALIGNED]]
// CHECK: %[[COVERED:.*]] = arith.select %[[ALIGNED]], %c1024, %c960
// CHECK: %[[END:.*]] = arith.select %[[STREAMS]], %[[COVERED]], %c0
// CHECK: %[[ENDS_FROM:.*]] = arith.select %[[NONE_LEFT]], %c1024, %c0
// CHECK: %[[MISALIGNED:.*]] = arith.cmpi ne, %[[MISSING]], %c0
// CHECK: %[[SPLIT:.*]] = arith.andi %[[STREAMS]], %[[MISALIGNED]]
// CHECK: %[[STEP:.*]] = arith.select %[[SPLIT]], %c960, %c64
// CHECK: scf.for %[[I:.*]] = %[[ENDS_FROM]] to %c1024 step %[[STEP]]
// CHECK: vector.transfer_write %{{.*}}, %[[Y]][%[[I]]]
// CHECK: scf.for %[[J:.*]] = %[[FIRST]] to %[[END]] step %c64
// CHECK: %[[LATER:.*]] = arith.addi %[[J]], %c8192
// CHECK: memref.prefetch %[[X]][%[[LATER]]]
// CHECK: vector.transfer_read %[[X]][%[[J]]]
// CHECK: vector.store %{{.*}}, %[[Y]][%[[J]]] {alignment = 64 : i64, nontemporal = true}
// CHECK: }
// CHECK-NEXT: llvm.call_intrinsic "llvm.x86.sse.sfence"()
// CHECK-NEXT: return
func.func @elements(%x: memref<1024xi8>, %y: memref<1024xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %c1024 step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1024xi8>, vector<64xi8>
    %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xi32>, memref<1024xi32>
  }
  return
}

// -----

// 768 bytes are read and 3,072 written.
// CHECK-LABEL: func.func @too_small
// CHECK-NOT: nontemporal
// CHECK: return
func.func @too_small(%x: memref<768xi8>, %y: memref<768xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c768 = arith.constant 768 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %c768 step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<768xi8>, vector<64xi8>
    %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xi32>, memref<768xi32>
  }
  return
}

// -----

// Sizes that are unknown: both forms, the old one unchanged.
// CHECK-LABEL: func.func @unknown_sizes
// CHECK-SAME: (%[[X:.*]]: memref<?xi8>, %[[Y:.*]]: memref<?xi8>, %[[N:.*]]: index)
// CHECK: %[[READ:.*]] = memref.dim %[[X]]
// CHECK: %[[WRITTEN:.*]] = memref.dim %[[Y]]
// CHECK: %[[BYTES:.*]] = affine.apply #{{.*}}()[%[[READ]], %[[WRITTEN]]]
// CHECK: %[[LARGE:.*]] = arith.cmpi uge, %[[BYTES]], %c4096
// CHECK: scf.if %[[LARGE]]
// CHECK: nontemporal
// CHECK: sfence
// CHECK: } else {
// CHECK-NEXT: scf.for %[[I:.*]] = %c0 to %[[N]] step %c64
// CHECK-NOT: nontemporal
// CHECK: vector.transfer_write
// CHECK-NOT: sfence
// CHECK: return
func.func @unknown_sizes(%x: memref<?xi8>, %y: memref<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xi8>, vector<64xi8>
    %b = arith.addi %a, %a : vector<64xi8>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xi8>, memref<?xi8>
  }
  return
}

// -----

// Where one loop is all that there is, the original one is there once, for sizes
// that are too small and for buffers that overlap.

// CHECK-LABEL: func.func @unknown_blocks
// CHECK:      %[[LARGE:.+]] = arith.cmpi uge
// CHECK:      %[[FROM:.+]] = scf.if %[[LARGE]] -> (index) {
// CHECK:        nontemporal
// CHECK:        llvm.x86.sse.sfence
// CHECK:        scf.yield %[[BORDER:.+]] : index
// CHECK-NEXT: } else {
// CHECK-NEXT:   scf.yield %c0 : index
// CHECK-NEXT: }
// CHECK-NEXT: scf.for %{{.+}} = %[[FROM]] to %arg3 step %c1 {
// CHECK-NOT:  scf.for
// CHECK:      return
func.func @unknown_blocks(%x: memref<?x16xf32>, %s: memref<?xf32>, %y: memref<?x16xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %n step %c1 {
    %block = vector.transfer_read %x[%i, %c0], %pad {in_bounds = [true]} : memref<?x16xf32>, vector<16xf32>
    %scale = memref.load %s[%i] : memref<?xf32>
    %scales = vector.broadcast %scale : f32 to vector<16xf32>
    %scaled = arith.mulf %block, %scales : vector<16xf32>
    vector.transfer_write %scaled, %y[%i, %c0] {in_bounds = [true]} : vector<16xf32>, memref<?x16xf32>
  }
  return
}

// -----

// What whole vectors leave of a row has no lines of its own: three vectors at most.

// CHECK-LABEL: func.func @rest
// CHECK:      scf.if
// CHECK:        scf.for
// CHECK:          nontemporal = true
// CHECK-NOT:    nontemporal
// CHECK:      } else {
// CHECK-NOT:    nontemporal
// CHECK:      return
func.func @rest(%x: memref<?xf32>, %y: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %pad = arith.constant 0.0 : f32
  %border = affine.apply affine_map<()[s0] -> ((s0 floordiv 16) * 16)>()[%n]
  %end = affine.apply affine_map<()[s0] -> ((s0 floordiv 4) * 4)>()[%n]
  scf.for %i = %c0 to %border step %c16 {
    %v = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xf32>, vector<16xf32>
    %w = arith.addf %v, %v : vector<16xf32>
    vector.transfer_write %w, %y[%i] {in_bounds = [true]} : vector<16xf32>, memref<?xf32>
  }
  scf.for %i = %border to %end step %c4 {
    %v = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xf32>, vector<4xf32>
    %w = arith.addf %v, %v : vector<4xf32>
    vector.transfer_write %w, %y[%i] {in_bounds = [true]} : vector<4xf32>, memref<?xf32>
  }
  return
}

// -----

// Each row has its alignment; one fence for all. The scales are in a cache after
// the first row: nothing asks for them ahead.
// CHECK-LABEL: func.func @rows
// CHECK-SAME: (%[[X:.*]]: memref<8x1000xf32>, %[[S:.*]]: memref<1000xf32>, %[[Y:.*]]: memref<8x1000xf32>)
// CHECK: scf.for %[[ROW:.*]] = %c0
// CHECK: memref.extract_aligned_pointer_as_index %[[Y]]
// CHECK: scf.for
// CHECK: scf.for %[[J:.*]] =
// CHECK-NOT: memref.prefetch %[[S]]
// CHECK: vector.store {{.*}}, %[[Y]][%[[ROW]], %[[J]]] {alignment = 64 : i64, nontemporal = true}
// CHECK: }
// CHECK-NEXT: }
// CHECK-NEXT: sfence
// CHECK-NEXT: return
func.func @rows(%x: memref<8x1000xf32>, %s: memref<1000xf32>, %y: memref<8x1000xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %c960 = arith.constant 960 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c8 step %c1 {
    scf.for %j = %c0 to %c960 step %c64 {
      %a = vector.transfer_read %x[%i, %j], %pad {in_bounds = [true]} : memref<8x1000xf32>, vector<64xf32>
      %b = vector.transfer_read %s[%j], %pad {in_bounds = [true]} : memref<1000xf32>, vector<64xf32>
      %c = arith.mulf %a, %b : vector<64xf32>
      vector.transfer_write %c, %y[%i, %j] {in_bounds = [true]} : vector<64xf32>, memref<8x1000xf32>
    }
  }
  return
}

// -----

// A turn of a row, which bypasses the caches where it begins at a line.
// CHECK-LABEL: func.func @turns
// CHECK: scf.for
// CHECK: scf.for %[[J:.*]] = %c0 to %c1024
// CHECK: %[[END:.*]] = affine.apply #{{.*}}(%[[J]])
// CHECK: scf.for
// CHECK: %[[REST:.*]] = arith.andi %{{.*}}, %c63
// CHECK: %[[IS_LINE:.*]] = arith.cmpi eq, %[[REST]], %c0
// CHECK: %[[BORDER:.*]] = arith.select %[[IS_LINE]], %{{.*}}, %[[J]]
// CHECK: scf.for %{{.*}} = %[[BORDER]] to %[[END]] step %c32
// CHECK: vector.transfer_write
// CHECK: scf.for %{{.*}} = %[[J]] to %[[BORDER]] step %c32
// CHECK-NOT: prefetch
// CHECK: vector.store {{.*}} {alignment = 32 : i64, nontemporal = true}
// CHECK: sfence
func.func @turns(%x: memref<8x1024xf32>, %s: memref<1024xf32>, %y: memref<8x1024xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c32 = arith.constant 32 : index
  %c128 = arith.constant 128 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c1024 step %c128 {
      %end = affine.apply affine_map<(d0) -> (d0 + 128)>(%j)
      scf.for %part = %c0 to %c4 step %c1 {
        %row = affine.apply affine_map<(d0, d1) -> (d0 + d1 * 2)>(%i, %part)
        scf.for %k = %j to %end step %c32 {
          %a = vector.transfer_read %x[%row, %k], %pad {in_bounds = [true]} : memref<8x1024xf32>, vector<32xf32>
          %b = vector.transfer_read %s[%k], %pad {in_bounds = [true]} : memref<1024xf32>, vector<32xf32>
          %c = arith.divf %a, %b : vector<32xf32>
          %d = arith.fptosi %c : vector<32xf32> to vector<32xi8>
          vector.transfer_write %d, %y[%row, %k] {in_bounds = [true]} : vector<32xi8>, memref<8x1024xi8>
        }
      }
    }
  }
  return
}

// -----

// Not what would write a part of a line, or of one in each of several rows.
// CHECK-LABEL: func.func @part_of_line
// CHECK-NOT: nontemporal
// CHECK: return
func.func @part_of_line(%x: memref<2x960xi8>, %y: memref<2x960xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c32 = arith.constant 32 : index
  %c96 = arith.constant 96 : index
  %c960 = arith.constant 960 : index
  %pad = arith.constant 0 : i8
  scf.for %j = %c0 to %c960 step %c96 {
    %end = affine.apply affine_map<(d0) -> (d0 + 96)>(%j)
    scf.for %row = %c0 to %c2 step %c1 {
      scf.for %k = %j to %end step %c32 {
        %a = vector.transfer_read %x[%row, %k], %pad {in_bounds = [true]} : memref<2x960xi8>, vector<32xi8>
        vector.transfer_write %a, %y[%row, %k] {in_bounds = [true]} : vector<32xi8>, memref<2x960xi8>
      }
    }
  }
  return
}

// CHECK-LABEL: func.func @columns
// CHECK-NOT: nontemporal
// CHECK: return
func.func @columns(%x: memref<8x1024xi8>, %y: memref<8x1024xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c32 = arith.constant 32 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %c8 step %c4 {
    %end = affine.apply affine_map<(d0) -> (d0 + 4)>(%i)
    scf.for %j = %c0 to %c1024 step %c32 {
      scf.for %row = %i to %end step %c1 {
        %a = vector.transfer_read %x[%row, %j], %pad {in_bounds = [true]} : memref<8x1024xi8>, vector<32xi8>
        vector.transfer_write %a, %y[%row, %j] {in_bounds = [true]} : vector<32xi8>, memref<8x1024xi8>
      }
    }
  }
  return
}

// -----

// A constant that differs from lane to lane would belong to other elements: all
// vectors from registers, where the first is aligned; or all by way of a cache,
// if the buffers are apart and elements aligned; or as they were.
// CHECK-LABEL: func.func @lanes
// CHECK-SAME: (%[[X:.*]]: memref<1024xi32>, %[[Y:.*]]: memref<1024xi32>)
// 1 KiB, a line before and one at either end.
// CHECK: %[[STAGE:.*]] = memref.alloca() {alignment = 2048 : i64} : memref<304xi32>
// CHECK: %[[ALIGNED:.*]] = arith.cmpi eq, %{{.*}}, %c0
// CHECK: %[[BORDER:.*]] = arith.select %[[ALIGNED]], %c1024, %c0
// CHECK: %[[NATURAL:.*]] = arith.andi %{{.*}}, %c3
// CHECK: arith.cmpi eq, %[[NATURAL]], %c0
// CHECK-COUNT-2: arith.cmpi ule
// CHECK: %[[MISALIGNED:.*]] = arith.cmpi ne, %{{.*}}, %c0
// CHECK: %[[STAGES:.*]] = arith.andi %{{.*}}, %[[MISALIGNED]]
// CHECK: %[[STAGED:.*]] = arith.select %[[STAGES]], %c1024, %c0
// CHECK: %[[REST:.*]] = arith.select %[[STAGES]], %c1024, %[[BORDER]]
// CHECK: scf.for %{{.*}} = %[[REST]] to %c1024 step %c16
// CHECK: vector.transfer_write %{{.*}}, %[[Y]]
// CHECK: scf.for %[[PART:.*]] = %c0 to %[[STAGED]] step %c256
// CHECK: %[[END:.*]] = arith.minsi
// CHECK: scf.for %{{.*}} = %[[PART]] to %[[END]] step %c16
// CHECK: vector.transfer_write %{{.*}}, %[[STAGE]]
// What there is of the first line, with what is behind it.
// CHECK: scf.if
// CHECK: vector.store %{{.*}}, %[[Y]][%[[PART]]] {alignment = 4 : i64} : memref<1024xi32>, vector<16xi32>
// CHECK: scf.for %{{.*}} step %c16
// CHECK: vector.load %[[STAGE]][%{{.*}}] {alignment = 64 : i64}
// CHECK: vector.store %{{.*}}, %[[Y]][%{{.*}}] {alignment = 64 : i64, nontemporal = true}
// The same of the last line, after the last part only.
// CHECK: scf.if
// CHECK: vector.store %{{.*}}, %[[Y]][%{{.*}}] {alignment = 4 : i64} : memref<1024xi32>, vector<16xi32>
// The last whole line and what is begun of the next go to the front.
// CHECK: vector.store %{{.*}}, %[[STAGE]][%c0] {alignment = 64 : i64}
// CHECK: vector.store %{{.*}}, %[[STAGE]][%c16] {alignment = 64 : i64}
// CHECK: scf.for %{{.*}} = %c0 to %[[BORDER]] step %c16
// CHECK: vector.store %{{.*}}, %[[Y]][%{{.*}}] {alignment = 64 : i64, nontemporal = true}
func.func @lanes(%x: memref<1024xi32>, %y: memref<1024xi32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0 : i32
  %lanes = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
  scf.for %i = %c0 to %c1024 step %c16 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1024xi32>, vector<16xi32>
    %b = arith.addi %a, %lanes : vector<16xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<16xi32>, memref<1024xi32>
  }
  return
}

// -----

// Two elements of %y for one of %x: 8 bytes for 1 in the induction variable.
// CHECK-LABEL: func.func @pairs
// CHECK: arith.divui %{{.*}}, %c8
// CHECK: scf.for
// CHECK: scf.for %[[I:.*]] =
// CHECK: %[[AT:.*]] = affine.apply #{{.*}}(%[[I]])
// CHECK: vector.store %{{.*}}, %{{.*}}[%[[AT]]] {alignment = 64 : i64, nontemporal = true}
func.func @pairs(%x: memref<1024xf32>, %y: memref<2048xf32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c1024 step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1024xf32>, vector<64xf32>
    %b = vector.interleave %a, %a : vector<64xf32> -> vector<128xf32>
    %at = affine.apply affine_map<(d0) -> (d0 * 2)>(%i)
    vector.transfer_write %b, %y[%at] {in_bounds = [true]} : vector<128xf32>, memref<2048xf32>
  }
  return
}

// -----

// What is scaled by an element for every 64 is not the same when it is moved.
// CHECK-LABEL: func.func @blocks
// CHECK: %[[BORDER:.*]] = arith.select %{{.*}}, %c1024, %c0
// CHECK: scf.for %{{.*}} = %{{.*}} to %c1024 step %c64
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c256
// CHECK: nontemporal
// CHECK: scf.for %{{.*}} = %c0 to %[[BORDER]] step %c64
// CHECK: nontemporal
func.func @blocks(%x: memref<1024xf32>, %s: memref<16xf32>, %y: memref<1024xf32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c1024 step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1024xf32>, vector<64xf32>
    %block = affine.apply affine_map<(d0) -> (d0 floordiv 64)>(%i)
    %s0 = memref.load %s[%block] : memref<16xf32>
    %s1 = vector.broadcast %s0 : f32 to vector<64xf32>
    %b = arith.mulf %a, %s1 : vector<64xf32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xf32>, memref<1024xf32>
  }
  return
}

// -----

// Writes of an iteration that are neighbours, in whatever order, though 3 more
// elements are no whole vector.
// CHECK-LABEL: func.func @several
// CHECK: scf.for %{{.*}} = %{{.*}} to %c320 step %c32
// Each vector is asked for where it is read.
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c64
// CHECK: scf.for
// CHECK: memref.prefetch
// CHECK: vector.transfer_read
// CHECK: memref.prefetch
// CHECK: vector.transfer_read
// CHECK: memref.prefetch
// CHECK: vector.transfer_read
// CHECK: scf.for %[[I:.*]] = %c0 to %{{.*}} step %c32
// CHECK-COUNT-3: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// CHECK-NOT: vector.transfer_write
// CHECK: sfence
func.func @several(%x: memref<960xf32>, %y: memref<960xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c320 = arith.constant 320 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c320 step %c32 {
    %j = affine.apply affine_map<(d0) -> (d0 * 3)>(%i)
    %k = affine.apply affine_map<(d0) -> (d0 * 3 + 32)>(%i)
    %l = affine.apply affine_map<(d0) -> (d0 * 3 + 64)>(%i)
    %a = vector.transfer_read %x[%j], %pad {in_bounds = [true]} : memref<960xf32>, vector<32xf32>
    vector.transfer_write %a, %y[%j] {in_bounds = [true]} : vector<32xf32>, memref<960xf32>
    %c = vector.transfer_read %x[%l], %pad {in_bounds = [true]} : memref<960xf32>, vector<32xf32>
    vector.transfer_write %c, %y[%l] {in_bounds = [true]} : vector<32xf32>, memref<960xf32>
    %b = vector.transfer_read %x[%k], %pad {in_bounds = [true]} : memref<960xf32>, vector<32xf32>
    vector.transfer_write %b, %y[%k] {in_bounds = [true]} : vector<32xf32>, memref<960xf32>
  }
  return
}

// -----

// 57 lanes and 64, which no line begins with twice: never from registers.
// CHECK-LABEL: func.func @masked
// CHECK: %[[STAGE:.*]] = memref.alloca() {alignment = 2048 : i64} : memref<1160xi8>
// CHECK: scf.for
// CHECK: vector.transfer_write %{{.*}}, %arg1
// CHECK: scf.for
// CHECK: vector.transfer_write %{{.*}}, %[[STAGE]][%{{.*}}] {in_bounds = [true]} : vector<64xi8>
// CHECK: vector.transfer_write %{{.*}}, %[[STAGE]][%{{.*}}], %{{.*}} {in_bounds = [true]} : vector<64xi8>
// CHECK-COUNT-1: nontemporal
// CHECK-NOT: nontemporal
// CHECK: return
func.func @masked(%x: memref<2420xi8>, %y: memref<2420xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c20 = arith.constant 20 : index
  %pad = arith.constant 0 : i8
  %m = vector.constant_mask [57] : vector<64xi1>
  scf.for %i = %c0 to %c20 step %c1 {
    %j = affine.apply affine_map<(d0) -> (d0 * 121)>(%i)
    %k = affine.apply affine_map<(d0) -> (d0 * 121 + 64)>(%i)
    %a = vector.transfer_read %x[%j], %pad {in_bounds = [true]} : memref<2420xi8>, vector<64xi8>
    vector.transfer_write %a, %y[%j] {in_bounds = [true]} : vector<64xi8>, memref<2420xi8>
    %b = vector.transfer_read %x[%k], %pad, %m {in_bounds = [true]} : memref<2420xi8>, vector<64xi8>
    vector.transfer_write %b, %y[%k], %m {in_bounds = [true]} : vector<64xi8>, memref<2420xi8>
  }
  return
}

// -----

// What a loop before read is in a cache: both ask for the next row, 8 KiB later, the
// first one for a quarter of it and the second one for the rest.
// CHECK-LABEL: func.func @read_twice
// CHECK-SAME: (%[[X:[^:]*]]: memref<64x2048xf32>
// CHECK: scf.for %[[ROW:.*]] = %c0
// CHECK: scf.for %[[I:.*]] = %c0
// CHECK: %[[QUARTER:.*]] = arith.divui %[[I]], %c4
// CHECK-NEXT: %[[NEXT:.*]] = arith.addi %[[QUARTER]], %c2048
// CHECK-NEXT: memref.prefetch %[[X]][%[[ROW]], %[[NEXT]]]
// CHECK-NEXT: vector.transfer_read
// CHECK: scf.for %[[J:.*]] =
// CHECK: vector.transfer_write
// CHECK: scf.for %[[J:.*]] =
// CHECK: %[[LAST:.*]] = arith.addi %[[J]], %c2560
// CHECK-NEXT: %[[BEFORE:.*]] = arith.divui %[[J]], %c4
// CHECK-NEXT: %[[LATER:.*]] = arith.subi %[[LAST]], %[[BEFORE]]
// CHECK-NEXT: memref.prefetch %[[X]][%[[ROW]], %[[LATER]]]
// CHECK-NEXT: %[[LINE:.*]] = arith.addi %[[LATER]], %c16
// CHECK-NEXT: memref.prefetch %[[X]][%[[ROW]], %[[LINE]]]
// CHECK-NEXT: vector.transfer_read
// CHECK: nontemporal
func.func @read_twice(%x: memref<64x2048xf32>, %y: memref<64x2048xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %c2048 = arith.constant 2048 : index
  %pad = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : vector<32xf32>
  scf.for %row = %c0 to %c64 step %c1 {
    %most = scf.for %i = %c0 to %c2048 step %c32 iter_args(%m = %zeros) -> (vector<32xf32>) {
      %a = vector.transfer_read %x[%row, %i], %pad {in_bounds = [true]} : memref<64x2048xf32>, vector<32xf32>
      %n = arith.maximumf %a, %m : vector<32xf32>
      scf.yield %n : vector<32xf32>
    }
    %all = vector.reduction <maximumf>, %most : vector<32xf32> into f32
    %s = vector.broadcast %all : f32 to vector<32xf32>
    scf.for %j = %c0 to %c2048 step %c32 {
      %a = vector.transfer_read %x[%row, %j], %pad {in_bounds = [true]} : memref<64x2048xf32>, vector<32xf32>
      %b = arith.mulf %a, %s : vector<32xf32>
      vector.transfer_write %b, %y[%row, %j] {in_bounds = [true]} : vector<32xf32>, memref<64x2048xf32>
    }
  }
  return
}

// -----

// Of what no cache holds in between, the second loop asks for all lines itself: of
// 128 bytes two.
// CHECK-LABEL: func.func @read_twice_from_memory
// CHECK-SAME: (%[[X:[^:]*]]: memref<1048576xf32>
// CHECK: scf.for
// CHECK-NOT: memref.prefetch
// CHECK: vector.reduction
// CHECK: scf.for
// CHECK-NOT: memref.prefetch
// CHECK: scf.for %[[I:.*]] =
// CHECK: %[[LATER:.*]] = arith.addi %[[I]], %c2048
// CHECK-NEXT: memref.prefetch %[[X]][%[[LATER]]]
// CHECK-NEXT: %[[LINE:.*]] = arith.addi %[[I]], %c2064
// CHECK-NEXT: memref.prefetch %[[X]][%[[LINE]]]
// CHECK-NEXT: vector.transfer_read
func.func @read_twice_from_memory(%x: memref<1048576xf32>, %y: memref<1048576xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %n = arith.constant 1048576 : index
  %pad = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : vector<32xf32>
  %most = scf.for %i = %c0 to %n step %c32 iter_args(%m = %zeros) -> (vector<32xf32>) {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1048576xf32>, vector<32xf32>
    %b = arith.maximumf %a, %m : vector<32xf32>
    scf.yield %b : vector<32xf32>
  }
  %all = vector.reduction <maximumf>, %most : vector<32xf32> into f32
  %s = vector.broadcast %all : f32 to vector<32xf32>
  scf.for %j = %c0 to %n step %c32 {
    %a = vector.transfer_read %x[%j], %pad {in_bounds = [true]} : memref<1048576xf32>, vector<32xf32>
    %b = arith.mulf %a, %s : vector<32xf32>
    vector.transfer_write %b, %y[%j] {in_bounds = [true]} : vector<32xf32>, memref<1048576xf32>
  }
  return
}

// -----

// Where only at run time it is known which, the first loop asks for nothing new in
// the second case, and the second one for all lines in both.
// CHECK-LABEL: func.func @read_twice_somewhere
// CHECK-SAME: (%[[X:[^:]*]]: memref<?x?xf32>, %{{.*}}: memref<?x?xf32>, %{{.*}}: index, %[[N:.*]]: index)
// CHECK: scf.for %[[ROW:.*]] = %c0
// CHECK: %[[FITS:.*]] = arith.cmpi ule, %[[N]], %c{{[0-9]+}}
// CHECK: %[[FIRST:.*]] = arith.select %[[FITS]], %[[N]], %c0
// CHECK: scf.for %[[I:.*]] = %c0
// CHECK: %[[QUARTER:.*]] = arith.divui %[[I]], %c4
// CHECK: %[[NEXT:.*]] = arith.addi %[[FIRST]], %[[QUARTER]]
// CHECK-NEXT: memref.prefetch %[[X]][%[[ROW]], %[[NEXT]]]
// CHECK-NEXT: vector.transfer_read
// CHECK: vector.reduction
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step %c32
// CHECK: %[[REST:.*]] = arith.subi
// CHECK: %[[AHEAD:.*]] = arith.addi %[[J]], %c2048
// CHECK: %[[LATER:.*]] = arith.select %[[FITS]], %[[REST]], %[[AHEAD]]
// CHECK-NEXT: memref.prefetch %[[X]][%[[ROW]], %[[LATER]]]
// CHECK-NEXT: %[[LINE:.*]] = arith.addi %[[LATER]], %c16
// CHECK-NEXT: memref.prefetch %[[X]][%[[ROW]], %[[LINE]]]
// CHECK-NEXT: vector.transfer_read
func.func @read_twice_somewhere(%x: memref<?x?xf32>, %y: memref<?x?xf32>, %m: index, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %pad = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : vector<32xf32>
  scf.for %row = %c0 to %m step %c1 {
    %most = scf.for %i = %c0 to %n step %c32 iter_args(%before = %zeros) -> (vector<32xf32>) {
      %a = vector.transfer_read %x[%row, %i], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<32xf32>
      %b = arith.maximumf %a, %before : vector<32xf32>
      scf.yield %b : vector<32xf32>
    }
    %all = vector.reduction <maximumf>, %most : vector<32xf32> into f32
    %s = vector.broadcast %all : f32 to vector<32xf32>
    scf.for %j = %c0 to %n step %c32 {
      %a = vector.transfer_read %x[%row, %j], %pad {in_bounds = [true]} : memref<?x?xf32>, vector<32xf32>
      %b = arith.mulf %a, %s : vector<32xf32>
      vector.transfer_write %b, %y[%row, %j] {in_bounds = [true]} : vector<32xf32>, memref<?x?xf32>
    }
  }
  return
}

// -----

// Elements that become integers of 16 bits.
// CHECK-LABEL: func.func @bf16
// CHECK: vector.store %{{.*}} {alignment = 64 : i64, nontemporal = true} : memref<2048xbf16>, vector<32xbf16>
// CHECK: return
func.func @bf16(%x: memref<2048xbf16>, %y: memref<2048xbf16>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c2048 = arith.constant 2048 : index
  %pad = arith.constant 0.0 : bf16
  scf.for %i = %c0 to %c2048 step %c32 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<2048xbf16>, vector<32xbf16>
    %b = arith.negf %a : vector<32xbf16>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<32xbf16>, memref<2048xbf16>
  }
  return
}

// -----

// The same element twice would be a gap elsewhere.
// CHECK-LABEL: func.func @overlapping
// CHECK-NOT: nontemporal
// CHECK: return
func.func @overlapping(%x: memref<960xf32>, %y: memref<960xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c320 = arith.constant 320 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c320 step %c32 {
    %j = affine.apply affine_map<(d0) -> (d0 * 2)>(%i)
    %k = affine.apply affine_map<(d0) -> (d0 * 2 + 16)>(%i)
    %a = vector.transfer_read %x[%j], %pad {in_bounds = [true]} : memref<960xf32>, vector<32xf32>
    vector.transfer_write %a, %y[%j] {in_bounds = [true]} : vector<32xf32>, memref<960xf32>
    %b = vector.transfer_read %x[%k], %pad {in_bounds = [true]} : memref<960xf32>, vector<32xf32>
    vector.transfer_write %b, %y[%k] {in_bounds = [true]} : vector<32xf32>, memref<960xf32>
  }
  return
}

// -----

// The thread that stores runs the fence, before others can go on. The sizes are
// those of all threads together: each writes 1,024 bytes and reads as many.
// CHECK-LABEL: func.func @threads
// CHECK: scf.parallel
// CHECK: nontemporal
// CHECK: sfence
// CHECK-NEXT: scf.reduce
func.func @threads(%x: memref<1024xf32>, %y: memref<1024xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c256 = arith.constant 256 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0.0 : f32
  scf.parallel (%t) = (%c0) to (%c1024) step (%c256) {
    %xs = memref.subview %x[%t] [256] [1] : memref<1024xf32> to memref<256xf32, strided<[1], offset: ?>>
    %ys = memref.subview %y[%t] [256] [1] : memref<1024xf32> to memref<256xf32, strided<[1], offset: ?>>
    scf.for %i = %c0 to %c256 step %c16 {
      %a = vector.transfer_read %xs[%i], %pad {in_bounds = [true]} : memref<256xf32, strided<[1], offset: ?>>, vector<16xf32>
      %b = arith.negf %a : vector<16xf32>
      vector.transfer_write %b, %ys[%i] {in_bounds = [true]} : vector<16xf32>, memref<256xf32, strided<[1], offset: ?>>
    }
    scf.reduce
  }
  return
}

// -----

// What a later loop reads stays in the caches.
// CHECK-LABEL: func.func @read_later
// CHECK: scf.for
// CHECK-NOT: nontemporal
// CHECK: scf.for
// CHECK: scf.for
// CHECK: nontemporal
// CHECK: return
func.func @read_later(%x: memref<1024xf32>, %y: memref<1024xf32>, %z: memref<1024xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c1024 step %c16 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1024xf32>, vector<16xf32>
    %b = arith.negf %a : vector<16xf32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<16xf32>, memref<1024xf32>
  }
  scf.for %i = %c0 to %c1024 step %c16 {
    %a = vector.transfer_read %y[%i], %pad {in_bounds = [true]} : memref<1024xf32>, vector<16xf32>
    %b = arith.negf %a : vector<16xf32>
    vector.transfer_write %b, %z[%i] {in_bounds = [true]} : vector<16xf32>, memref<1024xf32>
  }
  return
}

// -----

// CHECK-LABEL: func.func @in_place
// CHECK-NOT: nontemporal
// CHECK: return
func.func @in_place(%x: memref<2048xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c2048 = arith.constant 2048 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c2048 step %c16 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<2048xf32>, vector<16xf32>
    %b = arith.negf %a : vector<16xf32>
    vector.transfer_write %b, %x[%i] {in_bounds = [true]} : vector<16xf32>, memref<2048xf32>
  }
  return
}

// -----

func.func private @use(memref<1024xf32>)

// A function that is called may read it.
// CHECK-LABEL: func.func @passed_on
// CHECK-NOT: nontemporal
// CHECK: return
func.func @passed_on(%x: memref<1024xf32>, %y: memref<1024xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c1024 step %c16 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1024xf32>, vector<16xf32>
    %b = arith.negf %a : vector<16xf32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<16xf32>, memref<1024xf32>
  }
  func.call @use(%y) : (memref<1024xf32>) -> ()
  return
}

// -----

// A mask, gaps of half lines between vectors, and an index that nobody knows stay.
// CHECK-LABEL: func.func @not_whole_vectors
// CHECK-NOT: nontemporal
// CHECK: return
func.func @not_whole_vectors(%x: memref<2048xf32>, %y: memref<2048xf32>, %z: memref<2048xf32>, %u: memref<2048xf32>, %m: vector<16xi1>, %at: memref<2048xindex>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c40 = arith.constant 40 : index
  %c2040 = arith.constant 2040 : index
  %c2048 = arith.constant 2048 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c2048 step %c16 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<2048xf32>, vector<16xf32>
    vector.transfer_write %a, %y[%i], %m {in_bounds = [true]} : vector<16xf32>, memref<2048xf32>
  }
  scf.for %i = %c0 to %c2040 step %c40 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<2048xf32>, vector<16xf32>
    vector.transfer_write %a, %z[%i] {in_bounds = [true]} : vector<16xf32>, memref<2048xf32>
  }
  scf.for %i = %c0 to %c2048 step %c16 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<2048xf32>, vector<16xf32>
    %k = memref.load %at[%i] : memref<2048xindex>
    vector.transfer_write %a, %u[%k] {in_bounds = [true]} : vector<16xf32>, memref<2048xf32>
  }
  return
}

// -----

// A few elements that are read back, such as a byte that rows share, matter to
// no cache; all of them do.
// CHECK-LABEL: func.func @reads_few
// CHECK: nontemporal
// CHECK: sfence
// CHECK-LABEL: func.func @reads_all
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func @reads_in_iteration
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func @reads_elsewhere
// CHECK: nontemporal
// CHECK: sfence
func.func @reads_few(%x: memref<?xi8>, %y: memref<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %pad = arith.constant 0 : i8
  %whole = affine.apply affine_map<()[s0] -> ((s0 floordiv 64) * 64)>()[%n]
  %even = affine.apply affine_map<()[s0] -> ((s0 floordiv 2) * 2)>()[%n]
  %head = affine.min affine_map<()[s0, s1] -> ((s0 * s1) mod 2, s0)>()[%n, %whole]
  scf.for %i = %c0 to %head step %c1 {
    %a = memref.load %y[%i] : memref<?xi8>
    %b = arith.addi %a, %a : i8
    memref.store %b, %y[%i] : memref<?xi8>
  }
  scf.for %i = %c0 to %whole step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xi8>, vector<64xi8>
    vector.transfer_write %a, %y[%i] {in_bounds = [true]} : vector<64xi8>, memref<?xi8>
  }
  scf.for %i = %even to %n step %c1 {
    %a = memref.load %y[%i] : memref<?xi8>
    %b = arith.addi %a, %a : i8
    memref.store %b, %y[%i] : memref<?xi8>
  }
  return
}

func.func @reads_all(%x: memref<?xi8>, %y: memref<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xi8>, vector<64xi8>
    vector.transfer_write %a, %y[%i] {in_bounds = [true]} : vector<64xi8>, memref<?xi8>
  }
  scf.for %i = %c0 to %n step %c1 {
    %a = memref.load %y[%i] : memref<?xi8>
    %b = arith.addi %a, %a : i8
    memref.store %b, %y[%i] : memref<?xi8>
  }
  return
}

func.func @reads_in_iteration(%x: memref<?xi8>, %y: memref<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xi8>, vector<64xi8>
    %b = memref.load %y[%c0] : memref<?xi8>
    %c = vector.broadcast %b : i8 to vector<64xi8>
    %d = arith.addi %a, %c : vector<64xi8>
    vector.transfer_write %d, %y[%i] {in_bounds = [true]} : vector<64xi8>, memref<?xi8>
  }
  return
}

// Where the other branch is taken, nothing is written past the caches.
func.func @reads_elsewhere(%c: i1, %x: memref<?xi8>, %y: memref<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %pad = arith.constant 0 : i8
  scf.if %c {
    scf.for %i = %c0 to %n step %c64 {
      %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xi8>, vector<64xi8>
      vector.transfer_write %a, %y[%i] {in_bounds = [true]} : vector<64xi8>, memref<?xi8>
    }
  } else {
    scf.for %i = %c0 to %n step %c1 {
      %a = memref.load %y[%i] : memref<?xi8>
      %b = arith.addi %a, %a : i8
      memref.store %b, %y[%i] : memref<?xi8>
    }
  }
  return
}

// -----

// Values that a nest has put in a cache are packed while no memory is read: that
// saves little, and waits. What is larger than they are saves more; nobody asks
// for them, which are there.
// CHECK-LABEL: func.func @packs
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func @unpacks
// CHECK-NOT: memref.prefetch
// CHECK: nontemporal
func.func @packs(%x: memref<64x1024xi8>, %y: memref<64x512xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0 : i8
  %values = memref.alloc() : memref<1024xi8>
  scf.for %row = %c0 to %c64 step %c1 {
    scf.for %i = %c0 to %c1024 step %c64 {
      %a = vector.transfer_read %x[%row, %i], %pad {in_bounds = [true]} : memref<64x1024xi8>, vector<64xi8>
      vector.transfer_write %a, %values[%i] {in_bounds = [true]} : vector<64xi8>, memref<1024xi8>
    }
    scf.for %i = %c0 to %c1024 step %c64 {
      %a = vector.transfer_read %values[%i], %pad {in_bounds = [true]} : memref<1024xi8>, vector<64xi8>
      %even, %odd = vector.deinterleave %a : vector<64xi8> -> vector<32xi8>
      %b = arith.addi %even, %odd : vector<32xi8>
      %j = affine.apply affine_map<(d0) -> (d0 floordiv 2)>(%i)
      vector.transfer_write %b, %y[%row, %j] {in_bounds = [true]} : vector<32xi8>, memref<64x512xi8>
    }
  }
  memref.dealloc %values : memref<1024xi8>
  return
}

func.func @unpacks(%x: memref<64x1024xi8>, %y: memref<64x1024xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0 : i8
  %values = memref.alloc() : memref<1024xi8>
  scf.for %row = %c0 to %c64 step %c1 {
    scf.for %i = %c0 to %c1024 step %c64 {
      %a = vector.transfer_read %x[%row, %i], %pad {in_bounds = [true]} : memref<64x1024xi8>, vector<64xi8>
      vector.transfer_write %a, %values[%i] {in_bounds = [true]} : vector<64xi8>, memref<1024xi8>
    }
    scf.for %i = %c0 to %c1024 step %c64 {
      %a = vector.transfer_read %values[%i], %pad {in_bounds = [true]} : memref<1024xi8>, vector<64xi8>
      %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
      vector.transfer_write %b, %y[%row, %i] {in_bounds = [true]} : vector<64xi32>, memref<64x1024xi32>
    }
  }
  memref.dealloc %values : memref<1024xi8>
  return
}

// -----

// Lanes of an iteration that differ, and reads with gaps between iterations: an
// iteration that started elsewhere would give others. They go by way of a stage.
// CHECK-LABEL: func.func @lanes_in_loop
// CHECK: memref.alloca() {alignment = 2048 : i64}
// CHECK: nontemporal
// CHECK-LABEL: func.func @gaps_between_reads
// CHECK: memref.alloca() {alignment = 2048 : i64}
// CHECK: nontemporal
func.func @lanes_in_loop(%x: memref<1024xi32>, %y: memref<1024xi32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0 : i32
  scf.for %i = %c0 to %c1024 step %c16 {
    %lanes = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1024xi32>, vector<16xi32>
    %b = arith.addi %a, %lanes : vector<16xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<16xi32>, memref<1024xi32>
  }
  return
}

func.func @gaps_between_reads(%x: memref<2048xi32>, %y: memref<1024xi32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0 : i32
  scf.for %i = %c0 to %c1024 step %c16 {
    %j = affine.apply affine_map<(d0) -> (d0 * 2)>(%i)
    %a = vector.transfer_read %x[%j], %pad {in_bounds = [true]} : memref<2048xi32>, vector<16xi32>
    vector.transfer_write %a, %y[%i] {in_bounds = [true]} : vector<16xi32>, memref<1024xi32>
  }
  return
}

// -----

// As many elements in each iteration as it moves by, but not those.
// CHECK-LABEL: func.func @gap_and_overlap
// CHECK-NOT: nontemporal
// CHECK: return
func.func @gap_and_overlap(%x: memref<2048xf32>, %y: memref<2048xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c1024 = arith.constant 1024 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c1024 step %c32 {
    %k = affine.apply affine_map<(d0) -> (d0 + 24)>(%i)
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<2048xf32>, vector<16xf32>
    vector.transfer_write %a, %y[%i] {in_bounds = [true]} : vector<16xf32>, memref<2048xf32>
    vector.transfer_write %a, %y[%k] {in_bounds = [true]} : vector<16xf32>, memref<2048xf32>
  }
  return
}

// -----

// By default 2/5 of what is written count: N bytes read and 4 N written are
// 2.6 N, which are 8 MiB = 8,388,608 between N = 3,226,387 and 3,226,388.
// DEFAULT-LABEL: func.func @below_default
// DEFAULT-NOT: nontemporal
// DEFAULT-LABEL: func.func @above_default
// DEFAULT: nontemporal
// DEFAULT-LABEL: func.func @any_size
// DEFAULT: arith.cmpi uge, %{{.*}}, %c8388608
// DEFAULT: nontemporal
func.func @below_default(%x: memref<3226368xi8>, %y: memref<3226368xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %n = arith.constant 3226368 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<3226368xi8>, vector<64xi8>
    %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xi32>, memref<3226368xi32>
  }
  return
}

func.func @above_default(%x: memref<3226432xi8>, %y: memref<3226432xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %n = arith.constant 3226432 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<3226432xi8>, vector<64xi8>
    %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xi32>, memref<3226432xi32>
  }
  return
}

func.func @any_size(%x: memref<?xi8>, %y: memref<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<?xi8>, vector<64xi8>
    vector.transfer_write %a, %y[%i] {in_bounds = [true]} : vector<64xi8>, memref<?xi8>
  }
  return
}

// -----

// Of what threads write together 1/8 counts: 1.5 N, which are 8 MiB between N =
// 5,592,405 and 5,592,406.
// DEFAULT-LABEL: func.func @threads_below_default
// DEFAULT-NOT: nontemporal
// DEFAULT-LABEL: func.func @threads_above_default
// DEFAULT: nontemporal
// Where all counts it does so here, too.
// COUNT-ALL-LABEL: func.func @threads_below_default
// COUNT-ALL: nontemporal
// COUNT-ALL-LABEL: func.func @threads_above_default
func.func @threads_below_default(%x: memref<5592320xi8>, %y: memref<5592320xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %half = arith.constant 2796160 : index
  %n = arith.constant 5592320 : index
  %pad = arith.constant 0 : i8
  scf.parallel (%t) = (%c0) to (%n) step (%half) {
    %xs = memref.subview %x[%t] [2796160] [1] : memref<5592320xi8> to memref<2796160xi8, strided<[1], offset: ?>>
    %ys = memref.subview %y[%t] [2796160] [1] : memref<5592320xi32> to memref<2796160xi32, strided<[1], offset: ?>>
    scf.for %i = %c0 to %half step %c64 {
      %a = vector.transfer_read %xs[%i], %pad {in_bounds = [true]} : memref<2796160xi8, strided<[1], offset: ?>>, vector<64xi8>
      %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
      vector.transfer_write %b, %ys[%i] {in_bounds = [true]} : vector<64xi32>, memref<2796160xi32, strided<[1], offset: ?>>
    }
    scf.reduce
  }
  return
}

func.func @threads_above_default(%x: memref<5592448xi8>, %y: memref<5592448xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %half = arith.constant 2796224 : index
  %n = arith.constant 5592448 : index
  %pad = arith.constant 0 : i8
  scf.parallel (%t) = (%c0) to (%n) step (%half) {
    %xs = memref.subview %x[%t] [2796224] [1] : memref<5592448xi8> to memref<2796224xi8, strided<[1], offset: ?>>
    %ys = memref.subview %y[%t] [2796224] [1] : memref<5592448xi32> to memref<2796224xi32, strided<[1], offset: ?>>
    scf.for %i = %c0 to %half step %c64 {
      %a = vector.transfer_read %xs[%i], %pad {in_bounds = [true]} : memref<2796224xi8, strided<[1], offset: ?>>, vector<64xi8>
      %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
      vector.transfer_write %b, %ys[%i] {in_bounds = [true]} : vector<64xi32>, memref<2796224xi32, strided<[1], offset: ?>>
    }
    scf.reduce
  }
  return
}

// -----

// No less than the least: 2,048 bytes are read and as many written.
// CHECK-LABEL: func.func @exactly
// CHECK: nontemporal
func.func @exactly(%x: memref<512xf32>, %y: memref<512xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c512 = arith.constant 512 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c512 step %c16 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<512xf32>, vector<16xf32>
    vector.transfer_write %a, %y[%i] {in_bounds = [true]} : vector<16xf32>, memref<512xf32>
  }
  return
}

// -----

// Vectors of rows that lie apart: whole lines, at the same distance.
// CHECK-LABEL: func.func @apart
// CHECK: %[[ALIGNED:.*]] = arith.cmpi eq, %{{.*}}, %c0
// CHECK: %[[BORDER:.*]] = arith.select %[[ALIGNED]], %c4, %c0
// CHECK: scf.for %{{.*}} = %[[BORDER]] to %c4
// CHECK: vector.transfer_write
// CHECK: scf.for %{{.*}} = %c0 to %[[BORDER]]
// CHECK: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// A distance of no whole lines: some vectors would not be aligned.
// CHECK-LABEL: func.func @apart_by_part_of_line
// CHECK-NOT: nontemporal
func.func @apart(%x: memref<4x64x64xf32>, %y: memref<4x64x64xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c64 step %c1 {
    scf.for %k = %c0 to %c4 step %c1 {
      %v = vector.transfer_read %x[%k, %i, %c0], %zero {in_bounds = [true]} : memref<4x64x64xf32>, vector<64xf32>
      %w = arith.fptosi %v : vector<64xf32> to vector<64xi8>
      vector.transfer_write %w, %y[%k, %i, %c0] {in_bounds = [true]} : vector<64xi8>, memref<4x64x64xi8>
    }
  }
  return
}
func.func @apart_by_part_of_line(%x: memref<4x64x65xf32>, %y: memref<4x63x65xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c63 = arith.constant 63 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c63 step %c1 {
    scf.for %k = %c0 to %c4 step %c1 {
      %v = vector.transfer_read %x[%k, %i, %c0], %zero {in_bounds = [true]} : memref<4x64x65xf32>, vector<64xf32>
      %w = arith.fptosi %v : vector<64xf32> to vector<64xi8>
      vector.transfer_write %w, %y[%k, %i, %c0] {in_bounds = [true]} : vector<64xi8>, memref<4x63x65xi8>
    }
  }
  return
}

// -----

// At a distance that is known at run time only: from where it is one of whole
// lines, as the addresses of the first two tell.
// CHECK: #[[SECOND:.*]] = affine_map<(d0)[s0] -> (d0 + s0)>
// CHECK-LABEL: func.func @apart_by_unknown
// CHECK-SAME: %[[DISTANCE:[^ ]*]]: index
// CHECK: scf.for %[[I:.*]] = %c0 to %c64 step
// CHECK: %[[FIRST:.*]] = arith.addi %[[BASE:.*]], %[[I]]
// CHECK: %[[MISSING:.*]] = arith.subi %c0, %[[FIRST]]
// CHECK: %[[REST:.*]] = arith.andi %[[MISSING]], %c63
// CHECK: %[[IS_ALIGNED:.*]] = arith.cmpi eq, %[[REST]], %c0
// CHECK: %[[NEXT:.*]] = affine.apply #[[SECOND]](%[[I]])[%[[DISTANCE]]]
// CHECK: %[[SECOND_ADDRESS:.*]] = arith.addi %[[BASE]], %[[NEXT]]
// CHECK: %[[REST:.*]] = arith.andi %[[SECOND_ADDRESS]], %c63
// CHECK: %[[IS_SECOND_ALIGNED:.*]] = arith.cmpi eq, %[[REST]], %c0
// CHECK: %[[ALIGNED:.*]] = arith.andi %[[IS_ALIGNED]], %[[IS_SECOND_ALIGNED]]
// CHECK: %[[BORDER:.*]] = arith.select %[[ALIGNED]], %c4, %c0
// CHECK: scf.for %{{.*}} = %[[BORDER]] to %c4
// CHECK: vector.transfer_write
// CHECK: scf.for %{{.*}} = %c0 to %[[BORDER]]
// CHECK: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
func.func @apart_by_unknown(%distance: index, %x: memref<65536xf32>, %y: memref<65536xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c64 step %c1 {
    scf.for %k = %c0 to %c4 step %c1 {
      %row = arith.muli %k, %distance : index
      %j = affine.apply affine_map<(d0, d1) -> (d0 + d1)>(%row, %i)
      %v = vector.transfer_read %x[%j], %zero {in_bounds = [true]} : memref<65536xf32>, vector<64xf32>
      %w = arith.fptosi %v : vector<64xf32> to vector<64xi8>
      vector.transfer_write %w, %y[%j] {in_bounds = [true]} : vector<64xi8>, memref<65536xi8>
    }
  }
  return
}

// -----

// At distances that differ.
// CHECK-LABEL: func.func @apart_by_squares
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func @apart_by_remainders
// CHECK-NOT: nontemporal
func.func @apart_by_squares(%x: memref<65536xf32>, %y: memref<65536xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c256 = arith.constant 256 : index
  %zero = arith.constant 0.0 : f32
  scf.for %k = %c0 to %c256 step %c1 {
    %j = arith.muli %k, %k : index
    %v = vector.transfer_read %x[%j], %zero {in_bounds = [true]} : memref<65536xf32>, vector<64xf32>
    %w = arith.fptosi %v : vector<64xf32> to vector<64xi8>
    vector.transfer_write %w, %y[%j] {in_bounds = [true]} : vector<64xi8>, memref<65536xi8>
  }
  return
}
func.func @apart_by_remainders(%n: index, %x: memref<65536xf32>, %y: memref<65536xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c256 = arith.constant 256 : index
  %zero = arith.constant 0.0 : f32
  scf.for %k = %c0 to %c256 step %c1 {
    %j = affine.apply affine_map<(d0)[s0] -> (d0 mod s0)>(%k)[%n]
    %v = vector.transfer_read %x[%j], %zero {in_bounds = [true]} : memref<65536xf32>, vector<64xf32>
    %w = arith.fptosi %v : vector<64xf32> to vector<64xi8>
    vector.transfer_write %w, %y[%j] {in_bounds = [true]} : vector<64xi8>, memref<65536xi8>
  }
  return
}

// -----

// Gaps of whole lines: neither does a buffer collect what belongs together, nor
// may the loop start where it would write into the gaps.
// CHECK-LABEL: func.func @gaps_of_lines
// CHECK-NOT: memref.alloca
// CHECK: %[[ALIGNED:.*]] = arith.cmpi eq, %{{.*}}, %c0
// CHECK: %[[BORDER:.*]] = arith.select %[[ALIGNED]], %c2048, %c0
// CHECK: scf.for %{{.*}} = %[[BORDER]] to %c2048 step %c32
// CHECK: scf.for %[[I:.*]] = %c0 to %[[BORDER]] step %c32
// CHECK-NEXT: vector.store %{{.*}}, %{{.*}}[%[[I]]] {alignment = 64 : i64, nontemporal = true}
func.func @gaps_of_lines(%y: memref<2048xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c2048 = arith.constant 2048 : index
  %one = arith.constant dense<1.0> : vector<16xf32>
  scf.for %i = %c0 to %c2048 step %c32 {
    vector.transfer_write %one, %y[%i] {in_bounds = [true]} : vector<16xf32>, memref<2048xf32>
  }
  return
}

// -----

// A buffer of indices counts 8 bytes for each.
// CHECK-LABEL: func.func @reads_index
// CHECK: nontemporal
func.func @reads_index(%x: memref<256xindex>, %y: memref<4096xi32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c4096 = arith.constant 4096 : index
  scf.for %i = %c0 to %c4096 step %c16 {
    %k = memref.load %x[%c16] : memref<256xindex>
    %n = arith.index_cast %k : index to i32
    %v = vector.broadcast %n : i32 to vector<16xi32>
    vector.transfer_write %v, %y[%i] {in_bounds = [true]} : vector<16xi32>, memref<4096xi32>
  }
  return
}

// -----

// Four parts, of which each has four iterations in turn, from the first whole line
// on: up to an iteration is before it, and less than a turn of each part left.
// TURNS-LABEL: func.func @long
// TURNS-SAME: (%[[X:.*]]: memref<131072xf32>, %[[Y:.*]]: memref<131072xi8>)
// TURNS: %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %[[Y]]
// TURNS: %[[TO_VECTOR:.*]] = arith.andi %{{.*}}, %c31
// TURNS: %[[VECTOR:.*]] = arith.addi %[[ADDRESS]], %[[TO_VECTOR]]
// TURNS: %[[NEGATIVE:.*]] = arith.subi %c0, %[[VECTOR]]
// TURNS: %[[TO_LINE:.*]] = arith.andi %[[NEGATIVE]], %c63
// TURNS: %[[FIRST:.*]] = arith.addi %[[TO_VECTOR]], %[[TO_LINE]]
// TURNS: %[[LEFT:.*]] = arith.subi %[[END:.*]], %[[FIRST]]
// TURNS: %[[LENGTH:.*]] = arith.maxsi %[[LEFT]], %c0
// TURNS: %[[COUNT:.*]] = arith.divui %[[LENGTH]], %c512
// TURNS: %[[LONG:.*]] = arith.cmpi uge, %[[COUNT]], %c128
// TURNS: %[[SOME:.*]] = arith.muli %[[COUNT]], %c128
// TURNS: %[[DISTANCE:.*]] = arith.select %[[LONG]], %[[SOME]], %c0
// TURNS: %[[ALL:.*]] = arith.muli %[[DISTANCE]], %c4
// TURNS: %[[REST:.*]] = arith.addi %[[FIRST]], %[[ALL]]
// TURNS: %[[TO_NEXT:.*]] = arith.maxui %[[DISTANCE]], %c1
// TURNS: %[[TO:.*]] = arith.addi %[[FIRST]], %[[DISTANCE]]
// TURNS: scf.for %[[I:.*]] = %[[FIRST]] to %[[TO]] step %c128
// TURNS-NEXT: %[[PARTS_END:.*]] = arith.addi %[[I]], %[[ALL]]
// TURNS-NEXT: scf.for %[[J:.*]] = %[[I]] to %[[PARTS_END]] step %[[TO_NEXT]]
// TURNS-NEXT: %[[TURN_END:.*]] = arith.addi %[[J]], %c128
// TURNS-NEXT: scf.for %[[K:.*]] = %[[J]] to %[[TURN_END]] step %c32
// TURNS-NEXT: vector.transfer_read %[[X]][%[[K]]]
// TURNS-NOT: memref.prefetch
// TURNS: vector.store %{{.*}}, %[[Y]][%[[K]]] {alignment = 32 : i64, nontemporal = true}
// TURNS: %[[BEFORE:.*]] = arith.minsi %[[FIRST]], %[[END]]
// TURNS: scf.for %{{.*}} = %[[TO_VECTOR]] to %[[BEFORE]] step %c32
// TURNS: nontemporal
// TURNS: scf.for %{{.*}} = %[[REST]] to %[[END]] step %c32
// TURNS: nontemporal
func.func @long(%x: memref<131072xf32>, %y: memref<131072xi8>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c131072 = arith.constant 131072 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c131072 step %c32 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<131072xf32>, vector<32xf32>
    %b = arith.fptosi %a : vector<32xf32> to vector<32xi8>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<32xi8>, memref<131072xi8>
  }
  return
}

// -----

// Parameters of an iteration, which are prepared for many at a time.
// TURNS-LABEL: func.func @long_blocks
// TURNS-COUNT-2: scf.for
// TURNS-NOT: scf.for
// TURNS: return
func.func @long_blocks(%x: memref<8192x32xf32>, %s: memref<8192xf32>, %y: memref<8192x32xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8192 = arith.constant 8192 : index
  %pad = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c8192 step %c1 {
    %a = vector.transfer_read %x[%i, %c0], %pad {in_bounds = [true]} : memref<8192x32xf32>, vector<32xf32>
    %scale = memref.load %s[%i] : memref<8192xf32>
    %scales = vector.broadcast %scale : f32 to vector<32xf32>
    %b = arith.mulf %a, %scales : vector<32xf32>
    vector.transfer_write %b, %y[%i, %c0] {in_bounds = [true]} : vector<32xf32>, memref<8192x32xf32>
  }
  return
}

// -----

// On Zen 3 all counts, from 5/8 of the last-level cache on: 5 N are 5 MiB where N =
// 1,048,576.
// COUNT-ALL-LABEL: func.func @below_all
// COUNT-ALL-NOT: nontemporal
// COUNT-ALL-LABEL: func.func @at_all
// COUNT-ALL: nontemporal
// DEFAULT-LABEL: func.func @at_all
// DEFAULT-NOT: nontemporal
func.func @below_all(%x: memref<1048512xi8>, %y: memref<1048512xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %n = arith.constant 1048512 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1048512xi8>, vector<64xi8>
    %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xi32>, memref<1048512xi32>
  }
  return
}

func.func @at_all(%x: memref<1048576xi8>, %y: memref<1048576xi32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %n = arith.constant 1048576 : index
  %pad = arith.constant 0 : i8
  scf.for %i = %c0 to %n step %c64 {
    %a = vector.transfer_read %x[%i], %pad {in_bounds = [true]} : memref<1048576xi8>, vector<64xi8>
    %b = arith.extsi %a : vector<64xi8> to vector<64xi32>
    vector.transfer_write %b, %y[%i] {in_bounds = [true]} : vector<64xi32>, memref<1048576xi32>
  }
  return
}
