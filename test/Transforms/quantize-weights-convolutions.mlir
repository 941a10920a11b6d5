// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights)' | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{granularity=per-block block-size=16})' | FileCheck %s --check-prefix=BLOCK

// The generics of the same meaning.
// RUN: %quant-opt %s --pass-pipeline='builtin.module(func.func(linalg-generalize-named-ops),quant-ext-quantize-weights)' | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(func.func(linalg-generalize-named-ops),quant-ext-quantize-weights{granularity=per-block block-size=16})' | FileCheck %s --check-prefix=BLOCK

// Every named convolution. All sizes of a weight are 2, so that only the indexing
// maps tell its dimensions apart. The names spell the layouts: f is the output
// channel, g the group, c the input channel, of a depthwise convolution the
// channel, m its multiplier. Output channels are f and g, or c and m. Blocks run
// along c, in a depthwise convolution along the innermost filter dimension.

// One output channel, and no dimension for it: nothing per axis.
// CHECK-LABEL: func @conv_1d(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @conv_1d(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16] storage
func.func @conv_1d(%x: tensor<3xf32>, %init: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<0.5> : tensor<2xf32>
  %y = linalg.conv_1d ins(%x, %w : tensor<3xf32>, tensor<2xf32>) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// CHECK-LABEL: func @conv_2d(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @conv_2d(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @conv_2d(%x: tensor<3x3xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.conv_2d ins(%x, %w : tensor<3x3xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// CHECK-LABEL: func @conv_3d(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @conv_3d(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16] storage
func.func @conv_3d(%x: tensor<3x3x3xf32>, %init: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.conv_3d ins(%x, %w : tensor<3x3x3xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// CHECK-LABEL: func @conv_1d_nwc_wcf(
// CHECK: choose_qparams %{{.*}} axis = 2 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_1d_nwc_wcf(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1] storage
func.func @conv_1d_nwc_wcf(%x: tensor<2x3x2xf32>, %init: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.conv_1d_nwc_wcf ins(%x, %w : tensor<2x3x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// CHECK-LABEL: func @conv_1d_ncw_fcw(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_1d_ncw_fcw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1] storage
func.func @conv_1d_ncw_fcw(%x: tensor<2x2x3xf32>, %init: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<2x2x3xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// CHECK-LABEL: func @conv_2d_nhwc_hwcf(
// CHECK: choose_qparams %{{.*}} axis = 3 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_2d_nhwc_hwcf(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16, 1] storage
func.func @conv_2d_nhwc_hwcf(%x: tensor<2x3x3x2xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<2x3x3x2xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// CHECK-LABEL: func @conv_2d_nhwc_fhwc(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_2d_nhwc_fhwc(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 16] storage
func.func @conv_2d_nhwc_fhwc(%x: tensor<2x3x3x2xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.conv_2d_nhwc_fhwc ins(%x, %w : tensor<2x3x3x2xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// CHECK-LABEL: func @conv_2d_nchw_fchw(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_2d_nchw_fchw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1, 1] storage
func.func @conv_2d_nchw_fchw(%x: tensor<2x2x3x3xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<2x2x3x3xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// CHECK-LABEL: func @conv_2d_ngchw_fgchw(
// CHECK: choose_qparams %{{.*}} block_sizes = [1, 1, -1, -1, -1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_2d_ngchw_fgchw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16, 1, 1] storage
func.func @conv_2d_ngchw_fgchw(%x: tensor<2x2x2x3x3xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.conv_2d_ngchw_fgchw ins(%x, %w : tensor<2x2x2x3x3xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @conv_2d_ngchw_gfchw(
// CHECK: choose_qparams %{{.*}} block_sizes = [1, 1, -1, -1, -1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_2d_ngchw_gfchw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16, 1, 1] storage
func.func @conv_2d_ngchw_gfchw(%x: tensor<2x2x2x3x3xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.conv_2d_ngchw_gfchw ins(%x, %w : tensor<2x2x2x3x3xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @conv_2d_nhwgc_gfhwc(
// CHECK: choose_qparams %{{.*}} block_sizes = [1, 1, -1, -1, -1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_2d_nhwgc_gfhwc(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 1, 16] storage
func.func @conv_2d_nhwgc_gfhwc(%x: tensor<2x3x3x2x2xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.conv_2d_nhwgc_gfhwc ins(%x, %w : tensor<2x3x3x2x2xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @conv_3d_ndhwc_dhwcf(
// CHECK: choose_qparams %{{.*}} axis = 4 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_3d_ndhwc_dhwcf(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 16, 1] storage
func.func @conv_3d_ndhwc_dhwcf(%x: tensor<2x3x3x3x2xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.conv_3d_ndhwc_dhwcf ins(%x, %w : tensor<2x3x3x3x2xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @conv_3d_ncdhw_fcdhw(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @conv_3d_ncdhw_fcdhw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1, 1, 1] storage
func.func @conv_3d_ncdhw_fcdhw(%x: tensor<2x2x3x3x3xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.conv_3d_ncdhw_fcdhw ins(%x, %w : tensor<2x2x3x3x3xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_1d_nwc_wc(
// CHECK: choose_qparams %{{.*}} axis = 1 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_1d_nwc_wc(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16, 1] storage
func.func @depthwise_conv_1d_nwc_wc(%x: tensor<2x3x2xf32>, %init: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.depthwise_conv_1d_nwc_wc ins(%x, %w : tensor<2x3x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_1d_ncw_cw(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_1d_ncw_cw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16] storage
func.func @depthwise_conv_1d_ncw_cw(%x: tensor<2x2x3xf32>, %init: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2xf32>
  %y = linalg.depthwise_conv_1d_ncw_cw ins(%x, %w : tensor<2x2x3xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_1d_nwc_wcm(
// CHECK: choose_qparams %{{.*}} block_sizes = [-1, 1, 1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_1d_nwc_wcm(
// BLOCK: choose_qparams %{{.*}} block_sizes = [16, 1, 1] storage
func.func @depthwise_conv_1d_nwc_wcm(%x: tensor<2x3x2xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.depthwise_conv_1d_nwc_wcm ins(%x, %w : tensor<2x3x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_2d_nhwc_hwc(
// CHECK: choose_qparams %{{.*}} axis = 2 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_2d_nhwc_hwc(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1] storage
func.func @depthwise_conv_2d_nhwc_hwc(%x: tensor<2x3x3x2xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %w : tensor<2x3x3x2xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_2d_nchw_chw(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_2d_nchw_chw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16] storage
func.func @depthwise_conv_2d_nchw_chw(%x: tensor<2x2x3x3xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2xf32>
  %y = linalg.depthwise_conv_2d_nchw_chw ins(%x, %w : tensor<2x2x3x3xf32>, tensor<2x2x2xf32>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_2d_nhwc_hwcm(
// CHECK: choose_qparams %{{.*}} block_sizes = [-1, -1, 1, 1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_2d_nhwc_hwcm(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 16, 1, 1] storage
func.func @depthwise_conv_2d_nhwc_hwcm(%x: tensor<2x3x3x2xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.depthwise_conv_2d_nhwc_hwcm ins(%x, %w : tensor<2x3x3x2xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_3d_ndhwc_dhwc(
// CHECK: choose_qparams %{{.*}} axis = 3 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_3d_ndhwc_dhwc(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16, 1] storage
func.func @depthwise_conv_3d_ndhwc_dhwc(%x: tensor<2x3x3x3x2xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.depthwise_conv_3d_ndhwc_dhwc ins(%x, %w : tensor<2x3x3x3x2xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_3d_ncdhw_cdhw(
// CHECK: choose_qparams %{{.*}} axis = 0 storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_3d_ncdhw_cdhw(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 1, 16] storage
func.func @depthwise_conv_3d_ncdhw_cdhw(%x: tensor<2x2x3x3x3xf32>, %init: tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xf32>
  %y = linalg.depthwise_conv_3d_ncdhw_cdhw ins(%x, %w : tensor<2x2x3x3x3xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2xf32>
}

// CHECK-LABEL: func @depthwise_conv_3d_ndhwc_dhwcm(
// CHECK: choose_qparams %{{.*}} block_sizes = [-1, -1, -1, 1, 1] storage
// CHECK: %[[DQ:.*]] = quant_ext.dequantize
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @depthwise_conv_3d_ndhwc_dhwcm(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16, 1, 1] storage
func.func @depthwise_conv_3d_ndhwc_dhwcm(%x: tensor<2x3x3x3x2xf32>, %init: tensor<2x2x2x2x2x2xf32>) -> tensor<2x2x2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2x2xf32>
  %y = linalg.depthwise_conv_3d_ndhwc_dhwcm ins(%x, %w : tensor<2x3x3x3x2xf32>, tensor<2x2x2x2x2xf32>) outs(%init : tensor<2x2x2x2x2x2xf32>) -> tensor<2x2x2x2x2x2xf32>
  return %y : tensor<2x2x2x2x2x2xf32>
}

// The window of a pooling is a shape, whatever it holds.
// CHECK-LABEL: func @poolings(
// CHECK-NOT: quant_ext
// BLOCK-LABEL: func @poolings(
// BLOCK-NOT: quant_ext
func.func @poolings(%x: tensor<2x2x3xf32>, %y: tensor<2x3x3x2xf32>, %z: tensor<2x3x3x3x2xf32>, %i: tensor<2x2x2xf32>, %j: tensor<2x2x2x2xf32>, %k: tensor<2x2x2x2x2xf32>) -> (tensor<2x2x2xf32>, tensor<2x2x2x2xf32>, tensor<2x2x2x2x2xf32>) {
  %w = arith.constant dense<1.0> : tensor<2xf32>
  %v = arith.constant dense<1.0> : tensor<2x2xf32>
  %u = arith.constant dense<1.0> : tensor<2x2x2xf32>
  %a = linalg.pooling_ncw_sum ins(%x, %w : tensor<2x2x3xf32>, tensor<2xf32>) outs(%i : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  %b = linalg.pooling_nhwc_max ins(%y, %v : tensor<2x3x3x2xf32>, tensor<2x2xf32>) outs(%j : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  %c = linalg.pooling_ndhwc_min ins(%z, %u : tensor<2x3x3x3x2xf32>, tensor<2x2x2xf32>) outs(%k : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  return %a, %b, %c : tensor<2x2x2xf32>, tensor<2x2x2x2xf32>, tensor<2x2x2x2x2xf32>
}

// Strides and dilations move the image, not the filter; its type may differ.
// CHECK-LABEL: func @strided(
// CHECK: choose_qparams %{{.*}} axis = 3 storage = <i8> : (tensor<2x2x2x2xbf16>) -> tensor<2xf32>
// CHECK: %[[DQ:.*]] = quant_ext.dequantize {{.*}} -> tensor<2x2x2x2xbf16>
// CHECK: ins(%{{.*}}, %[[DQ]] :
// BLOCK-LABEL: func @strided(
// BLOCK: choose_qparams %{{.*}} block_sizes = [1, 1, 16, 1] storage
func.func @strided(%x: tensor<2x5x5x2xf32>, %init: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x2x2x2xbf16>
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>, dilations = dense<2> : tensor<2xi64>} ins(%x, %w : tensor<2x5x5x2xf32>, tensor<2x2x2x2xbf16>) outs(%init : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  return %y : tensor<2x2x2x2xf32>
}
