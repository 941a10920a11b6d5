//===- Kernels.cpp - The arithmetic over whole arrays ---------------------===//

#include "QuantExt/Numerics/Kernels.h"

#include "QuantizeElements.h"

#include "QuantExt/Numerics/Philox.h"

using namespace mlir::quant_ext::numerics;

/// Whether Philox4x32-10 of a counter and a key is `want`, in all four words:
/// operations only ever see the first one, of counters whose upper half is 0.
static constexpr bool isPhilox(std::array<uint32_t, 4> counter,
                               std::array<uint32_t, 2> key,
                               std::array<uint32_t, 4> want) {
  std::array<uint32_t, 4> words = philox4x32(counter, key);
  return words[0] == want[0] && words[1] == want[1] && words[2] == want[2] &&
         words[3] == want[3];
}

// The vectors that the authors of Philox publish: kat_vectors of Random123.
static_assert(isPhilox({0, 0, 0, 0}, {0, 0},
                       {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
static_assert(isPhilox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                       {0xffffffff, 0xffffffff},
                       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
static_assert(isPhilox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0},
                       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));

//===----------------------------------------------------------------------===//
// quantize
//===----------------------------------------------------------------------===//

/// What is quantized most: weights to bytes, in the default rounding. Loops for
/// each vector width are large, and the others are not worth as much.
template <RoundingMode mode, typename T, typename C>
static constexpr bool isCompiledForEachWidth =
    mode == RoundingMode::HalfEven && std::is_same_v<T, float> &&
    sizeof(C) == 1;

/// The elements of `layout`, to `output` from the first of them on.
template <RoundingMode mode, typename X, typename T, typename C>
static void quantizePart(const X *input, const WideParameters<T> &wide,
                         const Layout &layout, const IntegerFormat &storage,
                         const uint32_t *draws, DivisionMode division,
                         C *output) {
  Container<C> container(storage);
  int64_t begin = layout.getBegin();
  auto quantizeAll = [&](auto hasFused) QUANT_EXT_INLINE {
    quantizeElements<mode, sizeof(C) == 4, hasFused()>(
        input, wide, layout, storage.range, draws, division,
        [=](int64_t element, int32_t q, int64_t)
            QUANT_EXT_INLINE { output[element - begin] = container.write(q); });
  };
  if constexpr (isCompiledForEachWidth<mode, T, C>)
    callOnWidestVectors(quantizeAll);
  else
    quantizeAll(std::false_type());
}

/// The same past the caches, a few elements at a time.
template <RoundingMode mode, typename X, typename T, typename C>
static void
quantizePastCaches(const X *input, const WideParameters<T> &wide,
                   const Layout &whole, const IntegerFormat &storage,
                   const uint32_t *draws, DivisionMode division, C *output) {
  constexpr int64_t kElements = 4096 / sizeof(C);
  alignas(64) C stage[kElements];
  Layout layout = whole;
  int64_t begin = layout.getBegin(), end = layout.getEnd();
  for (int64_t next; begin < end; begin = next) {
    next = std::min(begin + kElements, end);
    layout.limit(begin, next);
    quantizePart<mode>(input, wide, layout, storage, draws, division, stage);
    copyPastCaches(output, stage, (next - begin) * sizeof(C));
    output += next - begin;
  }
  finishPastCaches();
}

namespace {

/// Some elements of a line that have a group each, and what they are divided
/// by.
struct LineBlock {
  static constexpr int64_t kSize = 64;
  static constexpr RoundingMode kMode = RoundingMode::HalfEven;

  QUANT_EXT_INLINE LineBlock(const float *scales, const int32_t *zeroPoints,
                             int64_t size, IntegerRange range)
      : size(size), min(static_cast<int32_t>(range.min)),
        max(static_cast<int32_t>(range.max)) {
    for (int64_t i = 0; i < size; ++i) {
      ExactDivisor divisor(scales[i], zeroPoints[i], min, max);
      scale[i] = divisor.scale;
      inverse[i] = divisor.inverse;
      lo[i] = divisor.lo;
      hi[i] = divisor.hi;
      zeroPoint[i] = divisor.zeroPoint;
      isServed &= ExactDivisor::isServed(divisor.scale);
    }
  }

  /// The elements of one line.
  template <bool hasFused, typename X, typename C>
  QUANT_EXT_INLINE void quantize(const X *x, Container<C> container,
                                 C *output) const {
    if (hasFused && isServed) {
      for (int64_t i = 0; i < size; ++i) {
        ExactDivisor divisor(scale[i], inverse[i], lo[i], hi[i], zeroPoint[i]);
        output[i] = container.write(divisor.roundAndClamp(widen<float>(x[i])));
      }
      return;
    }
    for (int64_t i = 0; i < size; ++i)
      output[i] = container.write(roundAndClampNarrow<kMode, float>(
          widen<float>(x[i]) / scale[i], zeroPoint[i], min, max, /*draw=*/0));
  }

private:
  int64_t size;
  int32_t min, max;
  bool isServed = true;
  float scale[kSize], inverse[kSize], lo[kSize], hi[kSize];
  int32_t zeroPoint[kSize];
};

} // namespace

/// Lines that all have the same groups, an element of each. Those of several
/// places are taken together: what depends on the scales is done once for them,
/// and memory is read faster in several places than in one.
template <typename X, typename T, typename C>
static void quantizeLines(const X *input, const WideParameters<T> &wide,
                          const Layout &layout, const IntegerFormat &storage,
                          bool isLarge, C *output) {
  constexpr int64_t kPlaces = 8;
  int64_t line = layout.getSharedLine();
  int64_t count = (layout.getEnd() - layout.getBegin()) / line;
  input += layout.getBegin();
  Container<C> container(storage);
  callOnWidestVectors([=, &wide](auto hasFused) QUANT_EXT_INLINE {
    // Of `places` lines at a distance, the elements from `at` on.
    auto quantizeBlock = [=, &wide](int64_t at, int64_t group, int64_t size,
                                    int64_t places,
                                    int64_t distance) QUANT_EXT_INLINE {
      LineBlock block(&wide.scales[group], &wide.zeroPoints[group], size,
                      storage.range);
      for (int64_t place = 0; place < places; ++place) {
        int64_t begin = at + place * distance;
        alignas(64) C stage[LineBlock::kSize];
        block.template quantize<hasFused()>(input + begin, container, stage);
        if (isLarge)
          copyPastCaches(output + begin, stage, size);
        else
          std::memcpy(output + begin, stage, size);
      }
    };
    auto quantizePlaces = [=](int64_t at, int64_t places,
                              int64_t distance) QUANT_EXT_INLINE {
      int64_t group = 0;
      // Of a size that is known, for registers to hold it.
      for (; group + LineBlock::kSize <= line; group += LineBlock::kSize)
        quantizeBlock(at + group, group, LineBlock::kSize, places, distance);
      if (group < line)
        quantizeBlock(at + group, group, line - group, places, distance);
    };
    int64_t apart = count / kPlaces;
    for (int64_t i = 0; i < apart; ++i)
      quantizePlaces(i * line, kPlaces, apart * line);
    for (int64_t i = apart * kPlaces; i < count; ++i)
      quantizePlaces(i * line, 1, 0);
  });
  if (isLarge)
    finishPastCaches();
}

void mlir::quant_ext::numerics::quantizePartOfArray(
    FloatArray input, const Parameters &parameters, const Layout &layout,
    const IntegerFormat &storage, Rounding rounding, DivisionMode division,
    void *result, bool isLarge, const Executor &executor) {
  dispatchComputing(
      input.format, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        WideParameters<T> wide(parameters, layout.getNumGroups(), storage);
        dispatchContainer(storage, [&](auto *c) {
          using C = std::remove_pointer_t<decltype(c)>;
          dispatchRounding(rounding.mode, [&](auto mode) {
            int64_t line = layout.getSharedLine();
            int64_t count = layout.getNumElements();
            if constexpr (isCompiledForEachWidth<mode(), T, C>)
              if (line && division.kind == DivisionMode::Exact &&
                  !division.precision)
                // The last lines first: who chose the scales read them last.
                return executor(count, line, [&](int64_t begin, int64_t end) {
                  quantizeLines(static_cast<const X *>(input.data), wide,
                                layout.part(count - end, count - begin),
                                storage, isLarge,
                                static_cast<C *>(result) + count - end);
                });
            auto *quantize = isLarge ? quantizePastCaches<mode(), X, T, C>
                                     : quantizePart<mode(), X, T, C>;
            executor(count, /*unit=*/1, [&](int64_t begin, int64_t end) {
              quantize(static_cast<const X *>(input.data), wide,
                       layout.part(begin, end), storage, rounding.draws,
                       division, static_cast<C *>(result) + begin);
            });
          });
        });
      });
}

void mlir::quant_ext::numerics::quantizeArray(
    FloatArray input, const Parameters &parameters, const Layout &layout,
    const IntegerFormat &storage, Rounding rounding, DivisionMode division,
    void *result, const Executor &executor) {
  quantizePartOfArray(input, parameters, layout, storage, rounding, division,
                      result, isLarge(layout, storage), executor);
}

//===----------------------------------------------------------------------===//
// dequantize and fake_quantize
//===----------------------------------------------------------------------===//

void mlir::quant_ext::numerics::dequantizeArray(
    const void *input, const Parameters &parameters, const Layout &layout,
    const IntegerFormat &storage, FloatFormat resultFormat, void *result,
    const Executor &executor) {
  dispatchComputing(
      resultFormat, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        WideParameters<T> wide(parameters, layout.getNumGroups(), storage);
        auto *output = static_cast<X *>(result);
        auto dequantizePart = [&](const Layout &part, auto *quantized,
                                  auto container) {
          part.forEachRun([&](const Run &run) QUANT_EXT_INLINE {
            for (int64_t i = 0; i < run.size; ++i) {
              int64_t group = run.group + i * run.groupStride;
              int64_t element = run.begin + i;
              output[element] = narrow<X>(
                  dequantize<T>(container.read(quantized[element]),
                                wide.zeroPoints[group], wide.scales[group]));
            }
          });
        };
        dispatchContainer(storage, [&](auto *c) {
          using C = std::remove_pointer_t<decltype(c)>;
          executor(layout.getNumElements(), /*unit=*/1,
                   [&](int64_t begin, int64_t end) {
                     dequantizePart(layout.part(begin, end),
                                    static_cast<const C *>(input),
                                    Container<C>(storage));
                   });
        });
      });
}

void mlir::quant_ext::numerics::fakeQuantizeArray(
    FloatArray input, const Parameters &parameters, const Layout &layout,
    const IntegerFormat &storage, Rounding rounding, DivisionMode division,
    void *result, const Executor &executor) {
  dispatchComputing(
      input.format, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        WideParameters<T> wide(parameters, layout.getNumGroups(), storage);
        auto *output = static_cast<X *>(result);
        auto emit = [&](int64_t element, int32_t q, int64_t group) {
          output[element] = narrow<X>(
              dequantize<T>(q, wide.zeroPoints[group], wide.scales[group]));
        };
        dispatchRounding(rounding.mode, [&](auto mode) {
          dispatchWidth(storage, [&](auto isWide) {
            executor(layout.getNumElements(), /*unit=*/1,
                     [&](int64_t begin, int64_t end) {
                       quantizeElements<mode(), isWide(), /*hasFused=*/false>(
                           static_cast<const X *>(input.data), wide,
                           layout.part(begin, end), storage.range,
                           rounding.draws, division, emit);
                     });
          });
        });
      });
}

//===----------------------------------------------------------------------===//
// requantize
//===----------------------------------------------------------------------===//

/// requantizeArray with the quotient of the scales in T.
template <typename T>
static void requantizeBy(const void *input, const IntegerFormat &inputStorage,
                         const Parameters &in, const Layout &inLayout,
                         const Parameters &out, const Layout &outLayout,
                         const IntegerFormat &storage, Rounding rounding,
                         void *result) {
  WideParameters<T> wideIn(in, inLayout.getNumGroups(), inputStorage);
  WideParameters<T> wideOut(out, outLayout.getNumGroups(), storage);
  // Each of the two is per-tensor or cut along the same axis: the finer one
  // tells the groups, the coarser one has a single group or the same.
  bool inIsFiner = wideIn.scales.size() >= wideOut.scales.size();
  const Layout &finer = inIsFiner ? inLayout : outLayout;
  bool inIsShared = !inIsFiner && wideIn.scales.size() == 1;
  bool outIsShared = inIsFiner && wideOut.scales.size() == 1;

  dispatchIntegers(
      input, inputStorage, result, storage, [&](auto read, auto write) {
        dispatchRounding(rounding.mode, [&](auto mode) {
          finer.forEachRun([&](const Run &run) {
            for (int64_t i = 0; i < run.size; ++i) {
              int64_t group = run.group + i * run.groupStride;
              int64_t inGroup = inIsShared ? 0 : group;
              int64_t outGroup = outIsShared ? 0 : group;
              float factor =
                  multiplier(wideIn.scales[inGroup], wideOut.scales[outGroup]);
              write(run.begin + i,
                    requantize<mode()>(
                        read(run.begin + i), wideIn.zeroPoints[inGroup], factor,
                        wideOut.zeroPoints[outGroup], storage.range,
                        getDraw<mode()>(rounding.draws, run.begin + i)));
            }
          });
        });
      });
}

void mlir::quant_ext::numerics::requantizeArray(
    const void *input, const IntegerFormat &inputStorage, const Parameters &in,
    const Layout &inLayout, const Parameters &out, const Layout &outLayout,
    const IntegerFormat &storage, Rounding rounding, void *result) {
  auto *requantize = computesInDouble(in.scale.format, out.scale.format)
                         ? requantizeBy<double>
                         : requantizeBy<float>;
  requantize(input, inputStorage, in, inLayout, out, outLayout, storage,
             rounding, result);
}
