//===- Matmul.h - Products of 8-bit matrices beside libraries ---*- C++ -*-===//

#ifndef QUANT_BENCH_MATMUL_H
#define QUANT_BENCH_MATMUL_H

#include "Buffers.h"
#include "Contestant.h"
#include "Measure.h"

#include "mlir/IR/MLIRContext.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quant_bench {

class Peer;

/// A product of activations, m x k, with constant weights, k x n.
struct MatmulRow {
  enum class Kind {
    /// u8 by i8, to the sums as i32.
    Sums,
    /// i8 by i8, to i8 by a scale of the whole, ties to even.
    Requantized
  };
  Kind kind;
  int64_t m, k, n;
  unsigned threads = 1;
  /// The weights are larger than caches are: each time, they come from memory.
  bool isCold = false;

  /// As in `matmul/i32/128x768x3072`.
  std::string name() const;
  bool isSigned() const { return kind == Kind::Requantized; }
  int64_t bytesOut() const { return m * n * (kind == Kind::Sums ? 4 : 1); }
  /// Multiplications and additions.
  int64_t operations() const { return 2 * m * k * n; }
  /// What a sum is multiplied by: a power of 2, so that how often a library
  /// rounds does not matter.
  float getMultiplier() const;
};

std::vector<MatmulRow> makeMatmulRows(llvm::ArrayRef<unsigned> threads);

/// Operands and results of one row. Random numbers, among them the ends of
/// their range.
struct MatmulBuffers {
  explicit MatmulBuffers(const MatmulRow &row);

  Buffer activations, weights, result, wanted;
};

/// The function that ours is compiled from, whose weights are zero.
std::string makeMatmulSource(const MatmulRow &row);

/// Named `ours`; none after a message.
std::optional<Contestant> makeOursOfMatmul(const MatmulRow &row,
                                           const MatmulBuffers &buffers,
                                           llvm::StringRef target,
                                           mlir::MLIRContext &context);

/// The instruction vpdpbusd on registers alone, named `peak`: what no product
/// can exceed on one thread. None where the machine does not have it.
std::optional<Contestant> makePeakOfMatmul();

struct MatmulOptions {
  std::string target, jsonFile, perturbed;
};

/// Checks and times rows beside these peers, by name and number of threads, and
/// prints what it found in 10^9 operations a second.
mlir::LogicalResult
measureMatmul(llvm::ArrayRef<MatmulRow> rows, const MatmulOptions &options,
              llvm::function_ref<const Peer *(llvm::StringRef, unsigned)> peers,
              llvm::ArrayRef<std::pair<std::string, std::string>> versions,
              mlir::MLIRContext &context);

} // namespace quant_bench

#endif // QUANT_BENCH_MATMUL_H
