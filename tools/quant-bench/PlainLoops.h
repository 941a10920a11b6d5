//===- PlainLoops.h - C loops, compiled for this machine --------*- C++ -*-===//

#ifndef QUANT_BENCH_PLAINLOOPS_H
#define QUANT_BENCH_PLAINLOOPS_H

#include "CSource.h"
#include "Contestant.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quant_bench {

/// What a plain compiler makes of the loops of all rows, for so many threads.
class PlainLoops {
public:
  /// For the machine that this flag of the compiler names. Null after a
  /// message.
  static std::unique_ptr<PlainLoops> compile(const std::vector<Row> &rows,
                                             llvm::StringRef clang,
                                             llvm::StringRef machine,
                                             unsigned threads);
  ~PlainLoops();

  /// Flags that the loops are compiled with.
  static std::string getFlags(llvm::StringRef machine, unsigned threads);

  /// Named `clang`.
  Contestant make(const Row &row, const Buffers &buffers) const;

  /// Whether any row has such a one.
  bool hasHandWritten() const;

  /// Named `hand-written`; none for rows, and compilers' targets, without.
  std::optional<Contestant> makeHandWritten(const Row &row,
                                            const Buffers &buffers) const;

  /// What can be had: `limit`, and, for rows beyond the caches or where
  /// `isBypassed`, also `limit-nt`, with stores that bypass them.
  std::vector<Contestant> makeLimits(const Row &row, const Buffers &buffers,
                                     bool isBypassed) const;

  /// The results to expect, dividing in this way.
  void computeWanted(const Row &row, Division division,
                     const Buffers &buffers) const;

private:
  PlainLoops(void *library, unsigned threads)
      : library(library), threads(threads) {}
  Contestant make(llvm::StringRef name, Loop loop, const Row &row,
                  const Buffers &buffers) const;
  void call(const Row &row, Division division, const Buffers &buffers,
            const Results &results) const;

  void *library;
  unsigned threads;
};

} // namespace quant_bench

#endif // QUANT_BENCH_PLAINLOOPS_H
