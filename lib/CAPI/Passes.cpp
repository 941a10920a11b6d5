//===- Passes.cpp - C API of passes and pipelines -------------------------===//

#include "QuantExt-c/Passes.h"

#include "QuantExt/InitAll.h"

#include "mlir/CAPI/IR.h"

#include <mutex>

using namespace mlir;

void quantExtRegisterAllDialects(MlirDialectRegistry registry) {
  quant_ext::registerAllDialects(*unwrap(registry));
}

void quantExtRegisterAllPasses(void) {
  static std::once_flag once;
  std::call_once(once, [] { quant_ext::registerAllPasses(); });
}
