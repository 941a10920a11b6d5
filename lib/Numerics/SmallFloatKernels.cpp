//===- SmallFloatKernels.cpp - Float storages over whole arrays -----------===//

#include "QuantExt/Numerics/Kernels.h"

#include "Dispatch.h"

using namespace mlir::quant_ext::numerics;

/// Calls `fn(element, scale)` for each element.
template <typename T, typename Fn>
static void forEachElement(const std::vector<T> &scales, const Layout &layout,
                           const Executor &executor, Fn &&fn) {
  executor(layout.getNumElements(), /*unit=*/1,
           [&](int64_t begin, int64_t end) {
             layout.part(begin, end).forEachRun([&](const Run &run) {
               for (int64_t i = 0; i < run.size; ++i)
                 fn(run.begin + i, scales[run.group + i * run.groupStride]);
             });
           });
}

/// q * s, rounded once to T.
template <typename T>
static T dequantizeNumber(uint8_t q, T scale, SmallFloat kind) {
  return static_cast<T>(widenSmall(q, kind)) * scale;
}

void mlir::quant_ext::numerics::quantizeArray(
    FloatArray input, const Parameters &parameters, const Layout &layout,
    const FloatStorage &storage, DivisionMode division, void *result,
    const Executor &executor) {
  SmallFloatFormat format = getFormat(storage.kind);
  dispatchComputing(
      input.format, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        auto scales = widenAll<T>(parameters.scale, layout.getNumGroups());
        auto *values = static_cast<const X *>(input.data);
        auto *output = static_cast<uint8_t *>(result);
        forEachElement(scales, layout, executor, [&](int64_t i, T scale) {
          T quotient = divide(widen<T>(values[i]), scale, division);
          output[i] = narrowToSmall(quotient, format, storage.saturate);
        });
      });
}

void mlir::quant_ext::numerics::dequantizeArray(
    const void *input, const Parameters &parameters, const Layout &layout,
    const FloatStorage &storage, FloatFormat resultFormat, void *result,
    const Executor &executor) {
  dispatchComputing(
      resultFormat, parameters.scale.format, [&](auto *x, auto *t) {
        using X = std::remove_pointer_t<decltype(x)>;
        using T = std::remove_pointer_t<decltype(t)>;
        auto scales = widenAll<T>(parameters.scale, layout.getNumGroups());
        auto *quantized = static_cast<const uint8_t *>(input);
        auto *output = static_cast<X *>(result);
        forEachElement(scales, layout, executor, [&](int64_t i, T scale) {
          output[i] =
              narrow<X>(dequantizeNumber<T>(quantized[i], scale, storage.kind));
        });
      });
}

void mlir::quant_ext::numerics::fakeQuantizeArray(
    FloatArray input, const Parameters &parameters, const Layout &layout,
    const FloatStorage &storage, DivisionMode division, void *result,
    const Executor &executor) {
  std::vector<uint8_t> quantized(layout.getNumElements());
  quantizeArray(input, parameters, layout, storage, division, quantized.data(),
                executor);
  dequantizeArray(quantized.data(), parameters, layout, storage, input.format,
                  result, executor);
}
