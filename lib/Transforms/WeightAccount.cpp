//===- WeightAccount.cpp - What quantization costs and saves --------------===//

#include "WeightAccount.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

double ErrorSums::getSqnr() const {
  if (noise == 0)
    return std::numeric_limits<double>::infinity();
  // Squares of f64 overflow; then the quotient means nothing.
  if (!std::isfinite(signal))
    return std::numeric_limits<double>::quiet_NaN();
  return 10 * std::log10(signal / noise);
}

double ErrorSums::getMeanError() const {
  return numElements == 0 ? 0 : absolute / numElements;
}

ErrorSums &ErrorSums::operator+=(const ErrorSums &other) {
  numElements += other.numElements;
  numNonFinite += other.numNonFinite;
  signal += other.signal;
  noise += other.noise;
  absolute += other.absolute;
  largest = std::max(largest, other.largest);
  return *this;
}

/// Sums in the order of the elements, so that the outcome is the same however
/// many threads share the tensors.
template <typename X>
static ErrorSums sumErrors(const X *original, const X *quantized,
                           int64_t count) {
  ErrorSums sums;
  for (int64_t i = 0; i < count; ++i) {
    double x = numerics::widen<double>(original[i]);
    if (!std::isfinite(x)) {
      ++sums.numNonFinite;
      continue;
    }
    double error = std::abs(x - numerics::widen<double>(quantized[i]));
    ++sums.numElements;
    sums.signal += x * x;
    sums.noise += error * error;
    sums.absolute += error;
    sums.largest = std::max(sums.largest, error);
  }
  return sums;
}

static ErrorSums sumErrors(numerics::FloatArray original, const void *quantized,
                           int64_t count) {
  auto sum = [&](auto *typed) {
    using X = std::remove_pointer_t<decltype(typed)>;
    return sumErrors(static_cast<const X *>(original.data),
                     static_cast<const X *>(quantized), count);
  };
  switch (original.format) {
  case numerics::FloatFormat::F16:
    return sum(static_cast<numerics::Half *>(nullptr));
  case numerics::FloatFormat::BF16:
    return sum(static_cast<numerics::BFloat16 *>(nullptr));
  case numerics::FloatFormat::F32:
    return sum(static_cast<float *>(nullptr));
  case numerics::FloatFormat::F64:
    return sum(static_cast<double *>(nullptr));
  }
  llvm_unreachable("unknown float format");
}

//===----------------------------------------------------------------------===//
// One weight
//===----------------------------------------------------------------------===//

static numerics::FloatFormat getScaleFormat(RankedTensorType type) {
  return type.getElementType().isF64() ? numerics::FloatFormat::F64
                                       : numerics::FloatFormat::F32;
}

/// Scales and zero points (none for a symmetric scheme), in floats and in the
/// containers of the storage.
struct WeightParameters {
  std::vector<char> scale;
  std::vector<char> zeroPoint;
};

static WeightParameters chooseParameters(numerics::FloatArray input,
                                         RankedTensorType type,
                                         const numerics::Layout &layout,
                                         StorageAttr storage, bool symmetric) {
  numerics::IntegerFormat format = getIntegerFormat(storage);
  int64_t groups = layout.getNumGroups();
  WeightParameters result;
  result.scale.resize(groups * numerics::sizeInBytes(getScaleFormat(type)));
  result.zeroPoint.resize(symmetric ? 0 : groups * format.getBytes());
  numerics::chooseParameters(input, layout, format, result.scale.data(),
                             symmetric ? nullptr : result.zeroPoint.data());
  return result;
}

/// The numbers of scales that are quantized themselves.
static std::vector<char> chooseStoredScales(numerics::FloatArray input,
                                            RankedTensorType type,
                                            const numerics::Layout &layout,
                                            const WeightScheme &scheme) {
  numerics::FloatFormat format = getScaleFormat(type);
  bool isDouble = format == numerics::FloatFormat::F64;
  double unit = 1;
  if (StorageAttr range = scheme.getScaleOfScalesStorage()) {
    numerics::Layout whole =
        getLayout(Granularity::perTensor(), type.getShape());
    WeightParameters chosen =
        chooseParameters(input, type, whole, range, /*symmetric=*/true);
    unit = isDouble ? *reinterpret_cast<const double *>(chosen.scale.data())
                    : *reinterpret_cast<const float *>(chosen.scale.data());
  }
  numerics::ScaleStorage scaleStorage{
      *getSmallFloat(scheme.scaleStorage.getElementType()), unit};
  std::vector<uint8_t> stored(layout.getNumGroups());
  numerics::chooseScales(input, layout,
                         *getSmallFloat(scheme.storage.getElementType()),
                         scaleStorage, stored.data());

  std::vector<char> scale(stored.size() * numerics::sizeInBytes(format));
  numerics::Parameters parameters{{&unit, numerics::FloatFormat::F64}};
  auto rounded = static_cast<float>(unit);
  if (!isDouble)
    parameters.scale = {&rounded, numerics::FloatFormat::F32};
  numerics::dequantizeArray(
      stored.data(), parameters,
      numerics::Layout({static_cast<int64_t>(stored.size())}, {-1}),
      getFloatStorage(scheme.scaleStorage), format, scale.data());
  return scale;
}

QuantizationAccount quant_ext::accountFor(const ConstantData &weight,
                                          RankedTensorType type,
                                          const Granularity &granularity,
                                          const WeightScheme &scheme) {
  numerics::Layout layout = getLayout(granularity, type.getShape());
  numerics::FloatArray input = weight.getFloats();
  WeightParameters chosen;
  if (scheme.scaleStorage)
    chosen.scale = chooseStoredScales(input, type, layout, scheme);
  else
    chosen =
        chooseParameters(input, type, layout, scheme.storage, scheme.symmetric);
  numerics::Parameters parameters{{chosen.scale.data(), getScaleFormat(type)},
                                  scheme.symmetric ? nullptr
                                                   : chosen.zeroPoint.data()};

  int64_t count = layout.getNumElements();
  std::vector<char> quantized(count * numerics::sizeInBytes(input.format));
  if (scheme.storage.isFloat())
    numerics::fakeQuantizeArray(
        input, parameters, layout, getFloatStorage(scheme.storage),
        numerics::DivisionMode::Exact, quantized.data());
  else
    numerics::fakeQuantizeArray(
        input, parameters, layout, getIntegerFormat(scheme.storage),
        numerics::RoundingMode::HalfEven, numerics::DivisionMode::Exact,
        quantized.data());
  return {granularity, sumErrors(input, quantized.data(), count),
          getWeightBytes(type, granularity, scheme)};
}

//===----------------------------------------------------------------------===//
// The network
//===----------------------------------------------------------------------===//

/// Of an even count, the mean of the middle two. `values` holds no NaN.
static double getMedian(SmallVector<double> values) {
  llvm::sort(values);
  size_t middle = values.size() / 2;
  if (values.size() % 2 == 1)
    return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

NetworkAccount quant_ext::accountForNetwork(ArrayRef<WeightAccount> weights,
                                            WeightGranularity granularity) {
  NetworkAccount network;
  SmallVector<double> sqnrs;
  for (const WeightAccount &weight : weights) {
    const auto &account = weight.accounts[static_cast<size_t>(granularity)];
    if (!account)
      continue;
    ++network.numWeights;
    network.errors += account->errors;
    network.bytes.original += account->bytes.original;
    network.bytes.integers += account->bytes.integers;
    network.bytes.scales += account->bytes.scales;
    network.bytes.zeroPoints += account->bytes.zeroPoints;
    sqnrs.push_back(account->errors.getSqnr());
  }
  // NaN has no place in an order.
  if (sqnrs.empty() ||
      llvm::any_of(sqnrs, [](double sqnr) { return std::isnan(sqnr); }))
    return network;
  network.pooledSqnr = network.errors.getSqnr();
  network.medianSqnr = getMedian(sqnrs);
  network.minimumSqnr = *llvm::min_element(sqnrs);
  return network;
}
