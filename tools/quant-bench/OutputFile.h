//===- OutputFile.h - Files of results --------------------------*- C++ -*-===//

#ifndef QUANT_BENCH_OUTPUTFILE_H
#define QUANT_BENCH_OUTPUTFILE_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace quant_bench {

/// Fails, with a message, where `path` cannot be written to: that is found
/// before hours of measurements are lost on it. No path, and `-` for the
/// standard output, always can.
llvm::LogicalResult checkWritable(llvm::StringRef path);

/// Writes what `print` prints. A file appears whole or not at all; without a
/// path nothing is written. Fails with a message.
llvm::LogicalResult
writeFile(llvm::StringRef path,
          llvm::function_ref<void(llvm::raw_ostream &)> print);

} // namespace quant_bench

#endif // QUANT_BENCH_OUTPUTFILE_H
