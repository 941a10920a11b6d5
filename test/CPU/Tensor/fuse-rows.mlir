// DEFINE: %{options} =
// DEFINE: %{fuse} = %quant-opt --split-input-file --pass-pipeline="builtin.module(convert-quant-ext-to-linalg,canonicalize,cse,func.func(quant-ext-fuse-rows{target=x86-64-v4 %{options}}),canonicalize,cse)" %s
// REDEFINE: %{options} = cache-bytes=1024
// RUN: %{fuse} | FileCheck %s
// REDEFINE: %{options} = cache-bytes=1024 threads=4 min-elements=2000
// RUN: %{fuse} | FileCheck %s --check-prefix=THREADS

// A row's range, parameters and integers are one iteration; nothing reads the
// input a second time, and no tensor holds all ranges.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<64x200xf32>
// CHECK: %[[R:.*]]:3 = scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[Q:.*]] = %{{.*}}, %[[S:.*]] = %{{.*}}, %[[Z:.*]] = %{{.*}}) -> (tensor<64x200xi8>, tensor<64xf32>, tensor<64xi8>)
// CHECK: %[[ROW:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [1, 200]
// CHECK: %[[RANGE:.*]]:2 = linalg.generic {{.*}}"parallel", "reduction"{{.*}} ins(%[[ROW]] : tensor<1x200xf32>)
// CHECK: %[[SI:.*]] = tensor.extract_slice %[[S]][%[[I]]] [1]
// CHECK: %[[ZI:.*]] = tensor.extract_slice %[[Z]][%[[I]]] [1]
// CHECK: %[[P:.*]]:2 = linalg.generic {{.*}} ins(%[[RANGE]]#0, %[[RANGE]]#1 : {{.*}}) outs(%[[SI]], %[[ZI]] :
// CHECK: quant_ext.apply_choose_qparams
// CHECK: %[[QI:.*]] = tensor.extract_slice %[[Q]][%[[I]], 0] [1, 200]
// CHECK: linalg.generic {{.*}} ins(%[[ROW]], %[[P]]#0, %[[P]]#1 : {{.*}}) outs(%[[QI]] :
// CHECK: quant_ext.apply_quantize
// CHECK: scf.yield
// CHECK-NOT: linalg.
// CHECK: return %[[R]]#0, %[[R]]#1, %[[R]]#2
func.func @rows(%x: tensor<64x200xf32>) -> (tensor<64x200xi8>, tensor<64xf32>, tensor<64xi8>) {
  %s, %z = quant_ext.choose_qparams %x axis = 0 storage = <u8> : (tensor<64x200xf32>) -> (tensor<64xf32>, tensor<64xi8>)
  %q = quant_ext.quantize %x, %s, %z axis = 0 storage = <u8> : (tensor<64x200xf32>, tensor<64xf32>, tensor<64xi8>) -> tensor<64x200xi8>
  return %q, %s, %z : tensor<64x200xi8>, tensor<64xf32>, tensor<64xi8>
}

// Each thread has a part of the rows.
// THREADS-LABEL: func.func @rows(
// THREADS: scf.forall (%[[T:.*]]) = (0) to (64) step (16)
// THREADS: scf.for %{{.*}} = %{{.*}} to %c16
// THREADS: quant_ext.apply_choose_qparams
// THREADS: quant_ext.apply_quantize
// THREADS: scf.forall.in_parallel
// THREADS-COUNT-3: tensor.parallel_insert_slice
// THREADS-NOT: linalg.
// THREADS: return

// -----

// What only the quantization reads is no result of the loop.
// CHECK-LABEL: func.func @inner_parameters(
// CHECK: %[[R:.*]] = scf.for {{.*}} -> (tensor<64x200xi8>)
// CHECK: return %[[R]]
func.func @inner_parameters(%x: tensor<64x200xf32>) -> tensor<64x200xi8> {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<64x200xf32>) -> tensor<64xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<64x200xf32>, tensor<64xf32>) -> tensor<64x200xi8>
  return %q : tensor<64x200xi8>
}

// -----

// Blocks of a row are in the cache as long as the row is.
// CHECK-LABEL: func.func @blocks(
// CHECK: scf.for {{.*}} -> (tensor<64x4x32xi8>, tensor<64x4xf32>)
// CHECK: linalg.generic {{.*}}"parallel", "parallel", "reduction"{{.*}} ins(%{{.*}} : tensor<1x4x32xf32>)
// CHECK: quant_ext.apply_choose_qparams
// CHECK: quant_ext.apply_quantize
// CHECK: scf.yield
func.func @blocks(%x: tensor<64x128xf32>) -> (tensor<64x128xi8>, tensor<64x4xf32>) {
  %s = quant_ext.choose_qparams %x block_sizes = [1, 32] storage = <i8> : (tensor<64x128xf32>) -> tensor<64x4xf32>
  %q = quant_ext.quantize %x, %s block_sizes = [1, 32] storage = <i8> : (tensor<64x128xf32>, tensor<64x4xf32>) -> tensor<64x128xi8>
  return %q, %s : tensor<64x128xi8>, tensor<64x4xf32>
}

// -----

// Sizes that are not known yet: more than 256 elements of 4 bytes, and at most so
// many in a row.
// CHECK-LABEL: func.func @dynamic(
// CHECK-DAG: %[[MOST:.*]] = arith.constant 256 : index
// CHECK-DAG: %[[ROWS:.*]] = tensor.dim %{{.*}}, %c0
// CHECK-DAG: %[[COLUMNS:.*]] = tensor.dim %{{.*}}, %c1
// CHECK-DAG: %[[ALL:.*]] = affine.apply {{.*}}[%[[ROWS]], %[[COLUMNS]]]
// CHECK-DAG: %[[ARE_MANY:.*]] = arith.cmpi ugt, %[[ALL]], %[[MOST]]
// CHECK-DAG: %[[FITS:.*]] = arith.cmpi ule, %[[COLUMNS]], %[[MOST]]
// CHECK: %[[BOTH:.*]] = arith.andi %[[ARE_MANY]], %[[FITS]]
// CHECK: %[[R:.*]]:2 = scf.if %[[BOTH]]
// CHECK: scf.for
// CHECK: quant_ext.apply_choose_qparams
// CHECK: quant_ext.apply_quantize
// CHECK: else
// CHECK-NOT: scf.for
// CHECK: quant_ext.apply_choose_qparams
// CHECK-NOT: scf.for
// CHECK: quant_ext.apply_quantize
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @dynamic(%x: tensor<?x?xf32>) -> (tensor<?x?xi8>, tensor<?xf32>) {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<?x?xf32>) -> tensor<?xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xi8>
  return %q, %s : tensor<?x?xi8>, tensor<?xf32>
}

// Too few for threads is as good as too few.
// THREADS-LABEL: func.func @dynamic(
// THREADS: %[[MOST:.*]] = arith.constant 1999 : index
// THREADS: arith.cmpi ugt, %{{.*}}, %[[MOST]]
// THREADS: scf.forall

// -----

// All of it fits.
// CHECK-LABEL: func.func @small(
// CHECK-NOT: scf.for
// CHECK: return
func.func @small(%x: tensor<8x32xf32>) -> tensor<8x32xi8> {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<8x32xf32>) -> tensor<8xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<8x32xf32>, tensor<8xf32>) -> tensor<8x32xi8>
  return %q : tensor<8x32xi8>
}

// -----

// Not even a row does; and one of f16 does.
// CHECK-LABEL: func.func @long_rows(
// CHECK-NOT: scf.for
// CHECK: return
func.func @long_rows(%x: tensor<8x257xf32>) -> tensor<8x257xi8> {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<8x257xf32>) -> tensor<8xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<8x257xf32>, tensor<8xf32>) -> tensor<8x257xi8>
  return %q : tensor<8x257xi8>
}

// CHECK-LABEL: func.func @rows_of_f16(
// CHECK: scf.for
func.func @rows_of_f16(%x: tensor<8x257xf16>) -> tensor<8x257xi8> {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<8x257xf16>) -> tensor<8xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<8x257xf16>, tensor<8xf32>) -> tensor<8x257xi8>
  return %q : tensor<8x257xi8>
}

// -----

// A range of columns, or of everything, is known after the last row only.
// CHECK-LABEL: func.func @columns(
// CHECK-NOT: scf.for
// CHECK: return
func.func @columns(%x: tensor<64x200xf32>) -> tensor<64x200xi8> {
  %s = quant_ext.choose_qparams %x axis = 1 storage = <i8> : (tensor<64x200xf32>) -> tensor<200xf32>
  %q = quant_ext.quantize %x, %s axis = 1 storage = <i8> : (tensor<64x200xf32>, tensor<200xf32>) -> tensor<64x200xi8>
  return %q : tensor<64x200xi8>
}

// CHECK-LABEL: func.func @tensor(
// CHECK-NOT: scf.for
// CHECK: return
func.func @tensor(%x: tensor<64x200xf32>) -> tensor<64x200xi8> {
  %s = quant_ext.choose_qparams %x storage = <i8> : (tensor<64x200xf32>) -> tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<64x200xf32>, tensor<f32>) -> tensor<64x200xi8>
  return %q : tensor<64x200xi8>
}

// -----

// The parameters of another tensor: one of the two would be read once anyway.
// CHECK-LABEL: func.func @other_tensor(
// CHECK-NOT: scf.for
// CHECK: return
func.func @other_tensor(%x: tensor<64x200xf32>, %y: tensor<64x200xf32>) -> tensor<64x200xi8> {
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<64x200xf32>) -> tensor<64xf32>
  %q = quant_ext.quantize %y, %s axis = 0 storage = <i8> : (tensor<64x200xf32>, tensor<64xf32>) -> tensor<64x200xi8>
  return %q : tensor<64x200xi8>
}

// -----

// Somebody wants the scales before the loop could have made them.
// CHECK-LABEL: func.func @used_before(
// CHECK-NOT: scf.for
// CHECK: return
func.func @used_before(%x: tensor<64x200xf32>) -> (tensor<64x200xi8>, f32) {
  %c3 = arith.constant 3 : index
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<64x200xf32>) -> tensor<64xf32>
  %third = tensor.extract %s[%c3] : tensor<64xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<64x200xf32>, tensor<64xf32>) -> tensor<64x200xi8>
  return %q, %third : tensor<64x200xi8>, f32
}

// Afterwards it has.
// CHECK-LABEL: func.func @used_after(
// CHECK: %[[R:.*]]:2 = scf.for
// CHECK: tensor.extract %[[R]]#1[%c3]
func.func @used_after(%x: tensor<64x200xf32>) -> (tensor<64x200xi8>, f32) {
  %c3 = arith.constant 3 : index
  %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<64x200xf32>) -> tensor<64xf32>
  %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<64x200xf32>, tensor<64xf32>) -> tensor<64x200xi8>
  %third = tensor.extract %s[%c3] : tensor<64xf32>
  return %q, %third : tensor<64x200xi8>, f32
}
