"""Named linalg operations on f16 and bf16 beside numpy.

usage: named_operations.py print | check LIBRARY

Wanted is what linalg defines: each product, sum and other result of a body rounds
once to the type of the result, and a reduction goes through its dimensions in
order, the last fastest. Here they are computed in f64, where products of two such
numbers are exact. Sums are not always, but rounded to f64 first they round on to
24 bits or fewer as they would have at once (53 >= 2 * 24 + 2).
"""

from __future__ import annotations

import ctypes
import itertools
import re
import sys
from dataclasses import dataclass
from typing import Callable

import numpy as np

sys.dont_write_bytecode = True

from memref import descriptor

SIZES = dict(b=2, c=3, f=4, h=5, i=2, j=3, k=37, m=5, n=19, w=6)
NARROW = ("bf16", "f16")


@dataclass
class Operation:
    """One operation: indices of operands and result as sums of dimensions, whose
    names are letters; `reduced` are in the order of the loops."""

    name: str
    text: str
    operands: tuple[str, ...]
    result: str
    reduced: str = ""
    combine: Callable = lambda a, b: a * b
    accumulate: Callable | None = lambda old, new: old + new


def contraction(name: str, lhs: str, rhs: str, result: str, reduced: str, suffix: str = "") -> Operation:
    return Operation(name + suffix, f"linalg.{name}", (lhs, rhs), result, reduced)


def with_maps(name: str, dims: str, lhs: str, rhs: str, result: str, reduced: str, suffix: str) -> Operation:
    maps = ", ".join(
        f"affine_map<({', '.join(dims)}) -> ({indices})>" for indices in (lhs, rhs, result)
    )
    op = contraction(name, lhs, rhs, result, reduced, suffix)
    op.text += f" indexing_maps = [{maps}]"
    return op


def pooling(name: str, x: str, result: str, accumulate: Callable) -> Operation:
    return Operation(name, f"linalg.{name}", (x, "i, j"), result, "ij", lambda a, _: a, accumulate)


def elementwise(name: str, combine: Callable, operands: int) -> Operation:
    return Operation(name, f"linalg.{name}", ("m, n",) * operands, "m, n", "", combine, None)


OPERATIONS = [
    contraction("dot", "k", "k", "", "k"),
    contraction("matvec", "m, k", "k", "m", "k"),
    contraction("vecmat", "k", "k, n", "n", "k"),
    contraction("batch_matvec", "b, m, k", "b, k", "b, m", "k"),
    contraction("batch_vecmat", "b, k", "b, k, n", "b, n", "k"),
    contraction("matmul", "m, k", "k, n", "m, n", "k"),
    contraction("batch_matmul", "b, m, k", "b, k, n", "b, m, n", "k"),
    contraction("batch_reduce_matmul", "b, m, k", "b, k, n", "m, n", "bk"),
    with_maps("matmul", "mnk", "k, m", "k, n", "m, n", "k", "_transposed_a"),
    with_maps("matmul", "mnk", "m, k", "n, k", "m, n", "k", "_transposed_b"),
    with_maps("batch_matmul", "bmnk", "b, k, m", "b, k, n", "b, m, n", "k", "_transposed_a"),
    with_maps("batch_matmul", "bmnk", "b, m, k", "b, n, k", "b, m, n", "k", "_transposed_b"),
    with_maps("contract", "bmnk", "m, b, k", "n, k, b", "n, m", "bk", ""),
    contraction("conv_1d", "w + i", "i", "w", "i"),
    contraction("conv_2d", "h + i, w + j", "i, j", "h, w", "ij"),
    contraction("conv_1d_nwc_wcf", "b, w + i, c", "i, c, f", "b, w, f", "ic"),
    contraction("conv_2d_nhwc_hwcf", "b, h + i, w + j, c", "i, j, c, f", "b, h, w, f", "ijc"),
    contraction("conv_2d_nhwc_fhwc", "b, h + i, w + j, c", "f, i, j, c", "b, h, w, f", "ijc"),
    contraction("conv_2d_nchw_fchw", "b, c, h + i, w + j", "f, c, i, j", "b, f, h, w", "cij"),
    contraction("depthwise_conv_2d_nhwc_hwc", "b, h + i, w + j, c", "i, j, c", "b, h, w, c", "ij"),
    contraction("depthwise_conv_2d_nchw_chw", "b, c, h + i, w + j", "c, i, j", "b, c, h, w", "ij"),
    pooling("pooling_nhwc_sum", "b, h + i, w + j, c", "b, h, w, c", lambda old, new: old + new),
    pooling("pooling_nhwc_max", "b, h + i, w + j, c", "b, h, w, c", np.maximum),
    pooling("pooling_nhwc_min", "b, h + i, w + j, c", "b, h, w, c", np.minimum),
    pooling("pooling_nchw_sum", "b, c, h + i, w + j", "b, c, h, w", lambda old, new: old + new),
    pooling("pooling_nchw_max", "b, c, h + i, w + j", "b, c, h, w", np.maximum),
    elementwise("add", np.add, 2),
    elementwise("sub", np.subtract, 2),
    elementwise("mul", np.multiply, 2),
    elementwise("div", np.divide, 2),
    elementwise("max", np.maximum, 2),
    elementwise("min", np.minimum, 2),
    elementwise("abs", np.abs, 1),
    elementwise("negf", np.negative, 1),
    elementwise("sqrt", np.sqrt, 1),
    elementwise("square", np.square, 1),
    elementwise("copy", lambda a: a, 1),
]


@dataclass
class Case:
    operation: Operation
    narrow: str
    wide: str

    @property
    def name(self) -> str:
        return f"{self.operation.name}_{self.narrow}_{self.wide}"


def all_cases() -> list[Case]:
    cases = [Case(op, t, t) for op in OPERATIONS for t in NARROW]
    # Operands that are widened to the type of the accumulator.
    cases += [Case(op, t, "f32") for op in OPERATIONS if op.reduced for t in NARROW]
    return cases


def shape(indices: str) -> tuple[int, ...]:
    if not indices:
        return ()
    last = {dim: size - 1 for dim, size in SIZES.items()}
    return tuple(eval(index, {}, last) + 1 for index in indices.split(","))


def tensor(indices: str, element: str) -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape(indices))}{element}>"


def print_module() -> None:
    for case in all_cases():
        op = case.operation
        types = [tensor(indices, case.narrow) for indices in op.operands]
        result = tensor(op.result, case.wide)
        names = [f"%x{i}" for i in range(len(types))]
        arguments = [f"{n}: {t}" for n, t in zip(names, types)] + [f"%y: {result}"]
        print(f"func.func @{case.name}({', '.join(arguments)}) -> {result} {{")
        operands = f"ins({', '.join(names)} : {', '.join(types)}) outs(%y : {result})"
        print(f"  %r = {op.text} {operands} -> {result}")
        print(f"  return %r : {result}\n}}")


def round_to(x: np.ndarray, element: str) -> np.ndarray:
    """To nearest even, as numbers of f64."""
    if element != "bf16":
        with np.errstate(over="ignore"):
            return x.astype({"f16": np.float16, "f32": np.float32}[element]).astype(np.float64)
    # The place of the last of 8 bits; below 2^-126 there are fewer.
    exponent = np.maximum(np.frexp(x)[1], -125)
    place = np.ldexp(1.0, np.where(np.isfinite(x), exponent, 0) - 8)
    rounded = np.rint(x / place) * place
    return np.where(np.abs(rounded) >= 2.0**128, np.copysign(np.inf, x), rounded)


def store(x: np.ndarray, element: str) -> np.ndarray:
    if element == "f16":
        return x.astype(np.float16)
    single = x.astype(np.float32)
    return single if element == "f32" else (single.view(np.uint32) >> 16).astype(np.uint16)


def load(x: np.ndarray, element: str) -> np.ndarray:
    if element == "bf16":
        x = (x.astype(np.uint32) << 16).view(np.float32)
    return x.astype(np.float64)


def values(rng: np.random.Generator, indices: str, element: str, odd: float) -> np.ndarray:
    x = rng.normal(0, 3, shape(indices))
    strange = [np.nan, np.inf, -np.inf, 0.0, -0.0, 2.0**-24, 6e4, -6e4, 3e38, 1e-40]
    x = np.where(rng.random(x.shape) < odd, rng.choice(strange, x.shape), x)
    return round_to(x, element)


def compute(case: Case, operands: list[np.ndarray], start: np.ndarray) -> np.ndarray:
    op = case.operation
    free = re.findall(r"\w", op.result)
    grid = dict(zip(free, np.ogrid[tuple(slice(SIZES[dim]) for dim in free)]))

    def take(x: np.ndarray, indices: str, at: dict) -> np.ndarray:
        return x[tuple(eval(index, {}, at) for index in indices.split(","))]

    result = start
    for at in itertools.product(*(range(SIZES[dim]) for dim in op.reduced)):
        place = {**grid, **dict(zip(op.reduced, at))}
        taken = [take(x, indices, place) for x, indices in zip(operands, op.operands)]
        value = round_to(op.combine(*taken), case.wide)
        if op.accumulate:
            value = round_to(op.accumulate(result, value), case.wide)
        result = np.broadcast_to(value, start.shape)
    return result


def check(path: str) -> int:
    library = ctypes.CDLL(path)
    rng = np.random.default_rng(5)
    elements = different = 0
    for case, odd in itertools.product(all_cases(), (0, 0.004)):
        op = case.operation
        operands = [values(rng, indices, case.narrow, odd) for indices in op.operands]
        start = values(rng, op.result, case.wide, 0)
        with np.errstate(all="ignore"):
            wanted = compute(case, operands, start)
            arrays = [store(x, case.narrow) for x in operands] + [store(start, case.wide)]
        arrays = [np.asarray(array) for array in arrays]
        result = np.zeros_like(arrays[-1])
        library[f"_mlir_ciface_{case.name}"](*map(descriptor, [*arrays, result]))
        found = load(result, case.wide)
        # What sign and payload a NaN has is not defined.
        same = (found == wanted) & (np.signbit(found) == np.signbit(wanted))
        same |= np.isnan(found) & np.isnan(wanted)
        elements += same.size
        different += int((~same).sum())
        if not same.all():
            at = tuple(np.argwhere(~same)[0])
            print(f"{case.name}: found {found[at]} at {at}, wanted {wanted[at]}")
    print(f"operations: {len(all_cases())}, elements: {elements}, different: {different}")
    return int(different != 0)


if __name__ == "__main__":
    sys.exit(print_module() if sys.argv[1] == "print" else check(sys.argv[2]))
