//===- QuantExtTiling.cpp - TilingInterface of the operations -------------===//
//
// A tile of an operation takes the slice of its input and of its parameters
// that belong together. Tiles must not cut a block: then the parameters of a
// tile are a slice too.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// Offsets and sizes of a tile, one for each dimension.
struct Tile {
  SmallVector<OpFoldResult> offsets;
  SmallVector<OpFoldResult> sizes;
};

} // namespace

static int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

static bool isConstantMultiple(OpFoldResult value, int64_t block) {
  std::optional<int64_t> constant = getConstantIntValue(value);
  return constant && *constant % block == 0;
}

/// True where `value` is the induction variable of a loop that starts at and
/// steps by multiples of `block`.
static bool isMultipleByLoop(Value value, int64_t block) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto loop = argument ? dyn_cast_if_present<LoopLikeOpInterface>(
                             argument.getOwner()->getParentOp())
                       : LoopLikeOpInterface();
  if (!loop)
    return false;
  auto ivs = loop.getLoopInductionVars();
  auto lowerBounds = loop.getLoopLowerBounds();
  auto steps = loop.getLoopSteps();
  if (!ivs || !lowerBounds || !steps)
    return false;
  auto *iv = llvm::find(*ivs, value);
  if (iv == ivs->end())
    return false;
  size_t index = iv - ivs->begin();
  return isConstantMultiple((*lowerBounds)[index], block) &&
         isConstantMultiple((*steps)[index], block);
}

/// True where `offset` is known to be a multiple of `block`: a constant, an
/// induction variable, or an affine.apply that says so.
static bool isKnownMultiple(OpFoldResult offset, int64_t block) {
  if (block == 1 || isConstantMultiple(offset, block))
    return true;
  auto value = dyn_cast<Value>(offset);
  if (!value)
    return false;
  if (auto apply = value.getDefiningOp<affine::AffineApplyOp>())
    return apply.getAffineMap().getResult(0).isMultipleOf(block);
  return isMultipleByLoop(value, block);
}

/// True where offset and size cover dimension `dim` of `input`.
static bool coversDim(Value input, int64_t dim, OpFoldResult offset,
                      OpFoldResult size) {
  if (!isZeroInteger(offset))
    return false;
  int64_t dimSize = cast<RankedTensorType>(input.getType()).getDimSize(dim);
  if (!ShapedType::isDynamic(dimSize))
    return isConstantIntValue(size, dimSize);
  auto value = dyn_cast<Value>(size);
  auto dimOp = value ? value.getDefiningOp<tensor::DimOp>() : nullptr;
  return dimOp && dimOp.getSource() == input && dimOp.getConstantIndex() == dim;
}

/// The tile of a parameter that belongs to `tile` of the input; failure where
/// the tile would cut a block.
static FailureOr<Tile> getParameterTile(OpBuilder &builder, Location loc,
                                        Value input,
                                        const Granularity &granularity,
                                        const Tile &tile) {
  Tile result;
  AffineExpr d0 = builder.getAffineDimExpr(0);
  for (int64_t dim = 0, rank = rankOf(input); dim < rank; ++dim) {
    if (!granularity.getScaleDim(dim))
      continue;
    int64_t block = granularity.getBlockSize(dim);
    OpFoldResult offset = tile.offsets[dim], size = tile.sizes[dim];
    if (block == Granularity::kWholeDim) {
      result.offsets.push_back(builder.getIndexAttr(0));
      result.sizes.push_back(builder.getIndexAttr(1));
      continue;
    }
    bool whole = coversDim(input, dim, offset, size);
    bool aligned = isKnownMultiple(offset, block) &&
                   (block == 1 || isConstantMultiple(size, block));
    if (!whole && !aligned)
      return failure();
    result.offsets.push_back(affine::makeComposedFoldedAffineApply(
        builder, loc, d0.floorDiv(block), {offset}));
    result.sizes.push_back(affine::makeComposedFoldedAffineApply(
        builder, loc, d0.ceilDiv(block), {size}));
  }
  return result;
}

/// A slice of `source`; the whole of it keeps its value.
static Value createSlice(OpBuilder &builder, Location loc, Value source,
                         const Tile &tile, SmallVectorImpl<Operation *> &made) {
  if (rankOf(source) == 0)
    return source;
  SmallVector<OpFoldResult> strides(tile.offsets.size(),
                                    builder.getIndexAttr(1));
  auto slice = tensor::ExtractSliceOp::create(
      builder, loc, source, tile.offsets, tile.sizes, strides);
  made.push_back(slice);
  return slice;
}

static SmallVector<Range> wholeDomain(OpBuilder &builder, Location loc,
                                      Value input) {
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  return llvm::map_to_vector(
      tensor::getMixedSizes(builder, loc, input),
      [&](OpFoldResult size) { return Range{zero, size, one}; });
}

/// The operands that place a tile in its whole tensor, where `op` has such.
static std::optional<MutableOperandRange> getPosition(Operation *op) {
  return TypeSwitch<Operation *, std::optional<MutableOperandRange>>(op)
      .Case<QuantizeOp, FakeQuantizeOp, RequantizeOp>(
          [](auto typed) -> std::optional<MutableOperandRange> {
            if (!typed.getSeed())
              return std::nullopt;
            return typed.getPositionMutable();
          })
      .Default([](Operation *) { return std::nullopt; });
}

/// Where the elements of `tile` lie in the whole tensor: the index of the first
/// one, and what a step in each dimension adds. `position` says the same of
/// `input`, row-major and whole where it is empty.
static SmallVector<Value> getTilePosition(OpBuilder &builder, Location loc,
                                          Value input, OperandRange position,
                                          const Tile &tile) {
  int64_t rank = rankOf(input);
  auto apply = [&](AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(builder, loc, expr, operands);
  };
  AffineExpr s0 = builder.getAffineSymbolExpr(0);
  AffineExpr s1 = builder.getAffineSymbolExpr(1);
  AffineExpr s2 = builder.getAffineSymbolExpr(2);
  OpFoldResult offset = builder.getIndexAttr(0);
  SmallVector<OpFoldResult> strides(rank, builder.getIndexAttr(1));
  if (position.empty()) {
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(builder, loc, input);
    for (int64_t dim = rank - 1; dim > 0; --dim)
      strides[dim - 1] = apply(s0 * s1, {strides[dim], sizes[dim]});
  } else {
    offset = getAsOpFoldResult(position.front());
    strides = getAsOpFoldResult(position.drop_front());
  }
  for (int64_t dim = 0; dim < rank; ++dim)
    offset = apply(s0 + s1 * s2, {offset, tile.offsets[dim], strides[dim]});

  SmallVector<Value> result = {
      getValueOrCreateConstantIndexOp(builder, loc, offset)};
  for (OpFoldResult stride : strides)
    result.push_back(getValueOrCreateConstantIndexOp(builder, loc, stride));
  return result;
}

/// Clones an elementwise operation onto a tile. `granularityOf` gives the
/// granularity of each parameter operand.
static FailureOr<TilingResult>
tileElementwise(OpBuilder &builder, Operation *op,
                function_ref<Granularity(Value)> granularityOf,
                const Tile &tile) {
  Location loc = op->getLoc();
  Value input = op->getOperand(0);

  // Decide before anything is created: a failed tiling must leave no IR.
  SmallVector<Tile> tiles = {tile};
  std::optional<MutableOperandRange> position = getPosition(op);
  OperandRange tensors =
      op->getOperands().drop_back(position ? position->size() : 0);
  for (Value parameter : tensors.drop_front()) {
    FailureOr<Tile> parameterTile =
        getParameterTile(builder, loc, input, granularityOf(parameter), tile);
    if (failed(parameterTile))
      return failure();
    tiles.push_back(*parameterTile);
  }

  SmallVector<Operation *> slices;
  SmallVector<Value> operands;
  for (auto [operand, operandTile] : llvm::zip_equal(tensors, tiles))
    operands.push_back(createSlice(builder, loc, operand, operandTile, slices));
  SmallVector<Value> tilePosition;
  if (position) {
    OperandRange old = op->getOperands().take_back(position->size());
    tilePosition = getTilePosition(builder, loc, input, old, tile);
    llvm::append_range(operands, old);
  }

  auto resultType = cast<RankedTensorType>(op->getResult(0).getType());
  auto tileType = cast<RankedTensorType>(operands.front().getType());
  Operation *tiled = clone(
      builder, op,
      {RankedTensorType::get(tileType.getShape(), resultType.getElementType())},
      operands);
  if (position)
    getPosition(tiled)->assign(tilePosition);
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices};
}

static SmallVector<utils::IteratorType> parallelLoops(Value input) {
  return SmallVector<utils::IteratorType>(rankOf(input),
                                          utils::IteratorType::parallel);
}

static Tile makeTile(ArrayRef<OpFoldResult> offsets,
                     ArrayRef<OpFoldResult> sizes) {
  return Tile{SmallVector<OpFoldResult>(offsets),
              SmallVector<OpFoldResult>(sizes)};
}

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

// They differ only in where the granularity of a parameter comes from.
#define DEFINE_ELEMENTWISE_TILING(OpT, GRANULARITY)                            \
  SmallVector<utils::IteratorType> OpT::getLoopIteratorTypes() {               \
    return parallelLoops(getInput());                                          \
  }                                                                            \
  SmallVector<Range> OpT::getIterationDomain(OpBuilder &builder) {             \
    return wholeDomain(builder, getLoc(), getInput());                         \
  }                                                                            \
  FailureOr<TilingResult> OpT::getTiledImplementation(                         \
      OpBuilder &builder, ArrayRef<OpFoldResult> offsets,                      \
      ArrayRef<OpFoldResult> sizes) {                                          \
    return tileElementwise(                                                    \
        builder, *this,                                                        \
        [&]([[maybe_unused]] Value parameter) { return GRANULARITY; },         \
        makeTile(offsets, sizes));                                             \
  }                                                                            \
  LogicalResult OpT::getResultTilePosition(                                    \
      OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,                   \
      ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,  \
      SmallVector<OpFoldResult> &resultSizes) {                                \
    resultOffsets.assign(offsets.begin(), offsets.end());                      \
    resultSizes.assign(sizes.begin(), sizes.end());                            \
    return success();                                                          \
  }                                                                            \
  FailureOr<TilingResult> OpT::generateResultTileValue(                        \
      OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,            \
      ArrayRef<OpFoldResult> sizes) {                                          \
    return getTiledImplementation(builder, offsets, sizes);                    \
  }

DEFINE_ELEMENTWISE_TILING(QuantizeOp, getGranularity())
DEFINE_ELEMENTWISE_TILING(DequantizeOp, getGranularity())
DEFINE_ELEMENTWISE_TILING(FakeQuantizeOp, getGranularity())
DEFINE_ELEMENTWISE_TILING(RequantizeOp, getGranularityOf(parameter))
DEFINE_ELEMENTWISE_TILING(RequantizeFixedPointOp, getGranularityOf(parameter))

#undef DEFINE_ELEMENTWISE_TILING

//===----------------------------------------------------------------------===//
// ChooseQParamsOp
//===----------------------------------------------------------------------===//

/// A dimension is kept where the scale has an index for each of its elements;
/// along any other, neighbours share a range.
static bool isKeptDim(const Granularity &granularity, int64_t dim) {
  return granularity.getBlockSize(dim) == 1;
}

SmallVector<utils::IteratorType> ChooseQParamsOp::getLoopIteratorTypes() {
  Granularity granularity = getGranularity();
  SmallVector<utils::IteratorType> types;
  for (int64_t dim = 0, rank = rankOf(getInput()); dim < rank; ++dim)
    types.push_back(isKeptDim(granularity, dim)
                        ? utils::IteratorType::parallel
                        : utils::IteratorType::reduction);
  return types;
}

SmallVector<Range> ChooseQParamsOp::getIterationDomain(OpBuilder &builder) {
  return wholeDomain(builder, getLoc(), getInput());
}

FailureOr<TilingResult>
ChooseQParamsOp::getTiledImplementation(OpBuilder &builder,
                                        ArrayRef<OpFoldResult> offsets,
                                        ArrayRef<OpFoldResult> sizes) {
  Granularity granularity = getGranularity();
  for (int64_t dim = 0, rank = rankOf(getInput()); dim < rank; ++dim)
    if (!isKeptDim(granularity, dim) &&
        !coversDim(getInput(), dim, offsets[dim], sizes[dim]))
      return failure();

  SmallVector<Operation *> slices;
  Value slice = createSlice(builder, getLoc(), getInput(),
                            makeTile(offsets, sizes), slices);
  ChooseQParamsOp tiled;
  if (std::optional<StorageAttr> scaleStorage = getScaleStorage())
    tiled =
        ChooseQParamsOp::create(builder, getLoc(), slice, getScaleOfScales(),
                                granularity, getStorage(), *scaleStorage);
  else
    tiled = ChooseQParamsOp::create(builder, getLoc(), slice, granularity,
                                    getStorage(), isSymmetric());
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices};
}

LogicalResult ChooseQParamsOp::getResultTilePosition(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  FailureOr<Tile> tile =
      getParameterTile(builder, getLoc(), getInput(), getGranularity(),
                       makeTile(offsets, sizes));
  if (failed(tile))
    return failure();
  resultOffsets = tile->offsets;
  resultSizes = tile->sizes;
  return success();
}

FailureOr<TilingResult> ChooseQParamsOp::generateResultTileValue(
    OpBuilder &builder, unsigned resultNumber, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes) {
  Granularity granularity = getGranularity();
  SmallVector<OpFoldResult> inputOffsets, inputSizes;
  for (auto [dim, range] : llvm::enumerate(getIterationDomain(builder))) {
    if (isKeptDim(granularity, dim)) {
      unsigned scaleDim = *granularity.getScaleDim(dim);
      inputOffsets.push_back(offsets[scaleDim]);
      inputSizes.push_back(sizes[scaleDim]);
    } else {
      inputOffsets.push_back(range.offset);
      inputSizes.push_back(range.size);
    }
  }
  // A tile along a dimension of several blocks would have to cut the input at
  // multiples of the block; only whole dimensions are offered.
  for (int64_t dim = 0, rank = rankOf(getInput()); dim < rank; ++dim) {
    std::optional<unsigned> scaleDim = granularity.getScaleDim(dim);
    if (scaleDim && !isKeptDim(granularity, dim) &&
        !coversDim(getResult(resultNumber), *scaleDim, offsets[*scaleDim],
                   sizes[*scaleDim]))
      return failure();
  }
  return getTiledImplementation(builder, inputOffsets, inputSizes);
}
