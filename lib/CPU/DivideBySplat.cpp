//===- DivideBySplat.cpp - Quantization without a division for each lane --===//
//
// Where all lanes have one scale, what depends on it alone is computed once
// (see SplatQuantize.h for the arithmetic), and a branch that always goes the
// same way keeps to the meaning of the operation for scales that the fast way
// does not serve.
//
//===----------------------------------------------------------------------===//

#include "SaturatingRecipes.h"
#include "SplatQuantize.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Whether an iteration reads the scale anew for two registers of quotients at
/// most. What is computed of the scale alone, and the branch, cost more than to
/// divide those: on Zen 4, blocks of 32 in two registers take 17 cycles that
/// way and 13 by division.
static bool servesFewLanes(Value scale, ApplyQuantizeOp op,
                           const TargetInfo &target) {
  constexpr unsigned kFewRegisters = 2, kLaneBits = 32;
  auto type = cast<VectorType>(op.getInput().getType());
  return type.getNumElements() * kLaneBits <=
             kFewRegisters * int64_t(target.vectorBits) &&
         isa_and_nonnull<memref::LoadOp>(scale.getDefiningOp()) &&
         scale.getParentBlock() == op->getBlock() &&
         isa<scf::ForOp>(op->getParentOp());
}

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
  DivideExactly(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context), target(target) {}

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> scale = matchExactSplat(op, rewriter);
    if (failed(scale))
      return failure();
    if (servesFewLanes(*scale, op, target))
      return rewriter.notifyMatchFailure(op, "it serves too few lanes");
    SplatQuantize splat(rewriter, op, *scale);
    Value lo = splat.scaleBound(op.getStorage().getMin());
    Value hi = splat.scaleBound(op.getStorage().getMax());
    SaturatingRecipe recipe(target, op.getResult().getType(), op.getZeroPoint(),
                            op.getStorage(), op.getRounding());
    auto divide = [&]() -> Value {
      if (!recipe)
        return emitRoundInRange(splat.b, op, splat.divide(splat.clamp(lo, hi)));
      // Far below the lower bound the quotient is a large negative number or
      // NaN, which both become the lowest integer.
      Value x = recipe.emitUpperBound(splat.b, splat.x, hi);
      return recipe.emit(splat.b, splat.divide(x), /*isBounded=*/true);
    };
    rewriter.replaceOp(
        op,
        splat.branch(op.getResult().getType(), splat.isDividedExactly(), divide,
                     [&] { return splat.quantize(splat.x, splat.scales); }));
    return success();
  }

private:
  TargetInfo target;
};

} // namespace

void quant_ext::populateDivideBySplatPatterns(RewritePatternSet &patterns,
                                              const TargetInfo &target) {
  patterns.add<MultiplyByReciprocal>(patterns.getContext());
  // Without the instruction, a fused multiply-add is a call for each lane.
  if (target.hasFMA)
    patterns.add<DivideExactly>(patterns.getContext(), target);
}
