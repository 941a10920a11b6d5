"""Contractions of dequantized operands: what a case is, and its exact result.

Written from the description of quant-ext-qdq-to-integer. Integers are Python's
and numpy's of 64 bits, which nothing here overflows; every rounding that the
description names is one call into the oracle. Loops are letters, as in einsum.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

import oracle
from case_model import TensorType
from oracle import F32, F64, FORMATS, FloatFormat, Storage

SUM_LIMIT = 2**31


@dataclass(frozen=True)
class Form:
    """How a contraction is written: its name and, where it takes them, maps."""

    name: str
    lhs: str
    rhs: str
    out: str
    maps: bool = False

    @property
    def loops(self) -> str:
        """Those of the result, then those that are reduced."""
        return self.out + "".join(sorted(set(self.lhs + self.rhs) - set(self.out)))

    @property
    def reduced(self) -> str:
        return "".join(loop for loop in self.loops if loop not in self.out)


FORMS = {
    "matmul": Form("linalg.matmul", "mk", "kn", "mn"),
    "matmul of a transpose": Form("linalg.matmul", "mk", "kn", "mn"),
    "matmul, rhs transposed": Form("linalg.matmul", "mk", "nk", "mn", True),
    "matmul, lhs transposed": Form("linalg.matmul", "km", "kn", "mn", True),
    "batch_matmul": Form("linalg.batch_matmul", "bmk", "bkn", "bmn"),
    "matvec": Form("linalg.matvec", "mk", "k", "m"),
    "vecmat": Form("linalg.vecmat", "k", "kn", "n"),
    "batch_matvec": Form("linalg.batch_matvec", "bmk", "bk", "bm"),
    "dot": Form("linalg.dot", "k", "k", ""),
    "contract": Form("linalg.contract", "kbm", "nk", "nbm", True),
    "contract over two": Form("linalg.contract", "mkl", "lnk", "nm", True),
    "generic": Form("linalg.generic", "mkb", "nbk", "bnm", True),
    "generic, rhs first": Form("linalg.generic", "mk", "kn", "mn", True),
}


@dataclass(frozen=True)
class Side:
    """One operand: `along` are the loops that its parameters follow."""

    storage: str
    along: str = ""
    written: str = "axis"
    zero: str = "none"
    constant: bool = False
    constant_parameters: bool = False
    scale: str = "f32"
    data: str = "patterns"
    dynamic: str = ""
    scales: str = "ordinary"

    @property
    def parsed(self) -> Storage:
        return Storage.parse(self.storage)


@dataclass(frozen=True)
class Target:
    """A quantize behind it all."""

    storage: str
    rounding: str = "half_even"
    along: str = ""
    zero: bool = True
    clause: str = ""
    constant: bool = False
    # The zero point is the lowest integer.
    lowest: bool = False


@dataclass(frozen=True)
class Spec:
    form: str
    sizes: tuple[tuple[str, int], ...]
    lhs: Side
    rhs: Side
    bias: str = "none"
    result: str = "f32"
    target: Target | None = None
    # max(x, 0) in front of the quantize, and how it is written.
    relu: str = ""
    # Why it stays in floating point.
    reason: str = ""

    @property
    def shape(self) -> Form:
        return FORMS[self.form]

    def size(self, loop: str) -> int:
        return dict(self.sizes)[loop]

    def sizes_of(self, loops: str) -> tuple[int, ...]:
        return tuple(self.size(loop) for loop in loops)


@dataclass
class Tensor:
    """Bits along loops."""

    name: str
    loops: str
    type: TensorType
    bits: list[int]


@dataclass
class Quantized:
    side: Side
    integers: Tensor
    scale: Tensor
    zero: Tensor | None


@dataclass
class Data:
    """All that is drawn for a case."""

    lhs: Quantized
    rhs: Quantized
    bias: Tensor | None = None
    bias_scale: Tensor | None = None
    out_scale: Tensor | None = None
    out_zero: Tensor | None = None
    extra: list[Tensor] = field(default_factory=list)


# ---------------------------------------------------------------------------
# Numbers along loops
# ---------------------------------------------------------------------------


def along_loops(spec: Spec, loops: str, numbers: list[int], wanted: str) -> np.ndarray:
    """Numbers that have an axis for each of `loops`, in the axes of `wanted`
    that they lack repeated."""
    array = np.array(numbers, dtype=np.int64).reshape(spec.sizes_of(loops))
    array = np.transpose(
        array, [loops.index(loop) for loop in wanted if loop in loops]
    )
    shape = [spec.size(loop) if loop in loops else 1 for loop in wanted]
    return np.broadcast_to(array.reshape(shape), spec.sizes_of(wanted))


def bits_along(spec: Spec, tensor: Tensor, wanted: str) -> list[int]:
    """The bits at each index of `wanted`, whatever their width."""
    strides, stride = {}, 1
    for loop in reversed(tensor.loops):
        strides[loop] = stride
        stride *= spec.size(loop)
    result = []
    for index in product(*(range(spec.size(loop)) for loop in wanted)):
        place = sum(i * strides.get(loop, 0) for i, loop in zip(index, wanted))
        result.append(tensor.bits[place])
    return result


def centred(spec: Spec, operand: Quantized) -> np.ndarray:
    """Integers less their zero point, in the axes of the operand."""
    storage, loops = operand.side.parsed, operand.integers.loops
    numbers = [storage.to_integer(bits) for bits in operand.integers.bits]
    values = along_loops(spec, loops, numbers, loops)
    if operand.zero is None:
        return values
    zeros = [storage.to_integer(bits) for bits in operand.zero.bits]
    return values - along_loops(spec, operand.zero.loops, zeros, loops)


def exact_sums(spec: Spec, data: Data) -> list[int]:
    """Row-major in the loops of the result."""
    form = spec.shape
    sums = np.einsum(
        f"{data.lhs.integers.loops},{data.rhs.integers.loops}->{form.out}",
        centred(spec, data.lhs),
        centred(spec, data.rhs),
    )
    return sums.reshape(-1).tolist()


# ---------------------------------------------------------------------------
# Bounds
# ---------------------------------------------------------------------------


def largest_element(operand: Quantized) -> int:
    storage = operand.side.parsed
    low, high = storage.to_integer(1 << (storage.width - 1)), storage.to_integer(
        (1 << (storage.width - 1)) - 1
    )
    if not storage.signed:
        low, high = 0, (1 << storage.width) - 1
    if operand.zero is None:
        return max(abs(low), abs(high))
    if not operand.side.constant_parameters:
        return high - low
    zeros = [storage.to_integer(bits) for bits in operand.zero.bits]
    return max((max(abs(low - z), abs(high - z)) for z in zeros), default=0)


def largest_column(spec: Spec, operand: Quantized) -> int | None:
    """The largest sum of magnitudes of a constant operand."""
    side = operand.side
    if not side.constant or (operand.zero is not None and not side.constant_parameters):
        return None
    reduced = tuple(
        axis
        for axis, loop in enumerate(operand.integers.loops)
        if loop in spec.shape.reduced
    )
    sums = np.abs(centred(spec, operand)).sum(axis=reduced)
    return int(sums.max()) if sums.size else 0


def bound_of(spec: Spec, data: Data) -> int:
    size = 1
    for loop in spec.shape.reduced:
        size *= spec.size(loop)
    a, w = largest_element(data.lhs), largest_element(data.rhs)
    bounds = [size * a * w]
    for operand, other in ((data.lhs, w), (data.rhs, a)):
        column = largest_column(spec, operand)
        if column is not None:
            bounds.append(column * other)
    return min(bounds)


# ---------------------------------------------------------------------------
# Scales
# ---------------------------------------------------------------------------


def computing_format(spec: Spec) -> FloatFormat:
    return oracle.computing_format(
        FORMATS[spec.lhs.scale], FORMATS[spec.rhs.scale], FORMATS[spec.result]
    )


def are_constant(spec: Spec) -> bool:
    return spec.lhs.constant_parameters and spec.rhs.constant_parameters


def product_of_scales(spec: Spec, data: Data, wanted: str) -> list[int]:
    """In the computing type, at each index of `wanted`."""
    t = computing_format(spec)
    wide = [
        [
            oracle.convert(FORMATS[operand.side.scale], t, bits)
            for bits in bits_along(spec, operand.scale, wanted)
        ]
        for operand in (data.lhs, data.rhs)
    ]
    products = [oracle.multiply(t, a, b) for a, b in zip(*wide)]
    return [t.largest_finite if p == t.infinity else p for p in products]


def scale_loops(spec: Spec) -> str:
    """Those of the result along which some scale is known to vary."""

    def varies(side: Side, loop: str) -> bool:
        is_dynamic = loop in side.dynamic and not side.constant
        return loop in side.along and (is_dynamic or spec.size(loop) != 1)

    sides = (spec.lhs, spec.rhs)
    return "".join(
        loop for loop in spec.shape.out if any(varies(side, loop) for side in sides)
    )


# ---------------------------------------------------------------------------
# Results
# ---------------------------------------------------------------------------


def add(fmt: FloatFormat, a: int, b: int) -> int:
    """Of numbers that are not both infinite."""
    for bits in (a, b):
        if oracle.is_infinite(fmt, bits):
            return bits
    total = oracle.exact_value(fmt, a) + oracle.exact_value(fmt, b)
    both_negative = oracle.is_negative(fmt, a) and oracle.is_negative(fmt, b)
    return oracle.round_to_format(fmt, total, negative_zero=both_negative)


def integer_bias_fits(spec: Spec, data: Data) -> bool:
    """i32 under a dequantize of the product of the scales."""
    if spec.bias not in ("i32_init", "i32_vector_init", "i32_add", "i32_generic_add", "huge_add", "huge_init"):
        return False
    largest = max((abs(signed32(bits)) for bits in data.bias.bits), default=0)
    return bound_of(spec, data) + largest < SUM_LIMIT


def signed32(bits: int) -> int:
    return bits - 2**32 if bits >> 31 else bits


def requantizes(spec: Spec, data: Data) -> bool:
    target = spec.target
    if target is None or target.clause or computing_format(spec) is F64:
        return False
    if spec.bias not in ("none",) and not integer_bias_fits(spec, data):
        return False
    loops = scale_loops(spec)
    if len(loops) > 1:
        return False
    # Scales that are not known might turn the order round.
    if spec.relu and not (are_constant(spec) and target.constant):
        return False
    return not target.along or not loops or target.along == loops


def total_sums(spec: Spec, data: Data) -> list[int]:
    sums = exact_sums(spec, data)
    if integer_bias_fits(spec, data):
        bias = [signed32(b) for b in bits_along(spec, data.bias, spec.shape.out)]
        sums = [s + b for s, b in zip(sums, bias)]
    assert all(abs(s) < SUM_LIMIT for s in sums)
    return sums


def as_floats(spec: Spec, data: Data) -> list[int]:
    """The sums in the type of the result."""
    t, value = computing_format(spec), FORMATS[spec.result]
    scales = product_of_scales(spec, data, spec.shape.out)
    return [
        oracle.convert(t, value, oracle.multiply(t, oracle.from_integer(t, s), scale))
        for s, scale in zip(total_sums(spec, data), scales)
    ]


def float_bias(spec: Spec, data: Data) -> list[int] | None:
    """What is added in floating point, at each element of the result."""
    value = FORMATS[spec.result]
    if spec.bias == "none" or integer_bias_fits(spec, data):
        return None
    bias = bits_along(spec, data.bias, spec.shape.out)
    if data.bias_scale is None:
        return bias
    scales = bits_along(spec, data.bias_scale, spec.shape.out)
    fmt = FORMATS[data.bias_scale.type.element]
    return [
        oracle.dequantize_element(signed32(b), s, fmt, 0, value)
        for b, s in zip(bias, scales)
    ]


def result_bits(spec: Spec, data: Data) -> list[int]:
    out, target = spec.shape.out, spec.target
    if target is not None:
        storage = Storage.parse(target.storage)
        scales_out = bits_along(spec, data.out_scale, out)
        zeros = [0] * len(scales_out)
        if data.out_zero is not None:
            zeros = [storage.to_integer(b) for b in bits_along(spec, data.out_zero, out)]
    if requantizes(spec, data):
        scales_in = product_of_scales(spec, data, out)
        integers = [
            oracle.requantize_element(
                s, 0, oracle.requantize_multiplier(i, F32, o, F32), z, storage, target.rounding
            )
            for s, i, o, z in zip(total_sums(spec, data), scales_in, scales_out, zeros)
        ]  # fmt: skip
        if spec.relu:
            integers = [max(q, z) for q, z in zip(integers, zeros)]
        return [storage.to_bits(q) for q in integers]
    value = FORMATS[spec.result]
    floats = as_floats(spec, data)
    bias = float_bias(spec, data)
    if bias is not None:
        floats = [add(value, b, f) for b, f in zip(bias, floats)]
    if spec.relu:
        floats = [0 if oracle.is_negative(value, f) else f for f in floats]
    if target is None:
        return floats
    places = list(range(len(floats)))
    bits = [storage.to_bits(z) for z in zeros]
    parameters = oracle.Parameters(F32, scales_out, bits)
    division = "reciprocal" if "reciprocal" in target.clause else "exact"
    precision = FORMATS["f16"] if "f16" in target.clause else None
    return oracle.quantize(
        floats, value, places, parameters, storage, division, target.rounding, precision
    )


# ---------------------------------------------------------------------------
# Remarks
# ---------------------------------------------------------------------------


def expected_remark(spec: Spec, data: Data) -> str:
    if spec.reason:
        return f'Reason="{spec.reason}", Remark="left in float"'
    bias, bound = "none", bound_of(spec, data)
    if integer_bias_fits(spec, data):
        bias = "i32"
        bound += max((abs(signed32(bits)) for bits in data.bias.bits), default=0)
    elif spec.bias.endswith("init"):
        bias = "float"
    loops = scale_loops(spec)
    if requantizes(spec, data):
        result = f"{'relu and ' if spec.relu else ''}requantize to {spec.target.storage}"
    elif len(loops) > 1:
        result = "dequantize by both scales"
    elif loops:
        result = f"dequantize per-axis {spec.shape.out.index(loops)}"
    else:
        result = "dequantize per-tensor"
    return (
        f'Bias={bias}, LargestSum={bound}, Operands="{spec.lhs.storage} x'
        f' {spec.rhs.storage}", Remark="computed in integers", Result="{result}"'
    )
