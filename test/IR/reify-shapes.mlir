// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(resolve-ranked-shaped-type-result-dims,resolve-shaped-type-result-dims),canonicalize)" %s | FileCheck %s

// CHECK: #[[$CEIL:.*]] = affine_map<()[s0] -> (s0 ceildiv 32)>

// The result of an elementwise operation has the sizes of its input.
// CHECK-LABEL: func @quantize
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>,
// CHECK: %[[D:.*]] = tensor.dim %[[X]], %c0
// CHECK-NOT: quant_ext
// CHECK: return %[[D]]
func.func @quantize(%x: tensor<?x3xf32>, %s: tensor<f32>) -> index {
  %c0 = arith.constant 0 : index
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xi8>
  %d = tensor.dim %q, %c0 : tensor<?x3xi8>
  return %d : index
}

// CHECK-LABEL: func @dequantize
// CHECK-SAME: (%[[Q:.*]]: tensor<?xi8>,
// CHECK: %[[D:.*]] = tensor.dim %[[Q]], %c0
// CHECK: return %[[D]]
func.func @dequantize(%q: tensor<?xi8>, %s: tensor<f32>) -> index {
  %c0 = arith.constant 0 : index
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf32>
  %d = tensor.dim %x, %c0 : tensor<?xf32>
  return %d : index
}

// CHECK-LABEL: func @fake_quantize
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>,
// CHECK: %[[D:.*]] = tensor.dim %[[X]], %c0
// CHECK: return %[[D]]
func.func @fake_quantize(%x: tensor<?xf32>, %s: tensor<f32>) -> index {
  %c0 = arith.constant 0 : index
  %y = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %d = tensor.dim %y, %c0 : tensor<?xf32>
  return %d : index
}

// CHECK-LABEL: func @requantize
// CHECK-SAME: (%[[A:.*]]: tensor<?xi32>,
// CHECK: %[[D:.*]] = tensor.dim %[[A]], %c0
// CHECK: return %[[D]]
func.func @requantize(%a: tensor<?xi32>, %s: tensor<f32>) -> index {
  %c0 = arith.constant 0 : index
  %q = quant_ext.requantize %a in(%s) out(%s) storage_in = <i32> storage = <i8> : (tensor<?xi32>, tensor<f32>, tensor<f32>) -> tensor<?xi8>
  %d = tensor.dim %q, %c0 : tensor<?xi8>
  return %d : index
}

// A scale per index of the axis, for both results.
// CHECK-LABEL: func @choose_per_axis
// CHECK-SAME: (%[[X:.*]]: tensor<4x?xf32>)
// CHECK: %[[D:.*]] = tensor.dim %[[X]], %c1
// CHECK: return %[[D]], %[[D]]
func.func @choose_per_axis(%x: tensor<4x?xf32>) -> (index, index) {
  %c0 = arith.constant 0 : index
  %s, %z = quant_ext.choose_qparams %x axis = 1 storage = <u8> : (tensor<4x?xf32>) -> (tensor<?xf32>, tensor<?xi8>)
  %d0 = tensor.dim %s, %c0 : tensor<?xf32>
  %d1 = tensor.dim %z, %c0 : tensor<?xi8>
  return %d0, %d1 : index, index
}

// ceil(size / block), a ragged last block included.

// CHECK-LABEL: func @choose_per_block
// CHECK-SAME: (%[[X:.*]]: tensor<?x?xf32>)
// CHECK-DAG: %[[ROWS:.*]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[COLUMNS:.*]] = tensor.dim %[[X]], %c1
// CHECK: %[[BLOCKS:.*]] = affine.apply #[[$CEIL]]()[%[[COLUMNS]]]
// CHECK: return %[[ROWS]], %[[BLOCKS]]
func.func @choose_per_block(%x: tensor<?x?xf32>) -> (index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = quant_ext.choose_qparams %x block_sizes = [1, 32] storage = <i4> : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %d0 = tensor.dim %s, %c0 : tensor<?x?xf32>
  %d1 = tensor.dim %s, %c1 : tensor<?x?xf32>
  return %d0, %d1 : index, index
}

// CHECK-LABEL: func @requantize_fixed_point
// CHECK-SAME: (%[[A:.*]]: tensor<?xi32>,
// CHECK: %[[D:.*]] = tensor.dim %[[A]], %c0
// CHECK: return %[[D]]
func.func @requantize_fixed_point(%a: tensor<?xi32>, %m: tensor<i32>, %s: tensor<i8>) -> index {
  %c0 = arith.constant 0 : index
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<?xi32>, tensor<i32>, tensor<i8>) -> tensor<?xi8>
  %d = tensor.dim %q, %c0 : tensor<?xi8>
  return %d : index
}

// Quantized scales have as many.
// CHECK-LABEL: func @choose_quantized
// CHECK-SAME: (%[[X:.*]]: tensor<?x?xf32>)
// CHECK: %[[COLUMNS:.*]] = tensor.dim %[[X]], %c1
// CHECK: %[[BLOCKS:.*]] = affine.apply #[[$CEIL]]()[%[[COLUMNS]]]
// CHECK: return %[[BLOCKS]]
func.func @choose_quantized(%x: tensor<?x?xf32>) -> index {
  %c1 = arith.constant 1 : index
  %s = quant_ext.choose_qparams %x block_sizes = [1, 32] storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (tensor<?x?xf32>) -> tensor<?x?xf8E8M0FNU>
  %d = tensor.dim %s, %c1 : tensor<?x?xf8E8M0FNU>
  return %d : index
}
