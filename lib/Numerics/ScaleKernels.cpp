//===- ScaleKernels.cpp - Quantized scales over whole arrays --------------===//

#include "QuantExt/Numerics/Kernels.h"
#include "QuantExt/Numerics/QuantizedScales.h"

#include "Dispatch.h"
#include "Ranges.h"

using namespace mlir::quant_ext::numerics;

void mlir::quant_ext::numerics::chooseScales(FloatArray input,
                                             const Layout &layout,
                                             SmallFloat storage,
                                             const ScaleStorage &scaleStorage,
                                             uint8_t *scale,
                                             const Executor &executor) {
  dispatchFloat(input.format, [&](auto *x) {
    using X = std::remove_pointer_t<decltype(x)>;
    using T = std::conditional_t<std::is_same_v<X, double>, double, float>;
    auto ranges =
        collectRanges<T>(static_cast<const X *>(input.data), layout, executor);
    auto scaleOfScales = static_cast<T>(scaleStorage.scaleOfScales);
    for (size_t group = 0; group < ranges.size(); ++group)
      scale[group] = chooseScale(ranges[group].getMaxAbs(), scaleOfScales,
                                 storage, scaleStorage.kind);
  });
}
