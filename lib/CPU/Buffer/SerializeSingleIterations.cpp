//===- SerializeSingleIterations.cpp - Parallel loops without threads -----===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTSERIALIZESINGLEITERATIONS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

struct SerializeSingleIteration final
    : public OpRewritePattern<scf::ParallelOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(scf::ParallelOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getNumLoops() != 1 || op.getNumResults() != 0)
      return rewriter.notifyMatchFailure(op, "not one loop without results");
    Value lower = op.getLowerBound().front();
    Value upper = op.getUpperBound().front();
    Value step = op.getStep().front();
    if (constantTripCount(lower, upper, step, /*isSigned=*/true,
                          scf::computeUbMinusLb))
      return rewriter.notifyMatchFailure(op, "how often it runs is known");

    Location loc = op.getLoc();
    Value length = arith::SubIOp::create(rewriter, loc, upper, lower);
    Value isShared = arith::CmpIOp::create(
        rewriter, loc, arith::CmpIPredicate::sgt, length, step);
    auto branch = scf::IfOp::create(rewriter, loc, isShared,
                                    /*withElseRegion=*/true);
    rewriter.setInsertionPointToStart(branch.elseBlock());
    Value isRun = arith::CmpIOp::create(
        rewriter, loc, arith::CmpIPredicate::slt, lower, upper);
    auto single = scf::IfOp::create(rewriter, loc, isRun);
    rewriter.setInsertionPointToStart(single.thenBlock());
    IRMapping mapping;
    mapping.map(op.getInductionVars().front(), lower);
    for (Operation &inner : op.getBody()->without_terminator())
      rewriter.clone(inner, mapping);
    rewriter.moveOpBefore(op, branch.thenYield());
    return success();
  }
};

struct SerializeSingleIterationsPass final
    : public quant_ext::impl::QuantExtSerializeSingleIterationsBase<
          SerializeSingleIterationsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateSerializeSingleIterationsPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateSerializeSingleIterationsPatterns(
    RewritePatternSet &patterns) {
  patterns.add<SerializeSingleIteration>(patterns.getContext());
}
