//===- Progress.h - What takes long, on stderr ------------------*- C++ -*-===//

#ifndef QUANT_OPT_PROGRESS_H
#define QUANT_OPT_PROGRESS_H

#include "mlir/Pass/PassManager.h"

#include <memory>

namespace quant_opt {

/// Says on stderr what was read, which pass runs, each resource that is folded
/// and what was written, with times in seconds.
class Progress {
public:
  explicit Progress(llvm::StringRef inputName);

  /// To be called when `passManager` is about to get its passes: the input has
  /// been read by then.
  void watch(mlir::PassManager &passManager);

  /// To be called when the output is complete.
  void endWriting();

private:
  struct State;
  std::shared_ptr<State> state;
};

} // namespace quant_opt

#endif // QUANT_OPT_PROGRESS_H
