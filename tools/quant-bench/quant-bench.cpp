//===- quant-bench.cpp - Native code beside its peers ---------------------===//
//
// Compiles operations with the pipeline that users run and times the code in
// this process, beside others that compute the same and beside what memory
// allows.
//
//===----------------------------------------------------------------------===//

#include "Check.h"
#include "CompileTime.h"
#include "Fold.h"
#include "MLIRSource.h"
#include "Matmul.h"
#include "NativeModule.h"
#include "Ours.h"
#include "OutputFile.h"
#include "Peer.h"
#include "PlainLoops.h"
#include "Report.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <chrono>
#include <map>
#include <set>
#include <thread>

using namespace mlir;
using namespace quant_bench;
namespace cl = llvm::cl;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

static cl::OptionCategory category("Options of quant-bench elementwise");
static cl::SubCommand
    elementwise("elementwise",
                "quantize, dequantize and their kin, element by element");

static cl::OptionCategory matmulCategory("Options of quant-bench matmul");
static cl::SubCommand matmul("matmul",
                             "products of 8-bit matrices, weights constant");

static cl::opt<std::string>
    filter("filter", cl::sub(matmul), cl::sub(elementwise),
           cl::cat(matmulCategory), cl::cat(category), cl::value_desc("regex"),
           cl::desc("Only rows whose name it matches somewhere"));
static cl::list<std::string>
    sizes("sizes", cl::CommaSeparated, cl::sub(elementwise), cl::cat(category),
          cl::desc("Elements: l1, l2, l3, memory, tail, or numbers (default: "
                   "l1,l2,memory)"));
static cl::opt<bool> all("all", cl::sub(elementwise), cl::cat(category),
                         cl::desc("Every row: hours"));
static cl::opt<bool> list("list", cl::sub(matmul), cl::sub(elementwise),
                          cl::cat(matmulCategory), cl::cat(category),
                          cl::desc("Print names of rows and time nothing"));
static cl::opt<bool> printIR(
    "print-mlir", cl::sub(matmul), cl::sub(elementwise),
    cl::cat(matmulCategory), cl::cat(category),
    cl::desc("Print what is compiled, for quant-opt, and time nothing"));
static cl::opt<bool> printC("print-c", cl::sub(elementwise), cl::cat(category),
                            cl::desc("Print the plain loops and time nothing"));
static cl::list<unsigned>
    threads("threads", cl::CommaSeparated, cl::sub(matmul),
            cl::sub(elementwise), cl::cat(matmulCategory), cl::cat(category),
            cl::desc("Threads of each contestant, as in 1,2 (default: 1, and "
                     "without --sizes also 2 in sizes l3 and memory)"));
static cl::opt<unsigned>
    repetitions("repetitions", cl::init(7), cl::sub(matmul),
                cl::sub(elementwise), cl::cat(matmulCategory),
                cl::cat(category),
                cl::desc("How often each contestant is timed (default: 7)"));
static cl::opt<double>
    minTime("min-time", cl::init(0.02), cl::sub(matmul), cl::sub(elementwise),
            cl::cat(matmulCategory), cl::cat(category),
            cl::value_desc("seconds"),
            cl::desc("What a repetition takes at least (default: 0.02)"));
static cl::opt<std::string> jsonFile("json", cl::sub(matmul),
                                     cl::sub(elementwise),
                                     cl::cat(matmulCategory), cl::cat(category),
                                     cl::value_desc("file"),
                                     cl::desc("Write the figures as JSON"));
static cl::opt<std::string> plotFile("plot", cl::sub(elementwise),
                                     cl::cat(category), cl::value_desc("file"),
                                     cl::desc("Plot GB/s against size as SVG"));
static cl::opt<std::string> target(
    "target", cl::init("native"), cl::sub(matmul), cl::sub(elementwise),
    cl::cat(matmulCategory), cl::cat(category), cl::value_desc("cpu"),
    cl::desc("What ours and the C loops are compiled for, as quant-ext-to-llvm "
             "has it; other peers choose by themselves (default: native)"));
static cl::opt<std::string> onnxRuntimePath(
    "onnxruntime", cl::init(QUANT_BENCH_VENV), cl::sub(matmul),
    cl::sub(elementwise), cl::cat(matmulCategory), cl::cat(category),
    cl::value_desc("path"),
    cl::desc("ONNX Runtime's libonnxruntime.so, or a folder to look for it "
             "below (default: the build's Python packages)"));
static cl::opt<std::string> xnnpackPath(
    "xnnpack", cl::init(QUANT_BENCH_VENV), cl::sub(matmul),
    cl::sub(elementwise), cl::cat(matmulCategory), cl::cat(category),
    cl::value_desc("path"),
    cl::desc("XNNPACK's libXNNPACK.so, in the same way (default: the same, "
             "then the system's)"));
static cl::opt<std::string> oneDnnPath(
    "onednn", cl::init(QUANT_BENCH_VENV), cl::sub(matmul), cl::sub(elementwise),
    cl::cat(matmulCategory), cl::cat(category), cl::value_desc("path"),
    cl::desc("oneDNN's libdnnl.so, in the same way (default: the same, then "
             "the system's)"));
static cl::opt<std::string> clang("clang", cl::init(QUANT_BENCH_CLANG),
                                  cl::sub(elementwise), cl::cat(category),
                                  cl::value_desc("file"),
                                  cl::desc("The compiler of the plain loops"));
static cl::opt<std::string>
    perturbed("perturb", cl::Hidden, cl::sub(matmul), cl::sub(elementwise),
              cl::cat(matmulCategory), cl::cat(category),
              cl::value_desc("contestant"),
              cl::desc("Change an element of its result before it is checked"));

static cl::OptionCategory compileCategory("Options of quant-bench compile");
static cl::SubCommand compile("compile",
                              "the pipeline, on networks of many layers");
static cl::list<unsigned>
    layers("layers", cl::CommaSeparated, cl::sub(compile),
           cl::cat(compileCategory),
           cl::desc("Layers of the networks (default: 1,10,100,1000)"));
static cl::opt<unsigned> compileRepetitions(
    "repetitions", cl::init(3), cl::sub(compile), cl::cat(compileCategory),
    cl::desc("How often each network is compiled (default: 3)"));

static LogicalResult fail(const llvm::Twine &message) {
  llvm::errs() << "error: " << message << "\n";
  return failure();
}

//===----------------------------------------------------------------------===//
// What is asked for
//===----------------------------------------------------------------------===//

static LogicalResult checkOptions() {
  for (unsigned count : threads) {
    constexpr unsigned kMostThreads = 1024;
    if (count < 1 || count > kMostThreads)
      return fail("--threads must be from 1 to " + llvm::Twine(kMostThreads) +
                  ", found " + llvm::Twine(count));
    if (count > 1 && !native_code::NativeModule::hasThreads())
      return fail("--threads must be 1 without libomp, found " +
                  llvm::Twine(count));
    if (count > std::thread::hardware_concurrency())
      llvm::errs() << "warning: " << count << " threads on "
                   << std::thread::hardware_concurrency() << " processors\n";
  }
  if (repetitions == 0)
    return fail("--repetitions must be at least 1, found 0");
  if (!(minTime > 0 && minTime <= 60))
    return fail("--min-time must be above 0 and at most 60");
  if (!perturbed.empty() && perturbed != "ours" &&
      !llvm::is_contained(getPeerNames(), StringRef(perturbed)))
    return fail("--perturb must name a contestant, found '" + perturbed + "'");
  return success(succeeded(checkWritable(jsonFile)) &&
                 succeeded(checkWritable(plotFile)));
}

static std::vector<unsigned> chooseThreads() {
  if (!threads.empty())
    return threads;
  if (!sizes.empty())
    return {1};
  if (native_code::NativeModule::hasThreads() &&
      std::thread::hardware_concurrency() > 1)
    return {1, 2};
  llvm::errs() << "without rows of two threads: no libomp, or one processor\n";
  return {1};
}

static FailureOr<llvm::Regex> parseFilter() {
  std::string error;
  llvm::Regex regex(filter.empty() ? "." : StringRef(filter));
  if (!regex.isValid(error))
    return fail("--filter must be a regular expression, found '" + filter +
                "': " + error);
  return regex;
}

static FailureOr<std::vector<Row>> chooseRows() {
  FailureOr<llvm::Regex> regex = parseFilter();
  if (failed(regex))
    return failure();
  std::vector<int64_t> elements;
  for (const std::string &size : sizes) {
    FailureOr<int64_t> parsed = parseSize(size);
    if (failed(parsed))
      return failure();
    elements.push_back(*parsed);
  }
  std::vector<Row> rows;
  size_t leftOut = 0;
  for (Row &row : makeRows(elements, chooseThreads())) {
    if (!regex->match(row.name()))
      continue;
    if (all || row.isDefault)
      rows.push_back(std::move(row));
    else
      ++leftOut;
  }
  if (rows.empty())
    return fail("--filter must match a row, found '" + filter +
                "', which matches " + llvm::Twine(leftOut) + " of --all");
  return rows;
}

//===----------------------------------------------------------------------===//
// Main
//===----------------------------------------------------------------------===//

namespace {
/// A library that rows are timed beside, once for each number of threads.
struct LoadedPeer {
  StringRef name;
  std::map<unsigned, std::unique_ptr<Peer>> byThreads;
};

/// What all rows share.
struct Bench {
  MLIRContext context;
  Buffers buffers;
  /// The flag by which the compiler of the plain loops knows the target.
  std::string machine;
  /// For each number of threads.
  std::map<unsigned, std::unique_ptr<PlainLoops>> loops;
  std::vector<LoadedPeer> peers;

  Bench(const DialectRegistry &registry, const std::vector<Row> &rows)
      : context(registry), buffers(rows) {}

  /// Of each peer: its name and its version.
  std::vector<std::pair<std::string, std::string>> getVersions() const {
    std::vector<std::pair<std::string, std::string>> versions;
    for (const LoadedPeer &loaded : peers)
      versions.emplace_back(loaded.name.str(),
                            loaded.byThreads.begin()->second->getVersion());
    return versions;
  }
};
} // namespace

/// A target whose code this machine can run.
static LogicalResult resolveTarget(Bench &bench) {
  auto info = native_code::resolveTarget(target, bench.context);
  if (failed(info))
    return failure();
  std::string missing = native_code::findMissingFeatures(*info);
  if (!missing.empty())
    return fail("--target must be what this machine can run, found '" + target +
                "', which needs " + missing);
  bench.machine = target == "native" ? "-march=native"
                  : info->isX86()    ? "-march=" + info->cpu
                                     : "-mcpu=" + info->cpu;
  return success();
}

/// The loops of every number of threads; those of one also say what to expect.
static LogicalResult compileLoops(Bench &bench, const std::vector<Row> &rows) {
  std::set<unsigned> counts = {1};
  for (const Row &row : rows)
    counts.insert(row.threads);
  for (unsigned count : counts) {
    llvm::errs() << "compiling the plain loops: " << clang << " "
                 << PlainLoops::getFlags(bench.machine, count) << "\n";
    bench.loops[count] = PlainLoops::compile(rows, clang, bench.machine, count);
    if (!bench.loops[count])
      return failure();
  }
  return success();
}

static LogicalResult loadPeers(Bench &bench, const std::vector<Row> &rows) {
  const cl::opt<std::string> *paths[] = {&onnxRuntimePath, &xnnpackPath,
                                         &oneDnnPath};
  for (auto [kind, path] : llvm::zip_equal(getPeerKinds(), paths)) {
    bool isMissing;
    // A build without Python packages has no folder for them.
    void *library = openPeer(
        kind, *path, /*isSystemTried=*/!path->getNumOccurrences(), isMissing);
    if (!library && isMissing)
      continue;
    if (!library)
      return failure();
    LoadedPeer loaded{kind.name, {}};
    for (const Row &row : rows) {
      std::unique_ptr<Peer> &peer = loaded.byThreads[row.threads];
      if (!peer && !(peer = createPeer(kind, library, row.threads)))
        return failure();
    }
    llvm::errs() << kind.name << " "
                 << loaded.byThreads.begin()->second->getVersion() << "\n";
    bench.peers.push_back(std::move(loaded));
  }
  return success();
}

/// Ours and the peers that do this row, each checked. Empty after a message.
static std::vector<Contestant> makeContestants(const Row &row, Bench &bench) {
  std::optional<Contestant> ours =
      makeOurs(row, bench.buffers, target, bench.context);
  if (!ours) {
    (void)fail(row.label() + ": cannot be compiled");
    return {};
  }
  PlainLoops &loops = *bench.loops[row.threads];
  std::vector<Contestant> contestants = {std::move(*ours),
                                         loops.make(row, bench.buffers)};
  if (auto handWritten = loops.makeHandWritten(row, bench.buffers))
    contestants.push_back(std::move(*handWritten));
  for (LoadedPeer &loaded : bench.peers) {
    std::string reason;
    if (auto peer =
            loaded.byThreads[row.threads]->make(row, bench.buffers, reason))
      contestants.push_back(std::move(*peer));
    else
      llvm::errs() << "  without " << loaded.name << ": " << reason << "\n";
  }
  std::optional<Division> wanted;
  for (const Contestant &contestant : contestants) {
    if (wanted != contestant.division) {
      wanted = contestant.division;
      bench.loops[1]->computeWanted(row, *wanted, bench.buffers);
    }
    if (failed(check(row, contestant, bench.buffers,
                     perturbed == contestant.name)))
      return {};
  }
  return contestants;
}

static FailureOr<Record> measureRow(const Row &row, Bench &bench) {
  fillOperands(row, bench.buffers);
  std::vector<Contestant> contestants = makeContestants(row, bench);
  if (contestants.empty())
    return failure();
  PlainLoops &loops = *bench.loops[row.threads];
  bool isBypassed = contestants.front().bypassesCaches;
  llvm::append_range(contestants,
                     loops.makeLimits(row, bench.buffers, isBypassed));
  Record record;
  record.row = row;
  record.compilerFlags = PlainLoops::getFlags(bench.machine, row.threads);
  for (auto [contestant, figure] :
       llvm::zip_equal(contestants, measure(contestants))) {
    if (contestant.name == "ours")
      record.ours = figure;
    else if (!contestant.isLimit)
      record.peers.push_back(figure);
    else
      record.limits.push_back(figure);
    if (contestant.isLimit && contestant.bypassesCaches == isBypassed)
      record.limitName = contestant.name;
  }
  return record;
}

/// The peers that can have figures.
static std::vector<StringRef> getColumns(const Bench &bench) {
  std::vector<StringRef> columns;
  for (StringRef name : getPeerNames())
    if (name == "clang" ||
        (name == "hand-written" &&
         bench.loops.begin()->second->hasHandWritten()) ||
        llvm::any_of(bench.peers, [&](const LoadedPeer &loaded) {
          return loaded.name == name;
        }))
      columns.push_back(name);
  return columns;
}

static LogicalResult run() {
  if (failed(checkOptions()))
    return failure();
  FailureOr<std::vector<Row>> rows = chooseRows();
  if (failed(rows))
    return failure();
  size_t longest = 0;
  for (const Row &row : *rows)
    longest = std::max(longest, row.label().size());
  if (printC) {
    llvm::outs() << makeCSource(*rows);
    return success();
  }
  if (list || printIR) {
    for (const Row &row : *rows)
      if (list)
        llvm::outs() << row.label() << "\n";
      else
        llvm::outs() << "// " << row.label() << "\n"
                     << makeMLIRSource(row) << "// -----\n";
    return success();
  }

  DialectRegistry registry;
  native_code::initialize(registry);
  Bench bench(registry, *rows);
  if (failed(resolveTarget(bench)) || failed(compileLoops(bench, *rows)) ||
      failed(loadPeers(bench, *rows)))
    return failure();
  Setting setting{bench.buffers.describePages(),
                  llvm::sys::getHostCPUName().str(), target,
                  bench.getVersions()};
  llvm::errs() << "buffers: " << setting.pages << "\n";
  initializeMeasurements({repetitions, minTime});

  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
  std::vector<Record> records;
  // The table makes way for what machines read.
  bool isTaken = jsonFile == "-" || plotFile == "-";
  Table table(isTaken ? llvm::errs() : llvm::outs(), longest,
              getColumns(bench));
  for (auto [number, row] : llvm::enumerate(*rows)) {
    std::chrono::duration<double> elapsed = Clock::now() - start;
    llvm::errs() << "[" << number + 1 << "/" << rows->size() << "] "
                 << row.label() << llvm::format(", %.1f s\n", elapsed.count());
    FailureOr<Record> record = measureRow(row, bench);
    if (failed(record))
      return failure();
    if (number == 0)
      table.printHeading();
    table.print(*record);
    records.push_back(std::move(*record));
  }
  auto json = [&](raw_ostream &os) { printJSON(os, records, setting); };
  auto plot = [&](raw_ostream &os) { printPlot(os, records); };
  return success(succeeded(writeFile(jsonFile, json)) &&
                 succeeded(writeFile(plotFile, plot)));
}

static LogicalResult runMatmul() {
  if (failed(checkOptions()))
    return failure();
  FailureOr<llvm::Regex> regex = parseFilter();
  if (failed(regex))
    return failure();
  std::vector<unsigned> counts = threads;
  if (counts.empty())
    counts = {1};
  std::vector<MatmulRow> rows = makeMatmulRows(counts);
  llvm::erase_if(
      rows, [&](const MatmulRow &row) { return !regex->match(row.name()); });
  if (rows.empty())
    return fail("--filter must match a row, found '" + filter + "'");
  if (list || printIR) {
    for (const MatmulRow &row : rows)
      if (list)
        llvm::outs() << row.name() << "\n";
      else
        llvm::outs() << "// " << row.name() << makeMatmulSource(row)
                     << "// -----\n";
    return success();
  }

  DialectRegistry registry;
  native_code::initialize(registry);
  Bench bench(registry, {});
  std::vector<Row> rowsOfThreads;
  for (unsigned count : counts) {
    rowsOfThreads.emplace_back();
    rowsOfThreads.back().threads = count;
  }
  if (failed(resolveTarget(bench)) || failed(loadPeers(bench, rowsOfThreads)))
    return failure();
  initializeMeasurements({repetitions, minTime});
  auto findPeer = [&](StringRef name, unsigned count) -> const Peer * {
    for (const LoadedPeer &loaded : bench.peers)
      if (loaded.name == name)
        return loaded.byThreads.at(count).get();
    return nullptr;
  };
  return measureMatmul(rows, {target, jsonFile, perturbed}, findPeer,
                       bench.getVersions(), bench.context);
}

static LogicalResult runCompile() {
  std::vector<unsigned> counts = layers;
  if (counts.empty())
    counts = {1, 10, 100, 1000};
  for (unsigned count : counts)
    if (count < 1 || count > 100000)
      return fail("--layers must be from 1 to 100000, found " +
                  llvm::Twine(count));
  if (compileRepetitions == 0)
    return fail("--repetitions must be at least 1, found 0");
  DialectRegistry registry;
  native_code::initialize(registry);
  return measureCompileTime(registry, {counts, compileRepetitions},
                            llvm::outs());
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::HideUnrelatedOptions(category, elementwise);
  cl::HideUnrelatedOptions(foldCategory, foldCommand);
  cl::HideUnrelatedOptions(compileCategory, compile);
  cl::HideUnrelatedOptions(matmulCategory, matmul);
  cl::ParseCommandLineOptions(
      argc, argv,
      "times native code of quant_ext beside that of others, after comparing\n"
      "the results bit for bit\n");
  if (foldCommand)
    return failed(runFold());
  if (compile)
    return failed(runCompile());
  if (matmul)
    return failed(runMatmul());
  if (!elementwise)
    return failed(fail("quant-bench must be told what to time: elementwise, "
                       "matmul, fold or compile"));
  return failed(run());
}
