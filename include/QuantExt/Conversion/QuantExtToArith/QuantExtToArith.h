//===- QuantExtToArith.h - quant_ext on elements to arith -------*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H
#define QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

class ApplyDequantizeOp;
class ApplyQuantizeOp;
class ApplyRequantizeOp;

/// The real number that `op` rounds and clamps, in f32 or f64: x / scale, or
/// x * (1 / scale) where it asks for that and 1 / scale is finite and normal.
Value emitQuotient(OpBuilder &builder, ApplyQuantizeOp op);

/// What `op` makes of a quotient in [qmin - zero_point, qmax - zero_point]: the
/// rounded `value` plus the zero point. Storages of at most 16 bits.
Value emitRoundInRange(OpBuilder &builder, ApplyQuantizeOp op, Value value);

/// The quantize whose result `op` makes a number of again, with the same
/// parameters and for nobody else, where no integer is needed on the way: what
/// R gives is a number of the computing type already, and the zero point
/// cancels out. Null where that is not so.
ApplyQuantizeOp matchFakeQuantize(ApplyDequantizeOp op);

/// What `op` makes of the quotient of matchFakeQuantize, in the computing type:
/// clamp(R(quotient), qmin - zero_point, qmax - zero_point) * scale.
Value emitFakeQuantize(OpBuilder &builder, ApplyQuantizeOp op, Value quotient);

/// The same for a quotient within these bounds, a positive normal `scale` and
/// rounding to nearest, on targets that round and multiply-add by instructions.
Value emitFakeQuantizeInRange(OpBuilder &builder, ApplyQuantizeOp op,
                              Value quotient, Value scale);

/// The real number that `op` rounds and clamps, in f32: the difference to the
/// zero point, times the multiplier.
Value emitProduct(OpBuilder &builder, ApplyRequantizeOp op);

/// What truncates to `value` rounded to nearest with ties away from zero, for
/// magnitudes up to 2^22 (f32) or 2^51 (f64): `value` moved away from zero by
/// the number below 1/2. By 1/2 itself, that number would come to 1. NaN and
/// infinities stay.
Value emitBiasAwayFromZero(OpBuilder &builder, Location loc, Value value);

/// Adds the expansion of quantize and dequantize, where the one follows the
/// other, without the integer between them. To be applied first: the expansions
/// of the two would take them from it.
void populateFakeQuantizeInFloatPatterns(RewritePatternSet &patterns,
                                         PatternBenefit benefit = 1);

/// Adds the portable expansion of every element operation. A target's own
/// recipes are added beside them with a higher benefit.
void populateQuantExtToArithPatterns(RewritePatternSet &patterns,
                                     PatternBenefit benefit = 1);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H
