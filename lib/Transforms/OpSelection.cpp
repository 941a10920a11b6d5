//===- OpSelection.cpp - Which operations a pass is asked for -------------===//

#include "OpSelection.h"

#include "QuantExt/Transforms/WeightFinder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace mlir::quant_ext;

LogicalResult OpSelection::initialize(MLIRContext *context, StringRef location,
                                      ArrayRef<std::string> ops) {
  auto emitOptionError = [&] { return emitError(UnknownLoc::get(context)); };
  this->ops = ops;
  if (!location.empty()) {
    std::string message;
    this->location = std::make_shared<llvm::Regex>(location);
    if (!this->location->isValid(message))
      return emitOptionError()
             << "option 'location' must be a regular expression, found '"
             << location << "': " << message;
  }
  // A misspelt name would select nothing, which nobody would notice.
  for (const std::string &name : ops) {
    std::optional<RegisteredOperationName> registered =
        RegisteredOperationName::lookup(name, context);
    if (!registered || !registered->hasInterface<linalg::LinalgOp>())
      return emitOptionError()
             << "option 'ops' must name linalg operations, found '" << name
             << "'";
  }
  return success();
}

bool OpSelection::isSelected(Operation *op, std::string &reason) const {
  if (!ops.empty() && !llvm::is_contained(ops, op->getName().getStringRef())) {
    reason = "not selected by option 'ops'";
    return false;
  }
  if (!location)
    return true;
  auto matches = [&](StringRef name) { return location->match(name); };
  if (llvm::any_of(getLocationNames(op->getLoc()), matches))
    return true;
  reason = "not selected by option 'location'";
  return false;
}
