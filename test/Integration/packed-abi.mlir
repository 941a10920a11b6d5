// A caller that knows nothing of the compiler passes and gets packed elements.

// REQUIRES: host-x86

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=native emit-c-interface=true})" -o %t.llvm.mlir
// RUN: %mlir-translate --mlir-to-llvmir %t.llvm.mlir -o %t.ll
// RUN: %clang -O2 -shared -fPIC -Wno-override-module -x ir %t.ll -o %t.so -L%mlir_lib_dir -Wl,-rpath,%mlir_lib_dir -lmlir_c_runner_utils
// RUN: %python %S/packed_abi.py %t.so | FileCheck %s
// CHECK: calls: 16 mismatches: 0

func.func @quantize_i4(%x: tensor<?x3xf32>, %s: tensor<f32>) -> tensor<?x3xi4> {
  %q = quant_ext.quantize %x, %s storage = <i4> : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xi4>
  return %q : tensor<?x3xi4>
}

func.func @quantize_u2(%x: tensor<?x3xf32>, %s: tensor<f32>) -> tensor<?x3xi2> {
  %z = arith.constant dense<0> : tensor<i2>
  %q = quant_ext.quantize %x, %s, %z storage = <u2> : (tensor<?x3xf32>, tensor<f32>, tensor<i2>) -> tensor<?x3xi2>
  return %q : tensor<?x3xi2>
}

func.func @dequantize_i4(%q: tensor<?x3xi4>, %s: tensor<f32>) -> tensor<?x3xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i4> : (tensor<?x3xi4>, tensor<f32>) -> tensor<?x3xf32>
  return %x : tensor<?x3xf32>
}

func.func @dequantize_u2(%q: tensor<?x3xi2>, %s: tensor<f32>) -> tensor<?x3xf32> {
  %z = arith.constant dense<0> : tensor<i2>
  %x = quant_ext.dequantize %q, %s, %z storage = <u2> : (tensor<?x3xi2>, tensor<f32>, tensor<i2>) -> tensor<?x3xf32>
  return %x : tensor<?x3xf32>
}
