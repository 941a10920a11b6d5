//===- OverlapRests.cpp - Vectors for what vectors leave of a row ---------===//
//
// A row whose length is known at run time only ends in shorter vectors and
// single elements. Its last whole vector has all of them, and some elements
// before that get the same value once more.
//
//===----------------------------------------------------------------------===//

#include "Buffers.h"
#include "Recipes/SplatScalar.h"
#include "StreamableLoop.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTOVERLAPRESTS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// What is left
//===----------------------------------------------------------------------===//

/// The loops after `loop` in its block that go on where it and each other end.
static SmallVector<scf::ForOp> findRests(scf::ForOp loop) {
  SmallVector<scf::ForOp> rests;
  Value end = loop.getUpperBound();
  for (Operation *op = loop->getNextNode(); op; op = op->getNextNode()) {
    auto rest = dyn_cast<scf::ForOp>(op);
    if (!rest && isMemoryEffectFree(op))
      continue;
    if (!rest || rest.getNumResults() != 0 || rest.getLowerBound() != end)
      break;
    rests.push_back(rest);
    end = rest.getUpperBound();
  }
  return rests;
}

namespace {

/// Finds out whether a loop does with fewer lanes, or with one element, what
/// another one does.
class LaneComparison {
public:
  LaneComparison(scf::ForOp loop, scf::ForOp rest) : loop(loop), rest(rest) {}

  /// Of a loop that writes `write` alone.
  bool isSame(vector::TransferWriteOp write);

private:
  bool isSame(Value value, Value ofRest);
  bool hasSameLanes(Value value, Value ofRest);
  bool compare(Value value, Value ofRest);
  bool areSame(ValueRange values, ValueRange ofRest) {
    return values.size() == ofRest.size() &&
           llvm::all_of(llvm::zip_equal(values, ofRest), [&](auto pair) {
             return isSame(std::get<0>(pair), std::get<1>(pair));
           });
  }
  bool isSameOperation(Operation *op, Operation *ofRest);

  scf::ForOp loop, rest;
  DenseMap<std::pair<Value, Value>, bool> known;
};

} // namespace

/// The constant that a scalar, or each lane, is; null if it is none.
static Attribute getConstant(Value value) {
  Attribute constant;
  if (Value scalar = getSplatScalar(value))
    value = scalar;
  if (!matchPattern(value, m_Constant(&constant)))
    return Attribute();
  auto elements = dyn_cast<DenseElementsAttr>(constant);
  if (!elements)
    return constant;
  return elements.isSplat() ? elements.getSplatValue<Attribute>() : Attribute();
}

bool LaneComparison::isSameOperation(Operation *op, Operation *ofRest) {
  if (auto read = dyn_cast<vector::TransferReadOp>(op)) {
    if (auto load = dyn_cast<memref::LoadOp>(ofRest))
      return read.getBase() == load.getMemRef() &&
             areSame(read.getIndices(), load.getIndices());
    auto other = dyn_cast<vector::TransferReadOp>(ofRest);
    return other && read.getBase() == other.getBase() && !other.getMask() &&
           !other.hasOutOfBoundsDim() &&
           read.getPermutationMap() == other.getPermutationMap() &&
           areSame(read.getIndices(), other.getIndices());
  }
  return op->getName() == ofRest->getName() &&
         op->getAttrDictionary() == ofRest->getAttrDictionary() &&
         areSame(op->getOperands(), ofRest->getOperands());
}

bool LaneComparison::isSame(Value value, Value ofRest) {
  auto found = known.find({value, ofRest});
  if (found != known.end())
    return found->second;
  bool result = compare(value, ofRest);
  known[{value, ofRest}] = result;
  return result;
}

/// Whether each has as many lanes for a value of the induction variable.
bool LaneComparison::hasSameLanes(Value value, Value ofRest) {
  auto type = dyn_cast<VectorType>(value.getType());
  auto typeOfRest = dyn_cast<VectorType>(ofRest.getType());
  if (!type)
    return !typeOfRest;
  if (type.isScalable() || (typeOfRest && typeOfRest.isScalable()))
    return false;
  int64_t lanes = typeOfRest ? typeOfRest.getNumElements() : 1;
  return type.getNumElements() * *getConstantIntValue(rest.getStep()) ==
         lanes * *getConstantIntValue(loop.getStep());
}

bool LaneComparison::compare(Value value, Value ofRest) {
  if (value == loop.getInductionVar())
    return ofRest == rest.getInductionVar();
  if (Attribute constant = getConstant(value))
    return constant == getConstant(ofRest);
  Value scalar = getSplatScalar(value), scalarOfRest = getSplatScalar(ofRest);
  if (scalarOfRest && !scalar)
    return false;
  if (scalar && (scalarOfRest || !isa<VectorType>(ofRest.getType())))
    return isSame(scalar, scalarOfRest ? scalarOfRest : ofRest);
  if (value == ofRest)
    return true;
  auto result = dyn_cast<OpResult>(value);
  auto resultOfRest = dyn_cast<OpResult>(ofRest);
  return result && resultOfRest &&
         getElementTypeOrSelf(value) == getElementTypeOrSelf(ofRest) &&
         hasSameLanes(value, ofRest) &&
         result.getResultNumber() == resultOfRest.getResultNumber() &&
         loop->isAncestor(result.getOwner()) &&
         rest->isAncestor(resultOfRest.getOwner()) &&
         isSameOperation(result.getOwner(), resultOfRest.getOwner());
}

bool LaneComparison::isSame(vector::TransferWriteOp write) {
  std::optional<int64_t> step = getConstantIntValue(rest.getStep());
  if (!step)
    return false;
  Operation *found = nullptr;
  for (Operation &op : rest.getBody()->without_terminator()) {
    if (op.getNumRegions() != 0)
      return false;
    if (isMemoryEffectFree(&op) || hasSingleEffect<MemoryEffects::Read>(&op))
      continue;
    if (found)
      return false;
    found = &op;
  }
  if (auto store = dyn_cast_or_null<memref::StoreOp>(found))
    return step == 1 && store.getMemRef() == write.getBase() &&
           areSame(write.getIndices(), store.getIndices()) &&
           isSame(write.getVector(), store.getValue());
  auto other = dyn_cast_or_null<vector::TransferWriteOp>(found);
  return other && other.getBase() == write.getBase() && !other.getMask() &&
         !other.hasOutOfBoundsDim() &&
         write.getPermutationMap() == other.getPermutationMap() &&
         step == other.getVectorType().getNumElements() &&
         areSame(write.getIndices(), other.getIndices()) &&
         isSame(write.getVector(), other.getVector());
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The buffers that `reads` are of; failure where it is not known what others
/// overlap one of them, or `written`.
static FailureOr<SmallVector<Value>> getBuffers(ArrayRef<LoopRead> reads,
                                                Value written) {
  SmallVector<Value> buffers;
  for (const LoopRead &read : reads) {
    Value buffer = getBuffer(read.memref);
    if (!llvm::is_contained(buffers, buffer))
      buffers.push_back(buffer);
  }
  auto isSimple = [&](Value buffer) {
    auto type = dyn_cast<MemRefType>(buffer.getType());
    return type && type.isStrided() && hasKnownOrigin(buffer) &&
           type.getMemorySpace() ==
               cast<BaseMemRefType>(written.getType()).getMemorySpace();
  };
  if (!isSimple(written) || !llvm::all_of(buffers, isSimple) ||
      llvm::is_contained(buffers, written))
    return failure();
  return buffers;
}

/// Lets one more iteration of `loop` take what `rests` do, wherever a row has
/// enough elements for it, the iteration has all that is left, and its results
/// overwrite no operand.
static void overlap(RewriterBase &rewriter, const StreamableLoop &streamable,
                    ArrayRef<Value> buffers, ArrayRef<scf::ForOp> rests) {
  scf::ForOp loop = streamable.loop, last = rests.back();
  Location loc = loop.getLoc();
  vector::TransferWriteOp write = streamable.writes.front();
  auto compare = [&](arith::CmpIPredicate predicate, Value lhs, Value rhs) {
    return rewriter.createOrFold<arith::CmpIOp>(loc, predicate, lhs, rhs);
  };
  auto both = [&](Value lhs, Value rhs) {
    return rewriter.createOrFold<arith::AndIOp>(loc, lhs, rhs);
  };
  rewriter.setInsertionPoint(getNest(loop));
  Value areDisjoint =
      emitAreDisjoint(rewriter, loc, getBuffer(write.getBase()), buffers);
  rewriter.setInsertionPoint(last);
  Value end = last.getUpperBound();
  Value begin = rewriter.createOrFold<arith::SubIOp>(loc, end, loop.getStep());
  Value hasRest = compare(arith::CmpIPredicate::ne, end, loop.getUpperBound());
  Value fits = compare(arith::CmpIPredicate::sge, begin, loop.getLowerBound());
  Value hasAll =
      compare(arith::CmpIPredicate::sle, begin, loop.getUpperBound());
  Value condition = both(both(both(hasRest, fits), hasAll), areDisjoint);
  // None of the loops before the last one goes beyond where it ends, or the
  // row.
  for (scf::ForOp rest : rests.drop_back()) {
    Value length = rewriter.createOrFold<arith::SubIOp>(
        loc, rest.getUpperBound(), rest.getLowerBound());
    Value over =
        rewriter.createOrFold<arith::RemSIOp>(loc, length, rest.getStep());
    Value none = arith::ConstantIndexOp::create(rewriter, loc, 0);
    condition = both(condition, compare(arith::CmpIPredicate::eq, over, none));
    condition = both(condition, compare(arith::CmpIPredicate::sle,
                                        rest.getUpperBound(), end));
  }
  auto branch =
      scf::IfOp::create(rewriter, loc, condition, /*withElseRegion=*/true);
  for (scf::ForOp rest : rests)
    rewriter.moveOpBefore(rest, branch.elseYield());
  rewriter.setInsertionPoint(branch.thenYield());
  IRMapping mapping;
  mapping.map(loop.getInductionVar(), begin);
  for (Operation &op : loop.getBody()->without_terminator())
    rewriter.clone(op, mapping);
}

namespace {

struct OverlapRestsPass final
    : public quant_ext::impl::QuantExtOverlapRestsBase<OverlapRestsPass> {
  using QuantExtOverlapRestsBase::QuantExtOverlapRestsBase;

  void runOnOperation() override {
    taken.clear();
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    IRRewriter rewriter(&getContext());
    for (scf::ForOp loop : loops)
      run(rewriter, loop);
    // What was folded away.
    (void)simplifyRegions(rewriter, getOperation()->getRegions(),
                          /*mergeBlocks=*/false);
  }

  void run(RewriterBase &rewriter, scf::ForOp loop) {
    // What is left of a single row is next to nothing.
    SmallVector<scf::ForOp> rests = findRests(loop);
    if (rests.empty() || taken.contains(loop) ||
        !loop->getParentOfType<LoopLikeOpInterface>() ||
        getConstantIntValue(rests.back().getStep()) != 1)
      return;
    FailureOr<StreamableLoop> streamable = matchStreamableLoop(loop);
    if (failed(streamable) || !streamable->startsAnywhere)
      return;
    vector::TransferWriteOp write = streamable->writes.front();
    if (streamable->step != write.getVectorType().getNumElements())
      return;
    FailureOr<SmallVector<Value>> buffers =
        getBuffers(streamable->reads, getBuffer(write.getBase()));
    if (failed(buffers) || !llvm::all_of(rests, [&](scf::ForOp rest) {
          return LaneComparison(loop, rest).isSame(write);
        }))
      return;
    overlap(rewriter, *streamable, *buffers, rests);
    taken.insert_range(rests);
    ++numOverlapped;
  }

  /// What is left to only where nothing overlaps.
  DenseSet<Operation *> taken;
};

} // namespace
