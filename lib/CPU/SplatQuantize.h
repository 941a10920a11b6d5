//===- SplatQuantize.h - Quantization by a scale of all lanes ---*- C++ -*-===//
//
// Exact division: with inv = RN(1/s), q0 = RN(x * inv), r = RN(x - q0 * s) and
// q1 = RN(q0 + r * inv), the last two by fused multiply-adds, q1 = RN(x / s)
// for 2^-100 <= s < 2^(127 - bits), once x is clamped to what does not saturate
// (Brisebarre, Muller, Raina, "Accelerating correctly rounded floating-point
// division when the divisor is known in advance", IEEE TC 2004).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_SPLATQUANTIZE_H
#define QUANTEXT_LIB_CPU_SPLATQUANTIZE_H

#include "QuantExt/IR/QuantExt.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// The scale that all lanes of `op` share, where it divides in this way and
/// computes in f32.
FailureOr<Value> matchSplat(ApplyQuantizeOp op, Division division,
                            PatternRewriter &rewriter);

/// The same for exact division, where the steps above give what `op` rounds.
FailureOr<Value> matchExactSplat(ApplyQuantizeOp op, PatternRewriter &rewriter);

/// Builds the arithmetic of an operation whose lanes share a scale, in f32
/// throughout: vectors of bf16 that live across a branch are taken apart lane
/// by lane by LLVM.
class SplatQuantize {
public:
  SplatQuantize(OpBuilder &builder, ApplyQuantizeOp op, Value scalarScale);

  Value constant(float value);
  Value splat(Value scalar);

  /// Whether 1 / s is a finite normal number.
  Value hasNormalInverse();
  /// Whether the steps above apply to the scale.
  Value isDividedExactly();

  /// RN((bound - zero point) * s), in all lanes. What lies beyond it saturates,
  /// and it rounds to the bound itself when it is divided by s.
  Value scaleBound(int64_t bound);
  /// x between the bounds; NaN goes to `lo`, because it compares false.
  Value clamp(Value lo, Value hi);
  /// values / s, by the steps above.
  Value divide(Value values);
  /// x * (1 / s).
  Value multiply();

  /// The operation, exactly dividing, on values and scales other than its own.
  Value quantize(Value values, Value theirScales);

  /// One of the two values by `condition`, which is the same for all lanes.
  Value branch(Type result, Value condition, function_ref<Value()> ifTrue,
               function_ref<Value()> ifFalse);

  ImplicitLocOpBuilder b;
  ApplyQuantizeOp op;
  VectorType type;
  Value x, scale, inverse, scales, inverses;
  /// A scalar, or null.
  Value zeroPoint;

private:
  Value widenAtDefinition(Value value);
  Value widen(Value value);
  Value isWithin(Value value, float lo, float hi);
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SPLATQUANTIZE_H
