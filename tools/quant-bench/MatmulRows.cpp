//===- MatmulRows.cpp - Which products there are to time ------------------===//

#include "Matmul.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace quant_bench;

std::string MatmulRow::name() const {
  std::string result;
  llvm::raw_string_ostream(result)
      << "matmul/" << (kind == Kind::Sums ? "i32" : "i8") << "/" << m << "x"
      << k << "x" << n << (isCold ? "/cold" : "")
      << (threads > 1 ? " x" + std::to_string(threads) : "");
  return result;
}

float MatmulRow::getMultiplier() const {
  // Random factors make sums of about the square root of k times this.
  constexpr int bitsOfProducts = 6;
  return std::ldexp(1.0f, -bitsOfProducts - llvm::Log2_64(k) / 2);
}

std::vector<MatmulRow> quant_bench::makeMatmulRows(ArrayRef<unsigned> threads) {
  using Kind = MatmulRow::Kind;
  struct Size {
    int64_t m, k, n;
    bool isCold;
  };
  constexpr Size sizes[] = {{1, 4096, 4096, false},  {1, 4096, 8 * 4096, true},
                            {16, 1024, 1024, false}, {128, 768, 3072, false},
                            {128, 3072, 768, false}, {100, 100, 100, false},
                            {512, 512, 512, false},  {1024, 1024, 1024, false}};
  std::vector<MatmulRow> rows;
  for (Kind kind : {Kind::Sums, Kind::Requantized})
    for (const Size &size : sizes)
      for (unsigned count : threads)
        rows.push_back({kind, size.m, size.k, size.n, count, size.isCold});
  return rows;
}

static void fill(Buffer &buffer, int64_t count, unsigned seed) {
  std::minstd_rand random(seed);
  auto *bytes = buffer.as<uint8_t>();
  constexpr uint8_t ends[] = {0, 1, 127, 128, 255};
  for (int64_t i = 0; i < count; ++i) {
    uint32_t draw = random() >> 3;
    bytes[i] = draw % 8 == 0 ? ends[draw / 8 % std::size(ends)]
                             : static_cast<uint8_t>(draw >> 12);
  }
}

/// Sums in 32 bits, which wrap, and what is asked for of them.
static void computeWanted(const MatmulRow &row, MatmulBuffers &buffers) {
  const auto *a = buffers.activations.as<uint8_t>();
  const auto *b = buffers.weights.as<int8_t>();
  std::vector<uint32_t> sums(row.n);
  for (int64_t i = 0; i < row.m; ++i) {
    std::fill(sums.begin(), sums.end(), 0);
    for (int64_t j = 0; j < row.k; ++j) {
      uint8_t bits = a[i * row.k + j];
      int32_t left = row.isSigned() ? static_cast<int8_t>(bits) : bits;
      const int8_t *weights = b + j * row.n;
      for (int64_t column = 0; column < row.n; ++column)
        sums[column] += static_cast<uint32_t>(left * weights[column]);
    }
    for (int64_t column = 0; column < row.n; ++column) {
      auto sum = static_cast<int32_t>(sums[column]);
      if (row.kind == MatmulRow::Kind::Sums) {
        buffers.wanted.as<int32_t>()[i * row.n + column] = sum;
        continue;
      }
      double value = std::nearbyint(static_cast<double>(sum) *
                                    static_cast<double>(row.getMultiplier()));
      buffers.wanted.as<int8_t>()[i * row.n + column] =
          static_cast<int8_t>(std::clamp(value, -128.0, 127.0));
    }
  }
}

MatmulBuffers::MatmulBuffers(const MatmulRow &row)
    : activations(row.m * row.k), weights(row.k * row.n),
      result(row.bytesOut()), wanted(row.bytesOut()) {
  fill(activations, row.m * row.k, /*seed=*/1);
  fill(weights, row.k * row.n, /*seed=*/2);
  computeWanted(row, *this);
}
