"""Checks native code of rows of all lengths up to a few vectors.

usage: overlapped_rests.py LIBRARY

Results of their own, and results that overwrite an operand, for which no element
may be computed twice. The reference is numpy's f32.
"""

from __future__ import annotations

import ctypes
import sys

import numpy as np

sys.dont_write_bytecode = True

from memref import descriptor

f32 = np.float32
ROWS, LENGTHS = 5, range(0, 140)


def call(library: ctypes.CDLL, name: str, *operands: np.ndarray) -> None:
    entry = library[f"_mlir_ciface_{name}"]
    entry.restype = None
    entry(*[descriptor(operand) for operand in operands])


def count_different(library: ctypes.CDLL, length: int, rng: np.random.Generator) -> dict:
    x = rng.normal(0, 40, (ROWS, length)).astype(f32)
    q = rng.integers(-128, 128, (ROWS, length)).astype(np.int8)
    s = rng.uniform(0.1, 2, ROWS).astype(f32)
    z = rng.integers(0, 256, ROWS).astype(np.uint8)
    columns = s[:, None]

    quantized = np.full((ROWS, length), 77, np.uint8)
    call(library, "quantize", x, s, z, quantized)
    wanted = np.rint(x / columns) + z[:, None].astype(f32)
    different = {"quantize": int((quantized != np.clip(wanted, 0, 255)).sum())}

    wanted = x + q.astype(f32) * columns
    added = np.full((ROWS, length), np.nan, f32)
    call(library, "dequantize_add", q, s, x, added)
    different["dequantize_add"] = int((added != wanted).sum())
    call(library, "dequantize_add", q, s, x, x)
    different["dequantize_add in place"] = int((x != wanted).sum())
    return different


def main() -> int:
    library = ctypes.CDLL(sys.argv[1])
    rng = np.random.default_rng(3)
    totals: dict[str, int] = {}
    for length in LENGTHS:
        for name, count in count_different(library, length, rng).items():
            totals[name] = totals.get(name, 0) + count
    for name, total in totals.items():
        print(f"{name}: {ROWS} rows of {len(LENGTHS)} lengths, different: {total}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
