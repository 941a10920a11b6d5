//===- DistributeOverThreads.cpp - A part of each operation a thread ------===//

#include "CollapseDims.h"
#include "SplitWork.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/TilingInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTDISTRIBUTEOVERTHREADS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// What all operations are split by.
struct DistributionOptions {
  /// 0 where only the runtime knows.
  int64_t threads = 1;
  /// Elements from which on an operation is split; 0 takes as many as take
  /// longer than threads take to start.
  int64_t minElements = 0;
  /// Bytes of a core's nearest cache.
  int64_t nearestCache = 0;
  /// Elements in a vector.
  int64_t tileSize = 1;
};

/// One operation, and how it is split.
class Distribution {
public:
  Distribution(RewriterBase &rewriter, linalg::LinalgOp op,
               const DistributionOptions &options)
      : rewriter(rewriter), op(op), loc(op.getLoc()), options(options),
        minElements(computeMinElements()) {}

  /// Decides on a dimension; false if there is none to split.
  bool choose();
  /// Whether each part has a partial result.
  bool splitsReduction() const { return isReduction; }
  /// Elements from which on it is worth it.
  int64_t getMinElements() const { return minElements; }
  /// The number of elements where it is known at compile time.
  std::optional<int64_t> getStaticElements();
  /// Whether at run time there are enough elements.
  Value emitIsLarge();
  /// Emits the loop and returns what replaces the results.
  FailureOr<SmallVector<Value>> emit();

private:
  FailureOr<SmallVector<Value>> emitParallel();
  FailureOr<SmallVector<Value>> emitReduction();
  int64_t computeMinElements();
  int64_t getPartElements() const;
  bool hasEnoughIndices(int64_t size);
  OpFoldResult getPartSize();
  OpFoldResult getFixedPartSize(int64_t unit);
  OpFoldResult getPartSizeWhereLarge();
  OpFoldResult getNumParts(OpFoldResult size, OpFoldResult part);
  Value makePartials(Value init, OpFoldResult numParts);
  SmallVector<Value> combine(ValueRange partials);

  RewriterBase &rewriter;
  linalg::LinalgOp op;
  Location loc;
  const DistributionOptions &options;
  int64_t minElements;
  unsigned dim = 0;
  bool isReduction = false;
  /// The combiner of each result, where the dimension is a reduction.
  SmallVector<Operation *> combiners;
};

} // namespace

/// Whether any number of equal operands comes to one of them, so that each part
/// may start from the same value, and the order is free.
static bool isIdempotent(Operation *op) {
  return isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp,
             arith::MaxUIOp, arith::MinimumFOp, arith::MinNumFOp,
             arith::MinSIOp, arith::MinUIOp>(op);
}

/// Threads that wait for work take a microsecond or two to start and stop, in
/// which a core empties its nearest cache several times. On Zen 4, with 32 KiB,
/// two are level with one that has all operands in its caches from 160 to 350
/// KiB of them on, the more the less is computed.
int64_t Distribution::computeMinElements() {
  constexpr int64_t kTimesNearestCache = 8;
  if (options.minElements)
    return options.minElements;
  int64_t bits = 0;
  for (OpOperand &operand : op->getOpOperands())
    if (op.getMatchingIndexingMap(&operand).getNumResults() == op.getNumLoops())
      if (Type type = getElementTypeOrSelf(operand.get().getType());
          type.isIntOrFloat())
        bits += type.getIntOrFloatBitWidth();
  constexpr int64_t kBitsOfByte = 8;
  return llvm::divideCeil(kTimesNearestCache * options.nearestCache *
                              kBitsOfByte,
                          std::max(bits, kBitsOfByte));
}

/// Elements of a part, where it is not known for how many threads they are.
/// Many parts, so that they come out even for any number of threads; not so
/// small that it would matter what each costs.
int64_t Distribution::getPartElements() const {
  constexpr int64_t kPartsOfSmallest = 8;
  return llvm::divideCeil(minElements, kPartsOfSmallest);
}

/// Whether a dimension of this size gives all threads something to do.
bool Distribution::hasEnoughIndices(int64_t size) {
  if (ShapedType::isDynamic(size))
    return true;
  if (options.threads)
    return size >= options.threads;
  constexpr int64_t kEnough = 64;
  std::optional<int64_t> elements = getStaticElements();
  return size >= kEnough ||
         (elements && size >= static_cast<int64_t>(llvm::divideCeil(
                                  *elements, getPartElements())));
}

bool Distribution::choose() {
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  // Upstream's tiling cannot divide them.
  if (llvm::is_contained(sizes, 0))
    return false;
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  bool hasParallel = false;
  for (auto [i, type] : llvm::enumerate(types)) {
    if (type != utils::IteratorType::parallel)
      continue;
    hasParallel |= sizes[i] != 1;
    if (hasEnoughIndices(sizes[i])) {
      dim = i;
      return true;
    }
  }
  if (hasParallel)
    return false;

  isReduction = true;
  for (unsigned i = 0, e = op.getNumDpsInits(); i < e; ++i) {
    SmallVector<Operation *, 4> ops;
    if (!matchReduction(op.getRegionOutputArgs(), i, ops) || ops.size() != 1 ||
        !isIdempotent(ops.front()))
      return false;
    combiners.push_back(ops.front());
  }
  for (auto [i, type] : llvm::enumerate(types))
    if (type == utils::IteratorType::reduction && hasEnoughIndices(sizes[i])) {
      dim = i;
      return true;
    }
  return false;
}

std::optional<int64_t> Distribution::getStaticElements() {
  int64_t elements = 1;
  for (int64_t size : op.getStaticLoopRanges())
    if (ShapedType::isDynamic(size) ||
        llvm::MulOverflow(elements, size, elements))
      return std::nullopt;
  return elements;
}

Value Distribution::emitIsLarge() {
  Value elements = arith::ConstantIndexOp::create(rewriter, loc, 1);
  for (Range range : op.createLoopRanges(rewriter, loc))
    elements = arith::MulIOp::create(
        rewriter, loc, elements,
        getValueOrCreateConstantIndexOp(rewriter, loc, range.size));
  Value least = arith::ConstantIndexOp::create(rewriter, loc, minElements);
  return arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::uge,
                               elements, least);
}

/// The size of all parts but the last: whole vectors of neighbours.
OpFoldResult Distribution::getPartSize() {
  bool isInnermost =
      llvm::none_of(ArrayRef(op.getIteratorTypesArray()).drop_front(dim + 1),
                    linalg::isParallelIterator);
  int64_t unit = isInnermost ? options.tileSize : 1;
  if (!options.threads)
    return getFixedPartSize(unit);
  OpFoldResult size = op.createLoopRanges(rewriter, loc)[dim].size;
  AffineExpr d0 = rewriter.getAffineDimExpr(0);
  return affine::makeComposedFoldedAffineApply(
      rewriter, loc, d0.ceilDiv(options.threads * unit) * unit, {size});
}

/// The same for any number of threads: as many indices as make up the elements
/// of a part.
OpFoldResult Distribution::getFixedPartSize(int64_t unit) {
  int64_t elements = getPartElements();
  Value others;
  for (auto [i, range] : llvm::enumerate(op.createLoopRanges(rewriter, loc))) {
    if (i == dim)
      continue;
    if (std::optional<int64_t> size = getConstantIntValue(range.size)) {
      elements = llvm::divideCeil(elements, std::max<int64_t>(*size, 1));
      continue;
    }
    Value size = getValueOrCreateConstantIndexOp(rewriter, loc, range.size);
    others = others ? arith::MulIOp::create(rewriter, loc, others, size) : size;
  }
  AffineExpr d0 = rewriter.getAffineDimExpr(0);
  OpFoldResult part = rewriter.getIndexAttr(elements);
  if (others) {
    // Not affine arithmetic: where one of them is 0, this must not be hoisted.
    Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
    others = arith::MaxUIOp::create(rewriter, loc, others, one);
    part = arith::CeilDivUIOp::create(
               rewriter, loc,
               arith::ConstantIndexOp::create(rewriter, loc, elements), others)
               .getResult();
  }
  return affine::makeComposedFoldedAffineApply(rewriter, loc,
                                               d0.ceilDiv(unit) * unit, {part});
}

/// The size of all parts but the last, which is the first too where there are
/// not enough elements. A branch around the loop would do the same, but its
/// result is not known to be the destination that both sides write to.
OpFoldResult Distribution::getPartSizeWhereLarge() {
  OpFoldResult part = getPartSize();
  if (getStaticElements())
    return part;
  auto toValue = [&](OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(rewriter, loc, size);
  };
  Value whole = toValue(op.createLoopRanges(rewriter, loc)[dim].size);
  Value size = arith::SelectOp::create(rewriter, loc, emitIsLarge(),
                                       toValue(part), whole);
  // The step of a loop, which must not be 0 where there are no elements.
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  return arith::MaxUIOp::create(rewriter, loc, size, one).getResult();
}

/// How many parts there are of a dimension.
OpFoldResult Distribution::getNumParts(OpFoldResult size, OpFoldResult part) {
  if (options.threads)
    return rewriter.getIndexAttr(options.threads);
  AffineExpr s0, s1;
  bindSymbols(rewriter.getContext(), s0, s1);
  return affine::makeComposedFoldedAffineApply(rewriter, loc, s0.ceilDiv(s1),
                                               {size, part});
}

/// Each part fills its own destination, which the vectorizer then sees.
FailureOr<SmallVector<Value>> Distribution::emitParallel() {
  SmallVector<OpFoldResult> tiles(op.getNumLoops(), rewriter.getIndexAttr(0));
  tiles[dim] = getPartSizeWhereLarge();
  scf::SCFTilingOptions tiling;
  tiling.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp)
      .setTileSizes(tiles);
  scf::SCFTileAndFuseOptions fusion;
  fusion.setTilingOptions(tiling).setFusionControlFn(
      [](tensor::ExtractSliceOp, OpResult producer, bool isDestination)
          -> std::optional<scf::SCFTileAndFuseOptions::ControlFnResult> {
        if (isDestination && isa<linalg::FillOp>(producer.getOwner()))
          return scf::SCFTileAndFuseOptions::ControlFnResult();
        return std::nullopt;
      });
  FailureOr<scf::SCFTileAndFuseResult> tiled =
      scf::tileConsumerAndFuseProducersUsingSCF(
          rewriter, cast<TilingInterface>(op.getOperation()), fusion);
  if (failed(tiled))
    return failure();
  return llvm::map_to_vector(op->getResults(), [&](Value result) {
    return tiled->replacements.lookup(result);
  });
}

/// Room for a result of each part.
Value Distribution::makePartials(Value init, OpFoldResult numParts) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, init);
  sizes.insert(sizes.begin(), numParts);
  return tensor::EmptyOp::create(rewriter, loc, sizes,
                                 getElementTypeOrSelf(init.getType()));
}

/// The results of all parts, one after the other, into the original
/// destinations.
SmallVector<Value> Distribution::combine(ValueRange partials) {
  ValueRange inits = op.getDpsInits();
  SmallVector<AffineMap> maps;
  unsigned rank = cast<ShapedType>(partials.front().getType()).getRank();
  for (size_t i = 0; i < partials.size(); ++i)
    maps.push_back(rewriter.getMultiDimIdentityMap(rank));
  for (size_t i = 0; i < inits.size(); ++i)
    maps.push_back(rewriter.getMultiDimIdentityMap(rank).dropResult(0));
  SmallVector<utils::IteratorType> types(rank, utils::IteratorType::parallel);
  types.front() = utils::IteratorType::reduction;
  auto generic = linalg::GenericOp::create(
      rewriter, loc, inits.getTypes(), partials, inits, maps, types,
      [&](OpBuilder &builder, Location bodyLoc, ValueRange args) {
        SmallVector<Value> results;
        for (auto [i, combiner] : llvm::enumerate(combiners)) {
          Operation *copy = builder.clone(*combiner);
          copy->setOperands({args[i], args[i + combiners.size()]});
          results.push_back(copy->getResult(0));
        }
        linalg::YieldOp::create(builder, bodyLoc, results);
      });
  return generic.getResults();
}

FailureOr<SmallVector<Value>> Distribution::emitReduction() {
  SmallVector<Range> ranges = op.createLoopRanges(rewriter, loc);
  OpFoldResult size = ranges[dim].size, part = getPartSize();
  OpFoldResult numParts = getNumParts(size, part);
  SmallVector<Value> partials =
      llvm::map_to_vector(op.getDpsInits(), [&](Value init) {
        return makePartials(init, numParts);
      });
  auto forall = scf::ForallOp::create(
      rewriter, loc, ArrayRef<OpFoldResult>{numParts}, partials, std::nullopt);

  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(forall.getTerminator());
  Value number = forall.getInductionVar(0);
  AffineExpr d0, s0, s1;
  bindDims(rewriter.getContext(), d0);
  bindSymbols(rewriter.getContext(), s0, s1);
  // The last parts are short or empty.
  auto atMost = [&](AffineExpr first, AffineExpr second, OpFoldResult start) {
    return affine::makeComposedFoldedAffineMin(
        rewriter, loc,
        AffineMap::get(1, 2, {first, second}, rewriter.getContext()),
        {start, part, size});
  };
  SmallVector<OpFoldResult> offsets, sizes;
  for (Range range : ranges) {
    offsets.push_back(range.offset);
    sizes.push_back(range.size);
  }
  offsets[dim] = atMost(d0 * s0, s1, number);
  sizes[dim] = atMost(s0, s1 - d0, offsets[dim]);
  auto tiling = cast<TilingInterface>(op.getOperation());
  FailureOr<TilingResult> tiled =
      tiling.getTiledImplementation(rewriter, offsets, sizes);
  if (failed(tiled))
    return failure();

  rewriter.setInsertionPointToStart(forall.getTerminator().getBody());
  for (auto [value, output] :
       llvm::zip_equal(tiled->tiledValues, forall.getRegionIterArgs())) {
    int64_t rank = cast<ShapedType>(output.getType()).getRank();
    SmallVector<OpFoldResult> at(rank, rewriter.getIndexAttr(0));
    SmallVector<OpFoldResult> ones(rank, rewriter.getIndexAttr(1));
    at.front() = number;
    tensor::ParallelInsertSliceOp::create(rewriter, loc, value, output, at,
                                          /*sizes=*/ones, /*strides=*/ones);
  }
  rewriter.setInsertionPointAfter(forall);
  return combine(forall.getResults());
}

FailureOr<SmallVector<Value>> Distribution::emit() {
  return isReduction ? emitReduction() : emitParallel();
}

/// Replaces `op` by a loop over parts. Partial results are combined only where
/// there are enough elements, which may be known at run time only.
static LogicalResult distribute(RewriterBase &rewriter, linalg::LinalgOp op,
                                Distribution &distribution) {
  rewriter.setInsertionPoint(op);
  if (!distribution.splitsReduction() || distribution.getStaticElements()) {
    FailureOr<SmallVector<Value>> results = distribution.emit();
    if (failed(results))
      return failure();
    rewriter.replaceOp(op, *results);
    return success();
  }
  Location loc = op.getLoc();
  auto branch = scf::IfOp::create(rewriter, loc, op->getResultTypes(),
                                  distribution.emitIsLarge(),
                                  /*withElseRegion=*/true);
  rewriter.replaceAllUsesWith(op->getResults(), branch.getResults());

  rewriter.setInsertionPointToStart(branch.elseBlock());
  Operation *whole = rewriter.clone(*op);
  scf::YieldOp::create(rewriter, loc, whole->getResults());
  rewriter.moveOpBefore(op, branch.thenBlock(), branch.thenBlock()->begin());
  rewriter.setInsertionPoint(op);
  FailureOr<SmallVector<Value>> results = distribution.emit();
  SmallVector<Value> yielded =
      succeeded(results) ? *results : SmallVector<Value>(op->getResults());
  rewriter.setInsertionPointToEnd(branch.thenBlock());
  scf::YieldOp::create(rewriter, loc, yielded);
  if (succeeded(results))
    rewriter.eraseOp(op);
  return results;
}

/// Lets `op` have what fills its destinations before it, not behind a reshape.
static void moveFillsBehindReshapes(RewriterBase &rewriter,
                                    linalg::LinalgOp op) {
  rewriter.setInsertionPoint(op);
  for (OpOperand &init : op.getDpsInitsMutable()) {
    if (!init.get().getDefiningOp<tensor::CollapseShapeOp>())
      continue;
    auto [dest, scalar] = lookThroughFill(rewriter, op.getLoc(), init.get());
    if (!scalar)
      continue;
    auto fill = linalg::FillOp::create(rewriter, op.getLoc(), scalar, dest);
    rewriter.modifyOpInPlace(op, [&] { init.set(fill.result()); });
  }
}

namespace {

struct DistributeOverThreadsPass
    : public quant_ext::impl::QuantExtDistributeOverThreadsBase<
          DistributeOverThreadsPass> {
  using QuantExtDistributeOverThreadsBase::QuantExtDistributeOverThreadsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    QuantExtDistributeOverThreadsBase::getDependentDialects(registry);
    linalg::registerTilingInterfaceExternalModels(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto emit = [&] { return emitError(UnknownLoc::get(context)); };
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    if (failed(verifySplitOptions(threads, minElements, emit)))
      return failure();
    distributionOptions = {threads, minElements, info->caches.l1,
                           info->getTileSize()};
    return success();
  }

  void runOnOperation() override {
    if (threads == 1)
      return;
    SmallVector<linalg::LinalgOp> ops = findUnsplitOps(getOperation());
    IRRewriter rewriter(&getContext());
    // What fills a destination is split with the operation that it is for.
    for (linalg::LinalgOp op : llvm::reverse(ops)) {
      if (isOpTriviallyDead(op)) {
        rewriter.eraseOp(op);
        continue;
      }
      if (!op.hasPureTensorSemantics())
        continue;
      op = collapseDims(rewriter, op);
      moveFillsBehindReshapes(rewriter, op);
      Distribution distribution(rewriter, op, distributionOptions);
      std::optional<int64_t> elements = distribution.getStaticElements();
      bool isSmall = elements && *elements < distribution.getMinElements();
      if (!isSmall && distribution.choose() &&
          succeeded(distribute(rewriter, op, distribution)))
        ++numDistributed;
      else
        ++numLeft;
    }
    // Upstream's tiling leaves arithmetic behind that nothing uses.
    (void)simplifyRegions(rewriter, getOperation()->getRegions(),
                          /*mergeBlocks=*/false);
  }

  DistributionOptions distributionOptions;
};

} // namespace
