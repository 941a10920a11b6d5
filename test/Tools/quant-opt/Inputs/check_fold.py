"""Compares the integers of a folded large_model.py with what numpy computes.

The definition, in f32: s = max|w| / qmax and z = 0, or s = (hi - lo) / (qmax -
qmin) and z = clamp(round(qmin - lo / s)) with 0 in [lo, hi]; q = clamp(round(w /
s), qmin - z, qmax - z) + z. numpy's rint rounds ties to even.
"""

import argparse
import re
import sys

import numpy as np

from large_model import layer_shape, layer_weights


def groups_of(weights, granularity, transposed):
    """The weights in three dimensions, of which each group fills the middle."""
    rows, columns = weights.shape
    if granularity == "per-tensor":
        return weights.reshape(1, -1, 1)
    if granularity == "per-axis":
        return weights.reshape(rows, columns, 1) if transposed else weights[None]
    block = int(granularity)
    if transposed:
        return weights.reshape(-1, block, 1)
    return weights.reshape(rows // block, block, columns)


def quantize(weights, args):
    qmin, qmax = -(2 ** (args.bits - 1)), 2 ** (args.bits - 1) - 1
    w = groups_of(weights, args.granularity, args.transposed)
    f32 = np.float32
    lo = np.minimum(w.min(axis=1, keepdims=True), f32(0))
    hi = np.maximum(w.max(axis=1, keepdims=True), f32(0))
    if args.asymmetric:
        s = (hi - lo) / f32(qmax - qmin)
        z = np.clip(np.rint(f32(qmin) - lo / s), qmin, qmax)
    else:
        s = np.maximum(hi, -lo) / f32(qmax)
        z = f32(0)
    assert s.dtype == np.float32
    q = np.clip(np.rint(w / s), qmin - z, qmax - z) + z
    # A byte holds the bits of one integer, the others are 0.
    return (q.astype(np.int32) & (2**args.bits - 1)).astype(np.uint8).reshape(-1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--layers", type=int, required=True)
    parser.add_argument("--transposed", action="store_true")
    parser.add_argument("--granularity", default="per-axis")
    parser.add_argument("--bits", type=int, default=8)
    parser.add_argument("--asymmetric", action="store_true")
    args = parser.parse_args()
    with open(args.module) as file:
        blobs = dict(re.findall(r'(layer\d+_i\d+)_\w+: "0x([0-9A-Fa-f]+)"', file.read()))
    shape = layer_shape(args.size, args.layers)
    for index in range(args.layers):
        # The alignment comes first.
        found = np.frombuffer(bytes.fromhex(blobs[f"layer{index}_i{args.bits}"])[4:], np.uint8)
        wanted = quantize(layer_weights(index, shape), args)
        if found.shape != wanted.shape or (found != wanted).any():
            sys.exit(f"layer {index} differs")
    print(f"{args.layers} layers of {shape[0]}x{shape[1]} are the same")


if __name__ == "__main__":
    main()
