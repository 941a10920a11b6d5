//===- SplatScalar.cpp - What lanes of a vector share ---------------------===//

#include "SplatScalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

Value quant_ext::getSplatScalar(Value vector) {
  auto broadcast = vector.getDefiningOp<vector::BroadcastOp>();
  if (!broadcast || isa<VectorType>(broadcast.getSource().getType()))
    return Value();
  return broadcast.getSource();
}

Value quant_ext::getShuffled(Value vector, SmallVectorImpl<int64_t> &lanes) {
  auto shuffle = vector.getDefiningOp<vector::ShuffleOp>();
  if (!shuffle)
    return Value();
  VectorType from = shuffle.getV1VectorType();
  bool takesFirst = llvm::all_of(shuffle.getMask(), [&](int64_t lane) {
    return lane >= 0 && lane < from.getNumElements();
  });
  if (!takesFirst || from.getRank() != 1 ||
      from.getNumElements() >= shuffle.getResultVectorType().getNumElements())
    return Value();
  lanes.assign(shuffle.getMask().begin(), shuffle.getMask().end());
  return shuffle.getV1();
}

bool quant_ext::isSplatOf(Value vector, uint64_t value) {
  APInt constant;
  return matchPattern(vector, m_ConstantInt(&constant)) &&
         constant.getZExtValue() == value;
}

Value quant_ext::createSplat(OpBuilder &b, Location loc, Type type,
                             int64_t value) {
  Type element = getElementTypeOrSelf(type);
  return arith::ConstantOp::create(
      b, loc,
      DenseElementsAttr::get(cast<ShapedType>(type),
                             Attribute(b.getIntegerAttr(element, value))));
}
