//===- Inputs.cpp - Scales and values to try ------------------------------===//

#include "Inputs.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace quant_exhaustive;

llvm::StringRef quant_exhaustive::getName(FloatKind type) {
  return type == FloatKind::F16    ? "f16"
         : type == FloatKind::BF16 ? "bf16"
                                   : "f32";
}

static const llvm::fltSemantics &getSemantics(FloatKind type) {
  return type == FloatKind::F16    ? llvm::APFloat::IEEEhalf()
         : type == FloatKind::BF16 ? llvm::APFloat::BFloat()
                                   : llvm::APFloat::IEEEsingle();
}

unsigned quant_exhaustive::getBitWidth(FloatKind type) {
  return llvm::APFloat::semanticsSizeInBits(getSemantics(type));
}

float quant_exhaustive::decode(FloatKind type, uint32_t bits) {
  if (type == FloatKind::F16)
    return reference::fromF16(static_cast<uint16_t>(bits));
  if (type == FloatKind::BF16)
    return reference::fromBF16(static_cast<uint16_t>(bits));
  return llvm::bit_cast<float>(bits);
}

uint32_t quant_exhaustive::encode(FloatKind type, float value) {
  if (type == FloatKind::F32)
    return llvm::bit_cast<uint32_t>(value);
  llvm::APFloat number(value);
  bool losesInfo;
  number.convert(getSemantics(type), llvm::APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return static_cast<uint32_t>(number.bitcastToAPInt().getZExtValue());
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

static constexpr float kInfinity = std::numeric_limits<float>::infinity();
static constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

static std::vector<float> getNastyScalesOfF32() {
  constexpr float kThird = 1.0f / 3.0f, kOf127 = 3.0f / 127.0f;
  auto below = [](float value) { return std::nextafter(value, 0.0f); };
  auto above = [](float value) { return std::nextafter(value, kInfinity); };
  return {
      // Powers of two: each quotient is exact, and every tie is met.
      1.0f, 0x1p-7f, 0x1p10f,
      // Like what is chosen for weights, and neighbours.
      kThird, below(kThird), above(kThird), kOf127, below(kOf127),
      above(kOf127), 0x1.998p-4f,
      // Significands of all ones, and one above a power of two.
      0x1.fffffep-1f, 0x1.000002p0f,
      // Where 1/s is barely finite, and where it overflows.
      above(0x1p-128f), 0x1p-128f, 0x1p-127f,
      // Where 1/s is the smallest normal number, and where it is subnormal and
      // has lost digits.
      0x1p126f, above(0x1p126f), below(0x1p126f), 0x1.8p127f,
      // Within and beyond what reciprocal and two FMAs divide exactly by, for 8
      // and for 16 bits.
      0x1p-100f, below(0x1p-100f), 0x1p119f, below(0x1p119f), 0x1p111f,
      below(0x1p111f),
      // Quotients that are subnormal for most values; no quotient beyond 2.
      0x1p100f, std::numeric_limits<float>::max(),
      // The smallest normal number, and subnormal ones.
      0x1p-126f, below(0x1p-126f), 0x1p-149f, 0x1.8p-148f,
      // What no scale should be.
      0.0f, -0.0f, -0.25f, -kThird, kInfinity, -kInfinity, kNaN};
}

std::vector<float> quant_exhaustive::getNastyScales(FloatKind type) {
  if (type == FloatKind::F32)
    return getNastyScalesOfF32();
  // 1/3, the smallest normal, the largest and the smallest subnormal, and the
  // largest finite number of the type; 0.1 and 3/127 rounded to it.
  std::vector<float> scales = {1.0f,       0x1p-7f, 0.0f,       -0.0f,
                               -0x1.8p-3f, kNaN,    -kInfinity, kInfinity};
  if (type == FloatKind::F16)
    llvm::append_range(scales, std::initializer_list<float>{
                                   0x1.554p-2f, 0x1.998p-4f, 0x1p-14f,
                                   0x1.ff8p-15f, 0x1p-24f, 0x1.ffcp15f});
  else
    llvm::append_range(scales, std::initializer_list<float>{
                                   0x1.56p-2f, 0x1.82p-6f, 0x1p-126f,
                                   0x1.fcp-127f, 0x1p-133f, 0x1.fep127f});
  return scales;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Inputs Inputs::all(FloatKind type) {
  Inputs inputs;
  inputs.count = type == FloatKind::F32 ? uint64_t(1) << 32 : uint64_t(1) << 16;
  return inputs;
}

Inputs Inputs::sample(uint32_t stride, float scale,
                      const std::vector<reference::Storage> &storages) {
  std::vector<uint32_t> chosen;
  for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += stride)
    chosen.push_back(static_cast<uint32_t>(bits));
  auto addAround = [&](uint32_t bits) {
    constexpr uint32_t kReach = 8;
    for (uint32_t i = 0; i <= 2 * kReach; ++i)
      chosen.push_back(bits - kReach + i);
  };
  // Zeros, subnormal and normal numbers, powers of two, infinities and NaN.
  for (uint32_t exponent = 0; exponent < 512; ++exponent)
    addAround(exponent << 23);
  // Ties, the bounds among them.
  for (const reference::Storage &storage : storages)
    for (int64_t q = storage.min() - 2; q <= storage.max() + 2; ++q) {
      double v = static_cast<double>(q - storage.zeroPoint) + 0.5;
      addAround(llvm::bit_cast<uint32_t>(static_cast<float>(v * scale)));
    }
  // Quotients of powers of two: where integers of some width end, and where
  // floats begin to have no fraction.
  for (int exponent = 0; exponent <= 64; ++exponent)
    for (double sign : {1.0, -1.0})
      addAround(llvm::bit_cast<uint32_t>(
          static_cast<float>(std::ldexp(sign, exponent) * scale)));
  llvm::sort(chosen);
  chosen.erase(llvm::unique(chosen), chosen.end());
  Inputs inputs;
  inputs.count = chosen.size();
  inputs.chosen = std::move(chosen);
  return inputs;
}

uint64_t Inputs::sum() const {
  if (chosen.empty())
    return count / 2 * (count - 1);
  return std::accumulate(chosen.begin(), chosen.end(), uint64_t(0));
}

void Inputs::fill(uint64_t first, size_t n, uint32_t *patterns) const {
  if (!chosen.empty()) {
    std::copy_n(chosen.begin() + static_cast<ptrdiff_t>(first), n, patterns);
    return;
  }
  uint32_t begin = static_cast<uint32_t>(first);
  for (uint32_t i = 0; i < n; ++i)
    patterns[i] = begin + i;
}
