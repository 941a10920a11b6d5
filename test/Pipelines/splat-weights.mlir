// Weights that are all the same are multiplied as others are, and not as a
// scalar, which no dot product reads.

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v4 features=+avx512vnni})" | FileCheck %s
// CHECK-LABEL: llvm.func @splat(
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// CHECK: llvm.return

func.func @splat(%a: tensor<6x64xi8>) -> tensor<6x64xi32> {
  %w = arith.constant dense<3> : tensor<64x64xi8>
  %zero = arith.constant dense<0> : tensor<6x64xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %w : tensor<6x64xi8>, tensor<64x64xi8>) outs(%zero : tensor<6x64xi32>) {
  ^bb0(%x: i8, %y: i8, %o: i32):
    %p = arith.extui %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %t = arith.muli %p, %q : i32
    %u = arith.addi %o, %t : i32
    linalg.yield %u : i32
  } -> tensor<6x64xi32>
  return %r : tensor<6x64xi32>
}
