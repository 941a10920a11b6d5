"""Checks native code of gelu and quantize.

usage: gelu.py exact|approximate LIBRARY

Inputs are 2^22 numbers of f32 from -8 to 8, neighbours in order and far apart
alike, beside NaN, infinities and subnormals. `exact` computes each step in f32
with libm's erff and compares bits. `approximate` computes gelu in f64. With the
error of erf within 4.4 ulp of f32, and each of the steps after it within half an
ulp, 1 + erf is wrong by at most 4.4 * 2^-24 + 2^-24 near 1 and the result by that
times |x| / 2: the integer may be any that a number so close rounds to.
"""

from __future__ import annotations

import ctypes
import math
import sys

import numpy as np

sys.dont_write_bytecode = True

from memref import descriptor

SIZE, CALLS, SCALE = 65536, 64, np.float32(0.0297)
# Of 1 + erf(x / sqrt(2)): erf, the product before it (its slope is at most
# 2/sqrt(pi), and the constant is rounded too), the sum, and two products.
ERROR = (4.4 + 2.0 + 1.0 + 1.0) * 2.0**-24


def inputs() -> np.ndarray:
    rng = np.random.default_rng(31)
    count = SIZE * CALLS
    dense = np.linspace(-8, 8, count // 2, dtype=np.float64).astype(np.float32)
    spread = rng.integers(0, 2**32, count - len(dense), dtype=np.uint32).view(np.float32)
    values = np.concatenate([dense, spread])
    values[:4] = [np.nan, np.inf, -np.inf, 1e-40]
    rng.shuffle(values)
    return values


def run(path: str, x: np.ndarray) -> np.ndarray:
    entry = ctypes.CDLL(path)["_mlir_ciface_gelu"]
    entry.restype = None
    q = np.zeros(x.size, np.int8)
    scale = np.array(SCALE)
    for begin in range(0, x.size, SIZE):
        source, target = x[begin : begin + SIZE], q[begin : begin + SIZE]
        entry(descriptor(source), descriptor(scale), descriptor(target))
    return q


def quantize(y: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        v = np.rint(y / np.asarray(SCALE, y.dtype))
    return np.where(np.isnan(v), -128, np.clip(v, -128, 127)).astype(np.int64)


def main() -> int:
    mode, path = sys.argv[1:]
    x = inputs()
    q = run(path, x).astype(np.int64)
    if mode == "exact":
        erff = ctypes.CDLL("libm.so.6").erff
        erff.argtypes, erff.restype = [ctypes.c_float], ctypes.c_float
        with np.errstate(all="ignore"):
            a = x * np.float32(0.707106769)
            b = np.array([erff(v) for v in a], np.float32)
            y = (x * np.float32(0.5)) * (b + np.float32(1))
        different = int((q != quantize(y)).sum())
        print(f"elements: {x.size}, different: {different}")
        return int(different != 0)
    wide = x.astype(np.float64)
    with np.errstate(all="ignore"):
        b = np.array([math.erf(v) for v in wide * math.sqrt(0.5)])
        y = wide * 0.5 * (1 + b)
        slack = np.abs(wide) * 0.5 * ERROR + np.abs(y) * 2.0**-23
        low, high = quantize(y - slack), quantize(y + slack)
    # An infinity times what is nearly 0 has no error to speak of.
    unbounded = np.isinf(wide)
    beyond = int((((q < low) | (q > high)) & ~unbounded).sum())
    print(f"elements: {x.size}, beyond the bound: {beyond}")
    print(
        "elements that one quantum more or less may be right for:"
        f" {int((low != high).sum())}"
    )
    return int(beyond != 0)


if __name__ == "__main__":
    sys.exit(main())
