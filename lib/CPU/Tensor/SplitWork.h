//===- SplitWork.h - What passes that split for threads share ---*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_SPLITWORK_H
#define QUANTEXT_LIB_CPU_SPLITWORK_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::quant_ext {

/// Fails with a diagnostic where an option `threads` or `min-elements` is out
/// of range.
LogicalResult verifySplitOptions(int64_t threads, int64_t minElements,
                                 function_ref<InFlightDiagnostic()> emitError);

/// The linalg operations in `root`, in order, but for those in parallel loops,
/// whose author has split the work already.
SmallVector<linalg::LinalgOp> findUnsplitOps(Operation *root);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SPLITWORK_H
