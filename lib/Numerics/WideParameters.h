//===- WideParameters.h - Parameters as loops compute with them -*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_WIDEPARAMETERS_H
#define QUANTEXT_LIB_NUMERICS_WIDEPARAMETERS_H

#include "Containers.h"
#include "Dispatch.h"

#include "QuantExt/Numerics/Kernels.h"

#include <cstdint>
#include <vector>

namespace mlir::quant_ext::numerics {

/// Parameters widened to what the loops compute with.
template <typename T>
struct WideParameters {
  WideParameters(const Parameters &parameters, int64_t numGroups,
                 const IntegerFormat &storage)
      : scales(widenAll<T>(parameters.scale, numGroups)),
        zeroPoints(numGroups, 0), hasZeroPoints(parameters.zeroPoint) {
    if (parameters.zeroPoint)
      readBlock(parameters.zeroPoint, storage,
                Run{/*begin=*/0, numGroups, /*group=*/0, /*groupStride=*/1},
                zeroPoints.data());
  }

  std::vector<T> scales;
  /// All 0 where there are none.
  std::vector<int32_t> zeroPoints;
  bool hasZeroPoints;
};

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_WIDEPARAMETERS_H
