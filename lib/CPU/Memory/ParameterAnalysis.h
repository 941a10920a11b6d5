//===- ParameterAnalysis.h - What loops compute of arrays -------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_PARAMETERANALYSIS_H
#define QUANTEXT_LIB_CPU_PARAMETERANALYSIS_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"

#include <optional>

namespace mlir::quant_ext {

/// What a loop reads of an array: `count` elements from where the induction
/// variable says plus `offset`.
struct ArrayRead {
  Value memref;
  ValueRange indices;
  int64_t offset, count;

  bool isSameArray(const ArrayRead &other) const {
    return memref == other.memref &&
           indices.drop_back() == other.indices.drop_back();
  }
};

/// Finds in a loop what depends on nothing but such reads.
class ParameterAnalysis {
public:
  /// Of what an iteration of `loop` reads and no other one does: `step`
  /// elements, from where the induction variable says. What is made in `nest`,
  /// around that loop or itself, is no number of all iterations.
  ParameterAnalysis(scf::ForOp nest, scf::ForOp loop, int64_t step)
      : nest(nest), loop(loop), step(step) {}

  std::optional<ArrayRead> matchRead(Value value);
  /// The read that `value` is computed of; where there are several, one whose
  /// place all others have in arrays of theirs. None where it is computed of
  /// anything else.
  std::optional<ArrayRead> findRead(Value value);
  bool isInvariant(Value value);
  /// The arrays that were found to be read, and what is read of them in
  /// vectors.
  ArrayRef<Value> getArrays() const { return arrays.getArrayRef(); }
  SmallVector<Value> getVectors() const { return llvm::to_vector(vectors); }
  /// Whether both are computed alike of elements of the same arrays.
  bool isSame(Value lhs, Value rhs);

private:
  std::optional<ArrayRead> computeRead(Value value);
  bool isWritten(Value memref);

  scf::ForOp nest, loop;
  int64_t step;
  DenseMap<Value, std::optional<ArrayRead>> reads;
  SetVector<Value> arrays, vectors;
  DenseMap<Value, bool> written;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_PARAMETERANALYSIS_H
