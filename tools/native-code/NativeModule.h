//===- NativeModule.h - IR compiled into this process -----------*- C++ -*-===//

#ifndef NATIVE_CODE_NATIVEMODULE_H
#define NATIVE_CODE_NATIVEMODULE_H

#include "QuantExt/CPU/Target.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"

#include <memory>
#include <string>

namespace mlir {
class ExecutionEngine;
class ModuleOp;
template <typename OpTy>
class OwningOpRef;
} // namespace mlir

namespace native_code {

/// Everything that IR for the pipeline to LLVM may hold, and that a JIT needs.
void initialize(mlir::DialectRegistry &registry);

/// Fails after a message.
mlir::FailureOr<mlir::quant_ext::TargetInfo>
resolveTarget(llvm::StringRef target, mlir::MLIRContext &context);

/// LLVM's name of the architecture of this machine.
llvm::StringRef getHostArchitecture();

/// What the target has and this machine lacks, separated by commas; empty where
/// its code runs here.
std::string findMissingFeatures(const mlir::quant_ext::TargetInfo &target);

/// A function behind one array of pointers to its arguments.
using PackedFunction = void (*)(void **);

/// Functions compiled by the pipeline to LLVM, as quant-opt runs it, and loaded
/// into this process. Results are written into buffers that callers pass.
class NativeModule {
public:
  /// Null after a message. With `keepObject`, `dumpObject` may be called; more
  /// than one thread need OpenMP's runtime, which `hasThreads` finds; with
  /// `approximateMath`, erf, exp and tanh are polynomials.
  static std::unique_ptr<NativeModule>
  compile(mlir::MLIRContext &context, llvm::StringRef target,
          llvm::StringRef text, bool keepObject, unsigned threads = 1,
          bool approximateMath = false);
  /// The same of a module; null for none.
  static std::unique_ptr<NativeModule>
  compile(mlir::MLIRContext &context, llvm::StringRef target,
          mlir::OwningOpRef<mlir::ModuleOp> module, bool keepObject,
          unsigned threads = 1, bool approximateMath = false);
  static bool hasThreads();
  ~NativeModule();

  /// The function that takes pointers to memref descriptors, results last.
  /// Null after a message.
  void *lookup(llvm::StringRef function) const;

  /// The same for callers that do not know how many arguments there are. Null
  /// after a message.
  PackedFunction lookupPacked(llvm::StringRef function) const;

  void dumpObject(llvm::StringRef file);

  /// The largest piece of memory that it only reads: where constants are, and
  /// maybe what the system fills its last page with.
  llvm::ArrayRef<char> getConstants() const;

private:
  class Memory;
  NativeModule(std::unique_ptr<Memory> memory,
               std::unique_ptr<mlir::ExecutionEngine> engine);

  /// Of the engine's sections, which it outlives.
  std::unique_ptr<Memory> memory;
  std::unique_ptr<mlir::ExecutionEngine> engine;
};

} // namespace native_code

#endif // NATIVE_CODE_NATIVEMODULE_H
