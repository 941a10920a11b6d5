//===- SaturatingInstructions.cpp - Which instructions serve --------------===//

#include "SaturatingInstructions.h"

#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace mlir::quant_ext;

std::unique_ptr<SaturatingInstructions>
SaturatingInstructions::find(const TargetInfo &target, int64_t lanes,
                             unsigned integerBits) {
  if (lanes == 0 || lanes * integerBits % target.vectorBits != 0)
    return nullptr;
  return target.isX86() ? createX86SaturatingInstructions(target.vectorBits)
                        : createNEONSaturatingInstructions();
}

Value quant_ext::emitIntrinsic(ImplicitLocOpBuilder &b, const Twine &name,
                               Type result, ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(b, result, b.getStringAttr(name),
                                       arguments)
      .getResult(0);
}
