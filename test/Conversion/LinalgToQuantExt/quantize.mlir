// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(convert-linalg-to-quant-ext)" | FileCheck %s

// As torch-mlir writes it.
// CHECK-LABEL: func.func @constants(
// CHECK-SAME: %[[X:.*]]: tensor<2x?xf32>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<-4> : tensor<i8>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[X]], %[[S]], %[[Z]] storage = <i8> : (tensor<2x?xf32>, tensor<f32>, tensor<i8>) -> tensor<2x?xi8>
// CHECK: return %[[Q]]
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @constants(%x: tensor<2x?xf32>, %init: tensor<2x?xi8>) -> tensor<2x?xi8> {
  %scale = arith.constant 0.25 : f32
  %zero = arith.constant -4.0 : f32
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x?xf32>) outs(%init : tensor<2x?xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %scale : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.addf %1, %zero : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<2x?xi8>
  return %q : tensor<2x?xi8>
}

// -----

// Unsigned, of run time, the zero point an integer that was read before; no number
// but 0 needs to be given where there is none.
// CHECK-LABEL: func.func @run_time(
// CHECK-SAME: %[[X:.*]]: tensor<6xf32>, %[[S:.*]]: f32, %[[Z:.*]]: tensor<i8>
// CHECK: %[[READ:.*]] = tensor.extract %[[Z]][] : tensor<i8>
// CHECK: %[[SCALE:.*]] = tensor.from_elements %[[S]] : tensor<f32>
// CHECK: %[[ZERO:.*]] = tensor.from_elements %[[READ]] : tensor<i8>
// CHECK: quant_ext.quantize %[[X]], %[[SCALE]], %[[ZERO]] storage = <u8>
// CHECK: %[[SCALE:.*]] = tensor.from_elements %[[S]] : tensor<f32>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0> : tensor<i8>
// CHECK: quant_ext.quantize %[[X]], %[[SCALE]], %[[ZERO]] storage = <u8<0:200>> rounding = half_away
#id = affine_map<(d0) -> (d0)>
func.func @run_time(%x: tensor<6xf32>, %scale: f32, %z: tensor<i8>, %init: tensor<6xi8>) -> (tensor<6xi8>, tensor<6xi8>) {
  %low = arith.constant 0.0 : f32
  %high = arith.constant 255.0 : f32
  %high_narrow = arith.constant 200.0 : f32
  %z_stored = tensor.extract %z[] : tensor<i8>
  %z_wide = arith.extui %z_stored : i8 to i64
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<6xf32>) outs(%init : tensor<6xi8>) {
  ^bb0(%in: f32, %out: i8):
    %zero = arith.sitofp %z_wide : i64 to f32
    %0 = arith.divf %in, %scale : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.addf %zero, %1 : f32
    %3 = arith.minimumf %2, %high : f32
    %4 = arith.maximumf %3, %low : f32
    %5 = arith.fptoui %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<6xi8>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<6xf32>) outs(%init : tensor<6xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %scale : f32
    %1 = math.round %0 : f32
    %2 = arith.maxnumf %1, %low : f32
    %3 = arith.minnumf %2, %high_narrow : f32
    %4 = arith.fptoui %3 : f32 to i8
    linalg.yield %4 : i8
  } -> tensor<6xi8>
  return %q, %r : tensor<6xi8>, tensor<6xi8>
}

// -----

// Along an axis, of a tensor that keeps the other dimensions; f16 in, scales in f32.
// A constant zero point is one for each scale.
// CHECK-LABEL: func.func @per_axis(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf16>, %[[S:.*]]: tensor<1x3x1xf32>, %[[Z:.*]]: tensor<3xi16>
// CHECK: %[[SCALE:.*]] = tensor.collapse_shape %[[S]] {{\[}}[0, 1, 2]] : tensor<1x3x1xf32> into tensor<3xf32>
// CHECK: quant_ext.quantize %[[X]], %[[SCALE]], %[[Z]] axis = 1 storage = <i16<-1000:1000>> rounding = toward_zero : (tensor<2x3x4xf16>, tensor<3xf32>, tensor<3xi16>) -> tensor<2x3x4xi16>
// CHECK: %[[ZERO:.*]] = arith.constant dense<7> : tensor<3xi16>
// CHECK: quant_ext.quantize %[[X]], %{{.*}}, %[[ZERO]] axis = 1
#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#kept = affine_map<(d0, d1, d2) -> (0, d1, 0)>
#axis = affine_map<(d0, d1, d2) -> (d1)>
func.func @per_axis(%x: tensor<2x3x4xf16>, %s: tensor<1x3x1xf32>, %z: tensor<3xi16>, %init: tensor<2x3x4xi16>) -> (tensor<2x3x4xi16>, tensor<2x3x4xi16>) {
  %low = arith.constant -1000.0 : f32
  %high = arith.constant 1000.0 : f32
  %seven = arith.constant 7.0 : f32
  %q = linalg.generic {indexing_maps = [#id, #kept, #axis, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %s, %z : tensor<2x3x4xf16>, tensor<1x3x1xf32>, tensor<3xi16>) outs(%init : tensor<2x3x4xi16>) {
  ^bb0(%in: f16, %scale: f32, %zero: i16, %out: i16):
    %wide = arith.extf %in : f16 to f32
    %z_float = arith.sitofp %zero : i16 to f32
    %0 = arith.divf %wide, %scale : f32
    %1 = math.trunc %0 : f32
    %2 = arith.addf %1, %z_float : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i16
    linalg.yield %5 : i16
  } -> tensor<2x3x4xi16>
  %r = linalg.generic {indexing_maps = [#id, #kept, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %s : tensor<2x3x4xf16>, tensor<1x3x1xf32>) outs(%init : tensor<2x3x4xi16>) {
  ^bb0(%in: f16, %scale: f32, %out: i16):
    %wide = arith.extf %in : f16 to f32
    %0 = arith.divf %wide, %scale : f32
    %1 = math.trunc %0 : f32
    %2 = arith.addf %1, %seven : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i16
    linalg.yield %5 : i16
  } -> tensor<2x3x4xi16>
  return %q, %r : tensor<2x3x4xi16>, tensor<2x3x4xi16>
}

// -----

// Of a scalar, and of sizes that another operand knows.
// CHECK-LABEL: func.func @ranks(
// CHECK-SAME: %[[X:.*]]: tensor<f32>, %[[S:.*]]: tensor<1xf32>, %[[Y:.*]]: tensor<?xf32>
// CHECK: %[[SCALE:.*]] = tensor.collapse_shape %[[S]] [] : tensor<1xf32> into tensor<f32>
// CHECK: quant_ext.quantize %[[X]], %[[SCALE]] storage = <i8> : (tensor<f32>, tensor<f32>) -> tensor<i8>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[Y]], %{{.*}} storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi8>
// CHECK: tensor.cast %[[Q]] : tensor<?xi8> to tensor<4xi8>
#scalar = affine_map<() -> ()>
#one = affine_map<() -> (0)>
#id = affine_map<(d0) -> (d0)>
#first = affine_map<(d0) -> (0)>
func.func @ranks(%x: tensor<f32>, %s: tensor<1xf32>, %y: tensor<?xf32>, %init: tensor<i8>, %init_y: tensor<4xi8>) -> (tensor<i8>, tensor<4xi8>) {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %q = linalg.generic {indexing_maps = [#scalar, #one, #scalar], iterator_types = []}
      ins(%x, %s : tensor<f32>, tensor<1xf32>) outs(%init : tensor<i8>) {
  ^bb0(%in: f32, %scale: f32, %out: i8):
    %0 = arith.divf %in, %scale : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.maximumf %1, %low : f32
    %3 = arith.minimumf %2, %high : f32
    %4 = arith.fptosi %3 : f32 to i8
    linalg.yield %4 : i8
  } -> tensor<i8>
  %r = linalg.generic {indexing_maps = [#id, #first, #id], iterator_types = ["parallel"]}
      ins(%y, %s : tensor<?xf32>, tensor<1xf32>) outs(%init_y : tensor<4xi8>) {
  ^bb0(%in: f32, %scale: f32, %out: i8):
    %0 = arith.divf %in, %scale : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.maximumf %1, %low : f32
    %3 = arith.minimumf %2, %high : f32
    %4 = arith.fptosi %3 : f32 to i8
    linalg.yield %4 : i8
  } -> tensor<4xi8>
  return %q, %r : tensor<i8>, tensor<4xi8>
}
