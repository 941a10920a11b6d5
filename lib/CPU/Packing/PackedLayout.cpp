//===- PackedLayout.cpp - Narrow elements in bytes ------------------------===//

#include "PackedLayout.h"

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ResourceConstants.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

using utils::IteratorType;

//===----------------------------------------------------------------------===//
// The layout
//===----------------------------------------------------------------------===//

/// Whether the sizes that are known make more elements than can be counted.
/// Such a tensor exists in types alone.
static bool isUncountable(RankedTensorType type) {
  int64_t count = 1;
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size) &&
        llvm::MulOverflow<int64_t>(count, size, count))
      return true;
  return false;
}

/// Whether an element of this type is not in memory as it is.
static bool isNarrow(Type elementType) {
  if (getSmallFloat(elementType))
    return true;
  if (!elementType.isSignlessInteger())
    return false;
  unsigned width = elementType.getIntOrFloatBitWidth();
  return width >= 2 && width <= 15 && width != 8;
}

std::optional<PackedLayout> PackedLayout::get(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !isNarrow(tensor.getElementType()) || tensor.getEncoding() ||
      isUncountable(tensor))
    return std::nullopt;
  unsigned width = tensor.getElementTypeBitWidth();
  auto container = IntegerType::get(type.getContext(), width <= 8 ? 8 : 16);
  int64_t perByte = width == 2 || width == 4 ? 8 / width : 1;
  return PackedLayout{tensor, container, perByte};
}

bool PackedLayout::hasAlignedRows() const {
  ArrayRef<int64_t> shape = type.getShape();
  return !shape.empty() && !ShapedType::isDynamic(shape.back()) &&
         shape.back() % perByte == 0;
}

RankedTensorType PackedLayout::getValuesType() const {
  return RankedTensorType::get(type.getShape(), container);
}

int64_t PackedLayout::getNumBytes() const {
  // A size of 0 makes an empty tensor whatever the dynamic ones turn out to be.
  if (llvm::is_contained(type.getShape(), 0))
    return 0;
  if (!type.hasStaticShape())
    return ShapedType::kDynamic;
  return llvm::divideCeil(type.getNumElements(), perByte);
}

void PackedLayout::appendMemoryTypes(SmallVectorImpl<Type> &types) const {
  if (!isPacked()) {
    types.push_back(getValuesType());
    return;
  }
  types.push_back(RankedTensorType::get({getNumBytes()}, container));
  types.append(type.getNumDynamicDims(), IndexType::get(type.getContext()));
}

/// The integer of as many bits.
static Type bitsOf(Type elementType) {
  return IntegerType::get(elementType.getContext(),
                          elementType.getIntOrFloatBitWidth());
}

Value quant_ext::takeFromContainer(OpBuilder &builder, Location loc,
                                   Value container, Type elementType) {
  Type bits = bitsOf(elementType);
  if (container.getType() != bits)
    container = arith::TruncIOp::create(builder, loc, bits, container);
  if (!isa<FloatType>(elementType))
    return container;
  return arith::BitcastOp::create(builder, loc, elementType, container);
}

Value quant_ext::putIntoContainer(OpBuilder &builder, Location loc,
                                  Value element, Type containerType) {
  if (isa<FloatType>(element.getType()))
    element = arith::BitcastOp::create(builder, loc, bitsOf(element.getType()),
                                       element);
  if (element.getType() == containerType)
    return element;
  return arith::ExtUIOp::create(builder, loc, containerType, element);
}

SmallVector<OpFoldResult> quant_ext::getSizes(OpBuilder &builder, Location loc,
                                              ValueRange memory, Type type) {
  PackedLayout layout = *PackedLayout::get(type);
  if (!layout.isPacked())
    return tensor::getMixedSizes(builder, loc, memory.front());
  return getMixedValues(layout.type.getShape(), memory.drop_front(), builder);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static OpFoldResult apply(OpBuilder &builder, Location loc, AffineExpr expr,
                          OpFoldResult operand) {
  return affine::makeComposedFoldedAffineApply(builder, loc, expr, {operand});
}

OpFoldResult quant_ext::multiply(OpBuilder &builder, Location loc,
                                 ArrayRef<OpFoldResult> sizes) {
  SmallVector<AffineExpr> factors(sizes.size());
  bindSymbolsList(builder.getContext(), MutableArrayRef(factors));
  return affine::makeComposedFoldedAffineApply(
      builder, loc, computeProduct(builder.getContext(), factors), sizes);
}

/// One group of the dimensions [0, rank), or none where there are none.
static SmallVector<ReassociationIndices> groupAll(int64_t rank) {
  if (rank == 0)
    return {};
  return {llvm::to_vector<2>(llvm::seq<int64_t>(0, rank))};
}

/// Each dimension by itself, but the last of them together with one more.
static SmallVector<ReassociationIndices> groupLastTwo(int64_t rank) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim < rank; ++dim)
    groups.push_back({dim});
  groups.back().push_back(rank);
  return groups;
}

/// `flat`, of rank 1, by a type that says `size`. A product of sizes folds to a
/// number even where the types of the tensors leave them open.
static Value castFlat(OpBuilder &builder, Location loc, Value flat,
                      int64_t size) {
  auto type = cast<RankedTensorType>(flat.getType());
  if (type.getDimSize(0) == size)
    return flat;
  return tensor::CastOp::create(
      builder, loc, RankedTensorType::get({size}, type.getElementType()), flat);
}

/// A tensor of `sizes` from one of rank 1 with as many elements.
static Value expandFlat(OpBuilder &builder, Location loc, Value flat,
                        ArrayRef<OpFoldResult> sizes) {
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  auto type = RankedTensorType::get(
      shape, cast<RankedTensorType>(flat.getType()).getElementType());
  flat = castFlat(builder, loc, flat,
                  type.hasStaticShape() ? type.getNumElements()
                                        : ShapedType::kDynamic);
  if (type.getRank() == 1)
    return flat;
  if (type.getRank() == 0)
    return tensor::CollapseShapeOp::create(builder, loc, type, flat,
                                           groupAll(0));
  return tensor::ExpandShapeOp::create(builder, loc, type, flat,
                                       groupAll(type.getRank()), sizes);
}

/// The same elements in one dimension.
static Value collapseAll(OpBuilder &builder, Location loc, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getRank() == 1)
    return tensor;
  if (type.getRank() == 0)
    return tensor::ExpandShapeOp::create(
        builder, loc, RankedTensorType::get({1}, type.getElementType()), tensor,
        ArrayRef<ReassociationIndices>());
  return tensor::CollapseShapeOp::create(builder, loc, tensor,
                                         groupAll(type.getRank()));
}

//===----------------------------------------------------------------------===//
// Bytes to values and back
//===----------------------------------------------------------------------===//

Value quant_ext::emitShiftInByte(OpBuilder &builder, Location loc,
                                 unsigned lastLoop, Type container,
                                 int64_t perByte) {
  Value part = linalg::IndexOp::create(builder, loc, lastLoop);
  Value width = arith::ConstantIndexOp::create(builder, loc, 8 / perByte);
  Value shift = arith::MulIOp::create(builder, loc, part, width);
  return arith::IndexCastOp::create(builder, loc, container, shift);
}

/// From bytes of shape [..., m] to values of shape [..., m, perByte].
static Value splitBytes(OpBuilder &builder, Location loc, Value bytes,
                        int64_t perByte) {
  auto container = cast<RankedTensorType>(bytes.getType()).getElementType();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, bytes);
  unsigned rank = sizes.size();
  sizes.push_back(builder.getIndexAttr(perByte));
  Value init = tensor::EmptyOp::create(builder, loc, sizes, container);
  AffineMap identity = builder.getMultiDimIdentityMap(rank + 1);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), bytes, init,
      {identity.dropResult(rank), identity},
      SmallVector<IteratorType>(rank + 1, IteratorType::parallel),
      [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
        Value shift = emitShiftInByte(body, bodyLoc, rank, container, perByte);
        Value value = arith::ShRUIOp::create(body, bodyLoc, args[0], shift);
        linalg::YieldOp::create(body, bodyLoc, value);
      });
  generic->setAttr(kUnpackMarker, builder.getUnitAttr());
  return generic.getResult(0);
}

/// From values of shape [..., m, perByte] to bytes of shape [..., m].
static Value joinBytes(OpBuilder &builder, Location loc, Value values,
                       int64_t perByte) {
  auto container = cast<RankedTensorType>(values.getType()).getElementType();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, values);
  sizes.pop_back();
  unsigned rank = sizes.size();
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(container));
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, container);
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  AffineMap identity = builder.getMultiDimIdentityMap(rank + 1);
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  iterators.push_back(IteratorType::reduction);
  int64_t mask = llvm::maskTrailingOnes<uint64_t>(8 / perByte);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), values, init,
      {identity, identity.dropResult(rank)}, iterators,
      [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
        Value bits = arith::ConstantOp::create(
            body, bodyLoc, body.getIntegerAttr(container, mask));
        Value value = arith::AndIOp::create(body, bodyLoc, args[0], bits);
        Value shift = emitShiftInByte(body, bodyLoc, rank, container, perByte);
        Value placed = arith::ShLIOp::create(body, bodyLoc, value, shift);
        linalg::YieldOp::create(
            body, bodyLoc,
            arith::OrIOp::create(body, bodyLoc, args[1], placed).getResult());
      });
  generic->setAttr(kPackMarker, builder.getUnitAttr());
  return generic.getResult(0);
}

/// Rows of bytes have the sizes of rows of values, but for the last.
static SmallVector<OpFoldResult> getByteSizes(OpBuilder &builder,
                                              ArrayRef<OpFoldResult> sizes,
                                              int64_t perByte) {
  SmallVector<OpFoldResult> result(sizes);
  result.back() =
      builder.getIndexAttr(*getConstantIntValue(sizes.back()) / perByte);
  return result;
}

Value Packer::unpack(OpBuilder &builder, Location loc, ValueRange memory,
                     Type type) {
  PackedLayout layout = *PackedLayout::get(type);
  if (!layout.isPacked())
    return memory.front();
  if (Value values = getKnownValues(memory, type))
    return values;
  SmallVector<OpFoldResult> sizes = getSizes(builder, loc, memory, type);
  RankedTensorType valuesType = layout.getValuesType();
  Value bytes = memory.front();
  if (layout.getNumBytes() == 0)
    return tensor::EmptyOp::create(builder, loc, sizes, layout.container);
  // The only element has the low bits of the only byte.
  if (sizes.empty())
    return expandFlat(builder, loc, bytes, sizes);
  int64_t perByte = layout.perByte;
  if (layout.hasAlignedRows()) {
    Value rows =
        expandFlat(builder, loc, bytes, getByteSizes(builder, sizes, perByte));
    Value split = splitBytes(builder, loc, rows, perByte);
    return tensor::CollapseShapeOp::create(builder, loc, valuesType, split,
                                           groupLastTwo(sizes.size()));
  }
  Value split = splitBytes(builder, loc, bytes, perByte);
  Value flat =
      tensor::CollapseShapeOp::create(builder, loc, split, groupLastTwo(1));
  OpFoldResult count = multiply(builder, loc, sizes);
  Value exact = tensor::ExtractSliceOp::create(
      builder, loc, flat, OpFoldResult(builder.getIndexAttr(0)), count,
      OpFoldResult(builder.getIndexAttr(1)));
  return expandFlat(builder, loc, exact, sizes);
}

SmallVector<Value> Packer::pack(OpBuilder &builder, Location loc, Value values,
                                Type type) {
  PackedLayout layout = *PackedLayout::get(type);
  if (!layout.isPacked())
    return {values};
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, values);
  SmallVector<Type> memoryTypes;
  layout.appendMemoryTypes(memoryTypes);
  int64_t perByte = layout.perByte;
  AffineExpr d0 = builder.getAffineDimExpr(0);
  Value bytes;
  if (layout.getNumBytes() == 0) {
    bytes = tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{0},
                                    layout.container);
  } else if (layout.hasAlignedRows()) {
    SmallVector<OpFoldResult> splitSizes =
        getByteSizes(builder, sizes, perByte);
    splitSizes.push_back(builder.getIndexAttr(perByte));
    SmallVector<int64_t> splitShape;
    SmallVector<Value> dynamic;
    dispatchIndexOpFoldResults(splitSizes, dynamic, splitShape);
    Value split = tensor::ExpandShapeOp::create(
        builder, loc, RankedTensorType::get(splitShape, layout.container),
        values, groupLastTwo(sizes.size()), splitSizes);
    bytes = collapseAll(builder, loc, joinBytes(builder, loc, split, perByte));
  } else {
    OpFoldResult count = multiply(builder, loc, sizes);
    OpFoldResult numBytes = apply(builder, loc, d0.ceilDiv(perByte), count);
    OpFoldResult padded = apply(builder, loc, d0 * perByte, numBytes);
    Value zero = arith::ConstantOp::create(
        builder, loc, builder.getZeroAttr(layout.container));
    Value empty =
        tensor::EmptyOp::create(builder, loc, padded, layout.container);
    Value zeros =
        linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
    Value elements =
        castFlat(builder, loc, collapseAll(builder, loc, values),
                 isa<Attribute>(count) ? *getConstantIntValue(count)
                                       : ShapedType::kDynamic);
    Value flat = tensor::InsertSliceOp::create(
        builder, loc, elements, zeros, OpFoldResult(builder.getIndexAttr(0)),
        count, OpFoldResult(builder.getIndexAttr(1)));
    Value split = expandFlat(builder, loc, flat,
                             {numBytes, builder.getIndexAttr(perByte)});
    bytes = joinBytes(builder, loc, split, perByte);
  }
  if (bytes.getType() != memoryTypes.front())
    bytes = tensor::CastOp::create(builder, loc, memoryTypes.front(), bytes);
  SmallVector<Value> memory = {bytes};
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (layout.type.isDynamicDim(dim))
      memory.push_back(getValueOrCreateConstantIndexOp(builder, loc, size));
  remember(memory, type, values);
  return memory;
}

void Packer::remember(ValueRange memory, Type type, Value values) {
  known[{memory.front(), type}] = values;
}

Value Packer::getKnownValues(ValueRange memory, Type type) const {
  return known.lookup({memory.front(), type});
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// A splat stays one where it fills every byte alike.
static bool isPackedSplat(const ConstantData &data,
                          const PackedLayout &layout) {
  int64_t count = data.getNumElements();
  return data.isSplat() && count % layout.perByte == 0 && count > 0;
}

bool quant_ext::canPackConstant(TypedAttr value) {
  std::optional<PackedLayout> layout = PackedLayout::get(value.getType());
  std::optional<ConstantData> data = ConstantData::get(value);
  return layout && data && (isPackedSplat(*data, *layout) || data->canExpand());
}

TypedAttr quant_ext::packConstant(TypedAttr value) {
  PackedLayout layout = *PackedLayout::get(value.getType());
  ConstantData data = *ConstantData::get(value);
  SmallVector<Type> memoryTypes;
  layout.appendMemoryTypes(memoryTypes);
  auto memoryType = cast<RankedTensorType>(memoryTypes.front());
  int64_t count = data.getNumElements(), perByte = layout.perByte;
  unsigned width = layout.type.getElementTypeBitWidth();
  unsigned containerBytes = layout.container.getWidth() / 8;
  bool isSplat = isPackedSplat(data, layout);
  int64_t numUnits = isSplat ? 1 : llvm::divideCeil(count, perByte);
  std::vector<char> raw(numUnits * containerBytes, 0);
  for (int64_t i = 0, e = isSplat ? perByte : count; i < e; ++i) {
    int64_t bits = data.getInteger(i, /*isSigned=*/false);
    if (!layout.isPacked())
      std::memcpy(&raw[i * containerBytes], &bits, containerBytes);
    else
      raw[i / perByte] |= static_cast<char>(bits << (i % perByte * width));
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return getResourceConstant(
        memoryType, resource.getRawHandle().getKey().str() + "_packed", raw);
  return getDenseConstant(memoryType, raw);
}
