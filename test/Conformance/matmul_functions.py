"""quant_ext IR for what ONNX's integer matrix products compute.

Operands are dequantized, multiplied as floats and quantized again, as an importer
would write it: quant-ext-qdq-to-integer has to find the integers in that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from quant_ext_functions import STORAGES, Function, bits, tensor_type


@dataclass
class Product:
    """One product: its factors and what ONNX says of them, by ONNX's names."""

    name: str
    operator: str
    inputs: dict[str, np.ndarray]
    result: np.ndarray
    # Of the inputs, those that the compiler shall know.
    constants: tuple[str, ...] = ()
    lines: list[str] = field(default_factory=list)

    def declare(self, names: list[str]) -> dict[str, np.ndarray]:
        """Writes the constants; returns what is left as arguments."""
        arguments = {}
        for name in names:
            value = self.inputs[name]
            if name in self.constants:
                text = f'dense<"0x{bits(value).tobytes().hex()}">'
                self.lines.append(f"%{name} = arith.constant {text} : {tensor_type(value)}")
            else:
                arguments[name] = value
        return arguments

    def dequantize(self, side: str, element: str) -> tuple[str, str]:
        """A factor as floats: its name and type."""
        value, scale = self.inputs[side], self.inputs[f"{side}_scale"]
        zero = self.inputs[f"{side}_zero_point"]
        names = f"%{side}, %{side}_scale, %{side}_zero_point"
        types = ", ".join(map(tensor_type, (value, scale, zero)))
        axis = f" axis = {value.ndim - 1}" if scale.ndim else ""
        floats = "x".join([*map(str, value.shape), element])
        self.lines.append(
            f"%d{side} = quant_ext.dequantize {names}{axis}"
            f" storage = <{STORAGES[value.dtype.name]}> : ({types}) -> tensor<{floats}>"
        )
        return f"%d{side}", f"tensor<{floats}>"

    def multiply(self, a: tuple[str, str], b: tuple[str, str], element: str) -> str:
        """The product of floats, of batches of which one may be shared."""
        ranks = [self.inputs[side].ndim for side in "ab"]
        maps = [f"affine_map<(b, m, n, k) -> ({'b, ' if rank == 3 else ''}{dims})>"
                for rank, dims in zip([*ranks, max(ranks)], ("m, k", "k, n", "m, n"))]  # fmt: skip
        if max(ranks) == 2:
            maps = [text.replace("(b, ", "(") for text in maps]
        out = "x".join([*map(str, self.result.shape), element])
        self.lines += [
            f"%none = arith.constant 0.0 : {element}",
            f"%empty = tensor.empty() : tensor<{out}>",
            f"%zeros = linalg.fill ins(%none : {element}) outs(%empty : tensor<{out}>)"
            f" -> tensor<{out}>",
            f"%sums = linalg.contract indexing_maps = [{', '.join(maps)}]"
            f" ins({a[0]}, {b[0]} : {a[1]}, {b[1]}) outs(%zeros : tensor<{out}>)"
            f" -> tensor<{out}>",
        ]
        return f"tensor<{out}>"

    def function(self) -> Function:
        self.lines.clear()
        build = {
            "MatMulInteger": self.matmul_integer,
            "QLinearMatMul": self.qlinear_matmul,
            "DynamicQuantizeLinear": self.dynamic_matmul,
        }[self.operator]
        return Function(self.name, "u8", build(), self.lines, {"y": self.result})

    def matmul_integer(self) -> dict[str, np.ndarray]:
        """Of f64, whose scale of 1 leaves every sum as it is."""
        for side in "ab":
            scale = np.ones(self.inputs[f"{side}_zero_point"].shape)
            self.inputs[f"{side}_scale"] = scale
        self.constants = (*self.constants, "a_scale", "b_scale")
        names = [f"{side}{part}" for side in "ab" for part in ("", "_scale", "_zero_point")]
        arguments = self.declare(names)
        out = self.multiply(self.dequantize("a", "f64"), self.dequantize("b", "f64"), "f64")
        y = tensor_type(self.result)
        self.lines.append(f"%y = arith.fptosi %sums : {out} to {y}")
        return arguments

    def qlinear_matmul(self) -> dict[str, np.ndarray]:
        arguments = self.declare([*self.inputs])
        out = self.multiply(self.dequantize("a", "f32"), self.dequantize("b", "f32"), "f32")
        y, scale = self.result, self.inputs["y_scale"]
        types = ", ".join([out, tensor_type(scale), tensor_type(self.inputs["y_zero_point"])])
        self.lines.append(
            f"%y = quant_ext.quantize %sums, %y_scale, %y_zero_point"
            f" storage = <{STORAGES[y.dtype.name]}> : ({types}) -> {tensor_type(y)}"
        )
        return arguments

    def dynamic_matmul(self) -> dict[str, np.ndarray]:
        """Activations of floats, which quant-ext-quantize-activations quantizes."""
        arguments = self.declare([*self.inputs])
        out = self.multiply(("%a", tensor_type(self.inputs["a"])),
                            self.dequantize("b", "f32"), "f32")  # fmt: skip
        bias = tensor_type(self.inputs["bias"])
        self.lines += [
            f"%all = linalg.broadcast ins(%bias : {bias}) outs(%empty : {out})"
            f" dimensions = {[*range(self.result.ndim - 1)]}",
            f"%y = arith.addf %sums, %all : {out}",
        ]
        return arguments
