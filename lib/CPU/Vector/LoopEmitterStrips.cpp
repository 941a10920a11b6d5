//===- LoopEmitterStrips.cpp - Vectors below each other -------------------===//
//
// Where lanes have scales of their own, there is one division for each element
// or one for each scale: the vectors below each other have the same scales, so
// that what depends on them alone is computed once for as many rows as a strip
// has, and remains in registers.
//
// Memory is another matter. Rows that lie in it one after the other come
// fastest as they lie, and stores that bypass the caches want whole lines: from
// some size on, rows are taken as they are.
//
//===----------------------------------------------------------------------===//

#include "LoopEmitter.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Rows of a strip: enough to make little of what is computed once for all of
/// them, and few enough for the addresses of their pages to stay known.
static constexpr int64_t kRowsOfStrip = 128;

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

/// One vector of a row, or of each row of a strip.
SmallVector<Value> LoopEmitter::emitColumns(ValueRange dests, Lanes lanes) {
  if (!stripEnd)
    return emitTile(dests, lanes);
  return emitLoop(b, loc, stripBegin, stripEnd, 1, dests,
                  [&](OpFoldResult row, ValueRange args) {
                    setRow(row);
                    return emitTile(args, lanes);
                  });
}

SmallVector<Value> LoopEmitter::emitStrips(ValueRange dests) {
  OpFoldResult rows = sizes[*plan.stripDim];
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  int64_t height = kRowsOfStrip;
  auto ends = AffineMap::get(2, 0, {d0 + height, d1}, b.getContext());
  Values results = emitLoop(b, loc, b.getIndexAttr(0), rows, height, dests,
                            [&](OpFoldResult begin, ValueRange args) {
                              stripBegin = begin;
                              stripEnd = affine::makeComposedFoldedAffineMin(
                                  b, loc, ends, {begin, rows});
                              return emitSegments(args);
                            });
  stripEnd = OpFoldResult();
  return results;
}

SmallVector<Value> LoopEmitter::emitWholeRows(ValueRange dests) {
  return emitLoop(b, loc, b.getIndexAttr(0), sizes[*plan.stripDim], 1, dests,
                  [&](OpFoldResult row, ValueRange args) {
                    setRow(row);
                    return emitSegments(args);
                  });
}

/// In strips where that is little enough.
SmallVector<Value> LoopEmitter::emitStripsOrRows(ValueRange dests) {
  OpFoldResult bytes = getBytes();
  if (getConstantIntValue(bytes))
    return emitStrips(dests);
  Value isLittle = arith::CmpIOp::create(
      b, loc, arith::CmpIPredicate::ult, toValue(bytes),
      arith::ConstantIndexOp::create(b, loc, shape.stripBytes));
  auto branch = scf::IfOp::create(b, loc, dests.getTypes(), isLittle,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, loc, emitStrips(dests));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, loc, emitWholeRows(dests));
  return Values(branch.getResults());
}
