//===- Fold.h - `quant-bench fold` ------------------------------*- C++ -*-===//

#ifndef QUANT_BENCH_FOLD_H
#define QUANT_BENCH_FOLD_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/CommandLine.h"

namespace quant_bench {

extern llvm::cl::OptionCategory foldCategory;
extern llvm::cl::SubCommand foldCommand;

/// Times canonicalization that turns large weights into integers, beside ONNX
/// Runtime's quantizer and numpy, and watches the memory of each.
mlir::LogicalResult runFold();

} // namespace quant_bench

#endif // QUANT_BENCH_FOLD_H
