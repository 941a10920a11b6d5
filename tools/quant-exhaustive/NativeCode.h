//===- NativeCode.h - quantize compiled for a target ------------*- C++ -*-===//

#ifndef QUANT_EXHAUSTIVE_NATIVECODE_H
#define QUANT_EXHAUSTIVE_NATIVECODE_H

#include "Inputs.h"
#include "NativeModule.h"
#include "Reference.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"

#include <memory>
#include <string>
#include <vector>

namespace quant_exhaustive {

/// The integers to make, and how users name them: `i8`, `u8:131`.
struct StorageCase {
  std::string name;
  bool hasZeroPoint = false;
  reference::Storage storage;
};

/// What scale and zero point are to the compiler: values of run time for the
/// whole tensor, constants, or values for each element.
enum class Form { Argument, Constant, PerAxis };

/// A function to compile.
struct Program {
  FloatKind type = FloatKind::F32;
  FloatKind scaleType = FloatKind::F32;
  StorageCase storage;
  reference::Division division = reference::Division::Exact;
  Form form = Form::Argument;
  /// Of Form::Constant.
  float constantScale = 0;
  /// Elements in a tensor.
  size_t size = 0;
};

/// Functions compiled by the pipeline to LLVM and loaded into this process.
class NativeCode {
public:
  /// Null after a message. Writes the object to `objectFile` if that is not
  /// empty; the functions are called `case_N` there.
  static std::unique_ptr<NativeCode> compile(mlir::MLIRContext &context,
                                             llvm::StringRef target,
                                             std::vector<Program> programs,
                                             llvm::StringRef objectFile);

  llvm::StringRef getTarget() const { return target; }
  const std::vector<Program> &getPrograms() const { return programs; }

  /// Calls a function on as many tensors, one after the other, as `count`
  /// elements are: a multiple of its size. Elements in q are packed as the
  /// function packs them; scale and zero point are as many as a tensor has
  /// elements, for Form::PerAxis.
  void run(size_t program, void *x, void *scale, void *zeroPoint, void *q,
           size_t count) const;

private:
  NativeCode() = default;

  std::string target;
  std::vector<Program> programs;
  std::vector<void *> functions;
  std::unique_ptr<native_code::NativeModule> module;
};

/// Bytes of `count` elements as functions pack them.
size_t getPackedBytes(const reference::Storage &storage, size_t count);

/// What this machine lacks to run code for a target; empty if nothing. Fails,
/// after a message, for what is no target.
mlir::FailureOr<std::string> findMissingFeatures(llvm::StringRef target);

} // namespace quant_exhaustive

#endif // QUANT_EXHAUSTIVE_NATIVECODE_H
