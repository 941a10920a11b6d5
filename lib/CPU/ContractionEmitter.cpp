//===- ContractionEmitter.cpp - Register tiles of contractions ------------===//

#include "ContractionEmitter.h"
#include "GenericVectorizer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

ContractionEmitter::ContractionEmitter(RewriterBase &b,
                                       ContractionKernel kernel,
                                       const DotProductRecipe &recipe,
                                       const TargetInfo &target,
                                       int64_t threads)
    : b(b), kernel(kernel), recipe(recipe), target(target), threads(threads),
      loc(kernel.contraction.op.getLoc()),
      panelColumns(kernel.contraction.columns), depth(kernel.contraction.depth),
      columns(kernel.getColumns()), reduced(kernel.getReduced()) {}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// A loop, or what it comes to where its trip count is known to be 0 or 1.
SmallVector<Value> ContractionEmitter::emitLoop(
    OpFoldResult begin, OpFoldResult end, int64_t step, ValueRange args,
    function_ref<Values(OpFoldResult, ValueRange)> body) {
  std::optional<int64_t> first = getConstantIntValue(begin);
  std::optional<int64_t> last = getConstantIntValue(end);
  if (first && last && *last <= *first)
    return Values(args);
  if (first && last && *last - *first <= step)
    return body(begin, args);
  auto loop =
      scf::ForOp::create(b, loc, toValue(begin), toValue(end),
                         arith::ConstantIndexOp::create(b, loc, step), args);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Values results =
      body(OpFoldResult(loop.getInductionVar()), loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, results);
  return Values(loop.getResults());
}

SmallVector<Value> ContractionEmitter::emitOuter(unsigned dim,
                                                 ValueRange dests) {
  if (dim == kernel.contraction.getNumOuter())
    return emitRowBlocks(dests);
  OpFoldResult size = tensor::getMixedSize(b, loc, kernel.lhs, dim);
  return emitLoop(b.getIndexAttr(0), size, 1, dests,
                  [&](OpFoldResult iv, ValueRange args) {
                    outer.push_back(iv);
                    Values results = emitOuter(dim + 1, args);
                    outer.pop_back();
                    return results;
                  });
}

/// Rows of the left factor that fill half of the second-level cache: every
/// panel of the right one reads them again.
int64_t ContractionEmitter::getRowsPerBlock() {
  int64_t bytes = reduced * (recipe.widensLhs() ? 2 : 1);
  int64_t tiles = target.caches.l2 / 2 / (bytes * recipe.rows);
  constexpr int64_t kMinTiles = 8;
  return std::max(tiles, kMinTiles) * recipe.rows;
}

SmallVector<Value> ContractionEmitter::emitRowBlocks(ValueRange dests) {
  int64_t block = getRowsPerBlock();
  // Blocks of about the same size, where their number is known.
  if (std::optional<int64_t> count = getConstantIntValue(part.rows.count)) {
    int64_t blocks = std::max<int64_t>(llvm::divideCeil(*count, block), 1);
    int64_t even = std::max<int64_t>(llvm::divideCeil(*count, blocks), 1);
    block = llvm::alignTo(even, recipe.rows);
  }
  AffineExpr s0 = b.getAffineSymbolExpr(0), s1 = b.getAffineSymbolExpr(1),
             s2 = b.getAffineSymbolExpr(2);
  OpFoldResult begin = part.rows.begin, count = part.rows.count;
  OpFoldResult end = apply(s0 + s1.floorDiv(block) * block, {begin, count});
  Values results =
      emitLoop(begin, end, block, dests, [&](OpFoldResult iv, ValueRange args) {
        return emitPanels({iv, OpFoldResult(b.getIndexAttr(block))}, args);
      });
  OpFoldResult rest = apply(s0 + s1 - s2, {begin, count, end});
  if (isConstantIntValue(rest, 0))
    return results;
  return emitPanels({end, rest}, results);
}

SmallVector<Value> ContractionEmitter::emitPanels(Rows rows, ValueRange dests) {
  int64_t whole = columns / panelColumns, rest = columns % panelColumns;
  AffineExpr d0 = b.getAffineDimExpr(0), last = b.getAffineConstantExpr(whole);
  auto choose = [&](bool isMax, OpFoldResult panel) {
    AffineMap map = AffineMap::get(1, 0, {d0, last}, b.getContext());
    return isMax ? affine::makeComposedFoldedAffineMax(b, loc, map, {panel})
                 : affine::makeComposedFoldedAffineMin(b, loc, map, {panel});
  };
  Values results = emitLoop(part.firstPanel,
                            rest ? choose(false, part.endPanel) : part.endPanel,
                            1, dests, [&](OpFoldResult panel, ValueRange args) {
                              return emitRows(rows, panel, panelColumns, args);
                            });
  if (rest)
    results = emitLoop(choose(true, part.firstPanel), part.endPanel, 1, results,
                       [&](OpFoldResult panel, ValueRange args) {
                         return emitRows(rows, panel, rest, args);
                       });
  return results;
}

/// Tiles of at most as many rows as registers hold. Where their number is known
/// they differ by one row at most; elsewhere the rest goes by powers of 2.
SmallVector<Value> ContractionEmitter::emitRows(Rows rows, OpFoldResult panel,
                                                int64_t columns,
                                                ValueRange dests) {
  Values results(dests);
  OpFoldResult begin = rows.begin;
  AffineExpr s0 = b.getAffineSymbolExpr(0), s1 = b.getAffineSymbolExpr(1);
  auto emitTiles = [&](OpFoldResult end, int64_t tile) {
    results = emitLoop(begin, end, tile, results,
                       [&](OpFoldResult row, ValueRange args) {
                         return emitTile(row, tile, panel, columns, args);
                       });
    begin = end;
  };
  if (std::optional<int64_t> count = getConstantIntValue(rows.count)) {
    int64_t tiles = llvm::divideCeil(*count, recipe.rows);
    if (tiles == 0)
      return results;
    int64_t small = *count / tiles, numLarge = *count % tiles;
    if (numLarge)
      emitTiles(apply(s0 + numLarge * (small + 1), {begin}), small + 1);
    if (numLarge < tiles)
      emitTiles(apply(s0 + *count, {rows.begin}), small);
    return results;
  }
  OpFoldResult end = apply(s0 + s1, {rows.begin, rows.count});
  for (int64_t tile = recipe.rows; tile > 0;
       tile = llvm::bit_floor(uint64_t(tile - 1)))
    emitTiles(apply(s0 + (s1 - s0).floorDiv(tile) * tile, {begin, end}), tile);
  return results;
}

/// Columns in vectors whose lanes are a power of 2, for which every operation
/// has instructions: the first is wide, the last may be a few lanes.
SmallVector<ColumnSegment> ContractionEmitter::getSegments(int64_t columns) {
  // The last panel is padded: whole registers of it can be read.
  int64_t padded = llvm::alignTo(columns, recipe.lanes);
  SmallVector<ColumnSegment> segments;
  for (int64_t begin = 0, width; begin < padded; begin += width) {
    width = llvm::bit_floor(uint64_t(padded - begin));
    segments.push_back({begin, width});
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
      emitLoop(b.getIndexAttr(0), b.getIndexAttr(whole), 1, accumulators,
               [&](OpFoldResult group, ValueRange args) {
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
  AffineExpr column, product;
  bindDims(b.getContext(), column, product);
  SmallVector<AffineMap> maps = AffineMap::inferFromExprList(
      {ArrayRef<AffineExpr>{product}, ArrayRef<AffineExpr>{column, product},
       ArrayRef<AffineExpr>{column}},
      b.getContext());
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
          b, loc, left, factors, accumulators[results.size()],
          b.getAffineMapArrayAttr(maps), types));
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
  indices.push_back(toValue(row));
  if (kernel.lhsIsPacked) {
    indices.push_back(toValue(group));
    indices.push_back(arith::ConstantIndexOp::create(b, loc, 0));
    return readNeighbours(b, loc, kernel.lhs, indices, depth);
  }
  AffineExpr s0 = b.getAffineSymbolExpr(0);
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
  indices.push_back(toValue(panel));
  indices.push_back(toValue(group));
  indices.push_back(
      arith::ConstantIndexOp::create(b, loc, segment.begin * depth));
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

SmallVector<Value> ContractionEmitter::emit() {
  OpBuilder::InsertionGuard guard(b);
  if (kernel.epilogue)
    b.setInsertionPoint(kernel.epilogue);
  else
    b.setInsertionPoint(kernel.unpack);
  Value packed = kernel.contraction.rhs.get();
  int64_t rank = cast<RankedTensorType>(packed.getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim < rank - 1; ++dim)
    groups.push_back({dim});
  groups.back().push_back(rank - 1);
  rhs = tensor::CollapseShapeOp::create(b, loc, packed, groups);
  unsigned numOuter = kernel.contraction.getNumOuter();
  OpFoldResult zero = b.getIndexAttr(0);
  part.rows = {zero, tensor::getMixedSize(b, loc, kernel.lhs, numOuter)};
  part.firstPanel = zero;
  part.endPanel = b.getIndexAttr(llvm::divideCeil(columns, panelColumns));
  part.origin.assign(numOuter + 2, zero);
  Values dests = kernel.epilogue ? Values(kernel.getEpilogue().getDpsInits())
                                 : Values{kernel.unpack.getDest()};
  return threads == 1 ? emitOuter(0, dests) : emitThreads(dests);
}

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// How much of `threads` have something to do all the time, where each has as
/// many of `count` pieces as the others, but for the last.
static double getBalance(int64_t count, int64_t threads) {
  int64_t rounds = llvm::divideCeil(count, threads);
  return rounds ? static_cast<double>(count) / (rounds * threads) : 0;
}

/// A part of the panels for each thread, or of the rows where these come out
/// more even.
SmallVector<Value> ContractionEmitter::emitThreads(ValueRange dests) {
  int64_t panels = *getConstantIntValue(part.endPanel);
  std::optional<int64_t> numRows = getConstantIntValue(part.rows.count);
  bool splitsRows =
      numRows && getBalance(llvm::divideCeil(*numRows, recipe.rows), threads) >
                     getBalance(panels, threads);
  int64_t count = splitsRows ? *numRows : panels;
  int64_t size = llvm::divideCeil(count, threads);
  if (splitsRows)
    size = llvm::alignTo(size, recipe.rows);
  int64_t parts = llvm::divideCeil(count, size);
  auto forall = scf::ForallOp::create(
      b, loc, ArrayRef<OpFoldResult>{b.getIndexAttr(parts)}, dests,
      std::nullopt);

  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(forall.getTerminator());
  AffineExpr d0 = b.getAffineDimExpr(0);
  OpFoldResult number = forall.getInductionVar(0);
  // The last part is short.
  auto clamp = [&](AffineExpr expr, int64_t most) {
    AffineMap map = AffineMap::get(1, 0, {expr, b.getAffineConstantExpr(most)},
                                   b.getContext());
    return affine::makeComposedFoldedAffineMin(b, loc, map, {number});
  };
  bool isEven = count % size == 0;
  OpFoldResult begin = apply(d0 * size, {number});
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(b, loc, forall.getRegionIterArgs().front());
  unsigned dim = sizes.size() - (splitsRows ? 2 : 1);
  if (splitsRows) {
    part.rows.begin = begin;
    AffineMap map = AffineMap::get(
        1, 0, {b.getAffineConstantExpr(size), count - d0}, b.getContext());
    part.rows.count =
        isEven ? OpFoldResult(b.getIndexAttr(size))
               : affine::makeComposedFoldedAffineMin(b, loc, map, {begin});
    sizes[dim] = part.rows.count;
  } else {
    part.firstPanel = begin;
    part.endPanel = isEven ? apply((d0 + 1) * size, {number})
                           : clamp((d0 + 1) * size, count);
    AffineExpr s0 = b.getAffineSymbolExpr(0);
    int64_t most = size * panelColumns;
    begin = apply(s0 * panelColumns, {begin});
    AffineMap map = AffineMap::get(
        1, 0, {b.getAffineConstantExpr(most), columns - d0}, b.getContext());
    sizes[dim] =
        columns % most == 0
            ? OpFoldResult(b.getIndexAttr(most))
            : affine::makeComposedFoldedAffineMin(b, loc, map, {begin});
  }
  part.origin[dim] = begin;
  SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
  Values slices =
      llvm::map_to_vector(forall.getRegionIterArgs(), [&](Value dest) -> Value {
        return tensor::ExtractSliceOp::create(b, loc, dest, part.origin, sizes,
                                              strides);
      });
  Values results = emitOuter(0, slices);
  b.setInsertionPointToStart(forall.getTerminator().getBody());
  for (auto [result, dest] :
       llvm::zip_equal(results, forall.getRegionIterArgs()))
    tensor::ParallelInsertSliceOp::create(b, loc, result, dest, part.origin,
                                          sizes, strides);
  return forall.getResults();
}
