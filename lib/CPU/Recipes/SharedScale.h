//===- SharedScale.h - Quantization by scales that are shared ---*- C++ -*-===//
//
// Exact division: with inv = RN(1/s), q0 = RN(x * inv), r = RN(x - q0 * s) and
// q1 = RN(q0 + r * inv), the last two by fused multiply-adds, q1 = RN(x / s)
// for 2^-100 <= s < 2^(127 - bits), once x is clamped to what does not saturate
// (Brisebarre, Muller, Raina, "Accelerating correctly rounded floating-point
// division when the divisor is known in advance", IEEE TC 2004).
//
// Integers of 8 bits take one step less, which adds the rest of the inverse,
// rest = RN((1 - s * inv) / s): q = RN(x * inv + RN(x * rest)), from 2^-100, or
// 2^-24 where x * rest must not overflow, to 2^64, where no part of rest that
// matters underflows (same authors' form with two multiplications). Where q is
// not RN(x / s) but its neighbour, both are on the same side of the middle of
// any two integers up to 255, and neither is it: so for all x next to such a
// middle and all 2^23 significands of s, as `quant-exhaustive --ties` counts
// again; of other exponents too, because no step of it underflows between these
// bounds. Up to 65,536 it is not so.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_SHAREDSCALE_H
#define QUANTEXT_LIB_CPU_SHAREDSCALE_H

#include "ScaleSource.h"

namespace mlir::quant_ext {

/// Builds the arithmetic of an operation whose scales are shared, in f32
/// throughout: vectors of bf16 that live across a branch are taken apart lane
/// by lane by LLVM.
class SharedScale {
public:
  SharedScale(OpBuilder &builder, ApplyQuantizeOp op,
              const ScaleSource &source);

  /// Whether 1 / s is a finite normal number, for all of the source.
  Value hasNormalInverse();
  /// Whether the steps above apply to all of the source, and to x of any size
  /// where an infinity or NaN would not do for a quotient that `mayOverflow`.
  Value isDividedExactly(bool mayOverflow);

  /// RN((bound - zero point) * s), in all lanes. What lies beyond it saturates,
  /// and it rounds to the bound itself when it is divided by s.
  Value scaleBound(int64_t bound);
  /// x between the bounds; NaN goes to `lo`, because it compares false.
  Value clamp(Value lo, Value hi);
  /// values / s, by the steps above: exact once rounded to an integer of the
  /// storage.
  Value divide(Value values);
  /// values * (1 / s).
  Value multiply(Value values);

  /// What `op` rounds, for scales that the ways above do not serve: x / s, or
  /// x * (1 / s) in lanes where `op` asks for that and 1 / s is normal.
  Value divideEach();

  /// The operation by multiplying.
  Value quantizeMultiplied();
  /// The operation on scales that the ways above do not serve.
  Value quantizeEach();

  /// What `emit` makes of `value` alone, made where `value` is, lest that live
  /// across the branch of another operation that shares its definition.
  Value emitAtDefinition(Value value, function_ref<Value()> emit);

  /// One of the two values by `condition`, which is the same for all lanes.
  Value branch(Type result, Value condition, function_ref<Value()> ifTrue,
               function_ref<Value()> ifFalse);

  ImplicitLocOpBuilder b;
  ApplyQuantizeOp op;
  /// What the lanes have.
  VectorType type;
  Value x, scales, inverses;
  /// Of the source, in f32.
  Value scale, inverse;

private:
  /// Whether the shorter steps give what `op` rounds.
  bool hasShortSteps();
  Value quantize(Value values, Value theirScales, Division division);
  Value spread(Value ofSource);
  Value emitRest();
  Value widenAtDefinition(Value value);
  Value isNormal(Value inverse);

  ScaleSource source;
  /// What the reciprocals lack, in all lanes, where `divide` adds that.
  Value rests;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SHAREDSCALE_H
