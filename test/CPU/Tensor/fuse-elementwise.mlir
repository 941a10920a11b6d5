// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,convert-elementwise-to-linalg,canonicalize,cse,func.func(quant-ext-fuse-elementwise),canonicalize,cse)" %s | FileCheck %s

// Named operations, broadcasts, constants and operations of arith on tensors are
// one loop that reads x, the bias of a column and the scale.
// CHECK-DAG: #[[ALL:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[NONE:.*]] = affine_map<(d0, d1) -> ()>
// CHECK-LABEL: func.func @bias_relu_quantize(
// CHECK-SAME: %[[X:.*]]: tensor<8x16xf32>, %[[B:.*]]: tensor<16xf32>, %[[S:.*]]: tensor<f32>
// CHECK: %[[ZERO:.*]] = arith.constant 0.0{{.*}} : f32
// CHECK: %[[Q:.*]] = linalg.generic {indexing_maps = [#[[ALL]], #[[COLUMN]], #[[NONE]], #[[ALL]]]{{.*}} ins(%[[X]], %[[B]], %[[S]] :
// CHECK-NEXT: ^bb0(%[[XI:.*]]: f32, %[[BI:.*]]: f32, %[[SI:.*]]: f32, %{{.*}}: i8):
// CHECK-NEXT: %[[Y:.*]] = arith.addf %[[XI]], %[[BI]] : f32
// CHECK-NEXT: %[[R:.*]] = arith.maximumf %[[Y]], %[[ZERO]] : f32
// CHECK-NEXT: %[[V:.*]] = quant_ext.apply_quantize %[[R]], %[[SI]]
// CHECK-NEXT: linalg.yield %[[V]]
// CHECK-NOT: linalg.generic
// CHECK: return %[[Q]]
func.func @bias_relu_quantize(%x: tensor<8x16xf32>, %b: tensor<16xf32>, %s: tensor<f32>) -> tensor<8x16xi8> {
  %e = tensor.empty() : tensor<8x16xf32>
  %rows = linalg.broadcast ins(%b : tensor<16xf32>) outs(%e : tensor<8x16xf32>) dimensions = [0]
  %y = linalg.add ins(%x, %rows : tensor<8x16xf32>, tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
  %zero = arith.constant dense<0.0> : tensor<8x16xf32>
  %r = arith.maximumf %y, %zero : tensor<8x16xf32>
  %q = quant_ext.quantize %r, %s storage = <i8> : (tensor<8x16xf32>, tensor<f32>) -> tensor<8x16xi8>
  return %q : tensor<8x16xi8>
}

// -----

// What is dequantized, and a fill.
// CHECK-LABEL: func.func @dequantize_residual_relu(
// CHECK-SAME: %[[X:.*]]: tensor<?x16xi8>, %[[R:.*]]: tensor<?x16xf32>, %[[S:.*]]: tensor<?xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[S]], %[[R]] :
// CHECK: quant_ext.apply_dequantize
// CHECK-NEXT: arith.addf
// CHECK-NEXT: arith.maximumf
// CHECK-NEXT: linalg.yield
// CHECK-NOT: linalg.
// CHECK: return
func.func @dequantize_residual_relu(%x: tensor<?x16xi8>, %r: tensor<?x16xf32>, %s: tensor<?xf32>, %e: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %y = quant_ext.dequantize %x, %s axis = 0 storage = <i8> : (tensor<?x16xi8>, tensor<?xf32>) -> tensor<?x16xf32>
  %a = linalg.add ins(%y, %r : tensor<?x16xf32>, tensor<?x16xf32>) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
  %c0 = arith.constant 0.0 : f32
  %z = linalg.fill ins(%c0 : f32) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
  %m = linalg.max ins(%a, %z : tensor<?x16xf32>, tensor<?x16xf32>) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %m : tensor<?x16xf32>
}

// -----

// linalg.map, in front of blocks.
// CHECK-LABEL: func.func @map_quantize_blocks(
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "parallel"]
// CHECK: math.exp
// CHECK-NEXT: quant_ext.apply_quantize
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @map_quantize_blocks(%x: tensor<8x64xf32>, %s: tensor<8x2xf32>, %e: tensor<8x64xf32>) -> tensor<8x64xi8> {
  %y = linalg.map { math.exp } ins(%x : tensor<8x64xf32>) outs(%e : tensor<8x64xf32>)
  %q = quant_ext.quantize %y, %s block_sizes = [1, 32] storage = <i8> : (tensor<8x64xf32>, tensor<8x2xf32>) -> tensor<8x64xi8>
  return %q : tensor<8x64xi8>
}

// -----

// CHECK-LABEL: func.func @dequantize_blocks_add(
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "parallel"]
// CHECK: quant_ext.apply_dequantize
// CHECK-NEXT: arith.addf
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @dequantize_blocks_add(%q: tensor<8x64xi8>, %s: tensor<8x2xf32>, %r: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %x = quant_ext.dequantize %q, %s block_sizes = [1, 32] storage = <i8> : (tensor<8x64xi8>, tensor<8x2xf32>) -> tensor<8x64xf32>
  %y = arith.addf %x, %r : tensor<8x64xf32>
  return %y : tensor<8x64xf32>
}

// -----

// A sum that is needed itself is a second result of the loop.
// CHECK-LABEL: func.func @sum_too(
// CHECK: %[[R:.*]]:2 = linalg.generic
// CHECK: %[[Y:.*]] = arith.addf
// CHECK-NEXT: %[[V:.*]] = quant_ext.apply_quantize %[[Y]]
// CHECK-NEXT: linalg.yield %[[Y]], %[[V]]
// CHECK-NOT: linalg.
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @sum_too(%x: tensor<8x16xf32>, %r: tensor<8x16xf32>, %s: tensor<f32>) -> (tensor<8x16xf32>, tensor<8x16xi8>) {
  %y = arith.addf %x, %r : tensor<8x16xf32>
  %q = quant_ext.quantize %y, %s storage = <i8> : (tensor<8x16xf32>, tensor<f32>) -> tensor<8x16xi8>
  return %y, %q : tensor<8x16xf32>, tensor<8x16xi8>
}

// -----

// Not where somebody has read it before the loop is there.
// CHECK-LABEL: func.func @read_before(
// CHECK: linalg.generic
// CHECK: tensor.extract
// CHECK: linalg.generic
// CHECK: quant_ext.apply_quantize
func.func @read_before(%x: tensor<8x16xf32>, %r: tensor<8x16xf32>) -> tensor<8x16xi8> {
  %c0 = arith.constant 0 : index
  %y = arith.addf %x, %r : tensor<8x16xf32>
  %first = tensor.extract %y[%c0, %c0] : tensor<8x16xf32>
  %s = tensor.from_elements %first : tensor<f32>
  %q = quant_ext.quantize %y, %s storage = <i8> : (tensor<8x16xf32>, tensor<f32>) -> tensor<8x16xi8>
  return %q : tensor<8x16xi8>
}

// -----

// To add twice takes less than to write the sum and read it twice: the range
// and the integers read what they are made of.
// CHECK-LABEL: func.func @dynamic(
// CHECK-SAME: %[[X:.*]]: tensor<8x16xf32>, %[[R:.*]]: tensor<8x16xf32>
// CHECK: linalg.generic {{.*}}["parallel", "reduction"]} ins(%[[X]], %[[R]] :
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.addf
// CHECK: quant_ext.apply_choose_qparams
// CHECK: linalg.generic {{.*}}ins(%[[X]], %[[R]], %{{.*}} :
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.addf
// CHECK-NEXT: quant_ext.apply_quantize
func.func @dynamic(%x: tensor<8x16xf32>, %r: tensor<8x16xf32>) -> tensor<8x16xi8> {
  %y = arith.addf %x, %r : tensor<8x16xf32>
  %s = quant_ext.choose_qparams %y axis = 0 storage = <i8> : (tensor<8x16xf32>) -> tensor<8xf32>
  %q = quant_ext.quantize %y, %s axis = 0 storage = <i8> : (tensor<8x16xf32>, tensor<8xf32>) -> tensor<8x16xi8>
  return %q : tensor<8x16xi8>
}

// -----

// To divide twice takes longer.
// CHECK-LABEL: func.func @dynamic_quotient(
// CHECK: %[[Y:.*]] = linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.divf
// CHECK: linalg.generic {{.*}}["parallel", "reduction"]} ins(%[[Y]] :
// CHECK: linalg.generic {{.*}} ins(%[[Y]], %{{.*}} :
// CHECK-NEXT: ^bb0
// CHECK-NEXT: quant_ext.apply_quantize
func.func @dynamic_quotient(%x: tensor<8x16xf32>, %r: tensor<8x16xf32>) -> tensor<8x16xi8> {
  %y = arith.divf %x, %r : tensor<8x16xf32>
  %s = quant_ext.choose_qparams %y axis = 0 storage = <i8> : (tensor<8x16xf32>) -> tensor<8xf32>
  %q = quant_ext.quantize %y, %s axis = 0 storage = <i8> : (tensor<8x16xf32>, tensor<8xf32>) -> tensor<8x16xi8>
  return %q : tensor<8x16xi8>
}

// -----

// A matrix product reads an element for each column.
// CHECK-LABEL: func.func @matmul(
// CHECK: linalg.generic
// CHECK: quant_ext.apply_dequantize
// CHECK-NEXT: linalg.yield
// CHECK: linalg.matmul
func.func @matmul(%q: tensor<8x16xi8>, %s: tensor<f32>, %w: tensor<16x4xf32>, %acc: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<8x16xi8>, tensor<f32>) -> tensor<8x16xf32>
  %y = linalg.matmul ins(%x, %w : tensor<8x16xf32>, tensor<16x4xf32>) outs(%acc : tensor<8x4xf32>) -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// -----

// A product with a vector reads it once, but a sum of floats has no vector form,
// which the dequantization would lose.
// CHECK-LABEL: func.func @matvec(
// CHECK: quant_ext.apply_dequantize
// CHECK-NEXT: linalg.yield
// CHECK: linalg.generic {{.*}}["parallel", "reduction"]
func.func @matvec(%q: tensor<8x16xi8>, %s: tensor<f32>, %v: tensor<16xf32>, %acc: tensor<8xf32>) -> tensor<8xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<8x16xi8>, tensor<f32>) -> tensor<8x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, %v : tensor<8x16xf32>, tensor<16xf32>) outs(%acc : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %p, %sum : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

// Scales are made once for a row, not once for an element.
// CHECK-LABEL: func.func @scales(
// CHECK: linalg.generic {{.*}}["parallel"]}
// CHECK: arith.mulf
// CHECK: linalg.generic {{.*}}["parallel", "parallel"]}
// CHECK-NEXT: ^bb0
// CHECK-NEXT: quant_ext.apply_quantize
func.func @scales(%x: tensor<8x16xf32>, %a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8x16xi8> {
  %s = arith.mulf %a, %b : tensor<8xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<8x16xf32>, tensor<8xf32>) -> tensor<8x16xi8>
  return %q : tensor<8x16xi8>
}

// -----

// Columns of a transposed tensor are no vectors: the rest keeps its own loop.
// CHECK-LABEL: func.func @transposed(
// CHECK: linalg.transpose
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK-NEXT: quant_ext.apply_quantize
func.func @transposed(%x: tensor<16x8xf32>, %r: tensor<8x16xf32>, %s: tensor<f32>, %e: tensor<8x16xf32>) -> tensor<8x16xi8> {
  %t = linalg.transpose ins(%x : tensor<16x8xf32>) outs(%e : tensor<8x16xf32>) permutation = [1, 0]
  %y = arith.addf %t, %r : tensor<8x16xf32>
  %q = quant_ext.quantize %y, %s storage = <i8> : (tensor<8x16xf32>, tensor<f32>) -> tensor<8x16xi8>
  return %q : tensor<8x16xi8>
}

// -----

// A destination stays what it was: it may be the caller's buffer.
// CHECK-LABEL: func.func @destination(
// CHECK-SAME: %[[OUT:[a-z0-9]+]]: tensor<16xf32>)
// CHECK: linalg.generic {{.*}} outs(%[[OUT]] :
// CHECK-NEXT: ^bb0
// CHECK-NEXT: quant_ext.apply_dequantize
// CHECK-NEXT: arith.addf
func.func @destination(%q: tensor<16xi8>, %s: tensor<f32>, %r: tensor<16xf32>, %out: tensor<16xf32>) -> tensor<16xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<16xi8>, tensor<f32>) -> tensor<16xf32>
  %y = linalg.add ins(%x, %r : tensor<16xf32>, tensor<16xf32>) outs(%out : tensor<16xf32>) -> tensor<16xf32>
  return %y : tensor<16xf32>
}

// -----

// A value of a size known at run time only, from outside.
// CHECK-LABEL: func.func @splat(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[LOW:.*]]: f32,
// CHECK: linalg.generic {{.*}} ins(%[[X]], %{{.*}} : tensor<?xf32>, tensor<f32>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %{{.*}}: f32, %{{.*}}: i8)
// CHECK-NEXT: arith.maximumf %[[A]], %[[LOW]]
// CHECK-NEXT: quant_ext.apply_quantize
func.func @splat(%x: tensor<?xf32>, %low: f32, %n: index, %s: tensor<f32>) -> tensor<?xi8> {
  %lows = tensor.splat %low[%n] : tensor<?xf32>
  %y = arith.maximumf %x, %lows : tensor<?xf32>
  %q = quant_ext.quantize %y, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<?xi8>
  return %q : tensor<?xi8>
}

// -----

// Parameters of each row, from an operation on them alone, scale what ends a
// contraction of one batch. Reshaping the loops for the first would part them from
// the second, which would reshape them back, for ever.
// CHECK-LABEL: func.func @rows_of_a_batch(
// CHECK: tensor.collapse_shape
// CHECK: linalg.unpack
// CHECK-NOT: tensor.expand_shape
// CHECK: return
func.func @rows_of_a_batch(%sums: tensor<1x4x1x16xi32>, %ranges: tensor<1x4x1xf32>) -> tensor<1x4x16xf32> {
  %e = tensor.empty() : tensor<1x4x1xf32>
  %scales = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%ranges : tensor<1x4x1xf32>) outs(%e : tensor<1x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.divf %in, %in : f32
    linalg.yield %0 : f32
  } -> tensor<1x4x1xf32>
  %rows = tensor.collapse_shape %scales [[0, 1, 2]] : tensor<1x4x1xf32> into tensor<4xf32>
  %i = tensor.empty() : tensor<1x4x16xi32>
  %unpack = linalg.unpack %sums inner_dims_pos = [2] inner_tiles = [16] into %i : tensor<1x4x1x16xi32> -> tensor<1x4x16xi32>
  %f = tensor.empty() : tensor<1x4x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%unpack, %rows : tensor<1x4x16xi32>, tensor<4xf32>) outs(%f : tensor<1x4x16xf32>) {
  ^bb0(%in: i32, %s: f32, %out: f32):
    %0 = arith.sitofp %in : i32 to f32
    %1 = arith.mulf %0, %s : f32
    linalg.yield %1 : f32
  } -> tensor<1x4x16xf32>
  return %y : tensor<1x4x16xf32>
}
