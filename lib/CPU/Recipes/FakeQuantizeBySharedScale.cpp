//===- FakeQuantizeBySharedScale.cpp - Fake quantization in f32 -----------===//
//
// What DivideBySharedScale.cpp does, for quantize and dequantize together:
// between the two nothing leaves f32.
//
//===----------------------------------------------------------------------===//

#include "BF16Recipes.h"
#include "SharedScale.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// What both divisions share.
struct FakeQuantizeBySharedScale : public OpRewritePattern<ApplyDequantizeOp> {
  FakeQuantizeBySharedScale(MLIRContext *context, PatternBenefit benefit,
                            const TargetInfo &target)
      : OpRewritePattern(context, benefit), target(target) {}

  /// The fast way where `condition` holds, and the division elsewhere. bf16
  /// crosses the branch as bits, f16 as f32.
  void replacePair(PatternRewriter &rewriter, ApplyDequantizeOp op,
                   SharedScale &shared, Value condition,
                   function_ref<Value()> emitFast) const {
    bool isBF16 = getElementTypeOrSelf(op.getType()).isBF16();
    auto divide = [&]() -> Value {
      Value product =
          emitFakeQuantize(shared.b, shared.op, shared.divideEach());
      return isBF16 ? emitBF16Bits(shared.b, op.getLoc(), product, target)
                    : product;
    };
    Type between =
        isBF16 ? Type(shared.type.clone(rewriter.getI16Type())) : shared.type;
    Value result = shared.branch(between, condition, emitFast, divide);
    if (isBF16)
      result = emitBF16(rewriter, op.getLoc(), result);
    else if (result.getType() != op.getType())
      result =
          arith::TruncFOp::create(rewriter, op.getLoc(), op.getType(), result);
    rewriter.replaceOp(op, result);
    rewriter.eraseOp(shared.op);
  }

  TargetInfo target;
};

struct FakeQuantizeByReciprocal final : public FakeQuantizeBySharedScale {
  using FakeQuantizeBySharedScale::FakeQuantizeBySharedScale;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    ApplyQuantizeOp quantize = matchFakeQuantize(op);
    if (!quantize)
      return rewriter.notifyMatchFailure(op, "it needs the integers");
    if (quantize.getPrecision())
      return rewriter.notifyMatchFailure(op, "the quotient is rounded again");
    FailureOr<ScaleSource> source =
        matchSharedScale(quantize, Division::Reciprocal, rewriter);
    if (failed(source))
      return failure();
    SharedScale shared(rewriter, quantize, *source);
    auto multiply = [&]() -> Value {
      Value product =
          emitFakeQuantize(shared.b, quantize, shared.multiply(shared.x));
      if (!getElementTypeOrSelf(op.getType()).isBF16())
        return product;
      return emitProductBF16Bits(shared.b, op.getLoc(), product, shared.scale,
                                 target);
    };
    replacePair(rewriter, op, shared, shared.hasNormalInverse(), multiply);
    return success();
  }
};

struct FakeQuantizeExactly final : public FakeQuantizeBySharedScale {
  using FakeQuantizeBySharedScale::FakeQuantizeBySharedScale;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    ApplyQuantizeOp quantize = matchFakeQuantize(op);
    if (!quantize)
      return rewriter.notifyMatchFailure(op, "it needs the integers");
    FailureOr<ScaleSource> source = matchExactScale(quantize, rewriter);
    if (failed(source))
      return failure();
    SharedScale shared(rewriter, quantize, *source);
    Value lo = shared.scaleBound(op.getStorage().getMin());
    Value hi = shared.scaleBound(op.getStorage().getMax());
    auto divide = [&]() -> Value {
      Value product = emitFakeQuantizeInRange(
          shared.b, quantize, shared.divide(shared.clamp(lo, hi)),
          shared.scales);
      if (!getElementTypeOrSelf(op.getType()).isBF16())
        return product;
      // The scales that are divided by exactly are normal.
      return emitNormalBF16Bits(shared.b, op.getLoc(), product, target);
    };
    replacePair(rewriter, op, shared,
                shared.isDividedExactly(/*mayOverflow=*/false), divide);
    return success();
  }
};

} // namespace

void quant_ext::populateFakeQuantizeBySharedScalePatterns(
    RewritePatternSet &patterns, const TargetInfo &target,
    PatternBenefit benefit) {
  patterns.add<FakeQuantizeByReciprocal>(patterns.getContext(), benefit,
                                         target);
  // Without the instruction, a fused multiply-add is a call for each lane.
  if (target.hasFMA)
    patterns.add<FakeQuantizeExactly>(patterns.getContext(), benefit, target);
}
