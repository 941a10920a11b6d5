"""Compares contractions in integers with ONNX's, bit for bit.

usage: onnx_matmul.py node|runtime MODULE.mlir
       onnx_matmul.py check MODULE.mlir LIBRARY.so

The first writes functions, and beside them what ONNX wants of them, to which the
second compares native code. `node` are ONNX's own tests of MatMulInteger and QLinearMatMul, `runtime` products
of many shapes as ONNX Runtime computes them: MatMulInteger, QLinearMatMul, and
DynamicQuantizeLinear with MatMulInteger behind it.

ONNX Runtime saturates sums of two products at 16 bits where a factor is signed and
the processor has AVX2 or AVX-512 without VNNI (255 * 113 * 2 becomes 32767). That
is no definition to follow: there it would not be asked.
"""

from __future__ import annotations

import collections
import pickle
import sys
from pathlib import Path
from random import Random

import numpy as np
from matmul_functions import Product
from native_calls import native_results
from onnx_conformance import differences

SEED = 20240229
SIZES = (1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 70)
TYPES = {"u": np.uint8, "s": np.int8}
PARTS = {
    "MatMulInteger": ("a", "b", "a_zero_point", "b_zero_point"),
    "QLinearMatMul": (
        "a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "y_scale",
        "y_zero_point",
    ),
}  # fmt: skip


def simplify(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Parameters of one element are per-tensor."""
    return {
        name: value.reshape(()) if "_" in name and value.size == 1 else value
        for name, value in values.items()
    }


def node_products() -> list[Product]:
    from onnx_node_tests import all_node_tests

    products = []
    for test in all_node_tests(tuple(PARTS)):
        inputs = simplify(dict(zip(PARTS[test.node.op_type], test.inputs)))
        for constants in ((), ("b", "b_scale", "b_zero_point")):
            name = f"{test.name}_{'constant' if constants else 'computed'}"
            products.append(
                Product(name, test.node.op_type, dict(inputs), test.outputs[0], constants)
            )
    return products


class Runtime:
    """Products as ONNX Runtime computes them."""

    def __init__(self) -> None:
        import onnx
        import onnxruntime

        self.helper, self.to_type = onnx.helper, onnx.helper.np_dtype_to_tensor_dtype
        self.make_opset = onnx.helper.make_opsetid
        self.session = onnxruntime.InferenceSession

    def run(self, nodes: list[tuple], inputs: dict[str, np.ndarray]) -> np.ndarray:
        """`nodes`: operator, inputs, outputs, attributes; the result is `y`."""
        infos = [
            self.helper.make_tensor_value_info(name, self.to_type(value.dtype), value.shape)
            for name, value in inputs.items()
        ]
        graph = self.helper.make_graph(
            [self.helper.make_node(*node[:3], **node[3]) for node in nodes], "product", infos,
            [self.helper.make_empty_tensor_value_info("y")],
        )  # fmt: skip
        model = self.helper.make_model(
            graph, opset_imports=[self.make_opset("", 21)], ir_version=10
        )
        session = self.session(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(["y"], inputs)[0]


def draw(rng: np.random.Generator, shape: tuple, dtype: type) -> np.ndarray:
    """Ends of the range among random values, and now and then nothing else."""
    values = rng.integers(0, 256, shape, dtype=np.uint8)
    ends = rng.choice(np.array([0, 1, 113, 127, 128, 255], np.uint8), shape)
    share = rng.choice([0.3, 1.0])
    return np.where(rng.random(shape) < share, ends, values).view(dtype)


def draw_scales(rng: np.random.Generator, shape: tuple) -> np.ndarray:
    return np.asarray(np.exp2(rng.uniform(-9, 1, shape)), np.float32)


class Generator:
    def __init__(self) -> None:
        self.runtime = Runtime()
        self.products: list[Product] = []

    def draw_factors(self, number: int, signs: str) -> tuple:
        rng = np.random.default_rng(SEED * 1000 + number)
        pick = Random(SEED * 1000 + number)
        m, n, k = (pick.choice(SIZES) for _ in range(3))
        batches = ((), (), (2,))[number % 3]
        a = draw(rng, (*batches, m, k), TYPES[signs[0]])
        # Weights that all entries of a batch share, or each its own.
        b = draw(rng, (*(batches if number % 2 else ()), k, n), TYPES[signs[1]])
        columns = (n,) if number % 4 == 1 and b.ndim == 2 else ()
        return rng, a, b, columns

    def add(self, operator: str, number: int, inputs: dict, y: np.ndarray) -> None:
        constants = tuple(name for name in inputs if name[0] == "b" and name != "bias")
        self.products.append(
            Product(f"{operator}_{number}", operator, simplify(inputs), y,
                    constants if number % 5 < 3 else ())
        )  # fmt: skip

    def matmul_integer(self, number: int, signs: str) -> None:
        rng, a, b, columns = self.draw_factors(number, signs)
        inputs = dict(a=a, b=b, a_zero_point=draw(rng, (), a.dtype.type),
                      b_zero_point=draw(rng, columns, b.dtype.type))  # fmt: skip
        y = self.runtime.run([("MatMulInteger", [*inputs], ["y"], {})], inputs)
        self.add("MatMulInteger", number, inputs, y)

    def qlinear_matmul(self, number: int, signs: str) -> None:
        rng, a, b, columns = self.draw_factors(number, signs)
        k = a.shape[-1]
        values = dict(
            a=a, a_scale=draw_scales(rng, ()), a_zero_point=draw(rng, (), a.dtype.type),
            b=b, b_scale=draw_scales(rng, columns), b_zero_point=draw(rng, columns, b.dtype.type),
            y_zero_point=draw(rng, (), a.dtype.type),
        )  # fmt: skip
        spread = np.float32(40 * np.sqrt(k) * np.median(values["b_scale"]))
        values["y_scale"] = np.asarray(values["a_scale"] * spread, np.float32)
        inputs = {name: values[name] for name in PARTS["QLinearMatMul"]}
        y = self.runtime.run([("QLinearMatMul", [*inputs], ["y"], {})], inputs)
        self.add("QLinearMatMul", number, inputs, y)

    def dynamic_matmul(self, number: int, sign: str) -> None:
        rng, a, b, columns = self.draw_factors(number, "u" + sign)
        x = (rng.standard_normal(a.shape) * np.exp2(rng.uniform(-6, 6))).astype(np.float32)
        if number % 4 == 0:
            x = np.abs(x)
        inputs = dict(a=x, b=b, b_scale=draw_scales(rng, columns),
                      b_zero_point=draw(rng, columns, b.dtype.type),
                      bias=rng.standard_normal(b.shape[-1:]).astype(np.float32))  # fmt: skip
        nodes = [
            ("DynamicQuantizeLinear", ["a"], ["q", "s", "z"], {}),
            ("MatMulInteger", ["q", "b", "z", "b_zero_point"], ["sums"], {}),
            ("Cast", ["sums"], ["floats"], {"to": 1}),
            ("Mul", ["s", "b_scale"], ["scale"], {}),
            ("Mul", ["floats", "scale"], ["product"], {}),
            ("Add", ["product", "bias"], ["y"], {}),
        ]
        y = self.runtime.run(nodes, inputs)
        self.add("DynamicQuantizeLinear", number, inputs, y)


def runtime_products() -> list[Product]:
    generator = Generator()
    for number in range(24):
        generator.matmul_integer(number, ("us", "ss", "uu", "su")[number // 2 % 4])
        generator.qlinear_matmul(100 + number, ("us", "ss", "uu")[number // 2 % 3])
    for number in range(16):
        generator.dynamic_matmul(200 + number, "su"[number // 2 % 2])
    return generator.products


def write(products: list[Product], path: str) -> None:
    functions = [product.function() for product in products]
    Path(path).write_text("\n".join(f.text("arguments") for f in functions))
    kinds = collections.Counter(product.operator for product in products)
    Path(f"{path}.wanted").write_bytes(pickle.dumps((kinds, functions)))


def check(path: str, library: str) -> int:
    kinds, functions = pickle.loads(Path(f"{path}.wanted").read_bytes())
    results = native_results(Path(library), functions)
    print(f"products: {', '.join(f'{name} {count}' for name, count in sorted(kinds.items()))}")
    passed = 0
    for function in functions:
        lines = differences(function, results.get(function.name))
        passed += not lines
        for line in lines[:8]:
            print(f"{function.name}: {line}")
    print(f"native: {passed} of {len(functions)} pass")
    return int(passed != len(functions))


def main() -> None:
    command, *arguments = sys.argv[1:]
    if command == "check":
        sys.exit(check(*arguments))
    write({"node": node_products, "runtime": runtime_products}[command](), *arguments)


if __name__ == "__main__":
    main()
