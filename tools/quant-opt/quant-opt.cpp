//===- quant-opt.cpp - The optimizer driver -------------------------------===//

#include "Progress.h"

#include "QuantExt/InitAll.h"

#include "mlir/Bytecode/BytecodeReader.h"
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
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdio>
#include <optional>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace mlir;

/// A file of bytecode is mapped into memory whatever its size. Upstream's
/// driver asks for a zero behind the input, which only text needs, and which no
/// mapping has of a file that fills its last page: such weights would be
/// copied.
static std::unique_ptr<llvm::MemoryBuffer> openInput(StringRef inputName) {
  std::string message;
  if (inputName != "-") {
    auto mapped = llvm::MemoryBuffer::getFile(inputName, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (mapped && isBytecode(**mapped))
      return std::move(*mapped);
  }
  std::unique_ptr<llvm::MemoryBuffer> input =
      openInputFile(inputName, &message);
  if (!input)
    llvm::WithColor::error() << message << "\n";
  return input;
}

/// Writes to a temporary file that takes the place of `outputName` only when
/// everything went well: upstream's driver truncates the file before it parses
/// its input, so that a mistake would cost the user the last good result.
static LogicalResult runIntoFile(std::unique_ptr<llvm::MemoryBuffer> input,
                                 StringRef outputName,
                                 DialectRegistry &registry,
                                 const MlirOptMainConfig &config) {
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

/// The C library learns from large blocks that are freed to keep the next ones,
/// which of weights is a lot to keep. With a bound it gives each back.
static void giveBackLargeBlocks() {
#ifdef __GLIBC__
  constexpr int kLarge = 4 << 20;
  mallopt(M_MMAP_THRESHOLD, kLarge);
#endif
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  giveBackLargeBlocks();
  hideOptionsOfLLVM();
  llvm::cl::AddExtraVersionPrinter(printVersion);
  quant_ext::registerAllPasses();
  printOwnHelp(argc, argv);
  registerAllPasses();

  llvm::cl::opt<bool> showProgress(
      "progress",
      llvm::cl::desc("Say on stderr what is read, which pass runs and which "
                     "resources it folds"));

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  quant_ext::registerAllDialects(registry);

  auto [input, output] = registerAndParseCLIOptions(
      argc, argv,
      "quant-opt: MLIR's optimizer driver with the quant_ext dialect\n",
      registry);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  // These read nothing, and a terminal is told that it is being read.
  if (config.shouldShowDialects() || config.shouldListPasses() ||
      (input == "-" &&
       llvm::sys::Process::FileDescriptorIsDisplayed(fileno(stdin))))
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));

  std::optional<quant_opt::Progress> progress;
  if (showProgress) {
    progress.emplace(input);
    config.setPassPipelineSetupFn(
        [&progress, inner = config](PassManager &passManager) {
          progress->watch(passManager);
          return inner.setupPassPipeline(passManager);
        });
  }
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInput(input);
  if (!buffer)
    return asMainReturnCode(failure());
  LogicalResult status =
      runIntoFile(std::move(buffer), output, registry, config);
  if (progress && succeeded(status))
    progress->endWriting();
  return asMainReturnCode(status);
}
