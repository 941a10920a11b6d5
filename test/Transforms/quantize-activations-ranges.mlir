// Activations whose range is given get constant parameters.

// RUN: %quant-opt %s -o %t --mlir-disable-threading --remarks-filter=quant-ext-quantize-activations --pass-pipeline='builtin.module(quant-ext-quantize-activations)' 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file=%t
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-quantize-activations{symmetric=true signed=true})' | FileCheck %s --check-prefix=SYMMETRIC

// Of [-1, 254] 255 steps are 1 each, and zero is the first of them.
// CHECK-LABEL: func @argument
// CHECK-SAME: (%[[X:[^:]*]]: tensor<?x4xf32> {quant_ext.range = array<f64: -1.000000e+00, 2.540000e+02>}
// CHECK-DAG: %[[S:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<1> : tensor<i8>
// CHECK-NOT: choose_qparams
// CHECK-NOT: tensor<2xf32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[X]], %[[S]], %[[Z]] storage = <u8> : (tensor<?x4xf32>, tensor<f32>, tensor<i8>) -> tensor<?x4xi8>
// CHECK: quant_ext.dequantize %[[Q]], %[[S]], %[[Z]] storage = <u8>
// REMARK: [Passed] quantized | Category:quant-ext-quantize-activations | Function=argument | Granularity=per-tensor, Operand=0, Range="[-1, 254]", Remark=quantized, Scheme=asymmetric, Storage=u8
// SYMMETRIC-LABEL: func @argument
// SYMMETRIC: %[[S:.*]] = arith.constant dense<2.000000e+00> : tensor<f32>
// SYMMETRIC: quant_ext.quantize %{{.*}}, %[[S]] storage = <i8> : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xi8>
func.func @argument(%x: tensor<?x4xf32> {quant_ext.range = array<f64: -1.0, 254.0>}, %q: tensor<4x3xi8>, %s: tensor<3xf32>, %init: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x3xf32>) outs(%init : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// Behind what makes the activation, and what was made of it. A range that does not
// hold zero is one that does.
// CHECK-LABEL: func @result
// CHECK-DAG: %[[S:.*]] = arith.constant dense<5.000000e-01> : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<0> : tensor<i8>
// CHECK-DAG: %[[C:.*]] = tensor.collapse_shape
// CHECK: quant_ext.quantize %[[C]], %[[S]], %[[Z]] storage = <u8> : (tensor<6x4xf16>, tensor<f32>, tensor<i8>)
// CHECK: quant_ext.dequantize {{.*}} -> tensor<6x4xf16>
// REMARK: Function=result | {{.*}} Range="[2, 127.5]"
func.func @result(%x: tensor<4x2x3xf16>, %q: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<6x3xf16>) -> tensor<6x3xf16> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf16>
  %a = math.exp %x {quant_ext.range = array<f64: 2.0, 127.5>} : tensor<4x2x3xf16>
  %e = tensor.empty() : tensor<2x3x4xf16>
  %t = linalg.transpose ins(%a : tensor<4x2x3xf16>) outs(%e : tensor<2x3x4xf16>) permutation = [1, 2, 0]
  %c = tensor.collapse_shape %t [[0, 1], [2]] : tensor<2x3x4xf16> into tensor<6x4xf16>
  %y = linalg.matmul ins(%c, %w : tensor<6x4xf16>, tensor<4x3xf16>) outs(%init : tensor<6x3xf16>) -> tensor<6x3xf16>
  return %y : tensor<6x3xf16>
}

// Padding brings in other numbers, and so does arithmetic.
// REMARK: Function=others | {{.*}} Range="at run time"
// CHECK-LABEL: func @others
// CHECK: choose_qparams
func.func @others(%x: tensor<2x4xf32> {quant_ext.range = array<f64: -1.0, 1.0>}, %q: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %a = math.exp %x : tensor<2x4xf32>
  %y = linalg.matmul ins(%a, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// The argument of a loop is not that of the function.
// REMARK: Function=loop | {{.*}} Range="at run time"
func.func @loop(%x: tensor<2x4xf32> {quant_ext.range = array<f64: -1.0, 1.0>}, %q: tensor<4x4xi8>, %s: tensor<f32>, %n: index) -> tensor<2x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x4xi8>, tensor<f32>) -> tensor<4x4xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<2x4xf32> {
    %e = tensor.empty() : tensor<2x4xf32>
    %y = linalg.matmul ins(%v, %w : tensor<2x4xf32>, tensor<4x4xf32>) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32>
    scf.yield %y : tensor<2x4xf32>
  }
  return %r : tensor<2x4xf32>
}

// In f64 where the activation is: 0.1 is no float.
// CHECK-LABEL: func @double
// CHECK: quant_ext.quantize {{.*}} : (tensor<2x4xf64>, tensor<f64>, tensor<i8>)
func.func @double(%x: tensor<2x4xf64> {quant_ext.range = array<f64: -0.1, 0.1>}, %q: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf64>) -> tensor<2x3xf64> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf64>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf64>, tensor<4x3xf64>) outs(%init : tensor<2x3xf64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}

// Nor is that of another block.
// REMARK: Function=block | {{.*}} Range="at run time"
func.func @block(%x: tensor<2x4xf32> {quant_ext.range = array<f64: -1.0, 1.0>}, %q: tensor<4x4xi8>, %s: tensor<f32>, %init: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x4xi8>, tensor<f32>) -> tensor<4x4xf32>
  cf.br ^next(%init : tensor<2x4xf32>)
^next(%v: tensor<2x4xf32>):
  %y = linalg.matmul ins(%v, %w : tensor<2x4xf32>, tensor<4x4xf32>) outs(%init : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
