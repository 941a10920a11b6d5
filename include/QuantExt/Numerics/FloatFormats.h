//===- FloatFormats.h - f16, bf16, f32 and f64 in plain C++ -----*- C++ -*-===//
//
// The four value formats, and the conversions between them: widening is exact,
// narrowing rounds once, to nearest even, and overflows to infinity. NaN stays
// NaN. The default rounding mode is assumed.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_NUMERICS_FLOATFORMATS_H
#define QUANTEXT_NUMERICS_FLOATFORMATS_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace mlir::quant_ext::numerics {

enum class FloatFormat : uint8_t { F16, BF16, F32, F64 };

/// IEEE 754 binary16: 5 bits of exponent, 10 of fraction.
struct Half {
  uint16_t bits;
};

/// The upper half of a binary32: 8 bits of exponent, 7 of fraction.
struct BFloat16 {
  uint16_t bits;
};

inline size_t sizeInBytes(FloatFormat format) {
  switch (format) {
  case FloatFormat::F16:
  case FloatFormat::BF16:
    return 2;
  case FloatFormat::F32:
    return 4;
  case FloatFormat::F64:
    return 8;
  }
  return 0;
}

template <typename To, typename From>
To bitCast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(To));
  return to;
}

//===----------------------------------------------------------------------===//
// Widening
//===----------------------------------------------------------------------===//

inline float toFloat(float value) { return value; }

inline float toFloat(BFloat16 value) {
  return bitCast<float>(uint32_t(value.bits) << 16);
}

inline float toFloat(Half value) {
  // Read as a float whose exponent is 112 too small, which is exact for
  // subnormals too once the power of two is multiplied back in.
  constexpr float kRebias = 0x1p112f;
  constexpr uint32_t kInfinityOrNaN = 0x7c00;
  uint32_t magnitude = value.bits & 0x7fffu;
  uint32_t sign = uint32_t(value.bits & 0x8000u) << 16;
  uint32_t bits =
      magnitude >= kInfinityOrNaN
          ? 0x7f800000u | (magnitude << 13)
          : bitCast<uint32_t>(bitCast<float>(magnitude << 13) * kRebias);
  return bitCast<float>(bits | sign);
}

/// Widens to the computing type T, f32 or f64.
template <typename T, typename X>
T widen(X value) {
  return static_cast<T>(toFloat(value));
}
template <>
inline double widen<double, double>(double value) {
  return value;
}

//===----------------------------------------------------------------------===//
// Narrowing
//===----------------------------------------------------------------------===//

/// Rounds an f64 to f32 towards the neighbour with an odd last bit, where it is
/// not exact. Rounding the result to a format of at most 22 bits is then as
/// good as rounding once (Boldo and Melquiond, "Emulation of a FMA and
/// correctly rounded sums", IEEE TC 2008).
inline float roundToOdd(double value) {
  float nearest = static_cast<float>(value);
  uint32_t bits = bitCast<uint32_t>(nearest);
  double back = nearest;
  if (value != value || back == value || (bits & 1))
    return nearest;
  bool isTooLarge = (back < 0 ? -back : back) > (value < 0 ? -value : value);
  return bitCast<float>(isTooLarge ? bits - 1 : bits + 1);
}

template <typename X>
X narrow(float value);
template <typename X>
X narrow(double value);

template <>
inline float narrow<float>(float value) {
  return value;
}
template <>
inline double narrow<double>(float value) {
  return value;
}
template <>
inline float narrow<float>(double value) {
  return static_cast<float>(value);
}
template <>
inline double narrow<double>(double value) {
  return value;
}

template <>
inline BFloat16 narrow<BFloat16>(float value) {
  uint32_t bits = bitCast<uint32_t>(value);
  if (value != value)
    return {static_cast<uint16_t>((bits >> 16) | 0x40u)};
  uint32_t rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
  return {static_cast<uint16_t>(rounded >> 16)};
}
template <>
inline BFloat16 narrow<BFloat16>(double value) {
  return narrow<BFloat16>(roundToOdd(value));
}

template <>
inline Half narrow<Half>(float value) {
  uint32_t bits = bitCast<uint32_t>(value);
  uint16_t sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) // NaN
    return {
        static_cast<uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu))};
  // 65520 is halfway between the largest finite value and the next power.
  if (magnitude >= 0x477ff000u)
    return {static_cast<uint16_t>(sign | 0x7c00u)};
  if (magnitude < 0x38800000u) {
    // Subnormal results: adding 0.5 aligns the last bit of the sum to the
    // spacing of subnormal halves, 2^-24, and rounds there.
    float sum = bitCast<float>(magnitude) + 0.5f;
    uint32_t fraction = bitCast<uint32_t>(sum) - bitCast<uint32_t>(0.5f);
    return {static_cast<uint16_t>(sign | fraction)};
  }
  uint32_t rebiased = magnitude - (112u << 23);
  uint32_t rounded = rebiased + 0xfffu + ((rebiased >> 13) & 1u);
  return {static_cast<uint16_t>(sign | (rounded >> 13))};
}
template <>
inline Half narrow<Half>(double value) {
  return narrow<Half>(roundToOdd(value));
}

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

/// The smallest normal and the largest finite number of a format.
struct Limits {
  double smallestNormal;
  double largestFinite;
};

inline Limits getLimits(FloatFormat format) {
  switch (format) {
  case FloatFormat::F16:
    return {0x1p-14, 65504.0};
  case FloatFormat::BF16:
    return {0x1p-126, 0x1.fep127};
  case FloatFormat::F32:
    return {std::numeric_limits<float>::min(),
            std::numeric_limits<float>::max()};
  case FloatFormat::F64:
    return {std::numeric_limits<double>::min(),
            std::numeric_limits<double>::max()};
  }
  return {0, 0};
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_FLOATFORMATS_H
