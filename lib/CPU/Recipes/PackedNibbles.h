//===- PackedNibbles.h - Elements of 4 bits as words ------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_PACKEDNIBBLES_H
#define QUANTEXT_LIB_CPU_PACKEDNIBBLES_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::quant_ext {

/// Of bytes that are packed ones interleaved with their upper halves, the
/// packed ones; null if `bytes` are not that.
Value getPackedBytes(Value bytes);

/// Where a word has its 4 bits; what else it holds is not cleared.
enum class NibblePlace { Lowest, Highest };

/// The 4-bit elements of `bytes` from `at` on, one for each lane of `words`,
/// without taking bytes apart: each lane gets the word that its element lies
/// in, and shifts it. Null where getPackedBytes is.
Value emitNibbleWords(ImplicitLocOpBuilder &b, Value bytes, int64_t at,
                      VectorType words, NibblePlace place);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_PACKEDNIBBLES_H
