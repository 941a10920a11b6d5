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

  /// Reads `type`, of a scalar or of the elements of a ranked tensor of `rank`.
  /// Where quant_ext has no such parameters it fails, and `reason`, if there is
  /// one, says why: what must be and what was found.
  static FailureOr<UniformParameters>
  read(quant::QuantizedType type, int64_t rank, std::string *reason = nullptr);
};

/// The quantized type of `type` or of its elements; null where there is none.
quant::QuantizedType getQuantized(Type type);

/// What UniformParameters::read says of `type`, a scalar or a tensor; a reason
/// for tensors without a rank too.
FailureOr<UniformParameters> readUniformParameters(Type type,
                                                   std::string *reason);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_UNIFORMPARAMETERS_H
