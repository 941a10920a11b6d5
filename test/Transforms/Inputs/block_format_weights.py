"""A weight for the block formats, and what quantizing it must cost.

`write` prints a module; `check FILE FORMAT` compares a report in JSON with
sums over what the reference of the integration tests makes of the weight.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[2] / "Integration"))

import numpy as np

import block_formats

ROWS, COLUMNS = 70, 3
FORMATS = dict(
    zip(("mxfp8", "mxfp8-e5m2", "mxfp4", "nvfp4"), block_formats.FORMATS, strict=True)
)


def weight() -> np.ndarray:
    """Not symmetric, of several magnitudes, and with a column of zeros."""
    rng = np.random.default_rng(4)
    w = rng.normal(0.01, 1, (ROWS, COLUMNS)) * np.exp2(rng.integers(-6, 1, (ROWS, 1)))
    w[:, 2] = 0
    return w.astype(np.float32)


def module_text() -> str:
    data = weight().tobytes().hex().upper()
    w = f"tensor<{ROWS}x{COLUMNS}xf32>"
    x, y = f"tensor<2x{ROWS}xf32>", f"tensor<2x{COLUMNS}xf32>"
    return f"""
func.func @layer(%x: {x}, %init: {y}) -> {y} {{
  %w = arith.constant dense<"0x{data}"> : {w}
  %y = linalg.matmul ins(%x, %w : {x}, {w}) outs(%init : {y}) -> {y}
  return %y : {y}
}}"""


def check(path: str, name: str) -> None:
    form, w = FORMATS[name], weight()
    # The reference has its blocks in rows.
    q, scales, s2 = block_formats.encode(w.T, form)
    back = block_formats.decode(q, scales, s2, form, "f32").T.astype(np.float64)
    error = np.abs(w.astype(np.float64) - back)
    signal = np.square(w.astype(np.float64)).sum()
    report = json.loads(Path(path).read_text())
    found = report["weights"][0]
    block = found["per_block"]
    sqnr = 10 * math.log10(signal / np.square(error).sum())
    assert math.isclose(block["sqnr_db"], sqnr, rel_tol=1e-12), (block["sqnr_db"], sqnr)
    assert math.isclose(block["mean_error"], error.mean(), rel_tol=1e-12)
    assert block["max_error"] == error.max()
    assert block["granularity"] == f"per-block [{form.block}, 1]"
    assert report["storage"] == form.element and report["scale_storage"] == form.scale
    # A byte for each scale; four for the one of NVFP4's scales.
    blocks = math.ceil(ROWS / form.block) * COLUMNS
    assert block["scale_bytes"] == blocks + (0 if form.is_mx else 4), block
    bits = 4 if form.element == "f4E2M1FN" else 8
    assert found["integer_bytes"] == ROWS * COLUMNS * bits // 8, found
    print(f"{name}: {sqnr:.2f} dB, {block['scale_bytes']} bytes of scales")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        print(module_text())
    else:
        check(*sys.argv[2:])
