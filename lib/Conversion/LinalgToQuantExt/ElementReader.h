//===- ElementReader.h - What a body reads for an element -------*- C++ -*-===//
//
// A value in the body of an elementwise linalg.generic as an element of the
// tensor that is quantized, or as a parameter that elements share.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CONVERSION_LINALGTOQUANTEXT_ELEMENTREADER_H
#define QUANTEXT_LIB_CONVERSION_LINALGTOQUANTEXT_ELEMENTREADER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

#include <optional>

namespace mlir::quant_ext {

/// A number that all elements share, or those of one index along an axis.
struct SharedNumber {
  /// A tensor of one element or one for each index of the axis, whose other
  /// dimensions are 1; a scalar; or null, for a constant.
  Value source;
  /// The constant's value; null for another source.
  TypedAttr constant;
  /// The dimension of the loops; none where all elements share the number.
  std::optional<int64_t> axis;

  /// What operations of quant_ext take of it: a tensor of rank 0, or of rank 1
  /// where it has an axis.
  RankedTensorType getTensorType(Type elementType) const;
};

/// Of a `linalg.generic` on tensors that computes each element of its one
/// result from the element at the same place of its inputs.
class ElementReader {
public:
  /// None for other operations.
  static std::optional<ElementReader> get(linalg::GenericOp op);

  /// What the body computes.
  Value getYielded();

  /// The input whose element at the place of the result `value` is; null where
  /// it is something else.
  Value findTensor(Value value);

  /// None where `value` depends on the element in another way.
  std::optional<SharedNumber> findShared(Value value);

private:
  explicit ElementReader(linalg::GenericOp op) : op(op) {}
  /// The input that `value` is an element of; null for other values.
  OpOperand *findInput(Value value);

  linalg::GenericOp op;
};

/// The tensor of `getTensorType`.
Value createTensor(OpBuilder &builder, Location loc, const SharedNumber &number,
                   Type elementType);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CONVERSION_LINALGTOQUANTEXT_ELEMENTREADER_H
