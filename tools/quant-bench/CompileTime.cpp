//===- CompileTime.cpp - What compiling takes -----------------------------===//

#include "CompileTime.h"

#include "NativeModule.h"

#include "QuantExt/Pipelines/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Timer.h"

#include <cmath>
#include <optional>

using namespace mlir;
using namespace quant_bench;

StringRef quant_bench::toString(ModuleShape shape) {
  return shape == ModuleShape::Functions ? "functions" : "layers";
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

static constexpr int kRows = 64, kColumns = 256;

static std::string makeType(StringRef element) {
  return "tensor<" + std::to_string(kRows) + "x" + std::to_string(kColumns) +
         "x" + element.str() + ">";
}

/// One layer from %xN to %x(N + 1). No two have the same constants.
static void printLayer(raw_ostream &os, unsigned n) {
  std::string f32 = makeType("f32"), i8 = makeType("i8");
  std::string scales = "tensor<" + std::to_string(kRows) + "xf32>";
  os << "  %w" << n << " = arith.constant dense<" << n % 100 + 1 << "> : " << i8
     << "\n  %ws" << n << " = arith.constant dense<[";
  for (int row = 0; row < kRows; ++row)
    os << (row ? ", " : "")
       << llvm::format("%.6e", 0.01 + 0.0001 * ((n * 7 + row) % 97));
  os << "]> : " << scales << "\n  %f" << n << " = quant_ext.dequantize %w" << n
     << ", %ws" << n << " axis = 0 storage = <i8> : (" << i8 << ", " << scales
     << ") -> " << f32 << "\n  %e" << n << " = tensor.empty() : " << f32
     << "\n  %a" << n << " = linalg.add ins(%x" << n << ", %f" << n << " : "
     << f32 << ", " << f32 << ") outs(%e" << n << " : " << f32 << ") -> " << f32
     << "\n  %s" << n << " = arith.constant dense<"
     << llvm::format("%.6e", 0.02 + 0.001 * (n % 50)) << "> : tensor<f32>\n  %z"
     << n << " = arith.constant dense<" << 100 + n % 50
     << "> : tensor<i8>\n  %q" << n << " = quant_ext.quantize %a" << n << ", %s"
     << n << ", %z" << n << " storage = <u8> : (" << f32
     << ", tensor<f32>, tensor<i8>) -> " << i8 << "\n  %x" << n + 1
     << " = quant_ext.dequantize %q" << n << ", %s" << n << ", %z" << n
     << " storage = <u8> : (" << i8 << ", tensor<f32>, tensor<i8>) -> " << f32
     << "\n";
}

std::string quant_bench::makeNetwork(ModuleShape shape, unsigned layers) {
  std::string text;
  llvm::raw_string_ostream os(text);
  std::string type = makeType("f32");
  auto printHead = [&](unsigned n) {
    os << "func.func @layer" << n << "(%x" << n << ": " << type << ") -> "
       << type << " {\n";
  };
  auto printTail = [&](unsigned n) {
    os << "  return %x" << n << " : " << type << "\n}\n";
  };
  for (unsigned n = 0; n < layers; ++n) {
    bool isWhole = shape == ModuleShape::Functions;
    if (isWhole || n == 0)
      printHead(n);
    printLayer(os, n);
    if (isWhole || n + 1 == layers)
      printTail(n + 1);
  }
  return text;
}

//===----------------------------------------------------------------------===//
// Times
//===----------------------------------------------------------------------===//

namespace {
/// Seconds on the clock, and of all processors together.
struct Seconds {
  double wall = 0, processor = 0;
};
} // namespace

static Seconds getSeconds(const llvm::TimeRecord &start) {
  llvm::TimeRecord now = llvm::TimeRecord::getCurrentTime(/*Start=*/false);
  now -= start;
  return {now.getWallTime(), now.getProcessTime()};
}

/// The pipeline alone: reading and printing IR are apart.
static std::optional<Seconds> timePipeline(const DialectRegistry &registry,
                                           StringRef text) {
  MLIRContext context(registry);
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return std::nullopt;
  llvm::TimeRecord start = llvm::TimeRecord::getCurrentTime();
  PassManager pm(&context);
  quant_ext::buildQuantExtToLLVMPipeline(pm, {});
  if (failed(pm.run(*module)))
    return std::nullopt;
  return getSeconds(start);
}

/// Everything from text to code that can be called.
static std::optional<Seconds> timeAll(const DialectRegistry &registry,
                                      StringRef text) {
  llvm::TimeRecord start = llvm::TimeRecord::getCurrentTime();
  MLIRContext context(registry);
  auto module = native_code::NativeModule::compile(context, "native", text,
                                                   /*keepObject=*/false);
  if (!module || !module->lookup("layer0"))
    return std::nullopt;
  return getSeconds(start);
}

/// The median by the clock.
template <typename Function>
static std::optional<Seconds> repeat(unsigned repetitions, Function time) {
  std::vector<Seconds> all;
  for (unsigned i = 0; i < repetitions; ++i) {
    std::optional<Seconds> seconds = time();
    if (!seconds)
      return std::nullopt;
    all.push_back(*seconds);
  }
  llvm::sort(
      all, [](const Seconds &a, const Seconds &b) { return a.wall < b.wall; });
  return all[all.size() / 2];
}

LogicalResult quant_bench::measureCompileTime(const DialectRegistry &registry,
                                              const CompileOptions &options,
                                              raw_ostream &os) {
  // What is compiled at once and run at once; more is for ahead of time.
  constexpr unsigned kMostToRun = 10;
  os << "milliseconds; growth is the exponent of layers since the line before\n"
     << "shape         layers  pipeline  a layer  processors  growth  "
        "with LLVM\n";
  for (ModuleShape shape : {ModuleShape::Functions, ModuleShape::Layers}) {
    std::optional<std::pair<unsigned, double>> before;
    for (unsigned layers : options.layers) {
      llvm::errs() << toString(shape) << " " << layers << "\n";
      std::string text = makeNetwork(shape, layers);
      auto pipeline = repeat(options.repetitions,
                             [&] { return timePipeline(registry, text); });
      std::optional<Seconds> all;
      if (layers <= kMostToRun)
        all = repeat(options.repetitions,
                     [&] { return timeAll(registry, text); });
      if (!pipeline || (layers <= kMostToRun && !all)) {
        llvm::errs() << "error: a network of " << layers << " "
                     << toString(shape) << " cannot be compiled\n";
        return failure();
      }
      os << llvm::left_justify(toString(shape), 12)
         << llvm::format("%8u%10.1f%9.3f%12.2f", layers, pipeline->wall * 1e3,
                         pipeline->wall * 1e3 / layers,
                         pipeline->processor / pipeline->wall);
      if (before && layers != before->first)
        os << llvm::format(
            "%8.2f", std::log(pipeline->wall / before->second) /
                         std::log(double(layers) / double(before->first)));
      else
        os << llvm::right_justify("-", 8);
      if (all)
        os << llvm::format("%11.1f\n", all->wall * 1e3);
      else
        os << llvm::right_justify("-", 11) << "\n";
      os.flush();
      before = {layers, pipeline->wall};
    }
  }
  return success();
}
