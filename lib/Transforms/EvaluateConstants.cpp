//===- EvaluateConstants.cpp - Evaluate dequantize of constants -----------===//

#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_EVALUATECONSTANTS
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Replaces `op` by a constant of its value, where its operands are constant.
static LogicalResult evaluate(RewriterBase &rewriter, Operation *op) {
  FailureOr<SmallVector<Attribute>> operands = getConstantOperands(op);
  SmallVector<Attribute> results;
  if (failed(operands) ||
      failed(evaluateConstants(op, *operands, ResourceUse::Allow, results)))
    return failure();
  rewriter.setInsertionPoint(op);
  Operation *constant = op->getDialect()->materializeConstant(
      rewriter, results.front(), op->getResult(0).getType(), op->getLoc());
  if (!constant)
    return failure();
  rewriter.replaceOp(op, constant);
  return success();
}

namespace {
struct EvaluateConstants
    : quant_ext::impl::EvaluateConstantsBase<EvaluateConstants> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // In order, so that one operation's constant is the next one's operand.
    getOperation()->walk([&](Operation *op) {
      if (isa<DequantizeOp, FakeQuantizeOp>(op) &&
          succeeded(evaluate(rewriter, op)))
        ++numEvaluated;
    });
  }
};
} // namespace
