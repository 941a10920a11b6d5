// Integers are taken iff no sum can leave 32 bits: at the limit they are, and one
// beyond it they are not.

// RUN: %quant-opt %s -o /dev/null --mlir-disable-threading --remarks-filter=quant-ext-qdq-to-integer --pass-pipeline='builtin.module(quant-ext-qdq-to-integer)' 2>&1 | FileCheck %s

// 65793 * 255 * 128 = 2147483520 leaves 127 for a bias, of either sign.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=bias_fits | Bias=i32, LargestSum=2147483647,
func.func @bias_fits(%x: tensor<2x65793xi8>, %w: tensor<65793x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x65793xi8>, tensor<f32>, tensor<i8>) -> tensor<2x65793xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<65793x1xi8>, tensor<f32>) -> tensor<65793x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<-127> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x65793xf32>, tensor<65793x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = arith.addf %y, %bias : tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// One more is added in floating point.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=bias_overflows | Bias=none, LargestSum=2147483520,
func.func @bias_overflows(%x: tensor<2x65793xi8>, %w: tensor<65793x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x65793xi8>, tensor<f32>, tensor<i8>) -> tensor<2x65793xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<65793x1xi8>, tensor<f32>) -> tensor<65793x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<-128> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x65793xf32>, tensor<65793x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = arith.addf %y, %bias : tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=start_fits | Bias=i32, LargestSum=2147483647,
func.func @start_fits(%x: tensor<2x65793xi8>, %w: tensor<65793x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x65793xi8>, tensor<f32>, tensor<i8>) -> tensor<2x65793xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<65793x1xi8>, tensor<f32>) -> tensor<65793x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<127> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x65793xf32>, tensor<65793x1xf32>) outs(%bias : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=start_overflows | Bias=float, LargestSum=2147483520,
func.func @start_overflows(%x: tensor<2x65793xi8>, %w: tensor<65793x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x65793xi8>, tensor<f32>, tensor<i8>) -> tensor<2x65793xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<65793x1xi8>, tensor<f32>) -> tensor<65793x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<128> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x65793xf32>, tensor<65793x1xf32>) outs(%bias : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=long | Reason="sums may reach 2147516160, must stay below 2147483648"
func.func @long(%x: tensor<2x65794xi8>, %w: tensor<65794x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x65794xi8>, tensor<f32>, tensor<i8>) -> tensor<2x65794xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<65794x1xi8>, tensor<f32>) -> tensor<65794x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x65794xf32>, tensor<65794x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// Columns of constant weights: 131586 * 64 * 255 is 2147483520 again, where
// weights that are not known would reach twice as much.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=column_fits | Bias=i32, LargestSum=2147483647,
func.func @column_fits(%x: tensor<2x131586xi8>) -> tensor<2x1xf32> {
  %w = arith.constant dense<-64> : tensor<131586x1xi8>
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x131586xi8>, tensor<f32>, tensor<i8>) -> tensor<2x131586xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<131586x1xi8>, tensor<f32>) -> tensor<131586x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<127> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x131586xf32>, tensor<131586x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = arith.addf %y, %bias : tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=column_bias_overflows | Bias=none, LargestSum=2147483520,
func.func @column_bias_overflows(%x: tensor<2x131586xi8>) -> tensor<2x1xf32> {
  %w = arith.constant dense<-64> : tensor<131586x1xi8>
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x131586xi8>, tensor<f32>, tensor<i8>) -> tensor<2x131586xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<131586x1xi8>, tensor<f32>) -> tensor<131586x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<128> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x131586xf32>, tensor<131586x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = arith.addf %y, %bias : tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=column_overflows | Reason="sums may reach 2147499840, must stay below 2147483648"
func.func @column_overflows(%x: tensor<2x131587xi8>) -> tensor<2x1xf32> {
  %w = arith.constant dense<64> : tensor<131587x1xi8>
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x131587xi8>, tensor<f32>, tensor<i8>) -> tensor<2x131587xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<131587x1xi8>, tensor<f32>) -> tensor<131587x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x131587xf32>, tensor<131587x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// A zero point of the weights counts: each is -64 - 64.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=column_zero_point | Bias=none, LargestSum=2147483520,
func.func @column_zero_point(%x: tensor<2x65793xi8>) -> tensor<2x1xf32> {
  %w = arith.constant dense<-64> : tensor<65793x1xi8>
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x65793xi8>, tensor<f32>, tensor<i8>) -> tensor<2x65793xf32>
  %zb = arith.constant dense<64> : tensor<i8>
  %b = quant_ext.dequantize %w, %s, %zb storage = <i8> : (tensor<65793x1xi8>, tensor<f32>, tensor<i8>) -> tensor<65793x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x65793xf32>, tensor<65793x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=column_zero_point_overflows | Reason="sums may reach 2147516160, must stay below 2147483648"
func.func @column_zero_point_overflows(%x: tensor<2x65794xi8>) -> tensor<2x1xf32> {
  %w = arith.constant dense<-64> : tensor<65794x1xi8>
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x65794xi8>, tensor<f32>, tensor<i8>) -> tensor<2x65794xf32>
  %zb = arith.constant dense<64> : tensor<i8>
  %b = quant_ext.dequantize %w, %s, %zb storage = <i8> : (tensor<65794x1xi8>, tensor<f32>, tensor<i8>) -> tensor<65794x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x65794xf32>, tensor<65794x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// A zero point at a limit of i8 moves every element: 33025 * 255 * 255 =
// 2147450625 is the longest with both.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=signed_zero_point | Bias=none, LargestSum=2147450625,
func.func @signed_zero_point(%x: tensor<2x33025xi8>, %w: tensor<33025x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<-128> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <i8> : (tensor<2x33025xi8>, tensor<f32>, tensor<i8>) -> tensor<2x33025xf32>
  %zb = arith.constant dense<127> : tensor<i8>
  %b = quant_ext.dequantize %w, %s, %zb storage = <i8> : (tensor<33025x1xi8>, tensor<f32>, tensor<i8>) -> tensor<33025x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x33025xf32>, tensor<33025x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=signed_zero_point_overflows | Reason="sums may reach 2147515650, must stay below 2147483648"
func.func @signed_zero_point_overflows(%x: tensor<2x33026xi8>, %w: tensor<33026x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<-128> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <i8> : (tensor<2x33026xi8>, tensor<f32>, tensor<i8>) -> tensor<2x33026xf32>
  %zb = arith.constant dense<127> : tensor<i8>
  %b = quant_ext.dequantize %w, %s, %zb storage = <i8> : (tensor<33026x1xi8>, tensor<f32>, tensor<i8>) -> tensor<33026x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x33026xf32>, tensor<33026x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// A zero point in the middle lets as much as i8 does: 131071 * 128 * 128.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=middle_zero_point | Bias=none, LargestSum=2147467264,
func.func @middle_zero_point(%x: tensor<2x131071xi8>, %w: tensor<131071x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<128> : tensor<i8>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x131071xi8>, tensor<f32>, tensor<i8>) -> tensor<2x131071xf32>
  %zb = arith.constant dense<128> : tensor<i8>
  %b = quant_ext.dequantize %w, %s, %zb storage = <u8> : (tensor<131071x1xi8>, tensor<f32>, tensor<i8>) -> tensor<131071x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x131071xf32>, tensor<131071x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// One that is not known may be at a limit: 131071 * 255 * 128.
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=unknown_zero_point | Reason="sums may reach 4278157440, must stay below 2147483648"
func.func @unknown_zero_point(%x: tensor<2x131071xi8>, %w: tensor<131071x1xi8>, %za: tensor<i8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %a = quant_ext.dequantize %x, %s, %za storage = <u8> : (tensor<2x131071xi8>, tensor<f32>, tensor<i8>) -> tensor<2x131071xf32>
  %zb = arith.constant dense<128> : tensor<i8>
  %b = quant_ext.dequantize %w, %s, %zb storage = <u8> : (tensor<131071x1xi8>, tensor<f32>, tensor<i8>) -> tensor<131071x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x131071xf32>, tensor<131071x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// 65535 * 32768 leaves 32767.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=wide | Bias=i32, LargestSum=2147483647,
func.func @wide(%x: tensor<2x1xi16>, %w: tensor<1x1xi16>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i16>
  %a = quant_ext.dequantize %x, %s, %za storage = <u16> : (tensor<2x1xi16>, tensor<f32>, tensor<i16>) -> tensor<2x1xf32>
  %b = quant_ext.dequantize %w, %s storage = <i16> : (tensor<1x1xi16>, tensor<f32>) -> tensor<1x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<32767> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x1xf32>, tensor<1x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = arith.addf %y, %bias : tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=wide_overflows | Bias=none, LargestSum=2147450880,
func.func @wide_overflows(%x: tensor<2x1xi16>, %w: tensor<1x1xi16>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %za = arith.constant dense<0> : tensor<i16>
  %a = quant_ext.dequantize %x, %s, %za storage = <u16> : (tensor<2x1xi16>, tensor<f32>, tensor<i16>) -> tensor<2x1xf32>
  %b = quant_ext.dequantize %w, %s storage = <i16> : (tensor<1x1xi16>, tensor<f32>) -> tensor<1x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<32768> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x1xf32>, tensor<1x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = arith.addf %y, %bias : tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// No bias of -2^31 fits, whatever the sums.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=lowest_bias | Bias=none, LargestSum=16384,
func.func @lowest_bias(%x: tensor<2x1xi8>, %w: tensor<1x1xi8>) -> tensor<2x1xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x1xi8>, tensor<f32>) -> tensor<2x1xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<1x1xi8>, tensor<f32>) -> tensor<1x1xf32>
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %c = arith.constant dense<-2147483648> : tensor<2x1xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<2x1xi32>, tensor<f32>) -> tensor<2x1xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x1xf32>, tensor<1x1xf32>) outs(%zero : tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = arith.addf %y, %bias : tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}

// Rows of a constant on the left count in the same way.
// CHECK: remark: {{.*}}[Passed] integer | {{.*}} | Function=row_fits | Bias=i32, LargestSum=2147483647,
func.func @row_fits(%x: tensor<131586x2xi8>) -> tensor<1x2xf32> {
  %w = arith.constant dense<-64> : tensor<1x131586xi8>
  %s = arith.constant dense<1.0> : tensor<f32>
  %z = arith.constant dense<0> : tensor<i8>
  %a = quant_ext.dequantize %w, %s storage = <i8> : (tensor<1x131586xi8>, tensor<f32>) -> tensor<1x131586xf32>
  %b = quant_ext.dequantize %x, %s, %z storage = <u8> : (tensor<131586x2xi8>, tensor<f32>, tensor<i8>) -> tensor<131586x2xf32>
  %zero = arith.constant dense<0.0> : tensor<1x2xf32>
  %c = arith.constant dense<127> : tensor<1x2xi32>
  %bias = quant_ext.dequantize %c, %s storage = <i32> : (tensor<1x2xi32>, tensor<f32>) -> tensor<1x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<1x131586xf32>, tensor<131586x2xf32>) outs(%zero : tensor<1x2xf32>) -> tensor<1x2xf32>
  %r = arith.addf %y, %bias : tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}
