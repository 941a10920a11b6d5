//===- BatchParameters.cpp - Parameters before the loop that needs them ---===//
//
// A row begins with what it makes of its parameters, such as the reciprocal of
// its scale, and nothing else of the row can be computed before: short rows
// spend more time waiting for it than with their elements. For many rows it is
// computed in vectors, and is in the nearest cache when a row needs it.
//
//===----------------------------------------------------------------------===//

#include "Buffers.h"
#include "ParameterAnalysis.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
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

namespace {

/// Takes the iterations of a loop in batches.
class LoopBatcher {
public:
  LoopBatcher(RewriterBase &rewriter, ParameterAnalysis &analysis,
              scf::ForOp loop, int64_t step, int64_t lanes)
      : rewriter(rewriter), analysis(analysis), loop(loop), loc(loop.getLoc()),
        step(step), lanes(lanes),
        batch(std::max<int64_t>(kBatch / step, 1) * step) {
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
  Value emitRead(const ArrayRead &read, Value at, int64_t width);
  Value compute(Value parameter, Value at, int64_t width, IRMapping &mapping);
  void chooseBuffers(ArrayRef<Value> parameters);
  Value fill(ArrayRef<scf::IfOp> branches, Value end);
  void spread(Value vector, Value memref, ArrayRef<Value> indices);
  void replace(Value parameter, Value buffer);
  void version(ArrayRef<scf::IfOp> branches, Value condition);

  RewriterBase &rewriter;
  ParameterAnalysis &analysis;
  scf::ForOp loop, batches;
  Location loc;
  int64_t step, lanes, batch;
  /// Whether all batches are known to be of whole vectors.
  bool fillsVectors;
  /// Of each parameter, and one for all that are the same in other places of
  /// the arrays.
  SmallVector<std::pair<Value, Value>> bufferOf, buffers;
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

/// What a branch on some elements of arrays depends on, one by one.
static Value getConditions(scf::IfOp branch) {
  Value condition = branch.getCondition();
  auto all = condition.getDefiningOp<vector::ReductionOp>();
  return all && all.getKind() == vector::CombiningKind::AND && !all.getAcc()
             ? all.getVector()
             : condition;
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

/// As many elements as `width` of an array, as far into the batch as `at` says.
Value LoopBatcher::emitRead(const ArrayRead &read, Value at, int64_t width) {
  SmallVector<Value> indices = read.indices;
  indices.back() = emit<arith::AddIOp>(batches.getInductionVar(), at);
  if (width == 1)
    return memref::LoadOp::create(rewriter, loc, read.memref, indices);
  auto type = VectorType::get(
      {width}, cast<MemRefType>(read.memref.getType()).getElementType());
  return vector::LoadOp::create(rewriter, loc, type, read.memref, indices);
}

/// What `parameter` is there, for so many elements.
Value LoopBatcher::compute(Value parameter, Value at, int64_t width,
                           IRMapping &mapping) {
  if (Value known = mapping.lookupOrNull(parameter))
    return known;
  Type element = getElementTypeOrSelf(parameter.getType());
  Type type = width == 1 ? element : VectorType::get({width}, element);
  Value result;
  DenseElementsAttr splat;
  if (std::optional<ArrayRead> read = analysis.matchRead(parameter)) {
    result = emitRead(*read, at, width);
  } else if (matchPattern(parameter, m_Constant(&splat))) {
    result = arith::ConstantOp::create(
        rewriter, loc, cast<TypedAttr>(splat.getSplatValue<Attribute>()));
  } else if (analysis.isInvariant(parameter)) {
    auto broadcast = parameter.getDefiningOp<vector::BroadcastOp>();
    result = broadcast ? broadcast.getSource() : parameter;
    Attribute number;
    // A constant may be further down than where it is needed now.
    if (matchPattern(result, m_Constant(&number)))
      result =
          arith::ConstantOp::create(rewriter, loc, cast<TypedAttr>(number));
  } else {
    Operation *op = parameter.getDefiningOp();
    SmallVector<Value> operands =
        llvm::map_to_vector(op->getOperands(), [&](Value operand) {
          return compute(operand, at, width, mapping);
        });
    result = clone(rewriter, op, type, operands)->getResult(0);
  }
  if (result.getType() != type)
    result = vector::BroadcastOp::create(rewriter, loc, type, result);
  mapping.map(parameter, result);
  return result;
}

void LoopBatcher::chooseBuffers(ArrayRef<Value> parameters) {
  for (Value parameter : parameters) {
    auto *found = llvm::find_if(buffers, [&](auto &entry) {
      return analysis.isSame(entry.first, parameter);
    });
    if (found == buffers.end()) {
      Value buffer =
          createStackBuffer(rewriter, batches, batch, rewriter.getF32Type());
      buffers.push_back({parameter, buffer});
      found = &buffers.back();
    }
    bufferOf.push_back({parameter, found->second});
  }
}

/// Computes the parameters, in whole vectors and the rest one by one, and
/// whether all branches are taken.
Value LoopBatcher::fill(ArrayRef<scf::IfOp> branches, Value end) {
  Value count = emitCount(end);
  Value rest = emit<arith::RemUIOp>(count, constant(lanes));
  Value whole = emit<arith::SubIOp>(count, rest);
  auto emitFill = [&](Value from, Value to, int64_t width, Value all) -> Value {
    auto loop =
        scf::ForOp::create(rewriter, loc, from, to, constant(width), all);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(loop.getBody());
    Value at = loop.getInductionVar();
    IRMapping mapping;
    for (auto [parameter, buffer] : buffers) {
      Value value = compute(parameter, at, width, mapping);
      if (width == 1)
        memref::StoreOp::create(rewriter, loc, value, buffer, at);
      else
        vector::StoreOp::create(rewriter, loc, value, buffer, at);
    }
    all = loop.getRegionIterArg(0);
    for (scf::IfOp branch : branches) {
      Value each = compute(getConditions(branch), at, width, mapping);
      if (width != 1)
        each = vector::ReductionOp::create(rewriter, loc,
                                           vector::CombiningKind::AND, each);
      all = arith::AndIOp::create(rewriter, loc, all, each);
    }
    scf::YieldOp::create(rewriter, loc, all);
    return loop.getResult(0);
  };
  Value all =
      arith::ConstantOp::create(rewriter, loc, rewriter.getBoolAttr(true));
  all = emitFill(constant(0), whole, lanes, all);
  return fillsVectors ? all : emitFill(whole, count, 1, all);
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

/// A loop for where all branches are taken, and one for where some are not.
void LoopBatcher::version(ArrayRef<scf::IfOp> branches, Value condition) {
  auto versions = scf::IfOp::create(rewriter, loc, condition,
                                    /*withElseRegion=*/true);
  rewriter.setInsertionPointToStart(versions.elseBlock());
  rewriter.clone(*loop);
  rewriter.moveOpBefore(loop, versions.thenBlock()->getTerminator());
  for (scf::IfOp branch : branches) {
    rewriter.setInsertionPoint(branch);
    Value isTaken =
        arith::ConstantOp::create(rewriter, loc, rewriter.getBoolAttr(true));
    branch.getConditionMutable().assign(isTaken);
  }
}

void LoopBatcher::run(ArrayRef<Value> parameters,
                      ArrayRef<scf::IfOp> branches) {
  rewriter.setInsertionPoint(loop);
  batches = scf::ForOp::create(rewriter, loc, loop.getLowerBound(),
                               loop.getUpperBound(), constant(batch));
  rewriter.setInsertionPointToStart(batches.getBody());
  Value end = emit<arith::MinSIOp>(
      emit<arith::AddIOp>(batches.getInductionVar(), constant(batch)),
      loop.getUpperBound());
  chooseBuffers(parameters);
  Value condition = fill(branches, end);
  rewriter.moveOpBefore(loop, batches.getBody()->getTerminator());
  loop.setLowerBound(batches.getInductionVar());
  loop.setUpperBound(end);
  SmallVector<Value> vectors = analysis.getVectors();
  for (auto [parameter, buffer] : bufferOf)
    replace(parameter, buffer);
  for (Value vector : vectors) {
    ArrayRead read = *analysis.matchRead(vector);
    spread(vector, read.memref, SmallVector<Value>(read.indices));
  }
  if (!branches.empty()) {
    rewriter.setInsertionPoint(batches.getBody()->getTerminator());
    version(branches, condition);
  }
}

namespace {

struct BatchParametersPass
    : public quant_ext::impl::QuantExtBatchParametersBase<BatchParametersPass> {
  using QuantExtBatchParametersBase::QuantExtBatchParametersBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(
        target, features, [&] { return emitError(UnknownLoc::get(context)); });
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
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
  }

  void batch(RewriterBase &rewriter, scf::ForOp loop) {
    std::optional<int64_t> step = getConstantIntValue(loop.getStep());
    std::optional<APInt> iterations = loop.getStaticTripCount();
    if (!step || *step < 1 || *step > kBatch || loop.getNumResults() != 0 ||
        (iterations && iterations->ult(kLeastIterations)))
      return;
    ParameterAnalysis analysis(loop, *step);
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
    if (!divides)
      return;
    SmallVector<scf::IfOp> branches;
    loop.walk([&](scf::IfOp branch) {
      Value conditions = getConditions(branch);
      if (!branch.getElseRegion().empty() && !analysis.matchRead(conditions) &&
          analysis.findRead(conditions))
        branches.push_back(branch);
    });
    LoopBatcher(rewriter, analysis, loop, *step, lanes)
        .run(parameters, branches);
    numBatched += parameters.size();
  }

  int64_t lanes = 0;
};

} // namespace
