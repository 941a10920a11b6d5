"""Which combinations are tested.

A full product of the choices would be some hundred thousand cases. Instead
every layout is taken a few times, and the other choices are drawn so that each
pair of them occurs together somewhere; `uncovered_pairs` lets a test assert
that this is so.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Iterator

import case_values
from case_model import Layout, Plan
from oracle import FORMATS, Granularity
from oracle_floats import VALUE_STORAGES

VALUES = ("f32", "bf16", "f16", "f64")

# Around the vector widths of all targets, and their multiples plus a rest.
TAILS = (1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 130, 200)

SYMMETRIC = (
    "i8", "i8<-127:127>", "i4", "i4<-7:7>", "i2", "i2<-1:1>", "i3", "i5", "i7",
    "i9", "i12", "i16", "i16<-32767:32767>", "i32",
)  # fmt: skip
ASYMMETRIC = (
    "i8", "u8", "i4", "u4", "i2", "u2", "u3", "u5", "i6", "u7", "i10", "u11",
    "i13", "u14", "i15", "i16", "u16", "u8<1:255>", "i8<-100:50>", "u4<1:14>",
)  # fmt: skip
ACCUMULATORS = ("i32", "i32", "i32", "i16", "u16", "i8", "u8", "i4")
RANGE_DATA = ("each", "ordinary", "mixed", "wide")


def layouts_without_blocks() -> Iterator[Layout]:
    for shape in ((), *((tail,) for tail in TAILS)):
        yield Layout(shape, Granularity())
    for shape in ((3, 65), (2, 3, 17), (2, 2, 3, 7), (0,), (3, 0), (0, 3)):
        yield Layout(shape, Granularity())
    for tail in TAILS:
        yield Layout((2, tail), Granularity(axis=1))
    yield Layout((65,), Granularity(axis=0))
    yield Layout((2, 2, 33), Granularity(axis=2))
    yield Layout((2, 2, 2, 17), Granularity(axis=3))
    for shape in ((3, 1), (4, 3), (3, 7), (5, 16), (3, 33), (2, 63), (3, 65), (7, 130)):
        yield Layout(shape, Granularity(axis=0))
    yield Layout((2, 3, 17), Granularity(axis=0))
    yield Layout((2, 2, 3, 7), Granularity(axis=0))
    yield Layout((2, 3, 17), Granularity(axis=1))
    yield Layout((2, 5, 64), Granularity(axis=1))
    yield Layout((2, 3, 2, 15), Granularity(axis=1))
    yield Layout((2, 2, 3, 33), Granularity(axis=2))
    for shape in ((0, 3), (3, 0)):
        for axis in (0, 1):
            yield Layout(shape, Granularity(axis=axis))
    # Rows that are laid side by side, more of them than are taken at a time.
    for shape in ((71, 3), (77, 7), (45, 5), (29, 12), (17, 25)):
        yield Layout(shape, Granularity(axis=1))
    for shape in ((2, 70, 3), (3, 66, 1), (2, 13, 25), (1, 11, 49)):
        yield Layout(shape, Granularity(axis=1))


BLOCKED = (
    ((4, 64), (1, 32)),
    ((4, 64), (1, 16)),
    ((64,), (64,)),
    ((65,), (32,)),
    ((7,), (10,)),
    ((3, 70), (1, 32)),
    ((5, 33), (2, 16)),
    ((4, 64), (-1, 16)),
    ((4, 64), (1, -1)),
    ((4, 6), (-1, -1)),
    ((3, 7), (1, 1)),
    ((5, 7), (2, 1)),
    ((6, 9), (3, 3)),
    ((9, 70), (4, 2)),
    ((5, 68), (-1, 4)),
    ((130, 3), (32, 1)),
    ((65, 2), (32, -1)),
    ((2, 6, 33), (1, 3, 16)),
    ((2, 3, 65), (2, -1, 32)),
    ((2, 3, 4, 17), (1, 3, 2, 16)),
    ((3, 2, 31), (2, 1, 8)),
    ((0, 64), (1, 32)),
)


def all_layouts() -> list[Layout]:
    blocked = [Layout(shape, Granularity(None, blocks)) for shape, blocks in BLOCKED]
    return [*layouts_without_blocks(), *blocked]


def layout_kind(layout: Layout) -> str:
    shape, granularity = layout.shape, layout.granularity
    if granularity.block_sizes is not None:
        return "blocks"
    if granularity.axis is None:
        return "per-tensor"
    if granularity.axis == len(shape) - 1:
        return "inner axis"
    return "outer axis" if granularity.axis == 0 else "middle axis"


# ---------------------------------------------------------------------------
# Choices and the pairs of them that must occur
# ---------------------------------------------------------------------------

Choices = dict[str, tuple]

WITHOUT_BLOCKS = ("requantize", "requantize_fixed_point")

SCHEMES = tuple(
    [(storage, False) for storage in SYMMETRIC]
    + [(storage, True) for storage in ASYMMETRIC]
)
FLOAT_SCHEMES = tuple((storage, False) for storage in VALUE_STORAGES)
# What can be dequantized.
READ_SCHEMES = (*FLOAT_SCHEMES, ("f8E8M0FNU", False))
DYNAMIC = ("static", "static", "all", "first", "last")
ROUNDINGS = ("half_even", "half_even", "half_away", "toward_zero", "stochastic")
PARAMETERS = ("ordinary", "ordinary", "ordinary", "extreme", "bad")


def choices_for(op: str, schemes: tuple = SCHEMES) -> Choices:
    choices: Choices = {"scheme": schemes, "dynamic": DYNAMIC}
    if op == "choose_qparams":
        choices |= {"value": VALUES, "data": RANGE_DATA}
        if schemes is FLOAT_SCHEMES:
            choices |= {
                "scale_storage": ("", "f8E8M0FNU", "f8E4M3FN"),
                "parameters": PARAMETERS,
            }
        return choices
    choices |= {"parameters": PARAMETERS}
    if op == "requantize":
        return choices | {
            "scheme": tuple(s for s in SCHEMES if s[0] != "i32"),
            "storage_in": ACCUMULATORS,
            "zero_point_in": (True, False),
            "axis_in": (True, False),
            "axis_out": (True, False),
            "scale": ("f32", "f32", "bf16", "f16", "f64"),
            "scale_out": ("f32", "f32", "bf16", "f16", "f64"),
            "rounding": ROUNDINGS,
        }
    if op == "requantize_fixed_point":
        return choices | {
            "storage_in": ACCUMULATORS,
            "zero_point_in": (True, False),
            "axis_in": (True, False),
            "axis_out": (True, False),
            "axis_zero_point_in": (True, False),
            "rounding_mode": ("double_round", "single_round"),
        }
    choices |= {"value": VALUES, "scale": VALUES}
    if op != "dequantize":
        choices |= {
            "division": ("exact", "reciprocal"),
            "rounding": ROUNDINGS,
            "precision": ("", "", "f16", "bf16"),
        }
        if schemes is FLOAT_SCHEMES:
            del choices["rounding"]
            choices |= {"saturate": (True, False)}
    return choices


def make_plan(layout: Layout, chosen: dict) -> Plan:
    fields = dict(chosen)
    storage, asymmetric = fields.pop("scheme")
    return Plan(layout, storage, asymmetric, **fields)


def is_possible(op: str, plan: Plan) -> bool:
    if plan.dynamic != "static" and not plan.layout.shape:
        return False
    if plan.storage.startswith("f4") and not plan.saturate:
        return False
    # Powers of two have no parameter.
    if plan.scale_storage == "f8E8M0FNU" and plan.parameters != "ordinary":
        return False
    if plan.storage_in.startswith("u") and not plan.zero_point_in:
        return False
    if op == "requantize_fixed_point":
        if plan.storage_in == "i32" and plan.zero_point_in:
            return False
    # Whether the single block of a dynamic dimension is 1 or dynamic in the
    # scale's type is not settled, so such types do not occur.
    blocks = plan.layout.granularity.block_sizes or ()
    return not any(
        dynamic and block == -1 for dynamic, block in zip(plan.dynamic_dims(), blocks)
    )


def pairs(plan: Plan, names: tuple[str, ...]) -> set[tuple]:
    values = {"layout kind": layout_kind(plan.layout)}
    for name in names:
        if name == "scheme":
            values[name] = (plan.storage, plan.asymmetric)
        else:
            values[name] = getattr(plan, name)
    return set(combinations(sorted(values.items()), 2))


def pick(
    op: str, rng: Random, layouts: list[Layout], choices: Choices, covered: set[tuple]
) -> Plan:
    """Of some random plans, the one that brings most new pairs."""
    best, best_gain = None, -1
    tries = 0
    while best is None or tries < 40:
        tries += 1
        chosen = {name: rng.choice(values) for name, values in choices.items()}
        plan = make_plan(rng.choice(layouts), chosen)
        if not is_possible(op, plan):
            continue
        gain = len(pairs(plan, tuple(choices)) - covered)
        if gain > best_gain:
            best, best_gain = plan, gain
    covered |= pairs(best, tuple(choices))
    return best


def possible_pairs(op: str, schemes: tuple = SCHEMES) -> set[tuple]:
    """By enumeration of each two choices, the rest at a harmless value."""
    choices = choices_for(op, schemes)
    harmless = {name: values[0] for name, values in choices.items()}
    if op in WITHOUT_BLOCKS:
        harmless |= {"zero_point_in": True, "storage_in": "i16"}
    layouts = {layout_kind(layout): layout for layout in layouts_for(op)}
    layouts["per-tensor"] = Layout((17,), Granularity())
    layouts["blocks"] = Layout((5, 33), Granularity(None, (2, 16)))
    if op in WITHOUT_BLOCKS:
        del layouts["blocks"]
    found = set()
    for layout in layouts.values():
        for first, second in combinations(choices, 2):
            for a in choices[first]:
                for b in choices[second]:
                    plan = make_plan(layout, harmless | {first: a, second: b})
                    if is_possible(op, plan):
                        found |= pairs(plan, tuple(choices))
    return found


def uncovered_pairs(op: str, plans: list[Plan]) -> set[tuple]:
    missing = set()
    for schemes in schemes_of(op):
        names = tuple(choices_for(op, schemes))
        covered = set().union(*(pairs(plan, names) for plan in plans))
        missing |= possible_pairs(op, schemes) - covered
    return missing


def schemes_of(op: str) -> tuple[tuple, ...]:
    if op in WITHOUT_BLOCKS:
        return (SCHEMES,)
    return (SCHEMES, READ_SCHEMES if op == "dequantize" else FLOAT_SCHEMES)


def layouts_for(op: str) -> list[Layout]:
    return list(layouts_without_blocks()) if op in WITHOUT_BLOCKS else all_layouts()


# ---------------------------------------------------------------------------
# Plans chosen by hand
# ---------------------------------------------------------------------------


def sweep_plans(op: str) -> Iterator[Plan]:
    """Every unusual scale of every format, for both places of its axis."""
    for scale in VALUES:
        for kind in ("extreme", "bad"):
            listed = {
                "extreme": case_values.legal_extreme_scales,
                "bad": case_values.bad_scales,
            }[kind](FORMATS[scale])
            # Two of three scales are unusual, so all of them have room.
            count = len(listed) * 3 // 2 + 2
            value = "f64" if scale == "f64" else "f32"
            outer = Plan(
                Layout((count, 17), Granularity(axis=0)),
                "u8", True, value=value, scale=scale, parameters=kind,
            )  # fmt: skip
            inner = replace(
                outer,
                layout=Layout((5, count), Granularity(axis=1)),
                storage="i8", asymmetric=False,
            )  # fmt: skip
            if op == "requantize":
                yield replace(outer, scale_out=scale, zero_point_in=True)
                yield replace(inner, scale_out=scale, axis_out=False)
                yield replace(inner, scale_out=scale, axis_in=False)
                continue
            yield outer
            yield inner
            if op != "dequantize":
                yield replace(outer, division="reciprocal")
                yield replace(inner, division="reciprocal")


def worked_example_plans() -> Iterator[Plan]:
    for value in ("f32", "f64"):
        for granularity in (Granularity(), Granularity(0), Granularity(1)):
            yield Plan(
                Layout((4, 3), granularity),
                "i8", False, value=value, scale=value, data="worked example",
            )  # fmt: skip


def range_plans() -> Iterator[Plan]:
    """Every kind of input for every value type, symmetric and not."""
    count = len(case_values.RANGE_KINDS)
    for value in VALUES:
        for storage, asymmetric in (("i8", False), ("u8", True), ("i8", True)):
            for layout in (
                Layout((count + 1, 33), Granularity(axis=0)),
                Layout((7, count + 1), Granularity(axis=1)),
            ):
                yield Plan(layout, storage, asymmetric, value=value, data="each")
        for storage in ("i2<-1:1>", "i2<0:1>"):
            asymmetric = storage == "i2<0:1>"
            layout = Layout((5,), Granularity())
            yield Plan(layout, storage, asymmetric, value=value, data="huge")


def scale_plans() -> Iterator[Plan]:
    """Every kind of input for quantized scales of the block formats."""
    count = len(case_values.RANGE_KINDS)
    for value in VALUES:
        for scale_storage, size in (("f8E8M0FNU", 32), ("f8E4M3FN", 16)):
            layout = Layout((count + 1, 2 * size + 1), Granularity(None, (1, size)))
            for storage in VALUE_STORAGES:
                yield Plan(
                    layout, storage, False,
                    value=value, data="each", scale_storage=scale_storage,
                )  # fmt: skip
    for value in ("f32", "f64"):
        for storage in VALUE_STORAGES:
            yield Plan(
                Layout((300,), Granularity(axis=0)), storage, False,
                value=value, data="scale ties", scale_storage="f8E4M3FN",
            )  # fmt: skip


def rounding_plans(op: str) -> Iterator[Plan]:
    """More values than one plan of a kind has, whole vectors and a rest."""
    wide = Layout((3, 130), Granularity(axis=0))
    flat = Layout((200,), Granularity())
    for rounding in ("half_away", "toward_zero", "stochastic"):
        if op == "requantize":
            yield Plan(wide, "u8", True, zero_point_in=True, rounding=rounding)
            yield Plan(flat, "i8", False, axis_in=False, axis_out=False, rounding=rounding)
            continue
        for value in VALUES:
            yield Plan(wide, "u8", True, value=value, scale=value, rounding=rounding)
        yield Plan(flat, "i8", False, rounding=rounding)
        yield Plan(flat, "i32", False, rounding=rounding)
    if op != "requantize":
        # Quotients that overflow f16 are within the storage's range.
        yield Plan(flat, "i32", False, rounding="stochastic", precision="f16")


def shift_plans() -> Iterator[Plan]:
    """Every edge of multiplier and shift with every other, in both modes."""
    count = len(case_values.EDGE_MULTIPLIERS) * len(case_values.EDGE_SHIFTS)
    for rounding_mode in ("double_round", "single_round"):
        outer = Plan(
            Layout((count, 33), Granularity(axis=0)),
            "i32", False, parameters="extreme", rounding_mode=rounding_mode,
        )  # fmt: skip
        yield outer
        yield replace(
            outer,
            layout=Layout((5, count), Granularity(axis=1)),
            storage="u8", asymmetric=True, storage_in="i16", zero_point_in=True,
        )  # fmt: skip
        flat = Layout((200,), Granularity())
        for storage, asymmetric in (("i8", False), ("u8", True), ("i4", True), ("i16", True)):
            yield Plan(flat, storage, asymmetric, rounding_mode=rounding_mode,
                       axis_in=False, axis_out=False, axis_zero_point_in=False)


def hand_picked(op: str) -> Iterator[Plan]:
    if op in ("quantize", "fake_quantize", "choose_qparams"):
        yield from worked_example_plans()
    if op == "choose_qparams":
        yield from range_plans()
    elif op == "requantize_fixed_point":
        yield from shift_plans()
    else:
        yield from sweep_plans(op)
    if op in ("quantize", "fake_quantize", "requantize"):
        yield from rounding_plans(op)


# ---------------------------------------------------------------------------
# The list of an op
# ---------------------------------------------------------------------------


def covering_plans(op: str, rng: Random, schemes: tuple) -> Iterator[Plan]:
    choices = choices_for(op, schemes)
    covered: set[tuple] = set()
    layouts = layouts_for(op)
    for place, layout in enumerate(layouts):
        # Once in f32, whose vector code matters most, once in another type; for
        # float storages, which share all but the last step, in one of them.
        types = (("f32",), (VALUES[1 + place % 3],))
        if schemes is not SCHEMES:
            types = ((VALUES[place % 4],),)
        for values in types:
            narrowed = choices | {"value": values} if "value" in choices else choices
            yield pick(op, rng, [layout], narrowed, covered)
    nonempty = [l for l in layouts if l.shape and 0 not in l.shape]
    missing = possible_pairs(op, schemes) - covered
    while missing:
        plan = pick(op, rng, nonempty, choices, covered)
        if pairs(plan, tuple(choices)) & missing:
            yield plan
        missing -= covered


def all_plans(op: str, seed: int) -> list[Plan]:
    plans = list(hand_picked(op))
    for schemes, name in zip(schemes_of(op), ("plans", "float plans")):
        plans += covering_plans(op, Random(f"{seed}/{op}/{name}"), schemes)
    if op == "choose_qparams":
        plans += scale_plans()
    return plans


OPS: tuple[str, ...] = (
    "quantize",
    "dequantize",
    "fake_quantize",
    "requantize",
    "requantize_fixed_point",
    "choose_qparams",
)
