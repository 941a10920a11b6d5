//===- Sweep.h - Native code against the reference --------------*- C++ -*-===//

#ifndef QUANT_EXHAUSTIVE_SWEEP_H
#define QUANT_EXHAUSTIVE_SWEEP_H

#include "Inputs.h"
#include "NativeCode.h"
#include "Reference.h"

#include <vector>

namespace quant_exhaustive {

/// Elements that are handled at a time; functions take tensors of sizes that
/// divide it. It has no remainder modulo any vector of 8-bit elements.
inline constexpr size_t kBlock = 61 * 256;

/// What a comparison met.
struct Tally {
  uint64_t visited = 0;
  uint64_t sum = 0;
  uint64_t mismatches = 0;
  /// Of the mismatch with the lowest pattern.
  uint32_t pattern = 0;
  int64_t native = 0;
  int64_t wanted = 0;

  void add(const Tally &other);
  void addMismatch(uint32_t at, int64_t found, int64_t expected);
};

/// One function with one scale.
struct Combination {
  const NativeCode *code;
  size_t program;
  Tally tally;

  const Program &getProgram() const { return code->getPrograms()[program]; }
};

/// Functions whose quotients are the same.
struct Step {
  FloatKind type = FloatKind::F32;
  FloatKind scaleType = FloatKind::F32;
  /// Of the functions.
  reference::Division division = reference::Division::Exact;
  float scale = 0;
  Inputs inputs;
  /// Those of the same storage are neighbours.
  std::vector<Combination> combinations;

  /// How many inputs must be visited. What makes the inputs is not asked for
  /// the number of all there are: it would agree with itself.
  uint64_t getPromised() const {
    return inputs.isAll() ? uint64_t(1) << getBitWidth(type) : inputs.size();
  }
  bool wasVisited(const Combination &combination) const {
    return combination.tally.visited == getPromised() &&
           combination.tally.sum == inputs.sum();
  }
};

/// Runs every combination on every input and compares the results with those of
/// the reference, which divides as `division` says.
void runStep(Step &step, reference::Division division, unsigned threads);

} // namespace quant_exhaustive

#endif // QUANT_EXHAUSTIVE_SWEEP_H
