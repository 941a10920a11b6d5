"""Scales that several elements share, good ones and others side by side.

Prints a module for the harness of mlir_module.py. What depends on scales alone is
computed once for as many elements, lanes, rows or blocks as share them, in ways
that hold for a range of scales only: here those at the ends of the range and
beyond it stand in all places between good ones, in tensors of enough rows for
strips and batches of rows (128 of each) to end within them. With --want, the
line that the module must print.
"""

from __future__ import annotations

import sys
from random import Random

sys.dont_write_bytecode = True

import case_builders
from case_model import Case, Layout, Plan
from float_storages import print_cases
from oracle import Granularity

SEED = 77
INNER = Granularity(axis=1)
OUTER = Granularity(axis=0)
LAYOUTS = (
    Layout((131, 35), INNER),
    Layout((9, 128), INNER),
    Layout((2, 5, 80), Granularity(axis=2)),
    Layout((150, 3), INNER),
    Layout((70, 7), INNER),
    Layout((37, 49), INNER),
    Layout((131, 32), OUTER),
    Layout((9, 70), OUTER),
    Layout((300, 5), OUTER),
    Layout((2, 20, 49), Granularity(axis=1)),
    Layout((50, 96), Granularity(block_sizes=(1, 32))),
    Layout((11, 70), Granularity(block_sizes=(1, 16))),
    Layout((10, 256), Granularity(block_sizes=(1, 128))),
    Layout((7, 40), Granularity(block_sizes=(1, 8))),
)
FORMS = (
    ("quantize", dict(storage="i8", asymmetric=False)),
    ("quantize", dict(storage="u8", asymmetric=True)),
    ("quantize", dict(storage="i8", asymmetric=False, dynamic="all")),
    ("quantize", dict(storage="i8", asymmetric=True, dynamic="first")),
    ("quantize", dict(storage="i8", asymmetric=False, division="reciprocal")),
    ("quantize", dict(storage="i16", asymmetric=False, value="f16")),
    ("quantize", dict(storage="i4", asymmetric=False, value="bf16", scale="bf16")),
    ("quantize", dict(storage="i4", asymmetric=False)),
    ("quantize", dict(storage="u4", asymmetric=True)),
    ("quantize", dict(storage="i8", asymmetric=True, rounding="half_away")),
    ("dequantize", dict(storage="u8", asymmetric=True, value="bf16")),
    ("fake_quantize", dict(storage="i8", asymmetric=False)),
    ("fake_quantize", dict(storage="u8", asymmetric=True, value="bf16")),
    ("fake_quantize", dict(storage="i8", asymmetric=False, division="reciprocal", value="bf16")),
)  # fmt: skip
KINDS = ("one", "extreme", "bad", "one")


def build(number: int, layout: Layout, form: tuple[str, dict], kind: str) -> Case:
    op, choices = form
    plan = Plan(layout, parameters=kind, **choices)
    return case_builders.build_on_values(op, number, plan, Random(SEED * 10000 + number))


def half_of(number: int) -> int:
    """Each half has every layout, form and kind of scales."""
    return number // 4 % 2


def all_cases(form: str) -> list[Case]:
    del form
    plans = []
    for place, layout in enumerate(LAYOUTS):
        for turn, choices in enumerate(FORMS):
            # Each kind with each form and each layout, but not with all of them.
            plans.append((layout, choices, KINDS[(place + turn) % 4]))
    return [build(number, *plan) for number, plan in enumerate(plans)]


if __name__ == "__main__":
    sys.exit(print_cases("shared_scales.py", __doc__, all_cases, half_of))
