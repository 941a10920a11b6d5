//===- ParameterFacts.cpp - What is known of parameters -------------------===//

#include "ParameterFacts.h"

#include "QuantExt/IR/ConstantFolding.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::quant_ext;

std::optional<ConstantData> quant_ext::readConstant(Value value) {
  Attribute attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return std::nullopt;
  return ConstantData::get(attr);
}

bool quant_ext::isKnownToBeSound(Value scale) {
  if (scale.getDefiningOp<ChooseQParamsOp>())
    return true;
  std::optional<ConstantData> data = ConstantData::get(getConstantScale(scale));
  return data && !findScaleProblem(*data);
}

bool quant_ext::holdsZero(Value zeroPoint, StorageAttr storage) {
  if (!zeroPoint)
    return storage.getMin() <= 0;
  if (auto choose = zeroPoint.getDefiningOp<ChooseQParamsOp>())
    return choose.getStorage() == storage;
  std::optional<ConstantData> data = readConstant(zeroPoint);
  return data && !findZeroPointProblem(*data, storage);
}
