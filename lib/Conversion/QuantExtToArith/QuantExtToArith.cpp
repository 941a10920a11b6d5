//===- QuantExtToArith.cpp - quant_ext on elements to arith ---------------===//
//
// The only place where the arithmetic of the dialect is emitted. It follows
// Numerics/Arithmetic.h step by step; what differs in form is said beside it.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"
#include "Emitter.h"
#include "FixedPoint.h"
#include "SmallFloats.h"

#include "QuantExt/Conversion/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_CONVERTQUANTEXTTOARITH
#include "QuantExt/Conversion/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// What is rounded
//===----------------------------------------------------------------------===//

Value quant_ext::emitBiasAwayFromZero(OpBuilder &builder, Location loc,
                                      Value value) {
  Emitter emit(builder, loc, value.getType());
  auto type = cast<FloatType>(getElementTypeOrSelf(value.getType()));
  APFloat belowHalf(type.getFloatSemantics(), "0.5");
  belowHalf.next(/*nextDown=*/true);
  Value bias = emit.make<math::CopySignOp>(emit.number(type, belowHalf), value);
  return emit.make<arith::AddFOp>(value, bias);
}

/// x * (1 / s) where 1 / s is a finite normal number, x / s elsewhere.
static Value multiplyByReciprocal(const Emitter &emit, Value x, Value s,
                                  Type type) {
  Value inverse = emit.make<arith::DivFOp>(emit.number(type, 1.0), s);
  Value magnitude = emit.make<math::AbsFOp>(inverse);
  Value usable = emit.make<arith::AndIOp>(
      emit.compare(arith::CmpFPredicate::OGE, magnitude,
                   emit.smallestNormal(type)),
      emit.compare(arith::CmpFPredicate::OLE, magnitude, emit.largest(type)));
  Value product = emit.make<arith::MulFOp>(x, inverse);
  Value quotient = emit.make<arith::DivFOp>(x, s);
  return emit.select(usable, product, quotient);
}

Value quant_ext::emitQuotient(OpBuilder &builder, ApplyQuantizeOp op) {
  Emitter emit(builder, op.getLoc(), op.getInput().getType());
  Type type =
      computingType(emit, op.getInput().getType(), op.getScale().getType());
  Value quotient = emit.widen(op.getInput(), type);
  // By one, there is nothing to divide.
  if (!matchPattern(op.getScale(), m_OneFloat())) {
    Value s = emit.widen(op.getScale(), type);
    quotient = op.getDivision() == Division::Reciprocal
                   ? multiplyByReciprocal(emit, quotient, s, type)
                   : emit.make<arith::DivFOp>(quotient, s);
  }
  if (std::optional<Type> precision = op.getPrecision())
    quotient = emit.widen(emit.narrow(quotient, *precision), type);
  return quotient;
}

Value quant_ext::emitRoundInRange(OpBuilder &builder, ApplyQuantizeOp op,
                                  Value value) {
  Emitter emit(builder, op.getLoc(), value.getType());
  return emit.roundInRange(value, op.getZeroPoint(), op.getStorage(),
                           op.getRounding());
}

ApplyQuantizeOp quant_ext::matchFakeQuantize(ApplyDequantizeOp op) {
  auto quantize = op.getInput().getDefiningOp<ApplyQuantizeOp>();
  if (!quantize || !quantize->hasOneUse())
    return {};
  StorageAttr storage = op.getStorage();
  if (quantize.getStorage() != storage ||
      quantize.getScale() != op.getScale() ||
      quantize.getZeroPoint() != op.getZeroPoint())
    return {};
  if (storage.isFloat() || storage.getWidth() > 16 ||
      quantize.getRounding() == Rounding::Stochastic)
    return {};
  auto isDouble = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isF64();
  };
  if (!isDouble(op.getScale()) &&
      isDouble(quantize.getInput()) != isDouble(op.getResult()))
    return {};
  return quantize;
}

/// bound - zero_point, which fits the type.
static Value subtractZeroPoint(const Emitter &emit, ApplyQuantizeOp op,
                               int64_t bound, Type type) {
  Value zeroPoint = op.getZeroPoint();
  if (!zeroPoint)
    return emit.number(type, static_cast<double>(bound));
  Value difference = emit.make<arith::SubIOp>(
      emit.integer(emit.i32(), bound), emit.extend(zeroPoint, op.getStorage()));
  return emit.make<arith::SIToFPOp>(emit.typeOf(type), difference);
}

Value quant_ext::emitFakeQuantize(OpBuilder &builder, ApplyQuantizeOp op,
                                  Value quotient) {
  Emitter emit(builder, op.getLoc(), quotient.getType());
  Type type = emit.elementOf(quotient);
  StorageAttr storage = op.getStorage();
  // R leaves the bounds, which are integers, where they are.
  Value clamped =
      emit.clamp(quotient, subtractZeroPoint(emit, op, storage.getMin(), type),
                 subtractZeroPoint(emit, op, storage.getMax(), type));
  return emit.make<arith::MulFOp>(emit.roundToNumber(clamped, op.getRounding()),
                                  emit.widen(op.getScale(), type));
}

Value quant_ext::emitFakeQuantizeInRange(OpBuilder &builder, ApplyQuantizeOp op,
                                         Value quotient, Value scale) {
  Emitter emit(builder, op.getLoc(), quotient.getType());
  if (op.getRounding() == Rounding::HalfAway)
    quotient = emit.make<math::TruncOp>(
        emitBiasAwayFromZero(builder, op.getLoc(), quotient));
  else
    quotient = emit.make<math::RoundEvenOp>(quotient);
  // No integer is a negative zero. A product that is zero is so because its
  // first factor is: the sum makes it positive, and changes no other.
  return emit.make<math::FmaOp>(quotient, scale,
                                emit.number(emit.elementOf(quotient), 0.0));
}

/// a - zero_point_in, exact, rounded once to f32.
static Value subtractZeroPoint(const Emitter &emit, ApplyRequantizeOp op) {
  Value a = emit.extend(op.getInput(), op.getStorageIn());
  Value zeroPoint = op.getZeroPointIn();
  if (!zeroPoint)
    return emit.make<arith::SIToFPOp>(emit.typeOf(emit.f32()), a);
  zeroPoint = emit.extend(zeroPoint, op.getStorageIn());
  if (op.getStorageIn().getWidth() < 32)
    return emit.make<arith::SIToFPOp>(emit.typeOf(emit.f32()),
                                      emit.make<arith::SubIOp>(a, zeroPoint));
  // The difference of two i32 has 33 bits: exact in f64, and every target
  // converts that to f32 in vectors, which i64 it does not.
  Type f64 = emit.typeOf(emit.f64());
  Value difference =
      emit.make<arith::SubFOp>(emit.make<arith::SIToFPOp>(f64, a),
                               emit.make<arith::SIToFPOp>(f64, zeroPoint));
  return emit.narrow(difference, emit.f32());
}

Value quant_ext::emitProduct(OpBuilder &builder, ApplyRequantizeOp op) {
  Emitter emit(builder, op.getLoc(), op.getInput().getType());
  Value difference = subtractZeroPoint(emit, op);
  return emit.make<arith::MulFOp>(difference, op.getMultiplier());
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

struct ExpandQuantize final : public OpRewritePattern<ApplyQuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc(), op.getInput().getType());
    Value v = emitQuotient(rewriter, op);
    if (op.getStorage().isFloat()) {
      rewriter.replaceOp(op,
                         emitNarrowToSmall(rewriter, op.getLoc(), v,
                                           op.getStorage(), op.getSaturate()));
      return success();
    }
    rewriter.replaceOp(op, emit.roundToStorage(v, op.getZeroPoint(), op));
    return success();
  }
};

struct ExpandDequantize final : public OpRewritePattern<ApplyDequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc(), op.getInput().getType());
    Type resultElement = getElementTypeOrSelf(op.getResult().getType());
    Type type =
        computingType(emit, op.getResult().getType(), op.getScale().getType());
    Value difference = emitDifference(rewriter, emit, op, type);
    Value product =
        emit.make<arith::MulFOp>(difference, emit.widen(op.getScale(), type));
    rewriter.replaceOp(op, emit.narrow(product, resultElement));
    return success();
  }

private:
  /// What is multiplied by the scale, in `type`.
  static Value emitDifference(OpBuilder &builder, const Emitter &emit,
                              ApplyDequantizeOp op, Type type) {
    StorageAttr storage = op.getStorage();
    if (storage.isFloat())
      return emit.widen(
          emitWidenSmall(builder, op.getLoc(), op.getInput(), storage), type);
    Value q = emit.extend(op.getInput(), storage);
    // At most 17 bits: a zero point never comes with 32-bit storage here.
    if (op.getZeroPoint())
      q = emit.make<arith::SubIOp>(q, emit.extend(op.getZeroPoint(), storage));
    return emit.make<arith::SIToFPOp>(emit.typeOf(type), q);
  }
};

/// Before the two are expanded each for itself.
struct FakeQuantizeInFloat final : public OpRewritePattern<ApplyDequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyDequantizeOp op,
                                PatternRewriter &rewriter) const override {
    ApplyQuantizeOp quantize = matchFakeQuantize(op);
    if (!quantize)
      return rewriter.notifyMatchFailure(op, "it needs the integers");
    Emitter emit(rewriter, op.getLoc(), op.getResult().getType());
    Value product =
        emitFakeQuantize(rewriter, quantize, emitQuotient(rewriter, quantize));
    rewriter.replaceOp(
        op, emit.narrow(product, getElementTypeOrSelf(op.getType())));
    rewriter.eraseOp(quantize);
    return success();
  }
};

struct ExpandMultiplier final : public OpRewritePattern<ApplyMultiplierOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyMultiplierOp op,
                                PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc(), op.getScaleIn().getType());
    Type type = computingType(emit, op.getScaleIn().getType(),
                              op.getScaleOut().getType());
    Value quotient = emit.make<arith::DivFOp>(
        emit.widen(op.getScaleIn(), type), emit.widen(op.getScaleOut(), type));
    quotient = emit.narrow(quotient, emit.f32());
    Value largest = emit.largest(emit.f32());
    Value overflows =
        emit.compare(arith::CmpFPredicate::OGT, quotient, largest);
    rewriter.replaceOp(op, emit.select(overflows, largest, quotient));
    return success();
  }
};

struct ExpandRequantize final : public OpRewritePattern<ApplyRequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyRequantizeOp op,
                                PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc(), op.getInput().getType());
    Value product = emitProduct(rewriter, op);
    rewriter.replaceOp(op,
                       emit.roundToStorage(product, op.getZeroPointOut(), op));
    return success();
  }
};

struct ExpandChooseQParams final
    : public OpRewritePattern<ApplyChooseQParamsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyChooseQParamsOp op,
                                PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc(), op.getHi().getType());
    StorageAttr storage = op.getStorage();
    Value hi = op.getHi(), lo = op.getLo();
    Type type = getElementTypeOrSelf(hi.getType());
    Value zero = emit.number(type, 0.0);
    Value isEmpty = emit.compare(arith::CmpFPredicate::OEQ, hi, zero);
    Value scale;
    if (lo) {
      isEmpty = emit.make<arith::AndIOp>(
          isEmpty, emit.compare(arith::CmpFPredicate::OEQ, lo, zero));
      scale = asymmetricScale(emit, lo, hi, type, storage);
    } else {
      scale = emit.make<arith::DivFOp>(
          hi, emit.number(type, static_cast<double>(storage.getMax())));
    }
    scale = emit.clamp(scale, emit.smallestNormal(type), emit.largest(type));
    scale = emit.select(isEmpty, emit.number(type, 1.0), scale);
    if (!lo) {
      rewriter.replaceOp(op, scale);
      return success();
    }
    Value min = emit.number(type, static_cast<double>(storage.getMin()));
    Value max = emit.number(type, static_cast<double>(storage.getMax()));
    Value position =
        emit.make<arith::SubFOp>(min, emit.make<arith::DivFOp>(lo, scale));
    Value rounded = emit.roundHalfEven(emit.clamp(position, min, max), Value());
    Value zeroPoint = emit.make<arith::TruncIOp>(
        emit.typeOf(storage.getElementType()), rounded);
    rewriter.replaceOp(op, {scale, zeroPoint});
    return success();
  }

  /// (hi - lo) / steps, from halves where the distance overflows.
  static Value asymmetricScale(const Emitter &emit, Value lo, Value hi,
                               Type type, StorageAttr storage) {
    double steps = static_cast<double>(storage.getMax() - storage.getMin());
    Value distance = emit.make<arith::SubFOp>(hi, lo);
    Value whole = emit.make<arith::DivFOp>(distance, emit.number(type, steps));
    Value half = emit.number(type, 0.5);
    Value halfDistance = emit.make<arith::SubFOp>(
        emit.make<arith::MulFOp>(hi, half), emit.make<arith::MulFOp>(lo, half));
    Value fromHalves =
        emit.make<arith::DivFOp>(halfDistance, emit.number(type, steps / 2));
    Value isFinite =
        emit.compare(arith::CmpFPredicate::OLE, distance, emit.largest(type));
    return emit.select(isFinite, whole, fromHalves);
  }
};

struct ExpandChooseScale final : public OpRewritePattern<ApplyChooseScaleOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ApplyChooseScaleOp op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOp(op,
                       emitChooseScale(rewriter, op.getLoc(), op.getMaxAbs(),
                                       op.getScaleOfScales(), op.getStorage(),
                                       op.getScaleStorage()));
    return success();
  }
};

struct ConvertQuantExtToArithPass final
    : public quant_ext::impl::ConvertQuantExtToArithBase<
          ConvertQuantExtToArithPass> {
  void runOnOperation() override {
    RewritePatternSet pairs(&getContext());
    populateFakeQuantizeInFloatPatterns(pairs);
    walkAndApplyPatterns(getOperation(), std::move(pairs));
    RewritePatternSet patterns(&getContext());
    populateQuantExtToArithPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateFakeQuantizeInFloatPatterns(RewritePatternSet &patterns,
                                                    PatternBenefit benefit) {
  patterns.add<FakeQuantizeInFloat>(patterns.getContext(), benefit);
}

void quant_ext::populateQuantExtToArithPatterns(RewritePatternSet &patterns,
                                                PatternBenefit benefit) {
  patterns.add<ExpandQuantize, ExpandDequantize, ExpandMultiplier,
               ExpandRequantize, ExpandChooseQParams, ExpandChooseScale>(
      patterns.getContext(), benefit);
  populateFixedPointPatterns(patterns, benefit);
}
