// Rows of run-time sizes, a part of them for each thread, go straight into the
// caller's buffers, on both sides of the branch that decides on their fusion.

// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v4 results-to-out-params threads=2})" %s | FileCheck %s --implicit-check-not=memcpy --implicit-check-not=@memrefCopy

// CHECK-LABEL: llvm.func @signed(
// CHECK: omp.parallel
func.func @signed(%x: tensor<?x?xf32>) -> (tensor<?x?xi8>, tensor<?xf32>) {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<?x?xf32>) -> tensor<?xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q, %s : tensor<?x?xi8>, tensor<?xf32>
}

// CHECK-LABEL: llvm.func @unsigned(
// CHECK: omp.parallel
func.func @unsigned(%x: tensor<?x?xf32>) -> (tensor<?x?xi8>, tensor<?xf32>, tensor<?xi8>) {
  %s, %z = quant_ext.choose_qparams %x axis = 0 storage = <u8> : (tensor<?x?xf32>) -> (tensor<?xf32>, tensor<?xi8>)
  %q = quant_ext.quantize %x, %s, %z axis = 0 storage = <u8> : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xi8>) -> tensor<?x?xi8>
  return %q, %s, %z : tensor<?x?xi8>, tensor<?xf32>, tensor<?xi8>
}
