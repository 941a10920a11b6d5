//===- Fold.cpp - `quant-bench fold` --------------------------------------===//

#include "Fold.h"

#include "ChildProcess.h"
#include "FoldOurs.h"
#include "NativeModule.h"
#include "OutputFile.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Threading.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <set>

using namespace mlir;
using namespace quant_bench;
namespace cl = llvm::cl;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

cl::OptionCategory quant_bench::foldCategory("Options of quant-bench fold");
cl::SubCommand quant_bench::foldCommand("fold",
                                        "weights of a model, by canonicalize");

static cl::opt<unsigned> size("size", cl::init(256), cl::sub(foldCommand),
                              cl::cat(foldCategory), cl::value_desc("MiB"),
                              cl::desc("Weights in f32 (default: 256)"));
static cl::opt<unsigned> layers("layers", cl::init(4), cl::sub(foldCommand),
                                cl::cat(foldCategory),
                                cl::desc("Tensors of them (default: 4)"));
static cl::list<unsigned> threads(
    "threads", cl::CommaSeparated, cl::sub(foldCommand), cl::cat(foldCategory),
    cl::desc("Threads of MLIR's pool (default: 1 and as many as cores)"));
static cl::opt<unsigned>
    repetitions("repetitions", cl::init(5), cl::sub(foldCommand),
                cl::cat(foldCategory),
                cl::desc("How often folding is timed (default: 5)"));
static cl::opt<std::string> jsonFile("json", cl::sub(foldCommand),
                                     cl::cat(foldCategory),
                                     cl::value_desc("file"),
                                     cl::desc("Write the figures as JSON"));
static cl::opt<std::string>
    python("python", cl::init(QUANT_BENCH_VENV "/bin/python"),
           cl::sub(foldCommand), cl::cat(foldCategory), cl::value_desc("file"),
           cl::desc("The Python with numpy, onnx and onnxruntime (default: the "
                    "build's)"));

static LogicalResult fail(const Twine &message) {
  llvm::errs() << "error: " << message << "\n";
  return failure();
}

static LogicalResult checkOptions() {
  if (size == 0 || size > 65536)
    return fail("--size must be from 1 to 65536 MiB, found " + Twine(size));
  if (layers == 0 || layers > size)
    return fail("--layers must be from 1 to --size, found " + Twine(layers));
  if (llvm::is_contained(threads, 0u))
    return fail("--threads must be at least 1, found 0");
  if (repetitions == 0)
    return fail("--repetitions must be at least 1, found 0");
  return success();
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

namespace {
/// Of a contestant, in seconds.
struct Usage {
  double fold = 0, files = 0, peakMiB = 0;
};

struct FoldRecord {
  std::string row;
  unsigned threads;
  /// Canonicalization into touched memory, and where it touches it first.
  double fold, firstFold;
  /// Reading all weights.
  double read;
  Usage whole;
  std::vector<std::pair<std::string, Usage>> peers;
  std::string onnxRuntimeVersion;
};

/// What is measured of one axis.
class FoldBench {
public:
  FoldBench(WeightFiles files, std::string folder,
            const DialectRegistry &registry)
      : files(std::move(files)), folder(std::move(folder)), registry(registry) {
  }

  LogicalResult prepare();
  LogicalResult measurePeers();
  FailureOr<FoldRecord> measure(unsigned numThreads);

private:
  std::string path(StringRef name) const { return folder + "/" + name.str(); }
  std::vector<std::string> makeCommand(StringRef name, StringRef output) const;
  LogicalResult compareWithNumpy() const;

  WeightFiles files;
  std::string folder;
  const DialectRegistry &registry;
  std::vector<std::pair<std::string, Usage>> peers;
  bool hasNumpy = false;
  std::string onnxRuntimeVersion;
  /// What each number of threads made of the weights: one of them.
  std::set<std::string> hashes;
};
} // namespace

static double get(const llvm::json::Object &figures, StringRef name) {
  return figures.getNumber(name).value_or(0);
}

std::vector<std::string> FoldBench::makeCommand(StringRef name,
                                                StringRef output) const {
  return {python,
          QUANT_BENCH_SOURCE "/fold_peers.py",
          name.str(),
          files.weights,
          std::to_string(files.layers),
          std::to_string(files.rows),
          std::to_string(files.columns),
          std::to_string(files.axis),
          path(output)};
}

LogicalResult FoldBench::prepare() {
  return success(runChild([&]() -> std::optional<llvm::json::Object> {
                   if (!writeWeights(files, registry))
                     return std::nullopt;
                   return llvm::json::Object();
                 }).has_value());
}

LogicalResult FoldBench::measurePeers() {
  bool isMissing = false;
  llvm::errs() << "  numpy\n";
  if (auto result = runProgram(makeCommand("numpy", "numpy.i8"), isMissing)) {
    const llvm::json::Object &figures = result->figures;
    peers.push_back(
        {"numpy",
         {get(figures, "fold"), get(figures, "read") + get(figures, "write"),
          result->peakMiB}});
    hasNumpy = true;
  } else if (!isMissing) {
    return failure();
  } else {
    llvm::errs() << "  without numpy: not in '" << python << "'\n";
  }
  if (files.axis == 0) {
    llvm::errs() << "  without onnxruntime: its quantizer knows channels in "
                    "columns only\n";
    return success();
  }
  llvm::errs() << "  onnxruntime\n";
  std::string model = path("model.onnx"), output = path("quantized.onnx");
  std::optional<ChildResult> result;
  if (runProgram(makeCommand("model", "model.onnx"), isMissing))
    result = runProgram({python, QUANT_BENCH_SOURCE "/fold_peers.py",
                         "onnxruntime", model, output},
                        isMissing);
  if (result) {
    const llvm::json::Object &figures = result->figures;
    double ofFiles = get(figures, "read") + get(figures, "write");
    peers.push_back(
        {"onnxruntime",
         {get(figures, "all") - ofFiles, ofFiles, result->peakMiB}});
    onnxRuntimeVersion = figures.getString("version").value_or("").str();
  } else if (!isMissing) {
    return failure();
  } else {
    llvm::errs() << "  without onnxruntime: not in '" << python << "'\n";
  }
  llvm::sys::fs::remove(model);
  llvm::sys::fs::remove(output);
  return success();
}

LogicalResult FoldBench::compareWithNumpy() const {
  auto open = [&](StringRef name) {
    return llvm::MemoryBuffer::getFile(path(name), /*IsText=*/false,
                                       /*RequiresNullTerminator=*/false);
  };
  auto ours = open("ours.i8"), wanted = open("numpy.i8");
  if (!ours || !wanted || (*ours)->getBuffer() != (*wanted)->getBuffer())
    return fail("the integers must be those of numpy");
  return success();
}

FailureOr<FoldRecord> FoldBench::measure(unsigned numThreads) {
  llvm::errs() << "  ours, " << numThreads << " threads\n";
  // One process for the memory of a whole run, another to time parts of it.
  std::optional<ChildResult> whole = runChild([&] {
    return foldOnce(files, registry, numThreads, path("ours.mlirbc"),
                    path("ours.i8"));
  });
  if (!whole || (hasNumpy && failed(compareWithNumpy())))
    return failure();
  hashes.insert(whole->figures.getString("hash").value_or("").str());
  if (hashes.size() > 1)
    return fail("the integers must not depend on the number of threads");
  std::optional<ChildResult> times = runChild(
      [&] { return timeFolding(files, registry, numThreads, repetitions); });
  if (!times)
    return failure();
  FoldRecord record;
  record.row = files.axis == 0 ? "fold/f32/i8/per-axis-outer"
                               : "fold/f32/i8/per-axis-inner";
  record.threads = numThreads;
  record.fold = get(times->figures, "fold");
  record.firstFold = get(times->figures, "first");
  record.read = get(times->figures, "read");
  record.whole = {get(whole->figures, "fold"),
                  get(whole->figures, "read") + get(whole->figures, "write"),
                  whole->peakMiB};
  record.peers = peers;
  record.onnxRuntimeVersion = onnxRuntimeVersion;
  return record;
}

//===----------------------------------------------------------------------===//
// Report
//===----------------------------------------------------------------------===//

static void printTable(ArrayRef<FoldRecord> records, double bytes) {
  raw_ostream &os = llvm::outs();
  os << llvm::format(
      "Canonicalize of %.0f MiB of weights, their pages touched, "
      "and whole runs: seconds of\nfolding, seconds of files, peak "
      "of anonymous memory.\n",
      bytes / 0x1p20);
  for (const FoldRecord &record : records) {
    auto rate = [&](double seconds) { return bytes / seconds / 1e9; };
    os << record.row << ", " << record.threads << " threads"
       << llvm::format(
              ": %.1f GB/s, %.0f%% of reading them at %.1f; %.1f where "
              "results are touched first\n",
              rate(record.fold), 100 * record.read / record.fold,
              rate(record.read), rate(record.firstFold));
    auto print = [&](StringRef name, const Usage &usage) {
      os << "  " << llvm::left_justify(name, 12)
         << llvm::format("%9.3f s %9.3f s %9.0f MiB\n", usage.fold, usage.files,
                         usage.peakMiB);
    };
    print("ours", record.whole);
    for (auto &[name, usage] : record.peers)
      print(name, usage);
  }
}

static void printUsage(llvm::json::OStream &json, StringRef name,
                       const Usage &usage) {
  json.attributeObject(name, [&] {
    json.attribute("fold_seconds", usage.fold);
    json.attribute("file_seconds", usage.files);
    json.attribute("peak_anonymous_mib", usage.peakMiB);
  });
}

static void printJSON(raw_ostream &os, ArrayRef<FoldRecord> records,
                      double bytes) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  auto rate = [&](double seconds) { return bytes / seconds / 1e9; };
  json.array([&] {
    for (const FoldRecord &record : records)
      json.object([&] {
        json.attribute("row", record.row);
        json.attribute("threads", record.threads);
        json.attribute("ours", rate(record.fold));
        json.attribute("unit", "GB/s");
        json.attributeObject("peers", [&] {
          for (auto &[name, usage] : record.peers)
            json.attribute(name, rate(usage.fold));
        });
        json.attribute("limit", rate(record.read));
        json.attribute("with_first_touch", rate(record.firstFold));
        json.attributeObject("whole", [&] {
          printUsage(json, "ours", record.whole);
          for (auto &[name, usage] : record.peers)
            printUsage(json, name, usage);
        });
        json.attribute("bytes", static_cast<int64_t>(bytes));
        json.attribute("compiler_flags", "");
        json.attribute("cpu", llvm::sys::getHostCPUName());
        if (!record.onnxRuntimeVersion.empty())
          json.attribute("onnxruntime_version", record.onnxRuntimeVersion);
      });
  });
  os << "\n";
}

//===----------------------------------------------------------------------===//
// Main
//===----------------------------------------------------------------------===//

/// The most nearly square shape of a power of two of columns.
static std::pair<int64_t, int64_t> getLayerShape() {
  int64_t elements = (int64_t(size) << 18) / layers, columns = 1;
  while (columns * columns * 4 <= elements)
    columns *= 2;
  return {elements / columns, columns};
}

LogicalResult quant_bench::runFold() {
  if (failed(checkOptions()))
    return failure();
  std::vector<unsigned> counts(threads.begin(), threads.end());
  if (counts.empty())
    counts = {1, llvm::hardware_concurrency().compute_thread_count()};
  DialectRegistry registry;
  native_code::initialize(registry);

  SmallString<128> folder;
  if (llvm::sys::fs::createUniqueDirectory("quant-bench-fold", folder))
    return fail("cannot make a temporary folder");
  llvm::scope_exit remove([&] { llvm::sys::fs::remove_directories(folder); });
  auto [rows, columns] = getLayerShape();
  std::vector<FoldRecord> records;
  double bytes = 0;
  for (int64_t axis : {1, 0}) {
    WeightFiles files{layers,
                      rows,
                      columns,
                      axis,
                      (folder + "/weights.f32").str(),
                      (folder + "/model.mlirbc").str()};
    bytes = static_cast<double>(files.bytes());
    llvm::errs() << "per-axis " << axis << " of " << layers << " times " << rows
                 << "x" << columns << "\n  writing weights\n";
    FoldBench bench(files, folder.str().str(), registry);
    if (failed(bench.prepare()) || failed(bench.measurePeers()))
      return failure();
    for (unsigned count : counts) {
      FailureOr<FoldRecord> record = bench.measure(count);
      if (failed(record))
        return failure();
      records.push_back(std::move(*record));
    }
  }
  printTable(records, bytes);
  return writeFile(jsonFile,
                   [&](raw_ostream &os) { printJSON(os, records, bytes); });
}
