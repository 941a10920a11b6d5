// Rows of a tensor that is larger than the cache are read from memory once: all
// of a row's loops are inside the one over rows. What they make is written where
// the caller wants it, and nothing is allocated.

// Stock mlir-opt does not know passes of a plugin by name after this option.
// REQUIRES: quant-opt

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v4 results-to-out-params min-bytes-to-stream=-1})" --mlir-disable-threading --mlir-print-ir-after=quant-ext-lower-element-ops -o %t.llvm.mlir 2>&1 | FileCheck %s --implicit-check-not=memref.alloc --implicit-check-not=memref.copy
// RUN: FileCheck %s --input-file=%t.llvm.mlir --check-prefix=LLVM --implicit-check-not="call @" --implicit-check-not=memcpy
// LLVM: llvm.func @rows(
// LLVM: llvm.return

// CHECK: func.func @rows(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<4096x4096xf32>, %[[Q:[a-z0-9]+]]: memref<4096x4096xi8>, %[[S:[a-z0-9]+]]: memref<4096xf32>, %[[Z:[a-z0-9]+]]: memref<4096xi8>
// CHECK: scf.for %[[ROW:[a-z0-9]+]] = %c0 to %c4096 step %c1 {
// CHECK: %[[XI:.*]] = memref.subview %[[X]][%[[ROW]], 0] [1, 4096]
// CHECK: scf.for {{.*}} to %c4096 step %c64
// CHECK: vector.transfer_read %[[XI]]{{.*}} vector<16xf32>
// CHECK: vector.reduction <maxsi>
// CHECK: vector.reduction <maxui>
// CHECK-DAG: %[[SI:.*]] = memref.subview %[[S]][%[[ROW]]] [1]
// CHECK-DAG: %[[ZI:.*]] = memref.subview %[[Z]][%[[ROW]]] [1]
// CHECK: memref.store %{{.*}}, %[[SI]]
// CHECK: memref.store %{{.*}}, %[[ZI]]
// CHECK: %[[QI:.*]] = memref.subview %[[Q]][%[[ROW]], 0] [1, 4096]
// CHECK: scf.for {{.*}} to %c4096 step %c64
// CHECK: vector.transfer_read %[[XI]]{{.*}} vector<64xf32>
// CHECK: vector.transfer_write %{{.*}}, %[[QI]]{{.*}} vector<64xi8>
// CHECK-NOT: scf.for
// CHECK: return
func.func @rows(%x: tensor<4096x4096xf32>) -> (tensor<4096x4096xi8>, tensor<4096xf32>, tensor<4096xi8>) {
  %s, %z = quant_ext.choose_qparams %x axis = 0 storage = <u8> : (tensor<4096x4096xf32>) -> (tensor<4096xf32>, tensor<4096xi8>)
  %q = quant_ext.quantize %x, %s, %z axis = 0 storage = <u8> : (tensor<4096x4096xf32>, tensor<4096xf32>, tensor<4096xi8>) -> tensor<4096x4096xi8>
  return %q, %s, %z : tensor<4096x4096xi8>, tensor<4096xf32>, tensor<4096xi8>
}
