// What no branch reaches may use itself.

// DEFINE: %{pass} = quant-ext-batch-parameters
// DEFINE: %{run} = %quant-opt --pass-pipeline="builtin.module(func.func(%{pass}))" %s | FileCheck %s
// RUN: %{run}
// REDEFINE: %{pass} = quant-ext-fuse-rows
// RUN: %{run}
// REDEFINE: %{pass} = quant-ext-overlap-rests
// RUN: %{run}
// REDEFINE: %{pass} = quant-ext-stream-stores
// RUN: %{run}
// REDEFINE: %{pass} = quant-ext-distribute-over-threads{threads=2 min-elements=1}
// RUN: %{run}

// CHECK-LABEL: func.func @f(
// CHECK-NEXT: return
// CHECK-NEXT: }
func.func @f(%x: i32) {
  return
^a(%y: i32):
  %q = arith.addi %y, %y : i32
  cf.br ^a(%q : i32)
}
