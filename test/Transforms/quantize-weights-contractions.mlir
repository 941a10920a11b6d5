// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights)' | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{granularity=per-block block-size=16})' | FileCheck %s --check-prefix=BLOCK

// The generics of the same meaning.
// RUN: %quant-opt %s --pass-pipeline='builtin.module(func.func(linalg-generalize-named-ops),quant-ext-quantize-weights)' | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(func.func(linalg-generalize-named-ops),quant-ext-quantize-weights{granularity=per-block block-size=16})' | FileCheck %s --check-prefix=BLOCK

// Every named contraction, with the weight on either side. All sizes are 2, so that
// only the indexing maps tell dimensions apart. In the letters above each, upper
// case are the loops: B batch, M and N those of the output, K the reduction; m, n
// and k are the inner tiles of mmt4d. Output channels of a lhs are M and m, of a
// rhs N and n. Blocks run along the last of K and k.

// MK x KN -> MN
// CHECK-LABEL: func @matmul_lhs(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @matmul_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @matmul_lhs(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.matmul ins(%w, %x : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// MK x KN -> MN
// CHECK-LABEL: func @matmul_rhs(
// CHECK: choose_qparams %{{.*}} axis = 1 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @matmul_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16, 1] storage
func.func @matmul_rhs(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// BMK x BKN -> BMN
// CHECK-LABEL: func @batch_matmul_lhs(
// CHECK: choose_qparams %{{.*}} axis = 1 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @batch_matmul_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16] storage
func.func @batch_matmul_lhs(%x: tensor<2x2x2xf32>, %init: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.batch_matmul ins(%w, %x : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// BMK x BKN -> BMN
// CHECK-LABEL: func @batch_matmul_rhs(
// CHECK: choose_qparams %{{.*}} axis = 2 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @batch_matmul_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1] storage
func.func @batch_matmul_rhs(%x: tensor<2x2x2xf32>, %init: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.batch_matmul ins(%x, %w : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// BMK x BKN -> MN
// CHECK-LABEL: func @batch_reduce_matmul_lhs(
// CHECK: choose_qparams %{{.*}} axis = 1 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @batch_reduce_matmul_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16] storage
func.func @batch_reduce_matmul_lhs(%x: tensor<2x2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.batch_reduce_matmul ins(%w, %x : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// BMK x BKN -> MN
// CHECK-LABEL: func @batch_reduce_matmul_rhs(
// CHECK: choose_qparams %{{.*}} axis = 2 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @batch_reduce_matmul_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1] storage
func.func @batch_reduce_matmul_rhs(%x: tensor<2x2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.batch_reduce_matmul ins(%x, %w : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// MK x K -> M
// CHECK-LABEL: func @matvec_lhs(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @matvec_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @matvec_lhs(%x: tensor<2xf32>, %init: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.matvec ins(%w, %x : tensor<2x2xf32>, tensor<2xf32>) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// MK x K -> M: the vector has no output channel
// CHECK-LABEL: func @matvec_rhs(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @matvec_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16] storage
func.func @matvec_rhs(%x: tensor<2x2xf32>, %init: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<0.5> : tensor<2xf32>
  %y = linalg.matvec ins(%x, %w : tensor<2x2xf32>, tensor<2xf32>) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// K x KN -> N: the vector has no output channel
// CHECK-LABEL: func @vecmat_lhs(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @vecmat_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16] storage
func.func @vecmat_lhs(%x: tensor<2x2xf32>, %init: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<0.5> : tensor<2xf32>
  %y = linalg.vecmat ins(%w, %x : tensor<2xf32>, tensor<2x2xf32>) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// K x KN -> N
// CHECK-LABEL: func @vecmat_rhs(
// CHECK: choose_qparams %{{.*}} axis = 1 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @vecmat_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16, 1] storage
func.func @vecmat_rhs(%x: tensor<2xf32>, %init: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.vecmat ins(%x, %w : tensor<2xf32>, tensor<2x2xf32>) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// BMK x BK -> BM
// CHECK-LABEL: func @batch_matvec_lhs(
// CHECK: choose_qparams %{{.*}} axis = 1 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @batch_matvec_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16] storage
func.func @batch_matvec_lhs(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.batch_matvec ins(%w, %x : tensor<2x2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// BMK x BK -> BM: the vector has no output channel
// CHECK-LABEL: func @batch_matvec_rhs(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @batch_matvec_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @batch_matvec_rhs(%x: tensor<2x2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.batch_matvec ins(%x, %w : tensor<2x2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// BK x BKN -> BN: the vector has no output channel
// CHECK-LABEL: func @batch_vecmat_lhs(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @batch_vecmat_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @batch_vecmat_lhs(%x: tensor<2x2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.batch_vecmat ins(%w, %x : tensor<2x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// BK x BKN -> BN
// CHECK-LABEL: func @batch_vecmat_rhs(
// CHECK: choose_qparams %{{.*}} axis = 2 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @batch_vecmat_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1] storage
func.func @batch_vecmat_rhs(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.batch_vecmat ins(%x, %w : tensor<2x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// K x K -> (): the vector has no output channel
// CHECK-LABEL: func @dot_lhs(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @dot_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16] storage
func.func @dot_lhs(%x: tensor<2xf32>, %init: tensor<f32>) -> tensor<f32> {
  %w = arith.constant dense<0.5> : tensor<2xf32>
  %y = linalg.dot ins(%w, %x : tensor<2xf32>, tensor<2xf32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// K x K -> (): the vector has no output channel
// CHECK-LABEL: func @dot_rhs(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @dot_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16] storage
func.func @dot_rhs(%x: tensor<2xf32>, %init: tensor<f32>) -> tensor<f32> {
  %w = arith.constant dense<0.5> : tensor<2xf32>
  %y = linalg.dot ins(%x, %w : tensor<2xf32>, tensor<2xf32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// MKmk x NKnk -> MNmn
// CHECK-LABEL: func @mmt4d_lhs(
// CHECK: choose_qparams %{{.*}} block_sizes = [1, -1, 1, -1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @mmt4d_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 16] storage
func.func @mmt4d_lhs(%x: tensor<2x2x2x2xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.mmt4d ins(%w, %x : tensor<2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// MKmk x NKnk -> MNmn
// CHECK-LABEL: func @mmt4d_rhs(
// CHECK: choose_qparams %{{.*}} block_sizes = [1, -1, 1, -1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @mmt4d_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 16] storage
func.func @mmt4d_rhs(%x: tensor<2x2x2x2xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.mmt4d ins(%x, %w : tensor<2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// BMKmk x BNKnk -> BMNmn
// CHECK-LABEL: func @batch_mmt4d_lhs(
// CHECK: choose_qparams %{{.*}} block_sizes = [-1, 1, -1, 1, -1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @batch_mmt4d_lhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 1, 16] storage
func.func @batch_mmt4d_lhs(%x: tensor<2x2x2x2x2xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.batch_mmt4d ins(%w, %x : tensor<2x2x2x2x2xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// BMKmk x BNKnk -> BMNmn
// CHECK-LABEL: func @batch_mmt4d_rhs(
// CHECK: choose_qparams %{{.*}} block_sizes = [-1, 1, -1, 1, -1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @batch_mmt4d_rhs(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 1, 16] storage
func.func @batch_mmt4d_rhs(%x: tensor<2x2x2x2x2xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.batch_mmt4d ins(%x, %w : tensor<2x2x2x2x2xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

#mk = affine_map<(m, n, k) -> (m, k)>
#km = affine_map<(m, n, k) -> (k, m)>
#kn = affine_map<(m, n, k) -> (k, n)>
#nk = affine_map<(m, n, k) -> (n, k)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Transposed operands are other indexing maps. KM x KN -> MN
// CHECK-LABEL: func @transpose_a(
// CHECK: choose_qparams %{{.*}} axis = 1 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @transpose_a(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16, 1] storage
func.func @transpose_a(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.matmul indexing_maps = [#km, #kn, #mn] ins(%w, %x : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// Types may be mixed: the weight keeps its own. MK x NK -> MN
// CHECK-LABEL: func @mixed(
// CHECK: choose_qparams %{{.*}} axis = 0 storage = <i8> : (tensor<2x2xf16>) -> tensor<2xf32>
// CHECK: %[[DQ:.*]] = quant_ext.dequantize {{.*}} -> tensor<2x2xf16>
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @mixed(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @mixed(%x: tensor<2x2xf32>, %init: tensor<2x2xf64>) -> tensor<2x2xf64> {
  %w = arith.constant dense<0.5> : tensor<2x2xf16>
  %y = linalg.contract indexing_maps = [#mk, #nk, #mn] ins(%x, %w : tensor<2x2xf32>, tensor<2x2xf16>) outs(%init : tensor<2x2xf64>) -> tensor<2x2xf64>
  return %y : tensor<2x2xf64>
}

// A constant in two roles has scales for each: over M for the lhs, over N for
// the rhs. The accumulator stays as it is.
// CHECK-LABEL: func @two_roles(
// CHECK: %[[W:.*]] = arith.constant
// CHECK-DAG: %[[LHS:.*]] = quant_ext.dequantize %{{.*}} axis = 0
// CHECK-DAG: %[[RHS:.*]] = quant_ext.dequantize %{{.*}} axis = 1
// CHECK: ins(%[[LHS]], %[[RHS]] : {{.*}} outs(%[[W]] :
func.func @two_roles() -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.matmul ins(%w, %w : tensor<2x2xf32>, tensor<2x2xf32>) outs(%w : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// A weight from outside a loop is quantized outside of it.
// CHECK-LABEL: func @loop(
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: scf.for
// CHECK: ins(%{{.*}}, %[[DQ]] :
func.func @loop(%x: tensor<2x2xf32>, %init: tensor<2x2xf32>, %n: index) -> tensor<2x2xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %init) -> tensor<2x2xf32> {
    %y = linalg.matmul ins(%x, %w : tensor<2x2xf32>, tensor<2x2xf32>) outs(%acc : tensor<2x2xf32>) -> tensor<2x2xf32>
    scf.yield %y : tensor<2x2xf32>
  }
  return %r : tensor<2x2xf32>
}
