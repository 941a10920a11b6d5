// Packed tensors go through operations that have no packed form, and through
// loops, and come out as whole elements.

// REQUIRES: host-x86

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=native})" -o %t.mlir
// RUN: %mlir-runner %t.mlir -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_runner_utils.so,%mlir_lib_dir/libmlir_c_runner_utils.so | FileCheck %s

func.func private @printMemrefI32(memref<*xi32>)

func.func private @print(%q: tensor<6xi4>) {
  %init = tensor.empty() : tensor<6xi32>
  %x = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%q : tensor<6xi4>) outs(%init : tensor<6xi32>) {
  ^bb0(%a: i4, %out: i32):
    %v = arith.extsi %a : i4 to i32
    linalg.yield %v : i32
  } -> tensor<6xi32>
  %m = bufferization.to_buffer %x : tensor<6xi32> to memref<6xi32>
  %any = memref.cast %m : memref<6xi32> to memref<*xi32>
  call @printMemrefI32(%any) : (memref<*xi32>) -> ()
  return
}

func.func private @pad(%q: tensor<4xi4>) -> tensor<6xi4> {
  %c7 = arith.constant 7 : i4
  %r = tensor.pad %q low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %c7 : i4
  } : tensor<4xi4> to tensor<6xi4>
  return %r : tensor<6xi4>
}

func.func private @add(%a: tensor<6xi4>, %b: tensor<6xi4>) -> tensor<6xi4> {
  %r = linalg.map { arith.addi } ins(%a, %b : tensor<6xi4>, tensor<6xi4>) outs(%a : tensor<6xi4>)
  return %r : tensor<6xi4>
}

// Reads what it writes over.
func.func private @accumulate(%a: tensor<6xi4>, %b: tensor<6xi4>) -> tensor<6xi4> {
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}
      ins(%a : tensor<6xi4>) outs(%b : tensor<6xi4>) {
  ^bb0(%x: i4, %acc: i4):
    %sum = arith.addi %x, %acc : i4
    linalg.yield %sum : i4
  } -> tensor<6xi4>
  return %r : tensor<6xi4>
}

func.func private @repeat(%a: tensor<6xi4>, %b: tensor<6xi4>, %n: index) -> tensor<6xi4> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %a) -> tensor<6xi4> {
    %next = func.call @add(%acc, %b) : (tensor<6xi4>, tensor<6xi4>) -> tensor<6xi4>
    scf.yield %next : tensor<6xi4>
  }
  return %r : tensor<6xi4>
}

// What is expanded is known as values already.
func.func private @truncate(%x: tensor<4xi8>, %p: i4) -> tensor<6xi4> {
  %q = arith.trunci %x : tensor<4xi8> to tensor<4xi4>
  %pairs = tensor.expand_shape %q [[0, 1]] output_shape [2, 2] : tensor<4xi4> into tensor<2x2xi4>
  %padded = tensor.pad %pairs low[1, 0] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %p : i4
  } : tensor<2x2xi4> to tensor<3x2xi4>
  %r = tensor.collapse_shape %padded [[0, 1]] : tensor<3x2xi4> into tensor<6xi4>
  return %r : tensor<6xi4>
}

func.func @main() {
  %q = arith.constant dense<[1, -2, 3, -8]> : tensor<4xi4>
  %b = arith.constant dense<[1, 2, 3, -1, -2, -3]> : tensor<6xi4>
  %c3 = arith.constant 3 : index
  // CHECK: [7,  1,  -2,  3,  -8,  7]
  %padded = call @pad(%q) : (tensor<4xi4>) -> tensor<6xi4>
  call @print(%padded) : (tensor<6xi4>) -> ()
  // The sums modulo 16: 8 is -8, -10 is 6.
  // CHECK: [-8,  3,  1,  2,  6,  4]
  %sums = call @accumulate(%padded, %b) : (tensor<6xi4>, tensor<6xi4>) -> tensor<6xi4>
  call @print(%sums) : (tensor<6xi4>) -> ()
  // Three times more: -8 + 3, 3 + 6, 1 + 9, 2 - 3, 6 - 6, 4 - 9.
  // CHECK: [-5,  -7,  -6,  -1,  0,  -5]
  %repeated = call @repeat(%sums, %b, %c3) : (tensor<6xi4>, tensor<6xi4>, index) -> tensor<6xi4>
  call @print(%repeated) : (tensor<6xi4>) -> ()
  // 17 and -25 have the low bits of 1 and 7.
  // CHECK: [-3,  -3,  1,  7,  -8,  5]
  %wide = arith.constant dense<[17, -25, -8, 5]> : tensor<4xi8>
  %minus3 = arith.constant -3 : i4
  %truncated = call @truncate(%wide, %minus3) : (tensor<4xi8>, i4) -> tensor<6xi4>
  call @print(%truncated) : (tensor<6xi4>) -> ()
  return
}
