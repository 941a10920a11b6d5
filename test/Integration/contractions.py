"""Sums of products of 8-bit integers, beside numpy's in 64 bits.

Prints a module for the harness of mlir_module.py: matrices of all sizes from 1 to
70, signed, unsigned and mixed, by named operations and by linalg.generic, the
right one constant or computed, the left one of any number of rows, with values at
both ends of their range among random ones, and what may follow the sums. With
--count, the line that the module must print.
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
# Each with its neighbours: what fills registers and groups of products.
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 24, 31, 32, 33, 36, 47, 48)
SIZES += (49, 61, 63, 64, 65, 66, 69, 70)
SIGNS = ("ss", "su", "us", "uu")
FORMS = (
    "matmul", "generic", "generic", "lhs transposed", "rhs transposed",
    "result transposed", "batch", "shared batch", "vecmat", "matvec",
)  # fmt: skip
STARTS = ("zero", "bias", "tensor")
ENDS = ("sums", "requantized", "floats", "both")


@dataclass(frozen=True)
class Plan:
    form: str
    signs: str
    m: int
    n: int
    k: int
    is_constant: bool
    is_dynamic: bool
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
        # The rows: of the weights' factor they are known.
        self.dynamic_dim = "m" if plan.is_dynamic else ""
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
        dynamic = tuple(dim == self.dynamic_dim for dim in dims)
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
        sizes = "%rows" if self.dynamic_dim in self.out_dims and self.dynamic_dim else ""
        return f"  %{name} = tensor.empty({sizes}) : {self.type(self.out_dims, element)}"

    def add_start(self) -> None:
        out = self.type(self.out_dims, "i32")
        lhs = self.type(self.lhs_dims, "i8")
        if self.dynamic_dim:
            at = self.lhs_dims.index(self.dynamic_dim)
            self.program += [
                f"  %rows_at = arith.constant {at} : index",
                f"  %rows = tensor.dim %a, %rows_at : {lhs}",
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


def identity(dims: str) -> str:
    names = ", ".join(dims)
    return f"affine_map<({names}) -> ({names})>"


def parallel(dims: str) -> str:
    return ", ".join('"parallel"' for _ in dims)


def draw_plans() -> list[Plan]:
    rng = Random(SEED)
    plans = []
    for number in range(160):
        form = FORMS[number % len(FORMS)]
        plans.append(
            Plan(
                form, SIGNS[number // len(FORMS) % len(SIGNS)], rng.choice(SIZES),
                rng.choice(SIZES), rng.choice(SIZES), is_constant=rng.random() < 0.6,
                is_dynamic=form not in ("vecmat", "matvec") and rng.random() < 0.35,
                start=rng.choice(STARTS), end=rng.choice(ENDS),
            )
        )  # fmt: skip
    # Rows that do not fit into a cache together with what else is there.
    for is_dynamic in (False, True):
        plans.append(Plan("matmul", "ss", 70, 5, 5501, True, is_dynamic, "zero", "sums"))
    # As many panels and tiles as one loop of each takes.
    plans.append(Plan("generic", "us", 70, 200, 65, True, False, "bias", "both"))
    plans.append(Plan("generic", "su", 70, 150, 66, False, True, "tensor", "requantized"))
    return plans


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
    sys.exit(print_cases("contractions.py", __doc__, all_cases))
