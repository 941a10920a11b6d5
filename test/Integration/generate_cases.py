"""Writes an MLIR module that runs cases of one op and reports wrong bits.

The module's `main` prints a line for every wrong element (the first few of each
case), how to generate that case alone, and at the end

    cases: N elements: M mismatches: K

`--want` writes that line as it must look to a file, so that a test which compares the
two fails when fewer cases ran than were meant to.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace

# The source tree may be read-only, and other test runs may share it.
sys.dont_write_bytecode = True

import case_builders
import case_plans
import mlir_module
from case_model import Case, Plan


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--op", required=True, choices=case_plans.OPS)
    parser.add_argument(
        "--form",
        default="arguments",
        choices=("arguments", "constants"),
        help="arguments: native code computes; constants: canonicalization may fold",
    )
    parser.add_argument(
        "--float",
        default="all",
        choices=("all", *case_plans.VALUES),
        help="only cases of this value type (of this scale_in type for requantize),"
        " or whose quotients have it",
    )
    parser.add_argument(
        "--storage", default=".*", help="only storages that match this expression"
    )
    parser.add_argument(
        "--parameters",
        choices=("all", "valid", "bad"),
        help="bad: scales and zero points that no folder may evaluate"
        " (default: all for arguments, valid for constants)",
    )
    parser.add_argument("--shard", default="1/1", help="I/N: every N-th case from I on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the case of this number alone")
    parser.add_argument(
        "--stand-in",
        choices=("right", "wrong"),
        help="return the expected values without computing them, to test the harness;"
        " wrong: each result's last element altered",
    )
    parser.add_argument("--want", help="write what the module must print to this file")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--list", action="store_true", help="print descriptions only")
    action.add_argument("--count", action="store_true", help="print the last line only")
    options = parser.parse_args()
    if options.parameters is None:
        options.parameters = "valid" if options.form == "constants" else "all"
    return options


def is_wanted(plan: Plan, number: int, options: argparse.Namespace) -> bool:
    if options.only is not None:
        return number == options.only
    value = plan.scale if options.op == "requantize" else plan.value
    return (
        options.float in ("all", value, plan.precision)
        and re.fullmatch(options.storage, plan.storage) is not None
        and options.parameters in ("all", "bad" if plan.parameters == "bad" else "valid")
    )


def selected_cases(options: argparse.Namespace) -> list[Case]:
    numbered = [
        (number, plan)
        for number, plan in enumerate(case_plans.all_plans(options.op, options.seed))
        if is_wanted(plan, number, options)
    ]
    shard, shards = map(int, options.shard.split("/"))
    assert 1 <= shard <= shards, options.shard
    cases = []
    for number, plan in numbered[shard - 1 :: shards]:
        if options.form == "constants":
            # A constant has a static type; the data is the same.
            plan = replace(plan, dynamic="static")
        cases.append(case_builders.build(options.op, number, plan, options.seed))
    return cases


def main() -> int:
    options = parse_arguments()
    cases = selected_cases(options)
    if not cases:
        print("no case matches the options", file=sys.stderr)
        return 1
    if options.list:
        for case in cases:
            print(f"{case.number}: {case.description}")
    elif options.count:
        print(mlir_module.last_line(cases, options.stand_in))
    else:
        rerun = (
            f"generate_cases.py --op {options.op} --form {options.form}"
            f" --seed {options.seed}"
        )
        mlir_module.print_module(
            cases, options.form, rerun, options.stand_in, options.want
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
