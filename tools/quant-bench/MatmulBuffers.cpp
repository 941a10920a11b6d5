//===- MatmulBuffers.cpp - Operands of products and what is wanted --------===//

#include "Matmul.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace mlir;
using namespace quant_bench;

using Kind = MatmulRow::Kind;

static void fillIntegers(Buffer &buffer, int64_t count, unsigned seed) {
  std::minstd_rand random(seed);
  auto *bytes = buffer.as<uint8_t>();
  constexpr uint8_t ends[] = {0, 1, 127, 128, 255};
  for (int64_t i = 0; i < count; ++i) {
    uint32_t draw = random() >> 3;
    bytes[i] = draw % 8 == 0 ? ends[draw / 8 % std::size(ends)]
                             : static_cast<uint8_t>(draw >> 12);
  }
}

/// To 7 bits, signed. Libraries multiply bytes with vpmaddubsw where vpdpbusd
/// is missing, which saturates sums of two products with weights of 8 bits;
/// they document it (reduce_range of ONNX Runtime's quantizer).
static void reduceRange(Buffer &weights, int64_t count) {
  auto *values = weights.as<int8_t>();
  for (int64_t i = 0; i < count; ++i)
    values[i] >>= 1;
}

/// Small integers, whose sums are exact in any order.
static void fillFloats(Buffer &buffer, int64_t count, unsigned seed) {
  std::minstd_rand random(seed);
  constexpr uint32_t most = 8;
  for (int64_t i = 0; i < count; ++i)
    buffer.as<float>()[i] =
        static_cast<float>((random() >> 8) % (2 * most + 1)) - float(most);
}

/// Numbers between integers of u8 and on them, ties among them, with the ends
/// of the range in each row: scale and zero point are what the row says.
static void fillDynamic(const MatmulRow &row, Buffer &buffer, unsigned seed) {
  std::minstd_rand random(seed);
  constexpr int steps = 8;
  for (int64_t i = 0; i < row.m; ++i) {
    float *values = buffer.as<float>() + i * row.k;
    auto make = [&](uint32_t step) {
      float quotient = static_cast<float>(step) / steps -
                       static_cast<float>(row.getZeroPoint());
      return quotient * row.getRowScale(i);
    };
    for (int64_t j = 0; j < row.k; ++j)
      values[j] = make((random() >> 8) % (255 * steps + 1));
    values[0] = make(0);
    values[row.k - 1] = make(255 * steps);
  }
}

/// As DynamicQuantizeLinear chooses and computes it.
static std::vector<int16_t> quantize(const MatmulRow &row,
                                     const Buffer &activations) {
  std::vector<int16_t> integers(row.m * row.k);
  const float *values = activations.as<float>();
  int64_t size = row.kind == Kind::Dynamic ? row.m * row.k : row.k;
  for (int64_t begin = 0; begin < row.m * row.k; begin += size) {
    auto [least, most] =
        std::minmax_element(values + begin, values + begin + size);
    float low = std::min(*least, 0.0f), high = std::max(*most, 0.0f);
    float scale = (high - low) / 255;
    auto zeroPoint = static_cast<int32_t>(std::nearbyint(0 - low / scale));
    if (scale != row.getRowScale(begin / row.k) ||
        zeroPoint != row.getZeroPoint())
      llvm_unreachable("activations are not what the row says");
    for (int64_t i = begin; i < begin + size; ++i)
      integers[i] = static_cast<int16_t>(std::clamp(
          static_cast<int32_t>(std::nearbyint(values[i] / scale)) + zeroPoint,
          0, 255));
  }
  return integers;
}

/// An operand's integers, whatever it holds them in.
static std::vector<int16_t> readIntegers(Element element, const Buffer &buffer,
                                         int64_t count) {
  std::vector<int16_t> integers(count);
  auto read = [&](const auto *from) {
    for (int64_t i = 0; i < count; ++i)
      integers[i] = static_cast<int16_t>(from[i]);
  };
  switch (element) {
  case Element::U8:
    read(buffer.as<uint8_t>());
    break;
  case Element::I8:
    read(buffer.as<int8_t>());
    break;
  case Element::F32:
    read(buffer.as<float>());
    break;
  case Element::I32:
    llvm_unreachable("not an operand");
  }
  return integers;
}

/// What is asked for of a sum.
static void storeWanted(const MatmulRow &row, int64_t i, int64_t column,
                        int32_t sum, const Buffer &wanted) {
  int64_t index = i * row.n + column;
  auto requantize = [&](double least, double most) {
    double value = std::nearbyint(static_cast<double>(sum) *
                                  static_cast<double>(row.getMultiplier()));
    return std::clamp(value + row.getZeroPoint(), least, most);
  };
  switch (row.kind) {
  case Kind::Sums:
  case Kind::UnsignedSums:
    wanted.as<int32_t>()[index] = sum;
    return;
  case Kind::Requantized:
    wanted.as<int8_t>()[index] = static_cast<int8_t>(requantize(-128, 127));
    return;
  case Kind::RequantizedUnsigned:
    wanted.as<uint8_t>()[index] = static_cast<uint8_t>(requantize(0, 255));
    return;
  case Kind::Dynamic:
  case Kind::DynamicRows:
    wanted.as<float>()[index] =
        static_cast<float>(sum) *
        (row.getRowScale(i) * row.getColumnScale(column));
    return;
  case Kind::Float:
    wanted.as<float>()[index] = static_cast<float>(sum);
    return;
  }
}

MatmulBuffers::MatmulBuffers(const MatmulRow &row, unsigned copy)
    : activations(row.m * row.k * getBytes(row.activations())),
      weights(row.bytesOfWeights()), result(row.bytesOut()),
      wanted(row.bytesOut()) {
  unsigned seed = 1 + 2 * copy;
  if (row.isDynamic())
    fillDynamic(row, activations, seed);
  else if (row.kind == Kind::Float)
    fillFloats(activations, row.m * row.k, seed);
  else
    fillIntegers(activations, row.m * row.k, seed);
  if (row.kind == Kind::Float)
    fillFloats(weights, row.k * row.n, seed + 1);
  else
    fillIntegers(weights, row.k * row.n, seed + 1);
  if (row.weights() == Element::I8)
    reduceRange(weights, row.k * row.n);
  std::vector<int16_t> left =
      row.isDynamic()
          ? quantize(row, activations)
          : readIntegers(row.activations(), activations, row.m * row.k);
  std::vector<int16_t> right =
      readIntegers(row.weights(), weights, row.k * row.n);
  // They may wrap.
  std::vector<uint32_t> sums(row.n);
  for (int64_t i = 0; i < row.m; ++i) {
    std::fill(sums.begin(), sums.end(), 0);
    for (int64_t j = 0; j < row.k; ++j) {
      int32_t factor = left[i * row.k + j] - row.getZeroPoint();
      for (int64_t column = 0; column < row.n; ++column)
        sums[column] +=
            static_cast<uint32_t>(factor * right[j * row.n + column]);
    }
    for (int64_t column = 0; column < row.n; ++column)
      storeWanted(row, i, column, static_cast<int32_t>(sums[column]), wanted);
  }
}
