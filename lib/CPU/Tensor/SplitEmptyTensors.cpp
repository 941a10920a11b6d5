//===- SplitEmptyTensors.cpp - A tensor of its own for each use -----------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTSPLITEMPTYTENSORS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Tells copies apart, so that they are not merged again.
static constexpr StringLiteral kNumber = "quant_ext.number";

static bool isReshape(Operation *op) {
  return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op);
}

/// True where operations that overwrite it are all that uses a tensor. Slices
/// of it may have to stay slices of the tensor that others are inserted into.
static bool isOnlyDestination(Operation *op) {
  return llvm::all_of(op->getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isReshape(user))
      return isOnlyDestination(user);
    auto writer = dyn_cast<DestinationStyleOpInterface>(user);
    return writer && writer.isDpsInit(&use);
  });
}

namespace {

struct SplitEmptyTensorsPass
    : public quant_ext::impl::QuantExtSplitEmptyTensorsBase<
          SplitEmptyTensorsPass> {
  using QuantExtSplitEmptyTensorsBase::QuantExtSplitEmptyTensorsBase;

  void runOnOperation() override {
    SmallVector<Operation *> empties;
    getOperation()->walk(
        [&](tensor::EmptyOp empty) { empties.push_back(empty); });
    for (Operation *empty : empties)
      if (isOnlyDestination(empty))
        split(empty);
    int64_t number = 0;
    getOperation()->walk([&](tensor::EmptyOp empty) {
      empty->setAttr(kNumber, Builder(empty).getI64IntegerAttr(number++));
    });
  }

  /// A copy of `op`, which reads nothing, for each use but one of it and of its
  /// reshapes.
  void split(Operation *op) {
    SmallVector<Operation *> reshapes;
    for (Operation *user : op->getUsers())
      if (isReshape(user))
        reshapes.push_back(user);
    for (Operation *reshape : reshapes)
      split(reshape);

    // The list begins with the use that was made last.
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : op->getUses())
      uses.push_back(&use);
    for (OpOperand *use : ArrayRef(uses).drop_back(!uses.empty())) {
      // Not into a loop, where it would be made each time.
      Operation *user = op->getBlock()->findAncestorOpInBlock(*use->getOwner());
      OpBuilder builder(user);
      use->set(builder.clone(*op)->getResult(0));
      ++numSplit;
    }
  }
};

} // namespace
