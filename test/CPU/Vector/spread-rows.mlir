// Rows of four parts at a time, where they share more than the nearest cache
// keeps beside what comes from memory.

// DEFINE: %{bytes} =
// DEFINE: %{vectorize} = %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-tile-and-vectorize{target=x86-64-v4 strip-bytes=%{bytes}}),canonicalize,cse)" --split-input-file %s
// REDEFINE: %{bytes} = -1
// RUN: %{vectorize} | FileCheck %s
// What fits into a cache is not spread.
// REDEFINE: %{bytes} = 10000000
// RUN: %{vectorize} | FileCheck %s --check-prefix=CACHE

// CACHE-NOT: tensor<4x16x

// A quarter of the first-level cache, 32 KiB, is 2,048 scales.
// CHECK-LABEL: func @scales(
// CHECK-SAME: %[[X:.*]]: tensor<64x2048xf32>, %[[S:.*]]: tensor<2048xf32>)
// CHECK-DAG: %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK: %[[PARTS:.*]] = tensor.expand_shape %[[X]] {{\[\[}}0, 1], [2]] output_shape [4, 16, 2048]
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %[[C16]] step
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for %[[PART:.*]] = %{{.*}} to %[[C4]] step
// CHECK: vector.transfer_read %[[PARTS]][%[[PART]], %[[ROW]], %[[J]]]
// CHECK: vector.transfer_read %[[S]][%[[J]]]
// CHECK: vector.transfer_write %{{.*}}[%[[PART]], %[[ROW]], %[[J]]]
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : tensor<4x16x2048xi8> into tensor<64x2048xi8>
func.func @scales(%x: tensor<64x2048xf32>, %s: tensor<2048xf32>) -> tensor<64x2048xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x2048xf32>, tensor<2048xf32>) -> tensor<64x2048xi8>
  return %q : tensor<64x2048xi8>
}

// -----

// A bias for columns counts as well, and a scale for rows is split with them.
// CHECK-LABEL: func @bias(
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [4, 16] : tensor<64xf32> into tensor<4x16xf32>
// CHECK: tensor.extract %{{.*}}[%[[PART:.*]], %[[ROW:.*]]] : tensor<4x16xf32>
func.func @bias(%x: tensor<64x2048xf32>, %b: tensor<2048xf32>, %s: tensor<64xf32>, %e: tensor<64x2048xi8>) -> tensor<64x2048xi8> {
  %q = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%x, %b, %s : tensor<64x2048xf32>, tensor<2048xf32>, tensor<64xf32>) outs(%e : tensor<64x2048xi8>) {
  ^bb0(%v: f32, %a: f32, %t: f32, %o: i8):
    %sum = arith.addf %v, %a : f32
    %r = quant_ext.apply_quantize %sum, %t storage = <i8> : (f32, f32) -> i8
    linalg.yield %r : i8
  } -> tensor<64x2048xi8>
  return %q : tensor<64x2048xi8>
}

// -----

// What knows its row by number would need another.
// CHECK-LABEL: func @row_number(
// CHECK-NOT: tensor.expand_shape
// CHECK: return
func.func @row_number(%x: tensor<64x2048xi32>, %b: tensor<2048xi32>, %e: tensor<64x2048xi32>) -> tensor<64x2048xi32> {
  %q = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%x, %b : tensor<64x2048xi32>, tensor<2048xi32>) outs(%e : tensor<64x2048xi32>) {
  ^bb0(%v: i32, %a: i32, %o: i32):
    %i = linalg.index 0 : index
    %n = arith.index_cast %i : index to i32
    %sum = arith.addi %v, %a : i32
    %r = arith.addi %sum, %n : i32
    linalg.yield %r : i32
  } -> tensor<64x2048xi32>
  return %q : tensor<64x2048xi32>
}

// -----

// One scale less.
// CHECK-LABEL: func @little(
// CHECK-NOT: tensor.expand_shape
// CHECK: return
func.func @little(%x: tensor<64x1984xf32>, %s: tensor<1984xf32>) -> tensor<64x1984xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x1984xf32>, tensor<1984xf32>) -> tensor<64x1984xi8>
  return %q : tensor<64x1984xi8>
}

// -----

// Parts of different sizes, and rows that do not begin at lines together.
// CHECK-LABEL: func @uneven(
// CHECK-NOT: tensor.expand_shape
// CHECK-LABEL: func @unaligned(
// CHECK-NOT: tensor.expand_shape
// CHECK: return
func.func @uneven(%x: tensor<66x2048xf32>, %s: tensor<2048xf32>) -> tensor<66x2048xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<66x2048xf32>, tensor<2048xf32>) -> tensor<66x2048xi8>
  return %q : tensor<66x2048xi8>
}
func.func @unaligned(%x: tensor<64x2049xf32>, %s: tensor<2049xf32>) -> tensor<64x2049xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x2049xf32>, tensor<2049xf32>) -> tensor<64x2049xi8>
  return %q : tensor<64x2049xi8>
}

// -----

// Not every operand is of numbers whose width the type says.
// CHECK-LABEL: func @index_operands(
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [4, 16] : tensor<64xindex> into tensor<4x16xindex>
// CHECK: tensor.extract %{{.*}}[] : tensor<index>
func.func @index_operands(%x: tensor<64x2048xi32>, %b: tensor<2048xi32>, %n: tensor<index>, %r: tensor<64xindex>, %e: tensor<64x2048xi32>) -> tensor<64x2048xi32> {
  %q = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> ()>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%x, %b, %n, %r : tensor<64x2048xi32>, tensor<2048xi32>, tensor<index>, tensor<64xindex>) outs(%e : tensor<64x2048xi32>) {
  ^bb0(%v: i32, %a: i32, %k: index, %l: index, %o: i32):
    %i = arith.index_cast %k : index to i32
    %j = arith.index_cast %l : index to i32
    %sum = arith.addi %v, %a : i32
    %t = arith.addi %sum, %i : i32
    %w = arith.addi %t, %j : i32
    linalg.yield %w : i32
  } -> tensor<64x2048xi32>
  return %q : tensor<64x2048xi32>
}
