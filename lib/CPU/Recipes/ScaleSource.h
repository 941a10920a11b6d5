//===- ScaleSource.h - Where lanes have their scales from -------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_SCALESOURCE_H
#define QUANTEXT_LIB_CPU_SCALESOURCE_H

#include "QuantExt/IR/QuantExt.h"

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
};

/// The source of the scales of `op`, where it divides in this way, computes in
/// f32, and its lanes or the iterations of the loop around it share scales.
/// Zero points are not looked for.
FailureOr<ScaleSource> matchSharedScale(ApplyQuantizeOp op, Division division,
                                        PatternRewriter &rewriter);

/// The same with zero points for exact division, where the steps of
/// SharedScale.h give what `op` rounds.
FailureOr<ScaleSource> matchExactScale(ApplyQuantizeOp op,
                                       PatternRewriter &rewriter);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SCALESOURCE_H
