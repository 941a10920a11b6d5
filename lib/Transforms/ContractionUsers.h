//===- ContractionUsers.h - Bias and quantize of a contraction --*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_CONTRACTIONUSERS_H
#define QUANTEXT_LIB_TRANSFORMS_CONTRACTIONUSERS_H

#include "QuantExt/Transforms/QuantizedContraction.h"

namespace mlir::quant_ext {

/// Finds a bias of integers that the sums can take in, at the init operand or
/// behind the contraction, and whether the init operand is another one. Sets
/// `bias`, `hasFloatInit` and `root`.
void matchBias(QuantizedContraction &match);

/// Finds a quantize behind `root`, perhaps behind a relu, that requantize can
/// take the place of. Sets `quantize`, `hasRelu` and `root`.
void matchQuantize(QuantizedContraction &match);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_CONTRACTIONUSERS_H
