//===- ParameterBuffers.h - Parameters computed in advance ------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_PARAMETERBUFFERS_H
#define QUANTEXT_LIB_CPU_PARAMETERBUFFERS_H

#include "ParameterAnalysis.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// Buffers on the stack for what a loop makes of its parameters, computed in
/// vectors before the loop.
class ParameterBuffers {
public:
  /// For what `analysis` found: f32 parameters, and branches that depend on
  /// parameters only. Buffers are filled in vectors of `lanes`.
  ParameterBuffers(RewriterBase &rewriter, ParameterAnalysis &analysis,
                   ArrayRef<Value> parameters, ArrayRef<scf::IfOp> branches,
                   int64_t lanes);

  /// Allocates the buffers, of `size` elements each, before all loops around
  /// `user`.
  void allocate(Operation *user, int64_t size);
  /// Computes the first `count` elements of them, where arrays are read from
  /// `first` on, and whether all branches are taken. `isWhole` is set where
  /// vectors are known to take all.
  Value fill(Location loc, Value first, Value count, bool isWhole);
  /// Has `replace` exchange each parameter for what is in its buffer.
  void forEach(function_ref<void(Value parameter, Value buffer)> replace);
  /// All branches are taken from here on.
  void takeBranches();

private:
  /// The place in `among` of what is the same in other places of the arrays.
  unsigned findSame(ArrayRef<Value> among, Value value);
  Value emitRead(const ArrayRead &read, Value first, Value at, int64_t width);
  Value compute(Value parameter, Value first, Value at, int64_t width,
                IRMapping &mapping);

  RewriterBase &rewriter;
  ParameterAnalysis &analysis;
  int64_t lanes;
  /// Those that differ, and a buffer for each.
  SmallVector<Value> distinct, buffers;
  /// All, and which buffer has each.
  SmallVector<std::pair<Value, unsigned>> parameters;
  /// What branches depend on.
  SmallVector<Value> conditions;
  SmallVector<scf::IfOp> branches;
};

/// What a branch on some elements of arrays depends on, one by one.
Value getConditions(scf::IfOp branch);

/// The branches in `loop` that depend on nothing but parameters.
SmallVector<scf::IfOp> findParameterBranches(ParameterAnalysis &analysis,
                                             scf::ForOp loop);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_PARAMETERBUFFERS_H
