//===- FoldResourceAction.h - What folding tells of itself ------*- C++ -*-===//

#ifndef QUANTEXT_IR_FOLDRESOURCEACTION_H
#define QUANTEXT_IR_FOLDRESOURCEACTION_H

#include "mlir/IR/Action.h"
#include "mlir/IR/Operation.h"

namespace mlir::quant_ext {

/// The evaluation of one operation on a resource by a canonicalization pattern:
/// what takes time in a large model. For a handler that is registered with the
/// context, from any of its threads, and for `--log-actions-to`.
class FoldResourceAction : public tracing::ActionImpl<FoldResourceAction> {
public:
  using Base = tracing::ActionImpl<FoldResourceAction>;
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FoldResourceAction)
  static constexpr StringLiteral tag = "quant-ext-fold-resource";

  FoldResourceAction(ArrayRef<IRUnit> irUnits, Operation *op)
      : Base(irUnits), op(op) {}

  /// The operation, which is still there when the evaluation has ended.
  Operation *getOperation() const { return op; }

  void print(raw_ostream &os) const override {
    os << "`" << tag << "` " << op->getName() << " of "
       << op->getOperand(0).getType();
  }

private:
  Operation *op;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_IR_FOLDRESOURCEACTION_H
