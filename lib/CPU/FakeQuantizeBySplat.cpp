//===- FakeQuantizeBySplat.cpp - Fake quantization without integers -------===//
//
// What DivideBySplat.cpp does, for quantize and dequantize together: between
// the two nothing leaves f32.
//
//===----------------------------------------------------------------------===//

#include "BF16Recipes.h"
#include "SplatQuantize.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// What both divisions share.
struct FakeQuantizeBySplat : public OpRewritePattern<ApplyDequantizeOp> {
  FakeQuantizeBySplat(MLIRContext *context, PatternBenefit benefit,
                      const TargetInfo &target)
      : OpRewritePattern(context, benefit), target(target) {}

  /// The fast way where `condition` holds, and the division elsewhere. bf16
  /// crosses the branch as bits, f16 as f32.
  void replacePair(PatternRewriter &rewriter, ApplyDequantizeOp op,
                   SplatQuantize &splat, Value condition,
                   function_ref<Value()> emitFast) const {
    bool isBF16 = getElementTypeOrSelf(op.getType()).isBF16();
    auto divide = [&]() -> Value {
      Value quotient = arith::DivFOp::create(splat.b, splat.x, splat.scales);
      Value product = emitFakeQuantize(splat.b, splat.op, quotient);
      return isBF16 ? emitBF16Bits(splat.b, op.getLoc(), product) : product;
    };
    Type between =
        isBF16 ? Type(splat.type.clone(rewriter.getI16Type())) : splat.type;
    Value result = splat.branch(between, condition, emitFast, divide);
    if (isBF16)
      result = emitBF16(rewriter, op.getLoc(), result);
    else if (result.getType() != op.getType())
      result =
          arith::TruncFOp::create(rewriter, op.getLoc(), op.getType(), result);
    rewriter.replaceOp(op, result);
    rewriter.eraseOp(splat.op);
  }

  TargetInfo target;
};

struct FakeQuantizeByReciprocal final : public FakeQuantizeBySplat {
  using FakeQuantizeBySplat::FakeQuantizeBySplat;

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
    auto multiply = [&]() -> Value {
      Value product = emitFakeQuantize(splat.b, quantize, splat.multiply());
      if (!getElementTypeOrSelf(op.getType()).isBF16())
        return product;
      return emitProductBF16Bits(splat.b, op.getLoc(), product, splat.scale,
                                 target);
    };
    replacePair(rewriter, op, splat, splat.hasNormalInverse(), multiply);
    return success();
  }
};

struct FakeQuantizeExactly final : public FakeQuantizeBySplat {
  using FakeQuantizeBySplat::FakeQuantizeBySplat;

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
    auto divide = [&]() -> Value {
      Value product = emitFakeQuantizeInRange(
          splat.b, quantize, splat.divide(splat.clamp(lo, hi)), splat.scales);
      if (!getElementTypeOrSelf(op.getType()).isBF16())
        return product;
      // The scales that are divided by exactly are normal.
      return emitNormalBF16Bits(splat.b, op.getLoc(), product, target);
    };
    replacePair(rewriter, op, splat, splat.isDividedExactly(), divide);
    return success();
  }
};

} // namespace

void quant_ext::populateFakeQuantizeBySplatPatterns(RewritePatternSet &patterns,
                                                    const TargetInfo &target,
                                                    PatternBenefit benefit) {
  patterns.add<FakeQuantizeByReciprocal>(patterns.getContext(), benefit,
                                         target);
  // Without the instruction, a fused multiply-add is a call for each lane.
  if (target.hasFMA)
    patterns.add<FakeQuantizeExactly>(patterns.getContext(), benefit, target);
}
