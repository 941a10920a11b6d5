// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-pack-integers,canonicalize,cse)" | FileCheck %s

// Floats of 8 bits are bytes with the same bits, and keep their shape.
// CHECK-LABEL: func.func @bytes(
// CHECK-SAME: %[[Q:.*]]: tensor<?x3xi8>, %[[S:.*]]: tensor<f32>, %{{.*}}: tensor<?x3xf32>)
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[Q]], %[[S]] : tensor<?x3xi8>, tensor<f32>)
// CHECK: ^bb0(%[[BYTE:.*]]: i8, %[[SCALE:.*]]: f32,
// CHECK: %[[NUMBER:.*]] = arith.bitcast %[[BYTE]] : i8 to f8E5M2
// CHECK: quant_ext.apply_dequantize %[[NUMBER]], %[[SCALE]]
func.func @bytes(%q: tensor<?x3xf8E5M2>, %s: tensor<f32>, %init: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>,
                       affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%q, %s : tensor<?x3xf8E5M2>, tensor<f32>) outs(%init : tensor<?x3xf32>) {
  ^bb0(%a: f8E5M2, %b: f32, %out: f32):
    %v = quant_ext.apply_dequantize %a, %b storage = <f8E5M2> : (f8E5M2, f32) -> f32
    linalg.yield %v : f32
  } -> tensor<?x3xf32>
  return %x : tensor<?x3xf32>
}

// -----

// Floats of 4 bits lie two to a byte like integers: 1.5 is 0b0011, -6 is
// 0b1111 and 0.5 is 0b0001, so that the bytes are 0xf3 and 0x01.
// CHECK-LABEL: func.func @nibbles() -> tensor<2xi8>
// CHECK: arith.constant dense<[-13, 1]> : tensor<2xi8>
func.func @nibbles() -> tensor<3xf4E2M1FN> {
  %c = arith.constant dense<[1.5, -6.0, 0.5]> : tensor<3xf4E2M1FN>
  return %c : tensor<3xf4E2M1FN>
}

// -----

// 448 is 0x7e and -2^-9 is 0x81.
// CHECK-LABEL: func.func @constant() -> tensor<2xi8>
// CHECK: arith.constant dense<[126, -127]> : tensor<2xi8>
func.func @constant() -> tensor<2xf8E4M3FN> {
  %c = arith.constant dense<[448.0, -0.001953125]> : tensor<2xf8E4M3FN>
  return %c : tensor<2xf8E4M3FN>
}

// -----

// CHECK-LABEL: func.func @extract(
// CHECK-SAME: %[[T:.*]]: tensor<4xi8>, %[[I:.*]]: index) -> f8E4M3FN
// CHECK: %[[BYTE:.*]] = tensor.extract %[[T]][%[[I]]] : tensor<4xi8>
// CHECK: %[[NUMBER:.*]] = arith.bitcast %[[BYTE]] : i8 to f8E4M3FN
// CHECK: return %[[NUMBER]]
func.func @extract(%t: tensor<4xf8E4M3FN>, %i: index) -> f8E4M3FN {
  %e = tensor.extract %t[%i] : tensor<4xf8E4M3FN>
  return %e : f8E4M3FN
}

// -----

// Quantized scales of 8 bits are bytes too.
// CHECK-LABEL: func.func @scales(
// CHECK-SAME: %[[T:.*]]: tensor<4xi8>, %[[I:.*]]: index) -> f8E8M0FNU
// CHECK: %[[BYTE:.*]] = tensor.extract %[[T]][%[[I]]] : tensor<4xi8>
// CHECK: arith.bitcast %[[BYTE]] : i8 to f8E8M0FNU
func.func @scales(%t: tensor<4xf8E8M0FNU>, %i: index) -> f8E8M0FNU {
  %e = tensor.extract %t[%i] : tensor<4xf8E8M0FNU>
  return %e : f8E8M0FNU
}

// -----

// What is computed goes into its nibble as its bits.
// CHECK-LABEL: func.func @quantize(
// CHECK: %[[NUMBER:.*]] = quant_ext.apply_quantize %{{.*}} storage = <f4E2M1FN>
// CHECK: %[[BITS:.*]] = arith.bitcast %[[NUMBER]] : f4E2M1FN to i4
// CHECK: %[[BYTE:.*]] = arith.extui %[[BITS]] : i4 to i8
// CHECK: %[[NIBBLE:.*]] = arith.andi %[[BYTE]], %c15
// CHECK: arith.shli %[[NIBBLE]], %{{.*}} : i8
func.func @quantize(%x: tensor<8xf32>, %s: tensor<f32>) -> tensor<8xf4E2M1FN> {
  %init = tensor.empty() : tensor<8xf4E2M1FN>
  %q = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%x, %s : tensor<8xf32>, tensor<f32>) outs(%init : tensor<8xf4E2M1FN>) {
  ^bb0(%a: f32, %b: f32, %out: f4E2M1FN):
    %v = quant_ext.apply_quantize %a, %b storage = <f4E2M1FN> : (f32, f32) -> f4E2M1FN
    linalg.yield %v : f4E2M1FN
  } -> tensor<8xf4E2M1FN>
  return %q : tensor<8xf4E2M1FN>
}
