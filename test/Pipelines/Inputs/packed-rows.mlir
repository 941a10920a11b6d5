// Rows that share bytes, each with a scale or each column, of any size.
func.func @quantize_i4_dynamic_outer_axis(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi4> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i4> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi4>
  return %y : tensor<?x?xi4>
}

func.func @dequantize_i4_dynamic_outer_axis(%x: tensor<?x?xi4>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i4> : (tensor<?x?xi4>, tensor<?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @quantize_i4_dynamic_inner_axis(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi4> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i4> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi4>
  return %y : tensor<?x?xi4>
}

func.func @dequantize_i4_dynamic_inner_axis(%x: tensor<?x?xi4>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i4> : (tensor<?x?xi4>, tensor<?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @quantize_i2_dynamic_outer_axis(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi2> {
  %y = quant_ext.quantize %x, %s axis = 0 storage = <i2> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi2>
  return %y : tensor<?x?xi2>
}

func.func @dequantize_i2_dynamic_outer_axis(%x: tensor<?x?xi2>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i2> : (tensor<?x?xi2>, tensor<?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @quantize_i2_dynamic_inner_axis(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi2> {
  %y = quant_ext.quantize %x, %s axis = 1 storage = <i2> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi2>
  return %y : tensor<?x?xi2>
}

func.func @dequantize_i2_dynamic_inner_axis(%x: tensor<?x?xi2>, %s: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = quant_ext.dequantize %x, %s axis = 1 storage = <i2> : (tensor<?x?xi2>, tensor<?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
