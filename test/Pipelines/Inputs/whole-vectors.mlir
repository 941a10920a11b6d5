// Every row and every block is a whole number of vectors on every target, so that
// the loops that remain are the main ones.

func.func @quantize_f32_per_tensor(%x: tensor<4x256xf32>, %s: tensor<f32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s storage = <i8> : (tensor<4x256xf32>, tensor<f32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f32_outer_axis(%x: tensor<4x256xf32>, %s: tensor<4xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<4x256xf32>, tensor<4xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f32_inner_axis(%x: tensor<4x256xf32>, %s: tensor<256xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<4x256xf32>, tensor<256xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f32_per_block(%x: tensor<4x256xf32>, %s: tensor<4x2xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 128] storage = <i8> : (tensor<4x256xf32>, tensor<4x2xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @dequantize_f32_per_tensor(%x: tensor<4x256xi8>, %s: tensor<f32>) -> tensor<4x256xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i8> : (tensor<4x256xi8>, tensor<f32>) -> tensor<4x256xf32>
  return %y : tensor<4x256xf32>
}

func.func @dequantize_f32_outer_axis(%x: tensor<4x256xi8>, %s: tensor<4xf32>) -> tensor<4x256xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<4x256xi8>, tensor<4xf32>) -> tensor<4x256xf32>
  return %y : tensor<4x256xf32>
}

func.func @dequantize_f32_inner_axis(%x: tensor<4x256xi8>, %s: tensor<256xf32>) -> tensor<4x256xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<4x256xi8>, tensor<256xf32>) -> tensor<4x256xf32>
  return %y : tensor<4x256xf32>
}

func.func @dequantize_f32_per_block(%x: tensor<4x256xi8>, %s: tensor<4x2xf32>) -> tensor<4x256xf32> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 128] storage = <i8> : (tensor<4x256xi8>, tensor<4x2xf32>) -> tensor<4x256xf32>
  return %y : tensor<4x256xf32>
}

func.func @quantize_bf16_per_tensor(%x: tensor<4x256xbf16>, %s: tensor<f32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s storage = <i8> : (tensor<4x256xbf16>, tensor<f32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_bf16_outer_axis(%x: tensor<4x256xbf16>, %s: tensor<4xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<4x256xbf16>, tensor<4xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_bf16_inner_axis(%x: tensor<4x256xbf16>, %s: tensor<256xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<4x256xbf16>, tensor<256xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_bf16_per_block(%x: tensor<4x256xbf16>, %s: tensor<4x2xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 128] storage = <i8> : (tensor<4x256xbf16>, tensor<4x2xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @dequantize_bf16_per_tensor(%x: tensor<4x256xi8>, %s: tensor<f32>) -> tensor<4x256xbf16> {
  %y = quant_ext.dequantize %x, %s storage = <i8> : (tensor<4x256xi8>, tensor<f32>) -> tensor<4x256xbf16>
  return %y : tensor<4x256xbf16>
}

func.func @dequantize_bf16_outer_axis(%x: tensor<4x256xi8>, %s: tensor<4xf32>) -> tensor<4x256xbf16> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<4x256xi8>, tensor<4xf32>) -> tensor<4x256xbf16>
  return %y : tensor<4x256xbf16>
}

func.func @dequantize_bf16_inner_axis(%x: tensor<4x256xi8>, %s: tensor<256xf32>) -> tensor<4x256xbf16> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<4x256xi8>, tensor<256xf32>) -> tensor<4x256xbf16>
  return %y : tensor<4x256xbf16>
}

func.func @dequantize_bf16_per_block(%x: tensor<4x256xi8>, %s: tensor<4x2xf32>) -> tensor<4x256xbf16> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 128] storage = <i8> : (tensor<4x256xi8>, tensor<4x2xf32>) -> tensor<4x256xbf16>
  return %y : tensor<4x256xbf16>
}

func.func @quantize_f16_per_tensor(%x: tensor<4x256xf16>, %s: tensor<f32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s storage = <i8> : (tensor<4x256xf16>, tensor<f32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f16_outer_axis(%x: tensor<4x256xf16>, %s: tensor<4xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<4x256xf16>, tensor<4xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f16_inner_axis(%x: tensor<4x256xf16>, %s: tensor<256xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<4x256xf16>, tensor<256xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f16_per_block(%x: tensor<4x256xf16>, %s: tensor<4x2xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 128] storage = <i8> : (tensor<4x256xf16>, tensor<4x2xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @dequantize_f16_per_tensor(%x: tensor<4x256xi8>, %s: tensor<f32>) -> tensor<4x256xf16> {
  %y = quant_ext.dequantize %x, %s storage = <i8> : (tensor<4x256xi8>, tensor<f32>) -> tensor<4x256xf16>
  return %y : tensor<4x256xf16>
}

func.func @dequantize_f16_outer_axis(%x: tensor<4x256xi8>, %s: tensor<4xf32>) -> tensor<4x256xf16> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<4x256xi8>, tensor<4xf32>) -> tensor<4x256xf16>
  return %y : tensor<4x256xf16>
}

func.func @dequantize_f16_inner_axis(%x: tensor<4x256xi8>, %s: tensor<256xf32>) -> tensor<4x256xf16> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<4x256xi8>, tensor<256xf32>) -> tensor<4x256xf16>
  return %y : tensor<4x256xf16>
}

func.func @dequantize_f16_per_block(%x: tensor<4x256xi8>, %s: tensor<4x2xf32>) -> tensor<4x256xf16> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 128] storage = <i8> : (tensor<4x256xi8>, tensor<4x2xf32>) -> tensor<4x256xf16>
  return %y : tensor<4x256xf16>
}

func.func @quantize_f32_half_away(%x: tensor<4x256xf32>, %s: tensor<256xf32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> rounding = half_away : (tensor<4x256xf32>, tensor<256xf32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f32_toward_zero(%x: tensor<4x256xf32>, %s: tensor<f32>) -> tensor<4x256xi8> {
  %y = quant_ext.quantize %x, %s storage = <i8> rounding = toward_zero : (tensor<4x256xf32>, tensor<f32>) -> tensor<4x256xi8>
  return %y : tensor<4x256xi8>
}

func.func @quantize_f64_half_away(%x: tensor<4x256xf64>, %s: tensor<f32>) -> tensor<4x256xi32> {
  %y = quant_ext.quantize %x, %s storage = <i32> rounding = half_away : (tensor<4x256xf64>, tensor<f32>) -> tensor<4x256xi32>
  return %y : tensor<4x256xi32>
}

func.func @quantize_f32_three_channels(%x: tensor<256x3xf32>, %s: tensor<3xf32>) -> tensor<256x3xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<256x3xf32>, tensor<3xf32>) -> tensor<256x3xi8>
  return %y : tensor<256x3xi8>
}

func.func @dequantize_f32_seven_channels(%x: tensor<256x7xi8>, %s: tensor<7xf32>) -> tensor<256x7xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<256x7xi8>, tensor<7xf32>) -> tensor<256x7xf32>
  return %y : tensor<256x7xf32>
}

func.func @quantize_f32_rows_of_seven(%x: tensor<2x256x7xf32>, %s: tensor<256xf32>) -> tensor<2x256x7xi8> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<2x256x7xf32>, tensor<256xf32>) -> tensor<2x256x7xi8>
  return %y : tensor<2x256x7xi8>
}

func.func @dequantize_f32_rows_of_one(%x: tensor<2x256x1xi8>, %s: tensor<256xf32>) -> tensor<2x256x1xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<2x256x1xi8>, tensor<256xf32>) -> tensor<2x256x1xf32>
  return %y : tensor<2x256x1xf32>
}
