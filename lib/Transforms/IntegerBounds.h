//===- IntegerBounds.h - What sums of products may come to ------*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_INTEGERBOUNDS_H
#define QUANTEXT_LIB_TRANSFORMS_INTEGERBOUNDS_H

#include "QuantExt/Transforms/QuantizedContraction.h"

namespace mlir::quant_ext {

/// The sums of an operand of `op` over the loops that are reduced; none where
/// its integers or its zero point are not constant.
std::optional<ConstantSums> sumConstant(linalg::LinalgOp op,
                                        const IntegerOperand &operand);

/// An upper bound of the magnitude of every sum of products (a - z_a)(w - z_w)
/// over the reduction loops of `op`, and of every part of such a sum; none
/// where it would depend on a dynamic size. Saturates.
std::optional<uint64_t> boundSums(linalg::LinalgOp op,
                                  const IntegerOperand &lhs,
                                  const IntegerOperand &rhs);

/// Fails, with `reason` set, where sums of that bound may leave 32 bits.
LogicalResult checkSums(std::optional<uint64_t> bound, std::string &reason);

/// What the magnitude of an integer of 32 bits is below.
constexpr uint64_t kSumLimit = uint64_t(1) << 31;

/// The largest magnitude among signed integers; 0 where there are none.
uint64_t getLargestMagnitude(const ConstantData &integers);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_INTEGERBOUNDS_H
