//===- LoopStreamerTurns.cpp - Parts of a loop that take turns ------------===//
//
// Memory that is read in one place after the other comes no faster than the
// processor asks for it, which in several places it does for each.
//
//===----------------------------------------------------------------------===//

#include "LoopStreamer.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"

#include <numeric>

using namespace mlir;
using namespace mlir::quant_ext;

/// How far parts are from each other at least. Measured on Zen 3, 4 KiB take
/// twice the time, and 16 KiB a tenth more.
static constexpr int64_t kLeastBytesOfPart = 65536;

/// Bytes that an iteration reads of each buffer.
static SmallVector<int64_t> getBytesRead(scf::ForOp loop) {
  llvm::SmallMapVector<Value, int64_t, 4> bytes;
  for (auto read : loop.getOps<vector::TransferReadOp>())
    bytes[getBuffer(read.getBase())] += getTotalBytes(read.getVectorType());
  return llvm::map_to_vector(bytes, [](auto entry) { return entry.second; });
}

/// What is read most of in an iteration.
static int64_t getMostBytesRead(scf::ForOp loop) {
  SmallVector<int64_t> bytes = getBytesRead(loop);
  return bytes.empty() ? 0 : *llvm::max_element(bytes);
}

/// Whether iterations have a few parameters of their own, as blocks do.
static bool hasParameters(scf::ForOp loop) {
  return !loop.getOps<memref::LoadOp>().empty() ||
         llvm::any_of(getBytesRead(loop), [&](int64_t bytes) {
           return bytes * 8 <= getMostBytesRead(loop);
         });
}

/// Iterations of a turn, which write whole lines.
int64_t LoopStreamer::getIterationsOfTurn() {
  int64_t written = streamable.writtenBytes;
  return llvm::alignTo(
      limits.turn.countVectors(getMostBytesRead(loop), written),
      std::lcm(written, kLineBytes) / written);
}

/// Whether iterations may change places, and are many enough, as a loop in no
/// other is expected to have. Where most of it is written, nothing is gained.
/// Those that have parameters of their own are taken as they come, for many
/// parameters to be prepared together.
bool LoopStreamer::canTakeTurns() {
  int64_t read = getMostBytesRead(loop);
  if (!limits.turn || read < streamable.writtenBytes ||
      !streamable.keepsAlignment || !streamable.isDense ||
      !(streamable.startsAnywhere || canStage()) || hasParameters(loop) ||
      getIterationsOfTurn() * read > 2 * limits.turn.read)
    return false;
  std::optional<int64_t> known = getConstantIntValue(iterations);
  return known ? *known * read >= limits.parts * kLeastBytesOfPart
               : loop == nest;
}

/// The iterations between `from` and `to` in parts that take turns. Returns
/// where they end: less than a turn of each part is left, or all where there
/// are few.
Value LoopStreamer::emitTurns(Value from, Value to) {
  int64_t iterations = getIterationsOfTurn();
  int64_t turn = iterations * streamable.step;
  int64_t leastTurns =
      llvm::divideCeil(kLeastBytesOfPart, iterations * getMostBytesRead(loop));
  Value zero = constant(0), parts = constant(limits.parts);
  Value length = emit<arith::MaxSIOp>(emit<arith::SubIOp>(to, from), zero);
  Value turns = emit<arith::DivUIOp>(length, constant(limits.parts * turn));
  Value isLong =
      compare(arith::CmpIPredicate::uge, turns, constant(leastTurns));
  Value distance =
      select(isLong, emit<arith::MulIOp>(turns, constant(turn)), zero);
  Value covered = emit<arith::MulIOp>(distance, parts);

  OpBuilder::InsertionGuard guard(rewriter);
  Value rest = emit<arith::AddIOp>(from, covered);
  // The step of a loop, which must not be 0 where there are no turns.
  Value toNext = emit<arith::MaxUIOp>(distance, constant(1));
  auto first = scf::ForOp::create(
      rewriter, loc, from, emit<arith::AddIOp>(from, distance), constant(turn));
  rewriter.setInsertionPointToStart(first.getBody());
  auto part = scf::ForOp::create(
      rewriter, loc, first.getInductionVar(),
      emit<arith::AddIOp>(first.getInductionVar(), covered), toNext);
  rewriter.setInsertionPointToStart(part.getBody());
  Value end = emit<arith::AddIOp>(part.getInductionVar(), constant(turn));
  IRMapping mapping;
  auto clone = cast<scf::ForOp>(rewriter.clone(*loop, mapping));
  clone.setLowerBound(part.getInductionVar());
  clone.setUpperBound(end);
  streamStores(mapping);
  return rest;
}
