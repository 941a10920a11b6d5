// RUN: %quant-opt %s -o %t --remarks-filter=quant-ext-quantize-weights \
// RUN:   --pass-pipeline='builtin.module(quant-ext-quantize-weights{location=^encoder ops=linalg.matmul,linalg.generic,linalg.dot})' \
// RUN:   2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file=%t

// Without a filter nothing is said.
// RUN: %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights)' 2>&1 | FileCheck %s --allow-empty --check-prefix=SILENT
// SILENT-NOT: remark

// CHECK: remark: [Passed] quantized | Category:quant-ext-quantize-weights | Function=quantized | Granularity="per-axis 1", Operand=1, Remark=quantized, Role="rhs of contraction", Scheme=symmetric, Storage=i8
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=other_location | Reason="not selected by option 'location'", Remark="left in float"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=no_location | Reason="not selected by option 'location'"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=other_op | Reason="not selected by option 'ops'"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=no_constant | Reason="operand #0 is a block argument, not from a constant; operand #1 comes from 'arith.negf', not from a constant"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=unsupported_type | Reason="operand #0 is a block argument, not from a constant; operand #1 must have elements of type f16, bf16, f32 or f64, found f8E4M3FN"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=integers | Reason="operand #0 is a block argument, not from a constant; operand #1 is a constant of integer type i8"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=no_channel | Reason="the weight has no output-channel dimension"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=already | Reason="operand #0 is a block argument, not from a constant; operand #1 is quantized already"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=strided | Reason="operand #0 is a block argument, not from a constant; operand #1 must be indexed by plain loops, found (d0, d1, d2, d3) -> (d2, d1, d3 * 2)"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=distance | Reason="operand #0 is a block argument, not from a constant; operand #1 is not what the body multiplies with"
// CHECK-NOT: {{Passed|Missed}}
// 12 floats of 4 bytes become 12 bytes and 3 scales of 4: 48 - 12 - 12 saved.
// CHECK: remark: [Analysis] summary | Category:quant-ext-quantize-weights | BytesSaved=24, LeftInFloat=10, Quantized=1, Remark="operations quantized and left in float", Tensors=1

// A name counts wherever it is in the location.
// IR-LABEL: func @quantized
// IR: quant_ext.dequantize
func.func @quantized(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc(fused["a.mlir":1:1, "encoder.0"("a.mlir":1:2)])
  return %y : tensor<2x3xf32>
}

// IR-NOT: quant_ext.quantize
func.func @other_location(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("decoder.encoder")
  return %y : tensor<2x3xf32>
}

// The name of a file is not a name.
func.func @no_location(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("encoder.mlir":1:1)
  return %y : tensor<2x3xf32>
}

func.func @other_op(%x: tensor<4xf32>, %init: tensor<3xf32>) -> tensor<3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x3xf32>
  %y = linalg.vecmat ins(%x, %w : tensor<4xf32>, tensor<4x3xf32>) outs(%init : tensor<3xf32>) -> tensor<3xf32> loc("encoder.1")
  return %y : tensor<3xf32>
}

func.func @no_constant(%x: tensor<2x4xf32>, %v: tensor<4x3xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.negf %v : tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("encoder.2")
  return %y : tensor<2x3xf32>
}

func.func @unsupported_type(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x3xf8E4M3FN>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf8E4M3FN>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("encoder.3")
  return %y : tensor<2x3xf32>
}

func.func @integers(%x: tensor<2x4xi8>, %init: tensor<2x3xi32>) -> tensor<2x3xi32> {
  %w = arith.constant dense<5> : tensor<4x3xi8>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xi8>, tensor<4x3xi8>) outs(%init : tensor<2x3xi32>) -> tensor<2x3xi32> loc("encoder.4")
  return %y : tensor<2x3xi32>
}

func.func @no_channel(%x: tensor<3xf32>, %init: tensor<f32>) -> tensor<f32> {
  %w = arith.constant dense<0.5> : tensor<3xf32>
  %y = linalg.dot ins(%x, %w : tensor<3xf32>, tensor<3xf32>) outs(%init : tensor<f32>) -> tensor<f32> loc("encoder.5")
  return %y : tensor<f32>
}

func.func @already(%x: tensor<2x4xf32>, %q: tensor<4x3xi8>, %scale: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = quant_ext.dequantize %q, %scale storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32> loc("encoder.6")
  return %y : tensor<2x3xf32>
}

#strided_x = affine_map<(m, n, k, j) -> (m, k, j)>
#strided_w = affine_map<(m, n, k, j) -> (k, n, j * 2)>
#strided_y = affine_map<(m, n, k, j) -> (m, n)>
func.func @strided(%x: tensor<2x4x3xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x3x5xf32>
  %y = linalg.generic {indexing_maps = [#strided_x, #strided_w, #strided_y], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : tensor<2x4x3xf32>, tensor<4x3x5xf32>) outs(%init : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<2x3xf32> loc("encoder.8")
  return %y : tensor<2x3xf32>
}

// The indexing maps of a matmul, and no product with the constant.
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
func.func @distance(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x3xf32>
  %y = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %d = arith.subf %a, %b : f32
    %p = arith.mulf %d, %d : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<2x3xf32> loc("encoder.9")
  return %y : tensor<2x3xf32>
}

// No contraction and no convolution: no remark.
func.func @unrelated(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %y = linalg.add ins(%x, %w : tensor<2x4xf32>, tensor<2x4xf32>) outs(%x : tensor<2x4xf32>) -> tensor<2x4xf32> loc("encoder.7")
  return %y : tensor<2x4xf32>
}
