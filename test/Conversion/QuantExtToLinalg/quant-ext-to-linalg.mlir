// RUN: %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse)" --split-input-file %s | FileCheck %s

// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @per_axis
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ROW]], #[[ID]]], iterator_types = ["parallel", "parallel"]}
// CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <i8> : (f32, f32) -> i8
func.func @per_axis(%x: tensor<4x?xf32>, %s: tensor<4xf32>) -> tensor<4x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<4x?xf32>, tensor<4xf32>) -> tensor<4x?xi8>
  return %q : tensor<4x?xi8>
}

// -----

// The modes of each operation go into its body.
// CHECK-LABEL: func @modes
// CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <i8> rounding = half_away division = reciprocal
// CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <i8> rounding = toward_zero
// CHECK: quant_ext.apply_requantize %{{.*}} by %{{.*}} storage_in = <i32> storage = <i8> rounding = half_away
func.func @modes(%x: tensor<4xf32>, %a: tensor<4xi32>, %s: tensor<f32>) -> (tensor<4xi8>, tensor<4xf32>, tensor<4xi8>) {
  %0 = quant_ext.quantize %x, %s storage = <i8> rounding = half_away division = reciprocal : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %1 = quant_ext.fake_quantize %x, %s storage = <i8> rounding = toward_zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = quant_ext.requantize %a in(%s) out(%s) storage_in = <i32> storage = <i8> rounding = half_away : (tensor<4xi32>, tensor<f32>, tensor<f32>) -> tensor<4xi8>
  return %0, %1, %2 : tensor<4xi8>, tensor<4xf32>, tensor<4xi8>
}

// -----

// The index of an element in the whole tensor, from the loops over blocks: 80 a
// row, 32 a block, and behind the full blocks 64 on.
// CHECK-LABEL: func @stochastic_blocks
// CHECK-DAG: %[[ROW:.*]] = arith.constant 80 : i64
// CHECK-DAG: %[[BLOCK:.*]] = arith.constant 32 : i64
// CHECK-DAG: %[[REST:.*]] = arith.constant 64 : i64
// CHECK: linalg.generic
// CHECK: arith.muli %{{.*}}, %[[ROW]] : i64
// CHECK: arith.muli %{{.*}}, %[[BLOCK]] : i64
// CHECK: arith.addi
// CHECK: %[[INDEX:.*]] = arith.addi
// CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} random(%{{.*}}, %[[INDEX]])
// CHECK: linalg.generic
// CHECK: %[[ROWS:.*]] = arith.muli %{{.*}}, %[[ROW]] : i64
// CHECK: arith.addi %[[ROWS]], %[[REST]] : i64
// CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} random(
func.func @stochastic_blocks(%x: tensor<4x80xf32>, %s: tensor<4x3xf32>, %seed: tensor<i64>) -> tensor<4x80xi8> {
  %q = quant_ext.quantize %x, %s random(%seed) block_sizes = [1, 32] storage = <i8> rounding = stochastic : (tensor<4x80xf32>, tensor<4x3xf32>, tensor<i64>) -> tensor<4x80xi8>
  return %q : tensor<4x80xi8>
}

// -----

// A rank-0 scale is broadcast by its map, not copied.
// CHECK-DAG: #[[NONE:.*]] = affine_map<(d0) -> ()>
// CHECK-LABEL: func @per_tensor
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[NONE]], #[[NONE]], #{{.*}}]
// CHECK: quant_ext.apply_dequantize %{{.*}}, %{{.*}}, %{{.*}} storage = <u8> : (i8, f32, i8) -> bf16
func.func @per_tensor(%q: tensor<?xi8>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<?xbf16> {
  %x = quant_ext.dequantize %q, %s, %z storage = <u8> : (tensor<?xi8>, tensor<f32>, tensor<i8>) -> tensor<?xbf16>
  return %x : tensor<?xbf16>
}

// -----

// Blocks that divide their dimension: one generic on the reshaped tensor.
// CHECK-LABEL: func @blocks
// CHECK: tensor.expand_shape %{{.*}} {{\[}}[0], [1, 2]] output_shape [4, 2, 32]
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "parallel"]
// CHECK: tensor.collapse_shape
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @blocks(%x: tensor<4x64xf32>, %s: tensor<4x2xf32>) -> tensor<4x64xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<4x64xf32>, tensor<4x2xf32>) -> tensor<4x64xi8>
  return %q : tensor<4x64xi8>
}

// -----

// A ragged block of 16 beside two of 32, into one result.
// CHECK-LABEL: func @ragged
// CHECK: tensor.extract_slice %{{.*}}[0, 0] [4, 64] [1, 1]
// CHECK: linalg.generic
// CHECK: tensor.insert_slice
// CHECK: tensor.extract_slice %{{.*}}[0, 64] [4, 16] [1, 1]
// CHECK: linalg.generic
// CHECK: tensor.insert_slice
func.func @ragged(%x: tensor<4x80xf32>, %s: tensor<4x3xf32>) -> tensor<4x80xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<4x80xf32>, tensor<4x3xf32>) -> tensor<4x80xi8>
  return %q : tensor<4x80xi8>
}

// Where the size is known at run time, so is whether there is a ragged block:
// with one there are two parts, of which it is the second, and without one there
// is no scale for it to read, and no part is a slice.
// CHECK-LABEL: func @dynamic_blocks
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<?xf32>
// CHECK: %[[Q:.*]] = scf.if %{{.*}} -> (tensor<?xi8>)
// CHECK: %[[INIT:.*]] = tensor.empty(%{{.*}}) : tensor<?xi8>
// CHECK: %[[FULL:.*]] = tensor.insert_slice %{{.*}} into %[[INIT]]
// CHECK: tensor.extract_slice %[[X]]
// CHECK: linalg.generic
// CHECK: tensor.insert_slice %{{.*}} into %[[FULL]]
// CHECK: } else {
// CHECK: %[[BLOCKS:.*]] = tensor.expand_shape %[[X]] {{\[\[}}0, 1]] output_shape [%{{.*}}, 32] : tensor<?xf32> into tensor<?x32xf32>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[BLOCKS]],
// CHECK: %[[WHOLE:.*]] = tensor.collapse_shape
// CHECK: scf.yield %[[WHOLE]]
// CHECK: return %[[Q]]
func.func @dynamic_blocks(%x: tensor<?xf32>, %s: tensor<?xf32>) -> tensor<?xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [32] storage = <i8> : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

// A block of more than the whole dimension is not cut, and its loop is left to
// be merged with others.
// CHECK-LABEL: func @covering_blocks
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<4x20xf32>
// CHECK: %[[S:.*]] = tensor.extract_slice %{{.*}} : tensor<1x1xf32> to tensor<f32>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[X]], %[[S]] : tensor<4x20xf32>, tensor<f32>)
func.func @covering_blocks(%x: tensor<4x20xf32>, %s: tensor<1x1xf32>) -> tensor<4x20xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [-1, 32] storage = <i8> : (tensor<4x20xf32>, tensor<1x1xf32>) -> tensor<4x20xi8>
  return %q : tensor<4x20xi8>
}

// -----

// The range from +0 to -0, to begin with, as integers that are larger the
// further they are from 0, and less than those where a number is not finite.
// CHECK-LABEL: func @choose_qparams
// CHECK-DAG: %[[ABOVE:.*]] = arith.constant 8388608 : i32
// CHECK-DAG: %[[LOW:.*]] = arith.constant -2139095040 : i32
// CHECK: linalg.fill ins(%[[ABOVE]] : i32)
// CHECK: linalg.fill ins(%[[LOW]] : i32)
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]
// CHECK: ^bb0(%[[X:.*]]: f32, %[[SO_FAR_HI:.*]]: i32, %[[SO_FAR_LO:.*]]: i32):
// CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : f32 to i32
// CHECK: %[[MORE:.*]] = arith.addi %[[BITS]], %{{.*}} : i32
// CHECK: arith.maxsi %[[MORE]], %[[SO_FAR_HI]]
// CHECK: arith.maxui %[[MORE]], %[[SO_FAR_LO]]
// CHECK: linalg.generic
// CHECK: ^bb0(%[[HI:.*]]: i32, %[[LO:.*]]: i32,
// CHECK: %[[HI_BITS:.*]] = arith.subi %[[HI]]
// CHECK: %[[MOST:.*]] = arith.bitcast %[[HI_BITS]] : i32 to f32
// CHECK: %[[LO_BITS:.*]] = arith.subi %[[LO]]
// CHECK: %[[LEAST:.*]] = arith.bitcast %[[LO_BITS]] : i32 to f32
// CHECK: quant_ext.apply_choose_qparams %[[MOST]] lo(%[[LEAST]]) storage = <u8> : (f32, f32) -> (f32, i8)
func.func @choose_qparams(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi8>) {
  %s, %z = quant_ext.choose_qparams %x axis = 0 storage = <u8> : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi8>)
  return %s, %z : tensor<4xf32>, tensor<4xi8>
}

// -----

// In f64, where few targets compare integers: NaN and infinities are replaced by
// 0 before they are compared.
// CHECK-LABEL: func @choose_qparams_of_doubles
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction"]
// CHECK: %[[ABS:.*]] = math.absf
// CHECK: %[[FINITE:.*]] = arith.cmpf ole, %[[ABS]]
// CHECK: arith.select %[[FINITE]]
// CHECK: arith.maxnumf
// CHECK: arith.minnumf
// CHECK: linalg.generic
// CHECK: quant_ext.apply_choose_qparams %{{.*}} lo(%{{.*}}) storage = <u8> : (f64, f64) -> (f64, i8)
func.func @choose_qparams_of_doubles(%x: tensor<4x8xf64>) -> (tensor<4xf64>, tensor<4xi8>) {
  %s, %z = quant_ext.choose_qparams %x axis = 0 storage = <u8> : (tensor<4x8xf64>) -> (tensor<4xf64>, tensor<4xi8>)
  return %s, %z : tensor<4xf64>, tensor<4xi8>
}

// -----

// The multiplier is formed once a channel.
// CHECK-LABEL: func @requantize
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel"]
// CHECK: quant_ext.apply_multiplier
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel"]
// CHECK: quant_ext.apply_requantize %{{.*}} by %{{.*}} out(%{{.*}}) storage_in = <i32> storage = <u8>
func.func @requantize(%a: tensor<4x8xi32>, %si: tensor<8xf32>, %so: tensor<f32>, %zo: tensor<i8>) -> tensor<4x8xi8> {
  %q = quant_ext.requantize %a in(%si) out(%so, %zo) axis = 1 storage_in = <i32> storage = <u8> : (tensor<4x8xi32>, tensor<8xf32>, tensor<f32>, tensor<i8>) -> tensor<4x8xi8>
  return %q : tensor<4x8xi8>
}

// -----

// CHECK-LABEL: func @fake_quantize
// CHECK: %[[Q:.*]] = quant_ext.apply_quantize
// CHECK: quant_ext.apply_dequantize %[[Q]]
func.func @fake_quantize(%x: tensor<8xf16>, %s: tensor<f32>) -> tensor<8xf16> {
  %y = quant_ext.fake_quantize %x, %s storage = <i4> : (tensor<8xf16>, tensor<f32>) -> tensor<8xf16>
  return %y : tensor<8xf16>
}

// -----

// Multiplier and shift of a channel, the zero point of the tensor; a
// requantization by fixed-point numbers needs no operation for its multiplier.
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[NONE:.*]] = affine_map<(d0, d1) -> ()>
// CHECK-LABEL: func @requantize_fixed_point
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[COLUMN]], #[[COLUMN]], #[[NONE]], #[[ID]]]
// CHECK: ^bb0(%[[A:.*]]: i32, %[[M:.*]]: i32, %[[S:.*]]: i8, %[[Z:.*]]: i8, %{{.*}}: i8):
// CHECK: quant_ext.apply_requantize_fixed_point %[[A]] by(%[[M]], %[[S]]) out(%[[Z]]) storage_in = <i32> storage = <u8> rounding_mode = single_round
func.func @requantize_fixed_point(%a: tensor<4x8xi32>, %m: tensor<8xi32>, %s: tensor<8xi8>, %z: tensor<i8>) -> tensor<4x8xi8> {
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) out(%z) axis = 1 storage_in = <i32> storage = <u8> rounding_mode = single_round : (tensor<4x8xi32>, tensor<8xi32>, tensor<8xi8>, tensor<i8>) -> tensor<4x8xi8>
  return %q : tensor<4x8xi8>
}

// -----

// A zero point may have an axis that multiplier and shift have not.
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[NONE:.*]] = affine_map<(d0, d1) -> ()>
// CHECK-LABEL: func @per_axis_zero_point
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[NONE]], #[[NONE]], #[[ROW]], #[[ID]]]
// CHECK: quant_ext.apply_requantize_fixed_point %{{.*}} by(%{{.*}}, %{{.*}}) in(%{{.*}}) storage_in = <i8> storage = <i8> :
func.func @per_axis_zero_point(%a: tensor<4x8xi8>, %m: tensor<i32>, %s: tensor<i8>, %z: tensor<4xi8>) -> tensor<4x8xi8> {
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) in(%z) axis = 0 storage_in = <i8> storage = <i8> : (tensor<4x8xi8>, tensor<i32>, tensor<i8>, tensor<4xi8>) -> tensor<4x8xi8>
  return %q : tensor<4x8xi8>
}

// -----

// A scale that is quantized itself: the range in f32, and the one scale of all
// scales by its map.
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[NONE:.*]] = affine_map<(d0, d1) -> ()>
// CHECK-LABEL: func @quantized_scales
// CHECK-SAME: (%[[X:.*]]: tensor<4x32xf16>, %[[S2:.*]]: tensor<f32>)
// CHECK: %[[RANGE:.*]] = linalg.generic
// CHECK: arith.maxsi %{{.*}} : i32
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[NONE]], #[[ID]]], iterator_types = ["parallel", "parallel"]} ins(%[[RANGE]], %[[S2]] : tensor<4x2xi32>, tensor<f32>) outs(%{{.*}} : tensor<4x2xf8E4M3FN>)
// CHECK: quant_ext.apply_choose_scale %{{.*}} scaled_by(%{{.*}}) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (f32, f32) -> f8E4M3FN
func.func @quantized_scales(%x: tensor<4x32xf16>, %s2: tensor<f32>) -> tensor<4x2xf8E4M3FN> {
  %s = quant_ext.choose_qparams %x scaled_by(%s2) block_sizes = [1, 16] storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<4x32xf16>, tensor<f32>) -> tensor<4x2xf8E4M3FN>
  return %s : tensor<4x2xf8E4M3FN>
}

// Elements that share bytes cannot be written to in parts: where no block is
// ragged, all are written at once, and otherwise a byte for each at first.
// CHECK-LABEL: func.func @quantize_dynamic_blocks_in_shared_bytes(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[S:.*]]: tensor<?x?xf32>)
// CHECK: %[[RAGGED:.*]] = arith.cmpi ne, %{{.*}}, %{{.*}} : index
// CHECK: scf.if %[[RAGGED]] -> (tensor<?x?xi4>) {
// CHECK: tensor.empty(%{{.*}}) : tensor<?x?xi8>
// CHECK-NOT: tensor.insert_slice {{.*}}xi4>
// CHECK: arith.trunci %{{.*}} : i8 to i4
// CHECK: scf.yield %{{.*}} : tensor<?x?xi4>
// CHECK: } else {
// CHECK-NOT: tensor.extract_slice
// CHECK: tensor.expand_shape %[[X]] {{.*}} : tensor<?x?xf32> into tensor<?x?x32xf32>
// CHECK-NOT: tensor.extract_slice
// CHECK: linalg.generic
// CHECK: tensor.collapse_shape %{{.*}} : tensor<?x?x32xi4> into tensor<?x?xi4>
// CHECK-NOT: tensor.insert_slice
// CHECK: return
func.func @quantize_dynamic_blocks_in_shared_bytes(%x: tensor<?x?xf32>, %s: tensor<?x?xf32>) -> tensor<?x?xi4> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i4> : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xi4>
  return %q : tensor<?x?xi4>
}

// CHECK-LABEL: func.func @dequantize_dynamic_blocks_in_shared_bytes(
// CHECK-SAME: %[[Q:.*]]: tensor<?x?xi4>, %[[S:.*]]: tensor<?x?xf32>)
// CHECK: %[[RAGGED:.*]] = arith.cmpi ne, %{{.*}}, %{{.*}} : index
// CHECK: scf.if %[[RAGGED]] -> (tensor<?x?xf32>) {
// CHECK: tensor.extract_slice %[[Q]]
// CHECK: scf.if
// CHECK: } else {
// CHECK: } else {
// CHECK-NOT: slice
// CHECK: %[[BLOCKS:.*]] = tensor.expand_shape %[[Q]]
// CHECK-NOT: slice
// CHECK: linalg.generic {{.*}} ins(%[[BLOCKS]], %[[S]] : tensor<?x?x32xi4>, tensor<?x?xf32>)
// CHECK-NOT: slice
// CHECK: return
func.func @dequantize_dynamic_blocks_in_shared_bytes(%q: tensor<?x?xi4>, %s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %x = quant_ext.dequantize %q, %s block_sizes = [1, 32] storage = <i4> : (tensor<?x?xi4>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}
