"""Multipliers and shifts of many scales, as a pass made them.

`module` prints IR that requantizes by pairs of scales, one pair a channel;
`check` reads that IR after quant-ext-requantize-to-fixed-point and compares each
channel's constants with the reference's rule.
"""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from random import Random

sys.dont_write_bytecode = True

import case_values
import oracle
from oracle import F64, FORMATS, FloatFormat

Pair = tuple[int, int]


def edges(fmt: FloatFormat) -> list[Pair]:
    """Factors around every edge of the rule, over a scale_out of 1."""
    one = oracle.from_integer(fmt, 1)
    factors = [Fraction(2) ** e for e in (-34, -33, -32, -31, -30, 0, 29, 30, 31, 32)]
    # 2^-31 of the fraction is the last bit; a half of it is a tie, and the
    # largest fractions carry.
    bit = Fraction(1, 1 << 31)
    near = (Fraction(1, 2), -Fraction(1, 2), Fraction(1, 4), -Fraction(1, 4), Fraction(3, 2), 2)
    fractions = [1 + n * bit for n in near] + [Fraction(3, 4) + n * bit for n in near]
    for scale in (Fraction(2) ** -32, Fraction(1), Fraction(2) ** 30):
        factors += [scale * fraction for fraction in fractions]
    bits = [case_values.from_rational(fmt, factor) for factor in factors]
    return [
        (b, one) for b in bits if oracle.is_finite(fmt, b) and not oracle.is_zero(fmt, b)
    ]


def pairs(in_name: str, out_name: str) -> list[Pair]:
    rng = Random(f"{in_name}/{out_name}")
    scale_in, scale_out = FORMATS[in_name], FORMATS[out_name]
    result = edges(scale_in) if in_name == out_name else []
    extremes = tuple(map(case_values.legal_extreme_scales, (scale_in, scale_out)))
    for _ in range(300):
        result.append(tuple(map(rng.choice, extremes)))
        result.append(
            tuple(case_values.ordinary_scale(rng, f) for f in (scale_in, scale_out))
        )
    return result


def expected(in_name: str, out_name: str) -> list[Pair]:
    numbers = []
    for a, b in pairs(in_name, out_name):
        wide = [oracle.convert(FORMATS[n], F64, s) for n, s in ((in_name, a), (out_name, b))]
        factor = oracle.divide(F64, *wide)
        if oracle.is_finite(F64, factor):
            multiplier, left = oracle.quantize_multiplier(oracle.exact_value(F64, factor))
        else:
            multiplier, left = (1 << 31) - 1, 30
        numbers.append((multiplier, 31 - left))
    return numbers


NAMES = [(a, b) for a in FORMATS for b in FORMATS]


def constant(name: str, element: str, bits: list[int]) -> str:
    size = FORMATS[element].width // 8
    data = b"".join(b.to_bytes(size, "little") for b in bits).hex()
    return f'  %{name} = arith.constant dense<"0x{data}"> : tensor<{len(bits)}x{element}>'


def module_text() -> str:
    lines = []
    for a, b in NAMES:
        ins, outs = zip(*pairs(a, b))
        n = len(ins)
        types = f"(tensor<{n}xi32>, tensor<{n}x{a}>, tensor<{n}x{b}>) -> tensor<{n}xi8>"
        lines += [
            f"func.func @{a}_{b}(%a: tensor<{n}xi32>) -> tensor<{n}xi8> {{",
            constant("in", a, ins),
            constant("out", b, outs),
            "  %q = quant_ext.requantize %a in(%in) out(%out) axis = 0"
            f" storage_in = <i32> storage = <i8> : {types}",
            f"  return %q : tensor<{n}xi8>",
            "}",
        ]
    return "\n".join(lines)


def integers(element: str, function: str) -> list[int]:
    pattern = rf'arith\.constant dense<"0x([0-9A-F]+)"> : tensor<\d+x{element}>'
    (data,) = re.findall(pattern, function)
    size, raw = int(element[1:]) // 8, bytes.fromhex(data)
    return [
        int.from_bytes(raw[i : i + size], "little", signed=True)
        for i in range(0, len(raw), size)
    ]


def check(text: str) -> int:
    functions = text.split("func.func @")[1:]
    count = wrong = 0
    for function, (a, b) in zip(functions, NAMES, strict=True):
        found = list(zip(integers("i32", function), integers("i8", function), strict=True))
        for pair, got, want in zip(pairs(a, b), found, expected(a, b), strict=True):
            count += 1
            if got != want:
                wrong += 1
                print(f"{a} {pair[0]:#x} / {b} {pair[1]:#x}: must be {want}, found {got}")
    print(f"pairs: {count} mismatches: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1] == "module":
        print(module_text())
    else:
        sys.exit(check(sys.stdin.read()))
