//===- StreamStores.cpp - Stores that bypass the caches -------------------===//

#include "StreamableLoop.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTSTREAMSTORES
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Iterations from which on it pays to start at an aligned address: two more
/// are needed then, and the lines at both ends are read all the same.
static constexpr int64_t kLeastIterationsToAlign = 8;

/// How far ahead of what is read now memory is asked for what will be. The
/// hardware does not look beyond a page of 4 KiB by itself; measured on Zen 5,
/// less than two pages is too late.
static constexpr int64_t kPrefetchBytes = 8192;
static constexpr int64_t kLineBytes = 64;

//===----------------------------------------------------------------------===//
// One loop
//===----------------------------------------------------------------------===//

namespace {
/// Makes two loops of one, before and after that the values of the induction
/// variable are the same:
///
/// - one with stores that bypass the caches, from the first aligned address on;
/// - the original one, which has nothing left to do where all is aligned. Where
///   it is not, it has its first and its last iteration, whose lanes overlap
///   those of the other loop and are the same there. It has all iterations
///   where no start would make the address aligned, or the buffers overlap.
class LoopStreamer {
public:
  LoopStreamer(RewriterBase &rewriter, const StreamableLoop &streamable,
               scf::ForOp nest)
      : rewriter(rewriter), streamable(streamable), loop(streamable.loop),
        nest(nest), loc(loop.getLoc()) {}

  void run();

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

  Value substitute(Value index, Value inductionVar);
  Value emitAddress(Value memref, ValueRange indices);
  Value emitAreApart(const LoopRead &read, Value writeBegin, Value writeEnd,
                     Value iterations);
  bool isWorthPrefetching(const LoopRead &read);
  void emitPrefetches(const LoopRead &read, Value inductionVar);
  void emitStreamingLoop(Value from, Value to);

  RewriterBase &rewriter;
  StreamableLoop streamable;
  scf::ForOp loop, nest;
  Location loc;
};
} // namespace

/// Whether `value` is, or is an affine function of, that induction variable.
static bool dependsOn(Value value, Value inductionVar) {
  if (value == inductionVar)
    return true;
  auto apply = value.getDefiningOp<affine::AffineApplyOp>();
  return apply && llvm::any_of(apply.getMapOperands(), [&](Value operand) {
           return dependsOn(operand, inductionVar);
         });
}

/// Whether every iteration of all loops of the nest reads something else, which
/// no cache can have then.
static bool isReadOnce(scf::ForOp loop, scf::ForOp nest, const LoopRead &read) {
  while (loop != nest) {
    loop = cast<scf::ForOp>(loop->getParentOp());
    Value inductionVar = loop.getInductionVar();
    if (loop.isDefinedOutsideOfLoop(read.memref) &&
        llvm::none_of(read.indices, [&](Value index) {
          return dependsOn(index, inductionVar);
        }))
      return false;
  }
  return true;
}

/// What an index of the body is for that value of the induction variable.
Value LoopStreamer::substitute(Value index, Value inductionVar) {
  if (index == loop.getInductionVar())
    return inductionVar;
  if (loop.isDefinedOutsideOfLoop(index))
    return index;
  auto apply = index.getDefiningOp<affine::AffineApplyOp>();
  assert(apply && "an index whose growth is known");
  SmallVector<OpFoldResult> operands = llvm::map_to_vector(
      apply.getMapOperands(), [&](Value operand) -> OpFoldResult {
        return substitute(operand, inductionVar);
      });
  return getValueOrCreateConstantIndexOp(
      rewriter, loc,
      affine::makeComposedFoldedAffineApply(rewriter, loc, apply.getAffineMap(),
                                            operands));
}

/// Where the first iteration begins to read or write.
Value LoopStreamer::emitAddress(Value memref, ValueRange indices) {
  auto metadata =
      memref::ExtractStridedMetadataOp::create(rewriter, loc, memref);
  SmallVector<OpFoldResult> first =
      llvm::map_to_vector(indices, [&](Value index) -> OpFoldResult {
        return substitute(index, loop.getLowerBound());
      });
  auto [element, operands] =
      computeLinearIndex(metadata.getConstifiedMixedOffset(),
                         metadata.getConstifiedMixedStrides(), first);
  unsigned bits = cast<MemRefType>(memref.getType()).getElementTypeBitWidth();
  OpFoldResult bytes = affine::makeComposedFoldedAffineApply(
      rewriter, loc, element * llvm::divideCeil(bits, 8), operands);
  Value begin =
      memref::ExtractAlignedPointerAsIndexOp::create(rewriter, loc, memref);
  return emit<arith::AddIOp>(
      begin, getValueOrCreateConstantIndexOp(rewriter, loc, bytes));
}

/// Whether all that the loop reads here is before or after all that it writes.
Value LoopStreamer::emitAreApart(const LoopRead &read, Value writeBegin,
                                 Value writeEnd, Value iterations) {
  Value begin = emitAddress(read.memref, read.indices);
  Value bytes = constant(read.bytes);
  if (read.stride)
    bytes = emit<arith::MulIOp>(iterations, bytes);
  Value end = emit<arith::AddIOp>(begin, bytes);
  return emit<arith::OrIOp>(
      compare(arith::CmpIPredicate::ule, end, writeBegin),
      compare(arith::CmpIPredicate::ule, writeEnd, begin));
}

/// Not of what is in a cache, nor of a few parameters among many values.
bool LoopStreamer::isWorthPrefetching(const LoopRead &read) {
  int64_t most = 0;
  for (const LoopRead &other : streamable.reads)
    most = std::max(most, other.bytes);
  return read.stride && read.bytes * 8 > most && isReadOnce(loop, nest, read);
}

/// Asks for what the read will need many iterations later, beyond the end of a
/// row too: there the next one is, and no address is wrong to ask for.
void LoopStreamer::emitPrefetches(const LoopRead &read, Value inductionVar) {
  int64_t distance = llvm::divideCeil(kPrefetchBytes, read.stride);
  Value later =
      emit<arith::AddIOp>(inductionVar, constant(distance * streamable.step));
  SmallVector<Value> indices = llvm::map_to_vector(
      read.indices, [&](Value index) { return substitute(index, later); });
  Value first = indices.back();
  int64_t elementBytes =
      cast<MemRefType>(read.memref.getType()).getElementTypeBitWidth() / 8;
  for (int64_t bytes = 0; bytes < read.bytes; bytes += kLineBytes) {
    indices.back() = emit<arith::AddIOp>(first, constant(bytes / elementBytes));
    memref::PrefetchOp::create(rewriter, loc, read.memref, indices,
                               /*isWrite=*/false, /*localityHint=*/3,
                               /*isDataCache=*/true);
  }
}

void LoopStreamer::emitStreamingLoop(Value from, Value to) {
  rewriter.setInsertionPointAfter(loop);
  IRMapping mapping;
  auto streaming = cast<scf::ForOp>(rewriter.clone(*loop, mapping));
  streaming.setLowerBound(from);
  streaming.setUpperBound(to);
  rewriter.setInsertionPointToStart(streaming.getBody());
  for (const LoopRead &read : streamable.reads)
    if (isWorthPrefetching(read))
      emitPrefetches(read, streaming.getInductionVar());
  for (vector::TransferWriteOp original : streamable.writes) {
    auto write =
        cast<vector::TransferWriteOp>(mapping.lookup(original.getOperation()));
    rewriter.setInsertionPoint(write);
    rewriter.replaceOpWithNewOp<vector::StoreOp>(
        write, write.getVector(), write.getBase(), write.getIndices(),
        /*nontemporal=*/true, llvm::MaybeAlign(streamable.alignment));
  }
}

void LoopStreamer::run() {
  rewriter.setInsertionPoint(loop);
  Value zero = constant(0), step = loop.getStep();
  Value begin = loop.getLowerBound();
  Value length = emit<arith::SubIOp>(loop.getUpperBound(), begin);
  Value iterations =
      emit<arith::MaxSIOp>(emit<arith::CeilDivSIOp>(length, step), zero);
  Value covered = emit<arith::MulIOp>(iterations, step);
  Value end = emit<arith::AddIOp>(begin, covered);

  vector::TransferWriteOp write = streamable.writes.front();
  Value address = emitAddress(write.getBase(), write.getIndices());
  Value missing = emit<arith::AndIOp>(emit<arith::SubIOp>(zero, address),
                                      constant(streamable.alignment - 1));
  Value isAligned = compare(arith::CmpIPredicate::eq, missing, zero);
  // What could be aligned would be too short for it.
  std::optional<int64_t> known = getConstantIntValue(iterations);
  if (!streamable.startsAnywhere ||
      (known && *known < kLeastIterationsToAlign)) {
    Value border = select(isAligned, end, begin);
    emitStreamingLoop(begin, border);
    loop.setLowerBound(border);
    return;
  }

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
  emitStreamingLoop(from, select(streams, select(isAligned, end, last), begin));
  rewriter.setInsertionPoint(loop);
  loop.setLowerBound(select(isWhole, end, begin));
  // With nothing missing, the step is not used.
  Value isSplit = emit<arith::AndIOp>(
      streams, compare(arith::CmpIPredicate::ne, missing, zero));
  loop.setStep(select(isSplit, beforeLast, step));
}

//===----------------------------------------------------------------------===//
// Nests of loops
//===----------------------------------------------------------------------===//

/// The outermost of the loops around `loop` that a thread runs in sequence.
static scf::ForOp getNest(scf::ForOp loop) {
  while (auto parent = dyn_cast<scf::ForOp>(loop->getParentOp())) {
    if (parent.getNumResults() != 0)
      break;
    loop = parent;
  }
  return loop;
}

/// Whether `op` is in a loop that several threads share.
static bool isInParallel(Operation *op) {
  for (op = op->getParentOp(); op && !isa<FunctionOpInterface>(op);
       op = op->getParentOp())
    if (!isa<scf::ForOp, scf::IfOp>(op))
      return true;
  return false;
}

/// What all threads together see of a buffer.
static Value getSharedView(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>()) {
    if (!isInParallel(view) || !isa<MemRefType>(view.getViewSource().getType()))
      break;
    memref = view.getViewSource();
  }
  return memref;
}

/// The buffers that a nest of loops reads and writes.
static SetVector<Value> getBuffers(scf::ForOp nest) {
  SetVector<Value> buffers;
  nest.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (isa<MemRefType>(operand.getType()) &&
          nest.isDefinedOutsideOfLoop(operand))
        buffers.insert(getSharedView(operand));
  });
  return buffers;
}

/// The bytes of all these buffers.
static OpFoldResult emitBytes(OpBuilder &builder, Location loc,
                              const SetVector<Value> &buffers) {
  OpFoldResult total = builder.getIndexAttr(0);
  AffineExpr s0, s1;
  bindSymbols(builder.getContext(), s0, s1);
  for (Value buffer : buffers) {
    auto type = cast<MemRefType>(buffer.getType());
    OpFoldResult bytes = builder.getIndexAttr(
        llvm::divideCeil(type.getElementTypeBitWidth(), 8));
    for (OpFoldResult size : memref::getMixedSizes(builder, loc, buffer))
      bytes = affine::makeComposedFoldedAffineApply(builder, loc, s0 * s1,
                                                    {bytes, size});
    total = affine::makeComposedFoldedAffineApply(builder, loc, s0 + s1,
                                                  {total, bytes});
  }
  return total;
}

/// Stores that bypass the caches reach memory in any order: what the thread
/// does after the nest must not.
static void emitFence(RewriterBase &rewriter, Location loc) {
  LLVM::CallIntrinsicOp::create(rewriter, loc,
                                rewriter.getStringAttr("llvm.x86.sse.sfence"),
                                ValueRange());
}

namespace {

struct StreamStoresPass
    : public quant_ext::impl::QuantExtStreamStoresBase<StreamStoresPass> {
  using QuantExtStreamStoresBase::QuantExtStreamStoresBase;

  LogicalResult initialize(MLIRContext *context) override {
    auto emit = [&] { return emitError(UnknownLoc::get(context)); };
    FailureOr<TargetInfo> info = resolveTarget(target, features, emit);
    if (failed(info))
      return failure();
    isSupported = info->isX86() && minBytes >= 0;
    leastBytes = minBytes > 0 ? int64_t(minBytes) : info->caches.l3;
    return success();
  }

  void runOnOperation() override {
    if (!isSupported)
      return;
    llvm::MapVector<Operation *, SmallVector<StreamableLoop>> nests;
    getOperation().walk([&](scf::ForOp loop) {
      FailureOr<StreamableLoop> streamable = matchStreamableLoop(loop);
      if (succeeded(streamable))
        nests[getNest(loop)].push_back(*streamable);
    });
    IRRewriter rewriter(&getContext());
    for (auto &[nest, loops] : nests)
      streamNest(rewriter, cast<scf::ForOp>(nest), loops);
    // What was folded away, and sizes that nobody asked for in the end.
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
  }

  /// Lets `loops` of a nest bypass the caches if enough is moved through them:
  /// behind a branch where only at run time it is known how much.
  void streamNest(RewriterBase &rewriter, scf::ForOp nest,
                  ArrayRef<StreamableLoop> loops) {
    Location loc = nest.getLoc();
    rewriter.setInsertionPoint(nest);
    OpFoldResult bytes = emitBytes(rewriter, loc, getBuffers(nest));
    if (std::optional<int64_t> known = getConstantIntValue(bytes)) {
      if (*known < leastBytes)
        return;
      rewriter.setInsertionPointAfter(nest);
    } else {
      Value isLarge = arith::CmpIOp::create(
          rewriter, loc, arith::CmpIPredicate::uge,
          getValueOrCreateConstantIndexOp(rewriter, loc, bytes),
          arith::ConstantIndexOp::create(rewriter, loc, leastBytes));
      auto branch = scf::IfOp::create(rewriter, loc, isLarge,
                                      /*withElseRegion=*/true);
      rewriter.setInsertionPointToStart(branch.elseBlock());
      rewriter.clone(*nest);
      rewriter.moveOpBefore(nest, branch.thenYield());
      rewriter.setInsertionPoint(branch.thenYield());
    }
    emitFence(rewriter, loc);
    for (const StreamableLoop &streamable : loops) {
      LoopStreamer(rewriter, streamable, nest).run();
      ++numStreamed;
    }
  }

  bool isSupported = false;
  int64_t leastBytes = 0;
};

} // namespace
