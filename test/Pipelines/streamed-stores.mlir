// What is larger than the last-level cache bypasses it: whole registers, at
// aligned addresses, one fence for all, and nothing scalar. What is not does not.

// DEFINE: %{target} =
// DEFINE: %{triple} = x86_64-linux-gnu
// DEFINE: %{options} =
// DEFINE: %{assembly} = %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{target=%{target} results-to-out-params %{options}})" %s | %mlir-translate --mlir-to-llvmir | %llc -O2 -mtriple=%{triple}
// DEFINE: %{no_scalars} = --implicit-check-not='{{[[:space:]]v?(cvt[a-z0-9]*s[sid]2[a-z]+|cvt[a-z0-9]*2s[sih][a-z]*|movnti|pextr[bwdq]|pinsr[bwdq])[[:space:]]}}'

// REDEFINE: %{target} = znver5
// RUN: %{assembly} | FileCheck %s --check-prefixes=CHECK,AHEAD -DREG=%zmm --implicit-check-not=sfence %{no_scalars}
// REDEFINE: %{target} = x86-64-v4
// RUN: %{assembly} | FileCheck %s -DREG=%zmm --implicit-check-not=sfence --implicit-check-not=prefetch %{no_scalars}
// REDEFINE: %{target} = x86-64-v3
// RUN: %{assembly} | FileCheck %s -DREG=%ymm --implicit-check-not=sfence %{no_scalars}
// REDEFINE: %{target} = x86-64-v2
// RUN: %{assembly} | FileCheck %s -DREG=%xmm --implicit-check-not=sfence %{no_scalars}

// Where rows take turns, each writes no more than some lines at a time.
// REDEFINE: %{target} = znver3
// RUN: %{assembly} | FileCheck %s --check-prefix=TURNS
// TURNS-LABEL: {{^}}by_column:
// TURNS: movntdq %ymm
// TURNS: sfence

// None on Arm, nor where the option says so.
// REDEFINE: %{options} = min-bytes-to-stream=-1
// RUN: %{assembly} | FileCheck %s --check-prefix=NONE --implicit-check-not=movnt --implicit-check-not=sfence --implicit-check-not=prefetch
// REDEFINE: %{target} = aarch64
// REDEFINE: %{triple} = aarch64-linux-gnu
// REDEFINE: %{options} = min-bytes-to-stream=1
// RUN: %{assembly} | FileCheck %s --check-prefix=NONE --implicit-check-not=stnp --implicit-check-not=prfm --implicit-check-not=dmb
// NONE: {{^}}quantize:
// NONE: {{^}}below:

// 64 numbers are 4 lines that are read; one register is written of as many
// bytes as it has.
// CHECK-LABEL: {{^}}quantize:
// AHEAD-DAG: prefetcht0
// CHECK-DAG: {{v?}}movnt{{dq|ps}} [[REG]]
// CHECK: sfence
func.func @quantize(%x: tensor<2097152xf32>, %s: tensor<f32>) -> tensor<2097152xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<2097152xf32>, tensor<f32>) -> tensor<2097152xi8>
  return %q : tensor<2097152xi8>
}

// CHECK-LABEL: {{^}}dequantize:
// AHEAD-DAG: prefetcht0
// CHECK-COUNT-4: {{v?}}movnt{{dq|ps}} [[REG]]
// CHECK: sfence
func.func @dequantize(%q: tensor<4194304xi8>, %s: tensor<f32>) -> tensor<4194304xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4194304xi8>, tensor<f32>) -> tensor<4194304xf32>
  return %x : tensor<4194304xf32>
}

// CHECK-LABEL: {{^}}by_row:
// AHEAD-DAG: prefetcht0
// CHECK-DAG: {{v?}}movnt{{dq|ps}} [[REG]]
// CHECK: sfence
func.func @by_row(%x: tensor<1000x2048xf32>, %s: tensor<1000xf32>) -> tensor<1000x2048xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<1000x2048xf32>, tensor<1000xf32>) -> tensor<1000x2048xi8>
  return %q : tensor<1000x2048xi8>
}

// CHECK-LABEL: {{^}}by_column:
// CHECK: movnt{{dq|ps}} [[REG]]
// CHECK: sfence
func.func @by_column(%x: tensor<4096x2048xf32>, %s: tensor<2048xf32>) -> tensor<4096x2048xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<4096x2048xf32>, tensor<2048xf32>) -> tensor<4096x2048xi8>
  return %q : tensor<4096x2048xi8>
}

// 5 bytes for each of 2^20 numbers are less than the 8 MiB of Target.cpp.
// CHECK-LABEL: {{^}}below:
// CHECK-NOT: movnt
// CHECK-NOT: prefetch
// CHECK: ret
func.func @below(%x: tensor<1048576xf32>, %s: tensor<f32>) -> tensor<1048576xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<1048576xf32>, tensor<f32>) -> tensor<1048576xi8>
  return %q : tensor<1048576xi8>
}
