// RUN: %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-distribute-over-threads{threads=2 min-elements=100 target=x86-64-v4}))" %s | FileCheck %s

#id = affine_map<(d0) -> (d0)>
#point = affine_map<(d0) -> ()>

// An operation of fewer elements stays whole.
// CHECK-LABEL: func.func @few(
// CHECK-NOT: scf.forall
// CHECK: linalg.negf ins(%{{.*}} : tensor<99xf32>)
// CHECK-NOT: scf.forall
func.func @few(%x: tensor<99xf32>, %e: tensor<99xf32>) -> tensor<99xf32> {
  %y = linalg.negf ins(%x : tensor<99xf32>) outs(%e : tensor<99xf32>) -> tensor<99xf32>
  return %y : tensor<99xf32>
}

// A sum of floats depends on its order.
// CHECK-LABEL: func.func @sum(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @sum(%x: tensor<1000xf32>, %e: tensor<f32>) -> tensor<f32> {
  %y = linalg.generic {indexing_maps = [#id, #point], iterator_types = ["reduction"]} ins(%x : tensor<1000xf32>) outs(%e : tensor<f32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %a, %acc : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// A sum of integers does not, but would count its initial value twice.
// CHECK-LABEL: func.func @integer_sum(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @integer_sum(%x: tensor<1000xi32>, %e: tensor<i32>) -> tensor<i32> {
  %y = linalg.generic {indexing_maps = [#id, #point], iterator_types = ["reduction"]} ins(%x : tensor<1000xi32>) outs(%e : tensor<i32>) {
  ^bb0(%a: i32, %acc: i32):
    %s = arith.addi %a, %acc : i32
    linalg.yield %s : i32
  } -> tensor<i32>
  return %y : tensor<i32>
}

// What somebody else has split stays as it is.
// CHECK-LABEL: func.func @split_already(
// CHECK: scf.forall
// CHECK-NOT: scf.forall (
// CHECK: return
func.func @split_already(%x: tensor<4x1000xf32>, %e: tensor<4x1000xf32>) -> tensor<4x1000xf32> {
  %y = scf.forall (%i) in (4) shared_outs(%out = %e) -> (tensor<4x1000xf32>) {
    %xs = tensor.extract_slice %x[%i, 0] [1, 1000] [1, 1] : tensor<4x1000xf32> to tensor<1000xf32>
    %es = tensor.extract_slice %out[%i, 0] [1, 1000] [1, 1] : tensor<4x1000xf32> to tensor<1000xf32>
    %ys = linalg.negf ins(%xs : tensor<1000xf32>) outs(%es : tensor<1000xf32>) -> tensor<1000xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %ys into %out[%i, 0] [1, 1000] [1, 1] : tensor<1000xf32> into tensor<4x1000xf32>
    }
  }
  return %y : tensor<4x1000xf32>
}

// -----

// Neighbouring dimensions become one, in parts of whole vectors: 64 elements.
// CHECK: #[[SIZE:.*]] = affine_map<(d0) -> (-d0 + 999, 512)>
// CHECK-LABEL: func.func @elementwise(
// CHECK: %[[X:.*]] = tensor.collapse_shape %{{.*}} {{\[}}[0, 1]] : tensor<3x333xf32> into tensor<999xf32>
// CHECK: scf.forall (%[[I:.*]]) = (0) to (999) step (512) shared_outs(%[[OUT:.*]] = %{{.*}}) -> (tensor<999xf32>)
// CHECK: %[[N:.*]] = affine.min #[[SIZE]](%[[I]])
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[X]][%[[I]]] [%[[N]]] [1]
// CHECK: %[[DONE:.*]] = linalg.generic
// CHECK-SAME: ins(%[[PART]] : tensor<?xf32>)
// CHECK: tensor.parallel_insert_slice %[[DONE]] into %[[OUT]][%[[I]]] [%[[N]]] [1]
func.func @elementwise(%x: tensor<3x333xf32>, %e: tensor<3x333xf32>) -> tensor<3x333xf32> {
  %y = linalg.negf ins(%x : tensor<3x333xf32>) outs(%e : tensor<3x333xf32>) -> tensor<3x333xf32>
  return %y : tensor<3x333xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Rows need not be multiples of anything.
// CHECK-LABEL: func.func @rows(
// CHECK: scf.forall (%{{.*}}) = (0) to (5) step (3)
func.func @rows(%x: tensor<5x100xf32>, %s: tensor<5xf32>, %e: tensor<5x100xf32>) -> tensor<5x100xf32> {
  %y = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<5x100xf32>, tensor<5xf32>) outs(%e : tensor<5x100xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<5x100xf32>
  return %y : tensor<5x100xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>

// A dimension that has not an index for each thread is no help.
// CHECK-LABEL: func.func @columns(
// CHECK: scf.forall (%{{.*}}) = (0) to (1000) step (512)
func.func @columns(%x: tensor<1x1000xf32>, %s: tensor<1000xf32>, %e: tensor<1x1000xf32>) -> tensor<1x1000xf32> {
  %y = linalg.generic {indexing_maps = [#all, #column, #all], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<1x1000xf32>, tensor<1000xf32>) outs(%e : tensor<1x1000xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<1x1000xf32>
  return %y : tensor<1x1000xf32>
}

// -----

// Where only run time knows the size, the loop has one part if there is little
// to do. No branch makes the result another tensor than what was written to.
// CHECK: #[[PART:.*]] = affine_map<()[s0] -> ((s0 ceildiv 128) * 64)>
// CHECK-LABEL: func.func @unknown_size(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?xf32>, %[[E:[a-z0-9]+]]: tensor<?xf32>
// CHECK-NOT: scf.if
// CHECK: %[[SIZE:.*]] = tensor.dim %[[X]]
// CHECK: %[[SPLIT:.*]] = affine.apply #[[PART]]()[%[[SIZE]]]
// CHECK: %[[ELEMENTS:.*]] = arith.muli %{{.*}}, %{{.*}}
// CHECK: %[[LARGE:.*]] = arith.cmpi uge, %[[ELEMENTS]], %c100{{(_[0-9]+)?}} : index
// CHECK: %[[STEP:.*]] = arith.select %[[LARGE]], %[[SPLIT]], %{{.*}} : index
// CHECK: %[[NOT_0:.*]] = arith.maxui %[[STEP]], %c1{{(_[0-9]+)?}} : index
// CHECK: %[[R:.*]] = scf.forall (%{{.*}}) = (0) to (%{{.*}}) step (%[[NOT_0]]) shared_outs(%{{.*}} = %[[E]])
// CHECK-NOT: scf.if
// CHECK: return %[[R]]
func.func @unknown_size(%x: tensor<?xf32>, %e: tensor<?xf32>) -> tensor<?xf32> {
  %y = linalg.negf ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>
#point = affine_map<(d0) -> ()>

// Each thread has a range of its own; the last part may be short.
// CHECK: #[[START:.*]] = affine_map<(d0) -> (d0 * 512, 1001)>
// CHECK: #[[LENGTH:.*]] = affine_map<(d0) -> (512, -d0 + 1001)>
// CHECK-LABEL: func.func @range(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1001xf32>, %[[E:[a-z0-9]+]]: tensor<f32>, %[[F:[a-z0-9]+]]: tensor<f32>
// CHECK: %[[PARTS:.*]]:2 = scf.forall (%[[T:.*]]) in (2) shared_outs(%[[HIGH:.*]] = %{{.*}}, %[[LOW:.*]] = %{{.*}}) -> (tensor<2xf32>, tensor<2xf32>)
// CHECK: %[[AT:.*]] = affine.min #[[START]](%[[T]])
// CHECK: %[[N:.*]] = affine.min #[[LENGTH]](%[[AT]])
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[X]][%[[AT]]] [%[[N]]] [1]
// CHECK: %[[MINE:.*]]:2 = linalg.generic
// CHECK-SAME: ins(%[[PART]] : tensor<?xf32>)
// CHECK: tensor.parallel_insert_slice %[[MINE]]#0 into %[[HIGH]][%[[T]]] [1] [1] : tensor<f32> into tensor<2xf32>
// CHECK: tensor.parallel_insert_slice %[[MINE]]#1 into %[[LOW]][%[[T]]] [1] [1] : tensor<f32> into tensor<2xf32>
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["reduction"]
// CHECK-SAME: ins(%[[PARTS]]#0, %[[PARTS]]#1 : tensor<2xf32>, tensor<2xf32>) outs(%[[E]], %[[F]] : tensor<f32>, tensor<f32>)
// CHECK: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32, %[[C:.*]]: f32, %[[D:.*]]: f32):
// CHECK: arith.maximumf %[[A]], %[[C]]
// CHECK: arith.minimumf %[[B]], %[[D]]
func.func @range(%x: tensor<1001xf32>, %e: tensor<f32>, %f: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %y:2 = linalg.generic {indexing_maps = [#id, #point, #point], iterator_types = ["reduction"]} ins(%x : tensor<1001xf32>) outs(%e, %f : tensor<f32>, tensor<f32>) {
  ^bb0(%a: f32, %high: f32, %low: f32):
    %h = arith.maximumf %a, %high : f32
    %l = arith.minimumf %a, %low : f32
    linalg.yield %h, %l : f32, f32
  } -> (tensor<f32>, tensor<f32>)
  return %y#0, %y#1 : tensor<f32>, tensor<f32>
}

// -----

#id = affine_map<(d0) -> (d0)>
#point = affine_map<(d0) -> ()>

// Partial results are not worth it where there is little to do.
// CHECK-LABEL: func.func @range_of_unknown_size(
// CHECK: %[[LARGE:.*]] = arith.cmpi uge
// CHECK: scf.if %[[LARGE]]
// CHECK: scf.forall (%{{.*}}) in (2)
// CHECK: } else {
// CHECK-NOT: scf.forall
// CHECK: linalg.generic
func.func @range_of_unknown_size(%x: tensor<?xf32>, %e: tensor<f32>) -> tensor<f32> {
  %y = linalg.generic {indexing_maps = [#id, #point], iterator_types = ["reduction"]} ins(%x : tensor<?xf32>) outs(%e : tensor<f32>) {
  ^bb0(%a: f32, %high: f32):
    %h = arith.maximumf %a, %high : f32
    linalg.yield %h : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// Rows of no columns, however many.
// CHECK-LABEL: func.func @no_columns(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @no_columns(%x: tensor<?x0xf32>, %i: tensor<?x0xf32>) -> tensor<?x0xf32> {
  %y = linalg.abs ins(%x : tensor<?x0xf32>) outs(%i : tensor<?x0xf32>) -> tensor<?x0xf32>
  return %y : tensor<?x0xf32>
}

// -----

// What a destination is filled with is written by the thread that goes on with it,
// whatever became one dimension.
// CHECK-LABEL: func.func @filled(
// CHECK-SAME: %[[X:.*]]: tensor<3x400x2xi8>, %[[E:.*]]: tensor<3x400xi8>)
// CHECK-NOT: linalg.fill
// CHECK: %[[DEST:.*]] = tensor.collapse_shape %[[E]]
// CHECK-NOT: linalg.fill
// CHECK: scf.forall (%[[I:.*]]) = (0) to (1200) step (640) shared_outs(%[[OUT:.*]] = %[[DEST]])
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[OUT]][%[[I]]]
// CHECK: %[[ZEROS:.*]] = linalg.fill ins(%{{.*}} : i8) outs(%[[PART]] : tensor<?xi8>)
// CHECK: linalg.generic {{.*}} outs(%[[ZEROS]] : tensor<?xi8>)
// CHECK: scf.forall.in_parallel
// CHECK-NOT: scf.forall
// CHECK: return
func.func @filled(%x: tensor<3x400x2xi8>, %e: tensor<3x400xi8>) -> tensor<3x400xi8> {
  %zero = arith.constant 0 : i8
  %zeros = linalg.fill ins(%zero : i8) outs(%e : tensor<3x400xi8>) -> tensor<3x400xi8>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<3x400x2xi8>) outs(%zeros : tensor<3x400xi8>) {
  ^bb0(%a: i8, %acc: i8):
    %s = arith.ori %a, %acc : i8
    linalg.yield %s : i8
  } -> tensor<3x400xi8>
  return %y : tensor<3x400xi8>
}
