// MLIR's reducer works on operations of quant_ext: of all this, what quantizes is
// left.

// REQUIRES: quant-opt

// RUN: %quant-ext-reduce %s -opt-reduction-pass='opt-pass=symbol-dce test=%S/Inputs/has_quantize.sh' -o %t.used.mlir
// RUN: %quant-ext-reduce %t.used.mlir -opt-reduction-pass='opt-pass=cse test=%S/Inputs/has_quantize.sh' | FileCheck %s
// CHECK-NOT: @unrelated
// CHECK: func.func @quantize(
// CHECK-NOT: quant_ext.dequantize
// CHECK: quant_ext.quantize
// CHECK-NOT: @unrelated

func.func private @unrelated(%x: tensor<4xi8>, %s: tensor<f32>) -> tensor<4xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i8> : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @quantize(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %y = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %q : tensor<4xi8>
}

func.func private @unrelated_too(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = arith.negf %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
