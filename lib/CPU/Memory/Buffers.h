//===- Buffers.h - Memory that loops read and write -------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_BUFFERS_H
#define QUANTEXT_LIB_CPU_BUFFERS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// The buffer that `memref` is a view of, or is.
Value getBuffer(Value memref);

/// Whether it is known what other buffers `buffer` may overlap: parameters of a
/// function each other, and others none.
bool hasKnownOrigin(Value buffer);

/// Whether nothing of `written` overlaps any of `read`, all of known origin: an
/// i1, computed at run time where only that can tell.
Value emitAreDisjoint(RewriterBase &rewriter, Location loc, Value written,
                      ArrayRef<Value> read);

/// A buffer of so many elements on the stack of the thread that runs `user`,
/// aligned to a line of a cache, and so that it crosses no page where it is
/// smaller than one: what is stored across pages delays all that is stored
/// after it, and where a stack begins differs from run to run. It is made once,
/// before all loops.
Value createStackBuffer(RewriterBase &rewriter, Operation *user,
                        int64_t elements, Type elementType);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_BUFFERS_H
