// DEFINE: %{options} =
// DEFINE: %{lower} = %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{%{options}})" %s
// DEFINE: %{only_llvm} = --implicit-check-not='{{[[:space:]](affine|arith|bufferization|builtin|cf|linalg|math|memref|quant_ext|scf|tensor|vector)[.]}}'
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,PLAIN --implicit-check-not=_mlir_ciface_ %{only_llvm}
// REDEFINE: %{options} = target=x86-64-v3 emit-c-interface
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,C %{only_llvm}
// REDEFINE: %{options} = target=x86-64-v3 results-to-out-params
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,OUT %{only_llvm}
// REDEFINE: %{options} = target=x86-64-v3 features=-fma tile-size=16
// RUN: %{lower} | FileCheck %s --check-prefixes=OPTIONS %{only_llvm}
// REDEFINE: %{options} = target=aarch64
// RUN: %{lower} | FileCheck %s --check-prefixes=NEON %{only_llvm}
// REDEFINE: %{options} =
// RUN: %{lower} | FileCheck %s --check-prefixes=NATIVE %{only_llvm}

// A tensor is a memref descriptor, flattened: two pointers, an offset, sizes and
// strides; that of a result is returned.
// CHECK-LABEL: llvm.func @static(
// PLAIN-SAME: %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: i64) -> !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
// PLAIN: llvm.call @malloc

// Results are written into buffers that the caller passes last; a static one is
// allocated nowhere.
// OUT-SAME: i64, %{{[a-z0-9]+}}: !llvm.ptr, %[[OUT:[a-z0-9]+]]: !llvm.ptr, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: i64, %{{[a-z0-9]+}}: i64) attributes

// The target is written out for the functions and for their wrappers, and the
// work is done on vectors of its width.
// OUT-NOT: llvm.call @malloc
// CHECK: llvm.fdiv %{{.*}} : vector<32xf32>
// OUT: llvm.getelementptr %[[OUT]][
// OUT: llvm.return{{$}}
// OPTIONS-LABEL: llvm.func @static(
// OPTIONS-SAME: target_cpu = "x86-64-v3"
// OPTIONS-SAME: "-fma"
// OPTIONS: llvm.fdiv %{{.*}} : vector<16xf32>
// NEON-LABEL: llvm.func @static(
// NEON-SAME: target_cpu = "generic"
// NEON-SAME: "+neon"
// NEON: llvm.fdiv %{{.*}} : vector<16xf32>
// NATIVE-LABEL: llvm.func @static(
// NATIVE-SAME: target_cpu = "{{[^"]+}}"
// NATIVE: llvm.store %{{.*}} : vector<{{[0-9]+}}xi8>

// The wrapper takes a pointer to the descriptor of the result and of each
// argument.
// C-LABEL: llvm.func @_mlir_ciface_static(
// C-SAME: %[[RESULT:[a-z0-9]+]]: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr) attributes
// C-SAME: target_cpu = "x86-64-v3"
// C-SAME: "-avx512f"
// C: %[[DESCRIPTOR:.*]] = llvm.call @static(
// C: llvm.store %[[DESCRIPTOR]], %[[RESULT]]
func.func @static(%x: tensor<64xf32>, %s: tensor<f32>) -> tensor<64xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<64xf32>, tensor<f32>) -> tensor<64xi8>
  return %q : tensor<64xi8>
}

// Elementwise arithmetic on tensors, which other compilers write, is part of
// the loops.
// CHECK-LABEL: llvm.func @elementwise(
// CHECK: llvm.fadd %{{.*}} : vector<32xf32>
func.func @elementwise(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %sum = arith.addf %x, %y : tensor<?xf32>
  return %sum : tensor<?xf32>
}

// What has no vector form becomes a scalar loop, not an error.
// CHECK-LABEL: llvm.func @transposed(
// CHECK: llvm.cond_br
func.func @transposed(%x: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.transpose ins(%x : tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) permutation = [1, 0]
  return %y : tensor<?x?xf32>
}

// Arithmetic on small floats is done in f32: LLVM would call a function a lane.
// CHECK-LABEL: llvm.func @small_floats(
// CHECK-NOT: llvm.fmul {{.*}}bf16
// CHECK: llvm.fmul %{{.*}} : vector<32xf32>
// CHECK-NOT: llvm.fptrunc {{.*}}bf16
// CHECK: llvm.return
func.func @small_floats(%x: tensor<?xbf16>, %y: tensor<?xbf16>) -> tensor<?xbf16> {
  %product = arith.mulf %x, %y : tensor<?xbf16>
  return %product : tensor<?xbf16>
}
