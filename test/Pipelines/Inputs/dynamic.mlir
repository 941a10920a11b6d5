func.func @quantize_f32_per_tensor(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi8> {
  %y = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi8>
  return %y : tensor<?xi8>
}

func.func @quantize_f32_outer_axis(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @quantize_f32_inner_axis(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @quantize_f32_per_block(%x: tensor<?x?xf32>, %s: tensor<?x?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @dequantize_f32_per_tensor(%x: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @dequantize_f32_outer_axis(%x: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @dequantize_f32_inner_axis(%x: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @dequantize_f32_per_block(%x: tensor<?x?xi8>, %s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xi8>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @quantize_bf16_per_tensor(%x: tensor<?xbf16>, %s: tensor<f32>) -> tensor<?xi8> {
  %y = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xbf16>, tensor<f32>) -> tensor<?xi8>
  return %y : tensor<?xi8>
}

func.func @quantize_bf16_outer_axis(%x: tensor<?x?xbf16>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xbf16>, tensor<?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @quantize_bf16_inner_axis(%x: tensor<?x?xbf16>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xbf16>, tensor<?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @quantize_bf16_per_block(%x: tensor<?x?xbf16>, %s: tensor<?x?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xbf16>, tensor<?x?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @dequantize_bf16_per_tensor(%x: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xbf16> {
  %y = quant_ext.dequantize %x, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xbf16>
  return %y : tensor<?xbf16>
}

func.func @dequantize_bf16_outer_axis(%x: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xbf16> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

func.func @dequantize_bf16_inner_axis(%x: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xbf16> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

func.func @dequantize_bf16_per_block(%x: tensor<?x?xi8>, %s: tensor<?x?xf32>) -> tensor<?x?xbf16> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xi8>, tensor<?x?xf32>) -> tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

func.func @quantize_f16_per_tensor(%x: tensor<?xf16>, %s: tensor<f32>) -> tensor<?xi8> {
  %y = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xf16>, tensor<f32>) -> tensor<?xi8>
  return %y : tensor<?xi8>
}

func.func @quantize_f16_outer_axis(%x: tensor<?x?xf16>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xf16>, tensor<?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @quantize_f16_inner_axis(%x: tensor<?x?xf16>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xf16>, tensor<?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @quantize_f16_per_block(%x: tensor<?x?xf16>, %s: tensor<?x?xf32>) -> tensor<?x?xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xf16>, tensor<?x?xf32>) -> tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}

func.func @dequantize_f16_per_tensor(%x: tensor<?xi8>, %s: tensor<f32>) -> tensor<?xf16> {
  %y = quant_ext.dequantize %x, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf16>
  return %y : tensor<?xf16>
}

func.func @dequantize_f16_outer_axis(%x: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xf16> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf16>
  return %y : tensor<?x?xf16>
}

func.func @dequantize_f16_inner_axis(%x: tensor<?x?xi8>, %s: tensor<?xf32>) -> tensor<?x?xf16> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf16>
  return %y : tensor<?x?xf16>
}

func.func @dequantize_f16_per_block(%x: tensor<?x?xi8>, %s: tensor<?x?xf32>) -> tensor<?x?xf16> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xi8>, tensor<?x?xf32>) -> tensor<?x?xf16>
  return %y : tensor<?x?xf16>
}
