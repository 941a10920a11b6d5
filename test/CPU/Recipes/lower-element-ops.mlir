// Every element operation is expanded, on scalars and on vectors, whether or
// not the target has a recipe for it.

// DEFINE: %{target} =
// DEFINE: %{lower} = %quant-opt --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=%{target}})" %s
// REDEFINE: %{target} = x86-64-v2
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,X86 --implicit-check-not=quant_ext.apply
// REDEFINE: %{target} = x86-64-v3
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,X86 --implicit-check-not=quant_ext.apply
// REDEFINE: %{target} = aarch64
// RUN: %{lower} | FileCheck %s --check-prefixes=CHECK,ARM --implicit-check-not=quant_ext.apply

// AVX-512 may have recipes; whichever way, nothing stays.
// REDEFINE: %{target} = x86-64-v4
// RUN: %{lower} | FileCheck %s --check-prefix=LAST --implicit-check-not=quant_ext.apply
// LAST: func @choose_qparams

// CHECK-LABEL: func @dequantize
// CHECK-SAME: (%[[Q:.*]]: vector<16xi8>, %[[S:.*]]: vector<16xf32>)
// CHECK: %[[WIDE:.*]] = arith.extsi %[[Q]] : vector<16xi8> to vector<16xi32>
// CHECK: %[[F:.*]] = arith.sitofp %[[WIDE]] : vector<16xi32> to vector<16xf32>
// CHECK: %[[X:.*]] = arith.mulf %[[F]], %[[S]] : vector<16xf32>
// CHECK: return %[[X]]
func.func @dequantize(%q: vector<16xi8>, %s: vector<16xf32>) -> vector<16xf32> {
  %x = quant_ext.apply_dequantize %q, %s storage = <i8> : (vector<16xi8>, vector<16xf32>) -> vector<16xf32>
  return %x : vector<16xf32>
}

// Arm's maximum would pass a signaling NaN on.
// CHECK-LABEL: func @quantize_scalar
// CHECK-SAME: (%[[X:.*]]: f32, %[[S:.*]]: f32)
// X86: arith.divf %[[X]], %[[S]] : f32
// ARM: %[[QUIET:.*]] = llvm.call_intrinsic "llvm.canonicalize"(%[[X]]) : (f32) -> f32
// ARM: arith.divf %[[QUIET]], %[[S]] : f32
// CHECK: return %{{.*}} : i8
func.func @quantize_scalar(%x: f32, %s: f32) -> i8 {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
  return %q : i8
}

// CHECK-LABEL: func @quantize_vector
// CHECK: arith.divf %{{.*}}, %{{.*}} : vector<64xf32>
// CHECK: return %{{.*}} : vector<64xi8>
func.func @quantize_vector(%x: vector<64xf32>, %s: vector<64xf32>, %z: vector<64xi8>) -> vector<64xi8> {
  %q = quant_ext.apply_quantize %x, %s, %z storage = <u8> : (vector<64xf32>, vector<64xf32>, vector<64xi8>) -> vector<64xi8>
  return %q : vector<64xi8>
}

// CHECK-LABEL: func @quantize_bf16
// CHECK-SAME: (%[[X:.*]]: vector<16xbf16>, %{{.*}}: vector<16xf32>)
// CHECK: %[[WIDE:.*]] = arith.extf %[[X]] : vector<16xbf16> to vector<16xf32>
// X86: arith.divf %[[WIDE]], %{{.*}} : vector<16xf32>
// ARM: %[[QUIET:.*]] = llvm.call_intrinsic "llvm.canonicalize"(%[[WIDE]]) : (vector<16xf32>) -> vector<16xf32>
// ARM: arith.divf %[[QUIET]], %{{.*}} : vector<16xf32>
func.func @quantize_bf16(%x: vector<16xbf16>, %s: vector<16xf32>) -> vector<16xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<16xbf16>, vector<16xf32>) -> vector<16xi8>
  return %q : vector<16xi8>
}

// The conversion of f16 is an instruction, which makes it quiet.
// CHECK-LABEL: func @quantize_f16
// CHECK-SAME: (%[[X:.*]]: vector<16xf16>, %{{.*}}: vector<16xf32>)
// CHECK: %[[WIDE:.*]] = arith.extf %[[X]] : vector<16xf16> to vector<16xf32>
// CHECK: arith.divf %[[WIDE]], %{{.*}} : vector<16xf32>
func.func @quantize_f16(%x: vector<16xf16>, %s: vector<16xf32>) -> vector<16xi8> {
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (vector<16xf16>, vector<16xf32>) -> vector<16xi8>
  return %q : vector<16xi8>
}

// CHECK-LABEL: func @multiplier
// CHECK: arith.divf %{{.*}}, %{{.*}} : vector<16xf32>
// CHECK: return %{{.*}} : vector<16xf32>
func.func @multiplier(%a: vector<16xf32>, %b: vector<16xf32>) -> vector<16xf32> {
  %m = quant_ext.apply_multiplier %a, %b : (vector<16xf32>, vector<16xf32>) -> vector<16xf32>
  return %m : vector<16xf32>
}

// CHECK-LABEL: func @requantize
// CHECK: arith.mulf %{{.*}}, %{{.*}} : vector<16xf32>
// CHECK: return %{{.*}} : vector<16xi8>
func.func @requantize(%a: vector<16xi32>, %m: vector<16xf32>, %z: vector<16xi8>) -> vector<16xi8> {
  %q = quant_ext.apply_requantize %a by %m out(%z) storage_in = <i32> storage = <i8> : (vector<16xi32>, vector<16xf32>, vector<16xi8>) -> vector<16xi8>
  return %q : vector<16xi8>
}

// CHECK-LABEL: func @choose_qparams
// CHECK: return %{{.*}}, %{{.*}} : f32, i8
func.func @choose_qparams(%hi: f32, %lo: f32) -> (f32, i8) {
  %s, %z = quant_ext.apply_choose_qparams %hi lo(%lo) storage = <i8> : (f32, f32) -> (f32, i8)
  return %s, %z : f32, i8
}

// One instruction everywhere, where what arith expands them to is three.
// CHECK-LABEL: func @never_of_nan
// CHECK-SAME: (%[[A:.*]]: vector<16xf32>, %[[B:.*]]: vector<16xf32>, %[[C:.*]]: f64, %[[D:.*]]: f64)
// CHECK: llvm.intr.maxnum(%[[A]], %[[B]]) {fastmathFlags = #llvm.fastmath<nnan>} : (vector<16xf32>, vector<16xf32>) -> vector<16xf32>
// CHECK: llvm.intr.minnum(%[[C]], %[[D]]) {fastmathFlags = #llvm.fastmath<nnan>} : (f64, f64) -> f64
func.func @never_of_nan(%a: vector<16xf32>, %b: vector<16xf32>, %c: f64, %d: f64) -> (vector<16xf32>, f64) {
  %max = arith.maxnumf %a, %b fastmath<nnan> : vector<16xf32>
  %min = arith.minnumf %c, %d fastmath<nnan> : f64
  return %max, %min : vector<16xf32>, f64
}

// CHECK-LABEL: func @perhaps_of_nan
// CHECK: arith.maxnumf
// CHECK: arith.minnumf
func.func @perhaps_of_nan(%a: f32, %b: f32) -> (f32, f32) {
  %max = arith.maxnumf %a, %b fastmath<ninf> : f32
  %min = arith.minnumf %a, %b : f32
  return %max, %min : f32, f32
}

// Arithmetic on small floats is replaced by that on f32 later, and LLVM has no
// vectors of two dimensions.
// CHECK-LABEL: func @not_as_intrinsics
// CHECK: arith.maxnumf
// CHECK: arith.minnumf
func.func @not_as_intrinsics(%a: f16, %b: f16, %c: vector<4x4xf32>) -> (f16, vector<4x4xf32>) {
  %max = arith.maxnumf %a, %b fastmath<nnan> : f16
  %min = arith.minnumf %c, %c fastmath<nnan> : vector<4x4xf32>
  return %max, %min : f16, vector<4x4xf32>
}
