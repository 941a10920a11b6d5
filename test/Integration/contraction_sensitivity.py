"""Shows that the cases of integer_contractions.py would notice mistakes.

Each mistake is the model with one step replaced. A mistake that changes no
result of any case goes unseen, and fails.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import Callable, Iterator

import numpy as np

import contraction_model
import contraction_text
import oracle
from contraction_model import Data, Quantized, Spec
from oracle import FORMATS, Storage

right_centred = contraction_model.centred
right_sums = contraction_model.exact_sums
right_product = contraction_model.product_of_scales
right_fits = contraction_model.integer_bias_fits
right_requantizes = contraction_model.requantizes
right_bits_along = contraction_model.bits_along
right_result = contraction_model.result_bits


def integers_of(spec: Spec, operand: Quantized, storage: Storage) -> np.ndarray:
    numbers = [storage.to_integer(bits) for bits in operand.integers.bits]
    loops = operand.integers.loops
    return contraction_model.along_loops(spec, loops, numbers, loops)


def other_sign(spec: Spec, operand: Quantized) -> np.ndarray:
    """The integers extended by the other signedness."""
    storage = operand.side.parsed
    turned = Storage(storage.width, not storage.signed, storage.qmin, storage.qmax)
    difference = integers_of(spec, operand, turned) - integers_of(spec, operand, storage)
    return right_centred(spec, operand) + difference


def without_zero_point(spec: Spec, operand: Quantized) -> np.ndarray:
    return integers_of(spec, operand, operand.side.parsed)


def zero_point_of_first(spec: Spec, operand: Quantized) -> np.ndarray:
    """One zero point for all rows or columns."""
    if operand.zero is None or not operand.zero.bits:
        return right_centred(spec, operand)
    storage = operand.side.parsed
    return without_zero_point(spec, operand) - storage.to_integer(operand.zero.bits[0])


def saturating_pairs(spec: Spec, data: Data) -> list[int]:
    """vpmaddubsw: two products make a sum of 16 bits that saturates."""
    form = spec.shape
    if form.reduced != "k" or form.out != "mn" or form.lhs != "mk" or form.rhs != "kn":
        return right_sums(spec, data)
    a, w = right_centred(spec, data.lhs), right_centred(spec, data.rhs)
    if data.rhs.integers.loops == "nk":
        w = w.T
    total = np.zeros((a.shape[0], w.shape[1]), dtype=np.int64)
    for k in range(0, a.shape[1], 2):
        total += np.clip(a[:, k : k + 2] @ w[k : k + 2], -(2**15), 2**15 - 1)
    return total.reshape(-1).tolist()


def zero_products_kept(spec: Spec, data: Data) -> list[int]:
    """Without K z_a z_w."""
    form, sides = spec.shape, (data.lhs, data.rhs)
    letters = f"{data.lhs.integers.loops},{data.rhs.integers.loops}->{form.out}"
    zeros = [without_zero_point(spec, s) - right_centred(spec, s) for s in sides]
    extra = np.einsum(letters, *zeros).reshape(-1).tolist()
    return [s - e for s, e in zip(right_sums(spec, data), extra)]


def last_of_reduction_left_out(spec: Spec, data: Data) -> list[int]:
    form = spec.shape
    a, w = right_centred(spec, data.lhs).copy(), right_centred(spec, data.rhs)
    axis = data.lhs.integers.loops.index(form.reduced[0])
    if a.shape[axis]:
        np.moveaxis(a, axis, 0)[-1] = 0
    letters = f"{data.lhs.integers.loops},{data.rhs.integers.loops}->{form.out}"
    return np.einsum(letters, a, w).reshape(-1).tolist()


def product_in_f64(spec: Spec, data: Data, wanted: str) -> list[int]:
    """Rounded once instead of twice would be another number: here the scale of
    the second operand is one step larger."""
    t = contraction_model.computing_format(spec)
    return [p + 1 if p < t.largest_finite else p for p in right_product(spec, data, wanted)]


def one_scale_after_the_other(spec: Spec, data: Data) -> list[int]:
    """(sum s_a) s_w instead of sum (s_a s_w)."""
    t, value = contraction_model.computing_format(spec), FORMATS[spec.result]
    out = spec.shape.out
    scales = [
        [
            oracle.convert(FORMATS[side.side.scale], t, bits)
            for bits in right_bits_along(spec, side.scale, out)
        ]
        for side in (data.lhs, data.rhs)
    ]
    sums = contraction_model.total_sums(spec, data)
    return [
        oracle.convert(
            t, value, oracle.multiply(t, oracle.multiply(t, oracle.from_integer(t, s), a), w)
        )
        for s, a, w in zip(sums, *scales)
    ]


def never_in_integers(spec: Spec, data: Data) -> bool:
    return False


def bias_in_order_of_columns(spec: Spec, tensor, wanted: str) -> list[int]:
    """Parameters reversed along their loop."""
    if tensor.name != "c" or len(tensor.bits) < 2:
        return right_bits_along(spec, tensor, wanted)
    turned = contraction_model.Tensor(tensor.name, tensor.loops, tensor.type, tensor.bits[::-1])
    return right_bits_along(spec, turned, wanted)


def scales_in_reverse(spec: Spec, tensor, wanted: str) -> list[int]:
    if not tensor.name.startswith("s") or len(tensor.bits) < 2:
        return right_bits_along(spec, tensor, wanted)
    turned = contraction_model.Tensor(tensor.name, tensor.loops, tensor.type, tensor.bits[::-1])
    return right_bits_along(spec, turned, wanted)


def quantized_floats(spec: Spec, data: Data) -> bool:
    """quantize of dequantize where requantize was promised."""
    return False


def add_nothing(fmt, a: int, b: int) -> int:
    return b


def without_relu(spec: Spec, data: Data) -> list[int]:
    return right_result(replace(spec, relu=""), data)


MISTAKES: dict[str, tuple[str, Callable]] = {
    "other signedness": ("centred", other_sign),
    "no zero points": ("centred", without_zero_point),
    "one zero point for all": ("centred", zero_point_of_first),
    "pairs saturate": ("exact_sums", saturating_pairs),
    "no product of zero points": ("exact_sums", zero_products_kept),
    "last element left out": ("exact_sums", last_of_reduction_left_out),
    "scale off by one step": ("product_of_scales", product_in_f64),
    "scales one after the other": ("as_floats", one_scale_after_the_other),
    "integer bias in floats": ("integer_bias_fits", never_in_integers),
    "bias reversed": ("bits_along", bias_in_order_of_columns),
    "scales reversed": ("bits_along", scales_in_reverse),
    "floats quantized": ("requantizes", quantized_floats),
    "float bias left out": ("add", add_nothing),
    "no relu": ("result_bits", without_relu),
}


@contextmanager
def replaced(name: str, value: Callable) -> Iterator[None]:
    right = getattr(contraction_model, name)
    setattr(contraction_model, name, value)
    try:
        yield
    finally:
        setattr(contraction_model, name, right)


def notices(name: str, value: Callable, cases: list[tuple[Spec, Data, list[int]]]) -> bool:
    with replaced(name, value):
        for spec, data, right in cases:
            try:
                if contraction_model.result_bits(spec, data) != right:
                    return True
            except AssertionError:
                # Sums that leave 32 bits are noticed too.
                return True
    return False


def main(specs: list[Spec], seed: int) -> int:
    cases = []
    for number, spec in enumerate(specs):
        if not spec.reason:
            data = contraction_text.draw(number, spec, seed)
            cases.append((spec, data, contraction_model.result_bits(spec, data)))
    unseen = [
        mistake
        for mistake, (name, value) in MISTAKES.items()
        if not notices(name, value, cases)
    ]
    for mistake in unseen:
        print(f"no case notices: {mistake}")
    print(f"mistakes: {len(MISTAKES)} seen: {len(MISTAKES) - len(unseen)}")
    return 1 if unseen else 0
