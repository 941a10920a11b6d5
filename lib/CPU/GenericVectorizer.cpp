//===- GenericVectorizer.cpp - linalg to loops over vectors ---------------===//

#include "GenericVectorizer.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// What one execution of the body computes: a scalar (width 0), or the lanes of
/// a vector, of which `active` are real where the rest is masked off.
struct Lanes {
  int64_t width = 0;
  /// Null where every lane is.
  OpFoldResult active;

  bool isScalar() const { return width == 0; }
  bool isMasked() const { return !active.isNull(); }
};

/// A part of the vector dimension, and how it is stepped through.
struct Segment {
  OpFoldResult begin, end;
  /// Lanes; 0 for a loop over scalars.
  int64_t width;
  /// At most one step, with the lanes past `end` masked off.
  bool masked = false;
};

class LoopEmitter {
public:
  LoopEmitter(RewriterBase &b, linalg::LinalgOp op, const VectorPlan &plan,
              const VectorShape &shape)
      : b(b), op(op), plan(plan), shape(shape), loc(op.getLoc()) {}

  SmallVector<Value> emit();

private:
  using Values = SmallVector<Value>;
  using BodyFn = function_ref<Values(ValueRange)>;

  // Loops.
  Values emitLoop(OpFoldResult begin, OpFoldResult end, int64_t step,
                  ValueRange args,
                  function_ref<Values(OpFoldResult, ValueRange)> body);
  Values emitNest(ArrayRef<unsigned> dims, ValueRange args, BodyFn body);
  SmallVector<Segment> makeSegments();
  Lanes lanesOf(const Segment &segment, OpFoldResult iv);
  SmallVector<unsigned> getDims(utils::IteratorType type);

  // The two kinds of loop bodies.
  Values emitTile(ValueRange dests, Lanes lanes);
  Values emitParallel(ValueRange dests);
  Values emitReduction(ValueRange dests);

  // Elements.
  Values emitBody(ValueRange accumulators, Lanes lanes);
  Value readOperand(OpOperand &operand, Value tensor, Lanes lanes);
  Value readInit(unsigned result, Value dest, Lanes lanes);
  Value writeResult(unsigned result, Value dest, ArrayRef<Value> parts,
                    Lanes lanes);
  SmallVector<Value> getIndices(OpOperand &operand, bool flattened);
  Value getMask(Lanes lanes, int64_t factor);
  Value readVector(Value tensor, ValueRange indices, Lanes lanes,
                   int64_t factor);
  Value splat(Value scalar, int64_t width);
  Value getNeutral(const Combiner &combiner, Type elementType, int64_t width);
  Value combine(const Combiner &combiner, Value lhs, Value rhs);

  void prepareOperands();
  Value flatten(Value tensor);
  Value toValue(OpFoldResult v) {
    return getValueOrCreateConstantIndexOp(b, loc, v);
  }
  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(b, loc, expr, operands);
  }
  int64_t getInterleaving() const {
    return plan.interleavedDim
               ? *getConstantIntValue(sizes[*plan.interleavedDim])
               : 1;
  }

  RewriterBase &b;
  linalg::LinalgOp op;
  const VectorPlan &plan;
  const VectorShape &shape;
  Location loc;

  SmallVector<OpFoldResult> sizes;
  /// The value of each loop dimension, where it has one already.
  SmallVector<OpFoldResult> ivs;
  /// Inputs as they are read: interleaved ones are flattened.
  Values inputs;
  /// Destinations as they are written, and the scalar that every element of
  /// one holds, where that is known.
  Values dests;
  Values initScalars;
};

} // namespace

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// A destination that is filled with one value need not be filled: whoever
/// reads it can take the value. Looks through one reshape.
static std::pair<Value, Value> lookThroughFill(RewriterBase &b, Location loc,
                                               Value dest) {
  if (auto fill = dest.getDefiningOp<linalg::FillOp>())
    return {fill.getDpsInits().front(), fill.getInputs().front()};
  if (auto collapse = dest.getDefiningOp<tensor::CollapseShapeOp>())
    if (auto fill = collapse.getSrc().getDefiningOp<linalg::FillOp>()) {
      Value unfilled = tensor::CollapseShapeOp::create(
          b, loc, collapse.getType(), fill.getDpsInits().front(),
          collapse.getReassociation());
      return {unfilled, fill.getInputs().front()};
    }
  DenseElementsAttr constant;
  auto type = cast<RankedTensorType>(dest.getType());
  if (matchPattern(dest, m_Constant(&constant)) && constant.isSplat()) {
    Value empty =
        tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
    Value scalar = arith::ConstantOp::create(
        b, loc, cast<TypedAttr>(constant.getSplatValue<Attribute>()));
    return {empty, scalar};
  }
  return {dest, Value()};
}

/// The last two dimensions become one, so that lanes are neighbours in memory.
Value LoopEmitter::flatten(Value tensor) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim < rank - 1; ++dim)
    groups.push_back({dim});
  groups.back().push_back(rank - 1);
  return tensor::CollapseShapeOp::create(b, loc, tensor, groups);
}

void LoopEmitter::prepareOperands() {
  for (Range range : op.createLoopRanges(b, loc))
    sizes.push_back(range.size);
  ivs.assign(sizes.size(), b.getIndexAttr(0));

  for (OpOperand *input : op.getDpsInputOperands()) {
    bool flat = getAccess(op, *input, plan) == Access::Interleaved;
    inputs.push_back(flat ? flatten(input->get()) : input->get());
  }
  for (OpOperand &init : op.getDpsInitsMutable()) {
    auto [dest, scalar] = lookThroughFill(b, loc, init.get());
    bool flat = getAccess(op, init, plan) == Access::Interleaved;
    dests.push_back(flat ? flatten(dest) : dest);
    initScalars.push_back(scalar);
  }
}

SmallVector<Value> LoopEmitter::getIndices(OpOperand &operand, bool flattened) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  ArrayRef<AffineExpr> results = map.getResults();
  if (flattened)
    results = results.drop_back(2);
  SmallVector<Value> indices;
  for (AffineExpr expr : results)
    indices.push_back(toValue(apply(expr, ivs)));
  if (flattened) {
    AffineExpr d0 = b.getAffineDimExpr(0);
    indices.push_back(
        toValue(apply(d0 * getInterleaving(), {ivs[plan.vectorDim]})));
  }
  return indices;
}

Value LoopEmitter::splat(Value scalar, int64_t width) {
  return vector::BroadcastOp::create(
      b, loc, VectorType::get({width}, scalar.getType()), scalar);
}

Value LoopEmitter::getMask(Lanes lanes, int64_t factor) {
  Value count = toValue(apply(b.getAffineDimExpr(0) * factor, {lanes.active}));
  auto type = VectorType::get({lanes.width * factor}, b.getI1Type());
  return vector::CreateMaskOp::create(b, loc, type, count);
}

Value LoopEmitter::readVector(Value tensor, ValueRange indices, Lanes lanes,
                              int64_t factor) {
  auto tensorType = cast<RankedTensorType>(tensor.getType());
  Type elementType = tensorType.getElementType();
  auto type = VectorType::get({lanes.width * factor}, elementType);
  // Lanes that are masked off hold zero, never poison.
  Value padding = arith::ConstantOp::create(b, loc, b.getZeroAttr(elementType));
  AffineMap map =
      AffineMap::getMinorIdentityMap(tensorType.getRank(), 1, b.getContext());
  Value mask = lanes.isMasked() ? getMask(lanes, factor) : Value();
  return vector::TransferReadOp::create(b, loc, type, tensor, indices,
                                        AffineMapAttr::get(map), padding, mask,
                                        b.getBoolArrayAttr({true}));
}

Value LoopEmitter::readOperand(OpOperand &operand, Value tensor, Lanes lanes) {
  if (!isa<RankedTensorType>(tensor.getType()))
    return tensor;
  Access access = getAccess(op, operand, plan);
  bool interleaved = access == Access::Interleaved;
  SmallVector<Value> indices = getIndices(operand, interleaved);

  if (access == Access::Invariant || lanes.isScalar()) {
    if (interleaved)
      indices.back() = toValue(apply(
          b.getAffineDimExpr(0) + b.getAffineDimExpr(1),
          {getAsOpFoldResult(indices.back()), ivs[*plan.interleavedDim]}));
    return tensor::ExtractOp::create(b, loc, tensor, indices);
  }
  if (!interleaved)
    return readVector(tensor, indices, lanes, 1);

  // Lane i of part j is element i * interleaving + j.
  int64_t part = *getConstantIntValue(ivs[*plan.interleavedDim]);
  Value wide = readVector(tensor, indices, lanes, getInterleaving());
  auto split = vector::DeinterleaveOp::create(b, loc, wide);
  if (getInterleaving() == 4)
    split = vector::DeinterleaveOp::create(b, loc, split.getResult(part % 2));
  return split.getResult(getInterleaving() == 4 ? part / 2 : part);
}

Value LoopEmitter::readInit(unsigned result, Value dest, Lanes lanes) {
  OpOperand &init = op.getDpsInitsMutable()[result];
  Value value = initScalars[result];
  if (!value)
    value = readOperand(init, dest, lanes);
  if (!lanes.isScalar() && !isa<VectorType>(value.getType()))
    value = splat(value, lanes.width);
  return value;
}

Value LoopEmitter::writeResult(unsigned result, Value dest,
                               ArrayRef<Value> parts, Lanes lanes) {
  OpOperand &init = op.getDpsInitsMutable()[result];
  bool interleaved = getAccess(op, init, plan) == Access::Interleaved;
  SmallVector<Value> indices = getIndices(init, interleaved);
  if (lanes.isScalar()) {
    SmallVector<Value> at = indices;
    for (auto [offset, part] : llvm::enumerate(parts)) {
      if (interleaved)
        at.back() = toValue(apply(b.getAffineDimExpr(0) + int64_t(offset),
                                  {getAsOpFoldResult(indices.back())}));
      dest = tensor::InsertOp::create(b, loc, part, dest, at);
    }
    return dest;
  }
  Value value = parts.front();
  auto weave = [&](Value even, Value odd) -> Value {
    return vector::InterleaveOp::create(b, loc, even, odd);
  };
  if (parts.size() == 2)
    value = weave(parts[0], parts[1]);
  if (parts.size() == 4)
    value = weave(weave(parts[0], parts[2]), weave(parts[1], parts[3]));
  int64_t rank = cast<RankedTensorType>(dest.getType()).getRank();
  AffineMap map = AffineMap::getMinorIdentityMap(rank, 1, b.getContext());
  Value mask = lanes.isMasked() ? getMask(lanes, parts.size()) : Value();
  return vector::TransferWriteOp::create(b, loc, value, dest, indices,
                                         AffineMapAttr::get(map), mask,
                                         b.getBoolArrayAttr({true}))
      .getResult();
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

/// Clones the body onto the lanes. What does not depend on the vector dimension
/// stays scalar, so that it can be hoisted as such. A null accumulator is one
/// that the body does not read.
SmallVector<Value> LoopEmitter::emitBody(ValueRange accumulators, Lanes lanes) {
  IRMapping mapping;
  Block *block = op.getBlock();
  for (auto [operand, tensor] :
       llvm::zip_equal(op.getDpsInputOperands(), inputs))
    if (op.payloadUsesValueFromOperand(operand))
      mapping.map(op.getMatchingBlockArgument(operand),
                  readOperand(*operand, tensor, lanes));
  for (auto [argument, accumulator] :
       llvm::zip_equal(op.getRegionOutputArgs(), accumulators))
    if (accumulator)
      mapping.map(argument, accumulator);

  auto isVector = [](Value value) { return isa<VectorType>(value.getType()); };
  auto widen = [&](Value value) {
    return lanes.isScalar() || isVector(value) ? value
                                               : splat(value, lanes.width);
  };
  for (Operation &inner : block->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      Value iv = toValue(ivs[index.getDim()]);
      if (!lanes.isScalar() && index.getDim() == plan.vectorDim) {
        auto type = VectorType::get({lanes.width}, b.getIndexType());
        Value step = vector::StepOp::create(b, loc, type);
        iv = arith::AddIOp::create(b, loc, splat(iv, lanes.width), step);
      }
      mapping.map(index.getResult(), iv);
      continue;
    }
    Values operands = llvm::map_to_vector(inner.getOperands(), [&](Value v) {
      return mapping.lookupOrDefault(v);
    });
    SmallVector<Type> types(inner.getResultTypes());
    if (llvm::any_of(operands, isVector)) {
      for (Value &operand : operands)
        operand = widen(operand);
      for (Type &type : types)
        type = VectorType::get({lanes.width}, type);
    }
    Operation *copy = clone(b, &inner, types, operands);
    mapping.map(inner.getResults(), copy->getResults());
  }
  return llvm::map_to_vector(
      block->getTerminator()->getOperands(),
      [&](Value v) { return widen(mapping.lookupOrDefault(v)); });
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// A loop, or what it comes to where its trip count is known to be 0 or 1.
SmallVector<Value>
LoopEmitter::emitLoop(OpFoldResult begin, OpFoldResult end, int64_t step,
                      ValueRange args,
                      function_ref<Values(OpFoldResult, ValueRange)> body) {
  std::optional<int64_t> first = getConstantIntValue(begin);
  std::optional<int64_t> last = getConstantIntValue(end);
  if (first && last && *last <= *first)
    return Values(args);
  if (first && last && *last - *first <= step)
    return body(begin, args);

  auto loop =
      scf::ForOp::create(b, loc, toValue(begin), toValue(end),
                         arith::ConstantIndexOp::create(b, loc, step), args);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Values results =
      body(OpFoldResult(loop.getInductionVar()), loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, results);
  return Values(loop.getResults());
}

SmallVector<Value> LoopEmitter::emitNest(ArrayRef<unsigned> dims,
                                         ValueRange args, BodyFn body) {
  if (dims.empty())
    return body(args);
  unsigned dim = dims.front();
  return emitLoop(b.getIndexAttr(0), sizes[dim], 1, args,
                  [&](OpFoldResult iv, ValueRange inner) {
                    ivs[dim] = iv;
                    return emitNest(dims.drop_front(), inner, body);
                  });
}

/// The dimensions of a type that are neither the vector's nor unrolled.
SmallVector<unsigned> LoopEmitter::getDims(utils::IteratorType type) {
  SmallVector<unsigned> dims;
  for (auto [dim, dimType] : llvm::enumerate(op.getIteratorTypesArray())) {
    bool isLane = plan.isVector() && dim == plan.vectorDim;
    if (dimType == type && !isLane && plan.interleavedDim != dim)
      dims.push_back(dim);
  }
  return dims;
}

SmallVector<Segment> LoopEmitter::makeSegments() {
  OpFoldResult size = sizes[plan.vectorDim];
  std::optional<int64_t> known = getConstantIntValue(size);
  int64_t width = shape.width;
  // A short row needs no wider vector than itself.
  if (known && *known > 0 && shape.masked)
    width = std::min<int64_t>(width, llvm::PowerOf2Ceil(*known));

  SmallVector<Segment> segments;
  OpFoldResult begin = b.getIndexAttr(0);
  auto add = [&](OpFoldResult end, int64_t lanes, bool masked) {
    bool empty = getConstantIntValue(begin) && getConstantIntValue(end) &&
                 *getConstantIntValue(begin) == *getConstantIntValue(end);
    if (!empty)
      segments.push_back({begin, end, lanes, masked});
    begin = end;
  };
  AffineExpr d0 = b.getAffineDimExpr(0);
  auto addWhole = [&](int64_t lanes) {
    add(apply(d0.floorDiv(lanes) * lanes, {size}), lanes, false);
  };

  // Widths divide each other, so that each part starts where the one before
  // it ended.
  addWhole(width);
  if (shape.masked) {
    add(size, width, true);
    return segments;
  }
  constexpr int64_t kNarrowing = 4;
  if (width % kNarrowing == 0 && width / kNarrowing > 1)
    addWhole(width / kNarrowing);
  add(size, 0, false);
  return segments;
}

Lanes LoopEmitter::lanesOf(const Segment &segment, OpFoldResult iv) {
  Lanes lanes;
  lanes.width = segment.width;
  if (segment.masked)
    lanes.active =
        apply(b.getAffineDimExpr(0) - b.getAffineDimExpr(1), {segment.end, iv});
  return lanes;
}

/// All reductions for one vector (or scalar) of each result.
SmallVector<Value> LoopEmitter::emitTile(ValueRange dests, Lanes lanes) {
  SmallVector<unsigned> reductions = getDims(utils::IteratorType::reduction);
  bool unrolls = plan.interleavedDim.has_value();
  bool unrollsReduction =
      unrolls && op.getIteratorTypesArray()[*plan.interleavedDim] ==
                     utils::IteratorType::reduction;
  int64_t count = getInterleaving();

  auto initialize = [&] {
    Values accumulators;
    for (auto [i, dest] : llvm::enumerate(dests)) {
      bool isRead = !reductions.empty() || unrollsReduction ||
                    op.payloadUsesValueFromOperand(&op.getDpsInitsMutable()[i]);
      accumulators.push_back(isRead ? readInit(i, dest, lanes) : Value());
    }
    return accumulators;
  };

  // Of each result, one part, or one for each step of the unrolled dimension.
  SmallVector<Values> parts(dests.size());
  Values accumulators;
  for (int64_t step = 0; step < count; ++step) {
    if (unrolls)
      ivs[*plan.interleavedDim] = b.getIndexAttr(step);
    if (step == 0 || !unrollsReduction)
      accumulators = initialize();
    // Loops cannot carry an absent value, and have none where they reduce.
    accumulators =
        reductions.empty()
            ? emitBody(accumulators, lanes)
            : emitNest(reductions, accumulators, [&](ValueRange carried) {
                return emitBody(carried, lanes);
              });
    if (step + 1 == count || !unrollsReduction)
      for (auto [part, value] : llvm::zip_equal(parts, accumulators))
        part.push_back(value);
  }

  Values written;
  for (auto [i, dest] : llvm::enumerate(dests))
    written.push_back(writeResult(i, dest, parts[i], lanes));
  return written;
}

SmallVector<Value> LoopEmitter::emitParallel(ValueRange dests) {
  if (!plan.isVector())
    return emitTile(dests, Lanes());
  Values results(dests);
  for (const Segment &segment : makeSegments())
    results = emitLoop(segment.begin, segment.end,
                       std::max<int64_t>(segment.width, 1), results,
                       [&](OpFoldResult iv, ValueRange args) {
                         ivs[plan.vectorDim] = iv;
                         return emitTile(args, lanesOf(segment, iv));
                       });
  return results;
}

//===----------------------------------------------------------------------===//
// Reductions along the vector
//===----------------------------------------------------------------------===//

/// The value that leaves the other operand of a combiner as it is.
Value LoopEmitter::getNeutral(const Combiner &combiner, Type elementType,
                              int64_t width) {
  using vector::CombiningKind;
  TypedAttr attr;
  if (auto type = dyn_cast<FloatType>(elementType)) {
    bool isMax = combiner.kind == CombiningKind::MAXNUMF ||
                 combiner.kind == CombiningKind::MAXIMUMF;
    attr = FloatAttr::get(
        type, APFloat::getInf(type.getFloatSemantics(), /*Negative=*/isMax));
  } else {
    unsigned bits = elementType.getIntOrFloatBitWidth();
    APInt value = APInt::getZero(bits);
    if (combiner.kind == CombiningKind::MUL)
      value = APInt(bits, 1);
    if (combiner.kind == CombiningKind::AND ||
        combiner.kind == CombiningKind::MINUI)
      value = APInt::getAllOnes(bits);
    if (combiner.kind == CombiningKind::MAXSI)
      value = APInt::getSignedMinValue(bits);
    if (combiner.kind == CombiningKind::MINSI)
      value = APInt::getSignedMaxValue(bits);
    attr = IntegerAttr::get(elementType, value);
  }
  return splat(arith::ConstantOp::create(b, loc, attr), width);
}

Value LoopEmitter::combine(const Combiner &combiner, Value lhs, Value rhs) {
  return clone(b, combiner.op, lhs.getType(), {lhs, rhs})->getResult(0);
}

/// A scalar of each result is carried through the loops, and beside it a vector
/// of partial results for each width of vector that is used.
SmallVector<Value> LoopEmitter::emitReduction(ValueRange dests) {
  unsigned numResults = dests.size();
  SmallVector<Segment> segments = makeSegments();
  Values carried;
  for (auto [i, dest] : llvm::enumerate(dests))
    carried.push_back(readInit(i, dest, Lanes()));

  // The group of accumulators of each segment: 0 are the scalars; a masked
  // remainder shares the vectors of the main loop.
  SmallVector<int64_t> widths = {0};
  SmallVector<unsigned> groups;
  for (const Segment &segment : segments) {
    auto *known = llvm::find(widths, segment.width);
    groups.push_back(known - widths.begin());
    if (known != widths.end())
      continue;
    widths.push_back(segment.width);
    for (auto [i, dest] : llvm::enumerate(dests))
      carried.push_back(getNeutral(plan.combiners[i],
                                   getElementTypeOrSelf(dest.getType()),
                                   segment.width));
  }

  auto emitSegment = [&](const Segment &segment, ValueRange args) {
    return emitLoop(
        segment.begin, segment.end, std::max<int64_t>(segment.width, 1), args,
        [&](OpFoldResult iv, ValueRange inner) {
          ivs[plan.vectorDim] = iv;
          Lanes lanes = lanesOf(segment, iv);
          Values results = emitBody(inner, lanes);
          if (!lanes.isMasked())
            return results;
          Value mask = getMask(lanes, 1);
          for (auto [result, old] : llvm::zip_equal(results, inner))
            result = arith::SelectOp::create(b, loc, mask, result, old);
          return results;
        });
  };
  carried = emitNest(
      getDims(utils::IteratorType::reduction), carried, [&](ValueRange args) {
        Values all(args);
        for (auto [segment, group] : llvm::zip_equal(segments, groups)) {
          auto own =
              MutableArrayRef<Value>(all).slice(group * numResults, numResults);
          llvm::copy(emitSegment(segment, ValueRange(own)), own.begin());
        }
        return all;
      });

  Values written;
  for (auto [i, dest] : llvm::enumerate(dests)) {
    const Combiner &combiner = plan.combiners[i];
    auto fastMath = arith::FastMathFlags::none;
    if (auto op = dyn_cast<arith::ArithFastMathInterface>(combiner.op))
      fastMath = op.getFastMathFlagsAttr().getValue();
    Value total = carried[i];
    for (unsigned group = 1; group < widths.size(); ++group) {
      Value lanes = carried[group * numResults + i];
      Value partial =
          vector::ReductionOp::create(b, loc, combiner.kind, lanes, fastMath);
      total = combine(combiner, total, partial);
    }
    written.push_back(writeResult(i, dest, {total}, Lanes()));
  }
  return written;
}

SmallVector<Value> LoopEmitter::emit() {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op);
  prepareOperands();
  Values results = emitNest(
      getDims(utils::IteratorType::parallel), dests, [&](ValueRange args) {
        return plan.kind == VectorPlan::Kind::Reduction ? emitReduction(args)
                                                        : emitParallel(args);
      });
  // Back to the shape that interleaved results had.
  for (auto [i, result] : llvm::enumerate(results)) {
    auto type = cast<RankedTensorType>(op->getResult(i).getType());
    if (result.getType() == type)
      continue;
    SmallVector<ReassociationIndices> groups;
    for (int64_t dim = 0; dim < type.getRank() - 1; ++dim)
      groups.push_back({dim});
    groups.back().push_back(type.getRank() - 1);
    result = tensor::ExpandShapeOp::create(
        b, loc, type, result, groups,
        tensor::getMixedSizes(b, loc, op.getDpsInits()[i]));
  }
  return results;
}

SmallVector<Value> quant_ext::emitVectorLoops(RewriterBase &rewriter,
                                              linalg::LinalgOp op,
                                              const VectorPlan &plan,
                                              const VectorShape &shape) {
  return LoopEmitter(rewriter, op, plan, shape).emit();
}
