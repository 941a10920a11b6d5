//===- NarrowElements.h - Vectors of fewer than 8 bits a lane ---*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_NARROWELEMENTS_H
#define QUANTEXT_LIB_CPU_NARROWELEMENTS_H

#include "mlir/IR/Value.h"

namespace mlir::quant_ext {

/// The vector of i8 whose low bits the lanes of `narrow` are; null if there is
/// none.
Value getBytes(Value narrow);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_NARROWELEMENTS_H
