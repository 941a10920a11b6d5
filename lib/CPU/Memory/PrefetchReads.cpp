//===- PrefetchReads.cpp - Memory that is read in several places ----------===//
//
// Processors fetch ahead of who reads memory in order, but not as far in each
// of several places as in one. One place is no way out: what a program finds in
// its own file lies on pages of 4 KiB, and to look the next one up takes longer
// than to read it.
//
//===----------------------------------------------------------------------===//

#include "Buffers.h"
#include "LoopAddresses.h"
#include "MemoryUnits.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTPREFETCHREADS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Places from which on a loop is helped.
static constexpr size_t kLeastPlaces = 2;

/// The outermost of the loops around `loop`, with branches between them or not.
static scf::ForOp getOutermost(scf::ForOp loop) {
  Operation *op = loop;
  while (isa<scf::ForOp, scf::IfOp>(op->getParentOp())) {
    op = op->getParentOp();
    if (auto around = dyn_cast<scf::ForOp>(op))
      loop = around;
  }
  return loop;
}

/// The bytes of all constants of `function`.
static int64_t countBytesOfConstants(func::FuncOp function) {
  DenseMap<StringAttr, int64_t> bytes;
  function.walk([&](memref::GetGlobalOp op) {
    MemRefType type = op.getType();
    bytes[op.getNameAttr().getAttr()] = getTotalBytes(type);
  });
  int64_t total = 0;
  for (auto [name, size] : bytes)
    total += size;
  return total;
}

/// What `loop`, which only reads, reads of constants, each part once and all of
/// them in order.
static SmallVector<LoopRead> findReads(scf::ForOp loop) {
  SmallVector<LoopRead> reads;
  std::optional<int64_t> step = getConstantIntValue(loop.getStep());
  if (!step)
    return {};
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (op.getNumRegions() != 0 ||
        !(isMemoryEffectFree(&op) || hasSingleEffect<MemoryEffects::Read>(&op)))
      return {};
    auto read = dyn_cast<vector::TransferReadOp>(op);
    if (!read || !isa<MemRefType>(read.getShapedType()) ||
        !getBuffer(read.getBase()).getDefiningOp<memref::GetGlobalOp>())
      continue;
    std::optional<int64_t> bytes = getContiguousBytes(read);
    std::optional<int64_t> growth =
        getAddressGrowth(loop, read.getBase(), read.getIndices());
    if (!bytes || !growth || *growth * *step != *bytes ||
        *bytes % kLineBytes != 0)
      continue;
    LoopRead result{read, read.getBase(), read.getIndices(), *bytes, *bytes};
    if (isReadOnce(loop, getOutermost(loop), result))
      reads.push_back(result);
  }
  return reads;
}

namespace {

struct PrefetchReadsPass final
    : public quant_ext::impl::QuantExtPrefetchReadsBase<PrefetchReadsPass> {
  using QuantExtPrefetchReadsBase::QuantExtPrefetchReadsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    distance = info->prefetchBytesOfEach;
    leastBytes = minBytes > 0 ? int64_t(minBytes) : info->caches.l3 / 2;
    return success();
  }

  void runOnOperation() override {
    if (distance == 0 || minBytes < 0 ||
        countBytesOfConstants(getOperation()) < leastBytes)
      return;
    OpBuilder builder(&getContext());
    getOperation().walk([&](scf::ForOp loop) {
      SmallVector<LoopRead> reads = findReads(loop);
      if (reads.size() < kLeastPlaces)
        return;
      for (const LoopRead &read : reads)
        prefetch(builder, loop, read);
      ++numLoops;
    });
  }

  void prefetch(OpBuilder &builder, scf::ForOp loop, const LoopRead &read) {
    // Each before its read, not all at once: only so many can be under way.
    builder.setInsertionPoint(read.op);
    Location loc = read.op->getLoc();
    int64_t iterations = llvm::divideCeil(distance, read.stride);
    Value ahead = arith::ConstantIndexOp::create(
        builder, loc, iterations * *getConstantIntValue(loop.getStep()));
    Value later =
        arith::AddIOp::create(builder, loc, loop.getInductionVar(), ahead);
    emitPrefetches(builder, loop, read, later, 0, read.bytes,
                   CacheLevel::Second);
  }

  int64_t distance = 0, leastBytes = 0;
};

} // namespace
