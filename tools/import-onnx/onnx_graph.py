"""What the importer asks of an ONNX graph: constants, attributes, shapes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterator, Optional, Sequence

import ml_dtypes
import numpy as np
import onnx
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto
from onnx import numpy_helper

FLOAT_ELEMENTS = {
    TensorProto.FLOAT16: ("f16", np.dtype(np.float16)),
    TensorProto.BFLOAT16: ("bf16", np.dtype(ml_dtypes.bfloat16)),
    TensorProto.FLOAT: ("f32", np.dtype(np.float32)),
    TensorProto.DOUBLE: ("f64", np.dtype(np.float64)),
}

# Shape inference reads the values of small tensors (shapes, axes) only.
SHAPE_INFERENCE_MAX_ELEMENTS = 1024

Shape = tuple[Optional[int], ...]

_scope_numbers = itertools.count()


@dataclass(frozen=True)
class Constant:
    """A stored tensor as seen after a chain of layout steps.

    `shape` is the shape after the steps, `scope` numbers the graph that stores
    the tensor. The data is not touched before `load`, and two constants with
    the same `identity` have the same bytes.
    """

    name: str
    scope: int
    tensor: TensorProto = field(compare=False, repr=False)
    directory: Path
    shape: tuple[int, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def element(self) -> Optional[str]:
        """The MLIR float type, or None for what is not a float we know."""
        known = FLOAT_ELEMENTS.get(self.tensor.data_type)
        return known[0] if known else None

    @property
    def onnx_type(self) -> str:
        return TensorProto.DataType.Name(self.tensor.data_type).lower()

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def identity(self) -> tuple:
        steps = self.steps
        while steps and steps[-1][0] == "reshape":
            steps = steps[:-1]
        return (self.scope, self.name, steps)

    def reshape(self, shape: Sequence[int]) -> "Constant":
        shape = tuple(shape)
        if math.prod(shape) != self.size:
            raise ValueError(f"cannot reshape {self.shape} to {shape}")
        if shape == self.shape:
            return self
        return self._after("reshape", shape, shape)

    def transpose(self, perm: Sequence[int]) -> "Constant":
        perm = tuple(perm)
        shape = tuple(self.shape[axis] for axis in perm)
        moved = [axis for axis in perm if self.shape[axis] != 1]
        if moved == sorted(moved):
            return self.reshape(shape)
        return self._after("transpose", perm, shape)

    def flip(self, axes: Sequence[int]) -> "Constant":
        axes = tuple(axis for axis in axes if self.shape[axis] > 1)
        return self._after("flip", axes, self.shape) if axes else self

    def _after(
        self, step: str, argument: tuple[int, ...], shape: tuple[int, ...]
    ) -> "Constant":
        return replace(self, shape=shape, steps=(*self.steps, (step, argument)))

    def load(self) -> np.ndarray:
        """Reads the data; the result has shape `self.shape`."""
        try:
            array = numpy_helper.to_array(self.tensor, base_dir=str(self.directory))
        except Exception as error:  # Missing files, short data, bad types.
            raise ValueError(f"tensor {self.name!r} has no valid data: {error}") from error
        known = FLOAT_ELEMENTS.get(self.tensor.data_type)
        if known and array.dtype != known[1]:
            raise ValueError(
                f"tensor {self.name!r} must have {known[1]} data, found {array.dtype}"
            )
        for step, argument in self.steps:
            array = getattr(np, step)(array, argument)
        return array


class Scope:
    """A graph and the graphs around it, in which names are looked up."""

    def __init__(
        self,
        graph: GraphProto,
        directory: Path,
        shapes: dict[str, Shape],
        outer: Optional["Scope"] = None,
    ) -> None:
        self.graph = graph
        self._number = next(_scope_numbers)
        self._directory = directory
        self._shapes = shapes
        self._outer = outer
        self._initializers = {tensor.name: tensor for tensor in graph.initializer}
        self._producers = {
            output: node for node in graph.node for output in node.output if output
        }
        self._inputs = {value.name for value in graph.input}

    def nodes(self) -> Iterator[tuple["Scope", NodeProto]]:
        """Yields every node, those of nested graphs (If, Loop, Scan) too."""
        for node in self.graph.node:
            yield self, node
            for attribute in node.attribute:
                nested = list(attribute.graphs)
                if attribute.type == AttributeProto.GRAPH:
                    nested.append(attribute.g)
                for graph in nested:
                    scope = Scope(graph, self._directory, self._shapes, self)
                    yield from scope.nodes()

    def shape(self, name: str) -> Optional[Shape]:
        """Returns what shape inference knows, None where not even the rank."""
        return self._shapes.get(name)

    def constant(self, name: str) -> Optional[Constant]:
        """Finds the constant behind `name`, through layout-only nodes."""
        if name in self._initializers:
            return self._stored(name, self._initializers[name])
        node = self._producers.get(name)
        if node is None:
            local = name in self._inputs
            return self._outer.constant(name) if self._outer and not local else None
        if node.domain not in ("", "ai.onnx"):
            return None
        if node.op_type == "Constant":
            value = attributes(node).get("value")
            return self._stored(name, value) if value is not None else None
        if node.op_type not in LAYOUT_OPS:
            return None
        source = self.constant(node.input[0])
        return LAYOUT_OPS[node.op_type](self, node, source) if source else None

    def _stored(self, name: str, tensor: TensorProto) -> Constant:
        shape = tuple(tensor.dims)
        return Constant(name, self._number, tensor, self._directory, shape)

    def integers(self, node: NodeProto, position: int) -> Optional[list[int]]:
        """Reads a constant integer operand such as axes or a shape."""
        if len(node.input) <= position or not node.input[position]:
            return None
        constant = self.constant(node.input[position])
        return [int(i) for i in constant.load().reshape(-1)] if constant else None

    def computed_from_constants(self, name: str) -> Optional[str]:
        """Returns the op that computes `name` from nothing but constants."""
        node = self._producers.get(name)
        if node is None:
            return None
        pending, seen = list(node.input), set()
        while pending:
            operand = pending.pop()
            if not operand or operand in seen or self.constant(operand):
                continue
            seen.add(operand)
            producer = self._producers.get(operand)
            if producer is None or not producer.input:
                return None
            pending.extend(producer.input)
        return node.op_type


def _identity(scope: Scope, node: NodeProto, source: Constant) -> Constant:
    return source


def _transpose(scope: Scope, node: NodeProto, source: Constant) -> Constant:
    rank = len(source.shape)
    return source.transpose(attributes(node).get("perm") or range(rank)[::-1])


def _reshape(scope: Scope, node: NodeProto, source: Constant) -> Optional[Constant]:
    known = attributes(node)
    shape = known.get("shape") or scope.integers(node, 1)
    if shape is None:
        return None
    if not known.get("allowzero", 0):
        shape = [source.shape[i] if s == 0 else s for i, s in enumerate(shape)]
    if -1 in shape:
        rest = math.prod(size for size in shape if size != -1)
        shape = [source.size // rest if size == -1 else size for size in shape]
    return source.reshape(shape)


def _unsqueeze(scope: Scope, node: NodeProto, source: Constant) -> Optional[Constant]:
    axes = attributes(node).get("axes") or scope.integers(node, 1)
    if axes is None:
        return None
    rank = len(source.shape) + len(axes)
    added = {axis % rank for axis in axes}
    sizes = iter(source.shape)
    return source.reshape([1 if i in added else next(sizes) for i in range(rank)])


def _squeeze(scope: Scope, node: NodeProto, source: Constant) -> Constant:
    axes = attributes(node).get("axes") or scope.integers(node, 1)
    rank = len(source.shape)
    if axes is None:
        axes = [i for i, size in enumerate(source.shape) if size == 1]
    dropped = {axis % rank for axis in axes}
    return source.reshape([s for i, s in enumerate(source.shape) if i not in dropped])


LAYOUT_OPS = {
    "Identity": _identity,
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
}


def attributes(node: NodeProto) -> dict[str, object]:
    """Returns the node's attributes as Python values."""
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def infer_shapes(model: ModelProto) -> dict[str, Shape]:
    """Returns the shape of every tensor whose rank is known.

    Inference serializes the model, which fails beyond 2 GiB and copies the
    weights. It runs on a skeleton in which large tensors are typed inputs.
    """
    skeleton = ModelProto()
    skeleton.ir_version = model.ir_version
    skeleton.opset_import.extend(model.opset_import)
    skeleton.functions.extend(model.functions)
    graph, source = skeleton.graph, model.graph
    graph.name = source.name
    graph.input.extend(source.input)
    graph.output.extend(source.output)
    graph.value_info.extend(source.value_info)
    declared = {value.name for value in source.input}

    def declare(name: str, tensor: TensorProto) -> None:
        if name not in declared:
            graph.input.append(
                onnx.helper.make_tensor_value_info(name, tensor.data_type, tensor.dims)
            )

    for tensor in source.initializer:
        if _is_large(tensor):
            declare(tensor.name, tensor)
        else:
            graph.initializer.append(tensor)
    for node in source.node:
        tensor = attributes(node).get("value") if node.op_type == "Constant" else None
        if isinstance(tensor, TensorProto) and _is_large(tensor):
            declare(node.output[0], tensor)
        else:
            graph.node.append(node)
    while True:
        inferred = onnx.shape_inference.infer_shapes(skeleton, data_prop=True)
        shapes: dict[str, Shape] = {}
        _collect_shapes(inferred.graph, shapes)
        if not _declare_reshape_ranks(graph, shapes):
            return shapes


def _declare_reshape_ranks(graph: GraphProto, shapes: dict[str, Shape]) -> bool:
    """Declares the ranks of Reshape results; returns whether one was new.

    Inference gives up, for all that follows, where the target shape is
    computed. Yet the length of that shape already says the rank.
    """
    found = False
    for node in graph.node:
        if node.op_type != "Reshape" or len(node.input) < 2:
            continue
        lengths = shapes.get(node.input[1])
        if node.output[0] in shapes or not lengths or lengths[0] is None:
            continue
        element = onnx.TensorProto.UNDEFINED
        info = onnx.helper.make_tensor_value_info(
            node.output[0], element, [None] * lengths[0]
        )
        graph.value_info.append(info)
        found = True
    return found


def _is_large(tensor: TensorProto) -> bool:
    external = tensor.data_location == TensorProto.EXTERNAL
    return external or math.prod(tensor.dims) > SHAPE_INFERENCE_MAX_ELEMENTS


def _collect_shapes(graph: GraphProto, shapes: dict[str, Shape]) -> None:
    for value in (*graph.input, *graph.value_info, *graph.output):
        tensor_type = value.type.tensor_type
        if tensor_type.HasField("shape"):
            shapes[value.name] = tuple(
                dim.dim_value if dim.HasField("dim_value") else None
                for dim in tensor_type.shape.dim
            )
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                _collect_shapes(attribute.g, shapes)
            for nested in attribute.graphs:
                _collect_shapes(nested, shapes)
