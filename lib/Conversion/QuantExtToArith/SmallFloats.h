//===- SmallFloats.h - Float storages by integer arithmetic -----*- C++ -*-===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_SMALLFLOATS_H
#define QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_SMALLFLOATS_H

#include "QuantExt/IR/QuantExt.h"

#include "mlir/IR/Builders.h"

namespace mlir::quant_ext {

/// `value`, f32 or f64 or a vector of it, as a number of the float storage.
Value emitNarrowToSmall(OpBuilder &builder, Location loc, Value value,
                        StorageAttr storage, bool saturate);

/// The scale that is stored as `scaleStorage`, from max|x| of values that are
/// stored as `storage`. `scaleOfScales` is null for powers of two.
Value emitChooseScale(OpBuilder &builder, Location loc, Value maxAbs,
                      Value scaleOfScales, StorageAttr storage,
                      StorageAttr scaleStorage);

/// A number of the float storage, or a vector of them, as f32.
Value emitWidenSmall(OpBuilder &builder, Location loc, Value value,
                     StorageAttr storage);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTEXTTOARITH_SMALLFLOATS_H
