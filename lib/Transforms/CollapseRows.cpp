//===- CollapseRows.cpp - One dimension for all rows of an activation -----===//

#include "QuantExt/Transforms/Passes.h"
#include "QuantExt/Transforms/QuantizedContraction.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_COLLAPSEROWS
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The operand whose rows meet a quantized one; null where both are quantized,
/// or neither is.
static OpOperand *findActivation(linalg::LinalgOp op) {
  OpOperand *lhs = op.getDpsInputOperand(0), *rhs = op.getDpsInputOperand(1);
  bool lhsIsWeight = comesFromDequantize(op, *lhs);
  if (lhsIsWeight == comesFromDequantize(op, *rhs))
    return nullptr;
  return lhsIsWeight ? rhs : lhs;
}

/// The first loops along which neighbours in the activation are neighbours in
/// the result, and which the other operand does not know.
static ReassociationIndices findRows(linalg::LinalgOp op,
                                     OpOperand &activation) {
  AffineMap map = op.getMatchingIndexingMap(&activation);
  OpOperand *weight = op.getDpsInputOperand(1 - activation.getOperandNumber());
  AffineMap weightMap = op.getMatchingIndexingMap(weight);
  AffineMap resultMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  ReassociationIndices rows;
  for (unsigned i = 0; i < map.getNumResults(); ++i) {
    int64_t loop = map.getDimPosition(i);
    ReassociationIndices longer = rows;
    longer.push_back(loop);
    bool continues = !weightMap.isFunctionOfDim(loop) &&
                     resultMap.isFunctionOfDim(loop) &&
                     linalg::isDimSequencePreserved(resultMap, longer);
    if (continues)
      rows = longer;
    else if (rows.size() > 1)
      break;
    else
      rows.clear();
  }
  return rows;
}

/// Makes one loop of `rows`; reshapes stand around what is collapsed.
static LogicalResult collapseRows(RewriterBase &rewriter, linalg::LinalgOp op,
                                  const ReassociationIndices &rows) {
  rewriter.setInsertionPoint(op);
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic) {
    FailureOr<linalg::GenericOp> general =
        linalg::generalizeNamedOp(rewriter, op);
    if (failed(general))
      return failure();
    generic = *general;
  }
  FailureOr<linalg::CollapseResult> collapsed = linalg::collapseOpIterationDims(
      cast<linalg::LinalgOp>(generic.getOperation()), rows, rewriter);
  if (failed(collapsed))
    return failure();
  rewriter.replaceOp(generic, collapsed->results);
  return success();
}

namespace {
struct CollapseRows : quant_ext::impl::CollapseRowsBase<CollapseRows> {
  using CollapseRowsBase::CollapseRowsBase;

  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (isFloatContraction(op))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops) {
      OpOperand *activation = findActivation(op);
      if (!activation)
        continue;
      ReassociationIndices rows = findRows(op, *activation);
      if (rows.size() > 1 && succeeded(collapseRows(rewriter, op, rows)))
        ++numCollapsed;
    }
  }
};
} // namespace
