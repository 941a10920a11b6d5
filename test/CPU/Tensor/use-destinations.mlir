// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-use-destinations))" %s | FileCheck %s

// CHECK: #[[TIMES_32:.*]] = affine_map<()[s0] -> (s0 * 32)>

// A collapsed result is made in its own shape.
// CHECK-LABEL: func.func @collapse(
// CHECK-SAME: %[[X:.*]]: tensor<4x32xf32>
// CHECK: %[[E:.*]] = tensor.empty() : tensor<128xf32>
// CHECK: %[[B:.*]] = tensor.expand_shape %[[E]] {{\[\[}}0, 1]] output_shape [4, 32]
// CHECK: %[[Y:.*]] = linalg.negf ins(%[[X]] : {{.*}}) outs(%[[B]] :
// CHECK: %[[Z:.*]] = tensor.collapse_shape %[[Y]]
// CHECK: return %[[Z]]
func.func @collapse(%x: tensor<4x32xf32>) -> tensor<128xf32> {
  %e = tensor.empty() : tensor<4x32xf32>
  %y = linalg.negf ins(%x : tensor<4x32xf32>) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %z = tensor.collapse_shape %y [[0, 1]] : tensor<4x32xf32> into tensor<128xf32>
  return %z : tensor<128xf32>
}

// The size of the collapsed tensor is the product of those that are collapsed.
// CHECK-LABEL: func.func @collapse_dynamic(
// CHECK-SAME: %[[N:[a-z0-9]*]]: index
// CHECK: %[[SIZE:.*]] = affine.apply #[[TIMES_32]]()[%[[N]]]
// CHECK: %[[E:.*]] = tensor.empty(%[[SIZE]]) : tensor<?xf32>
// CHECK: %[[B:.*]] = tensor.expand_shape %[[E]] {{\[\[}}0, 1]] output_shape [%[[N]], 32]
// CHECK: linalg.negf {{.*}} outs(%[[B]] :
func.func @collapse_dynamic(%x: tensor<?x32xf32>, %n: index) -> tensor<?xf32> {
  %e = tensor.empty(%n) : tensor<?x32xf32>
  %y = linalg.negf ins(%x : tensor<?x32xf32>) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %z = tensor.collapse_shape %y [[0, 1]] : tensor<?x32xf32> into tensor<?xf32>
  return %z : tensor<?xf32>
}

// So is an expanded one.
// CHECK-LABEL: func.func @expand(
// CHECK: %[[E:.*]] = tensor.empty() : tensor<4x32xf32>
// CHECK: %[[B:.*]] = tensor.collapse_shape %[[E]] {{\[\[}}0, 1]]
// CHECK: linalg.negf {{.*}} outs(%[[B]] :
func.func @expand(%x: tensor<128xf32>) -> tensor<4x32xf32> {
  %e = tensor.empty() : tensor<128xf32>
  %y = linalg.negf ins(%x : tensor<128xf32>) outs(%e : tensor<128xf32>) -> tensor<128xf32>
  %z = tensor.expand_shape %y [[0, 1]] output_shape [4, 32] : tensor<128xf32> into tensor<4x32xf32>
  return %z : tensor<4x32xf32>
}

// Sizes that come after the operation cannot be those of its destination.
// CHECK-LABEL: func.func @expand_to_later_sizes(
// CHECK: %[[M:.*]] = arith.divui
// CHECK: %[[E:.*]] = tensor.empty(%[[M]], %{{.*}}) : tensor<?x?xf32>
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[E]]
// CHECK: linalg.negf {{.*}} outs(%[[FLAT]] :
func.func @expand_to_later_sizes(%x: tensor<?xf32>, %n: index) -> tensor<?x?xf32> {
  %e = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.negf ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %c4 = arith.constant 4 : index
  %m = arith.divui %n, %c4 : index
  %z = tensor.expand_shape %y [[0, 1]] output_shape [%m, %c4] : tensor<?xf32> into tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}

// A size that depends on the values cannot be known before them.
// CHECK-LABEL: func.func @expand_to_unknown_sizes(
// CHECK: %[[E:.*]] = tensor.empty(%{{.*}}) : tensor<?xf32>
// CHECK: linalg.negf {{.*}} outs(%[[E]] :
func.func @expand_to_unknown_sizes(%x: tensor<?xf32>, %n: index) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %e = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.negf ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %v = tensor.extract %y[%c0] : tensor<?xf32>
  %i = arith.fptoui %v : f32 to i64
  %m = arith.index_cast %i : i64 to index
  %z = tensor.expand_shape %y [[0, 1]] output_shape [%m, %c4] : tensor<?xf32> into tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @insert_at_later_offset(
// CHECK-SAME: %[[D:[a-z0-9]*]]: tensor<100xf32>
// CHECK: %[[AT:.*]] = arith.muli
// CHECK: %[[S:.*]] = tensor.extract_slice %[[D]][%[[AT]]] [4] [1]
// CHECK: linalg.negf {{.*}} outs(%[[S]] :
func.func @insert_at_later_offset(%d: tensor<100xf32>, %x: tensor<4xf32>, %n: index) -> tensor<100xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.negf ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %at = arith.muli %n, %n : index
  %w = tensor.insert_slice %y into %d[%at] [4] [1] : tensor<4xf32> into tensor<100xf32>
  return %w : tensor<100xf32>
}

// One reshape after the other is undone in the opposite order.
// CHECK-LABEL: func.func @two_reshapes(
// CHECK: %[[E:.*]] = tensor.empty() : tensor<8x16xf32>
// CHECK: %[[C:.*]] = tensor.collapse_shape %[[E]] {{\[\[}}0, 1]] : tensor<8x16xf32> into tensor<128xf32>
// CHECK: %[[B:.*]] = tensor.expand_shape %[[C]] {{\[\[}}0, 1]] output_shape [4, 32]
// CHECK: linalg.negf {{.*}} outs(%[[B]] :
func.func @two_reshapes(%x: tensor<4x32xf32>) -> tensor<8x16xf32> {
  %e = tensor.empty() : tensor<4x32xf32>
  %y = linalg.negf ins(%x : tensor<4x32xf32>) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %z = tensor.collapse_shape %y [[0, 1]] : tensor<4x32xf32> into tensor<128xf32>
  %w = tensor.expand_shape %z [[0, 1]] output_shape [8, 16] : tensor<128xf32> into tensor<8x16xf32>
  return %w : tensor<8x16xf32>
}

// What is inserted is written into its slice, through a reshape.
// CHECK-LABEL: func.func @insert(
// CHECK: %[[D:.*]] = tensor.empty() : tensor<5x100xf32>
// CHECK: %[[S:.*]] = tensor.extract_slice %[[D]][0, 4] [5, 96] [1, 1]
// CHECK: %[[B:.*]] = tensor.expand_shape %[[S]] {{\[\[}}0], [1, 2]] output_shape [5, 3, 32]
// CHECK: linalg.negf {{.*}} outs(%[[B]] :
func.func @insert(%x: tensor<5x3x32xf32>) -> tensor<5x100xf32> {
  %d = tensor.empty() : tensor<5x100xf32>
  %e = tensor.empty() : tensor<5x3x32xf32>
  %y = linalg.negf ins(%x : tensor<5x3x32xf32>) outs(%e : tensor<5x3x32xf32>) -> tensor<5x3x32xf32>
  %z = tensor.collapse_shape %y [[0], [1, 2]] : tensor<5x3x32xf32> into tensor<5x96xf32>
  %w = tensor.insert_slice %z into %d[0, 4] [5, 96] [1, 1] : tensor<5x96xf32> into tensor<5x100xf32>
  return %w : tensor<5x100xf32>
}

// A branch that inserts nothing does not read the tensor.
// CHECK-LABEL: func.func @insert_in_branch(
// CHECK-SAME: %[[D:[a-z0-9]*]]: tensor<100xf32>
// CHECK: scf.if
// CHECK: %[[S:.*]] = tensor.extract_slice %[[D]][96] [4] [1]
// CHECK: linalg.negf {{.*}} outs(%[[S]] :
func.func @insert_in_branch(%d: tensor<100xf32>, %x: tensor<4xf32>, %c: i1) -> tensor<100xf32> {
  %r = scf.if %c -> tensor<100xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %y = linalg.negf ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %w = tensor.insert_slice %y into %d[96] [4] [1] : tensor<4xf32> into tensor<100xf32>
    scf.yield %w : tensor<100xf32>
  } else {
    scf.yield %d : tensor<100xf32>
  }
  return %r : tensor<100xf32>
}

// To write into what is read afterwards would need a copy of it.
// CHECK-LABEL: func.func @insert_into_read(
// CHECK: %[[E:.*]] = tensor.empty() : tensor<4xf32>
// CHECK: linalg.negf {{.*}} outs(%[[E]] :
func.func @insert_into_read(%d: tensor<100xf32>, %x: tensor<4xf32>) -> (tensor<100xf32>, tensor<100xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.negf ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %w = tensor.insert_slice %y into %d[96] [4] [1] : tensor<4xf32> into tensor<100xf32>
  return %w, %d : tensor<100xf32>, tensor<100xf32>
}

// A destination that has contents keeps them.
// CHECK-LABEL: func.func @accumulate(
// CHECK-SAME: %[[E:[a-z0-9]*]]: tensor<4x32xf32>
// CHECK: linalg.negf {{.*}} outs(%[[E]] :
func.func @accumulate(%e: tensor<4x32xf32>, %x: tensor<4x32xf32>) -> tensor<128xf32> {
  %y = linalg.negf ins(%x : tensor<4x32xf32>) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %z = tensor.collapse_shape %y [[0, 1]] : tensor<4x32xf32> into tensor<128xf32>
  return %z : tensor<128xf32>
}
