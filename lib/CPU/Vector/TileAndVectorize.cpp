//===- TileAndVectorize.cpp - linalg on tensors to vector loops -----------===//

#include "GenericVectorizer.h"
#include "Tensor/CollapseDims.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "quant-ext-tile-and-vectorize"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTTILEANDVECTORIZE
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Part of the last-level cache that strips may count on. Measured on Zen 4, at
/// 5 MB of 32 they are level with rows of four parts, at 10 MB a fifth behind
/// and at 20 MB a third as fast.
static constexpr int64_t kShareOfCache = 4;

namespace {

struct TileAndVectorizePass
    : public quant_ext::impl::QuantExtTileAndVectorizeBase<
          TileAndVectorizePass> {
  using QuantExtTileAndVectorizeBase::QuantExtTileAndVectorizeBase;

  LogicalResult initialize(MLIRContext *context) override {
    auto emit = [&] { return emitError(UnknownLoc::get(context)); };
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    if (tileSize < 0 || tileSize == 1 ||
        (tileSize > 0 && !llvm::isPowerOf2_64(tileSize)))
      return emit() << "tile-size must be 0 or a power of 2 above 1, found "
                    << tileSize.getValue();
    // Each register of a vector is written out, often with all lanes of it.
    constexpr int64_t kMaxTileSize = 1 << 10;
    if (tileSize > kMaxTileSize)
      return emit() << "tile-size must be at most " << kMaxTileSize
                    << ", found " << tileSize.getValue();
    shape.width = tileSize > 0 ? tileSize : info->getTileSize();
    // Two registers of words are packed to one of bytes there.
    shape.joined =
        tileSize == 0 && info->hasAVX512 ? 2 * shape.width : shape.width;
    shape.masked = info->hasMasking;
    // The rest is for what comes from memory.
    shape.spreadRows = info->parts;
    shape.turn = info->turn;
    shape.sharedBytes = info->caches.l1 / 4;
    shape.stripBytes = stripBytes != 0 ? std::max<int64_t>(stripBytes, 0)
                                       : info->caches.l3 / kShareOfCache;
    return success();
  }

  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });

    // Consumers first: they can still see that what they accumulate into was
    // filled with one value.
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : llvm::reverse(ops)) {
      if (isOpTriviallyDead(op)) {
        rewriter.eraseOp(op);
        continue;
      }
      op = collapseDims(rewriter, op);
      StringRef reason;
      FailureOr<VectorPlan> plan = planVectorization(op, shape, reason);
      if (failed(plan)) {
        LLVM_DEBUG(llvm::dbgs() << "left " << op << ": " << reason << "\n");
        ++numLeft;
        continue;
      }
      rewriter.replaceOp(op, emitVectorLoops(rewriter, op, *plan, shape));
      ++numVectorized;
    }
  }

  VectorShape shape;
};

} // namespace
