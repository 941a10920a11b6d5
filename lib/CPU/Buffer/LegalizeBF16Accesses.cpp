//===- LegalizeBF16Accesses.cpp - Accesses to bf16 as to i16 --------------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTLEGALIZEBF16ACCESSES
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The integer or vector of integers that holds the bits of bf16; null for
/// every other type.
static Type getBitsType(Type type) {
  if (!getElementTypeOrSelf(type).isBF16())
    return Type();
  Type bits = IntegerType::get(type.getContext(), 16);
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(bits);
  return bits;
}

static Value bitcast(PatternRewriter &rewriter, Type type, Value value) {
  return LLVM::BitcastOp::create(rewriter, value.getLoc(), type, value);
}

namespace {

/// In place, so that whatever else is said of the access stays.
template <typename LoadOpT>
struct LoadBF16AsI16 : public OpRewritePattern<LoadOpT> {
  using OpRewritePattern<LoadOpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(LoadOpT op,
                                PatternRewriter &rewriter) const override {
    Value result = op->getResult(0);
    Type type = result.getType(), bitsType = getBitsType(type);
    if (!bitsType)
      return rewriter.notifyMatchFailure(op, "it is not of bf16");
    rewriter.modifyOpInPlace(op, [&] {
      if constexpr (std::is_same_v<LoadOpT, LLVM::MaskedLoadOp>)
        for (OpOperand &passThru : op.getPassThruMutable())
          passThru.set(bitcast(rewriter, bitsType, passThru.get()));
      result.setType(bitsType);
    });
    rewriter.setInsertionPointAfter(op);
    Value loaded = bitcast(rewriter, type, result);
    rewriter.replaceAllUsesExcept(result, loaded, loaded.getDefiningOp());
    return success();
  }
};

template <typename StoreOpT>
struct StoreBF16AsI16 : public OpRewritePattern<StoreOpT> {
  using OpRewritePattern<StoreOpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(StoreOpT op,
                                PatternRewriter &rewriter) const override {
    Type bitsType = getBitsType(op.getValue().getType());
    if (!bitsType)
      return rewriter.notifyMatchFailure(op, "it is not of bf16");
    rewriter.modifyOpInPlace(op, [&] {
      op.getValueMutable().set(bitcast(rewriter, bitsType, op.getValue()));
    });
    return success();
  }
};

struct LegalizeBF16AccessesPass
    : public quant_ext::impl::QuantExtLegalizeBF16AccessesBase<
          LegalizeBF16AccessesPass> {
  using QuantExtLegalizeBF16AccessesBase::QuantExtLegalizeBF16AccessesBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateLegalizeBF16AccessesPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateLegalizeBF16AccessesPatterns(
    RewritePatternSet &patterns) {
  patterns
      .add<LoadBF16AsI16<LLVM::LoadOp>, LoadBF16AsI16<LLVM::MaskedLoadOp>,
           StoreBF16AsI16<LLVM::StoreOp>, StoreBF16AsI16<LLVM::MaskedStoreOp>>(
          patterns.getContext());
}
