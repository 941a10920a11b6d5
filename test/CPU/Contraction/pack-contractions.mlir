// DEFINE: %{options} = target=x86-64-v4 features=+avx512vnni
// DEFINE: %{pack} = %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-pack-contractions{%{options}},canonicalize,cse))" %s
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,VNNI
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,MADD
// REDEFINE: %{options} = target=aarch64 features=+dotprod
// RUN: %{pack} | FileCheck %s --check-prefixes=CHECK,DOT

// Groups of neighbouring products are neighbours in memory: 2 columns of k = 5,
// padded to whole groups and registers. vpdpbusd wants u8 on the left: what the
// inverted sign bits leave is -128 times the sums of columns 15 and -20.
// CHECK-LABEL: func.func @constant(
// CHECK-SAME: %[[A:.*]]: tensor<1x5xi8>
// VNNI-DAG: %[[B:.*]] = arith.constant dense<"0x01020304FFFEFDFC{{(00)+}}05000000F6000000{{(00)+}}"> : tensor<1x2x16x4xi8>
// VNNI-DAG: %[[TERMS:.*]] = arith.constant dense<[-1920, 2560]> : tensor<2xi32>
// VNNI-DAG: %[[SIGN:.*]] = arith.constant -128 : i8
// VNNI: arith.xori %{{.*}}, %[[SIGN]] : i8
// VNNI: linalg.pack %{{.*}} padding_value({{.*}}) inner_dims_pos = [1] inner_tiles = [4] into {{.*}} -> tensor<1x2x4xi8>
// VNNI: linalg.generic {{.*}} ins(%{{.*}}, %[[B]] : tensor<1x2x4xi8>, tensor<1x2x16x4xi8>) outs(%{{.*}} : tensor<1x1x16xi32>)
// VNNI: arith.extui
// VNNI: arith.extsi
// VNNI: %[[SUMS:.*]] = linalg.unpack %{{.*}} inner_dims_pos = [1] inner_tiles = [16] into %{{.*}} : tensor<1x1x16xi32> -> tensor<1x2xi32>
// VNNI: %[[R:.*]] = linalg.generic {{.*}} ins(%[[SUMS]], %[[TERMS]] :
// VNNI: arith.addi
// VNNI: return %[[R]]

// Of i16 both signs fit, and there is nothing to add.
// MADD-DAG: arith.constant dense<{{\[\[\[\[}}1, 2], [-1, -2], {{(\[0, 0\](, )?)+}}], {{\[\[}}3, 4], [-3, -4], {{(\[0, 0\](, )?)+}}], {{\[\[}}5, 0], [-10, 0], {{.*}}> : tensor<1x3x8x2xi8>
// MADD: arith.extsi %{{.*}} : i8 to i16
// MADD: linalg.pack {{.*}} inner_tiles = [2] {{.*}} -> tensor<1x3x2xi16>
// MADD: %[[R:.*]] = linalg.unpack
// MADD: return %[[R]]

// DOT: linalg.pack %[[A]] padding_value
// DOT: arith.extsi
// DOT: arith.extsi
// DOT: %[[R:.*]] = linalg.unpack
// DOT: return %[[R]]
func.func @constant(%a: tensor<1x5xi8>) -> tensor<1x2xi32> {
  %b = arith.constant dense<[[1, -1], [2, -2], [3, -3], [4, -4], [5, -10]]> : tensor<5x2xi8>
  %zero = arith.constant dense<0> : tensor<1x2xi32>
  %r = linalg.matmul ins(%a, %b : tensor<1x5xi8>, tensor<5x2xi8>) outs(%zero : tensor<1x2xi32>) -> tensor<1x2xi32>
  return %r : tensor<1x2xi32>
}

// -----

// u8 by u8: the right factor is shifted to i8, which leaves 128 times the sums of
// rows. Same signs are what sdot and udot want.
// CHECK-LABEL: func.func @both_unsigned(
// CHECK-SAME: %[[A:.*]]: tensor<?x8xi8>
// VNNI-DAG: arith.constant dense<"0x81{{.*}}"> : tensor<1x2x16x4xi8>
// VNNI: %[[ROWS:.*]] = linalg.generic {{.*}}["parallel", "reduction"]{{.*}} ins(%[[A]] :
// VNNI: arith.extui
// VNNI: linalg.pack %[[A]] inner_dims_pos = [1] inner_tiles = [4] into %{{.*}} : tensor<?x8xi8> -> tensor<?x2x4xi8>
// VNNI: arith.extui
// VNNI: arith.extsi
// VNNI: %[[SUMS:.*]] = linalg.unpack
// VNNI: linalg.generic {{.*}} ins(%[[SUMS]], %[[ROWS]], %arg1 :
// MADD: arith.extui %{{.*}} : i8 to i16
// DOT: linalg.pack %[[A]] inner
// DOT: arith.extui
// DOT: arith.extui
func.func @both_unsigned(%a: tensor<?x8xi8>, %zero: tensor<?x1xi32>) -> tensor<?x1xi32> {
  %b = arith.constant dense<[[1], [2], [3], [4], [5], [6], [7], [8]]> : tensor<8x1xi8>
  %r = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%a, %b : tensor<?x8xi8>, tensor<8x1xi8>) outs(%zero : tensor<?x1xi32>) -> tensor<?x1xi32>
  return %r : tensor<?x1xi32>
}

// -----

// A resource stays a resource, under a name of its own, and a bias that the
// result starts from is added after it.
// CHECK-LABEL: func.func @resource(
// VNNI: arith.constant dense_resource<w_packed> : tensor<1x1x16x4xi8>
// MADD: arith.constant dense_resource<w_packed> : tensor<1x2x8x2xi8>
// DOT: arith.constant dense_resource<w_packed> : tensor<1x1x4x4xi8>
// CHECK: linalg.unpack
// CHECK: %[[BIAS:.*]] = tensor.expand_shape %arg1
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[BIAS]] :
func.func @resource(%a: tensor<4xi8>, %bias: tensor<2xi32>) -> tensor<2xi32> {
  %b = arith.constant dense_resource<w> : tensor<4x2xi8>
  %r = linalg.vecmat ins(%a, %b : tensor<4xi8>, tensor<4x2xi8>) outs(%bias : tensor<2xi32>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x400000000102030405060708"
    }
  }
#-}

// -----

// The left matrix is what a vector on the right is multiplied by.
// CHECK-LABEL: func.func @matvec(
// VNNI: arith.constant dense<{{\[\[\[\[}}1, 2, 3, 4], [0, 0, 0, 0], {{.*}}> : tensor<1x1x16x4xi8>
// CHECK: linalg.unpack
// CHECK: tensor.collapse_shape %{{.*}} {{\[}}[0, 1]] : tensor<1x1xi32> into tensor<1xi32>
func.func @matvec(%x: tensor<4xi8>, %zero: tensor<1xi32>) -> tensor<1xi32> {
  %w = arith.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>
  %r = linalg.matvec ins(%w, %x : tensor<1x4xi8>, tensor<4xi8>) outs(%zero : tensor<1xi32>) -> tensor<1xi32>
  return %r : tensor<1xi32>
}

// -----

// Computed at run time, the right factor is packed if there are rows to serve.
// CHECK-LABEL: func.func @run_time(
// VNNI: linalg.pack %arg1 outer_dims_perm = [0, 2, 1] inner_dims_pos = [2, 1] inner_tiles = [16, 4]
// MADD: linalg.pack %arg1 outer_dims_perm = [0, 2, 1] inner_dims_pos = [2, 1] inner_tiles = [16, 2]
// DOT: linalg.pack %arg1 outer_dims_perm = [0, 2, 1] inner_dims_pos = [2, 1] inner_tiles = [16, 4]
func.func @run_time(%a: tensor<2x8x8xi8>, %b: tensor<2x8x16xi8>, %zero: tensor<2x8x16xi32>) -> tensor<2x8x16xi32> {
  %r = linalg.batch_matmul ins(%a, %b : tensor<2x8x8xi8>, tensor<2x8x16xi8>) outs(%zero : tensor<2x8x16xi32>) -> tensor<2x8x16xi32>
  return %r : tensor<2x8x16xi32>
}

// -----

// CHECK-LABEL: func.func @few_rows(
// CHECK-NOT: linalg.pack
// CHECK: linalg.matmul
func.func @few_rows(%a: tensor<7x8xi8>, %b: tensor<8x16xi8>, %zero: tensor<7x16xi32>) -> tensor<7x16xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<7x8xi8>, tensor<8x16xi8>) outs(%zero : tensor<7x16xi32>) -> tensor<7x16xi32>
  return %r : tensor<7x16xi32>
}

// -----

// CHECK-LABEL: func.func @dynamic(
// CHECK-NOT: linalg.pack
// CHECK: linalg.matmul
func.func @dynamic(%a: tensor<64x?xi8>, %b: tensor<?x16xi8>, %zero: tensor<64x16xi32>) -> tensor<64x16xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<64x?xi8>, tensor<?x16xi8>) outs(%zero : tensor<64x16xi32>) -> tensor<64x16xi32>
  return %r : tensor<64x16xi32>
}

// -----

// CHECK-LABEL: func.func @other_types(
// CHECK-NOT: linalg.pack
// CHECK: return
func.func @other_types(%a: tensor<64x8xi16>, %b: tensor<8x16xi16>, %zero: tensor<64x16xi32>,
                       %c: tensor<64x8xi8>, %d: tensor<8x16xi8>, %narrow: tensor<64x16xi8>) -> (tensor<64x16xi32>, tensor<64x16xi8>) {
  %r = linalg.matmul ins(%a, %b : tensor<64x8xi16>, tensor<8x16xi16>) outs(%zero : tensor<64x16xi32>) -> tensor<64x16xi32>
  %s = linalg.matmul ins(%c, %d : tensor<64x8xi8>, tensor<8x16xi8>) outs(%narrow : tensor<64x16xi8>) -> tensor<64x16xi8>
  return %r, %s : tensor<64x16xi32>, tensor<64x16xi8>
}
