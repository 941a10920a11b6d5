//===- AVX512Recipes.h - Element operations by AVX-512 ----------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_AVX512RECIPES_H
#define QUANTEXT_LIB_CPU_AVX512RECIPES_H

#include "QuantExt/IR/QuantExt.h"

#include "mlir/IR/Builders.h"

namespace mlir::quant_ext {

/// Whether emitSaturatingRound serves results of this type: whole registers of
/// at most 8 bits.
bool hasSaturatingRound(Type resultType, StorageAttr storage);

/// Rounds f32 `values`, none above 32767, to the storage, saturating. NaN gives
/// the lowest integer. `zeroPoint` is a scalar that is added, or null.
Value emitSaturatingRound(OpBuilder &builder, Location loc, Value values,
                          Value zeroPoint, StorageAttr storage,
                          Rounding rounding);

/// min(values, bound); NaN stays. One instruction.
Value emitUpperBound(OpBuilder &builder, Location loc, Value values,
                     Value bound);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_AVX512RECIPES_H
