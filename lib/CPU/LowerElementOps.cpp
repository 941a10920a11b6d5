//===- LowerElementOps.cpp - Element operations to instructions -----------===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
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

struct LowerElementOpsPass
    : public quant_ext::impl::QuantExtLowerElementOpsBase<LowerElementOpsPass> {
  using QuantExtLowerElementOpsBase::QuantExtLowerElementOpsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(
        target, features, [&] { return emitError(UnknownLoc::get(context)); });
    if (failed(info))
      return failure();
    RewritePatternSet divisionSet(context);
    populateDivideBySplatPatterns(divisionSet, *info);
    divisions = std::move(divisionSet);

    RewritePatternSet expansionSet(context);
    populateQuantExtToArithPatterns(expansionSet, kPortableBenefit);
    if (info->hasAVX512)
      populateAVX512RecipePatterns(expansionSet, kRecipeBenefit);
    expansions = std::move(expansionSet);
    return success();
  }

  void runOnOperation() override {
    walkAndApplyPatterns(getOperation(), divisions);
    walkAndApplyPatterns(getOperation(), expansions);
  }

  FrozenRewritePatternSet divisions;
  FrozenRewritePatternSet expansions;
};

} // namespace
