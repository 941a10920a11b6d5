// RUN: %quant-opt %s -o %t --mlir-disable-threading --remarks-filter=quant-ext-quantize-activations --pass-pipeline='builtin.module(quant-ext-quantize-activations{location=^enc})' 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file=%t
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-activations{granularity=per-tensor symmetric=true signed=true narrow-range=true ops=linalg.matmul})' | FileCheck %s --check-prefix=TENSOR
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-activations{signed=true})' | FileCheck %s --check-prefix=SIGNED
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-activations{symmetric=true})' 2>&1 | FileCheck %s --check-prefix=UNSIGNED
// UNSIGNED: error: option 'signed' must be true where 'symmetric' is, found false
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-activations{ops=linalg.matmull})' 2>&1 | FileCheck %s --check-prefix=OPS
// OPS: error: option 'ops' must name linalg operations, found 'linalg.matmull'

// A value that two operations use is quantized once.
// CHECK-LABEL: func @shared
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>
// CHECK-NEXT: %[[S:.*]], %[[Z:.*]] = quant_ext.choose_qparams %[[X]] axis = 0 storage = <u8>
// CHECK-NEXT: %[[Q:.*]] = quant_ext.quantize %[[X]], %[[S]], %[[Z]] axis = 0 storage = <u8>
// CHECK-NEXT: %[[D:.*]] = quant_ext.dequantize %[[Q]], %[[S]], %[[Z]] axis = 0 storage = <u8>
// CHECK-NOT: choose_qparams
// CHECK: linalg.matmul ins(%[[D]],
// CHECK: linalg.matmul ins(%[[D]],
// REMARK: remark: {{.*}}[Passed] quantized | Category:quant-ext-quantize-activations | Function=shared | Granularity="per-axis 0", Operand=0, Range="at run time", Remark=quantized, Scheme=asymmetric, Storage=u8
// REMARK: remark: {{.*}}[Passed] quantized | {{.*}} | Function=shared |
// TENSOR-LABEL: func @shared
// TENSOR: %[[S:.*]] = quant_ext.choose_qparams %{{.*}} storage = <i8<-127:127>> : (tensor<?x4xf32>) -> tensor<f32>
func.func @shared(%x: tensor<?x4xf32>, %q: tensor<4x3xi8>, %s: tensor<3xf32>, %init: tensor<?x3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>) {
  %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x3xf32>) outs(%init : tensor<?x3xf32>) -> tensor<?x3xf32> loc("enc.0")
  %z = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32> loc("enc.1")
  return %y, %z : tensor<?x3xf32>, tensor<?x3xf32>
}

// Once for each granularity: what are rows on the left are columns on the right.
// CHECK-LABEL: func @two_sides
// CHECK-SAME: (%[[X:.*]]: tensor<4x4xf32>, %{{.*}}
// CHECK-DAG: quant_ext.quantize %[[X]], {{.*}} axis = 0
// CHECK-DAG: quant_ext.quantize %[[X]], {{.*}} axis = 1
// CHECK-DAG: %[[ROWS:.*]] = quant_ext.dequantize {{.*}} axis = 0 storage = <u8>
// CHECK-DAG: %[[COLUMNS:.*]] = quant_ext.dequantize {{.*}} axis = 1 storage = <u8>
// CHECK: linalg.matmul ins(%[[ROWS]], %[[W:[a-z0-9_]+]] : tensor<4x4xf32>
// CHECK: linalg.matmul ins(%[[W]], %[[COLUMNS]] : tensor<4x4xf32>
// REMARK: Function=two_sides | Granularity="per-axis 0", Operand=0
// REMARK: Function=two_sides | Granularity="per-axis 1", Operand=1
func.func @two_sides(%x: tensor<4x4xf32>, %q: tensor<4x4xi8>, %s: tensor<f32>, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x4xi8>, tensor<f32>) -> tensor<4x4xf32>
  %y = linalg.matmul ins(%x, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%init : tensor<4x4xf32>) -> tensor<4x4xf32> loc("enc.9")
  %z = linalg.matmul ins(%w, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%y : tensor<4x4xf32>) -> tensor<4x4xf32> loc("enc.10")
  return %z : tensor<4x4xf32>
}

// Rows of every entry of a batch; the weight may be on the left.
// CHECK-LABEL: func @batch
// CHECK: quant_ext.choose_qparams %{{.*}} block_sizes = [1, -1, 1] storage = <u8> : (tensor<2x4x5xf16>) -> (tensor<2x1x5xf32>, tensor<2x1x5xi8>)
// CHECK: quant_ext.dequantize {{.*}} -> tensor<2x4x5xf16>
// REMARK: Function=batch | Granularity="per-block [1, -1, 1]", Operand=1,
func.func @batch(%q: tensor<2x3x4xi8>, %s: tensor<f32>, %x: tensor<2x4x5xf16>, %init: tensor<2x3x5xf16>) -> tensor<2x3x5xf16> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2x3x4xi8>, tensor<f32>) -> tensor<2x3x4xf16>
  %y = linalg.batch_matmul ins(%w, %x : tensor<2x3x4xf16>, tensor<2x4x5xf16>) outs(%init : tensor<2x3x5xf16>) -> tensor<2x3x5xf16> loc("enc.2")
  return %y : tensor<2x3x5xf16>
}

// A vector is one row.
// CHECK-LABEL: func @vector
// CHECK: quant_ext.choose_qparams %{{.*}} storage = <u8> : (tensor<4xf32>) -> (tensor<f32>, tensor<i8>)
// REMARK: Function=vector | Granularity=per-tensor,
func.func @vector(%x: tensor<4xf32>, %q: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<3xf32>) -> tensor<3xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.vecmat ins(%x, %w : tensor<4xf32>, tensor<4x3xf32>) outs(%init : tensor<3xf32>) -> tensor<3xf32> loc("enc.3")
  return %y : tensor<3xf32>
}

// REMARK: [Missed] left-in-float | Category:quant-ext-quantize-activations | Function=other_location | Reason="not selected by option 'location'"
// CHECK-LABEL: func @other_location
// CHECK-NOT: choose_qparams
func.func @other_location(%x: tensor<2x4xf32>, %q: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("dec.enc")
  return %y : tensor<2x3xf32>
}

// REMARK: Function=no_weight | Reason="operand #0 is a block argument, not from a dequantize; operand #1 is a block argument, not from a dequantize"
func.func @no_weight(%x: tensor<2x4xf32>, %w: tensor<4x3xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("enc.4")
  return %y : tensor<2x3xf32>
}

// REMARK: Function=both | Reason="operand #0 is quantized already"
func.func @both(%q: tensor<4x4xi8>, %s: tensor<f32>, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x4xi8>, tensor<f32>) -> tensor<4x4xf32>
  %y = linalg.matmul ins(%w, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%init : tensor<4x4xf32>) -> tensor<4x4xf32> loc("enc.5")
  return %y : tensor<4x4xf32>
}

// REMARK: Function=constant | Reason="operand #0 is a constant"
func.func @constant(%q: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %x = arith.constant dense<0.5> : tensor<2x4xf32>
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("enc.6")
  return %y : tensor<2x3xf32>
}

// What would stay in floating point keeps its accuracy.
// REMARK: Function=blocks | Reason="operand #0 is a block argument, not from a dequantize; operand #1 has parameters of blocks of 32"
func.func @blocks(%x: tensor<2x64xf32>, %q: tensor<64x3xi8>, %s: tensor<2x3xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = quant_ext.dequantize %q, %s block_sizes = [32, 1] storage = <i8> : (tensor<64x3xi8>, tensor<2x3xf32>) -> tensor<64x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x64xf32>, tensor<64x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("enc.7")
  return %y : tensor<2x3xf32>
}

// 65794 * 255 * 128 = 2147516160.
// REMARK: Function=long | Reason="sums may reach 2147516160, must stay below 2147483648"
// Without a zero point i8 reaches half as much, and with one as much as u8.
// TENSOR-LABEL: func @long
// TENSOR: quant_ext.quantize
// SIGNED-LABEL: func @long
// SIGNED-NOT: quant_ext.quantize
func.func @long(%x: tensor<2x65794xf32>, %q: tensor<65794x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<65794x3xi8>, tensor<f32>) -> tensor<65794x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x65794xf32>, tensor<65794x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("enc.8")
  return %y : tensor<2x3xf32>
}
