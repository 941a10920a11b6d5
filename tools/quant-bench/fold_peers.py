#!/usr/bin/env python3
"""Quantizes the weights of `quant-bench fold` by what is not ours.

  fold_peers.py numpy WEIGHTS LAYERS ROWS COLUMNS AXIS OUTPUT
  fold_peers.py model WEIGHTS LAYERS ROWS COLUMNS AXIS OUTPUT
  fold_peers.py onnxruntime MODEL OUTPUT

`model` writes the ONNX model that `onnxruntime` reads. Prints seconds as JSON;
exit status 77 says that a package is missing.
"""

import json
import sys
import time

MISSING = 77


class Stopwatch:
    def __init__(self):
        self.start = time.perf_counter()
        self.seconds = {}

    def lap(self, name):
        now = time.perf_counter()
        self.seconds[name] = now - self.start
        self.start = now


def read_layers(weights, layers, rows, columns):
    import numpy as np

    size = rows * columns
    for layer in range(layers):
        yield np.fromfile(weights, np.float32, size, offset=layer * size * 4).reshape(
            rows, columns
        )


def run_numpy(weights, layers, rows, columns, axis, output):
    """As one writes it: whole arrays, one layer at a time."""
    import numpy as np

    totals = {"read": 0.0, "fold": 0.0, "write": 0.0}
    watch = Stopwatch()
    with open(output, "wb") as file:
        for w in read_layers(weights, layers, rows, columns):
            watch.lap("read")
            scale = np.abs(w).max(axis=1 - axis, keepdims=True) / np.float32(127)
            q = np.clip(np.rint(w / scale), -128, 127).astype(np.int8)
            watch.lap("fold")
            q.tofile(file)
            watch.lap("write")
            for name, seconds in watch.seconds.items():
                totals[name] += seconds
    return totals


def write_model(weights, layers, rows, columns, axis, output):
    """Each layer a graph's output of its own: shapes need not chain."""
    del axis
    import onnx
    from onnx import TensorProto, helper

    nodes, initializers, inputs, outputs = [], [], [], []
    for layer, w in enumerate(read_layers(weights, layers, rows, columns)):
        tensor = TensorProto(
            name=f"w{layer}", data_type=TensorProto.FLOAT, dims=w.shape
        )
        tensor.raw_data = w.tobytes()
        initializers.append(tensor)
        make_value = helper.make_tensor_value_info
        inputs.append(make_value(f"x{layer}", TensorProto.FLOAT, [1, rows]))
        outputs.append(make_value(f"y{layer}", TensorProto.FLOAT, [1, columns]))
        nodes.append(
            helper.make_node("MatMul", [f"x{layer}", f"w{layer}"], [f"y{layer}"])
        )
    graph = helper.make_graph(nodes, "layers", inputs, outputs, initializers)
    opset = [helper.make_opsetid("", 21)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), output)
    return {}


def run_onnxruntime(model, output):
    import logging

    import onnx
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # It advises to preprocess the model, which has nothing to gain here.
    logging.disable(logging.WARNING)
    watch = Stopwatch()
    quantize_dynamic(model, output, per_channel=True, weight_type=QuantType.QInt8)
    watch.lap("all")
    loaded = onnx.load(model)
    watch.lap("read")
    del loaded
    result = onnx.load(output)
    watch.lap("again")
    onnx.save(result, output)
    watch.lap("write")
    return {**watch.seconds, "version": onnxruntime.__version__}


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    try:
        if command == "onnxruntime":
            figures = run_onnxruntime(*arguments)
        else:
            run = {"numpy": run_numpy, "model": write_model}[command]
            figures = run(arguments[0], *map(int, arguments[1:5]), arguments[5])
    except ImportError as error:
        print(error, file=sys.stderr)
        sys.exit(MISSING)
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
