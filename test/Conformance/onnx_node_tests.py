"""ONNX's own node tests of its quantizing operators, from the onnx package.

The package ships the programs that make the tests, not their data: they are run
here. A test is one node, its inputs, and the outputs that ONNX expects.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import onnx
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.case.test_case import TestCase

OPERATORS = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear")


@dataclass(frozen=True)
class NodeTest:
    name: str
    node: onnx.NodeProto
    opset: int
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]

    @property
    def operator(self) -> str:
        """The operator and the opset that last changed it."""
        schema = onnx.defs.get_schema(self.node.op_type, self.opset)
        return f"{self.node.op_type}-{schema.since_version}"

    @property
    def attributes(self) -> dict[str, object]:
        return {
            a.name: onnx.helper.get_attribute_value(a) for a in self.node.attribute
        }


def to_array(value: object) -> np.ndarray:
    if isinstance(value, onnx.TensorProto):
        return onnx.numpy_helper.to_array(value)
    return np.asarray(value)


def onnx_opset(model: onnx.ModelProto) -> int:
    (version,) = {o.version for o in model.opset_import if o.domain in ("", "ai.onnx")}
    return version


def find_node(case: TestCase, operators: tuple[str, ...]) -> onnx.NodeProto | None:
    """The one node of a test, or the one that matters in a function's body."""
    nodes = [n for n in case.model.graph.node if n.op_type in operators]
    assert len(nodes) <= 1, case.name
    return nodes[0] if nodes else None


def known_values(case: TestCase) -> dict[str, np.ndarray]:
    """What the test says about the tensors of its graph: its inputs, its
    outputs, and in a function's body what becomes an output unchanged."""
    graph = case.model.graph
    (inputs, outputs) = case.data_sets[0]
    values = {i.name: to_array(v) for i, v in zip(graph.input, inputs)}
    values |= {o.name: to_array(v) for o, v in zip(graph.output, outputs)}
    for node in graph.node:
        if node.op_type == "Identity" and node.output[0] in values:
            values[node.input[0]] = values[node.output[0]]
    return values


def all_node_tests(operators: tuple[str, ...] = OPERATORS) -> list[NodeTest]:
    with warnings.catch_warnings():
        # All operators' tests are made, and some divide by zero on purpose.
        warnings.simplefilter("ignore", RuntimeWarning)
        cases = collect_testcases()
    tests = []
    for case in cases:
        node = find_node(case, operators)
        if node is None:
            continue
        assert len(case.data_sets) == 1, case.name
        values = known_values(case)
        tests.append(
            NodeTest(
                case.name,
                node,
                onnx_opset(case.model),
                [values[name] for name in node.input if name],
                [values[name] for name in node.output],
            )
        )
    return tests
