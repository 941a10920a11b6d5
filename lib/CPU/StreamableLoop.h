//===- StreamableLoop.h - Loops whose stores can bypass caches --*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_STREAMABLELOOP_H
#define QUANTEXT_LIB_CPU_STREAMABLELOOP_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::quant_ext {

/// What an iteration reads: `bytes` from the address of `indices` in `memref`.
struct LoopRead {
  Value memref;
  ValueRange indices;
  int64_t bytes;
  /// Each iteration reads what follows; otherwise the same again.
  bool moves;
};

/// An innermost loop over vectors that lie next to each other in a buffer which
/// the function writes and never reads.
struct StreamableLoop {
  scf::ForOp loop;
  vector::TransferWriteOp write;
  /// What the induction variable grows by.
  int64_t step;
  /// Bytes that an iteration writes.
  int64_t vectorBytes;
  /// How far 1 more in the induction variable moves the write.
  int64_t unitBytes;
  /// Whether an iteration may start at any value of the induction variable, not
  /// only at multiples of the step: it gives lanes the same values then. This
  /// holds only where `reads`, which are then all there are, do not overlap
  /// what is written.
  bool startsAnywhere;
  SmallVector<LoopRead> reads;

  /// What stores must be aligned to: lines of a cache, which only then are
  /// written whole, or vectors where those are shorter.
  int64_t getAlignment() const { return std::min<int64_t>(vectorBytes, 64); }
};

/// Describes `loop`; fails where its stores must stay what they are.
FailureOr<StreamableLoop> matchStreamableLoop(scf::ForOp loop);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_STREAMABLELOOP_H
