//===- FuseElementwise.cpp - One loop for a chain of elementwise ops ------===//

#include "CollapseDims.h"
#include "Vector/GenericVectorizer.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTFUSEELEMENTWISE
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// What can be one loop
//===----------------------------------------------------------------------===//

/// True where an operand has its dimensions in the order of the loops, though
/// it may lack some or have them only once: what is contiguous in the loops is
/// so in the operand.
static bool isBroadcast(AffineMap map) {
  if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
    return false;
  int64_t last = -1;
  for (AffineExpr result : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(result);
    if (!dim)
      continue;
    if (dim.getPosition() <= last)
      return false;
    last = dim.getPosition();
  }
  return true;
}

/// True where each result element is made of the elements in its place, or of
/// broadcast ones.
static bool makesInPlace(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumReductionLoops() > 0 ||
      op.getNumParallelLoops() != op.getNumLoops() || op.getNumLoops() == 0)
    return false;
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    return op.isDpsInit(&operand) ? map.isIdentity() : isBroadcast(map);
  });
}

/// Whether a loop over vectors can be made of `op`, however wide its elements
/// are: those that are narrower than a byte are packed later.
static bool isVectorizable(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0)
    return isBodyVectorizable(op);
  // How wide vectors are decides about the form of a loop, not whether there is
  // one.
  constexpr VectorShape kAnyShape{/*width=*/16, /*joined=*/16,
                                  /*masked=*/false};
  StringRef reason;
  return !linalg::isaContractionOpInterface(op) &&
         !linalg::isaConvolutionOpInterface(op) &&
         succeeded(planVectorization(op, kAnyShape, reason));
}

/// Whether one loop of both would still be of a size that registers and
/// compilers manage. Each fusion copies both bodies, so that without a bound a
/// chain of a thousand operations would take ten times as long as ten of a
/// hundred.
static bool isShortTogether(linalg::LinalgOp producer,
                            linalg::LinalgOp consumer) {
  constexpr size_t kMostOps = 128;
  return producer.getBlock()->getOperations().size() +
             consumer.getBlock()->getOperations().size() <=
         kMostOps;
}

/// Whether `operand` and what makes it can be one loop in which every element
/// is made once, and which has a vector form if both have one.
static bool isFusable(OpOperand &operand) {
  auto producer = operand.get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand.getOwner());
  return producer && consumer && !consumer.isDpsInit(&operand) &&
         consumer.hasPureTensorSemantics() &&
         consumer.getMatchingIndexingMap(&operand).isIdentity() &&
         isShortTogether(producer, consumer) && makesInPlace(producer) &&
         isVectorizable(producer) && isVectorizable(consumer);
}

//===----------------------------------------------------------------------===//
// What may be computed twice
//===----------------------------------------------------------------------===//

/// A few instructions, none of them slow.
static bool isCheap(linalg::LinalgOp op) {
  constexpr int64_t kMostOps = 8;
  int64_t count = 0;
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (inner.hasTrait<OpTrait::ConstantLike>() || isa<linalg::IndexOp>(inner))
      continue;
    bool isSlow =
        isa<arith::DivFOp, arith::RemFOp, arith::DivSIOp, arith::DivUIOp,
            arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp,
            arith::CeilDivUIOp, arith::FloorDivSIOp>(inner);
    bool isKnown = isa<arith::ArithDialect>(inner.getDialect()) ||
                   isa<math::AbsFOp, ApplyDequantizeOp>(inner);
    if (isSlow || !isKnown || ++count > kMostOps)
      return false;
  }
  return true;
}

static int64_t getBits(Value value) {
  Type type = getElementTypeOrSelf(value.getType());
  return type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 64;
}

/// Whether `count` readers that make the elements of `producer` anew move no
/// more memory than if it wrote them once, and each read them. To write costs
/// twice, because a cache reads what it is to hold.
static bool isReadingFree(linalg::LinalgOp producer, int64_t count) {
  int64_t in = 0, out = 0;
  for (OpOperand *input : producer.getDpsInputOperands())
    if (producer.getMatchingIndexingMap(input).isIdentity())
      in += getBits(input->get());
  for (Value result : producer->getResults())
    out += getBits(result);
  return count * in <= in + (2 + count) * out;
}

/// Whether all that use a result of `producer` had better make it anew.
static bool isWorthRepeating(linalg::LinalgOp producer) {
  llvm::SmallPtrSet<Operation *, 4> users;
  for (OpOperand &use : producer->getUses()) {
    // A size is known without any element.
    if (isa<tensor::DimOp>(use.getOwner()))
      continue;
    if (!isFusable(use))
      return false;
    users.insert(use.getOwner());
  }
  return users.size() == 1 ||
         (isCheap(producer) && isReadingFree(producer, users.size()));
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

namespace {

/// A producer becomes part of all that read it. Upstream's pattern comes with
/// others that would take an operation's destination from it.
struct FuseProducer final : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      if (!isFusable(*operand) || !linalg::areElementwiseOpsFusable(operand) ||
          !isWorthRepeating(operand->get().getDefiningOp<linalg::LinalgOp>()))
        continue;
      FailureOr<linalg::ElementwiseOpFusionResult> fused =
          linalg::fuseElementwiseOps(rewriter, operand);
      if (failed(fused))
        return rewriter.notifyMatchFailure(op, "the bodies do not fuse");
      SmallVector<Value> results =
          llvm::map_to_vector(op->getResults(), [&](Value result) {
            return fused->replacements.lookup(result);
          });
      rewriter.replaceOp(op, results);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no producer to fuse");
  }
};

/// A destination that nothing reads, but for which a producer would have to
/// make its result: `convert-elementwise-to-linalg` gives the first operand.
struct FreeDestination final : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!makesInPlace(op))
      return rewriter.notifyMatchFailure(op, "its producers are not fused");
    for (OpOperand &init : op.getDpsInitsMutable()) {
      Value source = init.get();
      if (auto collapse = source.getDefiningOp<tensor::CollapseShapeOp>())
        source = collapse.getSrc();
      auto producer = source.getDefiningOp<linalg::GenericOp>();
      if (!producer || !makesInPlace(producer) ||
          op.payloadUsesValueFromOperand(&init))
        continue;
      Location loc = op.getLoc();
      Value empty = tensor::EmptyOp::create(
          rewriter, loc, tensor::getMixedSizes(rewriter, loc, init.get()),
          getElementTypeOrSelf(init.get().getType()));
      rewriter.modifyOpInPlace(op, [&] { init.set(empty); });
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no destination to free");
  }
};

/// An input that has one value everywhere becomes that value.
struct InlineSplat final : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!makesInPlace(op))
      return rewriter.notifyMatchFailure(op, "an input may be all that tells "
                                             "how often a loop runs");
    for (OpOperand *operand : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(operand);
      if (map.getNumResults() == 0 || !op.payloadUsesValueFromOperand(operand))
        continue;
      Value scalar = getScalar(rewriter, operand->get());
      if (!scalar)
        continue;
      // The body takes it from around; the input goes, as nothing reads it.
      rewriter.replaceAllUsesWith(op.getMatchingBlockArgument(operand), scalar);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no input has one value everywhere");
  }

  static Value getScalar(PatternRewriter &rewriter, Value value) {
    if (auto fill = value.getDefiningOp<linalg::FillOp>())
      return fill.getInputs().front();
    if (auto splat = value.getDefiningOp<tensor::SplatOp>())
      return splat.getInput();
    DenseElementsAttr constant;
    if (!matchPattern(value, m_Constant(&constant)) || !constant.isSplat())
      return Value();
    auto scalar = dyn_cast<TypedAttr>(constant.getSplatValue<Attribute>());
    if (!scalar || !scalar.getType().isIntOrFloat())
      return Value();
    return arith::ConstantOp::create(rewriter, value.getLoc(), scalar);
  }
};

} // namespace

static bool isElementwiseGeneric(Operation *op) {
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  return generic && makesInPlace(generic);
}

/// Whether `value` is what a packed contraction ends with, or what elementwise
/// operations make of that. Reshapes make no difference, so that moving them
/// makes none either.
static bool endsContraction(Value value, unsigned depth = 0) {
  // Longer chains are one operation before they are looked at again.
  constexpr unsigned kMostOps = 16;
  Operation *op = value.getDefiningOp();
  if (!op || depth == kMostOps)
    return false;
  if (isa<linalg::UnPackOp>(op))
    return true;
  if (isReshape(op))
    return endsContraction(op->getOperand(0), depth + 1);
  if (!isElementwiseGeneric(op))
    return false;
  auto generic = cast<linalg::LinalgOp>(op);
  return llvm::any_of(generic.getDpsInputOperands(), [&](OpOperand *operand) {
    return generic.getMatchingIndexingMap(operand).isIdentity() &&
           endsContraction(operand->get(), depth + 1);
  });
}

/// Whether the loops of `op` are those of something that it can be fused with:
/// a reshape of the loops would only part it from that.
static bool hasLoopsOfProducer(linalg::GenericOp op) {
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *operand) {
    Operation *def = operand->get().getDefiningOp();
    return op.getMatchingIndexingMap(operand).isIdentity() &&
           (isElementwiseGeneric(def) ||
            isa_and_nonnull<linalg::UnPackOp>(def));
  });
}

/// Whether loops of `op` can become those in front of the reshape that
/// `operand` comes from: every other operand has all of a group of dimensions,
/// or none.
static bool canCollapse(linalg::GenericOp op, OpOperand &operand,
                        tensor::ExpandShapeOp expand) {
  SmallVector<ReassociationIndices> groups = expand.getReassociationIndices();
  llvm::erase_if(groups,
                 [](ArrayRef<int64_t> group) { return group.size() < 2; });
  return makesInPlace(op) && !cast<linalg::LinalgOp>(*op).hasIndexSemantics() &&
         op.isDpsInput(&operand) &&
         op.getMatchingIndexingMap(&operand).isIdentity() &&
         linalg::areDimSequencesPreserved(op.getIndexingMapsArray(), groups);
}

/// A reshape between a contraction and what can be computed on its accumulators
/// goes behind that.
static bool isReshapeBehindContraction(OpOperand *operand) {
  auto op = dyn_cast<linalg::GenericOp>(operand->getOwner());
  auto expand = operand->get().getDefiningOp<tensor::ExpandShapeOp>();
  return op && expand && endsContraction(expand.getSrc()) &&
         canCollapse(op, *operand, expand) && !hasLoopsOfProducer(op);
}

/// Moves a reshape to the other side of an elementwise operation that would
/// otherwise be fused with another one, or with a contraction.
static bool isReshapeBetween(OpOperand *operand) {
  Operation *owner = operand->getOwner();
  Operation *def = operand->get().getDefiningOp();
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(owner))
    return isElementwiseGeneric(def) && def->hasOneUse() &&
           !endsContraction(expand.getSrc()) &&
           llvm::any_of(expand->getUsers(), llvm::IsaPred<linalg::GenericOp>);
  auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(def);
  if (!collapse || !collapse->hasOneUse() || !isElementwiseGeneric(owner))
    return false;
  Operation *source = collapse.getSrc().getDefiningOp();
  // The same reshape, of what a contraction ends with, would come back from
  // there as isReshapeBehindContraction has it.
  bool isBehindContraction = llvm::any_of(
      owner->getOperands(), [](Value value) { return endsContraction(value); });
  return (isElementwiseGeneric(source) && !isBehindContraction) ||
         (isa_and_nonnull<linalg::UnPackOp>(source) &&
          !hasLoopsOfProducer(cast<linalg::GenericOp>(owner)));
}

/// Fuses where the producer's results are needed elsewhere too: the loop then
/// has them as results of its own. True if it did.
static bool fuseAndKeep(RewriterBase &rewriter, linalg::GenericOp consumer,
                        const DominanceInfo &dominance) {
  if (!makesInPlace(consumer))
    return false;
  for (OpOperand *operand : consumer.getDpsInputOperands()) {
    if (!isFusable(*operand) || !linalg::areElementwiseOpsFusable(operand))
      continue;
    Operation *producer = operand->get().getDefiningOp();
    bool isLater = llvm::all_of(producer->getUsers(), [&](Operation *user) {
      return user == consumer || dominance.properlyDominates(consumer, user);
    });
    if (!isLater || producer->getBlock() != consumer->getBlock())
      continue;
    rewriter.setInsertionPoint(consumer);
    FailureOr<linalg::ElementwiseOpFusionResult> fused =
        linalg::fuseElementwiseOps(rewriter, operand);
    if (failed(fused))
      continue;
    for (auto [old, replacement] : fused->replacements)
      rewriter.replaceAllUsesExcept(old, replacement, fused->fusedOp);
    rewriter.eraseOp(consumer);
    if (producer->use_empty())
      rewriter.eraseOp(producer);
    return true;
  }
  return false;
}

namespace {

struct FuseElementwisePass
    : public quant_ext::impl::QuantExtFuseElementwiseBase<FuseElementwisePass> {
  using QuantExtFuseElementwiseBase::QuantExtFuseElementwiseBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    set.add<FuseProducer, FreeDestination, InlineSplat>(context);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(set);
    linalg::populateFoldReshapeOpsByExpansionPatterns(set, isReshapeBetween);
    linalg::populateFoldReshapeOpsByCollapsingPatterns(
        set, isReshapeBehindContraction);
    // To ask for a size is no use of elements.
    memref::populateResolveRankedShapedTypeResultDimsPatterns(set);
    tensor::DimOp::getCanonicalizationPatterns(set, context);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    generalize(rewriter);
    do {
      if (failed(applyPatternsGreedily(getOperation(), patterns)))
        return signalPassFailure();
    } while (fuseAndKeepOne(rewriter));
  }

private:
  /// Fusion is of generic operations.
  void generalize(RewriterBase &rewriter) {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::GenericOp, linalg::FillOp>(op) && makesInPlace(op))
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops) {
      rewriter.setInsertionPoint(op);
      (void)linalg::generalizeNamedOp(rewriter, op);
    }
  }

  bool fuseAndKeepOne(RewriterBase &rewriter) {
    DominanceInfo dominance(getOperation());
    return getOperation()
        .walk([&](linalg::GenericOp op) {
          return fuseAndKeep(rewriter, op, dominance) ? WalkResult::interrupt()
                                                      : WalkResult::advance();
        })
        .wasInterrupted();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
