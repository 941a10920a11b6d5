// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights)' | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{granularity=per-tensor})' | FileCheck %s --check-prefix=TENSOR
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{granularity=per-block block-size=16})' | FileCheck %s --check-prefix=BLOCK
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{bits=4 symmetric=false signed=false})' | FileCheck %s --check-prefix=ASYM
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{narrow-range=true})' | FileCheck %s --check-prefix=NARROW

// A second run finds nothing left to do.
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights)' -o %t.once
// RUN: %quant-opt %t.once --pass-pipeline='builtin.module(quant-ext-quantize-weights)' | diff %t.once -

// The example of the pass description.
// CHECK-LABEL: func @layer
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[W:.*]] = arith.constant
// CHECK: %[[SCALE:.*]] = quant_ext.choose_qparams %[[W]] axis = 1 storage = <i8> : (tensor<4x3xf32>) -> tensor<3xf32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[W]], %[[SCALE]] axis = 1 storage = <i8> : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xi8>
// CHECK: %[[DQ:.*]] = quant_ext.dequantize %[[Q]], %[[SCALE]] axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
// CHECK: linalg.matmul ins(%[[X]], %[[DQ]] :
// TENSOR-LABEL: func @layer
// TENSOR: choose_qparams %{{.*}} storage = <i8> : (tensor<4x3xf32>) -> tensor<f32>
// BLOCK-LABEL: func @layer
// BLOCK: choose_qparams %{{.*}} block_sizes = [16, 1] storage = <i8> : (tensor<4x3xf32>) -> tensor<1x3xf32>
// ASYM-LABEL: func @layer
// ASYM: %[[W:.*]] = arith.constant
// ASYM: %[[SCALE:.*]], %[[ZERO:.*]] = quant_ext.choose_qparams %[[W]] axis = 1 storage = <u4> : (tensor<4x3xf32>) -> (tensor<3xf32>, tensor<3xi4>)
// ASYM: %[[Q:.*]] = quant_ext.quantize %[[W]], %[[SCALE]], %[[ZERO]] axis = 1 storage = <u4>
// ASYM: quant_ext.dequantize %[[Q]], %[[SCALE]], %[[ZERO]] axis = 1 storage = <u4>
// NARROW-LABEL: func @layer
// NARROW: choose_qparams %{{.*}} axis = 1 storage = <i8<-127:127>>
func.func @layer(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// The weight on the left: output channels are m.
// CHECK-LABEL: func @lhs
// CHECK: choose_qparams %{{.*}} axis = 0
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: linalg.matmul ins(%[[DQ]], %{{.*}} :
// BLOCK-LABEL: func @lhs
// BLOCK: block_sizes = [1, 16]
func.func @lhs(%x: tensor<4x2xf32>, %init: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<0.5> : tensor<3x4xf32>
  %y = linalg.matmul ins(%w, %x : tensor<3x4xf32>, tensor<4x2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// A square weight, transposed by the indexing maps: only they tell the axis.
#a = affine_map<(m, n, k) -> (m, k)>
#bt = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
// CHECK-LABEL: func @transposed
// CHECK: choose_qparams %{{.*}} axis = 0
func.func @transposed(%x: tensor<2x4xf32>, %init: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %w = arith.constant dense<0.5> : tensor<4x4xf32>
  %y = linalg.matmul indexing_maps = [#a, #bt, #c] ins(%x, %w : tensor<2x4xf32>, tensor<4x4xf32>) outs(%init : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// The batch shares the scales of a channel; blocks keep it apart.
// CHECK-LABEL: func @batched
// CHECK: choose_qparams %{{.*}} axis = 2 {{.*}} -> tensor<3xf32>
// BLOCK-LABEL: func @batched
// BLOCK: block_sizes = [1, 16, 1] {{.*}} -> tensor<5x1x3xf32>
func.func @batched(%x: tensor<5x2x4xf32>, %init: tensor<5x2x3xf32>) -> tensor<5x2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<5x4x3xf32>
  %y = linalg.batch_matmul ins(%x, %w : tensor<5x2x4xf32>, tensor<5x4x3xf32>) outs(%init : tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  return %y : tensor<5x2x3xf32>
}

// Two n dimensions and two k dimensions: each n has scales of its own, blocks
// run along the inner k.
#two_x = affine_map<(m, n0, n1, k0, k1) -> (m, k0, k1)>
#two_w = affine_map<(m, n0, n1, k0, k1) -> (n0, k0, n1, k1)>
#two_y = affine_map<(m, n0, n1, k0, k1) -> (m, n0, n1)>
// CHECK-LABEL: func @contract
// CHECK: choose_qparams %{{.*}} block_sizes = [1, -1, 1, -1] {{.*}} -> tensor<3x1x5x1xf32>
// BLOCK-LABEL: func @contract
// BLOCK: block_sizes = [1, 1, 1, 16] {{.*}} -> tensor<3x4x5x2xf32>
func.func @contract(%x: tensor<2x4x32xf32>, %init: tensor<2x3x5xf32>) -> tensor<2x3x5xf32> {
  %w = arith.constant dense<0.5> : tensor<3x4x5x32xf32>
  %y = linalg.contract indexing_maps = [#two_x, #two_w, #two_y] ins(%x, %w : tensor<2x4x32xf32>, tensor<3x4x5x32xf32>) outs(%init : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}

// CHECK-LABEL: func @generic
// CHECK: %[[DQ:.*]] = quant_ext.dequantize %{{.*}} axis = 0 {{.*}} -> tensor<3x4xf16>
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[DQ]] :
func.func @generic(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<3x4xf16>
  %y = linalg.generic {indexing_maps = [#a, #bt, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<2x4xf32>, tensor<3x4xf16>) outs(%init : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f16, %acc: f32):
    %b32 = arith.extf %b : f16 to f32
    %p = arith.mulf %a, %b32 : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK-LABEL: func @matvec
// CHECK: choose_qparams %{{.*}} axis = 0
func.func @matvec(%x: tensor<3xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %w = arith.constant dense<1.0> : tensor<4x3xf32>
  %y = linalg.matvec ins(%w, %x: tensor<4x3xf32>, tensor<3xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func @conv_hwcf
// CHECK: choose_qparams %{{.*}} axis = 3
// BLOCK-LABEL: func @conv_hwcf
// BLOCK: block_sizes = [1, 1, 16, 1]
func.func @conv_hwcf(%x: tensor<1x8x8x32xf32>, %init: tensor<1x6x6x5xf32>) -> tensor<1x6x6x5xf32> {
  %w = arith.constant dense<0.5> : tensor<3x3x32x5xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x8x8x32xf32>, tensor<3x3x32x5xf32>) outs(%init : tensor<1x6x6x5xf32>) -> tensor<1x6x6x5xf32>
  return %y : tensor<1x6x6x5xf32>
}

// A strided convolution in the other layout, of a resource. Blocks run along
// the channels, not along a width of 1.
// CHECK-LABEL: func @conv_fchw
// CHECK: choose_qparams %{{.*}} axis = 0
// BLOCK-LABEL: func @conv_fchw
// BLOCK: block_sizes = [1, 16, 1, 1]
func.func @conv_fchw(%x: tensor<1x2x8x8xf32>, %init: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  %w = arith.constant dense_resource<filter> : tensor<3x2x1x1xf32>
  %y = linalg.conv_2d_nchw_fchw {strides = dense<2> : tensor<2xi64>} ins(%x, %w : tensor<1x2x8x8xf32>, tensor<3x2x1x1xf32>) outs(%init : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}

// CHECK-LABEL: func @depthwise
// CHECK: choose_qparams %{{.*}} axis = 2
// BLOCK-LABEL: func @depthwise
// BLOCK: block_sizes = [1, 16, 1]
func.func @depthwise(%x: tensor<1x8x8x4xf32>, %init: tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32> {
  %w = arith.constant dense<0.5> : tensor<3x3x4xf32>
  %y = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4xf32>) outs(%init : tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
  return %y : tensor<1x6x6x4xf32>
}

// CHECK-LABEL: func @depthwise_multiplier
// CHECK: choose_qparams %{{.*}} block_sizes = [-1, -1, 1, 1] {{.*}} -> tensor<1x1x4x2xf32>
func.func @depthwise_multiplier(%x: tensor<1x8x8x4xf32>, %init: tensor<1x6x6x4x2xf32>) -> tensor<1x6x6x4x2xf32> {
  %w = arith.constant dense<0.5> : tensor<3x3x4x2xf32>
  %y = linalg.depthwise_conv_2d_nhwc_hwcm ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x2xf32>) outs(%init : tensor<1x6x6x4x2xf32>) -> tensor<1x6x6x4x2xf32>
  return %y : tensor<1x6x6x4x2xf32>
}

// Groups and the output channels of each.
// CHECK-LABEL: func @grouped
// CHECK: choose_qparams %{{.*}} block_sizes = [1, 1, -1, -1, -1] {{.*}} -> tensor<2x3x1x1x1xf32>
func.func @grouped(%x: tensor<1x2x4x8x8xf32>, %init: tensor<1x2x3x6x6xf32>) -> tensor<1x2x3x6x6xf32> {
  %w = arith.constant dense<0.5> : tensor<2x3x4x3x3xf32>
  %y = linalg.conv_2d_ngchw_gfchw ins(%x, %w : tensor<1x2x4x8x8xf32>, tensor<2x3x4x3x3xf32>) outs(%init : tensor<1x2x3x6x6xf32>) -> tensor<1x2x3x6x6xf32>
  return %y : tensor<1x2x3x6x6xf32>
}

// One constant, two operations of one granularity: quantized once. The return
// is none of them and keeps the original.
// CHECK-LABEL: func @shared
// CHECK: %[[W:.*]] = arith.constant
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK-NOT: quant_ext
// CHECK: linalg.matmul ins(%{{.*}}, %[[DQ]] :
// CHECK: linalg.matmul ins(%{{.*}}, %[[DQ]] :
// CHECK: return %{{.*}}, %{{.*}}, %[[W]]
func.func @shared(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<4x3xf32>) {
  %w = arith.constant dense<0.5> : tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  %z = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%y : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y, %z, %w : tensor<2x3xf32>, tensor<2x3xf32>, tensor<4x3xf32>
}

// Products without a sum, the window of a pooling, an accumulator, integers:
// constants that are no weights.
// CHECK-LABEL: func @no_weights
// CHECK-NOT: quant_ext
// TENSOR-LABEL: func @no_weights
// TENSOR-NOT: quant_ext
func.func @no_weights(%x: tensor<1x4x4x2xf32>, %i: tensor<2x2xi8>) -> (tensor<1x4x4x2xf32>, tensor<1x3x3x2xf32>, tensor<2x2xi32>) {
  %bias = arith.constant dense<0.5> : tensor<1x4x4x2xf32>
  %y = linalg.mul ins(%x, %bias : tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>) outs(%x : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %window = arith.constant dense<1.0> : tensor<2x2xf32>
  %zero = arith.constant dense<0.0> : tensor<1x3x3x2xf32>
  %z = linalg.pooling_nhwc_sum ins(%x, %window : tensor<1x4x4x2xf32>, tensor<2x2xf32>) outs(%zero : tensor<1x3x3x2xf32>) -> tensor<1x3x3x2xf32>
  %w = arith.constant dense<1> : tensor<2x2xi8>
  %acc = arith.constant dense<0> : tensor<2x2xi32>
  %q = linalg.matmul ins(%i, %w : tensor<2x2xi8>, tensor<2x2xi8>) outs(%acc : tensor<2x2xi32>) -> tensor<2x2xi32>
  return %y, %z, %q : tensor<1x4x4x2xf32>, tensor<1x3x3x2xf32>, tensor<2x2xi32>
}

{-# dialect_resources: { builtin: {
  filter: "0x040000000000803F0000004000004040000080400000A0400000C040"
} } #-}
