//===- SplatScalar.h - What lanes of a vector share -------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_SPLATSCALAR_H
#define QUANTEXT_LIB_CPU_SPLATSCALAR_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::quant_ext {

/// The scalar that a vector has in every lane; null where that is not known.
Value getSplatScalar(Value vector);

/// The smaller vector that all lanes of `vector` are elements of, and which;
/// null where none is known.
Value getShuffled(Value vector, SmallVectorImpl<int64_t> &lanes);

/// Whether every lane is the constant `value`, which is not negative.
bool isSplatOf(Value vector, uint64_t value);

/// The constant of `type`, a vector of integers, that has `value` in every
/// lane.
Value createSplat(OpBuilder &b, Location loc, Type type, int64_t value);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SPLATSCALAR_H
