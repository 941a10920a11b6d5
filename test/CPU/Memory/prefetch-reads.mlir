// DEFINE: %{options} =
// DEFINE: %{prefetch} = %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-prefetch-reads{%{options}}),canonicalize,cse)" %s
// REDEFINE: %{options} = target=znver4 min-bytes=131072
// RUN: %{prefetch} | FileCheck %s
// Of fewer constants, of too few for a cache of 16 MiB, where nobody wants it,
// and where nothing is known of the target, none is asked for.
// REDEFINE: %{options} = target=znver4 min-bytes=131073
// RUN: %{prefetch} | FileCheck %s --check-prefix=NEVER
// REDEFINE: %{options} = target=znver4
// RUN: %{prefetch} | FileCheck %s --check-prefix=NEVER
// REDEFINE: %{options} = target=znver4 min-bytes=-1
// RUN: %{prefetch} | FileCheck %s --check-prefix=NEVER
// REDEFINE: %{options} = target=znver5 min-bytes=1
// RUN: %{prefetch} | FileCheck %s --check-prefix=NEVER
// REDEFINE: %{options} = target=aarch64 min-bytes=1
// RUN: %{prefetch} | FileCheck %s --check-prefix=NEVER

// NEVER-NOT: memref.prefetch

// Two lines in each of two places, 512 bytes ahead, which is four iterations.
// CHECK-LABEL: func.func @panels(
// CHECK: %[[W:.*]] = memref.get_global @weights
// CHECK: scf.for %[[PANEL:.*]] = %c0 to %c4 step %c2
// CHECK: %[[NEXT:.*]] = affine.apply #{{.*}}()[%[[PANEL]]]
// CHECK: scf.for %[[I:.*]] = %c0 to %c256 step %c1 iter_args
// CHECK: %[[LATER:.*]] = arith.addi %[[I]], %c4
// CHECK: memref.prefetch %[[W]][%[[PANEL]], %[[LATER]], %c0], read, locality<2>, data
// CHECK: memref.prefetch %[[W]][%[[PANEL]], %[[LATER]], %c64], read, locality<2>, data
// CHECK-NEXT: vector.transfer_read %[[W]][%[[PANEL]], %[[I]], %c0]
// CHECK: memref.prefetch %[[W]][%[[NEXT]], %[[LATER]], %c0], read, locality<2>, data
// CHECK: memref.prefetch %[[W]][%[[NEXT]], %[[LATER]], %c64], read, locality<2>, data
// CHECK-NEXT: vector.transfer_read %[[W]][%[[NEXT]], %[[I]], %c0]
// CHECK-NOT: memref.prefetch
memref.global "private" constant @weights : memref<4x256x128xi8> = uninitialized
func.func @panels(%x: memref<256xi8>, %y: memref<4x128xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c256 = arith.constant 256 : index
  %pad = arith.constant 0 : i8
  %zero = arith.constant dense<0> : vector<128xi8>
  %w = memref.get_global @weights : memref<4x256x128xi8>
  scf.for %panel = %c0 to %c4 step %c2 {
    %next = affine.apply affine_map<()[s0] -> (s0 + 1)>()[%panel]
    %sums:2 = scf.for %i = %c0 to %c256 step %c1 iter_args(%s = %zero, %t = %zero) -> (vector<128xi8>, vector<128xi8>) {
      %a = vector.transfer_read %w[%panel, %i, %c0], %pad {in_bounds = [true]} : memref<4x256x128xi8>, vector<128xi8>
      %b = vector.transfer_read %w[%next, %i, %c0], %pad {in_bounds = [true]} : memref<4x256x128xi8>, vector<128xi8>
      %v = memref.load %x[%i] : memref<256xi8>
      %f = vector.broadcast %v : i8 to vector<128xi8>
      %p = arith.muli %a, %f : vector<128xi8>
      %q = arith.muli %b, %f : vector<128xi8>
      %s1 = arith.addi %s, %p : vector<128xi8>
      %t1 = arith.addi %t, %q : vector<128xi8>
      scf.yield %s1, %t1 : vector<128xi8>, vector<128xi8>
    }
    vector.transfer_write %sums#0, %y[%panel, %c0] {in_bounds = [true]} : vector<128xi8>, memref<4x128xi8>
    vector.transfer_write %sums#1, %y[%next, %c0] {in_bounds = [true]} : vector<128xi8>, memref<4x128xi8>
  }
  return
}

// -----

// Rows of the left factor read the same weights again, in a branch or not; one place is followed by
// the processor itself; a part of each line is no stream; what the caller gives
// may be in a cache; and a loop that writes has stores to wait for.
memref.global "private" constant @weights : memref<2x512x128xi8> = uninitialized
// CHECK-LABEL: func.func @again(
// CHECK-NOT: memref.prefetch
func.func @again(%n: index, %zero: vector<128xi8>) -> vector<128xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %pad = arith.constant 0 : i8
  %w = memref.get_global @weights : memref<2x512x128xi8>
  %all = scf.for %row = %c0 to %n step %c1 iter_args(%r = %zero) -> (vector<128xi8>) {
    %sum = scf.for %i = %c0 to %c512 step %c1 iter_args(%s = %r) -> (vector<128xi8>) {
      %a = vector.transfer_read %w[%c0, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
      %b = vector.transfer_read %w[%c1, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
      %t = arith.addi %s, %a : vector<128xi8>
      %u = arith.addi %t, %b : vector<128xi8>
      scf.yield %u : vector<128xi8>
    }
    scf.yield %sum : vector<128xi8>
  }
  return %all : vector<128xi8>
}
// CHECK-LABEL: func.func @again_in_branch(
// CHECK-NOT: memref.prefetch
func.func @again_in_branch(%n: index, %y: memref<?x128xi8>, %has: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %pad = arith.constant 0 : i8
  %zero = arith.constant dense<0> : vector<128xi8>
  %w = memref.get_global @weights : memref<2x512x128xi8>
  scf.for %row = %c0 to %n step %c1 {
    scf.if %has {
      %sum = scf.for %i = %c0 to %c512 step %c1 iter_args(%s = %zero) -> (vector<128xi8>) {
        %a = vector.transfer_read %w[%c0, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
        %b = vector.transfer_read %w[%c1, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
        %t = arith.addi %s, %a : vector<128xi8>
        %u = arith.addi %t, %b : vector<128xi8>
        scf.yield %u : vector<128xi8>
      }
      vector.transfer_write %sum, %y[%row, %c0] {in_bounds = [true]} : vector<128xi8>, memref<?x128xi8>
    }
  }
  return
}
// CHECK-LABEL: func.func @one_place(
// CHECK-NOT: memref.prefetch
func.func @one_place(%zero: vector<128xi8>) -> vector<128xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %pad = arith.constant 0 : i8
  %w = memref.get_global @weights : memref<2x512x128xi8>
  %sum = scf.for %i = %c0 to %c512 step %c1 iter_args(%s = %zero) -> (vector<128xi8>) {
    %a = vector.transfer_read %w[%c0, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
    %t = arith.addi %s, %a : vector<128xi8>
    scf.yield %t : vector<128xi8>
  }
  return %sum : vector<128xi8>
}
// CHECK-LABEL: func.func @parts_of_lines(
// CHECK-NOT: memref.prefetch
func.func @parts_of_lines(%zero: vector<32xi8>) -> vector<32xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %pad = arith.constant 0 : i8
  %w = memref.get_global @weights : memref<2x512x128xi8>
  %sum = scf.for %i = %c0 to %c512 step %c1 iter_args(%s = %zero) -> (vector<32xi8>) {
    %a = vector.transfer_read %w[%c0, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<32xi8>
    %b = vector.transfer_read %w[%c1, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<32xi8>
    %t = arith.addi %s, %a : vector<32xi8>
    %u = arith.addi %t, %b : vector<32xi8>
    scf.yield %u : vector<32xi8>
  }
  return %sum : vector<32xi8>
}
// CHECK-LABEL: func.func @argument(
// CHECK-NOT: memref.prefetch
func.func @argument(%w: memref<2x512x128xi8>, %zero: vector<128xi8>) -> vector<128xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %pad = arith.constant 0 : i8
  %sum = scf.for %i = %c0 to %c512 step %c1 iter_args(%s = %zero) -> (vector<128xi8>) {
    %a = vector.transfer_read %w[%c0, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
    %b = vector.transfer_read %w[%c1, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
    %t = arith.addi %s, %a : vector<128xi8>
    %u = arith.addi %t, %b : vector<128xi8>
    scf.yield %u : vector<128xi8>
  }
  return %sum : vector<128xi8>
}
// CHECK-LABEL: func.func @writes(
// CHECK-NOT: memref.prefetch
func.func @writes(%y: memref<512x128xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %pad = arith.constant 0 : i8
  %w = memref.get_global @weights : memref<2x512x128xi8>
  scf.for %i = %c0 to %c512 step %c1 {
    %a = vector.transfer_read %w[%c0, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
    %b = vector.transfer_read %w[%c1, %i, %c0], %pad {in_bounds = [true]} : memref<2x512x128xi8>, vector<128xi8>
    %t = arith.addi %a, %b : vector<128xi8>
    vector.transfer_write %t, %y[%i, %c0] {in_bounds = [true]} : vector<128xi8>, memref<512x128xi8>
  }
  return
}
