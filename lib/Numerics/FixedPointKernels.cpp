//===- FixedPointKernels.cpp - FixedPoint.h over whole arrays -------------===//

#include "QuantExt/Numerics/Kernels.h"

#include "Containers.h"

using namespace mlir::quant_ext::numerics;

void mlir::quant_ext::numerics::requantizeFixedPointArray(
    const void *input, const IntegerFormat &inputStorage,
    const std::vector<FixedPointGroup> &groups, const Layout &layout,
    const IntegerFormat &storage, FixedPointRounding rounding, void *result) {
  forEachBlock(layout, [&](const Run &run) {
    int32_t integers[kElementsOfBlock];
    readBlock(input, inputStorage, run, integers);
    for (int64_t i = 0; i < run.size; ++i) {
      const FixedPointGroup &group = groups[run.group + i * run.groupStride];
      integers[i] = requantizeFixedPoint(
          integers[i], group.zeroPointIn, group.multiplier, group.shift,
          group.zeroPointOut, storage.range, rounding);
    }
    writeBlock(integers, storage, run, result);
  });
}
