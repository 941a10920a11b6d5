// The caches of `native` are those of the machine.

// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(quant-ext-distribute-over-threads{threads=2}))" %s | %python %S/Inputs/check_native_cache.py

func.func @negate(%x: tensor<?xf32>, %e: tensor<?xf32>) -> tensor<?xf32> {
  %y = linalg.negf ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}
