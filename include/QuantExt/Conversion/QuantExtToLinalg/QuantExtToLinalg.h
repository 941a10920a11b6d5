//===- QuantExtToLinalg.h - quant_ext on tensors to linalg ------*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_QUANTEXTTOLINALG_QUANTEXTTOLINALG_H
#define QUANTEXT_CONVERSION_QUANTEXTTOLINALG_QUANTEXTTOLINALG_H

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace mlir::quant_ext {

/// Adds the patterns that turn quant_ext operations on tensors into
/// linalg.generic with element operations in the body. They apply to every such
/// operation; none is left after a conversion.
void populateQuantExtToLinalgPatterns(RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_QUANTEXTTOLINALG_QUANTEXTTOLINALG_H
