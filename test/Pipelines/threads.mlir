// Only where it is asked for does code call the OpenMP runtime.

// DEFINE: %{threads} = 1
// DEFINE: %{lower} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v3 results-to-out-params threads=%{threads}})"

// RUN: %{lower} | FileCheck %s --check-prefix=CHECK --implicit-check-not=omp. --implicit-check-not=@malloc
// REDEFINE: %{threads} = 2
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,SPLIT,TWO --implicit-check-not=@malloc
// REDEFINE: %{threads} = 0
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,SPLIT,ANY --implicit-check-not=@malloc --implicit-check-not="parallel num_threads"

// CHECK-LABEL: llvm.func @large(
// TWO: omp.parallel num_threads(
// ANY: omp.parallel {
// SPLIT: llvm.call @omp_get_thread_num()
// CHECK: fdiv
// CHECK: llvm.return
func.func @large(%x: tensor<1024x1024xf32>, %s: tensor<f32>) -> tensor<1024x1024xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<1024x1024xf32>, tensor<f32>) -> tensor<1024x1024xi8>
  return %q : tensor<1024x1024xi8>
}

// CHECK-LABEL: llvm.func @small(
// CHECK-NOT: omp.
// CHECK: llvm.return
func.func @small(%x: tensor<1024xf32>, %s: tensor<f32>) -> tensor<1024xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<1024xf32>, tensor<f32>) -> tensor<1024xi8>
  return %q : tensor<1024xi8>
}

// Results of dynamic shape are written to the caller's buffers too.
// CHECK-LABEL: llvm.func @unknown(
// SPLIT: omp.parallel
// CHECK-NOT: memcpy
// CHECK: llvm.return
func.func @unknown(%x: tensor<?x3xf32>, %s: tensor<f32>) -> tensor<?x3xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xi8>
  return %q : tensor<?x3xi8>
}

// So are those whose rows are laid side by side, a part of them by each thread.
// CHECK-LABEL: llvm.func @short_rows(
// TWO: omp.parallel
// CHECK-NOT: memcpy
// CHECK: llvm.fdiv %{{.*}} : vector<32xf32>
// CHECK-NOT: memcpy
// CHECK: llvm.return
func.func @short_rows(%x: tensor<?x3xf32>, %s: tensor<3xf32>) -> tensor<?x3xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi8>
  return %q : tensor<?x3xi8>
}

// CHECK-LABEL: llvm.func @short_channels(
// TWO: omp.parallel
// CHECK-NOT: memcpy
// CHECK: llvm.fdiv %{{.*}} : vector<32xf32>
// CHECK-NOT: memcpy
// CHECK: llvm.return
func.func @short_channels(%x: tensor<64x512x7x1xf32>, %s: tensor<512xf32>) -> tensor<64x512x7x1xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x512x7x1xf32>, tensor<512xf32>) -> tensor<64x512x7x1xi8>
  return %q : tensor<64x512x7x1xi8>
}
