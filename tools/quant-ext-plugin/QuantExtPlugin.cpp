//===- QuantExtPlugin.cpp - quant_ext in other optimizer drivers ----------===//
//
// What a tool with --load-dialect-plugin and --load-pass-plugin, such as
// mlir-opt, asks of a shared library.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

static constexpr const char *kName = "QuantExt";

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, kName, QUANT_EXT_VERSION,
          [](DialectRegistry *registry) {
            quant_ext::registerAllDialects(*registry);
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, kName, QUANT_EXT_VERSION,
          [] { quant_ext::registerAllPasses(); }};
}
