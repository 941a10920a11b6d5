// Each contraction of integers is said to be packed, and for which instructions, or
// why it is not.

// DEFINE: %{options} = target=x86-64-v4 features=+avx512vnni
// DEFINE: %{pack} = %quant-opt %s -o /dev/null --mlir-disable-threading --remarks-filter=quant-ext-pack-contractions --pass-pipeline="builtin.module(func.func(quant-ext-pack-contractions{%{options}}))" 2>&1
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,VNNI
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,AVX2
// REDEFINE: %{options} = target=x86-64-v4
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,AVX512
// REDEFINE: %{options} = target=aarch64 features=+dotprod
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,DOT
// REDEFINE: %{options} = target=aarch64
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,NEON

// VNNI: [Passed] packed | Category:quant-ext-pack-contractions | Function=matmul | Recipe=avx512-vnni, Remark=packed
// AVX2: Function=matmul | Recipe=avx2-pmaddwd, Remark=packed
// AVX512: Function=matmul | Recipe=avx512-pmaddwd, Remark=packed
// DOT: Function=matmul | Recipe=neon-dotprod, Remark=packed
// NEON: Function=matmul | Recipe=neon-mlal, Remark=packed
func.func @matmul(%a: tensor<8x64xi8>, %b: tensor<64x16xi8>, %i: tensor<8x16xi32>) -> tensor<8x16xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<8x64xi8>, tensor<64x16xi8>) outs(%i : tensor<8x16xi32>) -> tensor<8x16xi32>
  return %r : tensor<8x16xi32>
}

// CHECK: [Missed] not-packed | Category:quant-ext-pack-contractions | Function=few_rows | Reason="its right factor is not constant, and has few rows to serve", Remark="not packed"
func.func @few_rows(%a: tensor<1x64xi8>, %b: tensor<64x16xi8>, %i: tensor<1x16xi32>) -> tensor<1x16xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<1x64xi8>, tensor<64x16xi8>) outs(%i : tensor<1x16xi32>) -> tensor<1x16xi32>
  return %r : tensor<1x16xi32>
}

// CHECK: Function=dynamic | Reason="its columns or what it reduces have no static size"
func.func @dynamic(%a: tensor<8x?xi8>, %b: tensor<?x16xi8>, %i: tensor<8x16xi32>) -> tensor<8x16xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<8x?xi8>, tensor<?x16xi8>) outs(%i : tensor<8x16xi32>) -> tensor<8x16xi32>
  return %r : tensor<8x16xi32>
}

// CHECK: Function=wide | Reason="its factors are not of i8"
func.func @wide(%a: tensor<8x64xi16>, %b: tensor<64x16xi16>, %i: tensor<8x16xi32>) -> tensor<8x16xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<8x64xi16>, tensor<64x16xi16>) outs(%i : tensor<8x16xi32>) -> tensor<8x16xi32>
  return %r : tensor<8x16xi32>
}

// Neither floats nor what is no contraction are spoken of.
// CHECK-NOT: Function=
func.func @others(%a: tensor<8x64xf32>, %b: tensor<64x16xf32>, %i: tensor<8x16xf32>, %x: tensor<8xi32>) -> (tensor<8x16xf32>, tensor<8xi32>) {
  %r = linalg.matmul ins(%a, %b : tensor<8x64xf32>, tensor<64x16xf32>) outs(%i : tensor<8x16xf32>) -> tensor<8x16xf32>
  %s = linalg.add ins(%x, %x : tensor<8xi32>, tensor<8xi32>) outs(%x : tensor<8xi32>) -> tensor<8xi32>
  return %r, %s : tensor<8x16xf32>, tensor<8xi32>
}
