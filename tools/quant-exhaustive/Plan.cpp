//===- Plan.cpp - What to compile, and what to run it on ------------------===//

#include "Plan.h"

#include "QuantExt/CPU/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstdlib>

using namespace mlir;
using namespace quant_exhaustive;
using reference::Division;

std::string quant_exhaustive::toString(float value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%a", value);
  return text;
}

StringRef quant_exhaustive::toString(Division division) {
  return division == Division::Exact ? "exact" : "reciprocal";
}

StringRef quant_exhaustive::toString(Form form) {
  return form == Form::Argument   ? "argument"
         : form == Form::Constant ? "constant"
                                  : "per-axis";
}

LogicalResult quant_exhaustive::fail(const llvm::Twine &message) {
  llvm::WithColor::error() << message << "\n";
  return failure();
}

//===----------------------------------------------------------------------===//
// What users write
//===----------------------------------------------------------------------===//

/// Parses `i8` and `u8:131`.
static FailureOr<StorageCase> parseStorage(StringRef text) {
  StorageCase result;
  result.name = text.str();
  auto [name, zeroPoint] = text.split(':');
  reference::Storage &storage = result.storage;
  storage.zeroPoint = 0;
  storage.isSigned = name.consume_front("i");
  if ((!storage.isSigned && !name.consume_front("u")) ||
      !llvm::is_contained({"2", "4", "8", "16", "32"}, name) ||
      (name == "32" && !storage.isSigned))
    return fail("storage must be i2 to i32 or u2 to u16, found '" + text + "'");
  storage.bits = std::atoi(name.str().c_str());
  result.hasZeroPoint = text.contains(':');
  if (result.hasZeroPoint &&
      (storage.bits == 32 || zeroPoint.getAsInteger(10, storage.zeroPoint) ||
       storage.zeroPoint < storage.min() || storage.zeroPoint > storage.max()))
    return fail("zero point must be a number of its storage, found '" + text +
                "'");
  if (!result.hasZeroPoint && !storage.isSigned)
    return fail("unsigned storage must have a zero point, found '" + text +
                "'");
  return result;
}

static FailureOr<float> parseScale(const std::string &text) {
  char *end;
  float value = std::strtof(text.c_str(), &end);
  if (text.empty() || *end)
    return fail("scale must be a number, found '" + text + "'");
  return value;
}

template <typename T>
static std::vector<T> orDefault(const std::vector<T> &given,
                                const std::vector<T> &otherwise) {
  return given.empty() ? otherwise : given;
}

//===----------------------------------------------------------------------===//
// What to run
//===----------------------------------------------------------------------===//

static FailureOr<Group> makeGroup(const Selection &selection, FloatKind type,
                                  FloatKind scaleType) {
  Group group{type, scaleType, {}, getNastyScales(scaleType), {}, {}};
  group.divisions =
      orDefault(selection.divisions, {Division::Exact, Division::Reciprocal});
  group.forms =
      orDefault(selection.forms,
                type == FloatKind::F32
                    ? std::vector{Form::Argument, Form::Constant, Form::PerAxis}
                    : std::vector{Form::Argument});
  if (!selection.scales.empty())
    group.scales.clear();
  for (const std::string &text : selection.scales) {
    FailureOr<float> scale = parseScale(text);
    if (failed(scale))
      return failure();
    group.scales.push_back(decode(scaleType, encode(scaleType, *scale)));
  }
  std::vector<std::string> defaults =
      type == FloatKind::F32
          ? std::vector<std::string>{"i8", "u8:131"}
          : std::vector<std::string>{
                "i2",   "i4",     "i8",        "i16",    "i32",       "u2:1",
                "u4:9", "u8:131", "u16:40001", "i8:-37", "i16:-12345"};
  for (const std::string &name : orDefault(selection.storages, defaults)) {
    FailureOr<StorageCase> storage = parseStorage(name);
    if (failed(storage))
      return failure();
    group.storages.push_back(*storage);
  }
  return group;
}

FailureOr<std::vector<Group>>
quant_exhaustive::makeGroups(const Selection &selection) {
  std::vector<std::pair<FloatKind, FloatKind>> pairs;
  for (FloatKind type :
       orDefault(selection.types,
                 {FloatKind::F32, FloatKind::F16, FloatKind::BF16})) {
    pairs.emplace_back(type, FloatKind::F32);
    if (type != FloatKind::F32)
      pairs.emplace_back(type, type);
  }
  std::vector<Group> groups;
  for (auto [type, scaleType] : pairs) {
    FailureOr<Group> group = makeGroup(selection, type, scaleType);
    if (failed(group))
      return failure();
    groups.push_back(*group);
  }
  return groups;
}

/// Whole vectors, and few enough elements that some are left over.
static constexpr size_t kWhole = kBlock, kRagged = 61;

std::vector<Program>
quant_exhaustive::makePrograms(const std::vector<Group> &groups) {
  std::vector<Program> programs;
  for (const Group &group : groups)
    for (Division division : group.divisions)
      for (const StorageCase &storage : group.storages)
        for (Form form : group.forms) {
          auto add = [&](size_t size, float constantScale) {
            programs.push_back({group.type, group.scaleType, storage, division,
                                form, constantScale, size});
          };
          switch (form) {
          case Form::Argument:
            add(kWhole, 0);
            add(kRagged, 0);
            break;
          case Form::Constant:
            for (float scale : group.scales)
              if (scale > 0 && std::isfinite(scale))
                add(kWhole, scale);
            break;
          case Form::PerAxis:
            // Smaller zero points would have to be packed.
            if (storage.storage.bits >= 8)
              add(kWhole, 0);
            break;
          }
        }
  return programs;
}

FailureOr<std::vector<std::string>>
quant_exhaustive::chooseTargets(const Selection &selection) {
  std::vector<std::string> chosen;
  std::vector<std::string> candidates = selection.targets;
  if (candidates.empty())
    for (const quant_ext::NamedTarget &target : quant_ext::getNamedTargets())
      if (target.arch == native_code::getHostArchitecture())
        candidates.push_back(target.name.str());
  for (const std::string &name : candidates) {
    FailureOr<std::string> missing = findMissingFeatures(name);
    if (failed(missing))
      return failure();
    if (missing->empty()) {
      chosen.push_back(name);
      continue;
    }
    // Any machine in use has the others.
    if (!selection.targets.empty() || !StringRef(*missing).contains("avx512"))
      return fail("target '" + name +
                  "' must run here, found a machine without " + *missing);
    llvm::outs() << name << ": not run, this machine lacks " << *missing
                 << "\n";
  }
  return chosen;
}

std::vector<Step> quant_exhaustive::makeSteps(
    const std::vector<Group> &groups,
    const std::vector<std::unique_ptr<NativeCode>> &codes,
    uint32_t sampleStride) {
  std::vector<Step> steps;
  for (const Group &group : groups) {
    std::vector<reference::Storage> storages;
    for (const StorageCase &storage : group.storages)
      storages.push_back(storage.storage);
    for (Division division : group.divisions)
      for (float scale : group.scales) {
        bool isSample = group.type == FloatKind::F32 && sampleStride;
        Step step{group.type,
                  group.scaleType,
                  division,
                  scale,
                  isSample ? Inputs::sample(sampleStride, scale, storages)
                           : Inputs::all(group.type),
                  {}};
        auto fits = [&](const Program &program) {
          return program.type == group.type &&
                 program.scaleType == group.scaleType &&
                 program.division == division &&
                 (program.form != Form::Constant ||
                  program.constantScale == scale);
        };
        for (const StorageCase &storage : group.storages)
          for (const std::unique_ptr<NativeCode> &code : codes)
            for (auto [index, program] : llvm::enumerate(code->getPrograms()))
              if (fits(program) && program.storage.name == storage.name)
                step.combinations.push_back({code.get(), index, {}});
        if (!step.combinations.empty())
          steps.push_back(std::move(step));
      }
  }
  return steps;
}
