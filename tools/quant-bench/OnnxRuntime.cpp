//===- OnnxRuntime.cpp - ONNX Runtime as a peer ---------------------------===//

#include "OnnxModel.h"
#include "OrtApi.h"
#include "Peer.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quant_bench;

//===----------------------------------------------------------------------===//
// The library
//===----------------------------------------------------------------------===//

namespace {
/// What all sessions share.
struct Library {
  explicit Library(const void *const *table) : api(table) {}
  ~Library() {
    if (memory)
      api.release(memory);
    if (options)
      api.release(options);
    if (env)
      api.release(env);
  }

  bool initialize(unsigned threads, std::string &error) {
    constexpr int severityError = 3, deviceAllocator = 0, defaultMemory = 0;
    int count = static_cast<int>(threads);
    return api.check(api.createEnv(severityError, "quant-bench", &env),
                     error) &&
           api.check(api.createSessionOptions(&options), error) &&
           api.check(api.setIntraOpNumThreads(options, count), error) &&
           api.check(api.setInterOpNumThreads(options, 1), error) &&
           api.check(api.addSessionConfigEntry(
                         options, "session.intra_op.allow_spinning",
                         threads == 1 ? "0" : "1"),
                     error) &&
           api.check(
               api.createCpuMemoryInfo(deviceAllocator, defaultMemory, &memory),
               error);
  }

  OrtApi api;
  unsigned threads = 1;
  OrtEnv *env = nullptr;
  OrtSessionOptions *options = nullptr;
  OrtMemoryInfo *memory = nullptr;
  std::string version;
};

/// Called through its C API, which keeps its binary interface.
class OnnxRuntime : public Peer {
public:
  explicit OnnxRuntime(std::shared_ptr<Library> library)
      : library(std::move(library)) {}

  std::string getVersion() const override { return library->version; }

  /// Scales of other types are copied now.
  std::optional<Contestant> make(const Row &row, const Buffers &buffers,
                                 std::string &reason) const override;
  std::optional<Contestant> makeMatmul(const MatmulRow &row,
                                       const MatmulBuffers &buffers,
                                       std::string &reason) const override;

private:
  /// Shared with the contestants.
  std::shared_ptr<Library> library;
};
} // namespace

std::unique_ptr<Peer> quant_bench::createOnnxRuntime(void *handle,
                                                     unsigned threads,
                                                     std::string &error) {
  struct Base {
    const void *const *(*getApi)(uint32_t version);
    const char *(*getVersionString)();
  };
  const Base *(*getBase)();
  Symbols symbols(handle);
  symbols.find("OrtGetApiBase", getBase);
  if (!symbols.check(error))
    return nullptr;
  // Every later library still serves this version.
  constexpr uint32_t apiVersion = 11;
  const void *const *table = getBase()->getApi(apiVersion);
  if (!table) {
    error = "no API of version " + std::to_string(apiVersion);
    return nullptr;
  }
  auto library = std::make_shared<Library>(table);
  library->threads = threads;
  library->version = getBase()->getVersionString();
  if (!library->initialize(threads, error))
    return nullptr;
  return std::make_unique<OnnxRuntime>(std::move(library));
}

//===----------------------------------------------------------------------===//
// Sessions
//===----------------------------------------------------------------------===//

namespace {
/// A model, loaded, and the tensors that it runs on, which lie in memory that
/// others own.
class Session {
public:
  explicit Session(const OrtApi &api) : api(api) {}
  ~Session() {
    for (OrtValue *value : inputs)
      api.release(value);
    for (OrtValue *value : outputs)
      api.release(value);
    if (session)
      api.release(session);
  }
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  bool create(const OrtEnv *env, const OrtSessionOptions *options,
              OnnxModel from, std::string &error) {
    model = std::move(from);
    return api.check(api.createSession(env, model.bytes, options, &session),
                     error);
  }

  bool bind(const OrtMemoryInfo *memory, ArrayRef<void *> inputData,
            ArrayRef<void *> outputData, std::string &error) {
    return bind(memory, model.inputs, inputData, inputNames, inputs, error) &&
           bind(memory, model.outputs, outputData, outputNames, outputs, error);
  }

  bool run(std::string &error) {
    return api.check(api.run(session, inputNames.data(), inputs.data(),
                             inputs.size(), outputNames.data(), outputs.size(),
                             outputs.data()),
                     error);
  }

  /// Parameters in the types that the model wants them in.
  std::vector<uint8_t> scales, zeroPoints;

private:
  bool bind(const OrtMemoryInfo *memory, ArrayRef<OnnxTensor> tensors,
            ArrayRef<void *> data, std::vector<const char *> &names,
            std::vector<OrtValue *> &values, std::string &error) {
    for (auto [tensor, address] : llvm::zip_equal(tensors, data)) {
      OrtValue *value = nullptr;
      if (!api.check(api.createTensor(memory, address, getBytes(tensor),
                                      tensor.dimensions.data(),
                                      tensor.dimensions.size(), tensor.type,
                                      &value),
                     error))
        return false;
      names.push_back(tensor.name.c_str());
      values.push_back(value);
    }
    return true;
  }

  static size_t getBytes(const OnnxTensor &tensor) {
    int64_t elements = 1;
    for (int64_t dimension : tensor.dimensions)
      elements *= dimension;
    return llvm::divideCeil(elements * getOnnxBits(tensor.type), 8);
  }

  const OrtApi &api;
  OnnxModel model;
  OrtSession *session = nullptr;
  std::vector<const char *> inputNames, outputNames;
  std::vector<OrtValue *> inputs, outputs;
};
} // namespace

/// Scales of the values' type, and a zero point also where it is zero.
static void copyParameters(const Row &row, const Buffers &buffers,
                           Session &session) {
  int64_t count = row.geometry.parameters();
  int64_t bytes = getBits(row.value) / 8;
  session.scales.resize(count * bytes);
  for (int64_t i = 0; i < count; ++i)
    storeFloat(row.value, buffers.scales.as<float>()[i], session.scales.data(),
               i);
  session.zeroPoints.resize(llvm::divideCeil(count * getBits(row.storage), 8));
  if (row.hasZeroPoint())
    std::copy_n(buffers.zeroPoints.as<uint8_t>(), count,
                session.zeroPoints.begin());
}

std::optional<Contestant> OnnxRuntime::make(const Row &row,
                                            const Buffers &buffers,
                                            std::string &reason) const {
  std::optional<OnnxModel> model = makeOnnxModel(row);
  if (!model) {
    reason = "no operator of ONNX computes this";
    return std::nullopt;
  }
  auto session = std::make_shared<Session>(library->api);
  if (!session->create(library->env, library->options, std::move(*model),
                       reason))
    return std::nullopt;
  const Results &results = buffers.results;
  void *x = buffers.input.as<void>(), *y = results.output.as<void>();
  bool isBound;
  if (row.op == RowOp::Dynamic) {
    isBound = session->bind(
        library->memory, {x},
        {y, results.scales.as<void>(), results.zeroPoints.as<void>()}, reason);
  } else {
    copyParameters(row, buffers, *session);
    SmallVector<void *> inputs = {x, session->scales.data(),
                                  session->zeroPoints.data()};
    if (row.bytesOfAddend())
      inputs.push_back(buffers.addend.as<void>());
    isBound = session->bind(library->memory, inputs, {y}, reason);
  }
  // Not every type has a kernel, and some have one that fails.
  if (!isBound || !session->run(reason))
    return std::nullopt;

  Contestant contestant;
  contestant.name = "onnxruntime";
  contestant.bytes = row.bytes();
  contestant.threads = library->threads;
  contestant.division = Division::Exact;
  if (row.isApproximate())
    contestant.agreement = Agreement::Quantum;
  contestant.run = [session, keep = library] {
    std::string error;
    (void)session->run(error);
  };
  return contestant;
}

std::optional<Contestant> OnnxRuntime::makeMatmul(const MatmulRow &row,
                                                  const MatmulBuffers &buffers,
                                                  std::string &reason) const {
  std::optional<OnnxModel> model = makeOnnxModel(row, buffers);
  if (!model) {
    reason = "no operators of ONNX compute this";
    return std::nullopt;
  }
  auto session = std::make_shared<Session>(library->api);
  if (!session->create(library->env, library->options, std::move(*model),
                       reason) ||
      !session->bind(library->memory, {buffers.activations.as<void>()},
                     {buffers.result.as<void>()}, reason) ||
      !session->run(reason))
    return std::nullopt;
  Contestant contestant;
  contestant.name = "onnxruntime";
  contestant.bytes = row.operations();
  contestant.threads = library->threads;
  contestant.run = [session, keep = library] {
    std::string error;
    (void)session->run(error);
  };
  return contestant;
}
