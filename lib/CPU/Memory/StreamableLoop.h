//===- StreamableLoop.h - Loops whose stores can bypass caches --*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_STREAMABLELOOP_H
#define QUANTEXT_LIB_CPU_STREAMABLELOOP_H

#include "LoopAddresses.h"

namespace mlir::quant_ext {

/// An innermost loop over vectors in a buffer which the function writes and
/// never reads: next to each other, or at the same distance from one to the
/// next.
struct StreamableLoop {
  scf::ForOp loop;
  /// In the order of their addresses, without gaps.
  SmallVector<vector::TransferWriteOp> writes;
  /// How many bytes each of them is after the first.
  SmallVector<int64_t> distances;
  /// What the induction variable grows by.
  int64_t step;
  /// Bytes that an iteration writes.
  int64_t writtenBytes;
  /// How far 1 more in the induction variable moves the writes: the same
  /// everywhere, but 0 where only at run time it is known how far.
  int64_t unitBytes;
  /// Whether iterations write next to each other, or there is something between
  /// what they write.
  bool isDense;
  /// Whether it is a turn of a row: always the same few iterations, which write
  /// nothing but whole lines where the first one begins at a line.
  bool isTurnOfRow;
  /// What stores must be aligned to: lines of a cache, which only then are
  /// written whole, or vectors where those are shorter.
  int64_t alignment;
  /// Whether all writes are aligned where the first one is, or the first two
  /// are if only at run time it is known how far apart.
  bool keepsAlignment;
  /// Whether an iteration may start at any value of the induction variable, not
  /// only at multiples of the step: it gives lanes the same values then. This
  /// holds only where `reads`, which are then all there are, do not overlap
  /// what is written.
  bool startsAnywhere;
  SmallVector<LoopRead> reads;
};

/// Describes `loop`; fails where its stores must stay what they are.
FailureOr<StreamableLoop> matchStreamableLoop(scf::ForOp loop);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_STREAMABLELOOP_H
