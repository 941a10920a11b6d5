//===- ExtendNibbles.cpp - 4 bits to 32 by shifts -------------------------===//
//
// To take packed bytes apart, put their halves in order and widen them takes
// shuffles, of which a processor has the fewest units. Shifts whose amounts
// differ from lane to lane put the 4 bits at the top of 32 instead, and another
// one brings them down.
//
//===----------------------------------------------------------------------===//

#include "NarrowElements.h"
#include "PackedNibbles.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

template <typename ExtOp, typename ShiftOp>
struct ExtendNibbles final : public OpRewritePattern<ExtOp> {
  using OpRewritePattern<ExtOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ExtOp op,
                                PatternRewriter &rewriter) const override {
    constexpr int64_t kLanes = 8, kWidth = 32;
    auto type = dyn_cast<VectorType>(op.getType());
    if (!type || type.getRank() != 1 || type.getNumElements() % kLanes != 0 ||
        !type.getElementType().isInteger(kWidth) ||
        !getElementTypeOrSelf(op.getIn().getType()).isInteger(4))
      return rewriter.notifyMatchFailure(op, "no registers of 4 bits to 32");
    Value bytes = getBytes(op.getIn());
    if (!bytes)
      return rewriter.notifyMatchFailure(op, "the lanes come from no bytes");

    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto words = VectorType::get({kLanes}, type.getElementType());
    Value result;
    for (int64_t at = 0; at < type.getNumElements(); at += kLanes) {
      Value top = emitNibbleWords(b, bytes, at, words, NibblePlace::Highest);
      if (!top)
        return rewriter.notifyMatchFailure(op, "the bytes are not packed ones");
      if (!result)
        result = arith::ConstantOp::create(b, b.getZeroAttr(type));
      Value shift = createSplat(b, b.getLoc(), words, kWidth - 4);
      result = vector::InsertStridedSliceOp::create(
          b, ShiftOp::create(b, top, shift), result, ArrayRef<int64_t>{at},
          ArrayRef<int64_t>{1});
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void quant_ext::populateAVX2NibblePatterns(RewritePatternSet &patterns,
                                           PatternBenefit benefit) {
  patterns.add<ExtendNibbles<arith::ExtSIOp, arith::ShRSIOp>,
               ExtendNibbles<arith::ExtUIOp, arith::ShRUIOp>>(
      patterns.getContext(), benefit);
}
