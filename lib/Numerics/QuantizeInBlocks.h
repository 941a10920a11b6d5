//===- QuantizeInBlocks.h - quantize, a step at a time ----------*- C++ -*-===//
//
// Any input may be rounded in any way into any storage. Loops compiled for each
// combination would be most of the library; here some elements at a time are
// divided, then rounded, and then written, each by a loop that knows nothing of
// the others' types.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_NUMERICS_QUANTIZEINBLOCKS_H
#define QUANTEXT_LIB_NUMERICS_QUANTIZEINBLOCKS_H

#include "Containers.h"
#include "Dispatch.h"
#include "WideParameters.h"

#include "QuantExt/Numerics/Kernels.h"

#include <cstdint>
#include <type_traits>

namespace mlir::quant_ext::numerics {

/// The random number of an element, where the mode has one.
template <RoundingMode mode>
inline uint32_t getDraw([[maybe_unused]] const uint32_t *draws,
                        [[maybe_unused]] int64_t element) {
  if constexpr (mode == RoundingMode::Stochastic)
    return draws[element];
  return 0;
}

/// The quotients of `input` by its scales: one for all where `stride` is 0.
template <typename X, typename T>
__attribute__((noinline)) void
divideBlock(const X *input, int64_t size, const T *scales, int64_t stride,
            DivisionMode division, T *quotients) {
  if (division.precision || (division.kind != DivisionMode::Exact && stride)) {
    for (int64_t i = 0; i < size; ++i)
      quotients[i] = divide(widen<T>(input[i]), scales[i * stride], division);
    return;
  }
  if (stride) {
    for (int64_t i = 0; i < size; ++i)
      quotients[i] = widen<T>(input[i]) / scales[i];
    return;
  }
  T scale = *scales;
  if (division.kind == DivisionMode::Reciprocal && hasUsableReciprocal(scale)) {
    T reciprocal = T(1) / scale;
    for (int64_t i = 0; i < size; ++i)
      quotients[i] = widen<T>(input[i]) * reciprocal;
    return;
  }
  for (int64_t i = 0; i < size; ++i)
    quotients[i] = widen<T>(input[i]) / scale;
}

/// Rounds quotients to `integers`, each with its zero point, or one for all
/// where `stride` is 0; `draws` are those of the block.
template <typename T>
using RoundBlockFn = void (*)(const T *quotients, int64_t size,
                              const int32_t *zeroPoints, int64_t stride,
                              IntegerRange range, const uint32_t *draws,
                              int32_t *integers);

/// `isWide` says that storage is of 32 bits: its bounds are exact in double
/// alone.
template <RoundingMode mode, bool isWide, typename T>
void roundBlock(const T *quotients, int64_t size, const int32_t *zeroPoints,
                int64_t stride, IntegerRange range, const uint32_t *draws,
                int32_t *integers) {
  auto round = [=](int64_t i, int32_t zeroPoint) {
    uint32_t draw = getDraw<mode>(draws, i);
    if constexpr (isWide)
      return roundAndClamp<mode, T>(static_cast<double>(quotients[i]),
                                    zeroPoint, range, draw);
    else
      return roundAndClampNarrow<mode, T>(
          quotients[i], zeroPoint, static_cast<int32_t>(range.min),
          static_cast<int32_t>(range.max), draw);
  };
  if (stride) {
    for (int64_t i = 0; i < size; ++i)
      integers[i] = round(i, zeroPoints[i]);
    return;
  }
  int32_t zeroPoint = *zeroPoints;
  for (int64_t i = 0; i < size; ++i)
    integers[i] = round(i, zeroPoint);
}

template <typename T>
RoundBlockFn<T> getRoundBlock(RoundingMode mode, const IntegerFormat &storage) {
  RoundBlockFn<T> result = nullptr;
  dispatchRounding(mode, [&](auto constant) {
    constexpr RoundingMode kMode = constant();
    result = storage.width == 32 ? roundBlock<kMode, true, T>
                                 : roundBlock<kMode, false, T>;
  });
  return result;
}

/// The values that the integers of `run` stand for.
template <typename X, typename T>
__attribute__((noinline)) void dequantizeBlock(const int32_t *integers,
                                               const WideParameters<T> &wide,
                                               const Run &run, X *output) {
  const T *scales = &wide.scales[run.group];
  const int32_t *zeroPoints = &wide.zeroPoints[run.group];
  if (run.groupStride) {
    for (int64_t i = 0; i < run.size; ++i)
      output[i] =
          narrow<X>(dequantize<T>(integers[i], zeroPoints[i], scales[i]));
    return;
  }
  T scale = *scales;
  int32_t zeroPoint = *zeroPoints;
  for (int64_t i = 0; i < run.size; ++i)
    output[i] = narrow<X>(dequantize<T>(integers[i], zeroPoint, scale));
}

/// Calls `emit(run, integers)` for each block of `layout`.
template <typename X, typename T, typename Fn>
void quantizeInBlocks(const X *input, const WideParameters<T> &wide,
                      const Layout &layout, const IntegerFormat &storage,
                      Rounding rounding, DivisionMode division, Fn &&emit) {
  RoundBlockFn<T> round = getRoundBlock<T>(rounding.mode, storage);
  forEachBlock(layout, [&](const Run &run) {
    T quotients[kElementsOfBlock];
    int32_t integers[kElementsOfBlock];
    divideBlock(input + run.begin, run.size, &wide.scales[run.group],
                run.groupStride, division, quotients);
    round(quotients, run.size, &wide.zeroPoints[run.group], run.groupStride,
          storage.range, rounding.getDraws(run.begin), integers);
    emit(run, integers);
  });
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_QUANTIZEINBLOCKS_H
