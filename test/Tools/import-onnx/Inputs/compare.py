"""Compares imported functions, run natively, with ONNX's reference evaluator.

usage: compare.py SOURCE_ROOT MODEL.onnx MODULE.mlir LIBRARY.so

Functions and nodes are matched in order: both files list them alike. Every
node with a weight must be visited, on inputs of odd sizes.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

OPS = ("Conv", "ConvTranspose", "MatMul", "Gemm")
SIZE = 7
# Sums of at most 40 products, in another order than the reference has.
TOLERANCE = 1e-5


def load_runner(root: Path):
    """Imports the demo's runner, whose file name is no Python identifier."""
    path = root / "tools" / "demo-layer.py"
    spec = importlib.util.spec_from_file_location("demo_layer", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def evaluate(node: onnx.NodeProto, operands: list[np.ndarray], opsets) -> np.ndarray:
    """Runs one node; the reference knows neither groups nor output_shape of
    ConvTranspose, which has its definition below."""
    if node.op_type == "ConvTranspose":
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        return conv_transpose(*operands, **attributes)
    names = list(node.input)
    graph = onnx.helper.make_graph(
        [node],
        "single",
        [onnx.ValueInfoProto(name=name) for name in names],
        [onnx.ValueInfoProto(name=node.output[0])],
    )
    model = onnx.helper.make_model(graph, opset_imports=opsets)
    return ReferenceEvaluator(model).run(None, dict(zip(names, operands)))[0]


def conv_transpose(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray | None = None,
    group: int = 1,
    strides=None,
    dilations=None,
    pads=None,
    output_padding=None,
    output_shape=None,
    auto_pad: bytes = b"NOTSET",
) -> np.ndarray:
    """x [N, C, i..], w [C, F / group, k..]: every input element spreads the
    filter over the result, from which the padding is then cut."""
    rank = x.ndim - 2
    strides, dilations = strides or [1] * rank, dilations or [1] * rank
    extra = np.array(output_padding or [0] * rank)
    extents = (np.array(w.shape[2:]) - 1) * dilations + 1
    full = (np.array(x.shape[2:]) - 1) * strides + extents + extra
    if auto_pad == b"SAME_UPPER":
        output_shape = np.array(x.shape[2:]) * strides
    if output_shape is not None:
        total = full - output_shape
        begin = total // 2 if auto_pad == b"SAME_UPPER" else total - total // 2
        end = total - begin
    else:
        begin, end = np.array(pads or [0] * 2 * rank).reshape(2, rank)
    results = []
    for xg, wg in zip(np.split(x, group, 1), np.split(w, group, 0)):
        y = np.zeros((x.shape[0], w.shape[1], *full))
        for i in np.ndindex(x.shape[2:]):
            for k in np.ndindex(w.shape[2:]):
                at = tuple(np.array(i) * strides + np.array(k) * dilations)
                y[(..., *at)] += xg[(..., *i)] @ wg[(..., *k)]
        results.append(y)
    inner = tuple(slice(low, size - high) for low, size, high in zip(begin, full, end))
    y = np.concatenate(results, 1)[(..., *inner)]
    return y if b is None else y + b.reshape(-1, *[1] * rank)


def main() -> None:
    root, onnx_path, mlir_path, library = map(Path, sys.argv[1:])
    runner = load_runner(root)
    model = onnx.load(onnx_path)
    weights = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    nodes = [
        node for node in model.graph.node
        if node.op_type in OPS and weights.keys() & set(node.input)
    ]
    functions = runner.load_functions(mlir_path)
    assert nodes and len(nodes) == len(functions), (len(nodes), len(functions))
    for node, function in zip(nodes, functions):
        inputs = runner.make_inputs(function, SIZE)
        given = iter(inputs)
        operands = [weights[n] if n in weights else next(given) for n in node.input]
        expected = evaluate(node, operands, model.opset_import)
        found = runner.NativeFunction(library, function)(inputs)
        assert found.shape == expected.shape, (node.name, found.shape, expected.shape)
        error = np.abs(found - expected).max() / np.abs(expected).max()
        assert error < TOLERANCE, (node.name, error)
    print(f"{len(functions)} functions agree with the reference, seed {runner.SEED}")


if __name__ == "__main__":
    main()
