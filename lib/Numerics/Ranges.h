//===- Ranges.h - The finite ranges of groups -------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_RANGES_H
#define QUANTEXT_LIB_NUMERICS_RANGES_H

#include "QuantExt/Numerics/FloatFormats.h"
#include "QuantExt/Numerics/Layout.h"

#include <limits>
#include <vector>

namespace mlir::quant_ext::numerics {

/// The finite range of a group, with 0 in it.
template <typename T>
struct FiniteRange {
  T lo = 0;
  T hi = 0;

  void include(T value) {
    constexpr T kLargest = std::numeric_limits<T>::max();
    T magnitude = value < 0 ? -value : value;
    // False for infinities and NaN.
    T finite = magnitude <= kLargest ? value : T(0);
    lo = finite < lo ? finite : lo;
    hi = finite > hi ? finite : hi;
  }

  T getMaxAbs() const { return hi > -lo ? hi : -lo; }
};

/// The range of each group, in the computing type T.
template <typename T, typename X>
std::vector<FiniteRange<T>> collectRanges(const X *values,
                                          const Layout &layout) {
  std::vector<FiniteRange<T>> ranges(layout.getNumGroups());
  layout.forEachRun([&](const Run &run) {
    if (run.groupStride == 0) {
      FiniteRange<T> range = ranges[run.group];
      for (int64_t i = 0; i < run.size; ++i)
        range.include(widen<T>(values[run.begin + i]));
      ranges[run.group] = range;
      return;
    }
    for (int64_t i = 0; i < run.size; ++i)
      ranges[run.group + i].include(widen<T>(values[run.begin + i]));
  });
  return ranges;
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_RANGES_H
