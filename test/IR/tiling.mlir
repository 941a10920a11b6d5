// RUN: %quant-opt --pass-pipeline="builtin.module(transform-interpreter,canonicalize,cse)" --split-input-file --verify-diagnostics %s | FileCheck %s

// Per-tensor parameters go into every tile whole.
// CHECK-LABEL: func @per_tensor
// CHECK-SAME: (%[[X:.*]]: tensor<8x12xf32>, %[[S:.*]]: tensor<f32>, %[[Z:.*]]: tensor<i8>)
// CHECK: scf.for %[[I:[^ ]+]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[ACC:[^ ]+]] = %{{.*}}) -> (tensor<8x12xi8>)
// CHECK: %[[TILE:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [2, 12] [1, 1]
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[TILE]], %[[S]], %[[Z]] storage = <u8> division = reciprocal
// CHECK-SAME: -> tensor<2x12xi8>
// CHECK: tensor.insert_slice %[[Q]] into %[[ACC]][%[[I]], 0] [2, 12] [1, 1]
module attributes {transform.with_named_sequence} {
  func.func @per_tensor(%x: tensor<8x12xf32>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<8x12xi8> {
    %q = quant_ext.quantize %x, %s, %z storage = <u8> division = reciprocal : (tensor<8x12xf32>, tensor<f32>, tensor<i8>) -> tensor<8x12xi8>
    return %q : tensor<8x12xi8>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [2, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Tiles along the axis take their slice of scale and zero point; the last one
// is short, and its parameters with it.
// CHECK-DAG: #[[$REST:.*]] = affine_map<(d0) -> (-d0 + 10, 4)>
// CHECK-LABEL: func @per_axis
// CHECK-SAME: (%[[Q:.*]]: tensor<8x10xi8>, %[[S:.*]]: tensor<10xf32>, %[[Z:.*]]: tensor<10xi8>)
// CHECK: scf.for %[[I:[^ ]+]] =
// CHECK: scf.for %[[J:[^ ]+]] =
// CHECK: %[[SIZE:.*]] = affine.min #[[$REST]](%[[J]])
// CHECK-DAG: %[[TILE:.*]] = tensor.extract_slice %[[Q]][%[[I]], %[[J]]] [2, %[[SIZE]]]
// CHECK-DAG: %[[STILE:.*]] = tensor.extract_slice %[[S]][%[[J]]] [%[[SIZE]]] [1]
// CHECK-DAG: %[[ZTILE:.*]] = tensor.extract_slice %[[Z]][%[[J]]] [%[[SIZE]]] [1]
// CHECK: quant_ext.dequantize %[[TILE]], %[[STILE]], %[[ZTILE]] axis = 1 storage = <u8>
// CHECK-SAME: -> tensor<2x?xbf16>
module attributes {transform.with_named_sequence} {
  func.func @per_axis(%q: tensor<8x10xi8>, %s: tensor<10xf32>, %z: tensor<10xi8>) -> tensor<8x10xbf16> {
    %x = quant_ext.dequantize %q, %s, %z axis = 1 storage = <u8> : (tensor<8x10xi8>, tensor<10xf32>, tensor<10xi8>) -> tensor<8x10xbf16>
    return %x : tensor<8x10xbf16>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.dequantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loops:2 = transform.structured.tile_using_for %op tile_sizes [2, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A dimension that no parameter knows leaves the parameters whole.
// CHECK-LABEL: func @other_axis
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>, %[[S:.*]]: tensor<3xf32>)
// CHECK: %[[TILE:.*]] = tensor.extract_slice %[[X]][%{{.*}}, 0] [%{{.*}}, 3]
// CHECK: quant_ext.fake_quantize %[[TILE]], %[[S]] axis = 1 storage = <i8> : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
module attributes {transform.with_named_sequence} {
  func.func @other_axis(%x: tensor<?x3xf32>, %s: tensor<3xf32>) -> tensor<?x3xf32> {
    %y = quant_ext.fake_quantize %x, %s axis = 1 storage = <i8> : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
    return %y : tensor<?x3xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.fake_quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [16, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The two scales of a requantize may differ in granularity: the per-axis one is
// sliced, the per-tensor one is not.
// CHECK-LABEL: func @requantize
// CHECK-SAME: (%[[A:.*]]: tensor<4x8xi32>, %[[SIN:.*]]: tensor<8xf32>, %[[SOUT:.*]]: tensor<f32>, %[[ZOUT:.*]]: tensor<i8>)
// CHECK: scf.for %[[J:[^ ]+]] =
// CHECK-DAG: %[[TILE:.*]] = tensor.extract_slice %[[A]][0, %[[J]]] [4, 4]
// CHECK-DAG: %[[STILE:.*]] = tensor.extract_slice %[[SIN]][%[[J]]] [4] [1]
// CHECK: quant_ext.requantize %[[TILE]] in(%[[STILE]]) out(%[[SOUT]], %[[ZOUT]]) axis = 1
// CHECK-SAME: -> tensor<4x4xi8>
module attributes {transform.with_named_sequence} {
  func.func @requantize(%a: tensor<4x8xi32>, %si: tensor<8xf32>, %so: tensor<f32>, %zo: tensor<i8>) -> tensor<4x8xi8> {
    %q = quant_ext.requantize %a in(%si) out(%so, %zo) axis = 1 storage_in = <i32> storage = <u8> : (tensor<4x8xi32>, tensor<8xf32>, tensor<f32>, tensor<i8>) -> tensor<4x8xi8>
    return %q : tensor<4x8xi8>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.requantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Tiles of two whole blocks: 64 elements, 2 scales. Rows have a scale each.
// CHECK-DAG: #[[$BLOCK:.*]] = affine_map<(d0) -> (d0 floordiv 32)>
// CHECK-LABEL: func @per_block
// CHECK-SAME: (%[[X:.*]]: tensor<4x128xf32>, %[[S:.*]]: tensor<4x4xf32>)
// CHECK: scf.for %[[I:[^ ]+]] =
// CHECK: scf.for %[[J:[^ ]+]] =
// CHECK-DAG: %[[TILE:.*]] = tensor.extract_slice %[[X]][%[[I]], %[[J]]] [1, 64]
// CHECK-DAG: %[[B:.*]] = affine.apply #[[$BLOCK]](%[[J]])
// CHECK: %[[STILE:.*]] = tensor.extract_slice %[[S]][%[[I]], %[[B]]] [1, 2]
// CHECK: quant_ext.quantize %[[TILE]], %[[STILE]] block_sizes = [1, 32] storage = <i4> : (tensor<1x64xf32>, tensor<1x2xf32>) -> tensor<1x64xi4>
module attributes {transform.with_named_sequence} {
  func.func @per_block(%x: tensor<4x128xf32>, %s: tensor<4x4xf32>) -> tensor<4x128xi4> {
    %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i4> : (tensor<4x128xf32>, tensor<4x4xf32>) -> tensor<4x128xi4>
    return %q : tensor<4x128xi4>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loops:2 = transform.structured.tile_using_for %op tile_sizes [1, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The same in a parallel loop, whose induction variable is a multiple too.
// CHECK-DAG: #[[$TILE:.*]] = affine_map<(d0) -> (d0 * 64)>
// CHECK-DAG: #[[$BLOCKS:.*]] = affine_map<(d0) -> (d0 * 2)>
// CHECK-LABEL: func @per_block_forall
// CHECK: scf.forall (%[[I:[^)]+]]) in (2)
// CHECK-DAG: %[[J:.*]] = affine.apply #[[$TILE]](%[[I]])
// CHECK-DAG: %[[B:.*]] = affine.apply #[[$BLOCKS]](%[[I]])
// CHECK-DAG: tensor.extract_slice %{{.*}}[0, %[[J]]] [4, 64]
// CHECK-DAG: tensor.extract_slice %{{.*}}[0, %[[B]]] [4, 2]
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}} block_sizes = [1, 32] storage = <i4> : (tensor<4x64xf32>, tensor<4x2xf32>) -> tensor<4x64xi4>
module attributes {transform.with_named_sequence} {
  func.func @per_block_forall(%x: tensor<4x128xf32>, %s: tensor<4x4xf32>) -> tensor<4x128xi4> {
    %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i4> : (tensor<4x128xf32>, tensor<4x4xf32>) -> tensor<4x128xi4>
    return %q : tensor<4x128xi4>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %op tile_sizes [0, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A tile that would cut a block has no slice of parameters.
module attributes {transform.with_named_sequence} {
  func.func @cuts_a_block(%x: tensor<4x128xf32>, %s: tensor<4x4xf32>) -> tensor<4x128xi4> {
    // expected-error @+2 {{faild to tile operation}}
    // expected-error @+1 {{failed to generate tiling loops}}
    %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i4> : (tensor<4x128xf32>, tensor<4x4xf32>) -> tensor<4x128xi4>
    return %q : tensor<4x128xi4>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 48] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Neither has one whose size is not a constant: 80 elements in tiles of 64 leave
// a last one of 16.
module attributes {transform.with_named_sequence} {
  func.func @ragged_tile(%x: tensor<4x80xf32>, %s: tensor<4x3xf32>) -> tensor<4x80xi4> {
    // expected-error @+2 {{faild to tile operation}}
    // expected-error @+1 {{failed to generate tiling loops}}
    %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i4> : (tensor<4x80xf32>, tensor<4x3xf32>) -> tensor<4x80xi4>
    return %q : tensor<4x80xi4>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The ragged dimension itself may stay whole while another one is tiled.
// CHECK-LABEL: func @ragged_whole
// CHECK: quant_ext.dequantize %{{.*}}, %{{.*}} block_sizes = [1, 32] storage = <i4> : (tensor<2x80xi4>, tensor<2x3xf32>) -> tensor<2x80xf32>
module attributes {transform.with_named_sequence} {
  func.func @ragged_whole(%q: tensor<4x80xi4>, %s: tensor<4x3xf32>) -> tensor<4x80xf32> {
    %x = quant_ext.dequantize %q, %s block_sizes = [1, 32] storage = <i4> : (tensor<4x80xi4>, tensor<4x3xf32>) -> tensor<4x80xf32>
    return %x : tensor<4x80xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.dequantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [2, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// choose_qparams tiles the dimension that its scale keeps. Both results come
// in tiles.
// CHECK-LABEL: func @choose_kept
// CHECK-SAME: (%[[X:.*]]: tensor<8x12xf32>)
// CHECK: scf.for %[[I:[^ ]+]] = %{{.*}} iter_args(%[[SACC:[^ ]+]] = %{{.*}}, %[[ZACC:[^ ]+]] = %{{.*}}) -> (tensor<8xf32>, tensor<8xi8>)
// CHECK: %[[TILE:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [2, 12]
// CHECK: %[[S:.*]], %[[Z:.*]] = quant_ext.choose_qparams %[[TILE]] axis = 0 storage = <u8> : (tensor<2x12xf32>) -> (tensor<2xf32>, tensor<2xi8>)
// CHECK-DAG: tensor.insert_slice %[[S]] into %[[SACC]][%[[I]]] [2] [1]
// CHECK-DAG: tensor.insert_slice %[[Z]] into %[[ZACC]][%[[I]]] [2] [1]
module attributes {transform.with_named_sequence} {
  func.func @choose_kept(%x: tensor<8x12xf32>) -> (tensor<8xf32>, tensor<8xi8>) {
    %s, %z = quant_ext.choose_qparams %x axis = 0 storage = <u8> : (tensor<8x12xf32>) -> (tensor<8xf32>, tensor<8xi8>)
    return %s, %z : tensor<8xf32>, tensor<8xi8>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.choose_qparams"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [2, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// It never cuts a dimension along which elements share a range.
module attributes {transform.with_named_sequence} {
  func.func @choose_reduced(%x: tensor<8x12xf32>) -> tensor<8xf32> {
    // expected-error @+2 {{faild to tile operation}}
    // expected-error @+1 {{failed to generate tiling loops}}
    %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<8x12xf32>) -> tensor<8xf32>
    return %s : tensor<8xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.choose_qparams"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A producer is fused into the loop of its consumer: the whole QDQ pair works
// on tiles, and so does what chooses its parameters.
// CHECK-LABEL: func @fuse
// CHECK-SAME: (%[[X:.*]]: tensor<8x12xf32>)
// CHECK: scf.forall (%[[I:[^)]+]]) in (4)
// CHECK: %[[TILE:.*]] = tensor.extract_slice %[[X]][%{{.*}}, 0] [2, 12]
// CHECK: %[[S:.*]] = quant_ext.choose_qparams %[[TILE]] axis = 0 storage = <i8> : (tensor<2x12xf32>) -> tensor<2xf32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[TILE]], %[[S]] axis = 0 storage = <i8>
// CHECK: quant_ext.dequantize %[[Q]], %[[S]] axis = 0 storage = <i8> : (tensor<2x12xi8>, tensor<2xf32>) -> tensor<2x12xf32>
module attributes {transform.with_named_sequence} {
  func.func @fuse(%x: tensor<8x12xf32>) -> tensor<8x12xf32> {
    %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<8x12xf32>) -> tensor<8xf32>
    %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<8x12xf32>, tensor<8xf32>) -> tensor<8x12xi8>
    %y = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<8x12xi8>, tensor<8xf32>) -> tensor<8x12xf32>
    return %y : tensor<8x12xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %choose = transform.structured.match ops{["quant_ext.choose_qparams"]} in %root : (!transform.any_op) -> !transform.any_op
    %quantize = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %dequantize = transform.structured.match ops{["quant_ext.dequantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %dequantize num_threads [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %fused, %loop1 = transform.structured.fuse_into_containing_op %quantize into %loop : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    %fused1, %loop2 = transform.structured.fuse_into_containing_op %choose into %loop1 : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// choose_qparams is not cut along blocks, not even at multiples of them: what
// is fused into a tile of blocks is the whole operation.
// CHECK-LABEL: func @fuse_blocks
// CHECK-SAME: (%[[X:.*]]: tensor<128xf32>)
// CHECK: scf.forall
// CHECK: %[[S:.*]] = quant_ext.choose_qparams %[[X]] block_sizes = [32] storage = <i8> : (tensor<128xf32>) -> tensor<4xf32>
// CHECK: %[[STILE:.*]] = tensor.extract_slice %[[S]][%{{.*}}] [1] [1]
// CHECK: quant_ext.quantize %{{.*}}, %[[STILE]] block_sizes = [32] storage = <i8> : (tensor<32xf32>, tensor<1xf32>)
module attributes {transform.with_named_sequence} {
  func.func @fuse_blocks(%x: tensor<128xf32>) -> tensor<128xi8> {
    %s = quant_ext.choose_qparams %x block_sizes = [32] storage = <i8> : (tensor<128xf32>) -> tensor<4xf32>
    %q = quant_ext.quantize %x, %s block_sizes = [32] storage = <i8> : (tensor<128xf32>, tensor<4xf32>) -> tensor<128xi8>
    return %q : tensor<128xi8>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %choose = transform.structured.match ops{["quant_ext.choose_qparams"]} in %root : (!transform.any_op) -> !transform.any_op
    %quantize = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %quantize num_threads [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %fused, %loop1 = transform.structured.fuse_into_containing_op %choose into %loop : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Multiplier and shift are sliced together, the zero point is per-tensor.
// CHECK-LABEL: func @requantize_fixed_point
// CHECK-SAME: (%[[A:.*]]: tensor<4x8xi32>, %[[M:.*]]: tensor<8xi32>, %[[S:.*]]: tensor<8xi8>, %[[Z:.*]]: tensor<i8>)
// CHECK: scf.for %[[J:[^ ]+]] =
// CHECK-DAG: %[[TILE:.*]] = tensor.extract_slice %[[A]][0, %[[J]]] [4, 4]
// CHECK-DAG: %[[MTILE:.*]] = tensor.extract_slice %[[M]][%[[J]]] [4] [1]
// CHECK-DAG: %[[STILE:.*]] = tensor.extract_slice %[[S]][%[[J]]] [4] [1]
// CHECK: quant_ext.requantize_fixed_point %[[TILE]] by(%[[MTILE]], %[[STILE]]) out(%[[Z]]) axis = 1
// CHECK-SAME: rounding_mode = single_round
// CHECK-SAME: -> tensor<4x4xi8>
module attributes {transform.with_named_sequence} {
  func.func @requantize_fixed_point(%a: tensor<4x8xi32>, %m: tensor<8xi32>, %s: tensor<8xi8>, %z: tensor<i8>) -> tensor<4x8xi8> {
    %q = quant_ext.requantize_fixed_point %a by(%m, %s) out(%z) axis = 1 storage_in = <i32> storage = <u8> rounding_mode = single_round : (tensor<4x8xi32>, tensor<8xi32>, tensor<8xi8>, tensor<i8>) -> tensor<4x8xi8>
    return %q : tensor<4x8xi8>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.requantize_fixed_point"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A tile draws the numbers that its elements have in the whole: it starts at
// 12 * i + j there, and its rows are 12 apart.
// CHECK-DAG: #[[$START:.*]] = affine_map<{{.*}} * 12{{.*}}>
// CHECK-LABEL: func @stochastic
// CHECK-SAME: (%[[X:.*]]: tensor<8x12xf32>, %[[S:.*]]: tensor<f32>, %[[SEED:.*]]: tensor<i64>)
// CHECK-DAG: %[[ROW:.*]] = arith.constant 12 : index
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1 : index
// CHECK: scf.for %[[I:[^ ]+]] =
// CHECK: scf.for %[[J:[^ ]+]] =
// CHECK-DAG: %[[TILE:.*]] = tensor.extract_slice %[[X]][%[[I]], %[[J]]] [2, 4] [1, 1]
// CHECK-DAG: %[[FIRST:.*]] = affine.apply #[[$START]]
// CHECK: quant_ext.quantize %[[TILE]], %[[S]] random(%[[SEED]] at %[[FIRST]], %[[ROW]], %[[ONE]]) storage = <i8> rounding = stochastic
module attributes {transform.with_named_sequence} {
  func.func @stochastic(%x: tensor<8x12xf32>, %s: tensor<f32>, %seed: tensor<i64>) -> tensor<8x12xi8> {
    %q = quant_ext.quantize %x, %s random(%seed) storage = <i8> rounding = stochastic : (tensor<8x12xf32>, tensor<f32>, tensor<i64>) -> tensor<8x12xi8>
    return %q : tensor<8x12xi8>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loops:2 = transform.structured.tile_using_for %op tile_sizes [2, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Rows of blocks are cut; the scale of the scales is the same for every tile.
// CHECK-LABEL: func @quantized_scales
// CHECK-SAME: (%[[X:.*]]: tensor<8x64xf32>, %[[S2:.*]]: tensor<f32>)
// CHECK: scf.for
// CHECK: %[[TILE:.*]] = tensor.extract_slice %[[X]][%{{.*}}, 0] [2, 64]
// CHECK: quant_ext.choose_qparams %[[TILE]] scaled_by(%[[S2]]) block_sizes = [1, 16] storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<2x64xf32>, tensor<f32>) -> tensor<2x4xf8E4M3FN>
module attributes {transform.with_named_sequence} {
  func.func @quantized_scales(%x: tensor<8x64xf32>, %s2: tensor<f32>) -> tensor<8x4xf8E4M3FN> {
    %s = quant_ext.choose_qparams %x scaled_by(%s2) block_sizes = [1, 16] storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<8x64xf32>, tensor<f32>) -> tensor<8x4xf8E4M3FN>
    return %s : tensor<8x4xf8E4M3FN>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["quant_ext.choose_qparams"]} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [2, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
