//===- LoopStreamerStage.cpp - Stores by way of a buffer in a cache -------===//

#include "Buffers.h"
#include "LoopStreamer.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// What is collected before it goes to memory, or what one iteration writes if
/// that is more: little, so that memory is read and written at the same time,
/// and what is collected next does not wait in the queue of stores behind what
/// is on its way; measured on Zen 4 and 5, 8 and 16 KiB lose a fifth, and twice
/// the 1764 bytes of 9 rows of 49 floats a quarter.
static constexpr int64_t kStageBytes = 1024;
/// What a loop writes at least for it to be worth it.
static constexpr int64_t kLeastBytesToStage = 1024;
/// What an iteration writes at most.
static constexpr int64_t kMostBytesOfIteration = 16384;

/// The buffers that a loop reads; none where that is not known.
static std::optional<SmallVector<Value>> getReadBuffers(scf::ForOp loop) {
  SmallVector<Value> buffers;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isMemoryEffectFree(&op) || isa<vector::TransferWriteOp>(op))
      continue;
    Value memref;
    if (auto read = dyn_cast<vector::TransferReadOp>(op))
      memref = read.getBase();
    else if (auto load = dyn_cast<memref::LoadOp>(op))
      memref = load.getMemRef();
    if (!memref || !isa<MemRefType>(memref.getType()))
      return std::nullopt;
    Value buffer = getBuffer(memref);
    if (!llvm::is_contained(buffers, buffer))
      buffers.push_back(buffer);
  }
  return buffers;
}

bool LoopStreamer::canStage() {
  vector::TransferWriteOp write = streamable.writes.front();
  int64_t elementBytes = getElementBytes(write.getVectorType());
  if (!streamable.isDense || streamable.unitBytes % elementBytes != 0 ||
      kLineBytes % elementBytes != 0 ||
      streamable.writtenBytes > kMostBytesOfIteration ||
      !llvm::all_of(write.getIndices().drop_back(), [&](Value index) {
        return loop.isDefinedOutsideOfLoop(index);
      }))
    return false;
  std::optional<int64_t> known = getConstantIntValue(iterations);
  if (known && *known * streamable.writtenBytes < kLeastBytesToStage)
    return false;
  std::optional<SmallVector<Value>> reads = getReadBuffers(loop);
  if (!reads)
    return false;
  reads->push_back(getBuffer(write.getBase()));
  return llvm::all_of(*reads, [&](Value buffer) {
    auto type = dyn_cast<MemRefType>(buffer.getType());
    return type && type.isStrided() && nest.isDefinedOutsideOfLoop(buffer) &&
           hasKnownOrigin(buffer);
  });
}

/// Whether what the loop writes may reach memory after later reads, because
/// nothing that it reads overlaps; and whether there is enough of it, of
/// elements that no line divides.
Value LoopStreamer::emitAreBuffersApart() {
  vector::TransferWriteOp write = streamable.writes.front();
  int64_t elementBytes = getElementBytes(write.getVectorType());
  Value apart = compare(
      arith::CmpIPredicate::eq,
      emit<arith::AndIOp>(address, constant(elementBytes - 1)), constant(0));
  apart = emit<arith::AndIOp>(
      apart, compare(arith::CmpIPredicate::sge,
                     emit<arith::MulIOp>(iterations,
                                         constant(streamable.writtenBytes)),
                     constant(kLeastBytesToStage)));

  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(nest);
  Value areDisjoint = emitAreDisjoint(rewriter, loc, getBuffer(write.getBase()),
                                      *getReadBuffers(loop));
  rewriter.setInsertionPoint(loop);
  return emit<arith::AndIOp>(apart, areDisjoint);
}

/// Iterations in parts: each fills lines of the stage, of which the whole ones
/// go to memory past the caches. The last one, which the next part goes on
/// filling, is moved to the front. Only at both ends of all are there lines
/// that are not whole: those are written with what is next to them.
void LoopStreamer::emitStagedLoop(Value from, Value to) {
  vector::TransferWriteOp write = streamable.writes.front();
  Type element = write.getVectorType().getElementType();
  int64_t elementBytes = getElementBytes(element);
  int64_t line = kLineBytes / elementBytes;
  int64_t perPart = std::max<int64_t>(kStageBytes / streamable.writtenBytes, 1);
  int64_t elements = perPart * streamable.writtenBytes / elementBytes;
  auto lineType = VectorType::get({line}, element);
  // A line before, for the last one of the part before, and one at each end
  // that a part may fill partly.
  Value stage = createStackBuffer(rewriter, nest, elements + 3 * line, element);
  Value lineLength = constant(line), zero = constant(0);
  Value partStep = constant(perPart * streamable.step);

  rewriter.setInsertionPointAfter(loop);
  auto parts = scf::ForOp::create(rewriter, loc, from, to, partStep);
  rewriter.setInsertionPointToStart(parts.getBody());
  Value first = parts.getInductionVar();
  Value end = emit<arith::MinSIOp>(emit<arith::AddIOp>(first, partStep), to);
  SmallVector<Value> at =
      substitute(rewriter, loc, loop, write.getIndices(), first);
  Value start = at.back();
  auto emitStore = [&](Value from, Value distance, bool isWhole) {
    Value vector = vector::LoadOp::create(
        rewriter, loc, lineType, stage, from, /*nontemporal=*/false,
        llvm::MaybeAlign(isWhole ? kLineBytes : elementBytes));
    at.back() = emit<arith::AddIOp>(start, distance);
    vector::StoreOp::create(
        rewriter, loc, vector, write.getBase(), at, /*nontemporal=*/isWhole,
        llvm::MaybeAlign(isWhole ? kLineBytes : elementBytes));
  };
  // Lines of the stage are those of memory.
  Value misaligned = emit<arith::DivUIOp>(
      emit<arith::AndIOp>(
          emitAddress(write.getBase(), write.getIndices(), first),
          constant(kLineBytes - 1)),
      constant(elementBytes));
  Value unit = constant(streamable.unitBytes / elementBytes);
  Value filled = emit<arith::AddIOp>(
      misaligned, emit<arith::MulIOp>(emit<arith::SubIOp>(end, first), unit));

  IRMapping mapping;
  scf::ForOp compute = cloneLoop(first, end, mapping);
  for (auto [original, distance] :
       llvm::zip_equal(streamable.writes, streamable.distances)) {
    auto copy =
        cast<vector::TransferWriteOp>(mapping.lookup(original.getOperation()));
    rewriter.setInsertionPoint(copy);
    Value index = emit<arith::MulIOp>(
        emit<arith::SubIOp>(compute.getInductionVar(), first), unit);
    index = emit<arith::AddIOp>(index, misaligned);
    index =
        emit<arith::AddIOp>(index, constant(line + distance / elementBytes));
    auto staged = vector::TransferWriteOp::create(
        rewriter, loc, copy.getVector(), stage, ValueRange(index),
        ArrayRef<bool>{true});
    if (copy.getMask())
      staged.getMaskMutable().assign(copy.getMask());
    rewriter.eraseOp(copy);
  }

  rewriter.setInsertionPointAfter(compute);
  Value isMisaligned = compare(arith::CmpIPredicate::ne, misaligned, zero);
  Value startsLine = emit<arith::AndIOp>(
      compare(arith::CmpIPredicate::eq, first, from), isMisaligned);
  Value whole =
      emit<arith::SubIOp>(filled, emit<arith::RemUIOp>(filled, lineLength));
  Value endsLine =
      emit<arith::AndIOp>(compare(arith::CmpIPredicate::eq, end, to),
                          compare(arith::CmpIPredicate::ne, whole, filled));
  auto emitIf = [&](Value condition, function_ref<void()> body) {
    auto branch = scf::IfOp::create(rewriter, loc, condition);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(branch.thenBlock());
    body();
  };
  emitIf(startsLine, [&] {
    emitStore(emit<arith::AddIOp>(misaligned, lineLength), zero, false);
  });
  auto lines = scf::ForOp::create(
      rewriter, loc, select(startsLine, lineLength, zero), whole, lineLength);
  rewriter.setInsertionPointToStart(lines.getBody());
  emitStore(emit<arith::AddIOp>(lines.getInductionVar(), lineLength),
            emit<arith::SubIOp>(lines.getInductionVar(), misaligned), true);
  rewriter.setInsertionPointAfter(lines);
  emitIf(endsLine, [&] {
    Value before = emit<arith::SubIOp>(filled, lineLength);
    emitStore(filled, emit<arith::SubIOp>(before, misaligned), false);
  });
  for (Value from : {whole, emit<arith::AddIOp>(whole, lineLength)}) {
    Value vector = vector::LoadOp::create(rewriter, loc, lineType, stage, from,
                                          false, llvm::MaybeAlign(kLineBytes));
    vector::StoreOp::create(rewriter, loc, vector, stage,
                            emit<arith::SubIOp>(from, whole), false,
                            llvm::MaybeAlign(kLineBytes));
  }
}
