//===- Passes.h - Passes of CPU ---------------------------------*- C++ -*-===//

#ifndef QUANTEXT_CPU_PASSES_H
#define QUANTEXT_CPU_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::quant_ext {

struct TargetInfo;

#define GEN_PASS_DECL
#include "QuantExt/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "QuantExt/CPU/Passes.h.inc"

/// Rewrites conversions of f16 and bf16 that `target` lacks, or would do with
/// other bits, to integer arithmetic.
void populateExpandSmallFloatsPatterns(RewritePatternSet &patterns,
                                       const TargetInfo &target);

/// Rewrites erf, exp and tanh of f16, bf16 and f32 to polynomials, computed in
/// f32 with fused multiply-adds.
void populateApproximateMathPatterns(RewritePatternSet &patterns);

/// Rewrites quantize of lanes that share a scale so that what depends on the
/// scale alone is computed once: the reciprocal, and an exact quotient by fused
/// multiply-adds where `target` has them.
void populateDivideBySharedScalePatterns(RewritePatternSet &patterns,
                                         const TargetInfo &target);

/// Rewrites quantize and dequantize, where the one follows the other, in the
/// same way, without the integer between them.
void populateFakeQuantizeBySharedScalePatterns(RewritePatternSet &patterns,
                                               const TargetInfo &target,
                                               PatternBenefit benefit = 1);

/// Rewrites dequantize of integers to bf16 so that the scale says once whether
/// the products need care: NaN anywhere, and subnormal numbers where `target`
/// has AVX512_BF16.
void populateDequantizeToBF16Patterns(RewritePatternSet &patterns,
                                      const TargetInfo &target);

/// Makes signaling NaNs among the inputs of quantize quiet, for targets whose
/// maximum and minimum tell the two apart.
void populateQuietNaNPatterns(RewritePatternSet &patterns);

/// Expands quantize and requantize to integers of at most 16 bits that fill
/// registers by the saturating conversions and packs of `target`: SSE2, AVX2,
/// AVX-512 or NEON.
void populateSaturatingRecipePatterns(RewritePatternSet &patterns,
                                      const TargetInfo &target,
                                      PatternBenefit benefit = 1);

/// Rewrites what is written into a tensor.empty, and reshaped or inserted after
/// that, to write into the reshaped or inserted tensor's own memory.
void populateUseDestinationsPatterns(RewritePatternSet &patterns);

/// Expands dequantize of lanes of 4 bits by a table of the 16 results, in
/// registers of `target`: to f32, f16 or bf16 with AVX-512, to f16 or bf16 with
/// SSSE3, AVX2 or NEON.
void populateTablePatterns(RewritePatternSet &patterns,
                           const TargetInfo &target);

/// Takes the largest magnitude of what is finite, which a loop carries in a
/// register, by the instructions of AVX-512 that fix numbers up and compare
/// magnitudes.
void populateFiniteMagnitudePatterns(RewritePatternSet &patterns);

/// Joins neighbours of 4 bits, in vectors of bytes that fill registers of
/// AVX-512, by its products of bytes.
void populateAVX512NibblePatterns(RewritePatternSet &patterns);

/// Widens packed lanes of 4 bits to 32 by shifts that differ from lane to lane,
/// which AVX2 has.
void populateAVX2NibblePatterns(RewritePatternSet &patterns,
                                PatternBenefit benefit = 1);

/// Widens lanes of fewer than 8 bits from the bytes that they were taken from.
void populateNarrowElementPatterns(RewritePatternSet &patterns);

/// Stores of 32 bits an element and more by registers, in ascending order, and
/// of what was narrowed from f32 to f16 by what one conversion gives. For x86.
void populateRegisterStorePatterns(RewritePatternSet &patterns,
                                   const TargetInfo &target);

/// Rewrites masked loads and stores of bf16 to those of i16, which every target
/// with masks has.
void populateLegalizeBF16AccessesPatterns(RewritePatternSet &patterns);

/// Rewrites memref.expand_shape into several dynamic dimensions, which
/// upstream's expansion of strided metadata crashes on.
void populateExpandDynamicReshapesPatterns(RewritePatternSet &patterns);

/// Rewrites scf.parallel loops that may have one iteration to branches, which
/// run that without threads.
void populateSerializeSingleIterationsPatterns(RewritePatternSet &patterns);

/// Rewrites vector.contract of a group of neighbouring products for each column
/// to the dot product instructions of `target`.
void populateLowerDotProductPatterns(RewritePatternSet &patterns,
                                     const TargetInfo &target);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CPU_PASSES_H
