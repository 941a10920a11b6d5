//===- Granularity.cpp - Which elements share parameters ------------------===//

#include "QuantExt/IR/Granularity.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cassert>

using namespace mlir;
using namespace mlir::quant_ext;

Granularity Granularity::perAxis(int64_t axis) {
  Granularity result;
  result.kind = Kind::PerAxis;
  result.axis = axis;
  return result;
}

Granularity Granularity::perBlock(ArrayRef<int64_t> blockSizes) {
  Granularity result;
  result.kind = Kind::PerBlock;
  result.blockSizes.assign(blockSizes.begin(), blockSizes.end());
  return result;
}

Granularity Granularity::get(std::optional<int64_t> axis,
                             std::optional<ArrayRef<int64_t>> blockSizes) {
  assert(!(axis && blockSizes) && "per-axis and per-block exclude each other");
  if (axis)
    return perAxis(*axis);
  if (blockSizes)
    return perBlock(*blockSizes);
  return perTensor();
}

int64_t Granularity::getBlockSize(unsigned dim) const {
  switch (kind) {
  case Kind::PerTensor:
    return kWholeDim;
  case Kind::PerAxis:
    return static_cast<int64_t>(dim) == axis ? 1 : kWholeDim;
  case Kind::PerBlock:
    return blockSizes[dim];
  }
  llvm_unreachable("unknown granularity");
}

std::optional<unsigned> Granularity::getScaleDim(unsigned dim) const {
  if (isPerBlock())
    return dim;
  if (isPerAxis() && static_cast<int64_t>(dim) == axis)
    return 0;
  return std::nullopt;
}

SmallVector<int64_t>
Granularity::getScaleShape(ArrayRef<int64_t> inputShape) const {
  switch (kind) {
  case Kind::PerTensor:
    return {};
  case Kind::PerAxis:
    return {inputShape[axis]};
  case Kind::PerBlock:
    return llvm::map_to_vector(llvm::zip_equal(inputShape, blockSizes),
                               [](auto pair) -> int64_t {
                                 auto [size, block] = pair;
                                 if (block == kWholeDim)
                                   return 1;
                                 if (ShapedType::isDynamic(size))
                                   return ShapedType::kDynamic;
                                 return llvm::divideCeilSigned(size, block);
                               });
  }
  llvm_unreachable("unknown granularity");
}

std::string Granularity::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  switch (kind) {
  case Kind::PerTensor:
    os << "per-tensor";
    break;
  case Kind::PerAxis:
    os << "per-axis " << axis;
    break;
  case Kind::PerBlock:
    os << "per-block [";
    llvm::interleaveComma(blockSizes, os);
    os << "]";
    break;
  }
  return text;
}
