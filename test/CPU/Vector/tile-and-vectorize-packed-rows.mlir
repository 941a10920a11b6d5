// Rows of elements that are joined to bytes, laid side by side.

// DEFINE: %{options} =
// DEFINE: %{vectorize} = %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-tile-and-vectorize{%{options}}),canonicalize,cse)" --split-input-file %s
// REDEFINE: %{options} = target=x86-64-v4
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V4
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V3

// Fewer elements than a byte has are a byte all the same; a size that is given is
// not doubled.
// REDEFINE: %{options} = target=x86-64-v4 tile-size=2
// RUN: %{vectorize} | FileCheck %s --check-prefix=TWO
// TWO-NOT: vector<{{[0-9]*}}{{[5-9]|[0-9][0-9]}}x

// Blocks of 32 joined to 16 bytes: 4 of them fill a register of AVX-512, 1 is all
// that AVX2 takes. What is read goes on from each to the next.
// V4-DAG: #[[ELEMENT:.*]] = affine_map<(d0) -> (d0 * 32)>
// V4-DAG: #[[BYTE:.*]] = affine_map<(d0) -> (d0 * 16)>
// CHECK-LABEL: func @packed_blocks
// V4-SAME: (%[[X:.*]]: tensor<6x10x16x2xf32>, %[[S:.*]]: tensor<6x10xf32>, %[[Y:.*]]: tensor<6x10x16xi8>)
// V4-DAG: %[[C4:.*]] = arith.constant 4 : index
// V4-DAG: %[[SCALES:.*]] = tensor.collapse_shape %[[S]] {{\[\[}}0, 1]] : tensor<6x10xf32> into tensor<60xf32>
// V4-DAG: %[[FROM:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1, 2, 3]]
// V4-DAG: %[[TO:.*]] = tensor.collapse_shape %[[Y]] {{\[\[}}0, 1, 2]]
// V4: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step %[[C4]] iter_args(%[[DEST:.*]] = %[[TO]])
// V4: %[[FIRST:.*]] = affine.apply #[[ELEMENT]](%[[ROW]])
// V4: %[[READ:.*]] = vector.transfer_read %[[FROM]][%[[FIRST]]], %{{.*}} : tensor<1920xf32>, vector<128xf32>
// V4: vector.deinterleave %[[READ]] : vector<128xf32> -> vector<64xf32>
// V4: %[[FEW:.*]] = vector.transfer_read %[[SCALES]][%[[ROW]]], %{{.*}} : tensor<60xf32>, vector<4xf32>
// V4: vector.shuffle %[[FEW]], %[[FEW]] [0, 0, {{.*}}, 0, 1, {{.*}}, 1, 2, {{.*}}, 2, 3, {{.*}}, 3] : vector<4xf32>
// V4: %[[AT:.*]] = affine.apply #[[BYTE]](%[[ROW]])
// V4: vector.transfer_write %{{.*}}, %[[DEST]][%[[AT]]] {{.*}} : vector<64xi8>, tensor<960xi8>
// V3: vector.transfer_write {{.*}} : vector<16xi8>, tensor<60x16xi8>
func.func @packed_blocks(%x: tensor<6x10x16x2xf32>, %s: tensor<6x10xf32>, %y: tensor<6x10x16xi8>) -> tensor<6x10x16xi8> {
  %c0 = arith.constant 0 : i8
  %init = linalg.fill ins(%c0 : i8) outs(%y : tensor<6x10x16xi8>) -> tensor<6x10x16xi8>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %s : tensor<6x10x16x2xf32>, tensor<6x10xf32>) outs(%init : tensor<6x10x16xi8>) {
  ^bb0(%a: f32, %b: f32, %out: i8):
    %q = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    %wide = arith.extui %q : i4 to i8
    %i = linalg.index 3 : index
    %c4 = arith.constant 4 : index
    %bits = arith.muli %i, %c4 : index
    %shift = arith.index_cast %bits : index to i8
    %moved = arith.shli %wide, %shift : i8
    %both = arith.ori %out, %moved : i8
    linalg.yield %both : i8
  } -> tensor<6x10x16xi8>
  return %r : tensor<6x10x16xi8>
}

// -----

// Blocks of 8 in 2 bits are 2 bytes: 16 of them make 32, of 128 elements. What is
// left of an unknown number is masked, four elements a byte.
// CHECK-LABEL: func @two_bits
// V4-DAG: %[[C16:.*]] = arith.constant 16 : index
// V4: scf.for %{{.*}} to %{{.*}} step %[[C16]]
// V4: vector.transfer_read %{{.*}} : tensor<?xf32>, vector<128xf32>
// V4: vector.transfer_read %{{.*}} : tensor<?xf32>, vector<16xf32>
// V4: vector.transfer_write %{{.*}} : vector<32xi8>, tensor<?xi8>
// V4: %[[ELEMENTS:.*]] = vector.create_mask %{{.*}} : vector<128xi1>
// V4: vector.transfer_read %{{.*}}, %{{.*}}, %[[ELEMENTS]] {{.*}} vector<128xf32>
// V4: %[[BYTES:.*]] = vector.create_mask %{{.*}} : vector<32xi1>
// V4: vector.transfer_write %{{.*}}, %[[BYTES]]
func.func @two_bits(%x: tensor<?x2x4xf32>, %s: tensor<?xf32>, %y: tensor<?x2xi8>) -> tensor<?x2xi8> {
  %c0 = arith.constant 0 : i8
  %init = linalg.fill ins(%c0 : i8) outs(%y : tensor<?x2xi8>) -> tensor<?x2xi8>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %s : tensor<?x2x4xf32>, tensor<?xf32>) outs(%init : tensor<?x2xi8>) {
  ^bb0(%a: f32, %b: f32, %out: i8):
    %q = quant_ext.apply_quantize %a, %b storage = <i2> : (f32, f32) -> i2
    %wide = arith.extui %q : i2 to i8
    %i = linalg.index 2 : index
    %bits = arith.constant 2 : index
    %at = arith.muli %i, %bits : index
    %shift = arith.index_cast %at : index to i8
    %moved = arith.shli %wide, %shift : i8
    %both = arith.ori %out, %moved : i8
    linalg.yield %both : i8
  } -> tensor<?x2xi8>
  return %r : tensor<?x2xi8>
}

// -----

// A part of each row leaves gaps between them: rows are taken one by one.
// CHECK-LABEL: func @gaps
// CHECK: scf.for
// V4: vector.transfer_read %{{.*}} : tensor<8x32xf32>, vector<32xf32>
// V4: vector.transfer_write %{{.*}} : vector<16xi8>, tensor<8x16xi8>
func.func @gaps(%w: tensor<8x20x2xf32>, %s: tensor<8xf32>, %y: tensor<8x16xi8>) -> tensor<8x16xi8> {
  %c0 = arith.constant 0 : i8
  %x = tensor.extract_slice %w[0, 0, 0] [8, 16, 2] [1, 1, 1] : tensor<8x20x2xf32> to tensor<8x16x2xf32>
  %init = linalg.fill ins(%c0 : i8) outs(%y : tensor<8x16xi8>) -> tensor<8x16xi8>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %s : tensor<8x16x2xf32>, tensor<8xf32>) outs(%init : tensor<8x16xi8>) {
  ^bb0(%a: f32, %b: f32, %out: i8):
    %q = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    %wide = arith.extui %q : i4 to i8
    %i = linalg.index 2 : index
    %bits = arith.constant 4 : index
    %at = arith.muli %i, %bits : index
    %shift = arith.index_cast %at : index to i8
    %moved = arith.shli %wide, %shift : i8
    %both = arith.ori %out, %moved : i8
    linalg.yield %both : i8
  } -> tensor<8x16xi8>
  return %r : tensor<8x16xi8>
}

// -----

// Scales of a byte's first and second element.
// CHECK-LABEL: func @scales_of_steps
// CHECK-NOT: vector.shuffle
// V4: vector.transfer_write %{{.*}} : vector<16xi8>, tensor<8x16xi8>
func.func @scales_of_steps(%x: tensor<8x16x2xf32>, %s: tensor<8x2xf32>, %y: tensor<8x16xi8>) -> tensor<8x16xi8> {
  %c0 = arith.constant 0 : i8
  %init = linalg.fill ins(%c0 : i8) outs(%y : tensor<8x16xi8>) -> tensor<8x16xi8>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %s : tensor<8x16x2xf32>, tensor<8x2xf32>) outs(%init : tensor<8x16xi8>) {
  ^bb0(%a: f32, %b: f32, %out: i8):
    %q = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    %wide = arith.extui %q : i4 to i8
    %i = linalg.index 2 : index
    %bits = arith.constant 4 : index
    %at = arith.muli %i, %bits : index
    %shift = arith.index_cast %at : index to i8
    %moved = arith.shli %wide, %shift : i8
    %both = arith.ori %out, %moved : i8
    linalg.yield %both : i8
  } -> tensor<8x16xi8>
  return %r : tensor<8x16xi8>
}

// -----

// Scales of columns take registers of their own: no more elements at a time than
// without joining.
// CHECK-LABEL: func @scales_of_columns
// V4: vector.transfer_read %{{.*}} : tensor<{{.*}}>, vector<64xf32>
// V4: vector.transfer_write %{{.*}} : vector<32xi8>, tensor<4x128xi8>
// V3: vector.transfer_write %{{.*}} : vector<16xi8>, tensor<4x128xi8>
func.func @scales_of_columns(%x: tensor<4x128x2xf32>, %s: tensor<128x2xf32>, %y: tensor<4x128xi8>) -> tensor<4x128xi8> {
  %c0 = arith.constant 0 : i8
  %init = linalg.fill ins(%c0 : i8) outs(%y : tensor<4x128xi8>) -> tensor<4x128xi8>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %s : tensor<4x128x2xf32>, tensor<128x2xf32>) outs(%init : tensor<4x128xi8>) {
  ^bb0(%a: f32, %b: f32, %out: i8):
    %q = quant_ext.apply_quantize %a, %b storage = <i4> : (f32, f32) -> i4
    %wide = arith.extui %q : i4 to i8
    %i = linalg.index 2 : index
    %bits = arith.constant 4 : index
    %at = arith.muli %i, %bits : index
    %shift = arith.index_cast %at : index to i8
    %moved = arith.shli %wide, %shift : i8
    %both = arith.ori %out, %moved : i8
    linalg.yield %both : i8
  } -> tensor<4x128xi8>
  return %r : tensor<4x128xi8>
}

// -----

// The index of the first dimension keeps it apart; the others become one.
// CHECK-LABEL: func @index_of_rows
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step
// CHECK: arith.index_cast %[[ROW]] : index to i32
// V4: vector.transfer_write %{{.*}} : vector<64xi32>, tensor<3x128xi32>
func.func @index_of_rows(%x: tensor<3x4x32xi32>, %y: tensor<3x4x32xi32>) -> tensor<3x4x32xi32> {
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<3x4x32xi32>) outs(%y : tensor<3x4x32xi32>) {
  ^bb0(%a: i32, %out: i32):
    %i = linalg.index 0 : index
    %n = arith.index_cast %i : index to i32
    %sum = arith.addi %a, %n : i32
    linalg.yield %sum : i32
  } -> tensor<3x4x32xi32>
  return %r : tensor<3x4x32xi32>
}
