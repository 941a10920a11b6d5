// RUN: %quant-opt %s --split-input-file --verify-diagnostics --mlir-print-op-on-diagnostic=false --pass-pipeline="builtin.module(convert-quant-to-quant-ext)" | FileCheck %s

// What has no form here stays, and the cast says why; what has one converts
// beside it.
// CHECK-LABEL: func.func @types(
// CHECK: quant.scast %{{.*}} : tensor<4xi8> to tensor<4x!quant.any<i8:f32>>
// CHECK: quant_ext.quantize
!any = !quant.any<i8:f32>
!q = !quant.uniform<i8:f32, 0.5>
func.func @types(%x: tensor<4xi8>, %y: tensor<4xf32>) -> (tensor<4x!any>, tensor<4x!q>) {
  // expected-warning @below {{stays as it is: its type must say a scale, found '!quant.any<i8:f32>'}}
  %0 = quant.scast %x : tensor<4xi8> to tensor<4x!any>
  %1 = quant.qcast %y : tensor<4xf32> to tensor<4x!q>
  return %0, %1 : tensor<4x!any>, tensor<4x!q>
}

// -----

// CHECK-LABEL: func.func @calibrated(
// CHECK: quant.qcast
!c = !quant.calibrated<f32<-1.0:1.0>>
func.func @calibrated(%x: tensor<4xf32>) -> tensor<4x!c> {
  // expected-warning @below {{stays as it is: its type must say a scale, found '!quant.calibrated<f32<-1.000000e+00:1.000000e+00>>'}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!c>
  return %0 : tensor<4x!c>
}

// -----

// CHECK-LABEL: func.func @unranked(
// CHECK: quant.qcast %{{.*}} : tensor<*xf32> to tensor<*x!quant.uniform<i8:f32, 5.000000e-01>>
!q = !quant.uniform<i8:f32, 0.5>
func.func @unranked(%x: tensor<*xf32>) -> tensor<*x!q> {
  // expected-warning @below {{stays as it is: its tensor must be ranked, found 'tensor<*x!quant.uniform<i8:f32, 5.000000e-01>>'}}
  %0 = quant.qcast %x : tensor<*xf32> to tensor<*x!q>
  return %0 : tensor<*x!q>
}

// -----

!q = !quant.uniform<i1:f32, 0.5>
func.func @width(%x: tensor<4xf32>) -> tensor<4x!q> {
  // expected-warning @below {{stays as it is: storage width must be 2 to 16, or 32, found 1}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  return %0 : tensor<4x!q>
}

// -----

!q = !quant.uniform<u32:f32, 0.5>
func.func @unsigned_width(%x: tensor<4xf32>) -> tensor<4x!q> {
  // expected-warning @below {{stays as it is: storage of 32 bits must be signed, found u32}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  return %0 : tensor<4x!q>
}

// -----

!q = !quant.uniform<i8<-8:0>:f32, 0.5>
func.func @negative_range(%x: tensor<4xf32>) -> tensor<4x!q> {
  // expected-warning @below {{stays as it is: storage maximum must be positive, found 0}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  return %0 : tensor<4x!q>
}

// -----

!q = !quant.uniform<i32<-100:100>:f32, 0.5>
func.func @narrow_words(%x: tensor<4xf32>) -> tensor<4x!q> {
  // expected-warning @below {{stays as it is: storage i32 must have its full range, found -100:100}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  return %0 : tensor<4x!q>
}

// -----

!q = !quant.uniform<i32:f32, 0.5:3>
func.func @zero_point_of_words(%x: tensor<4xf32>) -> tensor<4x!q> {
  // expected-warning @below {{stays as it is: storage of 32 bits must have no zero point, found one}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  return %0 : tensor<4x!q>
}

// -----

!q = !quant.uniform<i8<-8:7>:f32, 0.5:127>
func.func @far_zero_point(%x: tensor<4x!q>) -> tensor<4xf32> {
  // expected-warning @below {{stays as it is: its zero points must lie within -8:7, found 127}}
  %0 = quant.dcast %x : tensor<4x!q> to tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Zero points that nobody wrote are 0, which a range may leave out.
!q = !quant.uniform<u8<2:10>:f32, 2.0>
func.func @no_zero(%x: f32) -> !q {
  // expected-warning @below {{stays as it is: its zero points must lie within 2:10, found 0}}
  %0 = quant.qcast %x : f32 to !q
  return %0 : !q
}

// -----

// Of each cast without a rank, and of each that keeps such a type.
!q = !quant.uniform<i8:f32:2, {1.0, 2.0, 3.0}>
func.func @unranked_casts(%x: tensor<*xi8>) -> tensor<*xf32> {
  // expected-warning @below {{stays as it is: its tensor must be ranked, found}}
  %0 = quant.scast %x : tensor<*xi8> to tensor<*x!q>
  // expected-warning @below {{stays as it is: its tensor must be ranked, found}}
  %1 = quant.dcast %0 : tensor<*x!q> to tensor<*xf32>
  return %1 : tensor<*xf32>
}
