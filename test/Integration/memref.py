"""Memrefs as functions take them through the C interface that MLIR emits."""

from __future__ import annotations

import ctypes

import numpy as np


def descriptor(array: np.ndarray) -> ctypes.Array:
    """Allocated, aligned, offset, sizes, strides, of any rank; it does not keep the
    array alive."""
    strides = [stride // array.itemsize for stride in array.strides]
    words = (array.ctypes.data, array.ctypes.data, 0, *array.shape, *strides)
    return (ctypes.c_int64 * len(words))(*words)
