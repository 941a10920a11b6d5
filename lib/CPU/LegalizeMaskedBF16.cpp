//===- LegalizeMaskedBF16.cpp - Masked accesses to bf16 as to i16 ---------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTLEGALIZEMASKEDBF16
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The vector of integers that holds the bits of a vector of bf16; null for
/// every other type.
static VectorType getBitsType(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector || !vector.getElementType().isBF16())
    return VectorType();
  return cast<VectorType>(
      vector.clone(IntegerType::get(type.getContext(), 16)));
}

namespace {

struct LoadMaskedBF16AsI16 : public OpRewritePattern<LLVM::MaskedLoadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LLVM::MaskedLoadOp op,
                                PatternRewriter &rewriter) const override {
    VectorType bitsType = getBitsType(op.getType());
    if (!bitsType)
      return rewriter.notifyMatchFailure(op, "the elements are not bf16");
    Value passThru = op.getPassThru();
    if (passThru)
      passThru =
          LLVM::BitcastOp::create(rewriter, op.getLoc(), bitsType, passThru);
    Value bits = LLVM::MaskedLoadOp::create(
        rewriter, op.getLoc(), bitsType, op.getData(), op.getMask(), passThru,
        op.getAlignmentAttr(), op.getNontemporalAttr());
    rewriter.replaceOpWithNewOp<LLVM::BitcastOp>(op, op.getType(), bits);
    return success();
  }
};

struct StoreMaskedBF16AsI16 : public OpRewritePattern<LLVM::MaskedStoreOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LLVM::MaskedStoreOp op,
                                PatternRewriter &rewriter) const override {
    VectorType bitsType = getBitsType(op.getValue().getType());
    if (!bitsType)
      return rewriter.notifyMatchFailure(op, "the elements are not bf16");
    Value bits =
        LLVM::BitcastOp::create(rewriter, op.getLoc(), bitsType, op.getValue());
    rewriter.replaceOpWithNewOp<LLVM::MaskedStoreOp>(
        op, bits, op.getData(), op.getMask(), op.getAlignmentAttr());
    return success();
  }
};

struct LegalizeMaskedBF16Pass
    : public quant_ext::impl::QuantExtLegalizeMaskedBF16Base<
          LegalizeMaskedBF16Pass> {
  using QuantExtLegalizeMaskedBF16Base::QuantExtLegalizeMaskedBF16Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateLegalizeMaskedBF16Patterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateLegalizeMaskedBF16Patterns(
    RewritePatternSet &patterns) {
  patterns.add<LoadMaskedBF16AsI16, StoreMaskedBF16AsI16>(
      patterns.getContext());
}
