//===- ParameterFacts.h - What is known of parameters -----------*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_PARAMETERFACTS_H
#define QUANTEXT_LIB_TRANSFORMS_PARAMETERFACTS_H

#include "QuantExt/IR/ConstantData.h"

namespace mlir::quant_ext {

/// Whether every element of a scale is positive and finite, because it is
/// constant or chosen.
bool isKnownToBeSound(Value scale);

/// Whether zero quantizes to the zero point (null for 0), and not to a bound of
/// the storage.
bool holdsZero(Value zeroPoint, StorageAttr storage);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_PARAMETERFACTS_H
