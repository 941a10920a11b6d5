#!/usr/bin/env python3
"""Brings the trained weights of an ONNX model into MLIR.

Every Conv, ConvTranspose, MatMul and Gemm with a constant float weight becomes
one func.func of the float linalg op that uses the weight. The function takes
the activation; the weight is a dense_resource constant; locations carry the
node's name. Sizes that the model leaves open (batch, width, ...) are dynamic.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import IO, Callable, Iterator

try:
    import onnx
    from google.protobuf.message import DecodeError

    from layers import OTHER_WEIGHT_OPS, Layer, Unsupported, lower, weight_position
    from mlir_text import FunctionBuilder, NameTable, write_resources
    from onnx_graph import Constant, Scope, infer_shapes
except ModuleNotFoundError as error:
    # A traceback would hide the one thing that helps: what to install.
    requirements = Path(__file__).with_name("requirements.txt")
    sys.exit(f"import_onnx: error: {error}; install what {requirements} lists")

EPILOG = """\
The weights' output channel: Conv keeps [F, C, kernel..]; ConvTranspose becomes
zero insertion and an ordinary convolution whose filter is flipped and
transposed to [F, C, kernel..]; MatMul and Gemm keep the weight as stored and
say the channel through the op and its indexing maps.

Nodes that carry a weight but cannot be imported are named on stderr with the
reason, and do not fail the run. The last line on stderr counts the weights.

exit status: 0 if at least one weight was imported; 1 otherwise, and then FILE
is left as it was.

example: import_onnx.py model.onnx -o model.mlir
"""

IMPORTED_OPS = ("Conv", "ConvTranspose", "MatMul", "Gemm")


class ImportFailure(Exception):
    """The input as a whole cannot be imported; says why."""


class Importer:
    """Writes functions as it meets nodes, and collects the data they refer to."""

    def __init__(
        self, scope: Scope, stream: IO[str], warn: Callable[[str], None]
    ) -> None:
        self._scope = scope
        self._stream = stream
        self._warn = warn
        self._functions = NameTable("layer")
        self._keys = NameTable("weight", keep=".")
        self._blobs: dict[tuple, tuple[str, Constant]] = {}
        self._weights: dict[tuple, int] = {}
        self.functions = 0
        self.skipped = 0

    @property
    def weights(self) -> int:
        return len(self._weights)

    @property
    def parameters(self) -> int:
        return sum(self._weights.values())

    def run(self) -> None:
        for scope, node in self._scope.nodes():
            try:
                self._visit(scope, node)
            except (Unsupported, ValueError) as error:
                self.skipped += 1
                self._warn(f"skipped {_label(node)!r} ({node.op_type}): {error}")
        if self._blobs:
            blobs = ((key, constant.load) for key, constant in self._blobs.values())
            write_resources(self._stream, blobs)

    def _visit(self, scope: Scope, node: onnx.NodeProto) -> None:
        if node.op_type not in IMPORTED_OPS or node.domain not in ("", "ai.onnx"):
            _refuse_weights(scope, node)
            return
        position = weight_position(scope, node)
        if position is None:
            return
        # Data of a node that turns out to be unsupported must not be stored.
        blobs: dict[tuple, tuple[str, Constant]] = {}
        weights: dict[tuple, int] = {}

        def store(constant: Constant, is_weight: bool) -> str:
            identity = constant.identity
            known = self._blobs.get(identity) or blobs.get(identity)
            if known is None:
                known = blobs[identity] = (self._keys.unique(_key(constant)), constant)
            if is_weight:
                weights[identity] = constant.size
            return known[0]

        label = _label(node)
        builder = FunctionBuilder(self._functions.unique(label), label)
        result = lower(Layer(scope, node, builder, store), position)
        self._stream.write(builder.finish(result))
        self._blobs.update(blobs)
        self._weights.update(weights)
        self.functions += 1


def _label(node: onnx.NodeProto) -> str:
    """Returns the node's name; exporters may leave all but the outputs unnamed."""
    return node.name or next(filter(None, node.output), node.op_type)


def _key(constant: Constant) -> str:
    moved = [step for step, _ in constant.steps if step != "reshape"]
    return ".".join([constant.name, *moved])


def _refuse_weights(scope: Scope, node: onnx.NodeProto) -> None:
    """Raises if a node of a kind that the importer does not lower has a weight."""
    if node.op_type not in OTHER_WEIGHT_OPS and node.op_type not in IMPORTED_OPS:
        return
    for name in node.input:
        constant = scope.constant(name) if name else None
        if constant and len(constant.shape) >= 2:
            domain = f"{node.domain}." if node.domain else ""
            raise Unsupported(
                f"operator {domain}{node.op_type} is not supported"
                f" (weight {name!r}, {constant.onnx_type} {list(constant.shape)})"
            )


def load_model(path: Path) -> onnx.ModelProto:
    """Reads the model; weights in files beside it are read when written."""
    try:
        model = onnx.load(str(path), load_external_data=False)
    except OSError as error:
        raise ImportFailure(f"cannot read {path}: {error.strerror or error}") from error
    except DecodeError as error:
        raise ImportFailure(f"{path} is not an ONNX model: {error}") from error
    # Protobuf accepts many byte strings that no exporter ever wrote.
    if model.ir_version < 1 or not model.graph.node:
        raise ImportFailure(
            f"{path} is not an ONNX model: expected a graph with nodes, found none"
        )
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    return model


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """Opens `path` for writing; what was there is replaced only on success."""
    if str(path) == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(os.path.realpath(path))
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        with open(path, "w", encoding="utf-8") as stream:
            yield stream
        return
    handle, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
    )
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            yield stream
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def import_model(source: Path, output: Path, warn: Callable[[str], None]) -> str:
    """Imports `source` into `output`; returns the account of what was done."""
    model = load_model(source)
    try:
        shapes = infer_shapes(model)
    except Exception as error:  # The inferencer raises types of its own.
        warn(f"shapes are unknown, shape inference failed: {str(error).strip()}")
        shapes = {}
    scope = Scope(model.graph, source.parent, shapes)
    with replacing(output) as stream:
        importer = Importer(scope, stream, warn)
        importer.run()
        if not importer.weights:
            raise ImportFailure(
                f"{source} has no weight to import: expected a Conv, ConvTranspose,"
                f" MatMul or Gemm with a constant float weight, found none"
                f" ({importer.skipped} skipped)"
            )
    return (
        f"imported {importer.weights} weights, {importer.parameters} parameters,"
        f" in {importer.functions} functions; skipped {importer.skipped} nodes"
    )


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="import_onnx.py",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="the .onnx file")
    parser.add_argument(
        "-o",
        dest="output",
        type=Path,
        metavar="FILE",
        default=Path("-"),
        help="write the MLIR module here (default: -, standard output)",
    )
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()

    def say(message: str) -> None:
        print(f"import_onnx: {message}", file=sys.stderr)

    try:
        say(import_model(arguments.model, arguments.output, say))
    except ImportFailure as error:
        say(f"error: {error}")
        return 1
    except (OSError, ValueError) as error:
        # Broken tensors are found only when their data is read for writing.
        say(f"error: cannot import {arguments.model}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
