// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(canonicalize))" %s | FileCheck %s

// The 4x3 weight that the documentation explains quantization with. Symmetric,
// 8 bit, f32: scale = max|x| / 127, q = round(x / scale), ties to even.

// One scale for the tensor: max|x| = 3.0, scale = 3/127 = 0.023622. Row 0 is
// 0.1 / 0.023622 = 4.23, 8.47, -4.23: the small rows keep three bits.
// CHECK-LABEL: func @per_tensor
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<0.0236220472> : tensor<f32>
// CHECK-DAG: %[[Q:.*]] = arith.constant dense<{{\[}}[4, 8, -4], [127, -106, 51], [2, 4, -2], [-42, 21, 8]]> : tensor<4x3xi8>
// CHECK: return %[[SCALE]], %[[Q]]
func.func @per_tensor() -> (tensor<f32>, tensor<4x3xi8>) {
  %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32>
  %s = quant_ext.choose_qparams %w storage = <i8> : (tensor<4x3xf32>) -> tensor<f32>
  %q = quant_ext.quantize %w, %s storage = <i8> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xi8>
  return %s, %q : tensor<f32>, tensor<4x3xi8>
}

// A scale for each row: 0.2, 3.0, 0.1, 1.0 over 127. In f32 the quotient
// 0.1 / (0.2/127) is exactly 63.5, a tie that goes to 64; likewise 0.05 in row
// 2 and 0.5 / (1/127) in row 3.
// CHECK-LABEL: func @per_axis_0
// CHECK-DAG: arith.constant dense<[0.00157480314, 0.0236220472, 7.87401571E-4, 0.00787401571]> : tensor<4xf32>
// CHECK-DAG: arith.constant dense<{{\[}}[64, 127, -64], [127, -106, 51], [64, 127, -64], [-127, 64, 25]]> : tensor<4x3xi8>
func.func @per_axis_0() -> (tensor<4xf32>, tensor<4x3xi8>) {
  %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32>
  %s = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<4x3xf32>) -> tensor<4xf32>
  %q = quant_ext.quantize %w, %s axis = 0 storage = <i8> : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xi8>
  return %s, %q : tensor<4xf32>, tensor<4x3xi8>
}

// The same in f64, where 0.1 / (0.2/127) lies just below 63.5.
// CHECK-LABEL: func @per_axis_0_f64
// CHECK: arith.constant dense<{{\[}}[63, 127, -63], [127, -106, 51], [63, 127, -63], [-127, 64, 25]]> : tensor<4x3xi8>
func.func @per_axis_0_f64() -> tensor<4x3xi8> {
  %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf64>
  %s = quant_ext.choose_qparams %w axis = 0 storage = <i8> : (tensor<4x3xf64>) -> tensor<4xf64>
  %q = quant_ext.quantize %w, %s axis = 0 storage = <i8> : (tensor<4x3xf64>, tensor<4xf64>) -> tensor<4x3xi8>
  return %q : tensor<4x3xi8>
}

// A scale for each column: 3.0, 2.5, 1.2 over 127.
// CHECK-LABEL: func @per_axis_1
// CHECK-DAG: arith.constant dense<[0.0236220472, 0.0196850393, 0.00944881886]> : tensor<3xf32>
// CHECK-DAG: arith.constant dense<{{\[}}[4, 10, -11], [127, -127, 127], [2, 5, -5], [-42, 25, 21]]> : tensor<4x3xi8>
func.func @per_axis_1() -> (tensor<3xf32>, tensor<4x3xi8>) {
  %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32>
  %s = quant_ext.choose_qparams %w axis = 1 storage = <i8> : (tensor<4x3xf32>) -> tensor<3xf32>
  %q = quant_ext.quantize %w, %s axis = 1 storage = <i8> : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xi8>
  return %s, %q : tensor<3xf32>, tensor<4x3xi8>
}
