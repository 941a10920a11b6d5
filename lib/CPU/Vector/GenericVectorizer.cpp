//===- GenericVectorizer.cpp - linalg to loops over vectors ---------------===//

#include "LoopEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

SmallVector<Value> quant_ext::cloneBodyOnLanes(OpBuilder &b,
                                               linalg::LinalgOp op,
                                               IRMapping &mapping,
                                               int64_t width) {
  auto isVector = [](Value value) { return isa<VectorType>(value.getType()); };
  auto widen = [&](Value value) -> Value {
    if (width == 0 || isVector(value))
      return value;
    auto type = VectorType::get({width}, value.getType());
    return vector::BroadcastOp::create(b, op.getLoc(), type, value);
  };
  Block *block = op.getBlock();
  for (Operation &inner : block->without_terminator()) {
    if (inner.getNumResults() == 1 && mapping.contains(inner.getResult(0)))
      continue;
    SmallVector<Value> operands =
        llvm::map_to_vector(inner.getOperands(), [&](Value v) {
          return mapping.lookupOrDefault(v);
        });
    SmallVector<Type> types(inner.getResultTypes());
    if (llvm::any_of(operands, isVector)) {
      for (Value &operand : operands)
        operand = widen(operand);
      for (Type &type : types)
        type = VectorType::get({width}, type);
    }
    Operation *copy = clone(b, &inner, types, operands);
    mapping.map(inner.getResults(), copy->getResults());
  }
  return llvm::map_to_vector(
      block->getTerminator()->getOperands(),
      [&](Value v) { return widen(mapping.lookupOrDefault(v)); });
}

/// Clones the body onto the lanes. A null accumulator is one that the body does
/// not read.
SmallVector<Value> LoopEmitter::emitBody(ValueRange accumulators, Lanes lanes) {
  IRMapping mapping;
  for (auto [operand, tensor] :
       llvm::zip_equal(op.getDpsInputOperands(), inputs))
    if (op.payloadUsesValueFromOperand(operand))
      mapping.map(op.getMatchingBlockArgument(operand),
                  readOperand(*operand, tensor, lanes));
  for (auto [argument, accumulator] :
       llvm::zip_equal(op.getRegionOutputArgs(), accumulators))
    if (accumulator)
      mapping.map(argument, accumulator);
  for (auto index : op.getBlock()->getOps<linalg::IndexOp>()) {
    Value iv = toValue(ivs[index.getDim()]);
    if (!lanes.isScalar() && index.getDim() == plan.vectorDim) {
      auto type = VectorType::get({lanes.width}, b.getIndexType());
      Value step = vector::StepOp::create(b, loc, type);
      iv = arith::AddIOp::create(b, loc, splat(iv, lanes.width), step);
    }
    mapping.map(index.getResult(), iv);
  }
  return cloneBodyOnLanes(b, op, mapping, lanes.width);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> LoopEmitter::emitNest(ArrayRef<unsigned> dims,
                                         ValueRange args, BodyFn body) {
  if (dims.empty())
    return body(args);
  unsigned dim = dims.front();
  return emitLoop(b, loc, b.getIndexAttr(0), sizes[dim], 1, args,
                  [&](OpFoldResult iv, ValueRange inner) {
                    ivs[dim] = iv;
                    return emitNest(dims.drop_front(), inner, body);
                  });
}

/// The dimensions of a type that are neither the vector's nor its rows, nor
/// those of a strip, nor unrolled.
SmallVector<unsigned> LoopEmitter::getDims(utils::IteratorType type) {
  SmallVector<unsigned> dims;
  for (auto [dim, dimType] : llvm::enumerate(op.getIteratorTypesArray())) {
    bool isLane = plan.isVector() && dim == plan.vectorDim;
    if (dimType == type && !isLane && plan.interleavedDim != dim &&
        plan.rowDim != dim && plan.stripDim != dim)
      dims.push_back(dim);
  }
  return dims;
}

SmallVector<Segment> LoopEmitter::makeSegments() {
  OpFoldResult size = sizes[plan.vectorDim];
  std::optional<int64_t> known = getConstantIntValue(size);
  int64_t width = shape.width;
  // A short row needs no wider vector than itself.
  if (known && *known > 0 && *known < width && shape.masked)
    width = llvm::PowerOf2Ceil(*known);

  SmallVector<Segment> segments;
  OpFoldResult begin = b.getIndexAttr(0);
  auto add = [&](OpFoldResult end, int64_t lanes, bool masked,
                 int64_t vectors = 1) {
    bool empty = getConstantIntValue(begin) && getConstantIntValue(end) &&
                 *getConstantIntValue(begin) == *getConstantIntValue(end);
    if (!empty)
      segments.push_back({begin, end, lanes, masked, vectors});
    begin = end;
  };
  AffineExpr d0 = b.getAffineDimExpr(0);
  auto addWhole = [&](int64_t lanes, int64_t vectors = 1) {
    int64_t unit = lanes * vectors;
    add(apply(d0.floorDiv(unit) * unit, {size}), lanes, false, vectors);
  };

  // Widths divide each other, so that each part starts where the one before
  // it ended.
  if (vectorsOfTurn > 1)
    addWhole(width, vectorsOfTurn);
  addWhole(width);
  if (shape.masked) {
    add(size, width, true);
    return segments;
  }
  if (int64_t narrow = shape.getNarrowWidth())
    addWhole(narrow);
  add(size, 0, false);
  return segments;
}

/// The lanes from `offset` on in a step.
Lanes LoopEmitter::lanesOf(const Segment &segment, int64_t offset) {
  Lanes lanes;
  lanes.width = segment.width;
  // The only step is at the beginning: unlike the variable of its loop, that is
  // the same in all rows, and so is the mask.
  if (segment.masked)
    lanes.active = apply(b.getAffineDimExpr(0) - b.getAffineDimExpr(1) - offset,
                         {segment.end, segment.begin});
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
  if (plan.hasDynamicRows())
    return emitDynamicRows(dests);
  if (plan.rowDim)
    return emitRows(dests);
  return plan.stripDim ? emitStripsOrSpreadRows(dests) : emitSegments(dests);
}

SmallVector<Value> LoopEmitter::emitSegments(ValueRange dests) {
  Values results(dests);
  for (const Segment &segment : makeSegments())
    results = emitLoop(b, loc, segment.begin, segment.end,
                       std::max<int64_t>(segment.width, 1) * segment.vectors,
                       results, [&](OpFoldResult iv, ValueRange args) {
                         ivs[plan.vectorDim] = iv;
                         return emitColumns(args, segment);
                       });
  return results;
}

//===----------------------------------------------------------------------===//
// The operation
//===----------------------------------------------------------------------===//

SmallVector<Value> LoopEmitter::emit() {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op);
  prepareOperands();
  Values results = emitNest(
      getDims(utils::IteratorType::parallel), dests, [&](ValueRange args) {
        return plan.kind == VectorPlan::Kind::Reduction ? emitReduction(args)
                                                        : emitParallel(args);
      });
  // Back to the shape that results had.
  for (auto [i, result] : llvm::enumerate(results)) {
    auto type = cast<RankedTensorType>(op->getResult(i).getType());
    if (result.getType() == type)
      continue;
    result = tensor::ExpandShapeOp::create(
        b, loc, type, result,
        joinLastDims(type.getRank(),
                     countFlatDims(op, op.getDpsInitsMutable()[i], plan)),
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
