//===- QuantExtToArith.h - quant_ext on elements to arith -------*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H
#define QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// Adds the portable expansion of every element operation. A target's own
/// recipes are added beside them with a higher benefit.
void populateQuantExtToArithPatterns(RewritePatternSet &patterns,
                                     PatternBenefit benefit = 1);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_QUANTEXTTOARITH_QUANTEXTTOARITH_H
