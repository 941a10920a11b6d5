//===- Containers.h - Integers in containers --------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_CONTAINERS_H
#define QUANTEXT_LIB_NUMERICS_CONTAINERS_H

#include "QuantExt/Numerics/Kernels.h"

#include <algorithm>
#include <type_traits>

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

/// Elements that are taken at a time, by loops of which each knows the types of
/// its own step: few enough for the nearest cache.
inline constexpr int64_t kElementsOfBlock = 1024;

/// Calls `visit` with the parts of each run of `layout`, of at most a block.
template <typename VisitFn>
void forEachBlock(const Layout &layout, VisitFn &&visit) {
  layout.forEachRun([&](const Run &run) {
    for (int64_t i = 0; i < run.size; i += kElementsOfBlock)
      visit(Run{run.begin + i, std::min(run.size - i, kElementsOfBlock),
                run.group + i * run.groupStride, run.groupStride});
  });
}

/// The elements of `run` of an array in `storage`.
inline void readBlock(const void *array, const IntegerFormat &storage,
                      const Run &run, int32_t *integers) {
  dispatchContainer(storage, [&](auto *c) {
    using C = std::remove_pointer_t<decltype(c)>;
    Container<C> container(storage);
    auto *data = static_cast<const C *>(array) + run.begin;
    for (int64_t i = 0; i < run.size; ++i)
      integers[i] = container.read(data[i]);
  });
}

/// Integers to the elements of `run` of an array in `storage`.
inline void writeBlock(const int32_t *integers, const IntegerFormat &storage,
                       const Run &run, void *array) {
  dispatchContainer(storage, [&](auto *c) {
    using C = std::remove_pointer_t<decltype(c)>;
    Container<C> container(storage);
    auto *data = static_cast<C *>(array) + run.begin;
    for (int64_t i = 0; i < run.size; ++i)
      data[i] = container.write(integers[i]);
  });
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_CONTAINERS_H
