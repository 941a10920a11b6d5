// RUN: %quant-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(quant-ext-report{output=%t})' -o /dev/null

// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{bits=32})' 2>&1 | FileCheck %s --check-prefix=BITS
// BITS: error: option 'bits' must be 2 to 16, found 32
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{block-size=-1})' 2>&1 | FileCheck %s --check-prefix=BLOCK
// BLOCK: error: option 'block-size' must be positive, or 0 for none, found -1
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{block-size=2147483648})' 2>&1 | FileCheck %s --check-prefix=HUGE
// HUGE: error: option 'block-size' must be at most 2147483647, found 2147483648
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{signed=false})' 2>&1 | FileCheck %s --check-prefix=UNSIGNED
// UNSIGNED: error: option 'signed' must be true where 'symmetric' is, found false

// Paths that cannot be written, and the report that was there before a failure.
// RUN: echo 'module {}' > %t.mlir && rm -rf %t.dir && mkdir %t.dir && echo old > %t.dir/report
// RUN: not %quant-opt %t.mlir -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{output=%t.dir/no/such/report})' 2>&1 | FileCheck %s --check-prefix=PATH
// PATH: error: option 'output' must be a path that can be written, found '{{.*}}/no/such/report': No such file or directory
// RUN: not %quant-opt %t.mlir -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{output=%t.dir})' 2>&1 | FileCheck %s --check-prefix=DIRECTORY
// DIRECTORY: error: option 'output' must be a path that can be written, found '{{.*}}': Is a directory
// RUN: not %quant-opt %t.mlir -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{output=/dev/full})' 2>&1 | FileCheck %s --check-prefix=FULL
// FULL: error: option 'output' must be a path that can be written, found '/dev/full': No space left on device
// RUN: sed '/^\/\/ -----/,$d' %s > %t.first.mlir
// RUN: not %quant-opt %t.first.mlir -o /dev/null --pass-pipeline='builtin.module(quant-ext-report{output=%t.dir/report})' 2>/dev/null
// RUN: grep old %t.dir/report

func.func @short(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  // expected-error@+1 {{resource 'short' must have 16 bytes for tensor<4xf32>, found 4}}
  %w = arith.constant dense_resource<short> : tensor<4xf32>
  %y = linalg.dot ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
func.func @missing(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  // expected-error@+1 {{resource 'missing' must have 16 bytes for tensor<4xf32>, found none}}
  %w = arith.constant dense_resource<missing> : tensor<4xf32>
  %y = linalg.dot ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
{-# dialect_resources: { builtin: { short: "0x040000000000803F" } } #-}

// -----

func.func @not_finite(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  // expected-warning@+1 {{weight must be finite to be accounted for, found 2 elements that are not and are left out}}
  %w = arith.constant dense<[1.0, 0x7F800000, 0x7FC00000, 2.0]> : tensor<4xf32>
  %y = linalg.dot ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

func.func @huge(%x: tensor<1099511627776xf32>, %init: tensor<f32>) -> tensor<f32> {
  // expected-error@+1 {{weight must fit into memory to be accounted for, found a splat of type 'tensor<1099511627776xf32>'}}
  %w = arith.constant dense<1.0> : tensor<1099511627776xf32>
  %y = linalg.dot ins(%x, %w : tensor<1099511627776xf32>, tensor<1099511627776xf32>) outs(%init : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
