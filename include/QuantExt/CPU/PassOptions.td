//===- PassOptions.td - Options of several -----------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_PASSOPTIONS_TD
#define QUANTEXT_CPU_PASSOPTIONS_TD

include "mlir/Pass/PassBase.td"

/// The options of every pass that asks what the target can do.
defvar targetOptions = [
  Option<"target", "target", "std::string", "\"native\"",
         "Target: native, x86-64-v2, x86-64-v3, x86-64-v4, aarch64, or an "
         "LLVM CPU name">,
  Option<"features", "features", "std::string", "\"\"",
         "LLVM target features on top of the target's own, such as "
         "+avx512vnni,-fma">,
];

#endif // QUANTEXT_CPU_PASSOPTIONS_TD
