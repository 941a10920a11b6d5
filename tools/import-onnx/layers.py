"""One ONNX node with a constant float weight becomes one function on tensors.

The weight keeps a dimension of its own for the output channel in the linalg
op that uses it, so that passes find that channel in the op's indexing maps.
"""

from __future__ import annotations

from typing import Callable, Optional, Sequence

from onnx import NodeProto

import convolution
from mlir_text import FunctionBuilder, Size, TensorType, Value, affine_map
from onnx_graph import Constant, Scope, Shape, attributes

# Operators that may hold a weight and that the importer does not lower. Other
# operators with constant operands (Add, Mul, ...) hold no weights to quantize.
OTHER_WEIGHT_OPS = frozenset(
    """
    Attention ConvInteger DeformConv DynamicQuantizeLSTM DynamicQuantizeMatMul
    Einsum EmbedLayerNormalization FusedConv FusedGemm FusedMatMul FusedMatMulActivation
    GRU Gather GatherBlockQuantized GemmFloat8 LSTM LinearAttention MatMulBnb4
    MatMulInteger MatMulIntegerToFloat MatMulNBits MoE MultiHeadAttention NhwcConv
    QAttention QGemm QLinearConv QLinearConvTranspose QLinearMatMul QMoE RNN
    """.split()
)


class Unsupported(Exception):
    """The node carries a weight, but cannot be imported; says why."""


# Names the resource of a constant, and remembers that its data is needed.
Store = Callable[[Constant, bool], str]


class Layer:
    """A node on its way to becoming a function."""

    def __init__(
        self, scope: Scope, node: NodeProto, builder: FunctionBuilder, store: Store
    ) -> None:
        self.scope = scope
        self.node = node
        self.builder = builder
        self.attributes = attributes(node)
        self._store = store

    def operand(self, position: int) -> str:
        """Returns the operand's name, "" where it is left out."""
        inputs = self.node.input
        return inputs[position] if position < len(inputs) else ""

    def weight(self, constant: Constant) -> Value:
        return self._materialize(constant, True)

    def parameter(self, constant: Constant) -> Value:
        """Like `weight`, for a bias, which is not counted among the weights."""
        return self._materialize(constant, False)

    def _materialize(self, constant: Constant, is_weight: bool) -> Value:
        type = TensorType(constant.shape, constant.element)
        return self.builder.resource(self._store(constant, is_weight), type)

    def float_constant(self, position: int, element: str) -> Optional[Constant]:
        """Returns the operand as a constant of `element`, None if it is absent."""
        name = self.operand(position)
        if not name:
            return None
        constant = self.scope.constant(name)
        if constant is None:
            raise Unsupported(f"operand {position} ({name!r}) must be a constant")
        if constant.element != element:
            raise Unsupported(
                f"operand {position} must be {element} as the weight is, "
                f"found {constant.onnx_type}"
            )
        return constant


def weight_position(scope: Scope, node: NodeProto) -> Optional[int]:
    """Returns which operand is the constant float weight.

    None: the node has no weight, as a product of two activations has none.
    """
    expected = (1,) if node.op_type.startswith("Conv") else (0, 1)
    names = [node.input[i] for i in expected if i < len(node.input)]
    constants = [scope.constant(name) for name in names]
    found = [i for i, constant in zip(expected, constants) if constant]
    if len(found) == 2:
        raise Unsupported("both operands are constants")
    if found:
        constant = scope.constant(node.input[found[0]])
        if constant.element is None:
            raise Unsupported(
                f"the weight must be f16, bf16, f32 or f64, found {constant.onnx_type}"
            )
        if constant.size == 0:
            raise Unsupported(f"the weight {constant.name!r} has no elements")
        return found[0]
    for name in names:
        source = scope.computed_from_constants(name)
        if source:
            raise Unsupported(f"the weight {name!r} is computed from constants by {source}")
    if node.op_type.startswith("Conv"):
        raise Unsupported("the weight is not a constant")
    return None


def lower(layer: Layer, position: int) -> Value:
    """Adds the ops of the layer to its builder; returns the function's result."""
    weight = layer.scope.constant(layer.operand(position))
    op_type = layer.node.op_type
    if op_type == "MatMul":
        return _lower_matmul(layer, weight, position)
    if op_type == "Gemm":
        return _lower_gemm(layer, weight, position)
    bias = layer.float_constant(2, weight.element)
    activation = layer.scope.shape(layer.operand(0))
    return convolution.lower(
        layer.builder,
        op_type == "ConvTranspose",
        layer.attributes,
        activation,
        weight,
        bias,
        layer.weight,
        layer.parameter,
    )


def _merge(what: str, *sizes: Optional[int]) -> Optional[int]:
    """Returns the one known size; sizes that contradict each other are refused."""
    known = {size for size in sizes if size is not None}
    if len(known) > 1:
        raise Unsupported(f"{what} must agree, found {sorted(known)}")
    return known.pop() if known else None


def _lower_matmul(layer: Layer, weight: Constant, position: int) -> Value:
    """activation [.., M, K] x weight [.., K, N], or the weight on the left.

    Dimensions are named: batch b0.., rows m, columns n, reduction k. Either
    operand of rank 1 lacks m or n. An activation of unknown rank has the rank
    of a matrix or of the weight, as if its leading dimensions were flattened.
    """
    activation = layer.scope.shape(layer.operand(1 - position))
    if activation is None:
        activation = (None,) * max(2, len(weight.shape))
    if not activation or not weight.shape:
        raise Unsupported("operands must have rank 1 or more, found a scalar")
    rank = max(len(activation), len(weight.shape))
    weight_dims = _matmul_dims(len(weight.shape), position == 1, rank)
    activation_dims = _matmul_dims(len(activation), position == 0, rank)
    weight, weight_dims = _drop_broadcast_dims(weight, weight_dims, activation_dims)
    known = dict(zip(weight_dims, weight.shape))
    activation = tuple(
        _merge(f"sizes of dimension {axis} of the activation", size, known.get(dim))
        for axis, (dim, size) in enumerate(zip(activation_dims, activation))
    )
    argument = layer.builder.argument(TensorType(activation, weight.element))
    value = layer.weight(weight)
    lhs, rhs = (argument, value) if position == 1 else (value, argument)
    dims = (activation_dims, weight_dims)
    lhs_dims, rhs_dims = dims if position == 1 else dims[::-1]
    return _contract(layer.builder, lhs, lhs_dims, rhs, rhs_dims)


def _matmul_dims(rank: int, is_rhs: bool, batch_rank: int) -> tuple[str, ...]:
    """Names the dimensions of one MatMul operand, batch dims from the right."""
    if rank == 1:
        return ("k",)
    batch = tuple(f"b{i}" for i in range(batch_rank - rank, batch_rank - 2))
    return batch + (("k", "n") if is_rhs else ("m", "k"))


def _drop_broadcast_dims(
    weight: Constant, dims: tuple[str, ...], activation_dims: tuple[str, ...]
) -> tuple[Constant, tuple[str, ...]]:
    """Drops the weight's batch dims of size 1 that the activation spans."""
    kept = [
        (dim, size)
        for dim, size in zip(dims, weight.shape)
        if not (dim.startswith("b") and size == 1 and dim in activation_dims)
    ]
    shape = tuple(size for _, size in kept)
    return weight.reshape(shape), tuple(dim for dim, _ in kept)


def _contract(
    builder: FunctionBuilder,
    lhs: Value,
    lhs_dims: Sequence[str],
    rhs: Value,
    rhs_dims: Sequence[str],
) -> Value:
    """Contracts over k with the plainest linalg op that can say it."""
    batch = sorted({dim for dim in (*lhs_dims, *rhs_dims) if dim.startswith("b")},
                   key=lambda dim: int(dim[1:]))
    spanned = batch + [dim for dim in "mn" if dim in (*lhs_dims, *rhs_dims)]
    sizes: list[Size] = []
    for dim in spanned:
        value, dims = (lhs, lhs_dims) if dim in lhs_dims else (rhs, rhs_dims)
        sizes.append(builder.size(value, dims.index(dim)))
    zeros = builder.zeros(sizes, lhs.type.element)
    if tuple(lhs_dims) == ("m", "k") and tuple(rhs_dims) == ("k", "n"):
        return builder.named("matmul", "", [lhs, rhs], zeros)
    if len(batch) == 1 and lhs.rank == 3 and rhs.rank == 3:
        return builder.named("batch_matmul", "", [lhs, rhs], zeros)
    names = {dim: f"d{i}" for i, dim in enumerate([*spanned, "k"])}
    maps = [
        affine_map(list(names.values()), [names[dim] for dim in dims])
        for dims in (lhs_dims, rhs_dims, spanned)
    ]
    attribute = f"indexing_maps = [{', '.join(maps)}]"
    return builder.named("contract", attribute, [lhs, rhs], zeros)


def _matrix(shape: Optional[Shape], what: str) -> Shape:
    if shape is None:
        return (None, None)
    if len(shape) != 2:
        raise Unsupported(f"{what} must have rank 2, found rank {len(shape)}")
    return shape


def _lower_gemm(layer: Layer, weight: Constant, position: int) -> Value:
    """alpha * op(A) [M, K] x op(B) [K, N] + beta * C, C broadcast to [M, N].

    Transposes are indexing maps, so that the weight stays as it is stored.
    """
    _matrix(weight.shape, "the weight")
    layouts = (
        ("k", "m") if layer.attributes.get("transA", 0) else ("m", "k"),
        ("n", "k") if layer.attributes.get("transB", 0) else ("k", "n"),
    )
    known: dict[str, Optional[int]] = dict(zip(layouts[position], weight.shape))
    shape = _matrix(layer.scope.shape(layer.operand(1 - position)), "the activation")
    for dim, size in zip(layouts[1 - position], shape):
        known[dim] = _merge(f"sizes of {dim.upper()}", known.get(dim), size)
    addend = layer.float_constant(2, weight.element)
    if addend:
        known, addend, added = _gemm_addend(known, addend)
    builder = layer.builder
    argument = builder.argument(
        TensorType(tuple(known[dim] for dim in layouts[1 - position]), weight.element)
    )
    operands = [argument, argument]
    operands[position] = layer.weight(weight)
    row_source, column_source = layouts[0].index("m"), layouts[1].index("n")
    sizes = [
        builder.size(operands[0], row_source),
        builder.size(operands[1], column_source),
    ]
    bias = _broadcast_addend(layer, addend, sizes, added) if addend else None
    alpha = float(layer.attributes.get("alpha", 1.0))
    beta = float(layer.attributes.get("beta", 1.0))
    plain = alpha == 1.0 and (bias is None or beta == 1.0)
    start = bias if plain and bias else builder.zeros(sizes, weight.element)
    attribute = ""
    if layouts != (("m", "k"), ("k", "n")):
        maps = [affine_map("mnk", dims) for dims in (*layouts, ("m", "n"))]
        attribute = f"indexing_maps = [{', '.join(maps)}]"
    product = builder.named("matmul", attribute, operands, start)
    return product if plain else _scaled_sum(builder, product, alpha, bias, beta)


def _gemm_addend(
    known: dict[str, Optional[int]], addend: Constant
) -> tuple[dict[str, Optional[int]], Constant, list[int]]:
    """Drops the dims of C that are broadcast; returns which dims those are.

    A size of C other than 1 fixes that size of the result.
    """
    if len(addend.shape) > 2:
        raise Unsupported(f"C must have rank 2 or less, found rank {len(addend.shape)}")
    shape = (1,) * (2 - len(addend.shape)) + addend.shape
    known = dict(known)
    for dim, size in zip("mn", shape):
        if size != 1:
            known[dim] = _merge(f"sizes of {dim.upper()}", known[dim], size)
    added = [axis for axis, size in enumerate(shape) if size == 1]
    kept = [size for size in shape if size != 1]
    return known, addend.reshape(kept), added


def _broadcast_addend(
    layer: Layer, addend: Constant, sizes: Sequence[Size], added: Sequence[int]
) -> Value:
    if addend.shape:
        return layer.builder.broadcast(layer.parameter(addend), sizes, added)
    # Translation to LLVM IR aborts on a resource of rank 0.
    return layer.builder.fill(float(addend.load()), sizes, addend.element)


def _scaled_sum(
    builder: FunctionBuilder,
    product: Value,
    alpha: float,
    bias: Optional[Value],
    beta: float,
) -> Value:
    """Computes alpha * product + beta * bias, elementwise on [M, N]."""
    element = product.type.element
    body = [f"%r = arith.mulf %a0, {builder.scalar(alpha, element)}"]
    ins = [product]
    if bias:
        ins.append(bias)
        body[0] = body[0].replace("%r", "%p", 1)
        body.append(f"%q = arith.mulf %a1, {builder.scalar(beta, element)}")
        body.append("%r = arith.addf %p, %q")
    same = affine_map("mn", "mn")
    out = builder.empty(builder.sizes(product), element)
    return builder.generic([same] * (len(ins) + 1), ["parallel"] * 2, ins, out, body)
