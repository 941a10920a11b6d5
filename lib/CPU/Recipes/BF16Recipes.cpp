//===- BF16Recipes.cpp - Rounding to bf16 ---------------------------------===//
//
// A product of an integer and a scale is a subnormal number or a NaN only where
// the scale is one, or infinite. For other scales the rounding to bf16 needs no
// care for NaN, and AVX512_BF16 has an instruction for it.
//
//===----------------------------------------------------------------------===//

#include "BF16Recipes.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

#include <limits>

using namespace mlir;
using namespace mlir::quant_ext;

/// Lanes of f32 in a register.
static constexpr int64_t kWords = 16;

static bool hasInstruction(const TargetInfo &target) {
  return target.hasAVX512 && target.hasFeature("avx512bf16");
}

static Value round(ImplicitLocOpBuilder &b, Value values,
                   arith::FastMathFlagsAttr flags) {
  auto type = cast<VectorType>(values.getType());
  Value rounded = arith::TruncFOp::create(
      b, type.clone(b.getBF16Type()), values, /*roundingmode=*/nullptr, flags);
  return arith::BitcastOp::create(b, type.clone(b.getI16Type()), rounded);
}

/// Two registers of f32 make one of bf16, the second its lower half.
static Value callInstruction(ImplicitLocOpBuilder &b, Value values) {
  auto type = cast<VectorType>(values.getType());
  Value result =
      arith::ConstantOp::create(b, b.getZeroAttr(type.clone(b.getI16Type())));
  auto slice = [&](int64_t begin) {
    return vector::ExtractStridedSliceOp::create(
        b, values, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{kWords},
        ArrayRef<int64_t>{1});
  };
  for (int64_t at = 0; at < type.getNumElements(); at += 2 * kWords) {
    auto lanes = VectorType::get({2 * kWords}, b.getBF16Type());
    Value rounded =
        LLVM::CallIntrinsicOp::create(
            b, lanes, b.getStringAttr("llvm.x86.avx512bf16.cvtne2ps2bf16.512"),
            ValueRange{slice(at + kWords), slice(at)})
            .getResult(0);
    rounded = arith::BitcastOp::create(b, lanes.clone(b.getI16Type()), rounded);
    result = vector::InsertStridedSliceOp::create(
        b, rounded, result, ArrayRef<int64_t>{at}, ArrayRef<int64_t>{1});
  }
  return result;
}

Value quant_ext::emitBF16Bits(OpBuilder &builder, Location loc, Value values) {
  ImplicitLocOpBuilder b(loc, builder);
  return round(b, values, /*flags=*/nullptr);
}

Value quant_ext::emitNormalBF16Bits(OpBuilder &builder, Location loc,
                                    Value values, const TargetInfo &target) {
  ImplicitLocOpBuilder b(loc, builder);
  int64_t lanes = cast<VectorType>(values.getType()).getNumElements();
  if (hasInstruction(target) && lanes % (2 * kWords) == 0)
    return callInstruction(b, values);
  auto isNumber = arith::FastMathFlagsAttr::get(builder.getContext(),
                                                arith::FastMathFlags::nnan);
  return round(b, values, isNumber);
}

/// Whether no product with this scale, or one of these, needs care.
static Value emitIsPlain(ImplicitLocOpBuilder &b, Value scale,
                         const TargetInfo &target) {
  auto vector = dyn_cast<VectorType>(scale.getType());
  Type wide = vector ? Type(vector.clone(b.getF32Type())) : b.getF32Type();
  if (scale.getType() != wide)
    scale = arith::ExtFOp::create(b, wide, scale);
  auto number = [&](float value) -> Value {
    if (vector)
      return arith::ConstantOp::create(
          b, DenseElementsAttr::get(cast<VectorType>(wide), value));
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  };
  Value magnitude = math::AbsFOp::create(b, scale);
  // The instruction keeps NaN.
  Value isPlain =
      hasInstruction(target)
          ? arith::CmpFOp::create(b, arith::CmpFPredicate::UGE, magnitude,
                                  number(std::numeric_limits<float>::min()))
          : arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, magnitude,
                                  number(std::numeric_limits<float>::max()));
  if (!vector)
    return isPlain;
  return vector::ReductionOp::create(b, vector::CombiningKind::AND, isPlain);
}

Value quant_ext::emitProductBF16Bits(OpBuilder &builder, Location loc,
                                     Value products, Value scale,
                                     const TargetInfo &target) {
  ImplicitLocOpBuilder b(loc, builder);
  Value isPlain = emitIsPlain(b, scale, target);
  auto type = cast<VectorType>(products.getType()).clone(b.getI16Type());
  auto branch = scf::IfOp::create(b, type, isPlain, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, emitNormalBF16Bits(b, loc, products, target));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, emitBF16Bits(b, loc, products));
  return branch.getResult(0);
}

Value quant_ext::emitBF16(OpBuilder &builder, Location loc, Value bits) {
  auto type = cast<VectorType>(bits.getType());
  return arith::BitcastOp::create(builder, loc,
                                  type.clone(builder.getBF16Type()), bits);
}

namespace {

struct DequantizeToBF16 final : public OpRewritePattern<ApplyDequantizeOp> {
  DequantizeToBF16(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context), target(target) {}

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    if (!type || !type.getElementType().isBF16())
      return rewriter.notifyMatchFailure(op, "it makes no vectors of bf16");
    if (type.getRank() != 1)
      return rewriter.notifyMatchFailure(op, "its vectors have no rank 1");
    if (op.getStorage().isFloat())
      return rewriter.notifyMatchFailure(
          op, "a product may be subnormal or NaN whatever the scale");
    if (getElementTypeOrSelf(op.getScale()).isF64())
      return rewriter.notifyMatchFailure(op, "it computes in f64");
    Value scale = getSplatScalar(op.getScale());
    if (!scale && !hasInstruction(target))
      return rewriter.notifyMatchFailure(
          op, "to test each lane costs more than it saves");

    Location loc = op.getLoc();
    Value product = ApplyDequantizeOp::create(
        rewriter, loc, type.clone(rewriter.getF32Type()), op.getInput(),
        op.getScale(), op.getZeroPoint(), op.getStorage());
    Value bits = emitProductBF16Bits(rewriter, loc, product,
                                     scale ? scale : op.getScale(), target);
    rewriter.replaceOp(op, emitBF16(rewriter, loc, bits));
    return success();
  }

private:
  TargetInfo target;
};

} // namespace

void quant_ext::populateDequantizeToBF16Patterns(RewritePatternSet &patterns,
                                                 const TargetInfo &target) {
  patterns.add<DequantizeToBF16>(patterns.getContext(), target);
}
