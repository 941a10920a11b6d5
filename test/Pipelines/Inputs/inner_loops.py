"""Prints what the innermost loops in assembly from standard input compute with.

A line for each loop: its function, then its vector instructions by name, with
their number where it is more than one, as few as there are before unrolling.
Loads and moves between registers are left out; stores have the register's width.
"!" marks what no inner loop of packed code should have: calls, spills, gathers,
arithmetic on single floats and lanes moved one by one.
"""

import math
import re
import sys
from collections import Counter

X86_SCALAR = r"v?(?:cvt\w*2s[sd]|cvtt?s[sd]\w+|(?:add|sub|mul|div|min|max|round|rndscale)s[sd])\b"
X86_LANE = r"v?(?:pinsr[bwdq]|pextr[bwdq]|extractps|insertps)\b|v?p?gather"
ARM_SCALAR = r"(?:fcvt\w*|[su]cvtf|f(?:add|sub|mul|div|max|min)\w*)\s+[sdhwx]\d"
ARM_LANE = r"(?:umov|smov|ins)\s|(?:mov|ldr?1?)\s+(?:v\d+\.\w+\[|\{)"
CALL = r"(?:callq?|bl)\s"
BAD = re.compile("|".join([X86_SCALAR, X86_LANE, ARM_SCALAR, ARM_LANE, CALL]))
SPILL = re.compile(r"[xyz]mm.*(?:Spill|Reload)|\b[qd]\d+,.*(?:Spill|Reload)")
BRANCH = re.compile(r"(?:j\w+|b\S*|cbn?z|tbn?z)\s.*?(\.L\w+)")
ZERO = re.compile(r"v?p?xor\w*\s+(%\w+), \1")
VECTOR = re.compile(r"%([xyz])mm|\bv\d+\.|\b(q)\d+")
MOVE = re.compile(r"v?mov(?:[au]p[sd]|dq[au]\d*|nt\w+|q|d|s[sd])\b|v?broadcast|v?pbroadcast|ld[pr]|ldur|mov[i]?\b|dup\b|ld1r")
STORE = re.compile(r"v?mov\S*\s.*%([xyz])mm\d+, [^%]*\(|st(?:[pr]|ur)\s+(q|d)\d")


def functions(lines):
    """The blocks of each function: their labels and instructions."""
    blocks = None
    for line in lines:
        text = line.strip()
        if header := re.match(r"([A-Za-z_]\w*):", line):
            blocks = [("", [])]
            name = header[1]
        elif blocks is None:
            continue
        elif label := re.match(r"(\.L\w+):|(?:#|//) (%bb\.\d+):", text):
            blocks.append((label[1] or label[2], []))
        elif text.startswith(".size"):
            yield name, blocks
            blocks = None
        elif text and text[0] not in ".#/":
            blocks[-1][1].append(text)


def predecessors(blocks):
    """For each block those that it is entered from."""
    index = {label: i for i, (label, _) in enumerate(blocks)}
    result = [set() for _ in blocks]
    for i, (_, instructions) in enumerate(blocks):
        for text in instructions:
            target = BRANCH.match(text)
            if target and target[1] in index:
                result[index[target[1]]].add(i)
        last = instructions[-1] if instructions else ""
        if i + 1 < len(blocks) and not re.match(r"(?:jmp|b|retq?)(?:\s|$)", last):
            result[i + 1].add(i)
    return result


def inner_loops(blocks):
    """The instructions of each natural loop that has no other inside."""
    entries = predecessors(blocks)
    loops = {}
    for header, sources in enumerate(entries):
        for latch in (i for i in sources if i >= header):
            body, pending = {header}, [latch]
            while pending:
                block = pending.pop()
                if block not in body:
                    body.add(block)
                    pending += entries[block]
            loops.setdefault(header, set()).update(body)
    for header, body in loops.items():
        if not any(other != header and other in body for other in loops):
            yield [text for i in sorted(body) for text in blocks[i][1]]


def describe(instructions):
    counts = Counter()
    for text in instructions:
        name = re.sub(r"(f\w*m(?:add|sub))\d+", r"\1", text.split()[0])
        if BAD.match(text):
            counts["!" + name] += 1
        elif SPILL.search(text):
            counts["!spill"] += 1
        elif store := STORE.match(text):
            counts["store." + {"x": "xmm", "y": "ymm", "z": "zmm"}.get(store[1], store[2])] += (
                2 if name == "stp" else 1
            )
        elif VECTOR.search(text) and not MOVE.match(name) and not ZERO.match(text):
            counts[name] += 1
    unrolled = math.gcd(*counts.values()) if counts else 1
    return " ".join(
        name + (f"*{count // unrolled}" if count > unrolled else "")
        for name, count in sorted(counts.items())
    )


for name, blocks in functions(sys.stdin):
    seen = set()
    for loop in inner_loops(blocks):
        line = describe(loop)
        if line and line not in seen:
            seen.add(line)
            print(f"{name}: {line}")
