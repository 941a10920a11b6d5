//===- ScaleSource.h - Where lanes have their scales from -------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_SCALESOURCE_H
#define QUANTEXT_LIB_CPU_SCALESOURCE_H

#include "QuantExt/IR/QuantExt.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// The numbers that the scales of an operation's lanes are, where there are
/// fewer of them than quotients: what depends on them alone is computed once
/// for each.
struct ScaleSource {
  /// A scalar, which all lanes share; or a vector, of which `lanes` says which
  /// element is whose. Without `lanes` each lane has its own, and the
  /// iterations of a loop share them.
  Value scale;
  SmallVector<int64_t> lanes;
  /// The zero points of these scales, in the same form; null where there are
  /// none.
  Value zeroPoint;

  bool isScalar() const { return !isa<VectorType>(scale.getType()); }

  /// What `ofSource`, one for each scale, has for the lanes of a vector: for
  /// as many as `type` has, from `first` on, each `step`-th of them.
  Value spread(ImplicitLocOpBuilder &b, Value ofSource, VectorType type,
               int64_t first = 0, int64_t step = 1) const;
};

/// The source of `scale`, which is an operand of `op`; failure where each lane
/// has its own, in each iteration.
FailureOr<ScaleSource> findScaleSource(Operation *op, Value scale);

/// The source of the scales of `op`, where it divides in this way, computes in
/// f32, and its lanes or the iterations of the loop around it share scales.
/// Zero points are not looked for.
FailureOr<ScaleSource> matchSharedScale(ApplyQuantizeOp op, Division division,
                                        PatternRewriter &rewriter);

/// The same with zero points for exact division, where the steps of
/// SharedScale.h give what `op` rounds.
FailureOr<ScaleSource> matchExactScale(ApplyQuantizeOp op,
                                       PatternRewriter &rewriter);

/// lo <= value <= hi in each element, which NaN fails.
Value emitIsEachWithin(ImplicitLocOpBuilder &b, Value value, float lo,
                       float hi);

/// Whether `condition`, a scalar or a vector, holds in each element.
Value emitIsEvery(ImplicitLocOpBuilder &b, Value condition);

/// `value`, a scalar or a vector, in f32.
Value widenToF32(ImplicitLocOpBuilder &b, Value value);

/// `number` in all elements of `like`, a scalar type or that of a vector.
Value createConstantLike(ImplicitLocOpBuilder &b, Type like, TypedAttr number);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SCALESOURCE_H
