//===- UnitDims.h - Parameters without dimensions of size 1 -----*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_UNITDIMS_H
#define QUANTEXT_LIB_TRANSFORMS_UNITDIMS_H

#include "mlir/IR/Builders.h"

namespace mlir::quant_ext {

/// `tensor` with the dimensions `kept` (ascending) alone; all others are of
/// size 1, whether its type says so or not.
Value dropUnitDims(OpBuilder &b, Location loc, Value tensor,
                   ArrayRef<int64_t> kept);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_UNITDIMS_H
