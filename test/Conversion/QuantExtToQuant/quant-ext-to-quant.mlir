// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(convert-quant-ext-to-quant)" | FileCheck %s
// There and back again, of scales that have the type of the values, nothing changes.
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(cse)" > %t.before.mlir
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(convert-quant-ext-to-quant,convert-quant-to-quant-ext,cse)" | diff %t.before.mlir -

// CHECK-LABEL: func.func @quantize(
// CHECK-SAME: %[[X:.*]]: tensor<2x?xf32>)
// CHECK: %[[Q:.*]] = quant.qcast %[[X]] : tensor<2x?xf32> to tensor<2x?x!quant.uniform<u8:f32, 5.000000e-01:200>>
// CHECK: %[[I:.*]] = quant.scast %[[Q]] : tensor<2x?x!quant.uniform<u8:f32, 5.000000e-01:200>> to tensor<2x?xi8>
// CHECK: return %[[I]]
func.func @quantize(%x: tensor<2x?xf32>) -> tensor<2x?xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<-56> : tensor<i8>
  %q = quant_ext.quantize %x, %s, %z storage = <u8> : (tensor<2x?xf32>, tensor<f32>, tensor<i8>) -> tensor<2x?xi8>
  return %q : tensor<2x?xi8>
}

// -----

// CHECK-LABEL: func.func @per_axis(
// CHECK: quant.scast %{{.*}} : tensor<2x4xi8> to tensor<2x4x!quant.uniform<i8<-127:127>:f16:0, {5.000000e-01,2.500000e-01}>>
// CHECK: quant.dcast %{{.*}} to tensor<2x4xf16>
func.func @per_axis(%q: tensor<2x4xi8>) -> tensor<2x4xf16> {
  %s = arith.constant dense<[0.5, 0.25]> : tensor<2xf16>
  %x = quant_ext.dequantize %q, %s axis = 0 storage = <i8<-127:127>> : (tensor<2x4xi8>, tensor<2xf16>) -> tensor<2x4xf16>
  return %x : tensor<2x4xf16>
}

// -----

// CHECK-LABEL: func.func @per_block(
// CHECK: quant.qcast %{{.*}} : tensor<4x6xf32> to tensor<4x6x!quant.uniform<i4:f32:{1:3}, {{[{][{]}}5.000000e-01, 2.500000e-01}}>>
func.func @per_block(%x: tensor<4x6xf32>) -> tensor<4x6xi4> {
  %s = arith.constant dense<[[0.5, 0.25]]> : tensor<1x2xf32>
  %q = quant_ext.quantize %x, %s block_sizes = [-1, 3] storage = <i4> : (tensor<4x6xf32>, tensor<1x2xf32>) -> tensor<4x6xi4>
  return %q : tensor<4x6xi4>
}

// -----

// What no type says stays: other roundings and divisions, scales of run time, of
// no number of the values' type (1 + 2^-20 is none of f16), of blocks that do not
// divide, bad ones, and float storages.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: quant.
// CHECK: return
func.func @others(%x: tensor<7xf32>, %h: tensor<7xf16>, %s: tensor<f32>) -> (tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xf8E4M3FN>, tensor<7xi8>) {
  %c = arith.constant dense<0.5> : tensor<f32>
  %fine = arith.constant dense<1.00000095> : tensor<f32>
  %blocks = arith.constant dense<0.5> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %wide = arith.constant dense<0.5> : tensor<f64>
  %0 = quant_ext.quantize %x, %c storage = <i8> rounding = half_away : (tensor<7xf32>, tensor<f32>) -> tensor<7xi8>
  %1 = quant_ext.quantize %x, %c storage = <i8> division = reciprocal : (tensor<7xf32>, tensor<f32>) -> tensor<7xi8>
  %2 = quant_ext.quantize %x, %s storage = <i8> : (tensor<7xf32>, tensor<f32>) -> tensor<7xi8>
  %3 = quant_ext.quantize %h, %fine storage = <i8> : (tensor<7xf16>, tensor<f32>) -> tensor<7xi8>
  %4 = quant_ext.quantize %x, %blocks block_sizes = [4] storage = <i8> : (tensor<7xf32>, tensor<2xf32>) -> tensor<7xi8>
  %5 = quant_ext.quantize %x, %zero storage = <i8> : (tensor<7xf32>, tensor<f32>) -> tensor<7xi8>
  %6 = quant_ext.quantize %x, %c storage = <f8E4M3FN> : (tensor<7xf32>, tensor<f32>) -> tensor<7xf8E4M3FN>
  %7 = quant_ext.quantize %x, %wide storage = <i8> : (tensor<7xf32>, tensor<f64>) -> tensor<7xi8>
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xi8>, tensor<7xf8E4M3FN>, tensor<7xi8>
}

// -----

// Types that state sizes which the input leaves open: casts say nothing of them.
// CHECK-LABEL: func.func @stated_sizes(
// CHECK-NOT: quant.
// CHECK: quant_ext.quantize
// CHECK: quant_ext.dequantize
// CHECK: return
func.func @stated_sizes(%x: tensor<?xf32>, %q: tensor<?xi8>) -> (tensor<8xi8>, tensor<8xf32>) {
  %s = arith.constant dense<0.5> : tensor<f32>
  %i = quant_ext.quantize %x, %s storage = <i8> : (tensor<?xf32>, tensor<f32>) -> tensor<8xi8>
  %d = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<8xf32>
  return %i, %d : tensor<8xi8>, tensor<8xf32>
}
