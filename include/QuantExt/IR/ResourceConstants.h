//===- ResourceConstants.h - Making resource constants ----------*- C++ -*-===//

#ifndef QUANTEXT_IR_RESOURCECONSTANTS_H
#define QUANTEXT_IR_RESOURCECONSTANTS_H

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace mlir::quant_ext {

/// Memory for the raw elements of a constant, not initialized. Where it is
/// large, it starts at a huge page and the system is asked for these.
AsmResourceBlob allocateBlob(size_t size);

/// A resource constant under `key`. Where the key already holds the same bytes,
/// that blob is shared, so that the outcome does not depend on how often or on
/// how many threads a constant is made; where it holds others, the key is made
/// longer by a hash of these. The blob is not copied.
DenseResourceElementsAttr getResourceConstant(ShapedType type, StringRef key,
                                              AsmResourceBlob blob);

/// The same, of a copy of `raw`.
DenseResourceElementsAttr getResourceConstant(ShapedType type, StringRef key,
                                              ArrayRef<char> raw);

} // namespace mlir::quant_ext

#endif // QUANTEXT_IR_RESOURCECONSTANTS_H
