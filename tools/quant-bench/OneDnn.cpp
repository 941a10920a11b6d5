//===- OneDnn.cpp - oneDNN as a peer --------------------------------------===//
//
// A reorder with scales, and zero points, is what quantizes and dequantizes.
//
//===----------------------------------------------------------------------===//

#include "OneDnnApi.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quant_bench;

namespace {
/// A reorder and all that it refers to.
class Reorder {
public:
  Reorder(const OneDnnApi &api, OneDnnEngine engine)
      : api(api), engine(engine.engine), stream(engine.stream) {}
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

class OneDnn : public Peer {
public:
  OneDnn(const OneDnnApi &api, unsigned threads) : api(api), threads(threads) {}

  bool initialize() {
    return api.createEngine(&engine.engine, engineOfCpu, 0) == 0 &&
           api.createStream(&engine.stream, engine.engine, streamInOrder) == 0;
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
  OneDnnEngine engine;
};
} // namespace

static int getType(ValueType value) {
  switch (value) {
  case ValueType::F32:
    return typeF32;
  case ValueType::F16:
    return typeF16;
  case ValueType::BF16:
    return typeBF16;
  }
  llvm_unreachable("unknown value");
}

bool Reorder::addArgument(int what, int type, ArrayRef<int64_t> dimensions,
                          void *data) {
  OneDnnApi::Handle description = api.describe(type, dimensions),
                    memory = nullptr;
  if (!description)
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
  bool isConversion = row.op == RowOp::Quantize || row.op == RowOp::Dequantize;
  bool hasStorage = row.storage == Storage::I8 || row.storage == Storage::U8;
  if (!isConversion || !hasStorage || row.geometry.block) {
    reason = "no reorder of oneDNN computes this";
    return std::nullopt;
  }
  api.setThreads(threads);
  auto reorder = std::make_shared<Reorder>(api, engine);
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

std::optional<Contestant> OneDnn::makeMatmul(const MatmulRow &row,
                                             const MatmulBuffers &buffers,
                                             std::string &reason) const {
  api.setThreads(threads);
  std::function<void()> run = makeOneDnnProduct(api, engine, row, buffers);
  if (!run) {
    reason = "oneDNN has no product for this";
    return std::nullopt;
  }
  Contestant contestant;
  contestant.name = "onednn";
  contestant.bytes = row.operations();
  contestant.threads = threads;
  contestant.run = [run, threads = threads, setThreads = api.setThreads] {
    setThreads(threads);
    run();
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
