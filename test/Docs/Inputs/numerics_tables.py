"""The tables of include/QuantExt/Numerics/README.md as a test.

usage: numerics_tables.py PAGE (module | expected | models)

`module` is IR that computes every cell which can be run, in native code of
functions' arguments, and prints a line for each; `expected` is those lines as
the page has them. `models` compares the other cells with the formulas of their
systems, and prints how many there were of each.
"""

import collections
import math
import pathlib
import struct
import sys

# The source tree may be read-only, and other test runs may share it.
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Integration"))

import oracle

UNDEFINED, MISSING = "undefined", "-"


def tables(page):
    """Rows of the tables that a comment names, as dictionaries by column."""
    found = collections.defaultdict(list)
    name = columns = None
    with open(page) as lines:
        for line in lines:
            if line.startswith("<!--"):
                name, columns = line.split()[1], None
            elif not line.startswith("|"):
                name = None
            elif name and not line.startswith("|-"):
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if columns is None:
                    columns = cells
                else:
                    assert len(cells) == len(columns), line
                    found[name].append(dict(zip(columns, cells)))
    names = ("quantize", "requantize", "stochastic", "float", "scale")
    return [found[name] for name in names]


def storage_range(text):
    width = int(text[1:])
    return (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if text[0] == "i" else (0, 2**width - 1)


def rounded(type_, value):
    """To f16 or f32, from a double that is exact or a quotient or product of
    two such numbers, whose second rounding then does not matter."""
    code = {"f16": "<e", "f32": "<f"}[type_]
    try:
        return struct.unpack(code, struct.pack(code, value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def numbers(row):
    return (
        rounded(row["type"], float(row["x"])),
        rounded(row["type"], float(row["scale"])),
        int(row["zero point"]),
        *storage_range(row["storage"]),
    )


# ---------------------------------------------------------------------------
# What the others compute. None is an undefined result.
# ---------------------------------------------------------------------------


def half_away(value):
    return math.copysign(math.floor(abs(value) + 0.5), value)


def onnx(row):
    x, scale, zero_point, low, high = numbers(row)
    if math.isnan(x):
        return None
    if math.isinf(x):
        return high if x > 0 else low
    return max(low, min(high, round(rounded(row["type"], x / scale)) + zero_point))


def pytorch(row):
    x, scale, zero_point, low, high = numbers(row)
    if not math.isfinite(x):
        return None
    quotient = rounded("f32", x * rounded("f32", 1 / scale))
    return max(low, min(high, round(quotient) + zero_point))


def tflite(row):
    x, scale, zero_point, low, high = numbers(row)
    if not math.isfinite(x) or abs(x / scale) >= 2**31:
        return None
    return max(low, min(high, int(half_away(rounded("f32", x / scale))) + zero_point))


def upstream(row):
    x, scale, zero_point, low, high = numbers(row)
    if not math.isfinite(x):
        return None
    result = math.trunc(x / scale + zero_point)
    return result if low <= result <= high else None


def fixed_point(row):
    """Multiplier of 31 bits and exponent of scale_in / scale_out."""
    fraction, exponent = math.frexp(float(row["scale_in"]) / float(row["scale_out"]))
    return int(half_away(fraction * 2**31)), exponent


def tflite_requantize(row):
    a, (multiplier, exponent) = int(row["a"]), fixed_point(row)
    a <<= max(exponent, 0)
    if abs(a) >= 2**31:
        return None
    nudged = a * multiplier + (2**30 if a >= 0 else 1 - 2**30)
    # Division of C++, toward zero.
    high = abs(nudged) // 2**31 * (1 if nudged >= 0 else -1)
    shift = max(-exponent, 0)
    rest, threshold = high & (2**shift - 1), (2**shift - 1 >> 1) + (high < 0)
    return (high >> shift) + (rest > threshold)


def tosa(row, is_double):
    a, (multiplier, exponent) = int(row["a"]), fixed_point(row)
    shift = 31 - exponent
    half = 1 << (shift - 1)
    if is_double and shift > 31:
        half += 2**30 if a >= 0 else -(2**30)
    result = (a * multiplier + half) >> shift
    return result if -(2**31) <= result < 2**31 else None


def xnnpack(row):
    scale = rounded("f32", float(row["scale_in"]) / float(row["scale_out"]))
    product = rounded("f32", rounded("f32", float(row["a"])) * scale)
    low, high = storage_range(row["storage"])
    return round(max(low, min(high, product)))


MODELS = {
    "ONNX": onnx,
    "PyTorch": pytorch,
    "TFLite": tflite,
    "quant": upstream,
}
REQUANTIZE_MODELS = {
    "XNNPACK": xnnpack,
    "TFLite": tflite_requantize,
    "TOSA single": lambda row: tosa(row, False),
    "TOSA double": lambda row: tosa(row, True),
}


def stochastic_number(row):
    seed, counter = int(row["seed"]), int(row["counter"])
    words = [counter % 2**32, counter >> 32, 0, 0]
    return oracle.philox4x32_10(words, [seed % 2**32, seed >> 32])[0] >> 8


def check_models(rows, models):
    wrong = 0
    for column, model in models.items():
        cells = [(row, row[column]) for row in rows if row[column] != MISSING]
        for row, cell in cells:
            result = model(row)
            text = UNDEFINED if result is None else str(result)
            if text != cell:
                wrong += 1
                print(f"error: {column} must be {text}, found {cell}: {row}")
        print(f"{column}: {len(cells)} cells")
    return wrong


# ---------------------------------------------------------------------------
# What can be run
# ---------------------------------------------------------------------------


REQUANTIZE_RUNS = (
    "quant_ext", "single_round", "double_round", "TOSA single", "TOSA double"
)  # fmt: skip

FLOATS = ("f8E4M3FN", "f8E5M2", "f8E4M3FNUZ", "f8E5M2FNUZ", "f4E2M1FN")


def runs(quantize_rows, requantize_rows, stochastic_rows, float_rows, scale_rows):
    """A name, the expected text, and a function's arguments and body for each
    cell; the body makes an i32 of `%x` or `%a`."""
    for i, row in enumerate(quantize_rows):
        for column in ("quant_ext", "reciprocal", "half_away", "quant"):
            if row[column] not in (UNDEFINED, MISSING):
                text = quantize_text(row, column)
                yield (f"quantize_{i}_{column}", row[column], *text)
    for i, row in enumerate(requantize_rows):
        for column in REQUANTIZE_RUNS:
            if row[column] not in (UNDEFINED, MISSING):
                text = requantize_text(row, column)
                name = f"requantize_{i}_{column.replace(' ', '_')}"
                yield (name, row[column], *text)
    for i, row in enumerate(stochastic_rows):
        yield (f"stochastic_{i}", row["quant_ext"], *stochastic_text(row))
    for i, row in enumerate(float_rows):
        for column in [*FLOATS, "f8E4M3FN not saturating", "f8E5M2 not saturating"]:
            name = f"float_{i}_{column.replace(' ', '_')}"
            yield (name, bits_text(row[column]), *storage_text(row, column))
    for i, row in enumerate(scale_rows):
        for column in ("f8E8M0FNU", "f8E4M3FN"):
            yield (f"scale_{i}_{column}", bits_text(row[column]), *scale_text(row, column))


def bits_text(cell):
    """The bits of a number of f32 as an i32; of the quiet NaN without a sign."""
    return str(struct.unpack("<i", struct.pack("<f", float(cell)))[0])


# From a `%y` to its bits, whichever NaN it is.
BITS = [
    "  %at = arith.constant 0 : index",
    "  %number = tensor.extract %y[%at] : tensor<1xf32>",
    "  %isnan = arith.cmpf uno, %number, %number : f32",
    "  %nan = arith.constant 0x7FC00000 : f32",
    "  %known = arith.select %isnan, %nan, %number : f32",
    "  %r = arith.bitcast %known : f32 to i32",
]


def storage_text(row, column):
    storage = column.split()[0]
    saturate = " saturate = false" if "not" in column else ""
    x, q, s = "tensor<1xf32>", f"tensor<1x{storage}>", "tensor<f32>"
    body = [
        f"  %q = quant_ext.quantize %x, %s storage = <{storage}>{saturate} : ({x}, {s}) -> {q}",
        f"  %y = quant_ext.dequantize %q, %s storage = <{storage}> : ({q}, {s}) -> {x}",
    ]
    value = float_text("f32", float(row["x"]))
    return [(f"%x: {x}", value), (f"%s: {s}", "dense<1.0>")], body + BITS


def scale_text(row, column):
    x, e, s = "tensor<1xf32>", f"tensor<1x{column}>", "tensor<f32>"
    scaled, types = (" scaled_by(%s)", f"{x}, {s}") if column == "f8E4M3FN" else ("", x)
    body = [
        f"  %e = quant_ext.choose_qparams %x{scaled} axis = 0 storage = <{row['storage']}>"
        f" scale_storage = <{column}> : ({types}) -> {e}",
        f"  %y = quant_ext.dequantize %e, %one storage = <{column}> : ({e}, {s}) -> {x}",
    ]
    arguments = [
        (f"%x: {x}", float_text("f32", float(row["x"]))),
        (f"%s: {s}", "dense<0.25>"),
        (f"%one: {s}", "dense<1.0>"),
    ]
    return arguments, body + BITS


def float_text(type_, value):
    """In hexadecimal: a decimal number is rounded once, here."""
    code, digits = {"f16": ("<e", 4), "f32": ("<f", 8)}[type_]
    bits = int.from_bytes(struct.pack(code, rounded(type_, value)), "little")
    return f"dense<0x{bits:0{digits}X}>"


def quantize_text(row, column):
    type_, storage, zero_point = row["type"], row["storage"], int(row["zero point"])
    element, x_type = f"i{storage[1:]}", f"tensor<1x{type_}>"
    result = f"tensor<1x{element}>"
    extend = "extsi" if storage[0] == "i" else "extui"
    end = [
        f"  %wide = arith.{extend} %q : {result} to tensor<1xi32>",
        "  %at = arith.constant 0 : index",
        "  %r = tensor.extract %wide[%at] : tensor<1xi32>",
    ]
    x = (f"%x: {x_type}", float_text(type_, float(row["x"])))
    if column == "quant":
        scale = rounded(type_, float(row["scale"]))
        quantized = f"tensor<1x!quant.uniform<{storage}:{type_}, {scale!r}:{zero_point}>>"
        body = [
            f"  %stored = quant.qcast %x : {x_type} to {quantized}",
            f"  %q = quant.scast %stored : {quantized} to {result}",
        ]
        return [x], body + end
    modes = {"reciprocal": " division = reciprocal", "half_away": " rounding = half_away"}
    scale_type = f"tensor<{type_}>"
    zero = [(f"%z: tensor<{element}>", f"dense<{zero_point}>")] if zero_point else []
    types = ", ".join([x_type, scale_type, *([f"tensor<{element}>"] if zero else [])])
    body = [
        f"  %q = quant_ext.quantize %x, %s{', %z' if zero else ''}"
        f" storage = <{storage}>{modes.get(column, '')} : ({types}) -> {result}"
    ]
    if storage[0] == "u" and not zero:
        raise ValueError("unsigned storage must have a zero point: %s" % row)
    scale = (f"%s: {scale_type}", float_text(type_, float(row["scale"])))
    return [x, scale, *zero], body + end


def stochastic_text(row):
    body = [
        "  %s = arith.constant 1.0 : f32",
        "  %q = quant_ext.apply_quantize %x, %s random(%seed, %counter) storage = <i8>"
        " rounding = stochastic : (f32, f32, i64, i64) -> i8",
        "  %r = arith.extsi %q : i8 to i32",
    ]
    x = float_text("f32", float(row["x"]))[len("dense<") : -1]
    arguments = [("%x: f32", x), ("%seed: i64", row["seed"])]
    return [*arguments, ("%counter: i64", row["counter"])], body


def requantize_text(row, column):
    if column == "quant_ext":
        result, scale = f"tensor<1xi{row['storage'][1:]}>", "tensor<f32>"
        body = [
            "  %q = quant_ext.requantize %a in(%in) out(%out) storage_in = <i32>"
            f" storage = <{row['storage']}> : (tensor<1xi32>, {scale}, {scale}) -> {result}",
            f"  %wide = arith.extsi %q : {result} to tensor<1xi32>",
            "  %at = arith.constant 0 : index",
            "  %r = tensor.extract %wide[%at] : tensor<1xi32>",
        ]
        arguments = [("%a: tensor<1xi32>", f"dense<{row['a']}>")]
        for name in ("in", "out"):
            value = float_text("f32", float(row[f"scale_{name}"]))
            arguments.append((f"%{name}: {scale}", value))
        return arguments, body
    multiplier, exponent = fixed_point(row)
    if column in ("single_round", "double_round"):
        result = f"tensor<1xi{row['storage'][1:]}>"
        body = [
            "  %q = quant_ext.requantize_fixed_point %a by(%multiplier, %shift)"
            f" storage_in = <i32> storage = <{row['storage']}> rounding_mode = {column}"
            f" : (tensor<1xi32>, tensor<i32>, tensor<i8>) -> {result}",
            f"  %wide = arith.extsi %q : {result} to tensor<1xi32>",
            "  %at = arith.constant 0 : index",
            "  %r = tensor.extract %wide[%at] : tensor<1xi32>",
        ]
        arguments = [
            ("%a: tensor<1xi32>", f"dense<{row['a']}>"),
            ("%multiplier: tensor<i32>", f"dense<{multiplier}>"),
            ("%shift: tensor<i8>", f"dense<{31 - exponent}>"),
        ]
        return arguments, body
    mode = column.split()[1].upper() + "_ROUND"
    arguments = [
        ("%a: i32", row["a"]),
        ("%multiplier: i32", multiplier),
        ("%shift: i8", 31 - exponent),
    ]
    body = [
        f"  %r = tosa.apply_scale %a, %multiplier, %shift {{rounding_mode = {mode}}}"
        " : (i32, i32, i8) -> i32"
    ]
    return arguments, body


def module_text(rows):
    functions, main = [], ["func.func @main() {"]
    for name, _, arguments, body in runs(*rows):
        signature = ", ".join(argument for argument, _ in arguments)
        functions += [
            f"func.func @{name}({signature}) -> i32 {{",
            *body,
            "  return %r : i32",
            "}",
        ]
        types = [argument.split(": ", 1)[1] for argument, _ in arguments]
        for i, (type_, (_, value)) in enumerate(zip(types, arguments)):
            main.append(f"  %{name}_{i} = arith.constant {value} : {type_}")
        passed = ", ".join(f"%{name}_{i}" for i in range(len(types)))
        main += [
            f"  %{name} = call @{name}({passed}) : ({', '.join(types)}) -> i32",
            f'  vector.print str "{name} "',
            f"  vector.print %{name} : i32",
        ]
    return "\n".join([*functions, *main, "  return", "}"])


def main():
    page, action = sys.argv[1:]
    rows = tables(page)
    assert all(rows), "the page must have all tables"
    if action == "module":
        print(module_text(rows))
    elif action == "expected":
        for name, expected, _, _ in runs(*rows):
            print(name, expected)
    else:
        wrong = check_models(rows[0], MODELS)
        wrong += check_models(rows[1], REQUANTIZE_MODELS)
        wrong += check_models(rows[2], {"u >> 8": stochastic_number})
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
