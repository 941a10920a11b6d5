//===- NativeCode.cpp - quantize compiled for a target --------------------===//

#include "NativeCode.h"

#include "mlir/ExecutionEngine/CRunnerUtils.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

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

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

FailureOr<std::string> quant_exhaustive::findMissingFeatures(StringRef target) {
  MLIRContext context;
  auto info = native_code::resolveTarget(target, context);
  if (failed(info))
    return failure();
  return native_code::findMissingFeatures(*info);
}

//===----------------------------------------------------------------------===//
// NativeCode
//===----------------------------------------------------------------------===//

std::unique_ptr<NativeCode> NativeCode::compile(MLIRContext &context,
                                                StringRef target,
                                                std::vector<Program> programs,
                                                StringRef objectFile) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto [index, program] : llvm::enumerate(programs))
    printFunction(os, program, index);
  std::unique_ptr<NativeCode> code(new NativeCode());
  code->module = native_code::NativeModule::compile(
      context, target, text, /*keepObject=*/!objectFile.empty());
  if (!code->module)
    return nullptr;
  code->target = target.str();
  code->programs = std::move(programs);
  for (size_t i = 0; i < code->programs.size(); ++i) {
    void *function = code->module->lookup("case_" + std::to_string(i));
    if (!function)
      return nullptr;
    code->functions.push_back(function);
  }
  if (!objectFile.empty())
    code->module->dumpObject(objectFile);
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
