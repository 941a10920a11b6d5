//===- DataMovement.h - Parameters across data movement ---------*- C++ -*-===//
//
// What becomes of scale, zero point and granularity where elements are put
// elsewhere, unchanged.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_TRANSFORMS_DATAMOVEMENT_H
#define QUANTEXT_TRANSFORMS_DATAMOVEMENT_H

#include "QuantExt/IR/QuantExt.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {

/// How a tensor is quantized.
struct Quantization {
  Granularity granularity;
  Value scale;
  /// May be null.
  Value zeroPoint;
};

/// How a quantize makes its result, or a dequantize reads its input.
template <typename OpT>
Quantization getQuantization(OpT op) {
  return {op.getGranularity(), op.getScale(), op.getZeroPoint()};
}

/// Where a per-block granularity says no more than a per-tensor or per-axis
/// one, or a per-axis one no more than a per-tensor one, that one; the
/// dimensions of the scale that it keeps are in `kept`.
Granularity simplifyGranularity(const Granularity &granularity,
                                ArrayRef<int64_t> inputShape,
                                SmallVectorImpl<int64_t> &kept);

/// True for an operation that makes its result of the elements of one tensor:
/// casts and reshapes, linalg.transpose, linalg.broadcast, extract_slice.
bool isDataMovement(Operation *op);

/// The tensor that such an operation takes its elements from.
Value getMovedSource(Operation *op);

/// `op` again, on a tensor of the same shape as its source with other elements.
Value moveElements(OpBuilder &b, Operation *op, Value source);

/// How the result of `op` is quantized where its source is quantized by
/// `source`; fails, having made nothing, where no quantization says it.
FailureOr<Quantization> moveQuantizationDown(OpBuilder &b, Operation *op,
                                             const Quantization &source);

/// How the source of `op` is quantized where its result is quantized by
/// `result`. Fails for an extract_slice too, whose source may be much larger.
FailureOr<Quantization> moveQuantizationUp(OpBuilder &b, Operation *op,
                                           const Quantization &result);

/// Whether the result of `op`, which quantizes or dequantizes, says no more of
/// its sizes than the input does. It may state sizes that the input leaves
/// open, and would not where data movement changes places with it.
bool hasShapeOfInput(Operation *op);

/// What `op` makes of `input`, quantized by `quantization` instead.
Value quantizeLike(OpBuilder &b, QuantizeOp op, Value input,
                   const Quantization &quantization);

/// What `op` makes of `input`, quantized by `quantization`, at another place.
Value dequantizeLike(OpBuilder &b, Location loc, DequantizeOp op, Value input,
                     const Quantization &quantization);

/// Patterns that move dequantize behind data movement, and quantize before it.
void populateMoveQDQPatterns(RewritePatternSet &patterns);

/// The same for operations that bring in elements of their own: pad, concat and
/// insert_slice.
void populateMoveQDQAcrossJoinsPatterns(RewritePatternSet &patterns);

} // namespace mlir::quant_ext

#endif // QUANTEXT_TRANSFORMS_DATAMOVEMENT_H
