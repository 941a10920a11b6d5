//===- GenericVectorizer.h - linalg to loops over vectors -------*- C++ -*-===//
//
// What quant-ext-tile-and-vectorize decides about an operation, and the
// emission of the loops that it decided on.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_GENERICVECTORIZER_H
#define QUANTEXT_LIB_CPU_GENERICVECTORIZER_H

#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

#include <optional>

namespace mlir::quant_ext {

/// How an operand is read or written when one loop dimension becomes a vector.
enum class Access {
  /// The same element for every lane.
  Invariant,
  /// Neighbouring elements for neighbouring lanes.
  Contiguous,
  /// Neighbouring lanes, each with all elements of the interleaved dimension.
  Interleaved,
  /// Contiguous or Interleaved, from one row to the next.
  AcrossRows,
  /// An element for each column, which every row has again.
  PerColumn,
  /// An element for each row, which all its columns share.
  PerRow,
  /// Anything else.
  Unsupported,
};

/// A reduction whose combiner may be applied in any order.
struct Combiner {
  Operation *op;
  vector::CombiningKind kind;
};

/// What becomes of the dimensions of a linalg operation.
struct VectorPlan {
  enum class Kind {
    /// No dimension is vectorized: there is none, or all are of size 1.
    Scalar,
    /// Lanes are different results.
    Parallel,
    /// Lanes are different partial results of one reduction.
    Reduction,
  };
  Kind kind = Kind::Scalar;
  /// The dimension of the lanes; not for Scalar.
  unsigned vectorDim = 0;
  /// A dimension of static size 2 or 4, last in its operands and right after
  /// the vector's, which is unrolled.
  std::optional<unsigned> interleavedDim;
  /// The dimension right before the vector's, whose rows are laid side by side:
  /// a vector goes on from one to the next.
  std::optional<unsigned> rowDim;
  /// How many rows are taken at a time; 0 where the size of rows, and with it
  /// their number, is known at run time only.
  int64_t rowsPerStep = 1;
  /// A dimension that scales, or others that move along the vector's, stay the
  /// same along: a strip as wide as a vector goes down some of its rows before
  /// the next one, lest these are read, and what depends on them is computed,
  /// for each.
  std::optional<unsigned> stripDim;
  /// Whether the rows of a strip lie far apart; known here only where all sizes
  /// are.
  bool spreadsRows = false;
  /// The combiner of each result; for Reduction only.
  SmallVector<Combiner> combiners;

  bool isVector() const { return kind != Kind::Scalar; }
  bool hasDynamicRows() const { return rowDim && rowsPerStep == 0; }
  /// Whether elements that `map` places are neighbours along the interleaved
  /// dimension.
  bool isInterleaved(AffineMap map) const {
    return interleavedDim && map.isFunctionOfDim(*interleavedDim);
  }
};

/// How wide the vectors may be, and what becomes of the remainder.
struct VectorShape {
  /// Lanes in the main loop.
  int64_t width;
  /// Elements there, where several are joined to a byte, which is a lane then.
  int64_t joined;
  /// The remainder is one masked vector rather than smaller vectors and
  /// scalars.
  bool masked;
  /// Bytes of what is read and written below which strips have neighbouring
  /// rows: from memory, rows come faster as they lie.
  int64_t stripBytes = 0;
  /// Rows, far apart, that may be taken together where they come from memory.
  int64_t spreadRows = 1;
  /// What is taken of each before the next row is, and then all rows are worth
  /// it; of nothing for a vector, and what rows share.
  Turn turn = {};
  /// Bytes that rows share from which on they are.
  int64_t sharedBytes = 0;

  /// Lanes of the smaller vectors; 0 where there are none between these and
  /// scalars.
  int64_t getNarrowWidth() const {
    constexpr int64_t kNarrowing = 4;
    return width % kNarrowing == 0 && width > kNarrowing ? width / kNarrowing
                                                         : 0;
  }
};

/// The least number of rows of `columns` elements that fill whole vectors; 0
/// for vectors of no lanes.
int64_t countWholeRows(int64_t width, int64_t columns);

/// Whether the body of an operation divides by the elements of an operand, of
/// which this is one, or multiplies by their reciprocals.
bool isScale(BlockArgument element);

/// Bytes of what is read and written; none where they are known at run time
/// only.
std::optional<int64_t> getStaticBytes(linalg::LinalgOp op);

/// Whether a dimension of this size may be the interleaved one.
bool canInterleave(int64_t size);

/// Whether each lane of `operand` has all elements of the interleaved
/// dimension.
bool isInterleaved(linalg::LinalgOp op, OpOperand &operand,
                   const VectorPlan &plan);

/// How many of the last dimensions of `operand` become one, so that lanes are
/// neighbours in memory.
unsigned countFlatDims(linalg::LinalgOp op, OpOperand &operand,
                       const VectorPlan &plan);

/// Whether one byte of an operand has all steps of the interleaved dimension. A
/// vector of such bytes is several of what they hold.
bool hasPackedOperand(linalg::LinalgOp op, const VectorPlan &plan);

/// `shape` with fewer lanes where each stands for several elements.
VectorShape shapeFor(linalg::LinalgOp op, const VectorPlan &plan,
                     VectorShape shape);

/// How `operand`'s elements move as the vector dimension of `plan` advances.
Access getAccess(linalg::LinalgOp op, OpOperand &operand,
                 const VectorPlan &plan);

/// Whether every operation of the body has a vector form of the same name.
bool isBodyVectorizable(linalg::LinalgOp op);

/// Clones the body of `op` onto vectors of `width` lanes, or onto scalars where
/// that is 0, and returns what it yields. `mapping` has its arguments, and the
/// results of operations that have no copy. What does not depend on a vector
/// stays scalar, so that it can be hoisted as such.
SmallVector<Value> cloneBodyOnLanes(OpBuilder &b, linalg::LinalgOp op,
                                    IRMapping &mapping, int64_t width);

/// Decides how `op` is vectorized; failure, with the reason in `reason`, where
/// it is to be left alone.
FailureOr<VectorPlan> planVectorization(linalg::LinalgOp op,
                                        const VectorShape &shape,
                                        StringRef &reason);

/// Emits the loops for `op` as planned and returns what replaces its results.
/// The operation itself is left for the caller to replace.
SmallVector<Value> emitVectorLoops(RewriterBase &rewriter, linalg::LinalgOp op,
                                   const VectorPlan &plan,
                                   const VectorShape &shape);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_GENERICVECTORIZER_H
