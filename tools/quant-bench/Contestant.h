//===- Contestant.h - What a row is timed in --------------------*- C++ -*-===//

#ifndef QUANT_BENCH_CONTESTANT_H
#define QUANT_BENCH_CONTESTANT_H

#include "Buffers.h"
#include "Rows.h"

#include <functional>
#include <string>
#include <vector>

namespace quant_bench {

/// How a result must agree with what is wanted.
enum class Agreement {
  Bits,
  /// In bits where the operand is a number: what becomes of NaN is its own
  /// affair.
  Numbers,
  /// The same, but by one integer, where it rounds by a rule of its own or
  /// approximates a function.
  Quantum
};
llvm::StringRef toString(Agreement agreement);

/// Something that does a row's work on the buffers.
struct Contestant {
  std::string name;
  /// From the operands to `results` of the buffers.
  std::function<void()> run;
  /// What it reads and writes each time.
  int64_t bytes = 0;
  unsigned threads = 1;
  /// How it divides, whatever the row says.
  Division division = Division::Exact;
  Agreement agreement = Agreement::Bits;
  /// A limit: its results mean nothing.
  bool isLimit = false;
  /// It stores past the caches.
  bool bypassesCaches = false;
  /// Where its constants are, as far as that is known.
  std::vector<llvm::ArrayRef<char>> constants;
};

} // namespace quant_bench

#endif // QUANT_BENCH_CONTESTANT_H
