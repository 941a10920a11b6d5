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

// -----

// Both sides of a branch write what they yield into the same tensor; what only
// one of them needs on the way is another.
// CHECK-LABEL: func.func @branch(
// CHECK: %[[E:.*]] = tensor.empty(%{{.*}})
// CHECK: %[[F:.*]] = tensor.empty(%{{.*}})
// CHECK-NOT: tensor.empty
// CHECK: scf.if
// CHECK: linalg.negf {{.*}} outs(%[[F]] : tensor<?xf32>)
// CHECK: else
// CHECK: linalg.exp {{.*}} outs(%[[E]] : tensor<?xf32>)
// CHECK: linalg.log {{.*}} outs(%[[F]] : tensor<?xf32>)
func.func @branch(%x: tensor<?xf32>, %n: index, %c: i1) -> tensor<?xf32> {
  %e = tensor.empty(%n) : tensor<?xf32>
  %r = scf.if %c -> tensor<?xf32> {
    %y = linalg.negf ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    scf.yield %y : tensor<?xf32>
  } else {
    %y = linalg.exp ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    %z = linalg.log ins(%y : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    scf.yield %z : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

// -----

#all = affine_map<(d0) -> (d0)>

// What two results start from is made for each of them.
// CHECK-LABEL: func.func @fill(
// CHECK-DAG: %[[E:.*]] = tensor.empty() {quant_ext.number = 0 : i64}
// CHECK-DAG: %[[F:.*]] = tensor.empty() {quant_ext.number = 1 : i64}
// CHECK-DAG: %[[ZEROS:.*]] = linalg.fill {{.*}} outs(%[[E]] : tensor<8xf32>)
// CHECK-DAG: %[[MORE:.*]] = linalg.fill {{.*}} outs(%[[F]] : tensor<8xf32>)
// CHECK: linalg.generic
// CHECK-SAME: outs(%{{.*}}, %{{.*}} : tensor<8xf32>, tensor<8xf32>)
func.func @fill(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %r:2 = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%f, %f : tensor<8xf32>, tensor<8xf32>) {
  ^bb0(%a: f32, %h: f32, %l: f32):
    %high = arith.maxnumf %a, %h : f32
    %low = arith.minnumf %a, %l : f32
    linalg.yield %high, %low : f32, f32
  } -> (tensor<8xf32>, tensor<8xf32>)
  return %r#0, %r#1 : tensor<8xf32>, tensor<8xf32>
}

// -----

// What somebody reads is made once.
// CHECK-LABEL: func.func @fill_that_is_read(
// CHECK: linalg.fill
// CHECK-NOT: linalg.fill
// CHECK: return
func.func @fill_that_is_read(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %r = linalg.negf ins(%x : tensor<8xf32>) outs(%f : tensor<8xf32>) -> tensor<8xf32>
  return %r, %f : tensor<8xf32>, tensor<8xf32>
}

// -----

// Blocks, each with a use.
// CHECK-LABEL: func.func @blocks(
// CHECK: %[[A:.*]] = tensor.empty()
// CHECK: cf.cond_br
// CHECK: linalg.exp {{.*}} outs(%[[A]]
// CHECK: %[[B:.*]] = tensor.empty()
// CHECK: linalg.log {{.*}} outs(%[[B]]
func.func @blocks(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  cf.cond_br %c, ^a, ^b
^a:
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
^b:
  %z = linalg.log ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %z : tensor<4xf32>
}
