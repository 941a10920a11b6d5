// Loops without remainders, named for what they compute: a whole tensor f32 to or
// from i8 where the name says nothing else.

func.func @quantize(%x: tensor<4x1024xf32>, %s: tensor<f32>) -> tensor<4x1024xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4x1024xf32>, tensor<f32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @quantize_u8(%x: tensor<4x1024xf32>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<4x1024xi8> {
  %q = quant_ext.quantize %x, %s, %z storage = <u8> : (tensor<4x1024xf32>, tensor<f32>, tensor<i8>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @quantize_i16(%x: tensor<4x1024xf32>, %s: tensor<f32>) -> tensor<4x1024xi16> {
  %q = quant_ext.quantize %x, %s storage = <i16> : (tensor<4x1024xf32>, tensor<f32>) -> tensor<4x1024xi16>
  return %q : tensor<4x1024xi16>
}

func.func @quantize_i4(%x: tensor<4x1024xf32>, %s: tensor<f32>) -> tensor<4x1024xi4> {
  %q = quant_ext.quantize %x, %s storage = <i4> : (tensor<4x1024xf32>, tensor<f32>) -> tensor<4x1024xi4>
  return %q : tensor<4x1024xi4>
}

func.func @quantize_f16(%x: tensor<4x1024xf16>, %s: tensor<f32>) -> tensor<4x1024xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4x1024xf16>, tensor<f32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @quantize_bf16(%x: tensor<4x1024xbf16>, %s: tensor<f32>) -> tensor<4x1024xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4x1024xbf16>, tensor<f32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @quantize_reciprocal(%x: tensor<4x1024xf32>, %s: tensor<f32>) -> tensor<4x1024xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> division = reciprocal : (tensor<4x1024xf32>, tensor<f32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @quantize_half_away(%x: tensor<4x1024xf32>, %s: tensor<f32>) -> tensor<4x1024xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> rounding = half_away : (tensor<4x1024xf32>, tensor<f32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @quantize_rows(%x: tensor<64x1024xf32>, %s: tensor<64xf32>) -> tensor<64x1024xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<64x1024xf32>, tensor<64xf32>) -> tensor<64x1024xi8>
  return %q : tensor<64x1024xi8>
}

func.func @quantize_columns(%x: tensor<64x1024xf32>, %s: tensor<1024xf32>) -> tensor<64x1024xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x1024xf32>, tensor<1024xf32>) -> tensor<64x1024xi8>
  return %q : tensor<64x1024xi8>
}

func.func @quantize_columns_u8(%x: tensor<64x1024xf32>, %s: tensor<1024xf32>, %z: tensor<1024xi8>) -> tensor<64x1024xi8> {
  %q = quant_ext.quantize %x, %s, %z axis = 1 storage = <u8> : (tensor<64x1024xf32>, tensor<1024xf32>, tensor<1024xi8>) -> tensor<64x1024xi8>
  return %q : tensor<64x1024xi8>
}

func.func @quantize_three_columns(%x: tensor<1024x3xf32>, %s: tensor<3xf32>) -> tensor<1024x3xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<1024x3xf32>, tensor<3xf32>) -> tensor<1024x3xi8>
  return %q : tensor<1024x3xi8>
}

func.func @quantize_blocks(%x: tensor<4x1024xf32>, %s: tensor<4x32xf32>) -> tensor<4x1024xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<4x1024xf32>, tensor<4x32xf32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @dequantize(%q: tensor<4x1024xi8>, %s: tensor<f32>) -> tensor<4x1024xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x1024xi8>, tensor<f32>) -> tensor<4x1024xf32>
  return %x : tensor<4x1024xf32>
}

func.func @dequantize_u8(%q: tensor<4x1024xi8>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<4x1024xf32> {
  %x = quant_ext.dequantize %q, %s, %z storage = <u8> : (tensor<4x1024xi8>, tensor<f32>, tensor<i8>) -> tensor<4x1024xf32>
  return %x : tensor<4x1024xf32>
}

func.func @dequantize_i16(%q: tensor<4x1024xi16>, %s: tensor<f32>) -> tensor<4x1024xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i16> : (tensor<4x1024xi16>, tensor<f32>) -> tensor<4x1024xf32>
  return %x : tensor<4x1024xf32>
}

func.func @dequantize_i4(%q: tensor<4x1024xi4>, %s: tensor<f32>) -> tensor<4x1024xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i4> : (tensor<4x1024xi4>, tensor<f32>) -> tensor<4x1024xf32>
  return %x : tensor<4x1024xf32>
}

func.func @dequantize_f16(%q: tensor<4x1024xi8>, %s: tensor<f32>) -> tensor<4x1024xf16> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x1024xi8>, tensor<f32>) -> tensor<4x1024xf16>
  return %x : tensor<4x1024xf16>
}

func.func @dequantize_bf16(%q: tensor<4x1024xi8>, %s: tensor<f32>) -> tensor<4x1024xbf16> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x1024xi8>, tensor<f32>) -> tensor<4x1024xbf16>
  return %x : tensor<4x1024xbf16>
}

func.func @dequantize_i4_bf16(%q: tensor<4x1024xi4>, %s: tensor<f32>) -> tensor<4x1024xbf16> {
  %x = quant_ext.dequantize %q, %s storage = <i4> : (tensor<4x1024xi4>, tensor<f32>) -> tensor<4x1024xbf16>
  return %x : tensor<4x1024xbf16>
}

func.func @dequantize_columns(%q: tensor<4x1024xi8>, %s: tensor<1024xf32>) -> tensor<4x1024xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<4x1024xi8>, tensor<1024xf32>) -> tensor<4x1024xf32>
  return %x : tensor<4x1024xf32>
}

func.func @dequantize_three_columns(%q: tensor<1024x3xi8>, %s: tensor<3xf32>) -> tensor<1024x3xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<1024x3xi8>, tensor<3xf32>) -> tensor<1024x3xf32>
  return %x : tensor<1024x3xf32>
}

func.func @dequantize_blocks(%q: tensor<4x1024xi8>, %s: tensor<4x32xf32>) -> tensor<4x1024xf32> {
  %x = quant_ext.dequantize %q, %s block_sizes = [1, 32] storage = <i8> : (tensor<4x1024xi8>, tensor<4x32xf32>) -> tensor<4x1024xf32>
  return %x : tensor<4x1024xf32>
}

func.func @fake_quantize(%x: tensor<4x1024xf32>, %s: tensor<f32>) -> tensor<4x1024xf32> {
  %y = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<4x1024xf32>, tensor<f32>) -> tensor<4x1024xf32>
  return %y : tensor<4x1024xf32>
}

func.func @requantize(%a: tensor<4x1024xi32>, %s: tensor<f32>, %t: tensor<f32>) -> tensor<4x1024xi8> {
  %q = quant_ext.requantize %a in(%s) out(%t) storage_in = <i32> storage = <i8> : (tensor<4x1024xi32>, tensor<f32>, tensor<f32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @choose_qparams(%x: tensor<4x1024xf32>) -> tensor<f32> {
  %s = quant_ext.choose_qparams %x storage = <i8<-127:127>> : (tensor<4x1024xf32>) -> tensor<f32>
  return %s : tensor<f32>
}

func.func @bias_relu_quantize(%x: tensor<4x1024xf32>, %b: tensor<1024xf32>, %s: tensor<f32>) -> tensor<4x1024xi8> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x1024xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %b : tensor<4x1024xf32>, tensor<1024xf32>) outs(%empty : tensor<4x1024xf32>) {
  ^bb0(%e: f32, %bias: f32, %out: f32):
    %sum = arith.addf %e, %bias : f32
    %relu = arith.maximumf %sum, %zero : f32
    linalg.yield %relu : f32
  } -> tensor<4x1024xf32>
  %q = quant_ext.quantize %y, %s storage = <i8> : (tensor<4x1024xf32>, tensor<f32>) -> tensor<4x1024xi8>
  return %q : tensor<4x1024xi8>
}

func.func @dequantize_residual_add(%q: tensor<4x1024xi8>, %r: tensor<4x1024xf32>, %s: tensor<f32>) -> tensor<4x1024xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4x1024xi8>, tensor<f32>) -> tensor<4x1024xf32>
  %y = arith.addf %x, %r : tensor<4x1024xf32>
  return %y : tensor<4x1024xf32>
}
