//===- StreamStores.cpp - Stores that bypass the caches -------------------===//

#include "LoopStreamer.h"
#include "MemoryUnits.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
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

//===----------------------------------------------------------------------===//
// Nests of loops
//===----------------------------------------------------------------------===//

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
    OpFoldResult bytes = builder.getIndexAttr(getElementBytes(type));
    for (OpFoldResult size : memref::getMixedSizes(builder, loc, buffer))
      bytes = affine::makeComposedFoldedAffineApply(builder, loc, s0 * s1,
                                                    {bytes, size});
    total = affine::makeComposedFoldedAffineApply(builder, loc, s0 + s1,
                                                  {total, bytes});
  }
  return total;
}

/// What counts of all that a nest moves.
static OpFoldResult emitCountedBytes(OpBuilder &builder, Location loc,
                                     scf::ForOp nest,
                                     ArrayRef<StreamableLoop> loops,
                                     const StreamRule &rule) {
  SetVector<Value> buffers = getBuffers(nest), written;
  for (const StreamableLoop &streamable : loops) {
    vector::TransferWriteOp write = streamable.writes.front();
    for (Value view : buffers)
      if (getBuffer(view) == getBuffer(write.getBase()))
        written.insert(view);
  }
  AffineExpr s0, s1;
  bindSymbols(builder.getContext(), s0, s1);
  return affine::makeComposedFoldedAffineApply(
      builder, loc, s0 - (s1 * rule.uncounted).floorDiv(rule.whole),
      {emitBytes(builder, loc, buffers), emitBytes(builder, loc, written)});
}

/// Whether `loop` packs what `nest` has put in a cache: it reads no memory
/// while it stores, and writes little of all that the nest moves.
static bool onlyPacks(const StreamableLoop &streamable, scf::ForOp nest) {
  int64_t bytesRead = 0;
  bool isCached = true;
  streamable.loop->walk([&](vector::TransferReadOp read) {
    isCached &= isWrittenIn(nest, read.getBase());
    VectorType type = read.getVectorType();
    bytesRead += getTotalBytes(type);
  });
  return isCached && streamable.writtenBytes < bytesRead;
}

/// Stores that bypass the caches reach memory in any order: what the thread
/// does after the nest must not.
static void emitFence(RewriterBase &rewriter, Location loc) {
  LLVM::CallIntrinsicOp::create(rewriter, loc,
                                rewriter.getStringAttr("llvm.x86.sse.sfence"),
                                ValueRange());
}

/// Lets one loop behind `branch` take what `rest` and `other`, which is the
/// same but for where it begins, take in its two blocks.
static void mergeRest(RewriterBase &rewriter, scf::IfOp branch, scf::ForOp rest,
                      scf::ForOp other) {
  rewriter.setInsertionPoint(branch);
  auto merged =
      scf::IfOp::create(rewriter, branch.getLoc(),
                        rest.getLowerBound().getType(), branch.getCondition(),
                        /*withElseRegion=*/true);
  Value begins[] = {rest.getLowerBound(), other.getLowerBound()};
  rewriter.moveOpAfter(rest, merged);
  rest.setLowerBound(merged.getResult(0));
  rewriter.eraseOp(other);
  for (auto [from, to, begin] :
       llvm::zip_equal(branch->getRegions(), merged->getRegions(), begins)) {
    rewriter.eraseOp(from.front().getTerminator());
    rewriter.mergeBlocks(&from.front(), &to.front());
    rewriter.setInsertionPointToEnd(&to.front());
    scf::YieldOp::create(rewriter, branch.getLoc(), begin);
  }
  rewriter.eraseOp(branch);
}

namespace {

struct StreamStoresPass
    : public quant_ext::impl::QuantExtStreamStoresBase<StreamStoresPass> {
  using QuantExtStreamStoresBase::QuantExtStreamStoresBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> resolved = resolveTarget(context, target, features);
    if (failed(resolved))
      return failure();
    info = *resolved;
    isSupported = info.isX86() && minBytes >= 0;
    limits = {info.caches.l2 / 4, info.prefetchBytes, info.parts, info.turn};
    return success();
  }

  void runOnOperation() override {
    if (!isSupported)
      return;
    llvm::MapVector<Operation *, SmallVector<StreamableLoop>> nests;
    getOperation().walk([&](scf::ForOp loop) {
      FailureOr<StreamableLoop> streamable = matchStreamableLoop(loop);
      if (failed(streamable))
        return;
      scf::ForOp nest = getNest(loop);
      if (!onlyPacks(*streamable, nest))
        nests[nest].push_back(*streamable);
    });
    IRRewriter rewriter(&getContext());
    for (auto &[nest, loops] : nests)
      streamNest(rewriter, cast<scf::ForOp>(nest), loops);
    // What was folded away, and sizes that nobody asked for in the end.
    (void)simplifyRegions(rewriter, getOperation()->getRegions(),
                          /*mergeBlocks=*/false);
  }

  /// Lets `loops` of a nest bypass the caches if enough is moved through them:
  /// behind a branch where only at run time it is known how much.
  void streamNest(RewriterBase &rewriter, scf::ForOp nest,
                  ArrayRef<StreamableLoop> loops) {
    Location loc = nest.getLoc();
    rewriter.setInsertionPoint(nest);
    // Where the option says from which bytes on, all count.
    StreamRule rule = minBytes > 0 ? StreamRule{minBytes, 0, 1}
                                   : info.getStreamRule(isInParallel(nest));
    OpFoldResult bytes = emitCountedBytes(rewriter, loc, nest, loops, rule);
    if (std::optional<int64_t> known = getConstantIntValue(bytes)) {
      if (*known >= rule.leastBytes)
        streamLoops(rewriter, nest, loops);
      return;
    }
    Value isLarge = arith::CmpIOp::create(
        rewriter, loc, arith::CmpIPredicate::uge,
        getValueOrCreateConstantIndexOp(rewriter, loc, bytes),
        arith::ConstantIndexOp::create(rewriter, loc, rule.leastBytes));
    auto branch =
        scf::IfOp::create(rewriter, loc, isLarge, /*withElseRegion=*/true);
    rewriter.setInsertionPointToStart(branch.elseBlock());
    auto other = cast<scf::ForOp>(rewriter.clone(*nest));
    rewriter.moveOpBefore(nest, branch.thenYield());
    bool leavesAllOrNothing = streamLoops(rewriter, nest, loops);
    if (leavesAllOrNothing && nest == loops.front().loop)
      mergeRest(rewriter, branch, nest, other);
  }

  /// Lets all of `loops` bypass the caches. True if all or nothing is left to
  /// each of the original ones.
  bool streamLoops(RewriterBase &rewriter, scf::ForOp nest,
                   ArrayRef<StreamableLoop> loops) {
    rewriter.setInsertionPointAfter(nest);
    emitFence(rewriter, nest.getLoc());
    bool leavesAllOrNothing = true;
    for (const StreamableLoop &streamable : loops) {
      leavesAllOrNothing &=
          LoopStreamer(rewriter, streamable, nest, limits).run();
      ++numStreamed;
    }
    return leavesAllOrNothing;
  }

  bool isSupported = false;
  TargetInfo info;
  StreamLimits limits;
};

} // namespace
