//===- ActivationRange.cpp - What a value is said to hold -----------------===//

#include "ActivationRange.h"

#include "QuantExt/IR/QuantExt.h"
#include "QuantExt/Transforms/DataMovement.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace mlir::quant_ext;

std::string ActivationRange::str() const {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("[%g, %g]", min, max);
  return text;
}

static DenseF64ArrayAttr getRangeAttr(BlockArgument argument) {
  Operation *parent = argument.getOwner()->getParentOp();
  auto function = dyn_cast_if_present<FunctionOpInterface>(parent);
  if (!function || !argument.getOwner()->isEntryBlock())
    return nullptr;
  return function.getArgAttrOfType<DenseF64ArrayAttr>(
      argument.getArgNumber(), QuantExtDialect::getRangeAttrName());
}

std::optional<ActivationRange> quant_ext::findActivationRange(Value value) {
  DenseF64ArrayAttr range;
  while (Operation *op = value.getDefiningOp()) {
    range = op->getAttrOfType<DenseF64ArrayAttr>(
        QuantExtDialect::getRangeAttrName());
    if (range || !isDataMovement(op))
      break;
    value = getMovedSource(op);
  }
  if (auto argument = dyn_cast<BlockArgument>(value))
    range = getRangeAttr(argument);
  if (!range)
    return std::nullopt;
  return ActivationRange{range[0], range[1]};
}
