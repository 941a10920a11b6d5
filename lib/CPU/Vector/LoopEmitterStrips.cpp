//===- LoopEmitterStrips.cpp - Vectors below each other -------------------===//
//
// Where lanes have scales of their own, there is one division for each element
// or one for each scale: the vectors below each other have the same scales, so
// that what depends on them alone is computed once for as many rows as a strip
// has, and remains in registers.
//
// Memory is another matter. Rows that lie in it one after the other come
// fastest as they lie, and stores that bypass the caches want whole lines: from
// some size on, a strip has a few rows that lie far apart, each the next one of
// a part of all rows. Each part is read on and on in one direction, which is
// what a processor asks memory for ahead: one vector of each part by turns
// where they share what depends on scales, or as many as make memory faster,
// where that is known. Where neither is so, rows are taken one by one.
//
//===----------------------------------------------------------------------===//

#include "LoopEmitter.h"
#include "MemoryUnits.h"
#include "Tensor/CollapseDims.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Rows of a strip: enough to make little of what is computed once for all of
/// them, and few enough for the addresses of their pages to stay known.
static constexpr int64_t kRowsOfStrip = 128;
/// The same of rows that several short ones make up: the nearest cache holds
/// all of their columns then, which are next.
static constexpr int64_t kStepsOfStrip = 32;

/// Bytes of all that is read and written.
OpFoldResult LoopEmitter::getBytes() {
  OpFoldResult total = b.getIndexAttr(0);
  AffineExpr s0, s1;
  bindSymbols(b.getContext(), s0, s1);
  for (Value operand : op->getOperands()) {
    Value whole = getWhole(operand);
    auto type = dyn_cast<RankedTensorType>(whole.getType());
    if (!type)
      continue;
    OpFoldResult bytes = b.getIndexAttr(getElementBytes(type));
    for (OpFoldResult size : tensor::getMixedSizes(b, loc, whole))
      bytes = apply(s0 * s1, {bytes, size});
    total = apply(s0 + s1, {total, bytes});
  }
  return total;
}

/// The next row begins where this one ends, where only that is known.
void LoopEmitter::setRow(OpFoldResult row) {
  ivs[*plan.stripDim] = row;
  if (plan.hasDynamicRows())
    firstElement = arith::MulIOp::create(b, loc, toValue(row),
                                         toValue(sizes[plan.vectorDim]))
                       .getResult();
}

/// The row that is that many rows of the strip after its first.
OpFoldResult LoopEmitter::getRowOfStrip(OpFoldResult index) {
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  if (std::optional<int64_t> known = getConstantIntValue(stripDistance))
    return apply(d0 + d1 * *known, {stripBegin, index});
  OpFoldResult distance =
      arith::MulIOp::create(b, loc, toValue(index), toValue(stripDistance))
          .getResult();
  return apply(d0 + d1, {stripBegin, distance});
}

/// How many vectors make a turn of a row.
int64_t LoopEmitter::countVectorsOfTurn() {
  if (!shape.turn)
    return 1;
  int64_t read = 1, written = 1;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!map.isFunctionOfDim(plan.vectorDim))
      continue;
    int64_t &most = op.isDpsInit(&operand) ? written : read;
    int64_t lanes =
        shape.width * (plan.isInterleaved(map) ? getInterleaving() : 1);
    most = std::max(most, lanes * getElementBytes(operand.get().getType()));
  }
  return shape.turn.countVectors(read, written);
}

/// The vectors of a step in one row.
SmallVector<Value> LoopEmitter::emitTurn(ValueRange dests,
                                         const Segment &segment) {
  OpFoldResult begin = ivs[plan.vectorDim];
  if (segment.vectors == 1)
    return emitTile(dests, lanesOf(segment));
  OpFoldResult end =
      apply(b.getAffineDimExpr(0) + segment.width * segment.vectors, {begin});
  Values results = emitLoop(b, loc, begin, end, segment.width, dests,
                            [&](OpFoldResult iv, ValueRange args) {
                              ivs[plan.vectorDim] = iv;
                              return emitTile(args, lanesOf(segment));
                            });
  ivs[plan.vectorDim] = begin;
  return results;
}

/// A step of a row, or of each row of a strip.
SmallVector<Value> LoopEmitter::emitColumns(ValueRange dests,
                                            const Segment &segment) {
  if (!stripRows)
    return emitTurn(dests, segment);
  return emitLoop(b, loc, b.getIndexAttr(0), stripRows, 1, dests,
                  [&](OpFoldResult index, ValueRange args) {
                    setRow(getRowOfStrip(index));
                    return emitTurn(args, segment);
                  });
}

SmallVector<Value> LoopEmitter::emitStrips(ValueRange dests) {
  OpFoldResult rows = sizes[*plan.stripDim];
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  int64_t most = dynamicRows ? kStepsOfStrip : kRowsOfStrip;
  auto left = AffineMap::get(2, 0, {b.getAffineConstantExpr(most), d1 - d0},
                             b.getContext());
  stripDistance = b.getIndexAttr(1);
  Values results = emitLoop(b, loc, b.getIndexAttr(0), rows, most, dests,
                            [&](OpFoldResult begin, ValueRange args) {
                              stripBegin = begin;
                              stripRows = affine::makeComposedFoldedAffineMin(
                                  b, loc, left, {begin, rows});
                              return emitSegments(args);
                            });
  stripRows = OpFoldResult();
  return results;
}

/// How many rows each part has: none where they do not all begin at a line of
/// memory if the first one does.
OpFoldResult LoopEmitter::emitRowsOfPart() {
  AffineExpr d0 = b.getAffineDimExpr(0);
  OpFoldResult rows =
      apply(d0.floorDiv(shape.spreadRows), {sizes[*plan.stripDim]});
  if (plan.spreadsRows)
    return rows;
  // Columns that fill whole lines of all results.
  int64_t columnsOfLines = 1;
  for (Value init : op.getDpsInits())
    columnsOfLines =
        std::max(columnsOfLines,
                 countWholeRows(kLineBytes, getElementBytes(init.getType())));
  OpFoldResult rest = apply(d0 % columnsOfLines, {sizes[plan.vectorDim]});
  if (std::optional<int64_t> known = getConstantIntValue(rest))
    return *known == 0 ? rows : b.getIndexAttr(0);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value isWhole = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                        toValue(rest), zero);
  return arith::SelectOp::create(b, loc, isWhole, toValue(rows), zero)
      .getResult();
}

/// One row of each part at a time, and then those that are left.
SmallVector<Value> LoopEmitter::emitSpreadRows(ValueRange dests) {
  OpFoldResult rows = emitRowsOfPart();
  stripDistance = rows;
  stripRows = b.getIndexAttr(shape.spreadRows);
  vectorsOfTurn = countVectorsOfTurn();
  Values results = emitLoop(b, loc, b.getIndexAttr(0), rows, 1, dests,
                            [&](OpFoldResult row, ValueRange args) {
                              stripBegin = row;
                              return emitSegments(args);
                            });
  stripRows = OpFoldResult();
  vectorsOfTurn = 1;
  OpFoldResult covered =
      apply(b.getAffineDimExpr(0) * shape.spreadRows, {rows});
  return emitRowsFrom(covered, results);
}

/// One row after the other.
SmallVector<Value> LoopEmitter::emitRowsFrom(OpFoldResult begin,
                                             ValueRange dests) {
  return emitLoop(b, loc, begin, sizes[*plan.stripDim], 1, dests,
                  [&](OpFoldResult row, ValueRange args) {
                    setRow(row);
                    return emitSegments(args);
                  });
}

/// In strips of neighbours where that is little enough.
SmallVector<Value> LoopEmitter::emitStripsOrSpreadRows(ValueRange dests) {
  OpFoldResult bytes = getBytes();
  if (getConstantIntValue(bytes))
    return plan.spreadsRows ? emitSpreadRows(dests) : emitStrips(dests);
  Value isLittle = arith::CmpIOp::create(
      b, loc, arith::CmpIPredicate::ult, toValue(bytes),
      arith::ConstantIndexOp::create(b, loc, shape.stripBytes));
  auto branch = scf::IfOp::create(b, loc, dests.getTypes(), isLittle,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, loc, emitStrips(dests));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, loc,
                       shape.spreadRows == 1
                           ? emitRowsFrom(b.getIndexAttr(0), dests)
                           : emitSpreadRows(dests));
  return Values(branch.getResults());
}
