"""Properties of the operations, each as pairs of functions that must agree.

No reference is needed: one side says the same thing as the other in another
way, or the results of one function are in order, or within bounds that follow
from its inputs.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random
from typing import Callable

import case_builders
import case_plans
import case_values
import mlir_module
import oracle
from case_model import Case, Layout, Operand, Plan, TensorType, parameter_type
from oracle import F32, F64, FORMATS, FloatFormat, Granularity, Storage


@dataclass(frozen=True)
class Function:
    """Operands are its arguments, or constants inside of it."""

    operands: list[Operand]
    body: list[str]
    results: list[TensorType]
    as_constants: bool = False


@dataclass
class PropertyCase:
    """`functions`: their results are equal, where there are two. `ascending`:
    those of the one are in order. `bounds`: they lie between these bits."""

    number: int
    description: str
    functions: list[Function]
    ascending: bool = False
    bounds: tuple[list[int], list[int]] | None = None
    signed: bool = True
    schedule: list[str] = field(default_factory=list)


# ---------------------------------------------------------------------------
# Plans
# ---------------------------------------------------------------------------

ON_VALUES = ("quantize", "dequantize", "fake_quantize")
ELEMENTWISE = (*ON_VALUES, "requantize")


def draw_plan(rng: Random, op: str, layout: Layout, **fixed: object) -> Plan:
    choices = case_plans.choices_for(op)
    while True:
        chosen = {name: rng.choice(values) for name, values in choices.items()}
        plan = case_plans.make_plan(layout, chosen | fixed)
        if case_plans.is_possible(op, plan):
            return plan


def build(op: str, number: int, plan: Plan, rng: Random) -> Case:
    return case_builders.BUILDERS[op](op, number, plan, rng)


def function_of(case: Case) -> Function:
    return Function(case.operands, [mlir_module.op_line(case)], case.results)


def draw_shape(rng: Random, ranks: tuple[int, ...]) -> tuple[int, ...]:
    """The innermost dimension takes all widths around those of vectors."""
    outer = [rng.randint(1, 5) for _ in range(rng.choice(ranks) - 1)]
    return (*outer, rng.choice(case_plans.TAILS))


# ---------------------------------------------------------------------------
# Folding and then lowering gives what lowering alone gives
# ---------------------------------------------------------------------------


class Chain:
    """A program of several operations, each on results of those before."""

    def __init__(self, layout: Layout, x: Operand, dims: tuple[bool, ...]) -> None:
        self.layout, self.dims = layout, dims
        self.types = {x.name: x.type}
        self.lines: list[str] = []

    def tensor(self, element: str) -> TensorType:
        return TensorType(self.layout.shape, element, self.dims)

    def parameter(self, element: str) -> TensorType:
        return parameter_type(self.layout, self.layout.granularity, self.dims, element)

    def add(
        self, op: str, text: str, used: list[str], made: dict[str, TensorType]
    ) -> None:
        self.types |= made
        names = ", ".join(f"%{name}" for name in made)
        operand_types = ", ".join(str(self.types[name]) for name in used)
        result_types = mlir_module.results_text(list(made.values()))
        self.lines.append(
            f"  {names} = quant_ext.{op} {text} : ({operand_types}) -> {result_types}"
        )

    def choose(self, source: str, storage: str, asymmetric: bool, tag: str) -> list[str]:
        value = self.types[source].element
        made = {f"s{tag}": self.parameter("f64" if value == "f64" else "f32")}
        if asymmetric:
            width = Storage.parse(storage).width
            made[f"z{tag}"] = self.parameter(f"i{width}")
        text = f"%{source}{self.layout.clause} storage = <{storage}>"
        self.add("choose_qparams", text, [source], made)
        return list(made)

    def apply(
        self, op: str, used: list[str], storage: str, result: str, made: TensorType,
        more: str = "",
    ) -> None:  # fmt: skip
        names = ", ".join(f"%{name}" for name in used)
        random, seeds = self.random(more)
        text = f"{names}{random}{self.layout.clause} storage = <{storage}>{more}"
        self.add(op, text, [*used, *seeds], {result: made})

    def random(self, modes: str) -> tuple[str, list[str]]:
        """The clause, and the operand in it, that stochastic rounding takes."""
        if "stochastic" not in modes:
            return "", []
        if "seed" not in self.types:
            self.types["seed"] = TensorType((), "i64")
            bits = [len(self.lines) << 33 | 5]
            self.lines.append(mlir_module.constant("seed", self.types["seed"], bits))
        return " random(%seed)", ["seed"]


def draw_scheme(rng: Random) -> tuple[str, bool]:
    """Without i32, for which no zero point and no second quantization fits."""
    while True:
        storage, asymmetric = rng.choice(case_plans.SCHEMES)
        if storage != "i32":
            return storage, asymmetric


def chain_end(rng: Random, chain: Chain, parameters: list[str], storage: str) -> None:
    """Turns %q or %y, which it became, into %last."""
    q_type = chain.types["q"]
    kinds = ["same", "other", "fake"]
    scales_are_f32 = chain.types["s0"].element == "f32"
    if scales_are_f32 and chain.layout.granularity.block_sizes is None:
        kinds += ["requantize", "requantize"]
    kind = rng.choice(kinds)
    named = rng.choice(("", "half_away", "toward_zero", "stochastic"))
    rounding = f" rounding = {named}" if named else ""
    modes = rounding + rng.choice(("", " division = reciprocal"))
    if kind == "same":
        # The one pair that may be dropped without being computed.
        chain.apply("quantize", ["y", *parameters], storage, "last", q_type, modes)
        return
    other, asymmetric = draw_scheme(rng)
    more = chain.choose("y", other, asymmetric, "1")
    result = chain.tensor(f"i{Storage.parse(other).width}")
    if kind == "other":
        chain.apply("quantize", ["y", *more], other, "last", result, modes)
    elif kind == "fake":
        y_type = chain.types["y"]
        chain.apply("fake_quantize", ["y", *more], other, "last", y_type, modes)
    elif chain.types["s1"].element != "f32":
        chain.apply("dequantize", ["q", *parameters], storage, "last", chain.types["y"])
    else:
        ins, outs = (", ".join(f"%{n}" for n in names) for names in (parameters, more))
        random, seeds = chain.random(rounding)
        text = (
            f"%q in({ins}) out({outs}){random}{chain.layout.clause}"
            f" storage_in = <{storage}> storage = <{other}>{rounding}"
        )
        used = ["q", *parameters, *more, *seeds]
        chain.add("requantize", text, used, {"last": result})


def fold_case(number: int, rng: Random) -> PropertyCase:
    layout = rng.choice([l for l in case_plans.all_layouts() if 0 not in l.shape])
    storage, asymmetric = draw_scheme(rng)
    value, middle = rng.choice(case_plans.VALUES), rng.choice(case_plans.VALUES)
    positions = oracle.parameter_positions(layout.shape, layout.granularity)
    count = oracle.element_count(layout.granularity.parameter_shape(layout.shape))
    bits = case_values.draw_ranges(
        rng, FORMATS[value], positions, count, "each", Storage.parse(storage)
    )
    x = Operand("x", TensorType(layout.shape, value), bits)
    chain = Chain(layout, x, x.type.dynamic)
    parameters = chain.choose("x", storage, asymmetric, "0")
    q_type = chain.tensor(f"i{Storage.parse(storage).width}")
    chain.apply("quantize", ["x", *parameters], storage, "q", q_type)
    chain.apply("dequantize", ["q", *parameters], storage, "y", chain.tensor(middle))
    chain_end(rng, chain, parameters, storage)
    names = [*parameters, "q", "y", "last"]
    renamed = "\n".join(chain.lines)
    for place, name in enumerate(names):
        renamed = re.sub(rf"%{name}\b", f"%r{place}", renamed)
    body, results = renamed.split("\n"), [chain.types[name] for name in names]
    return PropertyCase(
        number,
        f"{value} through {storage} [{layout}] to {middle}",
        [Function([x], body, results, True), Function([x], body, results)],
    )


# ---------------------------------------------------------------------------
# Larger inputs never give smaller results, unless each draws a number of its own
# ---------------------------------------------------------------------------


def ascending_bits(fmt: FloatFormat, bits: list[int]) -> list[int]:
    """Sorted by value, with both infinities and without NaN."""
    ordered = [b for b in bits if not oracle.is_nan(fmt, b)]
    ordered += [fmt.infinity, fmt.infinity | fmt.sign_bit]
    ordered += [0] * (len(bits) - len(ordered))

    def key(b: int) -> int:
        magnitude = oracle.magnitude_bits(fmt, b)
        return -magnitude if oracle.is_negative(fmt, b) else magnitude

    return sorted(ordered, key=key)[: len(bits)]


def ascending_case(number: int, rng: Random) -> PropertyCase:
    op = ELEMENTWISE[number % len(ELEMENTWISE)]
    layout = Layout((rng.choice([63, 130, 200, 333]),), Granularity())
    kind = rng.choice(("ordinary", "extreme"))
    plan = draw_plan(rng, op, layout, parameters=kind)
    while plan.rounding == "stochastic":
        plan = draw_plan(rng, op, layout, parameters=kind)
    case = build(op, number, plan, rng)
    first = case.operands[0]
    if first.type.is_float:
        bits = ascending_bits(FORMATS[first.type.element], first.bits)
    else:
        storage = plan.storage_in if op == "requantize" else plan.storage
        bits = sorted(first.bits, key=Storage.parse(storage).to_integer)
    case.operands[0] = replace(first, bits=bits)
    signed = plan.parsed_storage.signed
    return PropertyCase(
        number, case.description, [function_of(case)], ascending=True, signed=signed
    )


# ---------------------------------------------------------------------------
# In range, the error is that of half a step (of a whole one toward zero and by a
# random number) and of the roundings
# ---------------------------------------------------------------------------


def unit_in_last_place(fmt: FloatFormat, magnitude: Fraction) -> Fraction:
    exponent = fmt.min_exponent
    if magnitude > 0:
        exponent = max(oracle.floor_log2(magnitude), exponent)
    return oracle.power_of_two(exponent - fmt.fraction_bits)


def error_bound(
    fmt: FloatFormat, t: FloatFormat, x: Fraction, s: Fraction, rounding: str
) -> Fraction:
    bound = s if rounding in ("toward_zero", "stochastic") else s / 2
    bound += abs(x) * oracle.power_of_two(-51 if t == F64 else -22)
    if fmt != t:
        # One more rounding, of a result that may be in the next binade.
        bound += unit_in_last_place(fmt, abs(x) + s) / 2
    return bound


def within(fmt: FloatFormat, low: Fraction, high: Fraction) -> tuple[int, int]:
    """The lowest and highest numbers of a format that are inside."""
    ends = []
    for value, toward in ((low, 1), (high, -1)):
        bits = oracle.round_to_format(fmt, value)
        beyond = (oracle.exact_value(fmt, bits) - value) * toward < 0
        if beyond and oracle.is_zero(fmt, bits):
            bits = 1 if toward > 0 else fmt.sign_bit | 1
        elif beyond:
            inward = oracle.is_negative(fmt, bits) == (toward > 0)
            bits += -1 if inward else 1
        ends.append(bits)
    return ends[0], ends[1]


def in_range_value(
    rng: Random, fmt: FloatFormat, scale: Fraction, low: int, high: int
) -> int:
    """A number within half a step of [low, high] steps, and far from overflow."""
    position = rng.randint(low, high) + Fraction(rng.randint(-32, 32), 64)
    if rng.random() < 0.3:
        position = low + Fraction(rng.getrandbits(60), 1 << 60) * (high - low)
    bits = oracle.round_to_format(fmt, position * scale)
    limit = oracle.exact_value(fmt, fmt.largest_finite) / 4
    is_far = oracle.is_finite(fmt, bits) and abs(oracle.exact_value(fmt, bits)) < limit
    if not is_far or scale > limit:
        return 0
    x = oracle.exact_value(fmt, bits)
    half = Fraction(1, 2)
    return bits if low - half <= x / scale <= high + half else 0


def wide_scale(rng: Random, value: FloatFormat, fmt: FloatFormat) -> int:
    reach = 8 if oracle.F16 in (value, fmt) else 60
    significand = Fraction(rng.getrandbits(53) | (1 << 53), 1 << 53)
    exponent = rng.choice([-4, rng.randint(-reach, reach)])
    return oracle.round_to_format(fmt, significand * oracle.power_of_two(exponent))


def error_case(number: int, rng: Random) -> PropertyCase:
    layouts = [l for l in case_plans.all_layouts() if 0 not in l.shape]
    layout = rng.choice(layouts)
    # A quotient of less precision has no such bound.
    fixed = {"parameters": "ordinary", "precision": ""}
    plan = draw_plan(rng, "fake_quantize", layout, **fixed)
    while plan.storage == "i32" or plan.asymmetric and not zero_fits(plan):
        plan = draw_plan(rng, "fake_quantize", layout, **fixed)
    case = build("fake_quantize", number, plan, rng)
    storage = plan.parsed_storage
    fmt, scale_fmt = FORMATS[plan.value], FORMATS[plan.scale]
    t = oracle.computing_format(fmt, scale_fmt)
    scales = [wide_scale(rng, fmt, scale_fmt) for _ in case.operands[1].bits]
    case.operands[1] = replace(case.operands[1], bits=scales)
    zero_points = case.operands[2].bits if plan.asymmetric else [0] * len(scales)
    bits, lows, highs = [], [], []
    for place in oracle.parameter_positions(plan.layout.shape, plan.layout.granularity):
        s = oracle.exact_value(scale_fmt, scales[place])
        z = storage.to_integer(zero_points[place])
        x = in_range_value(rng, fmt, s, storage.qmin - z, storage.qmax - z)
        exact = oracle.exact_value(fmt, x)
        bound = error_bound(fmt, t, exact, s, plan.rounding)
        low, high = within(fmt, exact - bound, exact + bound)
        bits.append(x)
        lows.append(low)
        highs.append(high)
    case.operands[0] = replace(case.operands[0], bits=bits)
    return PropertyCase(
        number, case.description, [function_of(case)], bounds=(lows, highs)
    )


def zero_fits(plan: Plan) -> bool:
    """A range without 0 has no room for the value that replaces others."""
    storage = plan.parsed_storage
    return storage.qmin <= 0 <= storage.qmax


# ---------------------------------------------------------------------------
# Granularities that say the same
# ---------------------------------------------------------------------------


def with_bits_of(case: Case, other: Case) -> Case:
    """The operands of `case` with the data of `other`, repeated where it is of
    one element, at the place of `other`."""
    data = {operand.name: operand.bits for operand in other.operands}
    operands = []
    for operand in case.operands:
        bits = data[operand.name]
        if len(bits) != operand.type.count:
            assert len(bits) == 1
            bits = bits * operand.type.count
        operands.append(replace(operand, bits=bits))
    clauses = case.clauses
    if drawn := re.search(r"random\(.*?\)", other.clauses):
        clauses = re.sub(r"random\(.*?\)", drawn[0], clauses)
    return replace(case, operands=operands, clauses=clauses, position=other.position)


def equal_scales_case(number: int, rng: Random) -> PropertyCase:
    op = ELEMENTWISE[number % len(ELEMENTWISE)]
    shape = draw_shape(rng, (1, 2, 3))
    tensor = Layout(shape, Granularity())
    fixed = {"axis_in": False, "axis_out": False} if op == "requantize" else {}
    plan = draw_plan(rng, op, tensor, **fixed)
    whole = build(op, number, plan, rng)
    axis = Layout(shape, Granularity(axis=rng.randrange(len(shape))))
    wanted = rng.choice([(True, True), (True, False), (False, True)])
    fixed = dict(zip(fixed, wanted))
    by_axis = build(op, number, replace(plan, layout=axis, **fixed), rng)
    by_axis = with_bits_of(by_axis, whole)
    return PropertyCase(
        number, by_axis.description, [function_of(by_axis), function_of(whole)]
    )


def whole_blocks_case(number: int, rng: Random) -> PropertyCase:
    ops = (*ON_VALUES, "choose_qparams")
    op = ops[number % len(ops)]
    shape = draw_shape(rng, (1, 2, 3))
    axis = rng.randrange(len(shape))
    dynamic = "static"
    if axis in (0, len(shape) - 1):
        dynamic = rng.choice(("static", "first" if axis == 0 else "last"))
    by_axis = Layout(shape, Granularity(axis=axis))
    blocks = tuple(
        1 if dim == axis else rng.choice((-1, size)) for dim, size in enumerate(shape)
    )
    by_block = Layout(shape, Granularity(None, blocks))
    plan = draw_plan(rng, op, by_axis, dynamic=dynamic)
    left = build(op, number, plan, rng)
    right = with_bits_of(build(op, number, replace(plan, layout=by_block), rng), left)
    return PropertyCase(
        number, right.description, [function_of(left), function_of(right)]
    )


# ---------------------------------------------------------------------------
# Parts of a tensor give the parts of the result
# ---------------------------------------------------------------------------


def split_shape(plan: Plan) -> tuple[int, ...]:
    """The step that cuts no block, for each dimension."""
    sizes, granularity = plan.layout.shape, plan.layout.granularity
    if granularity.block_sizes is None:
        return (1,) * len(sizes)
    return tuple(
        size if block == -1 else min(block, size)
        for size, block in zip(sizes, granularity.block_sizes)
    )


def draw_cuts(rng: Random, size: int, step: int, most: int) -> list[int]:
    inside = list(range(step, size, step))
    return [0, *sorted(rng.sample(inside, min(len(inside), rng.randint(0, most)))), size]


def slice_text(offsets: list[int], sizes: list[int]) -> str:
    return f"{offsets} {sizes} {[1] * len(sizes)}"


def position_of_part(plan: Plan, case: Case, offsets: list[int]) -> tuple[int, ...]:
    """Where a part of the tensor lies in what that lies in."""
    if plan.rounding != "stochastic":
        return ()
    first, *strides = case.position or (
        0,
        *(oracle.element_count(plan.layout.shape[dim + 1 :]) for dim in range(len(offsets))),
    )
    return (first + sum(map(operator.mul, offsets, strides)), *strides)


def part_of(plan: Plan, operand: Operand, offsets: list[int], sizes: list[int]):
    """Offsets and sizes of what an operand has for a part of the tensor."""
    rank, granularity = len(operand.type.shape), plan.layout.granularity
    if rank == 0 or operand.type.shape == plan.layout.shape and operand.name in "xa":
        return offsets[:rank], sizes[:rank]
    if granularity.axis is not None:
        return [offsets[granularity.axis]], [sizes[granularity.axis]]
    steps = split_shape(plan)
    return (
        [offset // step for offset, step in zip(offsets, steps)],
        [-(-size // step) for size, step in zip(sizes, steps)],
    )


def sliced_function(rng: Random, plan: Plan, case: Case) -> Function:
    shape, (result,) = plan.layout.shape, case.results
    cuts = [
        draw_cuts(rng, size, step, 3 if dim + 1 == len(shape) else 1)
        for dim, (size, step) in enumerate(zip(shape, split_shape(plan)))
    ]
    counts = tuple(len(c) - 1 for c in cuts)
    static = result.as_static()
    lines = [f"  %done0 = tensor.empty() : {static}"]
    for i, place in enumerate(oracle.indices(counts)):
        offsets = [c[p] for c, p in zip(cuts, place)]
        sizes = [c[p + 1] - c[p] for c, p in zip(cuts, place)]
        parts = []
        for operand in case.operands:
            part = part_of(plan, operand, offsets, sizes)
            part_type = TensorType(tuple(part[1]), operand.type.element)
            parts.append(part_type)
            lines.append(
                f"  %{operand.name}_{i} = tensor.extract_slice %{operand.name}"
                f"{slice_text(*part)} : {operand.type} to {part_type}"
            )
        position = position_of_part(plan, case, offsets)
        lines += mlir_module.position_lines(f"part{i}_at", position)
        clauses = re.sub(r"random\(.*?\)", "", case.clauses)
        clauses = re.sub(r"%(\w+)", rf"%\1_{i}", clauses)
        if position:
            places = ", ".join(f"%part{i}_at{n}" for n in range(len(position)))
            random = f"random(%seed_{i} at {places}) "
            clauses = re.sub(r"(?=axis|block_sizes|storage)", random, clauses, count=1)
        part_type = TensorType(tuple(sizes), result.element)
        types = mlir_module.joined([*parts, *["index"] * len(position)])
        lines += [
            f"  %part{i} = quant_ext.{case.op}{clauses} : ({types}) -> {part_type}",
            f"  %done{i + 1} = tensor.insert_slice %part{i} into %done{i}"
            f"{slice_text(offsets, sizes)} : {part_type} into {static}",
        ]
    last = oracle.element_count(counts)
    lines.append(mlir_module.cast("r0", f"done{last}", static, result))
    return Function(case.operands, lines, case.results)


def tile_sizes(rng: Random, plan: Plan) -> list[int]:
    """0 leaves a dimension whole. A tile that ends short would not be known to
    hold whole blocks, so blocked dimensions take tiles that divide them."""
    sizes = []
    for size, step in zip(plan.layout.shape, split_shape(plan)):
        tiles = list(range(step, size, step))
        if step != 1:
            tiles = [tile for tile in tiles if size % tile == 0]
        sizes.append(rng.choice([0, *tiles, *tiles[:8]]))
    return sizes


def tiled_function(
    rng: Random, plan: Plan, case: Case
) -> tuple[Function, list[str]]:
    sizes = tile_sizes(rng, plan)
    loops = sum(size != 0 for size in sizes)
    mark = f"tile_{case.number}"
    line = mlir_module.op_line(case).replace(" : (", f" {{{mark}}} : (")
    any_op = "!transform.any_op"
    results = ", ".join(["%tiled" + mark, *(f"%loop{i}{mark}" for i in range(loops))])
    types = ", ".join([any_op] * (loops + 1))
    schedule = [
        f"    %{mark} = transform.structured.match attributes {{{mark}}} in %root"
        f" : ({any_op}) -> {any_op}",
        f"    {results} = transform.structured.tile_using_for %{mark}"
        f" tile_sizes {sizes} : ({any_op}) -> ({types})",
    ]
    return Function(case.operands, [line], case.results), schedule if loops else []


def split_case(number: int, rng: Random) -> PropertyCase:
    op = ELEMENTWISE[number % len(ELEMENTWISE)]
    layouts = case_plans.layouts_for(op)
    layout = rng.choice([l for l in layouts if l.shape and 0 not in l.shape])
    plan = draw_plan(rng, op, layout)
    if layout.granularity.block_sizes is not None:
        plan = replace(plan, dynamic="static")
    case = build(op, number, plan, rng)
    schedule: list[str] = []
    if number % 8 < 4:
        other, how = sliced_function(rng, plan, case), "in slices"
    else:
        other, schedule = tiled_function(rng, plan, case)
        how = "in tiles"
    return PropertyCase(
        number, f"{case.description} {how}", [function_of(case), other], schedule=schedule
    )


# ---------------------------------------------------------------------------
# All of them
# ---------------------------------------------------------------------------

PROPERTIES: dict[str, Callable[[int, Random], PropertyCase]] = {
    "fold": fold_case,
    "ascending": ascending_case,
    "error": error_case,
    "equal-scales": equal_scales_case,
    "whole-blocks": whole_blocks_case,
    "split": split_case,
}


def make(name: str, number: int, seed: int) -> PropertyCase:
    """Depends on seed, property and number only, whatever else is generated."""
    return PROPERTIES[name](number, Random(f"{seed}/{name}/{number}"))
