//===- ApproximateMath.cpp - Activations without a call for each lane -----===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTAPPROXIMATEMATH
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

struct ApproximateMathPass
    : public quant_ext::impl::QuantExtApproximateMathBase<ApproximateMathPass> {
  using QuantExtApproximateMathBase::QuantExtApproximateMathBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    RewritePatternSet set(context);
    // Without the instruction, each fused multiply-add of a polynomial would be
    // a call for each lane.
    if (info->hasFMA)
      populateApproximateMathPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    if (failed(applyPatternsGreedily(getOperation(), patterns)))
      signalPassFailure();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace

void quant_ext::populateApproximateMathPatterns(RewritePatternSet &patterns) {
  auto isServed = [](StringRef name) {
    return llvm::is_contained({math::ErfOp::getOperationName(),
                               math::ExpOp::getOperationName(),
                               math::TanhOp::getOperationName()},
                              name);
  };
  populateMathF32ExpansionPatterns(patterns, isServed);
  populateMathPolynomialApproximationPatterns(patterns, isServed);
}
