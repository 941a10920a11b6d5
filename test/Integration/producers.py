"""Networks as torch-mlir and IREE emit them from ONNX, beside ONNX Runtime.

usage: producers.py models DIRECTORY
       producers.py torch-mlir MODEL.onnx MODULE.mlir
       producers.py iree MODEL.onnx MODULE.mlir
       producers.py check MODEL.onnx LIBRARY LEAST_DECIBELS

`models` takes the networks of PP-OCR from the package rapidocr-onnxruntime, a
classifier and a recognizer of text, with sizes made constants, and has ONNX
Runtime's own tools quantize them: to QuantizeLinear and DequantizeLinear with ranges
of calibration (and the classifier's first layers of that), and to
DynamicQuantizeLinear.

What the producers say in dialects of their own is rewritten, and said:

- IREE's functions take buffers with fences: they become functions of tensors.
- iree_linalg_ext.quantize_affine and dequantize_affine, into which IREE turns
  QuantizeLinear and DequantizeLinear, become quantize and dequantize of quant_ext,
  which compute the same: x / scale to the nearest even integer, plus the zero point,
  within quant_min and quant_max; and (q - zero_point) * scale.
"""

from __future__ import annotations

import collections
import ctypes
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

sys.dont_write_bytecode = True

from decibels import decibels
from memref import descriptor

TO_LINALG = "builtin.module(torch-onnx-to-torch-backend-pipeline,torch-backend-to-linalg-on-tensors-backend-pipeline)"
NETWORKS = {
    "classifier": ("ch_ppocr_mobile_v2.0_cls_infer.onnx", [1, 3, 48, 192]),
    "recognizer": ("ch_PP-OCRv4_rec_infer.onnx", [1, 3, 48, 320]),
}
OPSET = 17


# Models.


def fix_sizes(model: onnx.ModelProto, sizes: list[int]) -> onnx.ModelProto:
    for dim, size in zip(model.graph.input[0].type.tensor_type.shape.dim, sizes):
        dim.Clear()
        dim.dim_value = size
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    return onnx.shape_inference.infer_shapes(onnx.version_converter.convert_version(model, OPSET))


def make_models(directory: Path) -> None:
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    package = importlib.util.find_spec("rapidocr_onnxruntime").submodule_search_locations[0]
    for name, (file, sizes) in NETWORKS.items():
        class Calibration(quantization.CalibrationDataReader):
            inputs = iter([{"x": example(sizes, seed)} for seed in range(4)])

            def get_next(self):
                return next(self.inputs, None)

        paths = {kind: str(directory / f"{name}-{kind}.onnx") for kind in ("float", "static", "dynamic")}
        fixed = fix_sizes(onnx.load(Path(package, "models", file)), sizes)
        onnx.save(fixed, paths["float"])
        with tempfile.TemporaryDirectory() as scratch:
            prepared = str(Path(scratch, "prepared.onnx"))
            quant_pre_process(paths["float"], prepared, skip_symbolic_shape=True)
            quantization.quantize_static(prepared, paths["static"], Calibration(), per_channel=True)
            quantization.quantize_dynamic(prepared, paths["dynamic"], per_channel=True)
    cut(directory / "classifier-static.onnx", directory / "classifier-start.onnx")


def cut(path: Path, start: Path) -> None:
    """The network up to the integers of a dozen tensors."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    integers = [node.output[0] for node in model.graph.node if node.op_type == "QuantizeLinear"]
    onnx.save(onnx.utils.Extractor(model).extract_model([model.graph.input[0].name], [integers[12]]), start)


def example(sizes: list[int], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(sizes).astype(np.float32)


# Modules.


def run(tool: str, *arguments: str) -> None:
    done = subprocess.run([Path(sys.executable).parent / tool, *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{tool}: {done.stderr[-2000:]}")


def emit_by_torch_mlir(model: str, module: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        imported = str(Path(scratch, "torch.mlir"))
        run("torch-mlir-import-onnx", model, "-o", imported)
        run("torch-mlir-opt", f"--pass-pipeline={TO_LINALG}", imported, "-o", module)
    print("rewrote nothing")


def emit_by_iree(model: str, module: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        imported, emitted = (str(Path(scratch, name)) for name in ("onnx.mlir", "linalg.mlir"))
        run("iree-import-onnx", model, "-o", imported)
        run("iree-compile", "--compile-to=input", imported, "-o", emitted)
        text = Path(emitted).read_text()
    text, quantizations = rewrite_quantizations(rewrite_function(text))
    Path(module).write_text(text)
    print("rewrote 1 function and its buffers")
    for name, count in sorted(quantizations.items()):
        print(f"rewrote {count} iree_linalg_ext.{name}_affine to quant_ext.{name}")


def rewrite_function(text: str) -> str:
    head = re.search(r'util\.func public @"?([^"(]*?)\$async"?\(.*\{\n', text)
    argument = re.search(r" *(%\w+) = hal\.tensor\.import .* -> (tensor<.*>)\n", text)
    result = re.search(r" *%\w+ = hal\.tensor\.barrier join\((%\w+) : (tensor<.*?>)\) .*\n", text)
    body = text[head.end() : argument.start()] + text[argument.end() : result.start()]
    return (
        f'{text[: text.index("module")]}func.func @"{head[1]}"({argument[1]}: {argument[2]}) -> {result[2]} {{\n'
        f"{body}    return {result[1]} : {result[2]}\n}}\n"
    )


QUANTIZATION = re.compile(
    r" *(?P<result>%\w+) = iree_linalg_ext\.(?P<op>quantize|dequantize)_affine <indexing_maps = \[(?P<maps>.*)\],"
    r" quant_min = (?P<low>-?\d+), quant_max = (?P<high>-?\d+)(?P<unsigned>, \w+_unsigned)?>"
    r" ins\((?P<names>.*?) : (?P<types>.*?)\) outs\(.*\) -> (?P<type>.*)\n"
)


def rewrite_quantizations(text: str) -> tuple[str, collections.Counter]:
    counts = collections.Counter()

    def rewrite(match: re.Match) -> str:
        counts[match["op"]] += 1
        result, op = match["result"], match["op"]
        prefix = f"%p{result[1:]}_"  # What names begin with digits end with them.
        names, types = match["names"].split(", "), match["types"].split(", ")
        stored = match["type"] if op == "quantize" else types[0]
        element = re.search(r"i\d+", stored)[0]
        storage = f"<{'u' if match['unsigned'] else 'i'}{element[1:]}<{match['low']}:{match['high']}>>"
        lines = []
        if len(names) == 3:
            narrow = types[2].replace("i64", element)
            lines.append(f"{prefix}z = arith.trunci {names[2]} : {types[2]} to {narrow}\n")
            names[2], types[2] = f"{prefix}z", narrow
        for i in range(1, len(names)):
            if not types[i].startswith("tensor"):
                lines.append(f"{prefix}{i} = tensor.from_elements {names[i]} : tensor<{types[i]}>\n")
                names[i], types[i] = f"{prefix}{i}", f"tensor<{types[i]}>"
        # Of the input, the scale, ...: one dimension or none for the scale.
        axis = re.findall(r"-> \((.*?)\)>", match["maps"])[1]
        axis = axis.replace("d", " axis = ")
        lines.append(
            f"{result} = quant_ext.{op} {', '.join(names)}{axis} storage = {storage}"
            f" : ({', '.join(types)}) -> {match['type']}\n"
        )
        return "".join(f"    {line}" for line in lines)

    return QUANTIZATION.sub(rewrite, text), counts


# Values.


def infer(model: str, inputs: np.ndarray, optimized: bool) -> np.ndarray:
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if optimized else levels.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: inputs})[0]


def check(model: str, library: str, least: float) -> int:
    graph = onnx.load(model).graph
    inputs = example([dim.dim_value for dim in graph.input[0].type.tensor_type.shape.dim], 99)
    wanted = infer(model, inputs, optimized=False)
    got = np.full_like(wanted, np.nan)
    function = getattr(ctypes.CDLL(library), f"_mlir_ciface_{graph.name}")
    function(ctypes.byref(descriptor(inputs)), ctypes.byref(descriptor(got)))
    reached = decibels(wanted, got)
    itself = decibels(wanted, infer(model, inputs, optimized=True))
    classes = np.mean(wanted.argmax(-1) == got.argmax(-1))
    verdict = "right" if reached >= least and classes == 1 else "wrong"
    print(f"{verdict}: {reached:.1f} dB, classes alike {classes:.3f}; ONNX Runtime beside itself: {itself:.1f} dB")
    return verdict != "right"


def main() -> int:
    command, *arguments = sys.argv[1:]
    if command == "models":
        make_models(Path(arguments[0]))
    elif command == "torch-mlir":
        emit_by_torch_mlir(*arguments)
    elif command == "iree":
        emit_by_iree(*arguments)
    elif command == "check":
        return check(arguments[0], arguments[1], float(arguments[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
