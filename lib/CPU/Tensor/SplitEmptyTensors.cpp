//===- SplitEmptyTensors.cpp - A tensor of its own for each use -----------===//

#include "CollapseDims.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTSPLITEMPTYTENSORS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// Tells copies apart, so that they are not merged again.
static constexpr StringLiteral kNumber = "quant_ext.number";

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

/// Whether what `op` makes of an uninitialized tensor is copied with it.
static bool isCopiedAlong(Operation *op) {
  return isReshape(op) || (isa<linalg::FillOp>(op) && isOnlyDestination(op));
}

/// Uses of one tensor of which not more than one is reached.
using ExclusiveUses = SmallVector<OpOperand *, 1>;

static bool excludesAll(OpOperand *use, const ExclusiveUses &others) {
  return llvm::all_of(others, [&](OpOperand *other) {
    return insideMutuallyExclusiveRegions(use->getOwner(), other->getOwner());
  });
}

namespace {

struct SplitEmptyTensorsPass
    : public quant_ext::impl::QuantExtSplitEmptyTensorsBase<
          SplitEmptyTensorsPass> {
  using QuantExtSplitEmptyTensorsBase::QuantExtSplitEmptyTensorsBase;

  void runOnOperation() override {
    positions.clear();
    SmallVector<Operation *> empties;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      positions.try_emplace(op, positions.size());
      if (isa<tensor::EmptyOp>(op))
        empties.push_back(op);
    });
    for (Operation *empty : empties)
      if (isOnlyDestination(empty))
        split(empty);
    int64_t number = 0;
    getOperation()->walk([&](tensor::EmptyOp empty) {
      empty->setAttr(kNumber, Builder(empty).getI64IntegerAttr(number++));
    });
  }

  /// A copy of `op`, which reads no tensor, for each use but the first of it
  /// and of what is copied with it; one for those of which only one is reached.
  void split(Operation *op) {
    SmallVector<Operation *> users;
    for (Operation *user : op->getUsers())
      if (isCopiedAlong(user))
        users.push_back(user);
    for (Operation *user : users)
      split(user);

    // The last uses meet: what leaves a branch was written on both its sides.
    SmallVector<OpOperand *> uses =
        llvm::map_to_vector(op->getUses(), [](OpOperand &use) { return &use; });
    llvm::sort(uses, [&](OpOperand *first, OpOperand *second) {
      auto getPosition = [&](OpOperand *use) {
        return std::pair(positions.lookup(use->getOwner()),
                         use->getOperandNumber());
      };
      return getPosition(first) > getPosition(second);
    });
    // Not into a loop, where it would be made each time.
    llvm::MapVector<Operation *, SmallVector<ExclusiveUses, 1>> groups;
    for (OpOperand *use : uses) {
      Operation *place =
          op->getParentRegion()->findAncestorOpInRegion(*use->getOwner());
      SmallVector<ExclusiveUses, 1> &here = groups[place];
      auto *group = place == use->getOwner()
                        ? here.end()
                        : llvm::find_if(here, [&](const ExclusiveUses &others) {
                            return excludesAll(use, others);
                          });
      if (group == here.end())
        group = here.insert(here.end(), ExclusiveUses());
      group->push_back(use);
    }

    Operation *copy = op;
    for (auto &[place, here] : llvm::reverse(groups))
      for (const ExclusiveUses &group : llvm::reverse(here)) {
        if (!copy) {
          copy = OpBuilder(place).clone(*op);
          positions.try_emplace(copy, positions.lookup(place));
          ++numSplit;
        }
        for (OpOperand *use : group)
          use->set(copy->getResult(0));
        copy = nullptr;
      }
  }

  /// Operations in the order in which they stand.
  DenseMap<Operation *, int64_t> positions;
};

} // namespace
