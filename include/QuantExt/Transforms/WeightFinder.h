//===- WeightFinder.h - Constant weights of linalg ops ----------*- C++ -*-===//
//
// Which operands of a linalg operation are constant float weights, and which of
// their dimensions are output channels. One home for this knowledge, so that
// the pass that quantizes and the pass that reports speak of the same tensors.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_TRANSFORMS_WEIGHTFINDER_H
#define QUANTEXT_TRANSFORMS_WEIGHTFINDER_H

#include "QuantExt/IR/Granularity.h"
#include "QuantExt/Transforms/WeightScheme.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinAttributes.h"

#include <optional>
#include <string>

namespace mlir::quant_ext {

/// What a weight is to its operation.
enum class WeightRole { ContractionLhs, ContractionRhs, ConvolutionFilter };

/// `lhs of contraction`, `rhs of contraction` or `filter of convolution`.
StringRef stringifyWeightRole(WeightRole role);

/// A constant float tensor that a linalg operation multiplies with, perhaps
/// transposed, cast or extended on the way.
///
/// Dimensions are those of the constant, in ascending order. They come from the
/// operation's indexing maps, never from sizes. Example: the filter of a
/// `linalg.conv_2d_nhwc_hwcf` has output channel 3, reduction over 0, 1 and 2,
/// and of these the channel-like 2.
struct Weight {
  /// The operand of the linalg operation.
  OpOperand *operand = nullptr;
  WeightRole role = WeightRole::ContractionRhs;
  /// What defines the constant, and the operations between it and the operand,
  /// each of which takes the one before as its first operand.
  Value constant;
  SmallVector<Operation *, 1> steps;
  /// DenseElementsAttr or DenseResourceElementsAttr.
  ElementsAttr value;

  /// Dimensions that select an output channel: n of a rhs, m of a lhs; output
  /// channel and depth (group) of a filter.
  SmallVector<int64_t> outputChannelDims;
  /// Dimensions that are summed over: k; filter loop and input channel.
  SmallVector<int64_t> reductionDims;
  /// Those reduction dimensions that are not a filter loop.
  SmallVector<int64_t> channelReductionDims;

  RankedTensorType getType() const {
    return cast<RankedTensorType>(constant.getType());
  }

  /// The granularity to quantize this weight with.
  ///
  /// Per-axis gives each output channel a scale: `axis = N` where there is one
  /// output-channel dimension, blocks of 1 in each of them where there are
  /// several (a grouped filter). Dimensions that are no output channel share a
  /// scale; the batch of a batched matmul is among them.
  ///
  /// Per-block gives `blockSize` neighbours along one reduction dimension a
  /// scale, and every index of all other dimensions one of its own. The
  /// dimension is the innermost channel-like one that is longer than 1, or the
  /// innermost reduction dimension where there is none: a 1x1 filter in
  /// `fchw` layout is cut along c, not along a w of size 1.
  ///
  /// Fails where the weight has no such dimension, with `reason` set.
  FailureOr<Granularity> getGranularity(WeightGranularity granularity,
                                        int64_t blockSize,
                                        std::string &reason) const;
};

/// Emits an error where `weight` is a resource whose blob is missing or of the
/// wrong size, which the parser lets pass.
LogicalResult checkResource(const Weight &weight);

/// What a contraction or convolution holds.
struct WeightSearch {
  SmallVector<Weight, 1> weights;
  /// Where `weights` is empty: why, as the end of a sentence.
  std::string reason;
};

/// Finds the weights of `op`; none where upstream's inference sees neither a
/// contraction nor a convolution of tensors in it.
std::optional<WeightSearch> findWeights(linalg::LinalgOp op);

/// The names in a location: those of NameLoc, also inside FusedLoc and
/// CallSiteLoc, outermost first. A file position is not a name, nor is an empty
/// string.
SmallVector<StringRef> getLocationNames(Location loc);

} // namespace mlir::quant_ext

#endif // QUANTEXT_TRANSFORMS_WEIGHTFINDER_H
