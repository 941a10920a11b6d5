"""Input data: bit patterns chosen to sit where implementations go wrong."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Sequence

import oracle
from oracle import F32, FloatFormat, Storage
from oracle_floats import FLOAT_STORAGES, FloatStorage


def from_rational(fmt: FloatFormat, value: Fraction) -> int:
    return oracle.round_to_format(fmt, value)


def step(fmt: FloatFormat, bits: int, ulps: int) -> int:
    """The number `ulps` further from zero, kept among the finite ones."""
    magnitude = oracle.magnitude_bits(fmt, bits) + ulps
    return (bits & fmt.sign_bit) | oracle.clamp(magnitude, 0, fmt.largest_finite)


def random_sign(rng: Random, fmt: FloatFormat, bits: int) -> int:
    return bits ^ (fmt.sign_bit if rng.random() < 0.5 else 0)


def special_values(fmt: FloatFormat) -> list[int]:
    """Magnitudes; the sign is drawn apart."""
    signaling_nan = fmt.infinity + 1
    nan_with_payload = fmt.quiet_nan + 5
    return [
        fmt.quiet_nan,
        signaling_nan,
        nan_with_payload,
        fmt.infinity,
        fmt.infinity,
        0,
        0,
        1,
        fmt.smallest_normal - 1,
        fmt.smallest_normal,
        fmt.largest_finite,
        fmt.largest_finite - 1,
    ]


# ---------------------------------------------------------------------------
# Scales
# ---------------------------------------------------------------------------


def beside_a_midpoint(rng: Random) -> Fraction:
    """So near halfway between two bf16 or f16 numbers that f32 cannot tell."""
    ulps = rng.choice([Fraction(1, 1 << 7), Fraction(1, 1 << 10)])
    halfway = 1 + (rng.randrange(64) + Fraction(1, 2)) * ulps
    return halfway + rng.choice([-1, 1]) * Fraction(1, 1 << 40)


def ordinary_scale(rng: Random, fmt: FloatFormat) -> int:
    kind = rng.randrange(5 if fmt.name == "f64" else 4)
    if kind == 4:
        return from_rational(fmt, beside_a_midpoint(rng))
    if kind == 0:
        return from_rational(fmt, Fraction(2) ** rng.randint(-6, 3))
    if kind == 1:
        return from_rational(fmt, rng.choice([Fraction(1, 3), Fraction(3, 127)]))
    significand = Fraction(rng.getrandbits(53) | (1 << 53), 1 << 53)
    return from_rational(fmt, significand * Fraction(2) ** rng.randint(-8, 2))


def legal_extreme_scales(fmt: FloatFormat) -> list[int]:
    """Positive and finite, around every limit of the computing types.

    The powers of two are where 1/s leaves the normal numbers (2^126, 2^-127,
    2^-128 and their f64 counterparts) and where the usual corrections of a
    reciprocal stop being exact (2^-100, 2^(127 - width); 2^-24, 2^64).
    """
    named = [
        1,
        fmt.smallest_normal >> 1,
        fmt.smallest_normal - 1,
        fmt.smallest_normal,
        step(fmt, fmt.smallest_normal, 1),
        fmt.smallest_normal + (fmt.smallest_normal >> 1),
        fmt.largest_finite,
        step(fmt, fmt.largest_finite, -(1 << fmt.fraction_bits) // 3),
    ]
    exponents = (126, 125, 127, 119, 111, -100, -101, -126, -127, -128, -129)
    exponents += (64, 65, -24, -25)
    if fmt.name == "f64":
        exponents += (1022, 1021, 1023, -1022, -1023, -1024, -1025)
    if fmt.name == "f16":
        exponents += (13, 14, 15, -13, -14, -15)
    for exponent in exponents:
        power = from_rational(fmt, Fraction(2) ** exponent)
        # A quotient by a power of two is exact and hides a wrong correction.
        other = from_rational(fmt, Fraction(4, 3) * Fraction(2) ** exponent)
        named += [power, step(fmt, power, 1), step(fmt, power, -1), other]
    return sorted(
        bits
        for bits in set(named)
        if oracle.is_finite(fmt, bits) and not oracle.is_zero(fmt, bits)
    )


def bad_scales(fmt: FloatFormat) -> list[int]:
    negative = fmt.sign_bit
    return [
        0,
        negative,
        fmt.quiet_nan,
        fmt.quiet_nan | negative,
        fmt.infinity,
        fmt.infinity | negative,
        from_rational(fmt, Fraction(-1, 4)),
        from_rational(fmt, Fraction(-3, 127)),
        negative | 1,
        negative | fmt.largest_finite,
    ]


def draw_scales(rng: Random, fmt: FloatFormat, count: int, kind: str) -> list[int]:
    """Unusual scales stand between ordinary ones, never all alike; of kind `one`,
    there is one of them."""
    unusual = {
        "ordinary": [],
        "extreme": legal_extreme_scales(fmt),
        "bad": bad_scales(fmt),
        "one": [],
    }[kind]
    rng.shuffle(unusual)
    scales = []
    for position in range(count):
        if unusual and (count <= 2 or position % 3 != 2):
            scales.append(unusual[position % len(unusual)])
        else:
            scales.append(ordinary_scale(rng, fmt))
    if kind == "one":
        unusual = legal_extreme_scales(fmt) + bad_scales(fmt)
        scales[rng.randrange(count)] = rng.choice(unusual)
    return scales


def draw_zero_points(
    rng: Random, storage: Storage, count: int, kind: str
) -> list[int]:
    limits = [storage.qmin, storage.qmax, oracle.clamp(0, storage.qmin, storage.qmax)]
    zero_points = []
    for _ in range(count):
        if kind == "bad" and rng.random() < 0.5:
            # Any pattern of the element type, so also outside a narrow range.
            zero_points.append(rng.getrandbits(storage.width))
        elif rng.random() < 0.4:
            zero_points.append(storage.to_bits(rng.choice(limits)))
        else:
            zero_points.append(
                storage.to_bits(rng.randint(storage.qmin, storage.qmax))
            )
    return zero_points


# ---------------------------------------------------------------------------
# Values to quantize
# ---------------------------------------------------------------------------


def usable_scale(fmt: FloatFormat, bits: int) -> Fraction:
    """What to place values around; bad scales have no grid, so any will do."""
    if oracle.is_finite(fmt, bits) and not oracle.is_zero(fmt, bits):
        return abs(oracle.exact_value(fmt, bits))
    return Fraction(1)


def steps_of(fmt: FloatFormat, steps: int, parts: int, scale: Fraction) -> int:
    """The number nearest to steps / parts of scale; in integers, because most
    values of all cases are drawn so."""
    return oracle.round_ratio(
        fmt, steps * scale.numerator, parts * scale.denominator
    )


def on_grid(
    rng: Random, fmt: FloatFormat, steps: int, parts: int, scale: Fraction
) -> int:
    bits = steps_of(fmt, steps, parts, scale)
    if not oracle.is_finite(fmt, bits):
        return bits
    return step(fmt, bits, rng.choice([-1, 0, 0, 0, 1]))


def draw_value(
    rng: Random, fmt: FloatFormat, scale: Fraction, zero_point: int, storage: Storage
) -> int:
    low, high = storage.qmin - zero_point, storage.qmax - zero_point
    kind = rng.random()
    if kind < 0.14:
        return random_sign(rng, fmt, rng.choice(special_values(fmt)))
    if kind < 0.26:
        edge = rng.choice([low - 1, low, high - 1, high])
        return on_grid(rng, fmt, 2 * edge + 1, 2, scale)
    if kind < 0.32:
        far = rng.choice([low, high]) * rng.choice([2, 10, 256, 1 << 20])
        return on_grid(rng, fmt, far, 1, scale)
    if kind < 0.62:
        # A wrong half shows most often between -1 and 1.
        below = rng.choice([-1, 0]) if kind < 0.36 else rng.randint(low, high)
        return on_grid(rng, fmt, 2 * below + 1, 2, scale)
    if kind < 0.68:
        return on_grid(rng, fmt, rng.randint(low, high), 1, scale)
    span = high - low
    # From an eighth of the range below it to an eighth above it.
    begin, length = (8 * low - span) << 60, 10 * span
    position = begin + rng.getrandbits(60) * length
    return steps_of(fmt, position, 8 << 60, scale)


def draw_value_for_floats(
    rng: Random, fmt: FloatFormat, scale: Fraction, storage: FloatStorage
) -> int:
    """Around the numbers of the storage, what lies halfway between two of them,
    and where it overflows."""
    kind = rng.random()
    if kind < 0.14:
        return random_sign(rng, fmt, rng.choice(special_values(fmt)))
    if kind < 0.24:
        pattern = storage.largest
    elif kind < 0.36:
        pattern = rng.randrange(1 << storage.fraction_bits)
    else:
        pattern = rng.randrange(storage.largest + 1)
    low, high = storage.magnitudes[pattern : pattern + 2]
    weight = rng.choice([Fraction(0), Fraction(1, 2), Fraction(1, 2), Fraction(1, 2),
                         Fraction(rng.getrandbits(30), 1 << 30)])  # fmt: skip
    steps = low + (high - low) * weight
    return random_sign(rng, fmt, on_grid(rng, fmt, steps.numerator, steps.denominator, scale))


def draw_values(
    rng: Random,
    fmt: FloatFormat,
    positions: Sequence[int],
    parameters: oracle.Parameters,
    storage: Storage | FloatStorage,
) -> list[int]:
    scales = [usable_scale(parameters.scale_format, s) for s in parameters.scales]
    zero_points = [
        parameters.zero_point(position, storage) for position in range(len(scales))
    ]
    if isinstance(storage, FloatStorage):
        return [
            draw_value_for_floats(rng, fmt, scales[position], storage)
            for position in positions
        ]
    return [
        draw_value(rng, fmt, scales[position], zero_points[position], storage)
        for position in positions
    ]


# ---------------------------------------------------------------------------
# Integers to dequantize and requantize
# ---------------------------------------------------------------------------


def draw_integers(rng: Random, storage: Storage, count: int) -> list[int]:
    """Every pattern of a small storage in turn, then limits and random ones."""
    if storage.width <= 8:
        patterns = 1 << storage.width
        start = rng.randrange(patterns)
        # An odd stride visits all patterns and keeps neighbours different.
        stride = rng.randrange(1, patterns, 2)
        return [(start + stride * i) % patterns for i in range(count)]
    limits = [storage.qmin, storage.qmin + 1, -1, 0, 1, storage.qmax - 1, storage.qmax]
    bits = []
    for _ in range(count):
        if rng.random() < 0.3:
            bits.append(storage.to_bits(rng.choice(limits)))
        else:
            bits.append(rng.getrandbits(storage.width))
    return bits


def draw_accumulator(
    rng: Random, multiplier: int, zero_point_in: int, storage_in: Storage, span: int
) -> int:
    """An input whose result falls near a tie or a bound of the output."""
    lowest, highest = -(1 << (storage_in.width - 1)), (1 << (storage_in.width - 1)) - 1
    if not storage_in.signed:
        lowest, highest = 0, (1 << storage_in.width) - 1
    limits = [lowest, lowest + 1, -1, 0, 1, highest - 1, highest, zero_point_in]
    kind = rng.random()
    if kind < 0.15:
        value = rng.choice(limits)
    elif kind < 0.25 or not oracle.is_finite_normal(F32, multiplier):
        value = rng.randint(lowest, highest)
    else:
        target = rng.randint(-span, span) + Fraction(1, 2)
        exact = target / oracle.exact_value(F32, multiplier) + zero_point_in
        value = int(exact) + rng.choice([-1, 0, 0, 0, 1])
    return storage_in.to_bits(oracle.clamp(value, lowest, highest))


# ---------------------------------------------------------------------------
# Fixed-point multipliers and what they multiply
# ---------------------------------------------------------------------------

EDGE_MULTIPLIERS = (
    0, 1, -1, 3, 1 << 30, (1 << 30) + 1, (1 << 31) - 1, 1 - (1 << 31), -(1 << 31),
    -(1 << 30), 0x5A5A5A5B,
)  # fmt: skip
EDGE_SHIFTS = (1, 2, 15, 29, 30, 31, 32, 33, 34, 40, 61, 62)
BAD_SHIFTS = (-128, -31, -1, 0, 63, 64, 96, 127)


def draw_fixed_point(rng: Random, count: int, kind: str) -> list[tuple[int, int]]:
    """Multipliers and shifts; all edges where there is room for them."""
    edges = [(m, s) for m in EDGE_MULTIPLIERS for s in EDGE_SHIFTS]
    if kind == "extreme":
        return edges if count == len(edges) else rng.choices(edges, k=count)
    pairs = []
    for _ in range(count):
        # Powers of two and of three times them have exact ties.
        multiplier = rng.choice([1 << 30, 3 << 29, rng.randrange(1 << 30, 1 << 31)])
        shift = rng.choice([31, 32, 32, 33, rng.randint(34, 45)])
        if kind == "bad" and rng.random() < 0.6:
            shift = rng.choice(BAD_SHIFTS)
        pairs.append((multiplier, shift))
    return pairs


def draw_multiplicand(
    rng: Random,
    multiplier: int,
    shift: int,
    zero_point_in: int,
    storage_in: Storage,
    span: int,
) -> int:
    """An input whose product falls on or beside a tie of either rounding."""
    lowest, highest = -(1 << (storage_in.width - 1)), (1 << (storage_in.width - 1)) - 1
    if not storage_in.signed:
        lowest, highest = 0, (1 << storage_in.width) - 1
    kind = rng.random()
    if kind < 0.2:
        limits = [lowest, lowest + 1, -1, 0, 1, highest - 1, highest, zero_point_in]
        value = rng.choice(limits)
    elif kind < 0.3 or multiplier == 0:
        value = rng.randint(lowest, highest)
    else:
        part = rng.choice([Fraction(1, 2), Fraction(1, 2), Fraction(1, 4), Fraction(3, 8)])
        target = rng.randint(-span, span) + rng.choice([-1, 1]) * part
        clamped = oracle.clamp(shift, *oracle.FIXED_POINT_SHIFTS)
        exact = target * (1 << clamped) / multiplier + zero_point_in
        value = oracle.round_half_even(exact) + rng.choice([-1, 0, 0, 0, 1])
    return storage_in.to_bits(oracle.clamp(value, lowest, highest))


# ---------------------------------------------------------------------------
# Inputs of choose_qparams, one kind for each scale that is to be found
# ---------------------------------------------------------------------------

RANGE_KINDS = (
    "ordinary",
    "mixed",
    "zero",
    "nonfinite",
    "positive",
    "negative",
    "tiny",
    "huge",
    "tie",
    "wide",
)


def draw_range_value(rng: Random, fmt: FloatFormat, kind: str, spread: Fraction) -> int:
    unit = Fraction(rng.getrandbits(60), 1 << 60)
    signed = (2 * unit - 1) * spread
    if kind == "zero":
        return random_sign(rng, fmt, 0)
    if kind == "nonfinite":
        return random_sign(
            rng, fmt, rng.choice([0, fmt.infinity, fmt.quiet_nan, fmt.infinity + 1])
        )
    if kind == "positive":
        return from_rational(fmt, abs(signed))
    if kind == "negative":
        return from_rational(fmt, -abs(signed))
    if kind == "tiny":
        return random_sign(rng, fmt, rng.randrange(1, fmt.smallest_normal))
    if kind == "huge":
        distance = rng.choice([0, 0, 1, rng.randrange(1 << fmt.fraction_bits)])
        return random_sign(rng, fmt, fmt.largest_finite - distance)
    if kind == "wide":
        return random_sign(rng, fmt, rng.randrange(fmt.infinity))
    if kind == "mixed" and rng.random() < 0.3:
        outside = [fmt.infinity, fmt.quiet_nan, fmt.infinity + 1, 0, 1]
        return random_sign(rng, fmt, rng.choice(outside))
    return from_rational(fmt, signed)


def draw_range(
    rng: Random, fmt: FloatFormat, kind: str, count: int, storage: Storage
) -> list[int]:
    spread = Fraction(2) ** rng.randint(-5, 5)
    values = [draw_range_value(rng, fmt, kind, spread) for _ in range(count)]
    if kind == "tie" and count >= 2:
        # hi - lo is a whole number of steps of `spread`, and lo half a step off
        # the grid, so that the zero point is a tie.
        steps = storage.qmax - storage.qmin
        low = rng.randint(0, min(steps, 200)) + Fraction(1, 2)
        low = low if low < steps else Fraction(1, 2)
        inside = [from_rational(fmt, spread * Fraction(1, 4))] * (count - 2)
        values = inside + [
            from_rational(fmt, -low * spread),
            from_rational(fmt, (steps - low) * spread),
        ]
        rng.shuffle(values)
    return values


def draw_scale_ties(
    rng: Random, fmt: FloatFormat, count: int, unit: int, storage: FloatStorage
) -> list[int]:
    """Largest magnitudes of which the scale, by `unit`, is next to halfway
    between two numbers of E4M3: which one it becomes is a matter of rounding."""
    numbers = FLOAT_STORAGES["f8E4M3FN"].magnitudes
    bits = []
    for _ in range(count):
        above = rng.randrange(2, len(numbers))
        halfway = (numbers[above] + numbers[above - 1]) / 2
        largest = halfway * storage.qmax * oracle.exact_value(fmt, unit)
        bits.append(from_rational(fmt, largest) + rng.randint(-2, 2))
    return bits


def draw_ranges(
    rng: Random,
    fmt: FloatFormat,
    positions: Sequence[int],
    parameter_count: int,
    kind: str,
    storage: Storage,
) -> list[int]:
    counts = [0] * parameter_count
    for position in positions:
        counts[position] += 1
    offset = rng.randrange(len(RANGE_KINDS))
    pools = []
    for position, count in enumerate(counts):
        one = kind
        if kind == "each":
            one = RANGE_KINDS[(position + offset) % len(RANGE_KINDS)]
        pools.append(draw_range(rng, fmt, one, count, storage))
    return [pools[position].pop() for position in positions]


