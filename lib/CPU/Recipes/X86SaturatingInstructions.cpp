//===- X86SaturatingInstructions.cpp - Those of SSE2, AVX2 and AVX-512 ----===//
//
// NaN, and what lies below -2^31, converts to the lowest i32, as it should;
// above, the conversion would do the same, hence an upper bound before it.
//
//===----------------------------------------------------------------------===//

#include "SaturatingInstructions.h"

#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// The largest f32 that converts to i32.
static constexpr float kLargestConverted = 0x1.fffffep30f;

/// What the names of the intrinsics of one width are made of.
namespace {
struct Names {
  int64_t bits;
  StringRef convert, truncate, packPrefix, packSuffix;
};
} // namespace

static constexpr Names kNames[] = {
    {128, "sse2.cvtps2dq", "sse2.cvttps2dq", "sse2.", ".128"},
    {256, "avx.cvt.ps2dq.256", "avx.cvtt.ps2dq.256", "avx2.", ""},
    {512, "avx512.mask.cvtps2dq.512", "avx512.mask.cvttps2dq.512", "avx512.",
     ".512"},
};

namespace {

class X86SaturatingInstructions final : public SaturatingInstructions {
public:
  explicit X86SaturatingInstructions(const Names &names)
      : SaturatingInstructions(names.bits), names(names) {}

  // In this order of the operands NaN stays.
  Value emitUpperBound(ImplicitLocOpBuilder &b, Value values,
                       Value bound) const override {
    Value isBeyond =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, bound, values);
    return arith::SelectOp::create(b, isBeyond, bound, values);
  }

  Value emitConvert(ImplicitLocOpBuilder &b, Value values, Rounding rounding,
                    bool isBounded) const override {
    auto type = cast<VectorType>(values.getType());
    if (!isBounded) {
      Value bound = arith::ConstantOp::create(
          b, DenseElementsAttr::get(type, kLargestConverted));
      values = emitUpperBound(b, values, bound);
    }
    // A truncating conversion saturates as the rounding one does.
    if (rounding == Rounding::HalfAway)
      values = emitBiasAwayFromZero(b, b.getLoc(), values);
    StringRef name =
        rounding == Rounding::HalfEven ? names.convert : names.truncate;
    VectorType words = type.clone(b.getI32Type());
    if (getBits() != 512)
      return emitIntrinsic(b, "llvm.x86." + name, words, values);
    Value unused = arith::ConstantOp::create(b, b.getZeroAttr(words));
    return emitOnAllLanes(b, "llvm.x86." + name, words, {values, unused});
  }

  bool convertsOverflowToLowest() const override { return true; }

  Value emitPack(ImplicitLocOpBuilder &b, Value low, Value high,
                 bool isSigned) const override {
    auto type = cast<VectorType>(low.getType());
    unsigned width = type.getElementTypeBitWidth() / 2;
    StringRef name = width == 16 ? "packssdw"
                     : isSigned  ? "packsswb"
                                 : "packuswb";
    auto packed =
        VectorType::get({2 * type.getNumElements()}, b.getIntegerType(width));
    return emitIntrinsic(
        b, "llvm.x86." + names.packPrefix + name + names.packSuffix, packed,
        {low, high});
  }

  int64_t getPackedBits() const override { return 128; }

private:
  const Names &names;
};

} // namespace

std::unique_ptr<SaturatingInstructions>
quant_ext::createX86SaturatingInstructions(int64_t bits) {
  const Names *names =
      llvm::find_if(kNames, [&](const Names &row) { return row.bits == bits; });
  return std::make_unique<X86SaturatingInstructions>(*names);
}
