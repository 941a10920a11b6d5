// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report)' -o /dev/null 2>&1 | FileCheck %s
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report{output=- block-size=2})' -o /dev/null 2>/dev/null | FileCheck %s --check-prefix=BLOCK
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report{bits=4 signed=false symmetric=false})' -o /dev/null 2>&1 | FileCheck %s --check-prefix=ASYM
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report{format=json output=%t.json})' -o /dev/null
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t.json
// RUN: %python -m json.tool %t.json /dev/null

// The outcome is the same on one thread, and the IR stays as it was.
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report{format=json output=%t.one.json})' --mlir-disable-threading -o %t.mlir
// RUN: diff %t.json %t.one.json
// RUN: %quant-opt %s | diff %t.mlir -

// A report replaces an older one; a path through a link keeps the link.
// RUN: rm -rf %t.dir && mkdir %t.dir && echo old > %t.dir/report && ln -s report %t.dir/link
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report{output=%t.dir/link})' -o /dev/null
// RUN: test -L %t.dir/link && FileCheck %s --input-file=%t.dir/report

// The expected numbers of "w" come from this program:
//   from struct import pack, unpack; from math import log10
//   r = lambda v: unpack("f", pack("f", v))[0]
//   W = [[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]
//   def account(group):
//       s = {}
//       for i in range(4):
//           for j in range(3):
//               s[group(i, j)] = max(s.get(group(i, j), 0), abs(r(W[i][j])))
//       s = {g: r(v / 127) for g, v in s.items()}
//       e = [(r(x), r(x) - r(round(r(r(x) / s[group(i, j)])) * s[group(i, j)]))
//            for i, row in enumerate(W) for j, x in enumerate(row)]
//       return (10 * log10(sum(x * x for x, d in e) / sum(d * d for x, d in e)),
//               max(abs(d) for x, d in e), sum(abs(d) for x, d in e) / 12)
//   print(account(lambda i, j: 0))            # 45.894333953984, 0.011023625, 0.005380575
//   print(account(lambda i, j: j))            # 49.556753396406, 0.007874011, 0.003083989
//   print(account(lambda i, j: (i // 2, j)))  # 54.368548795864, 0.005511812, 0.001443570
//
// "exact" has scale 1 and no error. "vector" has scale 1, and 63.5 becomes 64: an
// error of 0.5 in a signal of 127^2 + 63.5^2, 10 log10(20161.25 / 0.25) = 49.0658.
// Median of 45.89, 49.07 and infinity: 49.07. Pooled, with a noise in "w" of
// 18.055 / 10^4.5894334 = 4.6459e-4 per tensor and 1.9994e-4 per axis:
//   10 log10((18.055 + 32267 + 20161.25) / (4.6459e-4 + 0 + 0.25)) = 53.2097
//   10 log10((18.055 + 32267) / 1.9994e-4) = 82.0810
// Bytes: 48 + 32 + 16 float (f64 has a scale of 8), 12 + 4 + 4 integers.
//
// CHECK:      per-tensor{{ +}}per-axis
// CHECK-NEXT: weight  shape  type  float bytes  integer bytes  SQNR dB  max error  mean error  param bytes  SQNR dB  max error  mean error  param bytes
// CHECK-NEXT: w       4x3    f32            48             12    45.89  1.102e-02   5.381e-03            4    49.56  7.874e-03   3.084e-03           12
// CHECK-NEXT: exact   4x1    f64            32              4      inf  0.000e+00   0.000e+00            8      inf  0.000e+00   0.000e+00            8
// CHECK-NEXT: vector  4      f32            16              4    49.07  5.000e-01   1.250e-01            4        -          -           -            -
// CHECK-EMPTY:
// CHECK-NEXT: network: 3 weights, 20 parameters, storage i8, symmetric
// CHECK-EMPTY:
// CHECK-NEXT:             weights  median dB  minimum dB  pooled dB  max error  float bytes  integer bytes  param bytes  total bytes  ratio
// CHECK-NEXT: per-tensor        3      49.07       45.89      53.21  5.000e-01           96             20           16           36   2.67
// CHECK-NEXT: per-axis          2        inf       49.56      82.08  7.874e-03           80             16           20           36   2.22

// Columns are aligned.
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report)' -o /dev/null 2>&1 | FileCheck %s --check-prefix=ALIGNED --strict-whitespace --match-full-lines
//     ALIGNED:            weights  median dB  minimum dB  pooled dB  max error  float bytes  integer bytes  param bytes  total bytes  ratio
//ALIGNED-NEXT:per-tensor        3      49.07       45.89      53.21  5.000e-01           96             20           16           36   2.67
//ALIGNED-NEXT:per-axis          2        inf       49.56      82.08  7.874e-03           80             16           20           36   2.22

// BLOCK: w {{.*}}  54.37  5.512e-03   1.444e-03 24
// BLOCK: per-block         3

// "vector" under 4 bits: lo 0, hi 127, scale 127/15, zero point 0. 63.5 is 7.5
// steps, which tie to 8 * 127/15 = 67.733: 10 log10(20161.25 / 4.23333^2) =
// 30.5110. Packed: 4 integers in 2 bytes, a zero point in 1, a scale in 4.
// ASYM: vector  4      f32            16              2    30.51  4.233e+00   1.058e+00            5
// ASYM: storage u4, asymmetric

// JSON: "storage": "i8"
// JSON: "name": "exact"
// JSON: "type": "f64"
// JSON: "role": "rhs of contraction"
// JSON: "per_axis": {
// JSON-NEXT: "granularity": "per-axis 1"
// JSON-NEXT: "sqnr_db": null
// JSON-NEXT: "max_error": 0
// JSON-NEXT: "mean_error": 0
// JSON-NEXT: "scale_bytes": 8
// JSON-NEXT: "zero_point_bytes": 0
// JSON: "name": "vector"
// JSON: "per_axis": null
// JSON: "network": {
// JSON-NEXT: "parameters": 20
// JSON-NEXT: "per_tensor": {
// JSON-NEXT: "weights": 3
// JSON-NEXT: "median_sqnr_db": 49.06{{5[78]}}
// JSON-NEXT: "minimum_sqnr_db": 45.89433395398
// JSON-NEXT: "pooled_sqnr_db": 53.2{{09|10}}
// JSON: "ratio": 2.66666

func.func @layer(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %w = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32> loc("w")
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  // The same constant again: counted once.
  %again = arith.constant dense<[[0.1, 0.2, -0.1], [3.0, -2.5, 1.2], [0.05, 0.1, -0.05], [-1.0, 0.5, 0.2]]> : tensor<4x3xf32> loc("again")
  %z = linalg.matmul ins(%x, %again : tensor<2x4xf32>, tensor<4x3xf32>) outs(%y : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y, %z : tensor<2x3xf32>, tensor<2x3xf32>
}

// The name of the operation, where the constant has none.
func.func @exact(%x: tensor<2x4xf64>, %init: tensor<2x1xf64>) -> tensor<2x1xf64> {
  %w = arith.constant dense<[[127.0], [-127.0], [3.0], [0.0]]> : tensor<4x1xf64>
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf64>, tensor<4x1xf64>) outs(%init : tensor<2x1xf64>) -> tensor<2x1xf64> loc("exact")
  return %y : tensor<2x1xf64>
}

// The key of the resource, where neither has one.
func.func @no_channel(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  %w = arith.constant dense_resource<vector> : tensor<4xf32>
  %y = linalg.dot ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

{-# dialect_resources: { builtin: {
  vector: "0x040000000000FE4200007E420000000000000000"
} } #-}
