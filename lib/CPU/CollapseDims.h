//===- CollapseDims.h - Fewer dimensions, and longer ones -------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_COLLAPSEDIMS_H
#define QUANTEXT_LIB_CPU_COLLAPSEDIMS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// Makes one of neighbouring dimensions that no operand of `op` tells apart;
/// returns the operation that stands for `op` now.
linalg::LinalgOp collapseDims(RewriterBase &rewriter, linalg::LinalgOp op);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_COLLAPSEDIMS_H
