"""Checks native code of dequantize to bf16 with every integer.

usage: bf16_products.py LIBRARY

The reference multiplies in numpy's f32 and rounds with ml_dtypes. Scales are of
all exponents and both signs, infinities and NaN among them, and those by which
some integer times the scale lies halfway between two numbers of bf16.
"""

from __future__ import annotations

import ctypes
import sys

import ml_dtypes
import numpy as np

sys.dont_write_bytecode = True

from memref import descriptor

f32 = np.float32


def scales_of_ties() -> np.ndarray:
    """Of integers up to 255: what they divide halves between numbers of bf16 by."""
    integers = np.arange(1, 256, dtype=np.float64)
    halves = np.arange(128, 256) + 0.5
    exponents = np.resize([-8.0, 0.0, -96.0, 80.0, -120.0], halves.size)
    return ((halves * 2.0**exponents) / integers[:, None]).astype(f32).ravel()


def other_scales(count: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    scales = rng.integers(0, 2**32, count, dtype=np.uint32)
    # Next to all powers of two, where a fast way may end.
    powers = np.arange(1, 255, dtype=np.uint32) << 23
    edges = np.concatenate([powers - 1, powers, powers + 1])
    special = np.array([0, np.inf, np.nan, 2.0**-149, 2.0**-126], f32).view(np.uint32)
    # NaN with all bits set that bf16 has, which must not carry.
    full = np.array([0x7FFFFFFF, 0x7FFF8000, 0x7FFE8000], np.uint32)
    positive = np.concatenate([edges, special, full])
    scales[: 2 * positive.size] = np.concatenate([positive, positive | 1 << 31])
    return scales.view(f32)


def count_different(
    library: ctypes.CDLL, name: str, q: np.ndarray, s: np.ndarray, z: np.ndarray | None
) -> tuple[int, int]:
    """Results that are not the reference's, and ties among all. Each integer by
    each scale, which are those of rows, or of columns as `name` says."""
    by_column = name.endswith("_by_column")
    shape = (q.size, s.size) if by_column else (s.size, q.size)
    spread = (lambda p: p) if by_column else (lambda p: p[:, None])
    integers = np.ascontiguousarray(np.broadcast_to(q[:, None] if by_column else q, shape))
    result = np.zeros(shape, np.uint16)
    operands = [integers, s] + ([] if z is None else [z]) + [result]
    entry = library[f"_mlir_ciface_{name}"]
    entry.restype = None
    entry(*[descriptor(operand) for operand in operands])

    difference = integers.astype(np.int32) - (0 if z is None else spread(z.astype(np.int32)))
    with np.errstate(all="ignore"):
        product = difference.astype(f32) * spread(s)
        wanted = product.astype(ml_dtypes.bfloat16)
    isnan = np.isnan(product)
    same = (result == wanted.view(np.uint16)) & ~isnan
    same |= isnan & np.isnan(result.view(ml_dtypes.bfloat16).astype(f32))
    is_tie = (product.view(np.uint32) & 0xFFFF) == 0x8000
    return int((~same).sum()), int((is_tie & ~isnan).sum())


def main() -> int:
    library = ctypes.CDLL(sys.argv[1])
    scales = np.concatenate([scales_of_ties(), other_scales(8192)])
    few = np.concatenate([scales[::997], other_scales(2048)[:1600]])
    zeros = np.random.default_rng(9).integers(0, 256, scales.size).astype(np.uint8)
    bytes_ = np.arange(256, dtype=np.uint8)
    cases = (
        ("i8", bytes_.view(np.int8), scales, None),
        ("u8", bytes_, scales, zeros),
        ("u8_by_column", bytes_, scales, zeros),
        ("i16", np.arange(2**16, dtype=np.uint16).view(np.int16)[::13].copy(), few, None),
    )
    for name, q, s, z in cases:
        different, ties = count_different(library, name, q, s, z)
        print(f"{name}: {s.size * q.size} products, different: {different}")
        print(f"{name}: {'enough' if ties > 30000 else 'too few'} ties: {ties}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
