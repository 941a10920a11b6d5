//===- ScaleSource.cpp - Where lanes have their scales from ---------------===//

#include "ScaleSource.h"
#include "SplatScalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

static bool isDefinedOutsideOfLoop(Value value, Operation *op) {
  auto loop = op->getParentOfType<LoopLikeOpInterface>();
  return loop && loop.isDefinedOutsideOfLoop(value);
}

Value ScaleSource::spread(ImplicitLocOpBuilder &b, Value ofSource,
                          VectorType type, int64_t first, int64_t step) const {
  if (isScalar())
    return vector::BroadcastOp::create(b, type, ofSource);
  if (lanes.empty() && step == 1)
    return ofSource;
  SmallVector<int64_t> elements;
  for (int64_t i = 0, e = type.getNumElements(), lane = first; i < e;
       ++i, lane += step)
    elements.push_back(lanes.empty() ? lane : lanes[lane]);
  return vector::ShuffleOp::create(b, ofSource, ofSource, elements);
}

FailureOr<ScaleSource> quant_ext::findScaleSource(Operation *op, Value scale) {
  ScaleSource source;
  if ((source.scale = getSplatScalar(scale)) ||
      (source.scale = getShuffled(scale, source.lanes)))
    return source;
  if (!isDefinedOutsideOfLoop(scale, op))
    return failure();
  source.scale = scale;
  return source;
}

FailureOr<ScaleSource> quant_ext::matchSharedScale(ApplyQuantizeOp op,
                                                   Division division,
                                                   PatternRewriter &rewriter) {
  auto isDouble = [](Value value) {
    return getElementTypeOrSelf(value).isF64();
  };
  if (op.getDivision() != division)
    return rewriter.notifyMatchFailure(op, "it divides in another way");
  auto type = dyn_cast<VectorType>(op.getInput().getType());
  if (!type || type.getRank() != 1)
    return rewriter.notifyMatchFailure(op, "it is not on vectors");
  if (isDouble(op.getInput()) || isDouble(op.getScale()))
    return rewriter.notifyMatchFailure(op, "it computes in f64");
  FailureOr<ScaleSource> source = findScaleSource(op, op.getScale());
  if (failed(source))
    return rewriter.notifyMatchFailure(op, "nobody shares its scales");
  return source;
}

/// The zero points of `source`; null where some lanes that share a scale may
/// differ in them.
static Value matchZeroPoint(ApplyQuantizeOp op, const ScaleSource &source) {
  if (Value scalar = getSplatScalar(op.getZeroPoint()))
    return scalar;
  if (source.isScalar())
    return Value();
  if (source.lanes.empty())
    return isDefinedOutsideOfLoop(op.getZeroPoint(), op) ? op.getZeroPoint()
                                                         : Value();
  SmallVector<int64_t> lanes;
  Value shuffled = getShuffled(op.getZeroPoint(), lanes);
  bool isSame = shuffled && lanes == source.lanes &&
                cast<VectorType>(shuffled.getType()).getShape() ==
                    cast<VectorType>(source.scale.getType()).getShape();
  return isSame ? shuffled : Value();
}

FailureOr<ScaleSource> quant_ext::matchExactScale(ApplyQuantizeOp op,
                                                  PatternRewriter &rewriter) {
  FailureOr<ScaleSource> source =
      matchSharedScale(op, Division::Exact, rewriter);
  if (failed(source))
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
  if (!op.getZeroPoint())
    return source;
  source->zeroPoint = matchZeroPoint(op, *source);
  if (!source->zeroPoint)
    return rewriter.notifyMatchFailure(op, "lanes may differ in zero point");
  return source;
}

Value quant_ext::widenToF32(ImplicitLocOpBuilder &b, Value value) {
  Type wide = b.getF32Type();
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    wide = vector.clone(wide);
  return value.getType() == wide ? value
                                 : arith::ExtFOp::create(b, wide, value);
}

Value quant_ext::createConstantLike(ImplicitLocOpBuilder &b, Type like,
                                    TypedAttr number) {
  if (auto vector = dyn_cast<VectorType>(like))
    number = DenseElementsAttr::get(vector, Attribute(number));
  return arith::ConstantOp::create(b, number);
}

Value quant_ext::emitIsEachWithin(ImplicitLocOpBuilder &b, Value value,
                                  float lo, float hi) {
  auto compare = [&](arith::CmpFPredicate predicate, float bound) -> Value {
    Value bounds =
        createConstantLike(b, value.getType(), b.getF32FloatAttr(bound));
    return arith::CmpFOp::create(b, predicate, value, bounds);
  };
  return arith::AndIOp::create(b, compare(arith::CmpFPredicate::OGE, lo),
                               compare(arith::CmpFPredicate::OLE, hi));
}

Value quant_ext::emitIsEvery(ImplicitLocOpBuilder &b, Value condition) {
  auto type = dyn_cast<VectorType>(condition.getType());
  if (!type)
    return condition;
  // Of other numbers of elements, LLVM takes vectors apart one by one.
  int64_t size = type.getNumElements();
  if (!llvm::isPowerOf2_64(size)) {
    auto elements = llvm::to_vector(llvm::seq(size));
    elements.resize(llvm::PowerOf2Ceil(size), size - 1);
    condition = vector::ShuffleOp::create(b, condition, condition, elements);
  }
  return vector::ReductionOp::create(b, vector::CombiningKind::AND, condition);
}
