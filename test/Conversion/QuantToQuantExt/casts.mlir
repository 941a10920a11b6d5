// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(convert-quant-to-quant-ext)" | FileCheck %s --implicit-check-not=quant.

// Zero points are left out where all are 0 and the storage is signed.
// CHECK-LABEL: func.func @per_tensor(
// CHECK-SAME: %[[X:.*]]: tensor<2x?xf32>) -> tensor<2x?xf32>
// CHECK: %[[S:.*]] = arith.constant dense<5.000000e-01> : tensor<f32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[X]], %[[S]] storage = <i8> : (tensor<2x?xf32>, tensor<f32>) -> tensor<2x?xi8>
// CHECK: %[[Y:.*]] = quant_ext.dequantize %[[Q]], %{{.*}} storage = <i8> : (tensor<2x?xi8>, tensor<f32>) -> tensor<2x?xf32>
// CHECK: return %[[Y]]
!q = !quant.uniform<i8:f32, 0.5>
func.func @per_tensor(%x: tensor<2x?xf32>) -> tensor<2x?xf32> {
  %q = quant.qcast %x : tensor<2x?xf32> to tensor<2x?x!q>
  %y = quant.dcast %q : tensor<2x?x!q> to tensor<2x?xf32>
  return %y : tensor<2x?xf32>
}

// -----

// Unsigned storage has zero points always: 200 is -56 of eight bits.
// CHECK-LABEL: func.func @zero_points(
// CHECK: %[[Z:.*]] = arith.constant dense<0> : tensor<i8>
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %[[Z]] storage = <u8>
// CHECK: %[[Z:.*]] = arith.constant dense<-56> : tensor<i8>
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %[[Z]] storage = <u8>
// CHECK: %[[Z:.*]] = arith.constant dense<-7> : tensor<i8>
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %[[Z]] storage = <i8>
!none = !quant.uniform<u8:f32, 0.5>
!high = !quant.uniform<u8:f32, 0.5:200>
!low = !quant.uniform<i8:f32, 0.5:-7>
func.func @zero_points(%x: tensor<4xf32>) -> (tensor<4x!none>, tensor<4x!high>, tensor<4x!low>) {
  %a = quant.qcast %x : tensor<4xf32> to tensor<4x!none>
  %b = quant.qcast %x : tensor<4xf32> to tensor<4x!high>
  %c = quant.qcast %x : tensor<4xf32> to tensor<4x!low>
  return %a, %b, %c : tensor<4x!none>, tensor<4x!high>, tensor<4x!low>
}

// -----

// CHECK-LABEL: func.func @per_axis(
// CHECK: %[[S:.*]] = arith.constant dense<[5.000000e-01, 2.500000e-01, 2.000000e+00]> : tensor<3xf32>
// CHECK: %[[Z:.*]] = arith.constant dense<[1, 0, -2]> : tensor<3xi8>
// CHECK: quant_ext.quantize %{{.*}}, %[[S]], %[[Z]] axis = 1 storage = <i8> : (tensor<?x3x2xf32>, tensor<3xf32>, tensor<3xi8>) -> tensor<?x3x2xi8>
!q = !quant.uniform<i8:f32:1, {0.5:1, 0.25, 2.0:-2}>
func.func @per_axis(%x: tensor<?x3x2xf32>) -> tensor<?x3x2x!q> {
  %q = quant.qcast %x : tensor<?x3x2xf32> to tensor<?x3x2x!q>
  return %q : tensor<?x3x2x!q>
}

// -----

// Dimensions without a block are one block.
// CHECK-LABEL: func.func @sub_channel(
// CHECK: %[[S:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00], [2.000000e+00{{\]\]\], \[\[\[}}3.000000e+00], [4.000000e+00{{\]\]\]\]}}> : tensor<2x1x2x1xf32>
// CHECK: %[[Z:.*]] = arith.constant dense<{{\[\[\[\[}}10], [20{{\]\]\], \[\[\[}}30], [40{{\]\]\]\]}}> : tensor<2x1x2x1xi8>
// CHECK: quant_ext.dequantize %{{.*}}, %[[S]], %[[Z]] block_sizes = [1, -1, 2, -1] storage = <i8>
!q = !quant.uniform<i8:f32:{0:1, 2:2}, {{{{1.0:10}, {2.0:20}}}, {{{3.0:30}, {4.0:40}}}}>
func.func @sub_channel(%x: tensor<2x3x4x5x!q>) -> tensor<2x3x4x5xf32> {
  %y = quant.dcast %x : tensor<2x3x4x5x!q> to tensor<2x3x4x5xf32>
  return %y : tensor<2x3x4x5xf32>
}

// -----

// Narrow ranges and other widths; the scale is a number of the expressed type:
// 0.1 is 1639 / 2^14 in f16 and 205 / 2^11 in bf16.
// CHECK-LABEL: func.func @storages(
// CHECK: storage = <i8<-127:127>>
// CHECK: arith.constant dense<1.000980e-01> : tensor<bf16>
// CHECK: storage = <i4>
// CHECK: arith.constant dense<9.997550e-02> : tensor<f16>
// CHECK: storage = <u4<1:14>>
// CHECK: arith.constant dense<1.000000e-01> : tensor<f64>
// CHECK: storage = <i16>
// CHECK: storage = <i32>
!n = !quant.uniform<i8<-127:127>:f32, 0.1>
!b = !quant.uniform<i4:bf16, 0.1>
!h = !quant.uniform<u4<1:14>:f16, 0.1:5>
!d = !quant.uniform<i16:f64, 0.1>
!w = !quant.uniform<i32:f32, 0.1>
func.func @storages(%f: tensor<4xf32>, %b: tensor<4xbf16>, %h: tensor<4xf16>, %d: tensor<4xf64>) -> (tensor<4x!n>, tensor<4x!b>, tensor<4x!h>, tensor<4x!d>, tensor<4x!w>) {
  %0 = quant.qcast %f : tensor<4xf32> to tensor<4x!n>
  %1 = quant.qcast %b : tensor<4xbf16> to tensor<4x!b>
  %2 = quant.qcast %h : tensor<4xf16> to tensor<4x!h>
  %3 = quant.qcast %d : tensor<4xf64> to tensor<4x!d>
  %4 = quant.qcast %f : tensor<4xf32> to tensor<4x!w>
  return %0, %1, %2, %3, %4 : tensor<4x!n>, tensor<4x!b>, tensor<4x!h>, tensor<4x!d>, tensor<4x!w>
}

// -----

// Scalars are tensors of one element for a while.
// CHECK-LABEL: func.func @scalars(
// CHECK-SAME: %[[X:.*]]: f32) -> f32
// CHECK: %[[T:.*]] = tensor.from_elements %[[X]] : tensor<f32>
// CHECK: %[[Q:.*]] = quant_ext.quantize %[[T]], %{{.*}} storage = <i8> : (tensor<f32>, tensor<f32>) -> tensor<i8>
// CHECK: %[[I:.*]] = tensor.extract %[[Q]][] : tensor<i8>
// CHECK: %[[U:.*]] = tensor.from_elements %[[I]] : tensor<i8>
// CHECK: %[[D:.*]] = quant_ext.dequantize %[[U]]
// CHECK: %[[Y:.*]] = tensor.extract %[[D]][] : tensor<f32>
// CHECK: return %[[Y]]
!q = !quant.uniform<i8:f32, 0.5>
func.func @scalars(%x: f32) -> f32 {
  %q = quant.qcast %x : f32 to !q
  %y = quant.dcast %q : !q to f32
  return %y : f32
}

// -----

// Storage casts do nothing, in both directions.
// CHECK-LABEL: func.func @storage_casts(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8>, %[[Y:.*]]: i8) -> (tensor<4xi8>, i8)
// CHECK-NEXT: return %[[X]], %[[Y]]
!q = !quant.uniform<i8:f32, 0.5>
func.func @storage_casts(%x: tensor<4xi8>, %y: i8) -> (tensor<4xi8>, i8) {
  %q = quant.scast %x : tensor<4xi8> to tensor<4x!q>
  %i = quant.scast %q : tensor<4x!q> to tensor<4xi8>
  %r = quant.scast %y : i8 to !q
  %j = quant.scast %r : !q to i8
  return %i, %j : tensor<4xi8>, i8
}

// -----

// Sizes may be known to the type alone, or to nobody; tensors may have no
// dimension, and blocks may be said of none.
// CHECK-LABEL: func.func @sizes(
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}} axis = 2 storage = <i8> : (tensor<?x?x?xf32>, tensor<3xf32>) -> tensor<?x?x?xi8>
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %{{.*}} block_sizes = [1, 2] storage = <u8> : (tensor<?x?xf32>, tensor<2x2xf32>, tensor<2x2xi8>) -> tensor<?x?xi8>
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %{{.*}} storage = <i8> : (tensor<f32>, tensor<f32>, tensor<i8>) -> tensor<i8>
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %{{.*}} block_sizes = [-1, -1] storage = <i8> : (tensor<4x6xf32>, tensor<1x1xf32>, tensor<1x1xi8>) -> tensor<4x6xi8>
!axis = !quant.uniform<i8:f32:2, {1.0, 2.0, 3.0}>
!blocks = !quant.uniform<u8:f32:{0:1, 1:2}, {{2.0:120, 3.0:127}, {4.0, 5.0}}>
!layer = !quant.uniform<i8:f32, 2.0:10>
!whole = !quant.uniform<i8:f32:{}, {{2.0:12}}>
func.func @sizes(%a: tensor<?x?x?xf32>, %b: tensor<?x?xf32>, %c: tensor<f32>, %d: tensor<4x6xf32>) -> (tensor<?x?x?x!axis>, tensor<?x?x!blocks>, tensor<!layer>, tensor<4x6x!whole>) {
  %0 = quant.qcast %a : tensor<?x?x?xf32> to tensor<?x?x?x!axis>
  %1 = quant.qcast %b : tensor<?x?xf32> to tensor<?x?x!blocks>
  %2 = quant.qcast %c : tensor<f32> to tensor<!layer>
  %3 = quant.qcast %d : tensor<4x6xf32> to tensor<4x6x!whole>
  return %0, %1, %2, %3 : tensor<?x?x?x!axis>, tensor<?x?x!blocks>, tensor<!layer>, tensor<4x6x!whole>
}

// -----

// Of unsigned blocks too, 200 is -56 of eight bits and 255 is -1.
// CHECK-LABEL: func.func @unsigned_blocks(
// CHECK: %[[Z:.*]] = arith.constant dense<{{\[\[}}-56, 127], [0, -1]]> : tensor<2x2xi8>
// CHECK: quant_ext.quantize %{{.*}}, %{{.*}}, %[[Z]] block_sizes = [1, 2] storage = <u8>
!blocks = !quant.uniform<u8:f32:{0:1, 1:2}, {{2.0:200, 3.0:127}, {4.0, 5.0:255}}>
func.func @unsigned_blocks(%x: tensor<2x4xf32>) -> tensor<2x4x!blocks> {
  %0 = quant.qcast %x : tensor<2x4xf32> to tensor<2x4x!blocks>
  return %0 : tensor<2x4x!blocks>
}
