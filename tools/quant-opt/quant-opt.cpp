//===- quant-opt.cpp - The optimizer driver -------------------------------===//

#include "QuantExt/InitAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

using namespace mlir;

int main(int argc, char **argv) {
  registerAllPasses();
  quant_ext::registerAllPasses();

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  quant_ext::registerAllDialects(registry);

  return asMainReturnCode(
      MlirOptMain(argc, argv, "Quantization optimizer driver\n", registry));
}
