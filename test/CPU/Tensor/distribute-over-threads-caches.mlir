// Where operations are split, and how, follows from the target's nearest cache:
// of 32 KiB in these, of which there must be eight times as much to do.

// DEFINE: %{options} =
// DEFINE: %{distribute} = %quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-distribute-over-threads{%{options}}))"
// REDEFINE: %{options} = threads=2 target=x86-64-v3
// RUN: %{distribute} | FileCheck %s --check-prefixes=CHECK,FIXED
// A processor that has no row of its own is taken for the least with its vectors.
// REDEFINE: %{options} = threads=2 target=haswell
// RUN: %{distribute} | FileCheck %s --check-prefixes=CHECK,FIXED
// REDEFINE: %{options} = threads=2 target=x86-64-v4
// RUN: %{distribute} | FileCheck %s --check-prefixes=CHECK,FIXED
// REDEFINE: %{options} = threads=2 target=aarch64
// RUN: %{distribute} | FileCheck %s --check-prefixes=CHECK,NEON
// REDEFINE: %{options} = threads=0 target=x86-64-v3
// RUN: %{distribute} | FileCheck %s --check-prefixes=CHECK,ANY

#id = affine_map<(d0) -> (d0)>
#point = affine_map<(d0) -> ()>

// 256 KiB at 5 bytes an element are 52428.8 elements.
// CHECK-LABEL: func.func @fits(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @fits(%x: tensor<52428xf32>, %e: tensor<52428xi8>) -> tensor<52428xi8> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<52428xf32>) outs(%e : tensor<52428xi8>) {
  ^bb0(%a: f32, %out: i8):
    %q = arith.fptosi %a : f32 to i8
    linalg.yield %q : i8
  } -> tensor<52428xi8>
  return %y : tensor<52428xi8>
}

// -----

#id = affine_map<(d0) -> (d0)>

// Parts are whole vectors, of 32 elements, 64 or 16: a half is 26214.5. For any
// number of threads they are an eighth of 52429, 6553.6.
// CHECK-LABEL: func.func @exceeds(
// FIXED: scf.forall (%{{.*}}) = (0) to (52429) step (26240)
// NEON: scf.forall (%{{.*}}) = (0) to (52429) step (26224)
// ANY: scf.forall (%{{.*}}) = (0) to (52429) step (6560)
// CHECK: return
func.func @exceeds(%x: tensor<52429xf32>, %e: tensor<52429xi8>) -> tensor<52429xi8> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<52429xf32>) outs(%e : tensor<52429xi8>) {
  ^bb0(%a: f32, %out: i8):
    %q = arith.fptosi %a : f32 to i8
    linalg.yield %q : i8
  } -> tensor<52429xi8>
  return %y : tensor<52429xi8>
}

// -----

#id = affine_map<(d0) -> (d0)>

// At 8 bytes an element 256 KiB are 32768 elements.
// CHECK-LABEL: func.func @unknown_size(
// CHECK: %[[LEAST:.*]] = arith.constant 32768 : index
// CHECK: %[[LARGE:.*]] = arith.cmpi uge, %{{.*}}, %[[LEAST]]
// ANY: %[[PART:.*]] = arith.select %[[LARGE]], %c4096{{.*}}, %{{.*}} : index
// ANY: %[[STEP:.*]] = arith.maxui %[[PART]], %c1
// ANY: scf.forall (%{{.*}}) = (0) to (%{{.*}}) step (%[[STEP]])
func.func @unknown_size(%x: tensor<?xf32>, %e: tensor<?xf32>) -> tensor<?xf32> {
  %y = linalg.negf ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>

// As many rows as come to an eighth of 32768 elements. What is read again for
// each row counts for nothing.
// CHECK-LABEL: func.func @rows(
// ANY: scf.forall (%{{.*}}) = (0) to (1000) step (41)
func.func @rows(%x: tensor<1000x100xf32>, %s: tensor<100xf32>, %e: tensor<1000x100xf32>) -> tensor<1000x100xf32> {
  %y = linalg.generic {indexing_maps = [#all, #column, #all], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<1000x100xf32>, tensor<100xf32>) outs(%e : tensor<1000x100xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<1000x100xf32>
  return %y : tensor<1000x100xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>

// Three rows are too few to share among any number of threads.
// CHECK-LABEL: func.func @few_rows(
// ANY: scf.forall (%{{.*}}) = (0) to (20000) step (1376)
func.func @few_rows(%x: tensor<3x20000xf32>, %s: tensor<20000xf32>, %e: tensor<3x20000xf32>) -> tensor<3x20000xf32> {
  %y = linalg.generic {indexing_maps = [#all, #column, #all], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<3x20000xf32>, tensor<20000xf32>) outs(%e : tensor<3x20000xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<3x20000xf32>
  return %y : tensor<3x20000xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>

// Rows may be empty: nothing divides by their size.
// CHECK-LABEL: func.func @unknown_rows(
// ANY: %[[COLUMNS:.*]] = arith.maxui %{{.*}}, %c1
// ANY: %[[ROWS:.*]] = arith.ceildivui %c4096{{.*}}, %[[COLUMNS]]
// ANY: %[[PART:.*]] = arith.select %{{.*}}, %[[ROWS]], %{{.*}} : index
// ANY: %[[STEP:.*]] = arith.maxui %[[PART]], %c1
// ANY: scf.forall (%{{.*}}) = (0) to (%{{.*}}) step (%[[STEP]])
func.func @unknown_rows(%x: tensor<?x?xf32>, %s: tensor<?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.generic {indexing_maps = [#all, #column, #all], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<?x?xf32>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>
#point = affine_map<(d0) -> ()>

// A result for each part. 256 KiB are 65536 elements, 8192 a part, and 100000
// elements 12.2 parts.
// CHECK-LABEL: func.func @maximum(
// ANY: scf.forall (%{{.*}}) in (13) shared_outs(%{{.*}} = %{{.*}}) -> (tensor<13xf32>)
func.func @maximum(%x: tensor<100000xf32>, %e: tensor<f32>) -> tensor<f32> {
  %y = linalg.generic {indexing_maps = [#id, #point], iterator_types = ["reduction"]} ins(%x : tensor<100000xf32>) outs(%e : tensor<f32>) {
  ^bb0(%a: f32, %high: f32):
    %h = arith.maximumf %a, %high : f32
    linalg.yield %h : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}
