//===- FoldOurs.h - Folding weights in this process -------------*- C++ -*-===//

#ifndef QUANT_BENCH_FOLDOURS_H
#define QUANT_BENCH_FOLDOURS_H

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace quant_bench {

/// A model of matmuls with random weights, as a file of plain f32 and as a
/// module in bytecode.
struct WeightFiles {
  int64_t layers, rows, columns;
  /// The axis of the weights that has a scale for each place.
  int64_t axis;
  std::string weights, module;

  int64_t layerBytes() const { return rows * columns * 4; }
  int64_t bytes() const { return layers * layerBytes(); }
};

/// Writes both files; false, after a message, where that fails.
bool writeWeights(const WeightFiles &files,
                  const mlir::DialectRegistry &registry);

/// Reads the module, folds it, writes it to `output` and the integers alone to
/// `integers`: seconds of each, and a hash of the integers.
std::optional<llvm::json::Object>
foldOnce(const WeightFiles &files, const mlir::DialectRegistry &registry,
         unsigned threads, llvm::StringRef output, llvm::StringRef integers);

/// Folds the module again and again, its pages touched: seconds of the first
/// canonicalization, which touches the memory of results first, of the others,
/// and of reading the weights; medians.
std::optional<llvm::json::Object>
timeFolding(const WeightFiles &files, const mlir::DialectRegistry &registry,
            unsigned threads, unsigned repetitions);

} // namespace quant_bench

#endif // QUANT_BENCH_FOLDOURS_H
