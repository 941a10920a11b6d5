// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-split-empty-tensors,cse))" %s | FileCheck %s

// What is copied is not merged again.
// CHECK-LABEL: func.func @chain(
// CHECK: %[[E:.*]] = tensor.empty() {quant_ext.number = 0 : i64} : tensor<8xf32>
// CHECK: linalg.negf {{.*}} outs(%[[E]] : tensor<8xf32>)
// CHECK: %[[F:.*]] = tensor.empty() {quant_ext.number = 1 : i64} : tensor<8xf32>
// CHECK: linalg.exp {{.*}} outs(%[[F]] : tensor<8xf32>)
func.func @chain(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %y = linalg.negf ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %z = linalg.exp ins(%y : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  return %z : tensor<8xf32>
}

// -----

// A shared reshape is copied with what it reshapes.
// CHECK-LABEL: func.func @reshapes(
// CHECK: %[[E:.*]] = tensor.empty() {{.*}} : tensor<2x4xf32>
// CHECK: %[[FLAT_E:.*]] = tensor.collapse_shape %[[E]]
// CHECK: linalg.negf {{.*}} outs(%[[FLAT_E]] : tensor<8xf32>)
// CHECK: %[[F:.*]] = tensor.empty() {{.*}} : tensor<2x4xf32>
// CHECK: %[[FLAT_F:.*]] = tensor.collapse_shape %[[F]]
// CHECK: linalg.exp {{.*}} outs(%[[FLAT_F]] : tensor<8xf32>)
func.func @reshapes(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<2x4xf32>
  %flat = tensor.collapse_shape %e [[0, 1]] : tensor<2x4xf32> into tensor<8xf32>
  %y = linalg.negf ins(%x : tensor<8xf32>) outs(%flat : tensor<8xf32>) -> tensor<8xf32>
  %z = linalg.exp ins(%y : tensor<8xf32>) outs(%flat : tensor<8xf32>) -> tensor<8xf32>
  return %z : tensor<8xf32>
}

// -----

// Nothing is made in each iteration that was made once.
// CHECK-LABEL: func.func @loop(
// CHECK-COUNT-2: tensor.empty
// CHECK: scf.for
// CHECK-NOT: tensor.empty
// CHECK: return
func.func @loop(%x: tensor<8xf32>, %n: index) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<8xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<8xf32> {
    %y = linalg.negf ins(%a : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    %z = linalg.exp ins(%y : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    scf.yield %z : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// What is inserted was made in place: both slices are of one tensor.
// CHECK-LABEL: func.func @slices(
// CHECK: %[[E:.*]] = tensor.empty()
// CHECK: tensor.extract_slice %[[E]]
// CHECK: tensor.insert_slice %{{.*}} into %[[E]]
func.func @slices(%x: tensor<4xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %s = tensor.extract_slice %e[0] [4] [1] : tensor<8xf32> to tensor<4xf32>
  %y = linalg.negf ins(%x : tensor<4xf32>) outs(%s : tensor<4xf32>) -> tensor<4xf32>
  %z = tensor.insert_slice %y into %e[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
  return %z : tensor<8xf32>
}
