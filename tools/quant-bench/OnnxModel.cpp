//===- OnnxModel.cpp - A row as a model of ONNX ---------------------------===//

#include "OnnxModel.h"

#include "MLIRSource.h"
#include "OnnxMessage.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quant_bench;

/// ValueInfoProto.
static OnnxMessage makeValueInfo(const OnnxTensor &tensor, Shape shape) {
  OnnxMessage dimensions;
  for (auto [index, dimension] : llvm::enumerate(tensor.dimensions))
    dimensions.add(1, shape == Shape::Static
                          ? OnnxMessage().add(1, dimension)
                          : OnnxMessage().add(2, "d" + std::to_string(index)));
  OnnxMessage tensorType;
  tensorType.add(1, tensor.type).add(2, dimensions);
  return OnnxMessage()
      .add(1, tensor.name)
      .add(2, OnnxMessage().add(1, tensorType));
}

/// AttributeProto of an integer.
static OnnxMessage makeAttribute(StringRef name, int64_t value) {
  constexpr int64_t typeInt = 2;
  return OnnxMessage().add(1, name).add(3, value).add(20, typeInt);
}

/// NodeProto.
static OnnxMessage makeNode(StringRef op, ArrayRef<StringRef> inputs,
                            ArrayRef<StringRef> outputs, const Row &row) {
  OnnxMessage node;
  for (StringRef input : inputs)
    node.add(1, input);
  for (StringRef output : outputs)
    node.add(2, output);
  node.add(4, op);
  bool isQuantization = op.contains("Quantize") || op.contains("quantize");
  if (isQuantization && row.op != RowOp::Dynamic &&
      row.granularity != Granularity::PerTensor)
    node.add(5, makeAttribute("axis", row.geometry.outer == 1 ? 0 : 1));
  if (isQuantization && row.geometry.block)
    node.add(5, makeAttribute("block_size", row.geometry.block));
  return node;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

int quant_bench::getOnnxType(ValueType value) {
  switch (value) {
  case ValueType::F32:
    return 1;
  case ValueType::F16:
    return 10;
  case ValueType::BF16:
    return 16;
  }
  llvm_unreachable("unknown value");
}

int quant_bench::getOnnxType(Storage storage) {
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

unsigned quant_bench::getOnnxBits(int type) {
  if (type == onnxTypeI32)
    return 32;
  for (ValueType value : {ValueType::F32, ValueType::F16, ValueType::BF16})
    if (getOnnxType(value) == type)
      return getBits(value);
  for (Storage storage : {Storage::I8, Storage::U8, Storage::I16, Storage::I4})
    if (getOnnxType(storage) == type)
      return getBits(storage);
  llvm_unreachable("unknown type of ONNX");
}

/// With integers of 4 bits, blocks, types of 16 bits, and Gelu.
static constexpr int64_t opset = 21;
static constexpr int64_t irVersion = 10;

std::string quant_bench::serializeOnnx(const OnnxModel &model,
                                       ArrayRef<OnnxMessage> nodes, Shape shape,
                                       ArrayRef<OnnxMessage> initializers) {
  OnnxMessage graph;
  for (const OnnxMessage &node : nodes)
    graph.add(1, node);
  graph.add(2, "row");
  for (const OnnxMessage &initializer : initializers)
    graph.add(5, initializer);
  for (const OnnxTensor &input : model.inputs)
    graph.add(11, makeValueInfo(input, shape));
  for (const OnnxTensor &output : model.outputs)
    graph.add(12, makeValueInfo(output, shape));
  return OnnxMessage()
      .add(1, irVersion)
      .add(7, graph)
      .add(8, OnnxMessage().add(1, "").add(2, opset))
      .bytes;
}

static std::optional<OnnxModel> makeDynamic(const Row &row) {
  if (row.value != ValueType::F32 || row.storage != Storage::U8 ||
      row.granularity != Granularity::PerTensor)
    return std::nullopt;
  OnnxModel model;
  model.inputs = {{"x", getOnnxType(row.value), row.geometry.dimensions}};
  model.outputs = {{"y", getOnnxType(row.storage), row.geometry.dimensions},
                   {"s", getOnnxType(row.value), {}},
                   {"z", getOnnxType(row.storage), {}}};
  model.bytes = serializeOnnx(
      model, makeNode("DynamicQuantizeLinear", {"x"}, {"y", "s", "z"}, row),
      row.shape);
  return model;
}

std::optional<OnnxModel> quant_bench::makeOnnxModel(const Row &row) {
  if (row.op == RowOp::Dynamic)
    return makeDynamic(row);
  int values = getOnnxType(row.value), integers = getOnnxType(row.storage);
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
  std::vector<OnnxMessage> nodes;
  switch (row.op) {
  case RowOp::Quantize:
    nodes = {makeNode("QuantizeLinear", {"x", "s", "z"}, {"y"}, row)};
    break;
  case RowOp::Dequantize:
    nodes = {makeNode("DequantizeLinear", {"x", "s", "z"}, {"y"}, row)};
    break;
  case RowOp::FakeQuantize:
    nodes = {makeNode("QuantizeLinear", {"x", "s", "z"}, {"q"}, row),
             makeNode("DequantizeLinear", {"q", "s", "z"}, {"y"}, row)};
    break;
  case RowOp::BiasReluQuantize:
    nodes = {makeNode("Add", {"x", "b"}, {"sum"}, row),
             makeNode("Relu", {"sum"}, {"r"}, row),
             makeNode("QuantizeLinear", {"r", "s", "z"}, {"y"}, row)};
    break;
  case RowOp::BiasGeluQuantize:
    nodes = {makeNode("Add", {"x", "b"}, {"sum"}, row),
             makeNode("Gelu", {"sum"}, {"g"}, row),
             makeNode("QuantizeLinear", {"g", "s", "z"}, {"y"}, row)};
    break;
  case RowOp::DequantizeAdd:
    nodes = {makeNode("DequantizeLinear", {"x", "s", "z"}, {"d"}, row),
             makeNode("Add", {"d", "b"}, {"y"}, row)};
    break;
  case RowOp::Dynamic:
    llvm_unreachable("has a model of its own");
  }
  model.bytes = serializeOnnx(model, nodes, row.shape);
  return model;
}
