//===- SplatQuantize.cpp - Quantization by a scale of all lanes -----------===//

#include "SplatQuantize.h"
#include "SplatScalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// What it serves
//===----------------------------------------------------------------------===//

FailureOr<Value> quant_ext::matchSplat(ApplyQuantizeOp op, Division division,
                                       PatternRewriter &rewriter) {
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

FailureOr<Value> quant_ext::matchExactSplat(ApplyQuantizeOp op,
                                            PatternRewriter &rewriter) {
  FailureOr<Value> scale = matchSplat(op, Division::Exact, rewriter);
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
  if (op.getZeroPoint() && !getSplatScalar(op.getZeroPoint()))
    return rewriter.notifyMatchFailure(op, "lanes may differ in zero point");
  return scale;
}

//===----------------------------------------------------------------------===//
// The arithmetic
//===----------------------------------------------------------------------===//

SplatQuantize::SplatQuantize(OpBuilder &builder, ApplyQuantizeOp op,
                             Value scalarScale)
    : b(op.getLoc(), builder), op(op) {
  type = cast<VectorType>(op.getInput().getType()).clone(b.getF32Type());
  x = widenAtDefinition(op.getInput());
  scale = widen(scalarScale);
  inverse = arith::DivFOp::create(b, constant(1.0f), scale);
  scales = splat(scale);
  inverses = splat(inverse);
  if (op.getZeroPoint())
    zeroPoint = getSplatScalar(op.getZeroPoint());
}

/// Widens where the value is made, lest it live across the branch of another
/// operation that shares its definition.
Value SplatQuantize::widenAtDefinition(Value value) {
  OpBuilder::InsertionGuard guard(b);
  if (value.getDefiningOp())
    b.setInsertionPointAfterValue(value);
  return widen(value);
}

Value SplatQuantize::widen(Value value) {
  Type wide = isa<VectorType>(value.getType()) ? Type(type) : b.getF32Type();
  return value.getType() == wide ? value
                                 : arith::ExtFOp::create(b, wide, value);
}

Value SplatQuantize::constant(float value) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
}

Value SplatQuantize::splat(Value scalar) {
  return vector::BroadcastOp::create(b, type, scalar);
}

/// lo <= value <= hi, which NaN fails.
Value SplatQuantize::isWithin(Value value, float lo, float hi) {
  return arith::AndIOp::create(
      b,
      arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, value, constant(lo)),
      arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, value, constant(hi)));
}

Value SplatQuantize::hasNormalInverse() {
  return isWithin(math::AbsFOp::create(b, inverse),
                  std::numeric_limits<float>::min(),
                  std::numeric_limits<float>::max());
}

Value SplatQuantize::isDividedExactly() {
  int width = op.getStorage().getWidth();
  // The largest number below the bound that the proof gives.
  float largest = std::nextafter(std::ldexp(1.0f, 127 - width), 0.0f);
  return isWithin(scale, 0x1p-100f, largest);
}

Value SplatQuantize::scaleBound(int64_t bound) {
  Value steps = constant(static_cast<float>(bound));
  if (zeroPoint) {
    Type i32 = b.getI32Type();
    Value z = op.getStorage().getIsSigned()
                  ? Value(arith::ExtSIOp::create(b, i32, zeroPoint))
                  : Value(arith::ExtUIOp::create(b, i32, zeroPoint));
    Value limit = arith::ConstantOp::create(b, b.getI32IntegerAttr(bound));
    steps = arith::SIToFPOp::create(b, b.getF32Type(),
                                    arith::SubIOp::create(b, limit, z));
  }
  return splat(arith::MulFOp::create(b, steps, scale));
}

Value SplatQuantize::clamp(Value lo, Value hi) {
  Value isAbove = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, lo);
  Value values = arith::SelectOp::create(b, isAbove, x, lo);
  Value isBelow =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, values, hi);
  return arith::SelectOp::create(b, isBelow, values, hi);
}

Value SplatQuantize::divide(Value values) {
  Value q0 = arith::MulFOp::create(b, values, inverses);
  Value r =
      math::FmaOp::create(b, arith::NegFOp::create(b, q0), scales, values);
  return math::FmaOp::create(b, r, inverses, q0);
}

Value SplatQuantize::multiply() {
  return arith::MulFOp::create(b, x, inverses);
}

Value SplatQuantize::quantize(Value values, Value theirScales) {
  return ApplyQuantizeOp::create(
      b, op.getResult().getType(), values, theirScales, op.getZeroPoint(),
      op.getSeed(), op.getCounter(), op.getStorage(), op.getRounding(),
      Division::Exact, op.getPrecisionAttr(), op.getSaturate());
}

Value SplatQuantize::branch(Type result, Value condition,
                            function_ref<Value()> ifTrue,
                            function_ref<Value()> ifFalse) {
  OpBuilder::InsertionGuard guard(b);
  auto branch = scf::IfOp::create(b, result, condition, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, ifTrue());
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, ifFalse());
  return branch.getResult(0);
}
