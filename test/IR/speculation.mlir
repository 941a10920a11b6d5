// RUN: %quant-opt --allow-unregistered-dialect --pass-pipeline="builtin.module(func.func(loop-invariant-code-motion))" %s | FileCheck %s

// The loops may run zero times, so an operation leaves them only where running
// it early cannot go wrong: where the shapes are known to agree.

// CHECK-LABEL: func @static
// CHECK: quant_ext.quantize
// CHECK: scf.for
// CHECK-NOT: quant_ext
func.func @static(%x: tensor<4x3xf32>, %s: tensor<4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xi8>
    "test.use"(%q) : (tensor<4x3xi8>) -> ()
  }
  return
}

// The size of the axis is not known, nor that the scale has it.
// CHECK-LABEL: func @dynamic_axis
// CHECK: scf.for
// CHECK: quant_ext.quantize
func.func @dynamic_axis(%x: tensor<?x3xf32>, %s: tensor<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = quant_ext.quantize %x, %s axis = 0 storage = <i8> : (tensor<?x3xf32>, tensor<?xf32>) -> tensor<?x3xi8>
    "test.use"(%q) : (tensor<?x3xi8>) -> ()
  }
  return
}

// A scale of 4 asks for an axis of 4.
// CHECK-LABEL: func @dynamic_input_only
// CHECK: scf.for
// CHECK: quant_ext.dequantize
func.func @dynamic_input_only(%q: tensor<?x3xi8>, %s: tensor<4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %x = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<?x3xi8>, tensor<4xf32>) -> tensor<?x3xf32>
    "test.use"(%x) : (tensor<?x3xf32>) -> ()
  }
  return
}

// A dimension that no scale belongs to may be dynamic.
// CHECK-LABEL: func @dynamic_elsewhere
// CHECK: quant_ext.fake_quantize
// CHECK: scf.for
func.func @dynamic_elsewhere(%x: tensor<?x3xf32>, %s: tensor<3xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %y = quant_ext.fake_quantize %x, %s axis = 1 storage = <i8> : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
    "test.use"(%y) : (tensor<?x3xf32>) -> ()
  }
  return
}

// A result of 4 rows asks for an input of 4 rows.
// CHECK-LABEL: func @dynamic_input_static_result
// CHECK: scf.for
// CHECK: quant_ext.quantize
func.func @dynamic_input_static_result(%x: tensor<?x3xf32>, %s: tensor<f32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<?x3xf32>, tensor<f32>) -> tensor<4x3xi8>
    "test.use"(%q) : (tensor<4x3xi8>) -> ()
  }
  return
}

// The zero point counts too.
// CHECK-LABEL: func @dynamic_zero_point
// CHECK: scf.for
// CHECK: quant_ext.quantize
func.func @dynamic_zero_point(%x: tensor<4x3xf32>, %s: tensor<4xf32>, %z: tensor<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = quant_ext.quantize %x, %s, %z axis = 0 storage = <u8> : (tensor<4x3xf32>, tensor<4xf32>, tensor<?xi8>) -> tensor<4x3xi8>
    "test.use"(%q) : (tensor<4x3xi8>) -> ()
  }
  return
}

// CHECK-LABEL: func @requantize
// CHECK: quant_ext.requantize %{{.*}} axis = 1
// CHECK: scf.for
// CHECK: quant_ext.requantize %{{.*}} axis = 0
func.func @requantize(%a: tensor<?x8xi32>, %s: tensor<8xf32>, %d: tensor<?xf32>, %t: tensor<f32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = quant_ext.requantize %a in(%s) out(%t) axis = 1 storage_in = <i32> storage = <i8> : (tensor<?x8xi32>, tensor<8xf32>, tensor<f32>) -> tensor<?x8xi8>
    %r = quant_ext.requantize %a in(%d) out(%t) axis = 0 storage_in = <i32> storage = <i8> : (tensor<?x8xi32>, tensor<?xf32>, tensor<f32>) -> tensor<?x8xi8>
    "test.use"(%q, %r) : (tensor<?x8xi8>, tensor<?x8xi8>) -> ()
  }
  return
}

// choose_qparams has no parameters to disagree with; a result type that claims
// a size of a dynamic input does.
// CHECK-LABEL: func @choose
// CHECK: quant_ext.choose_qparams %{{.*}} -> tensor<?xf32>
// CHECK: scf.for
// CHECK: quant_ext.choose_qparams %{{.*}} -> tensor<4xf32>
func.func @choose(%x: tensor<?x3xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %s = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<?x3xf32>) -> tensor<?xf32>
    %t = quant_ext.choose_qparams %x axis = 0 storage = <i8> : (tensor<?x3xf32>) -> tensor<4xf32>
    "test.use"(%s, %t) : (tensor<?xf32>, tensor<4xf32>) -> ()
  }
  return
}

// Operations on elements are pure.
// CHECK-LABEL: func @element
// CHECK: quant_ext.apply_quantize
// CHECK: scf.for
func.func @element(%x: f32, %s: f32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
    "test.use"(%q) : (i8) -> ()
  }
  return
}

// CHECK-LABEL: func @requantize_fixed_point
// CHECK: quant_ext.requantize_fixed_point %{{.*}} axis = 1
// CHECK: scf.for
// CHECK: quant_ext.requantize_fixed_point %{{.*}} axis = 0
func.func @requantize_fixed_point(%a: tensor<?x8xi32>, %m: tensor<8xi32>, %s: tensor<8xi8>, %dm: tensor<?xi32>, %ds: tensor<?xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = quant_ext.requantize_fixed_point %a by(%m, %s) axis = 1 storage_in = <i32> storage = <i8> : (tensor<?x8xi32>, tensor<8xi32>, tensor<8xi8>) -> tensor<?x8xi8>
    %r = quant_ext.requantize_fixed_point %a by(%dm, %ds) axis = 0 storage_in = <i32> storage = <i8> : (tensor<?x8xi32>, tensor<?xi32>, tensor<?xi8>) -> tensor<?x8xi8>
    "test.use"(%q, %r) : (tensor<?x8xi8>, tensor<?x8xi8>) -> ()
  }
  return
}
