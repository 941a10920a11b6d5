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
// CHECK: %[[NEXT:.*]] = arith.addi %[[J]], %c16
// CHECK: %[[HIGH_HALF:.*]] = arith.truncf %[[HIGH]] : vector<16xf32> to vector<16xf16>
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
