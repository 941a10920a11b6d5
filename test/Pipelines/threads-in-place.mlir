// Threads write where the caller wants the result: there is no allocation, and
// no copy, for any granularity, whether sizes are known or not. Without buffers
// of the caller there is one allocation, that of the result.

// DEFINE: %{threads} = 2
// DEFINE: %{target} = x86-64-v4
// DEFINE: %{given} = true
// DEFINE: %{lower} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=%{target} results-to-out-params=%{given} threads=%{threads}})"
// DEFINE: %{check} = FileCheck %s --implicit-check-not='llvm.call @{{[^o]}}' --implicit-check-not=memcpy

// RUN: %{lower} | %{check} --check-prefixes=CHECK,SPLIT
// REDEFINE: %{threads} = 0
// RUN: %{lower} | %{check} --check-prefixes=CHECK,SPLIT
// REDEFINE: %{target} = aarch64
// RUN: %{lower} | %{check} --check-prefixes=CHECK,SPLIT
// REDEFINE: %{given} = false
// RUN: %{lower} | %{check} --check-prefixes=CHECK,ALLOC
// REDEFINE: %{target} = x86-64-v4
// REDEFINE: %{threads} = 2
// RUN: %{lower} | %{check} --check-prefixes=CHECK,ALLOC

// CHECK-LABEL: llvm.func @tensor(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @tensor(%x: tensor<?x?xf32>, %s: tensor<f32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?x?xf32>, tensor<f32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

// CHECK-LABEL: llvm.func @outer(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @outer(%q: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %x = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}

// CHECK-LABEL: llvm.func @middle(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @middle(%q: tensor<?x?x7x7xi8>, %s: tensor<?xf32>) -> tensor<?x?x7x7xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<?x?x7x7xi8>, tensor<?xf32>) -> tensor<?x?x7x7xf32>
  return %x : tensor<?x?x7x7xf32>
}

// CHECK-LABEL: llvm.func @inner(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @inner(%q: tensor<?x64xi8>, %s: tensor<64xf32>) -> tensor<?x64xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<?x64xi8>, tensor<64xf32>) -> tensor<?x64xf32>
  return %x : tensor<?x64xf32>
}

// CHECK-LABEL: llvm.func @inner3(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @inner3(%x: tensor<?x3xf32>, %s: tensor<3xf32>) -> tensor<?x3xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi8>
  return %q : tensor<?x3xi8>
}

// CHECK-LABEL: llvm.func @blocks_known(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @blocks_known(%q: tensor<1048576xi8>, %s: tensor<32768xf32>) -> tensor<1048576xf32> {
  %x = quant_ext.dequantize %q, %s block_sizes = [32] storage = <i8> : (tensor<1048576xi8>, tensor<32768xf32>) -> tensor<1048576xf32>
  return %x : tensor<1048576xf32>
}

// CHECK-LABEL: llvm.func @blocks(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @blocks(%q: tensor<?xi8>, %s: tensor<?xf32>) -> tensor<?xf32> {
  %x = quant_ext.dequantize %q, %s block_sizes = [32] storage = <i8> : (tensor<?xi8>, tensor<?xf32>) -> tensor<?xf32>
  return %x : tensor<?xf32>
}

// CHECK-LABEL: llvm.func @blocks_quantized(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @blocks_quantized(%x: tensor<?xf32>, %s: tensor<?xf32>) -> tensor<?xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [128] storage = <i8> : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

// CHECK-LABEL: llvm.func @blocks_of_rows(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @blocks_of_rows(%x: tensor<?x?xf32>, %s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.fake_quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// CHECK-LABEL: llvm.func @ragged_blocks(
// ALLOC: llvm.call @malloc
// SPLIT: omp.parallel
func.func @ragged_blocks(%x: tensor<1024x1029xf32>, %s: tensor<1024x33xf32>) -> tensor<1024x1029xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<1024x1029xf32>, tensor<1024x33xf32>) -> tensor<1024x1029xi8>
  return %q : tensor<1024x1029xi8>
}
