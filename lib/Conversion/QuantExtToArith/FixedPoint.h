//===- FixedPoint.h - Requantization by integer arithmetic ------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_FIXEDPOINT_H
#define QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_FIXEDPOINT_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// The part of populateQuantExtToArithPatterns for fixed-point multipliers.
void populateFixedPointPatterns(RewritePatternSet &patterns,
                                PatternBenefit benefit);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_FIXEDPOINT_H
