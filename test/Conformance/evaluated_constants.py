"""Reads what constant evaluation made of functions without arguments."""

from __future__ import annotations

import re

import numpy as np
from quant_ext_functions import Function, bits, element_type

_FUNCTION = re.compile(r"func\.func @(\w+)\(\).*?^  }", re.M | re.S)
_CONSTANT = re.compile(r"(%\w+) = arith\.constant dense<(.*)> : tensor<(?:\d+x)*(\w+)>")
_RETURN = re.compile(r"return ((?:%\w+(?:, )?)+) :")


def read_bits(text: str, like: np.ndarray) -> np.ndarray:
    """`text` is what stands in dense<>: hexadecimal bytes, or one value that
    all elements share."""
    unsigned = bits(like).dtype
    if text.startswith('"0x'):
        raw = np.frombuffer(bytes.fromhex(text[3:-1]), unsigned)
        # Past the width of an element a byte holds anything.
        return bits(raw.view(like.dtype).reshape(like.shape))
    if text.startswith("0x"):
        value = np.array(int(text, 16), unsigned).view(like.dtype)
    elif element_type(like.dtype).startswith("i"):
        # Signless elements are printed as signed.
        value = np.array(int(text) % 2 ** (8 * unsigned.itemsize), unsigned).view(like.dtype)
    else:
        value = np.array(float(text)).astype(like.dtype)
    return np.full(like.shape, bits(value))


def constant_results(module: str, functions: list[Function]) -> dict[str, list[np.ndarray]]:
    """The bits that each function returns, if it is nothing but constants."""
    bodies = {match[1]: match[0] for match in _FUNCTION.finditer(module)}
    found = {}
    for function in functions:
        body = bodies[function.name]
        constants = {c[1]: c for c in _CONSTANT.finditer(body)}
        names = _RETURN.search(body)[1].split(", ")
        wanted = function.results.values()
        if len(constants) != body.count(" = ") or len(names) != len(wanted):
            continue
        results = []
        for name, like in zip(names, wanted):
            assert constants[name][3] == element_type(like.dtype), function.name
            results.append(read_bits(constants[name][2], like))
        found[function.name] = results
    return found
