//===- AllocateResults.cpp - Results allocated as they are returned -------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTALLOCATERESULTS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Whether `value` is returned, by way of any number of reshapes.
static bool isReturned(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    if (isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(user))
      return isReturned(user->getResult(0));
    return isa<func::ReturnOp>(user);
  });
}

static bool isReturnedAsItIs(Value value) {
  return llvm::any_of(value.getUsers(), llvm::IsaPred<func::ReturnOp>);
}

/// The dynamic sizes of what `op` makes of `alloc`.
static SmallVector<Value>
getDynamicSizes(PatternRewriter &, memref::ExpandShapeOp op, memref::AllocOp) {
  return SmallVector<Value>(op.getOutputShape());
}

static SmallVector<Value> getDynamicSizes(PatternRewriter &rewriter,
                                          memref::CollapseShapeOp op,
                                          memref::AllocOp alloc) {
  SmallVector<OpFoldResult> sizes = alloc.getMixedSizes();
  SmallVector<Value> result;
  for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
    if (!op.getResultType().isDynamicDim(dim))
      continue;
    SmallVector<AffineExpr> factors(group.size());
    bindSymbolsList(rewriter.getContext(), MutableArrayRef(factors));
    OpFoldResult product = affine::makeComposedFoldedAffineApply(
        rewriter, op.getLoc(), computeProduct(rewriter.getContext(), factors),
        ArrayRef(sizes).slice(group.front(), group.size()));
    result.push_back(
        getValueOrCreateConstantIndexOp(rewriter, op.getLoc(), product));
  }
  return result;
}

/// What `op` was made from, of its result.
static Value invert(PatternRewriter &rewriter, memref::ExpandShapeOp op,
                    memref::AllocOp alloc, Value result) {
  return memref::CollapseShapeOp::create(rewriter, op.getLoc(), alloc.getType(),
                                         result, op.getReassociationIndices());
}

static Value invert(PatternRewriter &rewriter, memref::CollapseShapeOp op,
                    memref::AllocOp alloc, Value result) {
  return memref::ExpandShapeOp::create(rewriter, op.getLoc(), alloc.getType(),
                                       result, op.getReassociationIndices(),
                                       alloc.getMixedSizes());
}

namespace {

template <typename ReshapeOp>
struct AllocateReshaped : public OpRewritePattern<ReshapeOp> {
  using OpRewritePattern<ReshapeOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto alloc = op.getSrc().template getDefiningOp<memref::AllocOp>();
    if (!alloc || !alloc.getSymbolOperands().empty() ||
        !alloc.getType().getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op, "not of a contiguous allocation");
    if (!isReturned(op.getResult()))
      return rewriter.notifyMatchFailure(op, "it is not returned");
    if (isReturnedAsItIs(alloc))
      return rewriter.notifyMatchFailure(op, "both shapes are returned");
    MemRefType type = op.getResultType();
    if (!type.getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op, "the result is not contiguous");
    DominanceInfo dominance(op);
    if (!llvm::all_of(op->getOperands().drop_front(), [&](Value size) {
          return dominance.properlyDominates(size, alloc);
        }))
      return rewriter.notifyMatchFailure(op, "a size is not known in time");

    rewriter.setInsertionPoint(alloc);
    SmallVector<Value> sizes = getDynamicSizes(rewriter, op, alloc);
    auto result = memref::AllocOp::create(rewriter, alloc.getLoc(), type, sizes,
                                          alloc.getAlignmentAttr());
    rewriter.replaceOp(op, result);
    rewriter.replaceOp(alloc, invert(rewriter, op, alloc, result));
    return success();
  }
};

struct AllocateResultsPass
    : public quant_ext::impl::QuantExtAllocateResultsBase<AllocateResultsPass> {
  using QuantExtAllocateResultsBase::QuantExtAllocateResultsBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<AllocateReshaped<memref::ExpandShapeOp>,
                 AllocateReshaped<memref::CollapseShapeOp>>(&getContext());
    memref::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    memref::CollapseShapeOp::getCanonicalizationPatterns(patterns,
                                                         &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
