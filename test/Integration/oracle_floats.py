"""Float storages, from the list of the numbers that each can hold.

A conversion picks the nearest of them; nothing here shifts bits of a float.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property


@dataclass(frozen=True)
class FloatStorage:
    """Patterns up to `largest` are finite magnitudes, in order. `infinity` is a
    magnitude too; `nan` is what NaN becomes. None stands for has none."""

    name: str
    width: int
    fraction_bits: int
    bias: int
    largest: int
    infinity: int | None
    nan: int | None
    negative_zero: bool

    @property
    def element(self) -> str:
        return self.name

    @property
    def sign_bit(self) -> int:
        return 1 << (self.width - 1)

    def magnitude(self, pattern: int) -> Fraction:
        exponent, fraction = divmod(pattern, 1 << self.fraction_bits)
        significand = Fraction(fraction, 1 << self.fraction_bits)
        if exponent == 0:
            return significand * Fraction(2) ** (1 - self.bias)
        return (1 + significand) * Fraction(2) ** (exponent - self.bias)

    @cached_property
    def magnitudes(self) -> list[Fraction]:
        """One more than there are: what rounds to that one overflows."""
        return [self.magnitude(pattern) for pattern in range(self.largest + 2)]

    @property
    def qmax(self) -> int:
        return int(self.magnitude(self.largest))

    @property
    def qmin(self) -> int:
        return -self.qmax

    def nearest(self, magnitude: Fraction) -> int:
        """The pattern of the nearest number, the even one of two."""
        above = bisect_left(self.magnitudes, magnitude)
        if above == len(self.magnitudes):
            return self.largest + 1
        if above == 0:
            return 0
        over = self.magnitudes[above] - magnitude
        under = magnitude - self.magnitudes[above - 1]
        if over == under:
            return above if above % 2 == 0 else above - 1
        return above if over < under else above - 1

    def overflow(self, negative: bool, saturate: bool) -> int:
        sign = self.sign_bit if negative else 0
        if saturate or self.nan is None:
            return sign | self.largest
        return self.nan if self.infinity is None else sign | self.infinity

    def from_nan(self) -> int:
        return 0 if self.nan is None else self.nan

    def from_number(self, value: Fraction, negative: bool, saturate: bool) -> int:
        """`negative` is the sign, which `value` does not have where it is 0."""
        pattern = self.nearest(abs(value))
        if pattern > self.largest:
            return self.overflow(negative, saturate)
        if pattern == 0 and not self.negative_zero:
            return 0
        return (self.sign_bit if negative else 0) | pattern

    def is_nan(self, bits: int) -> bool:
        if not self.negative_zero:
            return bits == self.nan
        magnitude = bits & (self.sign_bit - 1)
        return magnitude > self.largest and magnitude != self.infinity

    def is_infinite(self, bits: int) -> bool:
        return bits & (self.sign_bit - 1) == self.infinity

    def is_negative(self, bits: int) -> bool:
        return bool(bits & self.sign_bit)

    def exact_value(self, bits: int) -> Fraction:
        value = self.magnitudes[bits & (self.sign_bit - 1)]
        return -value if self.is_negative(bits) else value

    def to_integer(self, bits: int) -> int:
        raise AssertionError("numbers of a float storage are no integers")


class PowersOfTwo(FloatStorage):
    """No sign and no zero: a pattern is an exponent."""

    @property
    def sign_bit(self) -> int:
        return 1 << self.width

    def magnitude(self, pattern: int) -> Fraction:
        return Fraction(2) ** (pattern - self.bias)


FLOAT_STORAGES = {
    storage.name: storage
    for storage in (
        FloatStorage("f8E4M3FN", 8, 3, 7, 0x7E, None, 0x7F, True),
        FloatStorage("f8E4M3FNUZ", 8, 3, 8, 0x7F, None, 0x80, False),
        FloatStorage("f8E5M2", 8, 2, 15, 0x7B, 0x7C, 0x7E, True),
        FloatStorage("f8E5M2FNUZ", 8, 2, 16, 0x7F, None, 0x80, False),
        FloatStorage("f4E2M1FN", 4, 1, 1, 0x7, None, None, True),
        PowersOfTwo("f8E8M0FNU", 8, 0, 127, 0xFE, None, 0xFF, True),
    )
}
# Values are stored in these; scales in E8M0 too.
VALUE_STORAGES = tuple(name for name in FLOAT_STORAGES if name != "f8E8M0FNU")
