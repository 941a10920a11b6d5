// Operations that compute on integers as they are stored, or move them, take them.

// RUN: %quant-opt %s --split-input-file --verify-diagnostics --pass-pipeline="builtin.module(convert-quant-to-quant-ext)" | FileCheck %s

!act = !quant.uniform<i8:f32, 0.5:3>
!weight = !quant.uniform<i8<-127:127>:f32, 0.25>
!sum = !quant.uniform<i32:f32, 0.125>
!out = !quant.uniform<u8:f32, 0.5:128>

// CHECK-LABEL: func.func @layer(
// CHECK-SAME: %[[X:.*]]: tensor<1x5x8xi8>) -> tensor<5x6xi8>
// CHECK: %[[W:.*]] = "tosa.const"() <{values = dense<1> : tensor<1x8x6xi8>}> : () -> tensor<1x8x6xi8>
// CHECK: %[[SUM:.*]] = tosa.matmul %[[X]], %[[W]], {{.*}} -> tensor<1x5x6xi32>
// CHECK: %[[OUT:.*]] = tosa.rescale %[[SUM]], {{.*}} output_unsigned = true{{.*}} -> tensor<1x5x6xi8>
// CHECK: tosa.reshape %[[OUT]], {{.*}} -> tensor<5x6xi8>
func.func @layer(%x: tensor<1x5x8x!act>) -> tensor<5x6x!out> {
  %w = "tosa.const"() <{values = dense<1> : tensor<1x8x6xi8>}> : () -> tensor<1x8x6x!weight>
  %zx = "tosa.const"() <{values = dense<3> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zw = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %sum = tosa.matmul %x, %w, %zx, %zw : (tensor<1x5x8x!act>, tensor<1x8x6x!weight>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x5x6x!sum>
  %m = "tosa.const"() <{values = dense<1073741824> : tensor<1xi32>}> : () -> tensor<1xi32>
  %s = "tosa.const"() <{values = dense<32> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %zo = "tosa.const"() <{values = dense<-128> : tensor<1xi8>}> : () -> tensor<1xi8>
  %r = tosa.rescale %sum, %m, %s, %z, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = true} : (tensor<1x5x6x!sum>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x5x6x!out>
  %shape = tosa.const_shape {values = dense<[5, 6]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %y = tosa.reshape %r, %shape : (tensor<1x5x6x!out>, !tosa.shape<2>) -> tensor<5x6x!out>
  return %y : tensor<5x6x!out>
}

// -----

// TOSA has no maximum of unsigned integers.
!out = !quant.uniform<u8:f32, 0.5:128>

// CHECK-LABEL: func.func @unsigned(
// CHECK: %[[A:.*]] = quant.scast %{{.*}} : tensor<4xi8> to tensor<4x!quant.uniform<u8:f32, {{.*}}>>
// CHECK: %[[MAX:.*]] = tosa.maximum %[[A]], %[[A]]
// CHECK: quant.scast %[[MAX]] : tensor<4x!quant.uniform<u8:f32, {{.*}}>> to tensor<4xi8>
func.func @unsigned(%x: tensor<4x!out>) -> tensor<4x!out> {
  // expected-warning@+1 {{stays as it is: expected integers with a sign, in which TOSA computes, found an unsigned storage}}
  %m = tosa.maximum %x, %x : (tensor<4x!out>, tensor<4x!out>) -> tensor<4x!out>
  return %m : tensor<4x!out>
}

// -----

// Blocks of their own convert with their operations.
!act = !quant.uniform<i8:f32, 0.5:3>

// CHECK-LABEL: func.func @loop(
// CHECK: tosa.while_loop {{.*}} : (tensor<i32>, tensor<2x3xi8>) -> (tensor<i32>, tensor<2x3xi8>)
// CHECK: tosa.yield %{{.*}}, %{{.*}} : tensor<i32>, tensor<2x3xi8>
// CHECK-NOT: quant.
func.func @loop(%n: tensor<i32>, %x: tensor<2x3x!act>) -> tensor<2x3x!act> {
  %r:2 = tosa.while_loop (%i = %n, %v = %x) : (tensor<i32>, tensor<2x3x!act>) -> (tensor<i32>, tensor<2x3x!act>) {
    %c = tosa.greater %n, %i : (tensor<i32>, tensor<i32>) -> tensor<i1>
    tosa.yield %c : tensor<i1>
  } do {
  ^bb0(%i: tensor<i32>, %v: tensor<2x3x!act>):
    %j = tosa.add %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i32>
    %w = tosa.reverse %v {axis = 0 : i32} : (tensor<2x3x!act>) -> tensor<2x3x!act>
    tosa.yield %j, %w : tensor<i32>, tensor<2x3x!act>
  }
  return %r#1 : tensor<2x3x!act>
}

// -----

!act = !quant.uniform<i8:f32, 0.5:3>

// CHECK-LABEL: func.func @moves(
// CHECK-SAME: -> (tensor<?x2xi8>, tensor<6xi8>, tensor<4x3xi8>, i8)
// CHECK-NOT: quant.
func.func @moves(%x: tensor<2x3x!act>, %n: index) -> (tensor<?x2x!act>, tensor<6x!act>, tensor<4x3x!act>, !act) {
  %slice = tensor.extract_slice %x[0, 0] [%n, 2] [1, 1] : tensor<2x3x!act> to tensor<?x2x!act>
  %flat = tensor.collapse_shape %x [[0, 1]] : tensor<2x3x!act> into tensor<6x!act>
  %one = tensor.extract %x[%n, %n] : tensor<2x3x!act>
  %padded = tensor.pad %x low[0, 0] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %one : !act
  } : tensor<2x3x!act> to tensor<4x3x!act>
  return %slice, %flat, %padded, %one : tensor<?x2x!act>, tensor<6x!act>, tensor<4x3x!act>, !act
}

// -----

// The bits of unsigned constants stay.
!unsigned = !quant.uniform<u8:f32, 0.5>

// CHECK-LABEL: func.func @unsigned_constants(
// CHECK: "tosa.const"() <{values = dense<[-56, 1]> : tensor<2xi8>}> : () -> tensor<2xi8>
// CHECK: "tosa.const"() <{values = dense_resource<weights> : tensor<2xi8>}> : () -> tensor<2xi8>
// CHECK: tosa.select {{.*}} : (tensor<2xi1>, tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
// CHECK-NOT: quant.
func.func @unsigned_constants(%c: tensor<2xi1>) -> tensor<2x!unsigned> {
  %z = "tosa.const"() <{values = dense<[200, 1]> : tensor<2xui8>}> : () -> tensor<2x!unsigned>
  %w = "tosa.const"() <{values = dense_resource<weights> : tensor<2xui8>}> : () -> tensor<2x!unsigned>
  %y = tosa.select %c, %w, %z : (tensor<2xi1>, tensor<2x!unsigned>, tensor<2x!unsigned>) -> tensor<2x!unsigned>
  return %y : tensor<2x!unsigned>
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x01000000C801"
    }
  }
#-}

// -----

// Where one type of an operation does not convert, none does.
!axis = !quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>
!act = !quant.uniform<i8:f32, 0.5:3>

// CHECK-LABEL: func.func @one_type(
// CHECK-DAG: %[[X:.*]] = quant.scast %{{.*}} : tensor<1x3xi8> to tensor<1x3x!quant
// CHECK-DAG: %[[Y:.*]] = quant.scast %{{.*}} : tensor<4xi8> to tensor<4x!quant
// CHECK: tensor.collapse_shape %[[X]] {{.*}} : tensor<1x3x!quant{{.*}}> into tensor<3x!quant
// CHECK: tensor.cast %[[Y]] : tensor<4x!quant{{.*}}> to tensor<*x!quant
// CHECK: tensor.pad %[[X]] {{.*}}
// CHECK: tensor.yield %{{.*}} : !quant
// CHECK: } : tensor<1x3x!quant{{.*}}> to tensor<2x3x!quant
func.func @one_type(%x: tensor<1x3x!axis>, %y: tensor<4x!act>, %one: !axis) -> (tensor<3x!axis>, tensor<*x!act>, tensor<2x3x!axis>) {
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<1x3x!axis> into tensor<3x!axis>
  %1 = tensor.cast %y : tensor<4x!act> to tensor<*x!act>
  %2 = tensor.pad %x low[0, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %one : !axis
  } : tensor<1x3x!axis> to tensor<2x3x!axis>
  return %0, %1, %2 : tensor<3x!axis>, tensor<*x!act>, tensor<2x3x!axis>
}

// -----

// Of others nobody knows what they compute, and variables and loops that stay keep
// their types.
!act = !quant.uniform<i8:f32, 0.5:3>

// CHECK: tosa.variable @v : tensor<4x!quant
tosa.variable @v : tensor<4x!act>

// CHECK-LABEL: func.func @others(
// CHECK: tosa.variable_write @v, %{{.*}} : tensor<4x!quant
// CHECK: tosa.custom {{.*}} : (tensor<4x!quant{{.*}}>) -> tensor<4x!quant
// CHECK: tosa.cast {{.*}} -> tensor<4xf32>
// CHECK: tensor.parallel_insert_slice {{.*}} : tensor<1x!quant{{.*}}> into tensor<4x!quant
func.func @others(%x: tensor<4x!act>, %s: tensor<1x!act>) -> (tensor<4x!act>, tensor<4xf32>, tensor<4x!act>) {
  // expected-warning@+1 {{stays as it is: expected an operation of TOSA that quantized types mean integers to, found another}}
  tosa.variable_write @v, %x : tensor<4x!act>
  // expected-warning@+1 {{stays as it is}}
  %0 = tosa.custom %x {operator_name = "softmax", domain_name = "d", implementation_attrs = ""} : (tensor<4x!act>) -> tensor<4x!act>
  // expected-warning@+1 {{stays as it is}}
  %1 = tosa.cast %x : (tensor<4x!act>) -> tensor<4xf32>
  %2 = scf.forall (%i) in (4) shared_outs(%o = %x) -> (tensor<4x!act>) {
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %s into %o[%i] [1] [1] : tensor<1x!act> into tensor<4x!act>
    }
  }
  return %0, %1, %2 : tensor<4x!act>, tensor<4xf32>, tensor<4x!act>
}
