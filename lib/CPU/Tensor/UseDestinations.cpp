//===- UseDestinations.cpp - Results written where they are wanted --------===//

#include "CollapseDims.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTUSEDESTINATIONS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

static SmallVector<ReassociationIndices> getGroups(Operation *reshape) {
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape))
    return collapse.getReassociationIndices();
  return cast<tensor::ExpandShapeOp>(reshape).getReassociationIndices();
}

/// True where `before`, which a destination went through, is undone by `after`,
/// which the result goes through, so that the sizes on both ends agree.
static bool isUndone(Operation *before, Operation *after) {
  if (before->getOperand(0).getType() != after->getResult(0).getType() ||
      getGroups(before) != getGroups(after))
    return false;
  // What was expanded collapses to what it was; the other way round, dynamic
  // sizes could be others.
  auto expanded = cast<RankedTensorType>(after->getResult(0).getType());
  return isa<tensor::ExpandShapeOp>(before) || expanded.hasStaticShape();
}

/// The operand that brings in the uninitialized tensor, of the shape of
/// `value`, that `value` is written into; null where there is none.
static OpOperand *findEmpty(Value value) {
  SmallVector<Operation *> after;
  for (Operation *op = value.getDefiningOp(); isReshape(op);
       op = op->getOperand(0).getDefiningOp())
    after.push_back(op);
  Value written = after.empty() ? value : after.back()->getOperand(0);
  auto writer = written.getDefiningOp<DestinationStyleOpInterface>();
  if (!writer)
    return nullptr;
  OpOperand *operand = writer.getTiedOpOperand(cast<OpResult>(written));
  while (!after.empty()) {
    Operation *before = operand->get().getDefiningOp();
    if (!isReshape(before) || !isUndone(before, after.pop_back_val()))
      return nullptr;
    operand = &before->getOpOperand(0);
  }
  return operand->get().getDefiningOp<tensor::EmptyOp>() ? operand : nullptr;
}

/// Puts `destination` in the place of the tensor.empty that `operand` has.
static void replaceEmpty(PatternRewriter &rewriter, OpOperand *operand,
                         Value destination) {
  Operation *empty = operand->get().getDefiningOp();
  rewriter.modifyOpInPlace(operand->getOwner(),
                           [&] { operand->set(destination); });
  if (empty->use_empty())
    rewriter.eraseOp(empty);
}

/// True where every value among `values` can be used by `user`, before which
/// what they are computed from is moved if it has to be.
static bool makeAvailable(RewriterBase &rewriter, ArrayRef<OpFoldResult> values,
                          Operation *user) {
  DominanceInfo dominance(user->getParentOfType<func::FuncOp>());
  SmallVector<Value> late;
  for (OpFoldResult value : values)
    if (auto dynamic = dyn_cast<Value>(value);
        dynamic && !dominance.properlyDominates(dynamic, user))
      late.push_back(dynamic);
  return succeeded(moveValueDefinitions(rewriter, late, user, dominance));
}

static bool hasNoElements(Type type) {
  return llvm::is_contained(cast<RankedTensorType>(type).getShape(), 0);
}

/// What `collapse` makes of sizes.
static SmallVector<OpFoldResult> collapseSizes(OpBuilder &builder,
                                               tensor::CollapseShapeOp collapse,
                                               ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> result;
  RankedTensorType type = collapse.getResultType();
  for (auto [dim, group] :
       llvm::enumerate(collapse.getReassociationIndices())) {
    if (!type.isDynamicDim(dim)) {
      result.push_back(builder.getIndexAttr(type.getDimSize(dim)));
      continue;
    }
    AffineExpr product = builder.getAffineConstantExpr(1);
    SmallVector<OpFoldResult> factors;
    for (int64_t source : group) {
      product = product * builder.getAffineSymbolExpr(factors.size());
      factors.push_back(sizes[source]);
    }
    result.push_back(affine::makeComposedFoldedAffineApply(
        builder, collapse.getLoc(), product, factors));
  }
  return result;
}

namespace {

/// An uninitialized tensor whose contents are collapsed once they are there is
/// made in the collapsed shape.
struct MakeEmptyCollapsed final
    : public OpRewritePattern<tensor::CollapseShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::CollapseShapeOp op,
                                PatternRewriter &rewriter) const override {
    OpOperand *operand = findEmpty(op.getSrc());
    if (!operand)
      return rewriter.notifyMatchFailure(
          op, "it collapses nothing that was written into a tensor.empty");
    if (hasNoElements(op.getSrcType()))
      return rewriter.notifyMatchFailure(op, "it has no elements");
    auto empty = operand->get().getDefiningOp<tensor::EmptyOp>();
    SmallVector<OpFoldResult> sizes = empty.getMixedSizes();
    rewriter.setInsertionPoint(operand->getOwner());
    Value collapsed = tensor::EmptyOp::create(
        rewriter, op.getLoc(), collapseSizes(rewriter, op, sizes),
        op.getResultType().getElementType());
    Value expanded = tensor::ExpandShapeOp::create(
        rewriter, op.getLoc(), empty.getType(), collapsed,
        op.getReassociationIndices(), sizes);
    replaceEmpty(rewriter, operand, expanded);
    return success();
  }
};

/// The same for what is expanded.
struct MakeEmptyExpanded final
    : public OpRewritePattern<tensor::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExpandShapeOp op,
                                PatternRewriter &rewriter) const override {
    OpOperand *operand = findEmpty(op.getSrc());
    if (!operand)
      return rewriter.notifyMatchFailure(
          op, "it expands nothing that was written into a tensor.empty");
    if (hasNoElements(op.getResultType()))
      return rewriter.notifyMatchFailure(op, "it has no elements");
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    if (tensor::CollapseShapeOp::inferCollapsedType(op.getResultType(),
                                                    groups) != op.getSrcType())
      return rewriter.notifyMatchFailure(
          op, "collapsing it would not give the same type");
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
    Operation *user = operand->getOwner();
    if (!makeAvailable(rewriter, sizes, user))
      return rewriter.notifyMatchFailure(op, "its sizes are known too late");
    rewriter.setInsertionPoint(user);
    Value expanded = tensor::EmptyOp::create(
        rewriter, op.getLoc(), sizes, op.getResultType().getElementType());
    Value collapsed = tensor::CollapseShapeOp::create(rewriter, op.getLoc(),
                                                      expanded, groups);
    replaceEmpty(rewriter, operand, collapsed);
    return success();
  }
};

/// What is inserted into a tensor is written into the slice of that tensor.
struct WriteIntoSlice final : public OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::InsertSliceOp op,
                                PatternRewriter &rewriter) const override {
    OpOperand *operand = findEmpty(op.getSource());
    if (!operand)
      return rewriter.notifyMatchFailure(
          op, "it inserts nothing that was written into a tensor.empty");
    bool hasOtherUses =
        llvm::any_of(op.getDest().getUsers(), [&](Operation *user) {
          // A branch that does not insert has the tensor as it is.
          return user != op && !isa<tensor::ExtractSliceOp, scf::YieldOp>(user);
        });
    if (hasOtherUses)
      return rewriter.notifyMatchFailure(
          op, "what it inserts into must be kept for others");
    Operation *user = operand->getOwner();
    SmallVector<OpFoldResult> needed = {op.getDest()};
    llvm::append_range(needed, op.getMixedOffsets());
    llvm::append_range(needed, op.getMixedSizes());
    llvm::append_range(needed, op.getMixedStrides());
    if (!makeAvailable(rewriter, needed, user))
      return rewriter.notifyMatchFailure(op, "its slice is known too late");
    rewriter.setInsertionPoint(user);
    Value slice = tensor::ExtractSliceOp::create(
        rewriter, op.getLoc(), op.getSourceType(), op.getDest(),
        op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
    replaceEmpty(rewriter, operand, slice);
    return success();
  }
};

struct UseDestinationsPass final
    : public quant_ext::impl::QuantExtUseDestinationsBase<UseDestinationsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateUseDestinationsPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateUseDestinationsPatterns(RewritePatternSet &patterns) {
  patterns.add<MakeEmptyCollapsed, MakeEmptyExpanded, WriteIntoSlice>(
      patterns.getContext());
}
