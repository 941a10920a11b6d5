//===- Check.h - Whether a contestant's result agrees -----------*- C++ -*-===//

#ifndef QUANT_BENCH_CHECK_H
#define QUANT_BENCH_CHECK_H

#include "Contestant.h"

namespace quant_bench {

/// Runs the contestant once and compares with what is wanted, as it says that
/// it agrees; fails after a message that names the first element that differs.
/// With `perturb`, an element is changed between, so that this can be seen to
/// happen.
mlir::LogicalResult check(const Row &row, const Contestant &contestant,
                          const Buffers &buffers, bool perturb);

} // namespace quant_bench

#endif // QUANT_BENCH_CHECK_H
