// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights)' | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{granularity=per-block block-size=16})' | FileCheck %s --check-prefix=BLOCK

// A second run finds nothing left to do.
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights)' -o %t.once
// RUN: %quant-opt %t.once --pass-pipeline='builtin.module(quant-ext-quantize-weights)' | diff %t.once -

// Weights behind operations that keep their elements.

// A linear layer as front ends write it: a transposed constant, whose rows are
// output channels. Quantized before the transpose, of which other users keep
// theirs. f16 that is extended is quantized as f16.
// CHECK-LABEL: func @linear(
// CHECK: %[[W:.*]] = arith.constant
// CHECK: %[[DQ:.*]] = quant_ext.dequantize %{{.*}} axis = 0 {{.*}} -> tensor<2x2xf16>
// CHECK-DAG: %[[FLOAT_EXT:.*]] = arith.extf %[[W]]
// CHECK-DAG: %[[EXT:.*]] = arith.extf %[[DQ]]
// CHECK-DAG: %[[FLOAT:.*]] = linalg.transpose ins(%[[FLOAT_EXT]] :
// CHECK-DAG: %[[T:.*]] = linalg.transpose ins(%[[EXT]] :
// CHECK: linalg.matmul ins(%{{.*}}, %[[T]] :
// CHECK: linalg.matmul ins(%{{.*}}, %[[T]] :
// CHECK: return %{{.*}}, %[[FLOAT]]
// BLOCK-LABEL: func @linear(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @linear(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = arith.constant dense<0.5> : tensor<2x2xf16>
  %ext = arith.extf %w : tensor<2x2xf16> to tensor<2x2xf32>
  %empty = tensor.empty() : tensor<2x2xf32>
  %t = linalg.transpose ins(%ext : tensor<2x2xf32>) outs(%empty : tensor<2x2xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%x, %t : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  %z = linalg.matmul ins(%y, %t : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %z, %t : tensor<2x2xf32>, tensor<2x2xf32>
}

#bmk = affine_map<(b, m, n, k) -> (b, m, k)>
#bnk = affine_map<(b, m, n, k) -> (b, n, k)>
#bmn = affine_map<(b, m, n, k) -> (b, m, n)>

// In a permutation of three, output dimension i is dimension permutation[i] of
// the constant: N, which is 1 in the operand, is 2 in the constant; K, 2 in the
// operand, is 0.
// CHECK-LABEL: func @rotated(
// CHECK: choose_qparams %{{.*}} axis = 2 storage
// BLOCK-LABEL: func @rotated(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16, 1, 1] storage
func.func @rotated(%x: tensor<2x2x2xf32>, %init: tensor<2x2x?xf32>) -> tensor<2x2x?xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %empty = tensor.empty() : tensor<2x2x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x2x2xf32>) outs(%empty : tensor<2x2x2xf32>) permutation = [1, 2, 0]
  %c = tensor.cast %t : tensor<2x2x2xf32> to tensor<2x?x2xf32>
  %y = linalg.contract indexing_maps = [#bmk, #bnk, #bmn] ins(%x, %c : tensor<2x2x2xf32>, tensor<2x?x2xf32>) outs(%init : tensor<2x2x?xf32>) -> tensor<2x2x?xf32>
  return %y : tensor<2x2x?xf32>
}

// What a cast hides the rank of is left alone.
// CHECK-LABEL: func @unranked(
// CHECK-NOT: quant_ext
func.func @unranked(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<4xf32>
  %u = tensor.cast %w : tensor<4xf32> to tensor<*xf32>
  %r = tensor.cast %u : tensor<*xf32> to tensor<2x2xf32>
  %y = linalg.matmul ins(%x, %r : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
