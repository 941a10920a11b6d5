//===- Kernels.cpp - The arithmetic over whole arrays ---------------------===//

#include "QuantExt/Numerics/Kernels.h"

#include "Containers.h"
#include "Dispatch.h"
#include "Ranges.h"

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
// Parameters
//===----------------------------------------------------------------------===//

namespace {
/// Parameters widened to what the loops compute with.
template <typename T>
struct WideParameters {
  WideParameters(const Parameters &parameters, int64_t numGroups,
                 const IntegerFormat &storage)
      : scales(widenAll<T>(parameters.scale, numGroups)),
        zeroPoints(numGroups, 0) {
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
  std::vector<int32_t> zeroPoints;
};
} // namespace

//===----------------------------------------------------------------------===//
// quantize
//===----------------------------------------------------------------------===//

/// One value; 32-bit storage is rounded in double, where its bounds are exact.
template <RoundingMode mode, typename T>
static int32_t roundToStorage(T quotient, int32_t zeroPoint,
                              const IntegerFormat &storage, uint32_t draw) {
  if (storage.width == 32)
    return roundAndClamp<mode, T>(static_cast<double>(quotient), zeroPoint,
                                  storage.range, draw);
  return roundAndClampNarrow<mode, T>(
      quotient, zeroPoint, static_cast<int32_t>(storage.range.min),
      static_cast<int32_t>(storage.range.max), draw);
}

/// The random number of an element, where the mode has one.
template <RoundingMode mode>
static uint32_t getDraw([[maybe_unused]] const uint32_t *draws,
                        [[maybe_unused]] int64_t element) {
  if constexpr (mode == RoundingMode::Stochastic)
    return draws[element];
  return 0;
}

/// Neighbours that share a scale: what depends on the scale is done once.
template <RoundingMode mode, typename X, typename T, typename Fn>
static void quantizeRun(const X *input, int64_t size, T scale,
                        int32_t zeroPoint, const IntegerFormat &storage,
                        const uint32_t *draws, DivisionMode division,
                        Fn &&emit) {
  if (division.precision) {
    for (int64_t i = 0; i < size; ++i)
      emit(i, roundToStorage<mode, T>(
                  divide(widen<T>(input[i]), scale, division), zeroPoint,
                  storage, getDraw<mode>(draws, i)));
    return;
  }
  if (division.kind == DivisionMode::Reciprocal && hasUsableReciprocal(scale)) {
    T reciprocal = T(1) / scale;
    for (int64_t i = 0; i < size; ++i)
      emit(i,
           roundToStorage<mode, T>(widen<T>(input[i]) * reciprocal, zeroPoint,
                                   storage, getDraw<mode>(draws, i)));
    return;
  }
  for (int64_t i = 0; i < size; ++i)
    emit(i, roundToStorage<mode, T>(widen<T>(input[i]) / scale, zeroPoint,
                                    storage, getDraw<mode>(draws, i)));
}

/// Calls `emit(element, q, group)` for each element.
template <RoundingMode mode, typename X, typename T, typename Fn>
static void quantizeElements(const X *input, const WideParameters<T> &wide,
                             const Layout &layout, const IntegerFormat &storage,
                             const uint32_t *draws, DivisionMode division,
                             Fn &&emit) {
  layout.forEachRun([&](const Run &run) {
    if (run.groupStride == 0) {
      quantizeRun<mode>(
          input + run.begin, run.size, wide.scales[run.group],
          wide.zeroPoints[run.group], storage,
          draws ? draws + run.begin : nullptr, division,
          [&](int64_t i, int32_t q) { emit(run.begin + i, q, run.group); });
      return;
    }
    for (int64_t i = 0; i < run.size; ++i) {
      int64_t group = run.group + i;
      T quotient =
          divide(widen<T>(input[run.begin + i]), wide.scales[group], division);
      emit(run.begin + i,
           roundToStorage<mode, T>(quotient, wide.zeroPoints[group], storage,
                                   getDraw<mode>(draws, run.begin + i)),
           group);
    }
  });
}

void mlir::quant_ext::numerics::quantizeArray(
    FloatArray input, const Parameters &parameters, const Layout &layout,
    const IntegerFormat &storage, Rounding rounding, DivisionMode division,
    void *result) {
  dispatchComputing(
      input.format, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        WideParameters<T> wide(parameters, layout.getNumGroups(), storage);
        dispatchContainer(storage, [&](auto *c) {
          using C = std::remove_pointer_t<decltype(c)>;
          Container<C> container(storage);
          auto *output = static_cast<C *>(result);
          dispatchRounding(rounding.mode, [&](auto mode) {
            quantizeElements<mode()>(static_cast<const X *>(input.data), wide,
                                     layout, storage, rounding.draws, division,
                                     [&](int64_t element, int32_t q, int64_t) {
                                       output[element] = container.write(q);
                                     });
          });
        });
      });
}

//===----------------------------------------------------------------------===//
// dequantize and fake_quantize
//===----------------------------------------------------------------------===//

void mlir::quant_ext::numerics::dequantizeArray(
    const void *input, const Parameters &parameters, const Layout &layout,
    const IntegerFormat &storage, FloatFormat resultFormat, void *result) {
  dispatchComputing(
      resultFormat, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        WideParameters<T> wide(parameters, layout.getNumGroups(), storage);
        auto *output = static_cast<X *>(result);
        dispatchContainer(storage, [&](auto *c) {
          using C = std::remove_pointer_t<decltype(c)>;
          Container<C> container(storage);
          auto *quantized = static_cast<const C *>(input);
          layout.forEachRun([&](const Run &run) {
            for (int64_t i = 0; i < run.size; ++i) {
              int64_t group = run.group + i * run.groupStride;
              int64_t element = run.begin + i;
              output[element] = narrow<X>(
                  dequantize<T>(container.read(quantized[element]),
                                wide.zeroPoints[group], wide.scales[group]));
            }
          });
        });
      });
}

void mlir::quant_ext::numerics::fakeQuantizeArray(
    FloatArray input, const Parameters &parameters, const Layout &layout,
    const IntegerFormat &storage, Rounding rounding, DivisionMode division,
    void *result) {
  dispatchComputing(
      input.format, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        WideParameters<T> wide(parameters, layout.getNumGroups(), storage);
        auto *output = static_cast<X *>(result);
        dispatchRounding(rounding.mode, [&](auto mode) {
          quantizeElements<mode()>(
              static_cast<const X *>(input.data), wide, layout, storage,
              rounding.draws, division,
              [&](int64_t element, int32_t q, int64_t group) {
                output[element] = narrow<X>(dequantize<T>(
                    q, wide.zeroPoints[group], wide.scales[group]));
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

//===----------------------------------------------------------------------===//
// choose_qparams
//===----------------------------------------------------------------------===//

void mlir::quant_ext::numerics::chooseParameters(FloatArray input,
                                                 const Layout &layout,
                                                 const IntegerFormat &storage,
                                                 void *scale, void *zeroPoint) {
  dispatchFloat(input.format, [&](auto *x) {
    using X = std::remove_pointer_t<decltype(x)>;
    using T = std::conditional_t<std::is_same_v<X, double>, double, float>;
    auto ranges = collectRanges<T>(static_cast<const X *>(input.data), layout);
    auto *scales = static_cast<T *>(scale);
    for (size_t group = 0; group < ranges.size(); ++group) {
      const FiniteRange<T> &range = ranges[group];
      scales[group] =
          zeroPoint ? asymmetricScale<T>(range.lo, range.hi, storage.range)
                    : symmetricScale<T>(range.getMaxAbs(), storage.range);
    }
    if (!zeroPoint)
      return;
    dispatchContainer(storage, [&](auto *c) {
      using C = std::remove_pointer_t<decltype(c)>;
      Container<C> container(storage);
      auto *zeroPoints = static_cast<C *>(zeroPoint);
      for (size_t group = 0; group < ranges.size(); ++group)
        zeroPoints[group] = container.write(asymmetricZeroPoint<T>(
            ranges[group].lo, scales[group], storage.range));
    });
  });
}
