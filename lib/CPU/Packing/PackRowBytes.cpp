//===- PackRowBytes.cpp - The whole bytes of a row ------------------------===//

#include "RowEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace mlir::quant_ext;

using utils::IteratorType;

void RowEmitter::getSliceGeometry(const RowOperand &operand, OpFoldResult begin,
                                  OpFoldResult numBytes,
                                  SmallVector<OpFoldResult> &offsets,
                                  SmallVector<OpFoldResult> &lengths) {
  if (operand.layout) {
    offsets.push_back(getByte(begin));
    lengths.push_back(numBytes);
    return;
  }
  OpFoldResult numElements = apply(b.getAffineDimExpr(0) * perByte, {numBytes});
  if (operand.isFlat) {
    offsets.push_back(
        apply(b.getAffineDimExpr(0) + b.getAffineDimExpr(1), {base, begin}));
    lengths.push_back(numElements);
    return;
  }
  unsigned last = sizes.size() - 1;
  for (unsigned i = 0, e = operand.map.getNumResults(); i < e; ++i) {
    unsigned dim = operand.map.getDimPosition(i);
    offsets.push_back(dim == last ? begin : row[dim]);
    lengths.push_back(dim == last ? numElements
                                  : OpFoldResult(b.getIndexAttr(1)));
  }
}

/// Whether the operand has other elements in other columns.
static bool hasColumns(const RowOperand &operand, unsigned numLoops) {
  return operand.layout || operand.map.isFunctionOfDim(numLoops - 1);
}

/// What the operand has for the columns from `begin` on: bytes, elements of
/// shape [numBytes, perByte], or one element for all.
Value RowEmitter::getSlice(const RowOperand &operand, Value tensor,
                           OpFoldResult begin, OpFoldResult numBytes) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type || type.getRank() == 0)
    return tensor;
  SmallVector<OpFoldResult> offsets, lengths;
  getSliceGeometry(operand, begin, numBytes, offsets, lengths);
  SmallVector<OpFoldResult> strides(offsets.size(), b.getIndexAttr(1));
  SmallVector<int64_t> shape;
  if (hasColumns(operand, sizes.size())) {
    OpFoldResult length =
        operand.layout ? numBytes
                       : apply(b.getAffineDimExpr(0) * perByte, {numBytes});
    shape.push_back(getConstantIntValue(length).value_or(ShapedType::kDynamic));
  }
  Value slice = tensor::ExtractSliceOp::create(
      b, loc, RankedTensorType::get(shape, type.getElementType()), tensor,
      offsets, lengths, strides);
  if (operand.layout || shape.empty())
    return slice;
  SmallVector<OpFoldResult> split = {numBytes, b.getIndexAttr(perByte)};
  return tensor::ExpandShapeOp::create(
      b, loc,
      RankedTensorType::get(
          {getConstantIntValue(numBytes).value_or(ShapedType::kDynamic),
           perByte},
          type.getElementType()),
      slice, ArrayRef<ReassociationIndices>{{0, 1}}, split);
}

Value RowEmitter::putSlice(const RowOperand &operand, Value slice, Value tensor,
                           OpFoldResult begin, OpFoldResult numBytes) {
  SmallVector<OpFoldResult> offsets, lengths;
  getSliceGeometry(operand, begin, numBytes, offsets, lengths);
  SmallVector<OpFoldResult> strides(offsets.size(), b.getIndexAttr(1));
  if (!operand.layout)
    slice = tensor::CollapseShapeOp::create(
        b, loc, slice, ArrayRef<ReassociationIndices>{{0, 1}});
  return tensor::InsertSliceOp::create(b, loc, slice, tensor, offsets, lengths,
                                       strides);
}

SmallVector<Value> RowEmitter::emitBytes(OpFoldResult begin,
                                         OpFoldResult numBytes,
                                         Values results) {
  bool packs = inits.front().layout.has_value();
  AffineMap element = b.getMultiDimIdentityMap(2);
  AffineMap byte = element.dropResult(1);
  Values slices, targets;
  SmallVector<AffineMap> maps;
  auto addMap = [&](Value slice) {
    auto type = dyn_cast<RankedTensorType>(slice.getType());
    unsigned rank = type ? type.getRank() : 0;
    maps.push_back(rank == 2   ? element
                   : rank == 1 ? byte
                               : AffineMap::get(2, 0, b.getContext()));
  };
  for (const RowOperand &input : inputs) {
    slices.push_back(getSlice(input, input.tensor, begin, numBytes));
    addMap(slices.back());
  }
  bool hasElements = llvm::any_of(llvm::concat<const RowOperand>(inputs, inits),
                                  [&](const RowOperand &operand) {
                                    return !operand.layout &&
                                           hasColumns(operand, sizes.size());
                                  });
  if (!hasElements) {
    // Where all is packed, this alone says how many elements a byte has. It is
    // never read.
    SmallVector<OpFoldResult> shape = {numBytes, b.getIndexAttr(perByte)};
    slices.push_back(tensor::EmptyOp::create(b, loc, shape, b.getI8Type()));
    addMap(slices.back());
  }
  for (auto [init, result] : llvm::zip_equal(inits, results)) {
    Value slice = getSlice(init, result, begin, numBytes);
    if (packs) {
      Value zero = arith::ConstantOp::create(
          b, loc, b.getZeroAttr(init.layout->container));
      slice = linalg::FillOp::create(b, loc, zero, slice).getResult(0);
    }
    targets.push_back(slice);
    addMap(slice);
  }
  auto generic = linalg::GenericOp::create(
      b, loc, TypeRange(ValueRange(targets)), slices, targets, maps,
      {IteratorType::parallel,
       packs ? IteratorType::reduction : IteratorType::parallel},
      [&](OpBuilder &, Location, ValueRange args) {
        Value shift =
            emitShiftInByte(b, loc, /*lastLoop=*/1, b.getI8Type(), perByte);
        Values arguments(args);
        for (auto [argument, input] : llvm::zip(arguments, inputs))
          if (input.layout)
            argument = arith::ShRUIOp::create(b, loc, argument, shift);
        auto getIndex = [&](unsigned dim) -> Value {
          if (dim + 1 != sizes.size())
            return toValue(row[dim]);
          Value number = arith::AddIOp::create(
              b, loc,
              arith::MulIOp::create(b, loc, linalg::IndexOp::create(b, loc, 0),
                                    toValue(b.getIndexAttr(perByte))),
              linalg::IndexOp::create(b, loc, 1));
          return arith::AddIOp::create(b, loc, number, toValue(begin));
        };
        Values yielded;
        if (!hasElements)
          arguments.erase(arguments.begin() + inputs.size());
        if (packs)
          std::fill(arguments.begin() + inputs.size(), arguments.end(),
                    Value());
        cloneBody(b, arguments, getIndex, yielded);
        if (packs) {
          Value mask = arith::ConstantOp::create(
              b, loc, b.getI8IntegerAttr((int64_t(1) << (8 / perByte)) - 1));
          for (auto [value, old] :
               llvm::zip_equal(yielded, args.take_back(yielded.size()))) {
            Value bits = arith::AndIOp::create(b, loc, value, mask);
            Value placed = arith::ShLIOp::create(b, loc, bits, shift);
            value = arith::OrIOp::create(b, loc, old, placed);
          }
        }
        linalg::YieldOp::create(b, loc, yielded);
      });
  Values written;
  for (auto [init, result, slice] :
       llvm::zip_equal(inits, results, generic.getResults()))
    written.push_back(putSlice(init, slice, result, begin, numBytes));
  return written;
}
