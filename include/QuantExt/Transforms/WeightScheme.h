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
/// narrower than a byte are packed, each tensor to full bytes.
struct WeightBytes {
  int64_t original = 0;
  int64_t integers = 0;
  int64_t scales = 0;
  int64_t zeroPoints = 0;

  int64_t quantized() const { return integers + scales + zeroPoints; }
};

/// The bytes of a float tensor of static type `type` quantized this way.
WeightBytes getWeightBytes(RankedTensorType type,
                           const Granularity &granularity, StorageAttr storage,
                           bool symmetric);

} // namespace mlir::quant_ext

#endif // QUANTEXT_TRANSFORMS_WEIGHTSCHEME_H
