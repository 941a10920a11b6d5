// DEFINE: %{target} = x86-64-v4
// DEFINE: %{lower} = %quant-opt --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=%{target}},canonicalize)" %s
// RUN: %{lower} | FileCheck %s
// REDEFINE: %{target} = aarch64
// RUN: %{lower} | FileCheck %s --check-prefix=WHOLE

// What one conversion gives is stored by itself.
// CHECK-LABEL: func.func @narrowed(
// CHECK-SAME: %[[X:.*]]: vector<32xf32>, %[[M:.*]]: memref<?x?xf16>, %[[I:.*]]: index, %[[J:.*]]: index)
// CHECK: %[[LOW:.*]] = vector.extract_strided_slice %[[X]] {offsets = [0], sizes = [16]
// CHECK: %[[LOW_HALF:.*]] = arith.truncf %[[LOW]] : vector<16xf32> to vector<16xf16>
// CHECK: vector.transfer_write %[[LOW_HALF]], %[[M]][%[[I]], %[[J]]] {in_bounds = [true]}
// CHECK: %[[HIGH:.*]] = vector.extract_strided_slice %[[X]] {offsets = [16], sizes = [16]
// CHECK: %[[HIGH_HALF:.*]] = arith.truncf %[[HIGH]] : vector<16xf32> to vector<16xf16>
// CHECK: %[[NEXT:.*]] = arith.addi %[[J]], %c16
// CHECK: vector.transfer_write %[[HIGH_HALF]], %[[M]][%[[I]], %[[NEXT]]] {in_bounds = [true]}
// WHOLE-LABEL: func.func @narrowed(
// WHOLE: vector.transfer_write %{{.*}} : vector<32xf16>
func.func @narrowed(%x: vector<32xf32>, %m: memref<?x?xf16>, %i: index, %j: index) {
  %h = arith.truncf %x : vector<32xf32> to vector<32xf16>
  vector.transfer_write %h, %m[%i, %j] {in_bounds = [true]} : vector<32xf16>, memref<?x?xf16>
  return
}

// -----

// One register, a part of one, lanes that are masked off or beyond the end, and
// what another operation takes whole.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: extract_strided_slice
// CHECK: return
func.func @others(%x: vector<16xf32>, %y: vector<40xf32>, %z: vector<32xf32>, %mask: vector<32xi1>, %m: memref<?xf16>, %i: index) -> vector<32xf16> {
  %a = arith.truncf %x : vector<16xf32> to vector<16xf16>
  vector.transfer_write %a, %m[%i] {in_bounds = [true]} : vector<16xf16>, memref<?xf16>
  %b = arith.truncf %y : vector<40xf32> to vector<40xf16>
  vector.transfer_write %b, %m[%i] {in_bounds = [true]} : vector<40xf16>, memref<?xf16>
  %c = arith.truncf %z : vector<32xf32> to vector<32xf16>
  vector.transfer_write %c, %m[%i], %mask {in_bounds = [true]} : vector<32xf16>, memref<?xf16>
  %d = arith.negf %z : vector<32xf32>
  %e = arith.truncf %d : vector<32xf32> to vector<32xf16>
  vector.transfer_write %e, %m[%i] : vector<32xf16>, memref<?xf16>
  %f = arith.addf %z, %z : vector<32xf32>
  %g = arith.truncf %f : vector<32xf32> to vector<32xf16>
  vector.transfer_write %g, %m[%i] {in_bounds = [true]} : vector<32xf16>, memref<?xf16>
  return %g : vector<32xf16>
}

// -----

// Stores of several registers are taken apart, the lowest address first.
// CHECK-LABEL: func.func @words(
// CHECK-SAME: %[[X:.*]]: vector<48xi32>, %[[M:.*]]: memref<?xi32>, %[[I:.*]]: index)
// CHECK: %[[FIRST:.*]] = vector.extract_strided_slice %[[X]] {offsets = [0], sizes = [16]
// CHECK-NEXT: vector.transfer_write %[[FIRST]], %[[M]][%[[I]]] {in_bounds = [true]} : vector<16xi32>
// CHECK: %[[SECOND:.*]] = vector.extract_strided_slice %[[X]] {offsets = [16], sizes = [16]
// CHECK: vector.transfer_write %[[SECOND]]
// CHECK: %[[THIRD:.*]] = vector.extract_strided_slice %[[X]] {offsets = [32], sizes = [16]
// CHECK-NEXT: %[[LAST:.*]] = arith.addi %[[I]], %c32
// CHECK-NEXT: vector.transfer_write %[[THIRD]], %[[M]][%[[LAST]]] {in_bounds = [true]} : vector<16xi32>
// CHECK-NEXT: return
// CHECK-LABEL: func.func @doubles(
// CHECK: vector.transfer_write {{.*}} : vector<8xf64>
// CHECK: vector.transfer_write {{.*}} : vector<8xf64>
// WHOLE-LABEL: func.func @words(
// WHOLE: vector.transfer_write {{.*}} : vector<48xi32>
func.func @words(%x: vector<48xi32>, %m: memref<?xi32>, %i: index) {
  vector.transfer_write %x, %m[%i] {in_bounds = [true]} : vector<48xi32>, memref<?xi32>
  return
}
func.func @doubles(%x: vector<16xf64>, %m: memref<?xf64>, %i: index) {
  vector.transfer_write %x, %m[%i] {in_bounds = [true]} : vector<16xf64>, memref<?xf64>
  return
}

// -----

// One register, parts of one, elements that are made for whole registers, an
// element without a size, lanes of more than one row, and of a tensor.
// CHECK-LABEL: func.func @whole(
// CHECK-NOT: extract_strided_slice
// CHECK: return
func.func @whole(%a: vector<16xf32>, %b: vector<24xf32>, %c: vector<128xi8>, %d: vector<32xindex>, %e: vector<2x16xf32>, %g: vector<32xf32>, %m: memref<?xf32>, %n: memref<?xi8>, %o: memref<?xindex>, %p: memref<?x?xf32>, %t: tensor<?xf32>, %i: index) -> tensor<?xf32> {
  vector.transfer_write %a, %m[%i] {in_bounds = [true]} : vector<16xf32>, memref<?xf32>
  vector.transfer_write %b, %m[%i] {in_bounds = [true]} : vector<24xf32>, memref<?xf32>
  vector.transfer_write %c, %n[%i] {in_bounds = [true]} : vector<128xi8>, memref<?xi8>
  vector.transfer_write %d, %o[%i] {in_bounds = [true]} : vector<32xindex>, memref<?xindex>
  vector.transfer_write %e, %p[%i, %i] {in_bounds = [true, true]} : vector<2x16xf32>, memref<?x?xf32>
  %r = vector.transfer_write %g, %t[%i] {in_bounds = [true]} : vector<32xf32>, tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// What a mask encloses stays one operation.
// CHECK-LABEL: func.func @enclosed(
// CHECK: vector.mask %{{.*}} { vector.transfer_write %{{.*}} : vector<32xf32>, memref<32xf32> }
// WHOLE-LABEL: func.func @enclosed(
func.func @enclosed(%x: vector<32xf32>, %m: memref<32xf32>, %mask: vector<32xi1>) {
  %c0 = arith.constant 0 : index
  vector.mask %mask {
    vector.transfer_write %x, %m[%c0] {in_bounds = [true]} : vector<32xf32>, memref<32xf32>
  } : vector<32xi1>
  return
}
