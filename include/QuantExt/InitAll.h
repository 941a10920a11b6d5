//===- InitAll.h - Everything a tool registers ------------------*- C++ -*-===//

#ifndef QUANTEXT_INITALL_H
#define QUANTEXT_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace mlir::quant_ext {

/// Adds the quant_ext dialect and what its passes need beside upstream's
/// dialects and extensions.
void registerAllDialects(DialectRegistry &registry);

/// Registers every pass and pipeline under the name that tools use. Call it
/// once in a process, before command-line options are parsed.
void registerAllPasses();

} // namespace mlir::quant_ext

#endif // QUANTEXT_INITALL_H
