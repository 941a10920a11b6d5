//===- QuantExtVerify.cpp - Rules that several verifiers share ------------===//

#include "QuantExtVerify.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;
using namespace mlir::quant_ext::rules;

LogicalResult
rules::verifyGranularity(Operation *op, std::optional<int64_t> axis,
                         std::optional<ArrayRef<int64_t>> blockSizes,
                         ShapedType input) {
  int64_t rank = input.getRank();
  if (axis && blockSizes)
    return op->emitOpError(
        "must have 'axis' or 'block_sizes' or neither, found both");
  if (axis && (*axis < 0 || *axis >= rank))
    return op->emitOpError("axis must be in [0, ")
           << rank << ") for an input of rank " << rank << ", found " << *axis;
  if (!blockSizes)
    return success();
  if (static_cast<int64_t>(blockSizes->size()) != rank)
    return op->emitOpError("block_sizes must have an entry for each of the ")
           << rank << " dimensions of the input, found " << blockSizes->size();
  for (int64_t block : *blockSizes)
    if ((block <= 0 || block > Granularity::kMaxBlockSize) &&
        block != Granularity::kWholeDim)
      return op->emitOpError("block sizes must be in [1, ")
             << Granularity::kMaxBlockSize
             << "], or -1 for a whole dimension, found " << block;
  return success();
}

LogicalResult rules::verifyShapesAgree(Operation *op, StringRef name,
                                       ShapedType type, StringRef otherName,
                                       ShapedType other) {
  if (succeeded(verifyCompatibleShape(type, other)))
    return success();
  return op->emitOpError() << name << " must have the shape of " << otherName
                           << ", found " << type << " and " << other;
}

LogicalResult rules::verifyScaleShape(Operation *op, StringRef name,
                                      const Granularity &granularity,
                                      ShapedType input, ShapedType scale) {
  SmallVector<int64_t> expected = granularity.getScaleShape(input.getShape());
  if (succeeded(verifyCompatibleShape(scale.getShape(), expected)))
    return success();
  return op->emitOpError() << name << " of " << granularity.str()
                           << " quantization must have type "
                           << RankedTensorType::get(expected,
                                                    scale.getElementType())
                           << ", found " << scale;
}

LogicalResult rules::verifyZeroPoint(Operation *op, StringRef name,
                                     StorageAttr storage, Type scale,
                                     Type zeroPoint, WideZeroPoint wide) {
  if (!zeroPoint) {
    if (!storage.getIsSigned() && !storage.isFloat())
      return op->emitOpError("must have a ")
             << name << " or a signed storage, found storage " << storage.str();
    if (storage.getMin() > 0)
      return op->emitOpError("must have a ")
             << name << " or a storage range that holds 0, found storage "
             << storage.str();
    return success();
  }
  bool isWide = storage.getWidth() == 32 && wide == WideZeroPoint::Forbidden;
  if (storage.isFloat() || isWide)
    return op->emitOpError("must have no ")
           << name << " with storage " << storage.str() << ", found "
           << zeroPoint;
  Type elementType = getElementTypeOrSelf(zeroPoint);
  if (elementType != storage.getElementType())
    return op->emitOpError()
           << name << " must have elements of type " << storage.getElementType()
           << ", found " << elementType;
  auto shapedScale = dyn_cast<ShapedType>(scale);
  auto shapedZeroPoint = dyn_cast<ShapedType>(zeroPoint);
  bool agree =
      shapedScale && shapedZeroPoint
          ? succeeded(verifyCompatibleShape(shapedScale, shapedZeroPoint))
          : !shapedScale && !shapedZeroPoint;
  if (!agree)
    return op->emitOpError()
           << name << " must have the shape of its scale, found " << zeroPoint
           << " and " << scale;
  return success();
}

LogicalResult rules::verifyStorageElement(Operation *op, StringRef name,
                                          StorageAttr storage, Type type) {
  Type elementType = getElementTypeOrSelf(type);
  if (elementType == storage.getElementType())
    return success();
  return op->emitOpError() << name << " must have elements of type "
                           << storage.getElementType() << " for storage "
                           << storage.str() << ", found " << elementType;
}

LogicalResult rules::verifyConversion(Operation *op, StorageAttr storage,
                                      Rounding rounding, bool saturate) {
  if (failed(verifyValueStorage(op, storage)))
    return failure();
  if (storage.isFloat() && rounding != Rounding::HalfEven)
    return op->emitOpError("rounding must be half_even for storage ")
           << storage.str() << ", found " << stringifyEnum(rounding);
  bool alwaysSaturates = !storage.isFloat() || storage.getWidth() < 8;
  if (alwaysSaturates && !saturate)
    return op->emitOpError("saturate must be true for storage ")
           << storage.str() << ", found false";
  return success();
}

LogicalResult rules::verifyValueStorage(Operation *op, StorageAttr storage) {
  if (!storage.holdsPowersOfTwo())
    return success();
  return op->emitOpError("storage must be one of values, found ")
         << storage.str() << ", which is for scales: only dequantize takes it";
}

LogicalResult rules::verifyScaleStorage(Operation *op, StorageAttr storage,
                                        StorageAttr scaleStorage, Type scale,
                                        Type scaleOfScales,
                                        Type computingType) {
  bool isProportional = isa<Float8E4M3FNType>(scaleStorage.getElementType());
  if (!isProportional && !scaleStorage.holdsPowersOfTwo())
    return op->emitOpError("scale_storage must be f8E8M0FNU or f8E4M3FN, "
                           "found ")
           << scaleStorage.str();
  if (!storage.isFloat())
    return op->emitOpError("storage must be of floats where the scale is "
                           "quantized, found ")
           << storage.str();
  if (failed(verifyStorageElement(op, "scale", scaleStorage, scale)))
    return failure();
  if (!isProportional && scaleOfScales)
    return op->emitOpError("must have no scale_of_scales with scale_storage ")
           << scaleStorage.str() << ", found " << scaleOfScales;
  if (isProportional && !scaleOfScales)
    return op->emitOpError("must have a scale_of_scales with scale_storage ")
           << scaleStorage.str() << ", found none";
  if (scaleOfScales && scaleOfScales != computingType)
    return op->emitOpError("scale_of_scales must have type ")
           << computingType << ", found " << scaleOfScales;
  return success();
}

LogicalResult rules::verifyIntegerStorage(Operation *op, StringRef name,
                                          StorageAttr storage) {
  if (!storage.isFloat())
    return success();
  return op->emitOpError()
         << name << " must be of integers, found " << storage.str()
         << ": dequantize and quantize change the scale of floats";
}

LogicalResult rules::verifySeed(Operation *op, Rounding rounding, Value seed) {
  if (rounding == Rounding::Stochastic && !seed)
    return op->emitOpError("must have a seed for stochastic rounding, found "
                           "none");
  if (rounding != Rounding::Stochastic && seed)
    return op->emitOpError("must have stochastic rounding for a seed, found ")
           << stringifyRounding(rounding);
  return success();
}

LogicalResult rules::verifyPosition(Operation *op, Value seed,
                                    ValueRange position, ShapedType input) {
  if (position.empty())
    return success();
  if (!seed)
    return op->emitOpError("must have a seed for a position, found none");
  if (static_cast<int64_t>(position.size()) != input.getRank() + 1)
    return op->emitOpError("position must have an offset and a stride for each "
                           "of the ")
           << input.getRank() << " dimensions of the input, found "
           << position.size() << " values";
  return success();
}
