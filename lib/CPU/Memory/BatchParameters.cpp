//===- BatchParameters.cpp - Parameters before the loop that needs them ---===//
//
// A row begins with what it makes of its parameters, such as the reciprocal of
// its scale, and nothing else of the row can be computed before: short rows
// spend more time waiting for it than with their elements. For many rows it is
// computed in vectors, and is in the nearest cache when a row needs it.
//
//===----------------------------------------------------------------------===//

#include "ParameterBuffers.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTBATCHPARAMETERS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// How many are computed at a time: enough to make little of the wait for the
/// first, and few enough to stay in the nearest cache.
static constexpr int64_t kBatch = 128;
/// Iterations below which nothing is gained.
static constexpr int64_t kLeastIterations = 8;

static int64_t getStep(scf::ForOp loop) {
  return getConstantIntValue(loop.getStep()).value_or(0);
}

/// The loop that runs `loop` over one part after the other of its own range;
/// null where there is none, or where parts are larger than a batch.
static scf::ForOp getLoopOverParts(scf::ForOp loop) {
  auto parts = dyn_cast<scf::ForOp>(loop->getParentOp());
  if (!parts || parts.getNumResults() != 0 ||
      loop.getLowerBound() != parts.getInductionVar() || getStep(parts) < 1 ||
      getStep(parts) > kBatch || getStep(parts) % getStep(loop) != 0)
    return nullptr;
  auto end = loop.getUpperBound().getDefiningOp<arith::MinSIOp>();
  auto next = end ? end.getLhs().getDefiningOp<arith::AddIOp>() : nullptr;
  bool isPart = next && end.getRhs() == parts.getUpperBound() &&
                next.getLhs() == parts.getInductionVar() &&
                getConstantIntValue(next.getRhs()) == getStep(parts);
  return isPart ? parts : nullptr;
}

namespace {

/// Takes the iterations of a loop in batches.
class LoopBatcher {
public:
  /// Of `parts`, which takes as many iterations of `loop` at a time as its step
  /// says, or is that loop.
  LoopBatcher(RewriterBase &rewriter, ParameterAnalysis &analysis,
              scf::ForOp loop, scf::ForOp parts, int64_t lanes)
      : rewriter(rewriter), analysis(analysis), loop(loop), parts(parts),
        loc(loop.getLoc()), step(getStep(loop)), lanes(lanes),
        batch(std::max<int64_t>(kBatch / getStep(parts), 1) * getStep(parts)) {
    std::optional<APInt> iterations = loop.getStaticTripCount();
    fillsVectors = iterations && batch % lanes == 0 &&
                   iterations->getSExtValue() * step % lanes == 0;
  }

  /// Computes `parameters` before, and whether all iterations of a batch take
  /// `branches`: one loop decides nothing then.
  void run(ArrayRef<Value> parameters, ArrayRef<scf::IfOp> branches);

private:
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(rewriter, loc, value);
  }
  template <typename OpT, typename... Args>
  Value emit(Args &&...args) {
    return rewriter.createOrFold<OpT>(loc, std::forward<Args>(args)...);
  }
  Value emitCount(Value end);
  void keepUnless(Value condition);
  void leaveFewIterations();
  void spread(Value vector, Value memref, ArrayRef<Value> indices);
  void replace(Value parameter, Value buffer);

  RewriterBase &rewriter;
  ParameterAnalysis &analysis;
  scf::ForOp loop, parts, batches;
  Location loc;
  int64_t step, lanes, batch;
  /// Whether all batches are known to be of whole vectors.
  bool fillsVectors;
};

} // namespace

/// Whether `op` gives several lanes each element: elements of other arrays are
/// values rather than parameters.
static bool isSpread(Operation *op) {
  if (auto broadcast = dyn_cast<vector::BroadcastOp>(op))
    return !isa<VectorType>(broadcast.getSourceType());
  auto shuffle = dyn_cast<vector::ShuffleOp>(op);
  return shuffle && shuffle.getV1VectorType().getNumElements() <
                        shuffle.getResultVectorType().getNumElements();
}

/// How many elements there are for the iterations up to `end`: those that the
/// last one may read, but none beyond the array.
Value LoopBatcher::emitCount(Value end) {
  Value first = batches.getInductionVar();
  Value count = emit<arith::SubIOp>(end, first);
  if (step == 1)
    return count;
  count = emit<arith::MulIOp>(emit<arith::CeilDivUIOp>(count, constant(step)),
                              constant(step));
  for (Value memref : analysis.getArrays()) {
    int64_t last = cast<MemRefType>(memref.getType()).getRank() - 1;
    Value size = emit<memref::DimOp>(memref, constant(last));
    count = emit<arith::MinUIOp>(count, emit<arith::SubIOp>(size, first));
  }
  return count;
}

/// What shuffles make of a vector that is in memory: elements that fill whole
/// registers are read as such.
void LoopBatcher::spread(Value vector, Value memref, ArrayRef<Value> indices) {
  // One that takes it twice is one all the same.
  llvm::SetVector<Operation *> users(llvm::from_range, vector.getUsers());
  for (Operation *user : users) {
    auto shuffle = dyn_cast<vector::ShuffleOp>(user);
    if (!shuffle)
      continue;
    ArrayRef<int64_t> mask = shuffle.getMask();
    int64_t size = mask.size(),
            elements = shuffle.getV1VectorType().getNumElements();
    auto getEnd = [&](int64_t begin) {
      int64_t end = begin;
      while (end < size && mask[end] == mask[begin])
        ++end;
      return end;
    };
    bool hasRuns = true;
    for (int64_t begin = 0; begin < size && hasRuns; begin = getEnd(begin))
      hasRuns = (getEnd(begin) - begin) % lanes == 0 && mask[begin] >= 0 &&
                mask[begin] < elements;
    if (!hasRuns || shuffle.getV1() != vector)
      continue;
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(shuffle);
    VectorType type = shuffle.getResultVectorType();
    Value result =
        arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(type));
    for (int64_t begin = 0; begin < size; begin = getEnd(begin)) {
      SmallVector<Value> at(indices);
      at.back() = emit<arith::AddIOp>(at.back(), constant(mask[begin]));
      Value element = memref::LoadOp::create(rewriter, loc, memref, at);
      Value run = vector::BroadcastOp::create(
          rewriter, loc,
          VectorType::get({getEnd(begin) - begin}, type.getElementType()),
          element);
      result = vector::InsertStridedSliceOp::create(rewriter, loc, run, result,
                                                    ArrayRef<int64_t>{begin},
                                                    ArrayRef<int64_t>{1});
    }
    rewriter.replaceOp(shuffle, result);
  }
}

/// What the loop finds in the buffer now.
void LoopBatcher::replace(Value parameter, Value buffer) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(loop.getBody());
  Value at = emit<arith::AddIOp>(
      emit<arith::SubIOp>(loop.getInductionVar(), batches.getInductionVar()),
      constant(analysis.findRead(parameter)->offset));
  Value found;
  if (auto type = dyn_cast<VectorType>(parameter.getType())) {
    spread(parameter, buffer, at);
    found = vector::LoadOp::create(rewriter, loc, type, buffer, at);
  } else {
    found = memref::LoadOp::create(rewriter, loc, buffer, at);
  }
  rewriter.replaceAllUsesWith(parameter, found);
}

/// Keeps the loop as it is for where `condition` does not hold.
void LoopBatcher::keepUnless(Value condition) {
  rewriter.setInsertionPoint(parts);
  auto versions = scf::IfOp::create(rewriter, loc, condition,
                                    /*withElseRegion=*/true);
  rewriter.setInsertionPointToStart(versions.elseBlock());
  rewriter.clone(*parts);
  rewriter.moveOpBefore(parts, versions.thenBlock()->getTerminator());
}

/// Where only at run time it is known how many iterations there are, a few are
/// left to a loop that is as it was.
void LoopBatcher::leaveFewIterations() {
  rewriter.setInsertionPoint(parts);
  Value length =
      emit<arith::SubIOp>(parts.getUpperBound(), parts.getLowerBound());
  Value isWorthIt =
      arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::sge, length,
                            constant(kLeastIterations * step));
  keepUnless(isWorthIt);
}

void LoopBatcher::run(ArrayRef<Value> parameters,
                      ArrayRef<scf::IfOp> branches) {
  if (!loop.getStaticTripCount())
    leaveFewIterations();
  rewriter.setInsertionPoint(parts);
  batches = scf::ForOp::create(rewriter, loc, parts.getLowerBound(),
                               parts.getUpperBound(), constant(batch));
  rewriter.setInsertionPointToStart(batches.getBody());
  Value end = emit<arith::MinSIOp>(
      emit<arith::AddIOp>(batches.getInductionVar(), constant(batch)),
      parts.getUpperBound());
  ParameterBuffers buffers(rewriter, analysis, parameters, branches, lanes);
  buffers.allocate(batches, batch);
  Value condition = buffers.fill(loc, batches.getInductionVar(), emitCount(end),
                                 fillsVectors);
  rewriter.moveOpBefore(parts, batches.getBody()->getTerminator());
  parts.setLowerBound(batches.getInductionVar());
  parts.setUpperBound(end);
  SmallVector<Value> vectors = analysis.getVectors();
  buffers.forEach(
      [&](Value parameter, Value buffer) { replace(parameter, buffer); });
  for (Value vector : vectors) {
    ArrayRead read = *analysis.matchRead(vector);
    spread(vector, read.memref, SmallVector<Value>(read.indices));
  }
  if (branches.empty())
    return;
  // A loop for where all branches are taken, and one for where some are not.
  keepUnless(condition);
  buffers.takeBranches();
}

namespace {

struct BatchParametersPass
    : public quant_ext::impl::QuantExtBatchParametersBase<BatchParametersPass> {
  using QuantExtBatchParametersBase::QuantExtBatchParametersBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    lanes = info->vectorBits / 32;
    return success();
  }

  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    IRRewriter rewriter(&getContext());
    for (scf::ForOp loop : loops)
      batch(rewriter, loop);
    // What is read from buffers now.
    (void)simplifyRegions(rewriter, getOperation()->getRegions(),
                          /*mergeBlocks=*/false);
  }

  void batch(RewriterBase &rewriter, scf::ForOp loop) {
    int64_t step = getStep(loop);
    std::optional<APInt> iterations = loop.getStaticTripCount();
    if (step < 1 || step > kBatch || loop.getNumResults() != 0 ||
        (iterations && iterations->ult(kLeastIterations)))
      return;
    scf::ForOp parts = getLoopOverParts(loop);
    if (!parts)
      parts = loop;
    ParameterAnalysis analysis(parts, loop, step);
    SmallVector<Value> parameters;
    bool divides = false;
    loop.walk([&](Operation *op) {
      if (op->getNumResults() != 1 || op->getNumRegions() != 0)
        return;
      Value value = op->getResult(0);
      if (!getElementTypeOrSelf(value.getType()).isF32() ||
          analysis.matchRead(value) || !analysis.findRead(value))
        return;
      if (!llvm::any_of(value.getUsers(), isSpread))
        return;
      parameters.push_back(value);
      divides |= isa<arith::DivFOp>(op);
    });
    SmallVector<scf::IfOp> branches = findParameterBranches(analysis, loop);
    // A loop inside has its branch moved out of it.
    bool decides = llvm::any_of(branches, [&](scf::IfOp branch) {
      return branch->getParentOp() == loop;
    });
    if (!divides && !decides)
      return;
    LoopBatcher(rewriter, analysis, loop, parts, lanes)
        .run(parameters, branches);
    numBatched += parameters.size();
  }

  int64_t lanes = 0;
};

} // namespace
