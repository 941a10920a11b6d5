"""Small networks of TOSA, in quantized integers and in floats, beside numpy.

usage: tosa_models.py print [--quantized-types] | check LIBRARY LEAST_DECIBELS

Wanted is TOSA's specification: sums of products of what is left of the zero points,
in i32; and rescale, (value * multiplier + round) >> shift, where round is half of
2^shift and, of DOUBLE_ROUND with a shift above 31, 2^30 with the sign of the value
more, plus a zero point, clamped to the result. Quantized types say what the integers
stand for, and change nothing of that.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass, field

import numpy as np

sys.dont_write_bytecode = True

from decibels import decibels
from memref import descriptor

NUMBERS = np.random.default_rng(20)
NAMES = {"int8": "i8", "int16": "i16", "int32": "i32", "float32": "f32"}


def type_of(array: np.ndarray, is_quantized: bool = False) -> str:
    sizes = "".join(f"{size}x" for size in array.shape)
    name = NAMES[array.dtype.name]
    if is_quantized and name != "f32":
        name = f"!quant.uniform<{name}:f32, 0.5>"
    return f"tensor<{sizes}{name}>"


@dataclass
class Model:
    """A function in the making: its lines, and the value of each name."""

    name: str
    has_quantized_types: bool = False
    arguments: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    values: dict[str, np.ndarray] = field(default_factory=dict)
    # Of parameters, which keep their integer types: zero points, multipliers.
    parameters: set[str] = field(default_factory=set)
    result: str = ""

    def type(self, name: str) -> str:
        return type_of(self.values[name], self.has_quantized_types and name not in self.parameters)

    def argument(self, value: np.ndarray) -> str:
        name = f"%a{len(self.arguments)}"
        self.arguments.append(name)
        self.values[name] = value
        return name

    def emit(self, text: str, value: np.ndarray) -> str:
        self.result = f"%v{len(self.lines)}"
        self.values[self.result] = value
        self.lines.append(f"  {self.result} = {text}")
        return self.result

    def constant(self, value: np.ndarray) -> str:
        payload = value.tobytes().hex().upper()
        text = f'"tosa.const"() <{{values = dense<"0x{payload}"> : {type_of(value)}}}> : () -> '
        name = self.emit(text, value)
        self.lines[-1] += self.type(name)
        return name

    def parameter(self, value: np.ndarray) -> str:
        self.parameters.add(f"%v{len(self.lines)}")
        return self.constant(value)

    def call(self, op: str, operands: list[str], attrs: str, value: np.ndarray) -> str:
        types = ", ".join(self.type(name) for name in operands)
        result = type_of(value, self.has_quantized_types)
        return self.emit(f"{op} {', '.join(operands)} {attrs} : ({types}) -> {result}", value)

    def text(self) -> str:
        arguments = ", ".join(f"{a}: {self.type(a)}" for a in self.arguments)
        result = self.type(self.result)
        body = "\n".join(self.lines)
        return f"func.func @{self.name}({arguments}) -> {result} {{\n{body}\n  return {self.result} : {result}\n}}\n"


def integers(shape: tuple[int, ...], dtype=np.int8) -> np.ndarray:
    info = np.iinfo(dtype)
    return NUMBERS.integers(info.min, info.max, shape, dtype, endpoint=True)


def one(value: int, dtype) -> np.ndarray:
    return np.array([value], dtype)


def rescale(model: Model, operand: str, zeros: tuple[int, int], dtype, channels: int = 1, rounding="DOUBLE_ROUND") -> str:
    value = model.values[operand]
    multiplier = NUMBERS.integers(2**30, 2**31 - 1, channels).astype(np.int32)
    shift = NUMBERS.integers(38, 43, channels).astype(np.int8)
    if value.dtype != np.int32:
        shift -= 8
    wide = value.astype(np.int64) - zeros[0]
    half = np.left_shift(np.int64(1), shift.astype(np.int64) - 1)
    if rounding == "DOUBLE_ROUND":
        half = half + np.where(shift > 31, np.where(wide >= 0, 1 << 30, -(1 << 30)), 0)
    scaled = (wide * multiplier.astype(np.int64) + half) >> shift.astype(np.int64)
    info = np.iinfo(dtype)
    result = np.clip(scaled + zeros[1], info.min, info.max).astype(dtype)
    operands = [operand, model.parameter(multiplier), model.parameter(shift)]
    operands += [model.parameter(one(zeros[0], value.dtype)), model.parameter(one(zeros[1], dtype))]
    attrs = (
        f"{{scale32 = true, rounding_mode = {rounding}, per_channel = {str(channels > 1).lower()},"
        " input_unsigned = false, output_unsigned = false}"
    )
    return model.call("tosa.rescale", operands, attrs, result)


def matmul(model: Model, a: str, b: str, zeros: tuple[int, int]) -> str:
    x, w = (model.values[name] for name in (a, b))
    is_float = x.dtype == np.float32
    wide = np.float64 if is_float else np.int64
    product = (x.astype(wide) - zeros[0]) @ (w.astype(wide) - zeros[1])
    zero_names = [model.parameter(one(zero, x.dtype)) for zero in zeros]
    return model.call("tosa.matmul", [a, b, *zero_names], "", product.astype(np.float32 if is_float else np.int32))


def conv2d(model: Model, a: str, weights: np.ndarray, bias: np.ndarray, zero: int) -> str:
    """With a stride of 1 and a row and a column of padding at each side."""
    x = model.values[a]
    is_float = x.dtype == np.float32
    wide = np.float64 if is_float else np.int64
    padded = np.pad(x.astype(wide) - zero, ((0, 0), (1, 1), (1, 1), (0, 0)))
    n, h, w, _ = x.shape
    result = np.zeros((n, h, w, len(weights)), wide) + bias
    for i in range(3):
        for j in range(3):
            result += padded[:, i : i + h, j : j + w, :] @ weights[:, i, j, :].T.astype(wide)
    operands = [a, model.constant(weights), model.parameter(bias)]
    operands += [model.parameter(one(zero, x.dtype)), model.parameter(one(0, x.dtype))]
    accumulator = "f32" if is_float else "i32"
    attrs = f"{{acc_type = {accumulator}, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}}"
    return model.call("tosa.conv2d", operands, attrs, result.astype(bias.dtype))


def clamp(model: Model, a: str, low, high) -> str:
    value = model.values[a]
    element = NAMES[value.dtype.name]
    attrs = f"{{min_val = {low} : {element}, max_val = {high} : {element}}}"
    return model.call("tosa.clamp", [a], attrs, np.clip(value, low, high).astype(value.dtype))


def models(have_quantized_types: bool = False) -> list[Model]:
    all_models = []

    def begin(name: str, may_have_types: bool = True) -> Model:
        all_models.append(Model(name, have_quantized_types and may_have_types))
        return all_models[-1]

    m = begin("matmul_of_arguments")
    rescale(m, matmul(m, m.argument(integers((2, 5, 40))), m.argument(integers((2, 40, 7))), (3, -5)), (0, 4), np.int8)

    m = begin("matmul_of_constant")
    rescale(m, matmul(m, m.argument(integers((1, 9, 64))), m.constant(integers((1, 64, 33))), (-7, 0)), (0, -9), np.int8, rounding="SINGLE_ROUND")

    m = begin("two_layers")
    h = matmul(m, m.argument(integers((1, 4, 24))), m.constant(integers((1, 24, 16))), (11, 0))
    h = clamp(m, rescale(m, h, (0, -128), np.int8), -128, 100)
    rescale(m, matmul(m, h, m.constant(integers((1, 16, 10))), (-128, 0)), (0, 0), np.int8)

    m = begin("conv2d_per_channel")
    weights, bias = integers((6, 3, 3, 4)), NUMBERS.integers(-9999, 9999, 6).astype(np.int32)
    rescale(m, conv2d(m, m.argument(integers((1, 5, 7, 4))), weights, bias, 12), (0, 1), np.int8, channels=6)

    m = begin("rescale_to_wider")
    rescale(m, m.argument(integers((3, 50))), (-3, 0), np.int16)

    m = begin("rescale_to_narrower")
    rescale(m, m.argument(integers((3, 50), np.int32)), (0, 5), np.int8)

    # It would not say whether it quantizes.
    m = begin("cast_to_integers", may_have_types=False)
    x = np.concatenate([np.arange(-3, 3, 0.25), [300.0, -300.0]]).astype(np.float32)
    m.call("tosa.cast", [m.argument(x)], "", np.clip(np.rint(x), -128, 127).astype(np.int8))

    m = begin("floats")
    x = m.argument(NUMBERS.standard_normal((1, 6, 20)).astype(np.float32))
    h = matmul(m, x, m.constant(NUMBERS.standard_normal((1, 20, 12)).astype(np.float32)), (0, 0))
    clamp(m, h, 0.0, 6.0)

    m = begin("float_conv2d")
    weights, bias = (NUMBERS.standard_normal(shape).astype(np.float32) for shape in ((6, 3, 3, 4), 6))
    conv2d(m, m.argument(NUMBERS.standard_normal((1, 5, 7, 4)).astype(np.float32)), weights, bias, 0)
    return all_models


def check(path: str, least_decibels: float) -> int:
    """Integers are those wanted; floats keep that much of their power."""
    library = ctypes.CDLL(path)
    elements = different = 0
    for model in models():
        wanted = model.values[model.result]
        got = np.zeros_like(wanted)
        arrays = [np.ascontiguousarray(model.values[name]) for name in model.arguments] + [got]
        getattr(library, f"_mlir_ciface_{model.name}")(*(ctypes.byref(descriptor(array)) for array in arrays))
        elements += wanted.size
        if wanted.dtype == np.float32:
            left = decibels(wanted, got)
            if not left >= least_decibels:
                print(f"{model.name}: {left:.1f} dB")
                different += wanted.size
            continue
        wrong = int((wanted != got).sum())
        different += wrong
        if wrong:
            at = tuple(np.argwhere(wanted != got)[0])
            print(f"{model.name}: {wrong} of {wanted.size} differ, at {at} {got[at]} for {wanted[at]}")
    print(f"models: {len(models())}, elements: {elements}, different: {different}")
    return 0


def main() -> int:
    if sys.argv[1] == "print":
        print("\n".join(model.text() for model in models("--quantized-types" in sys.argv)))
        return 0
    return check(sys.argv[2], float(sys.argv[3]))


if __name__ == "__main__":
    sys.exit(main())
