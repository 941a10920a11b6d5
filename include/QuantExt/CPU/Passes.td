//===- Passes.td - Passes of CPU ---------------------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_PASSES_TD
#define QUANTEXT_CPU_PASSES_TD

include "QuantExt/CPU/TargetPasses.td"
include "QuantExt/CPU/PackingPasses.td"
include "QuantExt/CPU/TensorPasses.td"
include "QuantExt/CPU/ContractionPasses.td"
include "QuantExt/CPU/VectorPasses.td"
include "QuantExt/CPU/RecipePasses.td"
include "QuantExt/CPU/BufferPasses.td"
include "QuantExt/CPU/MemoryPasses.td"

#endif // QUANTEXT_CPU_PASSES_TD
