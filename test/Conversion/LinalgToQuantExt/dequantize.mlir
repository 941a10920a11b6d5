// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(convert-linalg-to-quant-ext)" | FileCheck %s

// As torch-mlir writes it; the scale may come first.
// CHECK-LABEL: func.func @constants(
// CHECK-SAME: %[[Q:.*]]: tensor<2x?xi8>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<-4> : tensor<i8>
// CHECK: %[[X:.*]] = quant_ext.dequantize %[[Q]], %[[S]], %[[Z]] storage = <i8> : (tensor<2x?xi8>, tensor<f32>, tensor<i8>) -> tensor<2x?xf32>
// CHECK: return %[[X]]
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @constants(%q: tensor<2x?xi8>, %init: tensor<2x?xf32>) -> tensor<2x?xf32> {
  %scale = arith.constant 0.25 : f32
  %zero = arith.constant -4 : i64
  %x = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<2x?xi8>) outs(%init : tensor<2x?xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.extsi %in : i8 to i64
    %1 = arith.subi %0, %zero : i64
    %2 = arith.sitofp %1 : i64 to f32
    %3 = arith.mulf %scale, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<2x?xf32>
  return %x : tensor<2x?xf32>
}

// -----

// Unsigned in three ways; 200 is -56 as a signless byte.
// CHECK-LABEL: func.func @unsigned(
// CHECK: %[[Z:.*]] = arith.constant dense<-56> : tensor<i8>
// CHECK: quant_ext.dequantize %{{.*}}, %{{.*}}, %[[Z]] storage = <u8>
// CHECK: %[[Z:.*]] = arith.constant dense<0> : tensor<i8>
// CHECK: quant_ext.dequantize %{{.*}}, %{{.*}}, %[[Z]] storage = <u8>
// CHECK: %[[Z:.*]] = arith.constant dense<0> : tensor<i8>
// CHECK: quant_ext.dequantize %{{.*}}, %{{.*}}, %[[Z]] storage = <u8>
#id = affine_map<(d0) -> (d0)>
func.func @unsigned(%q: tensor<6xi8>, %scale: f64, %init: tensor<6xf64>) -> (tensor<6xf64>, tensor<6xf64>, tensor<6xf64>) {
  %zero = arith.constant 200 : i16
  %x = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%q : tensor<6xi8>) outs(%init : tensor<6xf64>) {
  ^bb0(%in: i8, %out: f64):
    %0 = arith.extui %in : i8 to i16
    %1 = arith.subi %0, %zero : i16
    %2 = arith.sitofp %1 : i16 to f64
    %3 = arith.mulf %2, %scale : f64
    linalg.yield %3 : f64
  } -> tensor<6xf64>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%q : tensor<6xi8>) outs(%init : tensor<6xf64>) {
  ^bb0(%in: i8, %out: f64):
    %0 = arith.uitofp %in : i8 to f64
    %1 = arith.mulf %0, %scale : f64
    linalg.yield %1 : f64
  } -> tensor<6xf64>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%q : tensor<6xi8>) outs(%init : tensor<6xf64>) {
  ^bb0(%in: i8, %out: f64):
    %0 = arith.extui %in : i8 to i32
    %1 = arith.sitofp %0 : i32 to f64
    %2 = arith.mulf %1, %scale : f64
    linalg.yield %2 : f64
  } -> tensor<6xf64>
  return %x, %y, %z : tensor<6xf64>, tensor<6xf64>, tensor<6xf64>
}

// -----

// Along an axis; a bias of 32 bits has zero points of 0, which are none.
// CHECK-LABEL: func.func @per_axis(
// CHECK-SAME: %[[Q:.*]]: tensor<3x4xi8>, %[[B:.*]]: tensor<4xi32>, %[[S:.*]]: tensor<4xf32>, %[[Z:.*]]: tensor<4xi8>
// CHECK: quant_ext.dequantize %[[Q]], %[[S]], %[[Z]] axis = 1 storage = <i8>
// CHECK: quant_ext.dequantize %[[B]], %[[S]] axis = 0 storage = <i32> : (tensor<4xi32>, tensor<4xf32>) -> tensor<4xf32>
#id = affine_map<(d0, d1) -> (d0, d1)>
#axis = affine_map<(d0, d1) -> (d1)>
#vector = affine_map<(d0) -> (d0)>
func.func @per_axis(%q: tensor<3x4xi8>, %b: tensor<4xi32>, %s: tensor<4xf32>, %z: tensor<4xi8>, %init: tensor<3x4xf32>, %init_b: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>) {
  %zeros = arith.constant dense<0> : tensor<4xi32>
  %x = linalg.generic {indexing_maps = [#id, #axis, #axis, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q, %s, %z : tensor<3x4xi8>, tensor<4xf32>, tensor<4xi8>) outs(%init : tensor<3x4xf32>) {
  ^bb0(%in: i8, %scale: f32, %zero: i8, %out: f32):
    %0 = arith.extsi %zero : i8 to i16
    %1 = arith.extsi %in : i8 to i16
    %2 = arith.subi %1, %0 : i16
    %3 = arith.sitofp %2 : i16 to f32
    %4 = arith.mulf %3, %scale : f32
    linalg.yield %4 : f32
  } -> tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#vector, #vector, #vector, #vector], iterator_types = ["parallel"]}
      ins(%b, %s, %zeros : tensor<4xi32>, tensor<4xf32>, tensor<4xi32>) outs(%init_b : tensor<4xf32>) {
  ^bb0(%in: i32, %scale: f32, %zero: i32, %out: f32):
    %0 = arith.extsi %zero : i32 to i64
    %1 = arith.extsi %in : i32 to i64
    %2 = arith.subi %1, %0 : i64
    %3 = arith.sitofp %2 : i64 to f32
    %4 = arith.mulf %3, %scale : f32
    linalg.yield %4 : f32
  } -> tensor<4xf32>
  return %x, %y : tensor<3x4xf32>, tensor<4xf32>
}

// -----

// A scalar among the inputs.
// CHECK-LABEL: func.func @scalar_input(
// CHECK-SAME: %[[Q:.*]]: tensor<4xi8>, %[[S:.*]]: f32
// CHECK: %[[SCALE:.*]] = tensor.from_elements %[[S]] : tensor<f32>
// CHECK: quant_ext.dequantize %[[Q]], %[[SCALE]] storage = <i8>
#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
func.func @scalar_input(%q: tensor<4xi8>, %s: f32, %init: tensor<4xf32>) -> tensor<4xf32> {
  %x = linalg.generic {indexing_maps = [#id, #none, #id], iterator_types = ["parallel"]}
      ins(%q, %s : tensor<4xi8>, f32) outs(%init : tensor<4xf32>) {
  ^bb0(%in: i8, %scale: f32, %out: f32):
    %0 = arith.sitofp %in : i8 to f32
    %1 = arith.mulf %0, %scale : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  return %x : tensor<4xf32>
}
