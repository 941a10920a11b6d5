//===- LoopEmitterOperands.cpp - Reading and writing elements -------------===//

#include "LoopEmitter.h"
#include "Tensor/CollapseDims.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// A destination that is filled with one value need not be filled: whoever
/// reads it can take the value.
static std::pair<Value, Value> takeScalar(RewriterBase &b, Location loc,
                                          Value dest) {
  if (std::pair<Value, Value> filled = lookThroughFill(b, loc, dest);
      filled.second)
    return filled;
  DenseElementsAttr constant;
  auto type = cast<RankedTensorType>(dest.getType());
  if (matchPattern(dest, m_Constant(&constant)) && constant.isSplat()) {
    Value empty =
        tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
    Value scalar = arith::ConstantOp::create(
        b, loc, cast<TypedAttr>(constant.getSplatValue<Attribute>()));
    return {empty, scalar};
  }
  return {dest, Value()};
}

SmallVector<ReassociationIndices> LoopEmitter::joinLastDims(int64_t rank,
                                                            unsigned numDims) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim <= rank - int64_t(numDims); ++dim)
    groups.push_back({dim});
  for (int64_t dim = rank - numDims + 1; dim < rank; ++dim)
    groups.back().push_back(dim);
  return groups;
}

Value LoopEmitter::flatten(Value tensor, unsigned numDims) {
  if (numDims == 1)
    return tensor;
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  // No reshape of what has no elements yet: bufferization finds a place for it
  // in what it is inserted into only if there is none.
  auto empty = tensor.getDefiningOp<tensor::EmptyOp>();
  if (empty && hasPackedOperand(op, plan)) {
    SmallVector<OpFoldResult> flat = empty.getMixedSizes();
    for (unsigned i = 1; i < numDims; ++i) {
      OpFoldResult last = flat.pop_back_val();
      flat.back() = apply(b.getAffineDimExpr(0) * b.getAffineSymbolExpr(0),
                          {flat.back(), last});
    }
    auto flatEmpty =
        tensor::EmptyOp::create(b, loc, flat, empty.getType().getElementType());
    flatEmpty->setAttrs(empty->getDiscardableAttrDictionary());
    return flatEmpty;
  }
  return tensor::CollapseShapeOp::create(b, loc, tensor,
                                         joinLastDims(rank, numDims));
}

void LoopEmitter::prepareOperands() {
  for (Range range : op.createLoopRanges(b, loc))
    sizes.push_back(range.size);
  ivs.assign(sizes.size(), b.getIndexAttr(0));

  for (OpOperand *input : op.getDpsInputOperands())
    inputs.push_back(flatten(input->get(), countFlatDims(op, *input, plan)));
  for (OpOperand &init : op.getDpsInitsMutable()) {
    auto [dest, scalar] = takeScalar(b, loc, init.get());
    dests.push_back(flatten(dest, countFlatDims(op, init, plan)));
    initScalars.push_back(scalar);
  }
}

SmallVector<Value> LoopEmitter::getIndices(OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  ArrayRef<AffineExpr> results = map.getResults();
  unsigned numFlatDims = countFlatDims(op, operand, plan);
  if (numFlatDims > 1)
    results = results.drop_back(numFlatDims);
  SmallVector<Value> indices;
  for (AffineExpr expr : results)
    indices.push_back(toValue(apply(expr, ivs)));
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  if (numFlatDims == 1)
    return indices;
  OpFoldResult lane = ivs[plan.vectorDim];
  if (plan.hasDynamicRows())
    lane = apply(d0 + d1, {firstElement, lane});
  else if (plan.rowDim)
    lane = apply(d0 * getColumns() + d1, {ivs[*plan.rowDim], lane});
  if (isInterleaved(op, operand, plan))
    lane = apply(d0 * getInterleaving(), {lane});
  indices.push_back(toValue(lane));
  return indices;
}

Value LoopEmitter::splat(Value scalar, int64_t width) {
  return vector::BroadcastOp::create(
      b, loc, VectorType::get({width}, scalar.getType()), scalar);
}

Value LoopEmitter::getMask(Lanes lanes, int64_t factor) {
  Value count = toValue(apply(b.getAffineDimExpr(0) * factor, {lanes.active}));
  auto type = VectorType::get({lanes.width * factor}, b.getI1Type());
  return vector::CreateMaskOp::create(b, loc, type, count);
}

Value LoopEmitter::readVector(Value tensor, ValueRange indices, Lanes lanes,
                              int64_t factor, bool isDivisor) {
  auto tensorType = cast<RankedTensorType>(tensor.getType());
  Type elementType = tensorType.getElementType();
  auto type = VectorType::get({lanes.width * factor}, elementType);
  // Lanes that are masked off hold zero, never poison; and where they divide,
  // one, which every way to divide serves.
  TypedAttr idle =
      isDivisor ? b.getOneAttr(elementType) : b.getZeroAttr(elementType);
  Value padding = arith::ConstantOp::create(b, loc, idle);
  AffineMap map =
      AffineMap::getMinorIdentityMap(tensorType.getRank(), 1, b.getContext());
  Value mask = lanes.isMasked() ? getMask(lanes, factor) : Value();
  return vector::TransferReadOp::create(b, loc, type, tensor, indices,
                                        AffineMapAttr::get(map), padding, mask,
                                        b.getBoolArrayAttr({true}));
}

Value LoopEmitter::readOperand(OpOperand &operand, Value tensor, Lanes lanes) {
  if (!isa<RankedTensorType>(tensor.getType()))
    return tensor;
  Access access = getAccess(op, operand, plan);
  bool interleaved = isInterleaved(op, operand, plan);
  SmallVector<Value> indices = getIndices(operand);

  if (access == Access::Invariant || lanes.isScalar()) {
    if (interleaved)
      indices.back() = toValue(apply(
          b.getAffineDimExpr(0) + b.getAffineDimExpr(1),
          {getAsOpFoldResult(indices.back()), ivs[*plan.interleavedDim]}));
    return tensor::ExtractOp::create(b, loc, tensor, indices);
  }
  bool isDivisor =
      op.isDpsInput(&operand) && isScale(op.getMatchingBlockArgument(&operand));
  if (access == Access::PerColumn && !plan.hasDynamicRows())
    return readPerColumn(tensor, indices, lanes);
  if (access == Access::PerRow)
    return readPerRow(tensor, indices, lanes, isDivisor);
  if (!interleaved)
    return readVector(tensor, indices, lanes, 1, isDivisor);

  // Lane i of part j is element i * interleaving + j.
  int64_t part = *getConstantIntValue(ivs[*plan.interleavedDim]);
  Value wide = readVector(tensor, indices, lanes, getInterleaving(), isDivisor);
  auto split = vector::DeinterleaveOp::create(b, loc, wide);
  if (getInterleaving() == 4)
    split = vector::DeinterleaveOp::create(b, loc, split.getResult(part % 2));
  return split.getResult(getInterleaving() == 4 ? part / 2 : part);
}

Value LoopEmitter::readInit(unsigned result, Value dest, Lanes lanes) {
  OpOperand &init = op.getDpsInitsMutable()[result];
  Value value = initScalars[result];
  if (!value)
    value = readOperand(init, dest, lanes);
  if (!lanes.isScalar() && !isa<VectorType>(value.getType()))
    value = splat(value, lanes.width);
  return value;
}

Value LoopEmitter::writeResult(unsigned result, Value dest,
                               ArrayRef<Value> parts, Lanes lanes) {
  OpOperand &init = op.getDpsInitsMutable()[result];
  bool interleaved = isInterleaved(op, init, plan);
  SmallVector<Value> indices = getIndices(init);
  if (lanes.isScalar()) {
    SmallVector<Value> at = indices;
    for (auto [offset, part] : llvm::enumerate(parts)) {
      if (interleaved)
        at.back() = toValue(apply(b.getAffineDimExpr(0) + int64_t(offset),
                                  {getAsOpFoldResult(indices.back())}));
      dest = tensor::InsertOp::create(b, loc, part, dest, at);
    }
    return dest;
  }
  Value value = parts.front();
  auto weave = [&](Value even, Value odd) -> Value {
    return vector::InterleaveOp::create(b, loc, even, odd);
  };
  if (parts.size() == 2)
    value = weave(parts[0], parts[1]);
  if (parts.size() == 4)
    value = weave(weave(parts[0], parts[2]), weave(parts[1], parts[3]));
  int64_t rank = cast<RankedTensorType>(dest.getType()).getRank();
  AffineMap map = AffineMap::getMinorIdentityMap(rank, 1, b.getContext());
  Value mask = lanes.isMasked() ? getMask(lanes, parts.size()) : Value();
  return vector::TransferWriteOp::create(b, loc, value, dest, indices,
                                         AffineMapAttr::get(map), mask,
                                         b.getBoolArrayAttr({true}))
      .getResult();
}
