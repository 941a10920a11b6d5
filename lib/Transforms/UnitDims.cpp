//===- UnitDims.cpp - Parameters without dimensions of size 1 -------------===//

#include "UnitDims.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// By groups that are spelled out: a slice that reduces the rank guesses which
/// of several dimensions of size 1 go.
Value quant_ext::dropUnitDims(OpBuilder &b, Location loc, Value tensor,
                              ArrayRef<int64_t> kept) {
  auto type = cast<RankedTensorType>(tensor.getType());
  int64_t rank = type.getRank(), keptRank = kept.size();
  if (keptRank == rank)
    return tensor;
  SmallVector<int64_t> shape(rank, 1);
  SmallVector<ReassociationIndices> groups(keptRank);
  for (int64_t dim : kept)
    shape[dim] = type.getDimSize(dim);
  for (int64_t dim = 0, group = 0; dim < rank && keptRank != 0; ++dim) {
    groups[group].push_back(dim);
    if (dim == kept[group] && group + 1 < keptRank)
      ++group;
  }
  auto refined = RankedTensorType::get(shape, type.getElementType());
  if (refined != type)
    tensor = tensor::CastOp::create(b, loc, refined, tensor);
  return tensor::CollapseShapeOp::create(b, loc, tensor, groups);
}
