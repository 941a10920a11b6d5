//===- ChildProcess.h - Work whose memory is watched ------------*- C++ -*-===//

#ifndef QUANT_BENCH_CHILDPROCESS_H
#define QUANT_BENCH_CHILDPROCESS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace quant_bench {

/// What a child process printed as JSON, and the most anonymous memory that it
/// had when looked at every 2 ms.
struct ChildResult {
  llvm::json::Object figures;
  double peakMiB = 0;
};

/// Runs `work` in a copy of this process, which must have no other thread.
/// Nothing, after a message, where the child fails.
std::optional<ChildResult>
runChild(llvm::function_ref<std::optional<llvm::json::Object>()> work);

/// The same with a program, which prints the JSON. `isMissing` is set where it
/// says by exit status 77 that it lacks what it needs.
std::optional<ChildResult> runProgram(const std::vector<std::string> &command,
                                      bool &isMissing);

} // namespace quant_bench

#endif // QUANT_BENCH_CHILDPROCESS_H
