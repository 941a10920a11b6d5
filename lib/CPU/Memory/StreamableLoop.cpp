//===- StreamableLoop.cpp - Loops whose stores can bypass caches ----------===//

#include "StreamableLoop.h"
#include "Buffers.h"
#include "MemoryUnits.h"
#include "Recipes/SplatScalar.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// What the induction variable never grows by more than, if that is known.
static std::optional<int64_t> getMostLength(scf::ForOp loop) {
  AffineExpr d0, d1;
  bindDims(loop.getContext(), d0, d1);
  ValueBoundsConstraintSet::Variable difference(
      AffineMap::get(2, 0, d1 - d0),
      ValueRange{loop.getLowerBound(), loop.getUpperBound()});
  FailureOr<int64_t> length = ValueBoundsConstraintSet::computeConstantBound(
      presburger::BoundType::UB, difference, /*stopCondition=*/nullptr,
      /*closedUB=*/true);
  return succeeded(length) ? std::optional(*length) : std::nullopt;
}

/// Whether a loop has never more than a few iterations.
static bool isShort(scf::ForOp loop) {
  constexpr int64_t kFew = 8;
  // What is known of a remainder holds though nothing is known of the dividend,
  // of which bounds could not express a product.
  auto isSmall = [](AffineExpr expr) {
    auto remainder = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!remainder || remainder.getKind() != AffineExprKind::Mod)
      return false;
    auto divisor = dyn_cast<AffineConstantExpr>(remainder.getRHS());
    return divisor && divisor.getValue() <= kFew;
  };
  std::optional<int64_t> begin = getConstantIntValue(loop.getLowerBound());
  auto end = loop.getUpperBound().getDefiningOp<affine::AffineMinOp>();
  if (begin && *begin >= 0 && end &&
      llvm::any_of(end.getAffineMap().getResults(), isSmall))
    return true;
  std::optional<int64_t> length = getMostLength(loop);
  return length && *length <= kFew;
}

/// Whether `load` reads no more than a few elements each time that `loop` runs.
static bool readsFew(memref::LoadOp load, scf::ForOp loop) {
  if (insideMutuallyExclusiveRegions(load, loop))
    return true;
  if (loop->isAncestor(load))
    return false;
  for (Operation *op = load->getParentOp(); !op->isAncestor(loop);
       op = op->getParentOp()) {
    auto around = dyn_cast<scf::ForOp>(op);
    if (!isa<scf::IfOp>(op) && !(around && isShort(around)))
      return false;
  }
  return true;
}

/// Whether the function writes `buffer` and reads next to nothing of it, so
/// that its caller is the first to read what `loop` writes.
static bool isOnlyWritten(Value buffer, scf::ForOp loop) {
  SmallVector<Value> views = {buffer};
  while (!views.empty()) {
    Value view = views.pop_back_val();
    for (Operation *user : view.getUsers()) {
      if (isa<func::ReturnOp, memref::DimOp, memref::DeallocOp,
              memref::ExtractAlignedPointerAsIndexOp>(user))
        continue;
      if (auto viewLike = dyn_cast<ViewLikeOpInterface>(user);
          viewLike && viewLike.getViewSource() == view) {
        for (Value result : user->getResults())
          if (isa<BaseMemRefType>(result.getType()))
            views.push_back(result);
        continue;
      }
      auto load = dyn_cast<memref::LoadOp>(user);
      if (load && readsFew(load, loop))
        continue;
      auto effects = dyn_cast<MemoryEffectOpInterface>(user);
      if (!effects || !hasSingleEffect<MemoryEffects::Write>(user, view))
        return false;
    }
  }
  return true;
}

/// A result of the function: a parameter, or what it allocates and returns.
static bool isResult(Value buffer) {
  if (auto argument = dyn_cast<BlockArgument>(buffer))
    return argument.getOwner()->isEntryBlock() &&
           isa<func::FuncOp>(argument.getOwner()->getParentOp());
  return buffer.getDefiningOp<memref::AllocOp>() != nullptr;
}

//===----------------------------------------------------------------------===//
// What lanes depend on
//===----------------------------------------------------------------------===//

namespace {
/// Finds out whether an iteration that starts later by less than a step gives
/// the same lanes, only moved.
class LaneAnalysis {
public:
  LaneAnalysis(scf::ForOp loop, int64_t step) : loop(loop), step(step) {}

  /// True if `write` writes such lanes; `reads` is then all they come from.
  bool run(vector::TransferWriteOp write, SmallVectorImpl<LoopRead> &reads);

private:
  enum class Kind {
    /// Lanes follow the induction variable, a whole number for each value.
    Moving,
    /// The same in all lanes and iterations.
    Uniform,
    Unknown
  };

  Kind getKind(Value value);
  Kind classify(Operation *op, SmallVectorImpl<LoopRead> &reads);
  Kind classifyRead(vector::TransferReadOp op,
                    SmallVectorImpl<LoopRead> &reads);
  Kind classifyLoad(memref::LoadOp op, SmallVectorImpl<LoopRead> &reads);
  Kind combine(Operation *op);

  scf::ForOp loop;
  int64_t step;
  DenseMap<Value, Kind> kinds;
};
} // namespace

static bool isSplat(Value vector) {
  DenseElementsAttr constant;
  if (matchPattern(vector, m_Constant(&constant)))
    return constant.isSplat();
  return getSplatScalar(vector) != nullptr;
}

LaneAnalysis::Kind LaneAnalysis::getKind(Value value) {
  auto found = kinds.find(value);
  if (found != kinds.end())
    return found->second;
  if (!loop.isDefinedOutsideOfLoop(value))
    return Kind::Unknown;
  bool isUniform = !isa<VectorType>(value.getType()) || isSplat(value);
  return isUniform ? Kind::Uniform : Kind::Unknown;
}

LaneAnalysis::Kind
LaneAnalysis::classifyRead(vector::TransferReadOp op,
                           SmallVectorImpl<LoopRead> &reads) {
  std::optional<int64_t> bytes = getContiguousBytes(op);
  if (!bytes)
    return Kind::Unknown;
  std::optional<int64_t> growth =
      getAddressGrowth(loop, op.getBase(), op.getIndices());
  if (!growth || *growth <= 0)
    return Kind::Unknown;
  reads.push_back({op, op.getBase(), op.getIndices(), *bytes, *growth * step});
  return *growth * step == *bytes && !op.getMask() ? Kind::Moving
                                                   : Kind::Unknown;
}

LaneAnalysis::Kind
LaneAnalysis::classifyLoad(memref::LoadOp op,
                           SmallVectorImpl<LoopRead> &reads) {
  MemRefType type = op.getMemRefType();
  if (!type.getElementType().isIntOrFloat() ||
      getAddressGrowth(loop, op.getMemRef(), op.getIndices()) != 0)
    return Kind::Unknown;
  reads.push_back({op, op.getMemRef(), op.getIndices(), getElementBytes(type),
                   /*stride=*/0});
  return Kind::Uniform;
}

/// Of an operation that makes a lane of the operands' lanes in the same place.
LaneAnalysis::Kind LaneAnalysis::combine(Operation *op) {
  Kind result = Kind::Uniform;
  for (Value operand : op->getOperands()) {
    Kind kind = getKind(operand);
    if (kind == Kind::Unknown)
      return Kind::Unknown;
    if (kind == Kind::Moving)
      result = Kind::Moving;
  }
  for (Type type : op->getResultTypes()) {
    auto vector = dyn_cast<VectorType>(type);
    if (vector && (vector.getRank() != 1 || vector.isScalable()))
      return Kind::Unknown;
    if (result == Kind::Moving &&
        (!vector || vector.getNumElements() % step != 0))
      return Kind::Unknown;
  }
  return result;
}

LaneAnalysis::Kind LaneAnalysis::classify(Operation *op,
                                          SmallVectorImpl<LoopRead> &reads) {
  return TypeSwitch<Operation *, Kind>(op)
      .Case([&](vector::TransferReadOp op) { return classifyRead(op, reads); })
      .Case([&](memref::LoadOp op) { return classifyLoad(op, reads); })
      .Case([&](arith::ConstantOp op) {
        return isa<VectorType>(op.getType()) && !isSplat(op) ? Kind::Unknown
                                                             : Kind::Uniform;
      })
      .Case([&](vector::BroadcastOp op) { return combine(op); })
      .Case<vector::InterleaveOp, vector::DeinterleaveOp, vector::BitCastOp>(
          [&](Operation *op) {
            // Neighbours of what is the same in all lanes may differ then.
            Kind kind = combine(op);
            return kind == Kind::Uniform ? Kind::Unknown : kind;
          })
      .Default([&](Operation *op) {
        return OpTrait::hasElementwiseMappableTraits(op) ? combine(op)
                                                         : Kind::Unknown;
      });
}

bool LaneAnalysis::run(vector::TransferWriteOp write,
                       SmallVectorImpl<LoopRead> &reads) {
  bool isKnown = true;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isa<vector::TransferWriteOp, affine::AffineApplyOp>(op))
      continue;
    Kind kind = classify(&op, reads);
    isKnown &= kind != Kind::Unknown;
    for (Value result : op.getResults())
      kinds[result] = kind;
  }
  return isKnown && getKind(write.getVector()) != Kind::Unknown;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// The operations of the body that have an effect other than to read; none
/// where some of them are no writes of vectors.
static SmallVector<vector::TransferWriteOp> getWrites(scf::ForOp loop) {
  SmallVector<vector::TransferWriteOp> writes;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (op.getNumRegions() != 0)
      return {};
    if (isMemoryEffectFree(&op) || hasSingleEffect<MemoryEffects::Read>(&op))
      continue;
    auto write = dyn_cast<vector::TransferWriteOp>(op);
    if (!write || !isa<MemRefType>(write.getShapedType()) ||
        write.getIndices().empty())
      return {};
    writes.push_back(write);
  }
  return writes;
}

/// `value` as an expression of one operand.
static std::pair<AffineExpr, Value> getExpression(Value value) {
  auto apply = value.getDefiningOp<affine::AffineApplyOp>();
  if (apply && apply.getMapOperands().size() == 1 &&
      apply.getAffineMap().getNumDims() == 1)
    return {apply.getAffineMap().getResult(0), apply.getMapOperands().front()};
  return {getAffineDimExpr(0, value.getContext()), value};
}

/// How many bytes after `first` in the same buffer `write` is, if that is the
/// same in all iterations.
static std::optional<int64_t> getDistance(vector::TransferWriteOp first,
                                          vector::TransferWriteOp write) {
  if (first.getBase() != write.getBase() ||
      first.getIndices().drop_back() != write.getIndices().drop_back())
    return std::nullopt;
  auto [from, fromOperand] = getExpression(first.getIndices().back());
  auto [to, toOperand] = getExpression(write.getIndices().back());
  auto elements =
      dyn_cast<AffineConstantExpr>(simplifyAffineExpr(to - from, 1, 0));
  if (fromOperand != toOperand || !elements)
    return std::nullopt;
  return elements.getValue() * getElementBytes(first.getVectorType());
}

/// Sorts writes by address and gives the bytes that they cover together; none
/// if there are gaps, or that is not known.
static std::optional<int64_t>
sortNeighbours(SmallVectorImpl<vector::TransferWriteOp> &writes,
               SmallVectorImpl<int64_t> &distances) {
  SmallVector<std::pair<int64_t, vector::TransferWriteOp>> byAddress;
  for (vector::TransferWriteOp write : writes) {
    std::optional<int64_t> distance = getDistance(writes.front(), write);
    if (!distance)
      return std::nullopt;
    byAddress.push_back({*distance, write});
  }
  llvm::sort(byAddress, llvm::less_first());
  int64_t covered = 0;
  for (auto [i, entry] : llvm::enumerate(byAddress)) {
    std::optional<int64_t> bytes = getContiguousBytes(entry.second);
    if (!bytes || entry.first - byAddress.front().first != covered)
      return std::nullopt;
    writes[i] = entry.second;
    distances.push_back(covered);
    covered += *bytes;
  }
  return covered;
}

/// Whether `loop` takes one of each of a few parts, at the same distance from
/// one to the next: as many lines are written a part of at a time.
static bool goesBetweenParts(scf::ForOp loop, vector::TransferWriteOp write) {
  constexpr uint64_t kMostParts = 8;
  std::optional<APInt> parts = loop.getStaticTripCount();
  return parts && parts->ule(kMostParts) &&
         growsEvenly(loop, write.getBase(), write.getIndices());
}

/// Whether a loop of `step`, wherever it begins, writes as many bytes from
/// there on as some lines have.
static bool writesLines(scf::ForOp loop, int64_t step, int64_t writtenBytes) {
  FailureOr<int64_t> length = ValueBoundsConstraintSet::computeConstantDelta(
      loop.getUpperBound(), loop.getLowerBound());
  return succeeded(length) && *length > 0 && *length % step == 0 &&
         *length / step * writtenBytes % kLineBytes == 0;
}

/// Whether a loop of `step` takes what others leave of a row: too little for
/// whole lines, of which there would have to be several to align stores to.
static bool takesRest(scf::ForOp loop, int64_t step, int64_t writtenBytes) {
  constexpr int64_t kLeastBytes = 8 * kLineBytes;
  if (loop.getStaticTripCount())
    return false;
  std::optional<int64_t> length = getMostLength(loop);
  return length && llvm::divideCeil(*length, step) * writtenBytes < kLeastBytes;
}

FailureOr<StreamableLoop> quant_ext::matchStreamableLoop(scf::ForOp loop) {
  std::optional<int64_t> step = getConstantIntValue(loop.getStep());
  if (!step || *step < 1 || loop.getNumResults() != 0)
    return failure();
  SmallVector<vector::TransferWriteOp> writes = getWrites(loop);
  if (writes.empty())
    return failure();
  SmallVector<int64_t> distances;
  std::optional<int64_t> covered = sortNeighbours(writes, distances);
  vector::TransferWriteOp write = writes.front();
  if (!covered)
    return failure();
  std::optional<int64_t> growth =
      getAddressGrowth(loop, write.getBase(), write.getIndices());
  bool isDense = growth && *growth * *step == *covered;
  if (!isDense && writes.size() != 1)
    return failure();
  bool isRest = takesRest(loop, *step, *covered);
  bool isTurnOfRow = isRest && isDense && writesLines(loop, *step, *covered);
  if (isRest && !isTurnOfRow)
    return failure();
  int64_t stride = growth.value_or(0) * *step;
  if (growth ? stride < *covered : !goesBetweenParts(loop, write))
    return failure();
  Value buffer = getBuffer(write.getBase());
  if (!isResult(buffer) || !isOnlyWritten(buffer, loop))
    return failure();

  StreamableLoop result;
  result.loop = loop;
  result.writes = writes;
  result.distances = distances;
  result.step = *step;
  result.writtenBytes = *covered;
  result.unitBytes = growth.value_or(0);
  result.isDense = isDense;
  result.isTurnOfRow = isTurnOfRow;
  // With several writes it would also take all of them to compute the same.
  result.startsAnywhere = isDense &&
                          LaneAnalysis(loop, *step).run(write, result.reads) &&
                          writes.size() == 1 && !write.getMask();
  // Less than a register is not worth it.
  constexpr int64_t leastBytes = 16;
  int64_t bytes = *covered / writes.size();
  result.alignment = std::min(bytes, kLineBytes);
  result.keepsAlignment =
      llvm::isPowerOf2_64(bytes) && bytes >= leastBytes &&
      stride % result.alignment == 0 &&
      llvm::all_of(writes, [&](vector::TransferWriteOp other) {
        return !other.getMask() && getContiguousBytes(other) == bytes;
      });
  // Lines that it writes a part of are not its own.
  if ((!isDense || isTurnOfRow) && !result.keepsAlignment)
    return failure();
  return result;
}
