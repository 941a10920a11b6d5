//===- Passes.h - Passes of Conversion --------------------------*- C++ -*-===//

#ifndef QUANTEXT_CONVERSION_PASSES_H
#define QUANTEXT_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::quant_ext {

#define GEN_PASS_DECL
#include "QuantExt/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "QuantExt/Conversion/Passes.h.inc"

} // namespace mlir::quant_ext

#endif // QUANTEXT_CONVERSION_PASSES_H
