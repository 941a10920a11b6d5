"""Compares quant_ext with what ONNX expects, bit for bit.

usage: onnx_conformance.py collect node|reference TESTS
       onnx_conformance.py write constants|arguments TESTS QUANT_OPT MODULE.mlir
       onnx_conformance.py check TESTS QUANT_OPT EVALUATED.mlir LIBRARY.so

`collect` keeps what ONNX says in a file: to say it, all of its tests are made.
`write` makes a module with a function for each test whose storage the dialect can
express. `check` reads that module after constant evaluation, calls it as native
code, and prints an account in which every test appears; its exit status is not 0
if a result differs.
"""

from __future__ import annotations

import collections
import pickle
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
from evaluated_constants import constant_results
from native_calls import native_results
from onnx_node_tests import NodeTest, all_node_tests
from onnx_reference_tests import reference_tests
from quant_ext_functions import Function, bits, to_function


def can_express(quant_opt: str, storage: str) -> bool:
    module = f"module attributes {{test.storage = #quant_ext.storage<{storage}>}} {{}}"
    return not subprocess.run(
        [*shlex.split(quant_opt), "-", "-o", "/dev/null"], input=module, text=True, capture_output=True
    ).returncode


def split(quant_opt: str, functions: list[Function]) -> tuple[list[Function], list[Function]]:
    """Those that the dialect can express, and the others."""
    storages = sorted({function.storage for function in functions})
    known = {storage for storage in storages if can_express(quant_opt, storage)}
    return (
        [f for f in functions if f.storage in known],
        [f for f in functions if f.storage not in known],
    )


def same(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Where the bits agree; any NaN is as good as any other."""
    agree = found == bits(expected)
    if expected.dtype.name.startswith(("int", "uint")):
        return agree
    return agree | (np.isnan(found.view(expected.dtype)) & np.isnan(expected))


def differences(function: Function, found: list[np.ndarray] | None) -> list[str]:
    if found is None:
        return ["left something to compute"]
    lines = []
    for (name, expected), result in zip(function.results.items(), found):
        if result.shape != expected.shape:
            lines.append(f"%{name} has sizes {result.shape}, expected {expected.shape}")
            continue
        for at in zip(*np.nonzero(~same(np.atleast_1d(result), np.atleast_1d(expected)))):
            index = at if expected.ndim else ()
            lines.append(
                f"%{name}{list(map(int, index))} is 0x{result[index]:x},"
                f" expected 0x{bits(expected)[index]:x}"
            )
    return lines


def account(tests: list[NodeTest]) -> str:
    kinds = collections.Counter(test.operator for test in tests)
    parts = ", ".join(f"{name} {count}" for name, count in sorted(kinds.items()))
    return f"tests: {len(tests)} ({parts})"


def collect(source: str, tests: str) -> None:
    made = {"node": all_node_tests, "reference": reference_tests}[source]()
    Path(tests).write_bytes(pickle.dumps(made))


def load(tests: str) -> list[NodeTest]:
    return pickle.loads(Path(tests).read_bytes())


def write(form: str, tests: str, quant_opt: str, path: str) -> None:
    functions, _ = split(quant_opt, list(map(to_function, load(tests))))
    Path(path).write_text("\n".join(f.text(form) for f in functions))


def check(tests: str, quant_opt: str, evaluated: str, library: str) -> int:
    node_tests = load(tests)
    functions, inexpressible = split(quant_opt, list(map(to_function, node_tests)))
    print(account(node_tests))
    ways = {
        "constants": constant_results(Path(evaluated).read_text(), functions),
        "native": native_results(Path(library), functions),
    }
    failed = False
    for way, results in ways.items():
        passed = 0
        for function in functions:
            lines = differences(function, results.get(function.name))
            passed += not lines
            for line in lines:
                print(f"{way}: {function.name}: {line}")
        print(f"{way}: {passed} of {len(functions)} pass")
        failed |= passed != len(functions)
    print(f"not expressible: {len(inexpressible)}")
    for function in inexpressible:
        print(f"  {function.storage}: {function.name}")
    print("end")
    return int(failed)


def main() -> None:
    command, *arguments = sys.argv[1:]
    sys.exit({"collect": collect, "write": write, "check": check}[command](*arguments))


if __name__ == "__main__":
    main()
