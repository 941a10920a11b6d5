// Packed operands in each granularity and with rows that share bytes or not.

func.func @quantize_i4_whole_per_tensor(%x: tensor<64x256xf32>, %s: tensor<f32>) -> tensor<64x256xi4> {
  %y = quant_ext.quantize %x, %s storage = <i4> : (tensor<64x256xf32>, tensor<f32>) -> tensor<64x256xi4>
  return %y : tensor<64x256xi4>
}

func.func @dequantize_i4_whole_per_tensor(%x: tensor<64x256xi4>, %s: tensor<f32>) -> tensor<64x256xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i4> : (tensor<64x256xi4>, tensor<f32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

func.func @quantize_i4_whole_outer_axis(%x: tensor<64x256xf32>, %s: tensor<64xf32>) -> tensor<64x256xi4> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i4> : (tensor<64x256xf32>, tensor<64xf32>) -> tensor<64x256xi4>
  return %y : tensor<64x256xi4>
}

func.func @dequantize_i4_whole_outer_axis(%x: tensor<64x256xi4>, %s: tensor<64xf32>) -> tensor<64x256xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i4> : (tensor<64x256xi4>, tensor<64xf32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

func.func @quantize_i4_whole_inner_axis(%x: tensor<64x256xf32>, %s: tensor<256xf32>) -> tensor<64x256xi4> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i4> : (tensor<64x256xf32>, tensor<256xf32>) -> tensor<64x256xi4>
  return %y : tensor<64x256xi4>
}

func.func @dequantize_i4_whole_inner_axis(%x: tensor<64x256xi4>, %s: tensor<256xf32>) -> tensor<64x256xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i4> : (tensor<64x256xi4>, tensor<256xf32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

func.func @quantize_i4_odd_per_tensor(%x: tensor<63x389xf32>, %s: tensor<f32>) -> tensor<63x389xi4> {
  %y = quant_ext.quantize %x, %s storage = <i4> : (tensor<63x389xf32>, tensor<f32>) -> tensor<63x389xi4>
  return %y : tensor<63x389xi4>
}

func.func @dequantize_i4_odd_per_tensor(%x: tensor<63x389xi4>, %s: tensor<f32>) -> tensor<63x389xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i4> : (tensor<63x389xi4>, tensor<f32>) -> tensor<63x389xf32>
  return %y : tensor<63x389xf32>
}

func.func @quantize_i4_odd_outer_axis(%x: tensor<63x389xf32>, %s: tensor<63xf32>) -> tensor<63x389xi4> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i4> : (tensor<63x389xf32>, tensor<63xf32>) -> tensor<63x389xi4>
  return %y : tensor<63x389xi4>
}

func.func @dequantize_i4_odd_outer_axis(%x: tensor<63x389xi4>, %s: tensor<63xf32>) -> tensor<63x389xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i4> : (tensor<63x389xi4>, tensor<63xf32>) -> tensor<63x389xf32>
  return %y : tensor<63x389xf32>
}

func.func @quantize_i4_odd_inner_axis(%x: tensor<63x389xf32>, %s: tensor<389xf32>) -> tensor<63x389xi4> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i4> : (tensor<63x389xf32>, tensor<389xf32>) -> tensor<63x389xi4>
  return %y : tensor<63x389xi4>
}

func.func @dequantize_i4_odd_inner_axis(%x: tensor<63x389xi4>, %s: tensor<389xf32>) -> tensor<63x389xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i4> : (tensor<63x389xi4>, tensor<389xf32>) -> tensor<63x389xf32>
  return %y : tensor<63x389xf32>
}

func.func @quantize_i4_dynamic_per_tensor(%x: tensor<?x?xf32>, %s: tensor<f32>) -> tensor<?x?xi4> {
  %y = quant_ext.quantize %x, %s storage = <i4> : (tensor<?x?xf32>, tensor<f32>) -> tensor<?x?xi4>
  return %y : tensor<?x?xi4>
}

func.func @dequantize_i4_dynamic_per_tensor(%x: tensor<?x?xi4>, %s: tensor<f32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i4> : (tensor<?x?xi4>, tensor<f32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @quantize_i2_whole_per_tensor(%x: tensor<64x256xf32>, %s: tensor<f32>) -> tensor<64x256xi2> {
  %y = quant_ext.quantize %x, %s storage = <i2> : (tensor<64x256xf32>, tensor<f32>) -> tensor<64x256xi2>
  return %y : tensor<64x256xi2>
}

func.func @dequantize_i2_whole_per_tensor(%x: tensor<64x256xi2>, %s: tensor<f32>) -> tensor<64x256xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i2> : (tensor<64x256xi2>, tensor<f32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

func.func @quantize_i2_whole_outer_axis(%x: tensor<64x256xf32>, %s: tensor<64xf32>) -> tensor<64x256xi2> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i2> : (tensor<64x256xf32>, tensor<64xf32>) -> tensor<64x256xi2>
  return %y : tensor<64x256xi2>
}

func.func @dequantize_i2_whole_outer_axis(%x: tensor<64x256xi2>, %s: tensor<64xf32>) -> tensor<64x256xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i2> : (tensor<64x256xi2>, tensor<64xf32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

func.func @quantize_i2_whole_inner_axis(%x: tensor<64x256xf32>, %s: tensor<256xf32>) -> tensor<64x256xi2> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i2> : (tensor<64x256xf32>, tensor<256xf32>) -> tensor<64x256xi2>
  return %y : tensor<64x256xi2>
}

func.func @dequantize_i2_whole_inner_axis(%x: tensor<64x256xi2>, %s: tensor<256xf32>) -> tensor<64x256xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i2> : (tensor<64x256xi2>, tensor<256xf32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

func.func @quantize_i2_odd_per_tensor(%x: tensor<63x389xf32>, %s: tensor<f32>) -> tensor<63x389xi2> {
  %y = quant_ext.quantize %x, %s storage = <i2> : (tensor<63x389xf32>, tensor<f32>) -> tensor<63x389xi2>
  return %y : tensor<63x389xi2>
}

func.func @dequantize_i2_odd_per_tensor(%x: tensor<63x389xi2>, %s: tensor<f32>) -> tensor<63x389xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i2> : (tensor<63x389xi2>, tensor<f32>) -> tensor<63x389xf32>
  return %y : tensor<63x389xf32>
}

func.func @quantize_i2_odd_outer_axis(%x: tensor<63x389xf32>, %s: tensor<63xf32>) -> tensor<63x389xi2> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i2> : (tensor<63x389xf32>, tensor<63xf32>) -> tensor<63x389xi2>
  return %y : tensor<63x389xi2>
}

func.func @dequantize_i2_odd_outer_axis(%x: tensor<63x389xi2>, %s: tensor<63xf32>) -> tensor<63x389xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i2> : (tensor<63x389xi2>, tensor<63xf32>) -> tensor<63x389xf32>
  return %y : tensor<63x389xf32>
}

func.func @quantize_i2_odd_inner_axis(%x: tensor<63x389xf32>, %s: tensor<389xf32>) -> tensor<63x389xi2> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i2> : (tensor<63x389xf32>, tensor<389xf32>) -> tensor<63x389xi2>
  return %y : tensor<63x389xi2>
}

func.func @dequantize_i2_odd_inner_axis(%x: tensor<63x389xi2>, %s: tensor<389xf32>) -> tensor<63x389xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i2> : (tensor<63x389xi2>, tensor<389xf32>) -> tensor<63x389xf32>
  return %y : tensor<63x389xf32>
}

func.func @quantize_i2_dynamic_per_tensor(%x: tensor<?x?xf32>, %s: tensor<f32>) -> tensor<?x?xi2> {
  %y = quant_ext.quantize %x, %s storage = <i2> : (tensor<?x?xf32>, tensor<f32>) -> tensor<?x?xi2>
  return %y : tensor<?x?xi2>
}

func.func @dequantize_i2_dynamic_per_tensor(%x: tensor<?x?xi2>, %s: tensor<f32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s storage = <i2> : (tensor<?x?xi2>, tensor<f32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @quantize_i4_block(%x: tensor<64x256xf32>, %s: tensor<64x2xf32>) -> tensor<64x256xi4> {
  %y = quant_ext.quantize %x, %s block_sizes = [1, 128] storage = <i4> : (tensor<64x256xf32>, tensor<64x2xf32>) -> tensor<64x256xi4>
  return %y : tensor<64x256xi4>
}

func.func @dequantize_i4_block(%x: tensor<64x256xi4>, %s: tensor<64x2xf32>) -> tensor<64x256xf32> {
  %y = quant_ext.dequantize %x, %s block_sizes = [1, 128] storage = <i4> : (tensor<64x256xi4>, tensor<64x2xf32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}
