//===- LoopEmitterRows.cpp - Vectors that go on to the next row -----------===//
//
// A row of 3 elements fills no vector, and masks or scalars for each row cost
// many times what its elements do. Rows lie one after the other in memory, so
// that vectors may begin and end anywhere in them, as long as every lane gets
// the parameters of its own row and column: after some rows these are where
// they were, and a step of the loop takes so many.
//
//===----------------------------------------------------------------------===//

#include "LoopEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// The first `active` lanes of a vector, which needs not be wider than them.
Lanes LoopEmitter::limitLanes(OpFoldResult active) {
  Lanes lanes{shape.width, active};
  if (std::optional<int64_t> known = getConstantIntValue(active)) {
    lanes.width = std::min<int64_t>(lanes.width, llvm::PowerOf2Ceil(*known));
    if (*known >= lanes.width)
      lanes.active = OpFoldResult();
  }
  return lanes;
}

/// The elements of `rows` rows, in vectors as wide as may be.
SmallVector<Value> LoopEmitter::emitStep(int64_t rows, ValueRange args) {
  rowsInStep = rows;
  Values results(args);
  int64_t begin = 0, end = rows * getColumns();
  auto emitVector = [&](Lanes lanes) {
    ivs[plan.vectorDim] = b.getIndexAttr(firstLane = begin);
    results = emitTile(results, lanes);
    begin += lanes.width;
  };
  while (begin + shape.width <= end)
    emitVector(Lanes{shape.width, {}});
  if (shape.masked) {
    if (begin < end)
      emitVector(limitLanes(b.getIndexAttr(end - begin)));
    return results;
  }
  if (int64_t narrow = shape.getNarrowWidth())
    while (begin + narrow <= end)
      emitVector(Lanes{narrow, {}});
  return emitLoop(b.getIndexAttr(begin), b.getIndexAttr(end), 1, results,
                  [&](OpFoldResult iv, ValueRange inner) {
                    ivs[plan.vectorDim] = iv;
                    return emitTile(inner, Lanes());
                  });
}

/// The last rows, fewer than a step has, where there are masks. They end in one
/// of its vectors, or in none: a loop over none or one for each.
SmallVector<Value> LoopEmitter::emitLastRows(OpFoldResult begin,
                                             ValueRange args) {
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  OpFoldResult rows = apply(d1 - d0, {begin, sizes[*plan.rowDim]});
  std::optional<int64_t> known = getConstantIntValue(rows);
  rowsInStep = known.value_or(plan.rowsPerStep);
  if (!known)
    activeRows = rows;
  int64_t end = plan.rowsPerStep * getColumns();
  OpFoldResult left = apply(d0 * getColumns(), {rows});
  Values results(args);
  for (int64_t i = 0; i < end; i += shape.width)
    results = emitLoop(b.getIndexAttr(i), left, end, results,
                       [&](OpFoldResult iv, ValueRange inner) {
                         ivs[*plan.rowDim] = begin;
                         // Its value is known, but what does not depend on the
                         // loop would be computed for vectors that are not
                         // there.
                         ivs[plan.vectorDim] = iv;
                         firstLane = i;
                         return emitTile(
                             inner, limitLanes(apply(d1 - d0, {iv, left})));
                       });
  return results;
}

SmallVector<Value> LoopEmitter::emitRows(ValueRange dests) {
  SmallVector<int64_t> steps = {plan.rowsPerStep};
  if (!shape.masked) {
    int64_t narrow = countWholeRows(shape.getNarrowWidth(), getColumns());
    if (narrow > 1 && narrow < plan.rowsPerStep)
      steps.push_back(narrow);
    if (plan.rowsPerStep > 1)
      steps.push_back(1);
  }

  AffineExpr d0 = b.getAffineDimExpr(0);
  OpFoldResult begin = b.getIndexAttr(0);
  Values results(dests);
  for (int64_t step : steps) {
    OpFoldResult end = apply(d0.floorDiv(step) * step, {sizes[*plan.rowDim]});
    results = emitLoop(begin, end, step, results,
                       [&](OpFoldResult iv, ValueRange args) {
                         ivs[*plan.rowDim] = iv;
                         return emitStep(step, args);
                       });
    begin = end;
  }
  return shape.masked ? emitLastRows(begin, results) : results;
}

/// A row's elements, again and again.
Value LoopEmitter::readPerColumn(Value tensor, MutableArrayRef<Value> indices,
                                 Lanes lanes) {
  int64_t columns = getColumns();
  SmallVector<int64_t> columnOf =
      llvm::map_to_vector(llvm::seq(lanes.width), [&](int64_t lane) {
        return (firstLane + lane) % columns;
      });
  indices.back() = arith::ConstantIndexOp::create(b, loc, 0);
  Value row = readVector(tensor, indices, Lanes{columns, {}}, 1);
  return vector::ShuffleOp::create(b, loc, row, row, columnOf);
}

/// An element for each row, as often as the row has lanes.
Value LoopEmitter::readPerRow(Value tensor, MutableArrayRef<Value> indices,
                              Lanes lanes) {
  int64_t columns = getColumns();
  int64_t lastRow =
      std::min((firstLane + lanes.width - 1) / columns, rowsInStep - 1);
  int64_t firstRow = firstLane / columns;
  // More than are needed, where that makes a whole vector, but none beyond the
  // rows of the step.
  int64_t rows = lastRow - firstRow + 1, whole = llvm::PowerOf2Ceil(rows);
  int64_t before = 0;
  if (whole <= rowsInStep) {
    before = std::max<int64_t>(firstRow + whole - rowsInStep, 0);
    rows = whole;
  }
  firstRow -= before;

  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  indices.back() = toValue(apply(d0 + d1.floorDiv(columns) - before,
                                 {ivs[*plan.rowDim], ivs[plan.vectorDim]}));
  Lanes read{rows, {}};
  if (activeRows)
    read.active = apply(d0 - firstRow, {activeRows});
  Value elements = readVector(tensor, indices, read, 1);
  // Lanes that are masked off may lie beyond the last row.
  SmallVector<int64_t> rowOf =
      llvm::map_to_vector(llvm::seq(lanes.width), [&](int64_t lane) {
        return std::min((firstLane + lane) / columns, lastRow) - firstRow;
      });
  return vector::ShuffleOp::create(b, loc, elements, elements, rowOf);
}
