// Rows of run-time lengths: with all that vectors leave taken by one more of them,
// unless a result overwrites an operand.

// REQUIRES: host-avx2

// DEFINE: %{lower} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v3 emit-c-interface results-to-out-params})" --mlir-print-ir-after=quant-ext-overlap-rests --mlir-disable-threading
// DEFINE: %{link} = %mlir-translate --mlir-to-llvmir -o %t.ll && %clang -O1 -shared -fPIC -Wno-override-module -x ir %t.ll -o %t.so
// RUN: %{lower} 2> %t.rests.mlir | %{link}
// RUN: FileCheck %s --check-prefix=RESTS --input-file=%t.rests.mlir
// RUN: %python %S/overlapped_rests.py %t.so | FileCheck %s

// CHECK: quantize: 5 rows of 140 lengths, different: 0
// CHECK-NEXT: dequantize_add: 5 rows of 140 lengths, different: 0
// CHECK-NEXT: dequantize_add in place: 5 rows of 140 lengths, different: 0

// RESTS-LABEL: func.func @quantize(
// RESTS: scf.if
// RESTS-NEXT: vector.transfer_read
// RESTS: vector.transfer_write
// RESTS-NEXT: } else {
func.func @quantize(%x: tensor<?x?xf32>, %s: tensor<?xf32>, %z: tensor<?xi8>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s, %z axis = 0 storage = <u8>
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xi8>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

// RESTS-LABEL: func.func @dequantize_add(
// RESTS: scf.if
// RESTS-NEXT: vector.transfer_read
// RESTS: vector.transfer_write
// RESTS-NEXT: } else {
func.func @dequantize_add(%q: tensor<?x?xi8>, %s: tensor<?xf32>, %x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %a = quant_ext.dequantize %q, %s axis = 0 storage = <i8>
      : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %y = linalg.add ins(%a, %x : tensor<?x?xf32>, tensor<?x?xf32>) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
