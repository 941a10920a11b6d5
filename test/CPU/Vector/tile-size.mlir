// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-tile-and-vectorize{tile-size=131072}))" %s 2>&1 | FileCheck %s
// LLVM aborts on vectors of 2^32 bits.
// CHECK: error: tile-size must be at most 65536, found 131072
func.func @f() {
  return
}
