//===- LinalgToQuantExt.h - Arithmetic in linalg to quant_ext ---*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_LINALGTOQUANTEXT_LINALGTOQUANTEXT_H
#define QUANTEXT_CONVERSION_LINALGTOQUANTEXT_LINALGTOQUANTEXT_H

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace mlir::quant_ext {

/// Adds the patterns that turn a `linalg.generic` whose body quantizes or
/// dequantizes each element, and does nothing else, into `quantize` or
/// `dequantize` of the same values.
void populateLinalgToQuantExtPatterns(RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_LINALGTOQUANTEXT_LINALGTOQUANTEXT_H
