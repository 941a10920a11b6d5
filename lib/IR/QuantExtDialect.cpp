//===- QuantExtDialect.cpp - The quant_ext dialect ------------------------===//

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/InliningUtils.h"

#include <cmath>

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

static LogicalResult verifyRange(NamedAttribute attribute,
                                 function_ref<InFlightDiagnostic()> emitError) {
  if (attribute.getName() != QuantExtDialect::getRangeAttrName())
    return success();
  auto range = dyn_cast<DenseF64ArrayAttr>(attribute.getValue());
  bool isRange = range && range.size() == 2 && std::isfinite(range[0]) &&
                 std::isfinite(range[1]) && range[0] <= range[1];
  if (isRange)
    return success();
  return emitError() << "'" << attribute.getName().getValue()
                     << "' must be an array of two finite f64, the smaller "
                        "first, found "
                     << attribute.getValue();
}

LogicalResult
QuantExtDialect::verifyOperationAttribute(Operation *op,
                                          NamedAttribute attribute) {
  if (attribute.getName() == getRangeAttrName() && op->getNumResults() != 1)
    return op->emitError()
           << "'" << getRangeAttrName()
           << "' must be on an operation with one result, found "
           << op->getNumResults();
  return verifyRange(attribute, [&] { return op->emitError(); });
}

LogicalResult
QuantExtDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned,
                                          NamedAttribute attribute) {
  return verifyRange(attribute, [&] { return op->emitError(); });
}

Operation *QuantExtDialect::materializeConstant(OpBuilder &builder,
                                                Attribute value, Type type,
                                                Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
