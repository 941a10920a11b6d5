//===- MoveQDQ.cpp - Move quantize and dequantize across data movement ----===//

#include "QuantExt/Transforms/DataMovement.h"

#include "QuantExt/Transforms/Passes.h"
#include "QuantExt/Transforms/QuantizedContraction.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_MOVEQDQ
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Whether a contraction multiplies with `value`, or with what data movement
/// makes of it.
static bool feedsContraction(Value value) {
  return llvm::any_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isDataMovement(user) && use.getOperandNumber() == 0)
      return feedsContraction(user->getResult(0));
    auto op = dyn_cast<linalg::LinalgOp>(user);
    return op && op.isDpsInput(&use) && isFloatContraction(op);
  });
}

namespace {
/// dequantize, then data movement, becomes data movement, then dequantize.
template <typename MovementOp>
struct MoveDequantizeDown : OpRewritePattern<MovementOp> {
  using OpRewritePattern<MovementOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(MovementOp op,
                                PatternRewriter &rewriter) const override {
    if (!isDataMovement(op))
      return rewriter.notifyMatchFailure(op, "no data movement of tensors");
    auto dequantize = getMovedSource(op).template getDefiningOp<DequantizeOp>();
    if (!dequantize)
      return rewriter.notifyMatchFailure(op, "source is not dequantized");
    if (dequantize->getBlock() != op->getBlock())
      return rewriter.notifyMatchFailure(op, "would be computed more often");
    if (!hasShapeOfInput(dequantize))
      return rewriter.notifyMatchFailure(op, "source states sizes");
    // A bias is best dequantized before it is broadcast.
    if (isa<linalg::BroadcastOp>(op) && !feedsContraction(op->getResult(0)))
      return rewriter.notifyMatchFailure(op, "more elements to dequantize");
    FailureOr<Quantization> moved =
        moveQuantizationDown(rewriter, op, getQuantization(dequantize));
    if (failed(moved))
      return rewriter.notifyMatchFailure(op, "no granularity for the result");
    Value integers = moveElements(rewriter, op, dequantize.getInput());
    rewriter.replaceOp(op, dequantizeLike(rewriter, op->getLoc(), dequantize,
                                          integers, *moved));
    return success();
  }
};

/// Data movement, then quantize, becomes quantize, then data movement.
struct MoveQuantizeUp : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern<QuantizeOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    Operation *movement = op.getInput().getDefiningOp();
    if (!movement || !isDataMovement(movement))
      return rewriter.notifyMatchFailure(op, "no data movement before it");
    if (movement->getBlock() != op->getBlock())
      return rewriter.notifyMatchFailure(op, "would be moved more often");
    if (!movement->hasOneUse())
      return rewriter.notifyMatchFailure(op, "floats are used too");
    if (op.getSeed())
      return rewriter.notifyMatchFailure(op, "draws depend on the place");
    if (!hasShapeOfInput(op))
      return rewriter.notifyMatchFailure(op, "it states sizes");
    FailureOr<Quantization> moved =
        moveQuantizationUp(rewriter, movement, getQuantization(op));
    if (failed(moved))
      return rewriter.notifyMatchFailure(op, "no granularity for the source");
    Value source = getMovedSource(movement);
    Value integers = quantizeLike(rewriter, op, source, *moved);
    rewriter.replaceOp(op, moveElements(rewriter, movement, integers));
    return success();
  }
};

struct MoveQDQ : quant_ext::impl::MoveQDQBase<MoveQDQ> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMoveQDQPatterns(patterns);
    populateMoveQDQAcrossJoinsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

void quant_ext::populateMoveQDQPatterns(RewritePatternSet &patterns) {
  patterns.add<MoveDequantizeDown<tensor::CastOp>,
               MoveDequantizeDown<tensor::ReshapeOp>,
               MoveDequantizeDown<tensor::CollapseShapeOp>,
               MoveDequantizeDown<tensor::ExpandShapeOp>,
               MoveDequantizeDown<tensor::ExtractSliceOp>,
               MoveDequantizeDown<linalg::TransposeOp>,
               MoveDequantizeDown<linalg::BroadcastOp>, MoveQuantizeUp>(
      patterns.getContext());
}
