//===- compiler.cpp - A compiler that links the installed package ---------===//
//
// Reads a module with a function @run from 8 floats to 8 integers of 8 bits,
// quantizes constant weights, lowers all to native code with options of its
// own, and runs it.
//
//===----------------------------------------------------------------------===//

#include <QuantExt/IR/QuantExt.h>
#include <QuantExt/InitAll.h>
#include <QuantExt/Pipelines/Pipelines.h>

#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <mlir/ExecutionEngine/ExecutionEngine.h>
#include <mlir/ExecutionEngine/MemRefUtils.h>
#include <mlir/ExecutionEngine/OptUtils.h>
#include <mlir/IR/BuiltinOps.h>
#include <mlir/InitAllDialects.h>
#include <mlir/InitAllExtensions.h>
#include <mlir/Parser/Parser.h>
#include <mlir/Pass/PassManager.h>
#include <mlir/Target/LLVMIR/Dialect/All.h>
#include <mlir/Transforms/Passes.h>

#include <array>

using namespace mlir;

/// From quant_ext to the llvm dialect.
static LogicalResult lower(ModuleOp module) {
  PassManager passes(module.getContext());
  passes.addPass(createCanonicalizerPass());
  quant_ext::QuantExtToLLVMOptions options;
  options.target = "native";
  options.emitCInterface = true;
  options.resultsToOutParams = true;
  quant_ext::buildQuantExtToLLVMPipeline(passes, options);
  return passes.run(module);
}

/// Compiles `module` and calls its function @run.
static llvm::Error run(ModuleOp module, std::array<float, 8> &values,
                       std::array<int8_t, 8> &results) {
  ExecutionEngineOptions options;
  auto optimize = makeOptimizingTransformer(/*optLevel=*/2, /*sizeLevel=*/0,
                                            /*targetMachine=*/nullptr);
  options.transformer = optimize;
  llvm::Expected<std::unique_ptr<ExecutionEngine>> engine =
      ExecutionEngine::create(module, options);
  if (!engine)
    return engine.takeError();
  StridedMemRefType<float, 1> in{values.data(), values.data(), 0, {8}, {1}};
  StridedMemRefType<int8_t, 1> out{results.data(), results.data(), 0, {8}, {1}};
  return (*engine)->invoke("run", &in, &out);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    llvm::errs() << "usage: compiler FILE\n";
    return 2;
  }
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  quant_ext::registerAllDialects(registry);
  MLIRContext context(registry);

  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(argv[1], ParserConfig(&context));
  if (!module)
    return 1;
  unsigned operations = 0;
  module->walk([&](quant_ext::QuantizeOp) { ++operations; });
  llvm::outs() << operations << " quantize\n";
  if (failed(lower(*module)))
    return 1;
  std::array<float, 8> values = {0.25f, 0.75f, -0.75f, 1.0f,
                                 40.0f, 1e9f,  -1e9f,  3.2f};
  std::array<int8_t, 8> results = {};
  if (llvm::Error error = run(*module, values, results)) {
    llvm::errs() << toString(std::move(error)) << "\n";
    return 1;
  }
  llvm::interleave(
      results, llvm::outs(), [](int8_t q) { llvm::outs() << int(q); }, " ");
  llvm::outs() << "\n";
  return 0;
}
