// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-dynamic)' | FileCheck %s --check-prefixes=CHECK,ROWS
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-dynamic{granularity=per-tensor ops=linalg.contract})' | FileCheck %s --check-prefixes=CHECK,TENSOR
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-dynamic{location=nothing})' | FileCheck %s --check-prefixes=FLOAT
// RUN: not %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-dynamic{ops=linalg.matmull})' 2>&1 | FileCheck %s --check-prefix=ERROR

// ERROR: error: option 'ops' must name linalg operations, found 'linalg.matmull'

// Rows of all batches have a scale each, along one axis.
// CHECK-LABEL: func @batches
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<4x2xi8>
// ROWS: %[[X:.*]] = tensor.collapse_shape %{{.*}} : tensor<?x?x4xf32> into tensor<?x4xf32>
// ROWS: %[[S:.*]], %[[Z:.*]] = quant_ext.choose_qparams %[[X]] axis = 0 storage = <u8> : (tensor<?x4xf32>) -> (tensor<?xf32>, tensor<?xi8>)
// TENSOR: quant_ext.choose_qparams %{{.*}} storage = <u8> : (tensor<?x4xf32>) -> (tensor<f32>, tensor<i8>)
// CHECK: %[[Q:.*]] = quant_ext.quantize
// CHECK: linalg.generic {{.*}} ins(%[[Q]], %[[W]] : tensor<?x4xi8>, tensor<4x2xi8>)
// CHECK: arith.muli %{{.*}} : i32
// CHECK: tensor.expand_shape
// FLOAT-LABEL: func @batches
// FLOAT-NOT: quant_ext
// FLOAT: linalg.contract
func.func @batches(%x: tensor<?x?x4xf32>, %init: tensor<?x?x2xf32>) -> tensor<?x?x2xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<?x?x2xf32>) -> tensor<?x?x2xf32>
  %w = arith.constant dense<[[1.0, -2.0], [0.5, 0.25], [3.0, 1.0], [-1.5, 2.0]]> : tensor<4x2xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
      ins(%x, %w : tensor<?x?x4xf32>, tensor<4x2xf32>) outs(%zeros : tensor<?x?x2xf32>) -> tensor<?x?x2xf32>
  return %y : tensor<?x?x2xf32>
}

// A convolution has no integer form: its weights stay in float.
// CHECK-LABEL: func @convolution
// CHECK-NOT: quant_ext
// CHECK: linalg.conv_1d_nwc_wcf
func.func @convolution(%x: tensor<1x6x1xf32>, %init: tensor<1x4x2xf32>) -> tensor<1x4x2xf32> {
  %w = arith.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]> : tensor<3x1x2xf32>
  %y = linalg.conv_1d_nwc_wcf ins(%x, %w : tensor<1x6x1xf32>, tensor<3x1x2xf32>) outs(%init : tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  return %y : tensor<1x4x2xf32>
}
