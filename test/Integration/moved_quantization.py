"""Data movement between quantized and floating-point tensors.

Prints a module for the harness of mlir_module.py: dequantize, then data movement,
and data movement, then quantize, which quant-ext-move-qdq swaps. Here the oracle
quantizes or dequantizes, and numpy moves, in the order that is written. Values
are f16 and scales f32, so that a test can tell whose movement is left. With
--want, the line that the module must print.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Callable

sys.dont_write_bytecode = True

import numpy as np

import case_values
import mlir_module
import oracle
from case_model import Case, Layout, Operand, TensorType, parameter_type
from float_storages import print_cases
from oracle import FORMATS, Granularity, Parameters, Storage

SEED = 42
VALUE = "f16"
SHAPE = (3, 4, 5)
PER_TENSOR = Granularity()


@dataclass(frozen=True)
class Movement:
    """`line` makes %{result} of %{source}, whose types have element {e}."""

    name: str
    shape: tuple[int, ...]
    result: tuple[int, ...]
    lines: str
    move: Callable[[np.ndarray], np.ndarray]
    # Granularities of the source, and of the result, that cross it.
    down: tuple[Granularity, ...]
    up: tuple[Granularity, ...]


def axis(number: int) -> Granularity:
    return Granularity(axis=number)


def blocks(*sizes: int) -> Granularity:
    return Granularity(block_sizes=sizes)


def text(shape: tuple[int, ...]) -> str:
    return "x".join([*map(str, shape), "{e}"])


def permute(*permutation: int) -> Movement:
    result = tuple(SHAPE[p] for p in permutation)
    everywhere = (PER_TENSOR, axis(0), axis(1), axis(2), blocks(1, 2, 1), blocks(-1, 3, 1))
    return Movement(
        f"permutation {permutation}", SHAPE, result,
        f"%d = tensor.empty() : tensor<{text(result)}>\n"
        f"  %m = linalg.transpose ins(%s : tensor<{text(SHAPE)}>) outs(%d : tensor<{text(result)}>)"
        f" permutation = {list(permutation)}",
        lambda x: np.transpose(x, permutation), everywhere, everywhere,
    )  # fmt: skip


def slice_(offsets, sizes, strides, result, down) -> Movement:
    index = tuple(slice(o, o + n * s, s) for o, n, s in zip(offsets, sizes, strides))
    clause = " ".join(str(list(part)) for part in (offsets, sizes, strides))
    return Movement(
        f"slice {clause}", SHAPE, result,
        f"%m = tensor.extract_slice %s{clause} : tensor<{text(SHAPE)}> to tensor<{text(result)}>",
        lambda x: x[index].reshape(result), down, (),
    )  # fmt: skip


def pad(low, high, granularities) -> Movement:
    result = tuple(a + n + b for a, n, b in zip(low, SHAPE, high))
    arguments = ", ".join(f"%i{i}: index" for i in range(len(SHAPE)))
    return Movement(
        f"pad {low} {high}", SHAPE, result,
        f"%zero = arith.constant 0.0 : {{e}}\n"
        f"  %m = tensor.pad %s low{list(low)} high{list(high)} {{{{\n"
        f"  ^bb0({arguments}):\n    tensor.yield %zero : {{e}}\n"
        f"  }}}} : tensor<{text(SHAPE)}> to tensor<{text(result)}>",
        lambda x: np.pad(x, tuple(zip(low, high))), granularities, granularities,
    )  # fmt: skip


def concat(dim: int, down, up) -> Movement:
    result = tuple(2 * n if i == dim else n for i, n in enumerate(SHAPE))
    t = text(SHAPE)
    return Movement(
        f"concat {dim}", SHAPE, result,
        f"%m = tensor.concat dim({dim}) %s, %s : (tensor<{t}>, tensor<{t}>) -> tensor<{text(result)}>",
        lambda x: np.concatenate([x, x], dim), down, up,
    )  # fmt: skip


ALL = (PER_TENSOR, axis(0), axis(1), axis(2))
MOVEMENTS = (
    permute(1, 2, 0),
    permute(2, 0, 1),
    permute(0, 2, 1),
    Movement(
        "collapse", SHAPE, (12, 5),
        f"%m = tensor.collapse_shape %s [[0, 1], [2]] : tensor<{text(SHAPE)}> into tensor<{text((12, 5))}>",
        lambda x: x.reshape(12, 5),
        (PER_TENSOR, axis(2), blocks(-1, -1, 1), blocks(-1, 4, -1)), (PER_TENSOR, axis(1), blocks(12, 1)),
    ),
    Movement(
        "expand", SHAPE, (3, 2, 2, 5, 1),
        f"%m = tensor.expand_shape %s [[0], [1, 2], [3, 4]] output_shape [3, 2, 2, 5, 1]"
        f" : tensor<{text(SHAPE)}> into tensor<{text((3, 2, 2, 5, 1))}>",
        lambda x: x.reshape(3, 2, 2, 5, 1),
        (PER_TENSOR, axis(0), axis(2), blocks(1, -1, -1)), (PER_TENSOR, axis(0), axis(3), blocks(1, -1, 2, -1, 1)),
    ),
    Movement(
        "broadcast", SHAPE, (3, 2, 4, 5),
        f"%d = tensor.empty() : tensor<{text((3, 2, 4, 5))}>\n"
        f"  %m = linalg.broadcast ins(%s : tensor<{text(SHAPE)}>) outs(%d : tensor<{text((3, 2, 4, 5))}>)"
        " dimensions = [1]",
        lambda x: np.repeat(x[:, None], 2, 1), (), (PER_TENSOR, axis(0), axis(2), axis(3)),
    ),
    slice_((1, 0, 2), (2, 2, 3), (1, 2, 1), (2, 2, 3), (*ALL, blocks(-1, -1, 1))),
    slice_((2, 1, 0), (1, 3, 5), (1, 1, 1), (3, 5), ALL),
    slice_((0, 3, 1), (3, 1, 1), (1, 1, 1), (3,), ALL),
    pad((1, 0, 0), (2, 0, 3), (PER_TENSOR, axis(1))),
    pad((0, 2, 1), (0, 0, 0), (PER_TENSOR, axis(0))),
    concat(1, (PER_TENSOR, axis(0), axis(1), axis(2), blocks(1, 1, 1)), (PER_TENSOR, axis(0), axis(2))),
    Movement(
        "insert", SHAPE, (3, 9, 5),
        f"%d = tensor.empty() : tensor<{text((3, 9, 5))}>\n"
        f"  %f = tensor.insert_slice %s into %d[0, 0, 0] [3, 4, 5] [1, 2, 1] : tensor<{text(SHAPE)}> into tensor<{text((3, 9, 5))}>\n"
        f"  %g = tensor.insert_slice %s into %f[0, 1, 0] [3, 4, 5] [1, 2, 1] : tensor<{text(SHAPE)}> into tensor<{text((3, 9, 5))}>\n"
        f"  %l = tensor.extract_slice %s[0, 2, 0] [3, 1, 5] [1, 1, 1] : tensor<{text(SHAPE)}> to tensor<{text((3, 1, 5))}>\n"
        f"  %m = tensor.insert_slice %l into %g[0, 8, 0] [3, 1, 5] [1, 1, 1] : tensor<{text((3, 1, 5))}> into tensor<{text((3, 9, 5))}>",
        lambda x: np.concatenate([np.repeat(x, 2, 1), x[:, 2:3]], 1), (), (PER_TENSOR,),
    ),
)  # fmt: skip


def draw_parameters(rng: Random, layout: Layout, storage: Storage, is_pad: bool) -> Parameters:
    static = (False,) * len(layout.shape)
    count = parameter_type(layout, layout.granularity, static, "f32").count
    scales = case_values.draw_scales(rng, FORMATS["f32"], count, "ordinary")
    zeros = case_values.draw_zero_points(rng, storage, count, "ordinary")
    # One integer pads all channels.
    return Parameters(FORMATS["f32"], scales, zeros[:1] * count if is_pad else zeros)


class Program:
    def __init__(self, number: int, movement: Movement, granularity: Granularity, name: str, down: bool) -> None:
        rng = Random(SEED * 10000 + number)
        self.movement, self.storage = movement, Storage.parse(name)
        self.layout = Layout(movement.shape if down else movement.result, granularity)
        self.parameters = draw_parameters(rng, self.layout, self.storage, "pad" in movement.name)
        shape = self.layout.shape
        self.positions = oracle.parameter_positions(shape, granularity)
        element = f"i{self.storage.width}"
        self.scale = parameter_type(self.layout, granularity, (False,) * len(shape), "f32")
        self.zero = parameter_type(self.layout, granularity, (False,) * len(shape), element)
        self.constants = [
            mlir_module.constant("scale", self.scale, list(self.parameters.scales)),
            mlir_module.constant("point", self.zero, list(self.parameters.zero_points)),
        ]
        self.attributes = f"{self.layout.clause} storage = <{name}>"
        self.types = f"{self.scale}, {self.zero}"
        self.source = TensorType(movement.shape, element if down else VALUE)
        self.result = TensorType(movement.result, VALUE if down else element)
        count = TensorType(movement.shape, element).count
        if down:
            self.bits = case_values.draw_integers(rng, self.storage, count)
        else:
            fmt = FORMATS[VALUE]
            own = Parameters(FORMATS["f32"], [self.parameters.scales[0]], None)
            self.bits = case_values.draw_values(rng, fmt, [0] * count, own, self.storage)

    def lines(self, down: bool) -> list[str]:
        move = self.movement.lines.format(e=VALUE)
        if down:
            floats = TensorType(self.movement.shape, VALUE)
            first = (
                f"  %s = quant_ext.dequantize %x, %scale, %point{self.attributes}"
                f" : ({self.source}, {self.types}) -> {floats}"
            )
            return [*self.constants, first, f"  {move}"]
        floats = TensorType(self.movement.result, VALUE)
        last = (
            f"  %q = quant_ext.quantize %m, %scale, %point{self.attributes}"
            f" : ({floats}, {self.types}) -> {self.result}"
        )
        return [*self.constants, f"  {move.replace('%s', '%x')}", last]

    def moved(self, bits: list[int]) -> list[int]:
        array = np.array(bits, dtype=np.int64).reshape(self.movement.shape)
        return self.movement.move(array).reshape(-1).tolist()

    def compute(self, down: bool) -> list[int]:
        fmt = FORMATS[VALUE]
        if down:
            return self.moved(
                oracle.dequantize(self.bits, fmt, self.positions, self.parameters, self.storage)
            )
        return oracle.quantize(self.moved(self.bits), fmt, self.positions, self.parameters, self.storage)


def build(number: int, movement: Movement, granularity: Granularity, name: str, down: bool) -> Case:
    program = Program(number, movement, granularity, name, down)
    order = "dequantize, then" if down else "quantize behind"
    return Case(
        number, "moved", f"{order} {movement.name} {program.layout} {name}",
        [Operand("x", program.source, program.bits)], "", [program.result], True,
        lambda: [program.compute(down)],
        program=program.lines(down), outputs=["%m" if down else "%q"],
    )  # fmt: skip


def all_cases(form: str) -> list[Case]:
    del form
    plans = [
        (movement, granularity, name, down)
        for movement in MOVEMENTS
        for down, granularities in ((True, movement.down), (False, movement.up))
        for granularity, name in product(granularities, ("i8", "u8"))
    ]
    return [build(number, *plan) for number, plan in enumerate(plans)]


if __name__ == "__main__":
    sys.exit(print_cases("moved_quantization.py", __doc__, all_cases))
