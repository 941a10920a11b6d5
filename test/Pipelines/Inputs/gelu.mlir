func.func @gelu(%x: tensor<65536xf32>, %s: tensor<f32>) -> tensor<65536xi8> {
  %half = arith.constant dense<0.5> : tensor<65536xf32>
  %one = arith.constant dense<1.0> : tensor<65536xf32>
  %root = arith.constant dense<0.707106769> : tensor<65536xf32>
  %a = arith.mulf %x, %root : tensor<65536xf32>
  %b = math.erf %a : tensor<65536xf32>
  %c = arith.addf %b, %one : tensor<65536xf32>
  %d = arith.mulf %x, %half : tensor<65536xf32>
  %e = arith.mulf %d, %c : tensor<65536xf32>
  %q = quant_ext.quantize %e, %s storage = <i8> : (tensor<65536xf32>, tensor<f32>) -> tensor<65536xi8>
  return %q : tensor<65536xi8>
}
