//===- LoopAddresses.h - Where loops read and write -------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_LOOPADDRESSES_H
#define QUANTEXT_LIB_CPU_LOOPADDRESSES_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::quant_ext {

/// The outermost of the loops around `loop` that a thread runs in sequence.
scf::ForOp getNest(scf::ForOp loop);

/// What an iteration reads: `bytes` from the address of `indices` in `memref`.
struct LoopRead {
  Operation *op;
  Value memref;
  ValueRange indices;
  int64_t bytes;
  /// How far the next iteration's is from there; 0 where it is the same.
  int64_t stride;
};

/// How much the address of an element grows where the induction variable does
/// by 1, in bytes, if that is known and the same everywhere.
std::optional<int64_t> getAddressGrowth(scf::ForOp loop, Value memref,
                                        ValueRange indices);

/// Whether it grows by the same everywhere, known or not.
bool growsEvenly(scf::ForOp loop, Value memref, ValueRange indices);

/// Bytes that a transfer moves between registers and as many neighbouring bytes
/// of memory, whatever the index.
std::optional<int64_t> getContiguousBytes(VectorTransferOpInterface op);

/// Whether every iteration of all loops of the nest reads something else, which
/// no cache can have then.
bool isReadOnce(scf::ForOp loop, scf::ForOp nest, const LoopRead &read);

/// What indices of the body are for that value of the induction variable, where
/// they grow evenly.
SmallVector<Value> substitute(OpBuilder &b, Location loc, scf::ForOp loop,
                              ValueRange indices, Value inductionVar);

/// Caches by how soon what is in them will be read.
enum class CacheLevel : int32_t { Second = 2, First = 3 };

/// Asks for the lines of these bytes of what `read` needs if the induction
/// variable has that value, beyond the last one too: no address is wrong to ask
/// for.
void emitPrefetches(OpBuilder &b, scf::ForOp loop, const LoopRead &read,
                    Value inductionVar, int64_t from, int64_t to,
                    CacheLevel level);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_LOOPADDRESSES_H
