// Chains of elementwise operations around quantize and dequantize are one loop
// that reads each of its inputs once and writes each of its results once, without
// a buffer between.

// Stock mlir-opt does not know passes of a plugin by name after this option.
// REQUIRES: quant-opt

// RUN: %quant-opt %s --pass-pipeline="builtin.module(quant-ext-to-llvm{target=x86-64-v4 results-to-out-params min-bytes-to-stream=-1})" --mlir-disable-threading --mlir-print-ir-after=quant-ext-lower-element-ops -o %t.llvm.mlir 2>&1 | FileCheck %s --implicit-check-not=memref.alloc --implicit-check-not=memref.copy --implicit-check-not=scf.for --implicit-check-not=transfer_read --implicit-check-not=transfer_write
// RUN: FileCheck %s --input-file=%t.llvm.mlir --check-prefix=LLVM --implicit-check-not=@malloc --implicit-check-not=memcpy
// LLVM: llvm.func @bias_relu_quantize(

// A loop over rows, and one over vectors of a row.
// CHECK-LABEL: func.func @bias_relu_quantize(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<64x1024xf32>, %[[B:[a-z0-9]+]]: memref<1024xf32>, %{{.*}}: memref<f32>, %[[Q:[a-z0-9]+]]: memref<64x1024xi8>
// CHECK: scf.for %[[I:[a-z0-9]+]] = %c0 to %c64 step %c1
// CHECK: scf.for %[[J:[a-z0-9]+]] = %c0 to %c1024 step %c64
// CHECK: %[[XI:.*]] = vector.transfer_read %[[X]][%[[I]], %[[J]]]
// CHECK: %[[BI:.*]] = vector.transfer_read %[[B]][%[[J]]]
// CHECK: arith.addf %[[XI]], %[[BI]] : vector<64xf32>
// CHECK: vector.transfer_write %{{.*}}, %[[Q]][%[[I]], %[[J]]]
// CHECK: return
func.func @bias_relu_quantize(%x: tensor<64x1024xf32>, %b: tensor<1024xf32>, %s: tensor<f32>) -> tensor<64x1024xi8> {
  %e = tensor.empty() : tensor<64x1024xf32>
  %rows = linalg.broadcast ins(%b : tensor<1024xf32>) outs(%e : tensor<64x1024xf32>) dimensions = [0]
  %y = linalg.add ins(%x, %rows : tensor<64x1024xf32>, tensor<64x1024xf32>) outs(%e : tensor<64x1024xf32>) -> tensor<64x1024xf32>
  %zero = arith.constant dense<0.0> : tensor<64x1024xf32>
  %r = linalg.max ins(%y, %zero : tensor<64x1024xf32>, tensor<64x1024xf32>) outs(%e : tensor<64x1024xf32>) -> tensor<64x1024xf32>
  %q = quant_ext.quantize %r, %s storage = <i8> : (tensor<64x1024xf32>, tensor<f32>) -> tensor<64x1024xi8>
  return %q : tensor<64x1024xi8>
}

// Per-tensor, all dimensions are one.
// CHECK-LABEL: func.func @residual_quantize(
// CHECK: scf.for %[[I:[a-z0-9]+]] = %c0 to %c65536 step %c64
// CHECK: vector.transfer_read %{{.*}}[%[[I]]]
// CHECK: vector.transfer_read %{{.*}}[%[[I]]]
// CHECK: arith.addf %{{.*}} : vector<64xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<64xi8>
// CHECK: return
func.func @residual_quantize(%x: tensor<64x1024xf32>, %r: tensor<64x1024xf32>, %s: tensor<f32>) -> tensor<64x1024xi8> {
  %y = arith.addf %x, %r : tensor<64x1024xf32>
  %q = quant_ext.quantize %y, %s storage = <i8> : (tensor<64x1024xf32>, tensor<f32>) -> tensor<64x1024xi8>
  return %q : tensor<64x1024xi8>
}

// CHECK-LABEL: func.func @gelu_quantize(
// CHECK: scf.for %[[I:[a-z0-9]+]] = %c0 to %c65536 step %c64
// CHECK: vector.transfer_read %{{.*}}[%[[I]]]
// CHECK: math.erf %{{.*}} : vector<64xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<64xi8>
// CHECK: return
func.func @gelu_quantize(%x: tensor<64x1024xf32>, %s: tensor<f32>) -> tensor<64x1024xi8> {
  %half = arith.constant dense<0.5> : tensor<64x1024xf32>
  %one = arith.constant dense<1.0> : tensor<64x1024xf32>
  %root = arith.constant dense<0.70710678> : tensor<64x1024xf32>
  %a = arith.mulf %x, %root : tensor<64x1024xf32>
  %b = math.erf %a : tensor<64x1024xf32>
  %c = arith.addf %b, %one : tensor<64x1024xf32>
  %d = arith.mulf %x, %half : tensor<64x1024xf32>
  %g = arith.mulf %c, %d : tensor<64x1024xf32>
  %q = quant_ext.quantize %g, %s storage = <i8> : (tensor<64x1024xf32>, tensor<f32>) -> tensor<64x1024xi8>
  return %q : tensor<64x1024xi8>
}

// CHECK-LABEL: func.func @dequantize_bias(
// CHECK: scf.for %[[I:[a-z0-9]+]] = %c0 to %c64 step %c1
// CHECK: scf.for %[[J:[a-z0-9]+]] = %c0 to %c1024 step %c64
// CHECK: vector.transfer_read %{{.*}} vector<64xi8>
// CHECK: vector.transfer_read %{{.*}}[%[[J]]]{{.*}} vector<64xf32>
// One register at a time.
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: return
func.func @dequantize_bias(%q: tensor<64x1024xi8>, %b: tensor<1024xf32>, %s: tensor<64xf32>) -> tensor<64x1024xf32> {
  %x = quant_ext.dequantize %q, %s axis = 0 storage = <i8> : (tensor<64x1024xi8>, tensor<64xf32>) -> tensor<64x1024xf32>
  %e = tensor.empty() : tensor<64x1024xf32>
  %rows = linalg.broadcast ins(%b : tensor<1024xf32>) outs(%e : tensor<64x1024xf32>) dimensions = [0]
  %y = arith.addf %x, %rows : tensor<64x1024xf32>
  return %y : tensor<64x1024xf32>
}

// The loop over vectors, and the masked rest of a dynamic size.
// CHECK-LABEL: func.func @dequantize_residual_relu(
// CHECK: scf.for
// CHECK: vector.transfer_read %{{.*}} vector<64xi8>
// CHECK: vector.transfer_read %{{.*}} vector<64xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: vector.transfer_write %{{.*}} : vector<16xf32>
// CHECK: scf.for
// CHECK: vector.transfer_read %{{.*}} vector<64xi8>
// CHECK: vector.transfer_read %{{.*}} vector<64xf32>
// CHECK: vector.transfer_write %{{.*}} vector<64xf32>
// CHECK: return
func.func @dequantize_residual_relu(%q: tensor<?xi8>, %r: tensor<?xf32>, %s: tensor<f32>) -> tensor<?xf32> {
  %x = quant_ext.dequantize %q, %s storage = <i8> : (tensor<?xi8>, tensor<f32>) -> tensor<?xf32>
  %y = arith.addf %x, %r : tensor<?xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %q, %c0 : tensor<?xi8>
  %zero = arith.constant 0.0 : f32
  %zeros = tensor.splat %zero[%n] : tensor<?xf32>
  %z = arith.maximumf %y, %zeros : tensor<?xf32>
  return %z : tensor<?xf32>
}
