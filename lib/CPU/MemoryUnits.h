//===- MemoryUnits.h - What memory is counted in ----------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_MEMORYUNITS_H
#define QUANTEXT_LIB_CPU_MEMORYUNITS_H

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::quant_ext {

/// A line of a cache.
constexpr int64_t kLineBytes = 64;
/// The smallest page of memory.
constexpr int64_t kPageBytes = 4096;

/// Bytes of an element of `type`: whole ones, and those of a pointer for what
/// is neither an integer nor a float, such as an index.
inline int64_t getElementBytes(Type type) {
  constexpr int64_t kPointer = 8, kBitsOfByte = 8;
  Type element = getElementTypeOrSelf(type);
  return element.isIntOrFloat()
             ? llvm::divideCeil(element.getIntOrFloatBitWidth(), kBitsOfByte)
             : kPointer;
}

/// Bytes of all elements of a type whose sizes are known.
inline int64_t getTotalBytes(ShapedType type) {
  return type.getNumElements() * getElementBytes(type);
}

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_MEMORYUNITS_H
