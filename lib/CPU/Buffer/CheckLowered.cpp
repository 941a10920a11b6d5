//===- CheckLowered.cpp - Nothing is left for nobody ----------------------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTCHECKLOWERED
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;

/// Of a dialect that is to be lowered: there are others, unknown here, which
/// have a translation to LLVM IR of their own.
static bool mustBeLowered(Operation *op) {
  if (isa<UnrealizedConversionCastOp>(op))
    return true;
  static const llvm::StringSet<> dialects = {
      "affine",  "async",  "arith",      "bufferization", "cf",
      "complex", "emitc",  "func",       "index",         "linalg",
      "math",    "memref", "ml_program", "quant",         "quant_ext",
      "scf",     "shape",  "spirv",      "sparse_tensor", "tensor",
      "tosa",    "ub",     "vector",
  };
  return dialects.contains(op->getName().getDialectNamespace());
}

namespace {

struct CheckLoweredPass
    : public quant_ext::impl::QuantExtCheckLoweredBase<CheckLoweredPass> {
  void runOnOperation() override {
    // One report for each function is enough to find the rest by.
    llvm::SmallPtrSet<Operation *, 8> reported;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      // What is compiled for other devices is lowered by other passes.
      if (op != getOperation() && op->hasTrait<OpTrait::SymbolTable>() &&
          !isa<ModuleOp>(op))
        return WalkResult::skip();
      if (!mustBeLowered(op))
        return WalkResult::advance();
      auto function = dyn_cast<FunctionOpInterface>(op);
      if (!function)
        function = op->getParentOfType<FunctionOpInterface>();
      if (reported.insert(function).second)
        op->emitOpError("must be lowered to the LLVM dialect, found nothing "
                        "that lowers it");
      return WalkResult::advance();
    });
    if (!reported.empty())
      signalPassFailure();
  }
};

} // namespace
