//===- quant-opt.cpp - The optimizer driver -------------------------------===//

#include "QuantExt/InitAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"
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

/// libLLVM brings the options of every code generator and optimizer with it.
/// They still work and are in --help-hidden. Call it while no option of MLIR is
/// registered yet.
static void hideOptionsOfLLVM() {
  for (auto &[name, option] : llvm::cl::getRegisteredOptions())
    if (option->getOptionHiddenFlag() == llvm::cl::NotHidden &&
        name != "help" && name != "version" && name != "color")
      option->setHiddenFlag(llvm::cl::Hidden);
}

/// Upstream's help sorts the passes of everybody into one list of hundreds.
/// Those registered so far, which are ours, go ahead of it.
static void printOwnHelp(int argc, char **argv) {
  ArrayRef<const char *> arguments(argv, argc);
  if (llvm::none_of(arguments, [](StringRef argument) {
        return argument == "--help" || argument == "-help" ||
               argument == "-h" || argument == "--help-hidden";
      }))
    return;
  llvm::outs() << R"(quant-opt reads MLIR, runs passes over it, and writes MLIR.

  quant-opt weights.mlir --pass-pipeline='builtin.module(
      quant-ext-quantize-weights{granularity=per-axis}, canonicalize)'

These passes and pipelines are those of the quant_ext dialect; an option NAME
of one is written {NAME=VALUE ...} after it. Below are all others and what the
tool itself takes.

)";
  // The options that upstream's driver makes of the registry, here of the part
  // of it that is ours; gone before the driver makes its own.
  PassPipelineCLParser own("", "Passes and pipelines of quant_ext");
  auto &options = llvm::cl::getRegisteredOptions();
  options.lookup("pass-pipeline")->removeArgument();
  for (auto &[name, option] : options)
    if (!option->hasArgStr()) {
      llvm::cl::Option *list = option;
      list->printOptionInfo(list->getOptionWidth() + 1);
      list->removeArgument();
      break;
    }
  llvm::outs() << "\n";
}

static void printVersion(raw_ostream &os) {
  os << "quant-opt, quant_ext " QUANT_EXT_VERSION "\n";
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  hideOptionsOfLLVM();
  llvm::cl::AddExtraVersionPrinter(printVersion);
  quant_ext::registerAllPasses();
  printOwnHelp(argc, argv);
  registerAllPasses();

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  quant_ext::registerAllDialects(registry);

  auto [input, output] = registerAndParseCLIOptions(
      argc, argv,
      "quant-opt: MLIR's optimizer driver with the quant_ext dialect\n",
      registry);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  if (output == "-" || config.shouldShowDialects() || config.shouldListPasses())
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
  return asMainReturnCode(runIntoFile(input, output, registry, config));
}
