// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4},quant-ext-expand-small-floats{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(quant-ext-lower-element-ops{target=x86-64-v4 features=+avx512bf16},quant-ext-expand-small-floats{target=x86-64-v4},canonicalize,cse)" | FileCheck %s --check-prefixes=CHECK,BF16

// The scale says once whether a product can be subnormal, as where it is below
// 2^-126 = 1.17549435e-38: the instruction flushes those.
//
// Without it the scale must be between 2^-90 and 2^90, for what is 2^16 times as
// large to be a number too, and none to be -0. Even lanes and odd ones are the upper halves of i32,
// 2^16 times as large; each less what 1 - 2^-16 of it is rounded to is the product
// rounded to bf16, in the upper half again.
// CHECK-LABEL: func.func @scalar(
// CHECK-SAME: %[[Q:[^:]*]]: vector<64xi8>, %[[S:[^:]*]]: f32)
// PLAIN-DAG: %[[LEAST:.*]] = arith.constant 8.07793567E-28 : f32
// PLAIN-DAG: %[[MOST:.*]] = arith.constant 1.23794004E+27 : f32
// PLAIN-DAG: %[[REST:.*]] = arith.constant dense<0.999984741> : vector<32xf32>
// PLAIN-DAG: %[[HALF:.*]] = arith.constant dense<16> : vector<32xi32>
// PLAIN-DAG: %[[UPPER:.*]] = arith.constant dense<-65536> : vector<32xi32>
// BF16-DAG: %[[BOUND:.*]] = arith.constant 1.17549435E-38 : f32
// BF16: %[[V:.*]] = arith.mulf
// PLAIN: %[[W:.*]] = arith.extsi %[[Q]] : vector<64xi8> to vector<64xi16>
// PLAIN: %[[SCALES:.*]] = vector.broadcast %[[S]] : f32 to vector<32xf32>
// BF16: %[[ABS:.*]] = math.absf %[[S]] : f32
// PLAIN: %[[IS_ABOVE:.*]] = arith.cmpf oge, %[[S]], %[[LEAST]] : f32
// PLAIN: %[[IS_BELOW:.*]] = arith.cmpf ole, %[[S]], %[[MOST]] : f32
// PLAIN: %[[IS_PLAIN:.*]] = arith.andi %[[IS_ABOVE]], %[[IS_BELOW]] : i1
// BF16: %[[IS_PLAIN:.*]] = arith.cmpf uge, %[[ABS]], %[[BOUND]] : f32
// CHECK: %[[R:.*]] = scf.if %[[IS_PLAIN]] -> (vector<64xi16>)
// CHECK-NOT: cmpf uno
// The second operand is the lower half.
// BF16: %[[HIGH:.*]] = vector.extract_strided_slice %[[V]] {offsets = [16]
// BF16: %[[LOW:.*]] = vector.extract_strided_slice %[[V]] {offsets = [0]
// BF16: llvm.x86.avx512bf16.cvtne2ps2bf16.512"(%[[HIGH]], %[[LOW]])
// BF16: llvm.x86.avx512bf16.cvtne2ps2bf16.512
// PLAIN: %[[PAIRS:.*]] = vector.bitcast %[[W]] : vector<64xi16> to vector<32xi32>
// PLAIN: %[[EVEN:.*]] = arith.shli %[[PAIRS]], %[[HALF]]
// PLAIN: %[[EVEN_F:.*]] = arith.sitofp %[[EVEN]]
// PLAIN: %[[EVEN_P:.*]] = arith.mulf %[[EVEN_F]], %[[SCALES]]
// PLAIN: %[[EVEN_C:.*]] = arith.mulf %[[EVEN_P]], %[[REST]]
// PLAIN: %[[EVEN_R:.*]] = arith.subf %[[EVEN_P]], %[[EVEN_C]]
// PLAIN: %[[EVEN_B:.*]] = arith.bitcast %[[EVEN_R]]
// PLAIN: %[[ODD:.*]] = arith.andi %[[PAIRS]], %[[UPPER]]
// PLAIN: %[[ODD_F:.*]] = arith.sitofp %[[ODD]]
// PLAIN: %[[ODD_P:.*]] = arith.mulf %[[ODD_F]], %[[SCALES]]
// PLAIN: %[[ODD_C:.*]] = arith.mulf %[[ODD_P]], %[[REST]]
// PLAIN: %[[ODD_R:.*]] = arith.subf %[[ODD_P]], %[[ODD_C]]
// PLAIN: %[[ODD_B:.*]] = arith.bitcast %[[ODD_R]]
// PLAIN: %[[LOWER:.*]] = arith.shrui %[[EVEN_B]], %[[HALF]]
// PLAIN: %[[JOINED:.*]] = arith.ori %[[LOWER]], %[[ODD_B]]
// PLAIN: %[[BITS:.*]] = vector.bitcast %[[JOINED]] : vector<32xi32> to vector<64xi16>
// PLAIN: scf.yield %[[BITS]]
// CHECK: } else {
// CHECK: llvm.intr.ssub.sat
// CHECK: }
// CHECK: arith.bitcast %[[R]] : vector<64xi16> to vector<64xbf16>
func.func @scalar(%q: vector<64xi8>, %scale: f32) -> vector<64xbf16> {
  %s = vector.broadcast %scale : f32 to vector<64xf32>
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}

// -----

// One lane that needs care is enough. Without the instruction, the lower halves of
// the products say which of the upper ones carry: those beyond half of a unit, and
// half of an odd one. 0xffff, as only a NaN can be, becomes 0xfffe, and 0x7fff
// saturates. Registers take turns in halves, and are put in order at the end.
// CHECK-LABEL: func.func @lanes(
// BF16: %[[ALL:.*]] = vector.reduction <and>, %{{.*}} : vector<64xi1> into i1
// BF16: scf.if %[[ALL]]
// PLAIN-NOT: scf.if
// PLAIN-DAG: %[[NEITHER:.*]] = arith.constant dense<0> : vector<64xi16>
// PLAIN-DAG: %[[ONE:.*]] = arith.constant dense<1> : vector<64xi16>
// PLAIN-DAG: %[[SIGN:.*]] = arith.constant dense<-32768> : vector<64xi16>
// PLAIN-DAG: %[[MOST:.*]] = arith.constant dense<-2> : vector<64xi16>
// PLAIN-DAG: %[[HALF:.*]] = arith.constant dense<16> : vector<32xi32>
// PLAIN-DAG: %[[LOW:.*]] = arith.constant dense<65535> : vector<32xi32>
// PLAIN-DAG: %[[HIGH:.*]] = arith.constant dense<-65536> : vector<32xi32>
// PLAIN: %[[V:.*]] = arith.mulf
// PLAIN: %[[BITS:.*]] = arith.bitcast %[[V]] : vector<64xf32> to vector<64xi32>
// PLAIN: %[[EVEN:.*]] = vector.shuffle %[[BITS]], %[[BITS]] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 32, 33,
// PLAIN: %[[ODD:.*]] = vector.shuffle %[[BITS]], %[[BITS]] [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 48, 49,
// PLAIN-DAG: %[[EVEN_LOW:.*]] = arith.andi %[[EVEN]], %[[LOW]]
// PLAIN-DAG: %[[ODD_LOW:.*]] = arith.shli %[[ODD]], %[[HALF]]
// PLAIN-DAG: %[[LOWS:.*]] = arith.ori %[[EVEN_LOW]], %[[ODD_LOW]]
// PLAIN-DAG: %[[LOWER:.*]] = vector.bitcast %[[LOWS]] : vector<32xi32> to vector<64xi16>
// PLAIN-DAG: %[[EVEN_HIGH:.*]] = arith.shrui %[[EVEN]], %[[HALF]]
// PLAIN-DAG: %[[ODD_HIGH:.*]] = arith.andi %[[ODD]], %[[HIGH]]
// PLAIN-DAG: %[[HIGHS:.*]] = arith.ori %[[EVEN_HIGH]], %[[ODD_HIGH]]
// PLAIN-DAG: %[[UPPER:.*]] = vector.bitcast %[[HIGHS]] : vector<32xi32> to vector<64xi16>
// PLAIN: %[[IS_ODD:.*]] = arith.andi %[[UPPER]], %[[ONE]]
// PLAIN-DAG: %[[SIGNED:.*]] = arith.xori %[[LOWER]], %[[SIGN]]
// PLAIN-DAG: %[[LIMIT:.*]] = arith.subi %[[NEITHER]], %[[IS_ODD]]
// PLAIN: %[[CARRIES:.*]] = arith.cmpi sgt, %[[SIGNED]], %[[LIMIT]]
// PLAIN-DAG: %[[BOUNDED:.*]] = arith.minui %[[UPPER]], %[[MOST]]
// PLAIN-DAG: %[[CARRY:.*]] = arith.extsi %[[CARRIES]] : vector<64xi1> to vector<64xi16>
// PLAIN: %[[ROUNDED:.*]] = llvm.intr.ssub.sat(%[[BOUNDED]], %[[CARRY]])
// PLAIN: %[[R:.*]] = vector.shuffle %[[ROUNDED]], %[[ROUNDED]] [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 1, 3,
// PLAIN: arith.bitcast %[[R]] : vector<64xi16> to vector<64xbf16>
// CHECK: return
func.func @lanes(%q: vector<64xi8>, %s: vector<64xf32>) -> vector<64xbf16> {
  %y = quant_ext.apply_dequantize %q, %s storage = <i8>
      : (vector<64xi8>, vector<64xf32>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}

// -----

// The two scales of all lanes, of which each lane has its own: both must do. Even
// lanes and odd ones have their scales and zero points from them.
// CHECK-LABEL: func.func @shared_by_runs(
// CHECK-SAME: %[[Q:[^:]*]]: vector<64xi8>, %[[S:[^:]*]]: vector<2xf32>, %[[Z:[^:]*]]: vector<2xi8>)
// PLAIN: %[[W:.*]] = arith.extui %[[Q]] : vector<64xi8> to vector<64xi16>
// PLAIN: arith.subi %[[W]], %{{.*}} : vector<64xi16>
// PLAIN: %[[EVEN:.*]] = vector.shuffle %[[S]], %[[S]] [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
// PLAIN: %[[ODD:.*]] = vector.shuffle %[[S]], %[[S]] [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]
// CHECK: %[[ALL:.*]] = vector.reduction <and>, %{{.*}} : vector<2xi1> into i1
// CHECK: scf.if %[[ALL]]
// PLAIN: arith.mulf %{{.*}}, %[[EVEN]]
// PLAIN: arith.mulf %{{.*}}, %[[ODD]]
// CHECK: return
func.func @shared_by_runs(%q: vector<64xi8>, %scales: vector<2xf32>, %zeros: vector<2xi8>) -> vector<64xbf16> {
  %s = vector.shuffle %scales, %scales [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] : vector<2xf32>, vector<2xf32>
  %z = vector.shuffle %zeros, %zeros [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] : vector<2xi8>, vector<2xi8>
  %y = quant_ext.apply_dequantize %q, %s, %z storage = <u8>
      : (vector<64xi8>, vector<64xf32>, vector<64xi8>) -> vector<64xbf16>
  return %y : vector<64xbf16>
}

// -----

// Of 16 bits, differences from a zero point take one more than a word has.
// CHECK-LABEL: func.func @words(
// PLAIN: scf.if
// PLAIN: arith.mulf %{{.*}} : vector<16xf32>
// CHECK: return
// CHECK-LABEL: func.func @differences_of_words(
// PLAIN-NOT: scf.if
// CHECK: return
func.func @words(%q: vector<32xi16>, %scale: f32) -> vector<32xbf16> {
  %s = vector.broadcast %scale : f32 to vector<32xf32>
  %y = quant_ext.apply_dequantize %q, %s storage = <i16>
      : (vector<32xi16>, vector<32xf32>) -> vector<32xbf16>
  return %y : vector<32xbf16>
}
func.func @differences_of_words(%q: vector<32xi16>, %scale: f32, %zero: i16) -> vector<32xbf16> {
  %s = vector.broadcast %scale : f32 to vector<32xf32>
  %z = vector.broadcast %zero : i16 to vector<32xi16>
  %y = quant_ext.apply_dequantize %q, %s, %z storage = <i16>
      : (vector<32xi16>, vector<32xf32>, vector<32xi16>) -> vector<32xbf16>
  return %y : vector<32xbf16>
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
// CHECK: llvm.intr.ssub.sat
// CHECK: return
// CHECK-LABEL: func.func @fake_quantize_by_reciprocal(
// CHECK: scf.if %{{.*}} -> (vector<64xi16>)
// BF16: scf.if %{{.*}} -> (vector<64xi16>)
// PLAIN-NOT: scf.if
// BF16: cvtne2ps2bf16
// CHECK: return
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
