//===- FakeQuantizeBySplat.cpp - Fake quantization without integers -------===//
//
// What DivideBySplat.cpp does, for quantize and dequantize together: between
// the two nothing leaves f32.
//
//===----------------------------------------------------------------------===//

#include "SplatQuantize.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// f32 across the branch, and rounded to the type of the result after it.
void replacePair(PatternRewriter &rewriter, ApplyDequantizeOp op,
                 ApplyQuantizeOp quantize, Value value) {
  if (value.getType() != op.getType())
    value = arith::TruncFOp::create(rewriter, op.getLoc(), op.getType(), value);
  rewriter.replaceOp(op, value);
  rewriter.eraseOp(quantize);
}

Value divideAndEmit(SplatQuantize &splat) {
  Value quotient = arith::DivFOp::create(splat.b, splat.x, splat.scales);
  return emitFakeQuantize(splat.b, splat.op, quotient);
}

struct FakeQuantizeByReciprocal final
    : public OpRewritePattern<ApplyDequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    ApplyQuantizeOp quantize = matchFakeQuantize(op);
    if (!quantize)
      return rewriter.notifyMatchFailure(op, "it needs the integers");
    if (quantize.getPrecision())
      return rewriter.notifyMatchFailure(op, "the quotient is rounded again");
    FailureOr<Value> scale =
        matchSplat(quantize, Division::Reciprocal, rewriter);
    if (failed(scale))
      return failure();
    SplatQuantize splat(rewriter, quantize, *scale);
    auto multiply = [&] {
      return emitFakeQuantize(splat.b, quantize, splat.multiply());
    };
    replacePair(rewriter, op, quantize,
                splat.branch(splat.type, splat.hasNormalInverse(), multiply,
                             [&] { return divideAndEmit(splat); }));
    return success();
  }
};

struct FakeQuantizeExactly final : public OpRewritePattern<ApplyDequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    ApplyQuantizeOp quantize = matchFakeQuantize(op);
    if (!quantize)
      return rewriter.notifyMatchFailure(op, "it needs the integers");
    FailureOr<Value> scale = matchExactSplat(quantize, rewriter);
    if (failed(scale))
      return failure();
    SplatQuantize splat(rewriter, quantize, *scale);
    Value lo = splat.scaleBound(op.getStorage().getMin());
    Value hi = splat.scaleBound(op.getStorage().getMax());
    auto divide = [&] {
      return emitFakeQuantizeInRange(
          splat.b, quantize, splat.divide(splat.clamp(lo, hi)), splat.scales);
    };
    replacePair(rewriter, op, quantize,
                splat.branch(splat.type, splat.isDividedExactly(), divide,
                             [&] { return divideAndEmit(splat); }));
    return success();
  }
};

} // namespace

void quant_ext::populateFakeQuantizeBySplatPatterns(RewritePatternSet &patterns,
                                                    const TargetInfo &target,
                                                    PatternBenefit benefit) {
  patterns.add<FakeQuantizeByReciprocal>(patterns.getContext(), benefit);
  // Without the instruction, a fused multiply-add is a call for each lane.
  if (target.hasFMA)
    patterns.add<FakeQuantizeExactly>(patterns.getContext(), benefit);
}
