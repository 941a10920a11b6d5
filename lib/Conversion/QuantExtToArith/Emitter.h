//===- Emitter.h - Arithmetic on scalars and vectors alike ------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_EMITTER_H
#define QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_EMITTER_H

#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"
#include "QuantExt/IR/QuantExt.h"
#include "QuantExt/Numerics/Philox.h"
#include "SmallFloats.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::quant_ext {

/// Creates arithmetic on scalars, or on vectors of one shape.
class Emitter {
public:
  Emitter(OpBuilder &builder, Location loc, Type shapeLike)
      : builder(builder), loc(loc), shape(dyn_cast<VectorType>(shapeLike)) {}

  /// `element`, or the vector of it.
  Type typeOf(Type element) const {
    return shape ? Type(VectorType::get(shape.getShape(), element)) : element;
  }
  Type f32() const { return builder.getF32Type(); }
  Type f64() const { return builder.getF64Type(); }
  Type i32() const { return builder.getI32Type(); }
  Type i64() const { return builder.getI64Type(); }
  static Type elementOf(Value value) {
    return getElementTypeOrSelf(value.getType());
  }

  Value constant(TypedAttr value) const {
    TypedAttr attr = value;
    if (shape)
      attr = DenseElementsAttr::get(cast<ShapedType>(typeOf(value.getType())),
                                    Attribute(value));
    return arith::ConstantOp::create(builder, loc, attr);
  }
  Value number(Type element, double value) const {
    return constant(builder.getFloatAttr(element, value));
  }
  Value number(Type element, APFloat value) const {
    return constant(builder.getFloatAttr(element, value));
  }
  Value integer(Type element, int64_t value) const {
    return constant(builder.getIntegerAttr(element, value));
  }
  Value largest(Type element) const {
    return number(element, APFloat::getLargest(semantics(element)));
  }
  Value smallestNormal(Type element) const {
    return number(element, APFloat::getSmallestNormalized(semantics(element)));
  }

  template <typename OpT, typename... Args>
  Value make(Args &&...args) const {
    return OpT::create(builder, loc, std::forward<Args>(args)...).getResult();
  }
  Value compare(arith::CmpFPredicate predicate, Value a, Value b) const {
    return make<arith::CmpFOp>(predicate, a, b);
  }
  Value select(Value condition, Value a, Value b) const {
    return make<arith::SelectOp>(condition, a, b);
  }

  /// Widens exactly to `element`, f32 or f64, by way of f32.
  Value widen(Value value, Type element) const {
    Type from = elementOf(value);
    if (from.isF16() || from.isBF16())
      value = make<arith::ExtFOp>(typeOf(f32()), value);
    if (element.isF64() && !elementOf(value).isF64())
      value = make<arith::ExtFOp>(typeOf(f64()), value);
    return value;
  }

  /// Rounds once, to nearest even, to `element`; never widens.
  Value narrow(Value value, Type element) const {
    if (elementOf(value) == element)
      return value;
    return make<arith::TruncFOp>(typeOf(element), value);
  }

  /// Extends a stored integer to i32 by the signedness of its storage: one that
  /// all lanes share before they do.
  Value extend(Value value, StorageAttr storage) const {
    if (elementOf(value).isInteger(32))
      return value;
    auto broadcast = value.getDefiningOp<vector::BroadcastOp>();
    if (broadcast && !isa<VectorType>(broadcast.getSourceType())) {
      Emitter ofScalar(builder, loc, i32());
      return make<vector::BroadcastOp>(
          typeOf(i32()), ofScalar.extend(broadcast.getSource(), storage));
    }
    if (storage.getIsSigned())
      return make<arith::ExtSIOp>(typeOf(i32()), value);
    return make<arith::ExtUIOp>(typeOf(i32()), value);
  }

  /// Clamps to [lo, hi]; NaN goes to lo, because it compares false.
  Value clamp(Value value, Value lo, Value hi) const {
    value = select(compare(arith::CmpFPredicate::OGT, value, lo), value, lo);
    return select(compare(arith::CmpFPredicate::OLT, value, hi), value, hi);
  }

  /// R(value), of magnitude below 2^22 (f32) or 2^31 (f64), as i32, plus
  /// `addend` where there is one.
  Value roundToInteger(Value value, Rounding rounding, Value addend) const {
    if (rounding == Rounding::HalfEven)
      return roundHalfEven(value, addend);
    if (rounding == Rounding::HalfAway)
      value = emitBiasAwayFromZero(builder, loc, value);
    Value result = make<arith::FPToSIOp>(typeOf(i32()), value);
    return addend ? make<arith::AddIOp>(result, addend) : result;
  }

  /// R(value), not stochastic, as a number of the type of `value`, of magnitude
  /// below 2^22 (f32) or 2^31 (f64). Zero is positive.
  Value roundToNumber(Value value, Rounding rounding) const {
    Type type = value.getType();
    if (rounding != Rounding::HalfEven)
      return make<arith::SIToFPOp>(type,
                                   roundToInteger(value, rounding, Value()));
    Value magic = roundingConstant(elementOf(value));
    return make<arith::SubFOp>(make<arith::AddFOp>(value, magic), magic);
  }

  /// floor(value), and one more where the rest above it, of 2^24, is more than
  /// the upper 24 bits of `draw`. As i32, plus `addend` where there is one.
  /// The rest is rounded to `computing`, f32 or f64, which the value was
  /// computed in.
  Value roundByDraw(Value value, Type computing, Value draw,
                    Value addend) const {
    Type element = elementOf(value);
    auto one = [&](Value condition) {
      return make<arith::ExtUIOp>(typeOf(i32()), condition);
    };
    Value truncated = make<arith::FPToSIOp>(typeOf(i32()), value);
    Value isAbove =
        compare(arith::CmpFPredicate::OGT,
                make<arith::SIToFPOp>(typeOf(element), truncated), value);
    Value below = make<arith::SubIOp>(truncated, one(isAbove));
    Value rest = make<arith::SubFOp>(
        value, make<arith::SIToFPOp>(typeOf(element), below));
    rest =
        make<arith::MulFOp>(narrow(rest, computing), number(computing, 0x1p24));
    Value threshold = make<arith::SIToFPOp>(
        typeOf(computing), make<arith::ShRUIOp>(draw, integer(i32(), 8)));
    Value isUp = compare(arith::CmpFPredicate::OGT, rest, threshold);
    Value result = make<arith::AddIOp>(below, one(isUp));
    return addend ? make<arith::AddIOp>(result, addend) : result;
  }

  /// The first word of Philox4x32-10 of `counter` and `seed`, both i64: step by
  /// step Numerics/Philox.h.
  Value drawNumber(Value seed, Value counter) const {
    Type wide = typeOf(i64()), word = typeOf(i32());
    Value bits = integer(i64(), 32);
    auto low = [&](Value v) -> Value { return make<arith::TruncIOp>(word, v); };
    auto high = [&](Value v) { return low(make<arith::ShRUIOp>(v, bits)); };
    auto multiply = [&](Value v, uint32_t by) -> Value {
      return make<arith::MulIOp>(make<arith::ExtUIOp>(wide, v),
                                 integer(i64(), by));
    };
    auto mix = [&](Value a, Value b, Value c) -> Value {
      return make<arith::XOrIOp>(make<arith::XOrIOp>(a, b), c);
    };
    auto grow = [&](Value key, uint32_t by) -> Value {
      return make<arith::AddIOp>(key, integer(i32(), static_cast<int32_t>(by)));
    };
    Value zero = integer(i32(), 0);
    std::array<Value, 4> words = {low(counter), high(counter), zero, zero};
    std::array<Value, 2> keys = {low(seed), high(seed)};
    for (int round = 0; round < numerics::kPhiloxRounds; ++round) {
      Value first = multiply(words[0], numerics::kPhiloxMultipliers[0]);
      Value second = multiply(words[2], numerics::kPhiloxMultipliers[1]);
      words = {mix(high(second), words[1], keys[0]), low(second),
               mix(high(first), words[3], keys[1]), low(first)};
      keys = {grow(keys[0], numerics::kPhiloxIncrements[0]),
              grow(keys[1], numerics::kPhiloxIncrements[1])};
    }
    return words[0];
  }

  /// The same for half_even.
  Value roundHalfEven(Value value, Value addend) const {
    bool isDouble = elementOf(value).isF64();
    Type intType = isDouble ? i64() : i32();
    int64_t magicBits = isDouble ? 0x4338000000000000 : 0x4b400000;
    Value sum = make<arith::AddFOp>(value, roundingConstant(elementOf(value)));
    Value bits = make<arith::BitcastOp>(typeOf(intType), sum);
    Value offset = integer(intType, magicBits);
    if (!isDouble && addend) {
      // The difference is the same for all elements that share a zero point.
      Value shift = make<arith::SubIOp>(addend, offset);
      return make<arith::AddIOp>(bits, shift);
    }
    Value result = make<arith::SubIOp>(bits, offset);
    if (isDouble)
      result = make<arith::TruncIOp>(typeOf(i32()), result);
    return addend ? make<arith::AddIOp>(result, addend) : result;
  }

  /// R(value) + z in the type of the storage, where that needs no clamping and
  /// no random number.
  Value roundInRange(Value value, Value zeroPoint, StorageAttr storage,
                     Rounding rounding) const {
    Value z = zeroPoint ? extend(zeroPoint, storage) : Value();
    return truncate(roundToInteger(value, rounding, z), storage);
  }

  /// clamp(R(value), qmin - z, qmax - z) + z in the type of the storage.
  template <typename OpT>
  Value roundToStorage(Value value, Value zeroPoint, OpT op) const {
    StorageAttr storage = op.getStorage();
    Rounding rounding = op.getRounding();
    Type computing = elementOf(value);
    auto round = [&](Value clamped, Value addend) -> Value {
      if (rounding != Rounding::Stochastic)
        return roundToInteger(clamped, rounding, addend);
      return roundByDraw(clamped, computing,
                         drawNumber(op.getSeed(), op.getCounter()), addend);
    };
    double min = storage.getMin(), max = storage.getMax();
    if (storage.getWidth() == 32)
      value = widen(value, f64());
    Type element = elementOf(value);
    if (!zeroPoint) {
      value = clamp(value, number(element, min), number(element, max));
      return truncate(round(value, Value()), storage);
    }
    // Bounds that hold for any zero point make constants of what would be two
    // conversions: |z| < 2^16, so 2^17 saturates whichever z is added.
    constexpr double kBeyond = 0x1p17;
    value = clamp(value, number(element, -kBeyond), number(element, kBeyond));
    Value q = round(value, extend(zeroPoint, storage));
    q = make<arith::MaxSIOp>(q, integer(i32(), storage.getMin()));
    q = make<arith::MinSIOp>(q, integer(i32(), storage.getMax()));
    return truncate(q, storage);
  }

private:
  /// The last place of a sum with it is that of 1.
  Value roundingConstant(Type element) const {
    return number(element, element.isF64() ? 0x1.8p52 : 0x1.8p23);
  }
  static const llvm::fltSemantics &semantics(Type element) {
    return cast<FloatType>(element).getFloatSemantics();
  }
  Value truncate(Value q, StorageAttr storage) const {
    if (storage.getWidth() == 32)
      return q;
    return make<arith::TruncIOp>(typeOf(storage.getElementType()), q);
  }

  OpBuilder &builder;
  Location loc;
  VectorType shape;
};

/// f64 where one of the two is.
inline Type computingType(const Emitter &emit, Type a, Type b) {
  return getElementTypeOrSelf(a).isF64() || getElementTypeOrSelf(b).isF64()
             ? emit.f64()
             : emit.f32();
}

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_EMITTER_H
