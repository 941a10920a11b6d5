//===- LowerElementOps.cpp - Element operations to instructions -----------===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"

#include "mlir/Conversion/ArithCommon/AttrToLLVMConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTLOWERELEMENTOPS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Target recipes are tried first; the portable one serves what they decline.
static constexpr unsigned kPortableBenefit = 1;
static constexpr unsigned kRecipeBenefit = 2;

namespace {

/// A maximum or minimum of what is never a NaN is one instruction everywhere.
/// The expansion that arith gives it later would ask for NaNs all the same.
template <typename ArithOp, typename IntrinsicOp>
struct KeepNaNFreeExtremum : public OpRewritePattern<ArithOp> {
  using OpRewritePattern<ArithOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ArithOp op,
                                PatternRewriter &rewriter) const override {
    if (!arith::bitEnumContainsAll(op.getFastmath(),
                                   arith::FastMathFlags::nnan))
      return rewriter.notifyMatchFailure(op, "an operand may be a NaN");
    Type element = getElementTypeOrSelf(op.getType());
    if (!element.isF32() && !element.isF64())
      return rewriter.notifyMatchFailure(op, "the type is not f32 or f64");
    if (!LLVM::isCompatibleType(op.getType()))
      return rewriter.notifyMatchFailure(op, "LLVM has no such vector");
    rewriter.replaceOpWithNewOp<IntrinsicOp>(
        op, op.getType(), op.getLhs(), op.getRhs(),
        arith::convertArithFastMathFlagsToLLVM(op.getFastmath()));
    return success();
  }
};

struct LowerElementOpsPass
    : public quant_ext::impl::QuantExtLowerElementOpsBase<LowerElementOpsPass> {
  using QuantExtLowerElementOpsBase::QuantExtLowerElementOpsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    RewritePatternSet quietSet(context);
    if (!info->isX86())
      populateQuietNaNPatterns(quietSet);
    quietings = std::move(quietSet);

    RewritePatternSet pairSet(context);
    populateFakeQuantizeInFloatPatterns(pairSet, kPortableBenefit);
    populateFakeQuantizeBySharedScalePatterns(pairSet, *info, kRecipeBenefit);
    pairs = std::move(pairSet);

    RewritePatternSet tableSet(context);
    populateTablePatterns(tableSet, *info);
    tables = std::move(tableSet);

    RewritePatternSet scaleSet(context);
    populateDivideBySharedScalePatterns(scaleSet, *info);
    populateDequantizeToBF16Patterns(scaleSet, *info);
    scales = std::move(scaleSet);

    RewritePatternSet expansionSet(context);
    populateQuantExtToArithPatterns(expansionSet, kPortableBenefit);
    expansionSet.add<KeepNaNFreeExtremum<arith::MaxNumFOp, LLVM::MaxNumOp>,
                     KeepNaNFreeExtremum<arith::MinNumFOp, LLVM::MinNumOp>>(
        context);
    populateSaturatingRecipePatterns(expansionSet, *info, kRecipeBenefit);
    expansions = std::move(expansionSet);

    RewritePatternSet narrowSet(context);
    populateNarrowElementPatterns(narrowSet);
    if (info->hasAVX512)
      populateAVX512NibblePatterns(narrowSet);
    else if (info->hasFeature("avx2"))
      populateAVX2NibblePatterns(narrowSet, kRecipeBenefit);
    if (info->hasFastMagnitudes)
      populateFiniteMagnitudePatterns(narrowSet);
    if (info->isX86())
      populateRegisterStorePatterns(narrowSet, *info);
    narrowings = std::move(narrowSet);
    return success();
  }

  void runOnOperation() override {
    walkAndApplyPatterns(getOperation(), quietings);
    walkAndApplyPatterns(getOperation(), pairs);
    walkAndApplyPatterns(getOperation(), tables);
    walkAndApplyPatterns(getOperation(), scales);
    walkAndApplyPatterns(getOperation(), expansions);
    walkAndApplyPatterns(getOperation(), narrowings);
  }

  FrozenRewritePatternSet quietings;
  FrozenRewritePatternSet pairs;
  FrozenRewritePatternSet tables;
  FrozenRewritePatternSet scales;
  FrozenRewritePatternSet expansions;
  FrozenRewritePatternSet narrowings;
};

} // namespace
