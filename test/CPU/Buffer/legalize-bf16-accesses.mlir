// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-legalize-bf16-accesses)" --split-input-file %s | FileCheck %s

// CHECK-LABEL: llvm.func @load
// CHECK-SAME: (%[[P:.*]]: !llvm.ptr, %[[MASK:.*]]: vector<64xi1>, %[[PASS:.*]]: vector<64xbf16>)
// CHECK: %[[PASS_BITS:.*]] = llvm.bitcast %[[PASS]] : vector<64xbf16> to vector<64xi16>
// CHECK: %[[BITS:.*]] = llvm.intr.masked.load %[[P]], %[[MASK]], %[[PASS_BITS]] {alignment = 2 : i32} : (!llvm.ptr, vector<64xi1>, vector<64xi16>) -> vector<64xi16>
// CHECK: %[[V:.*]] = llvm.bitcast %[[BITS]] : vector<64xi16> to vector<64xbf16>
// CHECK: llvm.return %[[V]]
llvm.func @load(%p: !llvm.ptr, %mask: vector<64xi1>, %pass: vector<64xbf16>) -> vector<64xbf16> {
  %v = llvm.intr.masked.load %p, %mask, %pass {alignment = 2 : i32} : (!llvm.ptr, vector<64xi1>, vector<64xbf16>) -> vector<64xbf16>
  llvm.return %v : vector<64xbf16>
}

// -----

// CHECK-LABEL: llvm.func @load_without_pass_through
// CHECK: llvm.intr.masked.load %{{.*}}, %{{.*}} {alignment = 4 : i32, nontemporal} : (!llvm.ptr, vector<32xi1>) -> vector<32xi16>
llvm.func @load_without_pass_through(%p: !llvm.ptr, %mask: vector<32xi1>) -> vector<32xbf16> {
  %v = llvm.intr.masked.load %p, %mask {alignment = 4 : i32, nontemporal} : (!llvm.ptr, vector<32xi1>) -> vector<32xbf16>
  llvm.return %v : vector<32xbf16>
}

// -----

// CHECK-LABEL: llvm.func @store
// CHECK-SAME: (%[[V:.*]]: vector<64xbf16>, %[[P:.*]]: !llvm.ptr, %[[MASK:.*]]: vector<64xi1>)
// CHECK: %[[BITS:.*]] = llvm.bitcast %[[V]] : vector<64xbf16> to vector<64xi16>
// CHECK: llvm.intr.masked.store %[[BITS]], %[[P]], %[[MASK]] {alignment = 2 : i32} : vector<64xi16>, vector<64xi1> into !llvm.ptr
llvm.func @store(%v: vector<64xbf16>, %p: !llvm.ptr, %mask: vector<64xi1>) {
  llvm.intr.masked.store %v, %p, %mask {alignment = 2 : i32} : vector<64xbf16>, vector<64xi1> into !llvm.ptr
  llvm.return
}

// -----

// Targets with masks have those of every other type.
// CHECK-LABEL: llvm.func @other_types
// CHECK-NOT: llvm.bitcast
// CHECK: llvm.intr.masked.load {{.*}} -> vector<64xf16>
// CHECK: llvm.intr.masked.store {{.*}} : vector<64xi8>
// CHECK-NOT: llvm.bitcast
llvm.func @other_types(%p: !llvm.ptr, %mask: vector<64xi1>, %pass: vector<64xf16>, %i: vector<64xi8>) -> vector<64xf16> {
  %v = llvm.intr.masked.load %p, %mask, %pass {alignment = 2 : i32} : (!llvm.ptr, vector<64xi1>, vector<64xf16>) -> vector<64xf16>
  llvm.intr.masked.store %i, %p, %mask {alignment = 1 : i32} : vector<64xi8>, vector<64xi1> into !llvm.ptr
  %f = llvm.load %p : !llvm.ptr -> f16
  llvm.store %f, %p : f16, !llvm.ptr
  llvm.return %v : vector<64xf16>
}

// -----

// What else is said of an access stays.
// CHECK-LABEL: llvm.func @scalars
// CHECK-SAME: (%[[P:.*]]: !llvm.ptr, %[[Q:.*]]: !llvm.ptr)
// CHECK: %[[BITS:.*]] = llvm.load volatile %[[P]] {alignment = 2 : i64} : !llvm.ptr -> i16
// CHECK: %[[V:.*]] = llvm.bitcast %[[BITS]] : i16 to bf16
// CHECK: %[[STORED:.*]] = llvm.bitcast %[[V]] : bf16 to i16
// CHECK: llvm.store %[[STORED]], %[[Q]] {alignment = 2 : i64, nontemporal} : i16, !llvm.ptr
// CHECK: llvm.return %[[V]] : bf16
llvm.func @scalars(%p: !llvm.ptr, %q: !llvm.ptr) -> bf16 {
  %v = llvm.load volatile %p {alignment = 2 : i64} : !llvm.ptr -> bf16
  llvm.store %v, %q {alignment = 2 : i64, nontemporal} : bf16, !llvm.ptr
  llvm.return %v : bf16
}

// -----

// CHECK-LABEL: llvm.func @vectors
// CHECK: llvm.load %{{.*}} : !llvm.ptr -> vector<32xi16>
// CHECK: llvm.store %{{.*}}, %{{.*}} : vector<32xi16>, !llvm.ptr
llvm.func @vectors(%p: !llvm.ptr, %q: !llvm.ptr) {
  %v = llvm.load %p : !llvm.ptr -> vector<32xbf16>
  llvm.store %v, %q : vector<32xbf16>, !llvm.ptr
  llvm.return
}
