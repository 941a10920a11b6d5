//===- TileAndVectorize.cpp - linalg on tensors to vector loops -----------===//

#include "GenericVectorizer.h"

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
// Collapsing of dimensions
//===----------------------------------------------------------------------===//

static Value skipReshapes(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(
            def))
      break;
    value = def->getOperand(0);
  }
  return value;
}

/// True where bufferization may give `value` a buffer with gaps between its
/// rows. To collapse its dimensions would then cost a copy.
static bool mayHaveGaps(Value value) {
  if (skipReshapes(value).getDefiningOp<tensor::ExtractSliceOp>())
    return true;
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    for (OpOperand &use : worklist.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      // What is inserted may be computed in its place; what it is inserted into
      // is whole.
      auto insert = dyn_cast<tensor::InsertSliceOp>(user);
      if (insert && &insert.getSourceMutable() == &use)
        return true;
      if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(
              user))
        worklist.push_back(user->getResult(0));
    }
  }
  return false;
}

/// Runs of neighbouring dimensions, of one iterator type, that every operand
/// has either whole and in this order or not at all.
static SmallVector<ReassociationIndices>
findCollapsibleDims(linalg::LinalgOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  SmallVector<ReassociationIndices> groups;
  for (unsigned dim = 0, e = op.getNumLoops(); dim < e; ++dim) {
    if (dim > 0 && types[dim] == types[dim - 1]) {
      ReassociationIndices longer = groups.back();
      longer.push_back(dim);
      if (linalg::areDimSequencesPreserved(maps, {longer})) {
        groups.back() = longer;
        continue;
      }
    }
    groups.push_back({dim});
  }
  return groups;
}

/// Collapses what can be; returns the operation that stands for `op` now.
static linalg::LinalgOp collapseDims(RewriterBase &rewriter,
                                     linalg::LinalgOp op) {
  bool isProjected = llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return map.isProjectedPermutation();
  });
  bool usesIndex = op.hasIndexSemantics();
  bool hasTensors = llvm::all_of(op->getOperandTypes(), [](Type type) {
    return isa<RankedTensorType>(type) || !isa<ShapedType>(type);
  });
  if (op.getNumLoops() < 2 || !isProjected || usesIndex || !hasTensors ||
      linalg::isaContractionOpInterface(op))
    return op;
  // A static 0 beside a dynamic dimension collapses to a static 0 in one type
  // of upstream's reshape and to a dynamic one in another.
  bool hasNoElements = llvm::any_of(op->getOperandTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && llvm::is_contained(tensor.getShape(), 0);
  });
  if (hasNoElements)
    return op;
  if (llvm::any_of(op->getOperands(), mayHaveGaps) ||
      llvm::any_of(op->getResults(), mayHaveGaps))
    return op;
  SmallVector<ReassociationIndices> groups = findCollapsibleDims(op);
  if (groups.size() == op.getNumLoops())
    return op;

  rewriter.setInsertionPoint(op);
  if (!isa<linalg::GenericOp>(op)) {
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, op);
    if (failed(generic))
      return op;
    op = *generic;
  }
  FailureOr<linalg::CollapseResult> collapsed =
      linalg::collapseOpIterationDims(op, groups, rewriter);
  if (failed(collapsed))
    return op;
  rewriter.replaceOp(op, collapsed->results);
  return collapsed->collapsedOp;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct TileAndVectorizePass
    : public quant_ext::impl::QuantExtTileAndVectorizeBase<
          TileAndVectorizePass> {
  using QuantExtTileAndVectorizeBase::QuantExtTileAndVectorizeBase;

  LogicalResult initialize(MLIRContext *context) override {
    auto emit = [&] { return emitError(UnknownLoc::get(context)); };
    FailureOr<TargetInfo> info = resolveTarget(target, features, emit);
    if (failed(info))
      return failure();
    if (tileSize < 0 || tileSize == 1 ||
        (tileSize > 0 && !llvm::isPowerOf2_64(tileSize)))
      return emit() << "tile-size must be 0 or a power of 2 above 1, found "
                    << tileSize.getValue();
    // LLVM aborts on vectors of 2^32 bits, and takes minutes for 2^30.
    constexpr int64_t kMaxTileSize = 1 << 16;
    if (tileSize > kMaxTileSize)
      return emit() << "tile-size must be at most " << kMaxTileSize
                    << ", found " << tileSize.getValue();
    shape.width = tileSize > 0 ? tileSize : info->getTileSize();
    shape.masked = info->hasMasking;
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
      FailureOr<VectorPlan> plan = planVectorization(op, reason);
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
