"""Reference arithmetic of the quant_ext dialect.

Slow and plain on purpose. Every step is computed on exact rationals and then
converted once to its format by `round_to_format`, so that each rounding which
the definition asks for is one visible call, and no host floating point takes
part. Values travel as bit patterns, because NaN payloads, the sign of zero and
subnormals do not survive other representations.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product
from typing import Iterator, Sequence

from oracle_floats import FLOAT_STORAGES, FloatStorage


# ---------------------------------------------------------------------------
# Binary interchange formats
# ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class FloatFormat:
    name: str
    exponent_bits: int
    fraction_bits: int

    @cached_property
    def width(self) -> int:
        return 1 + self.exponent_bits + self.fraction_bits

    @cached_property
    def min_exponent(self) -> int:
        """Exponent of the smallest normal number."""
        return 2 - (1 << (self.exponent_bits - 1))

    @cached_property
    def infinity(self) -> int:
        return ((1 << self.exponent_bits) - 1) << self.fraction_bits

    @cached_property
    def quiet_nan(self) -> int:
        return self.infinity | (1 << (self.fraction_bits - 1))

    @cached_property
    def largest_finite(self) -> int:
        return self.infinity - 1

    @cached_property
    def smallest_normal(self) -> int:
        return 1 << self.fraction_bits

    @cached_property
    def sign_bit(self) -> int:
        return 1 << (self.width - 1)


F16 = FloatFormat("f16", 5, 10)
BF16 = FloatFormat("bf16", 8, 7)
F32 = FloatFormat("f32", 8, 23)
F64 = FloatFormat("f64", 11, 52)
FORMATS = {fmt.name: fmt for fmt in (F16, BF16, F32, F64)}


@lru_cache(maxsize=None)
def power_of_two(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def is_negative(fmt: FloatFormat, bits: int) -> bool:
    return bool(bits & fmt.sign_bit)


def magnitude_bits(fmt: FloatFormat, bits: int) -> int:
    return bits & (fmt.sign_bit - 1)


def is_nan(fmt: FloatFormat, bits: int) -> bool:
    return magnitude_bits(fmt, bits) > fmt.infinity


def is_infinite(fmt: FloatFormat, bits: int) -> bool:
    return magnitude_bits(fmt, bits) == fmt.infinity


def is_finite(fmt: FloatFormat, bits: int) -> bool:
    return magnitude_bits(fmt, bits) < fmt.infinity


def is_zero(fmt: FloatFormat, bits: int) -> bool:
    return magnitude_bits(fmt, bits) == 0


def is_finite_normal(fmt: FloatFormat, bits: int) -> bool:
    return fmt.smallest_normal <= magnitude_bits(fmt, bits) < fmt.infinity


def shifted(numerator: int, denominator: int, exponent: int) -> tuple[int, int]:
    """The ratio of both times 2^exponent, in integers, which are faster."""
    if exponent >= 0:
        return numerator << exponent, denominator
    return numerator, denominator << -exponent


def parts_of(fmt: FloatFormat, bits: int) -> tuple[int, int]:
    """What finite bits denote, as an integer times a power of two: both, the
    latter by its exponent. Both zeros give 0."""
    magnitude = magnitude_bits(fmt, bits)
    assert magnitude < fmt.infinity
    exponent_field = magnitude >> fmt.fraction_bits
    significand = magnitude & ((1 << fmt.fraction_bits) - 1)
    exponent = fmt.min_exponent - fmt.fraction_bits
    if exponent_field:
        significand += 1 << fmt.fraction_bits
        exponent += exponent_field - 1
    return (-significand if bits & fmt.sign_bit else significand), exponent


def exact_value(fmt: FloatFormat, bits: int) -> Fraction:
    """The rational that finite bits denote; both zeros give 0."""
    significand, exponent = parts_of(fmt, bits)
    return Fraction(*shifted(significand, 1, exponent))


def ratio_half_even(numerator: int, denominator: int) -> int:
    below, rest = divmod(numerator, denominator)
    if 2 * rest < denominator:
        return below
    if 2 * rest > denominator:
        return below + 1
    return below if below % 2 == 0 else below + 1


def round_half_even(value: Fraction) -> int:
    return ratio_half_even(value.numerator, value.denominator)


def round_half_away(value: Fraction) -> int:
    below = abs(value).numerator // abs(value).denominator
    rest = abs(value) - below
    nearest = below if rest < Fraction(1, 2) else below + 1
    return -nearest if value < 0 else nearest


def round_toward_zero(value: Fraction) -> int:
    below = abs(value).numerator // abs(value).denominator
    return -below if value < 0 else below


def round_to_integer(rounding: str, value: Fraction) -> int:
    """R of the definition."""
    return {
        "half_even": round_half_even,
        "half_away": round_half_away,
        "toward_zero": round_toward_zero,
    }[rounding](value)


def philox4x32_10(counter: Sequence[int], key: Sequence[int]) -> list[int]:
    """Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.

    A round maps (R0, L0, R1, L1) to (mulhi(R1) ^ L0 ^ k0, mullo(R1),
    mulhi(R0) ^ L1 ^ k1, mullo(R0)); between rounds the key grows by the golden
    ratio and by sqrt(3) - 1, as fractions of 2^32.
    """
    right0, left0, right1, left1 = counter
    for step in range(10):
        key0 = (key[0] + step * 0x9E3779B9) % 2**32
        key1 = (key[1] + step * 0xBB67AE85) % 2**32
        high0, low0 = divmod(0xD2511F53 * right0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * right1, 2**32)
        right0, left0, right1, left1 = high1 ^ left0 ^ key0, low1, high0 ^ left1 ^ key1, low0
    return [right0, left0, right1, left1]


@dataclass(frozen=True)
class Draw:
    """Stochastic rounding by the number of one element."""

    number: int


def rounding_of_element(rounding: str, seed: int | None, index: int) -> str | Draw:
    if rounding != "stochastic":
        return rounding
    counter = [index % 2**32, index >> 32, 0, 0]
    return Draw(philox4x32_10(counter, [seed % 2**32, seed >> 32])[0])


def counters_at(position: Sequence[int], shape: Sequence[int]) -> list[int]:
    """The index that each element has in a larger tensor: an offset, and what a
    step in each dimension adds. Without a position the tensor is the whole."""
    if not position:
        return list(range(element_count(shape)))
    offset, *strides = position
    return [
        (offset + sum(map(operator.mul, place, strides))) % 2**64
        for place in indices(shape)
    ]


def ratio_floor_log2(numerator: int, denominator: int) -> int:
    guess = numerator.bit_length() - denominator.bit_length()
    # 2^(a-1) <= numerator < 2^a, likewise the denominator, so the quotient is
    # in (2^(guess-1), 2^(guess+1)).
    scaled, by = shifted(numerator, denominator, -guess)
    return guess if scaled >= by else guess - 1


def floor_log2(value: Fraction) -> int:
    assert value > 0
    return ratio_floor_log2(value.numerator, value.denominator)


def round_to_format(
    fmt: FloatFormat, value: Fraction, negative_zero: bool = False
) -> int:
    """As round_ratio does, of a rational."""
    return round_ratio(fmt, value.numerator, value.denominator, negative_zero)


def round_ratio(
    fmt: FloatFormat, numerator: int, denominator: int, negative_zero: bool = False
) -> int:
    """Nearest, ties to even, gradual underflow, overflow to infinity.

    `negative_zero` is the sign of an exact zero; a nonzero value that
    underflows keeps its own sign. The denominator is positive, and the ratio
    need not be reduced.
    """
    if numerator == 0:
        return fmt.sign_bit if negative_zero else 0
    sign = fmt.sign_bit if numerator < 0 else 0
    numerator = abs(numerator)
    exponent = max(ratio_floor_log2(numerator, denominator), fmt.min_exponent)
    significand = ratio_half_even(
        *shifted(numerator, denominator, fmt.fraction_bits - exponent)
    )
    if significand == 1 << (fmt.fraction_bits + 1):
        significand >>= 1
        exponent += 1
    if significand < 1 << fmt.fraction_bits:
        assert exponent == fmt.min_exponent
        return sign | significand
    exponent_field = exponent - fmt.min_exponent + 1
    if exponent_field >= (1 << fmt.exponent_bits) - 1:
        return sign | fmt.infinity
    fraction_field = significand - (1 << fmt.fraction_bits)
    return sign | (exponent_field << fmt.fraction_bits) | fraction_field


def convert(source: FloatFormat, target: FloatFormat, bits: int) -> int:
    if is_nan(source, bits):
        return target.quiet_nan
    if is_infinite(source, bits):
        sign = target.sign_bit if is_negative(source, bits) else 0
        return sign | target.infinity
    if source == target:
        return bits
    significand, exponent = parts_of(source, bits)
    ratio = shifted(significand, 1, exponent)
    return round_ratio(target, *ratio, is_negative(source, bits))


def from_integer(fmt: FloatFormat, value: int) -> int:
    return round_ratio(fmt, value, 1)


# ---------------------------------------------------------------------------
# IEEE 754 operations on two operands of one format
# ---------------------------------------------------------------------------


def divide(fmt: FloatFormat, a: int, b: int) -> int:
    if is_nan(fmt, a) or is_nan(fmt, b):
        return fmt.quiet_nan
    negative = is_negative(fmt, a) != is_negative(fmt, b)
    sign = fmt.sign_bit if negative else 0
    if is_infinite(fmt, a):
        return fmt.quiet_nan if is_infinite(fmt, b) else sign | fmt.infinity
    if is_infinite(fmt, b):
        return sign
    if is_zero(fmt, b):
        return fmt.quiet_nan if is_zero(fmt, a) else sign | fmt.infinity
    (x, of_x), (y, of_y) = parts_of(fmt, a), parts_of(fmt, b)
    ratio = shifted(-x if y < 0 else x, abs(y), of_x - of_y)
    return round_ratio(fmt, *ratio, negative)


def multiply(fmt: FloatFormat, a: int, b: int) -> int:
    if is_nan(fmt, a) or is_nan(fmt, b):
        return fmt.quiet_nan
    negative = is_negative(fmt, a) != is_negative(fmt, b)
    if is_infinite(fmt, a) or is_infinite(fmt, b):
        if is_zero(fmt, a) or is_zero(fmt, b):
            return fmt.quiet_nan
        return (fmt.sign_bit if negative else 0) | fmt.infinity
    (x, of_x), (y, of_y) = parts_of(fmt, a), parts_of(fmt, b)
    return round_ratio(fmt, *shifted(x * y, 1, of_x + of_y), negative)


def subtract(fmt: FloatFormat, a: int, b: int) -> int:
    if is_nan(fmt, a) or is_nan(fmt, b):
        return fmt.quiet_nan
    if is_infinite(fmt, a):
        same_sign = is_negative(fmt, a) == is_negative(fmt, b)
        return fmt.quiet_nan if is_infinite(fmt, b) and same_sign else a
    if is_infinite(fmt, b):
        return b ^ fmt.sign_bit
    # An exact zero difference is +0, except that (-0) - (+0) is -0.
    negative_zero = (
        is_zero(fmt, a)
        and is_zero(fmt, b)
        and is_negative(fmt, a)
        and not is_negative(fmt, b)
    )
    (x, of_x), (y, of_y) = parts_of(fmt, a), parts_of(fmt, b)
    least = min(of_x, of_y)
    difference = (x << of_x - least) - (y << of_y - least)
    return round_ratio(fmt, *shifted(difference, 1, least), negative_zero)


# ---------------------------------------------------------------------------
# Storage types
# ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Storage:
    width: int
    signed: bool
    qmin: int
    qmax: int

    @staticmethod
    def parse(text: str) -> "Storage | FloatStorage":
        if text in FLOAT_STORAGES:
            return FLOAT_STORAGES[text]
        match = re.fullmatch(r"([iu])(\d+)(?:<(-?\d+):(-?\d+)>)?", text)
        assert match, text
        signed = match[1] == "i"
        width = int(match[2])
        qmin = -(1 << (width - 1)) if signed else 0
        qmax = (1 << (width - 1)) - 1 if signed else (1 << width) - 1
        if match[3] is not None:
            narrow_min, narrow_max = int(match[3]), int(match[4])
            assert qmin <= narrow_min < narrow_max <= qmax and narrow_max > 0, text
            qmin, qmax = narrow_min, narrow_max
        return Storage(width, signed, qmin, qmax)

    @property
    def element(self) -> str:
        return f"i{self.width}"

    def to_integer(self, bits: int) -> int:
        if self.signed and bits >> (self.width - 1):
            return bits - (1 << self.width)
        return bits

    def to_bits(self, value: int) -> int:
        return value & ((1 << self.width) - 1)


# ---------------------------------------------------------------------------
# One element
# ---------------------------------------------------------------------------


def computing_format(*operands: FloatFormat) -> FloatFormat:
    return F64 if F64 in operands else F32


def clamp(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def saturate(
    t: FloatFormat, v: int, zero_point: int, storage: Storage, rounding: str | Draw
) -> int:
    """clamp(R(v), qmin - z, qmax - z) + z, for any bits v."""
    if is_nan(t, v):
        return storage.qmin
    if is_infinite(t, v):
        return storage.qmin if is_negative(t, v) else storage.qmax
    if isinstance(rounding, Draw):
        rounded = round_by_draw(t, v, rounding.number)
    else:
        rounded = round_to_integer(rounding, exact_value(t, v))
    low, high = storage.qmin - zero_point, storage.qmax - zero_point
    return clamp(rounded, low, high) + zero_point


def round_by_draw(t: FloatFormat, v: int, number: int) -> int:
    exact = exact_value(t, v)
    below = exact.__floor__()
    rest = exact_value(t, round_to_format(t, exact - below))
    return below + (rest * 2**24 > number >> 8)


def scaled_quotient(t: FloatFormat, x: int, scale: int, division: str) -> int:
    if division == "reciprocal":
        inverse = divide(t, from_integer(t, 1), scale)
        if is_finite_normal(t, inverse):
            return multiply(t, x, inverse)
    return divide(t, x, scale)


def narrow_quotient(t: FloatFormat, v: int, precision: FloatFormat | None) -> int:
    """The quotient, rounded once more where it has a precision of its own."""
    return v if precision is None else convert(precision, t, convert(t, precision, v))


def quantize_element(
    x: int,
    value_format: FloatFormat,
    scale: int,
    scale_format: FloatFormat,
    zero_point: int,
    storage: Storage,
    division: str,
    rounding: str = "half_even",
    precision: FloatFormat | None = None,
) -> int:
    t = computing_format(value_format, scale_format)
    wide_x = convert(value_format, t, x)
    wide_scale = convert(scale_format, t, scale)
    v = scaled_quotient(t, wide_x, wide_scale, division)
    v = narrow_quotient(t, v, precision)
    return saturate(t, v, zero_point, storage, rounding)


def to_float_storage(
    t: FloatFormat, v: int, storage: FloatStorage, saturating: bool
) -> int:
    """One rounding of any bits v."""
    if is_nan(t, v):
        return storage.from_nan()
    if is_infinite(t, v):
        return storage.overflow(is_negative(t, v), saturating)
    return storage.from_number(exact_value(t, v), is_negative(t, v), saturating)


def from_float_storage(t: FloatFormat, q: int, storage: FloatStorage) -> int:
    """Exact."""
    if storage.is_nan(q):
        return t.quiet_nan
    sign = t.sign_bit if storage.is_negative(q) else 0
    if storage.is_infinite(q):
        return sign | t.infinity
    return round_to_format(t, storage.exact_value(q), bool(sign))


def quantize_to_float(
    x: int,
    value_format: FloatFormat,
    scale: int,
    scale_format: FloatFormat,
    storage: FloatStorage,
    division: str,
    precision: FloatFormat | None,
    saturating: bool,
) -> int:
    t = computing_format(value_format, scale_format)
    wide_x = convert(value_format, t, x)
    wide_scale = convert(scale_format, t, scale)
    v = scaled_quotient(t, wide_x, wide_scale, division)
    v = narrow_quotient(t, v, precision)
    return to_float_storage(t, v, storage, saturating)


def dequantize_element(
    q: int,
    scale: int,
    scale_format: FloatFormat,
    zero_point: int,
    value_format: FloatFormat,
) -> int:
    t = computing_format(value_format, scale_format)
    difference = from_integer(t, q - zero_point)
    wide_scale = convert(scale_format, t, scale)
    return convert(t, value_format, multiply(t, difference, wide_scale))


def dequantize_float(
    q: int,
    scale: int,
    scale_format: FloatFormat,
    value_format: FloatFormat,
    storage: FloatStorage,
) -> int:
    t = computing_format(value_format, scale_format)
    number = from_float_storage(t, q, storage)
    wide_scale = convert(scale_format, t, scale)
    return convert(t, value_format, multiply(t, number, wide_scale))


def requantize_multiplier(
    scale_in: int, in_format: FloatFormat, scale_out: int, out_format: FloatFormat
) -> int:
    t = computing_format(in_format, out_format)
    quotient = divide(
        t, convert(in_format, t, scale_in), convert(out_format, t, scale_out)
    )
    quotient = convert(t, F32, quotient)
    return F32.largest_finite if quotient == F32.infinity else quotient


def requantize_element(
    a: int,
    zero_point_in: int,
    multiplier: int,
    zero_point_out: int,
    storage: Storage,
    rounding: str = "half_even",
) -> int:
    difference = from_integer(F32, a - zero_point_in)
    v = multiply(F32, difference, multiplier)
    return saturate(F32, v, zero_point_out, storage, rounding)


# ---------------------------------------------------------------------------
# Fixed-point multipliers, in the words of gemmlowp and TFLite, except that no
# integer overflows
# ---------------------------------------------------------------------------

FIXED_POINT_SHIFTS = (1, 62)


def divide_toward_zero(numerator: int, denominator: int) -> int:
    """C's division."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def saturating_rounding_doubling_high_mul(a: int, b: int) -> int:
    ab = a * b
    nudge = 1 << 30 if ab >= 0 else 1 - (1 << 30)
    return divide_toward_zero(ab + nudge, 1 << 31)


def rounding_divide_by_pot(x: int, exponent: int) -> int:
    mask = (1 << exponent) - 1
    remainder = x & mask
    threshold = (mask >> 1) + (1 if x < 0 else 0)
    return (x >> exponent) + (1 if remainder > threshold else 0)


def multiply_by_quantized_multiplier(x: int, multiplier: int, shift: int) -> int:
    """`shift` counts to the left, as TFLite's does."""
    left_shift, right_shift = max(shift, 0), max(-shift, 0)
    return rounding_divide_by_pot(
        saturating_rounding_doubling_high_mul(x << left_shift, multiplier), right_shift
    )


def multiply_by_quantized_multiplier_single(x: int, multiplier: int, shift: int) -> int:
    """The same of TFLITE_SINGLE_ROUNDING."""
    exact = Fraction(x * multiplier) * power_of_two(shift - 31)
    return (exact + Fraction(1, 2)).__floor__()


def quantize_multiplier(factor: Fraction) -> tuple[int, int]:
    """TFLite's multiplier and shift to the left of a factor that is not
    negative; where its shift is above 30, the largest number."""
    if factor == 0:
        return 0, 0
    shift = 0
    while factor >= 1:
        factor, shift = factor / 2, shift + 1
    while factor < Fraction(1, 2):
        factor, shift = factor * 2, shift - 1
    fixed = (factor * (1 << 31) + Fraction(1, 2)).__floor__()
    if fixed == 1 << 31:
        fixed, shift = fixed // 2, shift + 1
    if shift < -31:
        return 0, 0
    return ((1 << 31) - 1, 30) if shift > 30 else (fixed, shift)


def requantize_fixed_point_element(
    a: int,
    zero_point_in: int,
    multiplier: int,
    shift: int,
    zero_point_out: int,
    storage: Storage,
    rounding_mode: str,
) -> int:
    left = 31 - clamp(shift, *FIXED_POINT_SHIFTS)
    multiply_by = {
        "double_round": multiply_by_quantized_multiplier,
        "single_round": multiply_by_quantized_multiplier_single,
    }[rounding_mode]
    y = multiply_by(a - zero_point_in, multiplier, left)
    return clamp(y + zero_point_out, storage.qmin, storage.qmax)


# ---------------------------------------------------------------------------
# Scale and zero point of one range
# ---------------------------------------------------------------------------


def clamp_scale(fmt: FloatFormat, scale: int) -> int:
    """N of the definition; the patterns of nonnegative numbers sort as integers."""
    assert not is_nan(fmt, scale) and not is_negative(fmt, scale)
    return clamp(scale, fmt.smallest_normal, fmt.largest_finite)


def symmetric_scale(t: FloatFormat, bits: Sequence[int], storage: Storage) -> int:
    finite = [magnitude_bits(t, x) for x in bits if is_finite(t, x)]
    largest = max(finite, default=0)
    if largest == 0:
        return from_integer(t, 1)
    return clamp_scale(t, divide(t, largest, from_integer(t, storage.qmax)))


def asymmetric_scale(t: FloatFormat, low: int, high: int, storage: Storage) -> int:
    steps = from_integer(t, storage.qmax - storage.qmin)
    width = subtract(t, high, low)
    if is_finite(t, width):
        return clamp_scale(t, divide(t, width, steps))
    two = from_integer(t, 2)
    half_width = subtract(t, divide(t, high, two), divide(t, low, two))
    return clamp_scale(t, divide(t, half_width, divide(t, steps, two)))


def asymmetric_qparams(
    t: FloatFormat, bits: Sequence[int], storage: Storage
) -> tuple[int, int]:
    finite = [x for x in bits if is_finite(t, x)]
    low = min(finite, key=lambda x: exact_value(t, x), default=0)
    high = max(finite, key=lambda x: exact_value(t, x), default=0)
    low = low if exact_value(t, low) < 0 else 0
    high = high if exact_value(t, high) > 0 else 0
    if low == 0 and high == 0:
        scale = from_integer(t, 1)
    else:
        scale = asymmetric_scale(t, low, high, storage)
    offset = subtract(t, from_integer(t, storage.qmin), divide(t, low, scale))
    zero_point = round_half_even(exact_value(t, offset))
    return scale, clamp(zero_point, storage.qmin, storage.qmax)


def largest_magnitude(t: FloatFormat, bits: Sequence[int]) -> int:
    return max((magnitude_bits(t, x) for x in bits if is_finite(t, x)), default=0)


def power_of_two_scale(
    t: FloatFormat, bits: Sequence[int], storage: FloatStorage
) -> int:
    """OCP MX v1.0: the largest power of two that is not above the largest
    magnitude, divided by the largest power of two of the element format; where
    that is not of E8M0, the nearest that is. Zero has no logarithm: the least."""
    largest = exact_value(t, largest_magnitude(t, bits))
    if largest == 0:
        return 0
    exponent = floor_log2(largest) - floor_log2(Fraction(storage.qmax))
    return clamp(exponent, -127, 127) + 127


def proportional_scale(
    t: FloatFormat,
    bits: Sequence[int],
    storage: FloatStorage,
    unit: int,
    scale_storage: FloatStorage,
) -> int:
    """NVFP4: E4M3(max((max|x| / qmax) / unit, 2^-9)), 2^-9 for a NaN."""
    largest = largest_magnitude(t, bits)
    v = divide(t, divide(t, largest, from_integer(t, storage.qmax)), unit)
    smallest = Fraction(1, 512)
    if is_nan(t, v) or is_negative(t, v):
        return scale_storage.from_number(smallest, False, True)
    if is_infinite(t, v):
        return scale_storage.overflow(False, True)
    return scale_storage.from_number(max(exact_value(t, v), smallest), False, True)


# ---------------------------------------------------------------------------
# Granularity
# ---------------------------------------------------------------------------

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Granularity:
    """Per-tensor when both fields are None."""

    axis: int | None = None
    block_sizes: Shape | None = None

    def parameter_shape(self, shape: Shape) -> Shape:
        if self.axis is not None:
            return (shape[self.axis],)
        if self.block_sizes is None:
            return ()
        return tuple(
            -(-size // self._block(size, block))
            for size, block in zip(shape, self.block_sizes, strict=True)
        )

    def parameter_index(self, shape: Shape, index: Shape) -> Shape:
        if self.axis is not None:
            return (index[self.axis],)
        if self.block_sizes is None:
            return ()
        return tuple(
            position // self._block(size, block)
            for position, size, block in zip(index, shape, self.block_sizes)
        )

    @staticmethod
    def _block(size: int, block: int) -> int:
        return size if block == -1 else block


PER_TENSOR = Granularity()


def element_count(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def indices(shape: Shape) -> Iterator[Shape]:
    return product(*(range(size) for size in shape))


def linear_index(shape: Shape, index: Shape) -> int:
    position = 0
    for size, i in zip(shape, index, strict=True):
        position = position * size + i
    return position


def parameter_positions(shape: Shape, granularity: Granularity) -> list[int]:
    """For each element in row-major order, the place of its scale."""
    parameters = granularity.parameter_shape(shape)
    return [
        linear_index(parameters, granularity.parameter_index(shape, index))
        for index in indices(shape)
    ]


# ---------------------------------------------------------------------------
# The operations on whole tensors, as row-major lists of bit patterns
# ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameters:
    """Scales, and zero points as storage bits; None means symmetric."""

    scale_format: FloatFormat
    scales: Sequence[int]
    zero_points: Sequence[int] | None

    def zero_point(self, position: int, storage: Storage) -> int:
        if self.zero_points is None:
            return 0
        return storage.to_integer(self.zero_points[position])


def quantize(
    x: Sequence[int],
    value_format: FloatFormat,
    positions: Sequence[int],
    parameters: Parameters,
    storage: Storage | FloatStorage,
    division: str = "exact",
    rounding: str = "half_even",
    precision: FloatFormat | None = None,
    saturating: bool = True,
    seed: int | None = None,
    counters: Sequence[int] | None = None,
) -> list[int]:
    if isinstance(storage, FloatStorage):
        return [
            quantize_to_float(
                element,
                value_format,
                parameters.scales[position],
                parameters.scale_format,
                storage,
                division,
                precision,
                saturating,
            )
            for element, position in zip(x, positions, strict=True)
        ]
    return [
        storage.to_bits(
            quantize_element(
                element,
                value_format,
                parameters.scales[position],
                parameters.scale_format,
                parameters.zero_point(position, storage),
                storage,
                division,
                rounding_of_element(rounding, seed, index),
                precision,
            )
        )
        for index, element, position in zip(
            counters or range(len(x)), x, positions, strict=True
        )
    ]


def dequantize(
    q: Sequence[int],
    value_format: FloatFormat,
    positions: Sequence[int],
    parameters: Parameters,
    storage: Storage | FloatStorage,
) -> list[int]:
    if isinstance(storage, FloatStorage):
        return [
            dequantize_float(
                element,
                parameters.scales[position],
                parameters.scale_format,
                value_format,
                storage,
            )
            for element, position in zip(q, positions, strict=True)
        ]
    return [
        dequantize_element(
            storage.to_integer(element),
            parameters.scales[position],
            parameters.scale_format,
            parameters.zero_point(position, storage),
            value_format,
        )
        for element, position in zip(q, positions, strict=True)
    ]


def fake_quantize(
    x: Sequence[int],
    value_format: FloatFormat,
    positions: Sequence[int],
    parameters: Parameters,
    storage: Storage | FloatStorage,
    division: str = "exact",
    rounding: str = "half_even",
    precision: FloatFormat | None = None,
    saturating: bool = True,
    seed: int | None = None,
    counters: Sequence[int] | None = None,
) -> list[int]:
    modes = division, rounding, precision, saturating
    quantized = quantize(
        x, value_format, positions, parameters, storage, *modes, seed, counters
    )
    return dequantize(quantized, value_format, positions, parameters, storage)


def requantize(
    a: Sequence[int],
    storage_in: Storage,
    positions_in: Sequence[int],
    parameters_in: Parameters,
    positions_out: Sequence[int],
    parameters_out: Parameters,
    storage: Storage,
    rounding: str = "half_even",
    seed: int | None = None,
    counters: Sequence[int] | None = None,
) -> list[int]:
    result = []
    indices_of_elements = counters or range(len(a))
    places = zip(indices_of_elements, a, positions_in, positions_out, strict=True)
    for index, element, i, o in places:
        multiplier = requantize_multiplier(
            parameters_in.scales[i],
            parameters_in.scale_format,
            parameters_out.scales[o],
            parameters_out.scale_format,
        )
        q = requantize_element(
            storage_in.to_integer(element),
            parameters_in.zero_point(i, storage_in),
            multiplier,
            parameters_out.zero_point(o, storage),
            storage,
            rounding_of_element(rounding, seed, index),
        )
        result.append(storage.to_bits(q))
    return result


def ranges_of(
    x: Sequence[int],
    value_format: FloatFormat,
    positions: Sequence[int],
    parameter_count: int,
) -> list[list[int]]:
    """For each parameter, its elements in the computing format."""
    t = computing_format(value_format)
    ranges: list[list[int]] = [[] for _ in range(parameter_count)]
    for element, position in zip(x, positions, strict=True):
        ranges[position].append(convert(value_format, t, element))
    return ranges


def choose_scales(
    x: Sequence[int],
    value_format: FloatFormat,
    positions: Sequence[int],
    parameter_count: int,
    storage: FloatStorage,
    scale_storage: FloatStorage,
    unit: int | None,
) -> list[int]:
    """Scales as bits of their storage; `unit` is the scale of scales."""
    t = computing_format(value_format)
    ranges = ranges_of(x, value_format, positions, parameter_count)
    if unit is None:
        return [power_of_two_scale(t, bits, storage) for bits in ranges]
    return [proportional_scale(t, bits, storage, unit, scale_storage) for bits in ranges]


def choose_qparams(
    x: Sequence[int],
    value_format: FloatFormat,
    positions: Sequence[int],
    parameter_count: int,
    storage: Storage,
    symmetric: bool,
) -> tuple[list[int], list[int] | None]:
    """Scales in f32 (f64 for f64 input), and zero points as storage bits."""
    t = computing_format(value_format)
    ranges = ranges_of(x, value_format, positions, parameter_count)
    if symmetric:
        return [symmetric_scale(t, bits, storage) for bits in ranges], None
    pairs = [asymmetric_qparams(t, bits, storage) for bits in ranges]
    scales = [scale for scale, _ in pairs]
    return scales, [storage.to_bits(zero_point) for _, zero_point in pairs]
