//===- HandWritten.h - What a person writes for AVX-512 ---------*- C++ -*-===//

#ifndef QUANT_BENCH_HANDWRITTEN_H
#define QUANT_BENCH_HANDWRITTEN_H

#include "Rows.h"

#include <optional>
#include <string>

namespace quant_bench {

/// The function in C with intrinsics that does this row; none for rows that
/// nobody wrote one for. It is called as plain loops are.
std::optional<std::string> getHandWrittenName(const Row &row);

/// All of them, in C, after the preamble of plain loops. Empty where the
/// compiler's target has no AVX-512.
std::string getHandWrittenSource();

} // namespace quant_bench

#endif // QUANT_BENCH_HANDWRITTEN_H
