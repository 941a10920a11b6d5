//===- MatmulLimits.cpp - What no product can exceed ----------------------===//

#include "Matmul.h"

#include "QuantExt/CPU/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>
#include <thread>

using namespace mlir;
using namespace quant_bench;

#if defined(__x86_64__)
#include <immintrin.h>

//===----------------------------------------------------------------------===//
// Instructions on registers
//===----------------------------------------------------------------------===//

namespace {
struct Instruction {
  StringRef name;
  /// Features of targets whose code can have it, all of them.
  std::initializer_list<StringRef> features;
  /// Products of one.
  int64_t products;
  /// Twelve of them in each iteration, as many as hide their latency.
  void (*run)(int64_t iterations);
};
} // namespace

// Each of the twelve has an accumulator of its own. Those that only multiply
// are followed by the addition, as they have to be.
#define TWELVE(DO)                                                             \
  DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
#define DEFINE_PEAK(NAME, FEATURES, VECTOR, BODY)                              \
  __attribute__((target(FEATURES))) static void NAME(int64_t iterations) {     \
    VECTOR sums[12] = {}, x, t;                                                \
    std::memset(&x, 3, sizeof(x));                                             \
    std::memset(&t, 0, sizeof(t));                                             \
    for (int64_t i = 0; i < iterations; ++i) {                                 \
      TWELVE(BODY)                                                             \
    }                                                                          \
  }
#define ACCUMULATE(N)                                                          \
  __asm__ volatile("vpdpbusd %1, %1, %0" : "+v"(sums[N]) : "v"(x));
#define ACCUMULATE_VEX(N)                                                      \
  __asm__ volatile("%{vex%} vpdpbusd %1, %1, %0" : "+x"(sums[N]) : "x"(x));
#define MULTIPLY(N)                                                            \
  __asm__ volatile("vpmaddwd %2, %2, %1\n\tvpaddd %1, %0, %0"                  \
                   : "+v"(sums[N]), "=&v"(t)                                   \
                   : "v"(x));
DEFINE_PEAK(runVpdpbusd512, "avx512f,avx512vnni", __m512i, ACCUMULATE)
DEFINE_PEAK(runVpmaddwd512, "avx512f,avx512bw", __m512i, MULTIPLY)
DEFINE_PEAK(runVpdpbusd256, "avx2,avxvnni", __m256i, ACCUMULATE_VEX)
DEFINE_PEAK(runVpmaddwd256, "avx2", __m256i, MULTIPLY)

/// The best first.
static const Instruction kInstructions[] = {
    {"vpdpbusd", {"avx512vnni", "avx512vl"}, 64, runVpdpbusd512},
    {"vpmaddwd", {"avx512bw", "avx512vl"}, 32, runVpmaddwd512},
    {"vpdpbusd", {"avxvnni"}, 32, runVpdpbusd256},
    {"vpmaddwd", {"avx2"}, 16, runVpmaddwd256},
};

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Reads as many parts of the bytes at a time as there are streams, a piece of
/// each in turn.
__attribute__((target("avx"))) static void
readStreams(const char *data, int64_t bytes, int64_t streams) {
  constexpr int64_t piece = 256;
  int64_t part = bytes / streams / piece * piece;
  for (int64_t i = 0; i < part; i += piece)
    for (int64_t stream = 0; stream < streams; ++stream) {
      const char *from = data + stream * part + i;
      for (int64_t j = 0; j < piece; j += sizeof(__m256i))
        __asm__ volatile("vmovdqa %0, %%ymm0"
                         :
                         : "m"(*reinterpret_cast<const __m256i *>(from + j))
                         : "xmm0");
    }
}
#endif

/// Calls `work` with each number below `threads`, on threads of its own. They
/// are started each time: the work must be long.
static void runOnThreads(unsigned threads,
                         llvm::function_ref<void(unsigned)> work) {
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads; ++thread)
    others.emplace_back([work, thread] { work(thread); });
  work(0);
  for (std::thread &other : others)
    other.join();
}

#if defined(__x86_64__)
static std::optional<Contestant> makePeak(const MatmulRow &row,
                                          const quant_ext::TargetInfo &target) {
  const auto *found =
      llvm::find_if(kInstructions, [&](const Instruction &instruction) {
        return llvm::all_of(instruction.features, [&](StringRef feature) {
          return target.hasFeature(feature);
        });
      });
  if (found == std::end(kInstructions))
    return std::nullopt;
  // Threads are started each time, and not on other processors at once.
  int64_t iterations = row.threads == 1 ? 10000 : 10000000;
  Contestant peak;
  peak.name = found->name;
  peak.isLimit = true;
  peak.threads = row.threads;
  peak.bytes = 2 * row.threads * iterations * 12 * found->products;
  peak.run = [run = found->run, iterations, threads = row.threads] {
    runOnThreads(threads, [=](unsigned) { run(iterations); });
  };
  return peak;
}

static Contestant makeRead(const MatmulRow &row, int64_t streams,
                           std::vector<ArrayRef<char>> constants) {
  size_t times = constants.size() == 1 ? 8 : constants.size();
  // As above.
  if (row.threads > 1)
    times *= 32;
  Contestant read;
  read.name = streams == 1 ? "read" : "read-" + std::to_string(streams);
  read.isLimit = true;
  read.threads = row.threads;
  read.bytes = static_cast<int64_t>(times) * row.operations();
  read.run = [=, threads = row.threads, size = row.bytesOfWeights()] {
    runOnThreads(threads, [&](unsigned thread) {
      int64_t part = llvm::alignDown(size / threads, sizeof(__m256i));
      for (size_t i = 0; i < times; ++i)
        readStreams(constants[i % constants.size()].data() + thread * part,
                    part, streams);
    });
  };
  return read;
}
#endif

std::vector<Contestant>
quant_bench::makeLimitsOfMatmul(const MatmulRow &row,
                                const quant_ext::TargetInfo &target,
                                ArrayRef<ArrayRef<char>> constants) {
  std::vector<Contestant> limits;
#if defined(__x86_64__)
  if (auto peak = makePeak(row, target))
    limits.push_back(std::move(*peak));
  bool holdWeights = llvm::all_of(constants, [&](ArrayRef<char> piece) {
    return static_cast<int64_t>(piece.size()) >= row.bytesOfWeights();
  });
  // One after the other, and as many at a time as are fastest where pages are
  // small.
  if (row.m == 1 && target.hasFeature("avx") && !constants.empty() &&
      holdWeights)
    for (int64_t streams : {1, 8})
      limits.push_back(makeRead(row, streams, constants.vec()));
#endif
  return limits;
}
