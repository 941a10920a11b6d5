//===- SharedScale.cpp - Quantization by scales that are shared -----------===//

#include "SharedScale.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace mlir::quant_ext;

/// `element`, or the vector of it with the shape of `value`.
static Type typeLike(Value value, Type element) {
  auto vector = dyn_cast<VectorType>(value.getType());
  return vector ? Type(vector.clone(element)) : element;
}

SharedScale::SharedScale(OpBuilder &builder, ApplyQuantizeOp op,
                         const ScaleSource &source)
    : b(op.getLoc(), builder), op(op), source(source) {
  type = cast<VectorType>(op.getInput().getType()).clone(b.getF32Type());
  x = widenAtDefinition(op.getInput());
  scale = widenAtDefinition(source.scale);
  inverse = arith::DivFOp::create(
      b, createConstantLike(b, scale.getType(), b.getF32FloatAttr(1.0f)),
      scale);
  scales = spread(scale);
  inverses = spread(inverse);
  if (op.getDivision() == Division::Exact && hasShortSteps())
    rests = spread(emitRest());
}

/// What the reciprocal lacks. Not where a branch needs it: there it would be
/// computed for each of them, and in each iteration of a loop around.
Value SharedScale::emitRest() {
  Value one = createConstantLike(b, scale.getType(), b.getF32FloatAttr(1.0f));
  Value residual =
      math::FmaOp::create(b, arith::NegFOp::create(b, inverse), scale, one);
  return arith::DivFOp::create(b, residual, scale);
}

Value SharedScale::emitAtDefinition(Value value, function_ref<Value()> emit) {
  OpBuilder::InsertionGuard guard(b);
  if (value.getDefiningOp())
    b.setInsertionPointAfterValue(value);
  return emit();
}

Value SharedScale::widenAtDefinition(Value value) {
  return emitAtDefinition(value, [&] { return widenToF32(b, value); });
}

/// In all lanes.
Value SharedScale::spread(Value ofSource) {
  return source.spread(b, ofSource, type);
}

Value SharedScale::isNormal(Value inverse) {
  return emitIsEachWithin(b, math::AbsFOp::create(b, inverse),
                          std::numeric_limits<float>::min(),
                          std::numeric_limits<float>::max());
}

Value SharedScale::hasNormalInverse() {
  return emitIsEvery(b, isNormal(inverse));
}

bool SharedScale::hasShortSteps() { return op.getStorage().getWidth() <= 8; }

Value SharedScale::isDividedExactly(bool mayOverflow) {
  if (hasShortSteps())
    return emitIsEvery(b, emitIsEachWithin(b, scale,
                                           mayOverflow ? 0x1p-24f : 0x1p-100f,
                                           0x1p64f));
  int width = op.getStorage().getWidth();
  // The largest number below the bound that the proof gives.
  float largest = std::nextafter(std::ldexp(1.0f, 127 - width), 0.0f);
  return emitIsEvery(b, emitIsEachWithin(b, scale, 0x1p-100f, largest));
}

Value SharedScale::scaleBound(int64_t bound) {
  Value steps =
      createConstantLike(b, scale.getType(), b.getF32FloatAttr(bound));
  if (Value z = source.zeroPoint) {
    Type i32 = typeLike(z, b.getI32Type());
    z = op.getStorage().getIsSigned()
            ? Value(arith::ExtSIOp::create(b, i32, z))
            : Value(arith::ExtUIOp::create(b, i32, z));
    Value limit = createConstantLike(b, i32, b.getI32IntegerAttr(bound));
    steps = arith::SIToFPOp::create(b, typeLike(z, b.getF32Type()),
                                    arith::SubIOp::create(b, limit, z));
    if (steps.getType() != scale.getType())
      steps = vector::BroadcastOp::create(b, scale.getType(), steps);
  }
  return spread(arith::MulFOp::create(b, steps, scale));
}

Value SharedScale::clamp(Value lo, Value hi) {
  Value isAbove = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, lo);
  Value values = arith::SelectOp::create(b, isAbove, x, lo);
  Value isBelow =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, values, hi);
  return arith::SelectOp::create(b, isBelow, values, hi);
}

Value SharedScale::divide(Value values) {
  if (rests) {
    Value correction = arith::MulFOp::create(b, values, rests);
    return math::FmaOp::create(b, values, inverses, correction);
  }
  Value q0 = arith::MulFOp::create(b, values, inverses);
  Value r =
      math::FmaOp::create(b, arith::NegFOp::create(b, q0), scales, values);
  return math::FmaOp::create(b, r, inverses, q0);
}

Value SharedScale::multiply(Value values) {
  return arith::MulFOp::create(b, values, inverses);
}

Value SharedScale::divideEach() {
  Value quotient = arith::DivFOp::create(b, x, scales);
  if (op.getDivision() == Division::Exact || source.isScalar())
    return quotient;
  return arith::SelectOp::create(b, isNormal(inverses), multiply(x), quotient);
}

Value SharedScale::quantize(Value values, Value theirScales,
                            Division division) {
  return ApplyQuantizeOp::create(
      b, op.getResult().getType(), values, theirScales, op.getZeroPoint(),
      op.getSeed(), op.getCounter(), op.getStorage(), op.getRounding(),
      division, op.getPrecisionAttr(), op.getSaturate());
}

Value SharedScale::quantizeMultiplied() {
  Value ones = createConstantLike(b, type, b.getF32FloatAttr(1.0f));
  return quantize(multiply(x), ones, Division::Exact);
}

Value SharedScale::quantizeEach() {
  return quantize(x, scales,
                  source.isScalar() ? Division::Exact : op.getDivision());
}

Value SharedScale::branch(Type result, Value condition,
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
