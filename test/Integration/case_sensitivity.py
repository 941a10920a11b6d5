"""Shows that the cases would notice the mistakes that implementations make.

Each mistake is a reference with one step replaced. A data set under which such
a reference agrees with the right one everywhere tests nothing, so this fails if
any mistake goes unseen by its op's cases.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Callable, Iterator

sys.dont_write_bytecode = True

import case_builders
import case_plans
import oracle
from case_model import Case
from oracle import BF16, F16, F32, F64, FloatFormat, Storage
from oracle_floats import FloatStorage, PowersOfTwo

right_divide = oracle.divide
right_convert = oracle.convert
right_round = oracle.round_half_even
right_to_integer = oracle.round_to_integer
right_round_to_format = oracle.round_to_format
right_computing_format = oracle.computing_format
right_from_integer = oracle.from_integer
right_multiply = oracle.multiply
right_saturate = oracle.saturate
right_positions = oracle.parameter_positions


# ---------------------------------------------------------------------------
# Rounding and saturation
# ---------------------------------------------------------------------------


def round_half_away(value: Fraction) -> int:
    magnitude = (abs(value) + Fraction(1, 2)).__floor__()
    return -magnitude if value < 0 else magnitude


def round_up_ties(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def instead_of(name: str, replacement: Callable[[Fraction], int]) -> Callable:
    """Another R under the name, leaving the float conversions alone."""

    def to_integer(rounding: str, value: Fraction) -> int:
        return replacement(value) if rounding == name else right_to_integer(rounding, value)

    return to_integer


right_of_element = oracle.rounding_of_element


def draw_to_nearest(t: FloatFormat, v: int, number: int) -> int:
    return right_round(oracle.exact_value(t, v))


def one_draw_for_all(rounding: str, seed: int | None, index: int) -> str | oracle.Draw:
    return right_of_element(rounding, seed, 0)


def half_the_seed(rounding: str, seed: int | None, index: int) -> str | oracle.Draw:
    return right_of_element(rounding, seed and seed % 2**32, index)


def saturate_half_added_in_t(
    t: FloatFormat, v: int, z: int, storage: Storage, rounding: str
) -> int:
    """half_away by a sum with 1/2 that is rounded to the computing type."""
    # Of 32 bits the large values show it too, where they are not rounded in f64.
    if rounding != "half_away" or storage.width == 32 or not oracle.is_finite(t, v):
        return right_saturate(t, v, z, storage, rounding)
    exact = oracle.exact_value(t, v)
    half = Fraction(-1 if exact < 0 else 1, 2)
    total = right_round_to_format(t, exact + half)
    return right_saturate(t, total, z, storage, "toward_zero")


def saturate_after_shift(
    t: FloatFormat, v: int, z: int, storage: Storage, rounding: str
) -> int:
    """R(v + z)."""
    if not oracle.is_finite(t, v):
        return right_saturate(t, v, z, storage, rounding)
    if isinstance(rounding, oracle.Draw):
        return right_saturate(t, v, z, storage, rounding)
    shifted = right_to_integer(rounding, oracle.exact_value(t, v) + z)
    return oracle.clamp(shifted, storage.qmin, storage.qmax)


def saturate_then_wrap(
    t: FloatFormat, v: int, z: int, storage: Storage, rounding: str
) -> int:
    return right_saturate(t, v, 0, storage, rounding) + z


def wrap(t: FloatFormat, v: int, z: int, storage: Storage, rounding: str) -> int:
    if not oracle.is_finite(t, v):
        return right_saturate(t, v, z, storage, rounding)
    if isinstance(rounding, oracle.Draw):
        return right_saturate(t, v, z, storage, rounding)
    return right_to_integer(rounding, oracle.exact_value(t, v)) + z


def wrap_beyond_i32(
    t: FloatFormat, v: int, z: int, storage: Storage, rounding: str
) -> int:
    """What cvtps2dq gives out of range, then an ordinary clamp."""
    if oracle.is_finite(t, v) and abs(oracle.exact_value(t, v)) < 1 << 31:
        return right_saturate(t, v, z, storage, rounding)
    lowest = oracle.from_integer(t, -(1 << 31))
    return right_saturate(t, lowest, z, storage, rounding)


def nan_gives(choose: Callable[[int, Storage], int]) -> Callable:
    def saturate(
        t: FloatFormat, v: int, z: int, storage: Storage, rounding: str
    ) -> int:
        if oracle.is_nan(t, v):
            return choose(z, storage)
        return right_saturate(t, v, z, storage, rounding)

    return saturate


def full_range(t: FloatFormat, v: int, z: int, storage: Storage, rounding: str) -> int:
    whole = f"{'i' if storage.signed else 'u'}{storage.width}"
    return right_saturate(t, v, z, Storage.parse(whole), rounding)


# ---------------------------------------------------------------------------
# Arithmetic
# ---------------------------------------------------------------------------


def divide_by_product(fmt: FloatFormat, a: int, b: int) -> int:
    return right_multiply(fmt, a, right_divide(fmt, oracle.from_integer(fmt, 1), b))


def fused(fmt: FloatFormat, a: int, b: int, c: int) -> int:
    exact = oracle.exact_value
    return right_round_to_format(fmt, exact(fmt, a) * exact(fmt, b) + exact(fmt, c))


def corrected_product(fmt: FloatFormat, a: int, b: int) -> int:
    """The reciprocal with one correction, used outside its range too."""
    inverse = right_divide(fmt, oracle.from_integer(fmt, 1), b)
    quotient = right_multiply(fmt, a, inverse)
    operands = (a, b, inverse, quotient)
    if not all(oracle.is_finite(fmt, bits) for bits in operands):
        return right_divide(fmt, a, b)
    rest = fused(fmt, quotient ^ fmt.sign_bit, b, a)
    if not oracle.is_finite(fmt, rest):
        return rest
    return fused(fmt, rest, inverse, quotient)


def product_without_fallback(t: FloatFormat, x: int, scale: int, division: str) -> int:
    if division == "exact":
        return right_divide(t, x, scale)
    return divide_by_product(t, x, scale)


def always_divide(t: FloatFormat, x: int, scale: int, division: str) -> int:
    return right_divide(t, x, scale)


def unnarrowed_quotient(t: FloatFormat, v: int, precision: FloatFormat | None) -> int:
    return v


def saturating_quotient(t: FloatFormat, v: int, precision: FloatFormat | None) -> int:
    """Of finite quotients, no infinity: what is beyond f16 then depends on z."""
    if precision is None:
        return v
    return right_convert(precision, t, saturating_narrow(t, precision, v))


def flush(fmt: FloatFormat, bits: int) -> int:
    small = oracle.magnitude_bits(fmt, bits) < fmt.smallest_normal
    return bits & fmt.sign_bit if small else bits


def flushing_divide(fmt: FloatFormat, a: int, b: int) -> int:
    return flush(fmt, right_divide(fmt, flush(fmt, a), flush(fmt, b)))


def flushing_multiply(fmt: FloatFormat, a: int, b: int) -> int:
    return flush(fmt, right_multiply(fmt, flush(fmt, a), flush(fmt, b)))


def f64_steps(*operands: FloatFormat) -> FloatFormat:
    return F64


def f32_steps(*operands: FloatFormat) -> FloatFormat:
    return F32


def narrow_steps(*operands: FloatFormat) -> FloatFormat:
    """Divides in f16 or bf16 where both operands have that type."""
    same = len(set(operands)) == 1 and operands[0] in (F16, BF16)
    return operands[0] if same else right_computing_format(*operands)


def truncating_narrow(source: FloatFormat, target: FloatFormat, bits: int) -> int:
    if target is BF16 and source is F32:
        return bits >> 16
    return right_convert(source, target, bits)


def narrow_through_f32(source: FloatFormat, target: FloatFormat, bits: int) -> int:
    if source is F64 and target in (F16, BF16):
        return right_convert(F32, target, right_convert(F64, F32, bits))
    return right_convert(source, target, bits)


def saturating_narrow(source: FloatFormat, target: FloatFormat, bits: int) -> int:
    result = right_convert(source, target, bits)
    if oracle.is_finite(source, bits) and oracle.is_infinite(target, result):
        return result - 1
    return result


def truncating_integer(fmt: FloatFormat, value: int) -> int:
    bits = right_from_integer(fmt, value)
    if abs(oracle.exact_value(fmt, bits)) > abs(value):
        return bits - 1
    return bits


# ---------------------------------------------------------------------------
# Parameters
# ---------------------------------------------------------------------------


def other_signedness(self: oracle.Parameters, position: int, storage: Storage) -> int:
    if self.zero_points is None:
        return 0
    flipped = Storage(storage.width, not storage.signed, 0, 1)
    return flipped.to_integer(self.zero_points[position])


def first_parameter(shape: oracle.Shape, granularity: oracle.Granularity) -> list[int]:
    return [0] * oracle.element_count(shape)


def misplaced_parameter(shape: oracle.Shape, granularity: oracle.Granularity) -> list[int]:
    """Neighbouring lanes exchange their parameters."""
    count = oracle.element_count(granularity.parameter_shape(shape))
    return [
        position ^ 1 if position ^ 1 < count else position
        for position in right_positions(shape, granularity)
    ]


def wrapping_difference(
    q: int, scale: int, scale_format: FloatFormat, zero_point: int, value_format: FloatFormat
) -> int:
    wrapped = (q - zero_point + 128) % 256 - 128
    return RIGHT_DEQUANTIZE(wrapped, scale, scale_format, 0, value_format)


RIGHT_DEQUANTIZE = oracle.dequantize_element


def unrounded_product(
    q: int, scale: int, scale_format: FloatFormat, zero_point: int, value_format: FloatFormat
) -> int:
    """As a fused multiply and conversion would do it."""
    if not oracle.is_finite(scale_format, scale) or q == zero_point:
        return RIGHT_DEQUANTIZE(q, scale, scale_format, zero_point, value_format)
    product = (q - zero_point) * oracle.exact_value(scale_format, scale)
    return right_round_to_format(value_format, product)


# ---------------------------------------------------------------------------
# requantize
# ---------------------------------------------------------------------------

RIGHT_MULTIPLIER = oracle.requantize_multiplier
RIGHT_REQUANTIZE = oracle.requantize_element


def unclamped_multiplier(
    scale_in: int, in_format: FloatFormat, scale_out: int, out_format: FloatFormat
) -> int:
    t = right_computing_format(in_format, out_format)
    a, b = right_convert(in_format, t, scale_in), right_convert(out_format, t, scale_out)
    return right_convert(t, F32, right_divide(t, a, b))


def nan_hiding_multiplier(
    scale_in: int, in_format: FloatFormat, scale_out: int, out_format: FloatFormat
) -> int:
    quotient = RIGHT_MULTIPLIER(scale_in, in_format, scale_out, out_format)
    return F32.largest_finite if oracle.is_nan(F32, quotient) else quotient


def wrapping_accumulator(a: int, zero_point_in: int, *rest: object) -> int:
    wrapped = (a - zero_point_in + (1 << 31)) % (1 << 32) - (1 << 31)
    return RIGHT_REQUANTIZE(wrapped, 0, *rest)


def twice_rounded_accumulator(a: int, zero_point_in: int, *rest: object) -> int:
    parts = (right_from_integer(F32, a), right_from_integer(F32, zero_point_in))
    difference = oracle.exact_value(F32, oracle.subtract(F32, *parts))
    return RIGHT_REQUANTIZE(int(difference), 0, *rest)


def unrounded_requantize(
    a: int,
    zero_point_in: int,
    multiplier: int,
    zero_point_out: int,
    storage: Storage,
    rounding: str,
) -> int:
    if not oracle.is_finite(F32, multiplier):
        return RIGHT_REQUANTIZE(
            a, zero_point_in, multiplier, zero_point_out, storage, rounding
        )
    exact = (a - zero_point_in) * oracle.exact_value(F32, multiplier)
    low, high = storage.qmin - zero_point_out, storage.qmax - zero_point_out
    if isinstance(rounding, oracle.Draw):
        return RIGHT_REQUANTIZE(
            a, zero_point_in, multiplier, zero_point_out, storage, rounding
        )
    rounded = right_to_integer(rounding, exact)
    return oracle.clamp(rounded, low, high) + zero_point_out


# ---------------------------------------------------------------------------
# requantize_fixed_point
# ---------------------------------------------------------------------------

RIGHT_TWICE = oracle.multiply_by_quantized_multiplier
RIGHT_ONCE = oracle.multiply_by_quantized_multiplier_single
RIGHT_FIXED_POINT = oracle.requantize_fixed_point_element


def wrap_to_i32(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def half_even_once(x: int, multiplier: int, shift: int) -> int:
    return right_round(Fraction(x * multiplier) * Fraction(2) ** (shift - 31))


def half_away_once(x: int, multiplier: int, shift: int) -> int:
    return round_half_away(Fraction(x * multiplier) * Fraction(2) ** (shift - 31))


def half_up_by_pot(x: int, exponent: int) -> int:
    return round_up_ties(Fraction(x, 1 << exponent))


def half_away_high_mul(a: int, b: int) -> int:
    return round_half_away(Fraction(a * b, 1 << 31))


def sign_of_multiplicand(x: int, multiplier: int, shift: int) -> int:
    """TOSA's form, which knows no negative multiplier."""
    right = 31 - shift
    quarter = 0 if right <= 31 else 1 << 30 if x >= 0 else -(1 << 30)
    return (x * multiplier + (1 << (right - 1)) + quarter) >> right


def wrapping_left_shift(x: int, multiplier: int, shift: int) -> int:
    left = max(shift, 0)
    return RIGHT_TWICE(wrap_to_i32(x << left), multiplier, shift - left)


def wrapping_quotient(x: int, multiplier: int, shift: int) -> int:
    return wrap_to_i32(RIGHT_TWICE(x, multiplier, shift))


def wrapping_shift(a: int, z_in: int, m: int, shift: int, *rest: object) -> int:
    """What a processor makes of a shift by a register."""
    return RIGHT_FIXED_POINT(a, z_in, m, shift % 64, *rest)


def fixed_clamp_before_zero_point(
    a: int, z_in: int, m: int, shift: int, z_out: int, storage: Storage, mode: str
) -> int:
    return RIGHT_FIXED_POINT(a, z_in, m, shift, 0, storage, mode) + z_out


def fixed_full_range(
    a: int, z_in: int, m: int, shift: int, z_out: int, storage: Storage, mode: str
) -> int:
    whole = Storage.parse(f"{'i' if storage.signed else 'u'}{storage.width}")
    return RIGHT_FIXED_POINT(a, z_in, m, shift, z_out, whole, mode)


def without_zero_point_in(a: int, z_in: int, *rest: object) -> int:
    return RIGHT_FIXED_POINT(a, 0, *rest)


# ---------------------------------------------------------------------------
# choose_qparams
# ---------------------------------------------------------------------------

RIGHT_SYMMETRIC = oracle.symmetric_scale
RIGHT_ASYMMETRIC = oracle.asymmetric_scale
RIGHT_QPARAMS = oracle.asymmetric_qparams


def with_infinities(t: FloatFormat, bits: list[int], storage: Storage) -> int:
    if any(oracle.is_infinite(t, x) for x in bits):
        return t.largest_finite
    return RIGHT_SYMMETRIC(t, bits, storage)


def unclamped_scale(fmt: FloatFormat, scale: int) -> int:
    return scale


def no_overflow_rule(t: FloatFormat, low: int, high: int, storage: Storage) -> int:
    steps = oracle.from_integer(t, storage.qmax - storage.qmin)
    return oracle.clamp_scale(t, right_divide(t, oracle.subtract(t, high, low), steps))


def zero_point_from_quotient(
    t: FloatFormat, bits: list[int], storage: Storage
) -> tuple[int, int]:
    """qmin - R(lo / s)."""
    scale, _ = RIGHT_QPARAMS(t, bits, storage)
    finite = [oracle.exact_value(t, x) for x in bits if oracle.is_finite(t, x)]
    low = min([*finite, Fraction(0)])
    quotient = right_divide(t, right_round_to_format(t, low), scale)
    zero_point = storage.qmin - right_round(oracle.exact_value(t, quotient))
    return scale, oracle.clamp(zero_point, storage.qmin, storage.qmax)


def range_without_zero(
    t: FloatFormat, bits: list[int], storage: Storage
) -> tuple[int, int]:
    finite = [x for x in bits if oracle.is_finite(t, x)]
    values = [oracle.exact_value(t, x) for x in finite]
    if not values or min(values) == max(values):
        return RIGHT_QPARAMS(t, bits, storage)
    low, high = (right_round_to_format(t, pick(values)) for pick in (min, max))
    scale = RIGHT_ASYMMETRIC(t, low, high, storage)
    return scale, RIGHT_QPARAMS(t, bits, storage)[1]


def full_width_symmetric(t: FloatFormat, bits: list[int], storage: Storage) -> int:
    """max|x| / -qmin."""
    return RIGHT_SYMMETRIC(t, bits, Storage(storage.width, True, 0, -storage.qmin))


def signed_maximum(t: FloatFormat, bits: list[int], storage: Storage) -> int:
    return RIGHT_SYMMETRIC(t, [x for x in bits if not oracle.is_negative(t, x)], storage)


def empty_is_tiny(t: FloatFormat, bits: list[int], storage: Storage) -> int:
    scale = RIGHT_SYMMETRIC(t, bits, storage)
    nonzero = any(oracle.is_finite(t, x) and not oracle.is_zero(t, x) for x in bits)
    return scale if nonzero else t.smallest_normal


# ---------------------------------------------------------------------------
# Float storages
# ---------------------------------------------------------------------------

RIGHT_NEAREST = FloatStorage.nearest
RIGHT_FROM_NUMBER = FloatStorage.from_number
RIGHT_TO_FLOAT = oracle.to_float_storage


def nearest_away(storage: FloatStorage, magnitude: Fraction) -> int:
    pattern = RIGHT_NEAREST(storage, magnitude)
    if pattern > storage.largest:
        return pattern
    halfway = (storage.magnitudes[pattern] + storage.magnitudes[pattern + 1]) / 2
    return pattern + 1 if magnitude == halfway else pattern


def nearest_without_subnormals(storage: FloatStorage, magnitude: Fraction) -> int:
    pattern = RIGHT_NEAREST(storage, magnitude)
    return pattern if pattern >> storage.fraction_bits else 0


def always_saturating(storage: FloatStorage, negative: bool, saturate: bool) -> int:
    return (storage.sign_bit if negative else 0) | storage.largest


def signed_zero(
    storage: FloatStorage, value: Fraction, negative: bool, saturate: bool
) -> int:
    pattern = RIGHT_FROM_NUMBER(storage, value, negative, saturate)
    return storage.sign_bit if pattern == 0 and negative else pattern


def twice_rounded_number(
    t: FloatFormat, v: int, storage: FloatStorage, saturating: bool
) -> int:
    return RIGHT_TO_FLOAT(F32, right_convert(t, F32, v), storage, saturating)


# ---------------------------------------------------------------------------
# Quantized scales
# ---------------------------------------------------------------------------

RIGHT_POWER = oracle.power_of_two_scale
RIGHT_PROPORTIONAL = oracle.proportional_scale


def power_of_quotient(t: FloatFormat, bits: list[int], storage: FloatStorage) -> int:
    """floor(log2(max|x| / qmax)): the elements never saturate."""
    largest = oracle.exact_value(t, oracle.largest_magnitude(t, bits))
    if largest == 0:
        return 0
    exponent = oracle.floor_log2(largest / storage.qmax)
    return oracle.clamp(exponent, -127, 127) + 127


def power_rounded_up(t: FloatFormat, bits: list[int], storage: FloatStorage) -> int:
    largest = oracle.exact_value(t, oracle.largest_magnitude(t, bits))
    exact = largest == 0 or largest == oracle.power_of_two(oracle.floor_log2(largest))
    right = RIGHT_POWER(t, bits, storage)
    return right if exact else min(right + 1, 254)


def power_without_subnormal(
    t: FloatFormat, bits: list[int], storage: FloatStorage
) -> int:
    return max(RIGHT_POWER(t, bits, storage), 1)


def empty_power_is_one(t: FloatFormat, bits: list[int], storage: FloatStorage) -> int:
    if oracle.largest_magnitude(t, bits) == 0:
        return 127
    return RIGHT_POWER(t, bits, storage)


def powers_of_f32_only(t: FloatFormat, bits: list[int], storage: FloatStorage) -> int:
    """The range as f32, so that what is beyond it is no number."""
    return RIGHT_POWER(F32, [right_convert(t, F32, x) for x in bits], storage)


def zero_for_pattern_0(storage: PowersOfTwo, bits: int) -> Fraction:
    return Fraction(0) if bits == 0 else storage.magnitudes[bits]


def proportional_once(
    t: FloatFormat, bits: list[int], storage: FloatStorage, unit: int, kind: FloatStorage
) -> int:
    """One division, by the product."""
    product = right_multiply(t, right_from_integer(t, storage.qmax), unit)
    largest = right_divide(t, oracle.largest_magnitude(t, bits), product)
    if not oracle.is_finite(t, largest):
        return RIGHT_PROPORTIONAL(t, bits, storage, unit, kind)
    value = max(oracle.exact_value(t, largest), Fraction(1, 512))
    return kind.from_number(value, False, True)


def proportional_to_zero(
    t: FloatFormat, bits: list[int], storage: FloatStorage, unit: int, kind: FloatStorage
) -> int:
    largest = oracle.largest_magnitude(t, bits)
    v = right_divide(t, right_divide(t, largest, right_from_integer(t, storage.qmax)), unit)
    return oracle.to_float_storage(t, v, kind, True)


def proportional_beyond(
    t: FloatFormat, bits: list[int], storage: FloatStorage, unit: int, kind: FloatStorage
) -> int:
    right = RIGHT_PROPORTIONAL(t, bits, storage, unit, kind)
    return kind.nan if right == kind.largest else right


# ---------------------------------------------------------------------------
# The list
# ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Mistake:
    name: str
    ops: tuple[str, ...]
    owner: object
    attribute: str
    replacement: Callable


QUANTIZERS = ("quantize", "fake_quantize")
SATURATING = (*QUANTIZERS, "requantize")
WITH_PARAMETERS = (*SATURATING, "dequantize")
DEQUANTIZERS = ("dequantize", "fake_quantize")


def mistake(
    name: str,
    ops: tuple[str, ...],
    attribute: str,
    replacement: Callable,
    owner: object = oracle,
) -> Mistake:
    assert hasattr(owner, attribute), attribute
    return Mistake(name, ops, owner, attribute, replacement)


def wrong_rounding(
    name: str, rounding: str, replacement: Callable[[Fraction], int]
) -> Mistake:
    return mistake(name, SATURATING, "round_to_integer", instead_of(rounding, replacement))


MISTAKES = (
    wrong_rounding("half_even is half away", "half_even", round_half_away),
    wrong_rounding("half_even is floor(v + 1/2)", "half_even", round_up_ties),
    wrong_rounding("half_even truncates", "half_even", int),
    wrong_rounding("half_away is half even", "half_away", right_round),
    wrong_rounding("half_away is floor(v + 1/2)", "half_away", round_up_ties),
    mistake("half_away adds 1/2 in T", QUANTIZERS, "saturate", saturate_half_added_in_t),
    wrong_rounding("toward_zero is floor", "toward_zero", Fraction.__floor__),
    wrong_rounding("toward_zero is to nearest", "toward_zero", right_round),
    mistake("stochastic is to nearest", SATURATING, "round_by_draw", draw_to_nearest),
    mistake("one number for all", SATURATING, "rounding_of_element", one_draw_for_all),
    mistake("upper half of the seed lost", SATURATING, "rounding_of_element", half_the_seed),
    mistake("zero point before rounding", SATURATING, "saturate", saturate_after_shift),
    mistake("clamp before zero point", SATURATING, "saturate", saturate_then_wrap),
    mistake("wraps", SATURATING, "saturate", wrap),
    mistake("wraps beyond i32", SATURATING, "saturate", wrap_beyond_i32),
    mistake("NaN gives qmax", SATURATING, "saturate", nan_gives(lambda z, s: s.qmax)),
    mistake("NaN gives z", SATURATING, "saturate", nan_gives(lambda z, s: z)),
    mistake("narrow range ignored", SATURATING, "saturate", full_range),
    mistake("product for quotient", QUANTIZERS, "divide", divide_by_product),
    mistake("corrected product everywhere", QUANTIZERS, "divide", corrected_product),
    mistake("reciprocal always", QUANTIZERS, "scaled_quotient", product_without_fallback),
    mistake("reciprocal ignored", QUANTIZERS, "scaled_quotient", always_divide),
    mistake("precision ignored", QUANTIZERS, "narrow_quotient", unnarrowed_quotient),
    mistake("precision saturates", QUANTIZERS, "narrow_quotient", saturating_quotient),
    mistake("division flushes", SATURATING, "divide", flushing_divide),
    mistake("product flushes", (*QUANTIZERS, "dequantize"), "multiply", flushing_multiply),
    mistake("T is f64", (*QUANTIZERS, "dequantize"), "computing_format", f64_steps),
    mistake("T is f32", (*QUANTIZERS, "dequantize"), "computing_format", f32_steps),
    mistake("T is narrow", (*QUANTIZERS, "dequantize"), "computing_format", narrow_steps),
    mistake("bf16 truncates", DEQUANTIZERS, "convert", truncating_narrow),
    mistake("f64 narrows through f32", DEQUANTIZERS, "convert", narrow_through_f32),
    mistake("narrowing saturates", DEQUANTIZERS, "convert", saturating_narrow),
    mistake("integers truncate", ("dequantize", "requantize"), "from_integer", truncating_integer),
    mistake("signedness of z", WITH_PARAMETERS, "zero_point", other_signedness, oracle.Parameters),
    mistake("first parameter only", WITH_PARAMETERS, "parameter_positions", first_parameter),
    mistake("lanes exchanged", WITH_PARAMETERS, "parameter_positions", misplaced_parameter),
    mistake("q - z wraps", DEQUANTIZERS, "dequantize_element", wrapping_difference),
    mistake("product not rounded", DEQUANTIZERS, "dequantize_element", unrounded_product),
    mistake("floats: R is half away", QUANTIZERS, "nearest", nearest_away, FloatStorage),
    mistake("floats: subnormals flush", QUANTIZERS, "nearest", nearest_without_subnormals, FloatStorage),
    mistake("floats: saturate ignored", QUANTIZERS, "overflow", always_saturating, FloatStorage),
    mistake("floats: -0 in FNUZ", QUANTIZERS, "from_number", signed_zero, FloatStorage),
    mistake("floats: NaN gives 1", QUANTIZERS, "from_nan", lambda storage: 1, FloatStorage),
    mistake("floats: f64 by way of f32", QUANTIZERS, "to_float_storage", twice_rounded_number),
    mistake("floats: infinity is NaN", DEQUANTIZERS, "is_infinite", lambda storage, bits: False, FloatStorage),
    mistake("m is infinite", ("requantize",), "requantize_multiplier", unclamped_multiplier),
    mistake("m hides NaN", ("requantize",), "requantize_multiplier", nan_hiding_multiplier),
    mistake("a - z wraps", ("requantize",), "requantize_element", wrapping_accumulator),
    mistake("a and z rounded", ("requantize",), "requantize_element", twice_rounded_accumulator),
    mistake("d * m not rounded", ("requantize",), "requantize_element", unrounded_requantize),
    mistake("f64 scales in f32", ("requantize",), "computing_format", f32_steps),
    *(
        mistake(f"fixed point: {name}", ("requantize_fixed_point",), attribute, replacement)
        for name, attribute, replacement in (
            ("one rounding for two", "multiply_by_quantized_multiplier", RIGHT_ONCE),
            ("two roundings for one", "multiply_by_quantized_multiplier_single", RIGHT_TWICE),
            ("once, half even", "multiply_by_quantized_multiplier_single", half_even_once),
            ("once, half away", "multiply_by_quantized_multiplier_single", half_away_once),
            ("second rounding half up", "rounding_divide_by_pot", half_up_by_pot),
            ("first rounding half away", "saturating_rounding_doubling_high_mul", half_away_high_mul),
            ("sign of d", "multiply_by_quantized_multiplier", sign_of_multiplicand),
            ("d << left wraps", "multiply_by_quantized_multiplier", wrapping_left_shift),
            ("y wraps", "multiply_by_quantized_multiplier", wrapping_quotient),
            ("shift wraps", "requantize_fixed_point_element", wrapping_shift),
            ("clamp before zero point", "requantize_fixed_point_element", fixed_clamp_before_zero_point),
            ("narrow range ignored", "requantize_fixed_point_element", fixed_full_range),
            ("no zero point in", "requantize_fixed_point_element", without_zero_point_in),
            ("first parameter only", "parameter_positions", first_parameter),
            ("lanes exchanged", "parameter_positions", misplaced_parameter),
        )
    ),
    mistake("infinities in range", ("choose_qparams",), "symmetric_scale", with_infinities),
    mistake("scale not clamped", ("choose_qparams",), "clamp_scale", unclamped_scale),
    mistake("hi - lo overflows", ("choose_qparams",), "asymmetric_scale", no_overflow_rule),
    mistake("qmin - R(lo/s)", ("choose_qparams",), "asymmetric_qparams", zero_point_from_quotient),
    mistake("range without 0", ("choose_qparams",), "asymmetric_qparams", range_without_zero),
    mistake("R of z is half away", ("choose_qparams",), "round_half_even", round_half_away),
    mistake("divides by -qmin", ("choose_qparams",), "symmetric_scale", full_width_symmetric),
    mistake("max x for max|x|", ("choose_qparams",), "symmetric_scale", signed_maximum),
    mistake("empty range is tiny", ("choose_qparams",), "symmetric_scale", empty_is_tiny),
    mistake("scales flush", ("choose_qparams",), "divide", flushing_divide),
    mistake("T is f64", ("choose_qparams",), "computing_format", f64_steps),
    mistake("first range only", ("choose_qparams",), "parameter_positions", first_parameter),
    mistake("ranges exchanged", ("choose_qparams",), "parameter_positions", misplaced_parameter),
    mistake("scales: log2 of the quotient", ("choose_qparams",), "power_of_two_scale", power_of_quotient),
    mistake("scales: log2 rounded up", ("choose_qparams",), "power_of_two_scale", power_rounded_up),
    mistake("scales: no 2^-127", ("choose_qparams",), "power_of_two_scale", power_without_subnormal),
    mistake("scales: 1 for zeros", ("choose_qparams",), "power_of_two_scale", empty_power_is_one),
    mistake("scales: range in f32", ("choose_qparams",), "power_of_two_scale", powers_of_f32_only),
    mistake("scales: one division", ("choose_qparams",), "proportional_scale", proportional_once),
    mistake("scales: 0 in E4M3", ("choose_qparams",), "proportional_scale", proportional_to_zero),
    mistake("scales: overflow to NaN", ("choose_qparams",), "proportional_scale", proportional_beyond),
    mistake("scales: E8M0 has a zero", ("dequantize",), "exact_value", zero_for_pattern_0, PowersOfTwo),
)


@contextmanager
def applied(wrong: Mistake) -> Iterator[None]:
    saved = getattr(wrong.owner, wrong.attribute)
    setattr(wrong.owner, wrong.attribute, wrong.replacement)
    try:
        yield
    finally:
        setattr(wrong.owner, wrong.attribute, saved)


def noticing_cases(wrong: Mistake, cases: list[Case], full: bool) -> list[int]:
    """The data was drawn before, by the right reference."""
    noticing = []
    for case in cases:
        with applied(wrong):
            try:
                results = case.compute()
            except (AssertionError, IndexError):
                results = []
        if results != case.expected:
            noticing.append(case.number)
            if not full:
                break
    return noticing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="find all noticing cases")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tried = unseen = 0
    for op in case_plans.OPS:
        plans = case_plans.all_plans(op, options.seed)
        cases = [
            case_builders.build(op, number, plan, options.seed)
            for number, plan in enumerate(plans)
        ]
        # What a few elements show need not be asked of many.
        cases.sort(key=lambda case: case.checked_elements)
        for wrong in MISTAKES:
            if op not in wrong.ops:
                continue
            tried += 1
            noticing = noticing_cases(wrong, cases, options.full)
            unseen += not noticing
            seen = f"case {noticing[0]}" if noticing else "NOT SEEN"
            total = f", {len(noticing)} of {len(cases)}" if options.full else ""
            print(f"{op}: {wrong.name}: {seen}{total}")
        for pair in sorted(case_plans.uncovered_pairs(op, plans), key=str):
            unseen += 1
            print(f"{op}: never together: {pair}")
    print(f"mistakes: {tried} unseen: {unseen}")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
