"""Checks which instructions the functions under test were compiled to.

The JIT takes the host's features, so that a module meant for a lesser target
would give right bits with the wrong instructions and test nothing. Reads
`llvm-objdump -d --no-show-raw-insn` from standard input.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from typing import Iterable

EVEX_ONLY = r"%zmm|%k[0-7]|%[xy]mm(?:1[6-9]|2[0-9]|3[01])\b"
# In none of the levels, though hosts that have x86-64-v4 may have them.
LATER = r"\bvcvtne|\bvdpbf16|\bvpdpbus|\bvpdpwss|\bv\w+(?:ph|sh)\b(?<!2ph)"


@dataclass(frozen=True)
class Target:
    forbidden: str
    vector: str


TARGETS = {
    # Every AVX mnemonic, and no other that a compiler emits, begins with v.
    "x86-64-v2": Target(r"^(?:\{\w+\}\s*)?v", r"%xmm"),
    "x86-64-v3": Target(rf"{EVEX_ONLY}|{LATER}", r"%ymm"),
    "x86-64-v4": Target(LATER, r"%[yz]mm"),
}

PACKED = re.compile(
    r"^v?(?:(?:add|sub|mul|div|min|max|round|rndscale|cmp\w*)p[sd]|cvt\w*p[sd]\w*)\b"
)


def instructions_by_function(lines: Iterable[str]) -> dict[str, list[str]]:
    functions: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if header := re.match(r"[0-9a-f]+ <(case_\d+|[^>]*)>:", line):
            current = functions.setdefault(header[1], [])
        elif instruction := re.match(r"\s+[0-9a-f]+:\s+(\S.*)", line):
            current.append(instruction[1])
    return functions


def is_packed(instruction: str, target: Target) -> bool:
    return bool(PACKED.match(instruction) and re.search(target.vector, instruction))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True, choices=TARGETS)
    parser.add_argument("--packed-at-least", type=int, required=True, metavar="N",
                        help="this many functions must do packed arithmetic")  # fmt: skip
    options = parser.parse_args()
    target = TARGETS[options.target]
    functions = {
        name: instructions
        for name, instructions in instructions_by_function(sys.stdin).items()
        if name.startswith("case_")
    }
    wrong = packed = 0
    for name, instructions in functions.items():
        packed += any(is_packed(line, target) for line in instructions)
        for line in instructions:
            if re.search(target.forbidden, line):
                wrong += 1
                print(f"{name}: not in {options.target}: {line}")
                break
    print(f"functions: {len(functions)} wrong: {wrong} packed: {packed}")
    return 1 if wrong or packed < options.packed_at_least else 0


if __name__ == "__main__":
    sys.exit(main())
