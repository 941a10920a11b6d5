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

static bool isLoopOrBranch(Operation *op) {
  return isa<scf::ExecuteRegionOp, scf::ForallOp, scf::ForOp, scf::IfOp,
             scf::IndexSwitchOp, scf::ParallelOp, scf::WhileOp>(op);
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
    PatternApplicator applicator(patterns);
    applicator.applyDefaultCostModel();
    PatternRewriter rewriter(&getContext());
    // Some become others first, such as a parallel loop a nest of plain ones.
    for (bool changed = true; changed;) {
      SmallVector<Operation *> ops;
      getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
        if (isLoopOrBranch(op))
          ops.push_back(op);
      });
      changed = false;
      for (Operation *op : llvm::reverse(ops)) {
        rewriter.setInsertionPoint(op);
        if (succeeded(applicator.matchAndRewrite(op, rewriter))) {
          changed = true;
          ++numLowered;
          continue;
        }
        op->emitOpError("must have a form of branches");
        return signalPassFailure();
      }
    }
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
