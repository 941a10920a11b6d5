// The loop over a range takes an addition a vector and one instruction for each of
// its ends: what is not finite is less than either, so that nothing asks for it.

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
// CHECK-NOT: {{[[:space:]](v?p?cmp[a-z]*|v?p?blend[a-z]*|fcm[a-z]*|cm(eq|ge|gt|hi|hs)|bsl|bit|bif)[[:space:]].*}}[[REG]]
// CHECK-DAG: {{[[:space:]](v?pmaxsd|smax)[[:space:]].*}}[[REG]]
// CHECK-DAG: {{[[:space:]](v?pmaxud|umax)[[:space:]].*}}[[REG]]
func.func @range(%x: tensor<1024xf32>) -> (tensor<f32>, tensor<i8>) {
  %s, %z = quant_ext.choose_qparams %x storage = <i8> : (tensor<1024xf32>) -> (tensor<f32>, tensor<i8>)
  return %s, %z : tensor<f32>, tensor<i8>
}
