//===- ResourceFolding.cpp - Folding of resources by canonicalize ---------===//

#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/IR/FoldResourceAction.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Evaluates `op` where whoever watches the context sees it.
static LogicalResult runAction(Operation *op,
                               llvm::function_ref<LogicalResult()> evaluate) {
  LogicalResult status = failure();
  op->getContext()->executeAction<FoldResourceAction>(
      [&] { status = evaluate(); }, IRUnit(op), op);
  return status;
}

static void replaceByConstants(PatternRewriter &rewriter, Operation *op,
                               ArrayRef<Attribute> results) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  SmallVector<Value> values;
  for (auto [attr, type] : llvm::zip_equal(results, op->getResultTypes()))
    values.push_back(
        op->getDialect()
            ->materializeConstant(rewriter, attr, type, op->getLoc())
            ->getResult(0));
  rewriter.replaceOp(op, values);
}

namespace {
/// Folds an operation that has a resource among its constant operands.
template <typename OpT>
struct FoldResources final : public OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Attribute> operands;
    for (Value operand : op->getOperands()) {
      Attribute attr;
      if (std::is_same_v<OpT, QuantizeOp> && operands.size() == 1)
        attr = getConstantScale(operand);
      else
        matchPattern(operand, m_Constant(&attr));
      if (!attr)
        return rewriter.notifyMatchFailure(op, "an operand is not constant");
      operands.push_back(attr);
    }
    if (llvm::none_of(operands,
                      llvm::IsaAndPresentPred<DenseResourceElementsAttr>))
      return rewriter.notifyMatchFailure(op, "no operand is a resource");
    SmallVector<Attribute> results;
    if (failed(runAction(op, [&] {
          return evaluateConstants(op, operands, ResourceUse::Allow, results);
        })))
      return rewriter.notifyMatchFailure(op,
                                         "the operands cannot be evaluated");
    replaceByConstants(rewriter, op, results);
    return success();
  }
};

/// Folds a choose_qparams of a resource together with a quantize of the same
/// one, so that each weight is read once for both.
struct FoldChosenResources final : OpRewritePattern<ChooseQParamsOp> {
  explicit FoldChosenResources(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(ChooseQParamsOp op,
                                PatternRewriter &rewriter) const override {
    DenseResourceElementsAttr input;
    if (!matchPattern(op.getInput(), m_Constant(&input)))
      return rewriter.notifyMatchFailure(op, "the input is not a resource");
    QuantizeOp quantize = findQuantizeOfChosen(op);
    if (!quantize)
      return rewriter.notifyMatchFailure(
          op, "no quantize rounds the input by what is chosen from it");
    SmallVector<Attribute> results;
    if (failed(runAction(quantize, [&] {
          return evaluateChosen(op, quantize, input, results);
        })))
      return rewriter.notifyMatchFailure(op, "the input cannot be evaluated");
    replaceByConstants(rewriter, quantize, results.pop_back_val());
    replaceByConstants(rewriter, op, results);
    return success();
  }
};
} // namespace

template <typename OpT>
void quant_ext::populateResourceFoldingPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldResources<OpT>>(patterns.getContext());
  if constexpr (std::is_same_v<OpT, ChooseQParamsOp>)
    patterns.add<FoldChosenResources>(patterns.getContext());
}

template void quant_ext::populateResourceFoldingPatterns<ChooseQParamsOp>(
    RewritePatternSet &);
template void
quant_ext::populateResourceFoldingPatterns<QuantizeOp>(RewritePatternSet &);
template void
quant_ext::populateResourceFoldingPatterns<RequantizeOp>(RewritePatternSet &);
template void
quant_ext::populateResourceFoldingPatterns<RequantizeFixedPointOp>(
    RewritePatternSet &);
