//===- ExpandDynamicReshapes.cpp - memref.expand_shape to strides ---------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTEXPANDDYNAMICRESHAPES
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// True where more than one dimension of a group is dynamic.
static bool isAmbiguous(memref::ExpandShapeOp op) {
  MemRefType type = op.getResultType();
  return llvm::any_of(op.getReassociationIndices(), [&](auto &group) {
    return llvm::count_if(
               group, [&](int64_t dim) { return type.isDynamicDim(dim); }) > 1;
  });
}

/// `computed`, or the constant that the type already says it is.
static OpFoldResult preferStatic(OpBuilder &builder, int64_t known,
                                 OpFoldResult computed) {
  if (ShapedType::isDynamic(known))
    return computed;
  return builder.getIndexAttr(known);
}

namespace {

struct ExpandShapeToReinterpretCast
    : public OpRewritePattern<memref::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(memref::ExpandShapeOp op,
                                PatternRewriter &rewriter) const override {
    if (!isAmbiguous(op))
      return rewriter.notifyMatchFailure(
          op, "no group has more than one dynamic dimension");
    SmallVector<int64_t> knownStrides;
    int64_t knownOffset;
    if (failed(
            op.getResultType().getStridesAndOffset(knownStrides, knownOffset)))
      return rewriter.notifyMatchFailure(op, "the layout is not strided");

    Location loc = op.getLoc();
    auto source =
        memref::ExtractStridedMetadataOp::create(rewriter, loc, op.getSrc());
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
    SmallVector<OpFoldResult> sourceStrides =
        source.getConstifiedMixedStrides();
    SmallVector<OpFoldResult> strides(sizes.size());
    AffineExpr product =
        rewriter.getAffineSymbolExpr(0) * rewriter.getAffineSymbolExpr(1);
    for (auto [stride, group] :
         llvm::zip_equal(sourceStrides, op.getReassociationIndices())) {
      OpFoldResult current = stride;
      for (int64_t dim : llvm::reverse(group)) {
        strides[dim] = preferStatic(rewriter, knownStrides[dim], current);
        current = affine::makeComposedFoldedAffineApply(rewriter, loc, product,
                                                        {current, sizes[dim]});
      }
    }
    OpFoldResult offset =
        preferStatic(rewriter, knownOffset, source.getConstifiedMixedOffset());
    rewriter.replaceOpWithNewOp<memref::ReinterpretCastOp>(
        op, op.getResultType(), source.getBaseBuffer(), offset, sizes, strides);
    return success();
  }
};

struct ExpandDynamicReshapesPass
    : public quant_ext::impl::QuantExtExpandDynamicReshapesBase<
          ExpandDynamicReshapesPass> {
  using QuantExtExpandDynamicReshapesBase::QuantExtExpandDynamicReshapesBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateExpandDynamicReshapesPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateExpandDynamicReshapesPatterns(
    RewritePatternSet &patterns) {
  patterns.add<ExpandShapeToReinterpretCast>(patterns.getContext());
}
