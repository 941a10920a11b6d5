//===- OneDnnMatmul.cpp - Products of oneDNN ------------------------------===//
//
// Activations of dynamic rows are quantized by a reorder, with parameters that
// are given: choosing them is left out.
//
//===----------------------------------------------------------------------===//

#include "OneDnnApi.h"

#include "llvm/Support/ErrorHandling.h"

using namespace mlir;
using namespace quant_bench;

using Handle = OneDnnApi::Handle;

namespace {
class Product {
public:
  Product(const OneDnnApi &api, OneDnnEngine engine, const MatmulRow &row)
      : api(api), engine(engine.engine), stream(engine.stream), row(row) {}
  ~Product() {
    for (Handle primitive : primitives)
      api.destroyPrimitive(primitive);
    for (Handle description : primitiveDescriptions)
      api.destroyReorder(description);
    for (Handle handle : attributes)
      api.destroyAttributes(handle);
    for (Handle memory : memories)
      api.destroyMemory(memory);
    for (Handle description : descriptions)
      api.destroyDescription(description);
  }
  Product(const Product &) = delete;
  Product &operator=(const Product &) = delete;

  bool create(const MatmulBuffers &buffers);
  bool run() {
    for (const Step &step : steps)
      if (api.execute(step.primitive, stream, step.arguments.size(),
                      step.arguments.data()) != 0)
        return false;
    return api.wait(stream) == 0;
  }

private:
  /// A primitive and what it works on.
  struct Step {
    Handle primitive = nullptr;
    SmallVector<OneDnnApi::Argument> arguments;
  };

  Handle describe(int type, ArrayRef<int64_t> dimensions);
  Handle makeMemory(Handle description, void *data);
  Handle makeAttributes();
  bool addScales(Handle attributes, int argument, int mask,
                 std::vector<float> &values, Step &step);
  bool addZeroPoint(Handle attributes, int argument, Step &step);
  bool addReorder(Handle from, Handle fromMemory, Handle to, Handle toMemory,
                  Handle attributes, Step &step);
  bool quantize(Handle from, Handle fromMemory, Handle to, Handle toMemory);

  const OneDnnApi &api;
  Handle engine, stream;
  MatmulRow row;
  SmallVector<Handle> attributes, descriptions, memories, primitiveDescriptions,
      primitives;
  std::vector<Step> steps;
  std::vector<uint8_t> quantized;
  std::vector<float> scales, columnScales;
  int32_t zeroPoint = 0;
};
} // namespace

static int getType(Element element) {
  switch (element) {
  case Element::U8:
    return typeU8;
  case Element::I8:
    return typeS8;
  case Element::I32:
    return typeS32;
  case Element::F32:
    return typeF32;
  }
  llvm_unreachable("unknown element");
}

/// Null where that fails.
Handle Product::describe(int type, ArrayRef<int64_t> dimensions) {
  Handle description = api.describe(type, dimensions);
  if (description)
    descriptions.push_back(description);
  return description;
}

Handle Product::makeMemory(Handle description, void *data) {
  Handle memory = nullptr;
  if (description && api.createMemory(&memory, description, engine, data) == 0)
    memories.push_back(memory);
  return memory;
}

Handle Product::makeAttributes() {
  Handle made = nullptr;
  if (api.createAttributes(&made) == 0)
    attributes.push_back(made);
  return made;
}

bool Product::addScales(Handle attributes, int argument, int mask,
                        std::vector<float> &values, Step &step) {
  Handle memory = makeMemory(
      describe(typeF32, {static_cast<int64_t>(values.size())}), values.data());
  step.arguments.push_back({argumentScales | argument, memory});
  return memory && api.setScales(attributes, argument, mask) == 0;
}

bool Product::addZeroPoint(Handle attributes, int argument, Step &step) {
  Handle memory = makeMemory(describe(typeS32, {1}), &zeroPoint);
  step.arguments.push_back({argumentZeroPoints | argument, memory});
  return memory && api.setZeroPoints(attributes, argument, /*mask=*/0) == 0;
}

bool Product::addReorder(Handle from, Handle fromMemory, Handle to,
                         Handle toMemory, Handle attributes, Step &step) {
  Handle description = nullptr;
  if (api.createReorder(&description, from, engine, to, engine, attributes))
    return false;
  primitiveDescriptions.push_back(description);
  if (api.createPrimitive(&step.primitive, description))
    return false;
  primitives.push_back(step.primitive);
  step.arguments.push_back({argumentFrom, fromMemory});
  step.arguments.push_back({argumentTo, toMemory});
  return true;
}

/// The step before the product.
bool Product::quantize(Handle from, Handle fromMemory, Handle to,
                       Handle toMemory) {
  Step step;
  Handle parameters = makeAttributes();
  bool byRow = row.kind == MatmulRow::Kind::DynamicRows;
  if (!parameters ||
      !addScales(parameters, argumentTo, /*mask=*/byRow, scales, step) ||
      !addZeroPoint(parameters, argumentTo, step) ||
      !addReorder(from, fromMemory, to, toMemory, parameters, step))
    return false;
  steps.push_back(std::move(step));
  return true;
}

bool Product::create(const MatmulBuffers &buffers) {
  using Kind = MatmulRow::Kind;
  zeroPoint = row.getZeroPoint();
  Handle source = describe(getType(row.activations()), {row.m, row.k});
  Handle sourceMemory = makeMemory(source, buffers.activations.as<void>());
  Handle result = describe(getType(row.result()), {row.m, row.n});
  Handle resultMemory = makeMemory(result, buffers.result.as<void>());
  Handle weights = describe(getType(row.weights()), {row.k, row.n});
  Handle weightsMemory = makeMemory(weights, buffers.weights.as<void>());
  Handle any = nullptr, product = nullptr, parameters = makeAttributes();
  int64_t dimensions[] = {row.k, row.n};
  if (!sourceMemory || !resultMemory || !weightsMemory || !parameters ||
      api.createTagged(&any, 2, dimensions, getType(row.weights()), tagAny))
    return false;
  descriptions.push_back(any);

  Step step;
  if (row.isDynamic()) {
    int64_t count = row.kind == Kind::DynamicRows ? row.m : 1;
    for (int64_t i = 0; i < count; ++i)
      scales.push_back(row.getRowScale(i));
    for (int64_t column = 0; column < row.n; ++column)
      columnScales.push_back(row.getColumnScale(column));
    quantized.resize(row.m * row.k);
    Handle integers = describe(typeU8, {row.m, row.k});
    Handle integersMemory = makeMemory(integers, quantized.data());
    if (!integersMemory ||
        !quantize(source, sourceMemory, integers, integersMemory) ||
        !addScales(parameters, argumentWeights, /*mask=*/2, columnScales, step))
      return false;
    source = integers;
    sourceMemory = integersMemory;
  } else {
    scales = {row.getMultiplier()};
  }
  bool isScaled = row.result() != Element::I32 && row.kind != Kind::Float;
  if (isScaled && !addScales(parameters, argumentFrom,
                             /*mask=*/scales.size() > 1, scales, step))
    return false;
  if (zeroPoint != 0 && !addZeroPoint(parameters, argumentFrom, step))
    return false;
  if (row.result() == Element::U8 &&
      !addZeroPoint(parameters, argumentTo, step))
    return false;
  if (api.createMatmul(&product, engine, source, any, nullptr, result,
                       parameters))
    return false;
  primitiveDescriptions.push_back(product);
  if (api.createPrimitive(&step.primitive, product))
    return false;
  primitives.push_back(step.primitive);

  Handle packed = api.query(product, queryWeights, 0);
  Handle packedMemory = makeMemory(packed, allocated);
  Step packing;
  if (!packedMemory || !addReorder(weights, weightsMemory, packed, packedMemory,
                                   nullptr, packing))
    return false;
  steps.push_back(std::move(packing));
  // What quantizes is run too, and may fail where it could be made.
  if (!run())
    return false;
  steps.pop_back();
  step.arguments.push_back({argumentFrom, sourceMemory});
  step.arguments.push_back({argumentWeights, packedMemory});
  step.arguments.push_back({argumentTo, resultMemory});
  steps.push_back(std::move(step));
  return run();
}

std::function<void()>
quant_bench::makeOneDnnProduct(const OneDnnApi &api, const OneDnnEngine &engine,
                               const MatmulRow &row,
                               const MatmulBuffers &buffers) {
  auto product = std::make_shared<Product>(api, engine, row);
  if (!product->create(buffers))
    return nullptr;
  return [product] { (void)product->run(); };
}
