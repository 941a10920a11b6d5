//===- Passes.h - Passes of Transforms ---------------------------*- C++
//-*-===//

#ifndef QUANTEXT_TRANSFORMS_PASSES_H
#define QUANTEXT_TRANSFORMS_PASSES_H

#include "QuantExt/Transforms/WeightScheme.h"

#include "mlir/Pass/Pass.h"

namespace mlir::quant_ext {

#define GEN_PASS_DECL
#include "QuantExt/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "QuantExt/Transforms/Passes.h.inc"

} // namespace mlir::quant_ext

#endif // QUANTEXT_TRANSFORMS_PASSES_H
