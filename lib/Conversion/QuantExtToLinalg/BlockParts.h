//===- BlockParts.h - Cutting a tensor along its blocks ---------*- C++ -*-===//
//
// linalg's indexing maps cannot divide: a dimension whose neighbours share
// parameters in blocks is reshaped into (blocks, block). Where the last block
// is ragged, or may be, it becomes a part of its own. A part is thus a slice of
// the tensor in which every loop either selects a parameter or does not.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_BLOCKPARTS_H
#define QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_BLOCKPARTS_H

#include "QuantExt/IR/Granularity.h"

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#include <vector>

namespace mlir::quant_ext {

/// A slice of a tensor, reshaped into the loops of a linalg.generic.
struct BlockPart {
  /// The slice, in the dimensions of the tensor.
  SmallVector<OpFoldResult> offsets;
  SmallVector<OpFoldResult> sizes;
  /// True where the slice is the whole tensor.
  bool isWhole = true;
  /// An i1 that says whether there is such a part; null where there always is.
  Value isPresent;

  /// The loops of each dimension: one, or two where it is cut into blocks.
  SmallVector<ReassociationIndices> loopsOfDim;
  SmallVector<OpFoldResult> loopSizes;

  /// Offsets and sizes of the slice of the parameters, in their dimensions;
  /// empty where they have rank 0.
  SmallVector<OpFoldResult> parameterOffsets;
  SmallVector<OpFoldResult> parameterSizes;
  /// The loop that selects from each dimension of the parameters; none where
  /// the slice has one element there, which is dropped.
  SmallVector<std::optional<unsigned>> loopOfParameterDim;

  unsigned getNumLoops() const { return loopSizes.size(); }
  bool isReshaped() const { return getNumLoops() != loopsOfDim.size(); }

  /// True where `loop` selects a parameter.
  bool selectsParameter(unsigned loop) const;

  /// From the loops to what getParameterSlice returns.
  AffineMap getParameterMap(MLIRContext *context) const;

  /// The slice of `tensor`, in the shape of the loops.
  Value getSlice(OpBuilder &builder, Location loc, Value tensor) const;

  /// Puts `value`, in the shape of the loops, into its place in `tensor`.
  Value insertSlice(OpBuilder &builder, Location loc, Value value,
                    Value tensor) const;

  /// Runs `emit`, which computes what becomes of `tensors` by this part, under
  /// a branch where the part may be absent.
  SmallVector<Value>
  emitIfPresent(OpBuilder &builder, Location loc, ValueRange tensors,
                function_ref<SmallVector<Value>(OpBuilder &)> emit) const;

  /// The slice of a parameter tensor, without the dropped dimensions.
  Value getParameterSlice(OpBuilder &builder, Location loc,
                          Value parameter) const;
};

/// Cuts `tensor` into parts that cover it. Dimensions of one block, or of
/// blocks of one element, are not cut; a static tensor without elements has no
/// parts. There are 2^n parts where n dimensions have a ragged block.
std::vector<BlockPart> getBlockParts(OpBuilder &builder, Location loc,
                                     Value tensor,
                                     const Granularity &granularity);

/// The one part that `tensor` is where none of its blocks is ragged, and
/// whether one is, an i1; none where that is known before run time.
struct WholeBlocks {
  BlockPart part;
  Value isRagged;
};
std::optional<WholeBlocks> getWholeBlocks(OpBuilder &builder, Location loc,
                                          Value tensor,
                                          const Granularity &granularity);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_QUANTEXTTOLINALG_BLOCKPARTS_H
