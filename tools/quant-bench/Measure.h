//===- Measure.h - Times that can be compared -------------------*- C++ -*-===//

#ifndef QUANT_BENCH_MEASURE_H
#define QUANT_BENCH_MEASURE_H

#include "Contestant.h"

#include <string>
#include <vector>

namespace quant_bench {

/// GB/s.
struct Figure {
  std::string name;
  double median = 0, least = 0, most = 0;
  /// To which its results were compared.
  Agreement agreement = Agreement::Bits;
};

struct MeasureOptions {
  unsigned repetitions = 0;
  /// Seconds that a repetition takes at least.
  double minTime = 0;
};

/// Once, before anything is measured.
void initializeMeasurements(const MeasureOptions &options);

/// Repetitions of all contestants, in random order: what disturbs the machine
/// for a while disturbs all of them.
std::vector<Figure> measure(const std::vector<Contestant> &contestants);

} // namespace quant_bench

#endif // QUANT_BENCH_MEASURE_H
