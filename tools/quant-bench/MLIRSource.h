//===- MLIRSource.h - The function that a row times -------------*- C++ -*-===//

#ifndef QUANT_BENCH_MLIRSOURCE_H
#define QUANT_BENCH_MLIRSOURCE_H

#include "Rows.h"

#include <string>

namespace quant_bench {

/// `func.func @row`: operands are values, scales and zero points, results what
/// the op gives; an op that chooses its parameters gives them after the
/// integers.
std::string makeMLIRSource(const Row &row);

/// The dimensions of scales and zero points.
std::vector<int64_t> getParameterDimensions(const Row &row);

} // namespace quant_bench

#endif // QUANT_BENCH_MLIRSOURCE_H
