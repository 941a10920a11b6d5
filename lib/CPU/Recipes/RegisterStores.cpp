//===- RegisterStores.cpp - A store for each register ---------------------===//
//
// LLVM takes stores of several registers apart from the last to the first.
// Where they are not aligned, two write to each line, and only ascending ones
// are merged on their way to the cache: on Zen 4, rows of 389 floats are
// written 1.2 times as fast.
//
// A conversion to f16 gives half a register. LLVM joins halves before it stores
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

static constexpr unsigned kWordBits = 32;

/// The conversion from f32 that makes what `op` writes, and nothing else.
static arith::TruncFOp getNarrowing(vector::TransferWriteOp op) {
  auto truncate = op.getVector().getDefiningOp<arith::TruncFOp>();
  return truncate && truncate->hasOneUse() &&
                 op.getVectorType().getElementType().isF16() &&
                 getElementTypeOrSelf(truncate.getIn()).isF32()
             ? truncate
             : nullptr;
}

namespace {

struct StoreRegisters final : public OpRewritePattern<vector::TransferWriteOp> {
  StoreRegisters(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context), vectorBits(target.vectorBits) {}

  LogicalResult matchAndRewrite(vector::TransferWriteOp op,
                                PatternRewriter &rewriter) const override {
    VectorType type = op.getVectorType();
    arith::TruncFOp narrowing = getNarrowing(op);
    unsigned width = narrowing ? kWordBits
                               : (type.getElementType().isIntOrFloat()
                                      ? type.getElementTypeBitWidth()
                                      : 0);
    // Narrower integers are made for whole registers.
    if (width < kWordBits)
      return rewriter.notifyMatchFailure(op, "its elements are narrow");
    int64_t lanes = vectorBits / width;
    if (type.getRank() != 1 || type.isScalable() ||
        type.getNumElements() <= lanes || type.getNumElements() % lanes != 0)
      return rewriter.notifyMatchFailure(op, "it does not fill registers");
    if (op.getMask() || op.isMasked() || op.hasOutOfBoundsDim() ||
        !op.getPermutationMap().isMinorIdentity() ||
        !isa<MemRefType>(op.getShapedType()))
      return rewriter.notifyMatchFailure(op, "not all lanes are neighbours");
    Location loc = op.getLoc();
    Value source = narrowing ? narrowing.getIn() : op.getVector();
    for (int64_t begin = 0; begin < type.getNumElements(); begin += lanes) {
      Value part = vector::ExtractStridedSliceOp::create(
          rewriter, loc, source, ArrayRef<int64_t>{begin},
          ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1});
      if (narrowing)
        part = arith::TruncFOp::create(
            rewriter, loc, VectorType::get({lanes}, type.getElementType()),
            part, narrowing.getRoundingmodeAttr(), narrowing.getFastmathAttr());
      SmallVector<Value> indices(op.getIndices());
      indices.back() = rewriter.createOrFold<arith::AddIOp>(
          loc, indices.back(),
          arith::ConstantIndexOp::create(rewriter, loc, begin));
      vector::TransferWriteOp::create(rewriter, loc, part, op.getBase(),
                                      indices, ArrayRef<bool>{true});
    }
    rewriter.eraseOp(op);
    return success();
  }

private:
  int64_t vectorBits;
};

} // namespace

void quant_ext::populateRegisterStorePatterns(RewritePatternSet &patterns,
                                              const TargetInfo &target) {
  patterns.add<StoreRegisters>(patterns.getContext(), target);
}
