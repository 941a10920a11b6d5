//===- SetTarget.cpp - Write the target on functions ----------------------===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTSETTARGET
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

// convert-func-to-llvm hands both on to llvm.func, where they are the inherent
// attributes of these names.
static constexpr StringLiteral kCPU = "target_cpu";
static constexpr StringLiteral kFeatures = "target_features";

namespace {

struct SetTargetPass
    : public quant_ext::impl::QuantExtSetTargetBase<SetTargetPass> {
  using QuantExtSetTargetBase::QuantExtSetTargetBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<TargetInfo> info =
        resolveTarget(target, features, [&] { return module.emitError(); });
    if (failed(info))
      return signalPassFailure();

    auto cpu = StringAttr::get(&getContext(), info->cpu);
    auto all = LLVM::TargetFeaturesAttr::get(
        &getContext(),
        SmallVector<StringRef>(info->features.begin(), info->features.end()));
    module.walk([&](FunctionOpInterface function) {
      if (function.isExternal() || function->hasAttr(kCPU))
        return;
      function->setAttr(kCPU, cpu);
      function->setAttr(kFeatures, all);
      ++numFunctions;
    });
  }
};

} // namespace
