//===- Remarks.cpp - What passes say of operations ------------------------===//

#include "Remarks.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::quant_ext;

remark::RemarkOpts quant_ext::getRemarkOpts(StringRef name, StringRef category,
                                            Operation *op) {
  remark::RemarkOpts opts = remark::RemarkOpts::name(name).category(category);
  if (auto function = op->getParentOfType<FunctionOpInterface>())
    return opts.function(function.getName());
  return opts;
}

void quant_ext::remarkLeftInFloat(Operation *op, StringRef category,
                                  StringRef reason) {
  remark::missed(op->getLoc(), getRemarkOpts("left-in-float", category, op))
      << remark::add("left in float") << remark::reason("{0}", reason.str());
}

std::string quant_ext::describeProducer(Value value) {
  if (Operation *producer = value.getDefiningOp())
    return "comes from '" + producer->getName().getStringRef().str() + "'";
  return "is a block argument";
}

std::string quant_ext::describeOperand(OpOperand &operand) {
  return "operand #" + std::to_string(operand.getOperandNumber());
}
