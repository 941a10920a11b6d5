//===- quant-exhaustive.cpp - Every input through native code -------------===//
//
// Compiles quant_ext.quantize with the pipeline that users run, runs the code
// in this process on every value of a type, and compares each result with that
// of a reference written from the definition.
//
//===----------------------------------------------------------------------===//

#include "Account.h"
#include "Inputs.h"
#include "NativeCode.h"
#include "Plan.h"
#include "Reference.h"
#include "Sweep.h"
#include "Ties.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>

using namespace mlir;
using namespace quant_exhaustive;
using reference::Division;
namespace cl = llvm::cl;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

static cl::OptionCategory category("Options of quant-exhaustive");

static cl::list<std::string> targetNames(
    "targets", cl::CommaSeparated, cl::cat(category),
    cl::desc("Targets to compile for; each must run here. By default those of "
             "the library for this kind of machine; those with AVX-512 only "
             "where the machine has it"));
static cl::list<FloatKind>
    types("types", cl::CommaSeparated, cl::cat(category),
          cl::desc("Types of values (default: all)"),
          cl::values(clEnumValN(FloatKind::F32, "f32",
                                "all 2^32, or those of --sample"),
                     clEnumValN(FloatKind::F16, "f16", "all 65536"),
                     clEnumValN(FloatKind::BF16, "bf16", "all 65536")));
static cl::list<std::string> storageNames(
    "storages", cl::CommaSeparated, cl::cat(category),
    cl::desc("Storages, with a zero point behind a colon, as in i8,u8:131 "
             "(default: 8 bits for f32, every width for f16 and bf16)"));
static cl::list<std::string> scaleNumbers(
    "scales", cl::CommaSeparated, cl::cat(category),
    cl::desc("Scales, as in 0x1p-7,0.1,nan (default: a set of nasty ones)"));
static cl::list<Division>
    divisions("divisions", cl::CommaSeparated, cl::cat(category),
              cl::desc("Ways to divide (default: both)"),
              cl::values(clEnumValN(Division::Exact, "exact", "x / scale"),
                         clEnumValN(Division::Reciprocal, "reciprocal",
                                    "x * (1 / scale)")));
static cl::list<Form> forms(
    "forms", cl::CommaSeparated, cl::cat(category),
    cl::desc("What scale and zero point are (default: all for f32, argument "
             "for f16 and bf16)"),
    cl::values(clEnumValN(Form::Argument, "argument", "known at run time"),
               clEnumValN(Form::Constant, "constant",
                          "known to the compiler; leaves out scales that are "
                          "not positive numbers"),
               clEnumValN(Form::PerAxis, "per-axis",
                          "one for each element, all the same")));
static cl::opt<unsigned> sampleStride(
    "sample", cl::init(0), cl::cat(category), cl::value_desc("N"),
    cl::desc("Of f32 only every N-th value and all close to ties, bounds and "
             "powers of two; with --ties every N-th scale; N must be odd"));
static cl::opt<bool>
    ties("ties", cl::cat(category),
         cl::desc("Of f32, instead of every value by few scales, the values "
                  "next to the middles of two integers by scales of every "
                  "significand; --types, --scales, --forms and "
                  "--dump-objects are not for these"));
static cl::opt<Division> referenceDivision(
    "reference-division", cl::cat(category),
    cl::desc("Compare with another way to divide than the native code's, to "
             "count the values at which they differ"),
    cl::values(clEnumValN(Division::Exact, "exact", "x / scale"),
               clEnumValN(Division::Reciprocal, "reciprocal",
                          "x * (1 / scale)")));
static cl::opt<unsigned> threads("jobs", cl::init(2), cl::cat(category),
                                 cl::desc("Threads to run on (default: 2)"));
static cl::opt<std::string>
    objectFolder("dump-objects", cl::cat(category), cl::value_desc("folder"),
                 cl::desc("Write the object of each target to TARGET.o there"));
static cl::opt<bool> verbose("verbose", cl::cat(category),
                             cl::desc("Print a line for every combination"));

//===----------------------------------------------------------------------===//
// Main
//===----------------------------------------------------------------------===//

static LogicalResult
compileAll(MLIRContext &context, const std::vector<Group> &groups,
           ArrayRef<std::string> targets,
           std::vector<std::unique_ptr<NativeCode>> &codes) {
  if (!objectFolder.empty())
    if (auto error = llvm::sys::fs::create_directories(objectFolder))
      return fail("cannot create '" + objectFolder + "': " + error.message());
  std::vector<Program> programs = makePrograms(groups);
  for (const std::string &target : targets) {
    llvm::errs() << "compiling " << programs.size() << " functions for "
                 << target << "\n";
    codes.push_back(NativeCode::compile(
        context, target, programs,
        objectFolder.empty() ? "" : objectFolder + "/" + target + ".o"));
    if (!codes.back())
      return fail("cannot compile for '" + target + "'");
  }
  return success();
}

template <typename T>
static std::vector<T> toVector(const cl::list<T> &list) {
  return std::vector<T>(list.begin(), list.end());
}

static Selection getSelection() {
  Selection selection;
  selection.targets = toVector(targetNames);
  selection.types = toVector(types);
  selection.storages = toVector(storageNames);
  selection.scales = toVector(scaleNumbers);
  selection.divisions = toVector(divisions);
  selection.forms = toVector(forms);
  selection.sampleStride = sampleStride;
  return selection;
}

/// What a run that shows the same again needs beside the combination.
static std::string getOptionsToRepeat() {
  std::string options;
  if (sampleStride)
    options += " --sample=" + std::to_string(sampleStride);
  if (referenceDivision.getNumOccurrences())
    options +=
        (llvm::Twine(" --reference-division=") + toString(referenceDivision))
            .str();
  return options;
}

static LogicalResult run() {
  if (sampleStride.getNumOccurrences() && sampleStride % 2 == 0)
    return fail("--sample must be odd, found " + llvm::Twine(sampleStride));
  if (threads == 0)
    return fail("--jobs must be at least 1, found 0");
  Selection selection = getSelection();
  FailureOr<std::vector<Group>> groups = makeGroups(selection);
  if (failed(groups))
    return failure();
  FailureOr<std::vector<std::string>> targets = chooseTargets(selection);
  if (failed(targets))
    return failure();

  DialectRegistry registry;
  native_code::initialize(registry);
  MLIRContext context(registry);
  if (ties) {
    if (!objectFolder.empty())
      return fail("--dump-objects is not for --ties");
    std::optional<Division> other;
    if (referenceDivision.getNumOccurrences())
      other = referenceDivision;
    return runTies(context, selection, *targets, other, threads);
  }
  std::vector<std::unique_ptr<NativeCode>> codes;
  if (failed(compileAll(context, *groups, *targets, codes)))
    return failure();

  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
  Account account(getOptionsToRepeat(), verbose);
  std::vector<Step> steps = makeSteps(*groups, codes, sampleStride);
  for (auto [number, step] : llvm::enumerate(steps)) {
    bool isOwn = !referenceDivision.getNumOccurrences();
    runStep(step, isOwn ? step.division : referenceDivision, threads);
    for (const Combination &combination : step.combinations)
      account.add(step, combination);
    std::chrono::duration<double> elapsed = Clock::now() - start;
    llvm::errs() << "[" << number + 1 << "/" << steps.size() << "] "
                 << getName(step.type) << " by " << getName(step.scaleType)
                 << " " << toString(step.scale) << " "
                 << toString(step.division) << ", " << step.combinations.size()
                 << " functions, " << llvm::format("%.1f s", elapsed.count())
                 << "\n";
  }
  return account.print(*targets);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "runs native code of quant_ext.quantize on every value of a type, and\n"
      "compares the results with a reference\n");
  return failed(run());
}
