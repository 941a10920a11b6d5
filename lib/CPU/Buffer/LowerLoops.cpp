//===- LowerLoops.cpp - Loops to branches, the last first -----------------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Rewrite/PatternApplicator.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTLOWERLOOPS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// What upstream lowers only while its regions are one block each: before the
/// loops in them.
static bool wantsOneBlock(Operation *op) {
  return isa<scf::ForallOp, scf::IndexSwitchOp, scf::ParallelOp, scf::WhileOp>(
      op);
}

static bool takesAnyBlocks(Operation *op) {
  return isa<scf::ExecuteRegionOp, scf::ForOp, scf::IfOp>(op);
}

namespace {

struct LowerLoopsPass
    : public quant_ext::impl::QuantExtLowerLoopsBase<LowerLoopsPass> {
  using QuantExtLowerLoopsBase::QuantExtLowerLoopsBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateSCFToControlFlowConversionPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    // A parallel loop becomes another before it becomes plain loops.
    while (true) {
      SmallVector<Operation *> ops = find(wantsOneBlock);
      if (ops.empty())
        break;
      if (failed(lower(ops)))
        return signalPassFailure();
    }
    SmallVector<Operation *> ops = find(takesAnyBlocks);
    std::reverse(ops.begin(), ops.end());
    if (failed(lower(ops)))
      signalPassFailure();
  }

private:
  /// From the outside in, from the first to the last.
  SmallVector<Operation *> find(function_ref<bool(Operation *)> isWanted) {
    SmallVector<Operation *> ops;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isWanted(op))
        ops.push_back(op);
    });
    return ops;
  }

  LogicalResult lower(ArrayRef<Operation *> ops) {
    PatternApplicator applicator(patterns);
    applicator.applyDefaultCostModel();
    PatternRewriter rewriter(&getContext());
    for (Operation *op : ops) {
      rewriter.setInsertionPoint(op);
      if (failed(applicator.matchAndRewrite(op, rewriter)))
        return op->emitOpError("must have a form of branches");
      ++numLowered;
    }
    return success();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
