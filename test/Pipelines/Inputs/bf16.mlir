func.func @quantize_bf16(%x: tensor<?xbf16>, %s: tensor<f32>) -> tensor<?xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xbf16>, tensor<f32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

func.func @dequantize_bf16(%q: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xbf16> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xbf16>
  return %x : tensor<?xbf16>
}
