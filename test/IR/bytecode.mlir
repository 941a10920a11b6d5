// RUN: %quant-opt %s --emit-bytecode -o %t.bc
// RUN: %quant-opt %t.bc | FileCheck %s
// Written twice, the bytes are the same.
// RUN: %quant-opt %t.bc --emit-bytecode -o %t.again.bc
// RUN: cmp %t.bc %t.again.bc

// A file of a version that does not exist yet is refused. The section of the
// version is 07 (its kind), 03 (one byte), 07 (version 3, as a varint).
// RUN: %python -c "import sys; b = open(sys.argv[1], 'rb').read(); old = bytes([7, 3, 7]); assert b.count(old) == 1; open(sys.argv[2], 'wb').write(b.replace(old, bytes([7, 3, 9])))" %t.bc %t.new.bc
// RUN: not %quant-opt %t.new.bc 2>&1 | FileCheck %s --check-prefix=VERSION
// VERSION: error: quant_ext bytecode must be of version 3 or older, found version 4

// CHECK-LABEL: func private @storages
func.func private @storages() attributes {
  // CHECK-DAG: a = #quant_ext.storage<i2>
  a = #quant_ext.storage<i2>,
  // CHECK-DAG: b = #quant_ext.storage<u16>
  b = #quant_ext.storage<u16>,
  // CHECK-DAG: c = #quant_ext.storage<i8<-127:127>>
  c = #quant_ext.storage<i8<-127:127>>,
  // CHECK-DAG: d = #quant_ext.storage<u12<5:4000>>
  d = #quant_ext.storage<u12<5:4000>>,
  // CHECK-DAG: e = #quant_ext.storage<i32>
  e = #quant_ext.storage<i32>,
  // CHECK-DAG: f = #quant_ext.storage<f8E5M2FNUZ>
  f = #quant_ext.storage<f8E5M2FNUZ>,
  // CHECK-DAG: g = #quant_ext.storage<f8E8M0FNU>
  g = #quant_ext.storage<f8E8M0FNU>
}

// CHECK-LABEL: func private @enums
func.func private @enums() attributes {
  // CHECK-DAG: a = #quant_ext<rounding half_even>
  a = #quant_ext<rounding half_even>,
  // CHECK-DAG: b = #quant_ext<division exact>
  b = #quant_ext<division exact>,
  // CHECK-DAG: c = #quant_ext<division reciprocal>
  c = #quant_ext<division reciprocal>,
  // CHECK-DAG: d = #quant_ext<rounding half_away>
  d = #quant_ext<rounding half_away>,
  // CHECK-DAG: e = #quant_ext<rounding toward_zero>
  e = #quant_ext<rounding toward_zero>,
  // CHECK-DAG: f = #quant_ext<rounding stochastic>
  f = #quant_ext<rounding stochastic>
}

// Optional operands, results and attributes, present and absent.
// CHECK-LABEL: func @tensors
func.func @tensors(%x: tensor<?x64xf16>, %a: tensor<?x64xi32>, %t: tensor<f32>, %z: tensor<64xi32>) {
  // CHECK: %[[S:.*]], %[[Z:.*]] = quant_ext.choose_qparams %{{.*}} axis = 1 storage = <u8> : (tensor<?x64xf16>) -> (tensor<64xf32>, tensor<64xi8>)
  %s, %zp = quant_ext.choose_qparams %x axis = 1 storage = <u8> : (tensor<?x64xf16>) -> (tensor<64xf32>, tensor<64xi8>)
  // CHECK: %[[B:.*]] = quant_ext.choose_qparams %{{.*}} block_sizes = [-1, 32] storage = <i4> : (tensor<?x64xf16>) -> tensor<1x2xf32>
  %b = quant_ext.choose_qparams %x block_sizes = [-1, 32] storage = <i4> : (tensor<?x64xf16>) -> tensor<1x2xf32>
  // CHECK: quant_ext.choose_qparams %{{.*}} scaled_by(%{{.*}}) block_sizes = [1, 16] storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<?x64xf16>, tensor<f32>) -> tensor<?x4xf8E4M3FN>
  %e = quant_ext.choose_qparams %x scaled_by(%t) block_sizes = [1, 16] storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (tensor<?x64xf16>, tensor<f32>) -> tensor<?x4xf8E4M3FN>
  // CHECK: quant_ext.quantize %{{.*}}, %[[S]], %[[Z]] axis = 1 storage = <u8> division = reciprocal :
  %q = quant_ext.quantize %x, %s, %zp axis = 1 storage = <u8> division = reciprocal : (tensor<?x64xf16>, tensor<64xf32>, tensor<64xi8>) -> tensor<?x64xi8>
  // CHECK: %[[Q:.*]] = quant_ext.quantize %{{.*}}, %[[B]] block_sizes = [-1, 32] storage = <i4> :
  %r = quant_ext.quantize %x, %b block_sizes = [-1, 32] storage = <i4> : (tensor<?x64xf16>, tensor<1x2xf32>) -> tensor<?x64xi4>
  // CHECK: quant_ext.dequantize %[[Q]], %[[B]] block_sizes = [-1, 32] storage = <i4> :
  %y = quant_ext.dequantize %r, %b block_sizes = [-1, 32] storage = <i4> : (tensor<?x64xi4>, tensor<1x2xf32>) -> tensor<?x64xbf16>
  // CHECK: quant_ext.fake_quantize %{{.*}}, %{{.*}} storage = <i8<-127:127>> :
  %f = quant_ext.fake_quantize %x, %t storage = <i8<-127:127>> : (tensor<?x64xf16>, tensor<f32>) -> tensor<?x64xf16>
  // CHECK: quant_ext.requantize %{{.*}} in(%[[S]], %{{.*}}) out(%{{.*}}) axis = 1 storage_in = <i32> storage = <i16> :
  %i = quant_ext.requantize %a in(%s, %z) out(%t) axis = 1 storage_in = <i32> storage = <i16> : (tensor<?x64xi32>, tensor<64xf32>, tensor<64xi32>, tensor<f32>) -> tensor<?x64xi16>
  return
}

// Seeds and positions, and the sizes of the operand segments that tell them
// from zero points.
// CHECK-LABEL: func @stochastic
func.func @stochastic(%x: tensor<?x4xf32>, %a: tensor<4xi32>, %t: tensor<f32>, %z: tensor<i8>, %seed: tensor<i64>, %i: index, %v: f32, %b: i32, %n: i64) {
  // CHECK: quant_ext.quantize %{{.*}}, %{{.*}} random(%[[SEED:.*]]) storage = <i8> rounding = stochastic :
  %q = quant_ext.quantize %x, %t random(%seed) storage = <i8> rounding = stochastic : (tensor<?x4xf32>, tensor<f32>, tensor<i64>) -> tensor<?x4xi8>
  // CHECK: quant_ext.fake_quantize %{{.*}}, %{{.*}}, %[[Z:.*]] random(%[[SEED]] at %[[I:.*]], %[[I]], %[[I]]) storage = <i8> rounding = stochastic :
  %f = quant_ext.fake_quantize %x, %t, %z random(%seed at %i, %i, %i) storage = <i8> rounding = stochastic : (tensor<?x4xf32>, tensor<f32>, tensor<i8>, tensor<i64>, index, index, index) -> tensor<?x4xf32>
  // CHECK: quant_ext.requantize %{{.*}} in(%{{.*}}) out(%{{.*}}, %[[Z]]) random(%[[SEED]] at %[[I]], %[[I]]) storage_in = <i32> storage = <i8> rounding = stochastic :
  %r = quant_ext.requantize %a in(%t) out(%t, %z) random(%seed at %i, %i) storage_in = <i32> storage = <i8> rounding = stochastic : (tensor<4xi32>, tensor<f32>, tensor<f32>, tensor<i8>, tensor<i64>, index, index) -> tensor<4xi8>
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} random(%[[N:.*]], %[[N]]) storage = <i8> rounding = stochastic :
  %e = quant_ext.apply_quantize %v, %v random(%n, %n) storage = <i8> rounding = stochastic : (f32, f32, i64, i64) -> i8
  // CHECK: quant_ext.apply_requantize %{{.*}} by %{{.*}} random(%[[N]], %[[N]]) storage_in = <i32> storage = <i8> rounding = stochastic :
  %g = quant_ext.apply_requantize %b by %v random(%n, %n) storage_in = <i32> storage = <i8> rounding = stochastic : (i32, f32, i64, i64) -> i8
  return
}

// CHECK-LABEL: func @elements
func.func @elements(%x: f32, %v: vector<4xf32>, %z: i8) {
  // CHECK: quant_ext.apply_choose_qparams %{{.*}} lo(%{{.*}}) storage = <u8> : (f32, f32) -> (f32, i8)
  %s, %zp = quant_ext.apply_choose_qparams %x lo(%x) storage = <u8> : (f32, f32) -> (f32, i8)
  // CHECK: quant_ext.apply_choose_scale %{{.*}} scaled_by(%{{.*}}) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (f32, f32) -> f8E4M3FN
  %e = quant_ext.apply_choose_scale %x scaled_by(%x) storage = <f4E2M1FN> scale_storage = <f8E4M3FN> : (f32, f32) -> f8E4M3FN
  // CHECK: quant_ext.apply_quantize %{{.*}}, %{{.*}} storage = <i8> division = reciprocal : (vector<4xf32>, vector<4xf32>) -> vector<4xi8>
  %q = quant_ext.apply_quantize %v, %v storage = <i8> division = reciprocal : (vector<4xf32>, vector<4xf32>) -> vector<4xi8>
  // CHECK: quant_ext.apply_dequantize %{{.*}}, %{{.*}}, %{{.*}} storage = <u8> : (i8, f32, i8) -> f16
  %d = quant_ext.apply_dequantize %z, %x, %zp storage = <u8> : (i8, f32, i8) -> f16
  // CHECK: %[[M:.*]] = quant_ext.apply_multiplier %{{.*}}, %{{.*}} : (f32, f16) -> f32
  %m = quant_ext.apply_multiplier %x, %d : (f32, f16) -> f32
  // CHECK: quant_ext.apply_requantize %{{.*}} by %[[M]] out(%{{.*}}) storage_in = <i8> storage = <u8> : (i8, f32, i8) -> i8
  %r = quant_ext.apply_requantize %z by %m out(%zp) storage_in = <i8> storage = <u8> : (i8, f32, i8) -> i8
  return
}
