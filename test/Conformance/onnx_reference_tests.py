"""Nodes that ONNX's node tests leave out, judged by ONNX's reference evaluator.

The node tests hold one or two nodes of each type. These hold every combination
of type and granularity, negative axes, a ragged last block, and i32.
"""

from __future__ import annotations

import itertools
import warnings

import ml_dtypes
import numpy as np
import onnx
from onnx.helper import np_dtype_to_tensor_dtype
from onnx.reference import ReferenceEvaluator
from onnx_node_tests import NodeTest

SEED = 20240229
SHAPE = (3, 5, 4)
OPSET = onnx.defs.onnx_opset_version()

FLOATS = [np.dtype(t) for t in (np.float16, ml_dtypes.bfloat16, np.float32)]
INTEGERS = [
    np.dtype(t)
    for t in (
        *(ml_dtypes.int2, ml_dtypes.uint2, ml_dtypes.int4, ml_dtypes.uint4),
        *(np.int8, np.uint8, np.int16, np.uint16),
    )
]

F16, BF16, F32 = FLOATS

# Types of the value and the scale, and the attribute `precision`. In mixed types
# without the attribute, the operator's text divides in the scale's type, but the
# evaluator in f32: none of these.
DIVISIONS = (
    (F32, F32, None),
    (F16, F32, None),
    (BF16, F32, None),
    (F16, F16, None),
    (BF16, BF16, None),
    (F16, F16, F32),
    (BF16, BF16, F32),
    (F32, F32, F16),
    (F32, F32, BF16),
    (F32, F16, F16),
    (BF16, F32, BF16),
)

# Attributes, and the shape of scale and zero point.
GRANULARITIES = {
    "tensor": ({}, ()),
    "default_axis": ({}, (5,)),
    "axis_0": ({"axis": 0}, (3,)),
    "axis_minus_1": ({"axis": -1}, (4,)),
    "axis_minus_3": ({"axis": -3}, (3,)),
    "blocks": ({"axis": 2, "block_size": 2}, (3, 5, 2)),
    "blocks_ragged": ({"axis": 1, "block_size": 2}, (3, 3, 4)),
    "blocks_minus_2": ({"axis": -2, "block_size": 3}, (3, 2, 4)),
}


def evaluate(
    name: str, op: str, inputs: list[np.ndarray], attributes: dict[str, int]
) -> NodeTest:
    node = onnx.helper.make_node(op, ["x", "s", "z"][: len(inputs)], ["y"], **attributes)
    infos = [
        onnx.helper.make_tensor_value_info(n, np_dtype_to_tensor_dtype(v.dtype), v.shape)
        for n, v in zip(node.input, inputs)
    ]
    output = onnx.ValueInfoProto(name=node.output[0])
    graph = onnx.helper.make_graph([node], name, infos, [output])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)])
    with warnings.catch_warnings():
        # What f16 cannot hold becomes infinite, as it should.
        warnings.simplefilter("ignore", RuntimeWarning)
        results = ReferenceEvaluator(model).run(None, dict(zip(node.input, inputs)))
    return NodeTest(name, node, OPSET, inputs, [np.asarray(r) for r in results])


class Inputs:
    """Random numbers, the same in every run."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(SEED)

    def scale(self, shape: tuple, dtype: np.dtype) -> np.ndarray:
        """Every other one is a power of two, so that ties stay what they are."""
        scales = self._random.uniform(0.01, 3.0, shape)
        even = np.arange(scales.size if shape else 1).reshape(shape) % 2 == 0
        return np.where(even, 2.0 ** np.round(np.log2(scales)), scales).astype(dtype)

    def integers(self, shape: tuple, dtype: np.dtype) -> np.ndarray:
        info = ml_dtypes.iinfo(dtype)
        return np.asarray(self._random.integers(info.min, info.max + 1, shape)).astype(dtype)

    def values(self, dtype: np.dtype, storage: np.dtype, limit: float) -> np.ndarray:
        """A little more than the storage holds at a scale of 1, half of it on a
        grid where ties lie."""
        reach = min(1.2 * float(ml_dtypes.iinfo(storage).max), limit)
        values = self._random.uniform(-reach, reach, SHAPE)
        grid = np.round(2 * values) / 2
        return np.where(self._random.random(SHAPE) < 0.5, grid, values).astype(dtype)


def quantize_tests(inputs: Inputs) -> list[NodeTest]:
    tests = []
    divisions = itertools.cycle(DIVISIONS)
    for storage, (how, (attributes, shape)), with_zero_point in itertools.product(
        INTEGERS, GRANULARITIES.items(), (False, True)
    ):
        x_type, s_type, precision = next(divisions)
        # No value becomes infinite in f16, nor does a quotient by a scale of
        # 1/128 or more: of those the evaluator makes no defined integer.
        limit = 500.0 if F16 in (s_type, precision) else 60000.0
        operands = [
            inputs.values(precision or x_type, storage, limit).astype(x_type),
            inputs.scale(shape, precision or s_type).astype(s_type),
        ]
        attributes = dict(attributes)
        name = ["quantize", x_type.name, s_type.name]
        if precision:
            attributes["precision"] = np_dtype_to_tensor_dtype(precision)
            name += ["in", precision.name]
        if with_zero_point:
            operands.append(inputs.integers(shape, storage))
        else:
            attributes["output_dtype"] = np_dtype_to_tensor_dtype(storage)
        name += [storage.name, how, *["zero_point"] * with_zero_point]
        tests.append(evaluate("_".join(name), "QuantizeLinear", operands, attributes))
    return tests


def dequantize_tests(inputs: Inputs) -> list[NodeTest]:
    tests = []
    storages = [(t, zero_point) for t in INTEGERS for zero_point in (False, True)]
    # ONNX's biases have no zero point.
    storages.append((np.dtype(np.int32), False))
    types = itertools.cycle(itertools.product(FLOATS, FLOATS))
    for (storage, with_zero_point), (how, (attributes, shape)) in itertools.product(
        storages, GRANULARITIES.items()
    ):
        s_type, y_type = next(types)
        operands = [inputs.integers(SHAPE, storage), inputs.scale(shape, s_type)]
        if with_zero_point:
            operands.append(inputs.integers(shape, storage))
        attributes = {**attributes, "output_dtype": np_dtype_to_tensor_dtype(y_type)}
        name = ["dequantize", storage.name, s_type.name, "to", y_type.name, how]
        name += ["zero_point"] * with_zero_point
        tests.append(evaluate("_".join(name), "DequantizeLinear", operands, attributes))
    return tests


def reference_tests() -> list[NodeTest]:
    inputs = Inputs()
    return quantize_tests(inputs) + dequantize_tests(inputs)
