//===- DivideBySplat.cpp - Quantization without a division for each lane --===//
//
// Where all lanes have one scale s, what depends on it alone is computed once,
// and a branch that always goes the same way keeps to the meaning of the
// operation for scales that the fast way does not serve.
//
// Exact division: with inv = RN(1/s), q0 = RN(x * inv), r = RN(x - q0 * s) and
// q1 = RN(q0 + r * inv), the last two by fused multiply-adds, q1 = RN(x / s)
// for 2^-100 <= s < 2^(127 - bits), once x is clamped to what does not saturate
// (Brisebarre, Muller, Raina, "Accelerating correctly rounded floating-point
// division when the divisor is known in advance", IEEE TC 2004).
//
//===----------------------------------------------------------------------===//

#include "AVX512Recipes.h"
#include "SplatScalar.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"
#include "QuantExt/Conversion/QuantExtToArith/QuantExtToArith.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

#include <cmath>

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// An operation whose lanes share a scale, in f32 throughout: vectors of bf16
/// that live across a branch are taken apart lane by lane by LLVM.
struct SplatQuantize {
  SplatQuantize(OpBuilder &builder, ApplyQuantizeOp op, Value scalarScale)
      : b(op.getLoc(), builder), op(op) {
    type = cast<VectorType>(op.getInput().getType()).clone(b.getF32Type());
    x = widenAtDefinition(op.getInput());
    scale = widen(scalarScale);
    inverse = arith::DivFOp::create(b, constant(1.0f), scale);
    scales = splat(scale);
    inverses = splat(inverse);
  }

  /// Widens where the value is made, lest it live across the branch of another
  /// operation that shares its definition.
  Value widenAtDefinition(Value value) {
    OpBuilder::InsertionGuard guard(b);
    if (value.getDefiningOp())
      b.setInsertionPointAfterValue(value);
    return widen(value);
  }
  Value widen(Value value) {
    Type wide = isa<VectorType>(value.getType()) ? Type(type) : b.getF32Type();
    return value.getType() == wide ? value
                                   : arith::ExtFOp::create(b, wide, value);
  }
  Value constant(float value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value splat(Value scalar) {
    return vector::BroadcastOp::create(b, type, scalar);
  }

  /// lo <= value <= hi, which NaN fails.
  Value isWithin(Value value, float lo, float hi) {
    return arith::AndIOp::create(
        b,
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, value,
                              constant(lo)),
        arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, value,
                              constant(hi)));
  }

  /// The operation on values and scales other than its own.
  Value quantize(Value values, Value theirScales) {
    return ApplyQuantizeOp::create(
        b, op.getResult().getType(), values, theirScales, op.getZeroPoint(),
        op.getSeed(), op.getCounter(), op.getStorage(), op.getRounding(),
        Division::Exact, op.getPrecisionAttr(), op.getSaturate());
  }

  /// `ifServed` where `condition` holds, and the exact quotient where not.
  Value branch(Value condition, function_ref<Value()> ifServed) {
    auto branch = scf::IfOp::create(b, op.getResult().getType(), condition,
                                    /*addThenBlock=*/true,
                                    /*addElseBlock=*/true);
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, ifServed());
    b.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(b, quantize(x, scales));
    return branch.getResult(0);
  }

  ImplicitLocOpBuilder b;
  ApplyQuantizeOp op;
  VectorType type;
  Value x, scale, inverse, scales, inverses;
};

/// What both patterns need: lanes that share a scale, computed with in f32.
struct SplatScalePattern : public OpRewritePattern<ApplyQuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  FailureOr<Value> matchScale(ApplyQuantizeOp op, Division division,
                              PatternRewriter &rewriter) const {
    auto isDouble = [](Value value) {
      return getElementTypeOrSelf(value).isF64();
    };
    if (op.getDivision() != division)
      return rewriter.notifyMatchFailure(op, "it divides in another way");
    if (!isa<VectorType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "it is not on vectors");
    if (isDouble(op.getInput()) || isDouble(op.getScale()))
      return rewriter.notifyMatchFailure(op, "it computes in f64");
    Value scalar = getSplatScalar(op.getScale());
    if (!scalar)
      return rewriter.notifyMatchFailure(op, "lanes may differ in scale");
    return scalar;
  }
};

struct MultiplyByReciprocal final : public SplatScalePattern {
  using SplatScalePattern::SplatScalePattern;

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> scale = matchScale(op, Division::Reciprocal, rewriter);
    if (failed(scale))
      return failure();
    SplatQuantize splat(rewriter, op, *scale);
    Value magnitude = math::AbsFOp::create(splat.b, splat.inverse);
    Value isUsable =
        splat.isWithin(magnitude, std::numeric_limits<float>::min(),
                       std::numeric_limits<float>::max());
    Value ones = splat.splat(splat.constant(1.0f));
    rewriter.replaceOp(op, splat.branch(isUsable, [&] {
      return splat.quantize(
          arith::MulFOp::create(splat.b, splat.x, splat.inverses), ones);
    }));
    return success();
  }
};

struct DivideExactly final : public SplatScalePattern {
  DivideExactly(MLIRContext *context, bool hasAVX512)
      : SplatScalePattern(context), hasAVX512(hasAVX512) {}

  LogicalResult matchAndRewrite(ApplyQuantizeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> scale = matchScale(op, Division::Exact, rewriter);
    if (failed(scale))
      return failure();
    StorageAttr storage = op.getStorage();
    if (storage.isFloat())
      return rewriter.notifyMatchFailure(
          op, "zeros, subnormals and NaN are not clamped away");
    if (storage.getWidth() > 16)
      return rewriter.notifyMatchFailure(op, "storage is wider than 16 bits");
    if (op.getRounding() != Rounding::HalfEven &&
        op.getRounding() != Rounding::HalfAway)
      return rewriter.notifyMatchFailure(
          op, "what is clamped to a bound may not round to it");
    if (op.getPrecision())
      return rewriter.notifyMatchFailure(
          op, "what is clamped to a bound may be rounded away from it");
    Value zeroPoint = op.getZeroPoint();
    if (zeroPoint && !(zeroPoint = getSplatScalar(zeroPoint)))
      return rewriter.notifyMatchFailure(op, "lanes may differ in zero point");

    SplatQuantize splat(rewriter, op, *scale);
    // The largest number below the bound that the proof gives.
    float largest =
        std::nextafter(std::ldexp(1.0f, 127 - int(storage.getWidth())), 0.0f);
    Value isServed = splat.isWithin(splat.scale, 0x1p-100f, largest);
    Value lo = scaleBound(splat, storage.getMin(), zeroPoint);
    Value hi = scaleBound(splat, storage.getMax(), zeroPoint);
    bool saturates =
        hasAVX512 && hasSaturatingRound(op.getResult().getType(), storage);
    rewriter.replaceOp(op, splat.branch(isServed, [&] {
      if (!saturates)
        return emitRoundInRange(splat.b, op,
                                divide(splat, clamp(splat, lo, hi)));
      // Far below the lower bound the quotient is a large negative number or
      // NaN, which both convert to the lowest integer.
      Value v =
          divide(splat, emitUpperBound(splat.b, op.getLoc(), splat.x, hi));
      return emitSaturatingRound(splat.b, op.getLoc(), v, zeroPoint, storage,
                                 op.getRounding());
    }));
    return success();
  }

private:
  /// RN((bound - zero point) * s), in all lanes. What lies beyond it saturates,
  /// and it rounds to the bound itself when it is divided by s.
  static Value scaleBound(SplatQuantize &splat, int64_t bound,
                          Value zeroPoint) {
    ImplicitLocOpBuilder &b = splat.b;
    Value steps = splat.constant(static_cast<float>(bound));
    if (zeroPoint) {
      Type i32 = b.getI32Type();
      Value z = splat.op.getStorage().getIsSigned()
                    ? Value(arith::ExtSIOp::create(b, i32, zeroPoint))
                    : Value(arith::ExtUIOp::create(b, i32, zeroPoint));
      Value limit = arith::ConstantOp::create(b, b.getI32IntegerAttr(bound));
      steps = arith::SIToFPOp::create(b, b.getF32Type(),
                                      arith::SubIOp::create(b, limit, z));
    }
    return splat.splat(arith::MulFOp::create(b, steps, splat.scale));
  }

  /// x between the bounds; NaN goes to `lo`, because it compares false.
  static Value clamp(SplatQuantize &splat, Value lo, Value hi) {
    ImplicitLocOpBuilder &b = splat.b;
    Value isAbove =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, splat.x, lo);
    Value x = arith::SelectOp::create(b, isAbove, splat.x, lo);
    Value isBelow = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, hi);
    return arith::SelectOp::create(b, isBelow, x, hi);
  }

  static Value divide(SplatQuantize &splat, Value x) {
    ImplicitLocOpBuilder &b = splat.b;
    Value q0 = arith::MulFOp::create(b, x, splat.inverses);
    Value r =
        math::FmaOp::create(b, arith::NegFOp::create(b, q0), splat.scales, x);
    return math::FmaOp::create(b, r, splat.inverses, q0);
  }

  bool hasAVX512;
};

} // namespace

void quant_ext::populateDivideBySplatPatterns(RewritePatternSet &patterns,
                                              const TargetInfo &target) {
  patterns.add<MultiplyByReciprocal>(patterns.getContext());
  // Without the instruction, a fused multiply-add is a call for each lane.
  if (target.hasFMA)
    patterns.add<DivideExactly>(patterns.getContext(), target.hasAVX512);
}
