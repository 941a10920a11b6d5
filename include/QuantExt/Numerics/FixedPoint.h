//===- FixedPoint.h - Requantization by integer arithmetic ------*- C++ -*-===//
//
// What requantize_fixed_point computes for one element, and how a quotient of
// scales becomes a multiplier and a shift, in plain C++.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_NUMERICS_FIXEDPOINT_H
#define QUANTEXT_NUMERICS_FIXEDPOINT_H

#include "QuantExt/Numerics/Arithmetic.h"

namespace mlir::quant_ext::numerics {

/// How often a product is rounded where its shift is above 31.
enum class FixedPointRounding : uint8_t { Single, Double };

/// The shifts for which a product of two i32 and what is added to round it fit
/// in 64 bits.
constexpr int kMinFixedPointShift = 1;
constexpr int kMaxFixedPointShift = 62;

/// The number multiplier * 2^-shift.
struct FixedPointMultiplier {
  int32_t multiplier;
  int8_t shift;
};

/// The number nearest to a positive `factor`, by the rule of TFLite's
/// QuantizeMultiplier: 31 bits, ties away from zero. 0 for what is below 2^-32,
/// the largest one for 2^30 and more, infinity included.
inline FixedPointMultiplier toFixedPoint(double factor) {
  constexpr int kBits = 31;
  constexpr FixedPointMultiplier kLargest = {
      std::numeric_limits<int32_t>::max(), kMinFixedPointShift};
  if (factor > std::numeric_limits<double>::max())
    return kLargest;
  int exponent = 0;
  double fraction = std::frexp(factor, &exponent);
  auto multiplier =
      static_cast<int64_t>(std::round(std::ldexp(fraction, kBits)));
  if (multiplier == int64_t(1) << kBits) {
    multiplier /= 2;
    ++exponent;
  }
  int shift = kBits - exponent;
  if (multiplier == 0 || shift > kMaxFixedPointShift)
    return {0, kBits};
  if (shift < kMinFixedPointShift)
    return kLargest;
  return {static_cast<int32_t>(multiplier), static_cast<int8_t>(shift)};
}

/// difference * multiplier * 2^-shift as an integer. A shift outside
/// [kMinFixedPointShift, kMaxFixedPointShift] is taken as the nearer bound.
///
/// Rounding twice, as gemmlowp does, is h = floor((p + 2^30) / 2^31), and then
/// a division by 2^e, e = shift - 31, with ties away from zero. For h >= 0 that
/// is floor((h + 2^(e-1)) / 2^e), for h < 0 floor((h - 1 + 2^(e-1)) / 2^e), and
/// both are one floor of p and a sum of constants. The sign of p may stand for
/// that of h: where they differ, h is 0, and both ways give 0.
inline int64_t multiplyByFixedPoint(int32_t difference, int32_t multiplier,
                                    int shift, FixedPointRounding rounding) {
  shift = shift < kMinFixedPointShift ? kMinFixedPointShift : shift;
  shift = shift > kMaxFixedPointShift ? kMaxFixedPointShift : shift;
  int64_t product = int64_t(difference) * int64_t(multiplier);
  int64_t addend = int64_t(1) << (shift - 1);
  constexpr int64_t kQuarter = int64_t(1) << 30;
  if (rounding == FixedPointRounding::Double && shift > 31)
    addend += product < 0 ? -kQuarter : kQuarter;
  return (product + addend) >> shift;
}

/// The integer of another scale. `a` must have at most 16 bits where there is a
/// `zeroPointIn`.
inline int32_t requantizeFixedPoint(int32_t a, int32_t zeroPointIn,
                                    int32_t multiplier, int shift,
                                    int32_t zeroPointOut, IntegerRange range,
                                    FixedPointRounding rounding) {
  int64_t q =
      multiplyByFixedPoint(a - zeroPointIn, multiplier, shift, rounding) +
      zeroPointOut;
  q = q < range.min ? range.min : q;
  return static_cast<int32_t>(q > range.max ? range.max : q);
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_FIXEDPOINT_H
