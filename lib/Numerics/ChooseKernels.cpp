//===- ChooseKernels.cpp - Choosing parameters over whole arrays ----------===//

#include "QuantExt/Numerics/Kernels.h"

#include "Containers.h"
#include "Dispatch.h"
#include "QuantizeElements.h"
#include "Ranges.h"

using namespace mlir::quant_ext::numerics;

void mlir::quant_ext::numerics::chooseParameters(FloatArray input,
                                                 const Layout &layout,
                                                 const IntegerFormat &storage,
                                                 void *scale, void *zeroPoint,
                                                 const Executor &executor) {
  dispatchFloat(input.format, [&](auto *x) {
    using X = std::remove_pointer_t<decltype(x)>;
    using T = std::conditional_t<std::is_same_v<X, double>, double, float>;
    auto ranges =
        collectRanges<T>(static_cast<const X *>(input.data), layout, executor);
    auto *scales = static_cast<T *>(scale);
    for (size_t group = 0; group < ranges.size(); ++group) {
      const RangeBits<T> &range = ranges[group];
      scales[group] =
          zeroPoint
              ? asymmetricScale<T>(range.getLo(), range.getHi(), storage.range)
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
            ranges[group].getLo(), scales[group], storage.range));
    });
  });
}

/// Elements that stay in a core's own cache between being read for their range
/// and being rounded: at most 256 KiB of f32.
static constexpr int64_t kElementsInCache = int64_t(1) << 16;

void mlir::quant_ext::numerics::chooseAndQuantizeArray(
    FloatArray input, const Layout &layout, const IntegerFormat &storage,
    RoundingMode rounding, DivisionMode division, void *scale, void *zeroPoint,
    void *result, const Executor &executor) {
  FloatFormat scaleFormat =
      input.format == FloatFormat::F64 ? FloatFormat::F64 : FloatFormat::F32;
  int64_t unit = layout.getElementsBetweenGroups();
  if (unit == 0) {
    chooseParameters(input, layout, storage, scale, zeroPoint, executor);
    quantizeArray(input, {{scale, scaleFormat}, zeroPoint}, layout, storage,
                  rounding, division, result, executor);
    return;
  }
  auto advance = [](void *data, int64_t offset) -> void * {
    return data ? static_cast<char *>(data) + offset : nullptr;
  };
  int64_t step = unit * std::max<int64_t>(kElementsInCache / unit, 1);
  int64_t inputBytes = sizeInBytes(input.format);
  int64_t scaleBytes = sizeInBytes(scaleFormat);
  int64_t bytes = storage.getBytes();
  bool isWholeLarge = isLarge(layout, storage);
  executor(layout.getNumElements(), unit, [&](int64_t begin, int64_t end) {
    for (; begin < end; begin += step) {
      Layout slab = layout.slab(begin, std::min(begin + step, end));
      int64_t group = layout.getGroupOf(begin);
      FloatArray values{static_cast<const char *>(input.data) +
                            begin * inputBytes,
                        input.format};
      void *ownScale = advance(scale, group * scaleBytes);
      void *ownZeroPoint = advance(zeroPoint, group * bytes);
      chooseParameters(values, slab, storage, ownScale, ownZeroPoint);
      quantizePartOfArray(values, {{ownScale, scaleFormat}, ownZeroPoint}, slab,
                          storage, rounding, division,
                          advance(result, begin * bytes), isWholeLarge);
    }
  });
}
