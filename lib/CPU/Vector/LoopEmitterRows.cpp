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
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// The first `active` lanes of a vector, which needs not be wider than them.
Lanes LoopEmitter::limitLanes(OpFoldResult active) {
  Lanes lanes{shape.width, active};
  if (std::optional<int64_t> known = getConstantIntValue(active)) {
    if (*known < lanes.width)
      lanes.width = llvm::PowerOf2Ceil(*known);
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
  return emitLoop(b, loc, b.getIndexAttr(begin), b.getIndexAttr(end), 1,
                  results, [&](OpFoldResult iv, ValueRange inner) {
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
    results = emitLoop(b, loc, b.getIndexAttr(i), left, end, results,
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
    results = emitLoop(b, loc, begin, end, step, results,
                       [&](OpFoldResult iv, ValueRange args) {
                         ivs[*plan.rowDim] = iv;
                         return emitStep(step, args);
                       });
    begin = end;
  }
  return shape.masked ? emitLastRows(begin, results) : results;
}

//===----------------------------------------------------------------------===//
// Rows whose size is known at run time
//===----------------------------------------------------------------------===//

/// In how many halves of vectors rows fit that are longer than one of them. The
/// last vector has few idle lanes then, and parameters remain in the nearest
/// cache.
static constexpr int64_t kMaxHalfVectors = 16;

/// Copies the elements of the vector dimension to `dest`, from `first` on.
Value LoopEmitter::copyRow(function_ref<Value(Value)> getSource, Value dest,
                           OpFoldResult first) {
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  auto copy = [&](OpFoldResult iv, Value into, Lanes lanes) -> Value {
    Value source = getSource(into);
    Value from = toValue(iv), to = toValue(apply(d0 + d1, {first, iv}));
    if (lanes.isScalar()) {
      Value element = tensor::ExtractOp::create(b, loc, source, from);
      return tensor::InsertOp::create(b, loc, element, into, to);
    }
    Value elements = readVector(source, from, lanes, 1);
    Value mask = lanes.isMasked() ? getMask(lanes, 1) : Value();
    return vector::TransferWriteOp::create(
               b, loc, elements, into, to,
               AffineMapAttr::get(b.getMultiDimIdentityMap(1)), mask,
               b.getBoolArrayAttr({true}))
        .getResult();
  };
  Values results = {dest};
  for (const Segment &segment : makeSegments())
    results = emitLoop(
        b, loc, segment.begin, segment.end, std::max<int64_t>(segment.width, 1),
        results, [&](OpFoldResult iv, ValueRange args) {
          return Values{copy(iv, args.front(), lanesOf(segment))};
        });
  return results.front();
}

/// The same as often as there are rows in a step, in memory: what is there
/// already is copied until there is enough of it.
Value LoopEmitter::repeatRow(Value row) {
  OpFoldResult columns = sizes[plan.vectorDim];
  Value repeated = tensor::EmptyOp::create(
      b, loc, SmallVector<OpFoldResult>{dynamicElements},
      getElementTypeOrSelf(row.getType()));
  repeated = copyRow([&](Value) { return row; }, repeated, b.getIndexAttr(0));
  int64_t doublings =
      llvm::Log2_64_Ceil(std::max(shape.width, kMaxHalfVectors));
  Values results = emitLoop(
      b, loc, b.getIndexAttr(0), b.getIndexAttr(doublings), 1,
      {repeated, toValue(columns)}, [&](OpFoldResult, ValueRange args) {
        Value filled = args[1];
        Value left = arith::SubIOp::create(b, loc, dynamicElements, filled);
        Value count = arith::MinUIOp::create(b, loc, left, filled);
        sizes[plan.vectorDim] = count;
        Value longer = copyRow([](Value dest) { return dest; }, args[0],
                               OpFoldResult(filled));
        return Values{longer, arith::AddIOp::create(b, loc, filled, count)};
      });
  sizes[plan.vectorDim] = columns;
  return results.front();
}

/// Rows as they are.
SmallVector<Value> LoopEmitter::emitLongRows(ValueRange dests) {
  if (plan.stripDim)
    return emitStripsOrSpreadRows(dests);
  Value columns = toValue(sizes[plan.vectorDim]);
  return emitLoop(
      b, loc, b.getIndexAttr(0), sizes[*plan.rowDim], 1, dests,
      [&](OpFoldResult iv, ValueRange args) {
        firstElement =
            arith::MulIOp::create(b, loc, toValue(iv), columns).getResult();
        return emitSegments(args);
      });
}

/// Steps are rows of their own, of so many elements; the last rows, fewer than
/// a step has, are a shorter one.
SmallVector<Value> LoopEmitter::emitDynamicSteps(ValueRange dests) {
  OpFoldResult columns = sizes[plan.vectorDim], rows = sizes[*plan.rowDim];
  Value steps = arith::DivUIOp::create(b, loc, toValue(rows), dynamicRows);
  sizes[*plan.rowDim] = steps;
  sizes[plan.vectorDim] = dynamicElements;
  Values results = emitLongRows(dests);

  Value elements =
      arith::MulIOp::create(b, loc, toValue(rows), toValue(columns));
  Value first = arith::MulIOp::create(b, loc, steps, dynamicElements);
  Value left = arith::SubIOp::create(b, loc, elements, first);
  firstElement = first;
  sizes[plan.vectorDim] = left;
  results = emitSegments(results);
  sizes[*plan.rowDim] = rows;
  sizes[plan.vectorDim] = columns;
  return results;
}

/// A step for rows whose size is known at run time only; see
/// chooseRowsPerStep. Whole vectors where rows are short, and otherwise as many
/// rows as leave few lanes of several vectors idle.
Value LoopEmitter::chooseDynamicRows(Value columns) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  Value width = constant(shape.width), one = constant(1);
  Value atLeastOne = arith::MaxUIOp::create(b, loc, columns, one);
  // The greatest common divisor with a power of 2 is one as well.
  Value negative = arith::SubIOp::create(b, loc, constant(0), atLeastOne);
  Value lowest = arith::AndIOp::create(b, loc, atLeastOne, negative);
  Value divisor = arith::MinUIOp::create(b, loc, lowest, width);
  Value whole = arith::DivUIOp::create(b, loc, width, divisor);
  Value several = arith::DivUIOp::create(
      b, loc, constant(kMaxHalfVectors * shape.width / 2), atLeastOne);
  Value isHalf = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule,
                                       columns, constant(shape.width / 2));
  Value isWhole =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, divisor, width);
  Value rows = arith::SelectOp::create(b, loc, isHalf, whole, several);
  rows = arith::SelectOp::create(b, loc, isWhole, one, rows);
  return arith::MinUIOp::create(b, loc, rows, toValue(sizes[*plan.rowDim]));
}

/// Long rows are taken one by one, lest their parameters be copied.
SmallVector<Value> LoopEmitter::emitDynamicRows(ValueRange dests) {
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value columns = toValue(sizes[plan.vectorDim]);
  Value rowsPerStep = chooseDynamicRows(columns);
  Value isShort = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ugt,
                                        rowsPerStep, one);
  auto branch = scf::IfOp::create(b, loc, dests.getTypes(), isShort,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.elseBlock());
  Values results = emitLongRows(dests);
  scf::YieldOp::create(b, loc, results);

  b.setInsertionPointToStart(branch.thenBlock());
  dynamicRows = rowsPerStep;
  dynamicElements = arith::MulIOp::create(b, loc, rowsPerStep, columns);
  Values wholeInputs = inputs;
  for (auto [operand, input] :
       llvm::zip_equal(op.getDpsInputOperands(), inputs))
    if (getAccess(op, *operand, plan) == Access::PerColumn)
      input = repeatRow(input);
  results = emitDynamicSteps(dests);
  inputs = std::move(wholeInputs);
  scf::YieldOp::create(b, loc, results);
  return Values(branch.getResults());
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

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

/// Rows of a step whose divisors are read together by each of its vectors: what
/// depends on them is computed once for all.
static constexpr int64_t kSharedRows = 8;

/// An element for each row, as often as the row has lanes.
Value LoopEmitter::readPerRow(Value tensor, MutableArrayRef<Value> indices,
                              Lanes lanes, bool isDivisor) {
  int64_t columns = getColumns();
  int64_t lastRow =
      std::min((firstLane + lanes.width - 1) / columns, rowsInStep - 1);
  int64_t firstRow = firstLane / columns;
  // More than are needed, where that makes a whole vector, but none beyond the
  // rows of the step.
  int64_t rows = lastRow - firstRow + 1, whole = llvm::PowerOf2Ceil(rows);
  int64_t before = 0;
  if (isDivisor && !activeRows && rowsInStep <= kSharedRows) {
    before = firstRow;
    rows = rowsInStep;
  } else if (whole <= rowsInStep) {
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
  Value elements = readVector(tensor, indices, read, 1, isDivisor);
  // Lanes that are masked off may lie beyond the last row.
  SmallVector<int64_t> rowOf =
      llvm::map_to_vector(llvm::seq(lanes.width), [&](int64_t lane) {
        return std::min((firstLane + lane) / columns, lastRow) - firstRow;
      });
  return vector::ShuffleOp::create(b, loc, elements, elements, rowOf);
}
