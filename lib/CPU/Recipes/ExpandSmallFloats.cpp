//===- ExpandSmallFloats.cpp - f16 and bf16 by integer arithmetic ---------===//
//
// Bit manipulation after the layouts of IEEE 754: f32 has 8 exponent and 23
// fraction bits, f16 5 and 10, bf16 8 and 7.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTEXPANDSMALLFLOATS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// Builds arith operations on scalars or vectors of one shape.
class BitBuilder {
public:
  BitBuilder(OpBuilder &builder, Location loc, Type shapeOf)
      : b(loc, builder), shape(shapeOf) {}

  Type like(Type element) const {
    if (auto vector = dyn_cast<VectorType>(shape))
      return vector.clone(element);
    return element;
  }
  Type i16() { return like(b.getI16Type()); }
  Type i32() { return like(b.getI32Type()); }
  Type f32() { return like(b.getF32Type()); }
  Type f64() { return like(b.getF64Type()); }

  Value constant(uint32_t bits) { return splat(b.getI32IntegerAttr(bits)); }
  Value constantFloat(float value) { return splat(b.getF32FloatAttr(value)); }

  Value bitcast(Value v, Type type) {
    return arith::BitcastOp::create(b, type, v);
  }
  Value bits(Value float32) { return bitcast(float32, i32()); }
  Value zeroExtend(Value v) { return arith::ExtUIOp::create(b, i32(), v); }
  Value truncate(Value v) { return arith::TruncIOp::create(b, i16(), v); }
  Value extend(Value v, Type type) { return arith::ExtFOp::create(b, type, v); }
  Value round(Value v, Type type) {
    return arith::TruncFOp::create(b, type, v);
  }

  Value band(Value v, uint32_t mask) {
    return arith::AndIOp::create(b, v, constant(mask));
  }
  Value bor(Value lhs, Value rhs) { return arith::OrIOp::create(b, lhs, rhs); }
  Value add(Value lhs, Value rhs) { return arith::AddIOp::create(b, lhs, rhs); }
  Value sub(Value lhs, Value rhs) { return arith::SubIOp::create(b, lhs, rhs); }
  Value shl(Value v, uint32_t count) {
    return arith::ShLIOp::create(b, v, constant(count));
  }
  Value shr(Value v, uint32_t count) {
    return arith::ShRUIOp::create(b, v, constant(count));
  }
  Value addFloat(Value lhs, Value rhs) {
    return arith::AddFOp::create(b, lhs, rhs);
  }
  Value subFloat(Value lhs, Value rhs) {
    return arith::SubFOp::create(b, lhs, rhs);
  }
  Value abs(Value float64) {
    // math.absf would need a dialect for one bit.
    Type i64 = like(b.getI64Type());
    Value mask = splat(b.getI64IntegerAttr(INT64_MAX));
    Value raw = bitcast(float64, i64);
    return bitcast(arith::AndIOp::create(b, raw, mask), f64());
  }
  Value compare(arith::CmpIPredicate predicate, Value lhs, uint32_t rhs) {
    return arith::CmpIOp::create(b, predicate, lhs, constant(rhs));
  }
  Value compareFloat(arith::CmpFPredicate predicate, Value lhs, Value rhs) {
    return arith::CmpFOp::create(b, predicate, lhs, rhs);
  }
  Value andMask(Value lhs, Value rhs) {
    return arith::AndIOp::create(b, lhs, rhs);
  }
  Value select(Value condition, Value ifTrue, Value ifFalse) {
    return arith::SelectOp::create(b, condition, ifTrue, ifFalse);
  }

private:
  Value splat(TypedAttr element) {
    Type type = like(element.getType());
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(b,
                                       DenseElementsAttr::get(vector, element));
    return arith::ConstantOp::create(b, element);
  }

  ImplicitLocOpBuilder b;
  Type shape;
};

} // namespace

//===----------------------------------------------------------------------===//
// The conversions
//===----------------------------------------------------------------------===//

// bf16 is the upper half of f32.
static Value extendBF16(BitBuilder &b, Value x) {
  return b.bitcast(b.shl(b.zeroExtend(b.bitcast(x, b.i16())), 16), b.f32());
}

// Adding half of the last kept place, less one unless that place is odd,
// carries into it exactly where nearest-even rounds up; from the largest finite
// number the carry makes infinity. A NaN could carry into zero, so it is made
// quiet.
static Value roundToBF16(BitBuilder &b, Value x, Type type, bool mayBeNaN) {
  Value bits = b.bits(x);
  Value odd = b.band(b.shr(bits, 16), 1);
  Value rounded = b.add(b.add(bits, b.constant(0x7FFF)), odd);
  if (mayBeNaN) {
    Value quiet = b.bor(bits, b.constant(0x00400000));
    Value isNaN = b.compareFloat(arith::CmpFPredicate::UNO, x, x);
    rounded = b.select(isNaN, quiet, rounded);
  }
  return b.bitcast(b.truncate(b.shr(rounded, 16)), type);
}

// Moving the fields of f16 to the places of f32 leaves the exponent short by
// 127 - 15 = 112, and by as much again for infinity and NaN. A subnormal is
// given the exponent of 2^-14, whose hidden bit is then subtracted: exact, and
// no f32 subnormal appears on the way.
static Value extendF16(BitBuilder &b, Value x) {
  constexpr uint32_t kBias = 112u << 23;
  Value half = b.zeroExtend(b.bitcast(x, b.i16()));
  Value sign = b.shl(b.band(half, 0x8000), 16);
  Value magnitude = b.band(half, 0x7FFF);
  Value moved = b.add(b.shl(magnitude, 13), b.constant(kBias));

  Value lifted = b.bitcast(b.add(moved, b.constant(1u << 23)), b.f32());
  Value subnormal = b.bits(b.subFloat(lifted, b.constantFloat(0x1.0p-14f)));
  Value special = b.add(moved, b.constant(kBias));
  // The quiet bit, for a NaN only: infinity has no fraction.
  Value quiet = b.bor(special, b.constant(0x00400000));

  Value isSubnormal = b.compare(arith::CmpIPredicate::ult, magnitude, 0x0400);
  Value isSpecial = b.compare(arith::CmpIPredicate::uge, magnitude, 0x7C00);
  Value isNaN = b.compare(arith::CmpIPredicate::ugt, magnitude, 0x7C00);
  Value result = b.select(isSubnormal, subnormal, moved);
  result = b.select(isSpecial, special, result);
  result = b.select(isNaN, quiet, result);
  return b.bitcast(b.bor(result, sign), b.f32());
}

// Normal results round as bf16 does, 13 places lower. For subnormal ones the
// f32 adder rounds: next to 0.5 its last place is 2^-24, f16's smallest step.
static Value roundToF16(BitBuilder &b, Value x, Type type) {
  Value bits = b.bits(x);
  Value sign = b.shr(b.band(bits, 0x80000000u), 16);
  Value magnitude = b.band(bits, 0x7FFFFFFFu);

  Value odd = b.band(b.shr(magnitude, 13), 1);
  Value normal = b.add(magnitude, b.constant(0xFFFu - (112u << 23)));
  normal = b.shr(b.add(normal, odd), 13);

  Value half = b.constantFloat(0.5f);
  Value sum = b.addFloat(b.bitcast(magnitude, b.f32()), half);
  Value subnormal = b.sub(b.bits(sum), b.bits(half));

  // From 2^16 on everything is infinity; between f16's largest number and there
  // the carry of the rounding makes it.
  Value isHuge = b.compare(arith::CmpIPredicate::uge, magnitude, 143u << 23);
  Value isNaN = b.compare(arith::CmpIPredicate::ugt, magnitude, 0x7F800000u);
  Value isTiny = b.compare(arith::CmpIPredicate::ult, magnitude, 113u << 23);
  Value payload = b.band(b.shr(magnitude, 13), 0x03FF);
  Value nan = b.bor(payload, b.constant(0x7E00));

  Value result = b.select(isTiny, subnormal, normal);
  result = b.select(isHuge, b.constant(0x7C00), result);
  result = b.select(isNaN, nan, result);
  return b.bitcast(b.truncate(b.bor(result, sign)), type);
}

// The f32 whose last bit is 1 among the two that enclose `x`, or `x` itself
// where it is an f32. Two or more places beyond the final precision, this makes
// the second rounding come out as a single one would (Boldo, Melquiond 2008).
// Overflow gives the largest finite number and underflow the smallest
// subnormal: both are odd, and round on as `x` would have.
static Value roundToOddF32(BitBuilder &b, Value x) {
  Value nearest = b.round(x, b.f32());
  Value exact = b.extend(nearest, b.f64());
  Value bits = b.bits(nearest);

  Value isInexact = b.compareFloat(arith::CmpFPredicate::ONE, exact, x);
  Value isEven = b.compare(arith::CmpIPredicate::eq, b.band(bits, 1), 0);
  // Signs agree, so that the bits order the magnitudes.
  Value isAbove =
      b.compareFloat(arith::CmpFPredicate::OGT, b.abs(exact), b.abs(x));
  Value inward = b.sub(bits, b.constant(1));
  Value outward = b.add(bits, b.constant(1));
  Value neighbour = b.select(isAbove, inward, outward);
  Value odd = b.select(b.andMask(isInexact, isEven), neighbour, bits);
  return b.bitcast(odd, b.f32());
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// Whether `op` is one of those that the name of the operation around it stands
/// for: that one's verifier knows no others.
static bool isInNamedOperation(Operation *op) {
  Operation *parent = op->getParentOp();
  return isa_and_nonnull<linalg::LinalgOp>(parent) &&
         !isa<linalg::GenericOp, linalg::MapOp, linalg::ReduceOp>(parent);
}

namespace {

struct ExpandExtend : public OpRewritePattern<arith::ExtFOp> {
  ExpandExtend(MLIRContext *context, bool expandF16)
      : OpRewritePattern(context), expandF16(expandF16) {}

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getIn().getType());
    Type to = getElementTypeOrSelf(op.getType());
    if (!from.isBF16() && !(from.isF16() && expandF16))
      return rewriter.notifyMatchFailure(op, "the target has this conversion");
    if (!to.isF32() && !to.isF64())
      return rewriter.notifyMatchFailure(op, "the result is not f32 or f64");
    if (isInNamedOperation(op))
      return rewriter.notifyMatchFailure(op, "a named operation implies it");
    BitBuilder b(rewriter, op.getLoc(), op.getType());
    Value wide =
        from.isBF16() ? extendBF16(b, op.getIn()) : extendF16(b, op.getIn());
    if (to.isF64())
      wide = b.extend(wide, op.getType());
    rewriter.replaceOp(op, wide);
    return success();
  }

  bool expandF16;
};

struct ExpandTruncate : public OpRewritePattern<arith::TruncFOp> {
  ExpandTruncate(MLIRContext *context, bool expandF16)
      : OpRewritePattern(context), expandF16(expandF16) {}

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getIn().getType());
    Type to = getElementTypeOrSelf(op.getType());
    if (!to.isBF16() && !to.isF16())
      return rewriter.notifyMatchFailure(op, "the result is not f16 or bf16");
    if (!from.isF32() && !from.isF64())
      return rewriter.notifyMatchFailure(op, "the input is not f32 or f64");
    if (to.isF16() && from.isF32() && !expandF16)
      return rewriter.notifyMatchFailure(op, "the target has this conversion");
    if (op.getRoundingmode() &&
        *op.getRoundingmode() != arith::RoundingMode::to_nearest_even)
      return rewriter.notifyMatchFailure(op,
                                         "rounds otherwise than to nearest");
    if (isInNamedOperation(op))
      return rewriter.notifyMatchFailure(op, "a named operation implies it");

    BitBuilder b(rewriter, op.getLoc(), op.getType());
    Value x = op.getIn();
    if (from.isF64())
      x = roundToOddF32(b, x);
    Value result;
    if (to.isBF16())
      result = roundToBF16(b, x, op.getType(), /*mayBeNaN=*/!isNaNFree(op));
    else if (expandF16)
      result = roundToF16(b, x, op.getType());
    else
      result = b.round(x, op.getType());
    rewriter.replaceOp(op, result);
    return success();
  }

  static bool isNaNFree(arith::TruncFOp op) {
    return op.getFastmath() &&
           arith::bitEnumContainsAll(*op.getFastmath(),
                                     arith::FastMathFlags::nnan);
  }

  bool expandF16;
};

/// LLVM takes a vector of bf16 apart lane by lane where it lives across a
/// branch; of i16 it does not.
struct DeinterleaveAsIntegers
    : public OpRewritePattern<vector::DeinterleaveOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(vector::DeinterleaveOp op,
                                PatternRewriter &rewriter) const override {
    VectorType type = op.getSourceVectorType();
    if (!type.getElementType().isBF16())
      return rewriter.notifyMatchFailure(op, "it is not on bf16");
    Location loc = op.getLoc();
    Value bits = arith::BitcastOp::create(
        rewriter, loc, type.clone(rewriter.getI16Type()), op.getSource());
    auto split = vector::DeinterleaveOp::create(rewriter, loc, bits);
    SmallVector<Value> results =
        llvm::map_to_vector(split.getResults(), [&](Value half) -> Value {
          return arith::BitcastOp::create(rewriter, loc,
                                          op.getResultVectorType(), half);
        });
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// LLVM knows no shuffle of small floats that have no register: of 17 bf16, or
/// of floats of 8 bits at all.
struct ShuffleAsIntegers : public OpRewritePattern<vector::ShuffleOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(vector::ShuffleOp op,
                                PatternRewriter &rewriter) const override {
    VectorType type = op.getResultVectorType();
    unsigned width = type.getElementTypeBitWidth();
    if (!isa<FloatType>(type.getElementType()) || width > 16)
      return rewriter.notifyMatchFailure(op, "it is not on small floats");
    Location loc = op.getLoc();
    auto toBits = [&](Value vector) -> Value {
      auto bits = cast<VectorType>(vector.getType())
                      .clone(rewriter.getIntegerType(width));
      return arith::BitcastOp::create(rewriter, loc, bits, vector);
    };
    Value shuffled = vector::ShuffleOp::create(
        rewriter, loc, toBits(op.getV1()), toBits(op.getV2()), op.getMask());
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, shuffled);
    return success();
  }
};

/// Upstream's emulation of f16 and bf16 arithmetic lets its conversions cancel
/// each other, and with them the rounding that each operation has to do.
void keepRoundings(Operation *root) {
  root->walk([](Operation *op) {
    auto truncate = dyn_cast<arith::TruncFOp>(op);
    if (auto extend = dyn_cast<arith::ExtFOp>(op))
      extend.removeFastmathAttr();
    else if (truncate && ExpandTruncate::isNaNFree(truncate))
      truncate.setFastmath(arith::FastMathFlags::nnan);
    else if (truncate)
      truncate.removeFastmathAttr();
  });
}

struct ExpandSmallFloatsPass
    : public quant_ext::impl::QuantExtExpandSmallFloatsBase<
          ExpandSmallFloatsPass> {
  using QuantExtExpandSmallFloatsBase::QuantExtExpandSmallFloatsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    RewritePatternSet set(context);
    populateExpandSmallFloatsPatterns(set, *info);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    keepRoundings(getOperation());
    if (failed(applyPatternsGreedily(getOperation(), patterns)))
      return signalPassFailure();
  }

  FrozenRewritePatternSet patterns;
};

} // namespace

void quant_ext::populateExpandSmallFloatsPatterns(RewritePatternSet &patterns,
                                                  const TargetInfo &target) {
  patterns.add<ExpandExtend, ExpandTruncate>(patterns.getContext(),
                                             !target.hasF16Conversion);
  patterns.add<DeinterleaveAsIntegers, ShuffleAsIntegers>(
      patterns.getContext());
}
