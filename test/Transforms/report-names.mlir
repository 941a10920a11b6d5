// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report)' -o /dev/null 2>&1 | FileCheck %s --strict-whitespace
// RUN: %quant-opt %s --pass-pipeline='builtin.module(quant-ext-report{format=json output=%t.json})' -o /dev/null
// RUN: %python -c "import json, sys; print([w['name'] for w in json.load(open(sys.argv[1]))['weights']])" %t.json | FileCheck %s --check-prefix=JSON
// RUN: %quant-opt %s --pass-pipeline='builtin.module(func.func(quant-ext-report))' --mlir-disable-threading -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE

// What a name may hold keeps to its row, and columns stay aligned: the accent
// takes two bytes and one column.
// CHECK:      {{^}}weight              shape  type
// CHECK-NEXT: {{^}}"quoted\name"       2x1    f32
// CHECK-NEXT: {{^}}r{{.+}}seau              1x2    f32
// CHECK-NEXT: {{^}}two\0Alines\09here  2x1    f32
// CHECK-NEXT: {{^}}weight 3            2x1    f32
// CHECK-NEXT: {{^}}huge                2x1    f64 {{.*}} - {{.*}} - {{.*}}{{$}}

// A network that holds a weight without an SQNR has none.
// CHECK: {{^}}per-tensor        5          -           -          -

// JSON: {{.}}"quoted\\name"', 'r{{.+}}seau', 'two\nlines\there', 'weight 3', 'huge']

// Without a weight there is nothing to divide: no infinite SQNR, no ratio.
// NONE: network: 0 weights
// NONE: {{^}}per-tensor        0          -           -          -  {{.*}} -{{$}}

func.func @names(%x: tensor<1x2xf32>, %init: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %a = arith.constant dense<1.0> : tensor<2x1xf32> loc("\"quoted\\name\"")
  %0 = linalg.matmul ins(%x, %a : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  // Of a transposed constant, what is stored counts.
  %b = arith.constant dense<2.0> : tensor<1x2xf32> loc("r\C3\A9seau")
  %empty = tensor.empty() : tensor<2x1xf32>
  %t = linalg.transpose ins(%b : tensor<1x2xf32>) outs(%empty : tensor<2x1xf32>) permutation = [1, 0] loc("transpose")
  %1 = linalg.matmul ins(%x, %t : tensor<1x2xf32>, tensor<2x1xf32>) outs(%0 : tensor<1x1xf32>) -> tensor<1x1xf32>
  %c = arith.constant dense<3.0> : tensor<2x1xf32> loc("two\nlines\there")
  %2 = linalg.matmul ins(%x, %c : tensor<1x2xf32>, tensor<2x1xf32>) outs(%1 : tensor<1x1xf32>) -> tensor<1x1xf32>
  // An empty name is none.
  %d = arith.constant dense<4.0> : tensor<2x1xf32> loc("")
  %3 = linalg.matmul ins(%x, %d : tensor<1x2xf32>, tensor<2x1xf32>) outs(%2 : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %3 : tensor<1x1xf32>
}

// 1e200 squared is beyond f64.
func.func @huge(%x: tensor<1x2xf64>, %init: tensor<1x1xf64>) -> tensor<1x1xf64> {
  %w = arith.constant dense<[[1.0e200], [3.3e199]]> : tensor<2x1xf64> loc("huge")
  %y = linalg.matmul ins(%x, %w : tensor<1x2xf64>, tensor<2x1xf64>) outs(%init : tensor<1x1xf64>) -> tensor<1x1xf64>
  return %y : tensor<1x1xf64>
}

func.func @none(%x: tensor<1x2xf64>) -> tensor<1x2xf64> {
  return %x : tensor<1x2xf64>
}
