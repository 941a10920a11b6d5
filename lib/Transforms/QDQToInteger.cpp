//===- QDQToInteger.cpp - Contractions of dequantized operands ------------===//

#include "QuantExt/Transforms/Passes.h"
#include "QuantExt/Transforms/QuantizedContraction.h"
#include "Remarks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QDQTOINTEGER
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

static constexpr StringLiteral kQDQCategory = "quant-ext-qdq-to-integer";

/// What becomes of the sums.
static std::string describeResult(QuantizedContraction &match) {
  if (match.quantize)
    return std::string(match.hasRelu ? "relu and requantize to "
                                     : "requantize to ") +
           match.quantize.getStorage().str();
  switch (match.scaleLoops.size()) {
  case 0:
    return "dequantize per-tensor";
  case 1:
    return "dequantize per-axis " +
           std::to_string(getResultDim(match.op, match.scaleLoops.front()));
  default:
    return "dequantize by both scales";
  }
}

static void remarkInteger(QuantizedContraction &match) {
  StringRef bias = match.bias ? "i32" : match.hasFloatInit ? "float" : "none";
  remark::passed(match.op->getLoc(),
                 getRemarkOpts("integer", kQDQCategory, match.op))
      << remark::add("computed in integers")
      << remark::metric("Operands", match.lhs.storage.str() + " x " +
                                        match.rhs.storage.str())
      << remark::metric("Bias", bias)
      << remark::metric("LargestSum", match.bound)
      << remark::metric("Result", describeResult(match));
}

namespace {
/// Operations that are there no longer.
class ErasedOps : public RewriterBase::Listener {
public:
  bool contains(Operation *op) const { return ops.contains(op); }

  void notifyOperationErased(Operation *op) override { ops.insert(op); }

private:
  DenseSet<Operation *> ops;
};

struct QDQToInteger : quant_ext::impl::QDQToIntegerBase<QDQToInteger> {
  using QDQToIntegerBase::QDQToIntegerBase;

  void runOnOperation() override;

private:
  LogicalResult rewrite(RewriterBase &rewriter, linalg::LinalgOp op,
                        std::string &reason);
};
} // namespace

LogicalResult QDQToInteger::rewrite(RewriterBase &rewriter, linalg::LinalgOp op,
                                    std::string &reason) {
  if (!isFloatContraction(op)) {
    Location loc = op.getLoc();
    remark::RemarkOpts opts = getRemarkOpts("integer", kQDQCategory, op);
    if (failed(rewriteZeroPointMatmul(rewriter, op, reason)))
      return failure();
    remark::passed(loc, opts) << remark::add("zero points taken out of sums");
    return success();
  }
  FailureOr<QuantizedContraction> match = matchQuantizedContraction(op, reason);
  if (failed(match))
    return failure();
  remarkInteger(*match);
  rewriteToIntegers(rewriter, *match);
  return success();
}

void QDQToInteger::runOnOperation() {
  SmallVector<linalg::LinalgOp> ops;
  getOperation()->walk([&](linalg::LinalgOp op) {
    if (isFloatContraction(op) ||
        isa<linalg::QuantizedMatmulOp, linalg::QuantizedBatchMatmulOp>(op))
      ops.push_back(op);
  });
  IRRewriter rewriter(&getContext());
  // What one contraction was added to may be another, of which no more than the
  // type was needed.
  ErasedOps erased;
  rewriter.setListener(&erased);
  for (linalg::LinalgOp op : ops) {
    if (erased.contains(op))
      continue;
    std::string reason;
    if (succeeded(rewrite(rewriter, op, reason))) {
      ++numRewritten;
      continue;
    }
    ++numLeft;
    remarkLeftInFloat(op, kQDQCategory, reason);
  }
}
