//===- ContractionEmitter.cpp - Loops of contractions ---------------------===//

#include "ContractionEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
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

SmallVector<Value> ContractionEmitter::emitOuter(unsigned dim,
                                                 ValueRange dests) {
  if (dim == kernel.contraction.getNumOuter())
    return getConstantIntValue(part.rows.count) ? emitRowBlocks(dests)
                                                : emitOneRowOrMore(dests);
  OpFoldResult size = tensor::getMixedSize(b, loc, kernel.lhs, dim);
  return emitLoop(b, loc, b.getIndexAttr(0), size, 1, dests,
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

/// Of a number of rows that is not known, one is worth loops of its own: all of
/// the weights are read for it.
SmallVector<Value> ContractionEmitter::emitOneRowOrMore(ValueRange dests) {
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value isOne = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                      toValue(part.rows.count), one);
  auto branch = scf::IfOp::create(b, loc, dests.getTypes(), isOne,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(
      b, loc,
      emitPanels({part.rows.begin, OpFoldResult(b.getIndexAttr(1))}, dests));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, loc, emitRowBlocks(dests));
  return branch.getResults();
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
  Values results = emitLoop(
      b, loc, begin, end, block, dests, [&](OpFoldResult iv, ValueRange args) {
        return emitPanels({iv, OpFoldResult(b.getIndexAttr(block))}, args);
      });
  OpFoldResult rest = apply(s0 + s1 - s2, {begin, count, end});
  if (isConstantIntValue(rest, 0))
    return results;
  return emitPanels({end, rest}, results);
}

/// Panels that a tile takes side by side, where `rows` leave registers over:
/// memory is read faster in as many places, whose pages it looks up at the same
/// time, than in one.
int64_t ContractionEmitter::getPanelsOfTile(Rows rows) {
  std::optional<int64_t> count = getConstantIntValue(rows.count);
  if (!count || *count == 0)
    return 1;
  // What is read once is an operand in memory, whose registers are left too.
  bool readsOnce = *count == 1 && recipe.instruction ==
                                      DotProductRecipe::Instruction::Accumulate;
  return std::max<int64_t>((recipe.rows + readsOnce) / *count, 1);
}

SmallVector<Value> ContractionEmitter::emitPanels(Rows rows, ValueRange dests) {
  int64_t whole = columns / panelColumns, rest = columns % panelColumns;
  AffineExpr d0 = b.getAffineDimExpr(0), last = b.getAffineConstantExpr(whole);
  auto choose = [&](bool isMax, OpFoldResult panel) {
    AffineMap map = AffineMap::get(1, 0, {d0, last}, b.getContext());
    return isMax ? affine::makeComposedFoldedAffineMax(b, loc, map, {panel})
                 : affine::makeComposedFoldedAffineMin(b, loc, map, {panel});
  };
  OpFoldResult end = rest ? choose(false, part.endPanel) : part.endPanel;
  AffineExpr s0 = b.getAffineSymbolExpr(0), s1 = b.getAffineSymbolExpr(1);
  Values results =
      emitTiles(part.firstPanel, apply(s1 - s0, {part.firstPanel, end}),
                getPanelsOfTile(rows), dests,
                [&](OpFoldResult panel, int64_t panels, ValueRange args) {
                  return emitRows(rows, panel, panels * panelColumns, args);
                });
  if (rest)
    results = emitLoop(b, loc, choose(true, part.firstPanel), part.endPanel, 1,
                       results, [&](OpFoldResult panel, ValueRange args) {
                         return emitRows(rows, panel, rest, args);
                       });
  return results;
}

SmallVector<Value> ContractionEmitter::emitRows(Rows rows, OpFoldResult panel,
                                                int64_t columns,
                                                ValueRange dests) {
  return emitTiles(rows.begin, rows.count, recipe.rows, dests,
                   [&](OpFoldResult row, int64_t tile, ValueRange args) {
                     return emitTile(row, tile, panel, columns, args);
                   });
}

/// Tiles of `count` rows or panels from `begin` on, at most `most` each. Where
/// their number is known they differ by one at most; elsewhere the rest goes by
/// powers of 2.
SmallVector<Value> ContractionEmitter::emitTiles(
    OpFoldResult begin, OpFoldResult count, int64_t most, ValueRange dests,
    function_ref<Values(OpFoldResult, int64_t, ValueRange)> body) {
  Values results(dests);
  OpFoldResult first = begin;
  AffineExpr s0 = b.getAffineSymbolExpr(0), s1 = b.getAffineSymbolExpr(1);
  auto emitTo = [&](OpFoldResult end, int64_t tile) {
    results = emitLoop(
        b, loc, first, end, tile, results,
        [&](OpFoldResult at, ValueRange args) { return body(at, tile, args); });
    first = end;
  };
  if (std::optional<int64_t> known = getConstantIntValue(count)) {
    int64_t tiles = llvm::divideCeil(*known, most);
    if (tiles == 0)
      return results;
    int64_t small = *known / tiles, numLarge = *known % tiles;
    if (numLarge)
      emitTo(apply(s0 + numLarge * (small + 1), {begin}), small + 1);
    if (numLarge < tiles)
      emitTo(apply(s0 + *known, {begin}), small);
    return results;
  }
  OpFoldResult end = apply(s0 + s1, {begin, count});
  for (int64_t tile = most; tile > 0;
       tile = llvm::bit_floor(uint64_t(tile - 1)))
    emitTo(apply(s0 + (s1 - s0).floorDiv(tile) * tile, {first, end}), tile);
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
  part.firstRowOfLhs = part.firstPanel = zero;
  part.endPanel = b.getIndexAttr(llvm::divideCeil(columns, panelColumns));
  part.origin.assign(numOuter + 2, zero);
  Values dests = kernel.epilogue ? Values(kernel.getEpilogue().getDpsInits())
                                 : Values{kernel.unpack.getDest()};
  return threads == 1 ? emitOuter(0, dests) : emitThreads(dests);
}

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// How much of `threads` have something to do all the time, where `count` rows
/// or columns go to them by whole pieces, to each as many as to the others but
/// for the last.
static double getBalance(int64_t count, int64_t piece, int64_t threads) {
  int64_t each = llvm::divideCeil(llvm::divideCeil(count, piece), threads);
  return each ? static_cast<double>(count) / (each * piece * threads) : 0;
}

/// Whether threads have parts of the rows and not of the panels: where these
/// come out more even, or where each can have its part of the left factor
/// computed. All of them read all panels then, so they need rows to read them
/// for.
bool ContractionEmitter::splitsRows() {
  std::optional<int64_t> numRows = getConstantIntValue(part.rows.count);
  if (!numRows)
    return false;
  double balanceOfPanels = getBalance(columns, panelColumns, threads);
  if (getBalance(*numRows, recipe.rows, threads) > balanceOfPanels)
    return true;
  // Among many rows one tile is not seen.
  constexpr int64_t kMinTiles = 8;
  constexpr double kAlmostAsEven = 0.95;
  return kernel.lhsProducer && *numRows >= kMinTiles * recipe.rows * threads &&
         getBalance(*numRows, 1, threads) > kAlmostAsEven * balanceOfPanels;
}

/// Computes those rows of the left factor that this part of them reads.
void ContractionEmitter::fuseLhsProducer() {
  linalg::LinalgOp producer = kernel.lhsProducer;
  auto result = cast<OpResult>(kernel.lhs);
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(b, loc, producer.getDpsInits()[0]);
  SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0));
  unsigned dim = kernel.contraction.getNumOuter();
  offsets[dim] = part.rows.begin;
  sizes[dim] = part.rows.count;
  FailureOr<TilingResult> tiled =
      cast<TilingInterface>(producer.getOperation())
          .generateResultTileValue(b, result.getResultNumber(), offsets, sizes);
  if (failed(tiled))
    return;
  // Its destination is its own too.
  auto op = cast<linalg::LinalgOp>(tiled->tiledOps.front());
  b.setInsertionPoint(op);
  OpOperand &init = op.getDpsInitsMutable()[0];
  init.set(
      tensor::EmptyOp::create(b, loc, sizes, getElementTypeOrSelf(init.get())));
  b.setInsertionPointAfter(op);
  kernel.lhs = tiled->tiledValues.front();
  part.firstRowOfLhs = part.rows.begin;
}

/// A part of the panels or of the rows for each thread.
SmallVector<Value> ContractionEmitter::emitThreads(ValueRange dests) {
  bool isByRow = splitsRows();
  int64_t count =
      *getConstantIntValue(isByRow ? part.rows.count : part.endPanel);
  int64_t size = llvm::divideCeil(count, threads);
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
  unsigned dim = sizes.size() - (isByRow ? 2 : 1);
  if (isByRow) {
    part.rows.begin = begin;
    AffineMap map = AffineMap::get(
        1, 0, {b.getAffineConstantExpr(size), count - d0}, b.getContext());
    part.rows.count =
        isEven ? OpFoldResult(b.getIndexAttr(size))
               : affine::makeComposedFoldedAffineMin(b, loc, map, {begin});
    sizes[dim] = part.rows.count;
    if (kernel.lhsProducer)
      fuseLhsProducer();
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
