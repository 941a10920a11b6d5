"""Contractions of dequantized operands in integers, with the exact results.

Prints a module for the harness of mlir_module.py, which quant-ext-qdq-to-integer
must turn into integers before it is compiled. With --want, the line that the
module must print; with --remarks, what the pass must remark of each case, those
that stay in floating point included (--form all prints these too, to be
compiled by nobody); with --sensitivity, whether the cases notice mistakes.
"""

from __future__ import annotations

import argparse
import sys
from functools import cache
from itertools import product

sys.dont_write_bytecode = True

import numpy as np

import contraction_model
import contraction_sensitivity
import contraction_text
import mlir_module
from case_model import Case, Operand, TensorType
from contraction_model import FORMS, Side, Spec, Target

SEED = 40
# Around the widths of vectors and of groups of four, and far from both.
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 19, 31, 32, 33, 37, 48, 63, 64, 65, 70)
SIGNS = (("u8", "i8"), ("i8", "i8"), ("u8", "u8"), ("i8", "u8"))


def pick_sizes(number: int, form: str) -> tuple[tuple[str, int], ...]:
    """Sizes that differ from case to case, and from loop to loop."""
    form_ = FORMS[form]
    picked, results = {}, 1
    for place, loop in enumerate(reversed(form_.loops)):
        size = SIZES[(number * 7 + place * 5 + number // 3) % len(SIZES)]
        if loop in "bl":
            size = min(size, 5)
        if loop in form_.out:
            # The oracle computes with fractions for each result.
            size = min(size, max(1, 400 // results))
            results *= size
        picked[loop] = size
    return tuple((loop, picked[loop]) for loop in form_.loops)


def zero_of(storage: str, otherwise: str = "none") -> str:
    """Unsigned storages must have a zero point."""
    return "ordinary" if storage.startswith("u") and otherwise == "none" else otherwise


def form_specs() -> list[Spec]:
    specs = []
    for number, (form, (lhs, rhs)) in enumerate(product(FORMS, SIGNS)):
        constant = number % 3 == 0
        specs.append(
            Spec(
                form,
                pick_sizes(number, form),
                Side(lhs, zero=zero_of(lhs)),
                Side(rhs, zero=zero_of(rhs), constant=constant, constant_parameters=constant),
            )
        )
    return specs


def granularity_specs() -> list[Spec]:
    specs = []
    grid = product(
        ("", "m"), ("", "n"), ("none", "ordinary", "limits"), ("none", "limits"),
        ("neither", "rhs", "parameters", "all"),
    )  # fmt: skip
    for number, (a, w, za, zw, constants) in enumerate(grid):
        form = ("matmul", "batch_matmul", "generic", "matmul, rhs transposed")[number % 4]
        # A scale for each of several loops is written in blocks.
        rows = a + "b" if a and form in ("batch_matmul", "generic") and number % 3 == 0 else a
        written = "blocks" if len(rows) > 1 or number % 5 == 1 else "axis"
        specs.append(
            Spec(
                form,
                pick_sizes(number, form),
                Side("i8" if za == "none" else "u8", rows, written, za,
                     constant_parameters=constants in ("parameters", "all")),
                Side("i8", w, "blocks" if number % 4 == 2 else "axis", zw,
                     constant=constants in ("rhs", "all"),
                     constant_parameters=constants in ("rhs", "parameters", "all")),
            )
        )  # fmt: skip
    return specs


def bias_specs() -> list[Spec]:
    specs = []
    kinds = (
        "float_init", "float_add", "i32_init", "i32_vector_init", "i32_add",
        "i32_generic_add", "near_add", "huge_add", "huge_init",
    )  # fmt: skip
    for number, (kind, result, w) in enumerate(
        product(kinds, ("f32", "f64", "f16", "bf16"), ("", "n"))
    ):
        form = ("matmul", "batch_matmul", "vecmat")[number % 3]
        form = "matmul" if form == "vecmat" and kind == "i32_vector_init" else form
        specs.append(
            Spec(
                form,
                pick_sizes(number, form),
                Side("u8", "", zero="ordinary", constant_parameters=True),
                Side("i8", w, constant=number % 2 == 0, constant_parameters=True,
                     scale=("f32", "f64", "f16", "bf16")[number % 7 % 4]),
                bias=kind,
                result=result,
            )
        )  # fmt: skip
    return specs


def requantize_specs() -> list[Spec]:
    specs = []
    grid = product(
        ("i8", "u8", "i4", "u16"), ("half_even", "half_away", "toward_zero"), ("", "n"), ("none", "i32_add")
    )
    for number, (storage, rounding, w, bias) in enumerate(grid):
        form = ("matmul", "vecmat")[number % 5 == 0]
        constant = bias != "none" or number % 2 == 0
        along = "n" if number % 3 == 0 else ""
        specs.append(
            Spec(
                form,
                pick_sizes(number, form),
                Side("u8", "", zero="ordinary", constant_parameters=constant),
                Side("i8", w, constant=constant, constant_parameters=constant),
                bias=bias,
                result=("f32", "f16")[number % 7 == 0],
                target=Target(storage, rounding, along, zero=storage[0] == "u" or number % 2 == 1),
            )
        )
    # What requantize lacks: the floats are quantized.
    for number, target in enumerate(
        (
            Target("i8", clause=" division = reciprocal"),
            Target("i8", clause=" precision = f16"),
            Target("u8", along="m"),
            Target("u8"),
            Target("i8", "half_away"),
        )
    ):
        specs.append(
            Spec(
                "matmul",
                pick_sizes(number + 3, "matmul"),
                Side("u8", "m" if number == 3 else "", zero="ordinary"),
                Side("i8", "n"),
                bias="float_init" if number == 4 else "none",
                target=target,
            )
        )
    return specs


def relu_specs() -> list[Spec]:
    specs = []
    grid = product(
        ("i8", "u8", "u4"), ("tensor", "maximumf", "select"), ("", "n"), ("none", "i32_add", "float_init")
    )
    for number, (storage, relu, w, bias) in enumerate(grid):
        form = ("matmul", "batch_matmul")[number % 4 == 0]
        specs.append(
            Spec(
                form,
                pick_sizes(number, form),
                Side("u8", "", zero="ordinary", constant_parameters=True),
                Side("i8", w, constant=number % 2 == 0, constant_parameters=True),
                bias=bias,
                target=Target(storage, "half_even", "n" if number % 3 == 0 else "",
                              zero=storage[0] == "u" or number % 2 == 1,
                              constant=number % 7 != 6, lowest=number % 5 == 0),
                relu=relu,
            )
        )  # fmt: skip
    return specs


def dynamic_specs() -> list[Spec]:
    specs = []
    forms = ("matmul", "batch_matmul", "matvec", "contract", "matmul of a transpose")
    kinds = (("m", ""), ("mk", ""), ("bm", "n"), ("m", "kn"), ("bmk", "bn"))
    for number, (form, (a, w)) in enumerate(product(forms, kinds)):
        rows = "m" if number % 2 else ""
        columns = "n" if "n" in FORMS[form].rhs and number % 3 else ""
        specs.append(
            Spec(
                form,
                pick_sizes(number, form),
                Side("u8", rows, "blocks" if number % 4 == 1 else "axis", "limits", dynamic=a),
                Side("i8", columns, "blocks" if number % 4 == 2 else "axis",
                     "ordinary" if number % 5 == 0 else "none", dynamic=w),
                bias="float_init" if number % 5 == 2 else "none",
            )
        )  # fmt: skip
    return specs


def size_specs() -> list[Spec]:
    """Nothing, and one."""
    specs = []
    for number, (empty, size, form) in enumerate(
        product("mnk", (0, 1), ("matmul", "batch_matmul", "generic"))
    ):
        sizes = tuple(
            (loop, size if loop == empty else 3) for loop in FORMS[form].loops
        )
        constant = number % 2 == 0
        specs.append(
            Spec(
                form,
                sizes,
                Side("u8", "m", zero="ordinary", constant_parameters=constant),
                Side("i8", "n", zero="ordinary", constant=constant, constant_parameters=constant),
            )
        )
    # Parameters along a reduction of size 1.
    for constant in (False, True):
        specs.append(
            Spec(
                "matmul",
                (("m", 5), ("n", 9), ("k", 1)),
                Side("u8", "k", zero="ordinary", constant_parameters=constant),
                Side("i8", "kn", "blocks", "ordinary", constant_parameters=constant),
            )
        )
    return specs


def storage_specs() -> list[Spec]:
    narrow = ("i4", "u4", "i2", "u2", "i8<-127:127>", "i16", "u16", "i5", "u12")
    specs = []
    for number, (storage, other) in enumerate(product(narrow, ("i8", "u8"))):
        weight = Side(storage, "n", zero=zero_of(storage), constant=number % 3 == 0)
        form = ("matmul", "batch_matmul", "vecmat")[number % 3]
        specs.append(
            Spec(form, pick_sizes(number + 11, form), Side(other, zero=zero_of(other)), weight)
        )
    return specs


def limit_specs() -> list[Spec]:
    """Sums as large as 32 bits hold."""
    specs = []
    for lhs, rhs, k in (
        (Side("i8", data="lowest"), Side("i8", data="lowest"), 131071),
        (Side("u8", zero="lowest", data="highest", constant_parameters=True),
         Side("u8", zero="highest", data="lowest"), 33025),
        (Side("u8", zero="highest", data="lowest"), Side("i8", data="lowest"), 65793),
        (Side("u16", zero="lowest", data="highest"), Side("i16", data="lowest", constant=True), 1),
    ):  # fmt: skip
        sizes = (("m", 2), ("n", 3), ("k", k))
        specs.append(Spec("matmul", sizes, lhs, rhs))
    # One more is too many.
    for lhs, rhs, k, sum_ in (
        (Side("i8"), Side("i8"), 131072, 2**31),
        (Side("u8", zero="lowest", constant_parameters=True), Side("u8", zero="highest"), 33026, 33026 * 255 * 255),
        (Side("u8", zero="ordinary"), Side("i8"), 65794, 65794 * 255 * 128),
    ):  # fmt: skip
        reason = f"sums may reach {sum_}, must stay below {2**31}"
        specs.append(Spec("matmul", (("m", 2), ("n", 3), ("k", k)), lhs, rhs, reason=reason))
    return specs


def float_specs() -> list[Spec]:
    sizes = (("m", 3), ("n", 5), ("k", 7))
    along = "operand #{} has parameters that vary along the reduction"
    return [
        Spec("matmul", sizes, Side("i8", dynamic="k"), Side("i8", dynamic="k"),
             reason="the reduction has a dynamic size, so that its sums have no bound"),
        Spec("matmul", sizes, Side("i8", "k"), Side("i8"), reason=along.format(0)),
        Spec("matmul", sizes, Side("i8"), Side("i8", "k"), reason=along.format(1)),
        Spec("matmul", sizes, Side("i8", "mk", "blocks"), Side("i8", "kn", "blocks"),
             reason=f"{along.format(0)}; {along.format(1)}"),
        Spec("matmul", sizes, Side("i8", constant_parameters=True, scales="tiny"),
             Side("i8", "n", constant_parameters=True, scales="tiny"),
             reason="the product of the scales is not a normal number"),
    ]  # fmt: skip


@cache
def all_specs() -> list[Spec]:
    return [
        *form_specs(), *granularity_specs(), *bias_specs(), *requantize_specs(),
        *relu_specs(), *dynamic_specs(), *size_specs(), *storage_specs(), *limit_specs(), *float_specs(),
    ]  # fmt: skip


def build(number: int, spec: Spec) -> Case:
    data = contraction_text.draw(number, spec, SEED)
    program = contraction_text.Program(spec, data)
    target = f" to {spec.target}" if spec.target else ""
    return Case(
        number, "contraction",
        f"{spec.form} {dict(spec.sizes)} {spec.lhs} {spec.rhs} bias {spec.bias} {spec.result}{target}",
        [Operand(t.name, t.type, t.bits) for t in program.arguments], "",
        [program.result_type], True,
        lambda: [contraction_model.result_bits(spec, data)],
        program=program.lines, outputs=[f"%{program.result}"],
    )  # fmt: skip


def zero_point_matmuls(first: int) -> list[Case]:
    """linalg.quantized_matmul: sums modulo 2^32, whatever the zero points."""
    cases = []
    for number in range(first, first + 12):
        rng = np.random.default_rng(SEED * 10000 + number)
        batch = number % 2 == 1
        name = "linalg.quantized_batch_matmul" if batch else "linalg.quantized_matmul"
        loops = "bmkn" if batch else "mkn"
        m, k, n = (SIZES[(number * step) % len(SIZES)] for step in (3, 5, 7))
        size = dict(b=3, m=m, k=k, n=n)
        dynamic = "mk" if number % 3 == 1 else ""

        def type_of(letters: str, element: str) -> TensorType:
            letters = ("b" if batch else "") + letters
            return TensorType(
                tuple(size[loop] for loop in letters), element, tuple(loop in dynamic for loop in letters)
            )

        a, w, c = type_of("mk", "i8"), type_of("kn", "i8"), type_of("mn", "i32")
        values = {t: rng.integers(-128, 128, t.shape) for t in (a, w)}
        init = rng.integers(-(2**31), 2**31, c.shape)
        limit = 2**31 if number % 4 == 0 else 129
        za, zw = (int(z) for z in rng.integers(-limit, limit, 2))
        if number % 6 == 5:
            za = 0
        is_constant = number % 2 == 0
        scalar = TensorType((), "i32")
        zeros = {"za": za, "zw": zw}
        program = []
        operands = [
            Operand("a", a, (values[a] % 256).reshape(-1).tolist()),
            Operand("w", w, (values[w] % 256).reshape(-1).tolist()),
            Operand("c", c, (init % 2**32).reshape(-1).tolist()),
        ]
        for zero, value in zeros.items():
            if is_constant or value == 0:
                program.append(f"  %{zero} = arith.constant {value} : i32")
            else:
                operands.append(Operand(f"{zero}t", scalar, [value % 2**32]))
                program.append(f"  %{zero} = tensor.extract %{zero}t[] : tensor<i32>")
        program.append(
            f"  %y = {name} ins(%a, %w, %za, %zw : {a}, {w}, i32, i32) outs(%c : {c}) -> {c}"
        )
        # Python's integers: zero points of 32 bits make products of 64.
        wide = [(values[t].astype(object) - z) for t, z in ((a, za), (w, zw))]
        sums = (init.astype(object) + wide[0] @ wide[1]) % 2**32
        cases.append(
            Case(
                number, "contraction", f"{name} {size} {loops} zero points {za} {zw}",
                operands, "", [c], True, lambda bits=sums.reshape(-1).tolist(): [bits],
                program=program, outputs=["%y"],
            )
        )  # fmt: skip
    return cases


def integer_cases() -> list[Case]:
    specs = all_specs()
    cases = [build(n, spec) for n, spec in enumerate(specs) if not spec.reason]
    return cases + zero_point_matmuls(len(specs))


def remark_lines() -> list[str]:
    return [
        f"Function=case_{number} | "
        + contraction_model.expected_remark(spec, contraction_text.draw(number, spec, SEED))
        for number, spec in enumerate(all_specs())
    ]


def functions_text() -> str:
    """The functions alone, those that stay in floating point too."""
    lines = []
    for number, spec in enumerate(all_specs()):
        lines += mlir_module.case_function(build(number, spec), "arguments", None)
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group()
    for name in ("count", "remarks", "functions", "sensitivity"):
        action.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--only", type=int, help="the case of this number alone")
    parser.add_argument(
        "--third", type=int, choices=range(3), help="of any three cases this one (default: all)"
    )
    parser.add_argument("--want", help="write what the module must print to this file")
    options = parser.parse_args()
    if options.remarks:
        print("\n".join(remark_lines()))
        return 0
    if options.functions:
        print(functions_text())
        return 0
    if options.sensitivity:
        return contraction_sensitivity.main(all_specs(), SEED)
    cases = [
        c
        for c in integer_cases()
        if options.only in (None, c.number) and options.third in (None, c.number % 3)
    ]
    if options.count:
        print(mlir_module.last_line(cases))
        return 0
    mlir_module.print_module(
        cases, "arguments", "integer_contractions.py", want_file=options.want
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
