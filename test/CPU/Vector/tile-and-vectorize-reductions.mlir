// Reductions: which become vectors, where their accumulators live, and which
// keep their order. The quant_ext operations come from their conversion, so
// that what is tested is the form that the pipeline has.

// DEFINE: %{options} =
// DEFINE: %{vectorize} = %quant-opt --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-tile-and-vectorize{%{options}}),canonicalize,cse)" --split-input-file %s
// REDEFINE: %{options} = target=x86-64-v4
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V4
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{vectorize} | FileCheck %s --check-prefixes=CHECK,V3

// A row a scale: lanes are partial maxima, carried through the loop in 4 vectors,
// which are read in order, and combined once after it. The masked remainder goes
// on with the same lanes and leaves those alone that it masks off.
// V4-LABEL: func @symmetric
// V4-SAME: (%[[X:.*]]: tensor<?x?xf32>)
// V4-DAG: %[[NEUTRAL:.*]] = arith.constant dense<-2147483648> : vector<16xi32>
// V4-DAG: %[[ZERO:.*]] = arith.constant 8388608 : i32
// V4: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[OUT:.*]] = %{{.*}}) -> (tensor<?xi32>)
// V4: %[[MAIN:.*]]:4 = scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[ACC:.*]] = %[[NEUTRAL]], %{{.*}} = %[[NEUTRAL]], %{{.*}} = %[[NEUTRAL]], %[[LAST:.*]] = %[[NEUTRAL]]) -> (vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>)
// V4: vector.transfer_read %[[X]][%[[ROW]], %[[I]]]
// V4: %[[MAX:.*]] = arith.maxsi %{{.*}}, %[[ACC]]
// V4: %[[NEXT:.*]] = affine.apply #{{.*}}(%[[I]])
// V4: vector.transfer_read %[[X]][%[[ROW]], %[[NEXT]]]
// V4: %[[LAST_MAX:.*]] = arith.maxsi %{{.*}}, %[[LAST]]
// V4: scf.yield %[[MAX]], %{{.*}}, %{{.*}}, %[[LAST_MAX]]
// V4: %[[ALL:.*]]:4 = scf.for %{{.*}} iter_args(%[[ACC2:.*]] = %[[MAIN]]#0, %{{.*}} = %[[MAIN]]#1,
// V4: %[[MASK:.*]] = vector.create_mask
// V4: %[[MAX2:.*]] = arith.maxsi %{{.*}}, %[[ACC2]]
// V4: %[[KEPT:.*]] = arith.select %[[MASK]], %[[MAX2]], %[[ACC2]]
// V4: scf.yield %[[KEPT]],
// V4: %[[TWO:.*]] = arith.maxsi %[[ALL]]#0, %[[ALL]]#1
// V4: %[[THREE:.*]] = arith.maxsi %[[TWO]], %[[ALL]]#2
// V4: %[[FOUR:.*]] = arith.maxsi %[[THREE]], %[[ALL]]#3
// V4: %[[LANES:.*]] = vector.reduction <maxsi>, %[[FOUR]]
// V4: %[[TOTAL:.*]] = arith.maxsi %[[LANES]], %[[ZERO]]
// V4: tensor.insert %[[TOTAL]] into %[[OUT]][%[[ROW]]]
// V4: quant_ext.apply_choose_qparams %{{.*}} -> vector<64xf32>

// Without masks each width has lanes of its own, and the scalars theirs.
// V3-LABEL: func @symmetric
// V3-DAG: %[[ZERO:.*]] = arith.constant 8388608 : i32
// V3: scf.for
// V3: %[[WIDE:.*]]:4 = scf.for {{.*}} -> (vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>)
// V3: arith.maxsi {{.*}} : vector<8xi32>
// V3: %[[NARROW:.*]] = scf.for {{.*}} -> (vector<8xi32>)
// V3: arith.maxsi {{.*}} : vector<8xi32>
// V3: %[[SCALAR:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[ZERO]]) -> (i32)
// V3: arith.maxsi {{.*}} : i32
// V3: %[[FOUR:.*]] = arith.maxsi %{{.*}}, %[[WIDE]]#3
// V3: %[[WIDE_MAX:.*]] = vector.reduction <maxsi>, %[[FOUR]]
// V3: %[[FIRST:.*]] = arith.maxsi %[[SCALAR]], %[[WIDE_MAX]]
// V3: %[[NARROW_MAX:.*]] = vector.reduction <maxsi>, %[[NARROW]]
// V3: %[[TOTAL:.*]] = arith.maxsi %[[FIRST]], %[[NARROW_MAX]]
// V3: tensor.insert %[[TOTAL]]
func.func @symmetric(%x: tensor<?x?xf32>) -> tensor<?xf32> {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<?x?xf32>) -> tensor<?xf32>
  return %s : tensor<?xf32>
}

// -----

// Both ends of the range in one walk over the input.
// CHECK-LABEL: func @asymmetric
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>)
// CHECK: %[[LANES:.*]]:8 = scf.for {{.*}} iter_args(%[[MAX:[^ ]*]] = %{{[^,]*}}, %[[MIN:[^ ]*]] = %{{.*}}) -> (
// V4-SAME: vector<16xi32>
// V3-SAME: vector<8xi32>
// CHECK: vector.transfer_read %[[X]]
// CHECK-DAG: arith.maxsi %{{.*}}, %[[MAX]]
// CHECK-DAG: arith.maxui %{{.*}}, %[[MIN]]
// CHECK: vector.reduction <maxsi>
// CHECK: vector.reduction <maxui>
// CHECK: quant_ext.apply_choose_qparams %{{.*}} lo(%{{.*}}) {{.*}} : (f32, f32) -> (f32, i8)
func.func @asymmetric(%x: tensor<?xf32>) -> (tensor<f32>, tensor<i8>) {
  %s, %z = quant_ext.choose_qparams %x storage = <i8> : (tensor<?xf32>) -> (tensor<f32>, tensor<i8>)
  return %s, %z : tensor<f32>, tensor<i8>
}

// -----

// A column a scale: lanes are columns, and nothing is combined across them.
// CHECK-LABEL: func @inner_axis
// CHECK-SAME: (%[[X:.*]]: tensor<?x64xf32>)
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[ACC:.*]] = %{{[^)]*}}) -> (vector
// CHECK: vector.transfer_read %[[X]][%[[ROW]], %{{.*}}]
// CHECK: arith.maxsi %{{.*}}, %[[ACC]]
// V4-SAME: vector<64xi32>
// V3-SAME: vector<32xi32>
// CHECK-NOT: vector.reduction
// CHECK: return
func.func @inner_axis(%x: tensor<?x64xf32>) -> tensor<64xf32> {
  %s = quant_ext.choose_qparams %x axis = 1 storage = <i8> : (tensor<?x64xf32>) -> tensor<64xf32>
  return %s : tensor<64xf32>
}

// -----

// The lanes are carried through the outer reduction too.
// CHECK-LABEL: func @middle_axis
// CHECK-SAME: (%[[X:.*]]: tensor<?x5x128xf32>)
// CHECK: scf.for %[[C:.*]] = %{{.*}} to %{{.*}} step
// CHECK: %[[LANES:.*]]:4 = scf.for %[[B:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[OUTER:[^ ]*]] = %{{.*}})
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[ACC:[^ ]*]] = %[[OUTER]],
// CHECK: vector.transfer_read %[[X]][%[[B]], %[[C]], %[[I]]]
// CHECK: arith.maxsi %{{.*}}, %[[ACC]]
// CHECK: arith.maxsi %[[LANES]]#0, %[[LANES]]#1
// CHECK: vector.reduction <maxsi>
// V4-SAME: vector<16xi32>
// V3-SAME: vector<8xi32>
func.func @middle_axis(%x: tensor<?x5x128xf32>) -> tensor<5xf32> {
  %s = quant_ext.choose_qparams %x axis = 1 storage = <i8> : (tensor<?x5x128xf32>) -> tensor<5xf32>
  return %s : tensor<5xf32>
}

// -----

// CHECK-LABEL: func @blocks
// CHECK-NOT: linalg.generic
// V4: arith.maxsi {{.*}} : vector<16xi32>
// V3: arith.maxsi {{.*}} : vector<8xi32>
// CHECK: vector.reduction <maxsi>
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @blocks(%x: tensor<4x256xf32>) -> tensor<4x2xf32> {
  %s = quant_ext.choose_qparams %x block_sizes = [1, 128] storage = <i8> : (tensor<4x256xf32>) -> tensor<4x2xf32>
  return %s : tensor<4x2xf32>
}

// -----

// Blocks of 2 columns, whose reduction is unrolled, and 4 rows, whose reduction
// is a loop inside it: lanes are blocks.
// CHECK-LABEL: func @blocks_in_two_dimensions
// CHECK: %[[EVEN:.*]] = scf.for {{.*}} -> (vector
// CHECK: %[[E:.*]], %{{.*}} = vector.deinterleave
// CHECK: arith.bitcast %[[E]]
// CHECK: %[[BOTH:.*]] = scf.for {{.*}} iter_args(%[[ACC:.*]] = %[[EVEN]])
// CHECK: %{{.*}}, %[[O:.*]] = vector.deinterleave
// CHECK: arith.bitcast %[[O]]
// CHECK: arith.maxsi %{{.*}}, %[[ACC]]
// V4-SAME: vector<64xi32>
// V3-SAME: vector<32xi32>
// CHECK: vector.transfer_write %[[BOTH]]
func.func @blocks_in_two_dimensions(%x: tensor<8x256xf32>) -> tensor<2x128xf32> {
  %s = quant_ext.choose_qparams %x block_sizes = [4, 2] storage = <i8> : (tensor<8x256xf32>) -> tensor<2x128xf32>
  return %s : tensor<2x128xf32>
}

// -----

// The same for a sum would add columns before rows.
// CHECK-LABEL: func @float_sum_in_two_dimensions
// CHECK-NEXT: linalg.generic
func.func @float_sum_in_two_dimensions(%x: tensor<4x128x2xf32>, %init: tensor<128xf32>) -> tensor<128xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1)>],
      iterator_types = ["reduction", "parallel", "reduction"]}
      ins(%x : tensor<4x128x2xf32>) outs(%init : tensor<128xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %b = arith.addf %acc, %a : f32
    linalg.yield %b : f32
  } -> tensor<128xf32>
  return %y : tensor<128xf32>
}

// -----

// Unrolled across results, a reduction keeps its order.
// CHECK-LABEL: func @float_sum_of_pairs
// CHECK-NOT: linalg.generic
// CHECK: %[[FIRST:.*]], %[[SECOND:.*]] = vector.deinterleave
// CHECK: %[[EVEN:.*]] = scf.for %{{.*}} iter_args(%[[ACC:.*]] = %[[FIRST]])
// CHECK: arith.addf %[[ACC]],
// V4-SAME: vector<64xf32>
// V3-SAME: vector<32xf32>
// CHECK: %[[ODD:.*]] = scf.for %{{.*}} iter_args(%{{.*}} = %[[SECOND]])
// CHECK: vector.interleave %[[EVEN]], %[[ODD]]
func.func @float_sum_of_pairs(%x: tensor<?x64x2xf32>, %w: tensor<64xf32>, %init: tensor<64x2xf32>) -> tensor<64x2xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1)>,
                       affine_map<(d0, d1, d2) -> (d1, d2)>],
      iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%x, %w : tensor<?x64x2xf32>, tensor<64xf32>) outs(%init : tensor<64x2xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<64x2xf32>
  return %y : tensor<64x2xf32>
}

// -----

// The range of small floats is taken in f32.
// CHECK-LABEL: func @small_floats
// V4: arith.extf %{{.*}} : vector<16xbf16> to vector<16xf32>
// V4: arith.maxsi {{.*}} : vector<16xi32>
// V3: arith.extf %{{.*}} : vector<8xbf16> to vector<8xf32>
// V3: arith.maxsi {{.*}} : vector<8xi32>
// CHECK: vector.reduction <maxsi>
func.func @small_floats(%x: tensor<?xbf16>) -> tensor<f32> {
  %s = quant_ext.choose_qparams %x storage = <i8> : (tensor<?xbf16>) -> tensor<f32>
  return %s : tensor<f32>
}

// -----

// Another order would round otherwise.
// CHECK-LABEL: func @float_sum_along_lanes
// CHECK-NEXT: linalg.generic
func.func @float_sum_along_lanes(%x: tensor<?x?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x?xf32>) outs(%init : tensor<?xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %b = arith.addf %acc, %a : f32
    linalg.yield %b : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// CHECK-LABEL: func @float_product_along_lanes
// CHECK-NEXT: linalg.generic
func.func @float_product_along_lanes(%x: tensor<64xf32>, %init: tensor<f32>) -> tensor<f32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>],
      iterator_types = ["reduction"]}
      ins(%x : tensor<64xf32>) outs(%init : tensor<f32>) {
  ^bb0(%a: f32, %acc: f32):
    %b = arith.mulf %acc, %a : f32
    linalg.yield %b : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// Sums of columns have theirs: row by row, from the initial value on.
// CHECK-LABEL: func @float_sum_across_lanes
// CHECK-SAME: (%[[X:.*]]: tensor<?x64xf32>, %[[INIT:.*]]: tensor<64xf32>)
// V4: %[[FIRST:.*]] = vector.transfer_read %[[INIT]]
// V3: scf.for %{{.*}} iter_args(%[[OUT:.*]] = %[[INIT]])
// V3: %[[FIRST:.*]] = vector.transfer_read %[[OUT]]
// CHECK: %[[SUM:.*]] = scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[ACC:.*]] = %[[FIRST]])
// CHECK: %[[A:.*]] = vector.transfer_read %[[X]][%[[ROW]], %{{.*}}]
// CHECK: arith.addf %[[ACC]], %[[A]]
// CHECK: vector.transfer_write %[[SUM]]
func.func @float_sum_across_lanes(%x: tensor<?x64xf32>, %init: tensor<64xf32>) -> tensor<64xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>],
      iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<?x64xf32>) outs(%init : tensor<64xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %b = arith.addf %acc, %a : f32
    linalg.yield %b : f32
  } -> tensor<64xf32>
  return %y : tensor<64xf32>
}

// -----

// Integer sums are the same in any order. 100 = 64 + 36.
// CHECK-LABEL: func @integer_sum
// CHECK-SAME: (%[[X:.*]]: tensor<100xi32>, %[[INIT:.*]]: tensor<i32>)
// CHECK: %[[FIRST:.*]] = tensor.extract %[[INIT]][]
// V4: %[[A:.*]] = vector.transfer_read %[[X]][%c0]
// V4: %[[B:.*]] = vector.transfer_read %[[X]][%c16]
// V4: %[[C:.*]] = vector.transfer_read %[[X]][%c32]
// V4: %[[D:.*]] = vector.transfer_read %[[X]][%c48]
// V4: %[[E:.*]] = vector.transfer_read %[[X]][%c64]
// V4: %[[AE:.*]] = arith.addi %[[A]], %[[E]]
// V4: %[[F:.*]] = vector.transfer_read %[[X]][%c80]
// V4: %[[BF:.*]] = arith.addi %[[B]], %[[F]]
// V4: %[[MASK:.*]] = vector.constant_mask [4] : vector<16xi1>
// V4: %[[G:.*]] = vector.transfer_read %[[X]][%c96], %{{.*}}, %[[MASK]]
// V4: %[[SUMS:.*]] = arith.addi %[[C]], %[[G]]
// V4: %[[CG:.*]] = arith.select %[[MASK]], %[[SUMS]], %[[C]]
// V4: %[[TWO:.*]] = arith.addi %[[AE]], %[[BF]]
// V4: %[[THREE:.*]] = arith.addi %[[TWO]], %[[CG]]
// V4: %[[FOUR:.*]] = arith.addi %[[THREE]], %[[D]]
// V4: %[[SUM:.*]] = vector.reduction <add>, %[[FOUR]]
// V4: arith.addi %[[FIRST]], %[[SUM]]
// V3: vector.reduction <add>, %{{.*}} : vector<8xi32>
func.func @integer_sum(%x: tensor<100xi32>, %init: tensor<i32>) -> tensor<i32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>],
      iterator_types = ["reduction"]}
      ins(%x : tensor<100xi32>) outs(%init : tensor<i32>) {
  ^bb0(%a: i32, %acc: i32):
    %b = arith.addi %acc, %a : i32
    linalg.yield %b : i32
  } -> tensor<i32>
  return %y : tensor<i32>
}

// -----

// Each combiner starts its lanes from the value that changes nothing.
// CHECK-LABEL: func @neutral_values
// CHECK-DAG: arith.constant dense<-128> : vector<{{.*}}xi8>
// CHECK-DAG: arith.constant dense<127> : vector<{{.*}}xi8>
// CHECK-DAG: arith.constant dense<-1> : vector<{{.*}}xi8>
// CHECK-DAG: arith.constant dense<1> : vector<{{.*}}xi8>
// CHECK-DAG: vector.reduction <maxsi>
// CHECK-DAG: vector.reduction <minsi>
// CHECK-DAG: vector.reduction <minui>
// CHECK-DAG: vector.reduction <mul>
func.func @neutral_values(%x: tensor<?xi8>, %init: tensor<i8>) -> (tensor<i8>, tensor<i8>, tensor<i8>, tensor<i8>) {
  %y:4 = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> ()>,
                       affine_map<(d0) -> ()>, affine_map<(d0) -> ()>],
      iterator_types = ["reduction"]}
      ins(%x : tensor<?xi8>)
      outs(%init, %init, %init, %init : tensor<i8>, tensor<i8>, tensor<i8>, tensor<i8>) {
  ^bb0(%a: i8, %acc0: i8, %acc1: i8, %acc2: i8, %acc3: i8):
    %0 = arith.maxsi %acc0, %a : i8
    %1 = arith.minsi %acc1, %a : i8
    %2 = arith.minui %acc2, %a : i8
    %3 = arith.muli %acc3, %a : i8
    linalg.yield %0, %1, %2, %3 : i8, i8, i8, i8
  } -> (tensor<i8>, tensor<i8>, tensor<i8>, tensor<i8>)
  return %y#0, %y#1, %y#2, %y#3 : tensor<i8>, tensor<i8>, tensor<i8>, tensor<i8>
}

// -----

// A matmul's lanes are its columns, so that each sum keeps its order.
// CHECK-LABEL: func @matmul
// CHECK-SAME: (%[[A:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<8x64xf32>, %{{.*}}: tensor<4x64xf32>)
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[ACC:.*]] = %{{.*}}) -> (vector
// CHECK-DAG: tensor.extract %[[A]][%{{.*}}, %[[K]]]
// CHECK-DAG: vector.transfer_read %[[B]][%[[K]], %{{.*}}]
// CHECK: %[[PRODUCT:.*]] = arith.mulf
// CHECK: arith.addf %[[ACC]], %[[PRODUCT]]
// V4-SAME: vector<64xf32>
// V3-SAME: vector<32xf32>
// CHECK-NOT: vector.reduction
// CHECK: return
func.func @matmul(%a: tensor<4x8xf32>, %b: tensor<8x64xf32>, %init: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %c = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x64xf32>) outs(%init : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %c : tensor<4x64xf32>
}

// -----

// No row is visited: what was there stays.
// CHECK-LABEL: func @no_elements
// CHECK-SAME: (%{{.*}}: tensor<4x0xi32>, %[[INIT:.*]]: tensor<4xi32>)
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[OUT:.*]] = %[[INIT]])
// CHECK: %[[OLD:.*]] = tensor.extract %[[OUT]][%[[ROW]]]
// CHECK: tensor.insert %[[OLD]] into %[[OUT]][%[[ROW]]]
func.func @no_elements(%x: tensor<4x0xi32>, %init: tensor<4xi32>) -> tensor<4xi32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x0xi32>) outs(%init : tensor<4xi32>) {
  ^bb0(%a: i32, %acc: i32):
    %b = arith.addi %acc, %a : i32
    linalg.yield %b : i32
  } -> tensor<4xi32>
  return %y : tensor<4xi32>
}

// -----

// A result in each step of the reduction, beside the sum: no accumulator, and so
// left to scalar loops. A loop that carried it would write its last value only.
// CHECK-LABEL: func @result_in_reduction
// CHECK-NOT: scf.for
// CHECK: linalg.generic
// CHECK-NOT: scf.for
func.func @result_in_reduction(%x: tensor<8x2xi32>, %steps: tensor<8x2xi32>, %sum: tensor<8xi32>)
    -> (tensor<8x2xi32>, tensor<8xi32>) {
  %r:2 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>,
                       affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<8x2xi32>) outs(%steps, %sum : tensor<8x2xi32>, tensor<8xi32>) {
  ^bb0(%a: i32, %step: i32, %acc: i32):
    %v = arith.addi %a, %step : i32
    %s = arith.addi %a, %acc : i32
    linalg.yield %v, %s : i32, i32
  } -> (tensor<8x2xi32>, tensor<8xi32>)
  return %r#0, %r#1 : tensor<8x2xi32>, tensor<8xi32>
}
