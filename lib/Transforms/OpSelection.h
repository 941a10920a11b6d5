//===- OpSelection.h - Which operations a pass is asked for -----*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_OPSELECTION_H
#define QUANTEXT_LIB_TRANSFORMS_OPSELECTION_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"
#include "llvm/Support/Regex.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir::quant_ext {

/// What the options `location` and `ops` select.
class OpSelection {
public:
  /// Takes the options; emits an error where `location` is no regular
  /// expression, or `ops` names something that is no linalg operation.
  LogicalResult initialize(MLIRContext *context, StringRef location,
                           ArrayRef<std::string> ops);

  /// True where both select `op`; else `reason` is set.
  bool isSelected(Operation *op, std::string &reason) const;

private:
  std::vector<std::string> ops;
  /// Shared, since passes are copied for each thread.
  std::shared_ptr<llvm::Regex> location;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_OPSELECTION_H
