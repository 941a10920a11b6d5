//===- ExpandPowers.cpp - Powers of constant exponents --------------------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTEXPANDPOWERS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;

namespace {

struct ExpandPowersPass
    : public quant_ext::impl::QuantExtExpandPowersBase<ExpandPowersPass> {
  void runOnOperation() override {
    SmallVector<Operation *> powers;
    getOperation()->walk([&](math::FPowIOp op) {
      if (APInt exponent; matchPattern(op.getRhs(), m_ConstantInt(&exponent)))
        powers.push_back(op);
    });
    if (powers.empty())
      return;
    RewritePatternSet patterns(&getContext());
    math::populateExpansionPatterns(patterns, {"fpowi"});
    // Others, of run time, are not to be reached from these.
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    if (failed(applyOpPatternsGreedily(powers, std::move(patterns), config)))
      signalPassFailure();
  }
};

} // namespace
