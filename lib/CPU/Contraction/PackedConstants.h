//===- PackedConstants.h - Constant factors in packed form ------*- C++ -*-===//

#ifndef QUANTEXT_LIB_CPU_PACKEDCONSTANTS_H
#define QUANTEXT_LIB_CPU_PACKEDCONSTANTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace mlir::quant_ext {

/// Where the elements of a factor go: `outer` dimensions, then column and
/// reduced dimension, by their positions in the constant.
struct PackedLayoutOfRhs {
  SmallVector<int64_t> outer;
  int64_t n, k;
  /// Columns of a panel, and products that lie side by side.
  int64_t columns, depth;
};

/// The i8 elements of `constant` in the order of `linalg.pack`, (outer.., n /
/// columns, k / depth, columns, depth), the rest of the last panel and of the
/// last group zero; in each element the bits of `flipped` are inverted. Of a
/// resource, a resource. None where the elements cannot be read.
std::optional<TypedAttr> packConstant(Attribute constant,
                                      const PackedLayoutOfRhs &layout,
                                      uint8_t flipped);

/// `start + factor * sum over k` of the elements with the bits of `flipped`
/// inverted, an i32 that wraps for each (outer.., n).
std::optional<TypedAttr> sumConstantColumns(Attribute constant,
                                            const PackedLayoutOfRhs &layout,
                                            uint8_t flipped, bool isSigned,
                                            int32_t factor, int32_t start);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_PACKEDCONSTANTS_H
