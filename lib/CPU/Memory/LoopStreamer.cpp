//===- LoopStreamer.cpp - A loop with stores that bypass caches -----------===//

#include "LoopStreamer.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Iterations from which on it pays to start at an aligned address: two more
/// are needed then, and the lines at both ends are read all the same.
static constexpr int64_t kLeastIterationsToAlign = 8;

/// Where the iteration of that value of the induction variable begins to read
/// or write.
Value LoopStreamer::emitAddress(Value memref, ValueRange indices,
                                Value inductionVar) {
  auto metadata =
      memref::ExtractStridedMetadataOp::create(rewriter, loc, memref);
  SmallVector<OpFoldResult> first =
      getAsOpFoldResult(substitute(rewriter, loc, loop, indices, inductionVar));
  auto [element, operands] =
      computeLinearIndex(metadata.getConstifiedMixedOffset(),
                         metadata.getConstifiedMixedStrides(), first);
  OpFoldResult bytes = affine::makeComposedFoldedAffineApply(
      rewriter, loc, element * getElementBytes(memref.getType()), operands);
  Value pointer =
      memref::ExtractAlignedPointerAsIndexOp::create(rewriter, loc, memref);
  return emit<arith::AddIOp>(
      pointer, getValueOrCreateConstantIndexOp(rewriter, loc, bytes));
}

/// The bytes from there to the next multiple of `alignment`.
Value LoopStreamer::emitBytesTo(int64_t alignment, Value from) {
  return emit<arith::AndIOp>(emit<arith::SubIOp>(constant(0), from),
                             constant(alignment - 1));
}

/// Whether all that the loop reads here is before or after all that it writes.
Value LoopStreamer::emitAreApart(const LoopRead &read, Value writeBegin,
                                 Value writeEnd, Value iterations) {
  Value readBegin = emitAddress(read.memref, read.indices, begin);
  Value bytes = constant(read.bytes);
  if (read.stride)
    bytes = emit<arith::MulIOp>(iterations, bytes);
  Value readEnd = emit<arith::AddIOp>(readBegin, bytes);
  return emit<arith::OrIOp>(
      compare(arith::CmpIPredicate::ule, readEnd, writeBegin),
      compare(arith::CmpIPredicate::ule, writeEnd, readBegin));
}

bool quant_ext::isWrittenIn(scf::ForOp nest, Value memref) {
  Value buffer = getBuffer(memref);
  return nest
      .walk([&](vector::TransferWriteOp write) {
        auto written = dyn_cast<MemrefValue>(write.getBase());
        return written && getBuffer(written) == buffer ? WalkResult::interrupt()
                                                       : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Not of what is in a cache, nor of a few parameters among many values.
bool LoopStreamer::isWorthPrefetching(const LoopRead &read) {
  int64_t most = 0;
  for (const LoopRead &other : streamable.reads)
    most = std::max(most, other.bytes);
  return read.stride && read.bytes * 8 > most && isReadOnce(loop, nest, read) &&
         !isWrittenIn(nest, read.memref);
}

/// Finds the read of a loop before that begins to read, in the same iterations,
/// what `read` does, of which others may read the rest: for `read` it is in a
/// cache then.
static vector::TransferReadOp findReadBefore(scf::ForOp loop,
                                             const LoopRead &read) {
  auto isSame = [](Value lhs, Value rhs) {
    return isEqualConstantIntOrValue(lhs, rhs);
  };
  for (Operation *user : read.memref.getUsers()) {
    auto other = dyn_cast<vector::TransferReadOp>(user);
    auto before = dyn_cast<scf::ForOp>(user->getParentOp());
    if (other && before && before != loop &&
        before->getBlock() == loop->getBlock() &&
        before->isBeforeInBlock(loop) &&
        other.getVectorType().getElementType() ==
            getElementTypeOrSelf(read.op->getResult(0).getType()) &&
        isSame(before.getLowerBound(), loop.getLowerBound()) &&
        isSame(before.getUpperBound(), loop.getUpperBound()) &&
        isSame(before.getStep(), loop.getStep()) &&
        llvm::all_of(llvm::zip_equal(other.getIndices(), read.indices),
                     [&](auto indices) {
                       auto [lhs, rhs] = indices;
                       return isSame(lhs, rhs) ||
                              (lhs == before.getInductionVar() &&
                               rhs == loop.getInductionVar());
                     }))
      return other;
  }
  return nullptr;
}

/// Asks for what `read`, of which `copy` is the one in `clone`, will read
/// later.
void LoopStreamer::prefetch(const LoopRead &read, scf::ForOp clone,
                            Operation *copy) {
  OpBuilder::InsertionGuard guard(rewriter);
  vector::TransferReadOp before = findReadBefore(loop, read);
  std::optional<int64_t> known = getConstantIntValue(iterations);
  // Of what no cache holds until this loop reads it, only this loop can ask for
  // more, and for all of its lines: half of them cost what they save.
  if (known && *known > limits.rowBytes / read.stride)
    before = nullptr;
  rewriter.setInsertionPoint(clone);
  Value distance = constant(
      llvm::divideCeil(limits.prefetchBytes, read.stride) * streamable.step);
  // Each before its read, not all at once: only so many can be under way.
  auto ask = [&](Value inductionVar) {
    emitPrefetches(rewriter, loop, read, inductionVar, 0, read.bytes,
                   CacheLevel::First);
  };
  if (!before) {
    rewriter.setInsertionPoint(copy);
    ask(emit<arith::AddIOp>(clone.getInductionVar(), distance));
    return;
  }

  // Both loops ask for a part of the next row, lest memory is idle while the
  // first one runs, which takes less time: it asks for the first quarter, and
  // the other one for the rest. Were each to ask for every other line of all,
  // these would come a quarter later on Zen 3.
  auto other = cast<scf::ForOp>(before->getParentOp());
  rewriter.setInsertionPoint(other);
  Value first = other.getLowerBound(), four = constant(4);
  Value length = emit<arith::SubIOp>(other.getUpperBound(), first);
  Value quarter = emit<arith::DivUIOp>(length, four);
  Value fits =
      compare(arith::CmpIPredicate::ule, length,
              constant(limits.rowBytes / read.stride * streamable.step));
  Value next = emit<arith::AddIOp>(first, select(fits, length, constant(0)));
  auto emitQuarter = [&](scf::ForOp around) {
    Value position = emit<arith::SubIOp>(around.getInductionVar(), first);
    return emit<arith::DivUIOp>(position, four);
  };
  if (askedBefore.insert(before).second) {
    rewriter.setInsertionPoint(before);
    LoopRead same{before, read.memref, before.getIndices(), read.bytes,
                  read.stride};
    emitPrefetches(
        rewriter, other, same, emit<arith::AddIOp>(next, emitQuarter(other)), 0,
        llvm::alignTo(read.bytes / 4, kLineBytes), CacheLevel::First);
  }
  rewriter.setInsertionPoint(copy);
  Value position = clone.getInductionVar();
  Value later = emit<arith::SubIOp>(
      emit<arith::AddIOp>(position, emit<arith::AddIOp>(length, quarter)),
      emitQuarter(clone));
  ask(select(fits, later, emit<arith::AddIOp>(position, distance)));
}

/// The loop once more, between other bounds, and asking for what it will read.
scf::ForOp LoopStreamer::cloneLoop(Value from, Value to, IRMapping &mapping) {
  auto clone = cast<scf::ForOp>(rewriter.clone(*loop, mapping));
  clone.setLowerBound(from);
  clone.setUpperBound(to);
  // Turns are what processors ask ahead for by themselves.
  if (limits.prefetchBytes == 0 || streamable.isTurnOfRow)
    return clone;
  for (const LoopRead &read : streamable.reads)
    if (isWorthPrefetching(read))
      prefetch(read, clone, mapping.lookup(read.op));
  return clone;
}

/// Lets what is written in a copy of the loop bypass the caches.
void LoopStreamer::streamStores(const IRMapping &mapping) {
  OpBuilder::InsertionGuard guard(rewriter);
  for (vector::TransferWriteOp original : streamable.writes) {
    auto write =
        cast<vector::TransferWriteOp>(mapping.lookup(original.getOperation()));
    rewriter.setInsertionPoint(write);
    rewriter.replaceOpWithNewOp<vector::StoreOp>(
        write, write.getVector(), write.getBase(), write.getIndices(),
        /*nontemporal=*/true, llvm::MaybeAlign(streamable.alignment));
  }
}

void LoopStreamer::emitAlignedLoop(Value from, Value to) {
  IRMapping mapping;
  cloneLoop(from, to, mapping);
  streamStores(mapping);
}

/// Starts at the first aligned address, and leaves the original loop its first
/// and its last iteration.
void LoopStreamer::splitAtAlignment() {
  Value zero = constant(0), step = loop.getStep();
  Value unit = constant(streamable.unitBytes);
  Value shift = emit<arith::DivUIOp>(missing, unit);
  Value canAlign =
      emit<arith::AndIOp>(compare(arith::CmpIPredicate::eq,
                                  emit<arith::RemUIOp>(missing, unit), zero),
                          compare(arith::CmpIPredicate::uge, iterations,
                                  constant(kLeastIterationsToAlign)));
  Value streams = emit<arith::OrIOp>(isAligned, canAlign);
  Value writeEnd = emit<arith::AddIOp>(
      address,
      emit<arith::MulIOp>(iterations, constant(streamable.writtenBytes)));
  for (const LoopRead &read : streamable.reads)
    streams = emit<arith::AndIOp>(
        streams, emitAreApart(read, address, writeEnd, iterations));

  Value beforeLast = emit<arith::SubIOp>(covered, step);
  Value last = emit<arith::AddIOp>(begin, beforeLast);
  Value isWhole = emit<arith::AndIOp>(streams, isAligned);
  Value from = emit<arith::AddIOp>(begin, shift);
  Value to = select(streams, select(isAligned, end, last), begin);
  rewriter.setInsertionPointAfter(loop);
  if (takesTurns) {
    Value toLine =
        emitBytesTo(kLineBytes, emit<arith::AddIOp>(address, missing));
    Value first = emit<arith::AddIOp>(from, emit<arith::DivUIOp>(toLine, unit));
    Value rest = emitTurns(first, to);
    emitAlignedLoop(from, emit<arith::MinSIOp>(first, to));
    from = rest;
  }
  emitAlignedLoop(from, to);
  rewriter.setInsertionPoint(loop);
  loop.setLowerBound(select(isWhole, end, begin));
  // With nothing missing, the step is not used.
  Value isSplit = emit<arith::AndIOp>(
      streams, compare(arith::CmpIPredicate::ne, missing, zero));
  loop.setStep(select(isSplit, beforeLast, step));
}

bool LoopStreamer::run() {
  rewriter.setInsertionPoint(loop);
  Value zero = constant(0), step = loop.getStep();
  begin = loop.getLowerBound();
  Value length = emit<arith::SubIOp>(loop.getUpperBound(), begin);
  iterations =
      emit<arith::MaxSIOp>(emit<arith::CeilDivSIOp>(length, step), zero);
  covered = emit<arith::MulIOp>(iterations, step);
  end = emit<arith::AddIOp>(begin, covered);

  takesTurns = canTakeTurns();
  vector::TransferWriteOp write = streamable.writes.front();
  address = emitAddress(write.getBase(), write.getIndices(), begin);
  missing = emitBytesTo(streamable.alignment, address);
  isAligned = compare(arith::CmpIPredicate::eq, missing, zero);
  if (streamable.unitBytes == 0) {
    Value second = emitAddress(write.getBase(), write.getIndices(),
                               emit<arith::AddIOp>(begin, step));
    Value rest =
        emit<arith::AndIOp>(second, constant(streamable.alignment - 1));
    isAligned = emit<arith::AndIOp>(
        isAligned, compare(arith::CmpIPredicate::eq, rest, zero));
  }

  if (streamable.isTurnOfRow) {
    // What writes parts of lines, to which others come later, is left.
    Value isLine = compare(arith::CmpIPredicate::eq,
                           emitBytesTo(kLineBytes, address), zero);
    Value border = select(isLine, end, begin);
    rewriter.setInsertionPointAfter(loop);
    emitAlignedLoop(begin, border);
    loop.setLowerBound(border);
    return true;
  }

  std::optional<int64_t> known = getConstantIntValue(iterations);
  bool isWhole =
      streamable.keepsAlignment && streamable.alignment == kLineBytes;
  // What could be aligned may be too short for it.
  if (streamable.keepsAlignment && streamable.startsAnywhere &&
      (takesTurns || isWhole || !canStage()) &&
      (!known || *known >= kLeastIterationsToAlign)) {
    splitAtAlignment();
    return false;
  }

  if (takesTurns) {
    Value isLine = compare(arith::CmpIPredicate::eq,
                           emitBytesTo(kLineBytes, address), zero);
    Value canTurn = emit<arith::AndIOp>(isLine, emitAreBuffersApart());
    begin = emitTurns(begin, select(canTurn, end, begin));
  }
  Value border = begin;
  if (isWhole || (streamable.keepsAlignment && !canStage())) {
    border = select(isAligned, end, begin);
    rewriter.setInsertionPointAfter(loop);
    emitAlignedLoop(begin, border);
    rewriter.setInsertionPoint(loop);
  }
  if (canStage()) {
    Value stages = emitAreBuffersApart();
    if (isWhole)
      stages = emit<arith::AndIOp>(
          stages, compare(arith::CmpIPredicate::ne, missing, zero));
    emitStagedLoop(begin, select(stages, end, begin));
    rewriter.setInsertionPoint(loop);
    border = select(stages, end, border);
  }
  loop.setLowerBound(border);
  return true;
}
