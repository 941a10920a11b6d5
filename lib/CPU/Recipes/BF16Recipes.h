//===- BF16Recipes.h - Rounding to bf16 -------------------------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_BF16RECIPES_H
#define QUANTEXT_LIB_CPU_BF16RECIPES_H

#include "QuantExt/CPU/Target.h"

#include "mlir/IR/Builders.h"

namespace mlir::quant_ext {

/// Whether the target has AVX512_BF16, whose instruction flushes subnormal
/// numbers.
bool hasBF16Instruction(const TargetInfo &target);

/// The bits of a vector of f32, of which no NaN is a signaling one, rounded to
/// bf16, as i16: LLVM takes vectors of bf16 that live across a branch apart
/// lane by lane.
Value emitBF16Bits(OpBuilder &builder, Location loc, Value values,
                   const TargetInfo &target);

/// The same where no value is subnormal, by the instruction if there is one.
Value emitNormalBF16Bits(OpBuilder &builder, Location loc, Value values,
                         const TargetInfo &target);

/// The bits of integers times `scale`, or of each times its lane of it, where
/// `products` are that: for the instruction with a branch on whether they may
/// be subnormal.
Value emitProductBF16Bits(OpBuilder &builder, Location loc, Value products,
                          Value scale, const TargetInfo &target);

/// The vector of bf16 that has these bits.
Value emitBF16(OpBuilder &builder, Location loc, Value bits);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_BF16RECIPES_H
