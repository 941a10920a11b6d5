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

/// Calls `fn` with what reads element i of `input`, and what writes integer q
/// to element i of `output`.
template <typename Fn>
void dispatchIntegers(const void *input, const IntegerFormat &inputStorage,
                      void *output, const IntegerFormat &storage, Fn &&fn) {
  dispatchContainer(inputStorage, [&](auto *a) {
    using A = std::remove_pointer_t<decltype(a)>;
    auto *values = static_cast<const A *>(input);
    Container<A> source(inputStorage);
    dispatchContainer(storage, [&](auto *c) {
      using C = std::remove_pointer_t<decltype(c)>;
      auto *results = static_cast<C *>(output);
      Container<C> target(storage);
      fn([=](int64_t i) { return source.read(values[i]); },
         [=](int64_t i, int32_t q) { results[i] = target.write(q); });
    });
  });
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_CONTAINERS_H
