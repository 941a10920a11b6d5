// Rows of four parts at a time, where they share scales to divide by, or more
// than the nearest cache keeps beside what comes from memory.

// DEFINE: %{bytes} =
// DEFINE: %{target} = x86-64-v4
// DEFINE: %{vectorize} = %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-tile-and-vectorize{target=%{target} strip-bytes=%{bytes}}),canonicalize,cse)" --split-input-file %s
// REDEFINE: %{bytes} = -1
// RUN: %{vectorize} | FileCheck %s
// What fits into a cache is not spread.
// REDEFINE: %{bytes} = 10000000
// RUN: %{vectorize} | FileCheck %s --check-prefix=CACHE
// Nor is anything where memory comes faster in one place than in several.
// REDEFINE: %{bytes} = -1
// REDEFINE: %{target} = x86-64-v3
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CACHE,ONE

// CACHE-NOT: affine_map<(d0, d1) -> (d0 + d1 * 16)>

// CHECK: #[[ROW_OF_PART:.*]] = affine_map<(d0, d1) -> (d0 + d1 * 16)>
// CHECK-LABEL: func @scales(
// CHECK-SAME: %[[X:.*]]: tensor<64x2048xf32>, %[[S:.*]]: tensor<2048xf32>)
// CHECK-DAG: %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK: scf.for %[[FIRST:.*]] = %{{.*}} to %[[C16]] step
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step
// CHECK: scf.for %[[PART:.*]] = %{{.*}} to %[[C4]] step
// CHECK: %[[ROW:.*]] = affine.apply #[[ROW_OF_PART]](%[[FIRST]], %[[PART]])
// CHECK: vector.transfer_read %[[X]][%[[ROW]], %[[J]]]
// CHECK: vector.transfer_read %[[S]][%[[J]]]
// CHECK: vector.transfer_write %{{.*}}[%[[ROW]], %[[J]]]
// CHECK-NOT: scf.for
func.func @scales(%x: tensor<64x2048xf32>, %s: tensor<2048xf32>) -> tensor<64x2048xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x2048xf32>, tensor<2048xf32>) -> tensor<64x2048xi8>
  return %q : tensor<64x2048xi8>
}

// -----

// A bias for columns is read once for all, where it takes a quarter of the
// first-level cache, 32 KiB, or more; a scale for rows goes with them.
// CHECK: #[[ROW_OF_PART:.*]] = affine_map<(d0, d1) -> (d0 + d1 * 16)>
// CHECK-LABEL: func @bias(
// CHECK-SAME: %[[ROW_SCALES:[^ ]*]]: tensor<64xf32>
// CHECK: %[[ROW:.*]] = affine.apply #[[ROW_OF_PART]]
// CHECK: tensor.extract %[[ROW_SCALES]][%[[ROW]]] : tensor<64xf32>
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

// A row knows its own number.
// CHECK: #[[ROW_OF_PART:.*]] = affine_map<(d0, d1) -> (d0 + d1 * 16)>
// CHECK-LABEL: func @row_number(
// CHECK: %[[ROW:.*]] = affine.apply #[[ROW_OF_PART]]
// CHECK: arith.index_cast %[[ROW]] : index to i32
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

// Fewer scales than that are divided by once for all just the same.
// CHECK: #[[ROW_OF_PART:.*]] = affine_map<(d0, d1) -> (d0 + d1 * 16)>
// CHECK-LABEL: func @few_scales(
// CHECK-COUNT-3: scf.for
// CHECK: affine.apply #[[ROW_OF_PART]]
func.func @few_scales(%x: tensor<64x1984xf32>, %s: tensor<1984xf32>) -> tensor<64x1984xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x1984xf32>, tensor<1984xf32>) -> tensor<64x1984xi8>
  return %q : tensor<64x1984xi8>
}

// -----

// They are not where they only multiply.
// CHECK-LABEL: func @little(
// CHECK-COUNT-2: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @little(%x: tensor<64x1984xi8>, %s: tensor<1984xf32>) -> tensor<64x1984xf32> {
  %d = quant_ext.dequantize %x, %s axis = 1 storage = <i8> : (tensor<64x1984xi8>, tensor<1984xf32>) -> tensor<64x1984xf32>
  return %d : tensor<64x1984xf32>
}

// -----

// Rows that make no four parts are left for the end; those that do not begin at
// lines together are taken as they are.
// CHECK: #[[ROW_OF_PART:.*]] = affine_map<(d0, d1) -> (d0 + d1 * 16)>
// CHECK-LABEL: func @uneven(
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[C66:.*]] = arith.constant 66 : index
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[C16]] step
// CHECK: affine.apply #[[ROW_OF_PART]]
// CHECK: scf.for %[[ROW:.*]] = %[[C64]] to %[[C66]] step
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step
// CHECK-NOT: scf.for
// CHECK: vector.transfer_read %{{.*}}[%[[ROW]], %[[J]]]
// CHECK-LABEL: func @unaligned(
// CHECK-COUNT-2: scf.for
// CHECK-NOT: scf.for
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
// CHECK-COUNT-3: scf.for
// CHECK: tensor.extract %{{.*}}[%{{.*}}] : tensor<64xindex>
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

// -----

// At run time: as many rows as four parts have of them where a row of results,
// a byte each, is of whole lines, none otherwise; then the rest.
// CHECK-DAG: #[[LINES:.*]] = affine_map<()[s0] -> (s0 mod 64)>
// CHECK-DAG: #[[QUARTERS:.*]] = affine_map<()[s0] -> (s0 floordiv 4)>
// CHECK-LABEL: func @unknown_sizes(
// CHECK: %[[ROWS:.*]] = tensor.dim %{{.*}}, %{{.*}} : tensor<?x?xf32>
// CHECK: %[[COLUMNS:.*]] = tensor.dim %{{.*}}, %{{.*}} : tensor<?x?xf32>
// CHECK: } else {
// CHECK: } else {
// CHECK: %[[QUARTER:.*]] = affine.apply #[[QUARTERS]]()[%[[ROWS]]]
// CHECK-NEXT: %[[REST:.*]] = affine.apply #[[LINES]]()[%[[COLUMNS]]]
// CHECK: %[[IS_WHOLE:.*]] = arith.cmpi eq, %[[REST]], %{{.*}}
// CHECK: %[[ROWS_OF_PART:.*]] = arith.select %[[IS_WHOLE]], %[[QUARTER]], %{{.*}}
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[ROWS_OF_PART]] step
// CHECK: arith.muli %{{.*}}, %[[ROWS_OF_PART]]
// CHECK: %[[COVERED:.*]] = affine.apply #{{.*}}(%[[ROWS_OF_PART]])
// CHECK: scf.for %{{.*}} = %[[COVERED]] to %[[ROWS]] step
func.func @unknown_sizes(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}

// -----

// What is known at run time only is asked: strips of neighbours, or rows.
// CHECK: #[[PART:.*]] = affine_map<()[s0] -> (s0 floordiv 4)>
// CHECK-LABEL: func @dynamic_rows(
// CHECK: scf.if
// CHECK: } else {
// CHECK: affine.apply #[[PART]]()
// ONE-NOT: affine_map<()[s0] -> (s0 floordiv 4)>
// ONE-LABEL: func @dynamic_rows(
// ONE-SAME: %[[X:.*]]: tensor<?x2048xf32>, %[[S:.*]]: tensor<2048xf32>)
// ONE: scf.if
// ONE: } else {
// ONE: scf.for %[[ROW:[^ ]*]] = %c0{{.*}} to %[[ROWS:[^ ]*]] step %c1
// ONE: scf.for %[[J:[^ ]*]] = %c0{{.*}} to %c2048{{.*}} step %c32
// ONE: vector.transfer_read %[[X]][%[[ROW]], %[[J]]]
// ONE: vector.transfer_read %[[S]][%[[J]]]
// ONE-NOT: scf.for
// ONE: return
func.func @dynamic_rows(%x: tensor<?x2048xf32>, %s: tensor<2048xf32>) -> tensor<?x2048xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x2048xf32>, tensor<2048xf32>) -> tensor<?x2048xi8>
  return %q : tensor<?x2048xi8>
}
