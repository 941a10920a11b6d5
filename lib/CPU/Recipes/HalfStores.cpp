//===- HalfStores.cpp - Stores of what was narrowed to f16 ----------------===//
//
// A conversion gives half a register of f16. LLVM joins halves before it stores
// them, which takes longer than to store each.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

struct StoreHalves final : public OpRewritePattern<vector::TransferWriteOp> {
  StoreHalves(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context), lanes(target.vectorBits / 32) {}

  LogicalResult matchAndRewrite(vector::TransferWriteOp op,
                                PatternRewriter &rewriter) const override {
    VectorType type = op.getVectorType();
    auto truncate = op.getVector().getDefiningOp<arith::TruncFOp>();
    if (!truncate || !type.getElementType().isF16() || type.getRank() != 1 ||
        type.isScalable() || type.getNumElements() <= lanes ||
        type.getNumElements() % lanes != 0 || !truncate->hasOneUse() ||
        !getElementTypeOrSelf(truncate.getIn()).isF32())
      return rewriter.notifyMatchFailure(op, "it stores no halves");
    if (op.getMask() || op.hasOutOfBoundsDim() ||
        !op.getPermutationMap().isMinorIdentity() ||
        !isa<MemRefType>(op.getShapedType()))
      return rewriter.notifyMatchFailure(op, "not all lanes are neighbours");
    Location loc = op.getLoc();
    VectorType half = VectorType::get({lanes}, type.getElementType());
    for (int64_t begin = 0; begin < type.getNumElements(); begin += lanes) {
      Value part = vector::ExtractStridedSliceOp::create(
          rewriter, loc, truncate.getIn(), ArrayRef<int64_t>{begin},
          ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1});
      SmallVector<Value> indices(op.getIndices());
      indices.back() = rewriter.createOrFold<arith::AddIOp>(
          loc, indices.back(),
          arith::ConstantIndexOp::create(rewriter, loc, begin));
      vector::TransferWriteOp::create(
          rewriter, loc,
          arith::TruncFOp::create(rewriter, loc, half, part,
                                  truncate.getRoundingmodeAttr(),
                                  truncate.getFastmathAttr()),
          op.getBase(), indices, ArrayRef<bool>{true});
    }
    rewriter.eraseOp(op);
    return success();
  }

private:
  int64_t lanes;
};

} // namespace

void quant_ext::populateHalfStorePatterns(RewritePatternSet &patterns,
                                          const TargetInfo &target) {
  patterns.add<StoreHalves>(patterns.getContext(), target);
}
