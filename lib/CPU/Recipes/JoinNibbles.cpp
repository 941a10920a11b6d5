//===- JoinNibbles.cpp - Two integers of 4 bits in a byte -----------------===//
//
// Narrowing words to bytes gives half a register of AVX-512, by two operations.
// Neighbours a and b as a + 16 b are one product, and a pack gives a register.
//
//===----------------------------------------------------------------------===//

#include "SaturatingInstructions.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

static constexpr int64_t kRegisterBytes = 64;

/// The bytes, below 16 each, of whose pairs `op` keeps a | b << 4; null if it
/// does something else. See NarrowInterleaves.cpp, which makes such.
static Value getNibbles(arith::TruncIOp op) {
  auto join = op.getIn().getDefiningOp<arith::OrIOp>();
  auto shift = join ? join.getRhs().getDefiningOp<arith::ShRUIOp>() : nullptr;
  auto pairs =
      join ? join.getLhs().getDefiningOp<vector::BitCastOp>() : nullptr;
  if (!shift || !pairs || shift.getLhs() != pairs.getResult() ||
      !isSplatOf(shift.getRhs(), 4))
    return Value();
  auto mask = pairs.getSource().getDefiningOp<arith::AndIOp>();
  bool isByte = mask && getElementTypeOrSelf(mask.getType()).isInteger(8) &&
                getElementTypeOrSelf(op.getIn().getType()).isInteger(16) &&
                getElementTypeOrSelf(op.getType()).isInteger(8);
  return isByte && isSplatOf(mask.getRhs(), 15) ? mask.getResult() : Value();
}

/// a + 16 b of neighbours, in words.
static Value emitSums(ImplicitLocOpBuilder &b, Value nibbles) {
  SmallVector<int8_t> factors;
  for (int64_t i = 0; i < kRegisterBytes; ++i)
    factors.push_back(i % 2 == 0 ? 1 : 16);
  auto bytes = VectorType::get({kRegisterBytes}, b.getI8Type());
  Value weights = arith::ConstantOp::create(
      b, DenseElementsAttr::get(bytes, ArrayRef(factors)));
  auto words = VectorType::get({kRegisterBytes / 2}, b.getI16Type());
  return emitIntrinsic(b, "llvm.x86.avx512.pmaddubs.w.512", words,
                       {nibbles, weights});
}

namespace {

struct JoinNibblesByProducts final : public OpRewritePattern<arith::TruncIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncIOp op,
                                PatternRewriter &rewriter) const override {
    Value nibbles = getNibbles(op);
    if (!nibbles)
      return rewriter.notifyMatchFailure(op, "it joins no halves of bytes");
    auto type = cast<VectorType>(op.getType());
    if (type.getRank() != 1 || type.getNumElements() % kRegisterBytes != 0)
      return rewriter.notifyMatchFailure(op, "its bytes fill no registers");
    auto instructions = createX86SaturatingInstructions(8 * kRegisterBytes);
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value result = arith::ConstantOp::create(b, b.getZeroAttr(type));
    for (int64_t at = 0; at < type.getNumElements(); at += kRegisterBytes) {
      auto getSums = [&](int64_t begin) {
        Value part = vector::ExtractStridedSliceOp::create(
            b, nibbles, ArrayRef<int64_t>{begin},
            ArrayRef<int64_t>{kRegisterBytes}, ArrayRef<int64_t>{1});
        return emitSums(b, part);
      };
      Value low = getSums(2 * at), high = getSums(2 * at + kRegisterBytes);
      Value packed = instructions->emitPack(b, low, high, /*isSigned=*/false);
      Value bytes = instructions->emitInOrder(b, packed, /*sources=*/2);
      result = vector::InsertStridedSliceOp::create(
          b, bytes, result, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void quant_ext::populateAVX512NibblePatterns(RewritePatternSet &patterns) {
  patterns.add<JoinNibblesByProducts>(patterns.getContext());
}
