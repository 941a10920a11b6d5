// Errors that other quantizers were shipped with, each a function that @main
// calls with constants: as native code of its arguments, and once more after
// inlining, where the folder computes everything.

// REQUIRES: host-x86

// DEFINE: %{target} = native
// DEFINE: %{lower} = %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{target=%{target}})"
// DEFINE: %{run} = %mlir-runner -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_c_runner_utils.so

// RUN: %{lower} %s | %{run} | FileCheck %s
// REDEFINE: %{target} = x86-64-v2
// RUN: %{lower} %s | %{run} | FileCheck %s

// The folder leaves nothing of ours in @main but the scale that it must refuse.
// RUN: %quant-opt %s --pass-pipeline="builtin.module(inline,canonicalize,quant-ext-evaluate-constants,canonicalize)" -o %t.folded.mlir
// RUN: FileCheck %s --check-prefix=FOLDED --input-file=%t.folded.mlir
// RUN: %{lower} %t.folded.mlir | %{run} | FileCheck %s
// FOLDED-LABEL: func.func @main()
// FOLDED-NOT: quant_ext.
// FOLDED-NOT: call @{{[a-oq-z]}}
// FOLDED: call @one_channel_of_scale_zero
// FOLDED-NOT: quant_ext.
// FOLDED-NOT: call @{{[a-oq-z]}}
// FOLDED: return

// 0.050018310546875 / 0.0999755859375 = 1639/3276 = 0.50031 rounds to 1. In f16
// the inverse, 10.0024, would be 10 (its step there is 2^-7), the product 0.50018
// would be 0.5 (a step of 2^-11), and that is a tie, which goes to 0.
// CHECK: f16_just_above_half: 1 -1{{$}}
func.func @f16_just_above_half(%x: tensor<2xf16>, %s: tensor<f16>) -> tensor<2xi32> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<2xf16>, tensor<f16>) -> tensor<2xi8>
  %wide = arith.extsi %q : tensor<2xi8> to tensor<2xi32>
  return %wide : tensor<2xi32>
}

// 127 - (-128) = 255 and -128 - 127 = -255; in i8 they would be -1 and 1.
// CHECK: signed_difference_wraps: 255 -255{{$}}
func.func @signed_difference_wraps(%q: tensor<2xi8>, %s: tensor<2xf32>, %z: tensor<2xi8>) -> tensor<2xi32> {
  %x = quant_ext.dequantize %q, %s, %z axis = 0 storage = <i8> : (tensor<2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2xf32>
  %wide = arith.fptosi %x : tensor<2xf32> to tensor<2xi32>
  return %wide : tensor<2xi32>
}

// Below the zero point: 3 - 200 = -197 and 0 - 255 = -255; as unsigned numbers
// they would be 59 and 1 in 8 bits, and 4294967099 and 4294967041 in 32.
// CHECK: unsigned_difference_wraps: -197 -255{{$}}
func.func @unsigned_difference_wraps(%q: tensor<2xi8>, %s: tensor<2xf32>, %z: tensor<2xi8>) -> tensor<2xi32> {
  %x = quant_ext.dequantize %q, %s, %z axis = 0 storage = <u8> : (tensor<2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2xf32>
  %wide = arith.fptosi %x : tensor<2xf32> to tensor<2xi32>
  return %wide : tensor<2xi32>
}

// A bias has the scale of the product: 0.5 * 7.843e-10 = 3.9215e-10. 5 of it are
// 1.275e10, above 2^31 - 1, and 0.5 are 1275022312.9, which f32 (a step of 2^7
// there) has as 9961112 * 128 = 1275022336.
// CHECK: bias_beyond_i32: 2147483647 -2147483648 1275022336{{$}}
func.func @bias_beyond_i32(%bias: tensor<3xf32>, %s_x: tensor<f32>, %s_w: tensor<f32>) -> tensor<3xi32> {
  %s = arith.mulf %s_x, %s_w : tensor<f32>
  %wide = quant_ext.quantize %bias, %s storage = <i32> : (tensor<3xf32>, tensor<f32>) -> tensor<3xi32>
  return %wide : tensor<3xi32>
}

// 2^24 * 128 = 2^31 clamps to 127. As an i32 it would wrap to -2^31 and clamp to
// -128; its low 8 bits are 0.
// CHECK: narrowed_before_the_clamp: 127 -128{{$}}
func.func @narrowed_before_the_clamp(%a: tensor<2xi32>, %s: tensor<f32>, %one: tensor<f32>) -> tensor<2xi32> {
  %q = quant_ext.requantize %a in(%s) out(%one) storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<f32>, tensor<f32>) -> tensor<2xi8>
  %wide = arith.extsi %q : tensor<2xi8> to tensor<2xi32>
  return %wide : tensor<2xi32>
}

// To even: away from zero they would be 3, 4, -3, -4; truncated 2, 3, -2, -3; by
// floor(v + 0.5) 3, 4, -2, -3.
// CHECK: ties: 2 4 -2 -4{{$}}
func.func @ties(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xi32> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %wide = arith.extsi %q : tensor<4xi8> to tensor<4xi32>
  return %wide : tensor<4xi32>
}

// R first, then the zero point: 2 + 3 and 4 + 3. With the sum first, 5.5 and 6.5
// would both be 6.
// CHECK: ties_beside_a_zero_point: 5 7{{$}}
func.func @ties_beside_a_zero_point(%x: tensor<2xf32>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<2xi32> {
  %q = quant_ext.quantize %x, %s, %z storage = <u8> : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  %wide = arith.extui %q : tensor<2xi8> to tensor<2xi32>
  return %wide : tensor<2xi32>
}

// 250 + 10 = 260 is 255, -20 + 10 is 0; in 8 bits they would be 4 and 246.
// CHECK: zero_point_after_the_clamp: 255 0{{$}}
func.func @zero_point_after_the_clamp(%x: tensor<2xf32>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<2xi32> {
  %q = quant_ext.quantize %x, %s, %z storage = <u8> : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  %wide = arith.extui %q : tensor<2xi8> to tensor<2xi32>
  return %wide : tensor<2xi32>
}

// Zeros have scale 1 (bits 0x3f800000 = 1065353216). 0x00600000 = 1.5 * 2^-127
// over 127 is below the smallest normal number, 2^-126 (bits 0x00800000 =
// 8388608), which is what it becomes. 127 / 127 is 1.
// CHECK: scales_of_empty_channels: 1065353216 8388608 1065353216{{$}}
func.func @scales_of_empty_channels(%w: tensor<3x3xf32>) -> tensor<3xi32> {
  %s = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<3x3xf32>) -> tensor<3xf32>
  %wide = arith.bitcast %s : tensor<3xf32> to tensor<3xi32>
  return %wide : tensor<3xi32>
}

// The same with 1.5 * 2^-126 / 255, which becomes 2^-126. -128 - lo / s is -128 - 0,
// -128 + 0.75 = -127.25 and -128 + 127 / (254 / 255) = -128 + 127.5, a tie that
// goes to -0.
// CHECK: zero_points_of_empty_channels: 1065353216 8388608 -128 -127 0{{$}}
func.func @zero_points_of_empty_channels(%w: tensor<3x3xf32>) -> tensor<5xi32> {
  %s, %z = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<3x3xf32>) -> (tensor<3xf32>, tensor<3xi8>)
  %s_bits = arith.bitcast %s : tensor<3xf32> to tensor<3xi32>
  %s_two = tensor.extract_slice %s_bits[0] [2] [1] : tensor<3xi32> to tensor<2xi32>
  %z_wide = arith.extsi %z : tensor<3xi8> to tensor<3xi32>
  %wide = tensor.concat dim(0) %s_two, %z_wide : (tensor<2xi32>, tensor<3xi32>) -> tensor<5xi32>
  return %wide : tensor<5xi32>
}

// 1.5 * 2^-127 / 2^-126 = 0.75 becomes 1, so 2^-126 once more (bits 8388608, or
// with the sign -2139095040); 2^-149 / 2^-126 is 0. The last channel is the bits of
// 127, -127 and 1. None are those of a NaN.
// CHECK: values_of_empty_channels: 0 0 0 8388608 -2139095040 0 1123942400 -1023541248 1065353216{{$}}
func.func @values_of_empty_channels(%w: tensor<3x3xf32>) -> tensor<9xi32> {
  %s = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<3x3xf32>) -> tensor<3xf32>
  %y = quant_ext.fake_quantize %w, %s axis = 0 storage = <i8> : (tensor<3x3xf32>, tensor<3xf32>) -> tensor<3x3xf32>
  %flat = tensor.collapse_shape %y [[0, 1]] : tensor<3x3xf32> into tensor<9xf32>
  %wide = arith.bitcast %flat : tensor<9xf32> to tensor<9xi32>
  return %wide : tensor<9xi32>
}

// -(-128) = 128 is 127 in i8; in 8 bits it would be -128 again.
// CHECK: lowest_value_negated: 127 -127{{$}}
func.func @lowest_value_negated(%q: tensor<2xi8>, %s: tensor<f32>) -> tensor<2xi32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %minus = arith.negf %x : tensor<2xf32>
  %r = quant_ext.quantize %minus, %s storage = <i8> : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %wide = arith.extsi %r : tensor<2xi8> to tensor<2xi32>
  return %wide : tensor<2xi32>
}

// 1 / 0.5 = 2 and 1 / 0.25 = 4 beside 1 / 0, -1 / 0 and 0 / 0, which are infinite
// and NaN. As a constant this scale is an error, so the folder never sees it: the
// function is not inlined.
// CHECK: one_channel_of_scale_zero: 2 -2 0 127 -128 -128 4 -4 0{{$}}
func.func @one_channel_of_scale_zero(%x: tensor<3x3xf32>, %s: tensor<3xf32>) -> tensor<9xi32> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<3x3xf32>, tensor<3xf32>) -> tensor<3x3xi8>
  %flat = tensor.collapse_shape %q [[0, 1]] : tensor<3x3xi8> into tensor<9xi8>
  %wide = arith.extsi %flat : tensor<9xi8> to tensor<9xi32>
  return %wide : tensor<9xi32>
}

func.func @print(%numbers: tensor<?xi32>) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %size = tensor.dim %numbers, %c0 : tensor<?xi32>
  scf.for %i = %c0 to %size step %c1 {
    %number = tensor.extract %numbers[%i] : tensor<?xi32>
    vector.print str " "
    vector.print %number : i32 punctuation <no_punctuation>
  }
  vector.print punctuation <newline>
  return
}

func.func @main() {
  %x_0 = arith.constant dense<[0.050018310546875, -0.050018310546875]> : tensor<2xf16>
  %s_0 = arith.constant dense<0.0999755859375> : tensor<f16>
  %r_0 = call @f16_just_above_half(%x_0, %s_0) : (tensor<2xf16>, tensor<f16>) -> tensor<2xi32>
  %any_0 = tensor.cast %r_0 : tensor<2xi32> to tensor<?xi32>
  vector.print str "f16_just_above_half:"
  call @print(%any_0) : (tensor<?xi32>) -> ()

  %q_1 = arith.constant dense<[127, -128]> : tensor<2xi8>
  %s_1 = arith.constant dense<1.0> : tensor<2xf32>
  %z_1 = arith.constant dense<[-128, 127]> : tensor<2xi8>
  %r_1 = call @signed_difference_wraps(%q_1, %s_1, %z_1) : (tensor<2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2xi32>
  %any_1 = tensor.cast %r_1 : tensor<2xi32> to tensor<?xi32>
  vector.print str "signed_difference_wraps:"
  call @print(%any_1) : (tensor<?xi32>) -> ()

  %q_2 = arith.constant dense<[3, 0]> : tensor<2xi8>
  %s_2 = arith.constant dense<1.0> : tensor<2xf32>
  %z_2 = arith.constant dense<[200, 255]> : tensor<2xi8>
  %r_2 = call @unsigned_difference_wraps(%q_2, %s_2, %z_2) : (tensor<2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2xi32>
  %any_2 = tensor.cast %r_2 : tensor<2xi32> to tensor<?xi32>
  vector.print str "unsigned_difference_wraps:"
  call @print(%any_2) : (tensor<?xi32>) -> ()

  %bias_3 = arith.constant dense<[5.0, -5.0, 0.5]> : tensor<3xf32>
  %s_x_3 = arith.constant dense<0.5> : tensor<f32>
  %s_w_3 = arith.constant dense<7.843e-10> : tensor<f32>
  %r_3 = call @bias_beyond_i32(%bias_3, %s_x_3, %s_w_3) : (tensor<3xf32>, tensor<f32>, tensor<f32>) -> tensor<3xi32>
  %any_3 = tensor.cast %r_3 : tensor<3xi32> to tensor<?xi32>
  vector.print str "bias_beyond_i32:"
  call @print(%any_3) : (tensor<?xi32>) -> ()

  %a_4 = arith.constant dense<[16777216, -16777216]> : tensor<2xi32>
  %s_4 = arith.constant dense<128.0> : tensor<f32>
  %one_4 = arith.constant dense<1.0> : tensor<f32>
  %r_4 = call @narrowed_before_the_clamp(%a_4, %s_4, %one_4) : (tensor<2xi32>, tensor<f32>, tensor<f32>) -> tensor<2xi32>
  %any_4 = tensor.cast %r_4 : tensor<2xi32> to tensor<?xi32>
  vector.print str "narrowed_before_the_clamp:"
  call @print(%any_4) : (tensor<?xi32>) -> ()

  %x_5 = arith.constant dense<[2.5, 3.5, -2.5, -3.5]> : tensor<4xf32>
  %s_5 = arith.constant dense<1.0> : tensor<f32>
  %r_5 = call @ties(%x_5, %s_5) : (tensor<4xf32>, tensor<f32>) -> tensor<4xi32>
  %any_5 = tensor.cast %r_5 : tensor<4xi32> to tensor<?xi32>
  vector.print str "ties:"
  call @print(%any_5) : (tensor<?xi32>) -> ()

  %x_6 = arith.constant dense<[2.5, 3.5]> : tensor<2xf32>
  %s_6 = arith.constant dense<1.0> : tensor<f32>
  %z_6 = arith.constant dense<3> : tensor<i8>
  %r_6 = call @ties_beside_a_zero_point(%x_6, %s_6, %z_6) : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi32>
  %any_6 = tensor.cast %r_6 : tensor<2xi32> to tensor<?xi32>
  vector.print str "ties_beside_a_zero_point:"
  call @print(%any_6) : (tensor<?xi32>) -> ()

  %x_7 = arith.constant dense<[250.0, -20.0]> : tensor<2xf32>
  %s_7 = arith.constant dense<1.0> : tensor<f32>
  %z_7 = arith.constant dense<10> : tensor<i8>
  %r_7 = call @zero_point_after_the_clamp(%x_7, %s_7, %z_7) : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi32>
  %any_7 = tensor.cast %r_7 : tensor<2xi32> to tensor<?xi32>
  vector.print str "zero_point_after_the_clamp:"
  call @print(%any_7) : (tensor<?xi32>) -> ()

  %w_8 = arith.constant dense<[[0.0, -0.0, 0.0], [0x00600000, 0x80600000, 0x00000001], [127.0, -127.0, 1.0]]> : tensor<3x3xf32>
  %r_8 = call @scales_of_empty_channels(%w_8) : (tensor<3x3xf32>) -> tensor<3xi32>
  %any_8 = tensor.cast %r_8 : tensor<3xi32> to tensor<?xi32>
  vector.print str "scales_of_empty_channels:"
  call @print(%any_8) : (tensor<?xi32>) -> ()

  %w_9 = arith.constant dense<[[0.0, -0.0, 0.0], [0x00600000, 0x80600000, 0x00000001], [127.0, -127.0, 1.0]]> : tensor<3x3xf32>
  %r_9 = call @zero_points_of_empty_channels(%w_9) : (tensor<3x3xf32>) -> tensor<5xi32>
  %any_9 = tensor.cast %r_9 : tensor<5xi32> to tensor<?xi32>
  vector.print str "zero_points_of_empty_channels:"
  call @print(%any_9) : (tensor<?xi32>) -> ()

  %w_10 = arith.constant dense<[[0.0, -0.0, 0.0], [0x00600000, 0x80600000, 0x00000001], [127.0, -127.0, 1.0]]> : tensor<3x3xf32>
  %r_10 = call @values_of_empty_channels(%w_10) : (tensor<3x3xf32>) -> tensor<9xi32>
  %any_10 = tensor.cast %r_10 : tensor<9xi32> to tensor<?xi32>
  vector.print str "values_of_empty_channels:"
  call @print(%any_10) : (tensor<?xi32>) -> ()

  %q_11 = arith.constant dense<[-128, 127]> : tensor<2xi8>
  %s_11 = arith.constant dense<1.0> : tensor<f32>
  %r_11 = call @lowest_value_negated(%q_11, %s_11) : (tensor<2xi8>, tensor<f32>) -> tensor<2xi32>
  %any_11 = tensor.cast %r_11 : tensor<2xi32> to tensor<?xi32>
  vector.print str "lowest_value_negated:"
  call @print(%any_11) : (tensor<?xi32>) -> ()

  %x_12 = arith.constant dense<[[1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, -1.0, 0.0]]> : tensor<3x3xf32>
  %s_12 = arith.constant dense<[0.5, 0.0, 0.25]> : tensor<3xf32>
  %r_12 = call @one_channel_of_scale_zero(%x_12, %s_12) : (tensor<3x3xf32>, tensor<3xf32>) -> tensor<9xi32>
  %any_12 = tensor.cast %r_12 : tensor<9xi32> to tensor<?xi32>
  vector.print str "one_channel_of_scale_zero:"
  call @print(%any_12) : (tensor<?xi32>) -> ()

  return
}
