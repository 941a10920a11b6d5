//===- StorageOps.h - Operations on integers as they are stored -*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_STORAGEOPS_H
#define QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_STORAGEOPS_H

namespace mlir {
class Operation;
class RewritePatternSet;
class TypeConverter;
} // namespace mlir

namespace mlir::quant_ext {

/// Whether an operation does with values of quantized types what it does with
/// the integers that store them: those of TOSA, whose parameters are operands,
/// and those that move elements of tensors.
bool computesOnStorage(Operation *op);

/// Adds the pattern that converts the types of such operations.
void populateStorageOpPatterns(const TypeConverter &converter,
                               RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTTOQUANTEXT_STORAGEOPS_H
