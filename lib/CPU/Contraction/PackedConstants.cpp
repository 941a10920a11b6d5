//===- PackedConstants.cpp - Constant factors in packed form --------------===//

#include "PackedConstants.h"

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ResourceConstants.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {
/// The elements of a constant by (outer, n, k), outer dimensions as one.
class Elements {
public:
  Elements(const ConstantData &data, const PackedLayoutOfRhs &layout)
      : raw(data.getRaw()), isSplat(data.isSplat()) {
    ArrayRef<int64_t> shape = data.getShape();
    SmallVector<int64_t> strides = computeStrides(shape);
    for (int64_t dim : layout.outer) {
      outerShape.push_back(shape[dim]);
      outerStrides.push_back(strides[dim]);
    }
    n = shape[layout.n];
    k = shape[layout.k];
    strideN = strides[layout.n];
    strideK = strides[layout.k];
  }

  int64_t getNumOuter() const { return ShapedType::getNumElements(outerShape); }
  ArrayRef<int64_t> getOuterShape() const { return outerShape; }

  /// The first element of an index of the outer dimensions.
  const char *at(int64_t outer) const {
    int64_t offset = 0;
    for (int64_t dim = outerShape.size(); dim-- > 0; outer /= outerShape[dim])
      offset += outer % outerShape[dim] * outerStrides[dim];
    return isSplat ? raw : raw + offset;
  }
  char get(const char *first, int64_t column, int64_t row) const {
    return isSplat ? *first : first[column * strideN + row * strideK];
  }

  int64_t n, k;

private:
  const char *raw;
  bool isSplat;
  SmallVector<int64_t> outerShape, outerStrides;
  int64_t strideN, strideK;
};
} // namespace

/// A resource where `source` is one, and where all elements are the same: what
/// fuses elementwise operations would make a scalar of other constants, which
/// no dot product reads.
static TypedAttr makePacked(Attribute source, RankedTensorType type,
                            AsmResourceBlob blob) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(source);
  if (!resource && !llvm::all_equal(blob.getData()))
    return getDenseConstant(type, blob.getData());
  StringRef name = resource ? resource.getRawHandle().getKey() : "constant";
  return getResourceConstant(type, (name + "_packed").str(), std::move(blob));
}

std::optional<TypedAttr>
quant_ext::packConstant(Attribute constant, const PackedLayoutOfRhs &layout,
                        uint8_t flipped) {
  std::optional<ConstantData> data = ConstantData::get(constant);
  if (!data || !data->canExpand())
    return std::nullopt;
  Elements elements(*data, layout);
  int64_t panels = llvm::divideCeil(elements.n, layout.columns);
  int64_t groups = llvm::divideCeil(elements.k, layout.depth);
  int64_t groupBytes = layout.columns * layout.depth;
  int64_t panelBytes = groups * groupBytes;
  AsmResourceBlob blob =
      allocateBlob(elements.getNumOuter() * panels * panelBytes);
  MutableArrayRef<char> packed = blob.getMutableData();
  llvm::fill(packed, 0);
  for (int64_t outer = 0, e = elements.getNumOuter(); outer < e; ++outer) {
    const char *first = elements.at(outer);
    char *result = packed.data() + outer * panels * panelBytes;
    for (int64_t row = 0; row < elements.k; ++row)
      for (int64_t column = 0; column < elements.n; ++column) {
        int64_t at = column / layout.columns * panelBytes +
                     row / layout.depth * groupBytes +
                     column % layout.columns * layout.depth +
                     row % layout.depth;
        result[at] = elements.get(first, column, row) ^ flipped;
      }
  }
  SmallVector<int64_t> shape(elements.getOuterShape());
  llvm::append_values(shape, panels, groups, layout.columns, layout.depth);
  auto type = RankedTensorType::get(shape, data->getElementType());
  return makePacked(constant, type, std::move(blob));
}

std::optional<TypedAttr>
quant_ext::sumConstantColumns(Attribute constant,
                              const PackedLayoutOfRhs &layout, uint8_t flipped,
                              bool isSigned, int32_t factor, int32_t start) {
  std::optional<ConstantData> data = ConstantData::get(constant);
  if (!data)
    return std::nullopt;
  Elements elements(*data, layout);
  std::vector<uint32_t> sums(elements.getNumOuter() * elements.n, start);
  for (int64_t outer = 0, e = elements.getNumOuter(); outer < e; ++outer) {
    const char *first = elements.at(outer);
    uint32_t *result = sums.data() + outer * elements.n;
    for (int64_t row = 0; row < elements.k; ++row)
      for (int64_t column = 0; column < elements.n; ++column) {
        uint8_t bits = elements.get(first, column, row) ^ flipped;
        int32_t value = isSigned ? int32_t(int8_t(bits)) : int32_t(bits);
        result[column] += uint32_t(value) * uint32_t(factor);
      }
  }
  SmallVector<int64_t> shape(elements.getOuterShape());
  shape.push_back(elements.n);
  auto type =
      RankedTensorType::get(shape, IntegerType::get(constant.getContext(), 32));
  ArrayRef<char> raw(reinterpret_cast<const char *>(sums.data()),
                     sums.size() * sizeof(uint32_t));
  return getDenseConstant(type, raw);
}
