//===- Executor.h - Who works on which part of an array ---------*- C++ -*-===//

#ifndef QUANTEXT_NUMERICS_EXECUTOR_H
#define QUANTEXT_NUMERICS_EXECUTOR_H

#include <cstdint>
#include <functional>

namespace mlir::quant_ext::numerics {

/// Calls `work(begin, end)` for parts that cover [0, count) once, on as many
/// threads as it likes. Parts begin and end at multiples of `unit`, but for the
/// last. No result depends on the parts.
using Executor = std::function<void(
    int64_t count, int64_t unit,
    const std::function<void(int64_t begin, int64_t end)> &work)>;

/// One part, on the thread that calls.
inline void executeSerially(int64_t count, int64_t /*unit*/,
                            const std::function<void(int64_t, int64_t)> &work) {
  if (count > 0)
    work(0, count);
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_EXECUTOR_H
