//===- DropUnusedResources.cpp - Free blobs that no operation uses --------===//

#include "QuantExt/Transforms/Passes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_DROPUNUSEDRESOURCES
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The keys of the builtin dialect that `module` names.
///
/// The printer is asked, not a walk over attributes: what it prints is what
/// would be lost, and it sees handles inside attributes of any dialect. The
/// generic form hides no attribute.
static llvm::StringSet<> findUsedKeys(ModuleOp module) {
  OpPrintingFlags flags;
  flags.printGenericOpForm().assumeVerified().enableDebugInfo();
  flags.elideLargeElementsAttrs(/*largeElementLimit=*/1);
  // A module that is printed as a whole has its blobs behind it, in
  // hexadecimal.
  flags.useLocalScope();
  AsmState state(module, flags);
  llvm::raw_null_ostream os;
  module->print(os, state);

  llvm::StringSet<> keys;
  for (auto &[dialect, handles] : state.getDialectResources())
    for (const AsmDialectResourceHandle &handle : handles)
      if (auto *builtin = dyn_cast<DenseResourceElementsHandle>(&handle))
        keys.insert(builtin->getKey());
  return keys;
}

/// The keys that hold a blob of at least a byte.
static SmallVector<std::string>
findFilledKeys(const DialectResourceBlobManager &manager) {
  SmallVector<std::string> keys;
  manager.getBlobMap([&](const auto &blobs) {
    for (const auto &entry : blobs) {
      const AsmResourceBlob *blob = entry.getValue().getBlob();
      if (blob && !blob->getData().empty())
        keys.push_back(entry.getKey().str());
    }
  });
  return keys;
}

namespace {
struct DropUnusedResources
    : quant_ext::impl::DropUnusedResourcesBase<DropUnusedResources> {
  void runOnOperation() override {
    markAllAnalysesPreserved();
    ModuleOp module = getOperation();
    if (module->getParentOp()) {
      module.emitError("must be the outermost module to drop resources, found "
                       "one inside '")
          << module->getParentOp()->getName() << "'";
      return signalPassFailure();
    }
    DialectResourceBlobManager &manager =
        DenseResourceElementsHandle::getManagerInterface(&getContext())
            .getBlobManager();
    llvm::StringSet<> used = findUsedKeys(module);
    int64_t blobs = 0, bytes = 0;
    for (const std::string &key : findFilledKeys(manager)) {
      if (used.contains(key))
        continue;
      ++blobs;
      bytes += manager.lookup(key)->getBlob()->getData().size();
      // An entry cannot be removed, for handles point to it; an empty blob
      // gives its memory back.
      manager.update(key, AsmResourceBlob());
    }
    numDropped += blobs;
    bytesDropped += bytes;
    remark::analysis(
        module.getLoc(),
        remark::RemarkOpts::name("dropped").category(getArgumentName()))
        << remark::add("blobs that no operation uses")
        << remark::metric("Blobs", blobs) << remark::metric("Bytes", bytes);
  }
};
} // namespace
