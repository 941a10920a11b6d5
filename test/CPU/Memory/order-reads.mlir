// DEFINE: %{target} = x86-64-v4
// DEFINE: %{order} = %quant-opt --pass-pipeline="builtin.module(quant-ext-order-reads{target=%{target}})" --split-input-file %s
// RUN: %{order} | FileCheck %s
// REDEFINE: %{target} = x86-64-v3
// RUN: %{order} | FileCheck %s --check-prefix=AVX2
// REDEFINE: %{target} = aarch64
// RUN: %{order} | FileCheck %s --check-prefix=NEON

// CHECK-LABEL: llvm.func @wide(
// CHECK-SAME: %[[P:.*]]: !llvm.ptr)
// CHECK: %[[P0:.*]] = llvm.getelementptr %[[P]][0] : (!llvm.ptr) -> !llvm.ptr, i8
// CHECK: %[[A:.*]] = llvm.load volatile %[[P0]] {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
// CHECK: %[[V0:.*]] = llvm.intr.vector.insert %[[A]], %{{.*}}[0] : vector<16xf32> into vector<128xf32>
// CHECK: %[[P1:.*]] = llvm.getelementptr %[[P]][64]
// CHECK: %[[B:.*]] = llvm.load volatile %[[P1]] {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
// CHECK: %[[V1:.*]] = llvm.intr.vector.insert %[[B]], %[[V0]][16]
// CHECK-COUNT-6: llvm.load volatile
// CHECK: %[[V:.*]] = llvm.intr.vector.insert %{{.*}}[112] : vector<16xf32> into vector<128xf32>
// CHECK: llvm.return %[[V]]
// AVX2-LABEL: llvm.func @wide(
// AVX2-COUNT-16: llvm.load volatile {{.*}} -> vector<8xf32>
// NEON-LABEL: llvm.func @wide(
// NEON-NEXT: llvm.load %{{.*}} -> vector<128xf32>
llvm.func @wide(%p: !llvm.ptr) -> vector<128xf32> {
  %v = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<128xf32>
  llvm.return %v : vector<128xf32>
}

// -----

// Registers are aligned as all of them are, but not to more than their own size;
// where nothing is said, to what the whole type is.
// CHECK-LABEL: llvm.func @aligned(
// CHECK-COUNT-16: llvm.load volatile %{{.*}} {alignment = 64 : i64}
llvm.func @aligned(%p: !llvm.ptr, %q: !llvm.ptr) -> vector<64xf64> {
  %v = llvm.load %p {alignment = 512 : i64} : !llvm.ptr -> vector<64xf64>
  %w = llvm.load %q : !llvm.ptr -> vector<64xf64>
  %sum = llvm.fadd %v, %w : vector<64xf64>
  llvm.return %sum : vector<64xf64>
}

// -----

// Few registers, parts of them, numbers that are no lanes of theirs, what is in
// an order already, and what is on the stack.
// CHECK-LABEL: llvm.func @others(
// CHECK: llvm.load %{{.*}} -> vector<64xf32>
// CHECK: llvm.load %{{.*}} -> vector<130xf32>
// CHECK: llvm.load %{{.*}} -> vector<1024xi3>
// CHECK: llvm.load volatile %{{.*}} -> vector<128xf32>
// CHECK: llvm.load %{{.*}} -> f32
// CHECK: llvm.load %{{.*}} -> vector<1024xi0>
// CHECK: %[[A:.*]] = llvm.alloca
// CHECK: llvm.getelementptr %[[A]]
// CHECK: llvm.load %{{.*}} -> vector<128xf32>
llvm.func @others(%p: !llvm.ptr, %use: !llvm.ptr) {
  %a = llvm.load %p : !llvm.ptr -> vector<64xf32>
  %b = llvm.load %p : !llvm.ptr -> vector<130xf32>
  %c = llvm.load %p : !llvm.ptr -> vector<1024xi3>
  %d = llvm.load volatile %p : !llvm.ptr -> vector<128xf32>
  %e = llvm.load %p : !llvm.ptr -> f32
  %f = llvm.load %p : !llvm.ptr -> vector<1024xi0>
  %two = llvm.mlir.constant(2 : i64) : i64
  %stack = llvm.alloca %two x vector<128xf32> : (i64) -> !llvm.ptr
  %second = llvm.getelementptr %stack[1] : (!llvm.ptr) -> !llvm.ptr, vector<128xf32>
  %g = llvm.load %second : !llvm.ptr -> vector<128xf32>
  llvm.return
}
