//===- QuantExtToQuant.h - quant_ext to upstream's quant --------*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_QUANTEXTTOQUANT_QUANTEXTTOQUANT_H
#define QUANTEXT_CONVERSION_QUANTEXTTOQUANT_QUANTEXTTOQUANT_H

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace mlir::quant_ext {

/// Adds the patterns that turn `quantize` into `quant.qcast` and `quant.scast`,
/// and `dequantize` into `quant.scast` and `quant.dcast`, where a type of
/// upstream's says the same: of constant parameters, rounding to nearest even
/// and exact division.
void populateQuantExtToQuantPatterns(RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_QUANTEXTTOQUANT_QUANTEXTTOQUANT_H
