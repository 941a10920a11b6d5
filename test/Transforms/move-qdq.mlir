// RUN: %quant-opt %s --split-input-file --pass-pipeline='builtin.module(quant-ext-move-qdq,canonicalize)' | FileCheck %s

// CHECK-LABEL: func @transpose
// CHECK-SAME: (%[[Q:.*]]: tensor<3x4xi8>, %[[S:.*]]: tensor<3xf32>)
// CHECK: %[[T:.*]] = linalg.transpose ins(%[[Q]] : tensor<3x4xi8>) outs(%{{.*}} : tensor<4x3xi8>) permutation = [1, 0]
// CHECK: %[[X:.*]] = quant_ext.dequantize %[[T]], %[[S]] axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
// CHECK: return %[[X]]
func.func @transpose(%q: tensor<3x4xi8>, %s: tensor<3xf32>) -> tensor<4x3xf32> {
  %w = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<3x4xi8>, tensor<3xf32>) -> tensor<3x4xf32>
  %e = tensor.empty() : tensor<4x3xf32>
  %t = linalg.transpose ins(%w : tensor<3x4xf32>) outs(%e : tensor<4x3xf32>) permutation = [1, 0]
  return %t : tensor<4x3xf32>
}

// Three dimensions tell a permutation from its inverse: dimension i of the
// result is dimension permutation[i] of the source.
// CHECK-LABEL: func @permuted
// CHECK: quant_ext.dequantize %{{.*}} axis = 2 storage = <i8> : (tensor<4x5x3xi8>
// CHECK: quant_ext.quantize %{{.*}} axis = 0 storage = <i8> : (tensor<3x4x5xf32>
// CHECK: linalg.transpose {{.*}} outs({{.*}} : tensor<4x5x3xi8>) permutation = [1, 2, 0]
func.func @permuted(%q: tensor<3x4x5xi8>, %s: tensor<3xf32>, %x: tensor<3x4x5xf32>) -> (tensor<4x5x3xf32>, tensor<4x5x3xi8>) {
  %w = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<3x4x5xi8>, tensor<3xf32>) -> tensor<3x4x5xf32>
  %e = tensor.empty() : tensor<4x5x3xf32>
  %t = linalg.transpose ins(%w : tensor<3x4x5xf32>) outs(%e : tensor<4x5x3xf32>) permutation = [1, 2, 0]
  %u = linalg.transpose ins(%x : tensor<3x4x5xf32>) outs(%e : tensor<4x5x3xf32>) permutation = [1, 2, 0]
  %r = quant_ext.quantize %u, %s axis = 2 storage = <i8> : (tensor<4x5x3xf32>, tensor<3xf32>) -> tensor<4x5x3xi8>
  return %t, %r : tensor<4x5x3xf32>, tensor<4x5x3xi8>
}

// One index of an axis is no axis: what it is merged with has no scale of its own.
// CHECK-LABEL: func @unit_axis
// CHECK-SAME: (%[[Q:.*]]: tensor<1x3x4xi8>, %[[S:.*]]: tensor<1xf32>, %[[Z:.*]]: tensor<?xi8>
// CHECK-DAG: %[[SQ:.*]] = tensor.collapse_shape %[[S]] [] : tensor<1xf32> into tensor<f32>
// CHECK-DAG: %[[QC:.*]] = tensor.collapse_shape %[[Q]] {{\[\[}}0, 1], [2]]
// CHECK: quant_ext.dequantize %[[QC]], %[[SQ]] storage = <i8> : (tensor<3x4xi8>, tensor<f32>) -> tensor<3x4xf32>
// CHECK-DAG: %[[SX:.*]] = tensor.collapse_shape %[[S]] [] : tensor<1xf32> into tensor<f32>
// CHECK-DAG: %[[Z1:.*]] = tensor.cast %[[Z]] : tensor<?xi8> to tensor<1xi8>
// CHECK-DAG: %[[ZX:.*]] = tensor.collapse_shape %[[Z1]] [] : tensor<1xi8> into tensor<i8>
// CHECK: quant_ext.quantize %{{.*}}, %[[SX]], %[[ZX]] storage = <i8> : (tensor<1x3x4xf32>
func.func @unit_axis(%q: tensor<1x3x4xi8>, %s: tensor<1xf32>, %z: tensor<?xi8>, %x: tensor<1x3x4xf32>) -> (tensor<3x4xf32>, tensor<1x3x2x2xi8>) {
  %w = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<1x3x4xi8>, tensor<1xf32>) -> tensor<1x3x4xf32>
  %c = tensor.collapse_shape %w [[0, 1], [2]] : tensor<1x3x4xf32> into tensor<3x4xf32>
  %t = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 3, 2, 2] : tensor<1x3x4xf32> into tensor<1x3x2x2xf32>
  %r = quant_ext.quantize %t, %s, %z axis = 0 storage = <i8> : (tensor<1x3x2x2xf32>, tensor<1xf32>, tensor<?xi8>) -> tensor<1x3x2x2xi8>
  return %c, %r : tensor<3x4xf32>, tensor<1x3x2x2xi8>
}

// Blocks too: scales are transposed with them.
// CHECK-LABEL: func @blocks
// CHECK-SAME: (%[[Q:.*]]: tensor<3x64xi8>, %[[S:.*]]: tensor<3x2xf32>
// CHECK: %[[ST:.*]] = linalg.transpose ins(%[[S]] : tensor<3x2xf32>)
// CHECK: %[[QT:.*]] = linalg.transpose ins(%[[Q]] : tensor<3x64xi8>)
// CHECK: quant_ext.dequantize %[[QT]], %[[ST]] block_sizes = [32, 1]
func.func @blocks(%q: tensor<3x64xi8>, %s: tensor<3x2xf32>) -> tensor<64x3xf32> {
  %w = quant_ext.dequantize %q, %s block_sizes = [1, 32] storage = <i8> : (tensor<3x64xi8>, tensor<3x2xf32>) -> tensor<3x64xf32>
  %e = tensor.empty() : tensor<64x3xf32>
  %t = linalg.transpose ins(%w : tensor<3x64xf32>) outs(%e : tensor<64x3xf32>) permutation = [1, 0]
  return %t : tensor<64x3xf32>
}

// -----

// An axis crosses a reshape where it keeps its indices; blocks of one column
// are an axis.
// CHECK-LABEL: func @reshapes
// CHECK: quant_ext.dequantize %{{.*}} axis = 1 storage = <u8> : (tensor<6x5xi8>, tensor<5xf32>, tensor<5xi8>) -> tensor<6x5xf32>
// CHECK: quant_ext.dequantize %{{.*}} axis = 2 storage = <u8> : (tensor<2x3x5x1xi8>
// CHECK: quant_ext.dequantize %{{.*}} axis = 1 storage = <i8> : (tensor<?x5xi8>, tensor<5xf32>
func.func @reshapes(%q: tensor<2x3x5xi8>, %s: tensor<5xf32>, %z: tensor<5xi8>, %b: tensor<?x1x5xi8>, %sb: tensor<1x1x5xf32>) -> (tensor<6x5xf32>, tensor<2x3x5x1xf32>, tensor<?x5xf32>) {
  %w = quant_ext.dequantize %q, %s, %z axis = 2 storage = <u8> : (tensor<2x3x5xi8>, tensor<5xf32>, tensor<5xi8>) -> tensor<2x3x5xf32>
  %0 = tensor.collapse_shape %w [[0, 1], [2]] : tensor<2x3x5xf32> into tensor<6x5xf32>
  %1 = tensor.expand_shape %w [[0], [1], [2, 3]] output_shape [2, 3, 5, 1] : tensor<2x3x5xf32> into tensor<2x3x5x1xf32>
  %v = quant_ext.dequantize %b, %sb block_sizes = [-1, -1, 1] storage = <i8> : (tensor<?x1x5xi8>, tensor<1x1x5xf32>) -> tensor<?x1x5xf32>
  %2 = tensor.collapse_shape %v [[0], [1, 2]] : tensor<?x1x5xf32> into tensor<?x5xf32>
  return %0, %1, %2 : tensor<6x5xf32>, tensor<2x3x5x1xf32>, tensor<?x5xf32>
}

// CHECK-LABEL: func @merged_axis
// CHECK: %[[X:.*]] = quant_ext.dequantize
// CHECK: tensor.collapse_shape %[[X]]
func.func @merged_axis(%q: tensor<2x3x5xi8>, %s: tensor<3xf32>) -> tensor<6x5xf32> {
  %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<2x3x5xi8>, tensor<3xf32>) -> tensor<2x3x5xf32>
  %0 = tensor.collapse_shape %w [[0, 1], [2]] : tensor<2x3x5xf32> into tensor<6x5xf32>
  return %0 : tensor<6x5xf32>
}

// CHECK-LABEL: func @split_axis
// CHECK: %[[X:.*]] = tensor.expand_shape
// CHECK: quant_ext.quantize %[[X]]
func.func @split_axis(%x: tensor<6x5xf32>, %s: tensor<3xf32>) -> tensor<2x3x5xi8> {
  %0 = tensor.expand_shape %x [[0, 1], [2]] output_shape [2, 3, 5] : tensor<6x5xf32> into tensor<2x3x5xf32>
  %q = quant_ext.quantize %0, %s axis = 1 storage = <i8> : (tensor<2x3x5xf32>, tensor<3xf32>) -> tensor<2x3x5xi8>
  return %q : tensor<2x3x5xi8>
}

// Everything that quantize says moves with it.
// CHECK-LABEL: func @quantize_up
// CHECK-SAME: (%[[X:.*]]: tensor<6x5xf32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[X]], %{{.*}}, %{{.*}} axis = 1 storage = <u8<0:200>> rounding = half_away division = reciprocal precision = f16
// CHECK: tensor.expand_shape %[[Q]]
// CHECK: quant_ext.quantize %{{.*}} storage = <f8E5M2> saturate = false
// CHECK: tensor.cast
func.func @quantize_up(%x: tensor<6x5xf32>, %s: tensor<5xf32>, %z: tensor<5xi8>, %y: tensor<?xf32>, %t: tensor<f32>) -> (tensor<2x3x1x5xi8>, tensor<7xf8E5M2>) {
  %0 = tensor.expand_shape %x [[0, 1], [2, 3]] output_shape [2, 3, 1, 5] : tensor<6x5xf32> into tensor<2x3x1x5xf32>
  %q = quant_ext.quantize %0, %s, %z axis = 3 storage = <u8<0:200>> rounding = half_away division = reciprocal precision = f16 : (tensor<2x3x1x5xf32>, tensor<5xf32>, tensor<5xi8>) -> tensor<2x3x1x5xi8>
  %1 = tensor.cast %y : tensor<?xf32> to tensor<7xf32>
  %f = quant_ext.quantize %1, %t storage = <f8E5M2> saturate = false : (tensor<7xf32>, tensor<f32>) -> tensor<7xf8E5M2>
  return %q, %f : tensor<2x3x1x5xi8>, tensor<7xf8E5M2>
}

// -----

// Random numbers belong to places, and floats that are used stay.
// CHECK-LABEL: func @stay
// CHECK: tensor.expand_shape {{.*}}f32
// CHECK: quant_ext.quantize
// CHECK: tensor.collapse_shape {{.*}}f32
// CHECK: quant_ext.quantize
func.func @stay(%x: tensor<6xf32>, %y: tensor<2x3xf32>, %s: tensor<f32>, %seed: tensor<i64>) -> (tensor<2x3xi8>, tensor<6xf32>, tensor<6xi8>) {
  %0 = tensor.expand_shape %x [[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>
  %q = quant_ext.quantize %0, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<2x3xf32>, tensor<f32>, tensor<i64>) -> tensor<2x3xi8>
  %1 = tensor.collapse_shape %y [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %r = quant_ext.quantize %1, %s storage = <i8> : (tensor<6xf32>, tensor<f32>) -> tensor<6xi8>
  return %q, %1, %r : tensor<2x3xi8>, tensor<6xf32>, tensor<6xi8>
}

// -----

// A dynamic shape leaves no axis to follow.
// CHECK-LABEL: func @reshape
// CHECK-SAME: (%[[Q:.*]]: tensor<?x?xi8>
// CHECK: %[[R:.*]] = tensor.reshape %[[Q]]
// CHECK: quant_ext.dequantize %[[R]]
// CHECK: %[[X:.*]] = quant_ext.dequantize %[[Q]]
// CHECK: tensor.reshape %[[X]]
func.func @reshape(%q: tensor<?x?xi8>, %s: tensor<f32>, %t: tensor<?xf32>, %shape: tensor<1xindex>) -> (tensor<?xf32>, tensor<?xf32>) {
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?x?xi8>, tensor<f32>) -> tensor<?x?xf32>
  %0 = tensor.reshape %w(%shape) : (tensor<?x?xf32>, tensor<1xindex>) -> tensor<?xf32>
  %v = quant_ext.dequantize %q, %t axis = 0 storage = <i8> : (tensor<?x?xi8>, tensor<?xf32>) -> tensor<?x?xf32>
  %1 = tensor.reshape %v(%shape) : (tensor<?x?xf32>, tensor<1xindex>) -> tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// -----

// What a contraction multiplies with is broadcast as integers, a bias is not.
// CHECK-LABEL: func @broadcast
// CHECK-SAME: (%[[Q:.*]]: tensor<4x5xi8>, %[[B:.*]]: tensor<5xi32>
// CHECK: %[[ALL:.*]] = linalg.broadcast ins(%[[Q]] : tensor<4x5xi8>)
// CHECK: %[[W:.*]] = quant_ext.dequantize %[[ALL]], %{{.*}} axis = 2
// CHECK: %[[BIAS:.*]] = quant_ext.dequantize %[[B]]
// CHECK: linalg.broadcast ins(%[[BIAS]] : tensor<5xf32>)
func.func @broadcast(%q: tensor<4x5xi8>, %b: tensor<5xi32>, %s: tensor<5xf32>, %x: tensor<2x3x4xf32>) -> tensor<2x3x5xf32> {
  %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<4x5xi8>, tensor<5xf32>) -> tensor<4x5xf32>
  %e = tensor.empty() : tensor<2x4x5xf32>
  %all = linalg.broadcast ins(%w : tensor<4x5xf32>) outs(%e : tensor<2x4x5xf32>) dimensions = [0]
  %v = quant_ext.dequantize %b, %s axis = 0 storage = <i32> : (tensor<5xi32>, tensor<5xf32>) -> tensor<5xf32>
  %f = tensor.empty() : tensor<2x3x5xf32>
  %bias = linalg.broadcast ins(%v : tensor<5xf32>) outs(%f : tensor<2x3x5xf32>) dimensions = [0, 1]
  %y = linalg.batch_matmul ins(%x, %all : tensor<2x3x4xf32>, tensor<2x4x5xf32>) outs(%bias : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}

// CHECK-LABEL: func @broadcast_up
// CHECK-SAME: (%[[X:.*]]: tensor<3x5xf32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[X]], %{{.*}} axis = 1
// CHECK: linalg.broadcast ins(%[[Q]] : tensor<3x5xi8>) {{.*}} dimensions = [1]
// CHECK: linalg.broadcast {{.*}} outs(%{{.*}} : tensor<3x2x5xf32>)
// CHECK: quant_ext.quantize
func.func @broadcast_up(%x: tensor<3x5xf32>, %s: tensor<5xf32>, %t: tensor<2xf32>) -> (tensor<3x2x5xi8>, tensor<3x2x5xi8>) {
  %e = tensor.empty() : tensor<3x2x5xf32>
  %0 = linalg.broadcast ins(%x : tensor<3x5xf32>) outs(%e : tensor<3x2x5xf32>) dimensions = [1]
  %q = quant_ext.quantize %0, %s axis = 2 storage = <i8> : (tensor<3x2x5xf32>, tensor<5xf32>) -> tensor<3x2x5xi8>
  %1 = linalg.broadcast ins(%x : tensor<3x5xf32>) outs(%e : tensor<3x2x5xf32>) dimensions = [1]
  %r = quant_ext.quantize %1, %t axis = 1 storage = <i8> : (tensor<3x2x5xf32>, tensor<2xf32>) -> tensor<3x2x5xi8>
  return %q, %r : tensor<3x2x5xi8>, tensor<3x2x5xi8>
}

// -----

// Scales are sliced with the axis; where the slice drops it, one is left. Which
// of the two dimensions of size 1 is dropped makes no difference.
// CHECK-LABEL: func @slices
// CHECK-SAME: (%[[Q:.*]]: tensor<1x8x6xi8>, %[[S:.*]]: tensor<8xf32>)
// CHECK: %[[S0:.*]] = tensor.extract_slice %[[S]][1] [3] [2] : tensor<8xf32> to tensor<3xf32>
// CHECK: %[[Q0:.*]] = tensor.extract_slice %[[Q]][0, 1, 2] [1, 3, 4] [1, 2, 1] : tensor<1x8x6xi8> to tensor<3x4xi8>
// CHECK: quant_ext.dequantize %[[Q0]], %[[S0]] axis = 0
// CHECK: %[[S1:.*]] = tensor.extract_slice %[[S]][5] [1] [1] : tensor<8xf32> to tensor<1xf32>
// CHECK: %[[T1:.*]] = tensor.collapse_shape %[[S1]] [] : tensor<1xf32> into tensor<f32>
// CHECK: %[[Q1:.*]] = tensor.extract_slice %[[Q]][0, 5, 0] [1, 1, 6] [1, 1, 1] : tensor<1x8x6xi8> to tensor<6xi8>
// CHECK: quant_ext.dequantize %[[Q1]], %[[T1]] storage = <i8> : (tensor<6xi8>, tensor<f32>)
func.func @slices(%q: tensor<1x8x6xi8>, %s: tensor<8xf32>) -> (tensor<3x4xf32>, tensor<6xf32>) {
  %w = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<1x8x6xi8>, tensor<8xf32>) -> tensor<1x8x6xf32>
  %0 = tensor.extract_slice %w[0, 1, 2] [1, 3, 4] [1, 2, 1] : tensor<1x8x6xf32> to tensor<3x4xf32>
  %1 = tensor.extract_slice %w[0, 5, 0] [1, 1, 6] [1, 1, 1] : tensor<1x8x6xf32> to tensor<6xf32>
  return %0, %1 : tensor<3x4xf32>, tensor<6xf32>
}

// -----

// Zero is the zero point, of a tensor or of every channel alike.
// CHECK-LABEL: func @pad
// CHECK-DAG: %[[Z:.*]] = arith.constant -5 : i8
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : i8
// CHECK: %[[P0:.*]] = tensor.pad
// CHECK: tensor.yield %[[Z]]
// CHECK: quant_ext.dequantize %[[P0]], %{{.*}}, %{{.*}} axis = 1
// CHECK: quant_ext.quantize
// CHECK: tensor.pad
// CHECK: tensor.yield %[[ZERO]]
func.func @pad(%q: tensor<4x2xi8>, %x: tensor<4x2xf32>) -> (tensor<7x2xf32>, tensor<4x5xi8>) {
  %s = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %z = arith.constant dense<-5> : tensor<2xi8>
  %t = arith.constant dense<0.5> : tensor<f32>
  %zero = arith.constant 0.0 : f32
  %w = quant_ext.dequantize %q, %s, %z axis = 1 storage = <i8> : (tensor<4x2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<4x2xf32>
  %0 = tensor.pad %w low[1, 0] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<4x2xf32> to tensor<7x2xf32>
  %1 = tensor.pad %x low[0, 0] high[0, 3] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<4x2xf32> to tensor<4x5xf32>
  %r = quant_ext.quantize %1, %t storage = <i8> : (tensor<4x5xf32>, tensor<f32>) -> tensor<4x5xi8>
  return %0, %r : tensor<7x2xf32>, tensor<4x5xi8>
}

// A zero point that was chosen is read.
// CHECK-LABEL: func @pad_by_chosen
// CHECK: %[[S:.*]], %[[Z:.*]] = quant_ext.choose_qparams
// CHECK-DAG: %[[PAD:.*]] = tensor.extract %[[Z]][] : tensor<i8>
// CHECK-DAG: %[[Q:.*]] = quant_ext.quantize
// CHECK: tensor.pad %[[Q]]
// CHECK: tensor.yield %[[PAD]]
func.func @pad_by_chosen(%x: tensor<4xf32>) -> tensor<7xi8> {
  %s, %z = quant_ext.choose_qparams %x storage = <u8> : (tensor<4xf32>) -> (tensor<f32>, tensor<i8>)
  %zero = arith.constant 0.0 : f32
  %1 = tensor.pad %x low[0] high[3] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<4xf32> to tensor<7xf32>
  %r = quant_ext.quantize %1, %s, %z storage = <u8> : (tensor<7xf32>, tensor<f32>, tensor<i8>) -> tensor<7xi8>
  return %r : tensor<7xi8>
}

// A scale that may be 0 or NaN makes something else of zero; channels differ in
// what zero is; padding along the axis has no scale; one is not zero.
// CHECK-LABEL: func @no_pad
// CHECK-NOT: xi8> to
// CHECK-COUNT-4: tensor.pad {{.*}}
// CHECK-NOT: xi8> to
func.func @no_pad(%q: tensor<4x2xi8>, %any: tensor<f32>) -> (tensor<7x2xf32>, tensor<7x2xf32>, tensor<4x5xf32>, tensor<7x2xf32>) {
  %s = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %z = arith.constant dense<[-5, 5]> : tensor<2xi8>
  %t = arith.constant dense<0.5> : tensor<f32>
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %w0 = quant_ext.dequantize %q, %any storage = <i8> : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %0 = tensor.pad %w0 low[1, 0] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<4x2xf32> to tensor<7x2xf32>
  %w1 = quant_ext.dequantize %q, %s, %z axis = 1 storage = <i8> : (tensor<4x2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<4x2xf32>
  %1 = tensor.pad %w1 low[1, 0] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<4x2xf32> to tensor<7x2xf32>
  %w2 = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<4x2xi8>, tensor<2xf32>) -> tensor<4x2xf32>
  %2 = tensor.pad %w2 low[0, 1] high[0, 2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<4x2xf32> to tensor<4x5xf32>
  %w3 = quant_ext.dequantize %q, %t storage = <i8> : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %3 = tensor.pad %w3 low[1, 0] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %one : f32
  } : tensor<4x2xf32> to tensor<7x2xf32>
  return %0, %1, %2, %3 : tensor<7x2xf32>, tensor<7x2xf32>, tensor<4x5xf32>, tensor<7x2xf32>
}

// A zero point outside its range would not be what zero quantizes to.
// CHECK-LABEL: func @no_pad_up
// CHECK: tensor.pad
// CHECK: quant_ext.quantize
func.func @no_pad_up(%x: tensor<4xf32>) -> tensor<7xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<-128> : tensor<i8>
  %zero = arith.constant 0.0 : f32
  %1 = tensor.pad %x low[0] high[3] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<4xf32> to tensor<7xf32>
  %r = quant_ext.quantize %1, %s, %z storage = <i8<-127:127>> : (tensor<7xf32>, tensor<f32>, tensor<i8>) -> tensor<7xi8>
  return %r : tensor<7xi8>
}

// -----

// Along the axis scales are concatenated too; elsewhere parts must share them.
// CHECK-LABEL: func @concat
// CHECK: %[[S:.*]] = tensor.concat dim(0) %{{.*}}, %{{.*}} : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
// CHECK: %[[Q:.*]] = tensor.concat dim(1) %{{.*}} -> tensor<4x5xi8>
// CHECK: quant_ext.dequantize %[[Q]], %[[S]] axis = 1
// CHECK: %[[R:.*]] = tensor.concat dim(0) %{{.*}} -> tensor<8x2xi8>
// CHECK: quant_ext.dequantize %[[R]], %{{.*}} axis = 1
// CHECK: tensor.concat dim(0) %{{.*}} -> tensor<8x2xf32>
func.func @concat(%p: tensor<4x2xi8>, %q: tensor<4x3xi8>, %s: tensor<2xf32>, %t: tensor<3xf32>, %u: tensor<f32>) -> (tensor<4x5xf32>, tensor<8x2xf32>, tensor<8x2xf32>) {
  %a = quant_ext.dequantize %p, %s axis = 1 storage = <i8> : (tensor<4x2xi8>, tensor<2xf32>) -> tensor<4x2xf32>
  %b = quant_ext.dequantize %q, %t axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %c = quant_ext.dequantize %p, %u storage = <i8> : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %0 = tensor.concat dim(1) %a, %b : (tensor<4x2xf32>, tensor<4x3xf32>) -> tensor<4x5xf32>
  %1 = tensor.concat dim(0) %a, %a : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
  %2 = tensor.concat dim(0) %a, %c : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
  return %0, %1, %2 : tensor<4x5xf32>, tensor<8x2xf32>, tensor<8x2xf32>
}

// CHECK-LABEL: func @concat_up
// CHECK-COUNT-2: quant_ext.quantize %{{.*}} axis = 1
// CHECK: tensor.concat dim(0) %{{.*}} -> tensor<8x2xi8>
func.func @concat_up(%x: tensor<4x2xf32>, %y: tensor<4x2xf32>, %s: tensor<2xf32>) -> tensor<8x2xi8> {
  %0 = tensor.concat dim(0) %x, %y : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
  %q = quant_ext.quantize %0, %s axis = 1 storage = <i8> : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xi8>
  return %q : tensor<8x2xi8>
}

// -----

// CHECK-LABEL: func @insert
// CHECK-SAME: (%[[P:.*]]: tensor<2xi8>, %[[Q:.*]]: tensor<8xi8>, %[[S:.*]]: tensor<f32>, %[[X:.*]]: tensor<2xf32>)
// CHECK: %[[I:.*]] = tensor.insert_slice %[[P]] into %[[Q]][3] [2] [1] : tensor<2xi8> into tensor<8xi8>
// CHECK: quant_ext.dequantize %[[I]]
// CHECK: %[[E:.*]] = tensor.empty() : tensor<8xi8>
// CHECK: %[[R:.*]] = quant_ext.quantize %[[X]]
// CHECK: tensor.insert_slice %[[R]] into %[[E]]
func.func @insert(%p: tensor<2xi8>, %q: tensor<8xi8>, %s: tensor<f32>, %x: tensor<2xf32>) -> (tensor<8xf32>, tensor<8xi8>) {
  %a = quant_ext.dequantize %p, %s storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %b = quant_ext.dequantize %q, %s storage = <i8> : (tensor<8xi8>, tensor<f32>) -> tensor<8xf32>
  %0 = tensor.insert_slice %a into %b[3] [2] [1] : tensor<2xf32> into tensor<8xf32>
  %e = tensor.empty() : tensor<8xf32>
  %1 = tensor.insert_slice %x into %e[3] [2] [1] : tensor<2xf32> into tensor<8xf32>
  %r = quant_ext.quantize %1, %s storage = <i8> : (tensor<8xf32>, tensor<f32>) -> tensor<8xi8>
  return %0, %r : tensor<8xf32>, tensor<8xi8>
}

// -----

// Nothing moves to where it would be computed more often.
// CHECK-LABEL: func @loop
// CHECK: %[[W:.*]] = quant_ext.dequantize
// CHECK: scf.for
// CHECK: tensor.extract_slice %[[W]]
func.func @loop(%q: tensor<8x4xi8>, %s: tensor<f32>, %i: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %w = quant_ext.dequantize %q, %s storage = <i8> : (tensor<8x4xi8>, tensor<f32>) -> tensor<8x4xf32>
  %r = scf.for %j = %c0 to %c8 step %c1 iter_args(%p = %i) -> tensor<4xf32> {
    %0 = tensor.extract_slice %w[%j, 0] [1, 4] [1, 1] : tensor<8x4xf32> to tensor<4xf32>
    %1 = arith.addf %p, %0 : tensor<4xf32>
    scf.yield %1 : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// -----

// Types that state sizes which others leave open: moved, nothing would say them.
// CHECK-LABEL: func @stated_sizes_concat
// CHECK: tensor.concat
// CHECK: quant_ext.quantize
func.func @stated_sizes_concat(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<8xi8> {
  %sc = arith.constant dense<0.5> : tensor<f32>
  %p = tensor.concat dim(0) %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %q = quant_ext.quantize %p, %sc storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<8xi8>
  return %q : tensor<8xi8>
}

// CHECK-LABEL: func @stated_sizes_insert
// CHECK: tensor.insert_slice
// CHECK: quant_ext.quantize
func.func @stated_sizes_insert(%x: tensor<2xf32>, %y: tensor<?xf32>) -> tensor<8xi8> {
  %sc = arith.constant dense<0.5> : tensor<f32>
  %p = tensor.insert_slice %x into %y[0][2][1] : tensor<2xf32> into tensor<?xf32>
  %q = quant_ext.quantize %p, %sc storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<8xi8>
  return %q : tensor<8xi8>
}

// CHECK-LABEL: func @stated_sizes_pad_dequantized
// CHECK: quant_ext.dequantize
// CHECK: tensor.pad
func.func @stated_sizes_pad_dequantized(%x: tensor<?xi8>) -> tensor<10xf32> {
  %sc = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant 0.0 : f32
  %q = quant_ext.dequantize %x, %sc storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<8xf32>
  %p = tensor.pad %q low[1] high[1] { ^bb0(%i: index): tensor.yield %z : f32 } : tensor<8xf32> to tensor<10xf32>
  return %p : tensor<10xf32>
}

// CHECK-LABEL: func @stated_sizes_insert_dequantized
// CHECK: quant_ext.dequantize
// CHECK: tensor.insert_slice
func.func @stated_sizes_insert_dequantized(%x: tensor<?xi8>, %y: tensor<?xi8>) -> tensor<8xf32> {
  %sc = arith.constant dense<0.5> : tensor<f32>
  %q = quant_ext.dequantize %x, %sc storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<2xf32>
  %r = quant_ext.dequantize %y, %sc storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<8xf32>
  %p = tensor.insert_slice %q into %r[0][2][1] : tensor<2xf32> into tensor<8xf32>
  return %p : tensor<8xf32>
}

// CHECK-LABEL: func @stated_sizes_expand
// CHECK: tensor.expand_shape
// CHECK: quant_ext.quantize
func.func @stated_sizes_expand(%x: tensor<?xf32>) -> tensor<2x4xi8> {
  %sc = arith.constant dense<0.5> : tensor<f32>
  %c = arith.constant 2 : index
  %p = tensor.expand_shape %x [[0,1]] output_shape [%c, 4] : tensor<?xf32> into tensor<?x4xf32>
  %q = quant_ext.quantize %p, %sc storage = <i8> : (tensor<?x4xf32>, tensor<f32>) -> tensor<2x4xi8>
  return %q : tensor<2x4xi8>
}
