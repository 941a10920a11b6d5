//===- Dispatch.h - From formats to types -----------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_DISPATCH_H
#define QUANTEXT_LIB_NUMERICS_DISPATCH_H

#include "QuantExt/Numerics/Kernels.h"

#include <type_traits>
#include <vector>

namespace mlir::quant_ext::numerics {

/// Calls `fn` with a null pointer to the C++ type of `format`.
template <typename Fn>
void dispatchFloat(FloatFormat format, Fn &&fn) {
  switch (format) {
  case FloatFormat::F16:
    return fn(static_cast<Half *>(nullptr));
  case FloatFormat::BF16:
    return fn(static_cast<BFloat16 *>(nullptr));
  case FloatFormat::F32:
    return fn(static_cast<float *>(nullptr));
  case FloatFormat::F64:
    return fn(static_cast<double *>(nullptr));
  }
}

/// Calls `fn` with null pointers to the value type and the computing type.
template <typename Fn>
void dispatchComputing(FloatFormat value, FloatFormat scale, Fn &&fn) {
  dispatchFloat(value, [&](auto *x) {
    using X = std::remove_pointer_t<decltype(x)>;
    if constexpr (std::is_same_v<X, double>)
      fn(x, static_cast<double *>(nullptr));
    else if (computesInDouble(value, scale))
      fn(x, static_cast<double *>(nullptr));
    else
      fn(x, static_cast<float *>(nullptr));
  });
}

/// Numbers that are read, widened to the computing type T. An f64 is never
/// asked for as a float.
template <typename T>
std::vector<T> widenAll(FloatArray numbers, int64_t count) {
  std::vector<T> result(count);
  dispatchFloat(numbers.format, [&](auto *s) {
    using S = std::remove_pointer_t<decltype(s)>;
    if constexpr (std::is_same_v<T, double> || !std::is_same_v<S, double>) {
      auto *data = static_cast<const S *>(numbers.data);
      for (int64_t i = 0; i < count; ++i)
        result[i] = widen<T>(data[i]);
    }
  });
  return result;
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_DISPATCH_H
