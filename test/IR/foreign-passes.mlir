// Passes and scripts of upstream's work on operations of quant_ext, before and
// after they are lowered.

// DEFINE: %{passes} =
// DEFINE: %{run} = %quant-opt %s --pass-pipeline="builtin.module(%{passes})"

// Inlining, common subexpressions, dead code.
// REDEFINE: %{passes} = inline,cse,symbol-dce
// RUN: %{run} | FileCheck %s --check-prefix=INLINE
// INLINE-NOT: @callee
// INLINE-LABEL: func.func @caller(
// INLINE: quant_ext.quantize
// INLINE-NOT: quant_ext.quantize
// INLINE: return

// Invariant code leaves loops.
// REDEFINE: %{passes} = func.func(loop-invariant-code-motion)
// RUN: %{run} | FileCheck %s --check-prefix=LICM
// LICM-LABEL: func.func @loop(
// LICM: quant_ext.quantize
// LICM: scf.for

// A script of the transform dialect tiles, through TilingInterface.
// REDEFINE: %{passes} = transform-interpreter
// RUN: %{run} | FileCheck %s --check-prefix=TILE
// TILE-LABEL: func.func @tiled(
// TILE: scf.for {{.*}} step %c8
// TILE: scf.for {{.*}} step %c32
// TILE: quant_ext.quantize {{.*}} axis = 0 storage = <i8> : (tensor<8x32xf32>, tensor<8xf32>) -> tensor<8x32xi8>

// linalg fuses what is in front of the operations into their loops.
// REDEFINE: %{passes} = convert-quant-ext-to-linalg,convert-elementwise-to-linalg,linalg-fuse-elementwise-ops,canonicalize
// RUN: %{run} | FileCheck %s --check-prefix=FUSE
// FUSE-LABEL: func.func @tiled(
// FUSE: linalg.generic
// FUSE: arith.negf
// FUSE-NEXT: quant_ext.apply_quantize
// FUSE-NOT: linalg.generic
// FUSE: return

// One-shot bufferization takes what the lowering leaves.
// REDEFINE: %{passes} = convert-quant-ext-to-linalg,convert-elementwise-to-linalg,one-shot-bufferize{bufferize-function-boundaries=true},convert-quant-ext-to-arith,convert-linalg-to-loops
// RUN: %{run} | FileCheck %s --check-prefix=BUFFERIZE
// BUFFERIZE-LABEL: func.func @tiled(
// BUFFERIZE-SAME: memref<64x128xf32
// BUFFERIZE: memref.store {{.*}} : memref<64x128xi8>
// BUFFERIZE-NOT: tensor<

// Bytecode keeps all of it.
// RUN: %quant-opt %s > %t.text.mlir
// RUN: %quant-opt %s --emit-bytecode -o %t.mlirbc
// RUN: %quant-opt %t.mlirbc | diff %t.text.mlir -

func.func private @callee(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xi8> {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return %q : tensor<4xi8>
}

func.func @caller(%x: tensor<4xf32>, %s: tensor<f32>) -> (tensor<4xi8>, tensor<4xi8>) {
  %a = call @callee(%x, %s) : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %b = call @callee(%x, %s) : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  return %a, %b : tensor<4xi8>, tensor<4xi8>
}

func.func @loop(%x: tensor<4xf32>, %s: tensor<f32>, %init: tensor<4xi8>, %n: index) -> tensor<4xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %init) -> tensor<4xi8> {
    %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
    %next = tensor.insert_slice %q into %acc[0] [4] [1] : tensor<4xi8> into tensor<4xi8>
    scf.yield %next : tensor<4xi8>
  }
  return %r : tensor<4xi8>
}

func.func @tiled(%x: tensor<64x128xf32>, %s: tensor<64xf32>) -> tensor<64x128xi8> {
  %n = arith.negf %x : tensor<64x128xf32>
  %q = quant_ext.quantize %n, %s axis = 0 storage = <i8> : (tensor<64x128xf32>, tensor<64xf32>) -> tensor<64x128xi8>
  return %q : tensor<64x128xi8>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %f = transform.structured.match ops{["func.func"]} attributes {sym_name = "tiled"} in %root : (!transform.any_op) -> !transform.any_op
    %q = transform.structured.match ops{["quant_ext.quantize"]} in %f : (!transform.any_op) -> !transform.any_op
    %t, %l0, %l1 = transform.structured.tile_using_for %q tile_sizes [8, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
