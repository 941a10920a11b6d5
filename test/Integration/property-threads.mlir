// Threads that share a tensor by rows give the bits of one call.

// REQUIRES: host-x86

// DEFINE: %{options} = target=native
// DEFINE: %{libraries} = -lmlir_c_runner_utils
// DEFINE: %{test} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{%{options} emit-c-interface=true})" -o %t.llvm.mlir && %mlir-translate --mlir-to-llvmir %t.llvm.mlir -o %t.ll && %clang -O1 -pthread -Wall -Wextra -Wno-override-module %t.ll %S/Inputs/threads.c -o %t.exe -L%mlir_lib_dir -Wl,-rpath,%mlir_lib_dir %{libraries} && %t.exe > %t.out && FileCheck %s --input-file=%t.out

// RUN: %{test}
// REDEFINE: %{options} = target=x86-64-v2
// RUN: %{test}

// The caller's threads, each of which starts some of its own.
// REDEFINE: %{options} = target=native threads=3 min-elements-to-split=1
// REDEFINE: %{libraries} = -lmlir_c_runner_utils -lomp
// RUN: %if openmp %{ %{test} %}
// RUN: %if openmp %{ FileCheck %s --check-prefix=FORKS --input-file=%t.ll %}
// FORKS-COUNT-5: call {{.*}}@__kmpc_fork_call(

// Eight rounds of 1003 rows: 4 + 1 bytes of parameters, and 67 times 4 + 1 + 1 + 1.
// CHECK: {{^}}bytes: 3803376 different: 0{{$}}

func.func @choose(%x: tensor<?x67xf32>) -> (tensor<?xf32>, tensor<?xi8>) {
  %s, %z = quant_ext.choose_qparams %x axis = 0 storage = <u8> : (tensor<?x67xf32>) -> (tensor<?xf32>, tensor<?xi8>)
  return %s, %z : tensor<?xf32>, tensor<?xi8>
}

func.func @quantize(%x: tensor<?x67xf32>, %s: tensor<67xf32>, %z: tensor<67xi8>) -> tensor<?x67xi8> {
  %q = quant_ext.quantize %x, %s, %z axis = 1 storage = <u8> : (tensor<?x67xf32>, tensor<67xf32>, tensor<67xi8>) -> tensor<?x67xi8>
  return %q : tensor<?x67xi8>
}

func.func @fake_quantize(%x: tensor<?x67xf32>) -> tensor<?x67xf32> {
  %s = arith.constant dense<0.3> : tensor<f32>
  %y = quant_ext.fake_quantize %x, %s storage = <i4> rounding = half_away : (tensor<?x67xf32>, tensor<f32>) -> tensor<?x67xf32>
  return %y : tensor<?x67xf32>
}

func.func @requantize(%a: tensor<?x67xi32>, %s: tensor<67xf32>) -> tensor<?x67xi8> {
  %one = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.requantize %a in(%s) out(%one) axis = 1 storage_in = <i32> storage = <i8> : (tensor<?x67xi32>, tensor<67xf32>, tensor<f32>) -> tensor<?x67xi8>
  return %q : tensor<?x67xi8>
}

// Each call says where its rows begin.
func.func @stochastic(%x: tensor<?x67xf32>, %row: index) -> tensor<?x67xi8> {
  %one = arith.constant 1 : index
  %columns = arith.constant 67 : index
  %first = arith.muli %row, %columns : index
  %s = arith.constant dense<0.03> : tensor<f32>
  %seed = arith.constant dense<0x123456789> : tensor<i64>
  %q = quant_ext.quantize %x, %s random(%seed at %first, %columns, %one) storage = <i8> rounding = stochastic : (tensor<?x67xf32>, tensor<f32>, tensor<i64>, index, index, index) -> tensor<?x67xi8>
  return %q : tensor<?x67xi8>
}
