// Lanes with scales of their own, which the rows share. The quant_ext operations
// come from their conversion, so that what is tested is the form that the
// pipeline has.

// DEFINE: %{options} =
// DEFINE: %{vectorize} = %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-tile-and-vectorize{%{options}}),canonicalize,cse)" --split-input-file %s
// REDEFINE: %{options} = target=x86-64-v4
// RUN: %{vectorize} | FileCheck %s
// REDEFINE: %{options} = target=x86-64-v4 strip-bytes=192512
// RUN: %{vectorize} | FileCheck %s --check-prefix=ROWS
// REDEFINE: %{options} = target=x86-64-v4 strip-bytes=192513
// RUN: %{vectorize} | FileCheck %s
// REDEFINE: %{options} = target=x86-64-v4 strip-bytes=-1
// RUN: %{vectorize} | FileCheck %s --check-prefix=ROWS

// 128 rows of 64 columns at a time, where 300 x 128 values and results of 5 bytes
// and 128 scales of 4, which are 192512 bytes, are fewer than strip-bytes.
// CHECK: #[[LEFT:.*]] = affine_map<(d0) -> (-d0 + 300, 128)>
// CHECK: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0 + d1)>
// CHECK-LABEL: func @inner_axis(
// CHECK-SAME: %[[X:.*]]: tensor<300x128xf32>, %[[S:.*]]: tensor<128xf32>)
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[C128:.*]] = arith.constant 128 : index
// CHECK-DAG: %[[C300:.*]] = arith.constant 300 : index
// CHECK: scf.for %[[BEGIN:.*]] = %{{.*}} to %[[C300]] step %[[C128]]
// CHECK: %[[LENGTH:.*]] = affine.min #[[LEFT]](%[[BEGIN]])
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %[[C128]] step %[[C64]]
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %[[LENGTH]] step %[[C1]]
// CHECK: %[[I:.*]] = affine.apply #[[ROW]](%[[BEGIN]], %[[K]])
// CHECK: vector.transfer_read %[[X]][%[[I]], %[[J]]]
// CHECK: vector.transfer_read %[[S]][%[[J]]]
// CHECK: vector.transfer_write %{{.*}}[%[[I]], %[[J]]]
// ROWS-LABEL: func @inner_axis(
// ROWS-DAG: %[[C4:.*]] = arith.constant 4 : index
// ROWS-DAG: %[[C75:.*]] = arith.constant 75 : index
// ROWS: scf.for %[[FIRST:[^ ]*]] = %{{.*}} to %[[C75]] step
// ROWS: scf.for %[[J:[^ ]*]] =
// ROWS: scf.for %[[PART:[^ ]*]] = %{{.*}} to %[[C4]] step
// ROWS: %[[I:.*]] = affine.apply #{{.*}}(%[[FIRST]], %[[PART]])
// ROWS: vector.transfer_read %{{.*}}[%[[I]], %[[J]]]
func.func @inner_axis(%x: tensor<300x128xf32>, %s: tensor<128xf32>) -> tensor<300x128xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<300x128xf32>, tensor<128xf32>) -> tensor<300x128xi8>
  return %q : tensor<300x128xi8>
}

// -----

// All at once where there are no more rows; two strips, the last of them with
// lanes that divide by one where they are masked off.
// CHECK-LABEL: func @few_rows(
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG: %[[C5:.*]] = arith.constant 5 : index
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[C5]] step
// CHECK-NOT: scf.for
// CHECK: scf.yield
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[C5]] step
// CHECK: %[[MASK:.*]] = vector.constant_mask [63] : vector<64xi1>
// CHECK: vector.transfer_read %{{.*}}, %[[ONE]], %[[MASK]] {in_bounds = [true]} : tensor<127xf32>, vector<64xf32>
func.func @few_rows(%x: tensor<5x127xf32>, %s: tensor<127xf32>) -> tensor<5x127xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<5x127xf32>, tensor<127xf32>) -> tensor<5x127xi8>
  return %q : tensor<5x127xi8>
}

// -----

// Whether it is little enough is known at run time: (4 + 1) * 128 bytes a row and
// 512 of scales.
// CHECK: #[[BYTES:.*]] = affine_map<()[s0, s1] -> (s0 * 512 + s1 * 128 + 512)>
// CHECK-LABEL: func @rows_of_unknown_number(
// CHECK: %[[SIZE:.*]] = affine.apply #[[BYTES]]()
// CHECK: %[[IS_LITTLE:.*]] = arith.cmpi ult, %[[SIZE]], %{{.*}}
// CHECK: scf.if %[[IS_LITTLE]]
// CHECK-COUNT-3: scf.for
// CHECK: } else {
// CHECK-COUNT-5: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @rows_of_unknown_number(%x: tensor<?x128xf32>, %s: tensor<128xf32>) -> tensor<?x128xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x128xf32>, tensor<128xf32>) -> tensor<?x128xi8>
  return %q : tensor<?x128xi8>
}

// -----

// Nothing is divided, or all rows have scales of their own.
// CHECK-LABEL: func @no_strips(
// CHECK: scf.for
// CHECK-NOT: scf.for
// CHECK: quant_ext.apply_quantize
// CHECK-COUNT-2: scf.for
// CHECK-NOT: scf.for
// CHECK: quant_ext.apply_dequantize
func.func @no_strips(%x: tensor<300x128xf32>, %s: tensor<300x128xf32>, %q: tensor<300x128xi8>, %t: tensor<128xf32>) -> (tensor<300x128xi8>, tensor<300x128xf32>) {
  %a = quant_ext.quantize %x, %s block_sizes = [1, 1] storage = <i8> : (tensor<300x128xf32>, tensor<300x128xf32>) -> tensor<300x128xi8>
  %b = quant_ext.dequantize %q, %t axis = 1 storage = <i8> : (tensor<300x128xi8>, tensor<128xf32>) -> tensor<300x128xf32>
  return %a, %b : tensor<300x128xi8>, tensor<300x128xf32>
}

// -----

// Blocks of rows of an unknown number share scales, too: columns, then the rows
// of a block.
// CHECK-LABEL: func @blocks_of_rows(
// CHECK: scf.for %[[BLOCK:[^ ]*]] =
// CHECK: scf.if
// CHECK: scf.for
// CHECK: scf.for %[[J:[^ ]*]] =
// CHECK: scf.for %[[K:[^ ]*]] =
// CHECK: vector.transfer_read %{{.*}}[%[[BLOCK]], %[[J]]]
func.func @blocks_of_rows(%x: tensor<?x256xf32>, %s: tensor<?x256xf32>) -> tensor<?x256xi8> {
  %q = quant_ext.quantize %x, %s block_sizes = [32, 1] storage = <i8> : (tensor<?x256xf32>, tensor<?x256xf32>) -> tensor<?x256xi8>
  return %q : tensor<?x256xi8>
}
