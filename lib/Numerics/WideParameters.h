//===- WideParameters.h - Parameters as loops compute with them -*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_WIDEPARAMETERS_H
#define QUANTEXT_LIB_NUMERICS_WIDEPARAMETERS_H

#include "Containers.h"
#include "Dispatch.h"

#include "QuantExt/Numerics/Kernels.h"

#include <cstdint>
#include <type_traits>
#include <vector>

namespace mlir::quant_ext::numerics {

/// Parameters widened to what the loops compute with.
template <typename T>
struct WideParameters {
  WideParameters(const Parameters &parameters, int64_t numGroups,
                 const IntegerFormat &storage)
      : scales(widenAll<T>(parameters.scale, numGroups)),
        zeroPoints(numGroups, 0), hasZeroPoints(parameters.zeroPoint) {
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
  /// All 0 where there are none.
  std::vector<int32_t> zeroPoints;
  bool hasZeroPoints;
};

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_WIDEPARAMETERS_H
