//===- DequantizeToBF16.cpp - Products of integers that become bf16 -------===//
//
// A product of an integer and a scale is a subnormal number only where the
// scale is one: for other scales the instruction of AVX512_BF16, which flushes
// those, rounds it.
//
// Without it, floats round. With p a product and c = 2^16 p, which is a float
// too where p is normal and not too large, c - RN(c (1 - 2^-16)) is p rounded
// to bf16. In units of p's last place, c - p lies where floats are
// 2^16 apart, and c is a multiple of that, so that the difference is p rounded
// to such a multiple. A tie goes to where (c - p) / 2^16 becomes even, and with
// it p / 2^16: c / 2^16 is p, which is even because it is a multiple of 2^15.
// Where c - p falls below the power of two that c is next to, floats are half
// as far apart; but then p is at most 128 above a power of two, and is rounded
// to that either way.
//
//===----------------------------------------------------------------------===//

#include "BF16Recipes.h"
#include "ScaleSource.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Whether products of all words but zero are normal, and 2^16 times as large
/// too, and none is -0, of which a difference makes 0.
static Value emitIsModerate(ImplicitLocOpBuilder &b, Value scale) {
  return emitIsEvery(b, emitIsEachWithin(b, scale, 0x1p-90f, 0x1p90f));
}

/// The products of words, where `integers` are 2^16 times these, and moderate
/// scales, rounded to bf16: the bits, in upper halves of i32.
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
    Type word = b.getI16Type();
    auto vector = dyn_cast<VectorType>(value.getType());
    Type type = vector ? Type(vector.clone(word)) : word;
    return storage.getIsSigned()
               ? Value(arith::ExtSIOp::create(b, type, value))
               : Value(arith::ExtUIOp::create(b, type, value));
  };
  if (storage.getWidth() == 16 && storage.getIsSigned() && !op.getZeroPoint())
    return op.getInput();
  if (storage.getWidth() != 8)
    return Value();
  Value words = extend(op.getInput());
  if (Value zeroPoint = op.getZeroPoint()) {
    Value scalar = getSplatScalar(zeroPoint);
    Value zeros =
        scalar ? vector::BroadcastOp::create(b, words.getType(), extend(scalar))
               : extend(zeroPoint);
    words = arith::SubIOp::create(b, words, zeros);
  }
  return words;
}

namespace {

/// By scales that lanes or iterations share, without the instruction.
struct DequantizeWordsToBF16 final
    : public OpRewritePattern<ApplyDequantizeOp> {
  DequantizeWordsToBF16(MLIRContext *context, const TargetInfo &target)
      : OpRewritePattern(context, /*benefit=*/2), target(target) {}

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
    Value scale = widenToF32(b, source->scale);
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
    scf::YieldOp::create(b, emitBF16Bits(b, b.getLoc(), product, target));
    rewriter.replaceOp(op,
                       emitBF16(rewriter, op.getLoc(), branch.getResult(0)));
    return success();
  }

private:
  TargetInfo target;
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

    Location loc = op.getLoc();
    Value product = ApplyDequantizeOp::create(
        rewriter, loc, type.clone(rewriter.getF32Type()), op.getInput(),
        op.getScale(), op.getZeroPoint(), op.getStorage());
    FailureOr<ScaleSource> source = findScaleSource(op, op.getScale());
    Value scale = succeeded(source) ? source->scale : op.getScale();
    Value bits = emitProductBF16Bits(rewriter, loc, product, scale, target);
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
  if (!hasBF16Instruction(target))
    patterns.add<DequantizeWordsToBF16>(patterns.getContext(), target);
}
