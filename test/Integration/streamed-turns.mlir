// Results are the same where four parts of a loop, or of all rows, take turns, as
// on Zen 3, wherever the caller's buffers lie, and nothing beside them is touched.

// REQUIRES: host-avx2

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=znver3 emit-c-interface results-to-out-params min-bytes-to-stream=1})" -o %t.mlir
// RUN: %mlir-translate --mlir-to-llvmir %t.mlir -o %t.ll
// RUN: %clang -O1 -shared -fPIC -Wno-override-module -x ir %t.ll -o %t.so -L%mlir_lib_dir -Wl,-rpath,%mlir_lib_dir -lmlir_c_runner_utils
// RUN: %python %S/streamed_stores.py %t.so --turns | FileCheck %s
// 11 calls for each of 2 lengths at 8 offsets; wide rows: 4 at 8.
// CHECK: calls: 208 mismatches: 0

func.func @quantize(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

func.func @quantize_i16(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi16> {
  %q = quant_ext.quantize %x, %s storage = <i16> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi16>
  return %q : tensor<?xi16>
}

func.func @dequantize(%q: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf32>
  return %x : tensor<?xf32>
}

func.func @dequantize_f16(%q: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xf16> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf16>
  return %x : tensor<?xf16>
}

func.func @dequantize_bf16(%q: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xbf16> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xbf16>
  return %x : tensor<?xbf16>
}

func.func @fake_quantize(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xf32> {
  %y = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @add_fake_quantized(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xf32> {
  %y = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %z = arith.addf %x, %y : tensor<?xf32>
  return %z : tensor<?xf32>
}

func.func @dequantize_columns3(%q: tensor<?x3xi8>, %s: tensor<3xf32>) -> tensor<?x3xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<?x3xi8>, tensor<3xf32>) -> tensor<?x3xf32>
  return %x : tensor<?x3xf32>
}

func.func @quantize_stochastic(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi8> {
  %seed = arith.constant dense<7> : tensor<i64>
  %q = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<?xf32>, tensor<f32>, tensor<i64>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

func.func @quantize_wide_rows(%x: tensor<163x3200xf32>, %s: tensor<163xf32>) -> tensor<163x3200xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<163x3200xf32>, tensor<163xf32>) -> tensor<163x3200xi8>
  return %q : tensor<163x3200xi8>
}

func.func @quantize_wide(%x: tensor<163x3200xf32>, %s: tensor<3200xf32>) -> tensor<163x3200xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<163x3200xf32>, tensor<3200xf32>) -> tensor<163x3200xi8>
  return %q : tensor<163x3200xi8>
}

func.func @quantize_i4_wide(%x: tensor<163x3200xf32>, %s: tensor<3200xf32>) -> tensor<163x3200xi4> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i4> : (tensor<163x3200xf32>, tensor<3200xf32>) -> tensor<163x3200xi4>
  return %q : tensor<163x3200xi4>
}

func.func @dequantize_wide(%q: tensor<163x3200xi8>, %s: tensor<3200xf32>) -> tensor<163x3200xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<163x3200xi8>, tensor<3200xf32>) -> tensor<163x3200xf32>
  return %x : tensor<163x3200xf32>
}
