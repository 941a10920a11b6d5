//===- ContractionEmitter.h - Register tiles of contractions ----*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_CONTRACTIONEMITTER_H
#define QUANTEXT_LIB_CPU_CONTRACTIONEMITTER_H

#include "Contraction.h"
#include "DotProducts.h"
#include "Vector/EmitLoop.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// A packed contraction with all around it that its loops take in.
struct ContractionKernel {
  PackedContraction contraction;
  /// (outer.., m, k), or (outer.., m, k / depth, depth) where `lhsIsPacked`.
  Value lhs;
  bool lhsIsPacked;
  /// What brings the result back to rows and columns.
  linalg::UnPackOp unpack;
  /// The elementwise operation that is all that reads the result; null where
  /// there is none.
  linalg::GenericOp epilogue;
  /// Makes each element of the left factor, which nothing else reads; null
  /// where it comes from elsewhere.
  linalg::LinalgOp lhsProducer;

  /// Elements that are reduced.
  int64_t getReduced();
  int64_t getColumns() { return unpack.getDestType().getShape().back(); }
  /// What is replaced, and whose destinations are written.
  linalg::LinalgOp getEpilogue() {
    return cast<linalg::LinalgOp>(epilogue.getOperation());
  }
};

/// Finds what the loops of a packed contraction take in; failure where `op` is
/// not one that they can compute.
FailureOr<ContractionKernel> matchContractionKernel(linalg::LinalgOp op);

/// Neighbouring columns of a panel, which one vector has; `begin` counts from
/// the first panel of a tile.
struct ColumnSegment {
  int64_t begin, width;
};

/// Emits the loops of a kernel: blocks of rows that stay in the second-level
/// cache, panels of columns, rows of a register tile, and innermost the reduced
/// dimension, through which accumulators stay in registers. The epilogue is
/// computed on them before they are written. With more threads than one, each
/// has a part of the panels or of the rows.
class ContractionEmitter {
public:
  ContractionEmitter(RewriterBase &b, ContractionKernel kernel,
                     const DotProductRecipe &recipe, const TargetInfo &target,
                     int64_t threads);

  /// What replaces the results of the epilogue, or of the unpacking.
  SmallVector<Value> emit();

private:
  using Values = SmallVector<Value>;

  /// Rows from `begin` on: `count` of them.
  struct Rows {
    OpFoldResult begin, count;
  };

  /// What one thread computes.
  struct Part {
    Rows rows;
    OpFoldResult firstPanel, endPanel;
    /// The first row that the left factor has.
    OpFoldResult firstRowOfLhs;
    /// Where in the results it starts.
    SmallVector<OpFoldResult> origin;
  };

  Values emitThreads(ValueRange dests);
  bool splitsRows();
  void fuseLhsProducer();
  Values emitOuter(unsigned dim, ValueRange dests);
  Values emitOneRowOrMore(ValueRange dests);
  Values emitRowBlocks(ValueRange dests);
  int64_t getPanelsOfTile(Rows rows);
  Values emitPanels(Rows rows, ValueRange dests);
  Values emitRows(Rows rows, OpFoldResult panel, int64_t columns,
                  ValueRange dests);
  Values
  emitTiles(OpFoldResult begin, OpFoldResult count, int64_t most,
            ValueRange dests,
            function_ref<Values(OpFoldResult, int64_t, ValueRange)> body);
  Values emitTile(OpFoldResult row, int64_t rows, OpFoldResult panel,
                  int64_t columns, ValueRange dests);
  SmallVector<ColumnSegment> getSegments(int64_t columns);
  Values accumulate(OpFoldResult row, OpFoldResult panel,
                    ArrayRef<ColumnSegment> segments, Values accumulators);
  Values addProducts(OpFoldResult row, OpFoldResult panel, OpFoldResult group,
                     int64_t products, ArrayRef<ColumnSegment> segments,
                     ValueRange accumulators);
  Values writeTile(OpFoldResult row, OpFoldResult panel, int64_t columns,
                   ValueRange accumulators, ValueRange dests);
  Values writeSums(OpFoldResult row, OpFoldResult column, Value sums,
                   ValueRange dests);
  Values emitEpilogue(OpFoldResult row, OpFoldResult column, Value sums);
  Value readLhs(OpFoldResult row, OpFoldResult group, int64_t products);
  Value readRhs(OpFoldResult panel, OpFoldResult group, ColumnSegment segment);
  Value extend(Value vector, bool isSigned);
  int64_t getRowsPerBlock();

  Value toValue(OpFoldResult v) {
    return getValueOrCreateConstantIndexOp(b, loc, v);
  }
  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(b, loc, expr, operands);
  }

  RewriterBase &b;
  ContractionKernel kernel;
  const DotProductRecipe &recipe;
  const TargetInfo &target;
  int64_t threads;
  Location loc;
  /// Columns of a panel, products that lie side by side, all columns, and all
  /// that is reduced.
  int64_t panelColumns, depth, columns, reduced;
  /// The right factor with a group of a panel as one dimension.
  Value rhs;
  Part part;
  SmallVector<OpFoldResult> outer;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_CONTRACTIONEMITTER_H
