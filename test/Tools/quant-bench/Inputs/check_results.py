"""Checks that a table, a JSON file and a plot show the same rows and figures."""

import argparse
import json
import sys
import xml.etree.ElementTree

SVG = "{http://www.w3.org/2000/svg}"
PEERS = ["clang", "hand-written", "onnxruntime", "xnnpack", "onednn"]
LIBRARIES = ["onnxruntime", "xnnpack", "onednn"]


def require(condition, message):
    if not condition:
        sys.exit(message)


def with_threads(name, record):
    """What a row, or a kind of row, is called where threads matter."""
    threads = record["threads"]
    return name if threads == 1 else f"{name} x{threads}"


def check_record(record, target):
    require(record["unit"] == "GB/s", "unit")
    require(record["target"] == target, "target")
    require(f"-march={target}" in record["compiler_flags"].split(), "compiler_flags")
    require(("-fopenmp" in record["compiler_flags"]) == (record["threads"] > 1),
            "OpenMP for threads and only for them")
    require("huge pages" in record["pages"], "pages")
    require(record["cpu"], "cpu")
    for name in LIBRARIES:
        require(name not in record["peers"] or record[name + "_version"],
                f"version of {name}")
    # What is compiled here computes by our rules; others may have theirs.
    require(set(record["agreement"]) == {"ours", *record["peers"]}, "agreement")
    for name, agreement in record["agreement"].items():
        rules = {"xnnpack": ["numbers"], "onednn": ["quantum"]}
        # erf is libm's in the plain loop, and approximated by the others.
        if record["row"].startswith("bias+gelu"):
            rules = {"ours": ["quantum"], "onnxruntime": ["quantum"]}
        require(agreement in rules.get(name, ["bits"]), f"agreement of {name}")
    require("clang" in record["peers"], "the plain loop is in every row")
    require(set(record["peers"]) <= set(PEERS), "peers")
    require(record["limit"] == record["limits"][record["limit_name"]], "limit")
    figures = {"ours": record["ours"], **record["peers"], **record["limits"]}
    require(set(record["spread"]) == set(figures), "a spread for every figure")
    for name, figure in figures.items():
        least, most = record["spread"][name]
        require(0 < least <= figure <= most, f"spread of {name}")


def expected_line(record, columns):
    """The table's line of a record, but for the spread."""
    peers = [f"{record['peers'][name]:.1f}" if name in record["peers"] else "-"
             for name in columns]
    ours, limit = record["ours"], record["limit"]
    best = max(record["peers"].values())
    return [*with_threads(record["row"], record).split(), f"{ours:.1f}", *peers, f"{limit:.1f}",
            record["limit_name"],
            f"{ours / best:.2f}", f"{ours / limit:.2f}"]


def check_table(records, text):
    heading, *lines = [line.split() for line in text.splitlines()[1:]]
    columns = heading[heading.index("spread") + 1:heading.index("limit")]
    require(columns == [name for name in PEERS if name in columns], "columns")
    took_part = set().union(*(record["peers"] for record in records))
    require(took_part <= set(columns), "a column for every peer")
    require(len(lines) == len(records), "a line for every record")
    for record, line in zip(records, lines):
        wanted = expected_line(record, columns)
        spread = 2 if record["threads"] == 1 else 3
        found = line[:spread] + line[spread + 1:]
        require(found == wanted, f"line must be {wanted}, found {found}")


def check_plot(records, root, sizes):
    texts = [element.text for element in root.iter(SVG + "text")]
    took_part = set().union(*(record["peers"] for record in records))
    for label in ("GB/s", "elements", "ours", "limit", *took_part):
        require(label in texts, f"no label '{label}'")
    for label in set(PEERS) - took_part:
        require(label not in texts, f"label '{label}' of none")
    panels = root.findall(SVG + "g")
    require(len(panels) * sizes == len(records), "a panel for every kind of row")
    for panel in panels:
        title = panel.find(SVG + "text").text
        kind = [r for r in records
                if with_threads(r["row"].rsplit("/", 1)[0], r) == title]
        require(len(kind) == sizes, f"no rows of panel '{title}'")
        contestants = 2 + len(set().union(*(r["peers"] for r in kind)))
        found = panel.findall(SVG + "polyline")
        require(len(found) == contestants, f"lines of '{title}'")
        check_points(kind, found[0].get("points").split(), title)


def check_points(kind, points, title):
    """The line of ours: more GB/s is higher up, more elements further right."""
    kind = sorted(kind, key=lambda r: int(r["row"].rsplit("/", 1)[1]))
    points = [tuple(map(float, point.split(","))) for point in points]
    require(len(points) == len(kind), f"points of '{title}'")
    for i in range(1, len(kind)):
        require(points[i - 1][0] < points[i][0], f"sizes of '{title}'")
        faster = kind[i]["ours"] - kind[i - 1]["ours"]
        higher = points[i - 1][1] - points[i][1]
        require(faster * higher >= 0, f"figures of '{title}'")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", required=True)
    parser.add_argument("--plot", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--sizes", type=int, required=True)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--target", default="native")
    args = parser.parse_args()
    with open(args.json) as file:
        records = json.load(file)
    require(records, "no records")
    threads = {int(count) for count in args.threads.split(",")}
    require({record["threads"] for record in records} == threads, "threads")
    for record in records:
        check_record(record, args.target)
    with open(args.table) as file:
        check_table(records, file.read())
    root = xml.etree.ElementTree.parse(args.plot).getroot()
    check_plot(records, root, args.sizes)


main()
