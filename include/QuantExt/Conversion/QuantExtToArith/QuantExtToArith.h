//===- QuantExtToArith.h - quant_ext on elements to arith -------*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H
#define QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

class ApplyQuantizeOp;
class ApplyRequantizeOp;

/// The real number that `op` rounds and clamps, in f32 or f64: x / scale, or
/// x * (1 / scale) where it asks for that and 1 / scale is finite and normal.
Value emitQuotient(OpBuilder &builder, ApplyQuantizeOp op);

/// What `op` makes of a quotient in [qmin - zero_point, qmax - zero_point]: the
/// rounded `value` plus the zero point. Storages of at most 16 bits.
Value emitRoundInRange(OpBuilder &builder, ApplyQuantizeOp op, Value value);

/// The real number that `op` rounds and clamps, in f32: the difference to the
/// zero point, times the multiplier.
Value emitProduct(OpBuilder &builder, ApplyRequantizeOp op);

/// What truncates to `value` rounded to nearest with ties away from zero, for
/// magnitudes up to 2^22 (f32) or 2^51 (f64): `value` moved away from zero by
/// the number below 1/2. By 1/2 itself, that number would come to 1. NaN and
/// infinities stay.
Value emitBiasAwayFromZero(OpBuilder &builder, Location loc, Value value);

/// Adds the portable expansion of every element operation. A target's own
/// recipes are added beside them with a higher benefit.
void populateQuantExtToArithPatterns(RewritePatternSet &patterns,
                                     PatternBenefit benefit = 1);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H
