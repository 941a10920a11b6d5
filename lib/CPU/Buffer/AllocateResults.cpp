//===- AllocateResults.cpp - Results allocated as they are returned -------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTALLOCATERESULTS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Whether `value` is returned, by way of any number of reshapes and branches.
static bool isReturned(Value value) {
  return llvm::any_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(user))
      return isReturned(user->getResult(0));
    if (isa<scf::YieldOp>(user) && isa<scf::IfOp>(user->getParentOp()))
      return isReturned(user->getParentOp()->getResult(use.getOperandNumber()));
    return isa<func::ReturnOp>(user);
  });
}

static bool isReturnedAsItIs(Value value) {
  return llvm::any_of(value.getUsers(),
                      llvm::IsaPred<func::ReturnOp, scf::YieldOp>);
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

/// What is returned twice is copied for the second result: upstream gives one
/// of the caller's buffers to an allocation, and finds none for the other.
static void separateResults(func::ReturnOp op) {
  DenseSet<Value> seen;
  for (OpOperand &operand : op->getOpOperands()) {
    auto alloc = operand.get().getDefiningOp<memref::AllocOp>();
    if (!alloc || seen.insert(alloc).second)
      continue;
    OpBuilder b(op);
    auto copy = memref::AllocOp::create(
        b, op.getLoc(), alloc.getType(), alloc.getDynamicSizes(),
        alloc.getSymbolOperands(), alloc.getAlignmentAttr());
    memref::CopyOp::create(b, op.getLoc(), alloc, copy);
    operand.set(copy);
  }
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
    if (failed(moveValueDefinitions(rewriter, op->getOperands().drop_front(),
                                    alloc)))
      return rewriter.notifyMatchFailure(op, "a size is not known in time");

    rewriter.setInsertionPoint(alloc);
    SmallVector<Value> sizes = getDynamicSizes(rewriter, op, alloc);
    auto result = memref::AllocOp::create(rewriter, alloc.getLoc(), type, sizes,
                                          alloc.getAlignmentAttr());
    Value original = invert(rewriter, op, alloc, result);
    rewriter.replaceOp(op, result);
    rewriter.replaceOp(alloc, original);
    return success();
  }
};

/// What both branches allocate and yield is allocated before them, once.
struct AllocateBeforeBranch : public OpRewritePattern<scf::IfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(scf::IfOp op,
                                PatternRewriter &rewriter) const override {
    for (OpResult result : op.getResults()) {
      if (!isReturned(result))
        continue;
      memref::AllocOp inThen = getAlloc(op.thenYield(), result);
      memref::AllocOp inElse = getAlloc(op.elseYield(), result);
      if (!inThen || !inElse || inThen == inElse)
        continue;
      SetVector<Operation *> ofThen, ofElse;
      if (failed(findSizes(op, inThen, ofThen)) ||
          failed(findSizes(op, inElse, ofElse)))
        continue;
      rewriter.setInsertionPoint(op);
      SmallVector<Value> thenSizes = copySizes(rewriter, inThen, ofThen);
      SmallVector<Value> elseSizes = copySizes(rewriter, inElse, ofElse);
      SmallVector<Value> sizes;
      for (auto [first, second] : llvm::zip_equal(thenSizes, elseSizes))
        sizes.push_back(first == second
                            ? first
                            : arith::SelectOp::create(rewriter, op.getLoc(),
                                                      op.getCondition(), first,
                                                      second));
      auto alloc =
          memref::AllocOp::create(rewriter, op.getLoc(), inThen.getType(),
                                  sizes, inThen.getAlignmentAttr());
      rewriter.replaceAllUsesWith(result, alloc);
      rewriter.replaceOp(inThen, alloc);
      rewriter.replaceOp(inElse, alloc);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no result is allocated in both");
  }

private:
  /// The allocation in this branch that becomes `result`.
  static memref::AllocOp getAlloc(scf::YieldOp yield, OpResult result) {
    auto alloc = yield.getOperand(result.getResultNumber())
                     .getDefiningOp<memref::AllocOp>();
    bool isSuited = alloc && alloc->getBlock() == yield->getBlock() &&
                    alloc.getSymbolOperands().empty();
    return isSuited ? alloc : nullptr;
  }

  /// Finds what in `branch` the dynamic sizes of `alloc` are computed by; fails
  /// where that cannot be done before it.
  static LogicalResult findSizes(scf::IfOp branch, memref::AllocOp alloc,
                                 SetVector<Operation *> &slice) {
    BackwardSliceOptions options;
    options.omitBlockArguments = true;
    options.inclusive = true;
    options.filter = [&](Operation *op) { return branch->isAncestor(op); };
    for (Value size : alloc.getDynamicSizes())
      if (failed(getBackwardSlice(size, &slice, options)))
        return failure();
    return success(llvm::all_of(slice, [](Operation *op) {
      return isPure(op) && op->getNumRegions() == 0;
    }));
  }

  /// Computes the dynamic sizes of `alloc` once more.
  static SmallVector<Value> copySizes(PatternRewriter &rewriter,
                                      memref::AllocOp alloc,
                                      const SetVector<Operation *> &slice) {
    IRMapping mapping;
    for (Operation *op : slice)
      rewriter.clone(*op, mapping);
    return llvm::map_to_vector(alloc.getDynamicSizes(), [&](Value size) {
      return mapping.lookupOrDefault(size);
    });
  }
};

struct AllocateResultsPass
    : public quant_ext::impl::QuantExtAllocateResultsBase<AllocateResultsPass> {
  using QuantExtAllocateResultsBase::QuantExtAllocateResultsBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<AllocateReshaped<memref::ExpandShapeOp>,
             AllocateReshaped<memref::CollapseShapeOp>, AllocateBeforeBranch>(
            &getContext());
    // Sizes of reshapes are known before the reshapes are.
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    memref::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    memref::CollapseShapeOp::getCanonicalizationPatterns(patterns,
                                                         &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](func::ReturnOp op) { separateResults(op); });
  }
};

} // namespace
