"""Compares float storages with ml_dtypes, which others wrote.

Prints a module for the harness of mlir_module.py: all 65536 inputs of f16 and
of bf16, the ties and edges of f32 and f64, and all patterns of a storage as
inputs of dequantize, each with scale 1. With --want, the line that the
module must print.
"""

from __future__ import annotations

import argparse
import sys
from typing import Callable, Iterator

sys.dont_write_bytecode = True

import ml_dtypes
import numpy as np

import mlir_module
from case_model import Case, Operand, TensorType

STORAGES = {
    "f8E4M3FN": ml_dtypes.float8_e4m3fn,
    "f8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "f8E5M2": ml_dtypes.float8_e5m2,
    "f8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
    "f4E2M1FN": ml_dtypes.float4_e2m1fn,
}
# Of scales: only dequantize has it.
SCALE_STORAGES = {"f8E8M0FNU": ml_dtypes.float8_e8m0fnu}
VALUES = {
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "f32": np.float32,
    "f64": np.float64,
}
UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def bits_of(array: np.ndarray) -> np.ndarray:
    return array.view(UNSIGNED[array.dtype.itemsize])


def all_numbers(storage: str) -> np.ndarray:
    width = 4 if storage.startswith("f4") else 8
    return np.arange(1 << width, dtype=np.uint8).view((STORAGES | SCALE_STORAGES)[storage])


def finite_magnitudes(storage: str) -> np.ndarray:
    numbers = all_numbers(storage).astype(np.float64)
    return np.unique(np.abs(numbers[np.isfinite(numbers)]))


def ties_and_edges(storage: str, value: type) -> np.ndarray:
    """Numbers of the storage, what lies halfway between two of them, the
    neighbours of both, and what lies far outside."""
    exact = finite_magnitudes(storage)
    # Where the next number would be, were there more.
    exact = np.append(exact, 2 * exact[-1] - exact[-2])
    halfway = (exact[1:] + exact[:-1]) / 2
    points = np.concatenate([exact, halfway]).astype(value)
    limits = np.finfo(value)
    far = np.array(
        [limits.max, limits.tiny, limits.smallest_subnormal, 1e30, 1e-30, 65536, 131072,
         np.inf, np.nan],
        dtype=value,
    )  # fmt: skip
    below = np.nextafter(points, value(0))
    above = np.nextafter(points, value(np.inf))
    magnitudes = np.concatenate([points, below, above, far])
    return np.concatenate([magnitudes, -magnitudes])


def inputs(storage: str, value: str) -> np.ndarray:
    type_ = VALUES[value]
    if np.dtype(type_).itemsize == 2:
        return np.arange(1 << 16, dtype=np.uint16).view(type_)
    return ties_and_edges(storage, type_)


def to_f32(x: np.ndarray) -> np.ndarray:
    """ml_dtypes converts f64 by way of f32, and so rounds twice. Here the first
    time never gives a tie of the second: what is inexact has an odd last bit."""
    nearest = x.astype(np.float32)
    back = nearest.astype(np.float64)
    away = np.where(np.abs(back) > np.abs(x), -1, 1)
    is_moved = (back != x) & ~np.isnan(x) & (bits_of(nearest) % 2 == 0)
    moved = (bits_of(nearest).astype(np.int64) + away).astype(np.uint32)
    return np.where(is_moved, moved, bits_of(nearest)).view(np.float32)


def expected_storage(x: np.ndarray, storage: str, saturate: bool) -> list[int]:
    """ml_dtypes' conversion does not saturate (but for the format without NaN)
    and keeps the sign of NaN."""
    type_ = STORAGES[storage]
    with np.errstate(all="ignore"):
        wide = x.astype(np.float64)
        narrowed = to_f32(x) if x.dtype == np.float64 else x
        result = narrowed.astype(type_)
        converted = result.astype(np.float64)
        bits = bits_of(result).copy()
    if storage == "f4E2M1FN":
        bits[np.isnan(wide)] = 0
        return bits.tolist()
    nan = {"f8E4M3FN": 0x7F, "f8E5M2": 0x7E}.get(storage, 0x80)
    largest = type_(finite_magnitudes(storage)[-1])
    overflows = ~np.isnan(wide) & ~np.isfinite(converted)
    if saturate:
        signed = np.where(wide < 0, -largest, largest).astype(type_)
        bits[overflows] = bits_of(signed)[overflows]
        bits[np.isnan(wide)] = nan
    else:
        bits[np.isnan(converted)] = nan
    return bits.tolist()


def expected_values(storage: str, value: str) -> list[int]:
    with np.errstate(all="ignore"):
        wide = all_numbers(storage).astype(np.float32)
        return bits_of(wide.astype(VALUES[value])).tolist()


def scale() -> Operand:
    return Operand("scale", TensorType((), "f32"), [0x3F800000])


def quantize_case(number: int, storage: str, value: str, saturate: bool) -> Case:
    x = inputs(storage, value)
    clause = "" if saturate else " saturate = false"
    return Case(
        number,
        "quantize",
        f"{value} to {storage}{clause}",
        [Operand("x", TensorType(x.shape, value), bits_of(x).tolist()), scale()],
        f" %x, %scale storage = <{storage}>{clause}",
        [TensorType(x.shape, storage)],
        True,
        lambda: [expected_storage(x, storage, saturate)],
    )


def dequantize_case(number: int, storage: str, value: str) -> Case:
    q = bits_of(all_numbers(storage)).tolist()
    return Case(
        number,
        "dequantize",
        f"{storage} to {value}",
        [Operand("q", TensorType((len(q),), storage), q), scale()],
        f" %q, %scale storage = <{storage}>",
        [TensorType((len(q),), value)],
        True,
        lambda: [expected_values(storage, value)],
    )


def all_cases() -> Iterator[Case]:
    number = 0
    for storage in STORAGES:
        for value in VALUES:
            for saturate in (True, False):
                if saturate or not storage.startswith("f4"):
                    yield quantize_case(number, storage, value, saturate)
                    number += 1
            yield dequantize_case(number, storage, value)
            number += 1
    for storage in SCALE_STORAGES:
        for value in VALUES:
            yield dequantize_case(number, storage, value)
            number += 1


def print_cases(
    script: str,
    description: str,
    cases_of_form: Callable[[str], list[Case]],
    half_of: Callable[[int], int] | None = None,
) -> int:
    """What a generator does: the module of its cases and what it must print, that
    line alone, or the functions alone, for guarded_calls.py. Where a case belongs to
    a half, either half of them can be asked for."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--form", default="arguments", choices=("arguments", "constants"))
    parser.add_argument("--want", help="write what the module must print to this file")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--functions", action="store_true")
    if half_of:
        parser.add_argument("--half", type=int, choices=range(2), help="(default: both)")
    options = parser.parse_args()
    cases = cases_of_form(options.form)
    if half_of and options.half is not None:
        cases = [case for case in cases if half_of(case.number) == options.half]
    if options.count:
        print(mlir_module.last_line(cases))
        return 0
    if options.functions:
        for case in cases:
            print("\n".join(mlir_module.case_function(case, options.form, None)))
        return 0
    rerun = f"{script} --form {options.form}"
    mlir_module.print_module(cases, options.form, rerun, want_file=options.want)
    return 0


if __name__ == "__main__":
    sys.exit(print_cases("float_storages.py", __doc__, lambda form: list(all_cases())))
