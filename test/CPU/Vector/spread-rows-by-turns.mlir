// Rows of four parts by turns of 512 bytes, where memory comes faster so.

// RUN: %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-tile-and-vectorize{target=znver3 strip-bytes=-1}),canonicalize,cse)" --split-input-file %s | FileCheck %s

// Of 128 values, in four vectors, and of one vector where less is left.
// CHECK-DAG: #[[ROW_OF_PART:.*]] = affine_map<(d0, d1) -> (d0 + d1 * 16)>
// CHECK-DAG: #[[TURN_END:.*]] = affine_map<(d0) -> (d0 + 128)>
// CHECK-LABEL: func @rows(
// CHECK-SAME: %[[X:.*]]: tensor<65x2112xf32>, %[[S:.*]]: tensor<65xf32>)
// CHECK: scf.for %[[FIRST:.*]] = %c0 to %c16 step %c1 {{.*}} {
// CHECK: scf.for %[[BEGIN:.*]] = %c0 to %c2048 step %c128 {{.*}} {
// CHECK: scf.for %[[PART:.*]] = %c0 to %c4 step %c1 {{.*}} {
// CHECK: %[[END:.*]] = affine.apply #[[TURN_END]](%[[BEGIN]])
// CHECK: scf.for %[[J:.*]] = %[[BEGIN]] to %[[END]] step %c32 {{.*}} {
// CHECK: %[[ROW:.*]] = affine.apply #[[ROW_OF_PART]](%[[FIRST]], %[[PART]])
// CHECK: vector.transfer_read %[[X]][%[[ROW]], %[[J]]]
// CHECK: tensor.extract %[[S]][%[[ROW]]]
// CHECK: vector.transfer_write %{{.*}}[%[[ROW]], %[[J]]]
// CHECK: scf.for %[[J:.*]] = %c2048 to %c2112 step %c32 {{.*}} {
// CHECK: scf.for %{{.*}} = %c0 to %c4 step %c1 {{.*}} {
// CHECK-NOT: scf.for
// CHECK: vector.transfer_write %{{.*}}[%{{.*}}, %[[J]]]
// The row that is left.
// CHECK: scf.for %[[J:.*]] = %c0 to %c2112 step %c32 {{.*}} {
// CHECK-NOT: scf.for
// CHECK: vector.transfer_write %{{.*}}[%c64, %[[J]]]
// CHECK-NOT: scf.for
// CHECK: return
func.func @rows(%x: tensor<65x2112xf32>, %s: tensor<65xf32>) -> tensor<65x2112xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<65x2112xf32>, tensor<65xf32>) -> tensor<65x2112xi8>
  return %q : tensor<65x2112xi8>
}

// -----

// As many bytes are as many elements of 16 bits.
// CHECK-LABEL: func @halves(
// CHECK: scf.for %{{.*}} = %c0 to %c2048 step %c256
func.func @halves(%x: tensor<64x2048xf16>, %s: tensor<64xf32>) -> tensor<64x2048xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<64x2048xf16>, tensor<64xf32>) -> tensor<64x2048xi8>
  return %q : tensor<64x2048xi8>
}

// -----

// Nothing is gained where most of it is written, or a row is no turn.
// CHECK-LABEL: func @mostly_written(
// CHECK-COUNT-2: scf.for
// CHECK-NOT: scf.for
// CHECK-LABEL: func @short(
// CHECK-COUNT-2: scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @mostly_written(%x: tensor<64x2048xi8>, %s: tensor<64xf32>) -> tensor<64x2048xf32> {
  %d = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<64x2048xi8>, tensor<64xf32>) -> tensor<64x2048xf32>
  return %d : tensor<64x2048xf32>
}
func.func @short(%x: tensor<512x64xf32>, %s: tensor<512xf32>) -> tensor<512x64xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<512x64xf32>, tensor<512xf32>) -> tensor<512x64xi8>
  return %q : tensor<512x64xi8>
}

// -----

// At run time, where rows share scales.
// CHECK-LABEL: func @unknown_sizes(
// CHECK: } else {
// CHECK: } else {
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %c128
// CHECK: scf.for %{{.*}} = %c0 to %c4 step %c1
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %c32
func.func @unknown_sizes(%x: tensor<?x?xf32>, %s: tensor<?xf32>) -> tensor<?x?xi8> {
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q : tensor<?x?xi8>
}
