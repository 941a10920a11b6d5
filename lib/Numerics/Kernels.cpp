//===- Kernels.cpp - The arithmetic over whole arrays ---------------------===//

#include "QuantExt/Numerics/Kernels.h"

#include "Containers.h"
#include "Dispatch.h"
#include "PastCaches.h"
#include "QuantizeElements.h"
#include "QuantizeInBlocks.h"
#include "WideParameters.h"
#include "WidestVectors.h"

#include "QuantExt/Numerics/Philox.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <vector>

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

/// Whether values that are computed with in T, in containers C, have loops of
/// their own where they are rounded by kUsualRounding (QuantizeElements.h).
template <typename T, typename C>
static constexpr bool isQuantizedMost =
    std::is_same_v<T, float> && sizeof(C) == 1;

/// The elements of `layout`, to `output` from the first of them on.
template <typename X, typename T, typename C>
static void quantizePart(const X *input, const WideParameters<T> &wide,
                         const Layout &layout, const IntegerFormat &storage,
                         Rounding rounding, DivisionMode division, C *output) {
  int64_t begin = layout.getBegin();
  if constexpr (isQuantizedMost<T, C>)
    if (rounding.mode == kUsualRounding) {
      Container<C> container(storage);
      return callOnWidestVectors([&](auto hasFused) QUANT_EXT_INLINE {
        quantizeElements<hasFused()>(
            input, wide, layout, storage.range, division,
            [=](int64_t element, int32_t q) QUANT_EXT_INLINE {
              output[element - begin] = container.write(q);
            });
      });
    }
  quantizeInBlocks(input, wide, layout, storage, rounding, division,
                   [&](const Run &run, const int32_t *integers) {
                     Run inPart = run;
                     inPart.begin -= begin;
                     writeBlock(integers, storage, inPart, output);
                   });
}

/// The same past the caches, a few elements at a time.
template <typename X, typename T, typename C>
static void quantizePastCaches(const X *input, const WideParameters<T> &wide,
                               const Layout &whole,
                               const IntegerFormat &storage, Rounding rounding,
                               DivisionMode division, C *output) {
  constexpr int64_t kElements = 4096 / sizeof(C);
  alignas(64) C stage[kElements];
  Layout layout = whole;
  int64_t begin = layout.getBegin(), end = layout.getEnd();
  for (int64_t next; begin < end; begin = next) {
    next = std::min(begin + kElements, end);
    layout.limit(begin, next);
    quantizePart(input, wide, layout, storage, rounding, division, stage);
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
      output[i] = container.write(roundAndClampNarrow<kUsualRounding, float>(
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
          int64_t line = layout.getSharedLine();
          int64_t count = layout.getNumElements();
          if constexpr (isQuantizedMost<T, C>)
            if (line && rounding.mode == kUsualRounding &&
                division.kind == DivisionMode::Exact && !division.precision)
              // The last lines first: who chose the scales read them last.
              return executor(count, line, [&](int64_t begin, int64_t end) {
                quantizeLines(static_cast<const X *>(input.data), wide,
                              layout.part(count - end, count - begin), storage,
                              isLarge, static_cast<C *>(result) + count - end);
              });
          auto *quantize =
              isLarge ? quantizePastCaches<X, T, C> : quantizePart<X, T, C>;
          executor(count, /*unit=*/1, [&](int64_t begin, int64_t end) {
            quantize(static_cast<const X *>(input.data), wide,
                     layout.part(begin, end), storage, rounding, division,
                     static_cast<C *>(result) + begin);
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
        executor(layout.getNumElements(), /*unit=*/1,
                 [&](int64_t begin, int64_t end) {
                   forEachBlock(layout.part(begin, end), [&](const Run &run) {
                     int32_t integers[kElementsOfBlock];
                     readBlock(input, storage, run, integers);
                     dequantizeBlock(integers, wide, run, output + run.begin);
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
        executor(layout.getNumElements(), /*unit=*/1,
                 [&](int64_t begin, int64_t end) {
                   quantizeInBlocks(
                       static_cast<const X *>(input.data), wide,
                       layout.part(begin, end), storage, rounding, division,
                       [&](const Run &run, const int32_t *integers) {
                         dequantizeBlock(integers, wide, run,
                                         output + run.begin);
                       });
                 });
      });
}

//===----------------------------------------------------------------------===//
// requantize
//===----------------------------------------------------------------------===//

/// What an integer of a group is requantized by.
struct GroupRequantization {
  float multiplier;
  int32_t zeroPointIn, zeroPointOut;
};

/// One for each group of the finer of two cuts: each of them is per-tensor or
/// along the same axis, so that the coarser has a single group or the same.
template <typename T>
static std::vector<GroupRequantization>
getRequantizations(const WideParameters<T> &in, const WideParameters<T> &out) {
  std::vector<GroupRequantization> result;
  // An axis of no elements has no groups.
  if (in.scales.empty() || out.scales.empty())
    return result;
  size_t count = std::max(in.scales.size(), out.scales.size());
  for (size_t group = 0; group < count; ++group) {
    size_t inGroup = in.scales.size() == count ? group : 0;
    size_t outGroup = out.scales.size() == count ? group : 0;
    result.push_back({multiplier(in.scales[inGroup], out.scales[outGroup]),
                      in.zeroPoints[inGroup], out.zeroPoints[outGroup]});
  }
  return result;
}

/// Requantizes integers in their place, by one group where `stride` is 0.
template <RoundingMode mode>
static void requantizeBlock(int32_t *integers, int64_t size,
                            const GroupRequantization *groups, int64_t stride,
                            IntegerRange range, const uint32_t *draws) {
  for (int64_t i = 0; i < size; ++i) {
    const GroupRequantization &group = groups[i * stride];
    integers[i] =
        requantize<mode>(integers[i], group.zeroPointIn, group.multiplier,
                         group.zeroPointOut, range, getDraw<mode>(draws, i));
  }
}

/// requantizeArray with the quotient of the scales in T.
template <typename T>
static void requantizeBy(const void *input, const IntegerFormat &inputStorage,
                         const Parameters &in, const Layout &inLayout,
                         const Parameters &out, const Layout &outLayout,
                         const IntegerFormat &storage, Rounding rounding,
                         void *result) {
  WideParameters<T> wideIn(in, inLayout.getNumGroups(), inputStorage);
  WideParameters<T> wideOut(out, outLayout.getNumGroups(), storage);
  std::vector<GroupRequantization> groups = getRequantizations(wideIn, wideOut);
  const Layout &finer =
      wideIn.scales.size() == groups.size() ? inLayout : outLayout;
  auto *requantize = requantizeBlock<kUsualRounding>;
  dispatchRounding(rounding.mode,
                   [&](auto mode) { requantize = requantizeBlock<mode()>; });
  forEachBlock(finer, [&](const Run &run) {
    int32_t integers[kElementsOfBlock];
    readBlock(input, inputStorage, run, integers);
    requantize(integers, run.size, &groups[run.group], run.groupStride,
               storage.range, rounding.getDraws(run.begin));
    writeBlock(integers, storage, run, result);
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
