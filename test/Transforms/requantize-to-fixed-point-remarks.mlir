// RUN: %quant-opt %s -o %t --remarks-filter=quant-ext-requantize-to-fixed-point \
// RUN:   --pass-pipeline='builtin.module(quant-ext-requantize-to-fixed-point)' 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file=%t

// CHECK: remark: {{.*}}[Missed] left-in-float | Category:quant-ext-requantize-to-fixed-point | Function=argument | Reason="scale_out is not a constant", Remark="left in float"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=bad_scale | Reason="scale_in must be positive and finite, found nan at index 1"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=rounding | Reason="rounding is toward_zero"
// CHECK: remark: {{.*}}[Missed] left-in-float | {{.*}} | Function=wide | Reason="zero_point_in accompanies 32-bit storage"
// CHECK-NOT: remark

// IR-LABEL: func @argument
// IR: quant_ext.requantize %
func.func @argument(%a: tensor<2xi32>, %so: tensor<f32>) -> tensor<2xi8> {
  %si = arith.constant dense<0.5> : tensor<f32>
  %q = quant_ext.requantize %a in(%si) out(%so) storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<f32>, tensor<f32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

// IR-LABEL: func @bad_scale
// IR: quant_ext.requantize %
func.func @bad_scale(%a: tensor<2xi32>) -> tensor<2xi8> {
  %si = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %so = arith.constant dense<0.5> : tensor<f32>
  %q = quant_ext.requantize %a in(%si) out(%so) axis = 0 storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

// No fixed-point arithmetic truncates.
// IR-LABEL: func @rounding
// IR: quant_ext.requantize %
func.func @rounding(%a: tensor<2xi32>) -> tensor<2xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %q = quant_ext.requantize %a in(%s) out(%s) storage_in = <i32> storage = <i8> rounding = toward_zero : (tensor<2xi32>, tensor<f32>, tensor<f32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

// IR-LABEL: func @wide
// IR: quant_ext.requantize %
func.func @wide(%a: tensor<2xi32>, %z: tensor<i32>) -> tensor<2xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %q = quant_ext.requantize %a in(%s, %z) out(%s) storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<f32>, tensor<i32>, tensor<f32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}

// IR-LABEL: func @good
// IR: quant_ext.requantize_fixed_point %
func.func @good(%a: tensor<2xi32>) -> tensor<2xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %q = quant_ext.requantize %a in(%s) out(%s) storage_in = <i32> storage = <i8> : (tensor<2xi32>, tensor<f32>, tensor<f32>) -> tensor<2xi8>
  return %q : tensor<2xi8>
}
