"""Compares the list of rows with the forms that operations have."""

import argparse
import itertools
import sys

VALUES = ["f32", "f16", "bf16"]
STORAGES = ["i8", "u8", "i16", "i4"]
GRANULARITIES = ["per-tensor", "per-axis-outer", "per-axis-middle",
                 "per-axis-middle49", "per-axis-inner", "per-axis-inner3",
                 "per-axis-inner7",
                 "per-block-32", "per-block-128"]
DIVISIONS = ["exact", "reciprocal"]
# Dequantize multiplies; parameters chosen at run time are those of activations.
FORMS = {
    "quantize": (STORAGES, GRANULARITIES, DIVISIONS),
    "dequantize": (STORAGES, GRANULARITIES, ["exact"]),
    "choose_qparams+quantize": (["i8", "u8"], ["per-tensor", "per-axis-outer"],
                                DIVISIONS),
    "fake_quantize": (STORAGES, GRANULARITIES, DIVISIONS),
}
# Chains of operations, in the form that is used most.
CHAINS = ["bias+relu+quantize", "bias+gelu+quantize", "dequantize+add"]
SIZES = 5


def expected_kinds():
    for op, (storages, granularities, divisions) in FORMS.items():
        for form in itertools.product([op], VALUES, storages, granularities,
                                      divisions, ["static", "dynamic"]):
            yield "/".join(form)
    for op, storage in itertools.product(CHAINS, ["i8", "u8"]):
        yield f"{op}/f32/{storage}/per-axis-outer/exact/static"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rows")
    parser.add_argument("--part")
    args = parser.parse_args()
    with open(args.rows) as file:
        rows = file.read().split()
    if args.part:
        with open(args.part) as file:
            part = file.read().split()
        if not part or not set(part) < set(rows) or len(set(part)) < len(part):
            sys.exit("must be a part of the rows")
        # Whatever an operation can be is in it somewhere.
        for words in (FORMS, CHAINS, VALUES, STORAGES, GRANULARITIES, DIVISIONS):
            for word in words:
                if not any(word in row.split("/") for row in part):
                    sys.exit("no row of " + word)
        return
    if len(set(rows)) < len(rows):
        sys.exit("a row is there twice")
    found = {}
    for row in rows:
        kind, size = row.rsplit("/", 1)
        found.setdefault(kind, []).append(int(size))
    for kind in sorted(set(expected_kinds()) ^ set(found)):
        sys.exit("not in both: " + kind)
    for kind, sizes in found.items():
        if len(sizes) != SIZES:
            sys.exit(f"{kind} must have {SIZES} sizes, found {sizes}")


main()
