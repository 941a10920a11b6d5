//===- LoopStreamer.h - A loop with stores that bypass caches ---*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_LOOPSTREAMER_H
#define QUANTEXT_LIB_CPU_LOOPSTREAMER_H

#include "Buffers.h"
#include "StreamableLoop.h"

#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// Whether `nest` itself writes vectors to the buffer of `memref`: what it
/// reads of it is in a cache then.
bool isWrittenIn(scf::ForOp nest, Value memref);

/// What follows from the target.
struct StreamLimits {
  /// Bytes of a row at most, for the next one to be in the cache beside it.
  int64_t rowBytes = 0;
  /// How far ahead of what is read memory is asked for; 0 for not at all.
  int64_t prefetchBytes = 0;
  /// Parts of a loop, far apart in memory, that are taken by turns.
  int64_t parts = 1;
  /// Of nothing where there are no turns.
  Turn turn = {};
};

/// Makes loops with stores that bypass the caches of one, before and after that
/// the values of the induction variable are the same:
///
/// - one whose vectors go to memory from registers, where they are aligned. If
///   an iteration may start anywhere, the first that this loop has is the first
///   that is aligned;
/// - one that does so in several parts of the iterations by turns, where memory
///   comes faster so, in place of most of that;
/// - one whose vectors go by way of a buffer in the first-level cache, of which
///   whole lines go to memory, where vectors are not aligned;
/// - the original one, for what is left: all where the buffers overlap, nothing
///   where one of the others takes all, or the first and the last iteration,
///   whose lanes overlap those of the aligned loop and are the same there.
class LoopStreamer {
public:
  LoopStreamer(RewriterBase &rewriter, const StreamableLoop &streamable,
               scf::ForOp nest, const StreamLimits &limits)
      : rewriter(rewriter), streamable(streamable), loop(streamable.loop),
        nest(nest), limits(limits), loc(loop.getLoc()) {}

  /// True if all or nothing is left to the original loop.
  bool run();

private:
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(rewriter, loc, value);
  }
  template <typename OpT, typename... Args>
  Value emit(Args &&...args) {
    return rewriter.createOrFold<OpT>(loc, std::forward<Args>(args)...);
  }
  Value compare(arith::CmpIPredicate predicate, Value lhs, Value rhs) {
    return emit<arith::CmpIOp>(predicate, lhs, rhs);
  }
  Value select(Value condition, Value yes, Value no) {
    return emit<arith::SelectOp>(condition, yes, no);
  }

  Value emitAddress(Value memref, ValueRange indices, Value inductionVar);
  Value emitBytesTo(int64_t alignment, Value from);
  Value emitAreApart(const LoopRead &read, Value writeBegin, Value writeEnd,
                     Value iterations);
  int64_t getIterationsOfTurn();
  bool canTakeTurns();
  Value emitTurns(Value from, Value to);
  bool isWorthPrefetching(const LoopRead &read);
  void prefetch(const LoopRead &read, scf::ForOp clone, Operation *copy);
  scf::ForOp cloneLoop(Value from, Value to, IRMapping &mapping);
  void streamStores(const IRMapping &mapping);
  void emitAlignedLoop(Value from, Value to);
  void splitAtAlignment();

  // By way of the first-level cache.
  bool canStage();
  Value emitAreBuffersApart();
  void emitStagedLoop(Value from, Value to);

  RewriterBase &rewriter;
  StreamableLoop streamable;
  scf::ForOp loop, nest;
  StreamLimits limits;
  Location loc;

  // Of the original loop.
  Value begin, end, covered, iterations;
  /// Where the first iteration writes, and the bytes up to a multiple of the
  /// alignment.
  Value address, missing;
  Value isAligned;
  /// Whether the loop is long and free enough for parts of it to take turns.
  bool takesTurns = false;
  /// Reads of loops before that ask for what comes next already.
  SmallPtrSet<Operation *, 2> askedBefore;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_LOOPSTREAMER_H
