//===- WeightScheme.h - How weights shall be quantized ----------*- C++ -*-===//
//
// The options that passes over weights have in common, without linalg in it.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_TRANSFORMS_WEIGHTSCHEME_H
#define QUANTEXT_TRANSFORMS_WEIGHTSCHEME_H

#include "QuantExt/IR/QuantExt.h"

namespace mlir::quant_ext {

/// How fine the parameters of a weight shall be.
enum class WeightGranularity { PerTensor, PerAxis, PerBlock };

/// A format of blocks whose scales are stored in 8 bits: those of OCP's
/// Microscaling formats, and NVIDIA's.
enum class BlockFormat { None, MXFP8E4M3, MXFP8E5M2, MXFP4, NVFP4 };

/// How the elements of a weight and their parameters are stored.
struct WeightScheme {
  StorageAttr storage;
  bool symmetric = true;
  /// Elements that share a scale where the granularity is per-block.
  int64_t blockSize = 0;
  /// Of scales that are quantized themselves, per-block only; null for floats.
  StorageAttr scaleStorage = {};

  /// The storage that gives the scale of all scales its range: the largest
  /// scale times the largest element. Null where there is no such scale.
  StorageAttr getScaleOfScalesStorage() const;
  /// The same elements with scales of floats.
  WeightScheme withFloatScales() const;
};

/// The scheme of a block format other than None.
WeightScheme getBlockScheme(MLIRContext *context, BlockFormat format);

/// The storage that the options `bits`, `signed` and `narrow-range` name.
///
/// A narrow range leaves out the lowest value, so that a signed storage is
/// symmetric about 0. Emits an error where they, or they and `symmetric`, do
/// not go together.
FailureOr<StorageAttr>
getWeightStorage(MLIRContext *context, int64_t bits, bool isSigned,
                 bool narrowRange, bool symmetric,
                 function_ref<InFlightDiagnostic()> emitError);

/// What a quantized tensor and its float original occupy, in bytes. Integers
/// (or small floats) narrower than a byte are packed, each tensor to full
/// bytes.
struct WeightBytes {
  int64_t original = 0;
  int64_t integers = 0;
  int64_t scales = 0;
  int64_t zeroPoints = 0;

  int64_t quantized() const { return integers + scales + zeroPoints; }
};

/// The bytes of a float tensor of static type `type` quantized this way.
WeightBytes getWeightBytes(RankedTensorType type,
                           const Granularity &granularity,
                           const WeightScheme &scheme);

} // namespace mlir::quant_ext

#endif // QUANTEXT_TRANSFORMS_WEIGHTSCHEME_H
