//===- BlockParts.cpp - Cutting a tensor along its blocks -----------------===//

#include "BlockParts.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::quant_ext;

bool BlockPart::selectsParameter(unsigned loop) const {
  return llvm::is_contained(loopOfParameterDim, std::optional<unsigned>(loop));
}

AffineMap BlockPart::getParameterMap(MLIRContext *context) const {
  SmallVector<AffineExpr> results;
  for (std::optional<unsigned> loop : loopOfParameterDim)
    if (loop)
      results.push_back(getAffineDimExpr(*loop, context));
  return AffineMap::get(getNumLoops(), 0, results, context);
}

static SmallVector<OpFoldResult> unitStrides(OpBuilder &builder, size_t rank) {
  return SmallVector<OpFoldResult>(rank, builder.getIndexAttr(1));
}

static SmallVector<int64_t> staticShape(ArrayRef<OpFoldResult> sizes) {
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  return shape;
}

Value BlockPart::getSlice(OpBuilder &builder, Location loc,
                          Value tensor) const {
  if (!isWhole)
    tensor =
        tensor::ExtractSliceOp::create(builder, loc, tensor, offsets, sizes,
                                       unitStrides(builder, offsets.size()));
  if (!isReshaped())
    return tensor;
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  return tensor::ExpandShapeOp::create(
      builder, loc, RankedTensorType::get(staticShape(loopSizes), element),
      tensor, loopsOfDim, loopSizes);
}

Value BlockPart::insertSlice(OpBuilder &builder, Location loc, Value value,
                             Value tensor) const {
  if (isReshaped())
    value = tensor::CollapseShapeOp::create(builder, loc, value, loopsOfDim);
  if (isWhole)
    return value;
  return tensor::InsertSliceOp::create(builder, loc, value, tensor, offsets,
                                       sizes,
                                       unitStrides(builder, offsets.size()));
}

SmallVector<Value> BlockPart::emitIfPresent(
    OpBuilder &builder, Location loc, ValueRange tensors,
    function_ref<SmallVector<Value>(OpBuilder &)> emit) const {
  if (!isPresent)
    return emit(builder);
  auto branch = scf::IfOp::create(
      builder, loc, isPresent,
      [&](OpBuilder &then, Location) {
        scf::YieldOp::create(then, loc, emit(then));
      },
      [&](OpBuilder &otherwise, Location) {
        scf::YieldOp::create(otherwise, loc, tensors);
      });
  return SmallVector<Value>(branch.getResults());
}

Value BlockPart::getParameterSlice(OpBuilder &builder, Location loc,
                                   Value parameter) const {
  auto type = cast<RankedTensorType>(parameter.getType());
  SmallVector<OpFoldResult> kept;
  for (auto [size, loop] : llvm::zip_equal(parameterSizes, loopOfParameterDim))
    if (loop)
      kept.push_back(size);
  bool dropsNothing = kept.size() == parameterSizes.size();
  if (type.getRank() == 0 || (isWhole && dropsNothing))
    return parameter;
  auto sliceType =
      RankedTensorType::get(staticShape(kept), type.getElementType());
  return tensor::ExtractSliceOp::create(
      builder, loc, sliceType, parameter, parameterOffsets, parameterSizes,
      unitStrides(builder, parameterSizes.size()));
}

namespace {
/// One way to take a dimension: a range of it, and how it is looped over.
struct DimPart {
  OpFoldResult offset;
  OpFoldResult size;
  /// One or two loop sizes.
  SmallVector<OpFoldResult, 2> loopSizes;
  /// Offset and size in the parameters, where they have this dimension.
  OpFoldResult parameterOffset;
  OpFoldResult parameterSize;
  /// Which of the loops selects the parameter, if one does.
  std::optional<unsigned> selectingLoop;
  bool isWhole = true;
  Value isPresent;
};
} // namespace

/// The parts of a dimension in which every `block` neighbours share a
/// parameter: all full blocks, and the rest.
static SmallVector<DimPart> cutIntoBlocks(OpBuilder &builder, Location loc,
                                          OpFoldResult size, int64_t block) {
  AffineExpr d0 = builder.getAffineDimExpr(0);
  auto apply = [&](AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(builder, loc, expr, operands);
  };
  OpFoldResult zero = builder.getIndexAttr(0);
  OpFoldResult fullBlocks = apply(d0.floorDiv(block), {size});
  OpFoldResult fullSize = apply(d0.floorDiv(block) * block, {size});
  OpFoldResult restSize = apply(d0 - d0.floorDiv(block) * block, {size});

  SmallVector<DimPart> parts;
  bool hasFull = !isZeroInteger(fullBlocks);
  bool hasRest = !isZeroInteger(restSize);
  if (hasFull)
    parts.push_back({zero,
                     fullSize,
                     {fullBlocks, builder.getIndexAttr(block)},
                     zero,
                     fullBlocks,
                     0,
                     !hasRest,
                     Value()});
  if (!hasRest)
    return parts;
  DimPart rest{
      fullSize,     restSize, {restSize}, fullBlocks, builder.getIndexAttr(1),
      std::nullopt, !hasFull, Value()};
  // Without a rest there is no parameter for it to read.
  if (!getConstantIntValue(restSize))
    rest.isPresent = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::ne,
        getValueOrCreateConstantIndexOp(builder, loc, restSize),
        arith::ConstantIndexOp::create(builder, loc, 0));
  parts.push_back(rest);
  return parts;
}

/// The ways to take dimension `dim`.
static SmallVector<DimPart> getDimParts(OpBuilder &builder, Location loc,
                                        OpFoldResult size, int64_t block) {
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  if (block == 1)
    return {DimPart{zero, size, {size}, zero, size, 0, true, Value()}};
  std::optional<int64_t> known = getConstantIntValue(size);
  if (block == Granularity::kWholeDim || (known && *known <= block))
    return {
        DimPart{zero, size, {size}, zero, one, std::nullopt, true, Value()}};
  return cutIntoBlocks(builder, loc, size, block);
}

/// `part` with one more dimension.
static BlockPart extend(OpBuilder &builder, Location loc, BlockPart part,
                        const DimPart &dim, bool hasParameterDim) {
  unsigned firstLoop = part.getNumLoops();
  part.offsets.push_back(dim.offset);
  part.sizes.push_back(dim.size);
  part.isWhole &= dim.isWhole;
  if (part.isPresent && dim.isPresent)
    part.isPresent =
        arith::AndIOp::create(builder, loc, part.isPresent, dim.isPresent);
  else if (dim.isPresent)
    part.isPresent = dim.isPresent;
  ReassociationIndices loops;
  for (auto [index, size] : llvm::enumerate(dim.loopSizes)) {
    loops.push_back(firstLoop + index);
    part.loopSizes.push_back(size);
  }
  part.loopsOfDim.push_back(loops);
  if (!hasParameterDim)
    return part;
  part.parameterOffsets.push_back(dim.parameterOffset);
  part.parameterSizes.push_back(dim.parameterSize);
  std::optional<unsigned> loop;
  if (dim.selectingLoop)
    loop = firstLoop + *dim.selectingLoop;
  part.loopOfParameterDim.push_back(loop);
  return part;
}

std::vector<BlockPart>
quant_ext::getBlockParts(OpBuilder &builder, Location loc, Value tensor,
                         const Granularity &granularity) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (llvm::is_contained(type.getShape(), 0))
    return {};
  std::vector<BlockPart> parts(1);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, tensor);
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    bool hasParameterDim = granularity.getScaleDim(dim).has_value();
    std::vector<BlockPart> longer;
    SmallVector<DimPart> dimParts =
        getDimParts(builder, loc, size, granularity.getBlockSize(dim));
    for (const BlockPart &part : parts)
      for (const DimPart &dimPart : dimParts)
        longer.push_back(extend(builder, loc, part, dimPart, hasParameterDim));
    parts = std::move(longer);
  }
  return parts;
}

std::optional<WholeBlocks>
quant_ext::getWholeBlocks(OpBuilder &builder, Location loc, Value tensor,
                          const Granularity &granularity) {
  WholeBlocks whole;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, tensor);
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    SmallVector<DimPart> dimParts =
        getDimParts(builder, loc, size, granularity.getBlockSize(dim));
    DimPart &full = dimParts.front();
    if (dimParts.size() > 1) {
      Value hasRest = dimParts.back().isPresent;
      if (!hasRest)
        return std::nullopt;
      whole.isRagged =
          whole.isRagged
              ? arith::OrIOp::create(builder, loc, whole.isRagged, hasRest)
                    .getResult()
              : hasRest;
      full.size = size;
      full.isWhole = true;
    } else if (full.isPresent) {
      return std::nullopt;
    }
    whole.part = extend(builder, loc, whole.part, full,
                        granularity.getScaleDim(dim).has_value());
  }
  if (!whole.isRagged)
    return std::nullopt;
  return whole;
}
