"""Textual MLIR: types, values, one function at a time, and the resource trailer.

Text is written as it is made, and weights are read only while the trailer is
written, so that the memory needed stays near the size of the model.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import IO, Callable, Iterable, Optional, Sequence, Union

import numpy as np

# Blobs start on a cache line, so that what reads them may use aligned vectors.
RESOURCE_ALIGNMENT = 64
HEX_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class TensorType:
    """A ranked tensor type; None is a dynamic size."""

    shape: tuple[Optional[int], ...]
    element: str

    def __str__(self) -> str:
        sizes = ["?" if size is None else str(size) for size in self.shape]
        return f"tensor<{'x'.join(sizes + [self.element])}>"


@dataclass(frozen=True)
class Value:
    """An SSA value of tensor type."""

    name: str
    type: TensorType

    @property
    def rank(self) -> int:
        return len(self.type.shape)


# A size that is known, or the name of an SSA value of type index.
Size = Union[int, str]


def quote(text: str) -> str:
    """Returns `text` as an MLIR string literal."""
    pieces = []
    for byte in text.encode("utf-8", "surrogateescape"):
        plain = 32 <= byte < 127 and byte not in b'"\\'
        pieces.append(chr(byte) if plain else f"\\{byte:02X}")
    return '"' + "".join(pieces) + '"'


class NameTable:
    """Turns arbitrary names into identifiers, no two of them the same."""

    def __init__(self, fallback: str, keep: str = "") -> None:
        self._fallback = fallback
        self._unwanted = re.compile(f"[^A-Za-z0-9_{re.escape(keep)}]+")
        self._used: set[str] = set()

    def unique(self, name: str) -> str:
        base = self._unwanted.sub("_", name).strip("_") or self._fallback
        if not base[0].isalpha():
            base = f"{self._fallback}_{base}"
        candidate, count = base, 0
        while candidate in self._used:
            count += 1
            candidate = f"{base}_{count}"
        self._used.add(candidate)
        return candidate


def affine_map(dims: Sequence[str], results: Sequence[str]) -> str:
    """Returns an affine map such as `affine_map<(m, k) -> (k)>`."""
    return f"affine_map<({', '.join(dims)}) -> ({', '.join(results)})>"


def float_literal(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"scalar must be finite, found {value}")
    return f"{value:.17e}"


class FunctionBuilder:
    """Collects the text of one func.func; every op carries one location."""

    def __init__(self, name: str, location: str) -> None:
        self.name = name
        self._loc = f"loc({quote(location)})"
        self._arguments: list[Value] = []
        self._lines: list[str] = []
        self._count = 0
        self._indices: dict[int, str] = {}

    def argument(self, type: TensorType) -> Value:
        value = Value(f"%arg{len(self._arguments)}", type)
        self._arguments.append(value)
        return value

    def finish(self, result: Value) -> str:
        """Returns the whole function, which returns `result`."""
        arguments = ", ".join(
            f"{argument.name}: {argument.type} {self._loc}"
            for argument in self._arguments
        )
        body = "\n".join(self._lines)
        return (
            f"  func.func @{self.name}({arguments}) -> {result.type} {{\n{body}\n"
            f"    return {result.name} : {result.type} {self._loc}\n"
            f"  }} {self._loc}\n"
        )

    def op(self, text: str, type: TensorType) -> Value:
        """Adds an op whose one result is a tensor of `type`."""
        return Value(self._result(text), type)

    def _result(self, text: str) -> str:
        name = f"%{self._count}"
        self._count += 1
        self._lines.append(f"    {name} = {text} {self._loc}")
        return name

    # Sizes.

    def index(self, value: int) -> str:
        if value not in self._indices:
            self._indices[value] = self._result(f"arith.constant {value} : index")
        return self._indices[value]

    def size(self, value: Value, axis: int) -> Size:
        known = value.type.shape[axis]
        if known is not None:
            return known
        return self._result(
            f"tensor.dim {value.name}, {self.index(axis)} : {value.type}"
        )

    def sizes(self, value: Value) -> list[Size]:
        return [self.size(value, axis) for axis in range(value.rank)]

    def arith(self, op: str, lhs: Size, rhs: int) -> Size:
        """Computes `lhs op rhs` on sizes: now where it can, else in the IR."""
        if isinstance(lhs, int):
            compute: dict[str, Callable[[int, int], int]] = {
                "addi": int.__add__,
                "subi": int.__sub__,
                "muli": int.__mul__,
                "divsi": int.__floordiv__,
            }
            return compute[op](lhs, rhs)
        if rhs == (1 if op in ("muli", "divsi") else 0):
            return lhs
        return self._result(f"arith.{op} {lhs}, {self.index(rhs)} : index")

    # Tensors.

    def resource(self, key: str, type: TensorType) -> Value:
        return self.op(f"arith.constant dense_resource<{key}> : {type}", type)

    def scalar(self, value: float, element: str) -> str:
        return self._result(f"arith.constant {float_literal(value)} : {element}")

    def empty(self, sizes: Sequence[Size], element: str) -> Value:
        type = TensorType(
            tuple(size if isinstance(size, int) else None for size in sizes), element
        )
        dynamic = ", ".join(size for size in sizes if isinstance(size, str))
        return self.op(f"tensor.empty({dynamic}) : {type}", type)

    def zeros(self, sizes: Sequence[Size], element: str) -> Value:
        return self.fill(0.0, sizes, element)

    def fill(self, value: float, sizes: Sequence[Size], element: str) -> Value:
        scalar = self.scalar(value, element)
        empty = self.empty(sizes, element)
        return self.op(
            f"linalg.fill ins({scalar} : {element}) outs({empty.name} : {empty.type})"
            f" -> {empty.type}",
            empty.type,
        )

    def broadcast(
        self, value: Value, sizes: Sequence[Size], added: Sequence[int]
    ) -> Value:
        """Spreads `value` over a tensor of `sizes`; `added` are its new dims."""
        if not added:
            return value
        empty = self.empty(sizes, value.type.element)
        return self.op(
            f"linalg.broadcast ins({value.name} : {value.type})"
            f" outs({empty.name} : {empty.type})"
            f" dimensions = [{', '.join(map(str, added))}]",
            empty.type,
        )

    def pad(self, value: Value, low: Sequence[int], high: Sequence[int]) -> Value:
        """Pads with zeros; `low` and `high` hold one entry for each dimension."""
        if not any(low) and not any(high):
            return value
        shape = tuple(
            None if size is None else size + before + after
            for size, before, after in zip(value.type.shape, low, high)
        )
        type = TensorType(shape, value.type.element)
        zero = self.scalar(0.0, type.element)
        indices = ", ".join(f"%i{axis}: index {self._loc}" for axis in range(value.rank))
        return self.op(
            f"tensor.pad {value.name} low[{', '.join(map(str, low))}]"
            f" high[{', '.join(map(str, high))}] {{\n"
            f"    ^bb0({indices}):\n"
            f"      tensor.yield {zero} : {type.element} {self._loc}\n"
            f"    }} : {value.type} to {type}",
            type,
        )

    def insert_spread(
        self, value: Value, into: Value, offsets: Sequence[int], strides: Sequence[int]
    ) -> Value:
        """Writes `value` into `into`, its elements `strides` apart."""
        sizes = ", ".join(str(size) for size in self.sizes(value))
        return self.op(
            f"tensor.insert_slice {value.name} into {into.name}"
            f"[{', '.join(map(str, offsets))}] [{sizes}]"
            f" [{', '.join(map(str, strides))}] : {value.type} into {into.type}",
            into.type,
        )

    def expand(self, value: Value, axis: int, outer: int, inner: int) -> Value:
        """Splits the static dimension `axis` into `outer` x `inner`."""
        sizes = self.sizes(value)
        new = [*sizes[:axis], outer, inner, *sizes[axis + 1 :]]
        type = TensorType(
            tuple(size if isinstance(size, int) else None for size in new),
            value.type.element,
        )
        return self.op(
            f"tensor.expand_shape {value.name} {_groups(value.rank, axis)}"
            f" output_shape [{', '.join(map(str, new))}] : {value.type} into {type}",
            type,
        )

    def collapse(self, value: Value, axis: int) -> Value:
        """Merges the static dimensions `axis` and `axis` + 1."""
        shape = value.type.shape
        merged = shape[axis] * shape[axis + 1]
        type = TensorType(
            (*shape[:axis], merged, *shape[axis + 2 :]), value.type.element
        )
        return self.op(
            f"tensor.collapse_shape {value.name} {_groups(value.rank - 1, axis)}"
            f" : {value.type} into {type}",
            type,
        )

    # Linalg.

    def named(
        self, op: str, attributes: str, ins: Sequence[Value], out: Value
    ) -> Value:
        """Adds a named linalg op whose result has the type of `out`."""
        separator = " " if attributes else ""
        return self.op(
            f"linalg.{op}{separator}{attributes} {_operands(ins, out)} -> {out.type}",
            out.type,
        )

    def generic(
        self,
        maps: Sequence[str],
        iterators: Sequence[str],
        ins: Sequence[Value],
        out: Value,
        body: Sequence[str],
    ) -> Value:
        """Adds a linalg.generic; `body` may use %a0, %a1, ... and %out.

        The last statement of `body` defines %r, which is yielded.
        """
        element = out.type.element
        names = [f"%a{i}" for i in range(len(ins))] + ["%out"]
        arguments = ", ".join(f"{name}: {element} {self._loc}" for name in names)
        statements = "".join(f"      {line} : {element} {self._loc}\n" for line in body)
        quoted = ", ".join(f'"{iterator}"' for iterator in iterators)
        return self.op(
            f"linalg.generic {{indexing_maps = [{', '.join(maps)}],"
            f" iterator_types = [{quoted}]}} {_operands(ins, out)} {{\n"
            f"    ^bb0({arguments}):\n{statements}"
            f"      linalg.yield %r : {element} {self._loc}\n"
            f"    }} -> {out.type}",
            out.type,
        )


def _operands(ins: Sequence[Value], out: Value) -> str:
    names = ", ".join(value.name for value in ins)
    types = ", ".join(str(value.type) for value in ins)
    return f"ins({names} : {types}) outs({out.name} : {out.type})"


def _groups(rank: int, axis: int) -> str:
    """Returns reassociation indices in which group `axis` has two members."""
    groups = []
    for i in range(rank):
        if i == axis:
            groups.append(f"[{i}, {i + 1}]")
        else:
            groups.append(f"[{i if i < axis else i + 1}]")
    return "[" + ", ".join(groups) + "]"


def write_resources(
    stream: IO[str], blobs: Iterable[tuple[str, Callable[[], np.ndarray]]]
) -> None:
    """Writes the trailer that holds `blobs`, loading one at a time."""
    stream.write("\n{-#\n  dialect_resources: {\n    builtin: {")
    separator = "\n"
    for key, load in blobs:
        header = RESOURCE_ALIGNMENT.to_bytes(4, "little").hex()
        stream.write(f'{separator}      {key}: "0x{header}')
        _write_hex(stream, load())
        stream.write('"')
        separator = ",\n"
    stream.write("\n    }\n  }\n#-}\n")


def _write_hex(stream: IO[str], array: np.ndarray) -> None:
    """Writes the little-endian bytes of `array`, any shape, row-major."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    # bfloat16 is no buffer type of numpy's own; its bytes are.
    flat = np.ascontiguousarray(little).reshape(-1).view(np.uint8)
    for start in range(0, flat.size, HEX_CHUNK_BYTES):
        stream.write(flat[start : start + HEX_CHUNK_BYTES].tobytes().hex().upper())
