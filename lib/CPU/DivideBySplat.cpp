//===- DivideBySplat.cpp - Quantization without a division for each lane --===//
//
// Where all lanes have one scale, what depends on it alone is computed once
// (see SplatQuantize.h for the arithmetic), and a branch that always goes the
// same way keeps to the meaning of the operation for scales that the fast way
// does not serve.
//
//===----------------------------------------------------------------------===//

#include "AVX512Recipes.h"
#include "SplatQuantize.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

struct MultiplyByReciprocal final : public OpRewritePattern<ApplyQuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> scale = matchSplat(op, Division::Reciprocal, rewriter);
    if (failed(scale))
      return failure();
    SplatQuantize splat(rewriter, op, *scale);
    Value ones = splat.splat(splat.constant(1.0f));
    rewriter.replaceOp(
        op, splat.branch(
                op.getResult().getType(), splat.hasNormalInverse(),
                [&] { return splat.quantize(splat.multiply(), ones); },
                [&] { return splat.quantize(splat.x, splat.scales); }));
    return success();
  }
};

struct DivideExactly final : public OpRewritePattern<ApplyQuantizeOp> {
  DivideExactly(MLIRContext *context, bool hasAVX512)
      : OpRewritePattern(context), hasAVX512(hasAVX512) {}

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> scale = matchExactSplat(op, rewriter);
    if (failed(scale))
      return failure();
    StorageAttr storage = op.getStorage();
    SplatQuantize splat(rewriter, op, *scale);
    Value zeroPoint = splat.zeroPoint;
    Value lo = splat.scaleBound(storage.getMin());
    Value hi = splat.scaleBound(storage.getMax());
    bool saturates =
        hasAVX512 && hasSaturatingRound(op.getResult().getType(), storage);
    auto divide = [&]() -> Value {
      if (!saturates)
        return emitRoundInRange(splat.b, op, splat.divide(splat.clamp(lo, hi)));
      // Far below the lower bound the quotient is a large negative number or
      // NaN, which both convert to the lowest integer.
      Value v = splat.divide(emitUpperBound(splat.b, op.getLoc(), splat.x, hi));
      return emitSaturatingRound(splat.b, op.getLoc(), v, zeroPoint, storage,
                                 op.getRounding());
    };
    rewriter.replaceOp(
        op,
        splat.branch(op.getResult().getType(), splat.isDividedExactly(), divide,
                     [&] { return splat.quantize(splat.x, splat.scales); }));
    return success();
  }

private:
  bool hasAVX512;
};

} // namespace

void quant_ext::populateDivideBySplatPatterns(RewritePatternSet &patterns,
                                              const TargetInfo &target) {
  patterns.add<MultiplyByReciprocal>(patterns.getContext());
  // Without the instruction, a fused multiply-add is a call for each lane.
  if (target.hasFMA)
    patterns.add<DivideExactly>(patterns.getContext(), target.hasAVX512);
}
