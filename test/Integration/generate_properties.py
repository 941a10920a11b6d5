"""Writes an MLIR module that checks a property of generated programs.

The module's `main` prints a line for every wrong element (the first few of each
case), how to generate that case alone, and at the end

    cases: N elements: M mismatches: K

`--schedule` prints the transforms that tile functions of the property `split`.
"""

from __future__ import annotations

import argparse
import sys

# The source tree may be read-only, and other test runs may share it.
sys.dont_write_bytecode = True

import mlir_module
import property_cases
from case_model import TensorType
from mlir_module import cast, constant, joined, results_text
from oracle import FORMATS
from property_cases import Function, PropertyCase

# ---------------------------------------------------------------------------
# Functions under test
# ---------------------------------------------------------------------------


def function_lines(name: str, function: Function) -> list[str]:
    # Public, for the reason that mlir_module.case_function gives.
    arguments, body = [], []
    if function.as_constants:
        body = [constant(o.name, o.type, o.bits) for o in function.operands]
    else:
        arguments = [f"%{o.name}: {o.type}" for o in function.operands]
    names = joined(f"%r{i}" for i in range(len(function.results)))
    return [
        f"func.func @{name}({joined(arguments)})"
        f" -> {results_text(function.results)} attributes {{no_inline}} {{",
        *body,
        *function.body,
        f"  return {names} : {joined(function.results)}",
        "}",
    ]


def call_lines(tag: str, name: str, function: Function) -> list[str]:
    """Calls a function, and makes %any<tag>_<i> of each result."""
    lines, passed = [], []
    for o in [] if function.as_constants else function.operands:
        argument = f"{o.name}{tag}"
        lines.append(constant(f"{argument}_static", o.type, o.bits))
        lines.append(cast(argument, f"{argument}_static", o.type.as_static(), o.type))
        passed.append((argument, o.type))
    arguments = joined(f"%{argument}" for argument, _ in passed)
    got = joined(f"%got{tag}_{i}" for i in range(len(function.results)))
    lines.append(
        f"  {got} = func.call @{name}({arguments})"
        f" : ({joined(t for _, t in passed)}) -> {results_text(function.results)}"
    )
    for i, type_ in enumerate(function.results):
        lines += mlir_module.size_lines(f"{tag}_{i}", type_)
        lines += mlir_module.flatten_lines(f"{tag}_{i}", type_)
    return lines


# ---------------------------------------------------------------------------
# Checks
# ---------------------------------------------------------------------------


def any_size(type_: TensorType) -> TensorType:
    return TensorType((type_.count,), type_.element, (True,))


def suffix(type_: TensorType, signed: bool) -> str:
    return type_.element if signed or type_.is_float else type_.element.replace("i", "u")


def check_lines(case: PropertyCase) -> list[str]:
    first = case.functions[0]
    lines = []
    for i, type_ in enumerate(first.results):
        flat = any_size(type_)
        if case.ascending:
            lines.append(
                f"  func.call @ascending_{suffix(type_, case.signed)}(%anya_{i}, %case)"
                f" : ({flat}, i64) -> ()"
            )
        elif case.bounds is not None:
            for name, bits in zip(("low", "high"), case.bounds):
                lines.append(constant(f"{name}{i}", type_.flattened(), bits))
                lines.append(cast(f"{name}_{i}", f"{name}{i}", type_.flattened(), flat))
            lines.append(
                f"  func.call @between_{type_.element}(%low_{i}, %anya_{i}, %high_{i},"
                f" %case) : ({flat}, {flat}, {flat}, i64) -> ()"
            )
        else:
            lines.append(
                f"  func.call @check_{type_.element}(%anya_{i}, %anyb_{i}, %case)"
                f" : ({flat}, {flat}, i64) -> ()"
            )
    return lines


def run_function(case: PropertyCase) -> list[str]:
    lines = []
    for tag, function in zip("ab", case.functions):
        lines += call_lines(tag, f"case_{case.number}{tag}", function)
    return [
        f"func.func private @run_{case.number}() {{",
        f"  %case = arith.constant {case.number} : i64",
        "  func.call @begin_case() : () -> ()",
        *lines,
        *check_lines(case),
        "  return",
        "}",
    ]


ORDERED = """
func.func private @ordered(%low: i64, %high: i64, %got: i64, %bound: i64, %index: index,
                           %case: i64) {
  %elements = llvm.mlir.addressof @elements : !llvm.ptr
  func.call @increment(%elements) : (!llvm.ptr) -> ()
  %descends = arith.cmpi sgt, %low, %high : i64
  scf.if %descends {
    %print = func.call @count_mismatch(%case) : (i64) -> i1
    scf.if %print {
      func.call @print_element(%index, %got, %bound, %case)
        : (index, i64, i64, i64) -> ()
    }
  }
  return
}
"""


def key_lines(type_: TensorType, signed: bool, name: str, out: str) -> list[str]:
    """%<out>: an i64 that orders as the numbers do, with equal zeros. A NaN is
    beyond everything on the side of its sign."""
    if not type_.is_float:
        if type_.width == 64:
            return [f"    %{out} = arith.ori %{name}, %{name} : i64"]
        extend = "extsi" if signed else "extui"
        return [f"    %{out} = arith.{extend} %{name} : {type_.element} to i64"]
    fmt = FORMATS[type_.element]
    return [
        f"    %{out}_mask = arith.constant {fmt.sign_bit - 1} : i64",
        f"    %{out}_zero = arith.constant 0 : i64",
        f"    %{out}_magnitude = arith.andi %{name}_bits, %{out}_mask : i64",
        f"    %{out}_minus = arith.subi %{out}_zero, %{out}_magnitude : i64",
        f"    %{out}_positive = arith.cmpi eq, %{name}_bits, %{out}_magnitude : i64",
        f"    %{out} = arith.select %{out}_positive, %{out}_magnitude, %{out}_minus : i64",
    ]


def ordering_function(type_: TensorType, signed: bool, between: bool) -> list[str]:
    """Each element against the one before it, or against its two bounds."""
    vector = f"tensor<?x{type_.element}>"
    lows, highs = ("%low", "%high") if between else ("%got", "%got")
    arguments = ["%low", "%got", "%high"] if between else ["%got"]
    name = f"{'between' if between else 'ascending'}_{suffix(type_, signed)}"
    lines = [
        f"func.func private @{name}({joined(f'{a}: {vector}' for a in arguments)}, %case: i64) {{",
        "  %c0 = arith.constant 0 : index",
        "  %c1 = arith.constant 1 : index",
        f"  %size = tensor.dim %got, %c0 : {vector}",
        f"  scf.for %i = {'%c0' if between else '%c1'} to %size step %c1 {{",
        "    %before = arith.subi %i, %c1 : index",
        f"    %l = tensor.extract {lows}[{'%i' if between else '%before'}] : {vector}",
        f"    %g = tensor.extract %got[%i] : {vector}",
    ]
    for element in ("l", "g"):
        lines += mlir_module.bit_lines(type_, element)
        lines += key_lines(type_, signed, element, f"{element}_key")
    call = "  func.call @ordered({}) : (i64, i64, i64, i64, index, i64) -> ()"
    lines.append("  " + call.format("%l_key, %g_key, %g_bits, %l_bits, %i, %case"))
    if between:
        lines.append(f"    %h = tensor.extract {highs}[%i] : {vector}")
        lines += mlir_module.bit_lines(type_, "h")
        lines += key_lines(type_, signed, "h", "h_key")
        lines.append("  " + call.format("%g_key, %h_key, %g_bits, %h_bits, %i, %case"))
    return lines + ["  }", "  return", "}"]


def checking_functions(cases: list[PropertyCase]) -> list[str]:
    needed: dict[str, list[str]] = {}
    for case in cases:
        for type_ in case.functions[0].results:
            scalar = TensorType((), type_.element)
            if case.ascending:
                made = ordering_function(scalar, case.signed, False)
            elif case.bounds is not None:
                made = ordering_function(scalar, True, True)
            else:
                made = mlir_module.check_function(type_.element)
            needed[made[0]] = made
    return [line for made in needed.values() for line in made]


# ---------------------------------------------------------------------------
# The module
# ---------------------------------------------------------------------------


def module_text(cases: list[PropertyCase], rerun: str) -> str:
    lines = []
    for case in cases:
        lines.append(f"// {case.number}: {case.description}")
        for tag, function in zip("ab", case.functions):
            lines += function_lines(f"case_{case.number}{tag}", function)
    for case in cases:
        lines += run_function(case)
    lines += mlir_module.main_function(cases)
    lines += checking_functions(cases)
    lines += mlir_module.text_globals(rerun)
    printed = str(mlir_module.PRINTED_PER_CASE)
    lines.append(mlir_module.HARNESS.replace("PRINTED_PER_CASE", printed))
    lines.append(ORDERED)
    return "\n".join(lines)


def schedule_text(cases: list[PropertyCase]) -> str:
    steps = [line for case in cases for line in case.schedule]
    return "\n".join(
        [
            "module attributes {transform.with_named_sequence} {",
            "  transform.named_sequence @__transform_main("
            "%root: !transform.any_op {transform.readonly}) {",
            *steps,
            "    transform.yield",
            "  }",
            "}",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--property", required=True, choices=property_cases.PROPERTIES)
    parser.add_argument("--cases", type=int, default=100, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the case of this number alone")
    parser.add_argument("--schedule", action="store_true", help="the tiling instead")
    parser.add_argument("--list", action="store_true", help="print descriptions only")
    options = parser.parse_args()
    numbers = range(options.cases) if options.only is None else [options.only]
    cases = [
        property_cases.make(options.property, number, options.seed) for number in numbers
    ]
    rerun = (
        f"generate_properties.py --property {options.property} --seed {options.seed}"
    )
    if options.list:
        for case in cases:
            print(f"{case.number}: {case.description}")
    elif options.schedule:
        print(schedule_text(cases))
    else:
        print(module_text(cases, rerun))


if __name__ == "__main__":
    main()
