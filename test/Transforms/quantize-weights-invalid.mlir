// RUN: %quant-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(quant-ext-quantize-weights{error-if-none=true})'

// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{bits=1})' 2>&1 | FileCheck %s --check-prefix=NARROW
// NARROW: error: option 'bits' must be 2 to 16, found 1
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{bits=17})' 2>&1 | FileCheck %s --check-prefix=WIDE
// WIDE: error: option 'bits' must be 2 to 16, found 17
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{signed=false})' 2>&1 | FileCheck %s --check-prefix=UNSIGNED
// UNSIGNED: error: option 'signed' must be true where 'symmetric' is, found false
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-size=0})' 2>&1 | FileCheck %s --check-prefix=BLOCK
// BLOCK: error: option 'block-size' must be positive, found 0
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{block-size=2147483648})' 2>&1 | FileCheck %s --check-prefix=HUGE
// HUGE: error: option 'block-size' must be at most 2147483647, found 2147483648
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{location=enc(})' 2>&1 | FileCheck %s --check-prefix=REGEX
// REGEX: error: option 'location' must be a regular expression, found 'enc(': parentheses not balanced
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{ops=linalg.matmul,linalg.matmull})' 2>&1 | FileCheck %s --check-prefix=OPS
// OPS: error: option 'ops' must name linalg operations, found 'linalg.matmull'
// RUN: not %quant-opt %s -o /dev/null --pass-pipeline='builtin.module(quant-ext-quantize-weights{granularity=fine})' 2>&1 | FileCheck %s --check-prefix=GRANULARITY
// GRANULARITY: for the --granularity option: Cannot find option named 'fine'!

// expected-error@+1 {{must hold a weight to quantize, found none in 1 linalg contractions and convolutions; remarks of category 'quant-ext-quantize-weights' say why}}
module {
  func.func @no_constant(%x: tensor<2x4xf32>, %w: tensor<4x3xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
    %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
    return %y : tensor<2x3xf32>
  }
}

// -----

// Weights that cannot be read would never become integers.
func.func @resources(%x: tensor<2x4xf32>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %sound = arith.constant dense<0.5> : tensor<4x3xf32>
  %0 = linalg.matmul ins(%x, %sound : tensor<2x4xf32>, tensor<4x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  // expected-error@+1 {{resource 'short' must have 48 bytes for tensor<4x3xf32>, found 4}}
  %short = arith.constant dense_resource<short> : tensor<4x3xf32>
  %1 = linalg.matmul ins(%x, %short : tensor<2x4xf32>, tensor<4x3xf32>) outs(%0 : tensor<2x3xf32>) -> tensor<2x3xf32>
  // expected-error@+1 {{resource 'missing' must have 48 bytes for tensor<4x3xf32>, found none}}
  %missing = arith.constant dense_resource<missing> : tensor<4x3xf32>
  %2 = linalg.matmul ins(%x, %missing : tensor<2x4xf32>, tensor<4x3xf32>) outs(%1 : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}
{-# dialect_resources: { builtin: { short: "0x040000000000803F" } } #-}
