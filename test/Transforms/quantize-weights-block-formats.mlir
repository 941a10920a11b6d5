// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=mxfp4})' | FileCheck %s --check-prefix=MXFP4
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=mxfp8})' | FileCheck %s --check-prefix=MXFP8
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=mxfp8-e5m2})' | FileCheck %s --check-prefix=E5M2
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=nvfp4 granularity=per-tensor})' | FileCheck %s --check-prefix=NVFP4
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=mxfp4},func.func(canonicalize))' | FileCheck %s --check-prefix=FOLDED
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=nvfp4},func.func(canonicalize))' | FileCheck %s --check-prefix=NVFOLDED
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=mxfp4})' -o /dev/null --remarks-filter=quant-ext-quantize-weights 2>&1 | FileCheck %s --check-prefix=REMARK

// A second run finds nothing left to do.
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=nvfp4})' -o %t.once
// RUN: %quant-opt %t.once --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-format=nvfp4})' | diff %t.once -

// MXFP4: %[[W:.*]] = arith.constant dense<{{\[\[}}6.0
// MXFP4: %[[E:.*]] = quant_ext.choose_qparams %[[W]] block_sizes = [32, 1] storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (tensor<4x2xf32>) -> tensor<1x2xf8E8M0FNU>
// MXFP4: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
// MXFP4: %[[S:.*]] = quant_ext.dequantize %[[E]], %[[ONE]] storage = <f8E8M0FNU> : (tensor<1x2xf8E8M0FNU>, tensor<f32>) -> tensor<1x2xf32>
// MXFP4: %[[Q:.*]] = quant_ext.quantize %[[W]], %[[S]] block_sizes = [32, 1] storage = <f4E2M1FN>
// MXFP4: %[[DQ:.*]] = quant_ext.dequantize %[[Q]], %[[S]] block_sizes = [32, 1] storage = <f4E2M1FN>
// MXFP4: linalg.matmul ins(%{{.*}}, %[[DQ]] :

// MXFP8: choose_qparams %{{.*}} block_sizes = [32, 1] storage = <f8E4M3FN> scale_storage = <f8E8M0FNU>
// E5M2: choose_qparams %{{.*}} block_sizes = [32, 1] storage = <f8E5M2> scale_storage = <f8E8M0FNU>

// NVFP4: %[[W:.*]] = arith.constant dense<{{\[\[}}6.0
// NVFP4: %[[S2:.*]] = quant_ext.choose_qparams %[[W]] storage = <i16<-2688:2688>> : (tensor<4x2xf32>) -> tensor<f32>
// NVFP4: %[[S1:.*]] = quant_ext.choose_qparams %[[W]] scaled_by(%[[S2]]) block_sizes = [16, 1] storage = <f4E2M1FN> scale_storage = <f8E4M3FN>
// NVFP4: %[[S:.*]] = quant_ext.dequantize %[[S1]], %[[S2]] storage = <f8E4M3FN> : (tensor<1x2xf8E4M3FN>, tensor<f32>) -> tensor<1x2xf32>
// NVFP4: quant_ext.quantize %[[W]], %[[S]] block_sizes = [16, 1] storage = <f4E2M1FN>

// The first column has the largest power of two 4, and so the scale 1; the
// second is zeros. 3.5 is a tie between 3 and 4, of which 4 is even.
// FOLDED-DAG: %[[Q:.*]] = arith.constant dense<{{\[\[}}6.000000e+00, 0.000000e+00], [-1.500000e+00, 0.000000e+00], [4.000000e+00, 0.000000e+00], [1.000000e+00, 0.000000e+00]]> : tensor<4x2xf4E2M1FN>
// FOLDED-DAG: %[[E:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 5.877470e-39]]> : tensor<1x2xf8E8M0FNU>
// FOLDED-NOT: choose_qparams
// FOLDED: %[[S:.*]] = quant_ext.dequantize %[[E]], %{{.*}} storage = <f8E8M0FNU>
// FOLDED: quant_ext.dequantize %[[Q]], %[[S]] block_sizes = [32, 1] storage = <f4E2M1FN>

// s2 = 6 / 2688, which makes of 6 / 6 = 1 the scale 448, and of 0 the least.
// NVFOLDED-DAG: %[[S2:.*]] = arith.constant dense<0.00223214296> : tensor<f32>
// NVFOLDED-DAG: %[[S1:.*]] = arith.constant dense<{{\[\[}}4.480000e+02, 1.953130e-03]]> : tensor<1x2xf8E4M3FN>
// NVFOLDED-DAG: arith.constant dense<{{\[\[}}6.000000e+00, 0.000000e+00], [-1.500000e+00, 0.000000e+00],
// NVFOLDED: quant_ext.dequantize %[[S1]], %[[S2]] storage = <f8E4M3FN>

// 8 elements of 4 bits and 2 scales of a byte: 32 - 4 - 2.
// REMARK: [Passed] quantized {{.*}}Granularity="per-block [32, 1]"{{.*}}Scheme=symmetric, Storage="f4E2M1FN with scales of f8E8M0FNU"
// REMARK: BytesSaved=26
func.func @layer(%x: tensor<2x4xf32>, %init: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<[[6.0, 0.0], [-1.5, 0.0], [3.5, 0.0], [1.0, 0.0]]> : tensor<4x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
