//===- ParameterFacts.cpp - What is known of parameters -------------------===//

#include "ParameterFacts.h"

#include "QuantExt/IR/ConstantFolding.h"

using namespace mlir;
using namespace mlir::quant_ext;

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
