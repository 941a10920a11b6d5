//===- QuantExtDialect.cpp - The quant_ext dialect ------------------------===//

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/InliningUtils.h"

using namespace mlir;
using namespace mlir::quant_ext;

#include "QuantExt/IR/QuantExtDialect.cpp.inc"

namespace {
/// Every operation of the dialect is free of side effects and control flow.
struct QuantExtInlinerInterface : public DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void QuantExtDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "QuantExt/IR/QuantExtOps.cpp.inc"
      >();
  addInterfaces<QuantExtInlinerInterface>();
  registerInterfaces();
}

Operation *QuantExtDialect::materializeConstant(OpBuilder &builder,
                                                Attribute value, Type type,
                                                Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
