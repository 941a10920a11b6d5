"""MLIR text of contractions of dequantized operands, and their data."""

from __future__ import annotations

from random import Random

import case_values
import mlir_module
import oracle
from case_model import TensorType
from contraction_model import (
    Data,
    Form,
    Quantized,
    Side,
    Spec,
    Tensor,
    computing_format,
    product_of_scales,
    scale_loops,
)
from oracle import FORMATS, Storage

# ---------------------------------------------------------------------------
# Data
# ---------------------------------------------------------------------------


def tensor_type(spec: Spec, loops: str, element: str, dynamic: str) -> TensorType:
    return TensorType(
        spec.sizes_of(loops), element, tuple(loop in dynamic for loop in loops)
    )


def draw_side(rng: Random, spec: Spec, side: Side, name: str, loops: str) -> Quantized:
    storage, fmt = side.parsed, FORMATS[side.scale]
    dynamic = "" if side.constant else side.dynamic
    type_ = tensor_type(spec, loops, storage.element, dynamic)
    if side.data == "patterns":
        bits = case_values.draw_integers(rng, storage, type_.count)
    else:
        full = Storage.parse(f"{'i' if storage.signed else 'u'}{storage.width}")
        bits = [full.to_bits(full.qmin if side.data == "lowest" else full.qmax)] * type_.count
    along = "".join(loop for loop in loops if loop in side.along)
    # Written as blocks, a parameter has a dimension of 1 where it does not vary.
    dynamic = "" if side.constant or side.constant_parameters else side.dynamic
    count = tensor_type(spec, along, "i8", "").count
    if side.written == "blocks":
        shape = tuple(spec.size(loop) if loop in along else 1 for loop in loops)
        dims = tuple(loop in along and loop in dynamic for loop in loops)
    else:
        shape = spec.sizes_of(along)
        dims = tuple(loop in dynamic for loop in along)
    scales = case_values.draw_scales(rng, fmt, count, "ordinary")
    if side.scales == "tiny":
        scales = [case_values.from_rational(fmt, oracle.power_of_two(-64))] * count
    scale = Tensor(f"s{name}", along, TensorType(shape, side.scale, dims), scales)
    zero = None
    if side.zero != "none":
        zeros = case_values.draw_zero_points(rng, storage, count, "ordinary")
        if side.zero == "limits":
            zeros = [storage.to_bits((storage.qmin, storage.qmax)[i % 2]) for i in range(count)]
        elif side.zero in ("lowest", "highest"):
            bound = storage.qmin if side.zero == "lowest" else storage.qmax
            zeros = [storage.to_bits(bound)] * count
        zero = Tensor(f"z{name}", along, TensorType(shape, storage.element, dims), zeros)
    return Quantized(side, Tensor(name, loops, type_, bits), scale, zero)


def result_dynamic(spec: Spec) -> str:
    """Loops whose size no operand knows."""
    form = spec.shape
    sides = ((form.lhs, spec.lhs), (form.rhs, spec.rhs))
    return "".join(
        loop
        for loop in form.out
        if all(loop in side.dynamic and not side.constant for loops, side in sides if loop in loops)
    )


def draw_bias(rng: Random, spec: Spec, data: Data) -> None:
    out, dynamic = spec.shape.out, result_dynamic(spec)
    if spec.bias == "none":
        return
    value = FORMATS[spec.result]
    vector = out if spec.bias.endswith("_init") and "vector" not in spec.bias else out[-1:]
    if spec.bias.startswith("float"):
        type_ = tensor_type(spec, vector, spec.result, dynamic)
        bits = [
            case_values.random_sign(rng, value, case_values.ordinary_scale(rng, value))
            for _ in range(type_.count)
        ]
        data.bias = Tensor("c", vector, type_, bits)
        return
    type_ = tensor_type(spec, vector, "i32", "")
    reach = 100000
    values = [rng.randint(-reach, reach) for _ in range(type_.count)]
    if spec.bias.startswith("huge"):
        values = [(2**31 - 1 - rng.randrange(3)) * rng.choice((1, -1)) for _ in values]
    data.bias = Tensor("c", vector, type_, [v % 2**32 for v in values])
    loops = scale_loops(spec)
    t = computing_format(spec)
    scales = product_of_scales(spec, data, loops)
    if spec.bias == "near_add":
        scales[-1] = case_values.step(t, scales[-1], 1)
    data.bias_scale = Tensor("sc", loops, tensor_type(spec, loops, t.name, ""), scales)


def draw(number: int, spec: Spec, seed: int) -> Data:
    rng = Random(seed * 10000 + number)
    form = spec.shape
    # The source of a transpose has its loops in the other order.
    rhs = form.rhs[::-1] if "transpose" == spec.form[-9:] else form.rhs
    data = Data(
        draw_side(rng, spec, spec.lhs, "a", form.lhs),
        draw_side(rng, spec, spec.rhs, "w", rhs),
    )
    draw_bias(rng, spec, data)
    if spec.target is not None:
        storage = Storage.parse(spec.target.storage)
        along, fmt = spec.target.along, FORMATS["f32"]
        count = tensor_type(spec, along, "i8", "").count
        scales = case_values.draw_scales(rng, fmt, count, "ordinary")
        # Of the size of the sums' spread, so that few results saturate.
        scales = [oracle.multiply(fmt, s, oracle.from_integer(fmt, 200)) for s in scales]
        dynamic = result_dynamic(spec)
        data.out_scale = Tensor("so", along, tensor_type(spec, along, "f32", dynamic), scales)
        if spec.target.zero:
            zeros = case_values.draw_zero_points(rng, storage, count, "ordinary")
            if spec.target.lowest:
                zeros = [storage.to_bits(storage.qmin)] * count
            type_ = tensor_type(spec, along, storage.element, dynamic)
            data.out_zero = Tensor("zo", along, type_, zeros)
    return data


# ---------------------------------------------------------------------------
# Text
# ---------------------------------------------------------------------------


def parameter_clause(side: Side, loops: str) -> str:
    along = "".join(loop for loop in loops if loop in side.along)
    if side.written == "blocks":
        return f" block_sizes = [{', '.join('1' if loop in along else '-1' for loop in loops)}]"
    return f" axis = {loops.index(along)}" if along else ""


def dequantize_line(spec: Spec, operand: Quantized, result: str, type_: TensorType) -> str:
    tensors = [operand.integers, operand.scale] + ([operand.zero] if operand.zero else [])
    clause = parameter_clause(operand.side, operand.integers.loops)
    names = ", ".join(f"%{tensor.name}" for tensor in tensors)
    types = ", ".join(str(tensor.type) for tensor in tensors)
    return (
        f"  %{result} = quant_ext.dequantize {names}{clause}"
        f" storage = <{operand.side.storage}> : ({types}) -> {type_}"
    )


def float_type(tensor: Tensor, element: str) -> TensorType:
    return TensorType(tensor.type.shape, element, tensor.type.dynamic)


def maps_text(form: Form) -> str:
    loops = ", ".join(form.loops)
    maps = (f"affine_map<({loops}) -> ({', '.join(part)})>" for part in (form.lhs, form.rhs, form.out))
    return f"indexing_maps = [{', '.join(maps)}]"


def contraction_lines(spec: Spec, types: tuple[TensorType, ...]) -> list[str]:
    form = spec.shape
    a, w, y = types
    operands = f"ins(%da, %dw : {a}, {w}) outs(%init : {y})"
    if form.name != "linalg.generic":
        maps = f" {maps_text(form)}" if form.maps else ""
        return [f"  %y = {form.name}{maps} {operands} -> {y}"]
    iterators = ", ".join('"parallel"' if loop in form.out else '"reduction"' for loop in form.loops)
    names = ("%wa", "%wb") if "rhs first" not in spec.form else ("%wb", "%wa")
    order = "%sum, %p" if "rhs first" not in spec.form else "%p, %sum"
    widen = [
        f"    {wide} = arith.extf {narrow} : {a.element} to {y.element}"
        if a.element != y.element
        else ""
        for wide, narrow in (("%wa", "%a0"), ("%wb", "%b0"))
    ]
    names = names if a.element != y.element else tuple(n.replace("%w", "%") + "0" for n in names)
    return [
        f"  %y = linalg.generic {{{maps_text(form)}, iterator_types = [{iterators}]}} {operands} {{",
        f"  ^bb0(%a0: {a.element}, %b0: {w.element}, %sum: {y.element}):",
        *filter(None, widen),
        f"    %p = arith.mulf {names[0]}, {names[1]} : {y.element}",
        f"    %t = arith.addf {order} : {y.element}",
        f"    linalg.yield %t : {y.element}",
        f"  }} -> {y}",
    ]


class Program:
    """The lines of a case, and which of its tensors are arguments."""

    def __init__(self, spec: Spec, data: Data) -> None:
        self.spec, self.data = spec, data
        self.lines: list[str] = []
        self.arguments: list[Tensor] = []
        self.y = tensor_type(spec, spec.shape.out, spec.result, result_dynamic(spec))
        self.build()

    def declare(self, tensor: Tensor | None, is_constant: bool) -> None:
        if tensor is None:
            return
        if is_constant:
            self.lines.append(mlir_module.constant(tensor.name, tensor.type, tensor.bits))
        else:
            self.arguments.append(tensor)

    def size_of(self, loop: str) -> str:
        for operand in (self.data.lhs, self.data.rhs):
            if loop in operand.integers.loops:
                dim, tensor = operand.integers.loops.index(loop), operand.integers
                self.lines += [
                    f"  %at_{loop} = arith.constant {dim} : index",
                    f"  %size_{loop} = tensor.dim %{tensor.name}, %at_{loop} : {tensor.type}",
                ]
                return f"%size_{loop}"
        raise AssertionError(loop)

    def empty(self) -> None:
        loops, dynamic = self.spec.shape.out, result_dynamic(self.spec)
        sizes = ", ".join(self.size_of(loop) for loop in loops if loop in dynamic)
        self.lines.append(f"  %e = tensor.empty({sizes}) : {self.y}")

    def broadcast(self, source: str, source_type: TensorType, loops: str, result: str) -> str:
        out = self.spec.shape.out
        if loops == out:
            return source
        dims = [str(i) for i, loop in enumerate(out) if loop not in loops]
        self.lines.append(
            f"  %{result} = linalg.broadcast ins(%{source} : {source_type})"
            f" outs(%e : {self.y}) dimensions = [{', '.join(dims)}]"
        )
        return result

    def bias_floats(self) -> tuple[str, TensorType, str]:
        """A bias as floats along its own loops."""
        bias, scale = self.data.bias, self.data.bias_scale
        if scale is None:
            self.declare(bias, False)
            return bias.name, bias.type, bias.loops
        self.declare(bias, True)
        self.declare(scale, True)
        type_ = float_type(bias, self.spec.result)
        clause = f" axis = {bias.loops.index(scale.loops)}" if scale.loops else ""
        self.lines.append(
            f"  %cf = quant_ext.dequantize %{bias.name}, %{scale.name}{clause}"
            f" storage = <i32> : ({bias.type}, {scale.type}) -> {type_}"
        )
        return "cf", type_, bias.loops

    def zeros(self) -> None:
        self.lines += [
            f"  %zero = arith.constant 0.0 : {self.spec.result}",
            f"  %init = linalg.fill ins(%zero : {self.spec.result}) outs(%e : {self.y}) -> {self.y}",
        ]

    def add_bias(self) -> str:
        name, type_, loops = self.bias_floats()
        if self.spec.bias != "i32_generic_add":
            everywhere = self.broadcast(name, type_, loops, "all")
            self.lines.append(f"  %r = arith.addf %y, %{everywhere} : {self.y}")
            return "r"
        out = self.spec.shape.out
        identity = f"affine_map<({', '.join(out)}) -> ({', '.join(out)})>"
        own = f"affine_map<({', '.join(out)}) -> ({', '.join(loops)})>"
        element = self.spec.result
        parallel = ", ".join(['"parallel"'] * len(out))
        self.lines += [
            f"  %r = linalg.generic {{indexing_maps = [{own}, {identity}, {identity}], iterator_types = [{parallel}]}}"
            f" ins(%{name}, %y : {type_}, {self.y}) outs(%e : {self.y}) {{",
            f"  ^bb0(%b0: {element}, %y0: {element}, %o: {element}):",
            f"    %s0 = arith.addf %b0, %y0 : {element}",
            f"    linalg.yield %s0 : {element}",
            f"  }} -> {self.y}",
        ]
        return "r"

    def operand(self, operand: Quantized, result: str, element: str) -> TensorType:
        side, spec = operand.side, self.spec
        self.declare(operand.integers, side.constant)
        self.declare(operand.scale, side.constant_parameters)
        self.declare(operand.zero, side.constant_parameters)
        type_ = float_type(operand.integers, element)
        self.lines.append(dequantize_line(spec, operand, result, type_))
        if operand.integers.loops in (spec.shape.lhs, spec.shape.rhs):
            return type_
        turned = TensorType(type_.shape[::-1], element, type_.dynamic[::-1])
        sizes = []
        for dim, dynamic in enumerate(type_.dynamic):
            if dynamic:
                self.lines += [
                    f"  %td{dim} = arith.constant {dim} : index",
                    f"  %ts{dim} = tensor.dim %{operand.integers.name}, %td{dim} : {operand.integers.type}",
                ]
                sizes.insert(0, f"%ts{dim}")
        self.lines += [
            f"  %te = tensor.empty({', '.join(sizes)}) : {turned}",
            f"  %{result}t = linalg.transpose ins(%{result} : {type_}) outs(%te : {turned}) permutation = [1, 0]",
        ]
        return turned

    def build(self) -> None:
        spec, data = self.spec, self.data
        narrow = spec.form == "generic" and spec.result == "f32" and spec.lhs.scale == "f16"
        element = "f16" if narrow else spec.result
        a = self.operand(data.lhs, "da", element)
        w = self.operand(data.rhs, "dw", element)
        self.empty()
        if spec.bias.endswith("init"):
            name, type_, loops = self.bias_floats()
            init = self.broadcast(name, type_, loops, "init")
        else:
            self.zeros()
            init = "init"
        lines = contraction_lines(spec, (a, w, self.y))
        if data.rhs.integers.loops != spec.shape.rhs:
            lines = [line.replace(", %dw :", ", %dwt :") for line in lines]
        lines = [line.replace("outs(%init :", f"outs(%{init} :") for line in lines]
        self.lines += lines
        result = self.add_bias() if spec.bias.endswith("add") else "y"
        self.result_type = self.y
        if spec.relu:
            result = self.relu(result)
        if spec.target is not None:
            result = self.quantize(result)
        self.result = result

    def relu(self, source: str) -> str:
        element, y = self.spec.result, self.y
        self.lines.append(f"  %least = arith.constant 0.0 : {element}")
        if self.spec.relu == "tensor":
            self.lines += [
                f"  %zeros = linalg.fill ins(%least : {element}) outs(%e : {y}) -> {y}",
                f"  %relu = arith.maximumf %zeros, %{source} : {y}",
            ]
            return "relu"
        out = self.spec.shape.out
        identity = f"affine_map<({', '.join(out)}) -> ({', '.join(out)})>"
        parallel = ", ".join(['"parallel"'] * len(out))
        body = {
            "maximumf": [f"    %m = arith.maximumf %x0, %least : {element}"],
            "select": [
                f"    %p = arith.cmpf ugt, %x0, %least : {element}",
                f"    %m = arith.select %p, %x0, %least : {element}",
            ],
        }[self.spec.relu]
        self.lines += [
            f"  %relu = linalg.generic {{indexing_maps = [{identity}, {identity}], iterator_types = [{parallel}]}}"
            f" ins(%{source} : {y}) outs(%e : {y}) {{",
            f"  ^bb0(%x0: {element}, %o: {element}):",
            *body,
            f"    linalg.yield %m : {element}",
            f"  }} -> {y}",
        ]
        return "relu"

    def quantize(self, source: str) -> str:
        target, data = self.spec.target, self.data
        self.declare(data.out_scale, target.constant)
        self.declare(data.out_zero, target.constant)
        tensors = [data.out_scale] + ([data.out_zero] if data.out_zero else [])
        names = ", ".join(f"%{tensor.name}" for tensor in tensors)
        types = ", ".join(str(tensor.type) for tensor in tensors)
        axis = f" axis = {self.spec.shape.out.index(target.along)}" if target.along else ""
        element = Storage.parse(target.storage).element
        self.result_type = TensorType(self.y.shape, element, self.y.dynamic)
        self.lines.append(
            f"  %q = quant_ext.quantize %{source}, {names}{axis} storage = <{target.storage}>"
            f" rounding = {target.rounding}{target.clause} : ({self.y}, {types}) -> {self.result_type}"
        )
        return "q"
