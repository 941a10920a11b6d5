//===- DivideBySharedScale.cpp - Quantization without many divisions ------===//
//
// Where lanes or iterations share scales, what depends on these alone is
// computed once (see SharedScale.h for the arithmetic), and a branch that goes
// the same way again and again keeps to the meaning of the operation for scales
// that the fast way does not serve.
//
//===----------------------------------------------------------------------===//

#include "SaturatingRecipes.h"
#include "SharedScale.h"

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

/// x in f32, and the order of its lanes.
struct WideInput {
  WideInput(SharedScale &shared, const ScaleSource &source,
            const SaturatingRecipe &recipe)
      : x(shared.x) {
    Value input = shared.op.getInput();
    if (!recipe || !source.isScalar() || !recipe.widensByParity(input))
      return;
    order = LaneOrder::EvenThenOdd;
    x = shared.emitAtDefinition(
        input, [&] { return recipe.emitEvenThenOdd(shared.b, input); });
  }

  Value x;
  LaneOrder order = LaneOrder::Natural;
};

} // namespace

static SaturatingRecipe getRecipe(const TargetInfo &target,
                                  ApplyQuantizeOp op) {
  return SaturatingRecipe(target, op.getResult().getType(), op.getZeroPoint(),
                          op.getStorage(), op.getRounding());
}

namespace {

struct MultiplyByReciprocal final : public OpRewritePattern<ApplyQuantizeOp> {
  MultiplyByReciprocal(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context), target(target) {}

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<ScaleSource> source =
        matchSharedScale(op, Division::Reciprocal, rewriter);
    if (failed(source))
      return failure();
    SharedScale shared(rewriter, op, *source);
    SaturatingRecipe recipe = getRecipe(target, op);
    WideInput input(shared, *source, recipe);
    auto multiply = [&]() -> Value {
      if (!recipe || op.getPrecision())
        return shared.quantizeMultiplied();
      return recipe.emit(shared.b, shared.multiply(input.x),
                         /*isBounded=*/false, input.order);
    };
    rewriter.replaceOp(
        op, shared.branch(op.getResult().getType(), shared.hasNormalInverse(),
                          multiply, [&] { return shared.quantizeEach(); }));
    return success();
  }

private:
  TargetInfo target;
};

struct DivideExactly final : public OpRewritePattern<ApplyQuantizeOp> {
  DivideExactly(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context), target(target) {}

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<ScaleSource> source = matchExactScale(op, rewriter);
    if (failed(source))
      return failure();
    SharedScale shared(rewriter, op, *source);
    Value lo = shared.scaleBound(op.getStorage().getMin());
    Value hi = shared.scaleBound(op.getStorage().getMax());
    SaturatingRecipe recipe = getRecipe(target, op);
    WideInput input(shared, *source, recipe);
    auto divide = [&]() -> Value {
      if (!recipe)
        return emitRoundInRange(shared.b, op,
                                shared.divide(shared.clamp(lo, hi)));
      // Far below the lower bound the quotient is a large negative number, an
      // infinity or NaN, which all become the lowest integer.
      Value x = recipe.emitUpperBound(shared.b, input.x, hi);
      return recipe.emit(shared.b, shared.divide(x), /*isBounded=*/true,
                         input.order);
    };
    rewriter.replaceOp(
        op, shared.branch(op.getResult().getType(),
                          shared.isDividedExactly(
                              recipe && !recipe.convertsOverflowToLowest()),
                          divide, [&] { return shared.quantizeEach(); }));
    return success();
  }

private:
  TargetInfo target;
};

} // namespace

void quant_ext::populateDivideBySharedScalePatterns(RewritePatternSet &patterns,
                                                    const TargetInfo &target) {
  patterns.add<MultiplyByReciprocal>(patterns.getContext(), target);
  // Without the instruction, a fused multiply-add is a call for each lane.
  if (target.hasFMA)
    patterns.add<DivideExactly>(patterns.getContext(), target);
}
