//===- BF16Recipes.cpp - Rounding to bf16 ---------------------------------===//
//
// A product of an integer and a scale is a subnormal number or a NaN only where
// the scale is one, or infinite. For other scales the rounding to bf16 needs no
// care for NaN, and AVX512_BF16 has an instruction for it.
//
// Without it, floats round. With p a product and c = 2^16 p, which a float
// holds where p is normal and not too large, c - RN(c (1 - 2^-16)) is p rounded
// to bf16, times 2^16: c - p lies where floats are 2^16 ulps of p apart, and c
// is a multiple of that, so that its rounding is that of p. A tie goes to where
// (c - p) / 2^16 is even, in ulps of p, and so p: its ulps are 2^15 times an
// odd number there, and those of c / 2^16 are as many. Just below a power of
// two floats are half as far apart, but only where p is at most 128 ulps above
// one, and rounded down to it.
//
//===----------------------------------------------------------------------===//

#include "BF16Recipes.h"
#include "ScaleSource.h"
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

/// `value` in f32.
static Value widen(ImplicitLocOpBuilder &b, Value value) {
  Type wide = b.getF32Type();
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    wide = vector.clone(wide);
  return value.getType() == wide ? value
                                 : arith::ExtFOp::create(b, wide, value);
}

/// Whether no product with this scale, or one of these, needs care.
static Value emitIsPlain(ImplicitLocOpBuilder &b, Value scale,
                         const TargetInfo &target) {
  Value magnitude = math::AbsFOp::create(b, widen(b, scale));
  auto compare = [&](arith::CmpFPredicate predicate, float bound) {
    Value bounds =
        createConstantLike(b, magnitude.getType(), b.getF32FloatAttr(bound));
    return arith::CmpFOp::create(b, predicate, magnitude, bounds);
  };
  // The instruction keeps NaN.
  return emitIsEvery(b, hasInstruction(target)
                            ? compare(arith::CmpFPredicate::UGE,
                                      std::numeric_limits<float>::min())
                            : compare(arith::CmpFPredicate::OLE,
                                      std::numeric_limits<float>::max()));
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

/// Whether products of all words but zero are normal, and 2^16 times as large
/// too, and none is -0, of which a difference makes 0.
static Value emitIsModerate(ImplicitLocOpBuilder &b, Value scale) {
  return emitIsEvery(b, emitIsEachWithin(b, scale, 0x1p-90f, 0x1p90f));
}

/// 2^16 times the products of words, where `integers` are as many times these,
/// and moderate scales, rounded to bf16; as i32.
static Value roundProducts(ImplicitLocOpBuilder &b, Value integers,
                           Value scales) {
  auto type = cast<VectorType>(integers.getType());
  VectorType floats = type.clone(b.getF32Type());
  Value products = arith::MulFOp::create(
      b, arith::SIToFPOp::create(b, floats, integers), scales);
  Value rest =
      createConstantLike(b, floats, b.getF32FloatAttr(1.0f - 0x1p-16f));
  Value rounded = arith::SubFOp::create(
      b, products, arith::MulFOp::create(b, products, rest));
  return arith::BitcastOp::create(b, type, rounded);
}

/// The bits of `words`, of i16, times moderate scales. Even words and odd ones
/// are the upper halves of integers and of floats, and so change their places
/// by a shift or by a mask.
static Value emitWordProductBF16Bits(ImplicitLocOpBuilder &b, Value words,
                                     Value evenScales, Value oddScales) {
  auto type = cast<VectorType>(words.getType());
  auto pairs = VectorType::get({type.getNumElements() / 2}, b.getI32Type());
  Value both = vector::BitCastOp::create(b, pairs, words);
  Value half = createSplat(b, b.getLoc(), pairs, 16);
  Value upper = createSplat(b, b.getLoc(), pairs, 0xffff0000);
  Value even =
      roundProducts(b, arith::ShLIOp::create(b, both, half), evenScales);
  Value odd =
      roundProducts(b, arith::AndIOp::create(b, both, upper), oddScales);
  Value joined =
      arith::OrIOp::create(b, arith::ShRUIOp::create(b, even, half), odd);
  return vector::BitCastOp::create(b, type, joined);
}

/// What `op` multiplies, as i16; null where that takes more bits.
static Value emitWords(ImplicitLocOpBuilder &b, ApplyDequantizeOp op) {
  StorageAttr storage = op.getStorage();
  auto extend = [&](Value value) -> Value {
    Type words = cast<VectorType>(value.getType()).clone(b.getI16Type());
    return storage.getIsSigned()
               ? Value(arith::ExtSIOp::create(b, words, value))
               : Value(arith::ExtUIOp::create(b, words, value));
  };
  if (storage.getWidth() == 16 && storage.getIsSigned() && !op.getZeroPoint())
    return op.getInput();
  if (storage.getWidth() != 8)
    return Value();
  Value words = extend(op.getInput());
  if (Value zeroPoint = op.getZeroPoint())
    words = arith::SubIOp::create(b, words, extend(zeroPoint));
  return words;
}

namespace {

/// By scales that lanes or iterations share, without the instruction.
struct DequantizeWordsToBF16 final
    : public OpRewritePattern<ApplyDequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    if (!type || !type.getElementType().isBF16() || type.getRank() != 1 ||
        type.getNumElements() % 2 != 0)
      return rewriter.notifyMatchFailure(op, "it makes no pairs of bf16");
    if (op.getStorage().isFloat() ||
        getElementTypeOrSelf(op.getScale()).isF64())
      return rewriter.notifyMatchFailure(op,
                                         "it multiplies no integers in f32");
    FailureOr<ScaleSource> source = findScaleSource(op, op.getScale());
    if (failed(source))
      return rewriter.notifyMatchFailure(
          op, "to test each scale costs more than it saves");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value words = emitWords(b, op);
    if (!words)
      return rewriter.notifyMatchFailure(op, "it multiplies more than words");

    // Outside the branch, for loops around it to do once.
    Value scale = widen(b, source->scale);
    auto pairs = VectorType::get({type.getNumElements() / 2}, b.getF32Type());
    Value even = source->spread(b, scale, pairs, /*first=*/0, /*step=*/2);
    Value odd = source->spread(b, scale, pairs, /*first=*/1, /*step=*/2);
    auto branch = scf::IfOp::create(b, type.clone(b.getI16Type()),
                                    emitIsModerate(b, scale),
                                    /*addThenBlock=*/true,
                                    /*addElseBlock=*/true);
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, emitWordProductBF16Bits(b, words, even, odd));
    b.setInsertionPointToStart(branch.elseBlock());
    Value product = ApplyDequantizeOp::create(
        b, type.clone(b.getF32Type()), op.getInput(), op.getScale(),
        op.getZeroPoint(), op.getStorage());
    scf::YieldOp::create(b, emitBF16Bits(b, b.getLoc(), product));
    rewriter.replaceOp(op,
                       emitBF16(rewriter, op.getLoc(), branch.getResult(0)));
    return success();
  }
};

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
    FailureOr<ScaleSource> source = findScaleSource(op, op.getScale());
    if (failed(source) && !hasInstruction(target))
      return rewriter.notifyMatchFailure(
          op, "to test each scale costs more than it saves");

    Location loc = op.getLoc();
    Value product = ApplyDequantizeOp::create(
        rewriter, loc, type.clone(rewriter.getF32Type()), op.getInput(),
        op.getScale(), op.getZeroPoint(), op.getStorage());
    Value bits = emitProductBF16Bits(
        rewriter, loc, product,
        succeeded(source) ? source->scale : op.getScale(), target);
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
  if (!hasInstruction(target))
    patterns.add<DequantizeWordsToBF16>(patterns.getContext(),
                                        /*benefit=*/2);
}
