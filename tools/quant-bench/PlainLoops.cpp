//===- PlainLoops.cpp - C loops, compiled for this machine ----------------===//

#include "PlainLoops.h"

#include "HandWritten.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <dlfcn.h>

using namespace mlir;
using namespace quant_bench;

static std::nullptr_t fail(const llvm::Twine &message) {
  llvm::errs() << "error: " << message << "\n";
  return nullptr;
}

static std::vector<std::string> makeFlags(StringRef machine, unsigned threads) {
  std::vector<std::string> flags = {"-O3", machine.str(), "-ffp-contract=off"};
  if (threads > 1) {
    flags.push_back("-fopenmp");
    flags.push_back("-DPARTS=" + std::to_string(threads));
  }
  return flags;
}

std::string PlainLoops::getFlags(StringRef machine, unsigned threads) {
  return llvm::join(makeFlags(machine, threads), " ");
}

static bool writeFile(StringRef path, StringRef text) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return false;
  os << text;
  os.close();
  if (!os.has_error())
    return true;
  os.clear_error();
  return false;
}

std::unique_ptr<PlainLoops> PlainLoops::compile(const std::vector<Row> &rows,
                                                StringRef clang,
                                                StringRef machine,
                                                unsigned threads) {
  llvm::SmallString<128> folder;
  if (auto error = llvm::sys::fs::createUniqueDirectory("quant-bench", folder))
    return fail("cannot create a temporary folder: " + error.message());
  llvm::scope_exit remove([&] { llvm::sys::fs::remove_directories(folder); });
  std::string source = (folder + "/loops.c").str();
  std::string object = (folder + "/loops.so").str();
  if (!writeFile(source, makeCSource(rows)))
    return fail("cannot write '" + source + "'");

  std::vector<StringRef> command = {clang};
  std::vector<std::string> flags = makeFlags(machine, threads);
  llvm::append_range(command, flags);
  // Where our own code finds it: with one runtime there is one pool.
  if (threads > 1)
    command.push_back("-Wl,-rpath," QUANT_BENCH_LIBRARIES);
  llvm::append_range(command, ArrayRef<StringRef>{"-shared", "-fPIC", "-w",
                                                  "-o", object, source, "-lm"});
  std::string message;
  int status = llvm::sys::ExecuteAndWait(clang, command, std::nullopt, {}, 0, 0,
                                         &message);
  if (status != 0)
    return fail("cannot compile the plain loops with '" + clang + "'" +
                (message.empty() ? "" : ": " + message));
  void *library = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return fail(llvm::Twine("cannot load the plain loops: ") + dlerror());
  return std::unique_ptr<PlainLoops>(new PlainLoops(library, threads));
}

PlainLoops::~PlainLoops() { dlclose(library); }

void PlainLoops::call(const Row &row, Division division, const Buffers &buffers,
                      const Results &results) const {
  auto loop = reinterpret_cast<Loop>(
      dlsym(library, getLoopName(row, division).c_str()));
  const Geometry &geometry = row.geometry;
  loop(buffers.input.as<void>(), buffers.addend.as<void>(),
       buffers.getScales(row, results), buffers.getZeroPoints(row, results),
       results.output.as<void>(), geometry.outer, geometry.channels,
       geometry.inner, geometry.block);
}

Contestant PlainLoops::make(StringRef name, Loop loop, const Row &row,
                            const Buffers &buffers) const {
  Contestant contestant;
  contestant.name = name.str();
  contestant.bytes = row.bytes();
  contestant.threads = threads;
  contestant.division = row.division;
  Geometry geometry = row.geometry;
  void *in = buffers.input.as<void>(), *addend = buffers.addend.as<void>(),
       *out = buffers.results.output.as<void>();
  float *scales = buffers.getScales(row, buffers.results);
  int8_t *zeroPoints = buffers.getZeroPoints(row, buffers.results);
  contestant.run = [=] {
    loop(in, addend, scales, zeroPoints, out, geometry.outer, geometry.channels,
         geometry.inner, geometry.block);
  };
  return contestant;
}

Contestant PlainLoops::make(const Row &row, const Buffers &buffers) const {
  std::string name = getLoopName(row, row.division);
  auto loop = reinterpret_cast<Loop>(dlsym(library, name.c_str()));
  return make("clang", loop, row, buffers);
}

bool PlainLoops::hasHandWritten() const {
  return dlsym(library, "has_hand_written");
}

std::optional<Contestant>
PlainLoops::makeHandWritten(const Row &row, const Buffers &buffers) const {
  std::optional<std::string> name = getHandWrittenName(row);
  auto loop =
      name ? reinterpret_cast<Loop>(dlsym(library, name->c_str())) : nullptr;
  if (!loop)
    return std::nullopt;
  return make("hand-written", loop, row, buffers);
}

std::vector<Contestant> PlainLoops::makeLimits(const Row &row,
                                               const Buffers &buffers,
                                               bool isBypassed) const {
  // Below, the next run finds much of it in a cache again.
  constexpr int64_t beyondCaches = int64_t(32) << 20;
  int64_t vectorBytes =
      *static_cast<const int64_t *>(dlsym(library, "vector_bytes"));
  LimitStep step = getLimitStep(row, vectorBytes);
  // Of two tensors, the limit reads the one of floats.
  bool readsAddend = row.op == RowOp::DequantizeAdd;
  int64_t count =
      (readsAddend ? row.bytesOfAddend() : row.bytesIn()) / step.read;
  void *in = (readsAddend ? buffers.addend : buffers.input).as<void>(),
       *out = buffers.results.output.as<void>();
  std::vector<Contestant> limits;
  for (bool isNonTemporal : {false, true}) {
    if (isNonTemporal && !isBypassed && row.bytes() < beyondCaches)
      break;
    Contestant limit;
    limit.name = isNonTemporal ? "limit-nt" : "limit";
    limit.bytes = count * (step.read + step.written);
    limit.threads = threads;
    limit.isLimit = true;
    limit.bypassesCaches = isNonTemporal;
    auto find = [&](const std::string &name) {
      return reinterpret_cast<LimitLoop>(dlsym(library, name.c_str()));
    };
    LimitLoop loop = find(getLimitName(row, isNonTemporal));
    limit.run = [=] { loop(in, out, count); };
    // The range of a whole tensor is not known before all of it was read.
    if (row.op == RowOp::Dynamic && row.granularity == Granularity::PerTensor)
      limit.run = [=, read = find(getReadLimitName(row))] {
        read(in, out, count);
        loop(in, out, count);
      };
    limits.push_back(std::move(limit));
  }
  return limits;
}

void PlainLoops::computeWanted(const Row &row, Division division,
                               const Buffers &buffers) const {
  call(row, division, buffers, buffers.wanted);
}
