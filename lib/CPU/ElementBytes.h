//===- ElementBytes.h - What elements take in memory ------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_ELEMENTBYTES_H
#define QUANTEXT_LIB_CPU_ELEMENTBYTES_H

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::quant_ext {

/// Bytes of an element of `type`: whole ones, and those of a pointer for what
/// is neither an integer nor a float, such as an index.
inline int64_t getElementBytes(Type type) {
  constexpr int64_t kPointer = 8, kBitsOfByte = 8;
  Type element = getElementTypeOrSelf(type);
  return element.isIntOrFloat()
             ? llvm::divideCeil(element.getIntOrFloatBitWidth(), kBitsOfByte)
             : kPointer;
}

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_ELEMENTBYTES_H
