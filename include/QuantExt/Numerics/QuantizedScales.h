//===- QuantizedScales.h - Scales in small floats ---------------*- C++ -*-===//
//
// The scale of a group of elements that are stored as small floats, where the
// scale is stored as one itself. T is the computing type, float or double.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_NUMERICS_QUANTIZEDSCALES_H
#define QUANTEXT_NUMERICS_QUANTIZEDSCALES_H

#include "QuantExt/Numerics/SmallFloats.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace mlir::quant_ext::numerics {

/// floor(log2 |x|) for normal x; for zeros and subnormals, what the exponent
/// field says, which is less than that of any normal number.
template <typename T>
int exponentOf(T x) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  constexpr int kFractionBits = std::numeric_limits<T>::digits - 1;
  constexpr int kBias = std::numeric_limits<T>::max_exponent - 1;
  Bits withoutSign = bitCast<Bits>(x) << 1;
  return static_cast<int>(withoutSign >> (kFractionBits + 1)) - kBias;
}

/// floor(log2 qmax) of a storage.
inline int largestExponent(SmallFloat storage) {
  return exponentOf(static_cast<float>(getFormat(storage).largest));
}

/// 2^clamp(floor(log2 maxAbs) - floor(log2 qmax), -127, 127) as F8E8M0FNU. Of a
/// subnormal the exponent field is enough: whatever its logarithm, the bound is
/// the result.
template <typename T>
uint8_t powerOfTwoScale(T maxAbs, SmallFloat storage) {
  constexpr int kBias = 127;
  int biased = exponentOf(maxAbs) - largestExponent(storage) + kBias;
  return static_cast<uint8_t>(std::clamp(biased, 0, 2 * kBias));
}

/// The smallest number above 0.
inline float smallestNumber(SmallFloat kind) { return widenSmall(1, kind); }

/// (maxAbs / qmax) / scaleOfScales as a number of `kind`, never below the
/// smallest, which NaN becomes too.
template <typename T>
uint8_t proportionalScale(T maxAbs, T scaleOfScales, SmallFloat storage,
                          SmallFloat kind) {
  T smallest = smallestNumber(kind);
  T scale = maxAbs / static_cast<T>(getFormat(storage).largest) / scaleOfScales;
  scale = scale > smallest ? scale : smallest;
  return narrowToSmall(scale, getFormat(kind), /*saturate=*/true);
}

/// The one of the two that `kind` asks for.
template <typename T>
uint8_t chooseScale(T maxAbs, T scaleOfScales, SmallFloat storage,
                    SmallFloat kind) {
  return kind == SmallFloat::F8E8M0FNU
             ? powerOfTwoScale(maxAbs, storage)
             : proportionalScale(maxAbs, scaleOfScales, storage, kind);
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_QUANTIZEDSCALES_H
