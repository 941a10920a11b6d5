//===- DataMovement.cpp - Parameters across data movement -----------------===//

#include "QuantExt/Transforms/DataMovement.h"
#include "UnitDims.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

bool quant_ext::isDataMovement(Operation *op) {
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return isa<RankedTensorType>(cast.getSource().getType()) &&
           isa<RankedTensorType>(cast.getType());
  if (auto reshape = dyn_cast<tensor::ReshapeOp>(op))
    return isa<RankedTensorType>(reshape.getSource().getType()) &&
           isa<RankedTensorType>(reshape.getResult().getType());
  if (isa<linalg::TransposeOp, linalg::BroadcastOp>(op))
    return cast<linalg::LinalgOp>(op).hasPureTensorSemantics();
  return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             tensor::ExtractSliceOp>(op);
}

Value quant_ext::getMovedSource(Operation *op) { return op->getOperand(0); }

/// A destination like that of a linalg operation, with other elements.
static Value createDestination(OpBuilder &b, linalg::LinalgOp op,
                               Type element) {
  return tensor::EmptyOp::create(
      b, op.getLoc(),
      tensor::getMixedSizes(b, op.getLoc(), op.getDpsInitOperand(0)->get()),
      element);
}

Value quant_ext::moveElements(OpBuilder &b, Operation *op, Value source) {
  Location loc = op->getLoc();
  Type element = getElementTypeOrSelf(source.getType());
  auto type = cast<RankedTensorType>(
      cast<RankedTensorType>(op->getResult(0).getType()).clone(element));
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](tensor::CastOp) {
        return tensor::CastOp::create(b, loc, type, source);
      })
      .Case([&](tensor::ReshapeOp reshape) {
        return tensor::ReshapeOp::create(b, loc, type, source,
                                         reshape.getShape());
      })
      .Case([&](tensor::CollapseShapeOp collapse) {
        return tensor::CollapseShapeOp::create(
            b, loc, type, source, collapse.getReassociationIndices());
      })
      .Case([&](tensor::ExpandShapeOp expand) {
        return tensor::ExpandShapeOp::create(b, loc, type, source,
                                             expand.getReassociationIndices(),
                                             expand.getMixedOutputShape());
      })
      .Case([&](tensor::ExtractSliceOp slice) {
        return tensor::ExtractSliceOp::create(
            b, loc, type, source, slice.getMixedOffsets(),
            slice.getMixedSizes(), slice.getMixedStrides());
      })
      .Case([&](linalg::TransposeOp transpose) {
        return linalg::TransposeOp::create(
                   b, loc, source, createDestination(b, transpose, element),
                   transpose.getPermutation())
            ->getResult(0);
      })
      .Case([&](linalg::BroadcastOp broadcast) {
        return linalg::BroadcastOp::create(
                   b, loc, source, createDestination(b, broadcast, element),
                   broadcast.getDimensions())
            ->getResult(0);
      })
      .Default([](Operation *) -> Value { llvm_unreachable("moves nothing"); });
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

/// The only dimension of a group that is not known to be 1; the last where all
/// are, none where there are several.
static std::optional<int64_t> getOnlyDim(ArrayRef<int64_t> group,
                                         RankedTensorType type) {
  int64_t found = group.back();
  int64_t count = 0;
  for (int64_t dim : group) {
    if (type.getDimSize(dim) == 1)
      continue;
    found = dim;
    ++count;
  }
  if (count > 1)
    return std::nullopt;
  return found;
}

/// The group that holds `dim`, where nothing else in it is longer than 1.
static std::optional<int64_t> getGroupOf(int64_t dim,
                                         ArrayRef<ReassociationIndices> groups,
                                         RankedTensorType type) {
  for (auto [index, group] : llvm::enumerate(groups)) {
    if (!llvm::is_contained(group, dim))
      continue;
    for (int64_t other : group)
      if (other != dim && type.getDimSize(other) != 1)
        return std::nullopt;
    return index;
  }
  return std::nullopt;
}

/// The dimension of the result along which the indices of dimension `axis` of
/// the source lie.
static std::optional<int64_t> getResultAxis(Operation *op, int64_t axis) {
  auto source = cast<RankedTensorType>(getMovedSource(op).getType());
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  using Axis = std::optional<int64_t>;
  return TypeSwitch<Operation *, Axis>(op)
      .Case([&](tensor::CastOp) { return Axis(axis); })
      .Case([&](tensor::CollapseShapeOp collapse) {
        return getGroupOf(axis, collapse.getReassociationIndices(), source);
      })
      .Case([&](tensor::ExpandShapeOp expand) {
        return getOnlyDim(expand.getReassociationIndices()[axis], result);
      })
      .Case([&](linalg::TransposeOp transpose) {
        return Axis(llvm::find(transpose.getPermutation(), axis) -
                    transpose.getPermutation().begin());
      })
      .Case([&](linalg::BroadcastOp broadcast) {
        Axis found;
        int64_t left = axis;
        for (int64_t dim = 0; dim < result.getRank() && !found; ++dim)
          if (!llvm::is_contained(broadcast.getDimensions(), dim) &&
              left-- == 0)
            found = dim;
        return found;
      })
      .Default([](Operation *) { return Axis(); });
}

/// The dimension of the source along which those of dimension `axis` of the
/// result lie.
static std::optional<int64_t> getSourceAxis(Operation *op, int64_t axis) {
  auto source = cast<RankedTensorType>(getMovedSource(op).getType());
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  using Axis = std::optional<int64_t>;
  return TypeSwitch<Operation *, Axis>(op)
      .Case([&](tensor::CastOp) { return Axis(axis); })
      .Case([&](tensor::CollapseShapeOp collapse) {
        return getOnlyDim(collapse.getReassociationIndices()[axis], source);
      })
      .Case([&](tensor::ExpandShapeOp expand) {
        return getGroupOf(axis, expand.getReassociationIndices(), result);
      })
      .Case([&](linalg::TransposeOp transpose) {
        return Axis(transpose.getPermutation()[axis]);
      })
      .Case([&](linalg::BroadcastOp broadcast) {
        if (llvm::is_contained(broadcast.getDimensions(), axis))
          return Axis();
        return Axis(axis -
                    llvm::count_if(broadcast.getDimensions(),
                                   [&](int64_t dim) { return dim < axis; }));
      })
      .Default([](Operation *) { return Axis(); });
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

Granularity quant_ext::simplifyGranularity(const Granularity &granularity,
                                           ArrayRef<int64_t> inputShape,
                                           SmallVectorImpl<int64_t> &kept) {
  if (granularity.isPerAxis() && inputShape[granularity.axis] == 1)
    return Granularity::perTensor();
  if (!granularity.isPerBlock()) {
    if (granularity.isPerAxis())
      kept.push_back(0);
    return granularity;
  }
  SmallVector<int64_t> shape = granularity.getScaleShape(inputShape);
  for (auto [dim, size] : llvm::enumerate(shape))
    if (size != 1)
      kept.push_back(dim);
  if (kept.empty())
    return Granularity::perTensor();
  if (kept.size() == 1 && granularity.blockSizes[kept.front()] == 1)
    return Granularity::perAxis(kept.front());
  kept = llvm::to_vector(llvm::seq<int64_t>(shape.size()));
  return granularity;
}

/// The same quantization of a tensor of `type`, in the simplest terms.
template <typename MoveFn>
static FailureOr<Quantization>
moveSimplified(OpBuilder &b, Operation *op, RankedTensorType type,
               const Quantization &from, MoveFn moveAxis) {
  Quantization to = from;
  SmallVector<int64_t> kept;
  Granularity simple =
      simplifyGranularity(from.granularity, type.getShape(), kept);
  if (simple.isPerBlock())
    return failure();
  to.granularity = simple;
  if (simple.isPerAxis()) {
    std::optional<int64_t> axis = moveAxis(op, simple.axis);
    if (!axis)
      return failure();
    to.granularity.axis = *axis;
  }
  to.scale = dropUnitDims(b, op->getLoc(), from.scale, kept);
  if (from.zeroPoint)
    to.zeroPoint = dropUnitDims(b, op->getLoc(), from.zeroPoint, kept);
  return to;
}

static Value transposeBy(OpBuilder &b, Location loc, Value value,
                         ArrayRef<int64_t> permutation) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, value);
  SmallVector<OpFoldResult> moved;
  for (int64_t dim : permutation)
    moved.push_back(sizes[dim]);
  Value empty = tensor::EmptyOp::create(b, loc, moved,
                                        getElementTypeOrSelf(value.getType()));
  return linalg::TransposeOp::create(b, loc, value, empty, permutation)
      ->getResult(0);
}

/// Blocks keep their sizes in other dimensions, where there is nothing but a
/// permutation.
static Quantization permuteBlocks(OpBuilder &b, Location loc,
                                  const Quantization &from,
                                  ArrayRef<int64_t> permutation) {
  Quantization to = from;
  for (auto [dim, source] : llvm::enumerate(permutation))
    to.granularity.blockSizes[dim] = from.granularity.blockSizes[source];
  to.scale = transposeBy(b, loc, from.scale, permutation);
  if (from.zeroPoint)
    to.zeroPoint = transposeBy(b, loc, from.zeroPoint, permutation);
  return to;
}

/// The parameters of a slice: those of the indices that are in it.
static FailureOr<Quantization> sliceQuantization(OpBuilder &b,
                                                 tensor::ExtractSliceOp slice,
                                                 const Quantization &from) {
  Location loc = slice.getLoc();
  auto none = [](Operation *, int64_t axis) {
    return std::optional<int64_t>(axis);
  };
  FailureOr<Quantization> to =
      moveSimplified(b, slice, slice.getSourceType(), from, none);
  if (failed(to) || to->granularity.isPerTensor())
    return to;
  int64_t axis = to->granularity.axis;
  auto sliceOne = [&](Value parameter) {
    return tensor::ExtractSliceOp::create(
        b, loc, parameter,
        ArrayRef<OpFoldResult>{slice.getMixedOffsets()[axis]},
        ArrayRef<OpFoldResult>{slice.getMixedSizes()[axis]},
        ArrayRef<OpFoldResult>{slice.getMixedStrides()[axis]});
  };
  to->scale = sliceOne(to->scale);
  if (to->zeroPoint)
    to->zeroPoint = sliceOne(to->zeroPoint);
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  if (dropped.test(axis)) {
    to->granularity = Granularity::perTensor();
    to->scale = dropUnitDims(b, loc, to->scale, {});
    if (to->zeroPoint)
      to->zeroPoint = dropUnitDims(b, loc, to->zeroPoint, {});
    return to;
  }
  for (int64_t dim = 0; dim < axis; ++dim)
    if (dropped.test(dim))
      --to->granularity.axis;
  return to;
}

FailureOr<Quantization>
quant_ext::moveQuantizationDown(OpBuilder &b, Operation *op,
                                const Quantization &source) {
  auto type = cast<RankedTensorType>(getMovedSource(op).getType());
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return sliceQuantization(b, slice, source);
  FailureOr<Quantization> moved =
      moveSimplified(b, op, type, source, getResultAxis);
  auto transpose = dyn_cast<linalg::TransposeOp>(op);
  if (failed(moved) && transpose)
    return permuteBlocks(b, op->getLoc(), source, transpose.getPermutation());
  return moved;
}

FailureOr<Quantization>
quant_ext::moveQuantizationUp(OpBuilder &b, Operation *op,
                              const Quantization &result) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (isa<tensor::ExtractSliceOp>(op))
    return failure();
  FailureOr<Quantization> moved =
      moveSimplified(b, op, type, result, getSourceAxis);
  auto transpose = dyn_cast<linalg::TransposeOp>(op);
  if (failed(moved) && transpose)
    return permuteBlocks(b, op->getLoc(), result,
                         invertPermutationVector(transpose.getPermutation()));
  return moved;
}

bool quant_ext::hasShapeOfInput(Operation *op) {
  auto input = cast<RankedTensorType>(op->getOperand(0).getType());
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  return input.getShape() == result.getShape();
}

Value quant_ext::quantizeLike(OpBuilder &b, QuantizeOp op, Value input,
                              const Quantization &quantization) {
  auto quantize = QuantizeOp::create(
      b, op.getLoc(), input, quantization.scale, quantization.zeroPoint,
      quantization.granularity, op.getStorage(), op.getDivision());
  quantize.setRounding(op.getRounding());
  quantize.setPrecisionAttr(op.getPrecisionAttr());
  quantize.setSaturate(op.getSaturate());
  return quantize;
}

Value quant_ext::dequantizeLike(OpBuilder &b, Location loc, DequantizeOp op,
                                Value input, const Quantization &quantization) {
  return DequantizeOp::create(b, loc, getElementTypeOrSelf(op.getType()), input,
                              quantization.scale, quantization.zeroPoint,
                              quantization.granularity, op.getStorage());
}
