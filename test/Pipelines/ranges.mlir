// The loop over a range takes one instruction a vector for the maximum and one
// for the minimum: what is not finite is gone before them, so that they need not
// ask for NaNs.

// DEFINE: %{target} =
// DEFINE: %{triple} = x86_64-linux-gnu
// DEFINE: %{assembly} = %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{target=%{target}})" %s | %mlir-translate --mlir-to-llvmir | %llc -O2 -mtriple=%{triple}

// REDEFINE: %{target} = x86-64-v4
// RUN: %{assembly} | FileCheck %s -DREG=%zmm
// REDEFINE: %{target} = x86-64-v3
// RUN: %{assembly} | FileCheck %s -DREG=%ymm
// REDEFINE: %{target} = x86-64-v2
// RUN: %{assembly} | FileCheck %s -DREG=%xmm
// REDEFINE: %{triple} = aarch64-linux-gnu
// REDEFINE: %{target} = aarch64
// RUN: %{assembly} | FileCheck %s -DREG=.4s

// CHECK-LABEL: {{^}}range:
// CHECK: Inner Loop Header
// CHECK-NOT: {{[[:space:]](v?cmpunordps|v?cmpnleps|v?blendvps|fcmeq|bsl|bit|bif)[[:space:]]}}
// CHECK: {{[[:space:]](v?maxps|fmaxnm)[[:space:]].*}}[[REG]]
// CHECK-NOT: {{[[:space:]](v?cmpunordps|v?cmpnleps|v?blendvps|fcmeq|bsl|bit|bif)[[:space:]]}}
// CHECK: {{[[:space:]](v?minps|fminnm)[[:space:]].*}}[[REG]]
func.func @range(%x: tensor<1024xf32>) -> (tensor<f32>, tensor<i8>) {
  %s, %z = quant_ext.choose_qparams %x storage = <i8> : (tensor<1024xf32>) -> (tensor<f32>, tensor<i8>)
  return %s, %z : tensor<f32>, tensor<i8>
}
