"""From a plan to a case: draws the data and binds the reference to it."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Callable, Iterator

import case_values
import oracle
from case_model import Case, Operand, Plan, TensorType, parameter_type
from oracle import (
    FORMATS,
    PER_TENSOR,
    FloatFormat,
    Granularity,
    Parameters,
    Storage,
)



def rounding_clause(plan: Plan) -> str:
    return "" if plan.rounding == "half_even" else f" rounding = {plan.rounding}"


def division_clauses(plan: Plan) -> str:
    division = "" if plan.division == "exact" else f" division = {plan.division}"
    return division + (f" precision = {plan.precision}" if plan.precision else "")


def saturate_clause(plan: Plan) -> str:
    return "" if plan.saturate else " saturate = false"


def seed_operands(rng: Random, plan: Plan) -> list[Operand]:
    if plan.rounding != "stochastic":
        return []
    return [Operand("seed", TensorType((), "i64"), [rng.getrandbits(64)])]


def draw_position(rng: Random, plan: Plan) -> tuple[int, ...]:
    """Where the tensor lies in a larger one: the whole, a tile that is far away,
    its axes in another order, or with gaps."""
    if plan.rounding != "stochastic" or rng.random() < 0.5:
        return ()
    offset = rng.choice([0, 7, 2**32 - 5, rng.getrandbits(44)])
    strides, stride = [], rng.choice([1, 1, 3, 2**31 + 1])
    for size in reversed(plan.layout.shape):
        strides.append(stride)
        stride *= max(size, 1) + rng.choice([0, 2])
    strides = rng.choice([strides[::-1], rng.sample(strides, len(strides))])
    return (offset, *strides)


def random_clause(seeds: list[Operand], position: tuple[int, ...]) -> str:
    names = ", ".join(f"%at{i}" for i in range(len(position)))
    places = f" at {names}" if position else ""
    return f" random(%seed{places})" if seeds else ""


def randomness(
    plan: Plan, seeds: list[Operand], position: tuple[int, ...]
) -> list[int | list[int]]:
    """What the oracle takes for stochastic rounding, and for no other."""
    counters = oracle.counters_at(position, plan.layout.shape)
    return [argument for seed in seeds for argument in (seed.bits[0], counters)]


def describe(op: str, plan: Plan, detail: str) -> str:
    words = [op, detail, f"[{plan.layout}]", plan.parameters]
    if plan.rounding != "half_even":
        words.append(plan.rounding)
    if plan.division != "exact":
        words.append(plan.division)
    if plan.precision:
        words.append(f"precision {plan.precision}")
    if not plan.saturate:
        words.append("not saturating")
    if plan.dynamic != "static":
        words.append(f"dynamic {plan.dynamic}")
    return " ".join(words)


def scheme(plan: Plan) -> str:
    return f"{plan.storage} {'asymmetric' if plan.asymmetric else 'symmetric'}"


def draw_parameters(
    rng: Random,
    plan: Plan,
    granularity: Granularity,
    scale: str,
    storage: Storage,
    asymmetric: bool,
) -> Parameters:
    count = oracle.element_count(granularity.parameter_shape(plan.layout.shape))
    fmt = FORMATS[scale]
    scales = case_values.draw_scales(rng, fmt, count, plan.parameters)
    zero_points = None
    if asymmetric:
        zero_points = case_values.draw_zero_points(rng, storage, count, plan.parameters)
    return Parameters(fmt, scales, zero_points)


def parameter_operands(
    plan: Plan,
    granularity: Granularity,
    parameters: Parameters,
    storage: Storage,
    names: tuple[str, str],
) -> list[Operand]:
    dims = plan.dynamic_dims()

    def typed(element: str) -> TensorType:
        return parameter_type(plan.layout, granularity, dims, element)

    scale_type = typed(parameters.scale_format.name)
    operands = [Operand(names[0], scale_type, list(parameters.scales))]
    if parameters.zero_points is not None:
        zero_point_type = typed(f"i{storage.width}")
        operands.append(Operand(names[1], zero_point_type, list(parameters.zero_points)))
    return operands


WORKED_EXAMPLE = "0.1 0.2 -0.1 3.0 -2.5 1.2 0.05 0.1 -0.05 -1.0 0.5 0.2"


def worked_example_values(fmt: FloatFormat) -> list[int]:
    decimals = WORKED_EXAMPLE.split()
    return [case_values.from_rational(fmt, Fraction(text)) for text in decimals]


def worked_example_parameters(plan: Plan, positions: list[int]) -> Parameters:
    fmt = FORMATS[plan.value]
    count = oracle.element_count(
        plan.layout.granularity.parameter_shape(plan.layout.shape)
    )
    scales, _ = oracle.choose_qparams(
        worked_example_values(fmt), fmt, positions, count, plan.parsed_storage, True
    )
    return Parameters(FORMATS[plan.scale], scales, None)


def draw_input(
    rng: Random, plan: Plan, positions: list[int], parameters: Parameters
) -> list[int]:
    fmt = FORMATS[plan.value]
    if plan.data == "worked example":
        return worked_example_values(fmt)
    return case_values.draw_values(
        rng, fmt, positions, parameters, plan.parsed_storage
    )


def build_on_values(op: str, number: int, plan: Plan, rng: Random) -> Case:
    """quantize, dequantize and fake_quantize: one tensor and its parameters."""
    storage, fmt = plan.parsed_storage, FORMATS[plan.value]
    granularity = plan.layout.granularity
    positions = oracle.parameter_positions(plan.layout.shape, granularity)
    if plan.data == "worked example":
        parameters = worked_example_parameters(plan, positions)
    else:
        parameters = draw_parameters(
            rng, plan, granularity, plan.scale, storage, plan.asymmetric
        )
    dims = plan.dynamic_dims()
    float_type = TensorType(plan.layout.shape, plan.value, dims)
    storage_type = TensorType(plan.layout.shape, storage.element, dims)
    if op == "dequantize":
        bits = case_values.draw_integers(rng, storage, len(positions))
        operand_type, result_type, arrow = storage_type, float_type, "to"
    else:
        bits = draw_input(rng, plan, positions, parameters)
        operand_type, arrow = float_type, "as"
        result_type = storage_type if op == "quantize" else float_type

    def compute() -> list[list[int]]:
        places = oracle.parameter_positions(plan.layout.shape, granularity)
        if op == "dequantize":
            return [oracle.dequantize(bits, fmt, places, parameters, storage)]
        reference = oracle.quantize if op == "quantize" else oracle.fake_quantize
        modes = (
            plan.division,
            plan.rounding,
            FORMATS.get(plan.precision),
            plan.saturate,
            *randomness(plan, seeds, position),
        )
        return [reference(bits, fmt, places, parameters, storage, *modes)]

    operands = [Operand("x", operand_type, bits)] + parameter_operands(
        plan, granularity, parameters, storage, ("scale", "zp")
    )
    seeds, position = seed_operands(rng, plan), draw_position(rng, plan)
    clauses = random_clause(seeds, position)
    clauses += f"{plan.layout.clause} storage = <{plan.storage}>"
    if op != "dequantize":
        clauses += rounding_clause(plan) + division_clauses(plan)
        clauses += saturate_clause(plan)
    names = ", ".join(f"%{operand.name}" for operand in operands)
    detail = f"{plan.value} {arrow} {scheme(plan)} scale {plan.scale}"
    if op == "dequantize":
        detail = f"{scheme(plan)} {arrow} {plan.value} scale {plan.scale}"
    return Case(
        number,
        op,
        describe(op, plan, detail),
        operands + seeds,
        f" {names}{clauses}",
        [result_type],
        plan.parameters not in ("bad", "one"),
        compute,
        position,
    )


def per_channel(plan: Plan, wanted: bool) -> Granularity:
    return plan.layout.granularity if wanted else PER_TENSOR


def shrink_scales(rng: Random, parameters: Parameters) -> Parameters:
    """Ratios down to 2^-28, where accumulators no longer fit f32 exactly."""
    fmt = parameters.scale_format
    if fmt.name == "f16":
        return parameters
    shift = Fraction(1, 2) ** rng.choice([0, 4, 10, 16, 22])
    shrunk = [
        case_values.from_rational(fmt, oracle.exact_value(fmt, scale) * shift)
        for scale in parameters.scales
    ]
    return Parameters(fmt, shrunk, parameters.zero_points)


def draw_accumulators(
    rng: Random,
    storage_in: Storage,
    positions: tuple[list[int], list[int]],
    parameters: tuple[Parameters, Parameters],
    storage: Storage,
) -> list[int]:
    span = storage.qmax - storage.qmin + 2
    bits = []
    for i, o in zip(*positions):
        multiplier = oracle.requantize_multiplier(
            parameters[0].scales[i],
            parameters[0].scale_format,
            parameters[1].scales[o],
            parameters[1].scale_format,
        )
        zero_point = parameters[0].zero_point(i, storage_in)
        bits.append(
            case_values.draw_accumulator(rng, multiplier, zero_point, storage_in, span)
        )
    return bits


def build_requantize(op: str, number: int, plan: Plan, rng: Random) -> Case:
    storage_in, storage = Storage.parse(plan.storage_in), plan.parsed_storage
    shape, dims = plan.layout.shape, plan.dynamic_dims()
    granularities = (per_channel(plan, plan.axis_in), per_channel(plan, plan.axis_out))
    positions = tuple(oracle.parameter_positions(shape, g) for g in granularities)
    inward = draw_parameters(
        rng, plan, granularities[0], plan.scale, storage_in, plan.zero_point_in
    )
    if plan.parameters == "ordinary":
        inward = shrink_scales(rng, inward)
    outward = draw_parameters(
        rng, plan, granularities[1], plan.scale_out, storage, plan.asymmetric
    )
    bits = draw_accumulators(rng, storage_in, positions, (inward, outward), storage)

    def compute() -> list[list[int]]:
        inner, outer = (oracle.parameter_positions(shape, g) for g in granularities)
        return [
            oracle.requantize(
                bits, storage_in, inner, inward, outer, outward, storage,
                plan.rounding, *randomness(plan, seeds, position),
            )  # fmt: skip
        ]

    ins = parameter_operands(plan, granularities[0], inward, storage_in, ("sa", "za"))
    outs = parameter_operands(plan, granularities[1], outward, storage, ("sb", "zb"))
    a = Operand("a", TensorType(shape, f"i{storage_in.width}", dims), bits)
    in_names = ", ".join(f"%{operand.name}" for operand in ins)
    out_names = ", ".join(f"%{operand.name}" for operand in outs)
    axis = plan.layout.clause if plan.axis_in or plan.axis_out else ""
    seeds, position = seed_operands(rng, plan), draw_position(rng, plan)
    clauses = random_clause(seeds, position)
    clauses += f"{axis} storage_in = <{plan.storage_in}> storage = <{plan.storage}>"
    clauses += rounding_clause(plan)
    detail = (
        f"{plan.storage_in} {'with' if plan.zero_point_in else 'without'} zero point"
        f" scale {plan.scale}{' per-axis' if plan.axis_in else ''}"
        f" to {scheme(plan)} scale {plan.scale_out}{' per-axis' if plan.axis_out else ''}"
    )
    return Case(
        number,
        op,
        describe(op, plan, detail),
        [a, *ins, *outs, *seeds],
        f" %a in({in_names}) out({out_names}){clauses}",
        [TensorType(shape, f"i{storage.width}", dims)],
        plan.parameters not in ("bad", "one"),
        compute,
        position,
    )


def draw_fixed_zero_points(
    rng: Random, plan: Plan, granularity: Granularity, storage: Storage, wanted: bool
) -> list[int] | None:
    if not wanted:
        return None
    count = oracle.element_count(granularity.parameter_shape(plan.layout.shape))
    return case_values.draw_zero_points(rng, storage, count, plan.parameters)


def build_requantize_fixed_point(op: str, number: int, plan: Plan, rng: Random) -> Case:
    storage_in, storage = Storage.parse(plan.storage_in), plan.parsed_storage
    shape, dims = plan.layout.shape, plan.dynamic_dims()
    granularity = per_channel(plan, plan.axis_in)
    granularity_in = per_channel(plan, plan.axis_zero_point_in)
    granularity_out = per_channel(plan, plan.axis_out)
    count = oracle.element_count(granularity.parameter_shape(shape))
    multipliers = case_values.draw_fixed_point(rng, count, plan.parameters)
    zero_in = draw_fixed_zero_points(
        rng, plan, granularity_in, storage_in, plan.zero_point_in
    )
    zero_out = draw_fixed_zero_points(
        rng, plan, granularity_out, storage, plan.asymmetric
    )

    def parameters_of_elements() -> Iterator[tuple[int, int, int, int]]:
        """z_in, multiplier, shift and z_out."""
        places = [
            oracle.parameter_positions(shape, g)
            for g in (granularity_in, granularity, granularity_out)
        ]
        for i, m, o in zip(*places, strict=True):
            yield (
                storage_in.to_integer(zero_in[i]) if zero_in is not None else 0,
                *multipliers[m],
                storage.to_integer(zero_out[o]) if zero_out is not None else 0,
            )

    span = 300
    bits = [
        case_values.draw_multiplicand(rng, m, s, z, storage_in, span)
        for z, m, s, _ in parameters_of_elements()
    ]

    def compute() -> list[list[int]]:
        return [
            [
                storage.to_bits(
                    oracle.requantize_fixed_point_element(
                        storage_in.to_integer(a), *rest, storage, plan.rounding_mode
                    )
                )
                for a, rest in zip(bits, parameters_of_elements(), strict=True)
            ]
        ]

    def operand(name: str, where: Granularity, width: int, values: list[int]) -> Operand:
        type_ = parameter_type(plan.layout, where, dims, f"i{width}")
        return Operand(name, type_, [value % (1 << width) for value in values])

    operands = [
        Operand("a", TensorType(shape, f"i{storage_in.width}", dims), bits),
        operand("m", granularity, 32, [m for m, _ in multipliers]),
        operand("s", granularity, 8, [s for _, s in multipliers]),
    ]
    clauses = " %a by(%m, %s)"
    axes = [plan.axis_in]
    if zero_in is not None:
        operands.append(operand("za", granularity_in, storage_in.width, zero_in))
        clauses += " in(%za)"
        axes.append(plan.axis_zero_point_in)
    if zero_out is not None:
        operands.append(operand("zb", granularity_out, storage.width, zero_out))
        clauses += " out(%zb)"
        axes.append(plan.axis_out)
    clauses += plan.layout.clause if any(axes) else ""
    clauses += f" storage_in = <{plan.storage_in}> storage = <{plan.storage}>"
    if plan.rounding_mode != "double_round":
        clauses += f" rounding_mode = {plan.rounding_mode}"
    detail = (
        f"{plan.storage_in} {'with' if plan.zero_point_in else 'without'} zero point"
        f" to {scheme(plan)}{' per-axis' if plan.axis_in else ''} {plan.rounding_mode}"
    )
    return Case(
        number,
        op,
        describe(op, plan, detail),
        operands,
        clauses,
        [TensorType(shape, f"i{storage.width}", dims)],
        plan.parameters != "bad",
        compute,
    )


def draw_scale_of_scales(
    rng: Random, plan: Plan, t: FloatFormat, bits: list[int]
) -> int:
    """Mostly so that the largest scale is about 448, as in use."""
    fmt = FORMATS[plan.value]
    wide = [oracle.convert(fmt, t, x) for x in bits]
    largest = oracle.exact_value(t, oracle.largest_magnitude(t, wide))
    if plan.parameters != "ordinary" or largest == 0:
        return case_values.draw_scales(rng, t, 1, plan.parameters)[0]
    share = largest / (448 * plan.parsed_storage.qmax)
    return oracle.clamp_scale(t, case_values.from_rational(t, share))


def build_choose_qparams(op: str, number: int, plan: Plan, rng: Random) -> Case:
    storage, fmt = plan.parsed_storage, FORMATS[plan.value]
    layout, dims = plan.layout, plan.dynamic_dims()
    positions = oracle.parameter_positions(layout.shape, layout.granularity)
    computing = "f64" if plan.value == "f64" else "f32"
    scale_type = parameter_type(
        layout, layout.granularity, dims, plan.scale_storage or computing
    )
    count = scale_type.count
    unit = None
    if plan.data == "worked example":
        bits = worked_example_values(fmt)
    elif plan.data == "scale ties":
        unit = case_values.ordinary_scale(rng, fmt)
        bits = case_values.draw_scale_ties(rng, fmt, count, unit, storage)
    else:
        bits = case_values.draw_ranges(
            rng, fmt, positions, count, plan.data, storage
        )

    operands = [Operand("x", TensorType(layout.shape, plan.value, dims), bits)]
    clauses = f"{layout.clause} storage = <{plan.storage}>"
    if plan.scale_storage:
        clauses += f" scale_storage = <{plan.scale_storage}>"
    if plan.scale_storage == "f8E4M3FN":
        if unit is None:
            unit = draw_scale_of_scales(rng, plan, FORMATS[computing], bits)
        operands.append(Operand("unit", TensorType((), computing), [unit]))
        clauses = " scaled_by(%unit)" + clauses

    def compute() -> list[list[int]]:
        places = oracle.parameter_positions(layout.shape, layout.granularity)
        if plan.scale_storage:
            stored = Storage.parse(plan.scale_storage)
            return [
                oracle.choose_scales(bits, fmt, places, count, storage, stored, unit)
            ]
        scales, zero_points = oracle.choose_qparams(
            bits, fmt, places, count, storage, not plan.asymmetric
        )
        return [scales] if zero_points is None else [scales, zero_points]

    results = [scale_type]
    if plan.asymmetric:
        element = f"i{storage.width}"
        results.append(parameter_type(layout, layout.granularity, dims, element))
    detail = f"{plan.value} to {scheme(plan)} data {plan.data}"
    if plan.scale_storage:
        detail += f" scales {plan.scale_storage}"
    return Case(
        number,
        op,
        describe(op, plan, detail),
        operands,
        f" %x{clauses}",
        results,
        plan.parameters != "bad",
        compute,
    )


BUILDERS: dict[str, Callable[[str, int, Plan, Random], Case]] = {
    "quantize": build_on_values,
    "dequantize": build_on_values,
    "fake_quantize": build_on_values,
    "requantize": build_requantize,
    "requantize_fixed_point": build_requantize_fixed_point,
    "choose_qparams": build_choose_qparams,
}


def build(op: str, number: int, plan: Plan, seed: int) -> Case:
    """The data depends on seed, op and number only, whatever else is generated."""
    return BUILDERS[op](op, number, plan, Random(f"{seed}/{op}/{number}"))
