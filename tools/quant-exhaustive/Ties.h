//===- Ties.h - Quotients next to where rounding turns ----------*- C++ -*-===//
//
// A way to divide that is not quite exact shows where a quotient lies next to
// the middle of two integers, for some scales of many. Here these are all 2^23
// significands of f32, and the values the five nearest to each such middle.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_EXHAUSTIVE_TIES_H
#define QUANT_EXHAUSTIVE_TIES_H

#include "Plan.h"

namespace quant_exhaustive {

/// Runs quantize of f32 by columns, compiled for each of `targets`, and prints
/// a line for each with each storage; failure if a result differs from that of
/// the reference. Of the scales, every `selection.sampleStride`-th.
mlir::LogicalResult
runTies(mlir::MLIRContext &context, const Selection &selection,
        llvm::ArrayRef<std::string> targets,
        std::optional<reference::Division> referenceDivision, unsigned threads);

} // namespace quant_exhaustive

#endif // QUANT_EXHAUSTIVE_TIES_H
