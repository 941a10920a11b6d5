"""Compares whole block formats with a reference in numpy and ml_dtypes.

Prints a module for the harness of mlir_module.py. In a case of `encode`, a
tensor goes to elements and scales, and back; in one of `decode`, every element
beside every scale. The formats are those of OCP's Microscaling specification
v1.0 (MXFP8 and MXFP4) and NVIDIA's NVFP4, and the reference knows no more than
they say. With --want, the line that the module must print.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Iterator

sys.dont_write_bytecode = True

import ml_dtypes
import numpy as np

from case_model import Case, Operand, TensorType
from float_storages import STORAGES, UNSIGNED, VALUES, all_numbers, bits_of
from float_storages import finite_magnitudes, print_cases, ties_and_edges

f32 = np.float32


@dataclass(frozen=True)
class Format:
    name: str
    element: str
    block: int
    scale: str
    # The largest number of the elements, and the exponent of its power of two.
    largest: int
    emax: int

    @property
    def is_mx(self) -> bool:
        return self.scale == "f8E8M0FNU"


FORMATS = (
    Format("MXFP8 E4M3", "f8E4M3FN", 32, "f8E8M0FNU", 448, 8),
    Format("MXFP8 E5M2", "f8E5M2", 32, "f8E8M0FNU", 57344, 15),
    Format("MXFP4", "f4E2M1FN", 32, "f8E8M0FNU", 6, 2),
    Format("NVFP4", "f4E2M1FN", 16, "f8E4M3FN", 6, 2),
)


# ---------------------------------------------------------------------------
# Reference
# ---------------------------------------------------------------------------


def spread(scales: np.ndarray, columns: int, block: int) -> np.ndarray:
    return np.repeat(scales, block, axis=1)[:, :columns]


def largest_of_blocks(x: np.ndarray, block: int) -> np.ndarray:
    finite = np.where(np.isfinite(x), np.abs(x), f32(0))
    ragged = -x.shape[1] % block
    padded = np.pad(finite, ((0, 0), (0, ragged)))
    return padded.reshape(x.shape[0], -1, block).max(axis=2)


def to_element(v: np.ndarray, form: Format) -> np.ndarray:
    """Saturating; NaN is the positive one, or 0 in a format without."""
    bounded = np.clip(v, -form.largest, form.largest)
    bits = bits_of(bounded.astype(STORAGES[form.element])).copy()
    bits[np.isnan(v)] = {"f8E4M3FN": 0x7F, "f8E5M2": 0x7E, "f4E2M1FN": 0}[form.element]
    return bits


def mx_scales(largest: np.ndarray, form: Format) -> np.ndarray:
    _, exponent = np.frexp(largest)  # 0.5 <= mantissa < 1
    power = np.clip(exponent - 1 - form.emax, -127, 127)
    return np.where(largest == 0, 0, power + 127).astype(np.uint8)


def scale_of_scales(x: np.ndarray) -> np.float32:
    finite = np.abs(x[np.isfinite(x)])
    largest = finite.max() if finite.size else f32(0)
    if largest == 0:
        return f32(1)
    return max(largest / f32(448 * 6), np.finfo(f32).tiny)


def nv_scales(largest: np.ndarray, s2: np.float32) -> np.ndarray:
    share = np.maximum(largest / f32(6) / s2, f32(2.0**-9))
    return bits_of(np.minimum(share, f32(448)).astype(ml_dtypes.float8_e4m3fn))


def scale_numbers(bits: np.ndarray, form: Format, s2: np.float32) -> np.ndarray:
    if form.is_mx:
        return bits.view(ml_dtypes.float8_e8m0fnu).astype(f32)
    return bits.view(ml_dtypes.float8_e4m3fn).astype(f32) * s2


def decode(
    elements: np.ndarray, scales: np.ndarray, s2: np.float32, form: Format, value: str
) -> np.ndarray:
    numbers = elements.view(STORAGES[form.element]).astype(f32)
    each = spread(scale_numbers(scales, form, s2), elements.shape[1], form.block)
    return (numbers * each).astype(VALUES[value])


def encode(x: np.ndarray, form: Format) -> tuple[np.ndarray, np.ndarray, np.float32]:
    s2 = f32(1) if form.is_mx else scale_of_scales(x)
    largest = largest_of_blocks(x, form.block)
    scales = mx_scales(largest, form) if form.is_mx else nv_scales(largest, s2)
    numbers = spread(scale_numbers(scales, form, s2), x.shape[1], form.block)
    return to_element(x / numbers, form), scales, s2


# ---------------------------------------------------------------------------
# Data
# ---------------------------------------------------------------------------

ROW_BLOCKS = 5
RAGGED = 7


def blocks_of(form: Format, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Blocks of every scale that f32 reaches, with numbers, ties and edges of
    the elements; and those of unusual values."""
    points = ties_and_edges(form.element, np.float32)
    inside = points[np.abs(points) < 2.0 ** (form.emax + 1)]
    edges = np.array([0, 1, 2**23 - 1, 2**23, 2**31 - 2**23 - 1], np.uint32).view(f32)
    for power in range(-149 - form.emax, 128 - form.emax):
        block = np.ldexp(rng.choice(inside, form.block), power)
        top = 2.0 ** form.emax * rng.choice([1, 1.5, 2 - 2.0**-23])
        block[0] = np.ldexp(f32(top), power)
        yield block
    for block in (
        np.zeros(form.block),
        -np.zeros(form.block),
        np.full(form.block, np.nan),
        np.full(form.block, -np.inf),
        rng.choice([0, np.nan, np.inf, -np.inf], form.block),
        rng.choice([1, -2.5, 6, np.nan, np.inf, -np.inf], form.block),
    ):
        yield block
    for _ in range(12):
        yield rng.choice(edges, form.block) * rng.choice([1, -1], form.block)
        yield rng.integers(1, 2**23, form.block, np.uint32).view(f32)
        yield rng.integers(0, 2**32, form.block, np.uint32).view(f32)
        yield rng.normal(0, 1, form.block)
        yield rng.normal(0, 0.01, form.block)


def inputs(form: Format, value: str) -> list[np.ndarray]:
    """Once with everything, and, since there NVFP4's scale of scales is huge,
    once with what occurs."""
    rng = np.random.default_rng(1)
    width = ROW_BLOCKS * form.block + RAGGED
    with np.errstate(all="ignore"):
        values = np.concatenate(list(blocks_of(form, rng))).astype(f32)
    rows = -(-values.size // width)
    everything = np.resize(values, (rows, width))
    # Blocks whose largest magnitude is one of E4M3's by a common factor: in
    # NVFP4, of every scale.
    numbers = finite_magnitudes("f8E4M3FN")
    largest = np.resize(0.037 * numbers, (64, ROW_BLOCKS + 1))
    usual = rng.uniform(-1, 1, (64, width)) * spread(largest, width, form.block)
    usual[:, :: form.block] = -largest
    usual[3, 1] = np.nan
    usual[7, 2] = np.inf
    with np.errstate(over="ignore"):
        return [x.astype(VALUES[value]) for x in (everything, usual)]


# ---------------------------------------------------------------------------
# Cases
# ---------------------------------------------------------------------------


def tensor(shape: tuple[int, ...], element: str, dynamic: bool) -> TensorType:
    return TensorType(shape, element, (dynamic,) * len(shape))


def scale_shape(shape: tuple[int, int], block: int) -> tuple[int, int]:
    return shape[0], -(-shape[1] // block)


def numbers_line(form: Format, scales: TensorType, wide: TensorType) -> str:
    unit = "%one" if form.is_mx else "%s2"
    return (
        f"  %numbers = quant_ext.dequantize %scales, {unit} storage = <{form.scale}>"
        f" : ({scales}, tensor<f32>) -> {wide}"
    )


def decode_line(form: Format, q: TensorType, wide: TensorType, x: TensorType) -> str:
    return (
        f"  %back = quant_ext.dequantize %q, %numbers block_sizes = [1, {form.block}]"
        f" storage = <{form.element}> : ({q}, {wide}) -> {x}"
    )


ONE = "  %one = arith.constant dense<1.0> : tensor<f32>"


def encode_program(
    form: Format, x: TensorType, q: TensorType, scales: TensorType, wide: TensorType
) -> list[str]:
    blocks = f"block_sizes = [1, {form.block}]"
    choose = f"{blocks} storage = <{form.element}> scale_storage = <{form.scale}>"
    if form.is_mx:
        lines = [
            ONE,
            f"  %scales = quant_ext.choose_qparams %x {choose} : ({x}) -> {scales}",
        ]
    else:
        lines = [
            "  %s2 = quant_ext.choose_qparams %x storage = <i16<-2688:2688>>"
            f" : ({x}) -> tensor<f32>",
            f"  %scales = quant_ext.choose_qparams %x scaled_by(%s2) {choose}"
            f" : ({x}, tensor<f32>) -> {scales}",
        ]
    return [
        *lines,
        numbers_line(form, scales, wide),
        f"  %q = quant_ext.quantize %x, %numbers {blocks} storage = <{form.element}>"
        f" : ({x}, {wide}) -> {q}",
        decode_line(form, q, wide, x),
    ]


def case(
    number: int,
    name: str,
    operands: list[Operand],
    program: list[str],
    results: list[tuple[str, TensorType, np.ndarray]],
) -> Case:
    expected = [
        array.reshape(-1).view(UNSIGNED[array.dtype.itemsize]).tolist()
        for _, _, array in results
    ]
    return Case(
        number, "block format", name, operands, "", [type_ for _, type_, _ in results],
        True, lambda: expected, program=program,
        outputs=[f"%{result}" for result, _, _ in results],
    )  # fmt: skip


def encode_case(
    number: int, form: Format, value: str, x: np.ndarray, dynamic: bool
) -> Case:
    shape = scale_shape(x.shape, form.block)
    x_type = tensor(x.shape, value, dynamic)
    q_type = tensor(x.shape, form.element, dynamic)
    scales_type = tensor(shape, form.scale, dynamic)
    wide_type = tensor(shape, "f32", dynamic)
    with np.errstate(all="ignore"):
        q, scales, s2 = encode(x.astype(f32), form)
        back = decode(q, scales, s2, form, value)
    return case(
        number,
        f"encode {value} as {form.name}{' dynamic' if dynamic else ''}",
        [Operand("x", x_type, bits_of(x).reshape(-1).tolist())],
        encode_program(form, x_type, q_type, scales_type, wide_type),
        [("q", q_type, q), ("scales", scales_type, scales), ("back", x_type, back)],
    )


def decode_case(number: int, form: Format, value: str) -> Case:
    """A row for each scale; in it every element, and a ragged block."""
    numbers = bits_of(all_numbers(form.element))
    q = np.resize(numbers, (256, max(numbers.size, form.block) + RAGGED))
    shape = scale_shape(q.shape, form.block)
    scales = np.repeat(np.arange(256, dtype=np.uint8)[:, None], shape[1], axis=1)
    s2 = f32(1) if form.is_mx else f32(0.0078125 / 3)
    q_type, x_type = tensor(q.shape, form.element, False), tensor(q.shape, value, False)
    scales_type, wide_type = tensor(shape, form.scale, False), tensor(shape, "f32", False)
    operands = [
        Operand("q", q_type, q.reshape(-1).tolist()),
        Operand("scales", scales_type, scales.reshape(-1).tolist()),
    ]
    if not form.is_mx:
        operands.append(Operand("s2", TensorType((), "f32"), [int(s2.view(np.uint32))]))
    with np.errstate(all="ignore"):
        back = decode(q, scales, s2, form, value)
    return case(
        number,
        f"decode {form.name} to {value}",
        operands,
        [
            *([ONE] if form.is_mx else []),
            numbers_line(form, scales_type, wide_type),
            decode_line(form, q_type, wide_type, x_type),
        ],
        [("back", x_type, back)],
    )


def all_cases(form: str) -> list[Case]:
    cases: list[Case] = []
    for block_format in FORMATS:
        for value in ("f32", "f16", "bf16"):
            for x in inputs(block_format, value):
                # A constant has a static type.
                for dynamic in (False, True) if form == "arguments" else (False,):
                    cases.append(encode_case(len(cases), block_format, value, x, dynamic))
            # A NaN is no scale that the evaluation of constants takes.
            if form == "arguments":
                cases.append(decode_case(len(cases), block_format, value))
    return cases


def check_coverage(cases: list[Case]) -> None:
    """Every element that can be encoded is, and every scale."""
    for form in FORMATS:
        name = f"encode f32 as {form.name}"
        chosen = [case.expected for case in cases if case.description == name]
        elements = {bits for q, _, _ in chosen for bits in q}
        scales = {bits for _, found, _ in chosen for bits in found}
        numbers = all_numbers(form.element).astype(np.float64)
        missing = set(np.flatnonzero(np.isfinite(numbers)).tolist()) - elements
        assert not missing, (name, missing)
        missing = set(range(255 - form.emax) if form.is_mx else range(1, 0x7F)) - scales
        assert not missing, (name, missing)


def covering_cases(form: str) -> list[Case]:
    cases = all_cases(form)
    check_coverage(cases)
    return cases


if __name__ == "__main__":
    sys.exit(print_cases("block_formats.py", __doc__, covering_cases))
