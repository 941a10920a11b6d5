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

namespace mlir::quant_ext {
struct TargetInfo;
} // namespace mlir::quant_ext

namespace quant_bench {

class Peer;

/// What an operand or a result of a product holds.
enum class Element { U8, I8, I32, F32 };
unsigned getBytes(Element element);

/// A product of activations, m x k, with constant weights, k x n.
struct MatmulRow {
  enum class Kind {
    /// u8 by i8, to the sums as i32.
    Sums,
    /// u8 by u8, to the sums as i32.
    UnsignedSums,
    /// i8 by i8, to i8 by a scale of the whole, ties to even.
    Requantized,
    /// u8 by i8, to u8 by a scale of the whole; of activations and results 128
    /// stands for zero.
    RequantizedUnsigned,
    /// f32 to f32 through u8, with a scale and a zero point of all activations
    /// that are chosen at run time; weights are i8 with a scale for each
    /// column.
    Dynamic,
    /// The same with a scale and a zero point for each row.
    DynamicRows,
    /// f32 by f32, which no integers are in: what they are faster than.
    Float
  };
  Kind kind;
  int64_t m, k, n;
  unsigned threads = 1;
  /// Weights that are used in turn: where it is more than one, they come from
  /// memory.
  unsigned copies = 1;

  /// As in `matmul/i32/128x768x3072`.
  std::string name() const;
  Element activations() const;
  Element weights() const;
  Element result() const;
  bool isDynamic() const {
    return kind == Kind::Dynamic || kind == Kind::DynamicRows;
  }
  int64_t bytesOfWeights() const { return k * n * getBytes(weights()); }
  int64_t bytesOut() const { return m * n * getBytes(result()); }
  /// Multiplications and additions.
  int64_t operations() const { return 2 * m * k * n; }

  /// What a sum is multiplied by where it is requantized. All scales are powers
  /// of 2, so that how often a library rounds does not matter.
  float getMultiplier() const;
  /// Of the weights of dynamic rows.
  float getColumnScale(int64_t column) const;
  /// What activations of dynamic rows are chosen to have.
  float getRowScale(int64_t row) const;
  /// Of activations, given or chosen, and of results.
  uint8_t getZeroPoint() const;
};

std::vector<MatmulRow> makeMatmulRows(llvm::ArrayRef<unsigned> threads);

/// Operands and results of one row. Random numbers, among them the ends of
/// their range, which for signed weights is that of 7 bits; others for each
/// copy.
struct MatmulBuffers {
  MatmulBuffers(const MatmulRow &row, unsigned copy);

  Buffer activations, weights, result, wanted;
};

/// The function that ours is compiled from, whose weights are zero, and their
/// scales 1.
std::string makeMatmulSource(const MatmulRow &row);

/// Named `ours`; none after a message.
std::optional<Contestant> makeOursOfMatmul(const MatmulRow &row,
                                           const MatmulBuffers &buffers,
                                           llvm::StringRef target,
                                           mlir::MLIRContext &context);
/// What it is compiled by, as an option of quant-opt.
std::string getFlagsOfMatmul(const MatmulRow &row, llvm::StringRef target);

/// What no code for the target can exceed: the instruction that multiplies on
/// registers alone, by whose name it goes, and for a single row of activations
/// reading as much of these constants as there are weights: `read`. None where
/// that is not known.
std::vector<Contestant>
makeLimitsOfMatmul(const MatmulRow &row,
                   const mlir::quant_ext::TargetInfo &target,
                   llvm::ArrayRef<llvm::ArrayRef<char>> constants);

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
