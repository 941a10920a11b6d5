//===- OnnxModel.cpp - A row as a model of ONNX ---------------------------===//

#include "OnnxModel.h"

#include "MLIRSource.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quant_bench;

//===----------------------------------------------------------------------===//
// Protocol buffers, as far as a model of a node or two needs them
//===----------------------------------------------------------------------===//

namespace {
class Message {
public:
  Message &add(unsigned field, int64_t number) {
    writeKey(field, /*wireType=*/0);
    writeVarint(number);
    return *this;
  }
  Message &add(unsigned field, StringRef text) {
    writeKey(field, /*wireType=*/2);
    writeVarint(static_cast<int64_t>(text.size()));
    bytes += text;
    return *this;
  }
  Message &add(unsigned field, const Message &message) {
    return add(field, StringRef(message.bytes));
  }

  std::string bytes;

private:
  void writeKey(unsigned field, unsigned wireType) {
    writeVarint(field << 3 | wireType);
  }
  void writeVarint(int64_t number) {
    llvm::raw_string_ostream os(bytes);
    llvm::encodeULEB128(static_cast<uint64_t>(number), os);
  }
};
} // namespace

/// ValueInfoProto.
static Message makeValueInfo(const OnnxTensor &tensor, Shape shape) {
  Message dimensions;
  for (auto [index, dimension] : llvm::enumerate(tensor.dimensions))
    dimensions.add(1, shape == Shape::Static
                          ? Message().add(1, dimension)
                          : Message().add(2, "d" + std::to_string(index)));
  Message tensorType;
  tensorType.add(1, tensor.type).add(2, dimensions);
  return Message().add(1, tensor.name).add(2, Message().add(1, tensorType));
}

/// AttributeProto of an integer.
static Message makeAttribute(StringRef name, int64_t value) {
  constexpr int64_t typeInt = 2;
  return Message().add(1, name).add(3, value).add(20, typeInt);
}

/// NodeProto.
static Message makeNode(StringRef op, ArrayRef<StringRef> inputs,
                        ArrayRef<StringRef> outputs, const Row &row) {
  Message node;
  for (StringRef input : inputs)
    node.add(1, input);
  for (StringRef output : outputs)
    node.add(2, output);
  node.add(4, op);
  bool isQuantization = op.contains("Quantize") || op.contains("quantize");
  if (isQuantization && row.op != Op::Dynamic &&
      row.granularity != Granularity::PerTensor)
    node.add(5, makeAttribute("axis", row.geometry.outer == 1 ? 0 : 1));
  if (isQuantization && row.geometry.block)
    node.add(5, makeAttribute("block_size", row.geometry.block));
  return node;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

static int getType(Value value) {
  switch (value) {
  case Value::F32:
    return 1;
  case Value::F16:
    return 10;
  case Value::BF16:
    return 16;
  }
  llvm_unreachable("unknown value");
}

static int getType(Storage storage) {
  switch (storage) {
  case Storage::U8:
    return 2;
  case Storage::I8:
    return 3;
  case Storage::I16:
    return 5;
  case Storage::I4:
    return 22;
  }
  llvm_unreachable("unknown storage");
}

static constexpr int typeI32 = 6;

unsigned quant_bench::getOnnxBits(int type) {
  if (type == typeI32)
    return 32;
  for (Value value : {Value::F32, Value::F16, Value::BF16})
    if (getType(value) == type)
      return getBits(value);
  for (Storage storage : {Storage::I8, Storage::U8, Storage::I16, Storage::I4})
    if (getType(storage) == type)
      return getBits(storage);
  llvm_unreachable("unknown type of ONNX");
}

/// With integers of 4 bits, blocks, types of 16 bits, and Gelu.
static constexpr int64_t opset = 21;
static constexpr int64_t irVersion = 10;

static std::string serialize(const OnnxModel &model, ArrayRef<Message> nodes,
                             Shape shape, ArrayRef<Message> initializers = {}) {
  Message graph;
  for (const Message &node : nodes)
    graph.add(1, node);
  graph.add(2, "row");
  for (const Message &initializer : initializers)
    graph.add(5, initializer);
  for (const OnnxTensor &input : model.inputs)
    graph.add(11, makeValueInfo(input, shape));
  for (const OnnxTensor &output : model.outputs)
    graph.add(12, makeValueInfo(output, shape));
  return Message()
      .add(1, irVersion)
      .add(7, graph)
      .add(8, Message().add(1, "").add(2, opset))
      .bytes;
}

static std::optional<OnnxModel> makeDynamic(const Row &row) {
  if (row.value != Value::F32 || row.storage != Storage::U8 ||
      row.granularity != Granularity::PerTensor)
    return std::nullopt;
  OnnxModel model;
  model.inputs = {{"x", getType(row.value), row.geometry.dimensions}};
  model.outputs = {{"y", getType(row.storage), row.geometry.dimensions},
                   {"s", getType(row.value), {}},
                   {"z", getType(row.storage), {}}};
  model.bytes = serialize(
      model, makeNode("DynamicQuantizeLinear", {"x"}, {"y", "s", "z"}, row),
      row.shape);
  return model;
}

std::optional<OnnxModel> quant_bench::makeOnnxModel(const Row &row) {
  if (row.op == Op::Dynamic)
    return makeDynamic(row);
  int values = getType(row.value), integers = getType(row.storage);
  std::vector<int64_t> parameters = getParameterDimensions(row);
  OnnxModel model;
  model.inputs = {
      {"x", row.readsIntegers() ? integers : values, row.geometry.dimensions},
      {"s", values, parameters},
      {"z", integers, parameters}};
  if (row.bytesOfAddend())
    model.inputs.push_back({"b", values, row.addendDimensions()});
  model.outputs = {
      {"y", row.makesIntegers() ? integers : values, row.geometry.dimensions}};
  std::vector<Message> nodes;
  switch (row.op) {
  case Op::Quantize:
    nodes = {makeNode("QuantizeLinear", {"x", "s", "z"}, {"y"}, row)};
    break;
  case Op::Dequantize:
    nodes = {makeNode("DequantizeLinear", {"x", "s", "z"}, {"y"}, row)};
    break;
  case Op::FakeQuantize:
    nodes = {makeNode("QuantizeLinear", {"x", "s", "z"}, {"q"}, row),
             makeNode("DequantizeLinear", {"q", "s", "z"}, {"y"}, row)};
    break;
  case Op::BiasReluQuantize:
    nodes = {makeNode("Add", {"x", "b"}, {"sum"}, row),
             makeNode("Relu", {"sum"}, {"r"}, row),
             makeNode("QuantizeLinear", {"r", "s", "z"}, {"y"}, row)};
    break;
  case Op::BiasGeluQuantize:
    nodes = {makeNode("Add", {"x", "b"}, {"sum"}, row),
             makeNode("Gelu", {"sum"}, {"g"}, row),
             makeNode("QuantizeLinear", {"g", "s", "z"}, {"y"}, row)};
    break;
  case Op::DequantizeAdd:
    nodes = {makeNode("DequantizeLinear", {"x", "s", "z"}, {"d"}, row),
             makeNode("Add", {"d", "b"}, {"y"}, row)};
    break;
  case Op::Dynamic:
    llvm_unreachable("has a model of its own");
  }
  model.bytes = serialize(model, nodes, row.shape);
  return model;
}

/// TensorProto.
static Message makeInitializer(const OnnxTensor &tensor, StringRef raw) {
  Message message;
  for (int64_t dimension : tensor.dimensions)
    message.add(1, dimension);
  return message.add(2, tensor.type).add(8, tensor.name).add(9, raw);
}

OnnxModel quant_bench::makeOnnxModel(const MatmulRow &row,
                                     const MatmulBuffers &buffers) {
  bool isSums = row.kind == MatmulRow::Kind::Sums;
  int weights = getType(Storage::I8);
  int activations = row.isSigned() ? weights : getType(Storage::U8);
  OnnxModel model;
  model.inputs = {{"a", activations, {row.m, row.k}}};
  model.outputs = {{"y", isSums ? typeI32 : weights, {row.m, row.n}}};
  std::vector<Message> initializers = {
      makeInitializer({"b", weights, {row.k, row.n}},
                      StringRef(buffers.weights.as<char>(), row.k * row.n))};
  Message node;
  if (isSums) {
    node.add(1, "a").add(1, "b");
    node.add(2, "y").add(4, "MatMulInteger");
  } else {
    auto addScale = [&](StringRef name, float scale) {
      StringRef raw(reinterpret_cast<const char *>(&scale), sizeof(scale));
      initializers.push_back(
          makeInitializer({name.str(), getType(Value::F32), {}}, raw));
    };
    addScale("scale", row.getMultiplier());
    addScale("one", 1.0f);
    initializers.push_back(
        makeInitializer({"zero", weights, {}}, StringRef("", 1)));
    for (StringRef input :
         {"a", "scale", "zero", "b", "one", "zero", "one", "zero"})
      node.add(1, input);
    node.add(2, "y").add(4, "QLinearMatMul");
  }
  model.bytes = serialize(model, node, Shape::Static, initializers);
  return model;
}
