//===- Granularity.h - Which elements share parameters ----------*- C++ -*-===//
//
// The map from an element of a quantized tensor to its scale and zero point.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_IR_GRANULARITY_H
#define QUANTEXT_IR_GRANULARITY_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace mlir::quant_ext {

/// Per-tensor, per-axis or per-block, as the attributes of an operation say it.
///
/// All three are seen as blocks: per-tensor is one block of everything,
/// per-axis has blocks of 1 along the axis and whole dimensions elsewhere.
/// Example: on a tensor of shape 4x80, `block_sizes = [1, 32]` makes a scale of
/// shape 4x3 whose last column covers a ragged block of 16 elements.
struct Granularity {
  enum class Kind { PerTensor, PerAxis, PerBlock };

  /// A block size that covers its whole dimension.
  static constexpr int64_t kWholeDim = -1;
  /// The largest other block size: sizes rounded up to blocks stay far from
  /// overflow.
  static constexpr int64_t kMaxBlockSize = std::numeric_limits<int32_t>::max();

  static Granularity perTensor() { return Granularity(); }
  static Granularity perAxis(int64_t axis);
  static Granularity perBlock(ArrayRef<int64_t> blockSizes);
  /// At most one of the two may be present; neither is per-tensor.
  static Granularity get(std::optional<int64_t> axis,
                         std::optional<ArrayRef<int64_t>> blockSizes);

  bool isPerTensor() const { return kind == Kind::PerTensor; }
  bool isPerAxis() const { return kind == Kind::PerAxis; }
  bool isPerBlock() const { return kind == Kind::PerBlock; }

  /// How many neighbours along `dim` of the input share a parameter: a positive
  /// number, or kWholeDim.
  int64_t getBlockSize(unsigned dim) const;

  /// The dimension of the scale that `dim` of the input selects from; none
  /// where the scale has no such dimension.
  std::optional<unsigned> getScaleDim(unsigned dim) const;

  /// The shape of the scale for an input of `inputShape`. Dynamic dimensions
  /// give dynamic ones, unless one block covers them.
  SmallVector<int64_t> getScaleShape(ArrayRef<int64_t> inputShape) const;

  /// `per-tensor`, `per-axis 1` or `per-block [1, 32]`, for messages.
  std::string str() const;

  bool operator==(const Granularity &other) const {
    return kind == other.kind && axis == other.axis &&
           blockSizes == other.blockSizes;
  }
  bool operator!=(const Granularity &other) const { return !(*this == other); }

  Kind kind = Kind::PerTensor;
  /// Valid where per-axis.
  int64_t axis = -1;
  /// Valid where per-block: an entry for each dimension of the input.
  SmallVector<int64_t> blockSizes;
};

} // namespace mlir::quant_ext

#endif // QUANTEXT_IR_GRANULARITY_H
