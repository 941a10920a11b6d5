//===- Measure.cpp - Times that can be compared ---------------------------===//

#include "Measure.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <thread>

using namespace quant_bench;

namespace {
/// Keeps the seconds an iteration of each repetition took.
class Collector : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(const Context &) override { return true; }
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs)
      if (run.run_type == Run::RT_Iteration)
        seconds[run.run_name.function_name].push_back(
            run.real_accumulated_time / static_cast<double>(run.iterations));
  }

  llvm::StringMap<std::vector<double>> seconds;
};
} // namespace

void quant_bench::initializeMeasurements(const MeasureOptions &options) {
  // Before the runtime starts: for how many milliseconds its threads go on
  // spinning after a loop, where it would be 200. In this time the next
  // contestant would have a processor less.
  setenv("KMP_BLOCKTIME", "1", /*overwrite=*/0);
  // Interleaving can be asked for by a flag alone.
  std::vector<std::string> flags = {
      "quant-bench",
      "--benchmark_enable_random_interleaving=true",
      "--benchmark_repetitions=" + std::to_string(options.repetitions),
      "--benchmark_min_time=" + std::to_string(options.minTime),
  };
  std::vector<char *> pointers;
  for (std::string &flag : flags)
    pointers.push_back(flag.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(flags.size());
  benchmark::Initialize(&count, pointers.data());
}

static Figure makeFigure(const Contestant &contestant,
                         std::vector<double> seconds) {
  llvm::sort(seconds);
  size_t count = seconds.size();
  double median = (seconds[(count - 1) / 2] + seconds[count / 2]) / 2;
  double gigabytes = static_cast<double>(contestant.bytes) * 1e-9;
  return {contestant.name, gigabytes / median, gigabytes / seconds.back(),
          gigabytes / seconds.front(), contestant.agreement};
}

/// Lets the threads of the last contestant's pool fall asleep, and wakes those
/// of this one's. Each pool spins for a time of its own choice: when none does
/// any more, this process uses no processor.
static void changePools(const Contestant &contestant) {
  using namespace std::chrono_literals;
  constexpr int attempts = 200;
  auto isQuiet = [] {
    std::clock_t before = std::clock();
    std::this_thread::sleep_for(5ms);
    return std::clock() - before < CLOCKS_PER_SEC / 2000;
  };
  for (int i = 0; i < attempts && !isQuiet(); ++i) {
  }
  contestant.run();
}

std::vector<Figure>
quant_bench::measure(const std::vector<Contestant> &contestants) {
  for (const Contestant &contestant : contestants)
    benchmark::RegisterBenchmark(contestant.name.c_str(),
                                 [&](benchmark::State &state) {
                                   if (contestant.threads > 1)
                                     changePools(contestant);
                                   for (auto iteration : state) {
                                     (void)iteration;
                                     contestant.run();
                                     benchmark::ClobberMemory();
                                   }
                                 })
        ->UseRealTime();
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  benchmark::ClearRegisteredBenchmarks();
  std::vector<Figure> figures;
  for (const Contestant &contestant : contestants)
    figures.push_back(
        makeFigure(contestant, collector.seconds.lookup(contestant.name)));
  return figures;
}
