//===- CollapseDims.h - Fewer dimensions, and longer ones -------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_COLLAPSEDIMS_H
#define QUANTEXT_LIB_CPU_COLLAPSEDIMS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// Makes one of neighbouring dimensions that no operand of `op` tells apart;
/// returns the operation that stands for `op` now.
linalg::LinalgOp collapseDims(RewriterBase &rewriter, linalg::LinalgOp op);

/// Where `linalg.fill` makes `value`, maybe in another shape: what it fills, in
/// the shape of `value`, and with what. The latter is null elsewhere.
std::pair<Value, Value> lookThroughFill(OpBuilder &b, Location loc,
                                        Value value);

/// True of what gives a tensor more dimensions or fewer; false of null.
bool isReshape(Operation *op);

/// What `value` is in another shape.
Value skipReshapes(Value value);

/// The tensor that `tensor` is a part of.
Value getWhole(Value tensor);

/// True where the last `numDims` dimensions of `value`, an operand or a result,
/// can become one without a copy: there are no gaps in memory between its rows,
/// which all of these but the first make up.
bool hasAdjacentRows(Value value, unsigned numDims = 2);

/// True where bufferization may give `value` a buffer with gaps between its
/// rows. To collapse its dimensions would then cost a copy.
bool mayHaveGaps(Value value);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_COLLAPSEDIMS_H
