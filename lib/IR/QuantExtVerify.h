//===- QuantExtVerify.h - Rules that several verifiers share ----*- C++ -*-===//

#ifndef QUANTEXT_LIB_IR_QUANTEXTVERIFY_H
#define QUANTEXT_LIB_IR_QUANTEXTVERIFY_H

#include "QuantExt/IR/QuantExt.h"

namespace mlir::quant_ext::rules {

/// The type of `value`, of which the operation's definition says that it is a
/// ranked tensor.
inline RankedTensorType tensorTypeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The type of an optional operand: null where there is none.
inline Type typeOrNull(Value value) { return value ? value.getType() : Type(); }

/// Whether a zero point may accompany 32-bit storage: only the accumulators
/// that requantize takes have one.
enum class WideZeroPoint { Forbidden, Allowed };

/// `axis` and `block_sizes` exclude each other and fit the rank of `input`.
LogicalResult verifyGranularity(Operation *op, std::optional<int64_t> axis,
                                std::optional<ArrayRef<int64_t>> blockSizes,
                                ShapedType input);

/// The scale has the shape that the granularity asks for. `name` is the
/// operand's or result's name, for the message.
LogicalResult verifyScaleShape(Operation *op, StringRef name,
                               const Granularity &granularity, ShapedType input,
                               ShapedType scale);

/// A zero point (a null type where there is none) suits scale and storage.
LogicalResult verifyZeroPoint(Operation *op, StringRef name,
                              StorageAttr storage, Type scale, Type zeroPoint,
                              WideZeroPoint wide = WideZeroPoint::Forbidden);

/// Values may be stored so, not scales alone.
LogicalResult verifyValueStorage(Operation *op, StorageAttr storage);

/// Scales that are quantized themselves, of type `scale`: how they are stored
/// suits the storage of the values, and there is a scale of scales of type
/// `computingType` exactly where they need one (else its type is null).
LogicalResult verifyScaleStorage(Operation *op, StorageAttr storage,
                                 StorageAttr scaleStorage, Type scale,
                                 Type scaleOfScales, Type computingType);

/// A float storage rounds to nearest even; only those of 8 bits need not
/// saturate.
LogicalResult verifyConversion(Operation *op, StorageAttr storage,
                               Rounding rounding, bool saturate);

/// The storage is of integers. `name` is the attribute's name, for the message.
LogicalResult verifyIntegerStorage(Operation *op, StringRef name,
                                   StorageAttr storage);

/// The elements of a quantized value have the type of the storage.
LogicalResult verifyStorageElement(Operation *op, StringRef name,
                                   StorageAttr storage, Type type);

/// A seed comes with stochastic rounding and nothing else.
LogicalResult verifySeed(Operation *op, Rounding rounding, Value seed);

/// The position of a tile has an offset and a stride for each dimension.
LogicalResult verifyPosition(Operation *op, Value seed, ValueRange position,
                             ShapedType input);

/// Two shapes agree, where both are known.
LogicalResult verifyShapesAgree(Operation *op, StringRef name, ShapedType type,
                                StringRef otherName, ShapedType other);

} // namespace mlir::quant_ext::rules

#endif // QUANTEXT_LIB_IR_QUANTEXTVERIFY_H
