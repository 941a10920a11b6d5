"""Calls compiled functions with packed integers, through memref descriptors.

Knows the layout from its description alone: element i of w bits lies in byte
i * w / 8, from bit i * w % 8 up; the bits after the last element are 0. Scales
are 1, so that quantized values are the numbers themselves.
"""

import ctypes
import random
import sys

COLUMNS = 3


def memref_type(rank):
    class MemRef(ctypes.Structure):
        _fields_ = [
            ("allocated", ctypes.c_void_p),
            ("aligned", ctypes.c_void_p),
            ("offset", ctypes.c_int64),
            ("sizes", ctypes.c_int64 * rank),
            ("strides", ctypes.c_int64 * rank),
        ]

    class Scalar(ctypes.Structure):
        _fields_ = MemRef._fields_[:3]

    return MemRef if rank else Scalar


M0, M1, M2 = memref_type(0), memref_type(1), memref_type(2)


class Packed(ctypes.Structure):
    """tensor<?x3xiN> as a result: its bytes, and its one dynamic size."""

    _fields_ = [("bytes", M1), ("rows", ctypes.c_int64)]


def address(buffer):
    return ctypes.cast(buffer, ctypes.c_void_p).value


def pack(values, width):
    bits = sum((v % 2**width) << (i * width) for i, v in enumerate(values))
    return bits.to_bytes((len(values) * width + 7) // 8, "little")


def as_floats(values):
    return (ctypes.c_float * max(len(values), 1))(*values)


def scale_argument():
    one = (ctypes.c_float * 1)(1.0)
    return one, M0(address(one), address(one), 0)


def quantize(library, name, values, rows):
    floats = as_floats(values)
    one, scale = scale_argument()
    x = M2(address(floats), address(floats), 0, (rows, COLUMNS), (COLUMNS, 1))
    result = Packed()
    library[f"_mlir_ciface_{name}"](
        ctypes.byref(result), ctypes.byref(x), ctypes.byref(scale))
    del one
    count = result.bytes.sizes[0]
    return ctypes.string_at(result.bytes.aligned, count), result.rows


def dequantize(library, name, packed, rows):
    buffer = ctypes.create_string_buffer(packed, max(len(packed), 1))
    one, scale = scale_argument()
    q = M1(address(buffer), address(buffer), 0, (len(packed),), (1,))
    result = M2()
    library[f"_mlir_ciface_{name}"](
        ctypes.byref(result), ctypes.byref(q), ctypes.c_int64(rows), ctypes.byref(scale))
    del one
    count = result.sizes[0] * result.sizes[1]
    floats = ctypes.cast(result.aligned, ctypes.POINTER(ctypes.c_float))
    return [floats[i] for i in range(count)], result.sizes[0]


def main():
    library = ctypes.CDLL(sys.argv[1])
    numbers = random.Random(1)
    calls = mismatches = 0
    for name, width, low, high in (("i4", 4, -8, 7), ("u2", 2, 0, 3)):
        # 0, whole bytes, an element left over, and more than a vector of both.
        for rows in (0, 1, 4, 101):
            values = [numbers.randint(low, high) for _ in range(rows * COLUMNS)]
            want = (pack(values, width), rows)
            got = quantize(library, f"quantize_{name}", values, rows)
            back = dequantize(library, f"dequantize_{name}", want[0], rows)
            for what, ok in (("quantize", got == want), ("dequantize", back == (values, rows))):
                calls += 1
                if not ok:
                    mismatches += 1
                    print(f"{what}_{name} of {rows} rows: {values}: {got} {back}")
    print(f"calls: {calls} mismatches: {mismatches}")


main()
