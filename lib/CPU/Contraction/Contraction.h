//===- Contraction.h - Products of 8-bit integers, summed -------*- C++ -*-===//
//
// What the passes on contractions recognize: the operation as it is written,
// and the packed form between them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_CONTRACTION_H
#define QUANTEXT_LIB_CPU_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>

namespace mlir::quant_ext {

/// One of the two factors of a contraction.
struct Factor {
  OpOperand *operand;
  bool isSigned;

  Value get() const { return operand->get(); }
};

/// A contraction of integers into i32, `out[.., m, n] += lhs[.., m, k] *
/// rhs[.., k, n]`, its dimensions by their role. The roles of the operands are
/// such that the result has its rows of the left one.
struct Contraction {
  linalg::LinalgOp op;
  Factor lhs, rhs;
  /// Dimensions of the result before the last two.
  SmallVector<unsigned> outer;
  /// None where the left operand is a vector.
  std::optional<unsigned> m;
  unsigned n, k;
};

/// Recognizes what can be packed: i8 factors that are extended to i32,
/// multiplied and added to an i32 result, one reduced dimension. Failure, with
/// the reason in `reason`, for everything else.
FailureOr<Contraction> matchContraction(linalg::LinalgOp op, StringRef &reason);

/// The same after packing, with dimensions (outer.., m, n / columns, k / depth,
/// column, product): `out[.., m, j, c] += lhs[.., m, i, p] * rhs[.., j, i, c,
/// p]`.
struct PackedContraction {
  linalg::GenericOp op;
  Factor lhs, rhs;
  int64_t depth, columns;

  /// Dimensions before m.
  unsigned getNumOuter() { return op.getNumLoops() - 5; }
};

FailureOr<PackedContraction> matchPackedContraction(linalg::LinalgOp op);

/// The results of a map that has none but dimensions.
SmallVector<unsigned> getDims(AffineMap map);

/// True for a tensor that holds 0 everywhere; `dest` becomes the tensor that it
/// was filled into, where there is one.
bool isZeroFilled(Value tensor, Value &dest);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_CONTRACTION_H
