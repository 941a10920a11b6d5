// Where the size of rows is unknown, their parameters are repeated in a buffer.
// Nothing else is allocated, results are not copied, and the buffer is freed.

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v4 results-to-out-params})" -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %mlir-translate --mlir-to-llvmir %t.mlir | %llc -O2 -mtriple=x86_64-linux-gnu | FileCheck %s --check-prefix=ASM

// CHECK-LABEL: llvm.func @quantize(
// CHECK-NOT: memcpy
// CHECK: %[[BUFFER:.*]] = llvm.call @malloc(
// CHECK-NOT: {{llvm.call @malloc|memcpy}}
// CHECK: llvm.fdiv %{{.*}} : vector<64xf32>
// CHECK-NOT: {{llvm.call @malloc|memcpy}}
// CHECK: llvm.call @free(%[[BUFFER]])
// CHECK-NOT: {{llvm.call @malloc|memcpy}}
// CHECK: llvm.return

// ASM-LABEL: quantize:
// ASM-NOT: {{gather|[[:space:]]v?(cvt[a-z0-9]*s[sid]2[a-z]+|(min|max|div)s[sd]|pextr[bwdq]|pinsr[bwdq])[[:space:]]}}
// ASM: vpacksswb {{.*}}%zmm
// ASM-NOT: {{gather|[[:space:]]v?(cvt[a-z0-9]*s[sid]2[a-z]+|(min|max|div)s[sd]|pextr[bwdq]|pinsr[bwdq])[[:space:]]}}
// ASM: .size quantize
func.func @quantize(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}
