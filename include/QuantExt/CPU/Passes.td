//===- Passes.td - Passes of CPU -----------------------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_PASSES_TD
#define QUANTEXT_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // QUANTEXT_CPU_PASSES_TD
