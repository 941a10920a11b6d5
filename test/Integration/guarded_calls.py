"""Calls compiled cases with each buffer against memory that must not be touched.

usage: guarded_calls.py SCRIPT LIBRARY.so [HALF]
       guarded_calls.py --self-test

SCRIPT is a generator of cases beside this file, such as `contractions`; the library
has its functions, or those of one half, with the C interface and results as
parameters. Each case runs
twice: with every buffer ending where a page without access begins, and with every
buffer beginning where one ends. Reads and writes out of bounds that way end the
process, writes the other way are found in what surrounds the buffer. Results are
compared as the harness of mlir_module.py does.
"""

from __future__ import annotations

import ctypes
import importlib
import mmap
import os
import sys

sys.dont_write_bytecode = True

import numpy as np

from case_model import Case, TensorType

PAGE, PROT_NONE = mmap.PAGESIZE, 0
# What a program gives as a destination may be written to: bufferization takes the
# arguments of a function for its own.
DESTINATIONS = ("i",)
# No instruction of a compiler writes this by chance.
FILLER = 0xA7
LIBC = ctypes.CDLL(None, use_errno=True)


class Buffer:
    """Memory for `count` elements between two pages without access."""

    def __init__(self, type_: TensorType, bits: list[int] | None, at_end: bool) -> None:
        self.type = type_
        dtype = np.dtype(f"u{type_.width // 8}")
        size = type_.count * dtype.itemsize
        inner = -(-size // PAGE) * PAGE
        self.map = mmap.mmap(-1, inner + 2 * PAGE)
        base = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        self.inner = np.frombuffer(self.map, np.uint8, inner, PAGE)
        self.inner[:] = FILLER
        begin = inner - size if at_end else 0
        self.elements = self.inner[begin : begin + size].view(dtype)
        self.rest = np.delete(np.arange(inner), np.s_[begin : begin + size])
        if bits is not None:
            self.elements[:] = np.array(bits, dtype)
        self.address = base + PAGE + begin
        for page in (base, base + PAGE + inner):
            if LIBC.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(PAGE), PROT_NONE):
                raise OSError(ctypes.get_errno(), "mprotect")

    def descriptor(self) -> ctypes.Array:
        """A memref: allocated, aligned, offset, sizes, strides."""
        shape, strides, step = self.type.shape, [], 1
        for size in reversed(shape):
            strides.insert(0, step)
            step *= size
        fields = [self.address, self.address, 0, *shape, *strides]
        return (ctypes.c_int64 * len(fields))(*fields)

    def is_surrounded(self) -> bool:
        return bool((self.inner[self.rest] == FILLER).all())


def run(library: ctypes.CDLL, case: Case, at_end: bool) -> list[str]:
    """What is wrong with a case."""
    inputs = [Buffer(o.type, o.bits, at_end) for o in case.operands]
    outputs = [Buffer(type_, None, at_end) for type_ in case.results]
    entry = library[f"_mlir_ciface_case_{case.number}"]
    entry.restype = None
    entry(*(ctypes.byref(buffer.descriptor()) for buffer in inputs + outputs))
    problems = []
    for index, (buffer, bits) in enumerate(zip(outputs, case.expected)):
        wrong = np.flatnonzero(buffer.elements != np.array(bits, buffer.elements.dtype))
        for at in wrong[:8]:
            problems.append(
                f"result {index} element {at} got 0x{buffer.elements[at]:x} want 0x{bits[at]:x}"
            )
    for operand, buffer in zip(case.operands, inputs):
        if operand.name in DESTINATIONS:
            continue
        if (buffer.elements != np.array(operand.bits, buffer.elements.dtype)).any():
            problems.append(f"operand {operand.name} was written to")
    if not all(buffer.is_surrounded() for buffer in inputs + outputs):
        problems.append("memory beside a buffer was written to")
    return problems


def run_all(library: ctypes.CDLL, cases: list[Case], progress: mmap.mmap) -> int:
    problems = 0
    for case in cases:
        for at_end in (True, False):
            progress[:9] = case.number.to_bytes(8, "little") + bytes([at_end])
            for problem in run(library, case, at_end):
                print(f"case {case.number} ({case.description}): {problem}")
                problems += 1
    elements = sum(case.checked_elements for case in cases)
    print(f"cases: {len(cases)} elements: {elements} problems: {problems}", flush=True)
    return int(problems != 0)


def self_test() -> int:
    """Steps over either end of a buffer, on either side, are seen."""
    steps = ((True, 5, "read"), (False, -1, "read"), (True, -1, "write"), (False, 5, "write"))
    seen = 0
    for at_end, step, kind in steps:
        buffer = Buffer(TensorType((5,), "i8"), [1, 2, 3, 4, 5], at_end)
        assert buffer.is_surrounded()
        child = os.fork()
        if child == 0:
            if kind == "write":
                ctypes.memset(buffer.address + step, 0, 1)
            else:
                ctypes.string_at(buffer.address + step, 1)
            os._exit(int(not buffer.is_surrounded()))
        status = os.waitpid(child, 0)[1]
        seen += os.WIFSIGNALED(status) if kind == "read" else os.waitstatus_to_exitcode(status)
    print(f"steps: {len(steps)} seen: {seen}")
    return int(seen != len(steps))


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    script, path, *half = sys.argv[1:]
    generator = importlib.import_module(script)
    cases = generator.all_cases("arguments")
    if half:
        cases = [case for case in cases if generator.half_of(case.number) == int(half[0])]
    progress = mmap.mmap(-1, PAGE)
    child = os.fork()
    if child == 0:
        os._exit(run_all(ctypes.CDLL(os.path.realpath(path)), cases, progress))
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        number, side = int.from_bytes(progress[:8], "little"), "end" if progress[8] else "begin"
        print(f"case {number}: signal {os.WTERMSIG(status)}, buffers {side} at a guarded page")
        return 1
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
