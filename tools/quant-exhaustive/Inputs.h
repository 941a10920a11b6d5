//===- Inputs.h - Scales and values to try ----------------------*- C++ -*-===//

#ifndef QUANT_EXHAUSTIVE_INPUTS_H
#define QUANT_EXHAUSTIVE_INPUTS_H

#include "Reference.h"

#include "llvm/ADT/StringRef.h"

#include <vector>

namespace quant_exhaustive {

/// A float type of values or scales.
enum class FloatKind { F16, BF16, F32 };

llvm::StringRef getName(FloatKind type);
unsigned getBitWidth(FloatKind type);
/// The number of a bit pattern, and the pattern of a number that `type` has.
float decode(FloatKind type, uint32_t bits);
uint32_t encode(FloatKind type, float value);

/// Scales at which arithmetic is most likely to go wrong.
std::vector<float> getNastyScales(FloatKind type);

/// Bit patterns of values, in order.
class Inputs {
public:
  /// Every pattern of the type.
  static Inputs all(FloatKind type);
  /// Of f32 the multiples of `stride`, and all patterns close to those where
  /// the result or the way to it changes.
  static Inputs sample(uint32_t stride, float scale,
                       const std::vector<reference::Storage> &storages);

  bool isAll() const { return chosen.empty(); }
  uint64_t size() const { return count; }
  /// The sum of all patterns, worked out apart from `fill`.
  uint64_t sum() const;
  void fill(uint64_t first, size_t n, uint32_t *patterns) const;

private:
  uint64_t count = 0;
  /// Empty if they are the numbers from 0.
  std::vector<uint32_t> chosen;
};

} // namespace quant_exhaustive

#endif // QUANT_EXHAUSTIVE_INPUTS_H
