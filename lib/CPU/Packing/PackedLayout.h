//===- PackedLayout.h - Narrow elements in bytes ----------------*- C++ -*-===//
//
// How tensors of integers that fill no whole bytes, and of floats of 4 and 8
// bits, lie in memory, and the linalg operations that take them apart and put
// them together.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_LIB_CPU_PACKEDLAYOUT_H
#define QUANTEXT_LIB_CPU_PACKEDLAYOUT_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace mlir {
class RewritePatternSet;
class TypeConverter;
} // namespace mlir

namespace mlir::quant_ext {

/// Elements of 2 and 4 bits, integers or floats, lie 4 and 2 to a byte, the
/// first in the low bits, in row-major order through the whole tensor; the
/// unused high bits of the last byte are 0. Elements of 3, 5, 6, 7 and 9 to 15
/// bits have a container of their own, i8 or i16, and floats of 8 bits are i8
/// with the same bits.
///
/// In memory, a packed tensor is `tensor<Nxi8>`, followed by an `index` for
/// each dynamic dimension of the tensor that it stands for. Example:
/// `tensor<?x3xi4>` becomes `tensor<?xi8>, index`, and `tensor<5x3xi4>`
/// `tensor<8xi8>`.
///
/// While elements are computed with, each has a container of its own, whose
/// bits beyond the element's width mean nothing: these tensors, of the original
/// shape, are called *values* here.
struct PackedLayout {
  /// None where tensors of this type are left as they are.
  static std::optional<PackedLayout> get(Type type);

  bool isPacked() const { return perByte > 1; }
  /// True where every row is known to begin with a byte of its own. What
  /// computes on the tensor can then be fused with what packs it: only the last
  /// dimension is split.
  bool hasAlignedRows() const;
  RankedTensorType getValuesType() const;
  /// Adds what the tensor is in memory.
  void appendMemoryTypes(SmallVectorImpl<Type> &types) const;
  /// Bytes that hold the tensor; dynamic where a dimension is.
  int64_t getNumBytes() const;

  RankedTensorType type;
  /// Holds one element while it is computed with.
  IntegerType container;
  /// Elements in a byte of memory; 1 where they keep their containers there.
  int64_t perByte;
};

/// In the body of a linalg operation: what an element is shifted by in its
/// byte, the index of the last loop times the width.
Value emitShiftInByte(OpBuilder &builder, Location loc, unsigned lastLoop,
                      Type container, int64_t perByte);

/// The element that lies in the low bits of `container`.
Value takeFromContainer(OpBuilder &builder, Location loc, Value container,
                        Type elementType);

/// The other way round; the bits beyond the element are 0.
Value putIntoContainer(OpBuilder &builder, Location loc, Value element,
                       Type containerType);

/// Marks the operations that unpack and pack, for the patterns that fuse them
/// with what computes; discardable.
inline constexpr StringLiteral kUnpackMarker = "quant_ext.unpack";
inline constexpr StringLiteral kPackMarker = "quant_ext.pack";

/// Moves tensors between memory and values, and remembers which values what is
/// in memory was made from, so that nothing is packed only to be unpacked.
class Packer {
public:
  /// The values of a tensor of `type` that is `memory` in memory.
  Value unpack(OpBuilder &builder, Location loc, ValueRange memory, Type type);

  /// What `values` of a tensor of `type` are in memory.
  SmallVector<Value> pack(OpBuilder &builder, Location loc, Value values,
                          Type type);

  /// The values that `memory` was packed from; null where it was not.
  Value getKnownValues(ValueRange memory, Type type) const;

  /// Notes what `memory` was packed from.
  void remember(ValueRange memory, Type type, Value values);

private:
  DenseMap<std::pair<Value, Type>, Value> known;
};

/// The sizes of a tensor of `type` that is `memory` in memory.
SmallVector<OpFoldResult> getSizes(OpBuilder &builder, Location loc,
                                   ValueRange memory, Type type);

/// The product of `sizes`; 1 where there are none.
OpFoldResult multiply(OpBuilder &builder, Location loc,
                      ArrayRef<OpFoldResult> sizes);

/// Whether packConstant can be asked: the elements of `value` can be read, and
/// need not be spelled out where they would take more memory than a constant.
bool canPackConstant(TypedAttr value);

/// The constant `value` as it is in memory.
TypedAttr packConstant(TypedAttr value);

/// Rewrites operations of arith, tensor and linalg on tensors that have a
/// layout to operations on what `converter` makes of them.
void populatePackPatterns(RewritePatternSet &patterns,
                          const TypeConverter &converter, Packer &packer);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_CPU_PACKEDLAYOUT_H
