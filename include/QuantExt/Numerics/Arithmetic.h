//===- Arithmetic.h - The arithmetic of one element -------------*- C++ -*-===//
//
// What the quant_ext operations compute, element by element, in plain C++. T is
// the computing type: float, or double where the value or the scale is f64.
// Each operation rounds once to T; translation units that include this file
// must be compiled with -ffp-contract=off and without fast-math.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_NUMERICS_ARITHMETIC_H
#define QUANTEXT_NUMERICS_ARITHMETIC_H

#include "QuantExt/Numerics/FloatFormats.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

namespace mlir::quant_ext::numerics {

/// The integers that a quantized value may take.
struct IntegerRange {
  int64_t min;
  int64_t max;
};

/// How a value is divided by its scale, and the format, F16 or BF16, that the
/// quotient is rounded to where it has one of its own.
struct DivisionMode {
  enum Kind : uint8_t { Exact, Reciprocal };
  DivisionMode(Kind kind, std::optional<FloatFormat> precision = std::nullopt)
      : kind(kind), precision(precision) {}

  Kind kind;
  std::optional<FloatFormat> precision;
};

/// R of the definition: to nearest with ties to even or away from zero, the
/// next integer toward zero, or one of the two neighbours by a random number.
enum class RoundingMode : uint8_t {
  HalfEven,
  HalfAway,
  TowardZero,
  Stochastic
};

/// Calls `fn` with `mode` as an integral constant, so that the loops in it are
/// compiled for each mode apart.
template <typename Fn>
void dispatchRounding(RoundingMode mode, Fn &&fn) {
  switch (mode) {
  case RoundingMode::HalfEven:
    return fn(std::integral_constant<RoundingMode, RoundingMode::HalfEven>());
  case RoundingMode::HalfAway:
    return fn(std::integral_constant<RoundingMode, RoundingMode::HalfAway>());
  case RoundingMode::TowardZero:
    return fn(std::integral_constant<RoundingMode, RoundingMode::TowardZero>());
  case RoundingMode::Stochastic:
    return fn(std::integral_constant<RoundingMode, RoundingMode::Stochastic>());
  }
}

/// A number whose sum with another has no bits left for a fraction.
template <typename T>
inline constexpr T kHalfEvenMagic =
    std::is_same_v<T, double> ? T(0x1.8p52) : T(0x1.8p23);

/// Rounds to an integer, ties to even. Requires |value| <= 2^22 (float) or 2^51
/// (double).
template <typename T>
T roundHalfEven(T value) {
  constexpr T kMagic = kHalfEvenMagic<T>;
  return (value + kMagic) - kMagic;
}

/// R(value). Requires |value| <= 2^22 (float) or 2^51 (double), and that Int
/// holds the result. `draw` is the random number of stochastic rounding, which
/// rounds the rest to Computing, the type that the value was computed in.
template <RoundingMode mode, typename Int, typename Computing, typename T>
Int roundToInteger(T value, [[maybe_unused]] uint32_t draw) {
  if constexpr (mode == RoundingMode::Stochastic) {
    Int below = static_cast<Int>(value);
    below -= static_cast<T>(below) > value;
    auto rest = static_cast<Computing>(value - static_cast<T>(below));
    return below +
           (rest * Computing(0x1p24) > static_cast<Computing>(draw >> 8));
  }
  // The last bits of the sum are the integer.
  if constexpr (mode == RoundingMode::HalfEven && sizeof(T) == sizeof(Int))
    return bitCast<Int>(value + kHalfEvenMagic<T>) -
           bitCast<Int>(kHalfEvenMagic<T>);
  if constexpr (mode == RoundingMode::HalfEven)
    return static_cast<Int>(roundHalfEven(value));
  // The sum of 1/2 and the number below it rounds to 1. That number in place of
  // 1/2 carries every tie, because sums are rounded too, and nothing below one.
  if constexpr (mode == RoundingMode::HalfAway) {
    constexpr T kBelowHalf = T(0.5) - std::numeric_limits<T>::epsilon() / 4;
    value += std::copysign(kBelowHalf, value);
  }
  return static_cast<Int>(value);
}

/// R(value), clamped to [range.min - zeroPoint, range.max - zeroPoint], plus
/// the zero point. NaN gives range.min. The bounds are exact in T for every
/// storage of at most 16 bits; 32-bit storage must be rounded in double.
/// Clamping first is the same, because R is monotone and keeps integers.
template <RoundingMode mode, typename Computing, typename T>
int32_t roundAndClamp(T value, int32_t zeroPoint, IntegerRange range,
                      uint32_t draw = 0) {
  T lo = static_cast<T>(range.min - zeroPoint);
  T hi = static_cast<T>(range.max - zeroPoint);
  value = value > lo ? value : lo;
  value = value < hi ? value : hi;
  return static_cast<int32_t>(
      roundToInteger<mode, int64_t, Computing>(value, draw) + zeroPoint);
}

/// The same for storages of at most 16 bits, in 32-bit integers.
template <RoundingMode mode, typename T>
int32_t roundAndClampNarrow(T value, int32_t zeroPoint, int32_t min,
                            int32_t max, uint32_t draw) {
  T lo = static_cast<T>(min - zeroPoint);
  T hi = static_cast<T>(max - zeroPoint);
  value = value > lo ? value : lo;
  value = value < hi ? value : hi;
  return roundToInteger<mode, int32_t, T>(value, draw) + zeroPoint;
}

/// True where 1 / scale is a finite normal number.
template <typename T>
bool hasUsableReciprocal(T scale) {
  T reciprocal = T(1) / scale;
  T magnitude = reciprocal < 0 ? -reciprocal : reciprocal;
  return magnitude >= std::numeric_limits<T>::min() &&
         magnitude <= std::numeric_limits<T>::max();
}

/// The quotient as a number of `precision`, F16 or BF16; itself without one.
template <typename T>
T roundQuotient(T quotient, std::optional<FloatFormat> precision) {
  if (!precision)
    return quotient;
  return *precision == FloatFormat::F16 ? widen<T>(narrow<Half>(quotient))
                                        : widen<T>(narrow<BFloat16>(quotient));
}

/// x / scale, or x * (1 / scale) where asked for and usable; rounded to the
/// precision of the mode.
template <typename T>
T divide(T x, T scale, DivisionMode mode) {
  bool multiplies =
      mode.kind == DivisionMode::Reciprocal && hasUsableReciprocal(scale);
  return roundQuotient(multiplies ? x * (T(1) / scale) : x / scale,
                       mode.precision);
}

/// What the quotients by a scale are computed of, where there are many. Of use
/// where isServed(scale).
struct ExactDivisor {
  ExactDivisor(float scale, int32_t zeroPoint, int32_t min, int32_t max)
      : scale(scale), inverse(1 / scale),
        lo(static_cast<float>(min - zeroPoint) * scale),
        hi(static_cast<float>(max - zeroPoint) * scale), zeroPoint(zeroPoint) {}

  ExactDivisor(float scale, float inverse, float lo, float hi,
               int32_t zeroPoint)
      : scale(scale), inverse(inverse), lo(lo), hi(hi), zeroPoint(zeroPoint) {}

  static bool isServed(float scale) {
    return scale >= 0x1p-100f && scale <= 0x1p100f;
  }

  /// roundAndClampNarrow<HalfEven> of x / scale, in the same bits. x is clamped
  /// to what does not saturate, NaN to the lower bound. Then the quotient is
  /// rounded once: Brisebarre, Muller, Raina, "Accelerating correctly rounded
  /// floating-point division when the divisor is known in advance", IEEE TC
  /// 2004. Quotients that are no normal numbers may be rounded otherwise, and
  /// come to the same integer.
  int32_t roundAndClamp(float x) const {
    x = x > lo ? x : lo;
    x = x < hi ? x : hi;
    float quotient = x * inverse;
    float rest = __builtin_fmaf(-quotient, scale, x);
    quotient = __builtin_fmaf(rest, inverse, quotient);
    return roundToInteger<RoundingMode::HalfEven, int32_t, float>(quotient,
                                                                  /*draw=*/0) +
           zeroPoint;
  }

  float scale, inverse, lo, hi;
  int32_t zeroPoint;
};

/// (q - zeroPoint) * scale, with the difference exact.
template <typename T>
T dequantize(int32_t q, int32_t zeroPoint, T scale) {
  return static_cast<T>(int64_t(q) - int64_t(zeroPoint)) * scale;
}

/// The multiplier of a requantization: the quotient of the scales in T, as a
/// float, at most the largest finite one. NaN stays NaN.
template <typename T>
float multiplier(T scaleIn, T scaleOut) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  auto quotient = static_cast<float>(scaleIn / scaleOut);
  return quotient > kLargest ? kLargest : quotient;
}

/// The integer of another scale: R(f32(a - zeroPointIn) * multiplier), clamped.
template <RoundingMode mode>
int32_t requantize(int32_t a, int32_t zeroPointIn, float multiplier,
                   int32_t zeroPointOut, IntegerRange range,
                   uint32_t draw = 0) {
  float difference = static_cast<float>(int64_t(a) - int64_t(zeroPointIn));
  double product = difference * multiplier;
  return roundAndClamp<mode, float>(product, zeroPointOut, range, draw);
}

/// Clamps a positive scale to the normal finite numbers of T, its own type.
template <typename T>
T clampScale(T scale) {
  constexpr T kLo = std::numeric_limits<T>::min();
  constexpr T kHi = std::numeric_limits<T>::max();
  scale = scale > kLo ? scale : kLo;
  return scale < kHi ? scale : kHi;
}

/// The scale of a symmetric scheme for values of magnitude up to maxAbs.
template <typename T>
T symmetricScale(T maxAbs, IntegerRange range) {
  if (maxAbs == 0)
    return 1;
  return clampScale(maxAbs / static_cast<T>(range.max));
}

/// The scale of an asymmetric scheme for lo <= 0 <= hi, both finite. Where
/// their distance overflows, it is formed from halves.
template <typename T>
T asymmetricScale(T lo, T hi, IntegerRange range) {
  if (lo == 0 && hi == 0)
    return 1;
  T steps = static_cast<T>(range.max - range.min);
  T distance = hi - lo;
  T scale = distance <= std::numeric_limits<T>::max()
                ? distance / steps
                : (hi / 2 - lo / 2) / (steps / 2);
  return clampScale(scale);
}

/// The zero point that goes with asymmetricScale.
template <typename T>
int32_t asymmetricZeroPoint(T lo, T scale, IntegerRange range) {
  T position = static_cast<T>(range.min) - lo / scale;
  return roundAndClamp<RoundingMode::HalfEven, T>(position, 0, range);
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_ARITHMETIC_H
