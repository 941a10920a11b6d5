//===- ChosenFolding.cpp - Quantizing by what is chosen from it -----------===//

#include "ConstantOperands.h"

#include "QuantExt/IR/ResourceConstants.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Whether `quantize` rounds what `choose` takes its range from, in the same
/// groups and to the same integers.
static bool isQuantizedByChosen(QuantizeOp quantize, ChooseQParamsOp choose) {
  return quantize.getInput() == choose.getInput() &&
         quantize.getScale() == choose.getScale() &&
         quantize.getZeroPoint() == choose.getZeroPoint() &&
         quantize.getGranularity() == choose.getGranularity() &&
         quantize.getStorage() == choose.getStorage() &&
         !quantize.getStorage().isFloat() && !quantize.getSeed();
}

QuantizeOp quant_ext::findQuantizeOfChosen(ChooseQParamsOp choose) {
  if (choose.getScaleStorage())
    return {};
  for (Operation *user : choose.getScale().getUsers())
    if (auto quantize = dyn_cast<QuantizeOp>(user))
      if (isQuantizedByChosen(quantize, choose))
        return quantize;
  return {};
}

LogicalResult quant_ext::evaluateChosen(ChooseQParamsOp choose,
                                        QuantizeOp quantize,
                                        Attribute inputAttr,
                                        SmallVectorImpl<Attribute> &results) {
  ConstantOperands operands(inputAttr, /*positionSize=*/0, ResourceUse::Allow);
  if (failed(operands.read()))
    return failure();
  const ConstantData &input = operands[0];
  auto scaleType = cast<RankedTensorType>(choose.getScale().getType());
  auto type = cast<RankedTensorType>(quantize.getResult().getType());
  Granularity granularity = choose.getGranularity();
  if (input.isSplat() || type.getShape() != input.getShape() ||
      !scaleType.hasStaticShape() ||
      granularity.getScaleShape(input.getShape()) !=
          SmallVector<int64_t>(scaleType.getShape()))
    return failure();
  numerics::Layout layout = getLayout(granularity, input.getShape());
  numerics::IntegerFormat storage = getIntegerFormat(choose.getStorage());
  int64_t groups = layout.getNumGroups();
  std::vector<char> scale(groups *
                          getContainerBytes(scaleType.getElementType()));
  std::vector<char> zeroPoint;
  if (!choose.isSymmetric())
    zeroPoint.resize(groups * storage.getBytes());
  AsmResourceBlob blob =
      allocateBlob(layout.getNumElements() * storage.getBytes());
  numerics::chooseAndQuantizeArray(
      input.getFloats(), layout, storage,
      getRoundingMode(quantize.getRounding()),
      getDivisionMode(quantize.getDivision(), quantize.getPrecision()),
      scale.data(), choose.isSymmetric() ? nullptr : zeroPoint.data(),
      blob.getMutableData().data(), getExecutor(choose.getContext()));

  results.push_back(getDenseConstant(scaleType, scale));
  if (!choose.isSymmetric())
    results.push_back(
        getDenseConstant(choose.getZeroPoint().getType(), zeroPoint));
  // Under the key that quantize would give it alone.
  SmallVector<Attribute> attrs = {inputAttr};
  attrs.append(results.begin(), results.end());
  ConstantOperands all(attrs, /*positionSize=*/0, ResourceUse::Allow);
  if (failed(all.read()))
    return failure();
  results.push_back(makeElements(quantize, type, getTag(choose.getStorage()),
                                 all, std::move(blob)));
  return success();
}
