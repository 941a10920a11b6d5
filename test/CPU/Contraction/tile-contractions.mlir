// DEFINE: %{options} =
// DEFINE: %{tile} = %quant-opt --split-input-file --pass-pipeline="builtin.module(func.func(quant-ext-pack-contractions{target=x86-64-v4 features=+avx512vnni},canonicalize,quant-ext-tile-contractions{target=x86-64-v4 features=+avx512vnni %{options}},canonicalize,cse))" %s
// RUN: %{tile} | FileCheck %s
// REDEFINE: %{options} = threads=2 min-elements=10000
// RUN: %{tile} | FileCheck %s --check-prefix=THREADS

// 13 rows are 5 and twice 4; 100 columns are a panel of 64, and 32 and 16 of the
// next, of which the last 12 are not written. The bias is added to accumulators.
// CHECK-LABEL: func.func @static(
// CHECK-SAME: %[[A:.*]]: tensor<13x8xi8>, %[[BIAS:.*]]: tensor<100xi32>
// CHECK-NOT: linalg.
// CHECK: scf.for %{{.*}} -> (vector<64xi32>, vector<64xi32>, vector<64xi32>, vector<64xi32>, vector<64xi32>) {
// CHECK-NEXT: vector.transfer_read %{{.*}} : tensor<2x2x256xi8>, vector<256xi8>
// CHECK-COUNT-5: vector.contract
// CHECK-NEXT: scf.yield
// CHECK-NEXT: } {llvm.loop_annotation =
// CHECK: vector.transfer_read %[[BIAS]]
// CHECK: arith.addi %{{.*}} : vector<64xi32>
// CHECK: vector.transfer_write %{{.*}} : vector<64xi32>, tensor<13x100xi32>
// CHECK: scf.for %{{.*}} = %c5 to %c13 step %c4
// CHECK: scf.for %{{.*}} -> (vector<64xi32>, vector<64xi32>, vector<64xi32>, vector<64xi32>) {
// CHECK: scf.for %{{.*}} -> (vector<32xi32>, vector<16xi32>, vector<32xi32>, vector<16xi32>, vector<32xi32>, vector<16xi32>, vector<32xi32>, vector<16xi32>, vector<32xi32>, vector<16xi32>) {
// CHECK: vector.transfer_write %{{.*}} : vector<32xi32>, tensor<13x100xi32>
// CHECK: vector.transfer_write %{{.*}} : vector<4xi32>, tensor<13x100xi32>
// CHECK-NOT: linalg.
// CHECK: return
// Each thread has a panel, and the second is not whole.
// THREADS-LABEL: func.func @static(
// THREADS: scf.forall (%[[T:.*]]) in (2) shared_outs(%[[OUT:.*]] = %{{.*}}) -> (tensor<13x100xi32>) {
// THREADS: %[[PART:.*]] = tensor.extract_slice %[[OUT]][0, %[[BEGIN:.*]]] [13, %[[SIZE:.*]]] [1, 1]
// THREADS: %[[WHOLE:.*]] = scf.for %{{.*}} iter_args(%{{.*}} = %[[PART]])
// THREADS: %[[REST:.*]] = scf.for %{{.*}} iter_args(%{{.*}} = %[[WHOLE]])
// THREADS: tensor.parallel_insert_slice %[[REST]] into %[[OUT]][0, %[[BEGIN]]] [13, %[[SIZE]]]
func.func @static(%a: tensor<13x8xi8>, %bias: tensor<100xi32>) -> tensor<13x100xi32> {
  %w = arith.constant dense<1> : tensor<8x100xi8>
  %e = tensor.empty() : tensor<13x100xi32>
  %zero = arith.constant 0 : i32
  %i = linalg.fill ins(%zero : i32) outs(%e : tensor<13x100xi32>) -> tensor<13x100xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %w : tensor<13x8xi8>, tensor<8x100xi8>) outs(%i : tensor<13x100xi32>) {
  ^bb0(%x: i8, %y: i8, %o: i32):
    %p = arith.extui %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %t = arith.muli %p, %q : i32
    %u = arith.addi %o, %t : i32
    linalg.yield %u : i32
  } -> tensor<13x100xi32>
  %s = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%r, %bias : tensor<13x100xi32>, tensor<100xi32>) outs(%e : tensor<13x100xi32>) {
  ^bb0(%x: i32, %y: i32, %o: i32):
    %t = arith.addi %x, %y : i32
    linalg.yield %t : i32
  } -> tensor<13x100xi32>
  return %s : tensor<13x100xi32>
}

// -----

// Of a number of rows that is not known, what 6 do not divide goes by 4, 2, 1;
// none of it is read past the end of a row: 5 is a group, and a value with three
// zeros. What two read is written as it is. One row has loops of its own.
// CHECK-LABEL: func.func @dynamic(
// CHECK-SAME: %[[A:.*]]: tensor<?x5xi8>
// CHECK: %[[ONE:.*]] = arith.cmpi eq, %{{.*}}, %c1
// CHECK: scf.if %[[ONE]] -> (tensor<?x16xi32>) {
// CHECK-NOT: step %c6
// CHECK: vector.transfer_write %{{.*}} : vector<16xi32>, tensor<?x16xi32>
// CHECK-NEXT: scf.yield
// CHECK-NEXT: } else {
// CHECK: scf.for %{{.*}} step %c6
// CHECK: %[[LAST:.*]] = tensor.extract %[[A]][%{{.*}}, %c4]
// CHECK: vector.from_elements %[[LAST]], %c0_i8, %c0_i8, %c0_i8 : vector<4xi8>
// CHECK: scf.for %{{.*}} step %c4
// CHECK: scf.for %{{.*}} step %c2
// CHECK: scf.for %{{.*}} step %c1
// CHECK: vector.transfer_write %{{.*}} : vector<16xi32>, tensor<?x16xi32>
// CHECK: linalg.mul
func.func @dynamic(%a: tensor<?x5xi8>, %e: tensor<?x16xi32>) -> (tensor<?x16xi32>, tensor<?x16xi32>) {
  %w = arith.constant dense<1> : tensor<5x16xi8>
  %zero = arith.constant 0 : i32
  %i = linalg.fill ins(%zero : i32) outs(%e : tensor<?x16xi32>) -> tensor<?x16xi32>
  %r = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%a, %w : tensor<?x5xi8>, tensor<5x16xi8>) outs(%i : tensor<?x16xi32>) -> tensor<?x16xi32>
  %s = linalg.mul ins(%r, %r : tensor<?x16xi32>, tensor<?x16xi32>) outs(%e : tensor<?x16xi32>) -> tensor<?x16xi32>
  return %r, %s : tensor<?x16xi32>, tensor<?x16xi32>
}

// -----

// Two rows leave registers for three panels of 64, of which eight are two times
// three and one time two, and 16 columns of a last one.
// CHECK-LABEL: func.func @few_rows(
// CHECK: scf.for %[[PANEL:.*]] = %c0 to %c6 step %c3
// CHECK: scf.for %[[GROUP:.*]] = %c0 to %c2 step %c1
// CHECK: vector.transfer_read %[[W:.*]][%[[PANEL]], %[[GROUP]], %c0]
// CHECK: %[[SECOND:.*]] = affine.apply #{{.*}}()[%[[PANEL]]]
// CHECK: vector.transfer_read %[[W]][%[[SECOND]], %[[GROUP]], %c0]
// CHECK: vector.transfer_read %[[W]][%{{.*}}, %[[GROUP]], %c0]
// CHECK-NOT: vector.transfer_read %[[W]]
// CHECK-COUNT-6: vector.contract
// CHECK-COUNT-6: vector.transfer_write %{{.*}} : vector<64xi32>, tensor<2x528xi32>
// CHECK-COUNT-4: vector.contract
// CHECK-COUNT-4: vector.transfer_write %{{.*}} : vector<64xi32>, tensor<2x528xi32>
// CHECK-COUNT-2: vector.contract
// CHECK: vector.transfer_write %{{.*}} : vector<16xi32>, tensor<2x528xi32>
// CHECK: return
func.func @few_rows(%a: tensor<2x8xi8>) -> tensor<2x528xi32> {
  %w = arith.constant dense<1> : tensor<8x528xi8>
  %zero = arith.constant dense<0> : tensor<2x528xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %w : tensor<2x8xi8>, tensor<8x528xi8>) outs(%zero : tensor<2x528xi32>) {
  ^bb0(%x: i8, %y: i8, %o: i32):
    %p = arith.extui %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %t = arith.muli %p, %q : i32
    %u = arith.addi %o, %t : i32
    linalg.yield %u : i32
  } -> tensor<2x528xi32>
  return %r : tensor<2x528xi32>
}

// -----

// One row reads each weight once, from memory: registers are left for a seventh
// panel.
// CHECK-LABEL: func.func @one_row(
// CHECK-NOT: step %c6
// CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK-COUNT-7: vector.contract
// CHECK: scf.yield
func.func @one_row(%a: tensor<1x8xi8>) -> tensor<1x448xi32> {
  %w = arith.constant dense<1> : tensor<8x448xi8>
  %zero = arith.constant dense<0> : tensor<1x448xi32>
  %r = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%a, %w : tensor<1x8xi8>, tensor<8x448xi8>) outs(%zero : tensor<1x448xi32>) -> tensor<1x448xi32>
  return %r : tensor<1x448xi32>
}

// -----

// Half of the second-level cache holds 48 rows of 5501 values, so that there are
// three blocks, of 36, 36 and 28.
// CHECK-LABEL: func.func @blocks(
// CHECK: scf.for %{{.*}} = %c0 to %c72 step %c36
// CHECK: scf.for %{{.*}} step %c6
// CHECK: scf.for %{{.*}} = %c72 to %c90 step %c6
// CHECK: scf.for %{{.*}} = %c90 to %c100 step %c5
// One panel for two threads: each has rows.
// THREADS-LABEL: func.func @blocks(
// THREADS: scf.forall (%{{.*}}) in (2)
// THREADS: tensor.extract_slice %{{.*}}[%{{.*}}, 0] [50, 16]
func.func @blocks(%a: tensor<100x5501xi8>) -> tensor<100x16xi32> {
  %w = arith.constant dense<1> : tensor<5501x16xi8>
  %zero = arith.constant dense<0> : tensor<100x16xi32>
  %r = linalg.matmul ins(%a, %w : tensor<100x5501xi8>, tensor<5501x16xi8>) outs(%zero : tensor<100x16xi32>) -> tensor<100x16xi32>
  return %r : tensor<100x16xi32>
}

// -----

// Two panels for two threads, but the second has a column: rows are more even.
// THREADS-LABEL: func.func @short_panel(
// THREADS: scf.forall (%{{.*}}) in (2)
// THREADS: tensor.extract_slice %{{.*}}[%{{.*}}, 0] [12, 65]
func.func @short_panel(%a: tensor<24x8xi8>) -> tensor<24x65xi32> {
  %w = arith.constant dense<1> : tensor<8x65xi8>
  %zero = arith.constant dense<0> : tensor<24x65xi32>
  %r = linalg.matmul ins(%a, %w : tensor<24x8xi8>, tensor<8x65xi8>) outs(%zero : tensor<24x65xi32>) -> tensor<24x65xi32>
  return %r : tensor<24x65xi32>
}

// -----

// Two panels for two threads, but with rows each shifts its part of the left
// factor to unsigned numbers.
// THREADS-LABEL: func.func @producer(
// THREADS-SAME: %[[A:.*]]: tensor<101x8xi8>
// THREADS-NOT: linalg.generic
// THREADS: scf.forall (%[[I:.*]]) in (2)
// THREADS: %[[BEGIN:.*]] = affine.apply {{.*}}(%[[I]])
// THREADS: %[[SIZE:.*]] = affine.min {{.*}}(%[[I]])
// THREADS: %[[ROWS:.*]] = tensor.extract_slice %[[A]][%[[BEGIN]], 0] [%[[SIZE]], 8]
// THREADS: %[[OWN:.*]] = tensor.empty(%[[SIZE]]) : tensor<?x8xi8>
// THREADS: %[[SHIFTED:.*]] = linalg.generic {{.*}} ins(%[[ROWS]] : tensor<?x8xi8>) outs(%[[OWN]] : tensor<?x8xi8>)
// THREADS: vector.transfer_read %[[SHIFTED]][
func.func @producer(%a: tensor<101x8xi8>) -> tensor<101x128xi32> {
  %w = arith.constant dense<1> : tensor<8x128xi8>
  %zero = arith.constant dense<0> : tensor<101x128xi32>
  %r = linalg.matmul ins(%a, %w : tensor<101x8xi8>, tensor<8x128xi8>) outs(%zero : tensor<101x128xi32>) -> tensor<101x128xi32>
  return %r : tensor<101x128xi32>
}

// -----

// What another operation reads too is computed once, before the threads start,
// and these have panels.
// THREADS-LABEL: func.func @two_readers(
// THREADS: %[[LEFT:.*]] = linalg.generic
// THREADS: scf.forall (%{{.*}}) in (2)
// THREADS-NOT: linalg.generic
// THREADS: tensor.extract_slice %{{.*}}[0, %{{.*}}] [101, 64]
// THREADS: vector.transfer_read %[[LEFT]][
// THREADS: return %{{.*}}, %[[LEFT]]
func.func @two_readers(%a: tensor<101x8xi8>, %e: tensor<101x8xi8>) -> (tensor<101x128xi32>, tensor<101x8xi8>) {
  %w = arith.constant dense<1> : tensor<8x128xi8>
  %zero = arith.constant dense<0> : tensor<101x128xi32>
  %left = linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m, k)>], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<101x8xi8>) outs(%e : tensor<101x8xi8>) {
  ^bb0(%x: i8, %o: i8):
    %y = arith.addi %x, %x : i8
    linalg.yield %y : i8
  } -> tensor<101x8xi8>
  %r = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%left, %w : tensor<101x8xi8>, tensor<8x128xi8>) outs(%zero : tensor<101x128xi32>) -> tensor<101x128xi32>
  return %r, %left : tensor<101x128xi32>, tensor<101x8xi8>
}

// -----

// What is made in place of something else stays where that is.
// THREADS-LABEL: func.func @reads_its_destination(
// THREADS-SAME: %{{.*}}: tensor<101x8xi8>, %[[E:.*]]: tensor<101x8xi8>)
// THREADS: linalg.generic {{.*}} outs(%[[E]] : tensor<101x8xi8>)
// THREADS: scf.forall
// THREADS-NOT: linalg.generic
// THREADS: return
func.func @reads_its_destination(%a: tensor<101x8xi8>, %e: tensor<101x8xi8>) -> tensor<101x128xi32> {
  %w = arith.constant dense<1> : tensor<8x128xi8>
  %zero = arith.constant dense<0> : tensor<101x128xi32>
  %left = linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m, k)>], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<101x8xi8>) outs(%e : tensor<101x8xi8>) {
  ^bb0(%x: i8, %o: i8):
    %y = arith.addi %x, %o : i8
    linalg.yield %y : i8
  } -> tensor<101x8xi8>
  %sums = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%left, %w : tensor<101x8xi8>, tensor<8x128xi8>) outs(%zero : tensor<101x128xi32>) {
  ^bb0(%x: i8, %y: i8, %sum: i32):
    %xw = arith.extui %x : i8 to i32
    %yw = arith.extsi %y : i8 to i32
    %product = arith.muli %xw, %yw : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  } -> tensor<101x128xi32>
  return %sums : tensor<101x128xi32>
}

// -----

// Packing at run time: what is missing is zero, and the rest is transposed.
// CHECK-LABEL: func.func @run_time(
// CHECK-NOT: tensor.pad
// CHECK: %[[ZEROS:.*]] = linalg.fill
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[ZEROS]][0, 0] [6, 10] [1, 1]
// CHECK: %[[COPY:.*]] = linalg.copy ins(%{{.*}} : tensor<6x10xi8>) outs(%[[PART]] :
// CHECK: %[[WHOLE:.*]] = tensor.insert_slice %[[COPY]] into %[[ZEROS]]
// CHECK: %[[GROUPS:.*]] = tensor.expand_shape %[[WHOLE]] {{.*}} output_shape [2, 4, 1, 16]
// CHECK: linalg.transpose ins(%[[GROUPS]] {{.*}} permutation = [2, 0, 3, 1]
// CHECK: scf.for
// Too little for two threads.
// THREADS-LABEL: func.func @run_time(
// THREADS-NOT: scf.forall
func.func @run_time(%a: tensor<8x6xi8>, %b: tensor<6x10xi8>) -> tensor<8x10xi32> {
  %zero = arith.constant dense<0> : tensor<8x10xi32>
  %r = linalg.matmul ins(%a, %b : tensor<8x6xi8>, tensor<6x10xi8>) outs(%zero : tensor<8x10xi32>) -> tensor<8x10xi32>
  return %r : tensor<8x10xi32>
}

// -----

// What reads the result in a loop does not take the products into it.
// CHECK-LABEL: func.func @other_block(
// CHECK: vector.contract
// CHECK: scf.for
// CHECK-NOT: vector.contract
// CHECK: linalg.generic
func.func @other_block(%a: tensor<1x4xi8>, %e: tensor<1x16xi32>, %n: index) -> tensor<1x16xi32> {
  %w = arith.constant dense<1> : tensor<4x16xi8>
  %zero = arith.constant dense<0> : tensor<1x16xi32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%a, %w : tensor<1x4xi8>, tensor<4x16xi8>) outs(%zero : tensor<1x16xi32>) -> tensor<1x16xi32>
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %e) -> (tensor<1x16xi32>) {
    %next = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%r, %sum : tensor<1x16xi32>, tensor<1x16xi32>) outs(%e : tensor<1x16xi32>) {
    ^bb0(%x: i32, %y: i32, %o: i32):
      %t = arith.addi %x, %y : i32
      linalg.yield %t : i32
    } -> tensor<1x16xi32>
    scf.yield %next : tensor<1x16xi32>
  }
  return %s : tensor<1x16xi32>
}

// -----

// CHECK-LABEL: func.func @no_rows(
// CHECK-NOT: vector.contract
// CHECK: return
func.func @no_rows(%a: tensor<0x4xi8>) -> tensor<0x16xi32> {
  %w = arith.constant dense<1> : tensor<4x16xi8>
  %zero = arith.constant dense<0> : tensor<0x16xi32>
  %r = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%a, %w : tensor<0x4xi8>, tensor<4x16xi8>) outs(%zero : tensor<0x16xi32>) -> tensor<0x16xi32>
  return %r : tensor<0x16xi32>
}

// -----

// Nothing to multiply: what is left is a value for all elements.
// CHECK-LABEL: func.func @no_products(
// CHECK-NOT: vector.
// CHECK: return
func.func @no_products(%a: tensor<1x0x4xi8>, %b: tensor<1x0x16x4xi8>, %er: tensor<1x1x16xi32>, %es: tensor<1x16xi32>) -> tensor<1x16xi32> {
  %zero = arith.constant 0 : i32
  %zeros = linalg.fill ins(%zero : i32) outs(%er : tensor<1x1x16xi32>) -> tensor<1x1x16xi32>
  %rp = linalg.generic {indexing_maps = [affine_map<(m, j, i, c, p) -> (m, i, p)>, affine_map<(m, j, i, c, p) -> (j, i, c, p)>, affine_map<(m, j, i, c, p) -> (m, j, c)>], iterator_types = ["parallel", "parallel", "reduction", "parallel", "reduction"]} ins(%a, %b : tensor<1x0x4xi8>, tensor<1x0x16x4xi8>) outs(%zeros : tensor<1x1x16xi32>) {
  ^bb0(%l: i8, %q: i8, %sum: i32):
    %lw = arith.extui %l : i8 to i32
    %qw = arith.extsi %q : i8 to i32
    %product = arith.muli %lw, %qw : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  } -> tensor<1x1x16xi32>
  %s = linalg.unpack %rp inner_dims_pos = [1] inner_tiles = [16] into %es : tensor<1x1x16xi32> -> tensor<1x16xi32>
  return %s : tensor<1x16xi32>
}
