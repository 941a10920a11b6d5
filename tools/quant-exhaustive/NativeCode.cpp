//===- NativeCode.cpp - quantize compiled for a target --------------------===//

#include "NativeCode.h"

#include "QuantExt/CPU/Target.h"
#include "QuantExt/Pipelines/Pipelines.h"

#include "mlir/ExecutionEngine/CRunnerUtils.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Location.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace quant_exhaustive;

//===----------------------------------------------------------------------===//
// IR
//===----------------------------------------------------------------------===//

/// Every function takes values, scale and zero point, needed or not, so that
/// all are called alike.
static void printFunction(raw_ostream &os, const Program &program,
                          size_t index) {
  const reference::Storage &storage = program.storage.storage;
  StringRef type = getName(program.type),
            scaleType = getName(program.scaleType);
  std::string name =
      (storage.isSigned ? "i" : "u") + std::to_string(storage.bits);
  std::string element = "i" + std::to_string(storage.bits);
  bool isConstant = program.form == Form::Constant;
  bool isPerAxis = program.form == Form::PerAxis;
  std::string dimension = std::to_string(program.size) + "x";
  auto tensor = [&](bool hasDimension, StringRef element) {
    return "tensor<" + (hasDimension ? dimension : "") + element.str() + ">";
  };
  std::string x = tensor(true, type), q = tensor(true, element);
  std::string s = tensor(isPerAxis, scaleType), z = tensor(isPerAxis, element);
  os << "func.func @case_" << index << "(%x: " << x << ", %s: " << s
     << ", %z: " << z << ") -> " << q << " {\n";
  if (isConstant)
    os << "  %cs = arith.constant dense<"
       << llvm::format_hex(encode(program.scaleType, program.constantScale),
                           program.scaleType == FloatKind::F32 ? 10 : 6)
       << "> : " << s << "\n  %cz = arith.constant dense<" << storage.zeroPoint
       << "> : " << z << "\n";
  os << "  %q = quant_ext.quantize %x, " << (isConstant ? "%cs" : "%s");
  if (program.storage.hasZeroPoint)
    os << (isConstant ? ", %cz" : ", %z");
  if (isPerAxis)
    os << " axis = 0";
  os << " storage = <" << name << ">";
  if (program.division == reference::Division::Reciprocal)
    os << " division = reciprocal";
  os << " : (" << x << ", " << s;
  if (program.storage.hasZeroPoint)
    os << ", " << z;
  os << ") -> " << q << "\n  return %q : " << q << "\n}\n";
}

static OwningOpRef<ModuleOp> buildModule(MLIRContext &context, StringRef target,
                                         ArrayRef<Program> programs) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto [index, program] : llvm::enumerate(programs))
    printFunction(os, program, index);
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return nullptr;
  quant_ext::QuantExtToLLVMOptions options;
  options.target = target.str();
  options.emitCInterface = true;
  options.resultsToOutParams = true;
  PassManager pm(&context);
  quant_ext::buildQuantExtToLLVMPipeline(pm, options);
  if (failed(pm.run(*module)))
    return nullptr;
  return module;
}

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

static FailureOr<quant_ext::TargetInfo> resolve(StringRef target,
                                                MLIRContext &context) {
  return quant_ext::resolveTarget(
      target, "", [&] { return emitError(UnknownLoc::get(&context)); });
}

StringRef quant_exhaustive::getHostArchitecture() {
  return llvm::Triple::getArchTypeName(
      llvm::Triple(llvm::sys::getProcessTriple()).getArch());
}

FailureOr<std::string> quant_exhaustive::findMissingFeatures(StringRef target) {
  MLIRContext context;
  auto info = resolve(target, context);
  if (failed(info))
    return failure();
  if (info->arch != getHostArchitecture())
    return "the instructions of " + info->arch;
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  std::string missing;
  for (StringRef feature : info->features) {
    // What the processor is not asked for, such as 64-bit mode, is left out of
    // the host's list.
    auto found = host.find(feature.drop_front());
    if (feature.front() == '+' && found != host.end() && !found->second)
      missing += (missing.empty() ? "" : ", ") + feature.drop_front().str();
  }
  return missing;
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

//===----------------------------------------------------------------------===//
// NativeCode
//===----------------------------------------------------------------------===//

NativeCode::NativeCode() = default;
NativeCode::~NativeCode() = default;

std::unique_ptr<NativeCode> NativeCode::compile(MLIRContext &context,
                                                StringRef target,
                                                std::vector<Program> programs,
                                                StringRef objectFile) {
  auto report = [&](llvm::Error error) {
    emitError(UnknownLoc::get(&context)) << llvm::toString(std::move(error));
    return nullptr;
  };
  auto info = resolve(target, context);
  OwningOpRef<ModuleOp> module =
      succeeded(info) ? buildModule(context, target, programs) : nullptr;
  if (!module)
    return nullptr;
  auto machine = createTargetMachine(*info);
  if (!machine)
    return report(machine.takeError());

  std::unique_ptr<NativeCode> code(new NativeCode());
  auto optimize = makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0,
                                            machine->get());
  ExecutionEngineOptions options;
  options.transformer = optimize;
  options.enableObjectDump = !objectFile.empty();
  auto engine = ExecutionEngine::create(*module, options, std::move(*machine));
  if (!engine)
    return report(engine.takeError());
  code->engine = std::move(*engine);
  code->target = target.str();
  code->programs = std::move(programs);
  for (size_t i = 0; i < code->programs.size(); ++i) {
    auto function =
        code->engine->lookup("_mlir_ciface_case_" + std::to_string(i));
    if (!function)
      return report(function.takeError());
    code->functions.push_back(*function);
  }
  if (!objectFile.empty())
    code->engine->dumpToObjectFile(objectFile);
  return code;
}

void NativeCode::run(size_t index, void *x, void *scale, void *zeroPoint,
                     void *q, size_t count) const {
  const Program &program = programs[index];
  int64_t size = static_cast<int64_t>(program.size);
  size_t bytesIn = program.type == FloatKind::F32 ? 4 : 2;
  // The descriptor of rank 0 is where that of rank 1 begins.
  using Descriptor = StridedMemRefType<char, 1>;
  auto describe = [](void *data, int64_t elements) {
    char *bytes = static_cast<char *>(data);
    return Descriptor{bytes, bytes, 0, {elements}, {1}};
  };
  size_t bytesOut = getPackedBytes(program.storage.storage, program.size);
  bool isPacked = program.storage.storage.bits < 8;
  int64_t parameters = program.form == Form::PerAxis ? size : 1;
  Descriptor scaleOf = describe(scale, parameters);
  Descriptor zeroPointOf = describe(zeroPoint, parameters);
  auto *function =
      reinterpret_cast<void (*)(Descriptor *, Descriptor *, Descriptor *,
                                Descriptor *)>(functions[index]);
  for (size_t done = 0; done < count; done += program.size) {
    Descriptor from = describe(static_cast<char *>(x) + done * bytesIn, size);
    Descriptor to =
        describe(static_cast<char *>(q) + done / program.size * bytesOut,
                 isPacked ? static_cast<int64_t>(bytesOut) : size);
    function(&from, &scaleOf, &zeroPointOf, &to);
  }
}

size_t quant_exhaustive::getPackedBytes(const reference::Storage &storage,
                                        size_t count) {
  if (storage.bits < 8)
    return (count * storage.bits + 7) / 8;
  return count * storage.bytes();
}
