// Per-block results are written where the caller wants them: there is no
// allocation, and no copy, for whole blocks, for a ragged last one, and where
// only run time knows.

// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v4 results-to-out-params=true})" %s | FileCheck %s --implicit-check-not='llvm.call @' --implicit-check-not=memcpy
// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{target=aarch64 results-to-out-params=true})" %s | FileCheck %s --implicit-check-not='llvm.call @' --implicit-check-not=memcpy

// CHECK-LABEL: llvm.func @whole(
func.func @whole(%x: tensor<16x384xi8>, %s: tensor<16x12xf32>) -> tensor<16x384xf32> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<16x384xi8>, tensor<16x12xf32>) -> tensor<16x384xf32>
  return %y : tensor<16x384xf32>
}

// CHECK-LABEL: llvm.func @ragged(
func.func @ragged(%x: tensor<16x389xf32>, %s: tensor<16x13xf32>) -> tensor<16x389xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<16x389xf32>, tensor<16x13xf32>) -> tensor<16x389xi8>
  return %y : tensor<16x389xi8>
}

// CHECK-LABEL: llvm.func @ragged_in_two_dimensions(
func.func @ragged_in_two_dimensions(%x: tensor<17x389xf32>, %s: tensor<5x13xf32>) -> tensor<17x389xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [4, 32] storage = <i8> : (tensor<17x389xf32>, tensor<5x13xf32>) -> tensor<17x389xi8>
  return %y : tensor<17x389xi8>
}

// CHECK-LABEL: llvm.func @dynamic(
func.func @dynamic(%x: tensor<?x?xf32>, %s: tensor<?x?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}
