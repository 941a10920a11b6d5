//===- ConstantData.cpp - The elements of constant attributes -------------===//

#include "QuantExt/IR/ConstantData.h"

#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <cmath>

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// The words of Numerics
//===----------------------------------------------------------------------===//

static bool isSupportedFloat(Type type) {
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
}

/// Elements that are stored: integers, or floats that are read as bits.
static bool isSupportedStorage(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return getSmallFloat(type).has_value();
  return integer && integer.isSignless() && integer.getWidth() > 1 &&
         (integer.getWidth() <= 32 || integer.getWidth() == 64);
}

unsigned quant_ext::getContainerBytes(Type elementType) {
  return llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8u);
}

numerics::FloatFormat quant_ext::getFloatFormat(Type elementType) {
  if (elementType.isF16())
    return numerics::FloatFormat::F16;
  if (elementType.isBF16())
    return numerics::FloatFormat::BF16;
  if (elementType.isF32())
    return numerics::FloatFormat::F32;
  assert(elementType.isF64() && "a float type that no verifier lets through");
  return numerics::FloatFormat::F64;
}

std::optional<numerics::SmallFloat> quant_ext::getSmallFloat(Type elementType) {
  return llvm::TypeSwitch<Type, std::optional<numerics::SmallFloat>>(
             elementType)
      .Case([](Float8E4M3FNType) { return numerics::SmallFloat::F8E4M3FN; })
      .Case([](Float8E4M3FNUZType) { return numerics::SmallFloat::F8E4M3FNUZ; })
      .Case([](Float8E5M2Type) { return numerics::SmallFloat::F8E5M2; })
      .Case([](Float8E5M2FNUZType) { return numerics::SmallFloat::F8E5M2FNUZ; })
      .Case([](Float4E2M1FNType) { return numerics::SmallFloat::F4E2M1FN; })
      .Case([](Float8E8M0FNUType) { return numerics::SmallFloat::F8E8M0FNU; })
      .Default([](Type) { return std::nullopt; });
}

numerics::IntegerFormat quant_ext::getIntegerFormat(StorageAttr storage) {
  return {storage.getWidth(),
          storage.getIsSigned(),
          {storage.getMin(), storage.getMax()}};
}

numerics::RoundingMode quant_ext::getRoundingMode(Rounding rounding) {
  switch (rounding) {
  case Rounding::HalfEven:
    return numerics::RoundingMode::HalfEven;
  case Rounding::HalfAway:
    return numerics::RoundingMode::HalfAway;
  case Rounding::TowardZero:
    return numerics::RoundingMode::TowardZero;
  case Rounding::Stochastic:
    return numerics::RoundingMode::Stochastic;
  }
  llvm_unreachable("unknown rounding");
}

numerics::FixedPointRounding
quant_ext::getFixedPointRounding(FixedPointRounding rounding) {
  return rounding == FixedPointRounding::SingleRound
             ? numerics::FixedPointRounding::Single
             : numerics::FixedPointRounding::Double;
}

numerics::DivisionMode
quant_ext::getDivisionMode(Division division, std::optional<Type> precision) {
  numerics::DivisionMode mode(division == Division::Exact
                                  ? numerics::DivisionMode::Exact
                                  : numerics::DivisionMode::Reciprocal);
  if (precision)
    mode.precision = getFloatFormat(*precision);
  return mode;
}

numerics::FloatStorage quant_ext::getFloatStorage(StorageAttr storage,
                                                  bool saturate) {
  return {*getSmallFloat(storage.getElementType()), saturate};
}

std::optional<numerics::ScaleStorage>
quant_ext::getScaleStorage(StorageAttr storage,
                           const ConstantData *scaleOfScales) {
  numerics::ScaleStorage result{*getSmallFloat(storage.getElementType())};
  if (!scaleOfScales)
    return result;
  if (findScaleProblem(*scaleOfScales))
    return std::nullopt;
  result.scaleOfScales = scaleOfScales->getFloat(0);
  return result;
}

numerics::Layout quant_ext::getLayout(const Granularity &granularity,
                                      ArrayRef<int64_t> shape) {
  std::vector<int64_t> blocks;
  for (size_t dim = 0; dim < shape.size(); ++dim)
    blocks.push_back(granularity.getBlockSize(dim));
  return numerics::Layout(shape.vec(), std::move(blocks));
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Sizes whose product overflows are legal in a type.
static uint64_t getNumElementsSaturated(ArrayRef<int64_t> shape) {
  if (llvm::is_contained(shape, 0))
    return 0;
  uint64_t count = 1;
  for (int64_t size : shape)
    count = llvm::SaturatingMultiply(count, static_cast<uint64_t>(size));
  return count;
}

std::optional<std::string>
quant_ext::findResourceProblem(DenseResourceElementsAttr attr) {
  ShapedType type = attr.getType();
  if (!type.getElementType().isIntOrFloat())
    return std::nullopt;
  std::string problem;
  llvm::raw_string_ostream os(problem);
  AsmResourceBlob *blob = attr.getRawHandle().getBlob();
  uint64_t count = getNumElementsSaturated(type.getShape());
  uint64_t expected = llvm::SaturatingMultiply<uint64_t>(
      count, getContainerBytes(type.getElementType()));
  // MLIR packs i1 into bits.
  if (type.getElementType().isInteger(1))
    expected = llvm::divideCeil(count, 8);
  os << "resource '" << attr.getRawHandle().getKey() << "' must have "
     << expected << " bytes for " << type << ", found ";
  if (!blob) {
    os << "none";
    return problem;
  }
  if (blob->getData().size() == expected)
    return std::nullopt;
  os << blob->getData().size();
  return problem;
}

std::optional<ConstantData> ConstantData::get(Attribute attr) {
  ConstantData data;
  ArrayRef<char> bytes;
  if (auto dense = dyn_cast_or_null<DenseIntOrFPElementsAttr>(attr)) {
    data.elementType = dense.getElementType();
    data.shape.assign(dense.getType().getShape().begin(),
                      dense.getType().getShape().end());
    data.splat = dense.isSplat();
    bytes = dense.getRawData();
  } else if (auto resource =
                 dyn_cast_or_null<DenseResourceElementsAttr>(attr)) {
    if (findResourceProblem(resource))
      return std::nullopt;
    data.elementType = resource.getType().getElementType();
    data.shape.assign(resource.getType().getShape().begin(),
                      resource.getType().getShape().end());
    if (isSupportedFloat(data.elementType) ||
        isSupportedStorage(data.elementType))
      bytes = resource.getData();
  } else if (isa_and_nonnull<FloatAttr, IntegerAttr>(attr)) {
    data.elementType = cast<TypedAttr>(attr).getType();
    data.splat = true;
    APInt bits = isa<FloatAttr>(attr)
                     ? cast<FloatAttr>(attr).getValue().bitcastToAPInt()
                     : cast<IntegerAttr>(attr).getValue();
    data.owned = std::make_shared<std::vector<char>>(sizeof(uint64_t));
    uint64_t value = bits.getBitWidth() <= 64 ? bits.getZExtValue() : 0;
    std::memcpy(data.owned->data(), &value, sizeof(value));
    bytes = *data.owned;
  } else {
    return std::nullopt;
  }
  if (!isSupportedFloat(data.elementType) &&
      !isSupportedStorage(data.elementType))
    return std::nullopt;
  // Bytecode and hand-written resources promise no alignment.
  if (reinterpret_cast<uintptr_t>(bytes.data()) %
      getContainerBytes(data.elementType)) {
    data.owned =
        std::make_shared<std::vector<char>>(bytes.begin(), bytes.end());
    bytes = *data.owned;
  }
  data.raw = bytes.data();
  return data;
}

bool ConstantData::canExpand() const {
  constexpr uint64_t kMaxElements = uint64_t(1) << 26;
  return !splat || getNumElementsSaturated(shape) <= kMaxElements;
}

ConstantData ConstantData::expanded() const {
  if (!splat)
    return *this;
  ConstantData result = *this;
  unsigned size = getContainerBytes(elementType);
  int64_t count = getNumElements();
  auto buffer = std::make_shared<std::vector<char>>(count * size);
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(buffer->data() + i * size, raw, size);
  result.owned = buffer;
  result.raw = buffer->data();
  result.splat = false;
  return result;
}

numerics::FloatArray ConstantData::getFloats() const {
  return {raw, getFloatFormat(elementType)};
}

double ConstantData::getFloat(int64_t index) const {
  int64_t i = splat ? 0 : index;
  switch (getFloatFormat(elementType)) {
  case numerics::FloatFormat::F16:
    return numerics::toFloat(reinterpret_cast<const numerics::Half *>(raw)[i]);
  case numerics::FloatFormat::BF16:
    return numerics::toFloat(
        reinterpret_cast<const numerics::BFloat16 *>(raw)[i]);
  case numerics::FloatFormat::F32:
    return reinterpret_cast<const float *>(raw)[i];
  case numerics::FloatFormat::F64:
    return reinterpret_cast<const double *>(raw)[i];
  }
  llvm_unreachable("unknown float format");
}

int64_t ConstantData::getInteger(int64_t index, bool isSigned) const {
  unsigned size = getContainerBytes(elementType);
  uint64_t bits = 0;
  std::memcpy(&bits, raw + (splat ? 0 : index) * size, size);
  unsigned width = elementType.getIntOrFloatBitWidth();
  return isSigned ? llvm::SignExtend64(bits, width)
                  : static_cast<int64_t>(
                        bits & llvm::maskTrailingOnes<uint64_t>(width));
}

//===----------------------------------------------------------------------===//
// Checking
//===----------------------------------------------------------------------===//

/// The problem of the first element that `isGood` refuses.
template <typename ValueFn, typename GoodFn>
static std::optional<std::string> findProblem(const ConstantData &data,
                                              ValueFn valueAt, GoodFn isGood,
                                              const Twine &expected) {
  int64_t count = data.isSplat() ? 1 : data.getNumElements();
  for (int64_t i = 0; i < count; ++i) {
    auto value = valueAt(i);
    if (isGood(value))
      continue;
    std::string problem;
    llvm::raw_string_ostream os(problem);
    os << "must be " << expected << ", found ";
    if constexpr (std::is_floating_point_v<decltype(value)>)
      // The sign of a NaN says nothing.
      os << llvm::format("%g", std::isnan(value) ? std::abs(value) : value);
    else
      os << value;
    if (data.getNumElements() > 1)
      os << " at index " << i;
    return problem;
  }
  return std::nullopt;
}

std::optional<std::string>
quant_ext::findScaleProblem(const ConstantData &scale) {
  return findProblem(
      scale, [&](int64_t i) { return scale.getFloat(i); },
      [](double value) { return value > 0 && std::isfinite(value); },
      "positive and finite");
}

std::optional<std::string>
quant_ext::findZeroPointProblem(const ConstantData &zeroPoint,
                                StorageAttr storage) {
  return findProblem(
      zeroPoint,
      [&](int64_t i) { return zeroPoint.getInteger(i, storage.getIsSigned()); },
      [&](int64_t value) {
        return value >= storage.getMin() && value <= storage.getMax();
      },
      "in [" + Twine(storage.getMin()) + ", " + Twine(storage.getMax()) +
          "] for storage " + storage.str());
}

std::optional<std::string>
quant_ext::findShiftProblem(const ConstantData &shift) {
  return findProblem(
      shift, [&](int64_t i) { return shift.getInteger(i, /*isSigned=*/true); },
      [](int64_t value) {
        return value >= numerics::kMinFixedPointShift &&
               value <= numerics::kMaxFixedPointShift;
      },
      "in [" + Twine(numerics::kMinFixedPointShift) + ", " +
          Twine(numerics::kMaxFixedPointShift) + "]");
}

FailureOr<numerics::Parameters>
quant_ext::getParameters(const ConstantData &scale,
                         const ConstantData *zeroPoint, StorageAttr storage) {
  if (findScaleProblem(scale))
    return failure();
  numerics::Parameters parameters{scale.getFloats()};
  if (zeroPoint) {
    if (findZeroPointProblem(*zeroPoint, storage))
      return failure();
    parameters.zeroPoint = zeroPoint->getRaw();
  }
  return parameters;
}

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

TypedAttr quant_ext::getDenseConstant(Type type, ArrayRef<char> raw) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return DenseElementsAttr::getFromRawBuffer(shaped, raw);
  unsigned width = type.getIntOrFloatBitWidth();
  uint64_t bits = 0;
  std::memcpy(&bits, raw.data(), getContainerBytes(type));
  APInt value(width, bits, /*isSigned=*/false, /*implicitTrunc=*/true);
  if (auto floatType = dyn_cast<FloatType>(type))
    return FloatAttr::get(floatType,
                          APFloat(floatType.getFloatSemantics(), value));
  return IntegerAttr::get(type, value);
}
