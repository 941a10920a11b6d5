// RUN: %quant-opt --split-input-file --verify-diagnostics %s

func.func @two_shapes(%a: tensor<4xi32>, %m: tensor<4xi32>, %s: tensor<i8>) {
  // expected-error @+1 {{shift must have the shape of multiplier, found 'tensor<i8>' and 'tensor<4xi32>'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) axis = 0 storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<4xi32>, tensor<i8>) -> tensor<4xi8>
  return
}

// -----

func.func @rank(%a: tensor<4x4xi32>, %m: tensor<4x4xi32>, %s: tensor<4x4xi8>) {
  // expected-error @+1 {{multiplier must be per-tensor (rank 0) or per-axis (rank 1), found 'tensor<4x4xi32>'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<4x4xi32>, tensor<4x4xi32>, tensor<4x4xi8>) -> tensor<4x4xi8>
  return
}

// -----

func.func @no_axis(%a: tensor<4xi32>, %m: tensor<4xi32>, %s: tensor<4xi8>) {
  // expected-error @+1 {{must have an 'axis' for multiplier of rank 1, found none}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<4xi32>, tensor<4xi8>) -> tensor<4xi8>
  return
}

// -----

func.func @idle_axis(%a: tensor<4xi32>, %m: tensor<i32>, %s: tensor<i8>) {
  // expected-error @+1 {{must have a parameter of rank 1 for axis 0, found none}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) axis = 0 storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<i32>, tensor<i8>) -> tensor<4xi8>
  return
}

// -----

func.func @axis_size(%a: tensor<4x8xi32>, %m: tensor<4xi32>, %s: tensor<4xi8>) {
  // expected-error @+1 {{multiplier of per-axis 1 quantization must have type 'tensor<8xi32>', found 'tensor<4xi32>'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) axis = 1 storage_in = <i32> storage = <i8> : (tensor<4x8xi32>, tensor<4xi32>, tensor<4xi8>) -> tensor<4x8xi8>
  return
}

// -----

func.func @zero_point_size(%a: tensor<4x8xi8>, %m: tensor<i32>, %s: tensor<i8>, %z: tensor<4xi8>) {
  // expected-error @+1 {{zero_point_in of per-axis 1 quantization must have type 'tensor<8xi8>', found 'tensor<4xi8>'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) in(%z) axis = 1 storage_in = <i8> storage = <i8> : (tensor<4x8xi8>, tensor<i32>, tensor<i8>, tensor<4xi8>) -> tensor<4x8xi8>
  return
}

// -----

// Their difference need not fit in 32 bits.
func.func @wide_zero_point_in(%a: tensor<4xi32>, %m: tensor<i32>, %s: tensor<i8>) {
  // expected-error @+1 {{must have no zero_point_in with storage i32, found 'tensor<i32>'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) in(%m) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<i32>, tensor<i8>, tensor<i32>) -> tensor<4xi8>
  return
}

// -----

func.func @unsigned_result(%a: tensor<4xi32>, %m: tensor<i32>, %s: tensor<i8>) {
  // expected-error @+1 {{must have a zero_point_out or a signed storage, found storage u8}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <u8> : (tensor<4xi32>, tensor<i32>, tensor<i8>) -> tensor<4xi8>
  return
}

// -----

func.func @zero_point_type(%a: tensor<4xi32>, %m: tensor<i32>, %s: tensor<i8>, %z: tensor<i4>) {
  // expected-error @+1 {{zero_point_out must have elements of type 'i8', found 'i4'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) out(%z) storage_in = <i32> storage = <u8> : (tensor<4xi32>, tensor<i32>, tensor<i8>, tensor<i4>) -> tensor<4xi8>
  return
}

// -----

func.func @input_type(%a: tensor<4xi32>, %m: tensor<i32>, %s: tensor<i8>) {
  // expected-error @+1 {{input must have elements of type 'i16' for storage i16, found 'i32'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i16> storage = <i8> : (tensor<4xi32>, tensor<i32>, tensor<i8>) -> tensor<4xi8>
  return
}

// -----

func.func @result_shape(%a: tensor<4xi32>, %m: tensor<i32>, %s: tensor<i8>) {
  // expected-error @+1 {{result must have the shape of input, found 'tensor<5xi8>' and 'tensor<4xi32>'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<i32>, tensor<i8>) -> tensor<5xi8>
  return
}

// -----

func.func @floats(%a: tensor<4xf8E5M2>, %m: tensor<i32>, %s: tensor<i8>) {
  // expected-error @+1 {{storage_in must be of integers, found f8E5M2: dequantize and quantize change the scale of floats}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <f8E5M2> storage = <i8> : (tensor<4xf8E5M2>, tensor<i32>, tensor<i8>) -> tensor<4xi8>
  return
}

// -----

func.func @multiplier_type(%a: tensor<4xi32>, %m: tensor<i16>, %s: tensor<i8>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of 32-bit signless integer values, but got 'tensor<i16>'}}
  %0 = quant_ext.requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (tensor<4xi32>, tensor<i16>, tensor<i8>) -> tensor<4xi8>
  return
}

// -----

func.func @element_shapes(%a: vector<4xi32>, %m: vector<4xi32>, %s: i8) {
  // expected-error @+1 {{operands and results must be scalars, or vectors of one shape, found 'vector<4xi32>' and 'i8'}}
  %0 = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (vector<4xi32>, vector<4xi32>, i8) -> vector<4xi8>
  return
}

// -----

func.func @element_zero_point_in(%a: i32, %m: i32, %s: i8) {
  // expected-error @+1 {{must have no zero_point_in with storage i32, found 'i32'}}
  %0 = quant_ext.apply_requantize_fixed_point %a by(%m, %s) in(%m) storage_in = <i32> storage = <i8> : (i32, i32, i8, i32) -> i8
  return
}

// -----

func.func @element_result(%a: i32, %m: i32, %s: i8) {
  // expected-error @+1 {{result must have elements of type 'i8' for storage i8, found 'i16'}}
  %0 = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> : (i32, i32, i8) -> i16
  return
}

// -----

// expected-error @+2 {{failed to parse QuantExt_FixedPointRoundingAttr parameter}}
// expected-error @+1 {{expected ::mlir::quant_ext::FixedPointRounding to be one of: single_round, double_round}}
func.func private @inexact() attributes {a = #quant_ext<rounding_mode inexact_round>}
