"""Calls compiled functions through the C interface that MLIR emits.

Elements narrower than a byte are passed and returned packed: element i of w bits
lies in byte i * w / 8, from bit i * w % 8 up.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
from quant_ext_functions import Function, bits, width


def descriptor_type(rank: int) -> type[ctypes.Structure]:
    fields = [
        ("allocated", ctypes.c_void_p),
        ("aligned", ctypes.c_void_p),
        ("offset", ctypes.c_int64),
    ]
    if rank:
        fields += [("sizes", ctypes.c_int64 * rank), ("strides", ctypes.c_int64 * rank)]
    return type(f"MemRef{rank}", (ctypes.Structure,), {"_fields_": fields})


def passed_form(array: np.ndarray) -> np.ndarray:
    """The elements as a function takes or returns them."""
    elements, w = bits(array), width(array.dtype)
    if w >= 8:
        return elements
    packed = sum(int(element) << (i * w) for i, element in enumerate(elements.flat))
    size = (elements.size * w + 7) // 8
    return np.frombuffer(packed.to_bytes(size, "little"), np.uint8)


def unpacked(memory: np.ndarray, like: np.ndarray) -> np.ndarray:
    w = width(like.dtype)
    if w >= 8:
        return memory
    packed = int.from_bytes(memory.tobytes(), "little")
    # Whatever follows the last element must be 0.
    assert packed >> (like.size * w) == 0, hex(packed)
    elements = [packed >> (i * w) & (2**w - 1) for i in range(like.size)]
    return np.array(elements, np.uint8).reshape(like.shape)


def to_descriptor(array: np.ndarray) -> ctypes.Structure:
    value = descriptor_type(array.ndim)(array.ctypes.data, array.ctypes.data, 0)
    for axis in range(array.ndim):
        value.sizes[axis] = array.shape[axis]
        value.strides[axis] = array.strides[axis] // array.itemsize
    return value


def from_descriptor(value: ctypes.Structure, like: np.ndarray) -> np.ndarray:
    """Copies what `value` points at: elements of the type and rank of `like`."""
    sizes = tuple(value.sizes) if like.ndim else ()
    strides = tuple(s * like.itemsize for s in value.strides) if like.ndim else ()
    span = sum((n - 1) * s for n, s in zip(sizes, strides)) + like.itemsize
    start = value.aligned + value.offset * like.itemsize
    raw = np.frombuffer((ctypes.c_char * span).from_address(start), np.uint8)
    return np.ndarray(sizes, like.dtype, raw, 0, strides).copy()


def call(library: ctypes.CDLL, function: Function) -> list[np.ndarray]:
    operands = [passed_form(array) for array in function.operands.values()]
    wanted = list(function.results.values())
    forms = [passed_form(array) for array in wanted]
    fields = [(f"r{i}", descriptor_type(form.ndim)) for i, form in enumerate(forms)]
    results = type("Results", (ctypes.Structure,), {"_fields_": fields})()
    arguments = [to_descriptor(array) for array in operands]
    entry = library[f"_mlir_ciface_{function.name}"]
    entry.restype = None
    entry(ctypes.byref(results), *map(ctypes.byref, arguments))
    # Results are not freed: the process ends soon, and some may be constants.
    return [
        unpacked(from_descriptor(getattr(results, f"r{i}"), form), like)
        for i, (form, like) in enumerate(zip(forms, wanted))
    ]


def native_results(path: Path, functions: list[Function]) -> dict[str, list[np.ndarray]]:
    library = ctypes.CDLL(str(path.resolve()))
    return {function.name: call(library, function) for function in functions}
