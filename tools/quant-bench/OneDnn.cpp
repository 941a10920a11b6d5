//===- OneDnn.cpp - oneDNN as a peer --------------------------------------===//
//
// A reorder with scales, and zero points, is what quantizes and dequantizes.
// Declared are the few functions of the C API of version 3 that are used; the
// packages of Python carry the library apart from its headers.
//
//===----------------------------------------------------------------------===//

#include "Peer.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quant_bench;

namespace {
/// Handles are pointers, status 0 is success.
struct OneDnnApi {
  using Handle = void *;
  struct Version {
    int major, minor, patch;
  };
  /// An argument of a primitive: what it is, and the memory.
  struct Argument {
    int what;
    Handle memory;
  };

  const Version *(*version)();
  int (*createEngine)(Handle *, int kind, size_t index);
  int (*createStream)(Handle *, Handle engine, unsigned flags);
  int (*createDescription)(Handle *, int rank, const int64_t *dimensions,
                           int type, const int64_t *strides);
  int (*destroyDescription)(Handle);
  int (*createMemory)(Handle *, Handle description, Handle engine, void *data);
  int (*destroyMemory)(Handle);
  int (*createAttributes)(Handle *);
  int (*destroyAttributes)(Handle);
  int (*setScales)(Handle attributes, int argument, int mask);
  int (*setZeroPoints)(Handle attributes, int argument, int mask);
  int (*createReorder)(Handle *, Handle source, Handle sourceEngine,
                       Handle destination, Handle destinationEngine,
                       Handle attributes);
  int (*destroyReorder)(Handle);
  int (*createTagged)(Handle *, int rank, const int64_t *dimensions, int type,
                      int tag);
  int (*createMatmul)(Handle *, Handle engine, Handle source, Handle weights,
                      Handle bias, Handle destination, Handle attributes);
  Handle (*query)(Handle primitiveDescription, int what, int index);
  int (*createPrimitive)(Handle *, Handle reorder);
  int (*destroyPrimitive)(Handle);
  int (*execute)(Handle primitive, Handle stream, int count, const Argument *);
  int (*wait)(Handle stream);
  /// Of the runtime of its threads.
  void (*setThreads)(int);

  bool find(void *library, std::string &error) {
    Symbols symbols(library);
    symbols.find("dnnl_version", version);
    if (!symbols.check(error))
      return false;
    if (version()->major != 3) {
      error = "expected version 3, found " + std::to_string(version()->major);
      return false;
    }
    symbols.find("dnnl_engine_create", createEngine);
    symbols.find("dnnl_stream_create", createStream);
    symbols.find("dnnl_memory_desc_create_with_strides", createDescription);
    symbols.find("dnnl_memory_desc_destroy", destroyDescription);
    symbols.find("dnnl_memory_create", createMemory);
    symbols.find("dnnl_memory_destroy", destroyMemory);
    symbols.find("dnnl_primitive_attr_create", createAttributes);
    symbols.find("dnnl_primitive_attr_destroy", destroyAttributes);
    symbols.find("dnnl_primitive_attr_set_scales_mask", setScales);
    symbols.find("dnnl_primitive_attr_set_zero_points_mask", setZeroPoints);
    symbols.find("dnnl_reorder_primitive_desc_create", createReorder);
    symbols.find("dnnl_primitive_desc_destroy", destroyReorder);
    symbols.find("dnnl_memory_desc_create_with_tag", createTagged);
    symbols.find("dnnl_matmul_primitive_desc_create", createMatmul);
    symbols.find("dnnl_primitive_desc_query_md", query);
    symbols.find("dnnl_primitive_create", createPrimitive);
    symbols.find("dnnl_primitive_destroy", destroyPrimitive);
    symbols.find("dnnl_primitive_execute", execute);
    symbols.find("dnnl_stream_wait", wait);
    symbols.find("omp_set_num_threads", setThreads);
    return symbols.check(error);
  }
};

/// Values of the API's enumerations.
enum { engineOfCpu = 1, streamInOrder = 1 };
enum {
  typeF16 = 1,
  typeBF16 = 2,
  typeF32 = 3,
  typeS32 = 4,
  typeS8 = 5,
  typeU8 = 6
};
enum {
  argumentFrom = 1,
  argumentTo = 17,
  argumentWeights = 33,
  argumentScales = 4096,
  argumentZeroPoints = 8192
};

enum { tagAny = 1, queryWeights = 131 };
/// What the library allocates the memory of itself.
static void *const allocated = reinterpret_cast<void *>(size_t(-1));

/// A reorder and all that it refers to.
class Reorder {
public:
  Reorder(const OneDnnApi &api, OneDnnApi::Handle engine,
          OneDnnApi::Handle stream)
      : api(api), engine(engine), stream(stream) {}
  ~Reorder() {
    if (primitive)
      api.destroyPrimitive(primitive);
    if (reorder)
      api.destroyReorder(reorder);
    if (attributes)
      api.destroyAttributes(attributes);
    for (const OneDnnApi::Argument &argument : arguments)
      api.destroyMemory(argument.memory);
    for (OneDnnApi::Handle description : descriptions)
      api.destroyDescription(description);
  }
  Reorder(const Reorder &) = delete;
  Reorder &operator=(const Reorder &) = delete;

  bool create(const Row &row, const Buffers &buffers);
  bool run() {
    return api.execute(primitive, stream, arguments.size(), arguments.data()) ==
               0 &&
           api.wait(stream) == 0;
  }

private:
  /// Memory of a tensor, row by row.
  bool addArgument(int what, int type, ArrayRef<int64_t> dimensions,
                   void *data);

  const OneDnnApi &api;
  OneDnnApi::Handle engine, stream;
  OneDnnApi::Handle attributes = nullptr, reorder = nullptr,
                    primitive = nullptr;
  SmallVector<OneDnnApi::Handle> descriptions;
  SmallVector<OneDnnApi::Argument> arguments;
  std::vector<int32_t> zeroPoints;
};

/// A product of matrices, with weights in the layout of the library's choice.
class Product {
public:
  Product(const OneDnnApi &api, OneDnnApi::Handle engine,
          OneDnnApi::Handle stream)
      : api(api), engine(engine), stream(stream) {}
  ~Product() {
    for (OneDnnApi::Handle primitive : primitives)
      api.destroyPrimitive(primitive);
    for (OneDnnApi::Handle description : primitiveDescriptions)
      api.destroyReorder(description);
    if (attributes)
      api.destroyAttributes(attributes);
    for (OneDnnApi::Handle memory : memories)
      api.destroyMemory(memory);
    for (OneDnnApi::Handle description : descriptions)
      api.destroyDescription(description);
  }
  Product(const Product &) = delete;
  Product &operator=(const Product &) = delete;

  bool create(const MatmulRow &row, const MatmulBuffers &buffers);
  bool run() {
    return api.execute(primitives.back(), stream, arguments.size(),
                       arguments.data()) == 0 &&
           api.wait(stream) == 0;
  }

private:
  OneDnnApi::Handle describe(int type, ArrayRef<int64_t> dimensions);
  OneDnnApi::Handle makeMemory(OneDnnApi::Handle description, void *data);
  bool packWeights(OneDnnApi::Handle plain, OneDnnApi::Handle packed,
                   void *data);

  const OneDnnApi &api;
  OneDnnApi::Handle engine, stream, attributes = nullptr;
  SmallVector<OneDnnApi::Handle> descriptions, memories, primitiveDescriptions,
      primitives;
  SmallVector<OneDnnApi::Argument> arguments;
  float scale = 1;
};

class OneDnn : public Peer {
public:
  OneDnn(const OneDnnApi &api, unsigned threads) : api(api), threads(threads) {}

  bool initialize() {
    return api.createEngine(&engine, engineOfCpu, 0) == 0 &&
           api.createStream(&stream, engine, streamInOrder) == 0;
  }

  std::string getVersion() const override {
    const OneDnnApi::Version &version = *api.version();
    return std::to_string(version.major) + "." + std::to_string(version.minor) +
           "." + std::to_string(version.patch);
  }

  std::optional<Contestant> make(const Row &row, const Buffers &buffers,
                                 std::string &reason) const override;
  std::optional<Contestant> makeMatmul(const MatmulRow &row,
                                       const MatmulBuffers &buffers,
                                       std::string &reason) const override;

private:
  OneDnnApi api;
  unsigned threads;
  OneDnnApi::Handle engine = nullptr, stream = nullptr;
};
} // namespace

static int getType(Value value) {
  switch (value) {
  case Value::F32:
    return typeF32;
  case Value::F16:
    return typeF16;
  case Value::BF16:
    return typeBF16;
  }
  llvm_unreachable("unknown value");
}

bool Reorder::addArgument(int what, int type, ArrayRef<int64_t> dimensions,
                          void *data) {
  SmallVector<int64_t> strides(dimensions.size());
  int64_t stride = 1;
  for (size_t i = dimensions.size(); i-- > 0; stride *= dimensions[i])
    strides[i] = stride;
  OneDnnApi::Handle description = nullptr, memory = nullptr;
  if (api.createDescription(&description, dimensions.size(), dimensions.data(),
                            type, strides.data()) != 0)
    return false;
  descriptions.push_back(description);
  if (api.createMemory(&memory, description, engine, data) != 0)
    return false;
  arguments.push_back({what, memory});
  return true;
}

bool Reorder::create(const Row &row, const Buffers &buffers) {
  const Geometry &geometry = row.geometry;
  int value = getType(row.value);
  int integer = row.storage == Storage::I8 ? typeS8 : typeU8;
  bool isQuantized = row.makesIntegers();
  // Bits say along which dimensions scales differ.
  int mask = row.granularity == Granularity::PerTensor ? 0
             : geometry.outer == 1                     ? 1
                                                       : 2;
  int scaled = isQuantized ? argumentTo : argumentFrom;
  if (!addArgument(argumentFrom, isQuantized ? value : integer,
                   geometry.dimensions, buffers.input.as<void>()) ||
      !addArgument(argumentTo, isQuantized ? integer : value,
                   geometry.dimensions, buffers.results.output.as<void>()) ||
      !addArgument(argumentScales | scaled, typeF32, geometry.parameters(),
                   buffers.scales.as<void>()) ||
      api.createAttributes(&attributes) != 0 ||
      api.setScales(attributes, scaled, mask) != 0)
    return false;
  if (row.hasZeroPoint()) {
    for (int64_t i = 0; i < geometry.parameters(); ++i)
      zeroPoints.push_back(buffers.zeroPoints.as<uint8_t>()[i]);
    if (!addArgument(argumentZeroPoints | scaled, typeS32, zeroPoints.size(),
                     zeroPoints.data()) ||
        api.setZeroPoints(attributes, scaled, mask) != 0)
      return false;
  }
  return api.createReorder(&reorder, descriptions[0], engine, descriptions[1],
                           engine, attributes) == 0 &&
         api.createPrimitive(&primitive, reorder) == 0;
}

std::optional<Contestant> OneDnn::make(const Row &row, const Buffers &buffers,
                                       std::string &reason) const {
  bool isConversion = row.op == Op::Quantize || row.op == Op::Dequantize;
  bool hasStorage = row.storage == Storage::I8 || row.storage == Storage::U8;
  if (!isConversion || !hasStorage || row.geometry.block) {
    reason = "no reorder of oneDNN computes this";
    return std::nullopt;
  }
  api.setThreads(threads);
  auto reorder = std::make_shared<Reorder>(api, engine, stream);
  // Some can be created and not run.
  if (!reorder->create(row, buffers) || !reorder->run()) {
    reason = "oneDNN has no reorder for this";
    return std::nullopt;
  }
  Contestant contestant;
  contestant.name = "onednn";
  contestant.bytes = row.bytes();
  contestant.threads = threads;
  contestant.division = row.division;
  // It rounds after the zero point is added, and divides or multiplies as its
  // kernels do.
  contestant.agreement = Agreement::Quantum;
  contestant.run = [reorder, threads = threads, setThreads = api.setThreads] {
    setThreads(threads);
    (void)reorder->run();
  };
  return contestant;
}

/// Row by row; null where that fails.
OneDnnApi::Handle Product::describe(int type, ArrayRef<int64_t> dimensions) {
  OneDnnApi::Handle description = nullptr;
  int64_t strides[] = {dimensions.back(), 1};
  const int64_t *last = dimensions.size() == 2 ? strides : strides + 1;
  if (api.createDescription(&description, dimensions.size(), dimensions.data(),
                            type, last) == 0)
    descriptions.push_back(description);
  return description;
}

OneDnnApi::Handle Product::makeMemory(OneDnnApi::Handle description,
                                      void *data) {
  OneDnnApi::Handle memory = nullptr;
  if (description && api.createMemory(&memory, description, engine, data) == 0)
    memories.push_back(memory);
  return memory;
}

bool Product::packWeights(OneDnnApi::Handle plain, OneDnnApi::Handle packed,
                          void *data) {
  OneDnnApi::Handle from = makeMemory(plain, data);
  OneDnnApi::Handle to = makeMemory(packed, allocated);
  OneDnnApi::Handle description = nullptr, reorder = nullptr;
  if (!from || !to ||
      api.createReorder(&description, plain, engine, packed, engine, nullptr))
    return false;
  primitiveDescriptions.push_back(description);
  if (api.createPrimitive(&reorder, description))
    return false;
  primitives.push_back(reorder);
  OneDnnApi::Argument operands[] = {{argumentFrom, from}, {argumentTo, to}};
  arguments.push_back({argumentWeights, to});
  return api.execute(reorder, stream, 2, operands) == 0 &&
         api.wait(stream) == 0;
}

bool Product::create(const MatmulRow &row, const MatmulBuffers &buffers) {
  bool isSums = row.kind == MatmulRow::Kind::Sums;
  OneDnnApi::Handle source =
      describe(row.isSigned() ? typeS8 : typeU8, {row.m, row.k});
  OneDnnApi::Handle weights = describe(typeS8, {row.k, row.n});
  OneDnnApi::Handle result =
      describe(isSums ? typeS32 : typeS8, {row.m, row.n});
  OneDnnApi::Handle any = nullptr, product = nullptr, primitive = nullptr;
  int64_t dimensions[] = {row.k, row.n};
  if (!source || !weights || !result ||
      api.createTagged(&any, 2, dimensions, typeS8, tagAny) ||
      api.createAttributes(&attributes))
    return false;
  descriptions.push_back(any);
  if (!isSums && api.setScales(attributes, argumentFrom, /*mask=*/0))
    return false;
  if (api.createMatmul(&product, engine, source, any, nullptr, result,
                       attributes))
    return false;
  primitiveDescriptions.push_back(product);
  if (!packWeights(weights, api.query(product, queryWeights, 0),
                   buffers.weights.as<void>()) ||
      api.createPrimitive(&primitive, product))
    return false;
  primitives.push_back(primitive);
  OneDnnApi::Handle from = makeMemory(source, buffers.activations.as<void>());
  OneDnnApi::Handle to = makeMemory(result, buffers.result.as<void>());
  if (!from || !to)
    return false;
  arguments.push_back({argumentFrom, from});
  arguments.push_back({argumentTo, to});
  if (isSums)
    return true;
  scale = row.getMultiplier();
  OneDnnApi::Handle scales = makeMemory(describe(typeF32, {1}), &scale);
  arguments.push_back({argumentScales | argumentFrom, scales});
  return scales;
}

std::optional<Contestant> OneDnn::makeMatmul(const MatmulRow &row,
                                             const MatmulBuffers &buffers,
                                             std::string &reason) const {
  api.setThreads(threads);
  auto product = std::make_shared<Product>(api, engine, stream);
  if (!product->create(row, buffers) || !product->run()) {
    reason = "oneDNN has no product for this";
    return std::nullopt;
  }
  Contestant contestant;
  contestant.name = "onednn";
  contestant.bytes = row.operations();
  contestant.threads = threads;
  contestant.run = [product, threads = threads, setThreads = api.setThreads] {
    setThreads(threads);
    (void)product->run();
  };
  return contestant;
}

std::unique_ptr<Peer> quant_bench::createOneDnn(void *library, unsigned threads,
                                                std::string &error) {
  OneDnnApi api;
  if (!api.find(library, error))
    return nullptr;
  auto peer = std::make_unique<OneDnn>(api, threads);
  if (peer->initialize())
    return peer;
  error = "it has no engine for this machine";
  return nullptr;
}
