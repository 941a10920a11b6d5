//===- FixedPointKernels.cpp - FixedPoint.h over whole arrays -------------===//

#include "QuantExt/Numerics/Kernels.h"

#include "Containers.h"

using namespace mlir::quant_ext::numerics;

void mlir::quant_ext::numerics::requantizeFixedPointArray(
    const void *input, const IntegerFormat &inputStorage,
    const std::vector<FixedPointGroup> &groups, const Layout &layout,
    const IntegerFormat &storage, FixedPointRounding rounding, void *result) {
  dispatchContainer(inputStorage, [&](auto *a) {
    using A = std::remove_pointer_t<decltype(a)>;
    Container<A> source(inputStorage);
    auto *values = static_cast<const A *>(input);
    dispatchContainer(storage, [&](auto *c) {
      using C = std::remove_pointer_t<decltype(c)>;
      Container<C> target(storage);
      auto *output = static_cast<C *>(result);
      layout.forEachRun([&](const Run &run) {
        for (int64_t i = 0; i < run.size; ++i) {
          const FixedPointGroup &group =
              groups[run.group + i * run.groupStride];
          output[run.begin + i] = target.write(requantizeFixedPoint(
              source.read(values[run.begin + i]), group.zeroPointIn,
              group.multiplier, group.shift, group.zeroPointOut, storage.range,
              rounding));
        }
      });
    });
  });
}
