// What computes something else, or more than that, stays as it is.

// RUN: %quant-opt %s --split-input-file --pass-pipeline="builtin.module(convert-linalg-to-quant-ext)" | FileCheck %s --implicit-check-not=quant_ext.

// minnum makes 127 of a NaN, which quantize makes -128 of.
// CHECK-LABEL: func.func @nan_is_highest(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @nan_is_highest(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %low : f32
    %4 = arith.minnumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// So it does before maxnum.
// CHECK-LABEL: func.func @nan_is_highest_at_once(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @nan_is_highest_at_once(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.minnumf %1, %high : f32
    %4 = arith.maxnumf %3, %low : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// Out of range it is poison, where quantize saturates: other IR may rely on neither,
// but bounds there are none to take.
// CHECK-LABEL: func.func @no_clamp(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @no_clamp(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %4 = arith.maximumf %1, %low : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// Bounds that nobody knows.
// CHECK-LABEL: func.func @clamp_of_run_time(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @clamp_of_run_time(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %s : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// Half of an integer, which the conversion cuts off.
// CHECK-LABEL: func.func @clamp_between_integers(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @clamp_between_integers(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %half = arith.constant -0.5 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %half : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// -128 is nothing unsigned.
// CHECK-LABEL: func.func @clamp_beyond(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @clamp_beyond(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptoui %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// No zero point of i8.
// CHECK-LABEL: func.func @zero_point_beyond(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @zero_point_beyond(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %far = arith.constant 200.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.addf %1, %far : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// A zero point that is no integer.
// CHECK-LABEL: func.func @zero_point_of_fractions(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @zero_point_of_fractions(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %half = arith.constant 0.5 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.addf %1, %half : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// A float of run time need not be an integer.
// CHECK-LABEL: func.func @zero_point_of_floats(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @zero_point_of_floats(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.addf %1, %s : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// Numbers of f32 do not bound 32 bits.
// CHECK-LABEL: func.func @wide(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @wide(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi32>) -> tensor<4x4xi32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi32>) {
  ^bb0(%in: f32, %out: i32):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i32
    linalg.yield %5 : i32
  } -> tensor<4x4xi32>
  return %r : tensor<4x4xi32>
}

// -----

// The result has another shape.
// CHECK-LABEL: func.func @transposed(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @transposed(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#swapped, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// Scales for rows, zero points for columns.
// CHECK-LABEL: func.func @other_axes(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @other_axes(%x: tensor<4x4xf32>, %s: tensor<4xf32>, %z_rows: tensor<4xi8>, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #rows, #columns, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %s, %z_rows : tensor<4x4xf32>, tensor<4xf32>, tensor<4xi8>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %scale: f32, %zero: i8, %out: i8):
    %z = arith.sitofp %zero : i8 to f32
    %0 = arith.divf %in, %scale : f32
    %1 = math.roundeven %0 : f32
    %2 = arith.addf %1, %z : f32
    %3 = arith.maximumf %2, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// A scale for each element is of no granularity.
// CHECK-LABEL: func.func @scale_for_each(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @scale_for_each(%x: tensor<4x4xf32>, %s: tensor<4x4xf32>, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<4x4xf32>, tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %scale: f32, %out: i8):
    %0 = arith.divf %in, %scale : f32
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// An assertion would be lost.
// CHECK-LABEL: func.func @asserting(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @asserting(%x: tensor<4x4xf32>, %s: f32, %init: tensor<4x4xi8>) -> tensor<4x4xi8> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%init : tensor<4x4xi8>) {
  ^bb0(%in: f32, %out: i8):
    %0 = arith.divf %in, %s : f32
    %ok = arith.cmpf oeq, %0, %0 : f32
    cf.assert %ok, "no NaN"
    %1 = math.roundeven %0 : f32
    %3 = arith.maximumf %1, %low : f32
    %4 = arith.minimumf %3, %high : f32
    %5 = arith.fptosi %4 : f32 to i8
    linalg.yield %5 : i8
  } -> tensor<4x4xi8>
  return %r : tensor<4x4xi8>
}

// -----

// The scale is the result so far.
// CHECK-LABEL: func.func @of_result(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @of_result(%x: tensor<4x4xi8>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %1 = arith.sitofp %in : i8 to f32
    %2 = arith.mulf %1, %out : f32
    linalg.yield %2 : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// 127 - (-4) is negative in 8 bits.
// CHECK-LABEL: func.func @wraps(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @wraps(%q: tensor<4x4xi8>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %zero = arith.constant -4 : i8
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.subi %in, %zero : i8
    %1 = arith.sitofp %0 : i8 to f32
    %r = arith.mulf %1, %s : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// Read without its sign, -1 is large.
// CHECK-LABEL: func.func @difference_without_sign(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @difference_without_sign(%q: tensor<4x4xi8>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %zero = arith.constant -4 : i16
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.extsi %in : i8 to i16
    %1 = arith.subi %0, %zero : i16
    %2 = arith.uitofp %1 : i16 to f32
    %r = arith.mulf %2, %s : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// Extended with its sign, read without.
// CHECK-LABEL: func.func @two_signs(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @two_signs(%q: tensor<4x4xi8>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.extsi %in : i8 to i16
    %1 = arith.uitofp %0 : i16 to f32
    %r = arith.mulf %1, %s : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// The zero point is unsigned, the values are not.
// CHECK-LABEL: func.func @zero_point_of_other_sign(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @zero_point_of_other_sign(%q: tensor<4x4xi8>, %s: f32, %zero: i8, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %z = arith.extui %zero : i8 to i16
    %0 = arith.extsi %in : i8 to i16
    %1 = arith.subi %0, %z : i16
    %2 = arith.sitofp %1 : i16 to f32
    %r = arith.mulf %2, %s : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// A zero point that i8 may not have.
// CHECK-LABEL: func.func @zero_point_of_16_bits(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @zero_point_of_16_bits(%q: tensor<4x4xi8>, %s: f32, %zero: i16, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.extsi %in : i8 to i16
    %1 = arith.subi %0, %zero : i16
    %2 = arith.sitofp %1 : i16 to f32
    %r = arith.mulf %2, %s : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// Storage i32 has no zero point.
// CHECK-LABEL: func.func @zero_point_of_32_bits(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @zero_point_of_32_bits(%q: tensor<4x4xi32>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %zero = arith.constant 3 : i64
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi32>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i32, %out: f32):
    %0 = arith.extsi %in : i32 to i64
    %1 = arith.subi %0, %zero : i64
    %2 = arith.sitofp %1 : i64 to f32
    %r = arith.mulf %2, %s : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// No storage has 24 bits.
// CHECK-LABEL: func.func @width(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @width(%q: tensor<4x4xi24>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi24>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i24, %out: f32):
    %0 = arith.sitofp %in : i24 to f32
    %r = arith.mulf %0, %s : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// The product is rounded to f16, which dequantize never does.
// CHECK-LABEL: func.func @in_f16(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @in_f16(%q: tensor<4x4xi8>, %s: f16, %init: tensor<4x4xf16>) -> tensor<4x4xf16> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf16>) {
  ^bb0(%in: i8, %out: f16):
    %0 = arith.sitofp %in : i8 to f16
    %r = arith.mulf %0, %s : f16
    linalg.yield %r : f16
  } -> tensor<4x4xf16>
  return %r : tensor<4x4xf16>
}

// -----

// A conversion alone.
// CHECK-LABEL: func.func @without_scale(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @without_scale(%q: tensor<4x4xi8>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %r = arith.sitofp %in : i8 to f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// The scale depends on the element.
// CHECK-LABEL: func.func @times_itself(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
func.func @times_itself(%q: tensor<4x4xi8>, %s: f32, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q : tensor<4x4xi8>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.sitofp %in : i8 to f32
    %r = arith.mulf %0, %0 : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// A scale for each element of the diagonal.
// CHECK-LABEL: func.func @diagonal(
// CHECK: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#diagonal = affine_map<(d0, d1) -> (d0, d0)>
func.func @diagonal(%q: tensor<4x4xi8>, %s: tensor<4x4xf32>, %init: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %r = linalg.generic {indexing_maps = [#id, #diagonal, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q, %s : tensor<4x4xi8>, tensor<4x4xf32>) outs(%init : tensor<4x4xf32>) {
  ^bb0(%in: i8, %scale: f32, %out: f32):
    %0 = arith.sitofp %in : i8 to f32
    %1 = arith.mulf %0, %scale : f32
    linalg.yield %1 : f32
  } -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// What is read is no tensor.
// CHECK-LABEL: func.func @of_scalar(
// CHECK: linalg.generic
#scalar = affine_map<() -> ()>
func.func @of_scalar(%q: i8, %s: f32, %init: tensor<f32>) -> tensor<f32> {
  %r = linalg.generic {indexing_maps = [#scalar, #scalar], iterator_types = []}
      ins(%q : i8) outs(%init : tensor<f32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.sitofp %in : i8 to f32
    %1 = arith.mulf %0, %s : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  return %r : tensor<f32>
}

// -----

// Four columns where the result has five, and four scales beside three zero points, of
// columns that are counted and of others.
// CHECK-LABEL: func.func @sizes(
// CHECK-COUNT-3: linalg.generic
#id = affine_map<(d0, d1) -> (d0, d1)>
#columns = affine_map<(d0, d1) -> (d1)>
func.func @sizes(%q: tensor<?x?xi8>, %s: tensor<4xf32>, %z: tensor<3xi8>, %init: tensor<?x5xf32>, %init_any: tensor<?x?xf32>, %four: tensor<?x4xi8>) -> (tensor<?x5xf32>, tensor<?x?xf32>, tensor<?x?xf32>) {
  %half = arith.constant 0.5 : f32
  %x = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%four : tensor<?x4xi8>) outs(%init : tensor<?x5xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.sitofp %in : i8 to f32
    %1 = arith.mulf %0, %half : f32
    linalg.yield %1 : f32
  } -> tensor<?x5xf32>
  %y = linalg.generic {indexing_maps = [#id, #columns, #columns, #id], iterator_types = ["parallel", "parallel"]}
      ins(%four, %s, %z : tensor<?x4xi8>, tensor<4xf32>, tensor<3xi8>) outs(%init_any : tensor<?x?xf32>) {
  ^bb0(%in: i8, %scale: f32, %zero: i8, %out: f32):
    %0 = arith.extsi %zero : i8 to i16
    %1 = arith.extsi %in : i8 to i16
    %2 = arith.subi %1, %0 : i16
    %3 = arith.sitofp %2 : i16 to f32
    %4 = arith.mulf %3, %scale : f32
    linalg.yield %4 : f32
  } -> tensor<?x?xf32>
  %w = linalg.generic {indexing_maps = [#id, #columns, #columns, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q, %s, %z : tensor<?x?xi8>, tensor<4xf32>, tensor<3xi8>) outs(%init_any : tensor<?x?xf32>) {
  ^bb0(%in: i8, %scale: f32, %zero: i8, %out: f32):
    %0 = arith.extsi %zero : i8 to i16
    %1 = arith.extsi %in : i8 to i16
    %2 = arith.subi %1, %0 : i16
    %3 = arith.sitofp %2 : i16 to f32
    %4 = arith.mulf %3, %scale : f32
    linalg.yield %4 : f32
  } -> tensor<?x?xf32>
  return %x, %y, %w : tensor<?x5xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}

// -----

// An encoding says what quant_ext does not.
// CHECK-LABEL: func.func @encoded(
// CHECK: linalg.generic
#sparse = #sparse_tensor.encoding<{ map = (d0) -> (d0 : compressed) }>
#id = affine_map<(d0) -> (d0)>
func.func @encoded(%q: tensor<4xi8, #sparse>, %s: f32, %init: tensor<4xf32>) -> tensor<4xf32> {
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%q : tensor<4xi8, #sparse>) outs(%init : tensor<4xf32>) {
  ^bb0(%in: i8, %out: f32):
    %0 = arith.sitofp %in : i8 to f32
    %1 = arith.mulf %0, %s : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// No storage has no bits.
// CHECK-LABEL: func.func @no_bits(
// CHECK: linalg.generic
#id = affine_map<(d0) -> (d0)>
func.func @no_bits(%q: tensor<4xi0>, %s: f32, %init: tensor<4xf32>) -> tensor<4xf32> {
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%q : tensor<4xi0>) outs(%init : tensor<4xf32>) {
  ^bb0(%in: i0, %out: f32):
    %0 = arith.sitofp %in : i0 to f32
    %1 = arith.mulf %0, %s : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// The constant is -56, its attribute wider.
// CHECK-LABEL: func.func @wide_attribute(
// CHECK: linalg.generic
#id = affine_map<(d0) -> (d0)>
func.func @wide_attribute(%q: tensor<4xi16>, %s: f32, %init: tensor<4xf32>) -> tensor<4xf32> {
  %z = llvm.mlir.constant(200 : i32) : i8
  %wide = arith.extsi %z : i8 to i32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%q : tensor<4xi16>) outs(%init : tensor<4xf32>) {
  ^bb0(%in: i16, %out: f32):
    %0 = arith.extsi %in : i16 to i32
    %1 = arith.subi %0, %wide : i32
    %2 = arith.sitofp %1 : i32 to f32
    %3 = arith.mulf %2, %s : f32
    linalg.yield %3 : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}
