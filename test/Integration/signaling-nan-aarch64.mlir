// A signaling NaN is a NaN: it quantizes to the lower bound. With a scale of 1 the
// division, which would have made it quiet, is folded away.

// REQUIRES: qemu-aarch64

// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm{target=aarch64})" %s | %mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: %aarch64-clang -O0 -Wl,--wrap=main %t.ll %S/Inputs/runtime.c -o %t.exe
// RUN: %aarch64-run %t.exe | FileCheck %s
// RUN: %aarch64-clang -O2 -Wl,--wrap=main %t.ll %S/Inputs/runtime.c -o %t.exe
// RUN: %aarch64-run %t.exe | FileCheck %s

func.func private @printI64(i64)
func.func private @printNewline()

func.func @quantize_f32(%x: tensor<17xf32>) -> tensor<17xi8> attributes {no_inline} {
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<17xf32>, tensor<f32>) -> tensor<17xi8>
  return %q : tensor<17xi8>
}

// A minimum, which has to make the NaN quiet, comes before the multiplications.
func.func @quantize_by_argument(%x: tensor<17xf32>, %s: tensor<f32>) -> tensor<17xi8> attributes {no_inline} {
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<17xf32>, tensor<f32>) -> tensor<17xi8>
  return %q : tensor<17xi8>
}

func.func @quantize_bf16(%x: tensor<17xbf16>) -> tensor<17xi8> attributes {no_inline} {
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <i8> division = reciprocal : (tensor<17xbf16>, tensor<f32>) -> tensor<17xi8>
  return %q : tensor<17xi8>
}

func.func @quantize_f64(%x: tensor<17xf64>) -> tensor<17xi8> attributes {no_inline} {
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<17xf64>, tensor<f32>) -> tensor<17xi8>
  return %q : tensor<17xi8>
}

// The last element, which has no vector of its own, and two lanes of a vector.
func.func private @print(%q: tensor<17xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %first = tensor.extract %q[%c0] : tensor<17xi8>
  %second = tensor.extract %q[%c1] : tensor<17xi8>
  %last = tensor.extract %q[%c16] : tensor<17xi8>
  %first64 = arith.extsi %first : i8 to i64
  %second64 = arith.extsi %second : i8 to i64
  %last64 = arith.extsi %last : i8 to i64
  func.call @printI64(%first64) : (i64) -> ()
  func.call @printNewline() : () -> ()
  func.call @printI64(%second64) : (i64) -> ()
  func.call @printNewline() : () -> ()
  func.call @printI64(%last64) : (i64) -> ()
  func.call @printNewline() : () -> ()
  return
}

func.func @main() {
  %f32 = arith.constant dense<[0x7F800001, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0xFF800001]> : tensor<17xf32>
  // CHECK: {{^}}-128{{$}}
  // CHECK-NEXT: {{^}}3{{$}}
  // CHECK-NEXT: {{^}}-128{{$}}
  %q32 = func.call @quantize_f32(%f32) : (tensor<17xf32>) -> tensor<17xi8>
  func.call @print(%q32) : (tensor<17xi8>) -> ()

  %s = arith.constant dense<0.5> : tensor<f32>
  // CHECK-NEXT: {{^}}-128{{$}}
  // CHECK-NEXT: {{^}}6{{$}}
  // CHECK-NEXT: {{^}}-128{{$}}
  %qs = func.call @quantize_by_argument(%f32, %s) : (tensor<17xf32>, tensor<f32>) -> tensor<17xi8>
  func.call @print(%qs) : (tensor<17xi8>) -> ()

  %bf16 = arith.constant dense<[0x7F81, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0xFF81]> : tensor<17xbf16>
  // CHECK-NEXT: {{^}}-128{{$}}
  // CHECK-NEXT: {{^}}4{{$}}
  // CHECK-NEXT: {{^}}-128{{$}}
  %q16 = func.call @quantize_bf16(%bf16) : (tensor<17xbf16>) -> tensor<17xi8>
  func.call @print(%q16) : (tensor<17xi8>) -> ()

  %f64 = arith.constant dense<[0x7FF0000000000001, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0xFFF0000000000001]> : tensor<17xf64>
  // CHECK-NEXT: {{^}}-128{{$}}
  // CHECK-NEXT: {{^}}5{{$}}
  // CHECK-NEXT: {{^}}-128{{$}}
  %q64 = func.call @quantize_f64(%f64) : (tensor<17xf64>) -> tensor<17xi8>
  func.call @print(%q64) : (tensor<17xi8>) -> ()
  return
}
