"""Sums of products of 8-bit integers, beside numpy's in 64 bits.

Prints a module for the harness of mlir_module.py: matrices with each size from 1 to
70 in each dimension, known or not, signed, unsigned and mixed, by named operations
and by linalg.generic, the right one constant or computed, with values at both ends
of their range among random ones, and what may follow the sums. With --want, the
line that the module must print.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from random import Random

sys.dont_write_bytecode = True

import numpy as np

import mlir_module
from case_model import Case, Operand, TensorType
from float_storages import print_cases

SEED = 41
LARGEST = 70
SIGNS = ("ss", "su", "us", "uu")
FORMS = (
    "matmul", "generic", "generic", "lhs transposed", "rhs transposed",
    "result transposed", "batch", "shared batch", "vecmat", "matvec",
)  # fmt: skip
STARTS = ("zero", "bias", "tensor")
ENDS = ("sums", "requantized", "floats", "both", "chain", "reshaped chain")


@dataclass(frozen=True)
class Plan:
    form: str
    signs: str
    m: int
    n: int
    k: int
    is_constant: bool
    # Dimensions whose sizes nobody knows.
    dynamic: str
    start: str
    end: str


def draw_bytes(rng: Random, shape: tuple[int, ...]) -> np.ndarray:
    """The ends of both ranges among random values, and in whole runs: sums of two
    products saturate 16 bits only where both are large."""
    generator = np.random.default_rng(rng.randrange(1 << 32))
    values = generator.integers(0, 256, shape, dtype=np.uint8)
    ends = generator.choice(np.array([0, 1, 127, 128, 129, 255], np.uint8), shape)
    values = np.where(generator.random(shape) < 0.5, ends, values)
    if generator.random() < 0.25:
        values[...] = generator.choice(np.array([127, 128, 255], np.uint8))
    return values


def wide(values: np.ndarray, sign: str) -> np.ndarray:
    return (values.view(np.int8) if sign == "s" else values).astype(np.int64)


def wrapped(sums: np.ndarray) -> np.ndarray:
    return (sums & 0xFFFFFFFF).astype(np.uint32)


def bits(values: np.ndarray) -> list[int]:
    unsigned = {1: np.uint8, 4: np.uint32}[values.dtype.itemsize]
    return np.ascontiguousarray(values).view(unsigned).ravel().tolist()


class Contraction:
    """The operation of a plan: its operands, its lines, and its sums."""

    # Letters of the dimensions of lhs, rhs and result.
    SUBSCRIPTS = {
        "matmul": "mk,kn->mn", "generic": "mk,kn->mn", "lhs transposed": "km,kn->mn",
        "rhs transposed": "mk,nk->mn", "result transposed": "mk,kn->nm",
        "batch": "bmk,bkn->bmn", "shared batch": "bmk,kn->bmn", "vecmat": "k,kn->n",
        "matvec": "mk,k->m",
    }  # fmt: skip
    BATCH = 3

    def __init__(self, number: int, plan: Plan) -> None:
        self.plan = plan
        self.rng = Random(SEED * 10000 + number)
        self.sizes = {"b": self.BATCH, "m": plan.m, "n": plan.n, "k": plan.k}
        ins, self.out_dims = self.SUBSCRIPTS[plan.form].split("->")
        self.lhs_dims, self.rhs_dims = ins.split(",")
        self.dynamic = [dim for dim in plan.dynamic if dim in ins]
        self.lhs = draw_bytes(self.rng, self.shape(self.lhs_dims))
        self.rhs = draw_bytes(self.rng, self.shape(self.rhs_dims))
        self.program: list[str] = []
        self.operands: list[Operand] = []
        self.add_operand("a", self.lhs_dims, self.lhs, plan.form == "matvec")
        self.add_operand("b", self.rhs_dims, self.rhs, plan.form != "matvec")
        self.add_start()
        self.add_operation()
        sums = np.einsum(
            self.SUBSCRIPTS[plan.form], wide(self.lhs, plan.signs[0]),
            wide(self.rhs, plan.signs[1]),
        )  # fmt: skip
        self.sums = wrapped(sums + self.start)

    def shape(self, dims: str) -> tuple[int, ...]:
        return tuple(self.sizes[dim] for dim in dims)

    def type(self, dims: str, element: str) -> TensorType:
        dynamic = tuple(dim in self.dynamic for dim in dims)
        return TensorType(self.shape(dims), element, dynamic)

    def add_operand(
        self, name: str, dims: str, values: np.ndarray, may_be_constant: bool
    ) -> None:
        type_ = self.type(dims, "i8")
        if may_be_constant and self.plan.is_constant and type_.is_static:
            self.program.append(mlir_module.constant(name, type_, bits(values)))
        else:
            self.operands.append(Operand(name, type_, bits(values)))

    def empty(self, name: str, element: str) -> str:
        sizes = ", ".join(f"%size_{dim}" for dim in self.out_dims if dim in self.dynamic)
        return f"  %{name} = tensor.empty({sizes}) : {self.type(self.out_dims, element)}"

    def add_start(self) -> None:
        out = self.type(self.out_dims, "i32")
        for dim in self.dynamic:
            name, dims = ("a", self.lhs_dims) if dim in self.lhs_dims else ("b", self.rhs_dims)
            self.program += [
                f"  %at_{dim} = arith.constant {dims.index(dim)} : index",
                f"  %size_{dim} = tensor.dim %{name}, %at_{dim} : {self.type(dims, 'i8')}",
            ]
        generator = np.random.default_rng(self.rng.randrange(1 << 32))
        self.program.append(self.empty("e", "i32"))
        if self.plan.start == "zero":
            self.start = np.zeros(out.shape, np.int64)
            self.program += [
                "  %zero = arith.constant 0 : i32",
                f"  %i = linalg.fill ins(%zero : i32) outs(%e : {out}) -> {out}",
            ]
            return
        is_bias = self.plan.start == "bias" and len(self.out_dims) > 1
        dims = self.out_dims[-1] if is_bias else self.out_dims
        type_ = self.type(dims, "i32")
        values = generator.integers(-(1 << 31), 1 << 31, type_.shape, dtype=np.int64)
        self.start = np.broadcast_to(values, out.shape)
        self.operands.append(
            Operand("bias" if is_bias else "i", type_, bits(wrapped(values)))
        )
        if is_bias:
            others = list(range(len(self.out_dims) - 1))
            self.program.append(
                f"  %i = linalg.broadcast ins(%bias : {type_}) outs(%e : {out})"
                f" dimensions = {others}"
            )

    def add_operation(self) -> None:
        plan = self.plan
        lhs, rhs = self.type(self.lhs_dims, "i8"), self.type(self.rhs_dims, "i8")
        out = self.type(self.out_dims, "i32")
        operands = f"ins(%a, %b : {lhs}, {rhs}) outs(%i : {out}) -> {out}"
        named = {"matmul": "matmul", "batch": "batch_matmul", "vecmat": "vecmat",
                 "matvec": "matvec"}.get(plan.form)  # fmt: skip
        if named and plan.signs == "ss":
            self.program.append(f"  %r = linalg.{named} {operands}")
            return
        if named == "matmul" and plan.signs == "uu":
            cast = "{cast = #linalg.type_fn<cast_unsigned>}"
            self.program.append(f"  %r = linalg.matmul {cast} {operands}")
            return
        loops = "".join(dict.fromkeys(self.out_dims + "k"))
        maps = ", ".join(
            f"affine_map<({', '.join(loops)}) -> ({', '.join(dims)})>"
            for dims in (self.lhs_dims, self.rhs_dims, self.out_dims)
        )
        kinds = ", ".join('"reduction"' if d == "k" else '"parallel"' for d in loops)
        extend = {"s": "arith.extsi", "u": "arith.extui"}
        self.program += [
            f"  %r = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}",
            f"      ins(%a, %b : {lhs}, {rhs}) outs(%i : {out}) {{",
            "  ^bb0(%x: i8, %y: i8, %o: i32):",
            f"    %p = {extend[plan.signs[0]]} %x : i8 to i32",
            f"    %q = {extend[plan.signs[1]]} %y : i8 to i32",
            "    %t = arith.muli %p, %q : i32",
            "    %u = arith.addi %o, %t : i32",
            "    linalg.yield %u : i32",
            f"  }} -> {out}",
        ]


def add_end(contraction: Contraction) -> list[tuple[str, TensorType, list[int]]]:
    """What follows the sums, as integers and as floats, of which each conversion
    and each product rounds once."""
    plan, program = contraction.plan, contraction.program
    dims = contraction.out_dims
    sums = contraction.type(dims, "i32")
    signed = contraction.sums.view(np.int32)
    results = []
    if plan.end in ("sums", "both"):
        results.append(("r", sums, bits(contraction.sums)))
    if plan.end == "requantized":
        q = contraction.type(dims, "i8")
        # A power of 2, so that nothing is rounded but once, to nearest even.
        shift = 16 + plan.k.bit_length()
        scale = np.float32(2.0**-shift).view(np.uint32)
        program += [
            f"  %s_in = arith.constant dense<0x{int(scale):08X}> : tensor<f32>",
            "  %s_out = arith.constant dense<1.0> : tensor<f32>",
            "  %q = quant_ext.requantize %r in(%s_in) out(%s_out) storage_in = <i32>"
            f" storage = <i8> : ({sums}, tensor<f32>, tensor<f32>) -> {q}",
        ]
        exact = signed.astype(np.float32).astype(np.float64) * 2.0**-shift
        integers = np.clip(np.rint(exact), -128, 127).astype(np.int8)
        results.append(("q", q, bits(integers)))
    if "chain" in plan.end:
        results.append(Chain(contraction).build())
    if plan.end in ("floats", "both"):
        f = contraction.type(dims, "f32")
        program += [
            contraction.empty("ef", "f32"),
            "  %scale = arith.constant 0.3 : f32",
            f"  %f = linalg.generic {{indexing_maps = [{identity(dims)}, {identity(dims)}],"
            f" iterator_types = [{parallel(dims)}]}}",
            f"      ins(%r : {sums}) outs(%ef : {f}) {{",
            "  ^bb0(%fx: i32, %fo: f32):",
            "    %fy = arith.sitofp %fx : i32 to f32",
            "    %fz = arith.mulf %fy, %scale : f32",
            "    linalg.yield %fz : f32",
            f"  }} -> {f}",
        ]
        floats = signed.astype(np.float32) * np.float32(0.3)
        results.append(("f", f, bits(floats)))
    return results


class Chain:
    """Dequantized along the columns, a bias, a residual, a bound and quantized: one
    after the other, perhaps with rows in two dimensions. Every step rounds once."""

    SCALE_OUT = np.float32(0.75)

    def __init__(self, contraction: Contraction) -> None:
        plan, dims = contraction.plan, contraction.out_dims
        self.contraction, self.program = contraction, contraction.program
        self.sums = contraction.type(dims, "i32")
        rng = np.random.default_rng(contraction.rng.randrange(1 << 32))
        columns = self.sums.shape[-1]
        # So that few results saturate, whatever they are sums of.
        spread = np.abs(contraction.sums.view(np.int32).astype(np.float64)).mean()
        self.scale = (rng.uniform(10, 40, columns) / (spread or 1)).astype(np.float32)
        self.bias = rng.normal(0, 9, columns).astype(np.float32)
        self.residual = rng.normal(0, 9, self.sums.shape).astype(np.float32)
        self.split = plan.end == "reshaped chain" and len(dims) == 2
        shape, dynamic = self.sums.shape, self.sums.dynamic
        if self.split:
            self.part = next(p for p in (3, 2, 1) if shape[0] % p == 0)
            shape = (shape[0] // self.part, self.part, columns)
            dynamic = (dynamic[0], False, dynamic[1])
        self.shape, self.dynamic = shape, dynamic

    def type(self, element: str) -> TensorType:
        return TensorType(self.shape, element, self.dynamic)

    def declare(self, name: str, type_: TensorType, values: np.ndarray) -> None:
        self.contraction.operands.append(Operand(name, type_, bits(values)))

    def reshape(self) -> str:
        if not self.split:
            return "r"
        sizes, (rows, columns) = [*map(str, self.shape)], self.contraction.out_dims
        if self.dynamic[-1]:
            sizes[-1] = f"%size_{columns}"
        if self.dynamic[0]:
            self.program += [
                f"  %part = arith.constant {self.part} : index",
                f"  %parts = arith.divui %size_{rows}, %part : index",
            ]
            sizes[0] = "%parts"
        self.program.append(
            f"  %rr = tensor.expand_shape %r [[0, 1], [2]] output_shape [{', '.join(sizes)}]"
            f" : {self.sums} into {self.type('i32')}"
        )
        return "rr"

    def build(self) -> tuple[str, TensorType, list[int]]:
        columns = self.shape[-1]
        vector = TensorType((columns,), "f32", self.dynamic[-1:])
        f, q = self.type("f32"), self.type("i8")
        self.declare("scales", vector, self.scale)
        self.declare("biases", vector, self.bias)
        self.declare("residual", f, self.residual)
        source = self.reshape()
        dims = "abcd"[: len(self.shape)]
        out = identity(dims)
        last = f"affine_map<({', '.join(dims)}) -> ({dims[-1]})>"
        scale_out = int(self.SCALE_OUT.view(np.uint32))
        self.program += [
            f"  %floats = quant_ext.dequantize %{source}, %scales axis = {len(dims) - 1}"
            f" storage = <i32> : ({self.type('i32')}, {vector}) -> {f}",
            f"  %biased = linalg.generic {{indexing_maps = [{out}, {last}, {out}],"
            f" iterator_types = [{parallel(dims)}]}}",
            f"      ins(%floats, %biases : {f}, {vector}) outs(%residual : {f}) {{",
            "  ^bb0(%bx: f32, %by: f32, %bo: f32):",
            "    %bz = arith.addf %bx, %by : f32",
            "    linalg.yield %bz : f32",
            f"  }} -> {f}",
            f"  %summed = arith.addf %biased, %residual : {f}",
            f"  %bounded = linalg.generic {{indexing_maps = [{out}, {out}],"
            f" iterator_types = [{parallel(dims)}]}}",
            f"      ins(%summed : {f}) outs(%residual : {f}) {{",
            "  ^bb0(%cx: f32, %co: f32):",
            "    %least = arith.constant -20.0 : f32",
            "    %cz = arith.maximumf %cx, %least : f32",
            "    linalg.yield %cz : f32",
            f"  }} -> {f}",
            f"  %s_out = arith.constant dense<0x{scale_out:08X}> : tensor<f32>",
            f"  %q = quant_ext.quantize %bounded, %s_out storage = <i8>"
            f" : ({f}, tensor<f32>) -> {q}",
        ]
        return "q", q, bits(self.evaluate())

    def evaluate(self) -> np.ndarray:
        floats = self.contraction.sums.view(np.int32).astype(np.float32) * self.scale
        bounded = np.maximum(floats + self.bias + self.residual, np.float32(-20))
        return np.clip(np.rint(bounded / self.SCALE_OUT), -128, 127).astype(np.int8)


def identity(dims: str) -> str:
    names = ", ".join(dims)
    return f"affine_map<({names}) -> ({names})>"


def parallel(dims: str) -> str:
    return ", ".join('"parallel"' for _ in dims)


class Deck:
    """Sizes from 1 to LARGEST in any order, each as often as the others."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.left, self.drawn = rng, [], set()

    def draw(self) -> int:
        if not self.left:
            self.left = self.rng.sample(range(1, LARGEST + 1), LARGEST)
        self.drawn.add(self.left[-1])
        return self.left.pop()


def draw_plans() -> list[Plan]:
    rng = Random(SEED)
    plans, decks = [], {dim: Deck(rng) for dim in "mnk"}
    for number in range(160):
        form = FORMS[number % len(FORMS)]
        used = Contraction.SUBSCRIPTS[form]
        sizes = {dim: decks[dim].draw() if dim in used else 1 for dim in "mnk"}
        # Rows are what most programs do not know.
        dynamic = rng.choice(("n", "k", "mn", "mnk")) if number % 8 == 7 else ""
        if form not in ("vecmat", "matvec") and number % 8 in (1, 4, 6):
            dynamic = "m"
        plans.append(
            Plan(
                form, SIGNS[number // len(FORMS) % len(SIGNS)], **sizes,
                is_constant=rng.random() < 0.6, dynamic=dynamic, start=rng.choice(STARTS),
                end=rng.choice(ENDS),
            )
        )  # fmt: skip
    assert all(len(deck.drawn) == LARGEST for deck in decks.values())
    # Rows that do not fit into a cache together with what else is there.
    for dynamic in ("", "m"):
        plans.append(Plan("matmul", "ss", 70, 5, 5501, True, dynamic, "zero", "sums"))
    # As many panels and tiles as one loop of each takes.
    plans.append(Plan("generic", "us", 70, 200, 65, True, "", "bias", "both"))
    plans.append(Plan("generic", "su", 70, 150, 66, False, "m", "tensor", "requantized"))
    return plans


def half_of(number: int) -> int:
    """Each half has every form with all signs."""
    return number // (len(FORMS) * len(SIGNS)) % 2 if number < 160 else number % 2


def build(number: int, plan: Plan) -> Case:
    contraction = Contraction(number, plan)
    results = add_end(contraction)
    return Case(
        number, "contraction", str(plan), contraction.operands, "",
        [type_ for _, type_, _ in results], True,
        lambda: [bits for _, _, bits in results],
        program=contraction.program, outputs=[f"%{name}" for name, _, _ in results],
    )  # fmt: skip


def all_cases(form: str) -> list[Case]:
    del form
    return [build(number, plan) for number, plan in enumerate(draw_plans())]


if __name__ == "__main__":
    sys.exit(print_cases("contractions.py", __doc__, all_cases, half_of))
