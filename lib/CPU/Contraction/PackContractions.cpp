//===- PackContractions.cpp - 8-bit factors as dot products want them -----===//

#include "ContractionPacker.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "quant-ext-pack-contractions"

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
    auto emit = [&] { return emitError(UnknownLoc::get(context)); };
    FailureOr<TargetInfo> info = resolveTarget(target, features, emit);
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
        LLVM_DEBUG(llvm::dbgs() << "left " << op << ": " << reason << "\n");
        continue;
      }
      Value result = ContractionPacker(rewriter, *contraction, *recipe).pack();
      if (!result)
        continue;
      rewriter.replaceOp(op, result);
      ++numPacked;
    }
  }

  const DotProductRecipe *recipe = nullptr;
};

} // namespace
