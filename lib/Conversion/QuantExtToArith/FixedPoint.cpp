//===- FixedPoint.cpp - Requantization by integer arithmetic --------------===//
//
// The steps of Numerics/FixedPoint.h, in 64-bit integers.
//
//===----------------------------------------------------------------------===//

#include "FixedPoint.h"
#include "Emitter.h"

#include "QuantExt/IR/QuantExt.h"
#include "QuantExt/Numerics/FixedPoint.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// Emitter, with integers of any width.
class FixedPointEmitter : public Emitter {
public:
  using Emitter::Emitter;

  /// A constant of the type of `other`.
  Value integerLike(Value other, int64_t value) const {
    return integer(elementOf(other), value);
  }
  Value clampInteger(Value value, int64_t min, int64_t max) const {
    value = make<arith::MaxSIOp>(value, integerLike(value, min));
    return make<arith::MinSIOp>(value, integerLike(value, max));
  }

  /// Extends or truncates to `element`, an integer type.
  Value resize(Value value, Type element, bool isSigned) const {
    unsigned from = elementOf(value).getIntOrFloatBitWidth();
    unsigned to = element.getIntOrFloatBitWidth();
    if (from == to)
      return value;
    if (from > to)
      return make<arith::TruncIOp>(typeOf(element), value);
    if (isSigned)
      return make<arith::ExtSIOp>(typeOf(element), value);
    return make<arith::ExtUIOp>(typeOf(element), value);
  }

  /// What is added to a product before it is shifted.
  Value getAddend(Value product, Value shift,
                  FixedPointRounding rounding) const {
    Value one = integerLike(shift, 1);
    Value half = make<arith::ShLIOp>(one, make<arith::SubIOp>(shift, one));
    if (rounding == FixedPointRounding::SingleRound)
      return half;
    constexpr int64_t kQuarter = int64_t(1) << 30;
    Value isLong = make<arith::CmpIOp>(arith::CmpIPredicate::sgt, shift,
                                       integerLike(shift, 31));
    // Both sums are made of the shift alone, which elements share.
    auto halfAnd = [&](int64_t quarter) {
      Value sum = make<arith::AddIOp>(half, integerLike(half, quarter));
      return select(isLong, sum, half);
    };
    Value isNegative = make<arith::CmpIOp>(arith::CmpIPredicate::slt, product,
                                           integerLike(product, 0));
    return select(isNegative, halfAnd(-kQuarter), halfAnd(kQuarter));
  }
};

struct ExpandRequantizeFixedPoint final
    : public OpRewritePattern<ApplyRequantizeFixedPointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyRequantizeFixedPointOp op,
                                PatternRewriter &rewriter) const override {
    FixedPointEmitter emit(rewriter, op.getLoc(), op.getInput().getType());
    StorageAttr storage = op.getStorage();
    Value difference = emit.extend(op.getInput(), op.getStorageIn());
    if (Value zeroPoint = op.getZeroPointIn())
      difference = emit.make<arith::SubIOp>(
          difference, emit.extend(zeroPoint, op.getStorageIn()));
    Value product = emit.make<arith::MulIOp>(
        emit.resize(difference, emit.i64(), /*isSigned=*/true),
        emit.resize(op.getMultiplier(), emit.i64(), /*isSigned=*/true));

    Value shift =
        emit.clampInteger(op.getShift(), numerics::kMinFixedPointShift,
                          numerics::kMaxFixedPointShift);
    shift = emit.resize(shift, emit.i64(), /*isSigned=*/false);
    Value sum = emit.make<arith::AddIOp>(
        product, emit.getAddend(product, shift, op.getRoundingMode()));
    Value q = emit.make<arith::ShRSIOp>(sum, shift);

    if (Value zeroPoint = op.getZeroPointOut()) {
      // With |z| < 2^16, 2^17 saturates whichever z is added: constant bounds,
      // and 32 bits from there on.
      constexpr int64_t kBeyond = int64_t(1) << 17;
      q = emit.resize(emit.clampInteger(q, -kBeyond, kBeyond), emit.i32(),
                      /*isSigned=*/true);
      q = emit.make<arith::AddIOp>(q, emit.extend(zeroPoint, storage));
    }
    q = emit.clampInteger(q, storage.getMin(), storage.getMax());
    rewriter.replaceOp(
        op, emit.resize(q, storage.getElementType(), storage.getIsSigned()));
    return success();
  }
};

} // namespace

void quant_ext::populateFixedPointPatterns(RewritePatternSet &patterns,
                                           PatternBenefit benefit) {
  patterns.add<ExpandRequantizeFixedPoint>(patterns.getContext(), benefit);
}
