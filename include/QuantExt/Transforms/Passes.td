//===- Passes.td - Passes of Transforms ----------------------*- tablegen -*-===//

#ifndef QUANTEXT_TRANSFORMS_PASSES_TD
#define QUANTEXT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // QUANTEXT_TRANSFORMS_PASSES_TD
