// RUN: %quant-opt --pass-pipeline="builtin.module(generate-runtime-verification,canonicalize,cse)" %s | FileCheck %s

// Where the sizes are dynamic, code compares them: the scale's with those of
// the input that select from it.
// CHECK-LABEL: func @per_axis
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>, %[[S:.*]]: tensor<?xf32>)
// CHECK-DAG: %[[FOUND:.*]] = tensor.dim %[[S]], %c0
// CHECK-DAG: %[[EXPECTED:.*]] = tensor.dim %[[X]], %c0
// CHECK: %[[EQUAL:.*]] = arith.cmpi eq, %[[FOUND]], %[[EXPECTED]]
// CHECK: cf.assert %[[EQUAL]], "{{.*}}size of dimension 0 of scale must match dimension 0 of input (per-axis 0)
// CHECK: quant_ext.quantize
func.func @per_axis(%x: tensor<?x3xf32>, %s: tensor<?xf32>) -> tensor<?x3xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x3xf32>, tensor<?xf32>) -> tensor<?x3xi8>
  return %q : tensor<?x3xi8>
}

// One for ceil(size / block), in each dimension of the zero point too.
// CHECK-LABEL: func @per_block
// CHECK-SAME: (%[[Q:.*]]: tensor<?xi8>, %[[S:.*]]: tensor<?xf32>, %[[Z:.*]]: tensor<?xi8>)
// CHECK-DAG: %[[SIZE:.*]] = tensor.dim %[[Q]], %c0
// CHECK-DAG: %[[BLOCKS:.*]] = arith.ceildivui %[[SIZE]], %c32
// CHECK-DAG: %[[SCALES:.*]] = tensor.dim %[[S]], %c0
// CHECK-DAG: arith.cmpi eq, %[[SCALES]], %[[BLOCKS]]
// CHECK: cf.assert %{{.*}}, "{{.*}}of scale must match dimension 0 of input (per-block [32])
// CHECK: cf.assert %{{.*}}, "{{.*}}of zero_point must match dimension 0 of input (per-block [32])
func.func @per_block(%q: tensor<?xi8>, %s: tensor<?xf32>, %z: tensor<?xi8>) -> tensor<?xf32> {
  %x = quant_ext.dequantize %q, %s, %z block_sizes = [32] storage = <u8> : (tensor<?xi8>, tensor<?xf32>, tensor<?xi8>) -> tensor<?xf32>
  return %x : tensor<?xf32>
}

// A block of the whole dimension has one scale.
// CHECK-LABEL: func @whole_dimension
// CHECK-SAME: (%{{.*}}: tensor<?xf32>, %[[S:.*]]: tensor<?xf32>)
// CHECK: %[[SCALES:.*]] = tensor.dim %[[S]], %c0
// CHECK: arith.cmpi eq, %[[SCALES]], %c1
func.func @whole_dimension(%x: tensor<?xf32>, %s: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_ext.fake_quantize %x, %s block_sizes = [-1] storage = <i8> : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func @requantize
// CHECK: cf.assert %{{.*}}, "{{.*}}size of dimension 0 of scale_in must match dimension 1 of input (per-axis 1)
// CHECK: cf.assert %{{.*}}, "{{.*}}size of dimension 0 of zero_point_in must match dimension 1 of input (per-axis 1)
func.func @requantize(%a: tensor<4x?xi32>, %s: tensor<?xf32>, %z: tensor<?xi32>, %t: tensor<f32>) -> tensor<4x?xi8> {
  %q = quant_ext.requantize %a in(%s, %z) out(%t) axis = 1 storage_in = <i32> storage = <i8> : (tensor<4x?xi32>, tensor<?xf32>, tensor<?xi32>, tensor<f32>) -> tensor<4x?xi8>
  return %q : tensor<4x?xi8>
}

// A result type may claim a size that the input does not.
// CHECK-LABEL: func @claimed_by_result
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>,
// CHECK: %[[SIZE:.*]] = tensor.dim %[[X]], %c0
// CHECK: %[[EQUAL:.*]] = arith.cmpi eq, %[[SIZE]], %c4
// CHECK: cf.assert %[[EQUAL]], "{{.*}}size of dimension 0 of result must match dimension 0 of input
func.func @claimed_by_result(%x: tensor<?xf32>, %s: tensor<f32>) -> tensor<4xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<4xi8>
  return %q : tensor<4xi8>
}

// CHECK-LABEL: func @claimed_by_scale
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>)
// CHECK: %[[SIZE:.*]] = tensor.dim %[[X]], %c0
// CHECK: %[[EQUAL:.*]] = arith.cmpi eq, %[[SIZE]], %c4
// CHECK: cf.assert %[[EQUAL]], "{{.*}}size of dimension 0 of scale must match dimension 0 of input (per-axis 0)
func.func @claimed_by_scale(%x: tensor<?x3xf32>) -> tensor<4xf32> {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<?x3xf32>) -> tensor<4xf32>
  return %s : tensor<4xf32>
}

// What the verifier has checked costs nothing at run time.
// CHECK-LABEL: func @static
// CHECK-NOT: cf.assert
func.func @static(%x: tensor<4x3xf32>, %s: tensor<4xf32>) -> tensor<4x3xi8> {
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xi8>
  return %q : tensor<4x3xi8>
}

// CHECK-LABEL: func @requantize_fixed_point
// CHECK: cf.assert %{{.*}}, "{{.*}}size of dimension 0 of multiplier must match dimension 1 of input (per-axis 1)
// CHECK: cf.assert %{{.*}}, "{{.*}}size of dimension 0 of shift must match dimension 1 of input (per-axis 1)
// CHECK: cf.assert %{{.*}}, "{{.*}}size of dimension 0 of zero_point_in must match dimension 1 of input (per-axis 1)
// CHECK: cf.assert %{{.*}}, "{{.*}}size of dimension 0 of zero_point_out must match dimension 1 of input (per-axis 1)
func.func @requantize_fixed_point(%a: tensor<4x?xi8>, %m: tensor<?xi32>, %s: tensor<?xi8>, %zi: tensor<?xi8>, %zo: tensor<?xi8>) -> tensor<4x?xi8> {
  %q = quant_ext.requantize_fixed_point %a by(%m, %s) in(%zi) out(%zo) axis = 1 storage_in = <u8> storage = <i8> : (tensor<4x?xi8>, tensor<?xi32>, tensor<?xi8>, tensor<?xi8>, tensor<?xi8>) -> tensor<4x?xi8>
  return %q : tensor<4x?xi8>
}
