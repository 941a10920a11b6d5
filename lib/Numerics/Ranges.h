//===- Ranges.h - The finite ranges of groups -------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_RANGES_H
#define QUANTEXT_LIB_NUMERICS_RANGES_H

#include "WidestVectors.h"

#include "QuantExt/Numerics/Executor.h"
#include "QuantExt/Numerics/FloatFormats.h"
#include "QuantExt/Numerics/Layout.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <type_traits>
#include <vector>

namespace mlir::quant_ext::numerics {

/// The finite range of numbers of the computing type T, with 0 in it, as bits.
/// Without their sign, finite numbers are in the order of their bits: a largest
/// integer is what compilers find in vectors, where a largest float is not.
template <typename T>
struct RangeBits {
  using Bits = std::conditional_t<std::is_same_v<T, double>, int64_t, int32_t>;
  static constexpr Bits kSign = std::numeric_limits<Bits>::min();

  /// The largest of the positive numbers, and of the negative ones without
  /// their sign.
  Bits above = 0;
  Bits below = 0;

  QUANT_EXT_INLINE void include(T value) {
    Bits bits = bitCast<Bits>(value);
    // Infinities and NaN are left out.
    bits = (bits & ~kSign) > kLargest ? Bits(0) : bits;
    above = bits > above ? bits : above;
    Bits flipped = bits ^ kSign;
    below = flipped > below ? flipped : below;
  }
  void include(const RangeBits &other) {
    above = std::max(above, other.above);
    below = std::max(below, other.below);
  }

  T getLo() const { return below ? -bitCast<T>(below) : T(0); }
  T getHi() const { return bitCast<T>(above); }
  T getMaxAbs() const { return bitCast<T>(std::max(above, below)); }

private:
  // 0x7f7fffff, 0x7fefffffffffffff.
  static constexpr Bits kLargest =
      std::is_same_v<T, double> ? Bits(0x7fefffffffffffff) : Bits(0x7f7fffff);
};

/// Adds the range of lines that all have the groups `ranges`. Lines of several
/// places are taken together: they read and write the ranges once, and memory
/// is read faster in several places than in one.
template <typename T, typename X>
QUANT_EXT_INLINE inline void collectRangesOfLines(const X *values, int64_t line,
                                                  int64_t count,
                                                  RangeBits<T> *ranges) {
  constexpr int64_t kPlaces = 8;
  int64_t apart = count / kPlaces;
  for (int64_t i = 0; i < apart; ++i) {
    const X *first = values + i * line;
    for (int64_t j = 0; j < line; ++j) {
      RangeBits<T> range = ranges[j];
      for (int64_t place = 0; place < kPlaces; ++place)
        range.include(widen<T>(first[place * apart * line + j]));
      ranges[j] = range;
    }
  }
  for (int64_t i = apart * kPlaces; i < count; ++i)
    for (int64_t j = 0; j < line; ++j)
      ranges[j].include(widen<T>(values[i * line + j]));
}

/// Adds the range of `values`, elements of `layout`, to each group it visits.
template <typename T, typename X>
void collectRangesOfPart(const X *values, const Layout &layout,
                         RangeBits<T> *ranges) {
  int64_t line = layout.getSharedLine();
  // One line alone is cut too: its parts have groups of their own.
  bool hasWholeLines =
      line && layout.getBegin() % line == 0 && layout.getEnd() % line == 0;
  callOnWidestVectors([&](auto) QUANT_EXT_INLINE {
    if (hasWholeLines)
      return collectRangesOfLines(values + layout.getBegin(), line,
                                  (layout.getEnd() - layout.getBegin()) / line,
                                  ranges);
    layout.forEachRun([&](const Run &run) QUANT_EXT_INLINE {
      if (run.groupStride != 0) {
        for (int64_t i = 0; i < run.size; ++i)
          ranges[run.group + i].include(widen<T>(values[run.begin + i]));
        return;
      }
      RangeBits<T> range = ranges[run.group];
      for (int64_t i = 0; i < run.size; ++i)
        range.include(widen<T>(values[run.begin + i]));
      ranges[run.group] = range;
    });
  });
}

/// The range of each group, in the computing type T. Which parts there are does
/// not show in it.
template <typename T, typename X>
std::vector<RangeBits<T>> collectRanges(const X *values, const Layout &layout,
                                        const Executor &executor) {
  int64_t numGroups = layout.getNumGroups();
  std::vector<RangeBits<T>> ranges(numGroups);
  if (int64_t unit = layout.getElementsBetweenGroups()) {
    executor(layout.getNumElements(), unit, [&](int64_t begin, int64_t end) {
      collectRangesOfPart(values, layout.part(begin, end), ranges.data());
    });
    return ranges;
  }
  // Parts that are large beside what they are merged into.
  std::mutex mutex;
  executor(layout.getNumElements(), std::max<int64_t>(8 * numGroups, 1),
           [&](int64_t begin, int64_t end) {
             std::vector<RangeBits<T>> own(numGroups);
             collectRangesOfPart(values, layout.part(begin, end), own.data());
             std::lock_guard<std::mutex> lock(mutex);
             for (int64_t i = 0; i < numGroups; ++i)
               ranges[i].include(own[i]);
           });
  return ranges;
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_RANGES_H
