// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},quant-ext-expand-small-floats{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4 features=+avx512bf16},quant-ext-expand-small-floats{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,BF16

// The scale says once whether a product can be a NaN, as it is where the scale
// is one or infinite, beyond 3.40282347e+38; for the instruction, which flushes
// them, whether it can be subnormal, as where the scale is below 2^-126 =
// 1.17549435e-38.
// CHECK-LABEL: func.func @scalar(
// CHECK-SAME: %[[S:[^:]*]]: f32)
// PLAIN-DAG: %[[BOUND:.*]] = arith.constant 3.40282347E+38 : f32
// BF16-DAG: %[[BOUND:.*]] = arith.constant 1.17549435E-38 : f32
// CHECK: %[[V:.*]] = arith.mulf
// CHECK: %[[ABS:.*]] = math.absf %[[S]] : f32
// PLAIN: %[[IS_PLAIN:.*]] = arith.cmpf ole, %[[ABS]], %[[BOUND]] : f32
// BF16: %[[IS_PLAIN:.*]] = arith.cmpf uge, %[[ABS]], %[[BOUND]] : f32
// CHECK: %[[R:.*]] = scf.if %[[IS_PLAIN]] -> (vector<64xi16>)
// CHECK-NOT: cmpf uno
// The second operand is the lower half.
// BF16: %[[HIGH:.*]] = vector.extract_strided_slice %[[V]] {offsets = [16]
// BF16: %[[LOW:.*]] = vector.extract_strided_slice %[[V]] {offsets = [0]
// BF16: llvm.x86.avx512bf16.cvtne2ps2bf16.512"(%[[HIGH]], %[[LOW]])
// BF16: llvm.x86.avx512bf16.cvtne2ps2bf16.512
// PLAIN: arith.shrui
// CHECK: } else {
// CHECK: arith.cmpf uno, %[[V]], %[[V]]
// CHECK: }
// CHECK: arith.bitcast %[[R]] : vector<64xi16> to vector<64xbf16>
func.func @scalar(%q: vector<64xi8>, %scale: f32) -> vector<64xbf16> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}

// -----

// One lane that needs care is enough. Without the instruction, to look at each
// lane of the scale is no better than to look at each product.
// CHECK-LABEL: func.func @lanes(
// BF16: %[[ALL:.*]] = vector.reduction <and>, %{{.*}} : vector<64xi1> into i1
// BF16: scf.if %[[ALL]]
// PLAIN-NOT: scf.if
// CHECK: return
func.func @lanes(%q: vector<64xi8>, %s: vector<64xf32>) -> vector<64xbf16> {
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}

// -----

// A number of a float storage may itself be a NaN or next to zero.
// CHECK-LABEL: func.func @float_storage(
// CHECK-NOT: scf.if
// CHECK: return
func.func @float_storage(%q: vector<64xf8E5M2>, %scale: f32) -> vector<64xbf16> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %y = quant_ext.apply_dequantize %q, %s storage = <f8E5M2>
      : (vector<64xf8E5M2>, vector<64xf32>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}

// -----

// Fewer lanes than the instruction has.
// CHECK-LABEL: func.func @few_lanes(
// CHECK-NOT: cvtne2ps2bf16
// CHECK: return
func.func @few_lanes(%q: vector<16xi8>, %scale: f32) -> vector<16xbf16> {
  %s = vector.broadcast %scale : f32 to vector<16xf32>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<16xi8>, vector<16xf32>) -> vector<16xbf16>
  return %y : vector<16xbf16>
}

// -----

// Scales that are divided by exactly are normal; where 1 / s is, s may still be
// subnormal.
// CHECK-LABEL: func.func @fake_quantize(
// CHECK: scf.if %{{.*}} -> (vector<64xi16>)
// CHECK-NOT: scf.if
// BF16: cvtne2ps2bf16
// CHECK: } else {
// CHECK: arith.cmpf uno
// CHECK: return
// CHECK-LABEL: func.func @fake_quantize_by_reciprocal(
// CHECK: scf.if %{{.*}} -> (vector<64xi16>)
// CHECK: scf.if %{{.*}} -> (vector<64xi16>)
// BF16: cvtne2ps2bf16
func.func @fake_quantize(%x: vector<64xbf16>, %scale: f32) -> vector<64xbf16> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8>
      : (vector<64xbf16>, vector<64xf32>) -> vector<64xi8>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}
func.func @fake_quantize_by_reciprocal(%x: vector<64xbf16>, %scale: f32) -> vector<64xbf16> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %q = quant_ext.apply_quantize %x, %s storage = <i8> division = reciprocal
      : (vector<64xbf16>, vector<64xf32>) -> vector<64xi8>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}
