//===- WidestVectors.h - Loops in the machine's own vectors -----*- C++ -*-===//
//
// A build for a distribution may use no more than the oldest machine has. Here
// a loop is compiled for each vector width, and the machine chooses. Every
// instruction rounds alike and nothing is contracted, so the bits are the same.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_NUMERICS_WIDESTVECTORS_H
#define QUANTEXT_LIB_NUMERICS_WIDESTVECTORS_H

#include <type_traits>

namespace mlir::quant_ext::numerics {

/// For everything between callOnWidestVectors and the loop: what is called
/// instead of inlined is compiled for the oldest machine, right but slow.
#define QUANT_EXT_INLINE __attribute__((always_inline))

#if defined(__x86_64__)

enum class VectorLevel { Baseline, V3, V4 };

inline VectorLevel findVectorLevel() {
  if (__builtin_cpu_supports("x86-64-v4"))
    return VectorLevel::V4;
  if (__builtin_cpu_supports("x86-64-v3"))
    return VectorLevel::V3;
  return VectorLevel::Baseline;
}

template <typename Fn>
__attribute__((noinline, target("arch=x86-64-v4"))) void callOnV4(Fn &fn) {
  fn(std::true_type());
}

template <typename Fn>
__attribute__((noinline, target("arch=x86-64-v3"))) void callOnV3(Fn &fn) {
  fn(std::true_type());
}

/// Calls `fn` with a constant that tells whether there are fused multiply-adds;
/// its call operator must be QUANT_EXT_INLINE.
template <typename Fn>
void callOnWidestVectors(Fn fn) {
  static const VectorLevel level = findVectorLevel();
  switch (level) {
  case VectorLevel::V4:
    return callOnV4(fn);
  case VectorLevel::V3:
    return callOnV3(fn);
  case VectorLevel::Baseline:
    return fn(std::false_type());
  }
}

#else

/// Elsewhere the baseline has vectors of the width that there is.
template <typename Fn>
void callOnWidestVectors(Fn fn) {
#ifdef __FP_FAST_FMAF
  fn(std::true_type());
#else
  fn(std::false_type());
#endif
}

#endif

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_WIDESTVECTORS_H
