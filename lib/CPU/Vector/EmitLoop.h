//===- EmitLoop.h - One loop, if it takes one -------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_EMITLOOP_H
#define QUANTEXT_LIB_CPU_EMITLOOP_H

#include "mlir/IR/Builders.h"

namespace mlir::quant_ext {

/// A loop that carries `args`, or what it comes to where its trip count is
/// known to be 0 or 1. `body` makes of an index and the carried values those of
/// the next iteration.
SmallVector<Value>
emitLoop(OpBuilder &b, Location loc, OpFoldResult begin, OpFoldResult end,
         int64_t step, ValueRange args,
         function_ref<SmallVector<Value>(OpFoldResult, ValueRange)> body);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_EMITLOOP_H
