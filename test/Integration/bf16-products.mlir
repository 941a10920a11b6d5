// What is dequantized to bf16 by a scale of a row or of a column is the product in
// f32, rounded once more to nearest, ties to even: for all integers, and scales of
// all kinds.

// REQUIRES: host-avx2

// DEFINE: %{target} =
// DEFINE: %{lower} = %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=%{target} emit-c-interface results-to-out-params})"
// DEFINE: %{link} = %mlir-translate --mlir-to-llvmir -o %t.ll && %clang -O1 -shared -fPIC -Wno-override-module -x ir %t.ll -o %t.so
// REDEFINE: %{target} = x86-64-v3
// RUN: %{lower} | %{link}
// RUN: %python %S/bf16_products.py %t.so | FileCheck %s
// REDEFINE: %{target} = x86-64-v2
// RUN: %{lower} | %{link}
// RUN: %python %S/bf16_products.py %t.so | FileCheck %s

// CHECK: i8: 10452992 products, different: 0
// CHECK-NEXT: i8: enough ties
// CHECK-NEXT: u8: 10452992 products, different: 0
// CHECK-NEXT: u8: enough ties
// CHECK-NEXT: u8_by_column: 10452992 products, different: 0
// CHECK-NEXT: u8_by_column: enough ties
// CHECK-NEXT: i16: {{[0-9]+}} products, different: 0
// CHECK-NEXT: i16: enough ties

func.func @i8(%q: tensor<?x256xi8>, %s: tensor<?xf32>) -> tensor<?x256xbf16> {
  %y = quant_ext.dequantize %q, %s axis = 0 storage = <i8>
      : (tensor<?x256xi8>, tensor<?xf32>) -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}

func.func @u8(%q: tensor<?x256xi8>, %s: tensor<?xf32>, %z: tensor<?xi8>) -> tensor<?x256xbf16> {
  %y = quant_ext.dequantize %q, %s, %z axis = 0 storage = <u8>
      : (tensor<?x256xi8>, tensor<?xf32>, tensor<?xi8>) -> tensor<?x256xbf16>
  return %y : tensor<?x256xbf16>
}

func.func @u8_by_column(%q: tensor<256x?xi8>, %s: tensor<?xf32>, %z: tensor<?xi8>) -> tensor<256x?xbf16> {
  %y = quant_ext.dequantize %q, %s, %z axis = 1 storage = <u8>
      : (tensor<256x?xi8>, tensor<?xf32>, tensor<?xi8>) -> tensor<256x?xbf16>
  return %y : tensor<256x?xbf16>
}

func.func @i16(%q: tensor<?x5042xi16>, %s: tensor<?xf32>) -> tensor<?x5042xbf16> {
  %y = quant_ext.dequantize %q, %s axis = 0 storage = <i16>
      : (tensor<?x5042xi16>, tensor<?xf32>) -> tensor<?x5042xbf16>
  return %y : tensor<?x5042xbf16>
}
