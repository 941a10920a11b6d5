//===- SplatScalar.h - What all lanes of a vector share ---------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_SPLATSCALAR_H
#define QUANTEXT_LIB_CPU_SPLATSCALAR_H

#include "mlir/IR/Value.h"

namespace mlir::quant_ext {

/// The scalar that a vector has in every lane; null where that is not known.
Value getSplatScalar(Value vector);

/// Whether every lane is the constant `value`, which is not negative.
bool isSplatOf(Value vector, uint64_t value);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SPLATSCALAR_H
