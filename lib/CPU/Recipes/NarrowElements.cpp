//===- NarrowElements.cpp - Vectors of fewer than 8 bits a lane -----------===//

#include "NarrowElements.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

Value quant_ext::getBytes(Value narrow) {
  if (auto cast = narrow.getDefiningOp<arith::BitcastOp>())
    narrow = cast.getIn();
  auto trunc = narrow.getDefiningOp<arith::TruncIOp>();
  if (!trunc || !isa<VectorType>(trunc.getType()) ||
      !getElementTypeOrSelf(trunc.getIn().getType()).isInteger(8))
    return Value();
  return trunc.getIn();
}

namespace {

/// Widens from bytes: LLVM takes lanes of fewer bits for 32 bits wide, and
/// shifts those.
template <typename ExtOp>
struct ExtendFromBytes : public OpRewritePattern<ExtOp> {
  using OpRewritePattern<ExtOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ExtOp op,
                                PatternRewriter &rewriter) const override {
    auto trunc = op.getIn().template getDefiningOp<arith::TruncIOp>();
    Value bytes = getBytes(op.getIn());
    if (!trunc || !bytes)
      return rewriter.notifyMatchFailure(op, "the lanes come from no bytes");
    Location loc = op.getLoc();
    Type type = bytes.getType();
    unsigned width =
        getElementTypeOrSelf(trunc.getType()).getIntOrFloatBitWidth();
    Value value = arith::AndIOp::create(
        rewriter, loc, bytes,
        createSplat(rewriter, loc, type, (int64_t(1) << width) - 1));
    if (std::is_same_v<ExtOp, arith::ExtSIOp>) {
      Value sign = createSplat(rewriter, loc, type, int64_t(1) << (width - 1));
      value = arith::XOrIOp::create(rewriter, loc, value, sign);
      value = arith::SubIOp::create(rewriter, loc, value, sign);
    }
    if (value.getType() != op.getType())
      value = ExtOp::create(rewriter, loc, op.getType(), value);
    rewriter.replaceOp(op, value);
    return success();
  }
};

/// Lanes leave a branch as bytes, where both sides make them from bytes: LLVM
/// passes lanes of fewer bits on one by one.
struct YieldBytes : public OpRewritePattern<scf::IfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(scf::IfOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getNumResults() != 1 || !op.elseBlock())
      return rewriter.notifyMatchFailure(op, "it yields not one value");
    Value thenBytes = getBytes(op.thenYield().getOperand(0));
    Value elseBytes = getBytes(op.elseYield().getOperand(0));
    Type type = op.getResult(0).getType();
    if (!thenBytes || !elseBytes || !getElementTypeOrSelf(type).isInteger())
      return rewriter.notifyMatchFailure(op, "it does not yield bytes cut");
    auto wide = scf::IfOp::create(rewriter, op.getLoc(), thenBytes.getType(),
                                  op.getCondition());
    rewriter.inlineRegionBefore(op.getThenRegion(), wide.getThenRegion(),
                                wide.getThenRegion().end());
    rewriter.inlineRegionBefore(op.getElseRegion(), wide.getElseRegion(),
                                wide.getElseRegion().end());
    rewriter.modifyOpInPlace(
        wide.thenYield(), [&] { wide.thenYield()->setOperand(0, thenBytes); });
    rewriter.modifyOpInPlace(
        wide.elseYield(), [&] { wide.elseYield()->setOperand(0, elseBytes); });
    rewriter.replaceOpWithNewOp<arith::TruncIOp>(op, type, wide.getResult(0));
    return success();
  }
};

} // namespace

void quant_ext::populateNarrowElementPatterns(RewritePatternSet &patterns) {
  patterns.add<YieldBytes, ExtendFromBytes<arith::ExtSIOp>,
               ExtendFromBytes<arith::ExtUIOp>>(patterns.getContext());
}
