//===- PackContractions.cpp - 8-bit factors as dot products want them -----===//

#include "ContractionPacker.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTPACKCONTRACTIONS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Whether the products are worth what packing costs; why not, in `reason`.
static bool isWorthPacking(Contraction contraction, StringRef &reason) {
  SmallVector<int64_t> sizes = contraction.op.getStaticLoopRanges();
  if (ShapedType::isDynamic(sizes[contraction.n]) ||
      ShapedType::isDynamic(sizes[contraction.k])) {
    reason = "its columns or what it reduces have no static size";
    return false;
  }
  if (sizes[contraction.n] == 0 || sizes[contraction.k] == 0) {
    reason = "it has no products";
    return false;
  }
  if (matchPattern(contraction.rhs.get(), m_Constant()))
    return true;
  // Packing takes about as long as multiplying by a few rows.
  constexpr int64_t kMinRows = 8;
  int64_t rows = contraction.m ? sizes[*contraction.m] : 1;
  reason = "its right factor is not constant, and has few rows to serve";
  return ShapedType::isDynamic(rows) || rows >= kMinRows;
}

namespace {

struct PackContractionsPass
    : public quant_ext::impl::QuantExtPackContractionsBase<
          PackContractionsPass> {
  using QuantExtPackContractionsBase::QuantExtPackContractionsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    recipe = &chooseDotProduct(*info);
    return success();
  }

  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops) {
      StringRef reason;
      FailureOr<Contraction> contraction = matchContraction(op, reason);
      if (failed(contraction) || !isWorthPacking(*contraction, reason)) {
        remarkLeft(op, reason);
        continue;
      }
      Value result = ContractionPacker(rewriter, *contraction, *recipe).pack();
      if (!result) {
        remarkLeft(op,
                   "elements of its right factor cannot be read in the order "
                   "of its result");
        continue;
      }
      remark::passed(op.getLoc(), getRemarkOpts("packed"))
          << remark::add("packed") << remark::metric("Recipe", recipe->name);
      rewriter.replaceOp(op, result);
      ++numPacked;
    }
  }

  remark::RemarkOpts getRemarkOpts(StringRef name) {
    return remark::RemarkOpts::name(name)
        .category("quant-ext-pack-contractions")
        .function(getOperation().getName());
  }

  /// Of what multiplies no integers there is nothing to say.
  void remarkLeft(linalg::LinalgOp op, StringRef reason) {
    if (linalg::isaContractionOpInterface(op) &&
        getElementTypeOrSelf(op.getDpsInits().front()).isInteger())
      remark::missed(op.getLoc(), getRemarkOpts("not-packed"))
          << remark::add("not packed") << remark::reason("{0}", reason.str());
  }

  const DotProductRecipe *recipe = nullptr;
};

} // namespace
