//===- quant-opt.cpp - The optimizer driver -------------------------------===//

#include "QuantExt/InitAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

/// Writes to a temporary file that takes the place of `outputName` only when
/// everything went well: upstream's driver truncates the file before it parses
/// its input, so that a mistake would cost the user the last good result.
static LogicalResult runIntoFile(StringRef inputName, StringRef outputName,
                                 DialectRegistry &registry,
                                 const MlirOptMainConfig &config) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> input =
      openInputFile(inputName, &message);
  if (!input) {
    llvm::WithColor::error() << message << "\n";
    return failure();
  }
  bool hasReported = false;
  llvm::Error error =
      llvm::writeToOutput(outputName, [&](raw_ostream &os) -> llvm::Error {
        if (succeeded(MlirOptMain(os, std::move(input), registry, config)))
          return llvm::Error::success();
        hasReported = true;
        return llvm::createStringError("the module was not processed");
      });
  if (!error)
    return success();
  if (hasReported)
    llvm::consumeError(std::move(error));
  else
    llvm::WithColor::error()
        << "cannot write '" << outputName
        << "': " << llvm::toString(std::move(error)) << "\n";
  return failure();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  registerAllPasses();
  quant_ext::registerAllPasses();

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  quant_ext::registerAllDialects(registry);

  auto [input, output] = registerAndParseCLIOptions(
      argc, argv, "Quantization optimizer driver\n", registry);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  if (output == "-" || config.shouldShowDialects() || config.shouldListPasses())
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
  return asMainReturnCode(runIntoFile(input, output, registry, config));
}
