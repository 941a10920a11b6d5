//===- QuantToQuantExt.h - Upstream's quant to quant_ext --------*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_QUANTTOQUANTEXT_QUANTTOQUANTEXT_H
#define QUANTEXT_CONVERSION_QUANTTOQUANTEXT_QUANTTOQUANTEXT_H

#include "mlir/Transforms/DialectConversion.h"

namespace mlir::quant_ext {

/// Quantized types to what they are stored in: `!quant.uniform<i8:f32, 0.5>` to
/// `i8`, and tensors of one to tensors of the other, where quant_ext has such
/// parameters. All other types stay. Between the two forms stands
/// `quant.scast`.
class QuantTypeConverter : public TypeConverter {
public:
  QuantTypeConverter();
};

/// Adds the patterns that turn `quant.qcast` into `quantize`, `quant.dcast`
/// into `dequantize` and `quant.scast` into nothing, where `converter` converts
/// the quantized type.
void populateQuantToQuantExtPatterns(const QuantTypeConverter &converter,
                                     RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_QUANTTOQUANTEXT_QUANTTOQUANTEXT_H
