//===- Passes.h - Passes of Transforms ---------------------------*- C++
//-*-===//

#ifndef QUANTEXT_TRANSFORMS_PASSES_H
#define QUANTEXT_TRANSFORMS_PASSES_H

#include "QuantExt/Transforms/WeightScheme.h"

#include "mlir/Pass/Pass.h"

namespace mlir::quant_ext {

/// How the account of accuracy and storage is written.
enum class ReportFormat { Table, Json };

/// Which elements of an activation share a scale.
enum class ActivationGranularity { PerTensor, PerRow };

#define GEN_PASS_DECL
#include "QuantExt/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "QuantExt/Transforms/Passes.h.inc"

} // namespace mlir::quant_ext

#endif // QUANTEXT_TRANSFORMS_PASSES_H
