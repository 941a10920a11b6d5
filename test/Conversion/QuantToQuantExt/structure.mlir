// RUN: %quant-opt %s --split-input-file --allow-unregistered-dialect --pass-pipeline="builtin.module(convert-quant-to-quant-ext)" | FileCheck %s

// Values of quantized types are integers in functions, calls, loops and blocks.
// CHECK-LABEL: func.func private @declared(tensor<4xi8>) -> i8
// CHECK-LABEL: func.func @caller(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8>, %{{.*}}: index, %{{.*}}: i1) -> tensor<4xi8>
// CHECK: %[[LOOP:.*]] = scf.for {{.*}} iter_args(%[[A:.*]] = %[[X]]) -> (tensor<4xi8>)
// CHECK: quant_ext.dequantize %[[A]]
// CHECK: call @declared(%[[A]]) : (tensor<4xi8>) -> i8
// CHECK: scf.yield %[[A]] : tensor<4xi8>
// CHECK: scf.if {{.*}} -> (tensor<4xi8>)
// CHECK: scf.while (%{{.*}} = %{{.*}}) : (tensor<4xi8>) -> tensor<4xi8>
// CHECK: cf.cond_br %{{.*}}, ^[[ONE:.*]](%{{.*}} : tensor<4xi8>), ^[[TWO:.*]]
// CHECK: ^[[ONE]](%[[U:.*]]: tensor<4xi8>):
// CHECK: return %[[U]] : tensor<4xi8>
!q = !quant.uniform<i8:f32, 0.5>
func.func private @declared(tensor<4x!q>) -> !q
func.func @caller(%x: tensor<4x!q>, %n: index, %c: i1) -> tensor<4x!q> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %loop = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<4x!q> {
    %d = quant.dcast %a : tensor<4x!q> to tensor<4xf32>
    "test.use"(%d) : (tensor<4xf32>) -> ()
    %e = func.call @declared(%a) : (tensor<4x!q>) -> !q
    scf.yield %a : tensor<4x!q>
  }
  %t = scf.if %c -> tensor<4x!q> {
    scf.yield %loop : tensor<4x!q>
  } else {
    scf.yield %x : tensor<4x!q>
  }
  %w = scf.while (%b = %t) : (tensor<4x!q>) -> tensor<4x!q> {
    scf.condition(%c) %b : tensor<4x!q>
  } do {
  ^bb0(%b: tensor<4x!q>):
    scf.yield %b : tensor<4x!q>
  }
  cf.cond_br %c, ^one(%w : tensor<4x!q>), ^two
^one(%u: tensor<4x!q>):
  return %u : tensor<4x!q>
^two:
  return %x : tensor<4x!q>
}

// -----

// Other operations keep their types, between casts.
// CHECK-LABEL: func.func @others(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8>) -> tensor<4xi8>
// CHECK: %[[Q:.*]] = quant.scast %[[X]] : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01>>
// CHECK: %[[R:.*]] = "test.op"(%[[Q]])
// CHECK: %[[Y:.*]] = quant.scast %[[R]] : tensor<4x!quant.uniform<i8:f32, 5.000000e-01>> to tensor<4xi8>
// CHECK: return %[[Y]]
!q = !quant.uniform<i8:f32, 0.5>
func.func @others(%x: tensor<4x!q>) -> tensor<4x!q> {
  %y = "test.op"(%x) : (tensor<4x!q>) -> tensor<4x!q>
  return %y : tensor<4x!q>
}
