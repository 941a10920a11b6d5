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

StorageAttr WeightScheme::getScaleOfScalesStorage() const {
  if (!scaleStorage || scaleStorage.holdsPowersOfTwo())
    return {};
  MLIRContext *context = storage.getContext();
  int64_t largest = scaleStorage.getMax() * storage.getMax();
  return StorageAttr::get(context, IntegerType::get(context, kMaxBits),
                          /*isSigned=*/true, -largest, largest);
}

WeightScheme WeightScheme::withFloatScales() const {
  WeightScheme result = *this;
  result.scaleStorage = {};
  return result;
}

WeightScheme quant_ext::getBlockScheme(MLIRContext *context,
                                       BlockFormat format) {
  constexpr int64_t kMXBlock = 32, kNVBlock = 16;
  auto make = [](Type element, int64_t blockSize, Type scale) {
    return WeightScheme{StorageAttr::getFloat(element), /*symmetric=*/true,
                        blockSize, StorageAttr::getFloat(scale)};
  };
  Type powerOfTwo = Float8E8M0FNUType::get(context);
  Type e4m3 = Float8E4M3FNType::get(context);
  switch (format) {
  case BlockFormat::None:
    break;
  case BlockFormat::MXFP8E4M3:
    return make(e4m3, kMXBlock, powerOfTwo);
  case BlockFormat::MXFP8E5M2:
    return make(Float8E5M2Type::get(context), kMXBlock, powerOfTwo);
  case BlockFormat::MXFP4:
    return make(Float4E2M1FNType::get(context), kMXBlock, powerOfTwo);
  case BlockFormat::NVFP4:
    return make(Float4E2M1FNType::get(context), kNVBlock, e4m3);
  }
  llvm_unreachable("no block format");
}

WeightBytes quant_ext::getWeightBytes(RankedTensorType type,
                                      const Granularity &granularity,
                                      const WeightScheme &scheme) {
  int64_t elements = type.getNumElements();
  int64_t parameters =
      ShapedType::getNumElements(granularity.getScaleShape(type.getShape()));
  auto packed = [&](int64_t count) {
    return static_cast<int64_t>(
        llvm::divideCeil(count * scheme.storage.getWidth(), 8));
  };
  WeightBytes bytes;
  bytes.original = elements * type.getElementTypeBitWidth() / 8;
  bytes.integers = packed(elements);
  int64_t floatBytes = type.getElementType().isF64() ? 8 : 4;
  bytes.scales = parameters * (scheme.scaleStorage ? 1 : floatBytes);
  if (scheme.getScaleOfScalesStorage())
    bytes.scales += floatBytes;
  bytes.zeroPoints = scheme.symmetric ? 0 : packed(parameters);
  return bytes;
}
