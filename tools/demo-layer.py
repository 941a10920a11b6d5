#!/usr/bin/env python3
"""Runs one function of a module natively, in float and with quantized weights.

Functions are called through the C interface that MLIR emits (`_mlir_ciface_*`)
with memref descriptors; libraries come from `clang -shared`.
"""

from __future__ import annotations

import argparse
import ctypes
import math
import re
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Sequence

import ml_dtypes
import numpy as np

DTYPES = {
    "f16": np.dtype(np.float16),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
}
TENSOR = re.compile(r"tensor<((?:(?:\?|\d+)x)*)(b?f\d+)>")
FUNCTION = re.compile(r'^ *func\.func (?:public )?@("[^"]+"|[\w.$-]+)\((.*)$', re.M)
CONSTANT = re.compile(r"(?:arith|ml_program)\S* .*dense\S*<.*> : (tensor<\S+>)")
MIN_SECONDS = 0.5
SEED = 20240229


@dataclass(frozen=True)
class Tensor:
    """A ranked float tensor type; None is a dynamic size."""

    shape: tuple[Optional[int], ...]
    element: str

    @staticmethod
    def parse(text: str) -> Optional["Tensor"]:
        match = TENSOR.fullmatch(text)
        if not match or match[2] not in DTYPES:
            return None
        sizes = match[1].split("x")[:-1]
        return Tensor(tuple(None if s == "?" else int(s) for s in sizes), match[2])

    def with_sizes(self, size: int) -> tuple[int, ...]:
        """Fixes dynamic sizes: one image or sequence, `size` in the others."""
        return tuple(
            known if known is not None else (1 if axis == 0 and len(self.shape) > 2 else size)
            for axis, known in enumerate(self.shape)
        )


@dataclass(frozen=True)
class Function:
    name: str
    arguments: tuple[Tensor, ...]
    result: Tensor
    parameters: int


def parse_functions(text: str) -> list[Function]:
    """Finds the functions from float tensors to one float tensor.

    `text` is printed by an opt tool, so each signature is on one line.
    """
    found = []
    matches = list(FUNCTION.finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    for match, end in zip(matches, ends):
        before, arrow, after = match[2].rpartition(" -> ")
        arguments = re.findall(r"%\w+: ([^,\s)]+)", before)
        types = [Tensor.parse(argument) for argument in arguments]
        result = Tensor.parse(after.lstrip("(").split(" ")[0].rstrip(")"))
        if not arrow or not types or None in types or result is None:
            continue
        body = text[match.end() : end]
        constants = [Tensor.parse(constant) for constant in CONSTANT.findall(body)]
        sizes = [math.prod(c.shape) for c in constants if c and len(c.shape) > 1]
        name = match[1].strip('"')
        found.append(Function(name, tuple(types), result, max(sizes, default=0)))
    return found


def descriptor(rank: int) -> type[ctypes.Structure]:
    """Returns the C layout of a strided memref of `rank`."""
    fields = [
        ("allocated", ctypes.c_void_p),
        ("aligned", ctypes.c_void_p),
        ("offset", ctypes.c_int64),
    ]
    if rank:
        fields += [
            ("sizes", ctypes.c_int64 * rank),
            ("strides", ctypes.c_int64 * rank),
        ]
    return type(f"MemRef{rank}", (ctypes.Structure,), {"_fields_": fields})


def to_descriptor(array: np.ndarray) -> ctypes.Structure:
    value = descriptor(array.ndim)(array.ctypes.data, array.ctypes.data, 0)
    for axis in range(array.ndim):
        value.sizes[axis] = array.shape[axis]
        value.strides[axis] = array.strides[axis] // array.itemsize
    return value


def from_descriptor(value: ctypes.Structure, rank: int, dtype: np.dtype) -> np.ndarray:
    """Copies what the descriptor points at into a numpy array."""
    sizes = tuple(value.sizes) if rank else ()
    strides = tuple(s * dtype.itemsize for s in value.strides) if rank else ()
    span = sum((n - 1) * s for n, s in zip(sizes, strides)) + dtype.itemsize
    start = value.aligned + value.offset * dtype.itemsize
    raw = np.frombuffer((ctypes.c_char * span).from_address(start), np.uint8)
    return np.ndarray(sizes, dtype, raw, 0, strides).copy()


class NativeFunction:
    """A function in a shared library that takes tensors and returns a tensor."""

    def __init__(self, library: Path, function: Function) -> None:
        # Symbols of two libraries that hold the same function must not mix.
        self._library = ctypes.CDLL(str(library.resolve()), mode=ctypes.RTLD_LOCAL)
        self._entry = self._library[f"_mlir_ciface_{function.name}"]
        self._entry.restype = None
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = [ctypes.c_void_p]
        self._function = function

    def __call__(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        result, _ = self._call(arrays)
        array = from_descriptor(
            result, len(self._function.result.shape), DTYPES[self._function.result.element]
        )
        self._release(result, arrays)
        return array

    def seconds(self, arrays: Sequence[np.ndarray]) -> float:
        """Returns the median time of one call."""
        times: list[float] = []
        # Not the sum of the times: a call of a small layer costs far less than
        # what Python does around it, and would be repeated for minutes.
        deadline = time.perf_counter() + MIN_SECONDS
        while len(times) < 5 or time.perf_counter() < deadline:
            result, elapsed = self._call(arrays)
            self._release(result, arrays)
            times.append(elapsed)
        return statistics.median(times)

    def _call(self, arrays: Sequence[np.ndarray]) -> tuple[ctypes.Structure, float]:
        operands = [to_descriptor(array) for array in arrays]
        result = descriptor(len(self._function.result.shape))()
        pointers = [ctypes.byref(result), *map(ctypes.byref, operands)]
        start = time.perf_counter()
        self._entry(*pointers)
        return result, time.perf_counter() - start

    def _release(self, result: ctypes.Structure, arrays: Sequence[np.ndarray]) -> None:
        if result.allocated not in [array.ctypes.data for array in arrays]:
            self._free(result.allocated)


def make_inputs(function: Function, size: int) -> list[np.ndarray]:
    generator = np.random.default_rng(SEED)
    return [
        generator.standard_normal(argument.with_sizes(size)).astype(DTYPES[argument.element])
        for argument in function.arguments
    ]


def sqnr(original: np.ndarray, approximation: np.ndarray) -> float:
    """Returns 10 log10(sum x^2 / sum (x - y)^2) in dB, summed in f64."""
    x, y = original.astype(np.float64), approximation.astype(np.float64)
    signal, noise = float(np.sum(x**2)), float(np.sum((x - y) ** 2))
    if not noise:
        return math.inf
    return 10 * math.log10(signal / noise) if signal else -math.inf


def load_functions(path: Path) -> list[Function]:
    return parse_functions(path.read_text(encoding="utf-8", errors="replace"))


def choose(path: Path) -> str:
    """The name of the function with the largest constant; empty if there is none."""
    candidates = [f for f in load_functions(path) if f.parameters]
    best = max(candidates, key=lambda function: function.parameters, default=None)
    return best.name if best else ""


def run(path: Path, name: str, libraries: Sequence[str], size: int) -> None:
    """Times each LABEL=LIBRARY; the first one is the original of the others."""
    function = next((f for f in load_functions(path) if f.name == name), None)
    if function is None:
        sys.exit(f"demo-layer: error: {path} has no function {name!r} on float tensors")
    arrays = make_inputs(function, size)
    shapes = ", ".join("x".join(map(str, array.shape)) for array in arrays)
    print(f"layer {name}: {function.parameters} parameters, input {shapes}, seed {SEED}")
    reference: Optional[np.ndarray] = None
    for entry in libraries:
        label, _, library = entry.partition("=")
        native = NativeFunction(Path(library), function)
        result = native(arrays)
        line = f"  {label:<24} {native.seconds(arrays) * 1e6:12.1f} us"
        if reference is None:
            reference = result
        else:
            line += f"   output SQNR {sqnr(reference, result):8.2f} dB"
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(prog="demo-layer.py", description=__doc__)
    parser.add_argument(
        "module",
        type=Path,
        help="float module as text; large constants may be elided",
    )
    parser.add_argument(
        "--function", help="the function to run (without: print the largest one's name, or nothing)"
    )
    parser.add_argument(
        "--size",
        type=int,
        default=32,
        help="for dynamic sizes other than the batch, in elements (default: 32)",
    )
    parser.add_argument(
        "libraries", nargs="*", metavar="LABEL=LIBRARY.so", help="the float one first"
    )
    arguments = parser.parse_intermixed_args()
    if arguments.function is None:
        print(choose(arguments.module))
    else:
        run(arguments.module, arguments.function, arguments.libraries, arguments.size)


if __name__ == "__main__":
    main()
