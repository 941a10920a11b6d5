//===- QuietNaNs.h - Where a maximum tells two kinds of NaN apart *- C++ -*-==//

#ifndef QUANTEXT_LIB_CPU_QUIETNANS_H
#define QUANTEXT_LIB_CPU_QUIETNANS_H

#include "mlir/IR/Value.h"

namespace mlir::quant_ext {

/// What `value` was before populateQuietNaNPatterns made its NaNs quiet, for
/// what does not tell the two kinds apart.
Value lookThroughQuieting(Value value);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_QUIETNANS_H
