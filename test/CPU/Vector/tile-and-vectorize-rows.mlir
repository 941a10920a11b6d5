// Rows that fill no whole vectors, laid side by side. The quant_ext operations
// come from their conversion, so that what is tested is the form that the
// pipeline has.

// DEFINE: %{options} =
// DEFINE: %{vectorize} = %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-tile-and-vectorize{%{options}}),canonicalize,cse)" --split-input-file %s
// REDEFINE: %{options} = target=x86-64-v4
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V4
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V3

// 64 rows of 3 are 3 vectors of 64: the second starts in column 64 mod 3 = 1,
// the third in column 128 mod 3 = 2. What is left is in one of the three
// vectors, or in none, so that each has a loop of at most one step.
// V4-DAG: #[[STEPS:.*]] = affine_map<()[s0] -> ((s0 floordiv 64) * 64)>
// V4-DAG: #[[FIRST:.*]] = affine_map<(d0) -> (d0 * 3)>
// V4-DAG: #[[SECOND:.*]] = affine_map<(d0) -> (d0 * 3 + 64)>
// V4-DAG: #[[THIRD:.*]] = affine_map<(d0) -> (d0 * 3 + 128)>
// V4-DAG: #[[LEFT:.*]] = affine_map<()[s0] -> (s0 * 3 - (s0 floordiv 64) * 192)>
// V4-DAG: #[[AT:.*]] = affine_map<(d0)[s0] -> (d0 + (s0 floordiv 64) * 192)>
// V4-DAG: #[[ACTIVE:.*]] = affine_map<(d0)[s0] -> (-d0 + s0 * 3 - (s0 floordiv 64) * 192)>
// CHECK-LABEL: func @three_channels
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>, %[[S:.*]]: tensor<3xf32>)
// V4-DAG: %[[C0:.*]] = arith.constant 0 : index
// V4-DAG: %[[C64:.*]] = arith.constant 64 : index
// V4-DAG: %[[C128:.*]] = arith.constant 128 : index
// V4-DAG: %[[C192:.*]] = arith.constant 192 : index
// V4-DAG: %[[ROWS:.*]] = tensor.dim %[[X]], %[[C0]]
// V4-DAG: %[[FLAT:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1]] : tensor<?x3xf32> into tensor<?xf32>
// V4-DAG: %[[END:.*]] = affine.apply #[[STEPS]]()[%[[ROWS]]]
// V4: scf.for %[[ROW:.*]] = %[[C0]] to %[[END]] step %[[C64]]
// V4: %[[I0:.*]] = affine.apply #[[FIRST]](%[[ROW]])
// V4: vector.transfer_read %[[FLAT]][%[[I0]]], %{{.*}} {in_bounds = [true]} : tensor<?xf32>, vector<64xf32>
// V4: %[[SCALES:.*]] = vector.transfer_read %[[S]][%[[C0]]], %{{.*}} {in_bounds = [true]} : tensor<3xf32>, vector<3xf32>
// V4: vector.shuffle %[[SCALES]], %[[SCALES]] [0, 1, 2, 0, 1, 2, {{.*}}, 2, 0] : vector<3xf32>
// V4: %[[I1:.*]] = affine.apply #[[SECOND]](%[[ROW]])
// V4: vector.transfer_read %[[FLAT]][%[[I1]]]
// V4: vector.shuffle %[[SCALES]], %[[SCALES]] [1, 2, 0, 1, 2, 0, {{.*}}, 0, 1] : vector<3xf32>
// V4: %[[I2:.*]] = affine.apply #[[THIRD]](%[[ROW]])
// V4: vector.transfer_read %[[FLAT]][%[[I2]]]
// V4: vector.shuffle %[[SCALES]], %[[SCALES]] [2, 0, 1, 2, 0, 1, {{.*}}, 1, 2] : vector<3xf32>
// V4: %[[Q2:.*]] = quant_ext.apply_quantize {{.*}} -> vector<64xi8>
// V4: vector.transfer_write %[[Q2]], %{{.*}}[%[[I2]]] {in_bounds = [true]} : vector<64xi8>, tensor<?xi8>
// V4: scf.yield

// V4: %[[COUNT:.*]] = affine.apply #[[LEFT]]()[%[[ROWS]]]
// V4: scf.for %{{.*}} = %[[C0]] to %[[COUNT]] step %[[C192]]
// V4: vector.shuffle %{{.*}} [0, 1, 2, 0, {{.*}}, 2, 0] : vector<3xf32>
// V4: scf.for %[[J:.*]] = %[[C64]] to %[[COUNT]] step %[[C192]]
// V4: %[[IN:.*]] = affine.apply #[[AT]](%[[J]])[%[[ROWS]]]
// V4: %[[LANES:.*]] = affine.apply #[[ACTIVE]](%[[J]])[%[[ROWS]]]
// V4: %[[MASK:.*]] = vector.create_mask %[[LANES]] : vector<64xi1>
// V4: vector.transfer_read %[[FLAT]][%[[IN]]], %{{.*}}, %[[MASK]] {in_bounds = [true]}
// V4: vector.shuffle %{{.*}} [1, 2, 0, 1, {{.*}}, 0, 1] : vector<3xf32>
// V4: vector.transfer_write %{{.*}}, %{{.*}}[%[[IN]]], %[[MASK]] {in_bounds = [true]}
// V4: scf.for %{{.*}} = %[[C128]] to %[[COUNT]] step %[[C192]]
// V4: vector.shuffle %{{.*}} [2, 0, 1, 2, {{.*}}, 1, 2] : vector<3xf32>
// V4-NOT: scf.for
// V4: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [%[[ROWS]], 3] : tensor<?xi8> into tensor<?x3xi8>

// Without masks: 32 rows, 8 rows, and the rows that are left.
// V3-DAG: %[[C0:.*]] = arith.constant 0 : index
// V3-DAG: %[[C1:.*]] = arith.constant 1 : index
// V3-DAG: %[[C3:.*]] = arith.constant 3 : index
// V3-DAG: %[[C8:.*]] = arith.constant 8 : index
// V3-DAG: %[[C32:.*]] = arith.constant 32 : index
// V3: scf.for %{{.*}} = %[[C0]] to %[[END:.*]] step %[[C32]]
// V3-COUNT-3: quant_ext.apply_quantize {{.*}} -> vector<32xi8>
// V3: scf.for %{{.*}} = %[[END]] to %[[NARROW_END:.*]] step %[[C8]]
// V3: vector.shuffle %{{.*}} [0, 1, 2, 0, 1, 2, 0, 1] : vector<3xf32>
// V3: vector.shuffle %{{.*}} [2, 0, 1, 2, 0, 1, 2, 0] : vector<3xf32>
// V3: vector.shuffle %{{.*}} [1, 2, 0, 1, 2, 0, 1, 2] : vector<3xf32>
// V3: scf.for %{{.*}} = %[[NARROW_END]] to %{{.*}} step %[[C1]]
// V3: scf.for %[[COLUMN:.*]] = %[[C0]] to %[[C3]] step %[[C1]]
// V3: tensor.extract %[[S]][%[[COLUMN]]]
// V3: quant_ext.apply_quantize {{.*}} -> i8
// V3-NOT: create_mask
// CHECK: return
func.func @three_channels(%x: tensor<?x3xf32>, %s: tensor<3xf32>) -> tensor<?x3xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi8>
  return %q : tensor<?x3xi8>
}

// -----

// Fewer rows than a step has: 5 * 12 = 60 of 64 lanes, or 2 rows in 3 vectors
// of 8, twice, and 12 = 8 + 4.
// CHECK-LABEL: func @few_rows
// V4-NOT: scf.for
// V4: %[[MASK:.*]] = vector.constant_mask [60] : vector<64xi1>
// V4: vector.transfer_read %{{.*}}, %[[MASK]] {in_bounds = [true]} : tensor<60xf32>, vector<64xf32>
// V4: vector.transfer_write %{{.*}}, %[[MASK]] {in_bounds = [true]} : vector<64xi8>, tensor<60xi8>
// V4-NOT: quant_ext.apply_quantize
// V3: scf.for
// V3-COUNT-3: quant_ext.apply_quantize {{.*}} -> vector<8xi8>
// V3: scf.yield
// V3: quant_ext.apply_quantize {{.*}} -> vector<8xi8>
// V3: scf.for %{{.*}} = %c8{{.*}} to %c12{{.*}} step
// V3: quant_ext.apply_quantize {{.*}} -> i8
// CHECK: return
func.func @few_rows(%x: tensor<5x12xf32>, %s: tensor<12xf32>) -> tensor<5x12xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<5x12xf32>, tensor<12xf32>) -> tensor<5x12xi8>
  return %q : tensor<5x12xi8>
}

// -----

// To reach whole vectors takes 25 of 64 lanes, more than are unrolled: 5 rows
// leave 3 lanes of 2 vectors idle. Without masks, 8 rows are 6 vectors of 32 and
// one of 8.
// CHECK-LABEL: func @idle_lanes
// V4: scf.for %{{.*}} step %c5
// V4: quant_ext.apply_quantize {{.*}} -> vector<64xi8>
// V4: %[[READ:.*]] = vector.transfer_read %{{.*}}, %[[MASK:.*]] {in_bounds = [true]} : tensor<5000xf32>, vector<64xf32>
// V4: quant_ext.apply_quantize %[[READ]]
// V4: vector.transfer_write %{{.*}}, %[[MASK]] {in_bounds = [true]} : vector<64xi8>, tensor<5000xi8>
// V4: scf.yield
// V4-NOT: quant_ext.apply_quantize
// V3: scf.for %{{.*}} step %c8
// V3-COUNT-6: quant_ext.apply_quantize {{.*}} -> vector<32xi8>
// V3: quant_ext.apply_quantize {{.*}} -> vector<8xi8>
// V3: scf.yield
// V3-NOT: quant_ext.apply_quantize
// CHECK: return
func.func @idle_lanes(%x: tensor<200x25xf32>, %s: tensor<25xf32>) -> tensor<200x25xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<200x25xf32>, tensor<25xf32>) -> tensor<200x25xi8>
  return %q : tensor<200x25xi8>
}

// -----

// A scale for each row, which its 7 lanes share: vector i of 7 has rows 64 * i /
// 7 to (64 * i + 63) / 7, at most 11, for which 16 scales are read at once. Those
// of the last vector end with the 64th row.
// V4-DAG: #[[LAST:.*]] = affine_map<(d0) -> (d0 + 48)>
// CHECK-LABEL: func @middle_axis
// CHECK-SAME: (%{{.*}}: tensor<?x?x7xi8>, %[[S:.*]]: tensor<?xf32>)
// CHECK: scf.for
// V4: scf.for %[[ROW:.*]] = %{{.*}} step %c64
// V4: %[[SCALES:.*]] = vector.transfer_read %[[S]][%[[ROW]]], %{{.*}} {in_bounds = [true]} : tensor<?xf32>, vector<16xf32>
// V4: vector.shuffle %[[SCALES]], %[[SCALES]] [0, 0, 0, 0, 0, 0, 0, 1, {{.*}}, 8, 9] : vector<16xf32>
// V4: %[[AT:.*]] = affine.apply #[[LAST]](%[[ROW]])
// V4: %[[LAST:.*]] = vector.transfer_read %[[S]][%[[AT]]], %{{.*}} {in_bounds = [true]} : tensor<?xf32>, vector<16xf32>
// V4: vector.shuffle %[[LAST]], %[[LAST]] [6, 7, 7, 7, 7, 7, 7, 7, {{.*}}, 15, 15, 15, 15, 15, 15, 15] : vector<16xf32>
// V4: quant_ext.apply_dequantize {{.*}} -> vector<64xf32>
// V4: scf.yield
// The last rows have a mask of their own for the scales.
// V4: %[[MASK:.*]] = vector.create_mask %{{.*}} : vector<16xi1>
// V4: vector.transfer_read %[[S]][%{{.*}}], %{{.*}}, %[[MASK]] {in_bounds = [true]} : tensor<?xf32>, vector<16xf32>
// V3: scf.for %[[ROW:.*]] = %{{.*}} step %c32
// V3: vector.transfer_read %[[S]][%[[ROW]]], %{{.*}} {in_bounds = [true]} : tensor<?xf32>, vector<8xf32>
// V3: vector.shuffle %{{.*}} [0, 0, 0, 0, 0, 0, 0, 1, {{.*}}, 3, 4, 4, 4, 4] : vector<8xf32>
func.func @middle_axis(%q: tensor<?x?x7xi8>, %s: tensor<?xf32>) -> tensor<?x?x7xf32> {
  %x = quant_ext.dequantize %q, %s axis = 1 storage = <i8> : (tensor<?x?x7xi8>, tensor<?xf32>) -> tensor<?x?x7xf32>
  return %x : tensor<?x?x7xf32>
}

// -----

// The scales of single columns are neighbours themselves.
// CHECK-LABEL: func @single_column
// CHECK-SAME: (%{{.*}}: tensor<2x64x1xf32>, %[[S:.*]]: tensor<64xf32>)
// CHECK-NOT: vector.shuffle
// V4: %[[SCALES:.*]] = vector.transfer_read %[[S]][%{{.*}}], %{{.*}} {in_bounds = [true]} : tensor<64xf32>, vector<64xf32>
// V3: %[[SCALES:.*]] = vector.transfer_read %[[S]][%{{.*}}], %{{.*}} {in_bounds = [true]} : tensor<64xf32>, vector<32xf32>
// CHECK: quant_ext.apply_quantize %{{.*}}, %[[SCALES]]
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @single_column(%x: tensor<2x64x1xf32>, %s: tensor<64xf32>) -> tensor<2x64x1xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<2x64x1xf32>, tensor<64xf32>) -> tensor<2x64x1xi8>
  return %q : tensor<2x64x1xi8>
}

// -----

// Any elementwise operation will do, one that reads what it overwrites too.
// CHECK-LABEL: func @bias
// CHECK-SAME: (%[[B:.*]]: tensor<3xf32>, %[[R:.*]]: tensor<6400xf32>, %[[ACC:.*]]: tensor<6400x3xf32>)
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[ACC]] {{\[\[}}0, 1]] : tensor<6400x3xf32> into tensor<19200xf32>
// CHECK: scf.for {{.*}} iter_args(%[[T:.*]] = %[[FLAT]])
// V4: %[[V:.*]] = vector.transfer_read %[[T]][%{{.*}}]{{.*}}, vector<64xf32>
// V3: %[[V:.*]] = vector.transfer_read %[[T]][%{{.*}}]{{.*}}, vector<32xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[V]], %{{.*}}
// CHECK: %[[SUM2:.*]] = arith.addf %[[SUM]], %{{.*}}
// CHECK: vector.transfer_write %[[SUM2]], %[[T]]
func.func @bias(%b: tensor<3xf32>, %r: tensor<6400xf32>, %acc: tensor<6400x3xf32>) -> tensor<6400x3xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%b, %r : tensor<3xf32>, tensor<6400xf32>) outs(%acc : tensor<6400x3xf32>) {
  ^bb0(%bias: f32, %row: f32, %a: f32):
    %v = arith.addf %a, %bias : f32
    %w = arith.addf %v, %row : f32
    linalg.yield %w : f32
  } -> tensor<6400x3xf32>
  return %y : tensor<6400x3xf32>
}

// -----

// A part of each row has gaps before the next.
// CHECK-LABEL: func @parts_of_rows
// CHECK: %[[SLICE:.*]] = tensor.extract_slice
// CHECK-NOT: tensor.collapse_shape
// V4: vector.transfer_read %[[SLICE]][%{{.*}}, %{{.*}}]{{.*}} : tensor<40x3xf32>, vector<4xf32>
// V3: tensor.extract %[[SLICE]][%{{.*}}, %{{.*}}]
// CHECK-NOT: tensor.collapse_shape
// CHECK: return
func.func @parts_of_rows(%x: tensor<40x5xf32>, %s: tensor<3xf32>) -> tensor<40x3xi8> {
  %part = tensor.extract_slice %x[0, 0] [40, 3] [1, 1] : tensor<40x5xf32> to tensor<40x3xf32>
  %q = quant_ext.quantize %part, %s axis = 1 storage = <i8> : (tensor<40x3xf32>, tensor<3xf32>) -> tensor<40x3xi8>
  return %q : tensor<40x3xi8>
}

// -----

// So has what is computed in the place of a part.
// CHECK-LABEL: func @into_parts_of_rows
// CHECK-NOT: tensor.collapse_shape
// CHECK: tensor.insert_slice
func.func @into_parts_of_rows(%x: tensor<40x3xf32>, %s: tensor<3xf32>, %whole: tensor<40x5xi8>) -> tensor<40x5xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<40x3xf32>, tensor<3xf32>) -> tensor<40x3xi8>
  %r = tensor.insert_slice %q into %whole[0, 0] [40, 3] [1, 1] : tensor<40x3xi8> into tensor<40x5xi8>
  return %r : tensor<40x5xi8>
}

// -----

// Blocks of rows that have no others beside them, whose number is known at run
// time only: two at a time, in a part of each row,
// where a vector has room for them.
// V4-LABEL: func @blocks_of_unknown_number
// V4-SAME: %[[X:[^ ]*]]: tensor<?x?xf32>
// V4: %[[PART:.*]] = tensor.extract_slice %[[X]]
// V4: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
// V4: scf.for %[[BLOCK:.*]] = %{{.*}} to %{{.*}} step %c2
// V4: %[[FIRST:.*]] = affine.apply #{{.*}}(%[[BLOCK]])
// V4: vector.transfer_read %[[PART]][%[[I]], %[[FIRST]]], {{.*}} : tensor<?x?xf32>, vector<64xf32>
// V4: vector.transfer_read %{{.*}}[%[[I]], %[[BLOCK]]], {{.*}} : tensor<?x?xf32>, vector<2xf32>
func.func @blocks_of_unknown_number(%x: tensor<?x?xf32>, %s: tensor<?x?xf32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

// -----

// Every other element, and elements of a column, are no neighbours.
// CHECK-LABEL: func @every_other
// CHECK: tensor.expand_shape
// CHECK-NOT: vector<64xf32>
// CHECK-LABEL: func @column
// CHECK: tensor.expand_shape
// CHECK-NOT: vector<64xf32>
// CHECK: return
func.func @every_other(%x: tensor<128xf32>, %s: tensor<2xf32>, %e: tensor<2x32xi8>) -> tensor<2x32xi8> {
  %part = tensor.extract_slice %x[0] [64] [2] : tensor<128xf32> to tensor<64xf32>
  %rows = tensor.expand_shape %part [[0, 1]] output_shape [2, 32] : tensor<64xf32> into tensor<2x32xf32>
  %q = quant_ext.quantize %rows, %s axis = 0 storage = <i8> : (tensor<2x32xf32>, tensor<2xf32>) -> tensor<2x32xi8>
  return %q : tensor<2x32xi8>
}
func.func @column(%x: tensor<64x2xf32>, %s: tensor<2xf32>, %e: tensor<2x32xi8>) -> tensor<2x32xi8> {
  %part = tensor.extract_slice %x[0, 1] [64, 1] [1, 1] : tensor<64x2xf32> to tensor<64xf32>
  %rows = tensor.expand_shape %part [[0, 1]] output_shape [2, 32] : tensor<64xf32> into tensor<2x32xf32>
  %q = quant_ext.quantize %rows, %s axis = 0 storage = <i8> : (tensor<2x32xf32>, tensor<2xf32>) -> tensor<2x32xi8>
  return %q : tensor<2x32xi8>
}

// -----

// Whole rows have none: a thread's part is as good as all of them.
// CHECK-LABEL: func @some_rows
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %{{.*}} : tensor<100x3xf32> to tensor<40x3xf32>
// CHECK: tensor.collapse_shape %[[SLICE]] {{\[\[}}0, 1]] : tensor<40x3xf32> into tensor<120xf32>
func.func @some_rows(%x: tensor<100x3xf32>, %s: tensor<3xf32>, %i: index) -> tensor<40x3xi8> {
  %part = tensor.extract_slice %x[%i, 0] [40, 3] [1, 1] : tensor<100x3xf32> to tensor<40x3xf32>
  %q = quant_ext.quantize %part, %s axis = 1 storage = <i8> : (tensor<40x3xf32>, tensor<3xf32>) -> tensor<40x3xi8>
  return %q : tensor<40x3xi8>
}

// -----

// Whoever asks for its index gets the one of its row.
// CHECK-LABEL: func @index
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @index(%b: tensor<3xindex>, %init: tensor<50x3xindex>) -> tensor<50x3xindex> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%b : tensor<3xindex>) outs(%init : tensor<50x3xindex>) {
  ^bb0(%a: index, %out: index):
    %i = linalg.index 0 : index
    %v = arith.addi %a, %i : index
    linalg.yield %v : index
  } -> tensor<50x3xindex>
  return %y : tensor<50x3xindex>
}

// -----

// Long rows stay rows: 15 whole vectors of 64 and one of 40 lanes.
// CHECK-LABEL: func @long_rows
// CHECK-NOT: vector.shuffle
// V4: vector.transfer_read %{{.*}} : tensor<?x1000xf32>, vector<64xf32>
// V3: vector.transfer_read %{{.*}} : tensor<?x1000xf32>, vector<32xf32>
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @long_rows(%x: tensor<?x1000xf32>, %s: tensor<1000xf32>) -> tensor<?x1000xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x1000xf32>, tensor<1000xf32>) -> tensor<?x1000xi8>
  return %q : tensor<?x1000xi8>
}

// -----

// Rows whose size is known at run time: where it is no more than half a vector,
// a step takes the least number of rows that fill whole vectors, and otherwise
// as many as fit in 8 vectors. Parameters are repeated in memory by as many
// doublings as 64 rows take, and steps are rows of their own, in strips where
// that is little enough. Rows of whole vectors, and those of which not two fit,
// stay rows.
// CHECK-LABEL: func @rows_of_unknown_size
// CHECK-SAME: (%[[X:.*]]: tensor<?x?xf32>, %[[S:.*]]: tensor<?xf32>)
// V4-DAG: %[[WIDTH:.*]] = arith.constant 64 : index
// V4-DAG: %[[HALF:.*]] = arith.constant 32 : index
// V4-DAG: %[[LANES:.*]] = arith.constant 512 : index
// V4-DAG: %[[DOUBLINGS:.*]] = arith.constant 6 : index
// V3-DAG: %[[WIDTH:.*]] = arith.constant 32 : index
// V3-DAG: %[[HALF:.*]] = arith.constant 16 : index
// V3-DAG: %[[LANES:.*]] = arith.constant 256 : index
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[ROWS:.*]] = tensor.dim %[[X]], %[[C0]]
// CHECK-DAG: %[[COLUMNS:.*]] = tensor.dim %[[X]], %[[C1]]
// CHECK-DAG: %[[FLAT:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1]] : tensor<?x?xf32> into tensor<?xf32>
// CHECK: %[[AT_LEAST_1:.*]] = arith.maxui %[[COLUMNS]], %[[C1]]
// CHECK: %[[NEGATIVE:.*]] = arith.subi %[[C0]], %[[AT_LEAST_1]]
// CHECK: %[[LOWEST:.*]] = arith.andi %[[AT_LEAST_1]], %[[NEGATIVE]]
// CHECK: %[[DIVISOR:.*]] = arith.minui %[[LOWEST]], %[[WIDTH]]
// CHECK: %[[WHOLE:.*]] = arith.divui %[[WIDTH]], %[[DIVISOR]]
// CHECK: %[[SEVERAL:.*]] = arith.divui %[[LANES]], %[[AT_LEAST_1]]
// CHECK: %[[IS_HALF:.*]] = arith.cmpi ule, %[[COLUMNS]], %[[HALF]]
// CHECK: %[[IS_WHOLE:.*]] = arith.cmpi eq, %[[DIVISOR]], %[[WIDTH]]
// CHECK: %[[FITTING:.*]] = arith.select %[[IS_HALF]], %[[WHOLE]], %[[SEVERAL]]
// CHECK: %[[CHOSEN:.*]] = arith.select %[[IS_WHOLE]], %[[C1]], %[[FITTING]]
// CHECK: %[[STEP:.*]] = arith.minui %[[CHOSEN]], %[[ROWS]]
// CHECK: %[[IS_SHORT:.*]] = arith.cmpi ugt, %[[STEP]], %[[C1]]
// CHECK: scf.if %[[IS_SHORT]]
// CHECK: %[[SIZE:.*]] = arith.muli %[[STEP]], %[[COLUMNS]]
// CHECK: tensor.empty(%[[SIZE]]) : tensor<?xf32>
// V4: %[[REPEATED:.*]]:2 = scf.for %{{.*}} = %[[C0]] to %[[DOUBLINGS]] step %[[C1]] iter_args(%{{.*}}, %[[FILLED:.*]] = %[[COLUMNS]])
// V4: %[[LEFT:.*]] = arith.subi %[[SIZE]], %[[FILLED]]
// V4: %[[COUNT:.*]] = arith.minui %[[LEFT]], %[[FILLED]]
// V4: %[[NEXT:.*]] = arith.addi %[[FILLED]], %[[COUNT]]
// V4: scf.yield %{{.*}}, %[[NEXT]]
// CHECK: %[[STEPS:.*]] = arith.divui %[[ROWS]], %[[STEP]]
// CHECK: scf.if
// CHECK: scf.for %{{.*}} = %[[C0]] to %[[STEPS]] step %c32
// CHECK: scf.for %[[I:[^ ]*]] =
// CHECK: scf.for %[[K:[^ ]*]] =
// V4: vector.transfer_read %[[FLAT]][%{{.*}}], %{{.*}} {in_bounds = [true]} : tensor<?xf32>, vector<64xf32>
// V4: vector.transfer_read %[[REPEATED]]#0[%[[I]]], %{{.*}} {in_bounds = [true]} : tensor<?xf32>, vector<64xf32>
// V4: quant_ext.apply_quantize {{.*}} -> vector<64xi8>
// CHECK: } else {
// The last rows.
// CHECK: %[[ALL:.*]] = arith.muli %[[ROWS]], %[[COLUMNS]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[STEPS]], %[[SIZE]]
// CHECK: %[[LAST:.*]] = arith.subi %[[ALL]], %[[FIRST]]
// CHECK: scf.for %[[I:[^ ]*]] =
// CHECK: quant_ext.apply_quantize
// CHECK: } else {
// CHECK: %[[LITTLE:.*]] = arith.cmpi ult
// CHECK: scf.if %[[LITTLE]]
// CHECK: vector.transfer_read %[[S]][%{{.*}}], %{{.*}} {in_bounds = [true]} : tensor<?xf32>
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [%[[ROWS]], %[[COLUMNS]]] : tensor<?xi8> into tensor<?x?xi8>
func.func @rows_of_unknown_size(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

// -----

// What each row has one of cannot be shuffled there.
// CHECK-LABEL: func @middle_axis_of_unknown_size
// CHECK-NOT: scf.if
// CHECK: return
func.func @middle_axis_of_unknown_size(%x: tensor<?x?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?xi8>
  return %q : tensor<?x?x?xi8>
}

// -----

// Each vector of a step reads the divisors of all its rows, which are read, and
// divided by, once.
// V3-LABEL: func.func @rows_share_divisors(
// V3-SAME: %[[X:.*]]: tensor<16x49xf32>, %[[S:.*]]: tensor<16xf32>)
// V3: scf.for %[[ROW:[^ ]*]] = %{{.*}} to %{{.*}} step %c8
// V3: %[[SCALES:.*]] = vector.transfer_read %[[S]][%[[ROW]]], {{.*}} : tensor<16xf32>, vector<8xf32>
// V3: vector.shuffle %[[SCALES]], %[[SCALES]] [0, 0, {{.*}}, 0] : vector<8xf32>, vector<8xf32>
// V3: vector.shuffle %[[SCALES]], %[[SCALES]] [0, {{.*}}, 0, 1, {{.*}}, 1] : vector<8xf32>, vector<8xf32>
// V3: vector.shuffle %[[SCALES]], %[[SCALES]] [7, 7, 7, 7, 7, 7, 7, 7] : vector<8xf32>, vector<8xf32>
// V3-NOT: tensor<16xf32>, vector
// V3: return
func.func @rows_share_divisors(%x: tensor<16x49xf32>, %s: tensor<16xf32>) -> tensor<16x49xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<16x49xf32>, tensor<16xf32>) -> tensor<16x49xi8>
  return %q : tensor<16x49xi8>
}
