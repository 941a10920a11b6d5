//===- CollapseDims.cpp - Fewer dimensions, and longer ones ---------------===//

#include "CollapseDims.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::quant_ext;

bool quant_ext::isReshape(Operation *op) {
  return isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op);
}

Value quant_ext::skipReshapes(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    if (!isReshape(def) && !isa<tensor::CastOp>(def))
      break;
    value = def->getOperand(0);
  }
  return value;
}

Value quant_ext::getWhole(Value tensor) {
  while (auto slice =
             skipReshapes(tensor).getDefiningOp<tensor::ExtractSliceOp>())
    tensor = slice.getSource();
  return tensor;
}

bool quant_ext::mayHaveGaps(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() < 2)
    return false;
  if (skipReshapes(value).getDefiningOp<tensor::ExtractSliceOp>())
    return true;
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    for (OpOperand &use : worklist.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      // What is inserted may be computed in its place; what it is inserted into
      // is whole.
      auto insert = dyn_cast<tensor::InsertSliceOp>(user);
      if (insert && &insert.getSourceMutable() == &use)
        return true;
      if (isReshape(user) || isa<tensor::CastOp>(user))
        worklist.push_back(user->getResult(0));
    }
  }
  return false;
}

/// Whether neighbours in what is taken from or put into a tensor are neighbours
/// there too, along the last dimension.
static bool keepsNeighbours(OffsetSizeAndStrideOpInterface slice,
                            const llvm::SmallBitVector &droppedDims) {
  return !droppedDims.test(droppedDims.size() - 1) &&
         llvm::all_of(slice.getMixedStrides(), isOneInteger);
}

/// Whether the last `numDims` dimensions are one in what they are of.
template <typename ReshapeOpT>
static bool endsInOneDim(ReshapeOpT reshape, unsigned numDims) {
  SmallVector<ReassociationIndices> groups = reshape.getReassociationIndices();
  return !groups.empty() && groups.back().size() >= numDims;
}

/// Whether rows are parts of a row of a tensor.
static bool areTakenFromOneRow(Value value, unsigned numDims) {
  auto expand = value.getDefiningOp<tensor::ExpandShapeOp>();
  if (!expand || !endsInOneDim(expand, numDims))
    return false;
  auto slice =
      skipReshapes(expand.getSrc()).getDefiningOp<tensor::ExtractSliceOp>();
  return slice && slice == expand.getSrc().getDefiningOp() &&
         keepsNeighbours(slice, slice.getDroppedDims());
}

/// Whether rows become parts of a row of what that is inserted into.
static bool arePutIntoOneRow(tensor::CollapseShapeOp collapse,
                             unsigned numDims) {
  return endsInOneDim(collapse, numDims) &&
         llvm::all_of(collapse->getUsers(), [&](Operation *user) {
           auto insert = dyn_cast<tensor::InsertSliceOp>(user);
           return insert && insert.getSource() == collapse.getResult() &&
                  keepsNeighbours(insert, insert.getDroppedDims());
         });
}

std::pair<Value, Value> quant_ext::lookThroughFill(OpBuilder &b, Location loc,
                                                   Value value) {
  auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>();
  auto fill =
      (collapse ? collapse.getSrc() : value).getDefiningOp<linalg::FillOp>();
  if (!fill)
    return {value, Value()};
  Value dest = fill.output();
  if (collapse)
    dest = tensor::CollapseShapeOp::create(b, loc, collapse.getType(), dest,
                                           collapse.getReassociation());
  return {dest, fill.value()};
}

bool quant_ext::hasAdjacentRows(Value value, unsigned numDims) {
  // Whether whole rows, and each of them, are taken from or put into a tensor.
  auto hasWholeRows = [&](OffsetSizeAndStrideOpInterface slice,
                          RankedTensorType part, RankedTensorType whole) {
    unsigned rank = whole.getRank();
    if (rank < numDims || part.getRank() != rank)
      return false;
    ArrayRef<int64_t> row = part.getShape().take_back(numDims - 1);
    return !ShapedType::isDynamicShape(row) &&
           row == whole.getShape().take_back(numDims - 1) &&
           llvm::all_of(slice.getMixedStrides(), isOneInteger);
  };
  if (auto slice = skipReshapes(value).getDefiningOp<tensor::ExtractSliceOp>();
      slice && !areTakenFromOneRow(value, numDims))
    if (slice.getResult() != value ||
        !hasWholeRows(slice, slice.getType(), slice.getSourceType()))
      return false;
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(user))
      return insert.getSource() != value ||
             hasWholeRows(insert, insert.getSourceType(), insert.getDestType());
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(user);
        collapse && arePutIntoOneRow(collapse, numDims))
      return true;
    return !(isReshape(user) || isa<tensor::CastOp>(user)) ||
           !mayHaveGaps(user->getResult(0));
  });
}

/// Runs of neighbouring dimensions, of one iterator type, that every operand
/// has either whole and in this order or not at all, and that nobody asks for
/// the index of.
static SmallVector<ReassociationIndices>
findCollapsibleDims(linalg::LinalgOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  llvm::SmallBitVector isIndex(op.getNumLoops());
  for (auto index : op.getBlock()->getOps<linalg::IndexOp>())
    isIndex.set(index.getDim());
  SmallVector<ReassociationIndices> groups;
  for (unsigned dim = 0, e = op.getNumLoops(); dim < e; ++dim) {
    if (dim > 0 && types[dim] == types[dim - 1] && !isIndex[dim] &&
        !isIndex[dim - 1]) {
      ReassociationIndices longer = groups.back();
      longer.push_back(dim);
      if (linalg::areDimSequencesPreserved(maps, {longer})) {
        groups.back() = longer;
        continue;
      }
    }
    groups.push_back({dim});
  }
  return groups;
}

linalg::LinalgOp quant_ext::collapseDims(RewriterBase &rewriter,
                                         linalg::LinalgOp op) {
  bool isProjected = llvm::all_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return map.isProjectedPermutation();
  });
  bool hasTensors = llvm::all_of(op->getOperandTypes(), [](Type type) {
    return isa<RankedTensorType>(type) || !isa<ShapedType>(type);
  });
  if (op.getNumLoops() < 2 || !isProjected || !hasTensors ||
      linalg::isaContractionOpInterface(op))
    return op;
  // A static 0 beside a dynamic dimension collapses to a static 0 in one type
  // of upstream's reshape and to a dynamic one in another.
  bool hasNoElements = llvm::any_of(op->getOperandTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && llvm::is_contained(tensor.getShape(), 0);
  });
  if (hasNoElements)
    return op;
  if (llvm::any_of(op->getOperands(), mayHaveGaps) ||
      llvm::any_of(op->getResults(), mayHaveGaps))
    return op;
  SmallVector<ReassociationIndices> groups = findCollapsibleDims(op);
  if (groups.size() == op.getNumLoops())
    return op;

  rewriter.setInsertionPoint(op);
  if (!isa<linalg::GenericOp>(op)) {
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, op);
    if (failed(generic))
      return op;
    op = *generic;
  }
  FailureOr<linalg::CollapseResult> collapsed =
      linalg::collapseOpIterationDims(op, groups, rewriter);
  if (failed(collapsed))
    return op;
  rewriter.replaceOp(op, collapsed->results);
  // Upstream makes an index of each dimension, whether it has users or not.
  for (Operation &inner : llvm::make_early_inc_range(
           llvm::reverse(*collapsed->collapsedOp.getBlock())))
    if (isOpTriviallyDead(&inner))
      rewriter.eraseOp(&inner);
  return collapsed->collapsedOp;
}
