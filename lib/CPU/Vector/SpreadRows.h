//===- SpreadRows.h - Rows that lie far apart -------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_SPREADROWS_H
#define QUANTEXT_LIB_CPU_SPREADROWS_H

#include "GenericVectorizer.h"

namespace mlir::quant_ext {

/// Splits the rows of `op` into a few parts and takes a row of each at the same
/// time, where they share an operand that the nearest cache cannot hold beside
/// what comes from memory: each vector of it is then read once for all of them.
/// Each part is read on and on in one direction, which is what a processor asks
/// memory for ahead.
///
/// Replaces `op` and makes the dimension over the parts the strip of `plan`;
/// leaves both as they are where that would gain nothing.
void spreadRows(RewriterBase &rewriter, linalg::LinalgOp &op, VectorPlan &plan,
                const VectorShape &shape);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_SPREADROWS_H
