#!/usr/bin/env python3
"""Writes a module of matmuls with large random weights as resources.

  large_model.py --size=1024 --layers=8 model.mlir
  large_model.py --size=1024 --quant-opt=build/bin/quant-opt model.mlirbc

The second writes bytecode, through the text that the first writes. Layer i has
the weights that default_rng(i).standard_normal gives, as f32.
"""

import argparse
import os
import subprocess
import sys

import numpy as np

# An alignment of 64 bytes, as a blob in text states it.
ALIGNMENT = (64).to_bytes(4, "little").hex()


def layer_shape(size_in_mib, layers):
    """The most nearly square shape of a power of two of columns."""
    elements = size_in_mib * 2**20 // 4 // layers
    columns = 1
    while columns * columns * 4 <= elements:
        columns *= 2
    return elements // columns, columns


def layer_weights(index, shape):
    return np.random.default_rng(index).standard_normal(shape, np.float32)


def write_layer(out, index, shape, transposed):
    """The weight has its output channels in columns; in rows if transposed."""
    rows, columns = shape
    inputs, outputs = (columns, rows) if transposed else (rows, columns)
    x, y = f"tensor<1x{inputs}xf32>", f"tensor<1x{outputs}xf32>"
    weight = f"tensor<{rows}x{columns}xf32>"
    maps = (
        " indexing_maps = [affine_map<(m, n, k) -> (m, k)>,"
        " affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]"
        if transposed
        else ""
    )
    out.write(
        f"func.func @layer{index}(%x: {x}, %init: {y}) -> {y} {{\n"
        f"  %w = arith.constant dense_resource<layer{index}> : {weight}\n"
        f"  %y = linalg.matmul{maps} ins(%x, %w : {x}, {weight})"
        f" outs(%init : {y}) -> {y}\n"
        f"  return %y : {y}\n}}\n"
    )


def write_text(out, shape, layers, transposed):
    for index in range(layers):
        write_layer(out, index, shape, transposed)
    out.write("{-# dialect_resources: { builtin: {\n")
    for index in range(layers):
        print(f"layer {index + 1} of {layers}", file=sys.stderr)
        out.write(f'  layer{index}: "0x{ALIGNMENT}')
        for row in layer_weights(index, shape):
            out.write(row.tobytes().hex())
        out.write('"' + (",\n" if index + 1 < layers else "\n"))
    out.write("} } #-}\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output")
    parser.add_argument("--size", type=int, default=1024, help="MiB of weights")
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument(
        "--transposed", action="store_true", help="output channels in rows"
    )
    parser.add_argument("--quant-opt", help="write bytecode by this tool")
    args = parser.parse_args()
    shape = layer_shape(args.size, args.layers)
    text = args.output + ".text" if args.quant_opt else args.output
    with open(text, "w") as out:
        write_text(out, shape, args.layers, args.transposed)
    if args.quant_opt:
        subprocess.run(
            [args.quant_opt, text, "--emit-bytecode", "-o", args.output], check=True
        )
        os.remove(text)


if __name__ == "__main__":
    main()
