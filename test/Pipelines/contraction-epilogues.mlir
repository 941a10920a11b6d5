// Every elementwise operation behind a contraction is computed on its accumulators,
// in front of a quantize or not, whatever reshapes stand between: a program is left
// with loops that end in writes of its results, and no operation on whole tensors.

// Stock mlir-opt does not know passes of a plugin by name after this option.
// REQUIRES: quant-opt

// RUN: %quant-opt %s --mlir-disable-threading --mlir-print-ir-after=quant-ext-tile-contractions --pass-pipeline="builtin.module(quant-ext-qdq-to-integer,canonicalize,quant-ext-to-llvm{target=x86-64-v4 features=+avx512vnni})" -o /dev/null 2>&1 | FileCheck %s --implicit-check-not=linalg.

#id = affine_map<(m, n) -> (m, n)>
#columns = affine_map<(m, n) -> (n)>
#rows = affine_map<(m, n) -> (m)>
#id3 = affine_map<(b, m, n) -> (b, m, n)>
#columns3 = affine_map<(b, m, n) -> (n)>

// CHECK-LABEL: func.func @gelu_quantize(
// CHECK: vector.contract
// CHECK: math.erf {{.*}} : vector<
// CHECK: quant_ext.apply_quantize
// CHECK: vector.transfer_write {{.*}}xi8>, tensor<16x48xi8>
// CHECK: return
func.func @gelu_quantize(%x: tensor<16x64xi8>) -> tensor<16x48xi8> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %half = arith.constant dense<0.5> : tensor<16x48xf32>
  %one = arith.constant dense<1.0> : tensor<16x48xf32>
  %root = arith.constant dense<0.70710678> : tensor<16x48xf32>
  %t = arith.mulf %y, %root : tensor<16x48xf32>
  %erf = math.erf %t : tensor<16x48xf32>
  %p = arith.addf %erf, %one : tensor<16x48xf32>
  %h = arith.mulf %y, %half : tensor<16x48xf32>
  %g = arith.mulf %h, %p : tensor<16x48xf32>
  %so = arith.constant dense<0.02> : tensor<f32>
  %q = quant_ext.quantize %g, %so storage = <i8> : (tensor<16x48xf32>, tensor<f32>) -> tensor<16x48xi8>
  return %q : tensor<16x48xi8>
}

// CHECK-LABEL: func.func @gelu(
// CHECK: vector.contract
// CHECK: math.erf {{.*}} : vector<
// CHECK: vector.transfer_write {{.*}}xf32>, tensor<16x48xf32>
// CHECK: return
func.func @gelu(%x: tensor<16x64xi8>) -> tensor<16x48xf32> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %half = arith.constant dense<0.5> : tensor<16x48xf32>
  %one = arith.constant dense<1.0> : tensor<16x48xf32>
  %root = arith.constant dense<0.70710678> : tensor<16x48xf32>
  %t = arith.mulf %y, %root : tensor<16x48xf32>
  %erf = math.erf %t : tensor<16x48xf32>
  %p = arith.addf %erf, %one : tensor<16x48xf32>
  %h = arith.mulf %y, %half : tensor<16x48xf32>
  %g = arith.mulf %h, %p : tensor<16x48xf32>
  return %g : tensor<16x48xf32>
}

// CHECK-LABEL: func.func @tanh(
// CHECK: vector.contract
// CHECK: math.tanh {{.*}} : vector<
// CHECK: vector.transfer_write
// CHECK: return
func.func @tanh(%x: tensor<16x64xi8>) -> tensor<16x48xf32> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %g = math.tanh %y : tensor<16x48xf32>
  return %g : tensor<16x48xf32>
}

// CHECK-LABEL: func.func @bias_residual_quantize(
// CHECK: vector.contract
// CHECK: arith.addf
// CHECK: arith.addf
// CHECK: quant_ext.apply_quantize
// CHECK: vector.transfer_write
// CHECK: return
func.func @bias_residual_quantize(%x: tensor<16x64xi8>, %bias: tensor<48xf32>, %r: tensor<16x48xf32>) -> tensor<16x48xi8> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %everywhere = linalg.broadcast ins(%bias : tensor<48xf32>) outs(%e : tensor<16x48xf32>) dimensions = [0]
  %biased = linalg.add ins(%y, %everywhere : tensor<16x48xf32>, tensor<16x48xf32>) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %g = arith.addf %biased, %r : tensor<16x48xf32>
  %so = arith.constant dense<0.02> : tensor<f32>
  %q = quant_ext.quantize %g, %so storage = <i8> : (tensor<16x48xf32>, tensor<f32>) -> tensor<16x48xi8>
  return %q : tensor<16x48xi8>
}

// CHECK-LABEL: func.func @quantized_residual(
// CHECK: vector.contract
// CHECK: quant_ext.apply_dequantize
// CHECK: arith.addf
// CHECK: vector.transfer_write
// CHECK: return
func.func @quantized_residual(%x: tensor<16x64xi8>, %r: tensor<16x48xi8>) -> tensor<16x48xf32> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %sr = arith.constant dense<0.5> : tensor<f32>
  %d = quant_ext.dequantize %r, %sr storage = <i8> : (tensor<16x48xi8>, tensor<f32>) -> tensor<16x48xf32>
  %g = arith.addf %y, %d : tensor<16x48xf32>
  return %g : tensor<16x48xf32>
}

// CHECK-LABEL: func.func @scale_rows_and_columns(
// CHECK: vector.contract
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: quant_ext.apply_quantize
// CHECK: return
func.func @scale_rows_and_columns(%x: tensor<16x64xi8>, %s: tensor<48xf32>, %t: tensor<16xf32>) -> tensor<16x48xi8> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %g = linalg.generic {indexing_maps = [#id, #columns, #rows, #id], iterator_types = ["parallel", "parallel"]} ins(%y, %s, %t : tensor<16x48xf32>, tensor<48xf32>, tensor<16xf32>) outs(%e : tensor<16x48xf32>) {
  ^bb0(%v: f32, %u: f32, %z: f32, %o: f32):
    %p = arith.mulf %v, %u : f32
    %q = arith.mulf %p, %z : f32
    linalg.yield %q : f32
  } -> tensor<16x48xf32>
  %so = arith.constant dense<0.02> : tensor<f32>
  %q = quant_ext.quantize %g, %so storage = <i8> : (tensor<16x48xf32>, tensor<f32>) -> tensor<16x48xi8>
  return %q : tensor<16x48xi8>
}

// The sums are read by two: both are results of the loops.
// CHECK-LABEL: func.func @two_results(
// CHECK: vector.contract
// CHECK: math.tanh
// CHECK: vector.transfer_write {{.*}}xi8>, tensor<16x48xi8>
// CHECK: vector.transfer_write {{.*}}xf32>, tensor<16x48xf32>
// CHECK: return
func.func @two_results(%x: tensor<16x64xi8>) -> (tensor<16x48xi8>, tensor<16x48xf32>) {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %g = math.tanh %y : tensor<16x48xf32>
  %so = arith.constant dense<0.02> : tensor<f32>
  %q = quant_ext.quantize %g, %so storage = <i8> : (tensor<16x48xf32>, tensor<f32>) -> tensor<16x48xi8>
  return %q, %y : tensor<16x48xi8>, tensor<16x48xf32>
}

// Rows that come apart behind the product take its loops.
// CHECK-LABEL: func.func @split_rows(
// CHECK: vector.contract
// CHECK: arith.addf
// CHECK: math.tanh
// CHECK: arith.addf
// CHECK: vector.transfer_write {{.*}}xf32>, tensor<16x48xf32>
// CHECK: tensor.expand_shape
// CHECK: return
func.func @split_rows(%x: tensor<16x64xi8>, %bias: tensor<48xf32>, %r: tensor<2x8x48xf32>) -> tensor<2x8x48xf32> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y3 = tensor.expand_shape %y [[0, 1], [2]] output_shape [2, 8, 48] : tensor<16x48xf32> into tensor<2x8x48xf32>
  %e3 = tensor.empty() : tensor<2x8x48xf32>
  %biased = linalg.generic {indexing_maps = [#id3, #columns3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y3, %bias : tensor<2x8x48xf32>, tensor<48xf32>) outs(%e3 : tensor<2x8x48xf32>) {
  ^bb0(%v: f32, %u: f32, %o: f32):
    %s = arith.addf %v, %u : f32
    linalg.yield %s : f32
  } -> tensor<2x8x48xf32>
  %t = math.tanh %biased : tensor<2x8x48xf32>
  %g = arith.addf %t, %r : tensor<2x8x48xf32>
  return %g : tensor<2x8x48xf32>
}

// Of two products one takes the sum in, whatever the shapes that they have it in.
// CHECK-LABEL: func.func @two_products(
// CHECK: vector.contract
// CHECK: vector.contract
// CHECK: arith.addf
// CHECK: vector.transfer_write {{.*}}xf32>
// CHECK: return
func.func @two_products(%x: tensor<16x64xi8>, %x3: tensor<2x8x64xi8>) -> tensor<2x8x48xf32> {
  %sx = arith.constant dense<0.05> : tensor<f32>
  %zx = arith.constant dense<12> : tensor<i8>
  %w = arith.constant dense<7> : tensor<64x48xi8>
  %sw = arith.constant dense<0.01> : tensor<48xf32>
  %a = quant_ext.dequantize %x, %sx, %zx storage = <u8> : (tensor<16x64xi8>, tensor<f32>, tensor<i8>) -> tensor<16x64xf32>
  %a3 = quant_ext.dequantize %x3, %sx, %zx storage = <u8> : (tensor<2x8x64xi8>, tensor<f32>, tensor<i8>) -> tensor<2x8x64xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<64x48xi8>, tensor<48xf32>) -> tensor<64x48xf32>
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x48xf32>
  %e3 = tensor.empty() : tensor<2x8x48xf32>
  %i = linalg.fill ins(%c0 : f32) outs(%e : tensor<16x48xf32>) -> tensor<16x48xf32>
  %i3 = linalg.fill ins(%c0 : f32) outs(%e3 : tensor<2x8x48xf32>) -> tensor<2x8x48xf32>
  %y = linalg.matmul ins(%a, %b : tensor<16x64xf32>, tensor<64x48xf32>) outs(%i : tensor<16x48xf32>) -> tensor<16x48xf32>
  %y3 = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>] ins(%a3, %b : tensor<2x8x64xf32>, tensor<64x48xf32>) outs(%i3 : tensor<2x8x48xf32>) -> tensor<2x8x48xf32>
  %r = tensor.expand_shape %y [[0, 1], [2]] output_shape [2, 8, 48] : tensor<16x48xf32> into tensor<2x8x48xf32>
  %t = arith.addf %y3, %r : tensor<2x8x48xf32>
  return %t : tensor<2x8x48xf32>
}
