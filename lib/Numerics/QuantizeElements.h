//===- QuantizeElements.h - Floats to bytes ---------------------*- C++ -*-===//
//
// What is quantized most, weights to bytes in the default rounding, has loops
// of its own, from values to containers and for each vector width. They are
// large: everything else is in QuantizeInBlocks.h.
//

#ifndef QUANTEXT_LIB_NUMERICS_QUANTIZEELEMENTS_H
#define QUANTEXT_LIB_NUMERICS_QUANTIZEELEMENTS_H

#include "PastCaches.h"
#include "WideParameters.h"
#include "WidestVectors.h"

#include "QuantExt/Numerics/Kernels.h"

namespace mlir::quant_ext::numerics {

/// What these loops round by: the default of quantize.
inline constexpr RoundingMode kUsualRounding = RoundingMode::HalfEven;

/// Neighbours that share a scale: what depends on the scale is done once.
template <bool hasFused, typename X, typename Fn>
QUANT_EXT_INLINE inline void
quantizeRun(const X *input, int64_t size, float scale, int32_t zeroPoint,
            IntegerRange range, DivisionMode division, Fn &&emit) {
  auto min = static_cast<int32_t>(range.min);
  auto max = static_cast<int32_t>(range.max);
  auto round = [=](float quotient) QUANT_EXT_INLINE {
    return roundAndClampNarrow<kUsualRounding, float>(quotient, zeroPoint, min,
                                                      max,
                                                      /*draw=*/0);
  };
  if (division.precision) {
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(divide(widen<float>(input[i]), scale, division)));
    return;
  }
  if (division.kind == DivisionMode::Reciprocal && hasUsableReciprocal(scale)) {
    float reciprocal = 1 / scale;
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(widen<float>(input[i]) * reciprocal));
    return;
  }
  if (hasFused && ExactDivisor::isServed(scale)) {
    ExactDivisor divisor(scale, zeroPoint, min, max);
    for (int64_t i = 0; i < size; ++i)
      emit(i, divisor.roundAndClamp(widen<float>(input[i])));
    return;
  }
  for (int64_t i = 0; i < size; ++i)
    emit(i, round(widen<float>(input[i]) / scale));
}

/// Neighbours that have a scale each, and a zero point each unless null.
template <typename X, typename Fn>
QUANT_EXT_INLINE inline void
quantizeEach(const X *input, int64_t size, const float *scales,
             const int32_t *zeroPoints, IntegerRange range,
             DivisionMode division, Fn &&emit) {
  auto round = [=](float quotient, int32_t zeroPoint) QUANT_EXT_INLINE {
    return roundAndClampNarrow<kUsualRounding, float>(
        quotient, zeroPoint, static_cast<int32_t>(range.min),
        static_cast<int32_t>(range.max), /*draw=*/0);
  };
  if (division.kind != DivisionMode::Exact || division.precision) {
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(divide(widen<float>(input[i]), scales[i], division),
                    zeroPoints ? zeroPoints[i] : 0));
    return;
  }
  if (zeroPoints) {
    for (int64_t i = 0; i < size; ++i)
      emit(i, round(widen<float>(input[i]) / scales[i], zeroPoints[i]));
    return;
  }
  for (int64_t i = 0; i < size; ++i)
    emit(i, round(widen<float>(input[i]) / scales[i], 0));
}

/// Calls `emit(element, q)` for each element that `layout` visits.
template <bool hasFused, typename X, typename Fn>
QUANT_EXT_INLINE inline void
quantizeElements(const X *input, const WideParameters<float> &wide,
                 const Layout &layout, IntegerRange range,
                 DivisionMode division, Fn &&emit) {
  layout.forEachRun([&](const Run &run) QUANT_EXT_INLINE {
    const X *first = input + run.begin;
    auto emitOfRun = [&](int64_t i, int32_t q)
                         QUANT_EXT_INLINE { emit(run.begin + i, q); };
    if (run.groupStride == 0)
      quantizeRun<hasFused>(first, run.size, wide.scales[run.group],
                            wide.zeroPoints[run.group], range, division,
                            emitOfRun);
    else
      quantizeEach(first, run.size, wide.scales.data() + run.group,
                   wide.hasZeroPoints ? wide.zeroPoints.data() + run.group
                                      : nullptr,
                   range, division, emitOfRun);
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
