// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm)" --split-input-file --verify-diagnostics %s | FileCheck %s

// A scalar that is a resource, as other compilers write constants.
// CHECK-LABEL: llvm.func @scalar_resource
func.func @scalar_resource(%q: tensor<4xi8>) -> tensor<4xf32> {
  %s = arith.constant dense_resource<scale> : tensor<f32>
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %x : tensor<4xf32>
}
{-#
  dialect_resources: { builtin: { scale: "0x040000000000003F" } }
#-}

// -----

// Parameters are checked before they become code.
func.func @bad_scale(%q: tensor<4xi8>) -> tensor<4xf32> {
  // expected-note @+1 {{the constant is here}}
  %s = arith.constant dense<0.0> : tensor<f32>
  // expected-error @+1 {{scale must be positive and finite, found 0}}
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %x : tensor<4xf32>
}
