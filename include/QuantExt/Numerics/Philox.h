//===- Philox.h - The random numbers of stochastic rounding -----*- C++ -*-===//
//
// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As
// Easy as 1, 2, 3" (SC 2011): a function of a counter and a key, so that the
// number of an element depends on nothing but its place and the seed.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_NUMERICS_PHILOX_H
#define QUANTEXT_NUMERICS_PHILOX_H

#include <array>
#include <cstdint>

namespace mlir::quant_ext::numerics {

/// The constants of Philox4x32: multipliers, and what the key grows by between
/// rounds.
inline constexpr int kPhiloxRounds = 10;
inline constexpr std::array<uint32_t, 2> kPhiloxMultipliers = {0xD2511F53,
                                                               0xCD9E8D57};
inline constexpr std::array<uint32_t, 2> kPhiloxIncrements = {0x9E3779B9,
                                                              0xBB67AE85};

/// Philox4x32-10.
constexpr std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter,
                                             std::array<uint32_t, 2> key) {
  auto [c0, c1, c2, c3] = counter;
  auto [k0, k1] = key;
  for (int round = 0; round < kPhiloxRounds; ++round) {
    uint64_t first = uint64_t(kPhiloxMultipliers[0]) * c0;
    uint64_t second = uint64_t(kPhiloxMultipliers[1]) * c2;
    c0 = static_cast<uint32_t>(second >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(second);
    c2 = static_cast<uint32_t>(first >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(first);
    k0 += kPhiloxIncrements[0];
    k1 += kPhiloxIncrements[1];
  }
  return {c0, c1, c2, c3};
}

/// The random number of the element at `index` of a tensor: the first of the
/// four for the counter `index` and the key `seed`, low words first.
inline uint32_t drawNumber(uint64_t seed, uint64_t index) {
  return philox4x32(
      {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0, 0},
      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)})[0];
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_PHILOX_H
