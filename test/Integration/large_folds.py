"""Constants so large that their integers are written past the caches.

Prints a module with two, and with a row so long that threads take parts of it, or
with --check FILE compares what canonicalization made of it with numpy, which divides. Sizes are odd, so that neither lines nor the whole
end where a line of a cache does; scales of columns are good ones beside some that
have no inverse to multiply by.
"""

import re
import sys

import numpy

ROWS, COLUMNS = 2053, 2049
TENSOR = f"tensor<{ROWS}x{COLUMNS}x"
SCALE = numpy.float32(0.37)
LENGTH = 600_001
ROW = f"tensor<1x{LENGTH}x"


def make():
    numbers = numpy.random.default_rng(3)
    x = numbers.uniform(-60, 60, (ROWS, COLUMNS)).astype(numpy.float16)
    odd = numbers.random(x.shape) < 0.02
    choices = numpy.float16([numpy.nan, numpy.inf, -numpy.inf, 6e-8, -0.0, 65504])
    x = numpy.where(odd, numbers.choice(choices, x.shape), x)
    # Ties, of a scale of 0.5 too.
    ties = numbers.random(x.shape) < 0.1
    x = numpy.where(ties, numpy.floor(x) + numpy.float16(0.25), x).astype(numpy.float16)
    scales = numbers.uniform(0.05, 2, COLUMNS).astype(numpy.float32)
    scales[::7] = 0.5
    for at, scale in enumerate((1e-38, 2.0**-101, 2.0**-100, 2.0**101, 3e38, 1e-30)):
        scales[100 * at + 5] = scale
    return x, scales


def make_row():
    return numpy.random.default_rng(4).uniform(-3, 3, LENGTH).astype(numpy.float32)


def resource(array):
    return f'"0x40000000{array.tobytes().hex()}"'


def module(x, scales):
    return f"""\
func.func @folded() -> ({TENSOR}i8>, {TENSOR}i8>, tensor<{LENGTH}xf32>) {{
  %x = arith.constant dense_resource<x> : {TENSOR}f16>
  %s = arith.constant dense_resource<s> : tensor<{COLUMNS}xf32>
  %t = arith.constant dense<{SCALE}> : tensor<f32>
  %c = quant_ext.quantize %x, %s axis = 1 storage = <i8> : ({TENSOR}f16>, tensor<{COLUMNS}xf32>) -> {TENSOR}i8>
  %w = quant_ext.quantize %x, %t storage = <i8> : ({TENSOR}f16>, tensor<f32>) -> {TENSOR}i8>
  %row = arith.constant dense_resource<row> : {ROW}f32>
  %r = quant_ext.choose_qparams %row axis = 1 storage = <i8<-127:127>> : ({ROW}f32>) -> tensor<{LENGTH}xf32>
  return %c, %w, %r : {TENSOR}i8>, {TENSOR}i8>, tensor<{LENGTH}xf32>
}}
{{-#
  dialect_resources: {{ builtin: {{ x: {resource(x)}, s: {resource(scales)}, row: {resource(make_row())} }} }}
#-}}"""


def quantize(x, scale):
    with numpy.errstate(all="ignore"):
        quotient = numpy.rint(x.astype(numpy.float32) / scale)
    clipped = numpy.clip(quotient, -128, 127)
    return numpy.where(numpy.isnan(quotient), -128, clipped).astype(numpy.int8)


def check(path, x, scales):
    with open(path) as file:
        text = file.read()
    returned = re.search(r"return (%\S+), (%\S+), (%\S+) ", text).groups()
    wanted = {
        "columns": quantize(x, scales),
        "whole": quantize(x, SCALE),
        "row": abs(make_row()) / numpy.float32(127),
    }
    for value, (name, array) in zip(returned, wanted.items()):
        constant = re.search(rf'{value} = arith.constant dense(?:<"0x(\w+)|_resource<(\w+))', text)
        data, key = constant.groups()
        if key:
            data = re.search(rf'\b{key}: "0x[0-9A-F]{{8}}([0-9A-F]+)"', text)[1]
        found = numpy.frombuffer(bytes.fromhex(data), array.dtype)
        print(f"{name}: {array.size} elements, {(found != array.reshape(-1)).sum()} differ")


def main():
    if sys.argv[1:2] == ["--check"]:
        check(sys.argv[2], *make())
    else:
        print(module(*make()))


main()
