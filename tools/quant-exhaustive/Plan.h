//===- Plan.h - What to compile, and what to run it on ----------*- C++ -*-===//

#ifndef QUANT_EXHAUSTIVE_PLAN_H
#define QUANT_EXHAUSTIVE_PLAN_H

#include "Inputs.h"
#include "NativeCode.h"
#include "Sweep.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/Twine.h"

#include <memory>
#include <string>
#include <vector>

namespace quant_exhaustive {

/// What the user asks for; an empty list is everything.
struct Selection {
  std::vector<std::string> targets;
  std::vector<FloatKind> types;
  std::vector<std::string> storages;
  std::vector<std::string> scales;
  std::vector<reference::Division> divisions;
  std::vector<Form> forms;
  /// Of f32, every so many values; 0 is all.
  uint32_t sampleStride = 0;
};

/// Values and scales of two types, with storages and scales to try.
struct Group {
  FloatKind type;
  FloatKind scaleType;
  std::vector<StorageCase> storages;
  std::vector<float> scales;
  std::vector<reference::Division> divisions;
  std::vector<Form> forms;
};

std::string toString(float value);
llvm::StringRef toString(reference::Division division);
llvm::StringRef toString(Form form);

/// Prints an error.
mlir::LogicalResult fail(const llvm::Twine &message);

mlir::FailureOr<std::vector<Group>> makeGroups(const Selection &selection);

/// The targets to run, each of which this machine can: those asked for, or all.
mlir::FailureOr<std::vector<std::string>>
chooseTargets(const Selection &selection);

std::vector<Program> makePrograms(const std::vector<Group> &groups);

std::vector<Step>
makeSteps(const std::vector<Group> &groups,
          const std::vector<std::unique_ptr<NativeCode>> &codes,
          uint32_t sampleStride);

} // namespace quant_exhaustive

#endif // QUANT_EXHAUSTIVE_PLAN_H
