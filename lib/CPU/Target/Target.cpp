//===- Target.cpp - What a CPU can do -------------------------------------===//

#include "QuantExt/CPU/Target.h"

#include "HostCaches.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

#include <memory>
#include <mutex>

using namespace mlir;
using namespace mlir::quant_ext;

static constexpr int64_t KiB = 1 << 10, MiB = 1 << 20;

// Code for a named target runs on many CPUs. These caches are small ones of
// each kind, because work that is cut finer than a cache allows loses little,
// and work that does not fit loses much:
// - x86-64-v2, v3: Nehalem (Core i7-900) and Haswell (Core i7-4700), both 32
// KiB
//   and 256 KiB a core and 8 MiB for four (Intel 64 and IA-32 Architectures
//   Optimization Reference Manual);
// - x86-64-v4: Skylake-X has 32 KiB, Ice Lake 512 KiB and 8 MiB for four (same
//   manual); Zen 4 has 32 KiB, 1 MiB and 16 MiB or more for eight (Software
//   Optimization Guide for the AMD Zen4 Microarchitecture);
// - aarch64: Cortex-A72 has 32 KiB and at least 512 KiB, Cortex-A76 as built
//   into a Raspberry Pi 5 64 KiB, 512 KiB and 2 MiB for four (Arm's Technical
//   Reference Manuals and Raspberry Pi's page on the BCM2712).
static constexpr NamedTarget kNamedTargets[] = {
    {"native", "", "", "the machine that the compiler runs on", {}},
    {"x86-64-v2",
     "x86_64",
     "x86-64-v2",
     "SSE4.2",
     {32 * KiB, 256 * KiB, 8 * MiB}},
    {"x86-64-v3",
     "x86_64",
     "x86-64-v3",
     "AVX2, FMA, F16C",
     {32 * KiB, 256 * KiB, 8 * MiB}},
    {"x86-64-v4",
     "x86_64",
     "x86-64-v4",
     "AVX-512 F, BW, CD, DQ, VL",
     {32 * KiB, 512 * KiB, 8 * MiB}},
    {"aarch64",
     "aarch64",
     "generic",
     "Armv8-A with NEON",
     {32 * KiB, 512 * KiB, 2 * MiB}},
};

ArrayRef<NamedTarget> quant_ext::getNamedTargets() { return kNamedTargets; }

/// The architectures whose CPUs a name is looked up in, after the host's.
static constexpr StringLiteral kArchitectures[] = {"x86_64", "aarch64"};

bool TargetInfo::hasFeature(StringRef feature) const {
  return llvm::is_contained(features, ("+" + feature).str());
}

/// Past the caches a line costs one transfer, to memory; otherwise none if it
/// is still in a cache from before, or two if it is not, because it is read
/// first: the same where every other line is found, so that a half counts. For
/// whoever reads it next it is two against none or three: a third. Between the
/// two are 2/5, which fits measurements on Zen 4 for results that are 1/5 to
/// 4/5 of what is moved. Where threads share the loop, others gain by their
/// number and those past the caches do not, and 1/8 fits.
///
/// On Zen 3 nothing is found of what is too large: all counts. Measured there,
/// from 1/5 to 4/5, with 32 MiB that other machines share, stores are faster
/// past the caches from 14 to 22 MiB on with one thread, and from 20 to 28 with
/// two, up to twice as fast.
StreamRule TargetInfo::getStreamRule(bool isShared) const {
  if (cpu == "znver3")
    return {caches.l3 * 5 / 8, 0, 1};
  if (isShared)
    return {caches.l3, 7, 8};
  return {caches.l3, 3, 5};
}

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargetMCs();
  });
}

static std::unique_ptr<llvm::MCSubtargetInfo>
createSubtarget(StringRef arch, StringRef cpu, StringRef features) {
  llvm::Triple triple((arch + "-unknown-linux-gnu").str());
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      target->createMCSubtargetInfo(triple, cpu, features));
}

/// The features that make CPUs of an architecture differ in what they can run:
/// those that some CPU has by definition, with what they imply. Tuning flags,
/// which only steer the choice between correct instructions, are not among
/// them.
static llvm::FeatureBitset
getArchitectureFeatures(const llvm::MCSubtargetInfo &subtarget) {
  llvm::FeatureBitset features;
  for (const llvm::SubtargetSubTypeKV &cpu :
       subtarget.getAllProcessorDescriptions())
    features |= cpu.Implies.getAsBitset();
  for (bool changed = true; changed;) {
    llvm::FeatureBitset before = features;
    for (const llvm::SubtargetFeatureKV &feature :
         subtarget.getAllProcessorFeatures())
      if (features.test(feature.Value))
        features |= feature.Implies.getAsBitset();
    changed = features != before;
  }
  return features;
}

/// The features of the host as LLVM's option string; only those that LLVM's
/// tables know, because its detection is sometimes ahead of them.
static std::string getHostFeatures(const llvm::MCSubtargetInfo &subtarget) {
  std::vector<std::string> result;
  for (const auto &entry : llvm::sys::getHostCPUFeatures())
    if (llvm::any_of(subtarget.getAllProcessorFeatures(),
                     [&](auto &known) { return entry.getKey() == known.Key; }))
      result.push_back((entry.getValue() ? "+" : "-") + entry.getKey().str());
  llvm::sort(result);
  return llvm::join(result, ",");
}

static std::string describeNamedTargets() {
  std::vector<std::string> names;
  for (const NamedTarget &target : kNamedTargets)
    names.push_back(("'" + target.name + "'").str());
  return llvm::join(names, ", ");
}

static LogicalResult checkFeatures(const llvm::MCSubtargetInfo &subtarget,
                                   StringRef features, StringRef arch,
                                   function_ref<InFlightDiagnostic()> emit) {
  for (StringRef feature : llvm::split(features, ',')) {
    feature = feature.trim();
    if (feature.empty())
      continue;
    if (feature.front() != '+' && feature.front() != '-')
      return emit() << "target feature must start with '+' or '-', found '"
                    << feature << "'";
    StringRef key = feature.drop_front();
    if (llvm::none_of(subtarget.getAllProcessorFeatures(),
                      [&](auto &known) { return key == known.Key; }))
      return emit() << "target feature must be one that LLVM knows for " << arch
                    << ", found '" << feature << "'";
  }
  return success();
}

/// Finds the architecture that has a CPU of this name, the host's first; empty
/// where there is none.
static std::string findArchitecture(StringRef cpu, StringRef hostArch) {
  SmallVector<StringRef> candidates = {hostArch};
  llvm::append_range(candidates, kArchitectures);
  for (StringRef arch : candidates) {
    if (!llvm::is_contained(kArchitectures, arch))
      continue;
    if (auto subtarget = createSubtarget(arch, "", ""))
      if (subtarget->isCPUStringValid(cpu))
        return arch.str();
  }
  return "";
}

static void describeInstructions(TargetInfo &info) {
  if (!info.isX86()) {
    info.hasF16Conversion = true;
    info.hasFMA = true;
    return;
  }
  auto hasAll = [&](std::initializer_list<StringRef> features) {
    return llvm::all_of(features,
                        [&](StringRef f) { return info.hasFeature(f); });
  };
  // Bytes are masked by BW, registers below 512 bits by VL; a CPU with F alone
  // is used as the AVX2 one that it also is.
  if (hasAll({"avx512f", "avx512bw", "avx512dq", "avx512vl"})) {
    info.vectorBits = 512;
    info.hasAVX512 = true;
    info.hasMasking = true;
  } else if (info.hasFeature("avx2")) {
    info.vectorBits = 256;
  }
  info.hasF16Conversion = info.hasFeature("f16c");
  info.hasFMA = info.hasFeature("fma") || info.hasAVX512;
}

/// The caches that CPUs with these instructions have at least.
static CacheSizes getUsualCaches(const TargetInfo &info) {
  StringRef kind = !info.isX86()             ? "aarch64"
                   : info.hasAVX512          ? "x86-64-v4"
                   : info.hasFeature("avx2") ? "x86-64-v3"
                                             : "x86-64-v2";
  return llvm::find_if(kNamedTargets,
                       [&](const NamedTarget &row) { return row.name == kind; })
      ->caches;
}

/// Measured from memory: Zen 5 does not look beyond a page of 4 KiB by itself,
/// and less than two pages is too late. Zen 3 quantizes a tenth to a half
/// faster with 4 KiB, and a little less so with 8 or 16. Zen 4 looks beyond,
/// and asking it to costs up to a third. Of others nothing is known.
static int64_t getPrefetchBytes(StringRef cpu) {
  return cpu == "znver5" ? 8 * KiB : cpu == "znver3" ? 4 * KiB : 0;
}

/// Measured from memory: what a row of 8-bit integers is multiplied by, in
/// seven places, comes a tenth sooner on Zen 4, from 512 bytes to 4 KiB ahead.
/// From the last-level cache it comes a tenth later.
static int64_t getPrefetchBytesOfEach(StringRef cpu) {
  return cpu == "znver4" ? 512 : 0;
}

/// Measured from memory, of f32 to 8 bits with a scale for each column: on Zen
/// 4 two rows, a vector of each, gain half of what four do, eight no more, and
/// sixteen lose it all. Of others than it and Zen 3 nothing is known, and
/// AVX-512 stands for what is as recent.
static int64_t getParts(const TargetInfo &info) {
  return info.hasAVX512 || info.cpu == "znver3" ? 4 : 1;
}

/// Measured from memory: on Zen 3 four parts come a quarter faster than one,
/// whatever is asked for ahead, from f32 and from 16 bits to 8, and from f32 to
/// f32; two gain half of it, and eight no more. It takes turns of 512 bytes:
/// with 128 they take up to three times the time, because stores that change
/// places before a line is whole are slow, with 256 up to twice, with 1024 the
/// same, and with 2048 a sixth more. From f32 to i4, 64 bytes of results take a
/// tenth more than 128.
static Turn getTurn(StringRef cpu) {
  return cpu == "znver3" ? Turn{512, 128} : Turn();
}

FailureOr<TargetInfo>
quant_ext::resolveTarget(StringRef target, StringRef features,
                         function_ref<InFlightDiagnostic()> emitError) {
  initializeTargets();
  llvm::Triple host(llvm::sys::getProcessTriple());
  std::string hostArch = host.getArchName().str();

  TargetInfo info;
  info.name = target.str();
  info.cpu = target.str();
  bool isNative = false;
  for (const NamedTarget &named : kNamedTargets) {
    if (named.name != target)
      continue;
    isNative = named.cpu.empty();
    info.arch = isNative ? hostArch : named.arch.str();
    info.cpu = isNative ? llvm::sys::getHostCPUName().str() : named.cpu.str();
  }
  if (info.arch.empty())
    info.arch = findArchitecture(info.cpu, hostArch);

  auto describeExpected = [](InFlightDiagnostic diagnostic) {
    return std::move(diagnostic)
           << " (or the LLVM name of a 64-bit x86 or Arm CPU)";
  };
  auto plain = info.arch.empty() ? nullptr : createSubtarget(info.arch, "", "");
  if (!plain || !llvm::is_contained(kArchitectures, info.arch))
    return describeExpected(emitError() << "target must be one of "
                                        << describeNamedTargets() << ", found '"
                                        << target << "'");
  // A host that is newer than this LLVM has a name it does not list.
  if (!plain->isCPUStringValid(info.cpu))
    info.cpu = info.arch == "x86_64" ? "x86-64" : "generic";
  if (failed(checkFeatures(*plain, features, info.arch, emitError)))
    return failure();

  std::string all = isNative ? getHostFeatures(*plain) : std::string();
  if (!all.empty() && !features.empty())
    all += ",";
  all += features;
  // LLVM's X86 constructor adds 64-bit mode by the triple for CPUs that cannot
  // run it, so those are found by asking their table without the triple.
  auto subtarget = createSubtarget(info.arch, info.cpu, all);
  if (info.isX86())
    for (const llvm::SubtargetSubTypeKV &cpu :
         subtarget->getAllProcessorDescriptions())
      if (info.cpu == cpu.Key) {
        llvm::FeatureBitset closure = cpu.Implies.getAsBitset();
        bool is64Bit = llvm::any_of(
            subtarget->getAllProcessorFeatures(), [&](auto &feature) {
              return StringRef(feature.Key) == "64bit" &&
                     closure.test(feature.Value);
            });
        if (!is64Bit)
          return describeExpected(
              emitError() << "target must be a 64-bit CPU, found '" << target
                          << "'; known are " << describeNamedTargets());
      }

  llvm::FeatureBitset known = getArchitectureFeatures(*subtarget);
  for (const llvm::SubtargetFeatureKV &feature :
       subtarget->getAllProcessorFeatures()) {
    if (subtarget->getFeatureBits().test(feature.Value))
      info.features.push_back(std::string("+") + feature.Key);
    else if (known.test(feature.Value))
      info.features.push_back(std::string("-") + feature.Key);
  }
  describeInstructions(info);
  info.caches = getUsualCaches(info);
  if (isNative)
    info.caches = readHostCaches(info.caches);
  info.prefetchBytes = getPrefetchBytes(info.cpu);
  info.prefetchBytesOfEach = getPrefetchBytesOfEach(info.cpu);
  info.parts = getParts(info);
  info.turn = getTurn(info.cpu);
  info.hasFastMagnitudes = info.cpu == "znver4" && info.hasAVX512;
  return info;
}

FailureOr<TargetInfo> quant_ext::resolveTarget(MLIRContext *context,
                                               StringRef target,
                                               StringRef features) {
  return resolveTarget(target, features, [&] {
    return mlir::emitError(UnknownLoc::get(context));
  });
}
