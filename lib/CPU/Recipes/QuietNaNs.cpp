//===- QuietNaNs.cpp - Where a maximum tells two kinds of NaN apart -------===//
//
// A clamp that sends NaN to its lower bound is a comparison and a selection,
// which LLVM makes into Arm's fmaxnm and fminnm. Those drop a quiet NaN, but
// pass a signaling one on as a quiet one: it would leave fmaxnm as NaN and
// fminnm as the upper bound. Nearly always an earlier operation has made it
// quiet; a division or multiplication by 1, which MLIR and LLVM fold away as
// soon as they know the scale, has not. x86 selects the bound for both kinds.
//
//===----------------------------------------------------------------------===//

#include "QuietNaNs.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

static constexpr StringLiteral kCanonicalize = "llvm.canonicalize";

/// The number whose NaNs `value` has as quiet ones, or null.
static Value getUnquieted(Value value) {
  auto call = value.getDefiningOp<LLVM::CallIntrinsicOp>();
  return call && call.getIntrin() == kCanonicalize ? call.getArgs().front()
                                                   : Value();
}

Value quant_ext::lookThroughQuieting(Value value) {
  Value unquieted = getUnquieted(value);
  return unquieted ? unquieted : value;
}

namespace {

struct QuietInputOfQuantize final : public OpRewritePattern<ApplyQuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getInput();
    Type element = getElementTypeOrSelf(x.getType());
    if (element.isF16())
      return rewriter.notifyMatchFailure(op, "the conversion to f32 quiets it");
    if (!LLVM::isCompatibleType(x.getType()))
      return rewriter.notifyMatchFailure(op, "LLVM has no such vector");
    if (getUnquieted(x))
      return rewriter.notifyMatchFailure(op, "it is quiet already");
    // The conversion of bf16 to f32 moves bits only.
    if (element.isBF16()) {
      Type wide = rewriter.getF32Type();
      if (auto vector = dyn_cast<VectorType>(x.getType()))
        wide = vector.clone(wide);
      x = arith::ExtFOp::create(rewriter, op.getLoc(), wide, x);
    }
    Value quiet = LLVM::CallIntrinsicOp::create(
                      rewriter, op.getLoc(), x.getType(),
                      rewriter.getStringAttr(kCanonicalize), ValueRange{x})
                      .getResult(0);
    rewriter.modifyOpInPlace(op, [&] { op.getInputMutable().assign(quiet); });
    return success();
  }
};

} // namespace

void quant_ext::populateQuietNaNPatterns(RewritePatternSet &patterns) {
  patterns.add<QuietInputOfQuantize>(patterns.getContext());
}
