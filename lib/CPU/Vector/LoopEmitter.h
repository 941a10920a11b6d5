//===- LoopEmitter.h - Emission of loops over vectors -----------*- C++ -*-===//
//
// The state of one linalg operation while its loops are emitted, shared by the
// files that emit loops, operands and reductions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_LOOPEMITTER_H
#define QUANTEXT_LIB_CPU_LOOPEMITTER_H

#include "EmitLoop.h"
#include "GenericVectorizer.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

namespace mlir::quant_ext {

/// What one execution of the body computes: a scalar (width 0), or the lanes of
/// a vector, of which `active` are real where the rest is masked off.
struct Lanes {
  int64_t width = 0;
  /// Null where every lane is.
  OpFoldResult active;

  bool isScalar() const { return width == 0; }
  bool isMasked() const { return !active.isNull(); }
};

/// A part of the vector dimension, and how it is stepped through.
struct Segment {
  OpFoldResult begin, end;
  /// Lanes; 0 for a loop over scalars.
  int64_t width;
  /// At most one step, with the lanes past `end` masked off.
  bool masked = false;
  /// How many vectors of a row a step takes before it goes to the next one.
  int64_t vectors = 1;
};

/// Emits the loops of one operation. Loop dimensions have their values in
/// `ivs`, from which every read and write takes its indices.
class LoopEmitter {
public:
  LoopEmitter(RewriterBase &b, linalg::LinalgOp op, const VectorPlan &plan,
              const VectorShape &shape)
      : b(b), op(op), plan(plan), shape(shapeFor(op, plan, shape)),
        loc(op.getLoc()) {}

  SmallVector<Value> emit();

private:
  using Values = SmallVector<Value>;
  using BodyFn = function_ref<Values(ValueRange)>;

  // Loops (GenericVectorizer.cpp).
  Values emitBody(ValueRange accumulators, Lanes lanes);
  Values emitNest(ArrayRef<unsigned> dims, ValueRange args, BodyFn body);
  SmallVector<unsigned> getDims(utils::IteratorType type);
  SmallVector<Segment> makeSegments();
  Lanes lanesOf(const Segment &segment, int64_t offset = 0);
  Values emitSegments(ValueRange dests);
  Values emitTile(ValueRange dests, Lanes lanes);
  Values emitParallel(ValueRange dests);

  // Rows side by side (LoopEmitterRows.cpp).
  Lanes limitLanes(OpFoldResult active);
  Values emitStep(int64_t rows, ValueRange args);
  Values emitLastRows(OpFoldResult begin, ValueRange args);
  Values emitRows(ValueRange dests);
  Value copyRow(function_ref<Value(Value)> getSource, Value dest,
                OpFoldResult first);
  Value repeatRow(Value row);
  Value chooseDynamicRows(Value columns);
  Values emitDynamicSteps(ValueRange dests);
  Values emitLongRows(ValueRange dests);
  Values emitDynamicRows(ValueRange dests);
  Value readPerColumn(Value tensor, MutableArrayRef<Value> indices,
                      Lanes lanes);
  Value readPerRow(Value tensor, MutableArrayRef<Value> indices, Lanes lanes,
                   bool isDivisor);

  // Vectors below each other (LoopEmitterStrips.cpp).
  OpFoldResult getBytes();
  void setRow(OpFoldResult row);
  OpFoldResult getRowOfStrip(OpFoldResult index);
  int64_t countVectorsOfTurn();
  Values emitTurn(ValueRange dests, const Segment &segment);
  Values emitColumns(ValueRange dests, const Segment &segment);
  Values emitStrips(ValueRange dests);
  OpFoldResult emitRowsOfPart();
  Values emitSpreadRows(ValueRange dests);
  Values emitRowsFrom(OpFoldResult begin, ValueRange dests);
  Values emitStripsOrSpreadRows(ValueRange dests);

  // Reductions along the vector (LoopEmitterReductions.cpp).
  Value getNeutral(const Combiner &combiner, Type elementType, int64_t width);
  Value combine(const Combiner &combiner, Value lhs, Value rhs);
  Values emitReduction(ValueRange dests);

  // Operands (LoopEmitterOperands.cpp).
  SmallVector<ReassociationIndices> joinLastDims(int64_t rank,
                                                 unsigned numDims);
  Value flatten(Value tensor, unsigned numDims);
  void prepareOperands();
  SmallVector<Value> getIndices(OpOperand &operand);
  Value splat(Value scalar, int64_t width);
  Value getMask(Lanes lanes, int64_t factor);
  Value readVector(Value tensor, ValueRange indices, Lanes lanes,
                   int64_t factor, bool isDivisor = false);
  Value readOperand(OpOperand &operand, Value tensor, Lanes lanes);
  Value readInit(unsigned result, Value dest, Lanes lanes);
  Value writeResult(unsigned result, Value dest, ArrayRef<Value> parts,
                    Lanes lanes);

  Value toValue(OpFoldResult v) {
    return getValueOrCreateConstantIndexOp(b, loc, v);
  }
  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(b, loc, expr, operands);
  }
  /// The size of the vector dimension, where rows are laid side by side.
  int64_t getColumns() const {
    return *getConstantIntValue(sizes[plan.vectorDim]);
  }
  int64_t getInterleaving() const {
    return plan.interleavedDim
               ? *getConstantIntValue(sizes[*plan.interleavedDim])
               : 1;
  }

  RewriterBase &b;
  linalg::LinalgOp op;
  const VectorPlan &plan;
  VectorShape shape;
  Location loc;

  SmallVector<OpFoldResult> sizes;
  /// The value of each loop dimension, where it has one already. Where rows are
  /// laid side by side, that of the vector's goes past the end of its row.
  SmallVector<OpFoldResult> ivs;
  /// How many rows lie side by side, and how many of them there are, where it
  /// is known at run time only.
  int64_t rowsInStep = 0;
  OpFoldResult activeRows;
  /// Where in them a vector starts.
  int64_t firstLane = 0;
  /// How many rows are taken at a time and how many elements they have, where
  /// that is known at run time only, and the first of these elements.
  Value dynamicRows, dynamicElements;
  OpFoldResult firstElement;
  /// The first row of a strip, how far the next one is, and how many there are;
  /// null where there is no strip.
  OpFoldResult stripBegin, stripDistance, stripRows;
  /// How many vectors each of them has a turn for.
  int64_t vectorsOfTurn = 1;
  /// Inputs as they are read: interleaved ones are flattened.
  Values inputs;
  /// Destinations as they are written, and the scalar that every element of
  /// one holds, where that is known.
  Values dests;
  Values initScalars;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_LOOPEMITTER_H
