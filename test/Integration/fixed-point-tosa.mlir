// What TOSA allows gives the bits of upstream's own expansion of tosa.apply_scale:
// 2^20 inputs in each rounding mode, drawn from a 64-bit congruential generator
// (Knuth's MMIX). TOSA wants a multiplier that is not negative, a shift in
// [2, 62], and a value in [-2^(shift-1), 2^(shift-1)).

// REQUIRES: host-x86

// RUN: %quant-opt %s --pass-pipeline="builtin.module(func.func(tosa-to-arith{include-apply-rescale=true}),quant-ext-to-llvm)" | %mlir-runner -e main --entry-point-result=void --shared-libs=%mlir_lib_dir/libmlir_c_runner_utils.so | FileCheck %s
// CHECK: single 1048576 wrong 0
// CHECK: double 1048576 wrong 0
// Some of them tell one mode from the other.
// CHECK: modes differ 1

func.func @ours_single(%a: i32, %m: i32, %s: i8) -> i32 {
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i32> rounding_mode = single_round : (i32, i32, i8) -> i32
  return %q : i32
}

func.func @ours_double(%a: i32, %m: i32, %s: i8) -> i32 {
  %q = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i32> rounding_mode = double_round : (i32, i32, i8) -> i32
  return %q : i32
}

func.func @tosa_single(%a: i32, %m: i32, %s: i8) -> i32 {
  %q = tosa.apply_scale %a, %m, %s {rounding_mode = SINGLE_ROUND} : (i32, i32, i8) -> i32
  return %q : i32
}

func.func @tosa_double(%a: i32, %m: i32, %s: i8) -> i32 {
  %q = tosa.apply_scale %a, %m, %s {rounding_mode = DOUBLE_ROUND} : (i32, i32, i8) -> i32
  return %q : i32
}

func.func @next(%state: i64) -> i64 {
  %factor = arith.constant 6364136223846793005 : i64
  %addend = arith.constant 1442695040888963407 : i64
  %product = arith.muli %state, %factor : i64
  %sum = arith.addi %product, %addend : i64
  return %sum : i64
}

// A value of the range that goes with the shift: 32 random bits, shifted down
// where that range is smaller.
func.func @value(%bits: i64, %shift: i64) -> i32 {
  %c32 = arith.constant 32 : i64
  %top = arith.shrui %bits, %c32 : i64
  %random = arith.trunci %top : i64 to i32
  %spare = arith.subi %c32, %shift : i64
  %c0 = arith.constant 0 : i64
  %down = arith.maxsi %spare, %c0 : i64
  %narrow = arith.trunci %down : i64 to i32
  %value = arith.shrsi %random, %narrow : i32
  return %value : i32
}

func.func @main() {
  %begin = arith.constant 0 : index
  %end = arith.constant 1048576 : index
  %step = arith.constant 1 : index
  %seed = arith.constant 88172645463325252 : i64
  %zero = arith.constant 0 : i64
  %sums:4 = scf.for %i = %begin to %end step %step
      iter_args(%s0 = %seed, %ws = %zero, %wd = %zero, %diff = %zero) -> (i64, i64, i64, i64) {
    %s1 = func.call @next(%s0) : (i64) -> i64
    %s2 = func.call @next(%s1) : (i64) -> i64
    %s3 = func.call @next(%s2) : (i64) -> i64
    // A shift in [2, 62].
    %c33 = arith.constant 33 : i64
    %c61 = arith.constant 61 : i64
    %c2 = arith.constant 2 : i64
    %high = arith.shrui %s1, %c33 : i64
    %rest = arith.remui %high, %c61 : i64
    %shift64 = arith.addi %rest, %c2 : i64
    %shift = arith.trunci %shift64 : i64 to i8
    // 31 bits of multiplier, of which a few are of few bits: more ties.
    %m64 = arith.shrui %s2, %c33 : i64
    %m31 = arith.trunci %m64 : i64 to i32
    %few = arith.constant 0x70000000 : i32
    %round = arith.andi %m31, %few : i32
    %seven = arith.constant 7 : index
    %third = arith.andi %i, %seven : index
    %is = arith.cmpi eq, %third, %begin : index
    %m = arith.select %is, %round, %m31 : i32
    %a = func.call @value(%s3, %shift64) : (i64, i64) -> i32
    %os = func.call @ours_single(%a, %m, %shift) : (i32, i32, i8) -> i32
    %ts = func.call @tosa_single(%a, %m, %shift) : (i32, i32, i8) -> i32
    %od = func.call @ours_double(%a, %m, %shift) : (i32, i32, i8) -> i32
    %td = func.call @tosa_double(%a, %m, %shift) : (i32, i32, i8) -> i32
    %es = arith.cmpi ne, %os, %ts : i32
    %ed = arith.cmpi ne, %od, %td : i32
    %em = arith.cmpi ne, %os, %od : i32
    %xs = arith.extui %es : i1 to i64
    %xd = arith.extui %ed : i1 to i64
    %xm = arith.extui %em : i1 to i64
    %nws = arith.addi %ws, %xs : i64
    %nwd = arith.addi %wd, %xd : i64
    %ndiff = arith.addi %diff, %xm : i64
    scf.yield %s3, %nws, %nwd, %ndiff : i64, i64, i64, i64
  }
  vector.print str "single "
  vector.print %end : index punctuation <no_punctuation>
  vector.print str " wrong "
  vector.print %sums#1 : i64
  vector.print str "double "
  vector.print %end : index punctuation <no_punctuation>
  vector.print str " wrong "
  vector.print %sums#2 : i64
  vector.print str "modes differ "
  %c1000 = arith.constant 1000 : i64
  %many = arith.cmpi sgt, %sums#3, %c1000 : i64
  %word = arith.extui %many : i1 to i64
  vector.print %word : i64
  return
}
