"""Tests of the reference arithmetic itself.

Conversions and the four IEEE operations are compared with the host's own
floating point through `struct`; everything else with values derived by hand in
the comments. The reference is worth nothing if it repeats the mistake it is
meant to find, so no expectation here is computed by `oracle`.
"""

from __future__ import annotations

import decimal
import math
import random
import struct
import sys
import unittest
from fractions import Fraction

sys.dont_write_bytecode = True

import oracle
from oracle import BF16, F16, F32, F64, FloatFormat, Granularity, Parameters, Storage

HOST_CODE = {"f16": ("<e", "<H"), "f32": ("<f", "<I"), "f64": ("<d", "<Q")}


def host_value(fmt: FloatFormat, bits: int) -> float:
    float_code, int_code = HOST_CODE[fmt.name]
    return struct.unpack(float_code, struct.pack(int_code, bits))[0]


def host_bits(fmt: FloatFormat, value: float) -> int:
    float_code, int_code = HOST_CODE[fmt.name]
    try:
        return struct.unpack(int_code, struct.pack(float_code, value))[0]
    except OverflowError:
        # struct refuses where IEEE 754 rounds to infinity.
        return fmt.infinity | (fmt.sign_bit if value < 0 else 0)


def f32(value: float) -> int:
    return host_bits(F32, value)


def f64(value: float) -> int:
    return host_bits(F64, value)


def same(fmt: FloatFormat, a: int, b: int) -> bool:
    return a == b or (oracle.is_nan(fmt, a) and oracle.is_nan(fmt, b))


def random_bits(rng: random.Random, fmt: FloatFormat) -> int:
    """Half of them near the exponents where formats of all widths change."""
    if rng.random() < 0.5:
        return rng.getrandbits(fmt.width)
    edges = (-1075, -1022, -150, -133, -126, -25, -14, 0, 15, 16, 127, 128, 1023)
    exponent = rng.choice(edges) + rng.randint(-2, 2)
    significand = Fraction(rng.getrandbits(54) | (1 << 54), 1 << 54)
    if rng.random() < 0.5:
        # Few significant bits, so that ties of narrower formats are common.
        significand = Fraction(rng.getrandbits(12) | (1 << 12), 1 << 12)
    value = significand * Fraction(2) ** exponent
    return oracle.round_to_format(fmt, value if rng.random() < 0.5 else -value)


class Conversions(unittest.TestCase):
    def test_every_half_precision_pattern_survives(self) -> None:
        visited = 0
        for fmt in (F16, BF16):
            for bits in range(1 << 16):
                visited += 1
                if oracle.is_nan(fmt, bits):
                    self.assertEqual(oracle.convert(fmt, fmt, bits), fmt.quiet_nan)
                    continue
                self.assertEqual(oracle.convert(fmt, fmt, bits), bits)
                wide = oracle.convert(fmt, F32, bits)
                self.assertEqual(oracle.convert(F32, fmt, wide), bits)
                # bf16 is the upper half of f32 by construction.
                host = bits << 16 if fmt is BF16 else f32(host_value(F16, bits))
                self.assertEqual(wide, host)
        self.assertEqual(visited, 2 << 16)

    def test_narrowing_agrees_with_the_host(self) -> None:
        rng = random.Random(1)
        visited = 0
        for _ in range(8000):
            bits = random_bits(rng, F64)
            value = host_value(F64, bits)
            for fmt in (F16, F32, F64):
                visited += 1
                got = oracle.convert(F64, fmt, bits)
                self.assertTrue(same(fmt, got, host_bits(fmt, value)), hex(bits))
        self.assertEqual(visited, 24000)

    def test_bf16_vectors(self) -> None:
        vectors = {
            0x3F800000: 0x3F80,  # 1
            0x3F808000: 0x3F80,  # 1 + 2^-8, a tie: to the even 1
            0x3F808001: 0x3F81,  # one ulp above that tie
            0x3F818000: 0x3F82,  # 1 + 3*2^-8, a tie: up to the even 1 + 2^-6
            0x3F817FFF: 0x3F81,  # one ulp below that tie
            0x7F7F7FFF: 0x7F7F,  # just below halfway from largest to 2^128
            0x7F7F8000: 0x7F80,  # halfway: the even neighbour is infinity
            0xFF7FFFFF: 0xFF80,  # -largest f32
            0x00000001: 0x0000,  # underflow keeps its sign, here +
            0x80000001: 0x8000,
            0x00008000: 0x0000,  # half the smallest subnormal: tie to 0
            0x00008001: 0x0001,
            0x00018000: 0x0002,  # 1.5 subnormal units: tie to 2
            0x007FFFFF: 0x0080,  # largest f32 subnormal: up to the normal
            0x7FC01234: BF16.quiet_nan,
            0xFF800000: 0xFF80,
        }
        for source, want in vectors.items():
            self.assertEqual(oracle.convert(F32, BF16, source), want, hex(source))

    def test_integers_round_to_nearest_even(self) -> None:
        # 2^24 + 1 is halfway between 2^24 and 2^24 + 2, 2^24 + 3 between
        # 2^24 + 2 and 2^24 + 4; the even significands are the outer ones.
        self.assertEqual(oracle.from_integer(F32, (1 << 24) + 1), f32(2.0**24))
        self.assertEqual(oracle.from_integer(F32, (1 << 24) + 3), f32(2.0**24 + 4))
        self.assertEqual(oracle.from_integer(F32, (1 << 31) - 1), f32(2.0**31))


class Operations(unittest.TestCase):
    def host_divide(self, a: float, b: float) -> float:
        if b != 0:
            return a / b
        if a == 0 or math.isnan(a):
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1, b)

    def test_f64_and_f32_agree_with_the_host(self) -> None:
        """f32 through f64 is exact: 53 >= 2*24 + 2."""
        rng = random.Random(2)
        visited = 0
        for _ in range(5000):
            for fmt in (F32, F64):
                a, b = random_bits(rng, fmt), random_bits(rng, fmt)
                x, y = host_value(fmt, a), host_value(fmt, b)
                wanted = (
                    (oracle.divide, self.host_divide(x, y)),
                    (oracle.multiply, x * y),
                    (oracle.subtract, x - y),
                )
                for operation, want in wanted:
                    visited += 1
                    got = operation(fmt, a, b)
                    self.assertTrue(
                        same(fmt, got, host_bits(fmt, want)),
                        f"{operation.__name__} {fmt.name} {a:#x} {b:#x}",
                    )
        self.assertEqual(visited, 30000)

    def test_special_operands_agree_with_the_host(self) -> None:
        values = (0.0, 1.5, 5e-324, 1.7e308, math.inf, math.nan)
        signed = [f64(sign * value) for value in values for sign in (1, -1)]
        for a in signed:
            for b in signed:
                x, y = host_value(F64, a), host_value(F64, b)
                divided = f64(self.host_divide(x, y))
                self.assertTrue(same(F64, oracle.divide(F64, a, b), divided))
                self.assertTrue(same(F64, oracle.multiply(F64, a, b), f64(x * y)))
                self.assertTrue(same(F64, oracle.subtract(F64, a, b), f64(x - y)))

    def test_half_even(self) -> None:
        wanted = {-2.5: -2, -1.5: -2, -0.5: 0, 0.5: 0, 1.5: 2, 2.5: 2, 0.75: 1, -0.75: -1}
        for value, want in wanted.items():
            self.assertEqual(oracle.round_half_even(Fraction(value)), want)

    def test_roundings_agree_with_decimal_arithmetic(self) -> None:
        modes = {
            "half_even": decimal.ROUND_HALF_EVEN,
            "half_away": decimal.ROUND_HALF_UP,
            "toward_zero": decimal.ROUND_DOWN,
        }
        # 2^-40 has 40 digits, so that the quotients below are exact.
        context = decimal.Context(prec=60, traps=[decimal.Inexact])
        visited = 0
        for eighths in range(-100, 101):
            for offset in (Fraction(0), Fraction(1, 1 << 40), Fraction(-1, 1 << 40)):
                value = Fraction(eighths, 8) + offset
                exact = context.divide(value.numerator, value.denominator)
                for rounding, mode in modes.items():
                    visited += 1
                    self.assertEqual(
                        oracle.round_to_integer(rounding, value),
                        int(exact.to_integral_value(mode)),
                        f"{rounding} {value}",
                    )
        self.assertEqual(visited, 201 * 3 * 3)


class Philox(unittest.TestCase):
    def test_published_vectors(self) -> None:
        # kat_vectors of Random123, the authors' own library.
        ones = 2**32 - 1
        wanted = {
            ((0,) * 4, (0, 0)): (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
            ((ones,) * 4, (ones, ones)): (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
            ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)): (
                0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1,
            ),
        }  # fmt: skip
        for (counter, key), words in wanted.items():
            self.assertEqual(tuple(oracle.philox4x32_10(counter, key)), words)


def quantize_one(
    x: float,
    scale: float,
    storage: str,
    zero_point: int = 0,
    division: str = "exact",
    fmt: FloatFormat = F32,
    rounding: str = "half_even",
    precision: FloatFormat | None = None,
) -> int:
    parsed = Storage.parse(storage)
    x_bits, scale_bits = host_bits(fmt, x), host_bits(fmt, scale)
    return oracle.quantize_element(
        x_bits, fmt, scale_bits, fmt, zero_point, parsed, division, rounding, precision
    )


class Quantize(unittest.TestCase):
    def test_ties_and_their_neighbours(self) -> None:
        wanted = {
            0.5: 0, 1.5: 2, 2.5: 2, -0.5: 0, -1.5: -2, -2.5: -2,
            # One ulp beside a tie decides; 0.5 - 2^-25 + 0.5 rounds to 1 in
            # f32, so an implementation by floor(x + 0.5) gives 1 here.
            0.5 - 2.0**-25: 0,
            0.5 + 2.0**-24: 1,
            2.5 + 2.0**-22: 3,
            2.5 - 2.0**-22: 2,
            1.5 - 2.0**-23: 1,
        }
        for x, want in wanted.items():
            self.assertEqual(quantize_one(x, 1.0, "i8"), want, x)

    def test_other_roundings(self) -> None:
        # Of 0.5 - 2^-25 the sum with 0.5 is a tie in f32 that goes to 1.
        wanted = {
            "half_away": {
                0.5: 1, 1.5: 2, 2.5: 3, -0.5: -1, -1.5: -2, -2.5: -3, 0.25: 0,
                0.5 - 2.0**-25: 0, 2.5 - 2.0**-22: 2, 2.0**-25 - 0.5: 0,
            },
            "toward_zero": {
                0.5: 0, 1.5: 1, -0.5: 0, -1.5: -1, 3.0: 3, -3.0: -3,
                1 - 2.0**-24: 0, 2.0**-24 - 1: 0, -127.9: -127,
            },
        }  # fmt: skip
        for rounding, pairs in wanted.items():
            for x, want in pairs.items():
                got = quantize_one(x, 1.0, "i8", rounding=rounding)
                self.assertEqual(got, want, f"{rounding} {x}")

    def test_other_roundings_saturate(self) -> None:
        for rounding in ("half_away", "toward_zero"):
            for x, want in {
                127.5: 127, -128.5: -128, math.inf: 127, -math.inf: -128,
                math.nan: -128, 3e38: 127, -3e38: -128,
            }.items():  # fmt: skip
                got = quantize_one(x, 1.0, "i8", rounding=rounding)
                self.assertEqual(got, want, f"{rounding} {x}")
        # The sign is the quotient's, not the stored integer's: u8 with z = 100.
        self.assertEqual(quantize_one(-2.5, 1.0, "u8", 100, rounding="half_away"), 97)
        self.assertEqual(quantize_one(-2.5, 1.0, "u8", 100, rounding="toward_zero"), 98)

    def test_rounds_before_the_zero_point_is_added(self) -> None:
        # R(0.5) + 1 = 1, where R(0.5 + 1) would be 2.
        self.assertEqual(quantize_one(0.5, 1.0, "u8", 1), 1)

    def test_saturation(self) -> None:
        for x in (127.0, 127.4, 127.5, 128.0, 1e4, 3e38, math.inf):
            self.assertEqual(quantize_one(x, 1.0, "i8"), 127, x)
        for x in (-128.0, -128.5, -129.0, -3e38, -math.inf):
            self.assertEqual(quantize_one(x, 1.0, "i8"), -128, x)
        self.assertEqual(quantize_one(-128.0, 1.0, "i8<-127:127>"), -127)
        # u8 with z = 255: the bounds of R(v) are [-255, 0].
        self.assertEqual(quantize_one(0.6, 1.0, "u8", 255), 255)
        self.assertEqual(quantize_one(-254.4, 1.0, "u8", 255), 1)
        self.assertEqual(quantize_one(-256.0, 1.0, "u8", 255), 0)
        self.assertEqual(quantize_one(3e9, 1.0, "i32"), 2**31 - 1)
        self.assertEqual(quantize_one(-math.inf, 1.0, "i32"), -(2**31))
        # f32 has no 2^31 - 1; 2^31 - 128 is the largest below 2^31.
        self.assertEqual(quantize_one(2.0**31 - 128, 1.0, "i32"), 2**31 - 128)

    def test_nan_gives_the_lower_bound(self) -> None:
        self.assertEqual(quantize_one(math.nan, 1.0, "i8"), -128)
        self.assertEqual(quantize_one(-math.nan, 1.0, "i8<-127:127>"), -127)
        self.assertEqual(quantize_one(math.nan, 1.0, "u8", 7), 0)

    def test_bad_scales(self) -> None:
        # 1/0 = inf, -1/0 = -inf, 0/0 = NaN, 1/inf = 0, inf/inf = NaN.
        self.assertEqual(quantize_one(1.0, 0.0, "i8"), 127)
        self.assertEqual(quantize_one(1.0, -0.0, "i8"), -128)
        self.assertEqual(quantize_one(-1.0, 0.0, "i8"), -128)
        self.assertEqual(quantize_one(0.0, 0.0, "u8", 9), 0)
        self.assertEqual(quantize_one(1.0, math.inf, "u8", 9), 9)
        self.assertEqual(quantize_one(math.inf, math.inf, "u8", 9), 0)
        self.assertEqual(quantize_one(1.0, math.nan, "i8"), -128)
        self.assertEqual(quantize_one(3.0, -1.0, "i8"), -3)

    def test_a_zero_point_outside_a_narrow_range(self) -> None:
        # z = -128, range [-127, 127]: R(0) = 0 is clamped to at least 1.
        self.assertEqual(quantize_one(0.0, 1.0, "i8<-127:127>", -128), -127)

    def test_reciprocal_differs_where_it_should(self) -> None:
        # s = 1 - 2^-24. 1/s = 1 + 2^-24 + 2^-48 + ..., just above the midpoint
        # of 1 and 1 + 2^-23, so RN(1/s) = 1 + 2^-23. With u = 2^-18, the ulp
        # at 62.5: x = 62.5 - u.
        #   x/s           = 62.5 - u + 62.5*2^-24 + ... = 62.5 - 0.023u: 62.5,
        #                   a tie, to 62;
        #   x * RN(1/s)   = 62.5 - u + 62.5*2^-23 - ... = 62.5 + 0.953u:
        #                   62.5 + u, to 63.
        x, scale = 62.5 - 2.0**-18, 1 - 2.0**-24
        self.assertEqual(quantize_one(x, scale, "i8"), 62)
        self.assertEqual(quantize_one(x, scale, "i8", division="reciprocal"), 63)

    def test_reciprocal_divides_where_the_inverse_is_not_normal(self) -> None:
        # 1 / 2^-149 overflows: the product would saturate.
        self.assertEqual(
            quantize_one(3 * 2.0**-149, 2.0**-149, "i8", division="reciprocal"), 3
        )
        # s = 1.5 * 2^127. 1/s = 2^22 * 2/3 units of 2^-149 = 2796202.67: the
        # subnormal 2796203. x = 0.75 * 2^127 is exactly s/2, a tie, to 0; the
        # product would be 2097152.25 * 2^-22 = 0.5 + 2^-24, to 1.
        self.assertEqual(
            quantize_one(0.75 * 2.0**127, 1.5 * 2.0**127, "i8", division="reciprocal"),
            0,
        )
        # 1 / 2^126 = 2^-126 is the smallest normal, and 1 / 2^-127 = 2^127 is
        # finite: both are products (which agree with the quotients here).
        for scale in (2.0**126, 2.0**-127):
            self.assertEqual(
                quantize_one(scale, scale, "i8", division="reciprocal"), 1
            )
        self.assertEqual(quantize_one(1.0, 0.0, "i8", division="reciprocal"), 127)
        self.assertEqual(quantize_one(0.0, math.inf, "u8", 3, "reciprocal"), 3)

    def test_precision_rounds_the_quotient(self) -> None:
        # From 2 to 4, numbers of f16 are 2^-9 apart and numbers of bf16 2^-6:
        # 2.5005 becomes a tie in both, 2.505 in bf16 only.
        for x, precision, want in (
            (2.5005, None, 3), (2.5005, F16, 2), (2.5005, BF16, 2),
            (2.505, F16, 3), (2.505, BF16, 2),
            # Infinite in f16.
            (1e6, F16, 127), (-1e6, F16, -128),
        ):  # fmt: skip
            self.assertEqual(quantize_one(x, 1.0, "i8", precision=precision), want)

    def test_the_wider_operand_decides_the_computing_type(self) -> None:
        # s = 1 - 2^-30 exists in f64 only, and 0.5 / s = 0.5 + 2^-31 + ... is
        # above the tie: 1. In f32 s would be 1 and the tie would go to 0.
        storage = Storage.parse("i8")
        x = f32(0.5)
        scale = f64(1 - 2.0**-30)
        got = oracle.quantize_element(x, F32, scale, F64, 0, storage, "exact")
        self.assertEqual(got, 1)


# The rows are chosen so that their largest magnitudes differ by 30 times.
WEIGHT = (0.1, 0.2, -0.1, 3.0, -2.5, 1.2, 0.05, 0.1, -0.05, -1.0, 0.5, 0.2)


class WorkedExample(unittest.TestCase):
    def choose_and_quantize(self, fmt: FloatFormat, granularity: Granularity) -> list[int]:
        storage = Storage.parse("i8")
        x = [host_bits(fmt, value) for value in WEIGHT]
        positions = oracle.parameter_positions((4, 3), granularity)
        count = oracle.element_count(granularity.parameter_shape((4, 3)))
        scales, zero_points = oracle.choose_qparams(
            x, fmt, positions, count, storage, symmetric=True
        )
        self.assertIsNone(zero_points)
        parameters = Parameters(fmt, scales, None)
        q = oracle.quantize(x, fmt, positions, parameters, storage)
        return [storage.to_integer(bits) for bits in q]

    def test_per_tensor(self) -> None:
        # s = 3/127, 1/s = 42.33: 0.1 -> 4.23, 0.2 -> 8.47, 2.5 -> 105.83,
        # 1.2 -> 50.8, 0.05 -> 2.12, 1 -> 42.33, 0.5 -> 21.17.
        want = [4, 8, -4, 127, -106, 51, 2, 4, -2, -42, 21, 8]
        self.assertEqual(self.choose_and_quantize(F32, Granularity()), want)

    def test_per_row(self) -> None:
        # s = 0.2/127 in f32, and 0.1 / s is 63.5 after its one rounding: a tie,
        # to the even 64. Row 2 is the same at half the size. In row 3
        # s = 1/127: 0.5 -> 63.5 -> 64 and 0.2 -> 25.4.
        want = [64, 127, -64, 127, -106, 51, 64, 127, -64, -127, 64, 25]
        self.assertEqual(self.choose_and_quantize(F32, Granularity(axis=0)), want)

    def test_per_row_in_f64(self) -> None:
        # Here RN(0.2/127) lies above 0.2/127 by enough that 0.1 / s rounds to
        # the number below 63.5. That of row 3, 0.5 / RN(1/127), is checked by
        # the host's own division.
        want = [63, 127, -63, 127, -106, 51, 63, 127, -63, -127, 64, 25]
        want[10] = round(0.5 / (1.0 / 127))
        self.assertEqual(round(0.1 / (0.2 / 127)), 63)
        self.assertEqual(self.choose_and_quantize(F64, Granularity(axis=0)), want)

    def test_per_column(self) -> None:
        # s = 3/127, 2.5/127, 1.2/127. Column 1: 0.2 -> 10.16, 0.1 -> 5.08,
        # 0.5 -> 25.4; column 2: -0.1 -> -10.58, -0.05 -> -5.29, 0.2 -> 21.17.
        want = [4, 10, -11, 127, -127, 127, 2, 5, -5, -42, 25, 21]
        self.assertEqual(self.choose_and_quantize(F32, Granularity(axis=1)), want)

    def test_scales(self) -> None:
        storage = Storage.parse("i8")
        x = [f32(value) for value in WEIGHT]
        scales, _ = oracle.choose_qparams(x, F32, [0] * 12, 1, storage, True)
        self.assertEqual(scales, [f32(3.0 / 127)])


def choose_f32(values: list[float], storage: str, symmetric: bool) -> tuple[int, int | None]:
    parsed = Storage.parse(storage)
    bits = [f32(value) for value in values]
    scales, zero_points = oracle.choose_qparams(
        bits, F32, [0] * len(bits), 1, parsed, symmetric
    )
    if zero_points is None:
        return scales[0], None
    return scales[0], parsed.to_integer(zero_points[0])


LARGEST = 2.0**128 - 2.0**104


def choose_scale(
    values: list[float], storage: str, unit: float | None = None
) -> int:
    bits = [f32(value) for value in values]
    kind = Storage.parse("f8E8M0FNU" if unit is None else "f8E4M3FN")
    scales = oracle.choose_scales(
        bits, F32, [0] * len(bits), 1, Storage.parse(storage), kind,
        None if unit is None else f32(unit),
    )  # fmt: skip
    return scales[0]


class ChooseScales(unittest.TestCase):
    def test_powers_of_two(self) -> None:
        # The largest powers of two are 4 of 6, 256 of 448, 32768 of 57344.
        for storage, exponent in (("f4E2M1FN", 2), ("f8E4M3FN", 8), ("f8E5M2", 15)):
            self.assertEqual(choose_scale([1.0, -0.5], storage), 127 - exponent)
            self.assertEqual(choose_scale([-1.99], storage), 127 - exponent)
            self.assertEqual(choose_scale([2.0], storage), 128 - exponent)
            self.assertEqual(choose_scale([LARGEST], storage), 254 - exponent)
        for values in ([], [0.0, -0.0], [math.nan, math.inf], [2.0**-149], [2.0**-126]):
            self.assertEqual(choose_scale(values, "f4E2M1FN"), 0)
        # 2^-124 / 2^2 is the least scale but one, 2^-126.
        self.assertEqual(choose_scale([2.0**-124], "f4E2M1FN"), 1)

    def test_proportional(self) -> None:
        # 12 / 6 / 0.5 = 4 = 1.0 * 2^(9 - 7): 0b1001000.
        self.assertEqual(choose_scale([12.0], "f4E2M1FN", 0.5), 0b1001000)
        # 448 * 6 by 1 is the largest number; twice that is no more.
        self.assertEqual(choose_scale([2688.0], "f4E2M1FN", 1.0), 0x7E)
        self.assertEqual(choose_scale([5376.0], "f4E2M1FN", 1.0), 0x7E)
        self.assertEqual(choose_scale([1.0], "f4E2M1FN", 2.0**-149), 0x7E)
        # Nothing is below 2^-9, whose pattern is 1.
        for values in ([], [0.0], [math.inf], [2.0**-20]):
            self.assertEqual(choose_scale(values, "f4E2M1FN", 1.0), 1)
        for unit in (math.nan, math.inf, -1.0):
            self.assertEqual(choose_scale([1.0], "f4E2M1FN", unit), 1)

    def test_numbers(self) -> None:
        powers = Storage.parse("f8E8M0FNU")
        self.assertEqual(oracle.from_float_storage(F32, 0, powers), 0x00400000)
        self.assertEqual(oracle.from_float_storage(F32, 1, powers), 0x00800000)
        self.assertEqual(oracle.from_float_storage(F32, 127, powers), f32(1.0))
        self.assertEqual(oracle.from_float_storage(F32, 254, powers), f32(2.0**127))
        self.assertTrue(oracle.is_nan(F32, oracle.from_float_storage(F32, 255, powers)))


class ChooseParameters(unittest.TestCase):
    def test_empty_range(self) -> None:
        one = f32(1.0)
        empties = ([], [0.0, -0.0], [math.nan, math.inf, -math.inf, -0.0])
        for values in empties:
            self.assertEqual(choose_f32(values, "i8", True), (one, None))
            # z = clamp(qmin - 0/1) = qmin.
            self.assertEqual(choose_f32(values, "i8", False), (one, -128))
            self.assertEqual(choose_f32(values, "u8", False), (one, 0))
            self.assertEqual(choose_f32(values, "i8<-127:127>", False), (one, -127))

    def test_nonfinite_elements_are_left_out(self) -> None:
        values = [math.nan, 1.0, -math.inf, -2.54, math.inf]
        want = host_value(F32, f32(2.54)) / 127
        self.assertEqual(choose_f32(values, "i8", True), (f32(want), None))

    def test_range_contains_zero(self) -> None:
        # lo = 0, hi = 4: s = 4/255, z = qmin.
        self.assertEqual(choose_f32([1.0, 4.0], "u8", False), (f32(4 / 255), 0))
        # lo = -4, hi = 0: z = 0 + 4/s = 255.
        self.assertEqual(choose_f32([-1.0, -4.0], "u8", False), (f32(4 / 255), 255))

    def test_zero_point(self) -> None:
        # s = 4/255, 1/s = 63.75: z = 64; signed: -128 + 63.75 = -64.25.
        self.assertEqual(choose_f32([-1.0, 3.0], "u8", False)[1], 64)
        self.assertEqual(choose_f32([-1.0, 3.0], "i8", False)[1], -64)
        # s = 1 exactly; -lo = 2.5 and 3.5 are ties, to 2 and 4.
        self.assertEqual(choose_f32([-2.5, 252.5], "u8", False), (f32(1.0), 2))
        self.assertEqual(choose_f32([-3.5, 251.5], "u8", False), (f32(1.0), 4))
        # -128 + 3.5 = -124.5, to the even -124.
        self.assertEqual(choose_f32([-3.5, 251.5], "i8", False), (f32(1.0), -124))

    def test_scale_is_at_least_the_smallest_normal(self) -> None:
        tiny = f32(2.0**-126)
        # 2^-149 / 127 rounds to 0.
        self.assertEqual(choose_f32([2.0**-149], "i8", True), (tiny, None))
        # 2^-120 / 255 is subnormal; then lo / s = -2^-120 / 2^-126 = -64.
        self.assertEqual(choose_f32([-(2.0**-120)], "u8", False), (tiny, 64))

    def test_width_that_overflows(self) -> None:
        # hi/2 - lo/2 = largest = (2^24 - 1) * 2^104 = 65793 * 255 * 2^104.
        # Divided by 127.5: s = 131586 * 2^104, exactly. Then -lo/s = 127.5, a
        # tie, to 128.
        scale, zero_point = choose_f32([-LARGEST, LARGEST], "u8", False)
        self.assertEqual(scale, f32(131586 * 2.0**104))
        self.assertEqual(zero_point, 128)

    def test_largest_scale(self) -> None:
        # qmax = 1: s = largest / 1.
        self.assertEqual(choose_f32([LARGEST], "i2", True), (f32(LARGEST), None))
        # Range [0, 1]: 2 * largest over 1 step overflows and N clamps it.
        scale, zero_point = choose_f32([LARGEST, -LARGEST], "i2<0:1>", False)
        self.assertEqual(scale, f32(LARGEST))
        self.assertEqual(zero_point, 1)

    def test_half_input_widens_exactly(self) -> None:
        storage = Storage.parse("u8")
        top = F16.largest_finite
        bits = [top, top | F16.sign_bit]
        scales, _ = oracle.choose_qparams(bits, F16, [0, 0], 1, storage, False)
        # 2 * 65504 does not fit f16, but T is f32.
        self.assertEqual(scales, [f32(131008 / 255)])


class Dequantize(unittest.TestCase):
    def test_difference_does_not_wrap(self) -> None:
        got = oracle.dequantize_element(-128, f32(1.0), F32, 127, F32)
        self.assertEqual(got, f32(-255.0))

    def test_i32_rounds_once_to_the_computing_type(self) -> None:
        q = (1 << 24) + 1
        self.assertEqual(oracle.dequantize_element(q, f32(1.0), F32, 0, F32), f32(2.0**24))
        got = oracle.dequantize_element(q, f32(1.0), F32, 0, F64)
        self.assertEqual(got, f64(2.0**24 + 1))

    def test_result_overflows_to_infinity(self) -> None:
        # 65520 is the midpoint of the largest f16, 65504, and 2^16.
        self.assertEqual(oracle.dequantize_element(1, f32(65520.0), F32, 0, F16), F16.infinity)
        self.assertEqual(
            oracle.dequantize_element(1, f32(65519.0), F32, 0, F16), F16.largest_finite
        )

    def test_product_rounds_before_it_is_narrowed(self) -> None:
        # 3 * 11228502 * 2^-25 = 33685506 * 2^-25 = 1 + 2^-8 + 2^-24. In f32
        # that is a tie, to the even 1 + 2^-8; which in bf16 is a tie again, to
        # 1. Rounded once it would be 1 + 2^-7, 0x3F81.
        scale = f32(11228502 * 2.0**-25)
        self.assertEqual(oracle.dequantize_element(3, scale, F32, 0, BF16), 0x3F80)

    def test_zero_keeps_the_sign_of_the_product(self) -> None:
        self.assertEqual(oracle.dequantize_element(5, f32(-1.0), F32, 5, F32), f32(-0.0))

    def test_outside_a_narrow_range_is_used_as_it_is(self) -> None:
        parameters = Parameters(F32, [f32(0.5)], None)
        storage = Storage.parse("i8<-127:127>")
        got = oracle.dequantize([0x80], F32, [0], parameters, storage)
        self.assertEqual(got, [f32(-64.0)])


class Requantize(unittest.TestCase):
    def one(self, a: int, z_in: int, s_in: float, s_out: float, z: int, storage: str) -> int:
        m = oracle.requantize_multiplier(f32(s_in), F32, f32(s_out), F32)
        return oracle.requantize_element(a, z_in, m, z, Storage.parse(storage))

    def test_ties(self) -> None:
        # m = 1/8: 4 -> 0.5, 12 -> 1.5, 20 -> 2.5.
        wanted = {4: 0, 12: 2, 20: 2, -4: 0, -12: -2, 5: 1, 11: 1}
        for a, want in wanted.items():
            self.assertEqual(self.one(a, 0, 0.125, 1.0, 0, "i8"), want)

    def test_difference_is_exact_then_rounded_once(self) -> None:
        # 2^31 - 1 + 2^31 = 2^32 - 1, 2^32 in f32; times 2^-25: 128.
        self.assertEqual(self.one(2**31 - 1, -(2**31), 2.0**-25, 1.0, 0, "u8"), 128)
        # 2^24 + 1 rounds to 2^24: m = 2^-25 gives the tie 0.5, to 0.
        self.assertEqual(self.one(2**24 + 1, 0, 2.0**-25, 1.0, 0, "i8"), 0)

    def test_multiplier_that_overflows(self) -> None:
        # m is the largest finite number, so that 0 * m stays 0.
        self.assertEqual(self.one(7, 7, LARGEST, 2.0**-149, 3, "u8"), 3)
        self.assertEqual(self.one(8, 7, LARGEST, 2.0**-149, 3, "u8"), 255)
        # Not so on the negative side: 0 * -inf is NaN.
        self.assertEqual(self.one(7, 7, LARGEST, -(2.0**-149), 3, "u8"), 0)
        # 0/0 is NaN, and min(NaN, largest) must not hide it.
        self.assertEqual(self.one(1, 0, 0.0, 0.0, 3, "u8"), 0)


class Shapes(unittest.TestCase):
    def test_ragged_blocks(self) -> None:
        blocks = Granularity(block_sizes=(2, 16))
        self.assertEqual(blocks.parameter_shape((5, 33)), (3, 3))
        self.assertEqual(blocks.parameter_index((5, 33), (4, 32)), (2, 2))
        self.assertEqual(blocks.parameter_index((5, 33), (1, 31)), (0, 1))

    def test_positions(self) -> None:
        by_column = oracle.parameter_positions((2, 3), Granularity(axis=1))
        self.assertEqual(by_column, [0, 1, 2, 0, 1, 2])
        whole = Granularity(block_sizes=(-1, 2))
        self.assertEqual(oracle.parameter_positions((2, 3), whole), [0, 0, 1, 0, 0, 1])
        self.assertEqual(oracle.parameter_positions((), Granularity()), [0])

    def test_storage(self) -> None:
        self.assertEqual(Storage.parse("u4"), Storage(4, False, 0, 15))
        self.assertEqual(Storage.parse("i8<-127:127>"), Storage(8, True, -127, 127))
        self.assertEqual(Storage.parse("i2").to_integer(0b10), -2)
        self.assertEqual(Storage.parse("u2").to_integer(0b10), 2)
        self.assertEqual(Storage.parse("i16").to_bits(-1), 0xFFFF)


if __name__ == "__main__":
    unittest.main()
