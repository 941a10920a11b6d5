//===- ContractionTile.cpp - Register tiles of contractions ---------------===//

#include "ContractionEmitter.h"
#include "Vector/GenericVectorizer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Columns in vectors whose lanes are a power of 2, for which every operation
/// has instructions: the first of a panel is wide, the last may be a few lanes.
SmallVector<ColumnSegment> ContractionEmitter::getSegments(int64_t columns) {
  SmallVector<ColumnSegment> segments;
  for (int64_t panel = 0; panel < columns; panel += panelColumns) {
    // The last panel is padded: whole registers of it can be read.
    int64_t padded =
        llvm::alignTo(std::min(columns - panel, panelColumns), recipe.lanes);
    for (int64_t begin = 0, width; begin < padded; begin += width) {
      width = llvm::bit_floor(uint64_t(padded - begin));
      segments.push_back({panel + begin, width});
    }
  }
  return segments;
}

SmallVector<Value> ContractionEmitter::emitTile(OpFoldResult row, int64_t rows,
                                                OpFoldResult panel,
                                                int64_t columns,
                                                ValueRange dests) {
  SmallVector<ColumnSegment> segments = getSegments(columns);
  Values zeros;
  for (int64_t i = 0; i < rows; ++i)
    for (ColumnSegment segment : segments) {
      auto type = VectorType::get({segment.width}, b.getI32Type());
      zeros.push_back(arith::ConstantOp::create(b, loc, b.getZeroAttr(type)));
    }
  Values accumulators = accumulate(row, panel, segments, zeros);
  return writeTile(row, panel, columns, accumulators, dests);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

SmallVector<Value>
ContractionEmitter::accumulate(OpFoldResult row, OpFoldResult panel,
                               ArrayRef<ColumnSegment> segments,
                               Values accumulators) {
  int64_t whole = reduced / depth, rest = reduced % depth;
  accumulators =
      emitLoop(b, loc, b.getIndexAttr(0), b.getIndexAttr(whole), 1,
               accumulators, [&](OpFoldResult group, ValueRange args) {
                 return addProducts(row, panel, group, depth, segments, args);
               });
  // More accumulators than registers would be the outcome of unrolling.
  if (auto loop = accumulators.front().getDefiningOp<scf::ForOp>()) {
    MLIRContext *context = b.getContext();
    auto unroll = LLVM::LoopUnrollAttr::get(context, b.getBoolAttr(true), {},
                                            {}, {}, {}, {}, {});
    auto annotation =
        LLVM::LoopAnnotationAttr::get(context, {}, {}, {}, unroll, {}, {}, {},
                                      {}, {}, {}, {}, {}, {}, {}, {});
    loop->setAttr("llvm.loop_annotation", annotation);
  }
  if (rest)
    accumulators = addProducts(row, panel, b.getIndexAttr(whole), rest,
                               segments, accumulators);
  return accumulators;
}

/// The products of one group, of which the left factor has the first `products`
/// only.
SmallVector<Value> ContractionEmitter::addProducts(
    OpFoldResult row, OpFoldResult panel, OpFoldResult group, int64_t products,
    ArrayRef<ColumnSegment> segments, ValueRange accumulators) {
  Values right = llvm::map_to_vector(segments, [&](ColumnSegment segment) {
    return extend(readRhs(panel, group, segment),
                  kernel.contraction.rhs.isSigned);
  });
  ArrayAttr maps = b.getAffineMapArrayAttr(getGroupMaps(b.getContext()));
  ArrayAttr types =
      b.getArrayAttr({vector::IteratorTypeAttr::get(
                          b.getContext(), vector::IteratorType::parallel),
                      vector::IteratorTypeAttr::get(
                          b.getContext(), vector::IteratorType::reduction)});
  Values results;
  for (size_t i = 0; results.size() < accumulators.size(); ++i) {
    OpFoldResult at = apply(b.getAffineSymbolExpr(0) + int64_t(i), {row});
    Value left =
        extend(readLhs(at, group, products), kernel.contraction.lhs.isSigned);
    for (Value factors : right)
      results.push_back(vector::ContractionOp::create(
          b, loc, left, factors, accumulators[results.size()], maps, types));
  }
  return results;
}

Value ContractionEmitter::extend(Value vector, bool isSigned) {
  Type type = cast<VectorType>(vector.getType())
                  .cloneWith(std::nullopt, b.getI32Type());
  if (isSigned)
    return arith::ExtSIOp::create(b, loc, type, vector);
  return arith::ExtUIOp::create(b, loc, type, vector);
}

static Value readNeighbours(OpBuilder &b, Location loc, Value tensor,
                            ValueRange indices, int64_t width) {
  auto tensorType = cast<RankedTensorType>(tensor.getType());
  Type elementType = tensorType.getElementType();
  Value padding = arith::ConstantOp::create(b, loc, b.getZeroAttr(elementType));
  AffineMap map =
      AffineMap::getMinorIdentityMap(tensorType.getRank(), 1, b.getContext());
  return vector::TransferReadOp::create(
      b, loc, VectorType::get({width}, elementType), tensor, indices,
      AffineMapAttr::get(map), padding, Value(), b.getBoolArrayAttr({true}));
}

Value ContractionEmitter::readLhs(OpFoldResult row, OpFoldResult group,
                                  int64_t products) {
  Values indices =
      llvm::map_to_vector(outer, [&](OpFoldResult iv) { return toValue(iv); });
  AffineExpr s0 = b.getAffineSymbolExpr(0), s1 = b.getAffineSymbolExpr(1);
  indices.push_back(toValue(apply(s0 - s1, {row, part.firstRowOfLhs})));
  if (kernel.lhsIsPacked) {
    indices.push_back(toValue(group));
    indices.push_back(arith::ConstantIndexOp::create(b, loc, 0));
    return readNeighbours(b, loc, kernel.lhs, indices, depth);
  }
  indices.push_back(toValue(apply(s0 * depth, {group})));
  if (products == depth)
    return readNeighbours(b, loc, kernel.lhs, indices, depth);
  // The row ends here, and maybe its memory.
  Values elements;
  Type type = getElementTypeOrSelf(kernel.lhs.getType());
  for (int64_t i = 0; i < products; ++i) {
    indices.back() = toValue(apply(s0 * depth + i, {group}));
    elements.push_back(tensor::ExtractOp::create(b, loc, kernel.lhs, indices));
  }
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  elements.resize(depth, zero);
  return vector::FromElementsOp::create(b, loc, VectorType::get({depth}, type),
                                        elements);
}

Value ContractionEmitter::readRhs(OpFoldResult panel, OpFoldResult group,
                                  ColumnSegment segment) {
  AffineMap map = kernel.contraction.op.getMatchingIndexingMap(
      kernel.contraction.rhs.operand);
  Values indices;
  for (AffineExpr expr : map.getResults().drop_back(4))
    indices.push_back(toValue(outer[cast<AffineDimExpr>(expr).getPosition()]));
  AffineExpr s0 = b.getAffineSymbolExpr(0);
  indices.push_back(toValue(apply(s0 + segment.begin / panelColumns, {panel})));
  indices.push_back(toValue(group));
  indices.push_back(arith::ConstantIndexOp::create(
      b, loc, segment.begin % panelColumns * depth));
  Value read = readNeighbours(b, loc, rhs, indices, segment.width * depth);
  Type type = getElementTypeOrSelf(rhs.getType());
  return vector::ShapeCastOp::create(
      b, loc, VectorType::get({segment.width, depth}, type), read);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// What the epilogue makes of neighbouring sums of a row.
SmallVector<Value> ContractionEmitter::emitEpilogue(OpFoldResult row,
                                                    OpFoldResult column,
                                                    Value sums) {
  linalg::LinalgOp op = kernel.getEpilogue();
  int64_t width = cast<VectorType>(sums.getType()).getNumElements();
  SmallVector<OpFoldResult> ivs(outer);
  ivs.push_back(row);
  ivs.push_back(column);
  AffineExpr last = b.getAffineDimExpr(ivs.size() - 1);
  IRMapping mapping;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    if (!op.payloadUsesValueFromOperand(operand))
      continue;
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (operand->get() == kernel.unpack.getResult()) {
      mapping.map(argument, sums);
      continue;
    }
    Value value = operand->get();
    if (isa<RankedTensorType>(value.getType())) {
      AffineMap map = op.getMatchingIndexingMap(operand);
      Values indices;
      for (AffineExpr expr : map.getResults())
        indices.push_back(toValue(apply(expr, ivs)));
      bool isAlongRow =
          map.getNumResults() > 0 && map.getResults().back() == last;
      value =
          isAlongRow
              ? readNeighbours(b, loc, value, indices, width)
              : tensor::ExtractOp::create(b, loc, value, indices).getResult();
    }
    mapping.map(argument, value);
  }
  return cloneBodyOnLanes(b, op, mapping, width);
}

SmallVector<Value> ContractionEmitter::writeTile(OpFoldResult row,
                                                 OpFoldResult panel,
                                                 int64_t columns,
                                                 ValueRange accumulators,
                                                 ValueRange dests) {
  Values results(dests);
  SmallVector<ColumnSegment> segments = getSegments(columns);
  AffineExpr s0 = b.getAffineSymbolExpr(0);
  for (auto [i, accumulator] : llvm::enumerate(accumulators)) {
    ColumnSegment segment = segments[i % segments.size()];
    OpFoldResult at = apply(s0 + int64_t(i / segments.size()), {row});
    int64_t end = std::min(columns - segment.begin, segment.width);
    for (int64_t begin = 0, width; begin < end; begin += width) {
      width = llvm::bit_floor(uint64_t(end - begin));
      Value sums = accumulator;
      if (width != segment.width)
        sums = vector::ExtractStridedSliceOp::create(
            b, loc, sums, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{width},
            ArrayRef<int64_t>{1});
      OpFoldResult column =
          apply(s0 * panelColumns + (segment.begin + begin), {panel});
      results = writeSums(at, column, sums, results);
    }
  }
  return results;
}

/// Neighbouring sums of a row, or what the epilogue makes of them, to where
/// they belong.
SmallVector<Value> ContractionEmitter::writeSums(OpFoldResult row,
                                                 OpFoldResult column,
                                                 Value sums, ValueRange dests) {
  Values values =
      kernel.epilogue ? emitEpilogue(row, column, sums) : Values{sums};
  SmallVector<OpFoldResult> at(outer);
  at.push_back(row);
  at.push_back(column);
  AffineExpr s0 = b.getAffineSymbolExpr(0), s1 = b.getAffineSymbolExpr(1);
  Values indices;
  for (auto [index, origin] : llvm::zip_equal(at, part.origin))
    indices.push_back(toValue(apply(s0 - s1, {index, origin})));
  AffineMap map =
      AffineMap::getMinorIdentityMap(indices.size(), 1, b.getContext());
  Values results;
  for (auto [value, dest] : llvm::zip_equal(values, dests))
    results.push_back(vector::TransferWriteOp::create(
                          b, loc, value, dest, indices, AffineMapAttr::get(map),
                          /*mask=*/Value(), b.getBoolArrayAttr({true}))
                          .getResult());
  return results;
}
