//===- CompileTime.h - What compiling takes ---------------------*- C++ -*-===//

#ifndef QUANT_BENCH_COMPILETIME_H
#define QUANT_BENCH_COMPILETIME_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace quant_bench {

/// How a network is laid out: a function for each layer, or one for all.
enum class ModuleShape { Functions, Layers };
llvm::StringRef toString(ModuleShape shape);

/// A network of so many layers: to what comes in, weights are added that are i8
/// per-axis, and the sum goes through u8 and back.
std::string makeNetwork(ModuleShape shape, unsigned layers);

struct CompileOptions {
  llvm::ArrayRef<unsigned> layers;
  unsigned repetitions = 0;
};

/// Times the pipeline on networks of both shapes, and what LLVM then does with
/// those that are small, and prints a table. Fails after a message.
mlir::LogicalResult measureCompileTime(const mlir::DialectRegistry &registry,
                                       const CompileOptions &options,
                                       llvm::raw_ostream &os);

} // namespace quant_bench

#endif // QUANT_BENCH_COMPILETIME_H
