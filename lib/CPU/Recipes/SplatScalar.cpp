//===- SplatScalar.cpp - What all lanes of a vector share -----------------===//

#include "SplatScalar.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

Value quant_ext::getSplatScalar(Value vector) {
  auto broadcast = vector.getDefiningOp<vector::BroadcastOp>();
  if (!broadcast || isa<VectorType>(broadcast.getSource().getType()))
    return Value();
  return broadcast.getSource();
}

bool quant_ext::isSplatOf(Value vector, uint64_t value) {
  APInt constant;
  return matchPattern(vector, m_ConstantInt(&constant)) &&
         constant.getZExtValue() == value;
}
