// RUN: not %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-tile-and-vectorize{tile-size=2048}))" %s 2>&1 | FileCheck %s
// All registers of a vector are written out.
// CHECK: error: tile-size must be at most 1024, found 2048
func.func @f() {
  return
}
