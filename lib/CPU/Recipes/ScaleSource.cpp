//===- ScaleSource.cpp - Where lanes have their scales from ---------------===//

#include "ScaleSource.h"
#include "SplatScalar.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace mlir::quant_ext;

static bool isDefinedOutsideOfLoop(Value value, Operation *op) {
  auto loop = op->getParentOfType<LoopLikeOpInterface>();
  return loop && loop.isDefinedOutsideOfLoop(value);
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
  ScaleSource source;
  if ((source.scale = getSplatScalar(op.getScale())) ||
      (source.scale = getShuffled(op.getScale(), source.lanes)))
    return source;
  if (!isDefinedOutsideOfLoop(op.getScale(), op))
    return rewriter.notifyMatchFailure(op, "nobody shares its scales");
  source.scale = op.getScale();
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
