"""Writes the tiny ONNX model that a test of the importer names.

usage: make_model.py CASE FILE
"""

from __future__ import annotations

import sys
from typing import Optional, Sequence

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Shape = Sequence[Optional[int]]


class Model:
    """Collects the nodes of one graph; weights are seeded random numbers."""

    def __init__(self, opset: int = 17) -> None:
        self._opset = opset
        self._random = np.random.default_rng(7)
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._results = 0

    def input(self, name: str, shape: Optional[Shape], type=TensorProto.FLOAT) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, type, shape))
        return name

    def weight(self, name: str, shape: Sequence[int], dtype=np.float32) -> str:
        return self.tensor(name, self._random.standard_normal(shape).astype(dtype))

    def tensor(self, name: str, array: np.ndarray) -> str:
        self._initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(self, op: str, name: str, inputs: Sequence[str], **attributes) -> str:
        self._results += 1
        result = f"y{self._results}"
        self._nodes.append(helper.make_node(op, inputs, [result], name, **attributes))
        return result

    def save(self, path: str) -> None:
        graph = helper.make_graph(
            self._nodes,
            "tiny",
            self._inputs,
            [onnx.ValueInfoProto(name=f"y{self._results}")],
            self._initializers,
        )
        opsets = [helper.make_opsetid("", self._opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        onnx.save(model, path)


def conv(model: Model) -> None:
    image = model.input("image", ["n", 3, "h", "w"])
    w = model.weight("plain.w", (4, 3, 3, 2))
    bias = model.weight("plain.b", (4,))
    model.node(
        "Conv", "plain", [image, w, bias],
        strides=[2, 1], dilations=[1, 2], pads=[1, 0, 1, 3],
    )
    fixed = model.input("fixed", [1, 3, 8, 9])
    model.node("Conv", "static", [fixed, w], strides=[3, 2])
    model.node("Conv", "same upper", [fixed, w], strides=[3, 2], auto_pad="SAME_UPPER")
    model.node("Conv", "same lower", [image, w], auto_pad="SAME_LOWER")
    signal = model.input("signal", ["n", 3, "t"])
    model.node("Conv", "conv1d", [signal, model.weight("w1", (5, 3, 4))], pads=[1, 2])
    volume = model.input("volume", ["n", 2, "d", "h", "w"])
    model.node("Conv", "conv3d", [volume, model.weight("w3", (3, 2, 2, 1, 2))])


def groups(model: Model) -> None:
    image = model.input("image", ["n", 6, "h", "w"])
    model.node(
        "Conv", "depthwise",
        [image, model.weight("dw", (6, 1, 3, 3)), model.weight("db", (6,))],
        group=6, pads=[1, 1, 1, 1], strides=[2, 2],
    )
    model.node(
        "Conv", "grouped",
        [image, model.weight("gw", (4, 3, 2, 2)), model.weight("gb", (4,))],
        group=2, dilations=[2, 1],
    )
    model.node("Conv", "multiplier", [image, model.weight("mw", (12, 1, 2, 2))], group=6)
    signal = model.input("signal", ["n", 6, "t"])
    model.node(
        "Conv", "grouped1d", [signal, model.weight("gw1", (4, 3, 2))],
        group=2, strides=[2], dilations=[3],
    )
    model.node("Conv", "depthwise1d", [signal, model.weight("dw1", (6, 1, 3))], group=6)


def transposed(model: Model) -> None:
    image = model.input("image", ["n", 4, "h", "w"])
    model.node(
        "ConvTranspose", "strided",
        [image, model.weight("tw", (4, 3, 3, 2)), model.weight("tb", (3,))],
        strides=[2, 3], pads=[1, 0, 1, 1], output_padding=[1, 2],
    )
    model.node(
        "ConvTranspose", "unit", [image, model.weight("uw", (4, 2, 3, 3))],
        dilations=[2, 1], pads=[1, 1, 0, 2],
    )
    model.node(
        "ConvTranspose", "grouped",
        [image, model.weight("gw", (4, 3, 2, 2)), model.weight("gb", (6,))],
        group=2, strides=[2, 2],
    )
    model.node(
        "ConvTranspose", "depthwise", [image, model.weight("dw", (4, 1, 2, 3))],
        group=4, strides=[2, 1],
    )
    fixed = model.input("fixed", [1, 4, 5, 6])
    model.node(
        "ConvTranspose", "shaped", [fixed, model.weight("sw", (4, 2, 3, 3))],
        strides=[2, 2], output_shape=[10, 13],
    )
    signal = model.input("signal", ["n", 4, "t"])
    model.node(
        "ConvTranspose", "same1d", [signal, model.weight("tw1", (4, 2, 5))],
        strides=[2], auto_pad="SAME_UPPER",
    )


def matmul(model: Model) -> None:
    rows = model.input("rows", ["m", 4])
    tokens = model.input("tokens", ["n", "t", 4])
    heads = model.input("heads", ["n", 3, "t", 4])
    columns = model.input("columns", ["n", 5, "c"])
    vector = model.input("vector", [4])
    w = model.weight("w", (4, 6))
    model.node("MatMul", "matrix", [rows, w])
    model.node("MatMul", "sequence", [tokens, w])
    model.node("MatMul", "left", [model.weight("left.w", (2, 5)), columns])
    model.node("MatMul", "left2d", [model.weight("left2.w", (2, 5)), model.input("p", [5, "c"])])
    model.node("MatMul", "batched", [tokens, model.weight("batched.w", (3, 4, 2))])
    model.node("MatMul", "spread", [rows, model.weight("spread.w", (3, 4, 2))])
    model.node("MatMul", "heads", [heads, model.weight("heads.w", (1, 3, 4, 2))])
    model.node("MatMul", "vector", [vector, w])
    model.node("MatMul", "to vector", [tokens, model.weight("v", (4,))])
    # Two activations: not a weight, and nothing to report.
    model.node("MatMul", "scores", [model.input("q", [2, 3]), model.input("k", [3, 2])])


def gemm(model: Model) -> None:
    rows = model.input("rows", ["m", 4])
    columns = model.input("columns", [4, "m"])
    w, wt = model.weight("w", (4, 3)), model.weight("wt", (3, 4))
    model.node("Gemm", "plain", [rows, w, model.weight("b", (3,))])
    model.node("Gemm", "transB", [rows, wt, model.weight("b1", (1, 3))], transB=1)
    model.node("Gemm", "transA", [columns, w], transA=1)
    model.node(
        "Gemm", "scaled", [rows, wt, model.weight("b2", (3,))],
        transB=1, alpha=0.5, beta=2.0,
    )
    model.node(
        "Gemm", "left", [wt, model.input("right", [4, "n"]), model.weight("b3", (3, 1))]
    )
    model.node("Gemm", "full", [rows, w, model.weight("b4", (2, 3))])
    model.node("Gemm", "scalar", [rows, w, model.weight("b5", ())])


def weights(model: Model) -> None:
    rows = model.input("rows", ["m", 2])
    model.tensor("shared/w:0", np.array([[1, 2, 3], [4, 5, 6]], np.float32))
    model.node("MatMul", "/a/MatMul", [rows, "shared/w:0"])
    model.node("MatMul", "/a/MatMul", [rows, model.node("Identity", "", ["shared/w:0"])])
    flipped = model.node("Transpose", "", ["shared/w:0"], perm=[1, 0])
    threes = model.input("threes", ["m", 3])
    model.node("MatMul", "0 transposed", [threes, flipped])
    model.node("Gemm", "as stored", [threes, "shared/w:0"], transB=1)
    flat = model.node(
        "Constant", "",
        [], value=numpy_helper.from_array(np.arange(1, 5, dtype=np.float32), "t"),
    )
    target = model.tensor("target", np.array([2, -1], np.int64))
    model.node("MatMul", "reshaped", [rows, model.node("Reshape", "", [flat, target])])
    axes = model.tensor("axes", np.array([1], np.int64))
    column = model.node("Unsqueeze", "", [flat, axes])
    fours = model.input("fours", ["m", 4])
    model.node("MatMul", 'quo"ted', [fours, column])


def types(model: Model) -> None:
    for name, dtype in (
        ("half", np.float16), ("brain", ml_dtypes.bfloat16), ("double", np.float64)
    ):
        element = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        rows = model.input(f"{name}.x", ["m", 2], element)
        w = model.tensor(f"{name}.w", np.array([[1], [-2]]).astype(dtype))
        model.node("MatMul", name, [rows, w])


def reshaped_activation(model: Model) -> None:
    """A reshape to a target known at run time: the rank is known, the sizes are not."""
    x = model.input("x", ["n", 4, "t"])
    y = model.node("Reshape", "", [x, model.input("shape", [3], TensorProto.INT64)])
    model.node("MatMul", "after reshape", [y, model.weight("w", (5, 6))])
    unknown = model.node("Squeeze", "", [y, model.input("axes", [None], TensorProto.INT64)])
    model.node("MatMul", "unknown rank", [unknown, "w"])


def skipped(model: Model) -> None:
    rows = model.input("rows", ["m", 4])
    w = model.weight("w", (4, 3))
    model.node("MatMul", "good", [rows, w])
    model.node("MatMul", "computed", [rows, model.node("Relu", "", [w])])
    model.node("MatMul", "constants", [model.weight("c", (2, 4)), w])
    model.node("MatMul", "mismatch", [model.input("five", ["m", 5]), w])
    model.node("Gather", "embedding", [w, model.input("ids", [2], TensorProto.INT64)])
    image = model.input("image", ["n", 2, "h", "w"])
    cw = model.weight("cw", (2, 2, 3, 3))
    model.node("Conv", "same strided", [image, cw], auto_pad="SAME_UPPER", strides=[2, 2])
    model.node("Conv", "dynamic weight", [image, model.input("dyn", [2, 2, 3, 3])])
    model.node("Conv", "conv4d", [model.input("x4", [1, 2] + [4] * 4),
                                  model.weight("w4", (2, 2, 1, 1, 1, 1))])
    model.node("ConvTranspose", "cut", [image, cw], pads=[3, 3, 3, 3])
    ints = model.tensor("ints", np.ones((4, 3), np.int32))
    irows = model.input("irows", ["m", 4], TensorProto.INT32)
    model.node("MatMul", "integers", [irows, ints])


def no_weights(model: Model) -> None:
    model.node("Relu", "relu", [model.input("x", ["n", 4])])


def truncated(model: Model) -> None:
    """A weight whose data is shorter than its shape says."""
    rows = model.input("rows", ["m", 4])
    model.node("MatMul", "matmul", [rows, model.weight("w", (4, 3))])
    tensor = model._initializers[0]
    tensor.raw_data = tensor.raw_data[:-4]


CASES = {
    case.__name__: case
    for case in (
        conv, groups, transposed, matmul, gemm, weights, types,
        reshaped_activation, skipped, no_weights, truncated,
    )
}


def main() -> None:
    case, path = sys.argv[1:]
    model = Model()
    CASES[case](model)
    model.save(path)


if __name__ == "__main__":
    main()
