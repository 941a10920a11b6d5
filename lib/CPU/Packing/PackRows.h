//===- PackRows.h - Rows that share bytes -----------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_PACKROWS_H
#define QUANTEXT_LIB_CPU_PACKROWS_H

#include "PackedLayout.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::quant_ext {

/// Whether emitRows serves `op`: an elementwise operation on tensors, some of
/// which are packed without that each of their rows begins with a byte.
bool isOnRowsThatShareBytes(linalg::LinalgOp op);

/// Emits `op` as a loop over rows, each in three parts: the elements up to the
/// first byte of its own, whole bytes, and the elements left over. `operands`
/// are what those of `op` have become; what each result is in memory is
/// returned.
SmallVector<SmallVector<Value>> emitRows(OpBuilder &builder,
                                         linalg::LinalgOp op,
                                         ArrayRef<ValueRange> operands,
                                         Packer &packer);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_PACKROWS_H
