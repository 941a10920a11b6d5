//===- WeightAccount.h - What quantization costs and saves ------*- C++ -*-===//

#ifndef QUANTEXT_LIB_TRANSFORMS_WEIGHTACCOUNT_H
#define QUANTEXT_LIB_TRANSFORMS_WEIGHTACCOUNT_H

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/Transforms/WeightFinder.h"
#include "llvm/Support/raw_ostream.h"

#include <array>
#include <limits>

namespace mlir::quant_ext {

/// Sums over the elements of a tensor, or of several, in f64. Elements that are
/// not finite are left out, as they are left out of a range.
struct ErrorSums {
  int64_t numElements = 0;
  int64_t numNonFinite = 0;
  double signal = 0;
  double noise = 0;
  double absolute = 0;
  double largest = 0;

  /// 10 log10(signal / noise); infinite where there is no noise, NaN where the
  /// signal is too large for f64.
  double getSqnr() const;
  double getMeanError() const;
  ErrorSums &operator+=(const ErrorSums &other);
};

/// One weight under one granularity.
struct QuantizationAccount {
  Granularity granularity;
  ErrorSums errors;
  WeightBytes bytes;
};

/// One weight under each granularity; none where the weight has no such
/// dimension, or where the granularity is not asked for.
struct WeightAccount {
  std::string name;
  RankedTensorType type;
  WeightRole role;
  std::array<std::optional<QuantizationAccount>, 3> accounts;
};

/// All weights under one granularity.
struct NetworkAccount {
  int64_t numWeights = 0;
  /// NaN where there are no weights, or one has no SQNR.
  double medianSqnr = std::numeric_limits<double>::quiet_NaN();
  double minimumSqnr = std::numeric_limits<double>::quiet_NaN();
  double pooledSqnr = std::numeric_limits<double>::quiet_NaN();
  /// Over all tensors.
  ErrorSums errors;
  WeightBytes bytes;
};

/// The granularities, in the order in which they are printed.
constexpr std::array<WeightGranularity, 3> kGranularities = {
    WeightGranularity::PerTensor, WeightGranularity::PerAxis,
    WeightGranularity::PerBlock};

/// Quantizes a sound constant and measures the error.
QuantizationAccount accountFor(const ConstantData &weight,
                               RankedTensorType type,
                               const Granularity &granularity,
                               const WeightScheme &scheme);

NetworkAccount accountForNetwork(ArrayRef<WeightAccount> weights,
                                 WeightGranularity granularity);

/// A block size of 0 leaves per-block out.
void printAccountTable(raw_ostream &os, ArrayRef<WeightAccount> weights,
                       const WeightScheme &scheme);
void printAccountJson(raw_ostream &os, ArrayRef<WeightAccount> weights,
                      const WeightScheme &scheme);

} // namespace mlir::quant_ext

#endif // QUANTEXT_LIB_TRANSFORMS_WEIGHTACCOUNT_H
