//===- FuseRows.cpp - Ranges, parameters and integers row by row ----------===//

#include "CollapseDims.h"
#include "SplitWork.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/TilingInterfaceImpl.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTFUSEROWS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// What is fused
//===----------------------------------------------------------------------===//

/// True where `map` gives row d0 of a tensor whose first dimension are rows.
static bool isRowAligned(AffineMap map) {
  if (map.getNumResults() == 0 ||
      map.getResult(0) != getAffineDimExpr(0, map.getContext()))
    return false;
  return llvm::none_of(map.getResults().drop_front(), [](AffineExpr result) {
    return result.isFunctionOfDim(0);
  });
}

/// True where each row of all results depends on one iteration of the outermost
/// loop.
static bool hasRows(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumLoops() == 0 ||
      op.getIteratorTypesArray().front() != utils::IteratorType::parallel)
    return false;
  return llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    return isRowAligned(op.getMatchingIndexingMap(&init));
  });
}

/// Whether two values are parts of one tensor, in any shape.
static bool isOfSameWhole(Value a, Value b) {
  return skipReshapes(getWhole(a)) == skipReshapes(getWhole(b));
}

static bool choosesParameters(linalg::LinalgOp op) {
  return llvm::any_of(
      op.getBlock()->without_terminator(), [](Operation &inner) {
        return isa<ApplyChooseQParamsOp, ApplyChooseScaleOp>(inner);
      });
}

namespace {

/// An elementwise operation on rows, and the producers of its parameters.
class RowGroup {
public:
  explicit RowGroup(linalg::LinalgOp consumer) : consumer(consumer) {}

  /// False where `consumer` does not read what is reduced of its own rows.
  bool collect();
  /// Whether the results that are used elsewhere are used later only.
  bool dominatesUses(const DominanceInfo &dominance) const;

  /// Whether `user` is one of the group, or asks for a size only: that is known
  /// without computing anything.
  bool contains(Operation *user) const {
    return user == consumer || producers.contains(user) ||
           isa<tensor::DimOp>(user);
  }

  linalg::LinalgOp consumer;
  llvm::SmallSetVector<Operation *, 4> producers;
  /// What both the reductions and the consumer read.
  Value rows;

private:
  bool collectProducers(linalg::LinalgOp op);
};

} // namespace

/// Adds the producers of `op` that lead to a reduction; false if there are
/// none.
bool RowGroup::collectProducers(linalg::LinalgOp op) {
  bool leadsToReduction = false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto producer = input->get().getDefiningOp<linalg::LinalgOp>();
    if (!producer || producer->getBlock() != consumer->getBlock() ||
        !isRowAligned(op.getMatchingIndexingMap(input)) || !hasRows(producer))
      continue;
    bool isReduction = producer.getNumReductionLoops() > 0;
    if (!isReduction && !choosesParameters(producer))
      continue;
    if (!isReduction && !collectProducers(producer))
      continue;
    producers.insert(producer);
    leadsToReduction = true;
  }
  return leadsToReduction;
}

bool RowGroup::collect() {
  if (consumer.getNumLoops() < 2 || consumer.getNumReductionLoops() > 0 ||
      !hasRows(consumer) || !collectProducers(consumer))
    return false;
  bool chooses = false;
  for (Operation *producer : producers) {
    auto op = cast<linalg::LinalgOp>(producer);
    chooses |= choosesParameters(op);
    if (op.getNumReductionLoops() == 0)
      continue;
    for (OpOperand *input : op.getDpsInputOperands())
      for (OpOperand *own : consumer.getDpsInputOperands())
        if (isOfSameWhole(input->get(), own->get()) &&
            isRowAligned(op.getMatchingIndexingMap(input)) &&
            isRowAligned(consumer.getMatchingIndexingMap(own)))
          rows = own->get();
  }
  return chooses && rows;
}

bool RowGroup::dominatesUses(const DominanceInfo &dominance) const {
  return llvm::all_of(producers, [&](Operation *producer) {
    return llvm::all_of(producer->getUsers(), [&](Operation *user) {
      return contains(user) || dominance.properlyDominates(consumer, user);
    });
  });
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

namespace {

/// Tiles the consumer of a group along its rows and moves the producers in.
class RowFusion {
public:
  RowFusion(RewriterBase &rewriter, const RowGroup &group)
      : rewriter(rewriter), group(group) {}

  /// Replaces the group by a loop; nothing is changed where it fails.
  LogicalResult run(const scf::SCFTilingOptions &options);

  /// The consumer inside the loop.
  linalg::LinalgOp tiledConsumer;
  SmallVector<LoopLikeOpInterface> loops;

private:
  LogicalResult fuseProducers();
  void shrinkEmptyTensors();
  void addSlices(ArrayRef<Operation *> slices);
  LogicalResult fuseSlice(tensor::ExtractSliceOp slice);
  bool isUsedElsewhere(Operation *producer) const;

  RewriterBase &rewriter;
  const RowGroup &group;
  std::deque<tensor::ExtractSliceOp> worklist;
  /// The slice along which a producer was fused, and what it became.
  DenseMap<Operation *, std::pair<tensor::ExtractSliceOp, Operation *>> fused;
  /// Results that have users after the loop, and the loop's results for them.
  SmallVector<std::pair<OpResult, unsigned>> yielded;
};

} // namespace

void RowFusion::addSlices(ArrayRef<Operation *> slices) {
  for (Operation *slice : slices)
    if (auto extract = dyn_cast<tensor::ExtractSliceOp>(slice))
      worklist.push_back(extract);
}

bool RowFusion::isUsedElsewhere(Operation *producer) const {
  return llvm::any_of(producer->getUsers(), [&](Operation *user) {
    return !group.contains(user) && !loops.front()->isAncestor(user);
  });
}

/// Moves the producer of `slice` in, or takes what it already became.
LogicalResult RowFusion::fuseSlice(tensor::ExtractSliceOp slice) {
  auto source = dyn_cast<OpResult>(slice.getSource());
  if (!source)
    return success();
  Operation *producer = source.getOwner();
  bool isStart = isa<linalg::FillOp>(producer);
  if (!isStart && !group.producers.contains(producer))
    return success();
  if (auto it = fused.find(producer); it != fused.end()) {
    auto [first, tiled] = it->second;
    // All rows of an iteration, whichever result they are of.
    bool isSame = first.getMixedOffsets() == slice.getMixedOffsets() &&
                  first.getMixedSizes() == slice.getMixedSizes();
    Value value = tiled->getResult(source.getResultNumber());
    if (!isSame || value.getType() != slice.getType())
      return failure();
    DominanceInfo dominance;
    if (!dominance.properlyDominates(tiled, slice))
      return failure();
    rewriter.replaceOp(slice, value);
    return success();
  }
  std::optional<scf::SCFFuseProducerOfSliceResult> result =
      scf::tileAndFuseProducerOfSlice(rewriter, slice, loops);
  if (!result || result->tiledOps.size() != 1)
    return failure();
  addSlices(result->generatedSlices);
  if (!isStart) {
    fused[producer] = {slice, result->tiledOps.front()};
    if (isUsedElsewhere(producer)) {
      FailureOr<SmallVector<Operation *>> slices =
          scf::yieldReplacementForFusedProducer(rewriter, slice, *result,
                                                loops);
      if (failed(slices))
        return failure();
      addSlices(*slices);
      unsigned first =
          loops.front()->getNumResults() - producer->getNumResults();
      for (OpResult old : producer->getResults())
        yielded.push_back({old, first + old.getResultNumber()});
    }
  }
  return success();
}

LogicalResult RowFusion::fuseProducers() {
  while (!worklist.empty()) {
    tensor::ExtractSliceOp slice = worklist.front();
    worklist.pop_front();
    if (failed(fuseSlice(slice)))
      return failure();
  }
  return success();
}

/// The ranges of a row need no tensor of all ranges to be a slice of.
void RowFusion::shrinkEmptyTensors() {
  loops.front()->walk([&](tensor::ExtractSliceOp slice) {
    if (!slice.getSource().getDefiningOp<tensor::EmptyOp>())
      return;
    rewriter.setInsertionPoint(slice);
    RankedTensorType type = slice.getType();
    SmallVector<Value> sizes;
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (auto [dim, size] : llvm::enumerate(slice.getMixedSizes()))
      if (auto value = dyn_cast<Value>(size); value && !dropped.test(dim))
        sizes.push_back(value);
    if (sizes.size() == static_cast<size_t>(type.getNumDynamicDims()))
      rewriter.replaceOpWithNewOp<tensor::EmptyOp>(slice, type, sizes);
  });
}

LogicalResult RowFusion::run(const scf::SCFTilingOptions &options) {
  linalg::LinalgOp consumer = group.consumer;
  rewriter.setInsertionPoint(consumer);
  FailureOr<scf::SCFTilingResult> tiled = scf::tileUsingSCF(
      rewriter, cast<TilingInterface>(consumer.getOperation()), options);
  if (failed(tiled))
    return failure();
  loops = tiled->loops;
  tiledConsumer = cast<linalg::LinalgOp>(tiled->tiledOps.back());
  addSlices(tiled->generatedSlices);
  if (failed(fuseProducers())) {
    rewriter.eraseOp(loops.front());
    return failure();
  }
  shrinkEmptyTensors();
  for (OpResult result : consumer->getResults())
    yielded.push_back({result, result.getResultNumber()});
  Operation *loop = loops.front();
  for (const auto &entry : yielded) {
    OpResult result = entry.first;
    rewriter.replaceUsesWithIf(result, loop->getResult(entry.second),
                               [&](OpOperand &use) {
                                 return !loop->isAncestor(use.getOwner()) &&
                                        (result.getOwner() == consumer ||
                                         !group.contains(use.getOwner()));
                               });
  }
  return success();
}

/// A loop over rows.
static LogicalResult fuseIntoLoop(RewriterBase &rewriter,
                                  const RowGroup &group) {
  scf::SCFTilingOptions options;
  options.setTileSizes({rewriter.getIndexAttr(1)});
  return RowFusion(rewriter, group).run(options);
}

/// A part of the rows for each thread, and a loop over the rows of each part.
static LogicalResult fuseIntoThreads(RewriterBase &rewriter,
                                     const RowGroup &group, int64_t threads) {
  // Many parts come out even for any number of threads.
  constexpr int64_t kParts = 64;
  linalg::LinalgOp consumer = group.consumer;
  Location loc = consumer.getLoc();
  rewriter.setInsertionPoint(consumer);
  OpFoldResult rows = consumer.createLoopRanges(rewriter, loc).front().size;
  OpFoldResult part = affine::makeComposedFoldedAffineApply(
      rewriter, loc,
      rewriter.getAffineDimExpr(0).ceilDiv(threads ? threads : kParts), {rows});
  scf::SCFTilingOptions options;
  options.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp)
      .setTileSizes({part});
  RowFusion fusion(rewriter, group);
  if (failed(fusion.run(options)))
    return failure();
  RowGroup ofPart(fusion.tiledConsumer);
  if (ofPart.collect())
    (void)fuseIntoLoop(rewriter, ofPart);
  return success();
}

static LogicalResult fuseIntoLoops(RewriterBase &rewriter,
                                   const RowGroup &group, int64_t threads) {
  return threads != 1 ? fuseIntoThreads(rewriter, group, threads)
                      : fuseIntoLoop(rewriter, group);
}

/// A copy of the group; `results` become those of the copy.
static linalg::LinalgOp cloneGroup(RewriterBase &rewriter,
                                   const RowGroup &group,
                                   MutableArrayRef<Value> results) {
  IRMapping mapping;
  for (Operation *producer : group.producers) {
    for (Value init : cast<linalg::LinalgOp>(producer).getDpsInits())
      if (auto fill = init.getDefiningOp<linalg::FillOp>())
        if (!mapping.contains(init))
          rewriter.clone(*fill, mapping);
    rewriter.clone(*producer, mapping);
  }
  Operation *consumer = rewriter.clone(*group.consumer, mapping);
  for (Value &result : results)
    result = mapping.lookup(result);
  return cast<linalg::LinalgOp>(consumer);
}

/// Fuses the group behind a branch, and leaves it as it is on the other side.
static LogicalResult fuseWhere(RewriterBase &rewriter, const RowGroup &group,
                               Value condition, int64_t threads) {
  linalg::LinalgOp consumer = group.consumer;
  Location loc = consumer.getLoc();
  SmallVector<Value> results(consumer->getResults());
  for (Operation *producer : group.producers)
    for (Value result : producer->getResults())
      if (!llvm::all_of(result.getUsers(),
                        [&](Operation *user) { return group.contains(user); }))
        results.push_back(result);

  auto branch = scf::IfOp::create(rewriter, loc, ValueRange(results).getTypes(),
                                  condition, /*withElseRegion=*/true);
  linalg::LinalgOp fused;
  for (Block *block : {branch.elseBlock(), branch.thenBlock()}) {
    rewriter.setInsertionPointToStart(block);
    SmallVector<Value> copies(results);
    fused = cloneGroup(rewriter, group, copies);
    scf::YieldOp::create(rewriter, loc, copies);
  }
  for (auto [result, replacement] :
       llvm::zip_equal(results, branch.getResults()))
    rewriter.replaceUsesWithIf(result, replacement, [&](OpOperand &use) {
      return !branch->isAncestor(use.getOwner()) &&
             !group.producers.contains(use.getOwner()) &&
             use.getOwner() != group.consumer;
    });
  RowGroup copy(fused);
  return success(copy.collect() &&
                 succeeded(fuseIntoLoops(rewriter, copy, threads)));
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct FuseRowsPass
    : public quant_ext::impl::QuantExtFuseRowsBase<FuseRowsPass> {
  using QuantExtFuseRowsBase::QuantExtFuseRowsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    QuantExtFuseRowsBase::getDependentDialects(registry);
    linalg::registerTilingInterfaceExternalModels(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto emit = [&] { return emitError(UnknownLoc::get(context)); };
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    if (failed(verifySplitOptions(threads, minElements, emit)))
      return failure();
    if (cacheBytes < 0)
      return emit() << "cache-bytes must be at least 0, found "
                    << cacheBytes.getValue();
    bytes = cacheBytes > 0 ? cacheBytes : info->caches.l2;
    return success();
  }

  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops = findUnsplitOps(getOperation());
    IRRewriter rewriter(&getContext());
    // The last first: what goes with it are operations before it.
    for (linalg::LinalgOp op : llvm::reverse(ops)) {
      RowGroup group(op);
      if (group.collect() && group.dominatesUses(DominanceInfo()) &&
          succeeded(fuse(rewriter, group)))
        ++numFused;
    }
    // Upstream's tiling leaves arithmetic behind that nothing uses.
    (void)simplifyRegions(rewriter, getOperation()->getRegions(),
                          /*mergeBlocks=*/false);
  }

private:
  LogicalResult fuse(RewriterBase &rewriter, const RowGroup &group);

  int64_t bytes = 0;
};

} // namespace

/// Fuses where a row stays in the cache from one read to the next and the whole
/// does not.
LogicalResult FuseRowsPass::fuse(RewriterBase &rewriter,
                                 const RowGroup &group) {
  auto type = cast<RankedTensorType>(group.rows.getType());
  if (!type.getElementType().isIntOrFloat())
    return failure();
  int64_t elementsInCache = bytes * 8 / type.getElementTypeBitWidth();
  linalg::LinalgOp consumer = group.consumer;
  rewriter.setInsertionPoint(consumer);
  Location loc = consumer.getLoc();
  AffineExpr row = rewriter.getAffineConstantExpr(1);
  for (unsigned i = 1, e = type.getRank(); i < e; ++i)
    row = row * rewriter.getAffineSymbolExpr(i);
  AffineExpr whole = row * rewriter.getAffineSymbolExpr(0);
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(rewriter, loc, group.rows);
  OpFoldResult rowSize =
      affine::makeComposedFoldedAffineApply(rewriter, loc, row, sizes);
  OpFoldResult wholeSize =
      affine::makeComposedFoldedAffineApply(rewriter, loc, whole, sizes);

  std::optional<int64_t> staticRow = getConstantIntValue(rowSize);
  std::optional<int64_t> staticWhole = getConstantIntValue(wholeSize);
  if ((staticRow && *staticRow > elementsInCache) ||
      (staticWhole && *staticWhole <= elementsInCache))
    return failure();
  if (staticWhole)
    return fuseIntoLoops(rewriter, group,
                         *staticWhole >= minElements ? threads : 1);

  // Where there is little to do for threads, they are not started.
  int64_t most = elementsInCache;
  if (threads != 1)
    most = std::max<int64_t>(most, minElements - 1);
  auto compare = [&](arith::CmpIPredicate predicate, OpFoldResult size,
                     int64_t bound) -> Value {
    return arith::CmpIOp::create(
        rewriter, loc, predicate,
        getValueOrCreateConstantIndexOp(rewriter, loc, size),
        arith::ConstantIndexOp::create(rewriter, loc, bound));
  };
  Value condition = compare(arith::CmpIPredicate::ugt, wholeSize, most);
  if (!staticRow)
    condition = arith::AndIOp::create(
        rewriter, loc, condition,
        compare(arith::CmpIPredicate::ule, rowSize, elementsInCache));
  return fuseWhere(rewriter, group, condition, threads);
}
