"""Conv and ConvTranspose as linalg convolutions, any number of groups.

Activations are [N, C, spatial..]. Filters come as [F, C / groups, kernel..]
for Conv and as [C, F / groups, kernel..] for ConvTranspose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional, Sequence

from mlir_text import FunctionBuilder, Size, TensorType, Value, affine_map
from onnx_graph import Constant, Shape

PLAIN_OPS = {1: "conv_1d_ncw_fcw", 2: "conv_2d_nchw_fchw", 3: "conv_3d_ncdhw_fcdhw"}
DEPTHWISE_OPS = {
    1: "depthwise_conv_1d_ncw_cw",
    2: "depthwise_conv_2d_nchw_chw",
    3: "depthwise_conv_3d_ncdhw_cdhw",
}
GROUPED_OPS = {2: "conv_2d_ngchw_gfchw"}


@dataclass(frozen=True)
class Window:
    """How the kernel moves over the spatial dimensions; one entry for each."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]

    @property
    def rank(self) -> int:
        return len(self.kernel)

    @property
    def extents(self) -> tuple[int, ...]:
        """Sizes of the dilated kernel."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilations))


Materialize = Callable[[Constant], Value]


def lower(
    builder: FunctionBuilder,
    transposed: bool,
    attributes: dict[str, object],
    activation: Optional[Shape],
    weight: Constant,
    bias: Optional[Constant],
    materialize_weight: Materialize,
    materialize_bias: Materialize,
) -> Value:
    """Adds one convolution; returns its result [N, F, spatial..]."""
    window = _window(attributes, weight)
    groups = int(attributes.get("group", 1))
    per_group = weight.shape[0] // max(groups, 1)
    if groups < 1 or per_group * groups != weight.shape[0]:
        raise ValueError(
            f"group must divide the weight's first size {weight.shape[0]}, found {groups}"
        )
    channels = weight.shape[0 if transposed else 1] * (1 if transposed else groups)
    shape = _activation_shape(activation, channels, window)
    padding = _transposed_padding if transposed else _padding
    low, high = padding(attributes, window, shape[2:])
    argument = builder.argument(TensorType(shape, weight.element))
    if transposed:
        padded = _spread(builder, argument, window, low, high)
        weight = _flipped(weight, groups)
        window = Window(window.kernel, (1,) * window.rank, window.dilations)
    else:
        padded = builder.pad(argument, (0, 0, *low), (0, 0, *high))
    _check_output(padded, window)
    if bias and bias.shape != (weight.shape[0],):
        raise ValueError(f"bias must have shape {(weight.shape[0],)}, found {bias.shape}")
    if groups == 1:
        return _convolve(
            builder, PLAIN_OPS, padded, materialize_weight(weight), window,
            materialize_bias(bias) if bias else None,
        )
    if groups == weight.shape[0] and weight.shape[1] == 1:
        weight = weight.reshape((groups, *window.kernel))
        return _convolve(
            builder, DEPTHWISE_OPS, padded, materialize_weight(weight), window,
            materialize_bias(bias) if bias else None,
        )
    outputs = weight.shape[0] // groups
    weight = weight.reshape((groups, outputs, *weight.shape[1:]))
    grouped = builder.expand(padded, 1, groups, channels // groups)
    result = _convolve(
        builder, GROUPED_OPS, grouped, materialize_weight(weight), window,
        materialize_bias(bias.reshape((groups, outputs))) if bias else None,
    )
    return builder.collapse(result, 1)


def _window(attributes: dict[str, object], weight: Constant) -> Window:
    rank = len(weight.shape) - 2
    if rank not in PLAIN_OPS:
        raise ValueError(f"expected 1 to 3 spatial dimensions, found {rank}")
    kernel = weight.shape[2:]
    declared = tuple(attributes.get("kernel_shape", kernel))
    if declared != kernel:
        raise ValueError(f"kernel_shape must be {kernel} as the weight's, found {declared}")
    strides = tuple(attributes.get("strides", (1,) * rank))
    dilations = tuple(attributes.get("dilations", (1,) * rank))
    for name, values in (("strides", strides), ("dilations", dilations)):
        if len(values) != rank or min(values) < 1:
            raise ValueError(f"{name} must be {rank} positive numbers, found {values}")
    return Window(kernel, strides, dilations)


def _activation_shape(
    shape: Optional[Shape], channels: int, window: Window
) -> Shape:
    if shape is None:
        return (None, channels) + (None,) * window.rank
    if len(shape) != window.rank + 2:
        raise ValueError(
            f"activation must have rank {window.rank + 2}, found {len(shape)}"
        )
    if shape[1] not in (None, channels):
        raise ValueError(f"activation must have {channels} channels, found {shape[1]}")
    return (shape[0], channels, *shape[2:])


def _explicit_pads(
    attributes: dict[str, object], rank: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    pads = tuple(attributes.get("pads", (0,) * (2 * rank)))
    if len(pads) != 2 * rank:
        raise ValueError(f"pads must have {2 * rank} entries, found {len(pads)}")
    return pads[:rank], pads[rank:]


def _split(
    totals: Sequence[int], upper: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Halves each total; the odd one goes to the end where `upper`."""
    small = tuple(total // 2 for total in totals)
    large = tuple(total - half for total, half in zip(totals, small))
    return (small, large) if upper else (large, small)


def _auto_pad(attributes: dict[str, object]) -> str:
    value = attributes.get("auto_pad", b"NOTSET")
    return value.decode() if isinstance(value, bytes) else str(value)


def _padding(
    attributes: dict[str, object], window: Window, spatial: Shape
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns what Conv adds before and after each spatial dimension."""
    mode = _auto_pad(attributes)
    if mode == "NOTSET":
        low, high = _explicit_pads(attributes, window.rank)
        if min(*low, *high) < 0:
            raise ValueError(f"pads must not be negative, found {[*low, *high]}")
        return low, high
    if mode == "VALID":
        return (0,) * window.rank, (0,) * window.rank
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        raise ValueError(f"unknown auto_pad {mode!r}")
    totals = []
    for size, stride, extent in zip(spatial, window.strides, window.extents):
        if size is None and stride != 1:
            raise ValueError(f"auto_pad {mode} with strides needs a static spatial size")
        covered = 0 if stride == 1 else (-(-size // stride) - 1) * stride + 1 - size
        totals.append(max(covered + extent - 1, 0))
    return _split(totals, mode == "SAME_UPPER")


def _transposed_padding(
    attributes: dict[str, object], window: Window, spatial: Shape
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the zeros that the ordinary convolution needs at each end.

    ONNX's pads of ConvTranspose are cut off the result; the full result needs
    extent - 1 zeros at both ends of the spread input.
    """
    rank = window.rank
    extra = tuple(attributes.get("output_padding", (0,) * rank))
    mode = _auto_pad(attributes)
    wanted = attributes.get("output_shape")
    if wanted:
        cut = _cut_for_output_shape(window, spatial, extra, wanted, mode)
    elif mode in ("SAME_UPPER", "SAME_LOWER"):
        totals = [
            max(extent + more - stride, 0)
            for extent, more, stride in zip(window.extents, extra, window.strides)
        ]
        cut = _split(totals, mode == "SAME_UPPER")
    elif mode == "VALID":
        cut = ((0,) * rank, (0,) * rank)
    else:
        cut = _explicit_pads(attributes, rank)
    low = tuple(extent - 1 - pad for extent, pad in zip(window.extents, cut[0]))
    high = tuple(
        extent - 1 - pad + more
        for extent, pad, more in zip(window.extents, cut[1], extra)
    )
    if min(*low, *high) < 0:
        raise ValueError("pads larger than the dilated kernel are not supported")
    return low, high


def _cut_for_output_shape(
    window: Window,
    spatial: Shape,
    extra: Sequence[int],
    wanted: Sequence[int],
    mode: str,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if None in spatial:
        raise ValueError("output_shape needs static spatial sizes")
    totals = [
        stride * (size - 1) + more + extent - out
        for stride, size, more, extent, out in zip(
            window.strides, spatial, extra, window.extents, wanted[-window.rank :]
        )
    ]
    return _split(totals, mode == "SAME_UPPER")


def _spread(
    builder: FunctionBuilder,
    value: Value,
    window: Window,
    low: Sequence[int],
    high: Sequence[int],
) -> Value:
    """Puts stride - 1 zeros between elements, `low` and `high` around them."""
    if all(stride == 1 for stride in window.strides):
        return builder.pad(value, (0, 0, *low), (0, 0, *high))
    sizes = builder.sizes(value)
    for axis in range(window.rank):
        # (size - 1) * stride + 1, in the order that one constant suffices.
        spread = builder.arith("muli", sizes[axis + 2], window.strides[axis])
        rest = low[axis] + high[axis] + 1 - window.strides[axis]
        sizes[axis + 2] = builder.arith("addi", spread, rest)
    zeros = builder.zeros(sizes, value.type.element)
    return builder.insert_spread(value, zeros, (0, 0, *low), (1, 1, *window.strides))


def _flipped(weight: Constant, groups: int) -> Constant:
    """[C, F / groups, kernel..] to the ordinary [F, C / groups, kernel..]."""
    channels, outputs, *kernel = weight.shape
    split = weight.reshape((groups, channels // groups, outputs, *kernel))
    axes = range(3, 3 + len(kernel))
    ordinary = split.transpose((0, 2, 1, *axes)).flip(axes)
    return ordinary.reshape((groups * outputs, channels // groups, *kernel))


def _check_output(padded: Value, window: Window) -> None:
    for size, extent in zip(padded.type.shape[2:], window.extents):
        if size is not None and size < extent:
            raise ValueError(
                f"padded input must cover the dilated kernel, found {size} < {extent}"
            )


def _convolve(
    builder: FunctionBuilder,
    named_ops: dict[int, str],
    padded: Value,
    weight: Value,
    window: Window,
    bias: Optional[Value],
) -> Value:
    """Adds the convolution op itself.

    Plain: [N, C, s..] * [F, C, k..] -> [N, F, o..]; depthwise: [N, C, s..] *
    [C, k..] -> [N, C, o..]; grouped: [N, G, C, s..] * [G, F, C, k..] ->
    [N, G, F, o..]. The bias has the shape of the result's channel dims.
    """
    outer = padded.rank - window.rank
    grouped = outer == 3
    channels = list(weight.type.shape[: 2 if grouped else 1])
    sizes: list[Size] = [builder.size(padded, 0), *channels]
    for axis, (extent, stride) in enumerate(zip(window.extents, window.strides)):
        available = builder.size(padded, outer + axis)
        steps = builder.arith("subi", available, extent - stride)
        sizes.append(builder.arith("divsi", steps, stride))
    if bias:
        added = [0, *range(len(channels) + 1, len(sizes))]
        out = builder.broadcast(bias, sizes, added)
    else:
        out = builder.zeros(sizes, weight.type.element)
    if window.rank in named_ops:
        rank = f"tensor<{window.rank}xi64>"
        attribute = (
            f"{{dilations = dense<{list(window.dilations)}> : {rank},"
            f" strides = dense<{list(window.strides)}> : {rank}}}"
        )
        return builder.named(named_ops[window.rank], attribute, [padded, weight], out)
    return _grouped_generic(builder, padded, weight, out, window)


def _grouped_generic(
    builder: FunctionBuilder, padded: Value, weight: Value, out: Value, window: Window
) -> Value:
    """The grouped convolution of the ranks for which linalg has no named op."""
    outs = [f"o{i}" for i in range(window.rank)]
    kernel = [f"k{i}" for i in range(window.rank)]
    walked = [
        f"{o} * {stride} + {k} * {dilation}"
        for o, k, stride, dilation in zip(outs, kernel, window.strides, window.dilations)
    ]
    dims = ["n", "g", "f", *outs, "c", *kernel]
    maps = [
        affine_map(dims, ["n", "g", "c", *walked]),
        affine_map(dims, ["g", "f", "c", *kernel]),
        affine_map(dims, ["n", "g", "f", *outs]),
    ]
    iterators = ["parallel"] * (3 + window.rank) + ["reduction"] * (1 + window.rank)
    body = ["%p = arith.mulf %a0, %a1", "%r = arith.addf %out, %p"]
    return builder.generic(maps, iterators, [padded, weight], out, body)
