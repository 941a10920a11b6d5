//===- SpreadRows.cpp - Rows that lie far apart ---------------------------===//

#include "SpreadRows.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Parts of the rows: as many as are read at the same time. Measured on Zen 4,
/// two gain half of what four do, eight no more, and sixteen lose it all.
static constexpr int64_t kParts = 4;
/// Rows of a part at least.
static constexpr int64_t kLeastRows = 16;

/// Bytes of what an operand, of elements that fill bytes, has for one row.
static int64_t getBytesOfRow(linalg::LinalgOp op, OpOperand &operand,
                             unsigned rows) {
  int64_t elements = 1;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  for (unsigned dim = rows + 1; dim < op.getNumLoops(); ++dim)
    if (map.isFunctionOfDim(dim))
      elements *= sizes[dim];
  return elements * getElementBytes(operand.get().getType());
}

/// Whether the rows of `op` share enough to be spread.
static bool isWorthSpreading(linalg::LinalgOp op, const VectorPlan &plan,
                             const VectorShape &shape, unsigned rows) {
  int64_t numRows = op.getStaticLoopRanges()[rows];
  if (numRows % kParts != 0 || numRows < kParts * kLeastRows)
    return false;
  int64_t shared = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!type.hasStaticShape() || !map.isProjectedPermutation())
      return false;
    bool isOfRow = map.isFunctionOfDim(rows);
    // With whole lines, rows of all parts begin at one where the first does.
    if (op.isDpsInit(&operand)) {
      if (!isOfRow || getBytesOfRow(op, operand, rows) % kLineBytes != 0)
        return false;
      continue;
    }
    if (!isOfRow && map.isFunctionOfDim(plan.vectorDim) &&
        op.payloadUsesValueFromOperand(&operand))
      shared += getBytesOfRow(op, operand, rows);
  }
  return shared >= shape.sharedBytes;
}

/// `value` with dimension `dim` as one over the parts and one over their rows.
static Value split(RewriterBase &rewriter, Location loc, Value value,
                   unsigned dim) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[dim] /= kParts;
  shape.insert(shape.begin() + dim, kParts);
  RankedTensorType splitType = type.clone(shape);
  return tensor::ExpandShapeOp::create(
      rewriter, loc, splitType, value,
      *getReassociationIndicesForReshape(type, splitType));
}

/// A loop over the rows of a part and, in it, one over the parts.
static linalg::GenericOp spread(RewriterBase &rewriter, linalg::LinalgOp op,
                                unsigned rows) {
  Location loc = op.getLoc();
  MLIRContext *context = op.getContext();
  auto getMap = [&](AffineMap map) {
    SmallVector<AffineExpr> results;
    for (AffineExpr expr : map.getResults()) {
      unsigned dim = cast<AffineDimExpr>(expr).getPosition();
      if (dim == rows)
        results.push_back(getAffineDimExpr(rows + 1, context));
      results.push_back(getAffineDimExpr(dim + (dim > rows), context));
    }
    return AffineMap::get(op.getNumLoops() + 1, 0, results, context);
  };
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    std::optional<unsigned> dim =
        map.getResultPosition(getAffineDimExpr(rows, context));
    operands.push_back(dim ? split(rewriter, loc, operand.get(), *dim)
                           : operand.get());
    maps.push_back(getMap(map));
  }
  ValueRange inits = ArrayRef(operands).take_back(op.getNumDpsInits());
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  types.insert(types.begin() + rows, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, loc, inits.getTypes(),
      ArrayRef(operands).drop_back(op.getNumDpsInits()), inits, maps, types);
  rewriter.cloneRegionBefore(op->getRegion(0), generic.getRegion(),
                             generic.getRegion().end());
  for (auto index : generic.getBody()->getOps<linalg::IndexOp>())
    if (index.getDim() > rows)
      index.setDim(index.getDim() + 1);
  return generic;
}

void quant_ext::spreadRows(RewriterBase &rewriter, linalg::LinalgOp &op,
                           VectorPlan &plan, const VectorShape &shape) {
  if (plan.kind != VectorPlan::Kind::Parallel || plan.rowDim || plan.stripDim ||
      plan.vectorDim == 0)
    return;
  unsigned rows = plan.vectorDim - 1;
  auto isOfRows = [&](linalg::IndexOp index) { return index.getDim() == rows; };
  if (op.getIteratorTypesArray()[rows] != utils::IteratorType::parallel ||
      llvm::any_of(op.getBlock()->getOps<linalg::IndexOp>(), isOfRows))
    return;
  std::optional<int64_t> bytes = getStaticBytes(op);
  if (!bytes || *bytes < shape.stripBytes ||
      !isWorthSpreading(op, plan, shape, rows))
    return;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  linalg::GenericOp generic = spread(rewriter, op, rows);
  SmallVector<Value> results;
  for (auto [old, result] :
       llvm::zip_equal(op->getResults(), generic.getResults())) {
    auto type = cast<RankedTensorType>(old.getType());
    results.push_back(tensor::CollapseShapeOp::create(
        rewriter, op.getLoc(), type, result,
        *getReassociationIndicesForReshape(
            cast<RankedTensorType>(result.getType()), type)));
  }
  rewriter.replaceOp(op, results);
  op = cast<linalg::LinalgOp>(generic.getOperation());
  plan.stripDim = rows + 1;
  ++plan.vectorDim;
  if (plan.interleavedDim)
    ++*plan.interleavedDim;
}
