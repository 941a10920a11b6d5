//===- QuantExtValueBounds.cpp - What sizes of results are ----------------===//
//
// In terms of the sizes of inputs, for passes that compare sizes without
// creating operations for them.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/IR/QuantExt.h"

using namespace mlir;
using namespace mlir::quant_ext;

#define DEFINE_ELEMENTWISE_BOUNDS(OpT)                                         \
  void OpT::populateBoundsForShapedValueDim(                                   \
      Value value, int64_t dim, ValueBoundsConstraintSet &constraints) {       \
    constraints.bound(value)[dim] == constraints.getExpr(getInput(), dim);     \
  }

DEFINE_ELEMENTWISE_BOUNDS(QuantizeOp)
DEFINE_ELEMENTWISE_BOUNDS(DequantizeOp)
DEFINE_ELEMENTWISE_BOUNDS(FakeQuantizeOp)
DEFINE_ELEMENTWISE_BOUNDS(RequantizeOp)
DEFINE_ELEMENTWISE_BOUNDS(RequantizeFixedPointOp)

#undef DEFINE_ELEMENTWISE_BOUNDS

void ChooseQParamsOp::populateBoundsForShapedValueDim(
    Value value, int64_t dim, ValueBoundsConstraintSet &constraints) {
  Granularity granularity = getGranularity();
  auto input = cast<RankedTensorType>(getInput().getType());
  for (int64_t inputDim = 0; inputDim < input.getRank(); ++inputDim) {
    if (granularity.getScaleDim(inputDim) != dim)
      continue;
    int64_t block = granularity.getBlockSize(inputDim);
    if (block == Granularity::kWholeDim)
      constraints.bound(value)[dim] == 1;
    else
      constraints.bound(value)[dim] ==
          constraints.getExpr(getInput(), inputDim).ceilDiv(block);
  }
}
