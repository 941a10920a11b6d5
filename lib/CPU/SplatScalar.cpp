//===- SplatScalar.cpp - What all lanes of a vector share -----------------===//

#include "SplatScalar.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

Value quant_ext::getSplatScalar(Value vector) {
  auto broadcast = vector.getDefiningOp<vector::BroadcastOp>();
  if (!broadcast || isa<VectorType>(broadcast.getSource().getType()))
    return Value();
  return broadcast.getSource();
}
