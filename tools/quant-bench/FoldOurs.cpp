//===- FoldOurs.cpp - Folding weights in this process ---------------------===//

#include "FoldOurs.h"

#include "QuantExt/IR/ResourceConstants.h"
#include "QuantExt/Transforms/Passes.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Threading.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace mlir;
using namespace quant_bench;

static double timeOf(llvm::function_ref<void()> work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

static double getMedian(std::vector<double> seconds) {
  llvm::sort(seconds);
  return seconds[seconds.size() / 2];
}

static bool fail(const llvm::Twine &message) {
  llvm::errs() << "error: " << message << "\n";
  return false;
}

//===----------------------------------------------------------------------===//
// Writing weights
//===----------------------------------------------------------------------===//

/// Numbers from -1 to 1, small ones more often, as weights are: the product of
/// two uniform ones from a linear congruential generator (Knuth's MMIX).
static void fillWeights(MutableArrayRef<float> weights, uint64_t seed) {
  uint64_t state = seed;
  for (float &weight : weights) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    auto first = static_cast<int32_t>(state >> 32);
    auto second = static_cast<uint32_t>(state >> 8) & 0xffffff;
    weight = first * 0x1p-31f * (second * 0x1p-24f);
  }
}

static std::string makeModule(const WeightFiles &files) {
  int64_t rows = files.rows, columns = files.columns;
  bool isTransposed = files.axis == 0;
  std::string x =
      ("tensor<1x" + Twine(isTransposed ? columns : rows) + "xf32>").str();
  std::string y =
      ("tensor<1x" + Twine(isTransposed ? rows : columns) + "xf32>").str();
  std::string w =
      ("tensor<" + Twine(rows) + "x" + Twine(columns) + "xf32>").str();
  std::string text;
  llvm::raw_string_ostream os(text);
  for (int64_t layer = 0; layer < files.layers; ++layer) {
    os << "func.func @layer" << layer << "(%x: " << x << ", %init: " << y
       << ") -> " << y << " {\n  %w = arith.constant dense_resource<layer"
       << layer << "> : " << w << "\n  %y = linalg.matmul ";
    if (isTransposed)
      os << "indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, "
            "n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] ";
    os << "ins(%x, %w : " << x << ", " << w << ") outs(%init : " << y << ") -> "
       << y << "\n  return %y : " << y << "\n}\n";
  }
  return text;
}

bool quant_bench::writeWeights(const WeightFiles &files,
                               const DialectRegistry &registry) {
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(makeModule(files), &context);
  if (!module)
    return false;
  auto &interface = DenseResourceElementsHandle::getManagerInterface(&context);
  std::error_code error;
  llvm::raw_fd_ostream os(files.weights, error);
  if (error)
    return fail("cannot write '" + files.weights + "': " + error.message());
  for (int64_t layer = 0; layer < files.layers; ++layer) {
    AsmResourceBlob blob = quant_ext::allocateBlob(files.layerBytes());
    MutableArrayRef<char> raw = blob.getMutableData();
    fillWeights({reinterpret_cast<float *>(raw.data()), raw.size() / 4}, layer);
    os.write(raw.data(), raw.size());
    interface.update(("layer" + Twine(layer)).str(), std::move(blob));
  }
  llvm::raw_fd_ostream moduleOs(files.module, error);
  if (error || failed(writeBytecodeToFile(*module, moduleOs)))
    return fail("cannot write '" + files.module + "'");
  return true;
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

namespace {
/// A module that was read, in a context that has so many threads.
class Model {
public:
  Model(const WeightFiles &files, const DialectRegistry &registry,
        unsigned threads)
      : pool(makeStrategy(threads)),
        context(registry, MLIRContext::Threading::DISABLED) {
    if (threads > 1)
      context.setThreadPool(pool);
    // As quant-opt reads it.
    auto buffer = llvm::MemoryBuffer::getFile(files.module, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!buffer)
      return;
    auto sources = std::make_shared<llvm::SourceMgr>();
    sources->AddNewSourceBuffer(std::move(*buffer), SMLoc());
    module = parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
  }

  explicit operator bool() const { return static_cast<bool>(module); }
  MLIRContext *getContext() { return &context; }
  ModuleOp getModule() { return *module; }

  bool insertQuantize() {
    PassManager passes(&context);
    passes.addPass(quant_ext::createQuantizeWeights());
    return succeeded(passes.run(*module));
  }
  bool canonicalize() {
    PassManager passes(&context);
    passes.addPass(createCanonicalizerPass());
    return succeeded(passes.run(*module));
  }

  /// The blobs of constants of this width, in order.
  SmallVector<ArrayRef<char>> getBlobs(unsigned width) {
    SmallVector<ArrayRef<char>> blobs;
    module->walk([&](arith::ConstantOp constant) {
      auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
      if (resource && resource.getType().getElementTypeBitWidth() == width)
        blobs.push_back(resource.getRawHandle().getBlob()->getData());
    });
    return blobs;
  }

private:
  static llvm::ThreadPoolStrategy makeStrategy(unsigned threads) {
    llvm::ThreadPoolStrategy strategy;
    strategy.ThreadsRequested = threads;
    return strategy;
  }

  llvm::DefaultThreadPool pool;
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

/// Calls `work` for parts of `size` bytes, on the threads of the context.
static void
forEachPart(MLIRContext *context, size_t size,
            llvm::function_ref<void(size_t begin, size_t end)> work) {
  constexpr size_t kPart = size_t(1) << 20;
  parallelFor(context, 0, llvm::divideCeil(size, kPart), [&](size_t part) {
    work(part * kPart, std::min((part + 1) * kPart, size));
  });
}

/// Reads all bytes, as fast as vectors of eight words do.
static void readAll(MLIRContext *context, ArrayRef<char> bytes) {
  std::atomic<uint64_t> total = 0;
  forEachPart(context, bytes.size(), [&](size_t begin, size_t end) {
    uint64_t sums[32] = {};
    for (; begin + sizeof(sums) <= end; begin += sizeof(sums)) {
      uint64_t words[32];
      std::memcpy(words, bytes.data() + begin, sizeof(words));
      for (int i = 0; i < 32; ++i)
        sums[i] ^= words[i];
    }
    total ^= *std::max_element(std::begin(sums), std::end(sums));
  });
}

/// Has memory that is freed stay with the process, touched, for the next run.
static void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

/// Touches as much memory as so many bytes of results need, and gives it back
/// to where they come from.
static void touchMemory(size_t bytes) {
  constexpr size_t kSlack = 4;
  AsmResourceBlob blob = quant_ext::allocateBlob(bytes + bytes / kSlack);
  MutableArrayRef<char> data = blob.getMutableData();
  std::fill(data.begin(), data.end(), 1);
}

std::optional<llvm::json::Object>
quant_bench::foldOnce(const WeightFiles &files, const DialectRegistry &registry,
                      unsigned threads, StringRef output, StringRef integers) {
  std::optional<Model> model;
  double read = timeOf([&] { model.emplace(files, registry, threads); });
  bool isFolded = false;
  double fold = timeOf([&] {
    isFolded = *model && model->insertQuantize() && model->canonicalize();
  });
  if (!isFolded)
    return std::nullopt;
  bool isWritten = false;
  double write = timeOf([&] {
    std::error_code error;
    llvm::raw_fd_ostream os(output, error);
    isWritten =
        !error && succeeded(writeBytecodeToFile(model->getModule(), os));
  });
  if (!isWritten) {
    fail("cannot write '" + output + "'");
    return std::nullopt;
  }
  std::error_code error;
  llvm::raw_fd_ostream os(integers, error);
  uint64_t hash = 0;
  constexpr uintptr_t kHugePage = uintptr_t(2) << 20;
  for (ArrayRef<char> blob : model->getBlobs(8)) {
    os.write(blob.data(), blob.size());
    hash = hash * 31 + llvm::xxh3_64bits(StringRef(blob.data(), blob.size()));
    if (blob.size() >= kHugePage &&
        reinterpret_cast<uintptr_t>(blob.data()) % kHugePage) {
      fail("a result must start at a huge page");
      return std::nullopt;
    }
  }
  return llvm::json::Object{{"read", read},
                            {"fold", fold},
                            {"write", write},
                            {"hash", llvm::utohexstr(hash)}};
}

std::optional<llvm::json::Object>
quant_bench::timeFolding(const WeightFiles &files,
                         const DialectRegistry &registry, unsigned threads,
                         unsigned repetitions) {
  keepFreedMemory();
  double firstFold = 0;
  std::vector<double> fold, read;
  for (unsigned i = 0; i <= repetitions; ++i) {
    Model model(files, registry, threads);
    if (!model || !model.insertQuantize())
      return std::nullopt;
    SmallVector<ArrayRef<char>> weights = model.getBlobs(32);
    auto readWeights = [&] {
      for (ArrayRef<char> blob : weights)
        readAll(model.getContext(), blob);
    };
    // Faults the input in.
    readWeights();
    double readSeconds = timeOf(readWeights);
    if (i != 0)
      touchMemory(files.layers * files.layerBytes() / sizeof(float));
    bool isFolded = false;
    double foldSeconds = timeOf([&] { isFolded = model.canonicalize(); });
    if (!isFolded)
      return std::nullopt;
    if (i == 0) {
      firstFold = foldSeconds;
      continue;
    }
    read.push_back(readSeconds);
    fold.push_back(foldSeconds);
  }
  return llvm::json::Object{{"fold", getMedian(fold)},
                            {"first", firstFold},
                            {"read", getMedian(read)}};
}
