"""quant_ext IR for nodes of ONNX's quantizing operators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx.helper import tensor_dtype_to_np_dtype
from onnx_node_tests import NodeTest

FLOATS = {"float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64"}
STORAGES = {
    **{f"int{w}": f"i{w}" for w in (2, 4, 8, 16, 32)},
    **{f"uint{w}": f"u{w}" for w in (2, 4, 8, 16)},
    "float8_e4m3fn": "f8E4M3FN",
    "float8_e4m3fnuz": "f8E4M3FNUZ",
    "float8_e5m2": "f8E5M2",
    "float8_e5m2fnuz": "f8E5M2FNUZ",
    "float4_e2m1fn": "f4E2M1FN",
}


def is_integer(dtype: np.dtype) -> bool:
    return dtype.name.startswith(("int", "uint"))


def width(dtype: np.dtype) -> int:
    """In bits; numpy gives what is narrower than a byte a whole one."""
    narrow = {"int2": 2, "uint2": 2, "int4": 4, "uint4": 4, "float4_e2m1fn": 4}
    return narrow.get(dtype.name, 8 * dtype.itemsize)


def bits(array: np.ndarray) -> np.ndarray:
    """The elements as unsigned integers of at least their width."""
    flat = np.ascontiguousarray(array).view(f"u{array.dtype.itemsize}")
    mask = flat.dtype.type(2 ** width(array.dtype) - 1)
    return (flat & mask).reshape(array.shape)


def element_type(dtype: np.dtype) -> str:
    if is_integer(dtype):
        return f"i{width(dtype)}"
    return FLOATS.get(dtype.name) or STORAGES[dtype.name]


def tensor_type(array: np.ndarray) -> str:
    return f"tensor<{'x'.join([*map(str, array.shape), element_type(array.dtype)])}>"


def types_text(arrays: list[np.ndarray]) -> str:
    text = ", ".join(map(tensor_type, arrays))
    return text if len(arrays) == 1 else f"({text})"


@dataclass(frozen=True)
class Function:
    """A function whose operands may be arguments or constants of its body."""

    name: str
    storage: str
    operands: dict[str, np.ndarray]
    lines: list[str]
    results: dict[str, np.ndarray]

    def text(self, form: str) -> str:
        operands = self.operands.items()
        arguments, body = "", []
        if form == "arguments":
            arguments = ", ".join(f"%{n}: {tensor_type(v)}" for n, v in operands)
        else:
            body = [
                f'%{n} = arith.constant dense<"0x{bits(v).tobytes().hex()}"> : {tensor_type(v)}'
                for n, v in operands
            ]
        expected = list(self.results.values())
        names = ", ".join(f"%{name}" for name in self.results)
        returned = ", ".join(map(tensor_type, expected))
        body += [*self.lines, f"return {names} : {returned}"]
        return "\n".join(
            [
                f"func.func @{self.name}({arguments}) -> {types_text(expected)} {{",
                *[f"  {line}" for line in body],
                "}\n",
            ]
        )


def granularity(x: np.ndarray, scale: np.ndarray, attributes: dict) -> tuple[str, tuple]:
    """The clause that says what a parameter is for, and the parameters' shape."""
    axis = int(attributes.get("axis", 1))
    block = int(attributes.get("block_size", 0))
    if block:
        sizes = [1] * x.ndim
        sizes[axis] = block
        return f" block_sizes = {sizes}", scale.shape
    if scale.ndim == 0 or (scale.shape == (1,) and x.ndim == 1):
        return "", ()
    return f" axis = {axis % x.ndim}", scale.shape


def parameters(
    scale: np.ndarray, zero_point: np.ndarray | None, shape: tuple, storage: np.dtype
) -> dict[str, np.ndarray]:
    """Operands of the op. Zero points that say nothing but the type are left out;
    an unsigned storage has one even where ONNX takes its default, 0."""
    operands = {"scale": scale.reshape(shape)}
    if zero_point is None and storage.name.startswith("uint"):
        zero_point = np.zeros(shape, storage)
    if zero_point is not None and is_integer(storage) and width(storage) <= 16:
        operands["zero_point"] = zero_point.reshape(shape)
    elif zero_point is not None:
        assert not bits(zero_point).any(), "expected a zero point of 0"
    return operands


def division_type(test: NodeTest, scale: np.ndarray) -> np.dtype | None:
    """The type of 16 bits that ONNX divides in, if it is not f32: that of the
    attribute, or else of the scale."""
    chosen = test.attributes.get("precision")
    dtype = tensor_dtype_to_np_dtype(chosen) if chosen else scale.dtype
    return dtype if dtype.itemsize == 2 else None


def op_line(
    result: str, op: str, operands: dict[str, np.ndarray], clauses: str, results: list
) -> str:
    names = ", ".join(f"%{name}" for name in operands)
    types = ", ".join(map(tensor_type, operands.values()))
    return f"{result} = quant_ext.{op} {names}{clauses} : ({types}) -> {types_text(results)}"


def quantize_linear(test: NodeTest) -> Function:
    x, scale, *rest = test.inputs
    zero_point = rest[0] if rest else None
    (y,) = test.outputs
    clause, shape = granularity(x, scale, test.attributes)
    storage = STORAGES[y.dtype.name]
    operands = {"x": x, **parameters(scale, zero_point, shape, y.dtype)}
    clauses = f"{clause} storage = <{storage}>"
    precision = division_type(test, scale)
    if precision is not None:
        clauses += f" precision = {element_type(precision)}"
        # ONNX rounds the operands too. That would be arith.truncf, which no
        # folder evaluates where it is not exact.
        assert all((v.astype(precision) == v).all() for v in (x, scale)), test.name
    if not is_integer(y.dtype) and not test.attributes.get("saturate", 1):
        clauses += " saturate = false"
    lines, quantized = [], operands
    if y.dtype.name == "float4_e2m1fn" and zero_point is not None:
        # To f4 quotients ONNX does add the zero point. All that the sum with 0
        # changes is -0, which becomes +0.
        lines = [
            f"%zero = arith.constant dense<0.0> : {tensor_type(x)}",
            f"%sum = arith.addf %x, %zero : {tensor_type(x)}",
        ]
        quantized = {"sum" if name == "x" else name: v for name, v in operands.items()}
    lines.append(op_line("%y", "quantize", quantized, clauses, [y]))
    return Function(test.name, storage, operands, lines, {"y": y})


def dequantize_linear(test: NodeTest) -> Function:
    x, scale, *rest = test.inputs
    zero_point = rest[0] if rest else None
    (y,) = test.outputs
    clause, shape = granularity(x, scale, test.attributes)
    storage = STORAGES[x.dtype.name]
    operands = {"x": x, **parameters(scale, zero_point, shape, x.dtype)}
    line = op_line("%y", "dequantize", operands, f"{clause} storage = <{storage}>", [y])
    return Function(test.name, storage, operands, [line], {"y": y})


def dynamic_quantize_linear(test: NodeTest) -> Function:
    (x,) = test.inputs
    y, scale, zero_point = test.outputs
    chosen = {"scale": scale, "zero_point": zero_point}
    clauses = " storage = <u8>"
    lines = [
        op_line("%scale, %zero_point", "choose_qparams", {"x": x}, clauses, [scale, zero_point]),
        op_line("%y", "quantize", {"x": x, **chosen}, clauses, [y]),
    ]
    return Function(test.name, "u8", {"x": x}, lines, {"y": y, **chosen})


BUILDERS = {
    "QuantizeLinear": quantize_linear,
    "DequantizeLinear": dequantize_linear,
    "DynamicQuantizeLinear": dynamic_quantize_linear,
}


def to_function(test: NodeTest) -> Function:
    return BUILDERS[test.node.op_type](test)
