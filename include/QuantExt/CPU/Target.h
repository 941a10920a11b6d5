//===- Target.h - What a CPU can do -----------------------------*- C++ -*-===//
//
// The description of a target that code generation asks, and the table of
// targets that selection, tests and benchmarks share.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_CPU_TARGET_H
#define QUANTEXT_CPU_TARGET_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <string>
#include <vector>

namespace mlir::quant_ext {

/// What the data caches that a core reaches hold, in bytes.
struct CacheSizes {
  /// Those that a core has for itself.
  int64_t l1 = 0, l2 = 0;
  /// The last level, which cores share: what is larger comes from memory. At
  /// least as large as the second.
  int64_t l3 = 0;
};

/// One row of the table of targets: a name of ours for a CPU of LLVM's.
struct NamedTarget {
  /// What `target=` takes.
  StringRef name;
  /// LLVM's name of the architecture; empty for the host's own.
  StringRef arch;
  /// LLVM's name of the CPU; empty for the host's own.
  StringRef cpu;
  /// What it stands for, for messages and documentation.
  StringRef summary;
  /// What CPUs of this kind have at least.
  CacheSizes caches;
};

/// The targets that every recipe must serve, that tests run or cross-compile
/// for, and that benchmarks measure. Any other CPU of LLVM is accepted too.
ArrayRef<NamedTarget> getNamedTargets();

/// From which bytes on that a loop moves its stores bypass the caches, on x86.
struct StreamRule {
  int64_t leastBytes;
  /// So much of what it writes does not count: a part of a whole.
  int64_t uncounted, whole;

  bool isMet(int64_t bytes, int64_t written) const {
    return bytes - written * uncounted / whole >= leastBytes;
  }
};

/// Bytes of a part of memory that are read and written at least before it is
/// the turn of the next one.
struct Turn {
  int64_t read = 0, written = 0;

  explicit operator bool() const { return read != 0; }
  /// How many vectors that is, of those that read and write so many bytes each.
  int64_t countVectors(int64_t readByEach, int64_t writtenByEach) const {
    return std::max(llvm::divideCeil(read, readByEach),
                    llvm::divideCeil(written, writtenByEach));
  }
};

/// What code generation needs to know about a CPU.
struct TargetInfo {
  /// What the user asked for, such as `native`.
  std::string name;
  /// LLVM's name of the architecture, such as `x86_64`.
  std::string arch;
  /// LLVM's name of the CPU, such as `znver4`.
  std::string cpu;
  /// Every feature that the CPU has, with a plus, and every one that another
  /// CPU of the architecture has and this one lacks, with a minus. The minus
  /// signs matter: a JIT starts from the features of its host.
  std::vector<std::string> features;
  /// The width of a vector register in bits.
  unsigned vectorBits = 128;
  /// AVX-512 with the byte and doubleword extensions, at all vector lengths.
  bool hasAVX512 = false;
  /// Masked loads and stores cost what plain ones do.
  bool hasMasking = false;
  /// Fused multiply-adds of f32 are instructions.
  bool hasFMA = false;
  /// Instructions between f16 and f32 exist.
  bool hasF16Conversion = false;
  /// The machine's own for `native`, and otherwise, whatever the CPU's name,
  /// those of the row of the table with the same architecture and vectors.
  CacheSizes caches;
  /// How many bytes ahead a loop that reads memory in order asks for it; 0
  /// where what the hardware fetches by itself is enough.
  int64_t prefetchBytes = 0;
  /// The same in each of several places, where a loop reads memory in order in
  /// all of them.
  int64_t prefetchBytesOfEach = 0;
  /// Parts of memory, far apart, that come as fast by turns as one after the
  /// other; 1 where that is slower.
  int64_t parts = 1;
  /// What makes a turn where parts come faster by turns, whatever is done with
  /// them; nothing where they do not, and turns are as short as can be.
  Turn turn = {};
  /// Numbers are fixed up, and magnitudes compared, as fast as they are loaded
  /// (`vfixupimmps`, `vrangeps`).
  bool hasFastMagnitudes = false;

  bool isX86() const { return arch == "x86_64"; }
  bool hasFeature(StringRef feature) const;
  /// For a loop that one thread runs, or several together.
  StreamRule getStreamRule(bool isShared) const;
  /// Elements in a tile: the number of bytes in a register, so that a tile of
  /// 8-bit results fills one register, and one of f32 four.
  int64_t getTileSize() const { return vectorBits / 8; }
};

/// Works out the target from a name of the table or an LLVM CPU name, and
/// optional features (`+avx2,-fma`) on top. What LLVM does not know is reported
/// through `emitError`, once, with what would have been accepted: LLVM itself
/// would print a warning and go on with something else, or abort later.
FailureOr<TargetInfo>
resolveTarget(StringRef target, StringRef features,
              function_ref<InFlightDiagnostic()> emitError);

/// The same of options of a pass, which have no location.
FailureOr<TargetInfo> resolveTarget(MLIRContext *context, StringRef target,
                                    StringRef features);

} // namespace mlir::quant_ext

#endif // QUANTEXT_CPU_TARGET_H
