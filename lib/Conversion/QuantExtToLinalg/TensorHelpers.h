//===- TensorHelpers.h - What every lowering does to tensors ----*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_TENSORHELPERS_H
#define QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_TENSORHELPERS_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

namespace mlir::quant_ext {

inline Type elementTypeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

/// An uninitialized tensor of the sizes and element type.
inline Value makeEmpty(OpBuilder &builder, Location loc,
                       ArrayRef<OpFoldResult> sizes, Type elementType) {
  return tensor::EmptyOp::create(builder, loc, sizes, elementType);
}

/// `value` as `type`, which may know more or less of its sizes.
inline Value castTo(OpBuilder &builder, Location loc, Type type, Value value) {
  if (value.getType() == type)
    return value;
  return tensor::CastOp::create(builder, loc, type, value);
}

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_TENSORHELPERS_H
