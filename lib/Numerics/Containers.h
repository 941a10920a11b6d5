//===- Containers.h - Integers in containers --------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_CONTAINERS_H
#define QUANTEXT_LIB_NUMERICS_CONTAINERS_H

#include "QuantExt/Numerics/Kernels.h"

namespace mlir::quant_ext::numerics {

/// Calls `fn` with a null pointer to the container type of `storage`.
template <typename Fn>
void dispatchContainer(const IntegerFormat &storage, Fn &&fn) {
  switch (storage.getBytes()) {
  case 1:
    return fn(static_cast<uint8_t *>(nullptr));
  case 2:
    return fn(static_cast<uint16_t *>(nullptr));
  default:
    return fn(static_cast<uint32_t *>(nullptr));
  }
}

/// Reads and writes integers of one format.
template <typename C>
struct Container {
  explicit Container(const IntegerFormat &format)
      : shift(32 - format.width), isSigned(format.isSigned),
        mask(static_cast<C>(format.width == 32 ? ~0u
                                               : (1u << format.width) - 1)) {}

  int32_t read(C bits) const {
    uint32_t high = static_cast<uint32_t>(bits) << shift;
    return isSigned ? static_cast<int32_t>(high) >> shift
                    : static_cast<int32_t>(high >> shift);
  }
  C write(int32_t value) const { return static_cast<C>(value) & mask; }

  unsigned shift;
  bool isSigned;
  C mask;
};

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_CONTAINERS_H
