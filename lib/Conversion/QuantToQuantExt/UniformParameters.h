//===- UniformParameters.h - What is in upstream's types --------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_UNIFORMPARAMETERS_H
#define QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_UNIFORMPARAMETERS_H

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"

namespace mlir::quant_ext {

/// The parameters of a quantized type, as operations of quant_ext take them.
struct UniformParameters {
  StorageAttr storage;
  Granularity granularity;
  /// Of the expressed type, in the shape that the granularity asks for.
  DenseElementsAttr scale;
  /// Of the storage's type and the same shape; null where all are 0 and the
  /// storage is signed.
  DenseElementsAttr zeroPoint;

  /// Reads the quantized type that `type`, a scalar or a tensor, has. Where
  /// quant_ext has no such parameters it fails, and `reason`, if there is one,
  /// says why: what must be and what was found. Without a quantized type it
  /// fails and says nothing.
  static FailureOr<UniformParameters> read(Type type,
                                           std::string *reason = nullptr);
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_UNIFORMPARAMETERS_H
