//===- QuantizeDequantizeIdentity.cpp - quantize(dequantize(q)) -----------===//

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ConstantFolding.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

Value quant_ext::findQuantizeDequantizeIdentity(QuantizeOp op,
                                                Attribute scaleAttr) {
  auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
  if (!dequantize)
    return {};
  StorageAttr storage = op.getStorage();
  if (dequantize.getStorage() != storage || storage.isFloat() ||
      storage.isNarrow() || storage.getWidth() > 16 ||
      op.getDivision() != Division::Exact || op.getPrecision() ||
      (op.getRounding() != Rounding::HalfEven &&
       op.getRounding() != Rounding::HalfAway) ||
      op.getGranularity() != dequantize.getGranularity() ||
      op.getResult().getType() != dequantize.getInput().getType() ||
      !haveSameValue(op.getScale(), dequantize.getScale()) ||
      !haveSameValue(op.getZeroPoint(), dequantize.getZeroPoint()))
    return {};
  // 11 bits of f16 hold 8 bits of integer with room for both roundings; bf16,
  // or 16 bits in f16, lose values.
  Type intermediate = getElementTypeOrSelf(op.getInput().getType());
  if (intermediate.isBF16() || (intermediate.isF16() && storage.getWidth() > 8))
    return {};
  std::optional<ConstantData> scale = ConstantData::get(scaleAttr);
  if (!scale)
    return {};
  numerics::Limits value = numerics::getLimits(getFloatFormat(intermediate));
  numerics::Limits own =
      numerics::getLimits(getFloatFormat(scale->getElementType()));
  double steps = static_cast<double>(storage.getMax() - storage.getMin());
  int64_t count = scale->isSplat() ? 1 : scale->getNumElements();
  for (int64_t i = 0; i < count; ++i) {
    double s = scale->getFloat(i);
    // Written so that NaN fails.
    bool isNormal = s >= own.smallestNormal && s >= value.smallestNormal &&
                    s <= own.largestFinite;
    if (!isNormal || !(s * steps <= value.largestFinite))
      return {};
  }
  return dequantize.getInput();
}
