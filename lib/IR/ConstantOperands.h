//===- ConstantOperands.h - Operands and results of folding -----*- C++ -*-===//

#ifndef QUANTEXT_LIB_IR_CONSTANTOPERANDS_H
#define QUANTEXT_LIB_IR_CONSTANTOPERANDS_H

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/Numerics/Executor.h"

#include "mlir/IR/AsmState.h"

namespace mlir::quant_ext {

/// The constant operands of an operation; the last of them, `positionSize` in
/// number, place what it rounds in a whole tensor.
class ConstantOperands {
public:
  ConstantOperands(ArrayRef<Attribute> attrs, size_t positionSize,
                   ResourceUse resources)
      : attrs(attrs.drop_back(positionSize)),
        positionAttrs(attrs.take_back(positionSize)), resources(resources) {
    anyResource =
        llvm::any_of(attrs, llvm::IsaAndPresentPred<DenseResourceElementsAttr>);
  }

  /// Reads every operand; fails where one is no constant.
  LogicalResult read();

  bool hasResource() const { return anyResource; }
  bool areAllSplats() const {
    return llvm::all_of(
        values, [](const ConstantData &data) { return data.isSplat(); });
  }

  /// The operand at `index`, one element of it where only one is computed.
  ConstantData get(unsigned index, bool single) const {
    return single ? values[index] : values[index].expanded();
  }
  const ConstantData &operator[](unsigned index) const { return values[index]; }
  Attribute getAttr(unsigned index) const { return attrs[index]; }
  size_t size() const { return attrs.size(); }
  ArrayRef<uint64_t> getPosition() const { return position; }

private:
  ArrayRef<Attribute> attrs;
  ArrayRef<Attribute> positionAttrs;
  ResourceUse resources;
  bool anyResource = false;
  SmallVector<ConstantData> values;
  SmallVector<uint64_t> position;
};

/// A constant of elements that `op` made of `operands`: a resource where one of
/// them was one, under a key with `tag` in it.
Attribute makeElements(Operation *op, Type type, StringRef tag,
                       const ConstantOperands &operands, AsmResourceBlob blob);

/// Names a storage in a key, which a range would not suit.
std::string getTag(StorageAttr storage);

/// Works on the threads of the context. Parts are as large for any number of
/// them: large beside what it takes to hand one out, small beside a weight.
numerics::Executor getExecutor(MLIRContext *context);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_IR_CONSTANTOPERANDS_H
