"""Checks the JSON of `quant-bench fold --size=32 --threads=1,2,7`."""

import json
import sys

with open(sys.argv[1]) as file:
    records = json.load(file)
rows = [(record["row"], record["threads"]) for record in records]
assert rows == [
    (f"fold/f32/i8/per-axis-{axis}", threads)
    for axis in ("inner", "outer")
    for threads in (1, 2, 7)
], rows
for record in records:
    assert record["bytes"] == 32 * 2**20
    assert record["unit"] == "GB/s"
    figures = [record["ours"], record["limit"], record["with_first_touch"]]
    figures += record["peers"].values()
    # No machine reads a TB in a second.
    assert all(0 < figure < 1000 for figure in figures), figures
    assert "numpy" in record["peers"] and record["whole"].keys() == {
        "ours",
        *record["peers"],
    }
    # 8 MiB of integers must have been in memory, and not all of the weights
    # beside them.
    peak = record["whole"]["ours"]["peak_anonymous_mib"]
    assert 8 <= peak < 40, peak
