//===- OnnxMatmul.cpp - A product as a model of ONNX ----------------------===//

#include "OnnxMessage.h"

#include "llvm/Support/ErrorHandling.h"

using namespace mlir;
using namespace quant_bench;

using Kind = MatmulRow::Kind;

static int getOnnxType(Element element) {
  switch (element) {
  case Element::U8:
    return quant_bench::getOnnxType(Storage::U8);
  case Element::I8:
    return quant_bench::getOnnxType(Storage::I8);
  case Element::I32:
    return onnxTypeI32;
  case Element::F32:
    return quant_bench::getOnnxType(ValueType::F32);
  }
  llvm_unreachable("unknown element");
}

namespace {
/// Nodes and initializers, to be added to.
struct Graph {
  std::vector<OnnxMessage> nodes, initializers;

  void addNode(StringRef op, ArrayRef<StringRef> inputs,
               ArrayRef<StringRef> outputs) {
    OnnxMessage node;
    for (StringRef input : inputs)
      node.add(1, input);
    for (StringRef output : outputs)
      node.add(2, output);
    nodes.push_back(node.add(4, op));
  }

  void addTensor(StringRef name, int type, ArrayRef<int64_t> dimensions,
                 StringRef raw) {
    OnnxMessage tensor;
    for (int64_t dimension : dimensions)
      tensor.add(1, dimension);
    initializers.push_back(tensor.add(2, type).add(8, name).add(9, raw));
  }

  void addScales(StringRef name, ArrayRef<int64_t> dimensions,
                 ArrayRef<float> scales) {
    addTensor(name, ::getOnnxType(Element::F32), dimensions,
              StringRef(reinterpret_cast<const char *>(scales.data()),
                        scales.size() * sizeof(float)));
  }
};
} // namespace

/// A scalar of one type for all three: ONNX Runtime has no kernel for results
/// of another type than the activations.
static void addRequantized(Graph &graph, const MatmulRow &row) {
  char zeroPoint = static_cast<char>(row.getZeroPoint());
  graph.addScales("scale", {}, row.getMultiplier());
  graph.addScales("one", {}, 1.0f);
  graph.addTensor("zero", ::getOnnxType(row.activations()), {},
                  StringRef(&zeroPoint, 1));
  graph.addTensor("weight zero", ::getOnnxType(row.weights()), {},
                  StringRef("", 1));
  graph.addNode(
      "QLinearMatMul",
      {"a", "scale", "zero", "b", "one", "weight zero", "one", "zero"}, {"y"});
}

/// What quantize_dynamic makes of MatMul.
static void addDynamic(Graph &graph, const MatmulRow &row) {
  std::vector<float> scales;
  for (int64_t column = 0; column < row.n; ++column)
    scales.push_back(row.getColumnScale(column));
  graph.addScales("column scales", {row.n}, scales);
  graph.addNode("DynamicQuantizeLinear", {"a"}, {"q", "s", "z"});
  graph.addNode("MatMulInteger", {"q", "b", "z"}, {"sums"});
  OnnxMessage cast;
  constexpr int64_t typeInt = 2;
  cast.add(1, "sums").add(2, "floats").add(4, "Cast");
  cast.add(5, OnnxMessage()
                  .add(1, "to")
                  .add(3, ::getOnnxType(Element::F32))
                  .add(20, typeInt));
  graph.nodes.push_back(cast);
  graph.addNode("Mul", {"s", "column scales"}, {"scales"});
  graph.addNode("Mul", {"floats", "scales"}, {"y"});
}

std::optional<OnnxModel>
quant_bench::makeOnnxModel(const MatmulRow &row, const MatmulBuffers &buffers) {
  OnnxModel model;
  model.inputs = {{"a", ::getOnnxType(row.activations()), {row.m, row.k}}};
  model.outputs = {{"y", ::getOnnxType(row.result()), {row.m, row.n}}};
  Graph graph;
  graph.addTensor("b", ::getOnnxType(row.weights()), {row.k, row.n},
                  StringRef(buffers.weights.as<char>(), row.bytesOfWeights()));
  switch (row.kind) {
  case Kind::Sums:
  case Kind::UnsignedSums:
    graph.addNode("MatMulInteger", {"a", "b"}, {"y"});
    break;
  case Kind::Requantized:
  case Kind::RequantizedUnsigned:
    addRequantized(graph, row);
    break;
  case Kind::Dynamic:
    addDynamic(graph, row);
    break;
  case Kind::DynamicRows:
    return std::nullopt;
  case Kind::Float:
    graph.addNode("MatMul", {"a", "b"}, {"y"});
    break;
  }
  model.bytes =
      serializeOnnx(model, graph.nodes, Shape::Static, graph.initializers);
  return model;
}
