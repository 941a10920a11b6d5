"""Calls compiled functions on buffers at every offset from a cache line.

Wanted are numpy's divisions, roundings to nearest even and products, each of
which rounds once to f32. The bytes around a result must stay what they were. An
operand may begin anywhere too, and lies where the result does in the calls that
overwrite it. A few lengths are tried at all offsets, and many at some.
"""

import ctypes
import sys

import numpy

sys.dont_write_bytecode = True

from memref import descriptor

LINE = 64
GUARD = 256
LENGTHS = (0, 1, 15, 63, 64, 65, 127, 128, 511, 512, 513, 575, 640, 1000, 2000, 2001, 4099)
SOME_OFFSETS = (0, 1, 4, 16, 28, 32, 48, 63)
ALL_OFFSETS_AT = (512, 1000, 4099)
# Rows that end within a byte, shorter and longer than what is taken together.
PACKED_LENGTHS = (1, 2, 127, 1000, 2001, 4099)
PACKED_SHAPES = ((1, 64), (7, 513), (200, 3), (37, 49), (3, 1337))
BLOCK_SHAPES = ((9, 256), (4, 200), (1, 32))
# Rows of fewer vectors than are worth aligning, of whole lines, and of neither;
# four parts of two rows, and three rows more.
SHAPES = ((1, 64), (3, 200), (4, 512), (7, 513), (5, 640), (11, 640), (3, 1337))

# With --turns: loops of which four parts of 64 KiB and more take turns, and some
# iterations beside them; and one that is too short for it.
LONG_LENGTHS = (65535, 140003)

numbers = numpy.random.default_rng(1)


class Guarded:
    """An array at an offset from a line, between bytes that are known."""

    def __init__(self, dtype, shape, offset):
        self.size = int(numpy.prod(shape)) * numpy.dtype(dtype).itemsize
        self.memory = numpy.full(self.size + 2 * GUARD + 2 * LINE, 0xA5, numpy.uint8)
        self.begin = GUARD + (-self.memory.ctypes.data) % LINE + offset
        inside = self.memory[self.begin : self.begin + self.size]
        self.array = inside.view(dtype).reshape(shape)

    def is_intact(self):
        before = self.memory[: self.begin]
        after = self.memory[self.begin + self.size :]
        return bool((before == 0xA5).all() and (after == 0xA5).all())


def values(shape, scale):
    """Numbers that all differ: most of them in range, some beyond it, ties."""
    x = numbers.uniform(-140, 140, shape).astype(numpy.float32)
    ties = numbers.random(shape) < 0.1
    x = numpy.where(ties, numpy.floor(x) + numpy.float32(0.5), x) * scale
    odd = numbers.random(shape) < 0.02
    choices = numpy.float32([numpy.nan, numpy.inf, -numpy.inf, 1e30, -0.0])
    return numpy.where(odd, numbers.choice(choices, shape), x).astype(numpy.float32)


def scales(count):
    return numbers.uniform(0.01, 2, count).astype(numpy.float32)


def quantize(x, scale, low, high, dtype):
    with numpy.errstate(all="ignore"):
        v = numpy.rint(x / scale)
    return numpy.where(numpy.isnan(v), low, numpy.clip(v, low, high)).astype(dtype)


def pack(q):
    """Two elements a byte, the first in the low half, a last one alone beside 0."""
    halves = (q.reshape(-1) & 15).astype(numpy.uint8)
    if halves.size % 2:
        halves = numpy.append(halves, numpy.uint8(0))
    return halves[0::2] | halves[1::2] << 4


def dequantize(q, scale):
    return q.astype(numpy.float32) * scale


def to_bf16(x):
    """The bits of finite f32, rounded to the nearest bf16, ties to even."""
    bits = x.view(numpy.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(numpy.uint16)


class Caller:
    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.calls = self.mismatches = 0

    def call(self, name, operand, scale, result, sizes=(), returned=0):
        """`sizes` come after an operand of packed elements; as many as `returned`
        are given back in a struct of the caller's."""
        arguments = [ctypes.byref((ctypes.c_int64 * returned)())] if returned else []
        arguments.append(ctypes.byref(descriptor(operand)))
        arguments += map(ctypes.c_int64, sizes)
        arguments += [ctypes.byref(descriptor(a)) for a in (scale, result)]
        self.library[f"_mlir_ciface_{name}"](*arguments)

    def check(self, name, operand, scale, wanted, offset, in_place=False, **packed):
        result = Guarded(wanted.dtype, wanted.shape, offset)
        source = Guarded(operand.dtype, operand.shape, offset * 7 % LINE)
        source.array[...] = operand
        if in_place:
            result.array[...] = operand
        operand = result.array if in_place else source.array
        self.call(name, operand, scale, result.array, **packed)
        self.calls += 1
        same = result.array.tobytes() == wanted.tobytes()
        if same and result.is_intact() and source.is_intact():
            return
        self.mismatches += 1
        what = "differs" if not same else "writes beyond its end"
        print(f"{name} {wanted.shape} at offset {offset}: {what}")

    def check_all(self, name, operand, scale, wanted, offsets=range(LINE), **packed):
        for offset in offsets:
            self.check(name, operand, scale, wanted, offset, **packed)


def offsets_of(length):
    return range(LINE) if length in ALL_OFFSETS_AT else SOME_OFFSETS


def check_vectors(caller, lengths):
    scale = numpy.array(0.37, numpy.float32)
    for length in lengths:
        offsets = offsets_of(length)
        x = values(length, scale)
        q = numbers.integers(-128, 128, length).astype(numpy.int8)
        wanted = quantize(x, scale, -128, 127, numpy.int8)
        caller.check_all("quantize", x, scale, wanted, offsets)
        small = numpy.array(0.37 / 200, numpy.float32)
        wanted16 = quantize(x, small, -(2**15), 2**15 - 1, numpy.int16)
        caller.check_all("quantize_i16", x, small, wanted16, offsets)
        caller.check_all("dequantize", q, scale, dequantize(q, scale), offsets)
        halves = dequantize(q, scale).astype(numpy.float16)
        caller.check_all("dequantize_f16", q, scale, halves, offsets)
        brains = to_bf16(dequantize(q, scale))
        caller.check_all("dequantize_bf16", q, scale, brains, offsets)
        back = dequantize(wanted, scale)
        caller.check_all("fake_quantize", x, scale, back, offsets)
        with numpy.errstate(invalid="ignore"):
            total = x + back
        caller.check_all("add_fake_quantized", x, scale, total, offsets)
        for offset in offsets:
            caller.check("fake_quantize", x, scale, back, offset, in_place=True)
            caller.check("add_fake_quantized", x, scale, total, offset, in_place=True)
        # A draw of its own for each index: what the first call gives, all do.
        drawn = Guarded(numpy.int8, (length,), 1)
        caller.call("quantize_stochastic", x, scale, drawn.array)
        with numpy.errstate(all="ignore"):
            below = numpy.floor(x / scale)
        low = numpy.where(numpy.isnan(below), -128, numpy.clip(below, -128, 127))
        high = numpy.where(numpy.isnan(below), -128, numpy.clip(below + 1, -128, 127))
        between = (low <= drawn.array) & (drawn.array <= high)
        if not between.all():
            print("quantize_stochastic: not a neighbour")
            caller.mismatches += 1
        caller.check_all("quantize_stochastic", x, scale, drawn.array.copy(), offsets)


def check_matrices(caller):
    for shape in SHAPES:
        rows, columns = scales(shape[0]), scales(shape[1])
        x = values(shape, numpy.float32(0.5))
        q = numbers.integers(-128, 128, shape).astype(numpy.int8)
        by_row = quantize(x, rows[:, None], -128, 127, numpy.int8)
        caller.check_all("quantize_rows", x, rows, by_row)
        by_column = quantize(x, columns, -128, 127, numpy.int8)
        caller.check_all("quantize_columns", x, columns, by_column)
        caller.check_all("dequantize_columns", q, columns, dequantize(q, columns))


def check_known_sizes(caller):
    scale = numpy.array(0.37, numpy.float32)
    x = values(4096, scale)
    caller.check_all("quantize_4096", x, scale, quantize(x, scale, -128, 127, numpy.int8))
    rows = scales(9)
    x = values((9, 1000), numpy.float32(0.5))
    wanted = quantize(x, rows[:, None], -128, 127, numpy.int8)
    caller.check_all("quantize_rows_9x1000", x, rows, wanted)
    columns = scales(211)
    q = numbers.integers(-128, 128, (5, 211)).astype(numpy.int8)
    caller.check_all("dequantize_columns_5x211", q, columns, dequantize(q, columns))


def check_columns_of_3(caller, lengths, offsets):
    columns = scales(3)
    for rows in lengths:
        q = numbers.integers(-128, 128, (rows, 3)).astype(numpy.int8)
        wanted = dequantize(q, columns)
        caller.check_all("dequantize_columns3", q, columns, wanted, offsets)


def check_repeated_parameters(caller):
    blocks = scales(72).reshape(9, 8)
    x = values((9, 256), numpy.float32(0.5))
    each = numpy.repeat(blocks, 32, axis=1)
    wanted = quantize(x, each, -128, 127, numpy.int8)
    caller.check_all("quantize_blocks", x, blocks, wanted)
    middle = scales(64)
    x = values((2, 64, 49), numpy.float32(0.5))
    wanted = quantize(x, middle[:, None], -128, 127, numpy.int8)
    caller.check_all("quantize_middle49", x, middle, wanted)
    q = numbers.integers(-128, 128, x.shape).astype(numpy.int8)
    wanted = dequantize(q, middle[:, None])
    caller.check_all("dequantize_middle49", q, middle, wanted)


def check_wide_rows(caller):
    shape = (163, 3200)
    rows, columns = scales(shape[0]), scales(shape[1])
    some = dict(offsets=SOME_OFFSETS)
    x = values(shape, numpy.float32(0.5))
    wanted = quantize(x, rows[:, None], -128, 127, numpy.int8)
    caller.check_all("quantize_wide_rows", x, rows, wanted, **some)
    wanted = quantize(x, columns, -128, 127, numpy.int8)
    caller.check_all("quantize_wide", x, columns, wanted, **some)
    q = numbers.integers(-128, 128, shape).astype(numpy.int8)
    caller.check_all("dequantize_wide", q, columns, dequantize(q, columns), **some)
    x = values(shape, numpy.float32(0.05))
    wanted = pack(quantize(x, columns, -8, 7, numpy.int8))
    caller.check_all("quantize_i4_wide", x, columns, wanted, **some)


def check_packed(caller):
    scale = numpy.array(9.1, numpy.float32)
    x = values(4100, numpy.float32(0.5))
    q = quantize(x, scale, -8, 7, numpy.int8)
    caller.check_all("quantize_i4", x, scale, pack(q))
    for length in PACKED_LENGTHS:
        x = values(length, numpy.float32(0.5))
        wanted = pack(quantize(x, scale, -8, 7, numpy.int8))
        caller.check_all("quantize_i4_any", x, scale, wanted)
    for shape in PACKED_SHAPES:
        rows, columns = scales(shape[0]), scales(shape[1])
        x = values(shape, numpy.float32(0.05))
        by_row = quantize(x, rows[:, None], -8, 7, numpy.int8)
        some = dict(offsets=SOME_OFFSETS)
        caller.check_all("quantize_i4_rows", x, rows, pack(by_row), **some, returned=2)
        q = numbers.integers(-8, 8, shape).astype(numpy.int8)
        bytes_ = pack(q)
        some["sizes"] = shape
        caller.check_all("dequantize_i4_columns", bytes_, columns, dequantize(q, columns), **some)
        wanted = dequantize(q, rows[:, None])
        caller.check_all("dequantize_i4_rows", bytes_, rows, wanted, **some)
    for shape in BLOCK_SHAPES:
        blocks = scales(shape[0] * -(-shape[1] // 32)).reshape(shape[0], -1)
        each = numpy.repeat(blocks, 32, axis=1)[:, : shape[1]]
        x = values(shape, numpy.float32(0.05))
        wanted = pack(quantize(x, each, -8, 7, numpy.int8))
        some = dict(offsets=SOME_OFFSETS)
        caller.check_all("quantize_i4_blocks", x, blocks, wanted, **some, returned=2)
        q = numbers.integers(-8, 8, shape).astype(numpy.int8)
        wanted = dequantize(q, each)
        caller.check_all("dequantize_i4_blocks", pack(q), blocks, wanted, **some, sizes=shape)


def main():
    caller = Caller(sys.argv[1])
    if "--turns" in sys.argv:
        check_vectors(caller, LONG_LENGTHS)
        check_columns_of_3(caller, LONG_LENGTHS, SOME_OFFSETS)
        check_wide_rows(caller)
    else:
        check_vectors(caller, LENGTHS)
        check_matrices(caller)
        check_known_sizes(caller)
        check_columns_of_3(caller, (85, 1367), range(LINE))
        check_repeated_parameters(caller)
        check_packed(caller)
        check_wide_rows(caller)
    print(f"calls: {caller.calls} mismatches: {caller.mismatches}")


main()
