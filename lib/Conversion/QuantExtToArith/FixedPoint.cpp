//===- FixedPoint.cpp - Requantization by integer arithmetic --------------===//
//
// The steps of Numerics/FixedPoint.h, in 64-bit integers.
//
//===----------------------------------------------------------------------===//

#include "FixedPoint.h"

#include "QuantExt/IR/QuantExt.h"
#include "QuantExt/Numerics/FixedPoint.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// Builds integer arithmetic on scalars, or on vectors of one shape.
class FixedPointEmitter {
public:
  FixedPointEmitter(OpBuilder &builder, Location loc, Type shapeLike)
      : b(loc, builder), shape(dyn_cast<VectorType>(shapeLike)) {}

  /// The type of `width` bits, or the vector of it.
  Type like(unsigned width) {
    Type element = b.getIntegerType(width);
    return shape ? Type(VectorType::get(shape.getShape(), element)) : element;
  }
  template <typename OpT, typename... Args>
  Value make(Args &&...args) {
    return OpT::create(b, std::forward<Args>(args)...).getResult();
  }
  /// A constant of the type of `other`.
  Value integer(Value other, int64_t value) {
    Type type = other.getType();
    TypedAttr attr = b.getIntegerAttr(getElementTypeOrSelf(type), value);
    if (shape)
      attr = DenseElementsAttr::get(cast<ShapedType>(type), Attribute(attr));
    return arith::ConstantOp::create(b, attr);
  }
  Value clamp(Value value, int64_t min, int64_t max) {
    value = make<arith::MaxSIOp>(value, integer(value, min));
    return make<arith::MinSIOp>(value, integer(value, max));
  }

  /// Extends or truncates to `width` bits.
  Value resize(Value value, unsigned width, bool isSigned) {
    unsigned from =
        getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
    if (from == width)
      return value;
    if (from > width)
      return make<arith::TruncIOp>(like(width), value);
    if (isSigned)
      return make<arith::ExtSIOp>(like(width), value);
    return make<arith::ExtUIOp>(like(width), value);
  }
  Value extend(Value value, StorageAttr storage, unsigned width) {
    return resize(value, width, storage.getIsSigned());
  }

  /// What is added to a product before it is shifted.
  Value getAddend(Value product, Value shift, FixedPointRounding rounding) {
    Value one = integer(shift, 1);
    Value half = make<arith::ShLIOp>(one, make<arith::SubIOp>(shift, one));
    if (rounding == FixedPointRounding::SingleRound)
      return half;
    constexpr int64_t kQuarter = int64_t(1) << 30;
    Value isLong = make<arith::CmpIOp>(arith::CmpIPredicate::sgt, shift,
                                       integer(shift, 31));
    // Both sums are made of the shift alone, which elements share.
    auto halfAnd = [&](int64_t quarter) -> Value {
      Value sum = make<arith::AddIOp>(half, integer(half, quarter));
      return make<arith::SelectOp>(isLong, sum, half);
    };
    Value isNegative = make<arith::CmpIOp>(arith::CmpIPredicate::slt, product,
                                           integer(product, 0));
    return make<arith::SelectOp>(isNegative, halfAnd(-kQuarter),
                                 halfAnd(kQuarter));
  }

private:
  ImplicitLocOpBuilder b;
  VectorType shape;
};

struct ExpandRequantizeFixedPoint final
    : public OpRewritePattern<ApplyRequantizeFixedPointOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyRequantizeFixedPointOp op,
                                PatternRewriter &rewriter) const override {
    FixedPointEmitter emit(rewriter, op.getLoc(), op.getInput().getType());
    StorageAttr storage = op.getStorage();
    Value difference = emit.extend(op.getInput(), op.getStorageIn(), 32);
    if (Value zeroPoint = op.getZeroPointIn())
      difference = emit.make<arith::SubIOp>(
          difference, emit.extend(zeroPoint, op.getStorageIn(), 32));
    Value product = emit.make<arith::MulIOp>(
        emit.resize(difference, 64, /*isSigned=*/true),
        emit.resize(op.getMultiplier(), 64, /*isSigned=*/true));

    Value shift = emit.clamp(op.getShift(), numerics::kMinFixedPointShift,
                             numerics::kMaxFixedPointShift);
    shift = emit.resize(shift, 64, /*isSigned=*/false);
    Value sum = emit.make<arith::AddIOp>(
        product, emit.getAddend(product, shift, op.getRoundingMode()));
    Value q = emit.make<arith::ShRSIOp>(sum, shift);

    if (Value zeroPoint = op.getZeroPointOut()) {
      // With |z| < 2^16, 2^17 saturates whichever z is added: constant bounds,
      // and 32 bits from there on.
      constexpr int64_t kBeyond = int64_t(1) << 17;
      q = emit.resize(emit.clamp(q, -kBeyond, kBeyond), 32, /*isSigned=*/true);
      q = emit.make<arith::AddIOp>(q, emit.extend(zeroPoint, storage, 32));
    }
    q = emit.clamp(q, storage.getMin(), storage.getMax());
    rewriter.replaceOp(
        op, emit.resize(q, storage.getWidth(), storage.getIsSigned()));
    return success();
  }
};

} // namespace

void quant_ext::populateFixedPointPatterns(RewritePatternSet &patterns,
                                           PatternBenefit benefit) {
  patterns.add<ExpandRequantizeFixedPoint>(patterns.getContext(), benefit);
}
