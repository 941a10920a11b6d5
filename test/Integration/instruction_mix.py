"""Checks which instructions the functions under test were compiled to.

The JIT takes the host's features, so that a module meant for a lesser target
would give right bits with the wrong instructions and test nothing; and code that
was left scalar gives right bits too. Reads `llvm-objdump -d --no-show-raw-insn`
from standard input.
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
X86_PACKED = (
    r"v?(?:(?:add|sub|mul|div|min|max|round|rndscale|cmp\w*)p[sd]|cvt\w*p[sd]\w*"
    r"|pmuldq)\b.*"
)

# Armv8-A converts f16 but does not calculate with it. SVE's registers are z and p.
ARM_LATER = (
    r"^bf(?:cvt|dot|ml|mm)|dot\b|mmla\b|[\s{][zp]\d+[./]"
    r"|^f(?!cvt(?:[ln]2?)?\s)\w+\s+(?:v\d+\.[48]h|h\d)"
)
ARM_PACKED = (
    r"(?:f(?:add|sub|mul|div|maxnm|minnm|cm[a-z]{2})|smull2?|sshl)\s+v\d+\.[24][sd]"
)


@dataclass(frozen=True)
class Target:
    forbidden: str
    packed: str


TARGETS = {
    # Every AVX mnemonic, and no other that a compiler emits, begins with v.
    "x86-64-v2": Target(r"^(?:\{\w+\}\s*)?v", X86_PACKED + r"%xmm"),
    "x86-64-v3": Target(rf"{EVEX_ONLY}|{LATER}", X86_PACKED + r"%ymm"),
    "x86-64-v4": Target(LATER, X86_PACKED + r"%[yz]mm"),
    "aarch64": Target(ARM_LATER, ARM_PACKED),
}


def instructions_by_function(lines: Iterable[str]) -> dict[str, list[str]]:
    functions: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if header := re.match(r"[0-9a-f]+ <(case_\d+|[^>]*)>:", line):
            current = functions.setdefault(header[1], [])
        elif instruction := re.match(r"\s+[0-9a-f]+:\s+(\S.*)", line):
            current.append(instruction[1])
    return functions


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
        packed += any(re.match(target.packed, line) for line in instructions)
        for line in instructions:
            if re.search(target.forbidden, line):
                wrong += 1
                print(f"{name}: not in {options.target}: {line}")
                break
    print(f"functions: {len(functions)} wrong: {wrong} packed: {packed}")
    return 1 if wrong or packed < options.packed_at_least else 0


if __name__ == "__main__":
    sys.exit(main())
