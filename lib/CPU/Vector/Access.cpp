//===- Access.cpp - How operands move along a vector ----------------------===//

#include "GenericVectorizer.h"

using namespace mlir;
using namespace mlir::quant_ext;

bool quant_ext::canInterleave(int64_t size) { return size == 2 || size == 4; }

/// True where `expr` grows by one when dimension `dim` does.
static bool hasUnitCoefficient(AffineExpr expr, unsigned dim, AffineMap map) {
  AffineExpr d = getAffineDimExpr(dim, expr.getContext());
  AffineExpr step = simplifyAffineExpr(expr.replace(d, d + 1) - expr,
                                       map.getNumDims(), map.getNumSymbols());
  auto constant = dyn_cast<AffineConstantExpr>(step);
  return constant && constant.getValue() == 1;
}

/// Memory holds whole bytes: a vector of i1 or i4 is packed in a register and
/// would not match it, and one of i0 has no bits at all.
static bool fillsBytes(Type elementType) {
  return elementType.isIntOrFloat() && !elementType.isInteger(0) &&
         elementType.getIntOrFloatBitWidth() % 8 == 0;
}

/// Whether the last two dimensions are the vector's and the interleaved one.
static bool endsInInterleaved(AffineMap map, ShapedType type,
                              const VectorPlan &plan) {
  unsigned rank = map.getNumResults();
  if (rank < 2 || map.getResult(rank - 1) !=
                      getAffineDimExpr(*plan.interleavedDim, map.getContext()))
    return false;
  if (!canInterleave(type.getDimSize(rank - 1)))
    return false;
  return llvm::all_of(llvm::seq(rank), [&](unsigned i) {
    bool moves = map.getResult(i).isFunctionOfDim(plan.vectorDim);
    if (i != rank - 2)
      return !moves;
    return map.getResult(i) ==
           getAffineDimExpr(plan.vectorDim, map.getContext());
  });
}

/// How an operand is read or written where rows are laid side by side.
static Access getAccessToRows(AffineMap map, const VectorPlan &plan,
                              int64_t columns) {
  auto is = [&](unsigned result, unsigned dim) {
    return map.getResult(result) == getAffineDimExpr(dim, map.getContext());
  };
  if (plan.isInterleaved(map)) {
    unsigned last = map.getNumResults() - 1;
    AffineMap lanes = map.dropResult(last);
    bool isLast = is(last, *plan.interleavedDim) && !plan.isInterleaved(lanes);
    Access access = getAccessToRows(lanes, plan, columns);
    return isLast && access == Access::AcrossRows ? access
                                                  : Access::Unsupported;
  }
  bool movesByRow = map.isFunctionOfDim(*plan.rowDim);
  // A single column is the same for every lane.
  bool movesByColumn =
      map.isFunctionOfDim(plan.vectorDim) && (movesByRow || columns != 1);
  if (!movesByRow && !movesByColumn)
    return Access::Invariant;
  unsigned moving = movesByRow && movesByColumn ? 2 : 1;
  unsigned still = map.getNumResults() - moving;
  for (unsigned i = 0; i < still; ++i)
    if (map.getResult(i).isFunctionOfDim(*plan.rowDim) ||
        map.getResult(i).isFunctionOfDim(plan.vectorDim))
      return Access::Unsupported;
  if (moving == 2)
    return is(still, *plan.rowDim) && is(still + 1, plan.vectorDim)
               ? Access::AcrossRows
               : Access::Unsupported;
  if (movesByRow)
    return is(still, *plan.rowDim) ? Access::PerRow : Access::Unsupported;
  return is(still, plan.vectorDim) ? Access::PerColumn : Access::Unsupported;
}

Access quant_ext::getAccess(linalg::LinalgOp op, OpOperand &operand,
                            const VectorPlan &plan) {
  auto type = dyn_cast<ShapedType>(operand.get().getType());
  AffineMap map = op.getMatchingIndexingMap(&operand);
  bool moves =
      plan.isVector() && (map.isFunctionOfDim(plan.vectorDim) ||
                          (plan.rowDim && map.isFunctionOfDim(*plan.rowDim)));
  if (!type || !moves)
    return Access::Invariant;
  if (!fillsBytes(type.getElementType()))
    return Access::Unsupported;
  if (plan.rowDim)
    return getAccessToRows(map, plan, op.getStaticLoopRanges()[plan.vectorDim]);
  if (plan.isInterleaved(map))
    return endsInInterleaved(map, type, plan) ? Access::Interleaved
                                              : Access::Unsupported;
  unsigned last = map.getNumResults() - 1;
  for (auto [index, result] : llvm::enumerate(map.getResults()))
    if (index != last && result.isFunctionOfDim(plan.vectorDim))
      return Access::Unsupported;
  return hasUnitCoefficient(map.getResult(last), plan.vectorDim, map)
             ? Access::Contiguous
             : Access::Unsupported;
}

bool quant_ext::isInterleaved(linalg::LinalgOp op, OpOperand &operand,
                              const VectorPlan &plan) {
  Access access = getAccess(op, operand, plan);
  return (access == Access::Interleaved || access == Access::AcrossRows) &&
         plan.isInterleaved(op.getMatchingIndexingMap(&operand));
}

unsigned quant_ext::countFlatDims(linalg::LinalgOp op, OpOperand &operand,
                                  const VectorPlan &plan) {
  bool isAcrossRows = getAccess(op, operand, plan) == Access::AcrossRows;
  return 1 + isAcrossRows + isInterleaved(op, operand, plan);
}

bool quant_ext::hasPackedOperand(linalg::LinalgOp op, const VectorPlan &plan) {
  if (!plan.interleavedDim)
    return false;
  return llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
    Access access = getAccess(op, operand, plan);
    return getElementTypeOrSelf(operand.get().getType()).isInteger(8) &&
           (access == Access::Contiguous || access == Access::AcrossRows) &&
           !isInterleaved(op, operand, plan);
  });
}
