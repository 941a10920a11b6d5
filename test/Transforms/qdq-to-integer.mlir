// RUN: %quant-opt %s --split-input-file --pass-pipeline='builtin.module(quant-ext-qdq-to-integer,canonicalize)' | FileCheck %s

// Sums of u8 and s8 need an extension for each operand. The zero point of the
// activations is subtracted times the columns' sums, which are constant: 91 =
// 4 + 127 + 2 - 42, and so on.
// CHECK-LABEL: func @mixed_signs
// CHECK-SAME: (%[[X:.*]]: tensor<2x4xi8>, %[[S:.*]]: tensor<f32>, %[[Z:.*]]: tensor<i8>)
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[}}[4, 10, -11]
// CHECK-DAG: %[[COLUMNS:.*]] = arith.constant dense<[91, -87, 132]> : tensor<3xi32>
// CHECK-DAG: %[[SW:.*]] = arith.constant dense<[5.000000e-01, 2.500000e-01, 1.250000e-01]>
// CHECK: %[[ZEROS:.*]] = linalg.fill ins(%c0_i32 : i32)
// CHECK: %[[SUMS:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[X]], %[[W]] : tensor<2x4xi8>, tensor<4x3xi8>) outs(%[[ZEROS]] : tensor<2x3xi32>)
// CHECK: ^bb0(%[[A:.*]]: i8, %[[B:.*]]: i8, %[[SUM:.*]]: i32):
// CHECK-DAG: %[[WIDE_A:.*]] = arith.extui %[[A]] : i8 to i32
// CHECK-DAG: %[[WIDE_B:.*]] = arith.extsi %[[B]] : i8 to i32
// CHECK: %[[PRODUCT:.*]] = arith.muli %[[WIDE_A]], %[[WIDE_B]] : i32
// CHECK: arith.addi %[[SUM]], %[[PRODUCT]] : i32
// CHECK: %[[SHIFTED:.*]] = linalg.generic {{.*}} ins(%[[SUMS]], %[[Z]], %[[COLUMNS]] : tensor<2x3xi32>, tensor<i8>, tensor<3xi32>)
// CHECK: ^bb0(%[[SUM:.*]]: i32, %[[ZERO:.*]]: i8, %[[COLUMN:.*]]: i32, %{{.*}}: i32):
// CHECK: %[[WIDE:.*]] = arith.extui %[[ZERO]] : i8 to i32
// CHECK: %[[TIMES:.*]] = arith.muli %[[WIDE]], %[[COLUMN]] : i32
// CHECK: arith.subi %[[SUM]], %[[TIMES]] : i32
// CHECK: %[[SCALE:.*]] = linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%[[S]], %[[SW]] : tensor<f32>, tensor<3xf32>)
// CHECK: arith.mulf
// CHECK: arith.minimumf
// CHECK: quant_ext.dequantize %[[SHIFTED]], %[[SCALE]] axis = 1 storage = <i32> : (tensor<2x3xi32>, tensor<3xf32>) -> tensor<2x3xf32>
func.func @mixed_signs(%x: tensor<2x4xi8>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<2x3xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %w = arith.constant dense<[[4, 10, -11], [127, -127, 127], [2, 5, -5], [-42, 25, 21]]> : tensor<4x3xi8>
  %sw = arith.constant dense<[0.5, 0.25, 0.125]> : tensor<3xf32>
  %a = quant_ext.dequantize %x, %s, %z storage = <u8> : (tensor<2x4xi8>, tensor<f32>, tensor<i8>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// A scale for each row and one for each column: no product of the two is formed
// but for each element. Neither operand is constant, so the sums of both are
// computed, less the zero point of one of them.
// CHECK-LABEL: func @rows_and_columns
// CHECK-SAME: (%[[X:.*]]: tensor<?x?xi8>, %[[S:.*]]: tensor<?xf32>, %[[Z:.*]]: tensor<?xi8>, %[[W:.*]]: tensor<40x?xi8>, %[[SW:.*]]: tensor<1x?xf32>, %[[ZW:.*]]: tensor<1x?xi8>, %[[INIT:.*]]: tensor<?x?xf32>)
// CHECK: %[[FLAT_ZW:.*]] = tensor.collapse_shape %[[ZW]] {{\[\[}}0, 1]] : tensor<1x?xi8> into tensor<?xi8>
// CHECK: %[[COLUMNS:.*]] = linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]} ins(%[[W]], %[[FLAT_ZW]]
// CHECK: arith.subi
// CHECK: %[[ROWS:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[X]] : tensor<?x?xi8>)
// CHECK: arith.extui
// CHECK: %[[FLAT_ZW2:.*]] = tensor.collapse_shape %[[ZW]]
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]}
// CHECK: %[[SHIFTED:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[Z]], %[[COLUMNS]], %[[FLAT_ZW2]], %[[ROWS]] :
// CHECK: %[[FLAT_SW:.*]] = tensor.collapse_shape %[[SW]]
// CHECK: %[[FLOATS:.*]] = linalg.generic {{.*}} ins(%[[SHIFTED]], %[[S]], %[[FLAT_SW]] :
// CHECK: %[[NUMBER:.*]] = arith.sitofp
// CHECK: %[[PRODUCT:.*]] = arith.mulf
// CHECK: %[[FINITE:.*]] = arith.minimumf %[[PRODUCT]]
// CHECK: arith.mulf %[[NUMBER]], %[[FINITE]]
// CHECK: arith.addf %[[INIT]], %[[FLOATS]]
func.func @rows_and_columns(%x: tensor<?x?xi8>, %s: tensor<?xf32>, %z: tensor<?xi8>, %w: tensor<40x?xi8>, %sw: tensor<1x?xf32>, %zw: tensor<1x?xi8>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %a = quant_ext.dequantize %x, %s, %z axis = 0 storage = <u8> : (tensor<?x?xi8>, tensor<?xf32>, tensor<?xi8>) -> tensor<?x?xf32>
  %b = quant_ext.dequantize %w, %sw, %zw block_sizes = [-1, 1] storage = <i8> : (tensor<40x?xi8>, tensor<1x?xf32>, tensor<1x?xi8>) -> tensor<40x?xf32>
  %y = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<40x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// A bias of the scale 0.5 * [0.5, 0.25, 0.125] and the zero point's share are
// one constant: 1000 - 3 * (4 + 7 + 2 - 8), and so on.
// CHECK-LABEL: func @bias_and_requantize
// CHECK-SAME: (%[[X:.*]]: tensor<5x4xi8>, %[[ZO:.*]]: tensor<i8>)
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<4x3xi8>
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[2.500000e-01, 1.250000e-01, 6.250000e-02]>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[985, 1985, -2985]> : tensor<3xi32>
// CHECK-DAG: %[[SO:.*]] = arith.constant dense<2.000000e+00> : tensor<f32>
// CHECK: %[[SUMS:.*]] = linalg.matmul ins(%[[X]], %[[W]] : tensor<5x4xi8>, tensor<4x3xi8>)
// CHECK: %[[SHIFTED:.*]] = linalg.generic {{.*}} ins(%[[SUMS]], %[[BIAS]] :
// CHECK: arith.addi
// CHECK: quant_ext.requantize %[[SHIFTED]] in(%[[SCALE]]) out(%[[SO]], %[[ZO]]) axis = 1 storage_in = <i32> storage = <u8> rounding = half_away
func.func @bias_and_requantize(%x: tensor<5x4xi8>, %zo: tensor<i8>) -> tensor<5x3xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<3> : tensor<i8>
  %so = arith.constant dense<2.0> : tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<5x3xf32>
  %w = arith.constant dense<[[4, 2, -7], [7, -7, 6], [2, 5, -5], [-8, 5, 1]]> : tensor<4x3xi4>
  %sw = arith.constant dense<[0.5, 0.25, 0.125]> : tensor<3xf32>
  %sb = arith.constant dense<[0.25, 0.125, 0.0625]> : tensor<3xf32>
  %bq = arith.constant dense<[1000, 2000, -3000]> : tensor<3xi32>
  %bias = quant_ext.dequantize %bq, %sb axis = 0 storage = <i32> : (tensor<3xi32>, tensor<3xf32>) -> tensor<3xf32>
  %a = quant_ext.dequantize %x, %s, %z storage = <i8> : (tensor<5x4xi8>, tensor<f32>, tensor<i8>) -> tensor<5x4xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i4> : (tensor<4x3xi4>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<5x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<5x3xf32>) -> tensor<5x3xf32>
  %e = tensor.empty() : tensor<5x3xf32>
  %all = linalg.broadcast ins(%bias : tensor<3xf32>) outs(%e : tensor<5x3xf32>) dimensions = [0]
  %r = arith.addf %y, %all : tensor<5x3xf32>
  %q = quant_ext.quantize %r, %so, %zo storage = <u8> rounding = half_away : (tensor<5x3xf32>, tensor<f32>, tensor<i8>) -> tensor<5x3xi8>
  return %q : tensor<5x3xi8>
}

// -----

// A bias of another scale stays a float, and so does one that the last bit of a
// scale sets apart.
// CHECK-LABEL: func @float_bias
// CHECK: linalg.matmul {{.*}} -> tensor<2x3xi32>
// CHECK: %[[FLOATS:.*]] = quant_ext.dequantize %{{.*}} storage = <i32> : (tensor<2x3xi32>, tensor<f32>)
// CHECK: arith.addf %{{.*}}, %[[FLOATS]]
// CHECK: quant_ext.quantize
func.func @float_bias(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %so: tensor<f32>) -> tensor<2x3xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %sb = arith.constant dense<0x3E800001> : tensor<f32>
  %bq = arith.constant dense<[[1000, 2000, -3000], [1, 2, 3]]> : tensor<2x3xi32>
  %bias = quant_ext.dequantize %bq, %sb storage = <i32> : (tensor<2x3xi32>, tensor<f32>) -> tensor<2x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%bias : tensor<2x3xf32>) -> tensor<2x3xf32>
  %q = quant_ext.quantize %y, %so storage = <i8> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
  return %q : tensor<2x3xi8>
}

// -----

// As init operand, with one number for all scales.
// CHECK-LABEL: func @init_bias
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<{{\[\[}}1000, 2000, -3000], [1, 2, 3]]> : tensor<2x3xi32>
// CHECK: %[[SUMS:.*]] = linalg.matmul {{.*}} -> tensor<2x3xi32>
// CHECK: %[[TOTAL:.*]] = linalg.generic {{.*}} ins(%[[SUMS]], %[[BIAS]]
// CHECK: %[[FLOATS:.*]] = quant_ext.dequantize %[[TOTAL]], %{{.*}} axis = 1
// CHECK: return %[[FLOATS]]
func.func @init_bias(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>) -> tensor<2x3xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %sw = arith.constant dense<0.5> : tensor<3xf32>
  %sb = arith.constant dense<0.25> : tensor<f32>
  %bq = arith.constant dense<[[1000, 2000, -3000], [1, 2, 3]]> : tensor<2x3xi32>
  %bias = quant_ext.dequantize %bq, %sb storage = <i32> : (tensor<2x3xi32>, tensor<f32>) -> tensor<2x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%bias : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Where the sums leave no room for it in 32 bits, a bias stays a float too.
// CHECK-LABEL: func @large_bias
// CHECK: linalg.matmul {{.*}} -> tensor<2x3xi32>
// CHECK: quant_ext.dequantize
// CHECK: arith.addf
func.func @large_bias(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>) -> tensor<2x3xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %sb = arith.constant dense<0.25> : tensor<f32>
  // 4 * 128 * 128 + 2147418112 = 2^31.
  %bq = arith.constant dense<[2147418111, 2147418112, 0]> : tensor<3xi32>
  %bias = quant_ext.dequantize %bq, %sb storage = <i32> : (tensor<3xi32>, tensor<f32>) -> tensor<3xf32>
  %e = tensor.empty() : tensor<2x3xf32>
  %all = linalg.broadcast ins(%bias : tensor<3xf32>) outs(%e : tensor<2x3xf32>) dimensions = [0]
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%all : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// The transpose of a linear layer becomes part of the map.
// CHECK-DAG: #[[$LHS:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$RHS:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func @transposed
// CHECK-SAME: (%[[X:.*]]: tensor<5x4xi8>, %[[W:.*]]: tensor<3x4xi8>
// CHECK-NOT: linalg.transpose
// CHECK: linalg.matmul indexing_maps = [#[[$LHS]], #[[$RHS]], #{{.*}}] ins(%[[X]], %[[W]] : tensor<5x4xi8>, tensor<3x4xi8>)
// CHECK: quant_ext.dequantize {{.*}} axis = 1
func.func @transposed(%x: tensor<5x4xi8>, %w: tensor<3x4xi8>, %s: tensor<f32>, %sw: tensor<3xf32>, %init: tensor<5x3xf32>) -> tensor<5x3xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<5x3xf32>) -> tensor<5x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<5x4xi8>, tensor<f32>) -> tensor<5x4xf32>
  %b = quant_ext.dequantize %w, %sw axis = 0 storage = <i8> : (tensor<3x4xi8>, tensor<3xf32>) -> tensor<3x4xf32>
  %e = tensor.empty() : tensor<4x3xf32>
  %t = linalg.transpose ins(%b : tensor<3x4xf32>) outs(%e : tensor<4x3xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%a, %t : tensor<5x4xf32>, tensor<4x3xf32>) outs(%zeros : tensor<5x3xf32>) -> tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

// -----

// Other forms. matvec has no cast: what is unsigned becomes a contract.
// CHECK-LABEL: func @forms
// CHECK: linalg.batch_matmul {cast = #linalg.type_fn<cast_unsigned>}
// CHECK: linalg.matvec ins({{.*}}) outs({{.*}}) -> tensor<3xi32>
// CHECK: linalg.contract {{.*}} {cast = #linalg.type_fn<cast_unsigned>} {{.*}} -> tensor<3xi32>
// CHECK: linalg.dot ins({{.*}}) -> tensor<i32>
func.func @forms(%p: tensor<2x3x4xi8>, %q: tensor<2x4x5xi8>, %m: tensor<3x4xi8>, %v: tensor<4xi8>, %s: tensor<f32>, %z: tensor<i8>) -> (tensor<2x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) {
  %zero3 = arith.constant dense<0.0> : tensor<2x3x5xf32>
  %zero1 = arith.constant dense<0.0> : tensor<3xf32>
  %zero0 = arith.constant dense<0.0> : tensor<f32>
  %dp = quant_ext.dequantize %p, %s, %z storage = <u8> : (tensor<2x3x4xi8>, tensor<f32>, tensor<i8>) -> tensor<2x3x4xf32>
  %dq = quant_ext.dequantize %q, %s, %z storage = <u8> : (tensor<2x4x5xi8>, tensor<f32>, tensor<i8>) -> tensor<2x4x5xf32>
  %0 = linalg.batch_matmul ins(%dp, %dq : tensor<2x3x4xf32>, tensor<2x4x5xf32>) outs(%zero3 : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %sm = quant_ext.dequantize %m, %s storage = <i8> : (tensor<3x4xi8>, tensor<f32>) -> tensor<3x4xf32>
  %sv = quant_ext.dequantize %v, %s storage = <i8> : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  %1 = linalg.matvec ins(%sm, %sv : tensor<3x4xf32>, tensor<4xf32>) outs(%zero1 : tensor<3xf32>) -> tensor<3xf32>
  %um = quant_ext.dequantize %m, %s, %z storage = <u8> : (tensor<3x4xi8>, tensor<f32>, tensor<i8>) -> tensor<3x4xf32>
  %uv = quant_ext.dequantize %v, %s, %z storage = <u8> : (tensor<4xi8>, tensor<f32>, tensor<i8>) -> tensor<4xf32>
  %2 = linalg.matvec ins(%um, %uv : tensor<3x4xf32>, tensor<4xf32>) outs(%zero1 : tensor<3xf32>) -> tensor<3xf32>
  %3 = linalg.dot ins(%sv, %sv : tensor<4xf32>, tensor<4xf32>) outs(%zero0 : tensor<f32>) -> tensor<f32>
  return %0, %1, %2, %3 : tensor<2x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>
}

// -----

// A generic with operands in the other order, of f16 summed in f32, and a
// reduction of size 1 along which a scale has its only element.
// CHECK-LABEL: func @generic
// CHECK-SAME: (%[[P:.*]]: tensor<3x1xi8>, %[[Q:.*]]: tensor<1x5xi8>, %[[S:.*]]: tensor<1xf16>
// CHECK: linalg.contract {{.*}} ins(%[[P]], %[[Q]] : tensor<3x1xi8>, tensor<1x5xi8>)
// CHECK: %[[ONE:.*]] = tensor.collapse_shape %[[S]] [] : tensor<1xf16> into tensor<f16>
// CHECK: linalg.generic {{.*}} ins(%[[ONE]], %{{.*}} : tensor<f16>, tensor<f16>)
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: quant_ext.dequantize {{.*}} : (tensor<3x5xi32>, tensor<f32>) -> tensor<3x5xf32>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
func.func @generic(%p: tensor<3x1xi8>, %q: tensor<1x5xi8>, %s: tensor<1xf16>, %t: tensor<f16>) -> tensor<3x5xf32> {
  %zero = arith.constant dense<0.0> : tensor<3x5xf32>
  %dp = quant_ext.dequantize %p, %s axis = 1 storage = <i8> : (tensor<3x1xi8>, tensor<1xf16>) -> tensor<3x1xf16>
  %dq = quant_ext.dequantize %q, %t storage = <i8> : (tensor<1x5xi8>, tensor<f16>) -> tensor<1x5xf16>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%dp, %dq : tensor<3x1xf16>, tensor<1x5xf16>) outs(%zero : tensor<3x5xf32>) {
  ^bb0(%a: f16, %b: f16, %sum: f32):
    %wa = arith.extf %a : f16 to f32
    %wb = arith.extf %b : f16 to f32
    %product = arith.mulf %wb, %wa : f32
    %total = arith.addf %product, %sum : f32
    linalg.yield %total : f32
  } -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// -----

// A negation in the body is no sum of products, though upstream's inference
// looks through it.
// CHECK-LABEL: func @negated
// CHECK: arith.negf
// CHECK-NOT: tensor<3x5xi32>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
func.func @negated(%p: tensor<3x2xi8>, %q: tensor<2x5xi8>, %t: tensor<f32>) -> tensor<3x5xf32> {
  %zero = arith.constant dense<0.0> : tensor<3x5xf32>
  %dp = quant_ext.dequantize %p, %t storage = <i8> : (tensor<3x2xi8>, tensor<f32>) -> tensor<3x2xf32>
  %dq = quant_ext.dequantize %q, %t storage = <i8> : (tensor<2x5xi8>, tensor<f32>) -> tensor<2x5xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%dp, %dq : tensor<3x2xf32>, tensor<2x5xf32>) outs(%zero : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %n = arith.negf %a : f32
    %product = arith.mulf %n, %b : f32
    %total = arith.addf %product, %sum : f32
    linalg.yield %total : f32
  } -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// -----

// What requantize cannot say stays a quantize: a reciprocal, a precision, a
// result with another user.
// CHECK-LABEL: func @no_requantize
// CHECK-NOT: quant_ext.requantize
// CHECK-COUNT-4: quant_ext.quantize
// CHECK-NOT: quant_ext.requantize
func.func @no_requantize(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %s: tensor<f32>, %rows: tensor<2xf32>, %columns: tensor<3xf32>) -> (tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xf32>, tensor<2x3xi8>) {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %columns axis = 1 storage = <i8> : (tensor<4x3xi8>, tensor<3xf32>) -> tensor<4x3xf32>
  %y0 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %q0 = quant_ext.quantize %y0, %s storage = <i8> division = reciprocal : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
  %y1 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %q1 = quant_ext.quantize %y1, %s storage = <i8> precision = f16 : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
  %y2 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %q2 = quant_ext.quantize %y2, %rows axis = 0 storage = <i8> : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xi8>
  %y3 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %q3 = quant_ext.quantize %y3, %s storage = <i8> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
  return %q0, %q1, %q2, %y3, %q3 : tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xi8>, tensor<2x3xf32>, tensor<2x3xi8>
}

// -----

// Scalars for zero points, on top of what the result starts from; constants of
// 0 are nothing.
// CHECK-LABEL: func @quantized_matmul
// CHECK-SAME: (%[[A:.*]]: tensor<5x?xi8>, %[[W:.*]]: tensor<?x3xi8>, %[[ZA:.*]]: i32, %[[ZW:.*]]: i32, %[[INIT:.*]]: tensor<5x3xi32>)
// CHECK-DAG: %[[TA:.*]] = tensor.from_elements %[[ZA]] : tensor<i32>
// CHECK-DAG: %[[TW:.*]] = tensor.from_elements %[[ZW]] : tensor<i32>
// CHECK: %[[COLUMNS:.*]] = linalg.generic {{.*}} ins(%[[W]], %[[TW]]
// CHECK: %[[ROWS:.*]] = linalg.generic {{.*}} ins(%[[A]] :
// CHECK: %[[SUMS:.*]] = linalg.matmul ins(%[[A]], %[[W]] : tensor<5x?xi8>, tensor<?x3xi8>) outs(%[[INIT]] : tensor<5x3xi32>)
// CHECK: linalg.generic {{.*}} ins(%[[SUMS]], %[[TA]], %[[COLUMNS]], %[[TW]], %[[ROWS]]
func.func @quantized_matmul(%a: tensor<5x?xi8>, %w: tensor<?x3xi8>, %za: i32, %zw: i32, %init: tensor<5x3xi32>) -> tensor<5x3xi32> {
  %y = linalg.quantized_matmul ins(%a, %w, %za, %zw : tensor<5x?xi8>, tensor<?x3xi8>, i32, i32) outs(%init : tensor<5x3xi32>) -> tensor<5x3xi32>
  return %y : tensor<5x3xi32>
}

// CHECK-LABEL: func @quantized_batch_matmul
// CHECK-NOT: linalg.generic
// CHECK: %[[SUMS:.*]] = linalg.batch_matmul ins
// CHECK: return %[[SUMS]]
func.func @quantized_batch_matmul(%a: tensor<2x5x4xi8>, %w: tensor<2x4x3xi8>, %init: tensor<2x5x3xi32>) -> tensor<2x5x3xi32> {
  %zero = arith.constant 0 : i32
  %y = linalg.quantized_batch_matmul ins(%a, %w, %zero, %zero : tensor<2x5x4xi8>, tensor<2x4x3xi8>, i32, i32) outs(%init : tensor<2x5x3xi32>) -> tensor<2x5x3xi32>
  return %y : tensor<2x5x3xi32>
}

// -----

// linalg.contract has no loop that indexes the result alone.
// CHECK-LABEL: func @result_alone
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}} : tensor<3x2xi8>, tensor<2xi8>)
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k)>
#out = affine_map<(m, n, k) -> (m, n)>
func.func @result_alone(%p: tensor<3x2xi8>, %q: tensor<2xi8>, %t: tensor<f32>, %init: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %dp = quant_ext.dequantize %p, %t storage = <i8> : (tensor<3x2xi8>, tensor<f32>) -> tensor<3x2xf32>
  %dq = quant_ext.dequantize %q, %t storage = <i8> : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%dp, %dq : tensor<3x2xf32>, tensor<2xf32>) outs(%init : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %total = arith.addf %product, %sum : f32
    linalg.yield %total : f32
  } -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// -----

// A contraction never moves to a user inside a loop.
// CHECK-LABEL: func @loop
// CHECK: linalg.matmul {{.*}} -> tensor<2x3xi32>
// CHECK: %[[FLOATS:.*]] = quant_ext.dequantize
// CHECK: scf.for
// CHECK: quant_ext.quantize %[[FLOATS]]
func.func @loop(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %s: tensor<f32>, %n: index, %i: tensor<2x3xi8>) -> tensor<2x3xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %r = scf.for %j = %c0 to %n step %c1 iter_args(%p = %i) -> tensor<2x3xi8> {
    %q = quant_ext.quantize %y, %s storage = <i8> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
    %t = arith.addi %p, %q : tensor<2x3xi8>
    scf.yield %t : tensor<2x3xi8>
  }
  return %r : tensor<2x3xi8>
}

// -----

// A relu is a lower bound, which the integers have by themselves where the zero
// point is the lowest of them, and not where it is the next.
// CHECK-LABEL: func @relu
// CHECK: %[[Q:.*]] = quant_ext.requantize %{{.*}} storage = <u8>
// CHECK-NOT: arith.max
// CHECK: %[[R:.*]] = quant_ext.requantize %{{.*}} storage = <u8>
// CHECK: %[[LEAST:.*]] = linalg.generic {{.*}} ins(%[[R]], %{{.*}} : tensor<2x3xi8>, tensor<i8>)
// CHECK: arith.maxui
// CHECK: return %[[Q]], %[[LEAST]]
func.func @relu(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>) -> (tensor<2x3xi8>, tensor<2x3xi8>) {
  %s = arith.constant dense<0.5> : tensor<f32>
  %lowest = arith.constant dense<0> : tensor<i8>
  %z = arith.constant dense<1> : tensor<i8>
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y0 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %r0 = arith.maximumf %y0, %zero : tensor<2x3xf32>
  %q0 = quant_ext.quantize %r0, %s, %lowest storage = <u8> : (tensor<2x3xf32>, tensor<f32>, tensor<i8>) -> tensor<2x3xi8>
  %y1 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %r1 = arith.maximumf %zero, %y1 : tensor<2x3xf32>
  %q1 = quant_ext.quantize %r1, %s, %z storage = <u8> : (tensor<2x3xf32>, tensor<f32>, tensor<i8>) -> tensor<2x3xi8>
  return %q0, %q1 : tensor<2x3xi8>, tensor<2x3xi8>
}

// A scale that is not known may be negative, and one is no zero.
// CHECK-LABEL: func @no_relu
// CHECK: arith.maximumf
// CHECK: quant_ext.quantize
// CHECK: arith.maximumf
// CHECK: quant_ext.quantize
func.func @no_relu(%x: tensor<2x4xi8>, %w: tensor<4x3xi8>, %any: tensor<f32>) -> (tensor<2x3xi8>, tensor<2x3xi8>) {
  %s = arith.constant dense<0.5> : tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %one = arith.constant dense<1.0> : tensor<2x3xf32>
  %a = quant_ext.dequantize %x, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %y0 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %r0 = arith.maximumf %y0, %zero : tensor<2x3xf32>
  %q0 = quant_ext.quantize %r0, %any storage = <i8> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
  %y1 = linalg.matmul ins(%a, %b : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %r1 = arith.maximumf %y1, %one : tensor<2x3xf32>
  %q1 = quant_ext.quantize %r1, %s storage = <i8> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi8>
  return %q0, %q1 : tensor<2x3xi8>, tensor<2x3xi8>
}

// -----

// The sums of a resource are constants too: 1 + 3, 2 - 4, times -7.
// CHECK-LABEL: func @resource
// CHECK: arith.constant dense<[-28, 14]> : tensor<2xi32>
// CHECK: linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<5x2xi8>, tensor<2x2xi8>)
func.func @resource(%x: tensor<5x2xi8>) -> tensor<5x2xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<7> : tensor<i8>
  %zero = arith.constant dense<0.0> : tensor<5x2xf32>
  %w = arith.constant dense_resource<weights> : tensor<2x2xi8>
  %a = quant_ext.dequantize %x, %s, %z storage = <i8> : (tensor<5x2xi8>, tensor<f32>, tensor<i8>) -> tensor<5x2xf32>
  %b = quant_ext.dequantize %w, %s storage = <i8> : (tensor<2x2xi8>, tensor<f32>) -> tensor<2x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<5x2xf32>, tensor<2x2xf32>) outs(%zero : tensor<5x2xf32>) -> tensor<5x2xf32>
  return %y : tensor<5x2xf32>
}
{-# dialect_resources: { builtin: { weights: "0x01000000010203fc" } } #-}

// -----

// What the bias is added into is itself a contraction, of which nothing but the
// type is needed: it is gone when its turn comes.
// CHECK-LABEL: func @contraction_as_destination
// CHECK: quant_ext.dequantize %{{.*}} : (tensor<2x3xi32>
// CHECK-NOT: linalg.matmul
// CHECK: return
func.func @contraction_as_destination(%a: tensor<2x4xi8>, %w: tensor<4x3xi8>, %x: tensor<2x4xf32>, %y: tensor<4x3xf32>) -> tensor<2x3xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %s = arith.constant dense<0.5> : tensor<f32>
  %sb = arith.constant dense<0.25> : tensor<f32>
  %bq = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
  %da = quant_ext.dequantize %a, %s storage = <i8> : (tensor<2x4xi8>, tensor<f32>) -> tensor<2x4xf32>
  %dw = quant_ext.dequantize %w, %s storage = <i8> : (tensor<4x3xi8>, tensor<f32>) -> tensor<4x3xf32>
  %bias = quant_ext.dequantize %bq, %sb storage = <i32> : (tensor<3xi32>, tensor<f32>) -> tensor<3xf32>
  %b = linalg.matmul ins(%da, %dw : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %c = linalg.matmul ins(%x, %y : tensor<2x4xf32>, tensor<4x3xf32>) outs(%zero : tensor<2x3xf32>) -> tensor<2x3xf32>
  %r = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%b, %bias : tensor<2x3xf32>, tensor<3xf32>) outs(%c : tensor<2x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %t = arith.addf %p, %q : f32
    linalg.yield %t : f32
  } -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
