//===- SmallFloats.cpp - Float storages by integer arithmetic -------------===//
//
// The steps of Numerics/SmallFloats.h, with selects for branches. No target
// has instructions for all of the formats, and LLVM would call a function for
// each lane.
//
//===----------------------------------------------------------------------===//

#include "SmallFloats.h"

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/Numerics/QuantizedScales.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::quant_ext;

using numerics::SmallFloatFormat;

static constexpr int kBias = 127;
static constexpr unsigned kFractionBits = 23;
static constexpr uint32_t kInfinity = 0x7f800000;
static constexpr uint32_t kQuietNaN = 0x7fc00000;

namespace {

/// Builds integer arithmetic on scalars, or on vectors of one shape.
class BitEmitter {
public:
  BitEmitter(OpBuilder &builder, Location loc, Type shapeLike)
      : b(loc, builder), shape(dyn_cast<VectorType>(shapeLike)) {}

  Type like(Type element) const {
    return shape ? Type(VectorType::get(shape.getShape(), element)) : element;
  }
  Type i32() { return like(b.getI32Type()); }
  Type f32() { return like(b.getF32Type()); }

  Value constant(TypedAttr value) {
    TypedAttr attr = value;
    if (shape)
      attr = DenseElementsAttr::get(cast<ShapedType>(like(value.getType())),
                                    Attribute(value));
    return arith::ConstantOp::create(b, attr);
  }
  Value word(uint32_t bits) {
    return constant(b.getI32IntegerAttr(static_cast<int32_t>(bits)));
  }
  Value number(float value) { return constant(b.getF32FloatAttr(value)); }

  template <typename OpT, typename... Args>
  Value make(Args &&...args) {
    return OpT::create(b, std::forward<Args>(args)...).getResult();
  }
  Value bitcast(Value value, Type element) {
    return make<arith::BitcastOp>(like(element), value);
  }
  Value bitsOf(Value value) { return bitcast(value, b.getI32Type()); }
  Value numberOf(Value bits) { return bitcast(bits, b.getF32Type()); }
  Value add(Value value, uint32_t bits) {
    return make<arith::AddIOp>(value, word(bits));
  }
  Value band(Value value, uint32_t bits) {
    return make<arith::AndIOp>(value, word(bits));
  }
  Value shl(Value value, unsigned count) {
    return make<arith::ShLIOp>(value, word(count));
  }
  Value shr(Value value, unsigned count) {
    return make<arith::ShRUIOp>(value, word(count));
  }
  Value compare(arith::CmpIPredicate predicate, Value value, uint32_t bits) {
    return make<arith::CmpIOp>(predicate, value, word(bits));
  }
  Value compare(arith::CmpFPredicate predicate, Value a, Value c) {
    return make<arith::CmpFOp>(predicate, a, c);
  }
  Value select(Value condition, Value a, Value c) {
    return make<arith::SelectOp>(condition, a, c);
  }

  /// f64 to f32, to the neighbour with an odd last bit where it is not exact,
  /// so that the next rounding is as good as the only one.
  Value roundToOdd(Value value) {
    Value nearest = make<arith::TruncFOp>(f32(), value);
    Value back = make<arith::ExtFOp>(value.getType(), nearest);
    Value bits = bitsOf(nearest);
    Value isInexact = compare(arith::CmpFPredicate::ONE, back, value);
    Value isEven = compare(arith::CmpIPredicate::eq, band(bits, 1), 0);
    Value isTooLarge =
        compare(arith::CmpFPredicate::OGT, make<math::AbsFOp>(back),
                make<math::AbsFOp>(value));
    Value neighbour = select(isTooLarge, add(bits, ~uint32_t(0)), add(bits, 1));
    Value isMoved = make<arith::AndIOp>(isInexact, isEven);
    return numberOf(select(isMoved, neighbour, bits));
  }

  ImplicitLocOpBuilder b;

private:
  VectorType shape;
};

} // namespace

/// The rounded magnitude as a pattern of the format, where it could go on
/// beyond its largest number.
static Value roundMagnitude(BitEmitter &emit, Value magnitude,
                            const SmallFloatFormat &format) {
  unsigned dropped = kFractionBits - format.fractionBits;
  int rebias = kBias - format.bias;
  uint32_t power = uint32_t(rebias + 1 + int(dropped)) << kFractionBits;
  Value sum = emit.make<arith::AddFOp>(
      emit.numberOf(magnitude), emit.number(numerics::bitCast<float>(power)));
  Value subnormal = emit.add(emit.bitsOf(sum), -power);

  Value rebiased = emit.add(magnitude, -(uint32_t(rebias) << kFractionBits));
  Value lastBit = emit.band(emit.shr(rebiased, dropped), 1);
  Value biased = emit.add(rebiased, (uint32_t(1) << (dropped - 1)) - 1);
  Value normal = emit.shr(emit.make<arith::AddIOp>(biased, lastBit), dropped);
  Value isSubnormal = emit.compare(arith::CmpIPredicate::slt, magnitude,
                                   uint32_t(rebias + 1) << kFractionBits);
  return emit.select(isSubnormal, subnormal, normal);
}

Value quant_ext::emitNarrowToSmall(OpBuilder &builder, Location loc,
                                   Value value, StorageAttr storage,
                                   bool saturate) {
  BitEmitter emit(builder, loc, value.getType());
  SmallFloatFormat format =
      numerics::getFormat(*getSmallFloat(storage.getElementType()));
  if (getElementTypeOrSelf(value).isF64())
    value = emit.roundToOdd(value);
  Value bits = emit.bitsOf(value);
  Value magnitude = emit.band(bits, 0x7fffffff);
  Value isNaN = emit.compare(arith::CmpIPredicate::sgt, magnitude, kInfinity);
  Value rounded = roundMagnitude(emit, magnitude, format);

  bool saturates = saturate || !format.hasNaN;
  if (saturates || format.hasInfinity) {
    uint32_t bound = format.largestBits + (saturates ? 0 : 1);
    rounded = emit.make<arith::MinSIOp>(rounded, emit.word(bound));
  } else {
    isNaN = emit.make<arith::OrIOp>(
        isNaN,
        emit.compare(arith::CmpIPredicate::sgt, rounded, format.largestBits));
  }
  Value sign =
      emit.band(emit.shr(bits, 32 - format.width), format.getSignBit());
  if (!format.hasNegativeZero)
    sign = emit.select(emit.compare(arith::CmpIPredicate::eq, rounded, 0),
                       emit.word(0), sign);
  Value result = emit.select(isNaN, emit.word(format.nanBits),
                             emit.make<arith::OrIOp>(rounded, sign));
  Type integer = emit.b.getIntegerType(format.width);
  result = emit.make<arith::TruncIOp>(emit.like(integer), result);
  return emit.bitcast(result, storage.getElementType());
}

/// The biased exponent of f32, less that of qmax, is the one of the scale.
static Value emitPowerOfTwo(BitEmitter &emit, Value maxAbs,
                            numerics::SmallFloat storage) {
  bool isDouble = getElementTypeOrSelf(maxAbs).isF64();
  maxAbs = emit.make<math::AbsFOp>(maxAbs);
  Type word = emit.b.getIntegerType(isDouble ? 64 : 32);
  Value count =
      emit.constant(emit.b.getIntegerAttr(word, isDouble ? 52 : kFractionBits));
  Value exponent = emit.make<arith::ShRUIOp>(emit.bitcast(maxAbs, word), count);
  int bias = kBias;
  if (isDouble) {
    exponent = emit.make<arith::TruncIOp>(emit.i32(), exponent);
    bias = 1023;
  }
  int offset = kBias - bias - numerics::largestExponent(storage);
  Value biased = emit.add(exponent, static_cast<uint32_t>(offset));
  biased = emit.make<arith::MaxSIOp>(biased, emit.word(0));
  biased = emit.make<arith::MinSIOp>(biased, emit.word(2 * kBias));
  return emit.make<arith::TruncIOp>(emit.like(emit.b.getI8Type()), biased);
}

Value quant_ext::emitChooseScale(OpBuilder &builder, Location loc, Value maxAbs,
                                 Value scaleOfScales, StorageAttr storage,
                                 StorageAttr scaleStorage) {
  BitEmitter emit(builder, loc, maxAbs.getType());
  if (scaleStorage.holdsPowersOfTwo())
    return emit.bitcast(
        emitPowerOfTwo(emit, maxAbs, *getSmallFloat(storage.getElementType())),
        scaleStorage.getElementType());
  auto type = cast<FloatType>(getElementTypeOrSelf(maxAbs));
  auto number = [&](double value) {
    return emit.constant(emit.b.getFloatAttr(type, value));
  };
  Value scale = emit.make<arith::DivFOp>(
      emit.make<arith::DivFOp>(maxAbs,
                               number(static_cast<double>(storage.getMax()))),
      scaleOfScales);
  Value smallest = number(
      numerics::smallestNumber(*getSmallFloat(scaleStorage.getElementType())));
  // Of a NaN, the smallest number.
  Value isLarger = emit.compare(arith::CmpFPredicate::OGT, scale, smallest);
  return emitNarrowToSmall(builder, loc, emit.select(isLarger, scale, smallest),
                           scaleStorage,
                           /*saturate=*/true);
}

/// 2^(bits - 127): the bits are the exponent of an f32, but for the smallest
/// number, a subnormal, and the NaN.
static Value emitWidenPowerOfTwo(BitEmitter &emit, Value value) {
  Value bits = emit.make<arith::ExtUIOp>(
      emit.i32(), emit.bitcast(value, emit.b.getI8Type()));
  Value result = emit.shl(bits, kFractionBits);
  auto replace = [&](uint8_t pattern) {
    Value matches = emit.compare(arith::CmpIPredicate::eq, bits, pattern);
    float number = numerics::widenPowerOfTwo(pattern);
    result = emit.select(
        matches, emit.word(numerics::bitCast<uint32_t>(number)), result);
  };
  replace(0);
  replace(0xff);
  return emit.numberOf(result);
}

Value quant_ext::emitWidenSmall(OpBuilder &builder, Location loc, Value value,
                                StorageAttr storage) {
  BitEmitter emit(builder, loc, value.getType());
  if (storage.holdsPowersOfTwo())
    return emitWidenPowerOfTwo(emit, value);
  SmallFloatFormat format =
      numerics::getFormat(*getSmallFloat(storage.getElementType()));
  Type integer = emit.b.getIntegerType(format.width);
  Value bits =
      emit.make<arith::ExtUIOp>(emit.i32(), emit.bitcast(value, integer));
  uint32_t signBit = format.getSignBit();
  Value magnitude = emit.band(bits, signBit - 1);
  Value sign = emit.shl(emit.band(bits, signBit), 32 - format.width);

  uint32_t rebias = uint32_t(kBias - format.bias) << kFractionBits;
  Value normal = emit.add(
      emit.shl(magnitude, kFractionBits - format.fractionBits), rebias);
  uint32_t step = uint32_t(kBias - format.bias + 1 - int(format.fractionBits))
                  << kFractionBits;
  Value subnormal = emit.bitsOf(emit.make<arith::MulFOp>(
      emit.make<arith::SIToFPOp>(emit.f32(), magnitude),
      emit.number(numerics::bitCast<float>(step))));
  Value isSubnormal = emit.compare(arith::CmpIPredicate::slt, magnitude,
                                   uint32_t(1) << format.fractionBits);
  Value result = emit.select(isSubnormal, subnormal, normal);
  result = emit.make<arith::OrIOp>(result, sign);

  if (format.hasInfinity)
    result = emit.select(emit.compare(arith::CmpIPredicate::eq, magnitude,
                                      format.largestBits + 1),
                         emit.make<arith::OrIOp>(emit.word(kInfinity), sign),
                         result);
  if (format.hasNaN) {
    Value isNaN =
        format.hasNegativeZero
            ? emit.compare(arith::CmpIPredicate::sgt, magnitude,
                           format.largestBits + (format.hasInfinity ? 1 : 0))
            : emit.compare(arith::CmpIPredicate::eq, bits, signBit);
    result = emit.select(isNaN, emit.word(kQuietNaN), result);
  }
  return emit.numberOf(result);
}
