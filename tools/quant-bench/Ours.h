//===- Ours.h - A row compiled by the pipeline ------------------*- C++ -*-===//

#ifndef QUANT_BENCH_OURS_H
#define QUANT_BENCH_OURS_H

#include "Contestant.h"

#include "mlir/IR/MLIRContext.h"

#include <optional>

namespace quant_bench {

/// Named `ours`, compiled for this target. None after a message.
std::optional<Contestant> makeOurs(const Row &row, const Buffers &buffers,
                                   llvm::StringRef target,
                                   mlir::MLIRContext &context);

} // namespace quant_bench

#endif // QUANT_BENCH_OURS_H
