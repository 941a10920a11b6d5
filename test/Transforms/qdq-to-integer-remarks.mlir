// RUN: %quant-opt %s -o /dev/null --mlir-disable-threading --remarks-filter=quant-ext-qdq-to-integer --pass-pipeline='builtin.module(quant-ext-qdq-to-integer)' 2>&1 | FileCheck %s

// The largest sum that fits, and the smallest that does not: K * 128 * 128 with
// K of 2^17 - 1 and 2^17.
// CHECK: remark: [Passed] integer | Category:quant-ext-qdq-to-integer | Function=fits | Bias=none, LargestSum=2147467264, Operands="i8 x i8", Remark="computed in integers", Result="dequantize per-tensor"
func.func @fits(%x: tensor<2x131071xi8>, %w: tensor<131071x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x131071xi8>, tensor<f32>) -> tensor<2x131071xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<131071x3xi8>, tensor<f32>) -> tensor<131071x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x131071xf32>, tensor<131071x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | Category:quant-ext-qdq-to-integer | Function=overflows | Reason="sums may reach 2147483648, must stay below 2147483648", Remark="left in float"
func.func @overflows(%x: tensor<2x131072xi8>, %w: tensor<131072x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x131072xi8>, tensor<f32>) -> tensor<2x131072xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<131072x3xi8>, tensor<f32>) -> tensor<131072x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x131072xf32>, tensor<131072x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// Of constant weights the sum of magnitudes counts: 2^20 times 1, times 128.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=constant | Bias=float, LargestSum=134217728,
func.func @constant(%x: tensor<2x1048576xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<-1> : tensor<1048576x3xi8>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x1048576xi8>, tensor<f32>) -> tensor<2x1048576xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<1048576x3xi8>, tensor<f32>) -> tensor<1048576x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x1048576xf32>, tensor<1048576x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// A zero point that is not known may be at either end, and integers may lie
// outside a narrow range: 40 * 255 * 128.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=zero_points | Bias=float, LargestSum=1305600, Operands="u8 x i8<-127:127>",
func.func @zero_points(%x: tensor<?x?xi8>, %s: tensor<f32>, %z: tensor<i8>, %w: tensor<40x?xi8>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %a = quant_ext.dequantize %x, %s, %z storage = <u8> : (tensor<?x?xi8>, tensor<f32>, tensor<i8>) -> tensor<?x?xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8<-127:127>> : (tensor<40x?xi8>, tensor<f32>) -> tensor<40x?xf32>
  %y = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<40x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=dynamic | Reason="the reduction has a dynamic size, so that its sums have no bound"
func.func @dynamic(%x: tensor<?x?xi8>, %s: tensor<f32>, %w: tensor<?x?xi8>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<?x?xi8>, tensor<f32>) -> tensor<?x?xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<?x?xi8>, tensor<f32>) -> tensor<?x?xf32>
  %y = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=one_operand | Reason="operand #0 is a block argument, not from a dequantize"
func.func @one_operand(%a: tensor<2x4xf32>, %s: tensor<f32>, %w: tensor<4x3xi8>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=no_operand | Reason="operand #0 comes from 'arith.negf', not from a dequantize; operand #1 is a block argument, not from a dequantize"
func.func @no_operand(%x: tensor<2x4xf32>, %b: tensor<4x3xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %a = arith.negf %x : tensor<2x4xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=storages | Reason="operand #0 must have integers of at most 16 bits, found i32; operand #1 must have integers of at most 16 bits, found f8E4M3FN"
func.func @storages(%x: tensor<2x4xi32>, %w: tensor<4x3xf8E4M3FN>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %a = quant_ext.dequantize %x, %s storage = <i32> : (tensor<2x4xi32>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %s storage = <f8E4M3FN> : (tensor<4x3xf8E4M3FN>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=along_reduction | Reason="operand #0 has parameters that vary along the reduction; operand #1 has parameters of blocks of 32"
func.func @along_reduction(%x: tensor<2x64xi8>, %w: tensor<64x3xi8>, %s: tensor<64xf32>, %sw: tensor<2x3xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %a = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<2x64xi8>, tensor<64xf32>) -> tensor<2x64xf32>
  %b = quant_ext.dequantize %w, %sw block_sizes = [32, 1] storage = <i8> : (tensor<64x3xi8>, tensor<2x3xf32>) -> tensor<64x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x64xf32>, tensor<64x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=bad_scale | Reason="the scale of operand #1 must be positive and finite, found 0 at index 1"
func.func @bad_scale(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %s: tensor<f32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %sw = arith.constant dense<[1.0, 0.0, 1.0]> : tensor<3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// 2^-63 * 2^-64 is subnormal in f32, 2^64 * 2^64 infinite.
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=tiny_scales | Reason="the product of the scales is not a normal number"
func.func @tiny_scales(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = arith.constant dense<0x20000000> : tensor<f32>
  %sw = arith.constant dense<[1.0, 0x1F800000, 1.0]> : tensor<3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=huge_scales | Reason="the product of the scales is not a normal number"
func.func @huge_scales(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = arith.constant dense<[1.0, 0x5F800000]> : tensor<2xf32>
  %sw = arith.constant dense<[1.0, 0x5F800000, 1.0]> : tensor<3xf32>
  %a = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<2x4xi8>, tensor<2xf32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// The same product in f64 is fine.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=huge_in_f64 | {{.*}} Result="dequantize by both scales"
func.func @huge_in_f64(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %init: tensor<2x3xf64>) -> tensor<2x3xf64> {
  %s = arith.constant dense<[1.0, 0x5F800000]> : tensor<2xf32>
  %sw = arith.constant dense<[1.0, 0x5F800000, 1.0]> : tensor<3xf32>
  %a = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<2x4xi8>, tensor<2xf32>) -> tensor<2x4xf64>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf64>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf64>, tensor<4x3xf64>) outs(%init : tensor<2x3xf64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=one_sided | Reason="operand #1 must be indexed by every reduction loop"
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (n)>
#out = affine_map<(m, n, k) -> (m, n)>
func.func @one_sided(%p: tensor<3x2xi8>, %q: tensor<5xi8>, %t: tensor<f32>, %init: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %dp = quant_ext.dequantize %p, %t storage = <i8> : (tensor<3x2xi8>, tensor<f32>) -> tensor<3x2xf32>
  %dq = quant_ext.dequantize %q, %t storage = <i8> : (tensor<5xi8>, tensor<f32>) -> tensor<5xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%dp, %dq : tensor<3x2xf32>, tensor<5xf32>) outs(%init : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %total = arith.addf %product, %sum : f32
    linalg.yield %total : f32
  } -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=scalars | Remark="zero points taken out of sums"
func.func @scalars(%a: tensor<5x4xi8>, %w: tensor<4x3xi8>, %za: i32, %zw: i32, %init: tensor<5x3xi32>) -> tensor<5x3xi32> {
  %y = linalg.quantized_matmul ins(%a, %w, %za, %zw : tensor<5x4xi8>, tensor<4x3xi8>, i32, i32) outs(%init : tensor<5x3xi32>) -> tensor<5x3xi32>
  return %y : tensor<5x3xi32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=long_scalars | Reason="the result must have elements of type i32"
func.func @long_scalars(%a: tensor<5x4xi8>, %w: tensor<4x3xi8>, %za: i32, %zw: i32, %init: tensor<5x3xi64>) -> tensor<5x3xi64> {
  %y = linalg.quantized_matmul ins(%a, %w, %za, %zw : tensor<5x4xi8>, tensor<4x3xi8>, i32, i32) outs(%init : tensor<5x3xi64>) -> tensor<5x3xi64>
  return %y : tensor<5x3xi64>
}
