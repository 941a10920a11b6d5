//===- NativeModule.cpp - IR compiled into this process -------------------===//

#include "NativeModule.h"

#include "QuantExt/InitAll.h"
#include "QuantExt/Pipelines/Pipelines.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Location.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Memory.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace native_code;

void native_code::initialize(DialectRegistry &registry) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  registerAllDialects(registry);
  registerAllExtensions(registry);
  quant_ext::registerAllDialects(registry);
  registerAllToLLVMIRTranslations(registry);
}

FailureOr<quant_ext::TargetInfo>
native_code::resolveTarget(StringRef target, MLIRContext &context) {
  return quant_ext::resolveTarget(
      target, "", [&] { return emitError(UnknownLoc::get(&context)); });
}

StringRef native_code::getHostArchitecture() {
  return llvm::Triple::getArchTypeName(
      llvm::Triple(llvm::sys::getProcessTriple()).getArch());
}

std::string
native_code::findMissingFeatures(const quant_ext::TargetInfo &target) {
  if (target.arch != getHostArchitecture())
    return "the instructions of " + target.arch;
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  std::string missing;
  for (StringRef feature : target.features) {
    // What the processor is not asked for, such as 64-bit mode, is left out of
    // the host's list.
    auto found = host.find(feature.drop_front());
    if (feature.front() == '+' && found != host.end() && !found->second)
      missing += (missing.empty() ? "" : ", ") + feature.drop_front().str();
  }
  return missing;
}

static LogicalResult lower(ModuleOp module, StringRef target, unsigned threads,
                           bool approximateMath) {
  quant_ext::QuantExtToLLVMOptions options;
  options.target = target.str();
  options.threads = threads;
  options.approximateMath = approximateMath;
  options.emitCInterface = true;
  options.resultsToOutParams = true;
  PassManager pm(module.getContext());
  quant_ext::buildQuantExtToLLVMPipeline(pm, options);
  return pm.run(module);
}

/// Code for the target and nothing above it, though the JIT would take what the
/// host has.
static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const quant_ext::TargetInfo &info) {
  llvm::Triple triple(llvm::sys::getProcessTriple());
  llvm::orc::JITTargetMachineBuilder builder(triple);
  builder.setCPU(info.cpu);
  builder.addFeatures(info.features);
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  return builder.createTargetMachine();
}

/// What the system gives, with a note of where constants are.
class NativeModule::Memory : public llvm::SectionMemoryManager::MemoryMapper {
public:
  llvm::sys::MemoryBlock
  allocateMappedMemory(llvm::SectionMemoryManager::AllocationPurpose purpose,
                       size_t bytes, const llvm::sys::MemoryBlock *near,
                       unsigned flags, std::error_code &error) override {
    auto block =
        llvm::sys::Memory::allocateMappedMemory(bytes, near, flags, error);
    if (purpose == llvm::SectionMemoryManager::AllocationPurpose::ROData &&
        !error && block.allocatedSize() > constants.size())
      constants = {static_cast<const char *>(block.base()),
                   block.allocatedSize()};
    return block;
  }
  std::error_code protectMappedMemory(const llvm::sys::MemoryBlock &block,
                                      unsigned flags) override {
    return llvm::sys::Memory::protectMappedMemory(block, flags);
  }
  std::error_code releaseMappedMemory(llvm::sys::MemoryBlock &block) override {
    return llvm::sys::Memory::releaseMappedMemory(block);
  }

  ArrayRef<char> constants;
};

NativeModule::NativeModule(std::unique_ptr<Memory> memory,
                           std::unique_ptr<ExecutionEngine> engine)
    : memory(std::move(memory)), engine(std::move(engine)) {}
NativeModule::~NativeModule() = default;

ArrayRef<char> NativeModule::getConstants() const { return memory->constants; }

bool NativeModule::hasThreads() {
  return llvm::sys::fs::exists(QUANT_EXT_OPENMP);
}

std::unique_ptr<NativeModule>
NativeModule::compile(MLIRContext &context, StringRef target, StringRef text,
                      bool keepObject, unsigned threads, bool approximateMath) {
  return compile(context, target, parseSourceString<ModuleOp>(text, &context),
                 keepObject, threads, approximateMath);
}

std::unique_ptr<NativeModule>
NativeModule::compile(MLIRContext &context, StringRef target,
                      OwningOpRef<ModuleOp> module, bool keepObject,
                      unsigned threads, bool approximateMath) {
  auto report = [&](llvm::Error error) {
    emitError(UnknownLoc::get(&context)) << llvm::toString(std::move(error));
    return nullptr;
  };
  auto info = resolveTarget(target, context);
  if (!module || failed(info) ||
      failed(lower(*module, target, threads, approximateMath)))
    return nullptr;
  auto machine = createTargetMachine(*info);
  if (!machine)
    return report(machine.takeError());

  auto optimize = makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0,
                                            machine->get());
  ExecutionEngineOptions options;
  options.transformer = optimize;
  options.enableObjectDump = keepObject;
  // Has what code calls for copies between buffers of different layout.
  SmallVector<StringRef> runtimes = {QUANT_EXT_RUNNER_UTILS};
  if (threads > 1)
    runtimes.push_back(QUANT_EXT_OPENMP);
  options.sharedLibPaths = runtimes;
  auto memory = std::make_unique<Memory>();
  options.sectionMemoryMapper = memory.get();
  auto engine = ExecutionEngine::create(*module, options, std::move(*machine));
  if (!engine)
    return report(engine.takeError());
  return std::unique_ptr<NativeModule>(
      new NativeModule(std::move(memory), std::move(*engine)));
}

template <typename Function>
static Function orNull(llvm::Expected<Function> function) {
  if (function)
    return *function;
  llvm::errs() << "error: " << llvm::toString(function.takeError()) << "\n";
  return nullptr;
}

void *NativeModule::lookup(StringRef function) const {
  return orNull(engine->lookup("_mlir_ciface_" + function.str()));
}

PackedFunction NativeModule::lookupPacked(StringRef function) const {
  return orNull(engine->lookupPacked("_mlir_ciface_" + function.str()));
}

void NativeModule::dumpObject(StringRef file) {
  engine->dumpToObjectFile(file);
}
