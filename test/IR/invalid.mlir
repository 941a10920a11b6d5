// RUN: %quant-opt --split-input-file --verify-diagnostics %s

// expected-error @+1 {{storage must be 'i' or 'u' and a width, such as i8, or a float type, such as f8E4M3FN, found 'f8'}}
#a = #quant_ext.storage<f8>

// -----

// expected-error @+1 {{storage width must be 2 to 16, or 32, found 1}}
#a = #quant_ext.storage<i1>

// -----

// expected-error @+1 {{storage width must be 2 to 16, or 32, found 17}}
#a = #quant_ext.storage<u17>

// -----

// expected-error @+1 {{storage must be 'i' or 'u' and a width, such as i8, or a float type, such as f8E4M3FN, found 'i64'}}
#a = #quant_ext.storage<i64>

// -----

// expected-error @+1 {{storage of 32 bits must be signed, found u32}}
#a = #quant_ext.storage<u32>

// -----

// expected-error @+1 {{storage range must lie within -128:127, found -129:127}}
#a = #quant_ext.storage<i8<-129:127>>

// -----

// expected-error @+1 {{storage range must not be empty, found 5:5}}
#a = #quant_ext.storage<i8<5:5>>

// -----

// expected-error @+1 {{storage maximum must be positive, found 0}}
#a = #quant_ext.storage<i8<-128:0>>

// -----

// expected-error @+1 {{storage i32 must have its full range, found 0:5}}
#a = #quant_ext.storage<i32<0:5>>

// -----

func.func @axis_and_blocks(%x: tensor<4x3xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{must have 'axis' or 'block_sizes' or neither, found both}}
  %0 = quant_ext.quantize %x, %s axis = 0 block_sizes = [1, 1] storage = <i8> : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xi8>
  return
}

// -----

func.func @negative_axis(%x: tensor<4x3xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{axis must be in [0, 2) for an input of rank 2, found -1}}
  %0 = quant_ext.quantize %x, %s axis = -1 storage = <i8> : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xi8>
  return
}

// -----

func.func @block_count(%x: tensor<4x3xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{block_sizes must have an entry for each of the 2 dimensions of the input, found 1}}
  %0 = quant_ext.quantize %x, %s block_sizes = [1] storage = <i8> : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xi8>
  return
}

// -----

func.func @block_zero(%x: tensor<4x3xf32>, %s: tensor<4x3xf32>) {
  // expected-error @+1 {{block sizes must be in [1, 2147483647], or -1 for a whole dimension, found 0}}
  %0 = quant_ext.quantize %x, %s block_sizes = [1, 0] storage = <i8> : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xi8>
  return
}

// -----

// Sizes rounded up to such a block would overflow.
func.func @block_huge(%x: tensor<?xf32>, %s: tensor<?xf32>) {
  // expected-error @+1 {{block sizes must be in [1, 2147483647], or -1 for a whole dimension, found 2147483648}}
  %0 = quant_ext.quantize %x, %s block_sizes = [2147483648] storage = <i8> : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xi8>
  return
}

// -----

func.func @scale_shape(%x: tensor<4x3xf32>, %s: tensor<3xf32>) {
  // expected-error @+1 {{scale of per-axis 0 quantization must have type 'tensor<4xf32>', found 'tensor<3xf32>'}}
  %0 = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xi8>
  return
}

// -----

func.func @scale_blocks(%q: tensor<4x80xi8>, %s: tensor<4x2xf32>) {
  // expected-error @+1 {{scale of per-block [1, 32] quantization must have type 'tensor<4x3xf32>', found 'tensor<4x2xf32>'}}
  %0 = quant_ext.dequantize %q, %s block_sizes = [1, 32] storage = <i8> : (tensor<4x80xi8>, tensor<4x2xf32>) -> tensor<4x80xf32>
  return
}

// -----

func.func @result_shape(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{result must have the shape of input, found 'tensor<5xi8>' and 'tensor<4xf32>'}}
  %0 = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<5xi8>
  return
}

// -----

func.func @unsigned_symmetric(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{must have a zero_point or a signed storage, found storage u8}}
  %0 = quant_ext.quantize %x, %s storage = <u8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @zero_not_in_range(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{must have a zero_point or a storage range that holds 0, found storage i8<1:127>}}
  %0 = quant_ext.fake_quantize %x, %s storage = <i8<1:127>> : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return
}

// -----

func.func @wide_zero_point(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @+1 {{must have no zero_point with storage i32, found 'tensor<i32>'}}
  %0 = quant_ext.quantize %x, %s, %z storage = <i32> : (tensor<4xf32>, tensor<f32>, tensor<i32>) -> tensor<4xi32>
  return
}

// -----

func.func @zero_point_type(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @+1 {{zero_point must have elements of type 'i8', found 'i32'}}
  %0 = quant_ext.quantize %x, %s, %z storage = <i8> : (tensor<4xf32>, tensor<f32>, tensor<i32>) -> tensor<4xi8>
  return
}

// -----

func.func @zero_point_shape(%x: tensor<4xf32>, %s: tensor<4xf32>, %z: tensor<3xi8>) {
  // expected-error @+1 {{zero_point must have the shape of its scale, found 'tensor<3xi8>' and 'tensor<4xf32>'}}
  %0 = quant_ext.quantize %x, %s, %z axis = 0 storage = <i8> : (tensor<4xf32>, tensor<4xf32>, tensor<3xi8>) -> tensor<4xi8>
  return
}

// -----

func.func @quantize_element(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{result must have elements of type 'i8' for storage i8, found 'i16'}}
  %0 = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi16>
  return
}

// -----

func.func @dequantize_element(%q: tensor<4xi16>, %s: tensor<f32>) {
  // expected-error @+1 {{input must have elements of type 'i8' for storage i8, found 'i16'}}
  %0 = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4xi16>, tensor<f32>) -> tensor<4xf32>
  return
}

// -----

func.func @fake_quantize_element(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{result must have the element type of input, found 'f16' and 'f32'}}
  %0 = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xf16>
  return
}

// -----

func.func @choose_scale_type(%x: tensor<4xf64>) {
  // expected-error @+1 {{scale of 'f64' input must have elements of type 'f64', found 'f32'}}
  %0 = quant_ext.choose_qparams %x storage = <i8> : (tensor<4xf64>) -> tensor<f32>
  return
}

// -----

func.func @requantize_rank(%a: tensor<4x4xi32>, %s: tensor<4x4xf32>, %t: tensor<f32>) {
  // expected-error @+1 {{scale_in must be per-tensor (rank 0) or per-axis (rank 1), found 'tensor<4x4xf32>'}}
  %0 = quant_ext.requantize %a in(%s) out(%t) storage_in = <i32> storage = <i8> : (tensor<4x4xi32>, tensor<4x4xf32>, tensor<f32>) -> tensor<4x4xi8>
  return
}

// -----

func.func @requantize_no_axis(%a: tensor<4xi32>, %s: tensor<4xf32>, %t: tensor<f32>) {
  // expected-error @+1 {{must have an 'axis' for scale_in of rank 1, found none}}
  %0 = quant_ext.requantize %a in(%s) out(%t) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @requantize_idle_axis(%a: tensor<4xi32>, %t: tensor<f32>) {
  // expected-error @+1 {{must have a scale of rank 1 for axis 0, found two of rank 0}}
  %0 = quant_ext.requantize %a in(%t) out(%t) axis = 0 storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<f32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @element_shapes(%x: vector<4xf32>, %s: f32) {
  // expected-error @+1 {{operands and results must be scalars, or vectors of one shape, found 'vector<4xf32>' and 'f32'}}
  %0 = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<4xf32>, f32) -> vector<4xi8>
  return
}

// -----

func.func @multiplier_result(%s: f32) {
  // expected-error @+1 {{result must have elements of type f32, found 'f16'}}
  %0 = quant_ext.apply_multiplier %s, %s : (f32, f32) -> f16
  return
}

// -----

func.func @requantize_multiplier(%a: i32, %m: f16) {
  // expected-error @+1 {{multiplier must have elements of type f32, found 'f16'}}
  %0 = quant_ext.apply_requantize %a by %m storage_in = <i32> storage = <i8> : (i32, f16) -> i8
  return
}

// -----

func.func @lo_without_zero_point(%x: f32) {
  // expected-error @+1 {{must have both lo and zero_point (asymmetric) or neither (symmetric), found only lo}}
  %0 = quant_ext.apply_choose_qparams %x lo(%x) storage = <i8> : (f32, f32) -> f32
  return
}

// -----

func.func @range_type(%x: f16) {
  // expected-error @+1 {{hi must have elements of type f32 or f64, found 'f16'}}
  %0 = quant_ext.apply_choose_qparams %x storage = <i8> : (f16) -> f16
  return
}

// -----

func.func @range_scale_type(%x: f32) {
  // expected-error @+1 {{scale must have the type of hi, found 'f64' and 'f32'}}
  %0 = quant_ext.apply_choose_qparams %x storage = <i8> : (f32) -> f64
  return
}

// -----

func.func @range_lo_type(%x: f32, %y: f64) {
  // expected-error @+1 {{lo must have the type of hi, found 'f64' and 'f32'}}
  %0, %1 = quant_ext.apply_choose_qparams %x lo(%y) storage = <i8> : (f32, f64) -> (f32, i8)
  return
}

// -----

func.func @zero_point_without_lo(%x: f32) {
  // expected-error @+1 {{must have both lo and zero_point (asymmetric) or neither (symmetric), found only zero_point}}
  %0, %1 = quant_ext.apply_choose_qparams %x storage = <i8> : (f32) -> (f32, i8)
  return
}

// -----

// What requantize takes may be asymmetric; the message names which side.
func.func @requantize_unsigned_input(%a: tensor<4xi8>, %s: tensor<f32>) {
  // expected-error @+1 {{must have a zero_point_in or a signed storage, found storage u8}}
  %0 = quant_ext.requantize %a in(%s) out(%s) storage_in = <u8> storage = <i8> : (tensor<4xi8>, tensor<f32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @requantize_wide_result(%a: tensor<4xi8>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @+1 {{must have no zero_point_out with storage i32, found 'tensor<i32>'}}
  %0 = quant_ext.requantize %a in(%s) out(%s, %z) storage_in = <i8> storage = <i32> : (tensor<4xi8>, tensor<f32>, tensor<f32>, tensor<i32>) -> tensor<4xi32>
  return
}

// -----

func.func @unranked(%x: tensor<*xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of}}
  %0 = quant_ext.fake_quantize %x, %s storage = <i8> : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  return
}

// -----

func.func @scalable(%x: vector<[4]xf32>) {
  // expected-error @+1 {{operand #0 must be f16, bf16, f32 or f64 or fixed-length vector of it}}
  %0 = quant_ext.apply_quantize %x, %x storage = <i8> : (vector<[4]xf32>, vector<[4]xf32>) -> vector<[4]xi8>
  return
}

// -----

// A quotient has no more than the computing type's bits.
func.func @precision(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{attribute 'precision' failed to satisfy constraint: the type f16 or bf16}}
  %0 = quant_ext.quantize %x, %s storage = <i8> precision = f32 : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @rounding(%x: f32) {
  // expected-error @+2 {{expected ::mlir::quant_ext::Rounding to be one of: half_even, half_away, toward_zero, stochastic}}
  // expected-error @+1 {{failed to parse QuantExt_RoundingAttr}}
  %0 = quant_ext.apply_quantize %x, %x storage = <i8> rounding = half_up : (f32, f32) -> i8
  return
}

// -----

func.func @no_seed(%x: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{must have a seed for stochastic rounding, found none}}
  %0 = quant_ext.quantize %x, %s storage = <i8> rounding = stochastic : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return
}

// -----

func.func @seed_for_nothing(%x: tensor<4xf32>, %s: tensor<f32>, %seed: tensor<i64>) {
  // expected-error @+1 {{must have stochastic rounding for a seed, found half_even}}
  %0 = quant_ext.fake_quantize %x, %s random(%seed) storage = <i8> : (tensor<4xf32>, tensor<f32>, tensor<i64>) -> tensor<4xf32>
  return
}

// -----

func.func @short_position(%a: tensor<4x4xi32>, %s: tensor<f32>, %seed: tensor<i64>, %i: index) {
  // expected-error @+1 {{position must have an offset and a stride for each of the 2 dimensions of the input, found 2 values}}
  %0 = quant_ext.requantize %a in(%s) out(%s) random(%seed at %i, %i) storage_in = <i32> storage = <i8> rounding = stochastic : (tensor<4x4xi32>, tensor<f32>, tensor<f32>, tensor<i64>, index, index) -> tensor<4x4xi8>
  return
}

// -----

func.func @position_of_nothing(%x: tensor<4xf32>, %s: tensor<f32>, %i: index) {
  // expected-error @+1 {{must have a seed for a position, found none}}
  %0 = "quant_ext.quantize"(%x, %s, %i, %i) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 2>, storage = #quant_ext.storage<i8>}> : (tensor<4xf32>, tensor<f32>, index, index) -> tensor<4xi8>
  return
}

// -----

func.func @no_seed_of_element(%x: f32) {
  // expected-error @+1 {{must have a seed for stochastic rounding, found none}}
  %0 = quant_ext.apply_quantize %x, %x storage = <i8> rounding = stochastic : (f32, f32) -> i8
  return
}

// -----

func.func @only_seed(%x: f32, %i: i64) {
  // expected-error @+1 {{must have both seed and counter or neither, found only seed}}
  %0 = "quant_ext.apply_quantize"(%x, %x, %i) <{operandSegmentSizes = array<i32: 1, 1, 0, 1, 0>, rounding = #quant_ext<rounding stochastic>, storage = #quant_ext.storage<i8>}> : (f32, f32, i64) -> i8
  return
}

// -----

// expected-error @+1 {{'quant_ext.range' must be an array of two finite f64, the smaller first, found array<f64: 2.000000e+00, 1.000000e+00>}}
func.func private @descending_range(tensor<4xf32> {quant_ext.range = array<f64: 2.0, 1.0>})

// -----

// expected-error @+1 {{'quant_ext.range' must be an array of two finite f64, the smaller first, found array<f64: 1.000000e+00>}}
func.func private @short_range(tensor<4xf32> {quant_ext.range = array<f64: 1.0>})

// -----

// expected-error @+1 {{'quant_ext.range' must be an array of two finite f64, the smaller first, found 1.000000e+00 : f64}}
func.func private @no_range(tensor<4xf32> {quant_ext.range = 1.0})

// -----

func.func @infinite_range(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'quant_ext.range' must be an array of two finite f64, the smaller first, found array<f64: 0.000000e+00, 0x7FF0000000000000>}}
  %0 = arith.negf %x {quant_ext.range = array<f64: 0.0, 0x7FF0000000000000>} : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @range_of_nothing(%x: tensor<4xf32>) {
  // expected-error @+1 {{'quant_ext.range' must be on an operation with one result, found 0}}
  return {quant_ext.range = array<f64: 0.0, 1.0>}
}
