//===- IntegerBounds.cpp - What sums of products may come to --------------===//

#include "IntegerBounds.h"
#include "ParameterFacts.h"

#include "QuantExt/IR/ConstantFolding.h"

#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

static uint64_t magnitudeOf(int64_t value) {
  return value < 0 ? -static_cast<uint64_t>(value) : value;
}

/// Of each dimension that `map` indexes: what one step along it adds to the
/// linear index of a row-major array that has the dimensions `loops`.
static SmallVector<int64_t> getSteps(AffineMap map, ArrayRef<unsigned> loops,
                                     ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides = computeStrides(shape);
  SmallVector<int64_t> steps(map.getNumResults(), 0);
  for (unsigned dim = 0; dim < map.getNumResults(); ++dim) {
    const auto *found = llvm::find(loops, map.getDimPosition(dim));
    if (found != loops.end())
      steps[dim] = strides[found - loops.begin()];
  }
  return steps;
}

namespace {
/// Sums up a constant operand, one row of its innermost dimension at a time:
/// weights are large, and compilers vectorize the rows.
class Summation {
public:
  explicit Summation(ConstantSums &result) : result(result) {}

  /// Zero points, or a single 0.
  std::vector<int32_t> zeros = {0};
  /// Of each dimension: what a step along it adds to the index of the sum, and
  /// of the zero point.
  SmallVector<int64_t> sumSteps, zeroSteps;

  void addRow(const ConstantData &data, int64_t begin, int64_t size,
              int64_t sum, int64_t zero, bool isSigned);

private:
  template <typename T>
  void addElements(const T *elements, int64_t size, int64_t sum, int64_t zero);

  ConstantSums &result;
  std::vector<int32_t> buffer;
};
} // namespace

template <typename T>
void Summation::addElements(const T *elements, int64_t size, int64_t sum,
                            int64_t zero) {
  int64_t sumStep = sumSteps.back(), zeroStep = zeroSteps.back();
  const int32_t *zeroPoints = zeros.data() + zero;
  int64_t *sums = result.sums.data() + sum;
  uint64_t *magnitudes = result.magnitudes.data() + sum;
  // In 32 bits a zero point of linalg.quantized_matmul may wrap, as sums do.
  auto difference = [&](int64_t i, int64_t step) {
    return static_cast<int32_t>(static_cast<uint32_t>(elements[i]) -
                                static_cast<uint32_t>(zeroPoints[i * step]));
  };
  auto magnitudeOf = [](int32_t value) -> uint32_t {
    return value < 0 ? -static_cast<uint32_t>(value) : value;
  };
  if (sumStep == 0 && zeroStep == 0) {
    int64_t total = 0;
    uint64_t magnitude = 0;
    for (int64_t i = 0; i < size; ++i) {
      int32_t value = difference(i, 0);
      total += value;
      magnitude += magnitudeOf(value);
    }
    *sums += total;
    *magnitudes += magnitude;
    return;
  }
  if (sumStep == 1 && zeroStep == 0) {
    for (int64_t i = 0; i < size; ++i) {
      int32_t value = difference(i, 0);
      sums[i] += value;
      magnitudes[i] += magnitudeOf(value);
    }
    return;
  }
  for (int64_t i = 0; i < size; ++i) {
    int32_t value = difference(i, zeroStep);
    sums[i * sumStep] += value;
    magnitudes[i * sumStep] += magnitudeOf(value);
  }
}

void Summation::addRow(const ConstantData &data, int64_t begin, int64_t size,
                       int64_t sum, int64_t zero, bool isSigned) {
  unsigned width = data.getElementType().getIntOrFloatBitWidth();
  if (!data.isSplat() && width == 8) {
    const char *elements = data.getRaw() + begin;
    if (isSigned)
      return addElements(reinterpret_cast<const int8_t *>(elements), size, sum,
                         zero);
    return addElements(reinterpret_cast<const uint8_t *>(elements), size, sum,
                       zero);
  }
  buffer.resize(size);
  for (int64_t i = 0; i < size; ++i)
    buffer[i] = data.getInteger(begin + i, isSigned);
  addElements(buffer.data(), size, sum, zero);
}

std::optional<ConstantSums>
quant_ext::sumConstant(linalg::LinalgOp op, const IntegerOperand &operand) {
  if (operand.zeroPoint && !operand.zeroPoint->constant)
    return std::nullopt;
  std::optional<ConstantData> data = readConstant(operand.value);
  if (!data || !data->canExpand() || data->getShape().empty())
    return std::nullopt;

  ConstantSums result;
  ArrayRef<int64_t> shape = data->getShape();
  AffineMap map = operand.map;
  auto iterators = op.getIteratorTypesArray();
  SmallVector<int64_t> loopSizes(map.getNumDims(), 1);
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    unsigned loop = map.getDimPosition(dim);
    loopSizes[loop] = shape[dim];
    if (linalg::isReductionIterator(iterators[loop]))
      continue;
    result.loops.push_back(loop);
    result.shape.push_back(shape[dim]);
  }
  int64_t count = ShapedType::getNumElements(result.shape);
  result.sums.assign(count, 0);
  result.magnitudes.assign(count, 0);

  bool isSigned = operand.storage.getIsSigned();
  Summation summation(result);
  summation.sumSteps = getSteps(map, result.loops, result.shape);
  summation.zeroSteps.assign(shape.size(), 0);
  if (operand.zeroPoint) {
    const ConstantData &zeroPoint = *operand.zeroPoint->constant;
    SmallVector<int64_t> zeroShape;
    for (unsigned loop : operand.zeroPoint->loops)
      zeroShape.push_back(loopSizes[loop]);
    summation.zeroSteps = getSteps(map, operand.zeroPoint->loops, zeroShape);
    summation.zeros.clear();
    for (int64_t i = 0, n = zeroPoint.getNumElements(); i < n; ++i)
      summation.zeros.push_back(zeroPoint.getInteger(i, isSigned));
  }

  int64_t rowSize = shape.back();
  SmallVector<int64_t> place(shape.size(), 0);
  int64_t sum = 0, zero = 0;
  for (int64_t begin = 0, n = data->getNumElements(); begin < n;
       begin += rowSize) {
    summation.addRow(*data, begin, rowSize, sum, zero, isSigned);
    for (size_t dim = shape.size() - 1; dim-- > 0;) {
      sum += summation.sumSteps[dim];
      zero += summation.zeroSteps[dim];
      if (++place[dim] < shape[dim])
        break;
      sum -= summation.sumSteps[dim] * shape[dim];
      zero -= summation.zeroSteps[dim] * shape[dim];
      place[dim] = 0;
    }
  }
  return result;
}

/// How many products are summed up; none where that is dynamic.
static std::optional<uint64_t> getReductionSize(linalg::LinalgOp op,
                                                const IntegerOperand &lhs,
                                                const IntegerOperand &rhs) {
  uint64_t size = 1;
  for (auto [loop, type] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (!linalg::isReductionIterator(type))
      continue;
    int64_t loopSize = ShapedType::kDynamic;
    // One of the two may know what the other does not.
    for (const IntegerOperand *operand : {&lhs, &rhs}) {
      unsigned dim = *operand->map.getResultPosition(
          getAffineDimExpr(loop, op->getContext()));
      if (!operand->getType().isDynamicDim(dim))
        loopSize = operand->getType().getDimSize(dim);
    }
    if (ShapedType::isDynamic(loopSize))
      return std::nullopt;
    size = llvm::SaturatingMultiply<uint64_t>(size, loopSize);
  }
  return size;
}

/// The largest magnitude of an element without its zero point. Elements may be
/// outside a narrow range, and a zero point that is not known may be anything
/// that its type holds.
static uint64_t getLargestElement(const IntegerOperand &operand) {
  StorageAttr storage = operand.storage;
  unsigned width = storage.getWidth();
  bool isSigned = storage.getIsSigned();
  int64_t lo = StorageAttr::getDefaultMin(width, isSigned);
  int64_t hi = StorageAttr::getDefaultMax(width, isSigned);
  if (!operand.zeroPoint)
    return std::max(magnitudeOf(lo), magnitudeOf(hi));
  if (!operand.zeroPoint->constant)
    return hi - lo;
  const ConstantData &zero = *operand.zeroPoint->constant;
  uint64_t largest = 0;
  for (int64_t i = 0, n = zero.getNumElements(); i < n; ++i) {
    int64_t z = zero.getInteger(i, isSigned);
    largest = std::max({largest, magnitudeOf(lo - z), magnitudeOf(hi - z)});
  }
  return largest;
}

std::optional<uint64_t> quant_ext::boundSums(linalg::LinalgOp op,
                                             const IntegerOperand &lhs,
                                             const IntegerOperand &rhs) {
  std::optional<uint64_t> bound;
  auto lower = [&](uint64_t candidate) {
    bound = bound ? std::min(*bound, candidate) : candidate;
  };
  uint64_t lhsElement = getLargestElement(lhs);
  uint64_t rhsElement = getLargestElement(rhs);
  if (std::optional<uint64_t> size = getReductionSize(op, lhs, rhs))
    lower(llvm::SaturatingMultiply(
        *size, llvm::SaturatingMultiply(lhsElement, rhsElement)));
  auto lowerBySums = [&](const IntegerOperand &operand, uint64_t other) {
    uint64_t largest = 0;
    for (uint64_t magnitude : operand.sums->magnitudes)
      largest = std::max(largest, magnitude);
    lower(llvm::SaturatingMultiply(largest, other));
  };
  if (lhs.sums)
    lowerBySums(lhs, rhsElement);
  if (rhs.sums)
    lowerBySums(rhs, lhsElement);
  return bound;
}

LogicalResult quant_ext::checkSums(std::optional<uint64_t> bound,
                                   std::string &reason) {
  if (!bound) {
    reason = "the reduction has a dynamic size, so that its sums have no bound";
    return failure();
  }
  if (*bound >= kSumLimit) {
    reason = "sums may reach " + std::to_string(*bound) + ", must stay below " +
             std::to_string(kSumLimit);
    return failure();
  }
  return success();
}

uint64_t quant_ext::getLargestMagnitude(const ConstantData &integers) {
  uint64_t largest = 0;
  int64_t count = integers.getNumElements();
  for (int64_t i = 0,
               n = integers.isSplat() ? std::min<int64_t>(count, 1) : count;
       i < n; ++i)
    largest = std::max(largest,
                       magnitudeOf(integers.getInteger(i, /*isSigned=*/true)));
  return largest;
}
