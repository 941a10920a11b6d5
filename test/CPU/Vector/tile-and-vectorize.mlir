// Lanes that are different results. The quant_ext operations come from their
// conversion, so that what is tested is the form that the pipeline has.

// DEFINE: %{options} =
// DEFINE: %{vectorize} = %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-tile-and-vectorize{%{options}}),canonicalize,cse)" --split-input-file %s
// REDEFINE: %{options} = target=x86-64-v4
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V4
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V3
// REDEFINE: %{options} = target=x86-64-v2
// RUN: %{vectorize} | FileCheck %s --check-prefixes=SSE
// REDEFINE: %{options} = target=x86-64-v4 tile-size=16
// RUN: %{vectorize} | FileCheck %s --check-prefixes=TILE16

// The bytes of a register in lanes, then what is left: one masked vector where
// the target has masks, otherwise a quarter of the lanes, and scalars.
// V4-DAG: #[[WHOLE:.*]] = affine_map<()[s0] -> ((s0 floordiv 64) * 64)>
// V4-DAG: #[[LEFT:.*]] = affine_map<()[s0] -> (s0 mod 64)>
// V3-DAG: #[[WHOLE:.*]] = affine_map<()[s0] -> ((s0 floordiv 32) * 32)>
// V3-DAG: #[[NARROW:.*]] = affine_map<()[s0] -> ((s0 floordiv 8) * 8)>
// CHECK-LABEL: func @per_tensor_dynamic
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>, %[[S:.*]]: tensor<f32>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[SIZE:.*]] = tensor.dim %[[X]], %[[C0]]
// CHECK-DAG: %[[EMPTY:.*]] = tensor.empty(%[[SIZE]]) : tensor<?xi8>
// CHECK-DAG: %[[MAIN_END:.*]] = affine.apply #[[WHOLE]]()[%[[SIZE]]]

// V4: %[[MAIN:.*]] = scf.for %[[I:.*]] = %[[C0]] to %[[MAIN_END]] step %[[C64:.*]] iter_args(%[[OUT:.*]] = %[[EMPTY]])
// V4-DAG: %[[A:.*]] = vector.transfer_read %[[X]][%[[I]]], %{{.*}} {in_bounds = [true]} : tensor<?xf32>, vector<64xf32>
// V4-DAG: %[[S0:.*]] = tensor.extract %[[S]][]
// V4-DAG: %[[SCALE:.*]] = vector.broadcast %[[S0]] : f32 to vector<64xf32>
// V4: %[[Q:.*]] = quant_ext.apply_quantize %[[A]], %[[SCALE]] storage = <i8> : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
// V4: %[[W:.*]] = vector.transfer_write %[[Q]], %[[OUT]][%[[I]]] {in_bounds = [true]} : vector<64xi8>, tensor<?xi8>
// V4: scf.yield %[[W]]
// V4: %[[REST:.*]] = scf.for %[[J:.*]] = %[[MAIN_END]] to %[[SIZE]] step %[[C64]] iter_args(%[[OUT2:.*]] = %[[MAIN]])
// V4: %[[COUNT:.*]] = affine.apply #[[LEFT]]()[%[[SIZE]]]
// V4: %[[MASK:.*]] = vector.create_mask %[[COUNT]] : vector<64xi1>
// V4: %[[A2:.*]] = vector.transfer_read %[[X]][%[[J]]], %{{.*}}, %[[MASK]] {in_bounds = [true]}
// V4: %[[Q2:.*]] = quant_ext.apply_quantize %[[A2]], %{{.*}} : (vector<64xf32>, vector<64xf32>) -> vector<64xi8>
// V4: vector.transfer_write %[[Q2]], %[[OUT2]][%[[J]]], %[[MASK]] {in_bounds = [true]}
// V4: return %[[REST]]

// V3-DAG: %[[NARROW_END:.*]] = affine.apply #[[NARROW]]()[%[[SIZE]]]
// V3: %[[MAIN:.*]] = scf.for %{{.*}} = %[[C0]] to %[[MAIN_END]] step %{{.*}} iter_args(%{{.*}} = %[[EMPTY]])
// V3: quant_ext.apply_quantize %{{.*}} : (vector<32xf32>, vector<32xf32>) -> vector<32xi8>
// V3: %[[MIDDLE:.*]] = scf.for %{{.*}} = %[[MAIN_END]] to %[[NARROW_END]] step %{{.*}} iter_args(%{{.*}} = %[[MAIN]])
// V3: quant_ext.apply_quantize %{{.*}} : (vector<8xf32>, vector<8xf32>) -> vector<8xi8>
// V3: %[[REST:.*]] = scf.for %[[I:.*]] = %[[NARROW_END]] to %[[SIZE]] step %{{.*}} iter_args(%[[OUT:.*]] = %[[MIDDLE]])
// V3: %[[A:.*]] = tensor.extract %[[X]][%[[I]]]
// V3: %[[Q:.*]] = quant_ext.apply_quantize %[[A]], %{{.*}} : (f32, f32) -> i8
// V3: tensor.insert %[[Q]] into %[[OUT]][%[[I]]]
// V3-NOT: vector.create_mask
// V3: return %[[REST]]

// A register of 16 bytes.
// SSE-LABEL: func @per_tensor_dynamic
// SSE: quant_ext.apply_quantize {{.*}} -> vector<16xi8>
// SSE: quant_ext.apply_quantize {{.*}} -> vector<4xi8>
// SSE: quant_ext.apply_quantize {{.*}} -> i8

// TILE16-LABEL: func @per_tensor_dynamic
// TILE16: quant_ext.apply_quantize {{.*}} -> vector<16xi8>
// TILE16: vector.create_mask %{{.*}} : vector<16xi1>
// TILE16: quant_ext.apply_quantize {{.*}} -> vector<16xi8>
// TILE16-NOT: quant_ext.apply_quantize
// TILE16-LABEL: func @per_tensor_static
func.func @per_tensor_dynamic(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

// -----

// Dimensions that no operand tells apart are one: 10 * 15 = 150 = 2 * 64 + 22
// = 4 * 32 + 2 * 8 + 6.
// CHECK-LABEL: func @per_tensor_static
// CHECK-SAME: (%[[X:.*]]: tensor<10x15xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C128:.*]] = arith.constant 128 : index
// V3-DAG: %[[C144:.*]] = arith.constant 144 : index
// V3-DAG: %[[C150:.*]] = arith.constant 150 : index
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1]]
// CHECK: %[[MAIN:.*]] = scf.for %{{.*}} = %[[C0]] to %[[C128]] step

// V4: vector.transfer_read %[[FLAT]][%{{.*}}], %{{.*}} {in_bounds = [true]} : tensor<150xf32>, vector<64xf32>
// V4: scf.yield
// V4-NOT: scf.for
// V4: %[[MASK:.*]] = vector.constant_mask [22] : vector<64xi1>
// V4: vector.transfer_read %[[FLAT]][%[[C128]]], %{{.*}}, %[[MASK]] {in_bounds = [true]} : tensor<150xf32>, vector<64xf32>
// V4: vector.transfer_write %{{.*}}, %[[MAIN]][%[[C128]]], %[[MASK]] {in_bounds = [true]} : vector<64xi8>, tensor<150xi8>

// V3: vector.transfer_read %[[FLAT]][%{{.*}}], %{{.*}} {in_bounds = [true]} : tensor<150xf32>, vector<32xf32>
// V3: scf.for %{{.*}} = %[[C128]] to %[[C144]] step
// V3: vector.transfer_read %[[FLAT]][%{{.*}}], %{{.*}} {in_bounds = [true]} : tensor<150xf32>, vector<8xf32>
// V3: scf.for %[[I:.*]] = %[[C144]] to %[[C150]] step
// V3: tensor.extract %[[FLAT]][%[[I]]]

// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [10, 15]
func.func @per_tensor_static(%x: tensor<10x15xf32>, %s: tensor<f32>) -> tensor<10x15xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<10x15xf32>, tensor<f32>) -> tensor<10x15xi8>
  return %q : tensor<10x15xi8>
}

// -----

// Nothing is left over: no remainder in any form.
// CHECK-LABEL: func @whole_vectors
// CHECK: scf.for
// V4: quant_ext.apply_quantize {{.*}} -> vector<64xi8>
// V3: quant_ext.apply_quantize {{.*}} -> vector<32xi8>
// CHECK-NOT: quant_ext.apply_quantize
// CHECK-NOT: mask
// CHECK: return
func.func @whole_vectors(%x: tensor<256xf32>, %s: tensor<f32>) -> tensor<256xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<256xf32>, tensor<f32>) -> tensor<256xi8>
  return %q : tensor<256xi8>
}

// -----

// A masked vector is no wider than it needs to be: 12 of 16 lanes.
// CHECK-LABEL: func @short_row
// CHECK-SAME: (%[[X:.*]]: tensor<12xf32>, %[[S:.*]]: tensor<12xf32>)
// V4: %[[MASK:.*]] = vector.constant_mask [12] : vector<16xi1>
// V4: vector.transfer_read %[[X]][%{{.*}}], %{{.*}}, %[[MASK]] {{.*}}, vector<16xf32>
// V4: vector.transfer_read %[[S]][%{{.*}}], %{{.*}}, %[[MASK]] {{.*}}, vector<16xf32>
// V3: quant_ext.apply_quantize {{.*}} -> vector<8xi8>
// V3: quant_ext.apply_quantize {{.*}} -> i8
func.func @short_row(%x: tensor<12xf32>, %s: tensor<12xf32>) -> tensor<12xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<12xf32>, tensor<12xf32>) -> tensor<12xi8>
  return %q : tensor<12xi8>
}

// -----

// Outer axis: one scale for all lanes of a row.
// CHECK-LABEL: func @per_axis_outer
// CHECK-SAME: (%[[X:.*]]: tensor<5x?xf32>, %[[S:.*]]: tensor<5xf32>)
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
// CHECK-DAG: %[[A:.*]] = vector.transfer_read %[[X]][%[[ROW]], %[[I]]]
// CHECK-DAG: %[[S0:.*]] = tensor.extract %[[S]][%[[ROW]]]
// CHECK-DAG: %[[SCALE:.*]] = vector.broadcast %[[S0]]
// CHECK: quant_ext.apply_quantize %[[A]], %[[SCALE]]
// V4-SAME: -> vector<64xi8>
// V3-SAME: -> vector<32xi8>
func.func @per_axis_outer(%x: tensor<5x?xf32>, %s: tensor<5xf32>) -> tensor<5x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<5x?xf32>, tensor<5xf32>) -> tensor<5x?xi8>
  return %q : tensor<5x?xi8>
}

// -----

// Middle axis: what lies inside it is one dimension, the zero point is
// broadcast as the scale is.
// CHECK-LABEL: func @per_axis_middle
// CHECK-SAME: (%[[Q:.*]]: tensor<3x5x8x32xi8>, %[[S:.*]]: tensor<5xf32>, %[[Z:.*]]: tensor<5xi8>)
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[Q]] {{\[}}[0], [1], [2, 3]] : tensor<3x5x8x32xi8> into tensor<3x5x256xi8>
// CHECK: scf.for %[[B:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for %[[C:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
// CHECK-DAG: %[[A:.*]] = vector.transfer_read %[[FLAT]][%[[B]], %[[C]], %[[I]]]
// CHECK-DAG: %[[S0:.*]] = tensor.extract %[[S]][%[[C]]]
// CHECK-DAG: %[[Z0:.*]] = tensor.extract %[[Z]][%[[C]]]
// CHECK-DAG: %[[SCALE:.*]] = vector.broadcast %[[S0]]
// CHECK-DAG: %[[ZERO:.*]] = vector.broadcast %[[Z0]]
// CHECK: quant_ext.apply_dequantize %[[A]], %[[SCALE]], %[[ZERO]]
// V4-SAME: -> vector<64xf32>
// V3-SAME: -> vector<32xf32>
// CHECK-NOT: quant_ext.apply_dequantize
// CHECK: return
func.func @per_axis_middle(%q: tensor<3x5x8x32xi8>, %s: tensor<5xf32>, %z: tensor<5xi8>) -> tensor<3x5x8x32xf32> {
  %x = quant_ext.dequantize %q, %s, %z axis = 1 storage = <i8> : (tensor<3x5x8x32xi8>, tensor<5xf32>, tensor<5xi8>) -> tensor<3x5x8x32xf32>
  return %x : tensor<3x5x8x32xf32>
}

// -----

// Inner axis: a vector of scales, of which the mask covers the rest too.
// CHECK-LABEL: func @per_axis_inner
// CHECK-SAME: (%[[Q:.*]]: tensor<?x1000xi8>, %[[S:.*]]: tensor<1000xf32>)
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
// CHECK-DAG: %[[A:.*]] = vector.transfer_read %[[Q]][%[[ROW]], %[[I]]]
// CHECK-DAG: %[[SCALE:.*]] = vector.transfer_read %[[S]][%[[I]]]
// CHECK: quant_ext.apply_dequantize %[[A]], %[[SCALE]]
// V4-SAME: -> vector<64xf32>
// V3-SAME: -> vector<32xf32>
// V4: vector.transfer_read %[[S]][%{{.*}}], %{{.*}}, %{{.*}} {in_bounds = [true]} : tensor<1000xf32>, vector<64xf32>
func.func @per_axis_inner(%q: tensor<?x1000xi8>, %s: tensor<1000xf32>) -> tensor<?x1000xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<?x1000xi8>, tensor<1000xf32>) -> tensor<?x1000xf32>
  return %x : tensor<?x1000xf32>
}

// -----

// Blocks along the rows: rows and blocks are one dimension, for the parameters
// too, and a block is a whole number of vectors.
// CHECK-LABEL: func @per_block
// CHECK-SAME: (%{{.*}}: tensor<4x256xi8>, %[[S:.*]]: tensor<4x2xf32>)
// CHECK: tensor.collapse_shape %{{.*}} {{\[}}[0, 1], [2]] : tensor<4x2x128xi8> into tensor<8x128xi8>
// CHECK: %[[SCALES:.*]] = tensor.collapse_shape %[[S]] {{\[\[}}0, 1]] : tensor<4x2xf32> into tensor<8xf32>
// CHECK: scf.for %[[BLOCK:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for
// CHECK: %[[S0:.*]] = tensor.extract %[[SCALES]][%[[BLOCK]]]
// CHECK: %[[SCALE:.*]] = vector.broadcast %[[S0]]
// CHECK: quant_ext.apply_dequantize %{{.*}}, %[[SCALE]]
// V4-SAME: -> vector<64xf32>
// V3-SAME: -> vector<32xf32>
// CHECK-NOT: quant_ext.apply_dequantize
// CHECK: return
func.func @per_block(%q: tensor<4x256xi8>, %s: tensor<4x2xf32>) -> tensor<4x256xf32> {
  %x = quant_ext.dequantize %q, %s block_sizes = [1, 128] storage = <i8> : (tensor<4x256xi8>, tensor<4x2xf32>) -> tensor<4x256xf32>
  return %x : tensor<4x256xf32>
}

// -----

// Blocks across the rows: each lane has a scale of its own.
// CHECK-LABEL: func @per_block_of_rows
// CHECK-SAME: (%{{.*}}: tensor<?x64xf32>, %[[S:.*]]: tensor<?x64xf32>)
// CHECK-NOT: linalg.generic
// CHECK: %[[SCALES:.*]] = tensor.extract_slice %[[S]]
// CHECK: scf.for %[[BLOCK:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for
// CHECK: %[[SCALE:.*]] = vector.transfer_read %[[SCALES]][%[[BLOCK]], %{{.*}}]
// CHECK: quant_ext.apply_quantize %{{.*}}, %[[SCALE]]
// V4-SAME: -> vector<64xi8>
// V3-SAME: -> vector<32xi8>
// CHECK-NOT: linalg.generic
// CHECK-NOT: -> i8
// CHECK: return
func.func @per_block_of_rows(%x: tensor<?x64xf32>, %s: tensor<?x64xf32>) -> tensor<?x64xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [8, 1] storage = <i8> : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xi8>
  return %q : tensor<?x64xi8>
}

// -----

// Rows of a slice have gaps between them in memory: to make them one dimension
// would cost a copy.
// CHECK-LABEL: func @rows_with_gaps
// CHECK: %[[SLICE:.*]] = tensor.extract_slice
// CHECK-NOT: tensor.collapse_shape
// CHECK: vector.transfer_read %[[SLICE]][%{{.*}}, %{{.*}}]
// CHECK-NOT: tensor.collapse_shape
// CHECK: return
func.func @rows_with_gaps(%x: tensor<4x100xf32>, %s: tensor<f32>) -> tensor<4x64xi8> {
  %part = tensor.extract_slice %x[0, 0] [4, 64] [1, 1] : tensor<4x100xf32> to tensor<4x64xf32>
  %q = quant_ext.quantize %part, %s storage = <i8> : (tensor<4x64xf32>, tensor<f32>) -> tensor<4x64xi8>
  return %q : tensor<4x64xi8>
}

// -----

// What is inserted into has none, and a scalar operand is no hindrance.
// CHECK-LABEL: func @filled
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]] : tensor<?x1xf32> into tensor<?xf32>
// CHECK: scf.for %{{.*}} iter_args(%{{.*}} = %[[FLAT]])
// V4: vector.transfer_write %{{.*}} : vector<64xf32>, tensor<?xf32>
// V3: vector.transfer_write %{{.*}} : vector<32xf32>, tensor<?xf32>
// CHECK: tensor.insert_slice
func.func @filled(%init: tensor<?x1xf32>, %one: tensor<1x1xf32>, %value: f32) -> tensor<?x1xf32> {
  %filled = linalg.fill ins(%value : f32) outs(%init : tensor<?x1xf32>) -> tensor<?x1xf32>
  %y = tensor.insert_slice %one into %filled[0, 0] [1, 1] [1, 1] : tensor<1x1xf32> into tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

// -----

// Small floats are read as they are: conversions are another pass's.
// CHECK-LABEL: func @small_floats
// V4: vector.transfer_read %{{.*}} : tensor<?xbf16>, vector<64xbf16>
// V3: vector.transfer_read %{{.*}} : tensor<?xbf16>, vector<32xbf16>
// V4: quant_ext.apply_quantize %{{.*}} : (vector<64xbf16>, vector<64xf32>) -> vector<64xi8>
// V3: quant_ext.apply_quantize %{{.*}} : (vector<32xbf16>, vector<32xf32>) -> vector<32xi8>
// V4: quant_ext.apply_dequantize %{{.*}} -> vector<64xf16>
// V3: quant_ext.apply_dequantize %{{.*}} -> vector<32xf16>
// V4: vector.transfer_write %{{.*}} : vector<64xf16>, tensor<?xf16>
// V3: vector.transfer_write %{{.*}} : vector<32xf16>, tensor<?xf16>
func.func @small_floats(%x: tensor<?xbf16>, %s: tensor<f32>) -> tensor<?xf16> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xbf16>, tensor<f32>) -> tensor<?xi8>
  %y = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf16>
  return %y : tensor<?xf16>
}

// -----

// The multiplier is computed once a channel, on vectors too.
// CHECK-LABEL: func @requantize
// CHECK-SAME: (%[[A:.*]]: tensor<?x1000xi32>, %[[S:.*]]: tensor<1000xf32>, %{{.*}}: tensor<f32>, %[[Z:.*]]: tensor<i8>)
// CHECK: scf.for
// V4: quant_ext.apply_multiplier %{{.*}} -> vector<64xf32>
// V3: quant_ext.apply_multiplier %{{.*}} -> vector<32xf32>
// CHECK: tensor.empty(%{{.*}}) : tensor<?x1000xi8>
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
// CHECK-DAG: %[[ACC:.*]] = vector.transfer_read %[[A]][%[[ROW]], %[[I]]]
// CHECK-DAG: %[[M:.*]] = vector.transfer_read %{{.*}}[%[[I]]], {{.*}} : tensor<1000xf32>
// CHECK-DAG: %[[Z0:.*]] = tensor.extract %[[Z]][]
// CHECK-DAG: %[[ZERO:.*]] = vector.broadcast %[[Z0]]
// CHECK: quant_ext.apply_requantize %[[ACC]] by %[[M]] out(%[[ZERO]])
// V4-SAME: -> vector<64xi8>
// V3-SAME: -> vector<32xi8>
func.func @requantize(%a: tensor<?x1000xi32>, %s: tensor<1000xf32>, %t: tensor<f32>, %z: tensor<i8>) -> tensor<?x1000xi8> {
  %q = quant_ext.requantize %a in(%s) out(%t, %z) axis = 1 storage_in = <i32> storage = <i8> : (tensor<?x1000xi32>, tensor<1000xf32>, tensor<f32>, tensor<i8>) -> tensor<?x1000xi8>
  return %q : tensor<?x1000xi8>
}

// -----

// The index of a lane is the vector's own and the lane's number.
// CHECK-LABEL: func @index
// CHECK: vector.step
// V3: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args
// V3: %[[NUMBER:.*]] = arith.index_cast %[[I]] : index to i32
// V3: tensor.insert %[[NUMBER]]
func.func @index(%init: tensor<100xi32>) -> tensor<100xi32> {
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      outs(%init : tensor<100xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i32
    linalg.yield %j : i32
  } -> tensor<100xi32>
  return %y : tensor<100xi32>
}

// -----

// One element needs no loop.
// CHECK-LABEL: func @one_element
// CHECK-SAME: (%[[X:.*]]: tensor<f32>, %[[INIT:.*]]: tensor<f32>)
// CHECK-NEXT: %[[A:.*]] = tensor.extract %[[X]][]
// CHECK-NEXT: %[[B:.*]] = math.absf %[[A]]
// CHECK-NEXT: %[[Y:.*]] = tensor.insert %[[B]] into %[[INIT]][]
// CHECK-NEXT: return %[[Y]]
func.func @one_element(%x: tensor<f32>, %init: tensor<f32>) -> tensor<f32> {
  %y = linalg.abs ins(%x : tensor<f32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// CHECK-LABEL: func @no_elements
// CHECK-SAME: (%{{.*}}: tensor<?x0xf32>, %[[INIT:.*]]: tensor<?x0xf32>)
// CHECK-NOT: vector.
// CHECK-NOT: tensor.extract
// CHECK: return
func.func @no_elements(%x: tensor<?x0xf32>, %init: tensor<?x0xf32>) -> tensor<?x0xf32> {
  %y = linalg.abs ins(%x : tensor<?x0xf32>) outs(%init : tensor<?x0xf32>) -> tensor<?x0xf32>
  return %y : tensor<?x0xf32>
}

// -----

// CHECK-LABEL: func @unused
// CHECK-NEXT: return
func.func @unused(%x: tensor<64xf32>, %init: tensor<64xf32>) {
  %y = linalg.abs ins(%x : tensor<64xf32>) outs(%init : tensor<64xf32>) -> tensor<64xf32>
  return
}

// -----

// No dimension is contiguous on both sides.
// CHECK-LABEL: func @transpose
// CHECK-NEXT: linalg.transpose
func.func @transpose(%x: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.transpose ins(%x : tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) permutation = [1, 0]
  return %y : tensor<?x?xf32>
}

// -----

// A vector of i1 is packed, and a tensor of them is not.
// CHECK-LABEL: func @no_whole_bytes
// CHECK-NEXT: linalg.map
func.func @no_whole_bytes(%x: tensor<64xf32>, %init: tensor<64xi1>) -> tensor<64xi1> {
  %y = linalg.map ins(%x : tensor<64xf32>) outs(%init : tensor<64xi1>) (%a: f32, %out: i1) {
    %b = arith.cmpf uno, %a, %a : f32
    linalg.yield %b : i1
  }
  return %y : tensor<64xi1>
}

// -----

// CHECK-LABEL: func @body_without_vector_form
// CHECK-NEXT: linalg.map
func.func @body_without_vector_form(%x: tensor<64xindex>, %t: tensor<10xf32>, %init: tensor<64xf32>) -> tensor<64xf32> {
  %y = linalg.map ins(%x : tensor<64xindex>) outs(%init : tensor<64xf32>) (%a: index, %out: f32) {
    %b = tensor.extract %t[%a] : tensor<10xf32>
    linalg.yield %b : f32
  }
  return %y : tensor<64xf32>
}

// -----

// CHECK-LABEL: func @on_buffers
// CHECK-NEXT: linalg.abs
func.func @on_buffers(%x: memref<64xf32>, %init: memref<64xf32>) {
  linalg.abs ins(%x : memref<64xf32>) outs(%init : memref<64xf32>)
  return
}

// -----

// A slice that is a scalar, or a row, has no gaps that matter: the dimensions of
// what is quantized by it are collapsed all the same.
// CHECK-LABEL: func.func @sliced_scale(
// CHECK: tensor.collapse_shape %{{.*}} : tensor<4x64xf32> into tensor<256xf32>
func.func @sliced_scale(%x: tensor<4x64xf32>, %s: tensor<1x1xf32>, %e: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %scale = tensor.extract_slice %s[0, 0] [1, 1] [1, 1] : tensor<1x1xf32> to tensor<f32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x, %scale : tensor<4x64xf32>, tensor<f32>) outs(%e : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %v = arith.mulf %a, %b : f32
    linalg.yield %v : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// -----

// Elements of no bits are left to scalar loops.
// CHECK-LABEL: func @no_bits
// CHECK-NOT: vector.
// CHECK: linalg.generic
func.func @no_bits(%q: tensor<4xi0>, %o: tensor<4xf32>) -> tensor<4xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%q : tensor<4xi0>) outs(%o : tensor<4xf32>) {
  ^bb0(%a: i0, %b: f32):
    %c = arith.sitofp %a : i0 to f32
    linalg.yield %c : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// No power of 2 above the size is a number.
// CHECK-LABEL: func @all_of_memory
// CHECK: quant_ext.apply_quantize
func.func @all_of_memory(%x: tensor<9223372036854775807xf32>, %s: tensor<f32>) -> tensor<9223372036854775807xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<9223372036854775807xf32>, tensor<f32>) -> tensor<9223372036854775807xi8>
  return %q : tensor<9223372036854775807xi8>
}
