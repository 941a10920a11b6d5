//===- StorageOps.h - Operations on integers as they are stored -*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_STORAGEOPS_H
#define QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_STORAGEOPS_H

#include "mlir/Support/LLVM.h"

namespace mlir {
class Operation;
class RewritePatternSet;
class TypeConverter;
} // namespace mlir

namespace mlir::quant_ext {

/// Why an operation of TOSA that has quantized types is not one on the integers
/// that store them; empty for others.
StringRef findWhyNotOnStorage(Operation *op);

/// Whether an operation does with values of quantized types what it does with
/// the integers that store them, and all these types convert.
bool computesOnStorage(Operation *op, const TypeConverter &converter);

/// Adds the pattern that converts the types of such operations.
void populateStorageOpPatterns(const TypeConverter &converter,
                               RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_STORAGEOPS_H
