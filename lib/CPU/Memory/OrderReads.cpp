//===- OrderReads.cpp - Wide vectors by registers, the first one first ----===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTORDERREADS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Registers of a vector from which on their order matters. Measured on Zen 4,
/// from memory: 8 read from the last to the first 13 GB/s, from the first to
/// the last 35; of 4 it makes no difference.
static constexpr int64_t kLeastRegisters = 8;

/// Whether LLVM may keep in registers what is there.
static bool isOnStack(Value address) {
  while (auto gep = address.getDefiningOp<LLVM::GEPOp>())
    address = gep.getBase();
  return address.getDefiningOp<LLVM::AllocaOp>() != nullptr;
}

namespace {

struct ReadRegistersInOrder final : public OpRewritePattern<LLVM::LoadOp> {
  ReadRegistersInOrder(MLIRContext *context, int64_t vectorBits)
      : OpRewritePattern(context), vectorBits(vectorBits) {}

  LogicalResult matchAndRewrite(LLVM::LoadOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    if (!type || type.isScalable() || type.getRank() != 1 ||
        !type.getElementType().isIntOrFloat())
      return rewriter.notifyMatchFailure(op, "it is of no vector of numbers");
    int64_t bits = type.getElementTypeBitWidth();
    if (bits == 0 || vectorBits % bits != 0)
      return rewriter.notifyMatchFailure(op, "its lanes fill no registers");
    int64_t lanes = vectorBits / bits, count = type.getNumElements();
    if (count % lanes != 0 || count / lanes < kLeastRegisters)
      return rewriter.notifyMatchFailure(op, "it fills not many registers");
    if (op.getVolatile_() || op.getNontemporal() || op.getInvariant() ||
        op.getOrdering() != LLVM::AtomicOrdering::not_atomic)
      return rewriter.notifyMatchFailure(op, "more is said of it");
    if (isOnStack(op.getAddr()))
      return rewriter.notifyMatchFailure(op, "it may become registers");

    Location loc = op.getLoc();
    Type byte = rewriter.getI8Type();
    VectorType partType = VectorType::get({lanes}, type.getElementType());
    int64_t partBytes = vectorBits / 8;
    uint64_t alignment =
        std::min<uint64_t>(op.getAlignment().value_or(partBytes), partBytes);
    Value result = LLVM::PoisonOp::create(rewriter, loc, type);
    for (int64_t part = 0; part < count / lanes; ++part) {
      Value address = LLVM::GEPOp::create(
          rewriter, loc, op.getAddr().getType(), byte, op.getAddr(),
          ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(part * partBytes)});
      // Nothing else keeps the scheduler from turning them round.
      auto load =
          LLVM::LoadOp::create(rewriter, loc, partType, address, alignment,
                               /*isVolatile=*/true);
      load.setAliasScopesAttr(op.getAliasScopesAttr());
      load.setNoaliasScopesAttr(op.getNoaliasScopesAttr());
      result = LLVM::vector_insert::create(rewriter, loc, type, result, load,
                                           part * lanes);
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  int64_t vectorBits;
};

struct OrderReadsPass final
    : public quant_ext::impl::QuantExtOrderReadsBase<OrderReadsPass> {
  using QuantExtOrderReadsBase::QuantExtOrderReadsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    RewritePatternSet set(context);
    if (info->isX86())
      set.add<ReadRegistersInOrder>(context, info->vectorBits);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    walkAndApplyPatterns(getOperation(), patterns);
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
