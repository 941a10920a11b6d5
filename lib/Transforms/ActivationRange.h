//===- ActivationRange.h - What a value is said to hold ---------*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_ACTIVATIONRANGE_H
#define QUANTEXT_LIB_TRANSFORMS_ACTIVATIONRANGE_H

#include "mlir/IR/Value.h"

#include <optional>
#include <string>

namespace mlir::quant_ext {

/// The smallest and the largest number of a tensor, as calibration found them.
struct ActivationRange {
  double min, max;

  std::string str() const;
};

/// The range that the attribute `quant_ext.range` gives `value`, or what data
/// movement makes it of; none where there is no such attribute.
std::optional<ActivationRange> findActivationRange(Value value);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_ACTIVATIONRANGE_H
