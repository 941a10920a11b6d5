//===- WeightScheme.cpp - How weights shall be quantized ------------------===//

#include "QuantExt/Transforms/WeightScheme.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Wider storages (i32) are for biases, whose scale is not chosen but given.
static constexpr int64_t kMinBits = 2;
static constexpr int64_t kMaxBits = 16;

FailureOr<StorageAttr>
quant_ext::getWeightStorage(MLIRContext *context, int64_t bits, bool isSigned,
                            bool narrowRange, bool symmetric,
                            function_ref<InFlightDiagnostic()> emitError) {
  if (bits < kMinBits || bits > kMaxBits)
    return emitError() << "option 'bits' must be " << kMinBits << " to "
                       << kMaxBits << ", found " << bits;
  if (symmetric && !isSigned)
    return emitError() << "option 'signed' must be true where 'symmetric' is, "
                          "found false";
  int64_t min = StorageAttr::getDefaultMin(bits, isSigned) + narrowRange;
  int64_t max = StorageAttr::getDefaultMax(bits, isSigned);
  return StorageAttr::get(context, IntegerType::get(context, bits), isSigned,
                          min, max);
}

WeightBytes quant_ext::getWeightBytes(RankedTensorType type,
                                      const Granularity &granularity,
                                      StorageAttr storage, bool symmetric) {
  int64_t elements = type.getNumElements();
  int64_t parameters =
      ShapedType::getNumElements(granularity.getScaleShape(type.getShape()));
  auto packed = [&](int64_t count) {
    return static_cast<int64_t>(
        llvm::divideCeil(count * storage.getWidth(), 8));
  };
  WeightBytes bytes;
  bytes.original = elements * type.getElementTypeBitWidth() / 8;
  bytes.integers = packed(elements);
  bytes.scales = parameters * (type.getElementType().isF64() ? 8 : 4);
  bytes.zeroPoints = symmetric ? 0 : packed(parameters);
  return bytes;
}
