"""Chains of elementwise operations around quantize and dequantize.

Prints a module for the harness of mlir_module.py. The operations of a chain are
one loop in native code; here numpy does one after the other in the type of the
chain, each rounded once, and the oracle quantizes and dequantizes. With --want,
the line that the module must print.
"""

from __future__ import annotations

import sys
from itertools import product
from random import Random

sys.dont_write_bytecode = True

import numpy as np

import case_values
import oracle
from case_model import Case, Layout, Operand, TensorType, parameter_type
from float_storages import print_cases
from oracle import FORMATS, Granularity, Parameters, Storage

SEED = 30
LAYOUTS = (
    Layout((4, 128), Granularity()),
    Layout((3, 75), Granularity(axis=0)),
    Layout((5, 67), Granularity(axis=1)),
    Layout((3, 96), Granularity(block_sizes=(1, 32))),
    Layout((7, 3), Granularity()),
    Layout((0, 16), Granularity(axis=1)),
)
STORAGES = ("i8", "u8", "i4")


def numbers(bits: list[int]) -> np.ndarray:
    return np.array(bits, np.uint32).view(np.float32)


def bits_of(values: np.ndarray) -> list[int]:
    return values.astype(np.float32).view(np.uint32).tolist()


def relu(x: np.ndarray) -> np.ndarray:
    """arith.maximumf with 0: NaN stays, and of two zeros the positive one."""
    return np.where(np.isnan(x), x, np.where(x > 0, x, np.float32(0)))


class Chain:
    """What all cases share: an input, a bias of each column, a residual."""

    def __init__(self, number: int, layout: Layout, name: str, dynamic: bool) -> None:
        rng = Random(SEED * 10000 + number)
        self.layout, self.name = layout, name
        self.storage = Storage.parse(name)
        shape, dims = layout.shape, (dynamic,) * len(layout.shape)
        self.positions = oracle.parameter_positions(shape, layout.granularity)
        self.x = TensorType(shape, "f32", dims)
        self.q = TensorType(shape, f"i{self.storage.width}", dims)
        self.b = TensorType((shape[1],), "f32", (dynamic,))
        self.s = parameter_type(layout, layout.granularity, dims, "f32")
        self.z = parameter_type(layout, layout.granularity, dims, self.q.element)
        fmt = FORMATS["f32"]
        scales = case_values.draw_scales(rng, fmt, self.s.count, "ordinary")
        zeros = case_values.draw_zero_points(rng, self.storage, self.s.count, "ordinary")
        self.parameters = Parameters(fmt, scales, zeros)

        def draw() -> list[int]:
            return case_values.draw_values(
                rng, fmt, self.positions, self.parameters, self.storage
            )

        self.values, self.residual = draw(), draw()
        self.bias = [case_values.ordinary_scale(rng, fmt) for _ in range(shape[1])]
        self.integers = case_values.draw_integers(rng, self.storage, self.q.count)
        self.attributes = f"{layout.clause} storage = <{name}>"

    def biases(self) -> np.ndarray:
        return np.tile(numbers(self.bias), self.layout.shape[0])

    def parameter_operands(self) -> list[Operand]:
        return [
            Operand("s", self.s, list(self.parameters.scales)),
            Operand("z", self.z, list(self.parameters.zero_points)),
        ]

    def quantize_line(self, source: str) -> str:
        return (
            f"  %q = quant_ext.quantize %{source}, %s, %z{self.attributes}"
            f" : ({self.x}, {self.s}, {self.z}) -> {self.q}"
        )

    def dequantize_line(self) -> str:
        return (
            f"  %d = quant_ext.dequantize %i, %s, %z{self.attributes}"
            f" : ({self.q}, {self.s}, {self.z}) -> {self.x}"
        )

    def bias_lines(self, source: str, result: str) -> list[str]:
        x = self.x
        return [
            "  %c0 = arith.constant 0 : index",
            "  %c1 = arith.constant 1 : index",
            f"  %rows = tensor.dim %{source}, %c0 : {x}",
            f"  %columns = tensor.dim %{source}, %c1 : {x}",
            f"  %e = tensor.empty({', '.join(d for d, is_dynamic in zip(('%rows', '%columns'), x.dynamic) if is_dynamic)}) : {x}",
            f"  %all = linalg.broadcast ins(%b : {self.b}) outs(%e : {x}) dimensions = [0]",
            f"  %{result} = linalg.add ins(%{source}, %all : {x}, {x}) outs(%e : {x}) -> {x}",
        ]

    def relu_lines(self, source: str, result: str) -> list[str]:
        x = self.x
        return [
            "  %zero = arith.constant 0.0 : f32",
            f"  %ez = tensor.empty({', '.join(d for d, is_dynamic in zip(('%rows', '%columns'), x.dynamic) if is_dynamic)}) : {x}",
            f"  %zeros = linalg.fill ins(%zero : f32) outs(%ez : {x}) -> {x}",
            f"  %{result} = arith.maximumf %{source}, %zeros : {x}",
        ]

    def quantized(self, x: np.ndarray) -> list[int]:
        return oracle.quantize(
            bits_of(x), FORMATS["f32"], self.positions, self.parameters, self.storage
        )

    def dequantized(self) -> np.ndarray:
        bits = oracle.dequantize(
            self.integers, FORMATS["f32"], self.positions, self.parameters, self.storage
        )
        return numbers(bits)


def bias_relu_quantize(chain: Chain) -> tuple:
    operands = [Operand("x", chain.x, chain.values), Operand("b", chain.b, chain.bias)]
    program = [
        *chain.bias_lines("x", "y"),
        *chain.relu_lines("y", "r"),
        chain.quantize_line("r"),
    ]
    with np.errstate(all="ignore"):
        r = relu(numbers(chain.values) + chain.biases())
    return operands, program, [("q", chain.q, chain.quantized(r))]


def residual_quantize(chain: Chain) -> tuple:
    """The sum is a result too."""
    operands = [Operand("x", chain.x, chain.values), Operand("r", chain.x, chain.residual)]
    program = [f"  %y = arith.addf %x, %r : {chain.x}", chain.quantize_line("y")]
    with np.errstate(all="ignore"):
        y = numbers(chain.values) + numbers(chain.residual)
    return operands, program, [("y", chain.x, bits_of(y)), ("q", chain.q, chain.quantized(y))]


def dequantize_bias(chain: Chain) -> tuple:
    operands = [Operand("i", chain.q, chain.integers), Operand("b", chain.b, chain.bias)]
    program = [chain.dequantize_line(), *chain.bias_lines("d", "y")]
    with np.errstate(all="ignore"):
        y = chain.dequantized() + chain.biases()
    return operands, program, [("y", chain.x, bits_of(y))]


def dequantize_residual_relu(chain: Chain) -> tuple:
    operands = [
        Operand("i", chain.q, chain.integers), Operand("r", chain.x, chain.residual)
    ]  # fmt: skip
    program = [
        chain.dequantize_line(),
        *chain.bias_lines("d", "unused")[:4],
        f"  %y = arith.addf %d, %r : {chain.x}",
        *chain.relu_lines("y", "m"),
    ]
    with np.errstate(all="ignore"):
        m = relu(chain.dequantized() + numbers(chain.residual))
    return operands, program, [("m", chain.x, bits_of(m))]


def residual_dynamic(chain: Chain) -> tuple:
    """The range is of the sum, and so are the integers."""
    chain.attributes = f" axis = 0 storage = <{chain.name}>"
    rows = Layout(chain.layout.shape, Granularity(axis=0))
    chain.positions = oracle.parameter_positions(rows.shape, rows.granularity)
    chain.s = parameter_type(rows, rows.granularity, chain.x.dynamic, "f32")
    chain.z = parameter_type(rows, rows.granularity, chain.x.dynamic, chain.q.element)
    operands = [Operand("x", chain.x, chain.values), Operand("r", chain.x, chain.residual)]
    program = [
        f"  %y = arith.addf %x, %r : {chain.x}",
        f"  %s, %z = quant_ext.choose_qparams %y{chain.attributes}"
        f" : ({chain.x}) -> ({chain.s}, {chain.z})",
        chain.quantize_line("y"),
    ]
    with np.errstate(all="ignore"):
        y = numbers(chain.values) + numbers(chain.residual)
    scales, zeros = oracle.choose_qparams(
        bits_of(y), FORMATS["f32"], chain.positions, chain.s.count, chain.storage, False
    )
    chain.parameters = Parameters(FORMATS["f32"], scales, zeros)
    return operands, program, [("q", chain.q, chain.quantized(y)), ("s", chain.s, scales)]


CHAINS = (
    bias_relu_quantize,
    residual_quantize,
    dequantize_bias,
    dequantize_residual_relu,
    residual_dynamic,
)


def build(number: int, make, layout: Layout, name: str, dynamic: bool) -> Case:
    chain = Chain(number, layout, name, dynamic)
    operands, program, results = make(chain)
    if make is not residual_dynamic:
        operands += chain.parameter_operands()
    return Case(
        number, "chain", f"{make.__name__} {layout} {name}{' dynamic' if dynamic else ''}",
        operands, "", [type_ for _, type_, _ in results], True,
        lambda: [bits for _, _, bits in results],
        program=program, outputs=[f"%{result}" for result, _, _ in results],
    )  # fmt: skip


def half_of(number: int) -> int:
    """Each half has every chain, layout and storage."""
    return number // 2 % 2


def all_cases(form: str) -> list[Case]:
    del form
    plans = product(CHAINS, LAYOUTS, STORAGES, (False, True))
    return [build(number, *plan) for number, plan in enumerate(plans)]


if __name__ == "__main__":
    sys.exit(print_cases("fused_chains.py", __doc__, all_cases, half_of))
