//===- Passes.td - Passes of Conversion ----------------------*- tablegen -*-===//

#ifndef QUANTEXT_CONVERSION_PASSES_TD
#define QUANTEXT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // QUANTEXT_CONVERSION_PASSES_TD
