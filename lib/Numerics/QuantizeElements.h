//===- QuantizeElements.h - The loops of quantize ---------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_QUANTIZEELEMENTS_H
#define QUANTEXT_LIB_NUMERICS_QUANTIZEELEMENTS_H

#include "Containers.h"
#include "Dispatch.h"
#include "PastCaches.h"
#include "WidestVectors.h"

#include "QuantExt/Numerics/Kernels.h"

namespace mlir::quant_ext::numerics {

/// Parameters widened to what the loops compute with.
template <typename T>
struct WideParameters {
  WideParameters(const Parameters &parameters, int64_t numGroups,
                 const IntegerFormat &storage)
      : scales(widenAll<T>(parameters.scale, numGroups)),
        zeroPoints(numGroups, 0), hasZeroPoints(parameters.zeroPoint) {
    if (!parameters.zeroPoint)
      return;
    dispatchContainer(storage, [&](auto *c) {
      using C = std::remove_pointer_t<decltype(c)>;
      Container<C> container(storage);
      auto *data = static_cast<const C *>(parameters.zeroPoint);
      for (int64_t i = 0; i < numGroups; ++i)
        zeroPoints[i] = container.read(data[i]);
    });
  }

  std::vector<T> scales;
  /// All 0 where there are none.
  std::vector<int32_t> zeroPoints;
  bool hasZeroPoints;
};

/// The random number of an element, where the mode has one.
template <RoundingMode mode>
QUANT_EXT_INLINE inline uint32_t getDraw([[maybe_unused]] const uint32_t *draws,
                                         [[maybe_unused]] int64_t element) {
  if constexpr (mode == RoundingMode::Stochastic)
    return draws[element];
  return 0;
}

/// Calls `fn` with a constant that tells whether storage is of 32 bits: its
/// bounds are exact in double alone.
template <typename Fn>
void dispatchWidth(const IntegerFormat &storage, Fn &&fn) {
  if (storage.width == 32)
    return fn(std::true_type());
  fn(std::false_type());
}

template <RoundingMode mode, bool isWide, typename T>
QUANT_EXT_INLINE inline int32_t roundToStorage(T quotient, int32_t zeroPoint,
                                               IntegerRange range,
                                               uint32_t draw) {
  if constexpr (isWide)
    return roundAndClamp<mode, T>(static_cast<double>(quotient), zeroPoint,
                                  range, draw);
  else
    return roundAndClampNarrow<mode, T>(quotient, zeroPoint,
                                        static_cast<int32_t>(range.min),
                                        static_cast<int32_t>(range.max), draw);
}

/// Neighbours that share a scale: what depends on the scale is done once.
template <RoundingMode mode, bool isWide, bool hasFused, typename X, typename T,
          typename Fn>
QUANT_EXT_INLINE inline void quantizeRun(const X *input, int64_t size, T scale,
                                         int32_t zeroPoint, IntegerRange range,
                                         const uint32_t *draws,
                                         DivisionMode division, Fn &&emit) {
  auto round = [=](T quotient, int64_t i) QUANT_EXT_INLINE {
    return roundToStorage<mode, isWide>(quotient, zeroPoint, range,
                                        getDraw<mode>(draws, i));
  };
  if (division.precision) {
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(divide(widen<T>(input[i]), scale, division), i));
    return;
  }
  if (division.kind == DivisionMode::Reciprocal && hasUsableReciprocal(scale)) {
    T reciprocal = T(1) / scale;
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(widen<T>(input[i]) * reciprocal, i));
    return;
  }
  if constexpr (hasFused && mode == RoundingMode::HalfEven && !isWide &&
                std::is_same_v<T, float>)
    if (ExactDivisor::isServed(scale)) {
      ExactDivisor divisor(scale, zeroPoint, static_cast<int32_t>(range.min),
                           static_cast<int32_t>(range.max));
      for (int64_t i = 0; i < size; ++i)
        emit(i, divisor.roundAndClamp(widen<T>(input[i])));
      return;
    }
  for (int64_t i = 0; i < size; ++i)
    emit(i, round(widen<T>(input[i]) / scale, i));
}

/// Neighbours that have a scale each, and a zero point each unless null.
template <RoundingMode mode, bool isWide, typename X, typename T, typename Fn>
QUANT_EXT_INLINE inline void
quantizeEach(const X *input, int64_t size, const T *scales,
             const int32_t *zeroPoints, IntegerRange range,
             const uint32_t *draws, DivisionMode division, Fn &&emit) {
  auto round = [=](T quotient, int64_t i, int32_t zeroPoint) QUANT_EXT_INLINE {
    return roundToStorage<mode, isWide>(quotient, zeroPoint, range,
                                        getDraw<mode>(draws, i));
  };
  if (division.kind != DivisionMode::Exact || division.precision) {
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(divide(widen<T>(input[i]), scales[i], division), i,
                    zeroPoints ? zeroPoints[i] : 0));
    return;
  }
  if (zeroPoints) {
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(widen<T>(input[i]) / scales[i], i, zeroPoints[i]));
    return;
  }
  for (int64_t i = 0; i < size; ++i)
    emit(i, round(widen<T>(input[i]) / scales[i], i, 0));
}

/// Calls `emit(element, q, group)` for each element that `layout` visits.
template <RoundingMode mode, bool isWide, bool hasFused, typename X, typename T,
          typename Fn>
QUANT_EXT_INLINE inline void
quantizeElements(const X *input, const WideParameters<T> &wide,
                 const Layout &layout, IntegerRange range,
                 const uint32_t *draws, DivisionMode division, Fn &&emit) {
  layout.forEachRun([&](const Run &run) QUANT_EXT_INLINE {
    const X *first = input + run.begin;
    const uint32_t *firstDraw = draws ? draws + run.begin : nullptr;
    if (run.groupStride == 0)
      quantizeRun<mode, isWide, hasFused>(
          first, run.size, wide.scales[run.group], wide.zeroPoints[run.group],
          range, firstDraw, division,
          [&](int64_t i, int32_t q)
              QUANT_EXT_INLINE { emit(run.begin + i, q, run.group); });
    else
      quantizeEach<mode, isWide>(
          first, run.size, wide.scales.data() + run.group,
          wide.hasZeroPoints ? wide.zeroPoints.data() + run.group : nullptr,
          range, firstDraw, division,
          [&](int64_t i, int32_t q)
              QUANT_EXT_INLINE { emit(run.begin + i, q, run.group + i); });
  });
}

/// Whether the result of quantizeArray is too large for caches.
inline bool isLarge(const Layout &layout, const IntegerFormat &storage) {
  return layout.getNumElements() * storage.getBytes() >= kBytesPastCaches;
}

/// quantizeArray; with `isLarge`, the result or what it is a part of is too
/// large for caches.
void quantizePartOfArray(FloatArray input, const Parameters &parameters,
                         const Layout &layout, const IntegerFormat &storage,
                         Rounding rounding, DivisionMode division, void *result,
                         bool isLarge,
                         const Executor &executor = executeSerially);

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_QUANTIZEELEMENTS_H
