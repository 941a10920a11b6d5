//===- Account.h - What was visited and what differed -----------*- C++ -*-===//

#ifndef QUANT_EXHAUSTIVE_ACCOUNT_H
#define QUANT_EXHAUSTIVE_ACCOUNT_H

#include "Plan.h"
#include "Sweep.h"

#include "llvm/ADT/StringMap.h"

#include <map>
#include <string>

namespace quant_exhaustive {

/// Sums up what was visited, and says what was not.
class Account {
public:
  /// `optionsToRepeat` are those to show beside each combination that failed.
  Account(std::string optionsToRepeat, bool verbose)
      : optionsToRepeat(std::move(optionsToRepeat)), verbose(verbose) {}

  void add(const Step &step, const Combination &combination);
  /// Prints the sums; failure if anything went wrong.
  mlir::LogicalResult print(llvm::ArrayRef<std::string> promisedTargets) const;

private:
  void printMismatch(const Step &step, const Combination &combination) const;

  struct Row {
    uint64_t combinations = 0, visited = 0, mismatches = 0;
  };
  std::map<std::string, Row> rows;
  llvm::StringMap<uint64_t> visitedByTarget;
  uint64_t notVisited = 0;
  std::string optionsToRepeat;
  bool verbose;
};

} // namespace quant_exhaustive

#endif // QUANT_EXHAUSTIVE_ACCOUNT_H
