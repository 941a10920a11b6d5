//===- NEONSaturatingInstructions.cpp - Those of Arm ----------------------===//
//
// The conversion saturates at both ends, but NaN converts to 0: it is sent to
// the lower bound before, by a maximum that prefers numbers.
//
//===----------------------------------------------------------------------===//

#include "QuietNaNs.h"
#include "SaturatingInstructions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// What saturates at 16 bits.
static constexpr float kLeastWord = -32768.0f;

namespace {

class NEONSaturatingInstructions final : public SaturatingInstructions {
public:
  NEONSaturatingInstructions() : SaturatingInstructions(128) {}

  // It makes NaNs quiet itself.
  Value emitUpperBound(ImplicitLocOpBuilder &b, Value values,
                       Value bound) const override {
    return emitIntrinsic(b, "llvm.aarch64.neon.fmin", values.getType(),
                         {lookThroughQuieting(values), bound});
  }

  Value emitConvert(ImplicitLocOpBuilder &b, Value values, Rounding rounding,
                    bool /*isBounded*/) const override {
    auto type = cast<VectorType>(values.getType());
    Value least =
        arith::ConstantOp::create(b, DenseElementsAttr::get(type, kLeastWord));
    Value isAbove =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, values, least);
    values = arith::SelectOp::create(b, isAbove, values, least);
    StringRef convert = rounding == Rounding::HalfEven   ? "fcvtns"
                        : rounding == Rounding::HalfAway ? "fcvtas"
                                                         : "fcvtzs";
    return emitIntrinsic(b, "llvm.aarch64.neon." + convert,
                         type.clone(b.getI32Type()), {values});
  }

  bool convertsOverflowToLowest() const override { return false; }

  Value emitPack(ImplicitLocOpBuilder &b, Value low, Value high,
                 bool isSigned) const override {
    auto type = cast<VectorType>(low.getType());
    VectorType half =
        type.clone(b.getIntegerType(type.getElementTypeBitWidth() / 2));
    bool saturatesSigned = isSigned || half.getElementTypeBitWidth() == 16;
    auto narrow = [&](Value value) {
      StringRef name = saturatesSigned ? "sqxtn" : "sqxtun";
      return emitIntrinsic(b, "llvm.aarch64.neon." + name, half, {value});
    };
    SmallVector<int64_t> all =
        llvm::to_vector(llvm::seq<int64_t>(0, 2 * half.getNumElements()));
    return vector::ShuffleOp::create(b, narrow(low), narrow(high), all);
  }

  int64_t getPackedBits() const override { return getBits(); }
};

} // namespace

std::unique_ptr<SaturatingInstructions>
quant_ext::createNEONSaturatingInstructions() {
  return std::make_unique<NEONSaturatingInstructions>();
}
