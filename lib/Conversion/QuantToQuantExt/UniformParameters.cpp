//===- UniformParameters.cpp - What is in upstream's types ----------------===//

#include "UniformParameters.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Support/DebugStringHelper.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// Scales and zero points in row-major order of the granularity's groups.
struct Groups {
  Granularity granularity;
  SmallVector<int64_t> shape;
  SmallVector<APFloat> scales;
  SmallVector<int64_t> zeroPoints;
};

/// Reads one type; the first thing that does not fit is the reason.
class UniformReader {
public:
  UniformReader(quant::QuantizedType type, int64_t rank, std::string *reason)
      : type(type), rank(rank), reason(reason) {}

  FailureOr<UniformParameters> read();

private:
  LogicalResult fail(const Twine &text) {
    if (reason)
      *reason = text.str();
    return failure();
  }
  FailureOr<StorageAttr> readStorage();
  FailureOr<Groups> readGroups();
  FailureOr<DenseElementsAttr> convertScales(const Groups &groups);
  FailureOr<DenseElementsAttr> convertZeroPoints(const Groups &groups,
                                                 StorageAttr storage);

  quant::QuantizedType type;
  int64_t rank;
  std::string *reason;
};

} // namespace

FailureOr<StorageAttr> UniformReader::readStorage() {
  auto integer = dyn_cast_or_null<IntegerType>(type.getStorageType());
  if (!integer)
    return fail("its type must have integers for storage, found '" +
                debugString(type) + "'");
  bool isSigned = type.isSigned();
  int64_t min = type.getStorageTypeMin(), max = type.getStorageTypeMax();
  std::string fault = StorageAttr::findFault(integer, isSigned, min, max);
  if (!fault.empty())
    return fail(fault);
  return StorageAttr::get(type.getContext(), integer, isSigned, min, max);
}

FailureOr<Groups> UniformReader::readGroups() {
  return llvm::TypeSwitch<quant::QuantizedType, FailureOr<Groups>>(type)
      .Case([&](quant::UniformQuantizedType uniform) -> FailureOr<Groups> {
        return Groups{Granularity::perTensor(),
                      {},
                      {APFloat(uniform.getScale())},
                      {uniform.getZeroPoint()}};
      })
      .Case(
          [&](quant::UniformQuantizedPerAxisType perAxis) -> FailureOr<Groups> {
            int64_t axis = perAxis.getQuantizedDimension();
            if (axis >= rank)
              return fail("its axis must be less than the rank " + Twine(rank) +
                          ", found " + Twine(axis));
            Groups groups{Granularity::perAxis(axis),
                          {static_cast<int64_t>(perAxis.getScales().size())},
                          {},
                          llvm::to_vector(perAxis.getZeroPoints())};
            for (double scale : perAxis.getScales())
              groups.scales.push_back(APFloat(scale));
            return groups;
          })
      .Case([&](quant::UniformQuantizedSubChannelType subChannel)
                -> FailureOr<Groups> {
        SmallVector<int64_t> blockSizes(rank, Granularity::kWholeDim);
        for (auto [dim, size] : subChannel.getBlockSizeInfo()) {
          if (dim >= rank)
            return fail("its blocks must be in dimensions below the rank " +
                        Twine(rank) + ", found " + Twine(dim));
          blockSizes[dim] = size;
        }
        DenseElementsAttr scales = subChannel.getScales();
        if (scales.getType().getRank() != rank)
          return fail("its scales must have the rank " + Twine(rank) +
                      " of the tensor, found " +
                      Twine(scales.getType().getRank()));
        return Groups{
            Granularity::perBlock(blockSizes),
            llvm::to_vector(scales.getType().getShape()),
            llvm::to_vector(scales.getValues<APFloat>()),
            llvm::map_to_vector(subChannel.getZeroPoints().getValues<APInt>(),
                                [&](const APInt &number) {
                                  return type.isSigned()
                                             ? number.getSExtValue()
                                             : int64_t(number.getZExtValue());
                                })};
      })
      .Default([&](quant::QuantizedType other) -> FailureOr<Groups> {
        return fail("its type must say a scale, found '" + debugString(other) +
                    "'");
      });
}

FailureOr<DenseElementsAttr>
UniformReader::convertScales(const Groups &groups) {
  auto expressed = dyn_cast<FloatType>(type.getExpressedType());
  if (!expressed || !(expressed.isF16() || expressed.isBF16() ||
                      expressed.isF32() || expressed.isF64()))
    return fail("its values must be f16, bf16, f32 or f64, found " +
                debugString(type.getExpressedType()));
  SmallVector<APFloat> scales;
  for (APFloat scale : groups.scales) {
    bool losesInfo;
    APFloat converted = scale;
    converted.convert(expressed.getFloatSemantics(),
                      APFloat::rmNearestTiesToEven, &losesInfo);
    if (!converted.isFiniteNonZero() || converted.isNegative()) {
      SmallString<16> text;
      scale.toString(text);
      return fail("its scales must be positive numbers of " +
                  debugString(expressed) + ", found " + text);
    }
    scales.push_back(converted);
  }
  return DenseElementsAttr::get(RankedTensorType::get(groups.shape, expressed),
                                scales);
}

FailureOr<DenseElementsAttr>
UniformReader::convertZeroPoints(const Groups &groups, StorageAttr storage) {
  bool isZero = llvm::all_of(groups.zeroPoints,
                             [](int64_t number) { return number == 0; });
  if (storage.getIsSigned() && isZero)
    return DenseElementsAttr();
  if (storage.getWidth() == 32)
    return fail("storage of 32 bits must have no zero point, found one");
  SmallVector<APInt> numbers;
  for (int64_t number : groups.zeroPoints) {
    if (number < storage.getMin() || number > storage.getMax())
      return fail("its zero points must lie within " + Twine(storage.getMin()) +
                  ":" + Twine(storage.getMax()) + ", found " + Twine(number));
    numbers.push_back(APInt(storage.getWidth(), number, /*isSigned=*/true,
                            /*implicitTrunc=*/true));
  }
  return DenseElementsAttr::get(
      RankedTensorType::get(groups.shape, storage.getElementType()), numbers);
}

FailureOr<UniformParameters> UniformReader::read() {
  FailureOr<Groups> groups = readGroups();
  if (failed(groups))
    return failure();
  FailureOr<StorageAttr> storage = readStorage();
  if (failed(storage))
    return failure();
  FailureOr<DenseElementsAttr> scale = convertScales(*groups);
  if (failed(scale))
    return failure();
  FailureOr<DenseElementsAttr> zeroPoint = convertZeroPoints(*groups, *storage);
  if (failed(zeroPoint))
    return failure();
  return UniformParameters{*storage, groups->granularity, *scale, *zeroPoint};
}

FailureOr<UniformParameters> UniformParameters::read(Type type,
                                                     std::string *reason) {
  auto quantized = dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type));
  if (!quantized)
    return failure();
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor && quantized != type) {
    if (reason)
      *reason = "its tensor must be ranked, found '" + debugString(type) + "'";
    return failure();
  }
  return UniformReader(quantized, tensor ? tensor.getRank() : 0, reason).read();
}
