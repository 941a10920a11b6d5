//===- Passes.h - Passes of CPU ----------------------------------*- C++ -*-===//

#ifndef QUANTEXT_CPU_PASSES_H
#define QUANTEXT_CPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::quant_ext {

#define GEN_PASS_DECL
#include "QuantExt/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "QuantExt/CPU/Passes.h.inc"

} // namespace mlir::quant_ext

#endif // QUANTEXT_CPU_PASSES_H
