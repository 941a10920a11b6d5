//===- Passes.td - Passes of Transforms ----------------------*- tablegen -*-===//

#ifndef QUANTEXT_TRANSFORMS_PASSES_TD
#define QUANTEXT_TRANSFORMS_PASSES_TD

include "QuantExt/Transforms/WeightPasses.td"
include "QuantExt/Transforms/ContractionPasses.td"

#endif // QUANTEXT_TRANSFORMS_PASSES_TD
