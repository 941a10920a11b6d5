//===- SmallFloats.h - Floats of 4 and 8 bits in plain C++ ------*- C++ -*-===//
//
// The float formats that quantized values are stored in, and the conversions
// between them and f32: widening is exact, narrowing rounds once, to nearest
// even. Formats and their names are those of MLIR's builtin types (FN: finite,
// one NaN a sign; UZ: no negative zero, whose pattern is the NaN).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_NUMERICS_SMALLFLOATS_H
#define QUANTEXT_NUMERICS_SMALLFLOATS_H

#include "QuantExt/Numerics/FloatFormats.h"

namespace mlir::quant_ext::numerics {

enum class SmallFloat : uint8_t {
  F8E4M3FN,
  F8E4M3FNUZ,
  F8E5M2,
  F8E5M2FNUZ,
  F4E2M1FN,
  /// Powers of two, without a sign and without 0; values are never narrowed to
  /// it.
  F8E8M0FNU
};

/// Everything that tells one format from another. Bit patterns without a sign
/// sort as the magnitudes that they stand for.
struct SmallFloatFormat {
  unsigned width;
  unsigned fractionBits;
  int bias;
  /// The largest finite magnitude: its pattern, and its value (0 where that is
  /// no int32_t).
  uint8_t largestBits;
  int32_t largest;
  /// What NaN becomes, whatever its sign and payload: the format's NaN, or +0
  /// where it has none.
  uint8_t nanBits;
  bool hasNaN;
  /// Patterns of infinities follow that of the largest finite number.
  bool hasInfinity;
  bool hasNegativeZero;

  uint8_t getSignBit() const { return uint8_t(1u << (width - 1)); }
};

constexpr SmallFloatFormat getFormat(SmallFloat kind) {
  switch (kind) {
  case SmallFloat::F8E4M3FN:
    return {8, 3, 7, 0x7e, 448, 0x7f, true, false, true};
  case SmallFloat::F8E4M3FNUZ:
    return {8, 3, 8, 0x7f, 240, 0x80, true, false, false};
  case SmallFloat::F8E5M2:
    return {8, 2, 15, 0x7b, 57344, 0x7e, true, true, true};
  case SmallFloat::F8E5M2FNUZ:
    return {8, 2, 16, 0x7f, 57344, 0x80, true, false, false};
  case SmallFloat::F4E2M1FN:
    return {4, 1, 1, 0x7, 6, 0, false, false, true};
  case SmallFloat::F8E8M0FNU:
    return {8, 0, 127, 0xfe, 0, 0xff, true, false, false};
  }
  return {};
}

/// Beyond what rounds to the largest finite number: that number with the
/// value's sign where `saturate` is set or the format has nothing else, or else
/// the infinity or the NaN.
inline uint8_t narrowToSmall(float value, SmallFloatFormat format,
                             bool saturate) {
  if (value != value)
    return format.nanBits;
  uint32_t bits = bitCast<uint32_t>(value);
  uint32_t magnitude = bits & 0x7fffffffu;
  uint8_t sign = bits >> 31 ? format.getSignBit() : 0;

  constexpr int kBias = 127;
  constexpr unsigned kFractionBits = 23;
  unsigned dropped = kFractionBits - format.fractionBits;
  int rebias = kBias - format.bias;
  uint32_t rounded;
  if (magnitude < uint32_t(rebias + 1) << kFractionBits) {
    // Subnormal results: a power of two whose last bit has the weight of
    // theirs, so that the sum rounds there.
    uint32_t power = uint32_t(rebias + 1 + int(dropped)) << kFractionBits;
    float sum = bitCast<float>(magnitude) + bitCast<float>(power);
    rounded = bitCast<uint32_t>(sum) - power;
  } else {
    uint32_t rebiased = magnitude - (uint32_t(rebias) << kFractionBits);
    uint32_t lastBit = (rebiased >> dropped) & 1u;
    rounded =
        (rebiased + ((uint32_t(1) << (dropped - 1)) - 1) + lastBit) >> dropped;
  }
  if (rounded > format.largestBits) {
    if (saturate || !format.hasNaN)
      rounded = format.largestBits;
    else if (format.hasInfinity)
      rounded = format.largestBits + 1u;
    else
      return format.nanBits;
  }
  if (rounded == 0 && !format.hasNegativeZero)
    return 0;
  return static_cast<uint8_t>(sign | rounded);
}

inline uint8_t narrowToSmall(double value, SmallFloatFormat format,
                             bool saturate) {
  return narrowToSmall(roundToOdd(value), format, saturate);
}

/// The number that the low bits of `bits` stand for, in a format with a sign.
inline float widenSmall(uint8_t bits, SmallFloatFormat format) {
  uint8_t signBit = format.getSignBit();
  uint8_t magnitude = bits & (signBit - 1u);
  bool isNegative = bits & signBit;
  if (!format.hasNegativeZero && isNegative && magnitude == 0)
    return std::numeric_limits<float>::quiet_NaN();
  float value;
  if (magnitude > format.largestBits) {
    bool isInfinity =
        format.hasInfinity && magnitude == format.largestBits + 1u;
    value = isInfinity ? std::numeric_limits<float>::infinity()
                       : std::numeric_limits<float>::quiet_NaN();
  } else {
    constexpr int kBias = 127;
    constexpr unsigned kFractionBits = 23;
    uint32_t rebias = uint32_t(kBias - format.bias) << kFractionBits;
    uint32_t shifted = uint32_t(magnitude)
                       << (kFractionBits - format.fractionBits);
    if (magnitude >> format.fractionBits) {
      value = bitCast<float>(shifted + rebias);
    } else {
      // The fraction counts steps of the smallest subnormal.
      uint32_t step =
          uint32_t(kBias - format.bias + 1 - int(format.fractionBits))
          << kFractionBits;
      value = static_cast<float>(magnitude) * bitCast<float>(step);
    }
  }
  return isNegative ? -value : value;
}

/// The number of an F8E8M0FNU: 2^(bits - 127).
inline float widenPowerOfTwo(uint8_t bits) {
  constexpr uint32_t kSmallest = 0x00400000; // 2^-127, a subnormal
  constexpr uint8_t kNaN = 0xff;
  if (bits == kNaN)
    return std::numeric_limits<float>::quiet_NaN();
  return bitCast<float>(bits == 0 ? kSmallest : uint32_t(bits) << 23);
}

inline float widenSmall(uint8_t bits, SmallFloat kind) {
  return kind == SmallFloat::F8E8M0FNU ? widenPowerOfTwo(bits)
                                       : widenSmall(bits, getFormat(kind));
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_SMALLFLOATS_H
