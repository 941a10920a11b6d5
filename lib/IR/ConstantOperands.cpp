//===- ConstantOperands.cpp - Operands and results of folding -------------===//

#include "ConstantOperands.h"

#include "QuantExt/IR/ResourceConstants.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace mlir::quant_ext;

LogicalResult ConstantOperands::read() {
  if (anyResource && resources == ResourceUse::Refuse)
    return failure();
  for (Attribute attr : attrs) {
    std::optional<ConstantData> data = ConstantData::get(attr);
    if (!data)
      return failure();
    values.push_back(std::move(*data));
  }
  for (Attribute attr : positionAttrs) {
    auto value = dyn_cast_if_present<IntegerAttr>(attr);
    if (!value)
      return failure();
    position.push_back(value.getInt());
  }
  // Splats alone give a splat, which takes no space however large its type.
  return success(areAllSplats() ||
                 llvm::all_of(values, [](const ConstantData &data) {
                   return data.canExpand();
                 }));
}

/// The key of what `op` makes of the constant under operand 0: readable, and
/// different for different operations, types, attributes and parameters.
static std::string deriveKey(Operation *op, StringRef tag,
                             const ConstantOperands &operands) {
  auto hashOf = [&](unsigned index) {
    const ConstantData &data = operands[index];
    int64_t count = data.isSplat() ? 1 : data.getNumElements();
    return llvm::xxh3_64bits(StringRef(
        data.getRaw(), count * getContainerBytes(data.getElementType())));
  };
  std::string text;
  llvm::raw_string_ostream os(text);
  op->getAttrDictionary().print(os);
  llvm::interleave(op->getOperandTypes(), os, " ");
  os << " " << op->getResult(0).getType();
  for (unsigned index = 1; index < operands.size(); ++index)
    os << " " << llvm::utohexstr(hashOf(index));
  for (uint64_t value : operands.getPosition())
    os << " " << value;

  std::string key;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(operands.getAttr(0)))
    key = resource.getRawHandle().getKey().str();
  else
    key = "dense_" + llvm::utohexstr(hashOf(0), /*LowerCase=*/true);
  return key + "_" + tag.str() + "_" +
         llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true);
}

Attribute quant_ext::makeElements(Operation *op, Type type, StringRef tag,
                                  const ConstantOperands &operands,
                                  AsmResourceBlob blob) {
  auto shaped = cast<ShapedType>(type);
  if (operands.hasResource())
    return getResourceConstant(shaped, deriveKey(op, tag, operands),
                               std::move(blob));
  return getDenseConstant(shaped, blob.getData());
}

numerics::Executor quant_ext::getExecutor(MLIRContext *context) {
  return [context](int64_t count, int64_t unit,
                   const std::function<void(int64_t, int64_t)> &work) {
    constexpr int64_t kElements = int64_t(1) << 18;
    int64_t size = llvm::alignTo(kElements, unit);
    parallelFor(context, 0, llvm::divideCeil(count, size), [&](size_t index) {
      int64_t begin = index * size;
      work(begin, std::min(begin + size, count));
    });
  };
}

std::string quant_ext::getTag(StorageAttr storage) {
  return storage.isFloat() ? storage.str()
                           : (storage.getIsSigned() ? "i" : "u") +
                                 llvm::utostr(storage.getWidth());
}
