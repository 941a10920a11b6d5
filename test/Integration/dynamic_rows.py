"""Quantization with parameters chosen at run time, in one function.

Prints a module for the harness of mlir_module.py: choose_qparams and quantize of
the same input along rows, blocks of rows and the whole, whose results must be
those that the oracle has of the one and then of the other. With --want, the
line that the module must print.
"""

from __future__ import annotations

import sys
from itertools import product
from random import Random

sys.dont_write_bytecode = True

import case_values
import oracle
from case_model import Case, Layout, Operand, TensorType, parameter_type
from float_storages import print_cases
from oracle import FORMATS, Granularity, Parameters, Storage

SEED = 20
ROWS = Granularity(axis=0)
# Rows of whole vectors on every target, ragged rows, rows shorter than any
# vector, a middle dimension between, a ragged block, one row, none.
LAYOUTS = (
    Layout((5, 192), ROWS),
    Layout((7, 83), ROWS),
    Layout((9, 3), ROWS),
    Layout((3, 5, 37), ROWS),
    Layout((4, 96), Granularity(block_sizes=(1, 32))),
    Layout((3, 75), Granularity(block_sizes=(1, 32))),
    Layout((1, 100), ROWS),
    Layout((0, 16), ROWS),
    Layout((6, 40), Granularity(axis=1)),
    Layout((6, 40), Granularity()),
)


def build(number: int, layout: Layout, value: str, name: str, kind: str, dynamic: bool) -> Case:
    rng = Random(SEED * 10000 + number)
    storage, fmt = Storage.parse(name), FORMATS[value]
    dims = (dynamic,) * len(layout.shape)
    scales = parameter_type(layout, layout.granularity, dims, "f32")
    zeros = parameter_type(layout, layout.granularity, dims, f"i{storage.width}")
    symmetric = name != "u8"
    positions = oracle.parameter_positions(layout.shape, layout.granularity)
    bits = case_values.draw_ranges(rng, fmt, positions, scales.count, kind, storage)
    x = TensorType(layout.shape, value, dims)
    q = TensorType(layout.shape, f"i{storage.width}", dims)
    attributes = f"{layout.clause} storage = <{name}>"
    chosen = [("s", scales)] if symmetric else [("s", scales), ("z", zeros)]
    names = ", ".join(f"%{result}" for result, _ in chosen)
    types = ", ".join(str(type_) for _, type_ in chosen)
    results = types if symmetric else f"({types})"
    program = [
        f"  {names} = quant_ext.choose_qparams %x{attributes} : ({x}) -> {results}",
        f"  %q = quant_ext.quantize %x, {names}{attributes} : ({x}, {types}) -> {q}",
    ]

    def compute() -> list[list[int]]:
        s, z = oracle.choose_qparams(
            bits, fmt, positions, scales.count, storage, symmetric
        )
        parameters = Parameters(FORMATS["f32"], s, z)
        quantized = oracle.quantize(bits, fmt, positions, parameters, storage)
        return [quantized, s] if symmetric else [quantized, s, z]

    return Case(
        number, "rows", f"{layout} {value} to {name} data {kind}{' dynamic' if dynamic else ''}",
        [Operand("x", x, bits)], "", [q, *(type_ for _, type_ in chosen)], True, compute,
        program=program, outputs=["%q", *(f"%{result}" for result, _ in chosen)],
    )  # fmt: skip


def half_of(number: int) -> int:
    """Each half has every layout, value type and storage."""
    return number // 4 % 2


def all_cases(form: str) -> list[Case]:
    del form
    plans = [
        *product(LAYOUTS, ("f32", "f16", "bf16"), ("i8", "u8"), ("each",), (False, True)),
        *product(LAYOUTS, ("f32",), ("i4",), ("mixed",), (False, True)),
    ]
    return [build(number, *plan) for number, plan in enumerate(plans)]


if __name__ == "__main__":
    sys.exit(print_cases("dynamic_rows.py", __doc__, all_cases, half_of))
