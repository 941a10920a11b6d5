//===- SplitWork.cpp - What passes that split for threads share -----------===//

#include "SplitWork.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

LogicalResult
quant_ext::verifySplitOptions(int64_t threads, int64_t minElements,
                              function_ref<InFlightDiagnostic()> emitError) {
  constexpr int64_t kMaxThreads = 4096;
  if (threads < 0 || threads > kMaxThreads)
    return emitError() << "threads must be from 0 to " << kMaxThreads
                       << ", found " << threads;
  if (minElements < 0)
    return emitError() << "min-elements must be at least 0, found "
                       << minElements;
  return success();
}

SmallVector<linalg::LinalgOp> quant_ext::findUnsplitOps(Operation *root) {
  SmallVector<linalg::LinalgOp> ops;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<scf::ForallOp, scf::ParallelOp>(op))
      return WalkResult::skip();
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      ops.push_back(linalgOp);
    return WalkResult::advance();
  });
  return ops;
}
