//===- RowEmitter.h - Loops over rows that share bytes ----------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_ROWEMITTER_H
#define QUANTEXT_LIB_CPU_ROWEMITTER_H

#include "PackedLayout.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::quant_ext {

/// An operand as it is read and written.
struct RowOperand {
  Value tensor;
  AffineMap map;
  /// None where there is an element for each index of the tensor.
  std::optional<PackedLayout> layout = std::nullopt;
  /// The tensor has one dimension for all of those of the map.
  bool isFlat = false;
};

class RowEmitter {
public:
  RowEmitter(OpBuilder &builder, linalg::LinalgOp op,
             ArrayRef<ValueRange> operands, Packer &packer);

  SmallVector<SmallVector<Value>> emit();

private:
  using Values = SmallVector<Value>;

  /// Moves `count` elements from the place of element `base` of a packed tensor
  /// into a tensor of their own, or from there into their place.
  RowEmitter(const RowEmitter &whole, RowOperand from, RowOperand to,
             OpFoldResult count, OpFoldResult base);

  Values emitNest(unsigned dim, Values results);
  Values emitRows(unsigned dim, Values results);
  Values emitRow(Values results);
  Values emitElements(OpFoldResult begin, OpFoldResult end, Values results);
  Values emitBytes(OpFoldResult begin, OpFoldResult numBytes, Values results);
  Values emitScalars(Value column, ValueRange results);

  Values emitChunks(Values results);
  void flatten(RowOperand &input);
  bool hasSameParametersInRows() const;
  bool sharesScales();
  void flattenResults();
  Value unflatten(Value row, RankedTensorType type);
  Values emitChunk(OpFoldResult begin, OpFoldResult numRows, Values results);
  Values emitOnValues(OpFoldResult begin, OpFoldResult numRows,
                      ValueRange results);
  Value getChunk(const RowOperand &operand, Value tensor, OpFoldResult begin,
                 OpFoldResult numRows, AffineMap &map);
  void getChunkGeometry(const RowOperand &operand, OpFoldResult begin,
                        OpFoldResult numRows,
                        SmallVector<OpFoldResult> &offsets,
                        SmallVector<OpFoldResult> &lengths);

  Value getSlice(const RowOperand &operand, Value tensor, OpFoldResult begin,
                 OpFoldResult numBytes);
  Value putSlice(const RowOperand &operand, Value slice, Value tensor,
                 OpFoldResult begin, OpFoldResult numBytes);
  void getSliceGeometry(const RowOperand &operand, OpFoldResult begin,
                        OpFoldResult count, SmallVector<OpFoldResult> &offsets,
                        SmallVector<OpFoldResult> &sizes);
  Value readElement(const RowOperand &operand, Value tensor, Value column);
  Value placeElement(const PackedLayout &layout, Value bytes, Value element,
                     Value column);
  void cloneBody(OpBuilder &builder, ValueRange arguments,
                 function_ref<Value(unsigned)> getIndex, Values &yielded);

  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> values) {
    return affine::makeComposedFoldedAffineApply(b, loc, expr, values);
  }
  Value toValue(OpFoldResult value) {
    return getValueOrCreateConstantIndexOp(b, loc, value);
  }
  OpFoldResult getByte(OpFoldResult column) {
    return apply(
        (b.getAffineDimExpr(0) + b.getAffineDimExpr(1)).floorDiv(perByte),
        {base, column});
  }
  Values getIndices(const RowOperand &operand, Value column);

  OpBuilder &b;
  linalg::LinalgOp op;
  Location loc;
  /// Elements are moved; the operation is not done to them.
  bool onlyMoves = false;
  int64_t perByte = 0;
  SmallVector<RowOperand> inputs, inits;
  SmallVector<OpFoldResult> sizes;
  /// Where the loops are: the indices of the row, and the number of elements
  /// before it.
  SmallVector<OpFoldResult> row;
  OpFoldResult base;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_ROWEMITTER_H
