"""MLIR text: the functions under test, and the harness that compares bits.

The harness uses no floating-point arithmetic and no op of ours, so that it
cannot repeat an error of what it checks. It is written on tensors, because that
is what the functions under test take and return, and lowers through the same
pipeline.
"""

from __future__ import annotations

from typing import Iterable, Sequence

from case_model import Case, TensorType
from oracle import FORMATS, is_nan

# A case that is wrong everywhere should not hide the others behind its lines.
PRINTED_PER_CASE = 8


def dense(type_: TensorType, bits: list[int]) -> str:
    """Hexadecimal, so that no parser or printer rounds; narrow integers take a
    whole byte each with the high bits zero."""
    if not bits:
        return "dense<>"
    width = (type_.width + 7) // 8
    return f'dense<"0x{b"".join(b.to_bytes(width, "little") for b in bits).hex()}">'


def constant(name: str, type_: TensorType, bits: list[int]) -> str:
    return f"  %{name} = arith.constant {dense(type_, bits)} : {type_.as_static()}"


def cast(name: str, source: str, old: TensorType, new: TensorType) -> str:
    return f"  %{name} = tensor.cast %{source} : {old} to {new}"


def joined(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))


def results_text(types: list[TensorType]) -> str:
    return str(types[0]) if len(types) == 1 else f"({joined(types)})"


# ---------------------------------------------------------------------------
# Functions under test
# ---------------------------------------------------------------------------


def op_line(case: Case) -> str:
    names = joined(f"%r{i}" for i in range(len(case.results)))
    types = [operand.type for operand in case.operands] + ["index"] * len(case.position)
    signature = f"({joined(types)}) -> {results_text(case.results)}"
    return "\n".join(
        [
            *position_lines("at", case.position),
            f"  {names} = quant_ext.{case.op}{case.clauses} : {signature}",
        ]
    )


def position_lines(prefix: str, position: Sequence[int]) -> list[str]:
    return [
        f"  %{prefix}{i} = arith.constant {value} : index"
        for i, value in enumerate(position)
    ]


def stand_in_lines(case: Case, wrong: bool) -> list[str]:
    """A body without our op, to test the harness before there is anything to test."""
    lines = []
    for i, (type_, bits) in enumerate(zip(case.results, case.expected)):
        bits = list(bits)
        if wrong and bits:
            fmt = FORMATS.get(type_.element)
            any_nan = fmt is not None and is_nan(fmt, bits[-1])
            bits[-1] = 0 if any_nan else bits[-1] ^ 1
        lines.append(constant(f"c{i}", type_, bits))
        lines.append(cast(f"r{i}", f"c{i}", type_.as_static(), type_))
    return lines


def case_function(case: Case, form: str, stand_in: str | None) -> list[str]:
    # Public: interprocedural constant propagation looks at private functions
    # and would turn the arguments form into the constants form.
    as_arguments = form == "arguments"
    arguments = [f"%{o.name}: {o.type}" for o in case.operands] if as_arguments else []
    body = []
    if stand_in:
        body = stand_in_lines(case, stand_in == "wrong")
    else:
        if not as_arguments:
            body = [constant(o.name, o.type, o.bits) for o in case.operands]
        body += case.program or [op_line(case)]
    names = joined(case.outputs or (f"%r{i}" for i in range(len(case.results))))
    return [
        f"// {case.number}: {case.description}",
        f"func.func @case_{case.number}({joined(arguments)})"
        f" -> {results_text(case.results)} attributes {{no_inline}} {{",
        *body,
        f"  return {names} : {joined(case.results)}",
        "}",
    ]


def flatten_lines(i: int, type_: TensorType) -> list[str]:
    """The whole result as tensor<?xT>, so that one check serves every shape."""
    any_size = TensorType((type_.count,), type_.element, (True,))
    flat = type_.flattened() if type_.is_static else any_size
    rank = len(type_.shape)
    if rank == 0:
        line = f"  %flat{i} = tensor.expand_shape %got{i} [] output_shape [1] : {type_} into {flat}"
    elif rank == 1:
        line = cast(f"flat{i}", f"got{i}", type_, flat)
    else:
        line = f"  %flat{i} = tensor.collapse_shape %got{i} [[{joined(range(rank))}]] : {type_} into {flat}"
    return [line, cast(f"any{i}", f"flat{i}", flat, any_size)]


def size_lines(i: int, type_: TensorType) -> list[str]:
    lines = []
    for dim, (size, dynamic) in enumerate(zip(type_.shape, type_.dynamic)):
        if dynamic:
            tag = f"{i}_{dim}"
            lines += [
                f"  %at{tag} = arith.constant {dim} : index",
                f"  %size{tag} = arith.constant {size} : index",
                f"  %dim{tag} = tensor.dim %got{i}, %at{tag} : {type_}",
                f"  func.call @check_size(%dim{tag}, %size{tag}, %case) : (index, index, i64) -> ()",
            ]
    return lines


def check_lines(i: int, type_: TensorType, bits: list[int]) -> list[str]:
    any_size = TensorType((type_.count,), type_.element, (True,))
    sizes = size_lines(i, type_)
    if type_.count == 0 and sizes:
        # Nothing to compare, and bufferization cannot collapse a static 0 beside
        # a dynamic size.
        return sizes
    return [
        *sizes,
        *flatten_lines(i, type_),
        constant(f"want{i}", type_.flattened(), bits),
        cast(f"wanted{i}", f"want{i}", type_.flattened(), any_size),
        f"  func.call @check_{type_.element}(%any{i}, %wanted{i}, %case)"
        f" : ({any_size}, {any_size}, i64) -> ()",
    ]


def run_function(case: Case, form: str) -> list[str]:
    lines, passed = [], []
    if form == "arguments":
        for o in case.operands:
            lines.append(constant(f"{o.name}_static", o.type, o.bits))
            lines.append(cast(o.name, f"{o.name}_static", o.type.as_static(), o.type))
            passed.append(o)
    names = joined(f"%{o.name}" for o in passed)
    types = joined(o.type for o in passed)
    got = joined(f"%got{i}" for i in range(len(case.results)))
    lines.append(
        f"  {got} = func.call @case_{case.number}({names})"
        f" : ({types}) -> {results_text(case.results)}"
    )
    for i, (type_, bits) in enumerate(zip(case.results, case.expected)):
        lines += check_lines(i, type_, bits)
    return [
        f"func.func private @run_{case.number}() {{",
        f"  %case = arith.constant {case.number} : i64",
        "  func.call @begin_case() : () -> ()",
        *lines,
        "  return",
        "}",
    ]


# ---------------------------------------------------------------------------
# Harness
# ---------------------------------------------------------------------------

TEXTS = {
    "cases": "cases: ",
    "elements": " elements: ",
    "mismatches": " mismatches: ",
    "mismatch": "mismatch: case ",
    "element": " element ",
    "size": " size of a dimension",
    "got": " got ",
    "want": " want ",
    "hex": "0x",
}

HARNESS = """
func.func private @printString(!llvm.ptr)
func.func private @printI64(i64)
func.func private @printNewline()

llvm.mlir.global internal @cases(0 : i64) : i64
llvm.mlir.global internal @elements(0 : i64) : i64
llvm.mlir.global internal @mismatches(0 : i64) : i64
llvm.mlir.global internal @mismatches_of_case(0 : i64) : i64

func.func private @increment(%counter: !llvm.ptr) {
  %one = arith.constant 1 : i64
  %old = llvm.load %counter : !llvm.ptr -> i64
  %new = arith.addi %old, %one : i64
  llvm.store %new, %counter : i64, !llvm.ptr
  return
}

func.func private @begin_case() {
  %zero = arith.constant 0 : i64
  %cases = llvm.mlir.addressof @cases : !llvm.ptr
  %of_case = llvm.mlir.addressof @mismatches_of_case : !llvm.ptr
  func.call @increment(%cases) : (!llvm.ptr) -> ()
  llvm.store %zero, %of_case : i64, !llvm.ptr
  return
}

func.func private @print_hex(%bits: i64) {
  %hex = llvm.mlir.addressof @text_hex : !llvm.ptr
  func.call @printString(%hex) : (!llvm.ptr) -> ()
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %two = arith.constant 2 : i64
  %four = arith.constant 4 : i64
  %low = arith.constant 15 : i64
  %top = arith.constant 60 : i64
  %digits = llvm.mlir.addressof @digits : !llvm.ptr
  scf.for %i = %c0 to %c16 step %c1 {
    %place = arith.index_cast %i : index to i64
    %back = arith.muli %place, %four : i64
    %shift = arith.subi %top, %back : i64
    %shifted = arith.shrui %bits, %shift : i64
    %nibble = arith.andi %shifted, %low : i64
    %offset = arith.muli %nibble, %two : i64
    %digit = llvm.getelementptr %digits[%offset] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    func.call @printString(%digit) : (!llvm.ptr) -> ()
  }
  return
}

// Counts a mismatch; true if it is one of the first of its case.
func.func private @count_mismatch(%case: i64) -> i1 {
  %limit = arith.constant PRINTED_PER_CASE : i64
  %zero = arith.constant 0 : i64
  %all = llvm.mlir.addressof @mismatches : !llvm.ptr
  %of_case = llvm.mlir.addressof @mismatches_of_case : !llvm.ptr
  %before = llvm.load %of_case : !llvm.ptr -> i64
  func.call @increment(%all) : (!llvm.ptr) -> ()
  func.call @increment(%of_case) : (!llvm.ptr) -> ()
  %first = arith.cmpi eq, %before, %zero : i64
  scf.if %first {
    %rerun = llvm.mlir.addressof @text_rerun : !llvm.ptr
    func.call @printString(%rerun) : (!llvm.ptr) -> ()
    func.call @printI64(%case) : (i64) -> ()
    func.call @printNewline() : () -> ()
  }
  %print = arith.cmpi ult, %before, %limit : i64
  return %print : i1
}

func.func private @print_case(%case: i64) {
  %text = llvm.mlir.addressof @text_mismatch : !llvm.ptr
  func.call @printString(%text) : (!llvm.ptr) -> ()
  func.call @printI64(%case) : (i64) -> ()
  return
}

func.func private @print_got_want(%got: i64, %want: i64) {
  %text_got = llvm.mlir.addressof @text_got : !llvm.ptr
  %text_want = llvm.mlir.addressof @text_want : !llvm.ptr
  func.call @printString(%text_got) : (!llvm.ptr) -> ()
  func.call @print_hex(%got) : (i64) -> ()
  func.call @printString(%text_want) : (!llvm.ptr) -> ()
  func.call @print_hex(%want) : (i64) -> ()
  func.call @printNewline() : () -> ()
  return
}

func.func private @print_element(%index: index, %got: i64, %want: i64, %case: i64) {
  %text = llvm.mlir.addressof @text_element : !llvm.ptr
  %place = arith.index_cast %index : index to i64
  func.call @print_case(%case) : (i64) -> ()
  func.call @printString(%text) : (!llvm.ptr) -> ()
  func.call @printI64(%place) : (i64) -> ()
  func.call @print_got_want(%got, %want) : (i64, i64) -> ()
  return
}

func.func private @check_size(%got: index, %want: index, %case: i64) {
  %differ = arith.cmpi ne, %got, %want : index
  scf.if %differ {
    %print = func.call @count_mismatch(%case) : (i64) -> i1
    scf.if %print {
      %text = llvm.mlir.addressof @text_size : !llvm.ptr
      %got_bits = arith.index_cast %got : index to i64
      %want_bits = arith.index_cast %want : index to i64
      func.call @print_case(%case) : (i64) -> ()
      func.call @printString(%text) : (!llvm.ptr) -> ()
      func.call @print_got_want(%got_bits, %want_bits) : (i64, i64) -> ()
    }
  }
  return
}

// Any NaN is as good as any other; a magnitude mask of 0 makes nothing a NaN.
func.func private @compare(%got: i64, %want: i64, %magnitude: i64, %infinity: i64,
                           %index: index, %case: i64) {
  %elements = llvm.mlir.addressof @elements : !llvm.ptr
  func.call @increment(%elements) : (!llvm.ptr) -> ()
  %got_magnitude = arith.andi %got, %magnitude : i64
  %want_magnitude = arith.andi %want, %magnitude : i64
  %got_nan = arith.cmpi ugt, %got_magnitude, %infinity : i64
  %want_nan = arith.cmpi ugt, %want_magnitude, %infinity : i64
  %both_nan = arith.andi %got_nan, %want_nan : i1
  %same_bits = arith.cmpi eq, %got, %want : i64
  %same = arith.ori %same_bits, %both_nan : i1
  scf.if %same {
  } else {
    %print = func.call @count_mismatch(%case) : (i64) -> i1
    scf.if %print {
      func.call @print_element(%index, %got, %want, %case)
        : (index, i64, i64, i64) -> ()
    }
  }
  return
}

func.func private @print_total(%text: !llvm.ptr, %counter: !llvm.ptr) {
  %total = llvm.load %counter : !llvm.ptr -> i64
  func.call @printString(%text) : (!llvm.ptr) -> ()
  func.call @printI64(%total) : (i64) -> ()
  return
}
"""


def escaped(text: str) -> str:
    return text.replace("\\", "\\5C").replace('"', "\\22") + "\\00"


def text_globals(rerun: str) -> list[str]:
    texts = TEXTS | {"rerun": f"rerun: {rerun} --only "}
    lines = [
        f'llvm.mlir.global internal constant @text_{name}("{escaped(text)}")'
        for name, text in texts.items()
    ]
    digits = "".join(f"{digit}\\00" for digit in "0123456789abcdef")
    lines.append(f'llvm.mlir.global internal constant @digits("{digits}")')
    return lines


def bit_lines(type_: TensorType, name: str) -> list[str]:
    """The extracted element as i64, through the integer of its own width."""
    lines, source, width = [], name, type_.width
    if type_.is_float:
        lines.append(
            f"    %{name}_int = arith.bitcast %{source} : {type_.element} to i{width}"
        )
        source = f"{name}_int"
    if width == 64:
        return lines + [f"    %{name}_bits = arith.ori %{source}, %{source} : i64"]
    return lines + [f"    %{name}_bits = arith.extui %{source} : i{width} to i64"]


def check_function(element: str) -> list[str]:
    scalar = TensorType((), element)
    vector = f"tensor<?x{element}>"
    fmt = FORMATS.get(element)
    magnitude = fmt.sign_bit - 1 if fmt else 0
    infinity = fmt.infinity if fmt else 0
    return [
        f"func.func private @check_{element}(%got: {vector}, %want: {vector}, %case: i64) {{",
        "  %c0 = arith.constant 0 : index",
        "  %c1 = arith.constant 1 : index",
        f"  %magnitude = arith.constant {magnitude} : i64",
        f"  %infinity = arith.constant {infinity} : i64",
        f"  %got_size = tensor.dim %got, %c0 : {vector}",
        f"  %want_size = tensor.dim %want, %c0 : {vector}",
        "  func.call @check_size(%got_size, %want_size, %case) : (index, index, i64) -> ()",
        "  %size = arith.minui %got_size, %want_size : index",
        "  scf.for %i = %c0 to %size step %c1 {",
        f"    %g = tensor.extract %got[%i] : {vector}",
        f"    %w = tensor.extract %want[%i] : {vector}",
        *bit_lines(scalar, "g"),
        *bit_lines(scalar, "w"),
        "    func.call @compare(%g_bits, %w_bits, %magnitude, %infinity, %i, %case)"
        " : (i64, i64, i64, i64, index, i64) -> ()",
        "  }",
        "  return",
        "}",
    ]


def main_function(cases: list[Case]) -> list[str]:
    lines = ["func.func @main() {"]
    lines += [f"  func.call @run_{case.number}() : () -> ()" for case in cases]
    for counter in ("cases", "elements", "mismatches"):
        lines += [
            f"  %text_{counter} = llvm.mlir.addressof @text_{counter} : !llvm.ptr",
            f"  %{counter} = llvm.mlir.addressof @{counter} : !llvm.ptr",
            f"  func.call @print_total(%text_{counter}, %{counter})"
            " : (!llvm.ptr, !llvm.ptr) -> ()",
        ]
    return lines + ["  func.call @printNewline() : () -> ()", "  return", "}"]


def module_text(
    cases: list[Case], form: str, rerun: str, stand_in: str | None = None
) -> str:
    elements = sorted({result.element for case in cases for result in case.results})
    lines = []
    for case in cases:
        lines += case_function(case, form, stand_in)
    for case in cases:
        lines += run_function(case, form)
    lines += main_function(cases)
    for element in elements:
        lines += check_function(element)
    lines += text_globals(rerun)
    lines.append(HARNESS.replace("PRINTED_PER_CASE", str(PRINTED_PER_CASE)))
    return "\n".join(lines)


def last_line(cases: list[Case], stand_in: str | None = None) -> str:
    """What the module prints at its end, unless something is wrong with it."""
    elements = sum(case.checked_elements for case in cases)
    altered = [r for case in cases for r in case.results if r.count > 0]
    mismatches = len(altered) if stand_in == "wrong" else 0
    return f"cases: {len(cases)} elements: {elements} mismatches: {mismatches}"


def print_module(
    cases: list[Case],
    form: str,
    rerun: str,
    stand_in: str | None = None,
    want_file: str | None = None,
) -> None:
    """The module; and its last line, to a file that a test compares it with."""
    print(module_text(cases, form, rerun, stand_in))
    if want_file:
        with open(want_file, "w") as file:
            print(last_line(cases, stand_in), file=file)
