//===- Reference.h - quantize as it is defined ------------------*- C++ -*-===//
//
// The definition of quantize in the plainest C++: what native code is compared
// with. It shares nothing with the library, so that a mistake there is not
// repeated here, and knows nothing of MLIR.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_EXHAUSTIVE_REFERENCE_H
#define QUANT_EXHAUSTIVE_REFERENCE_H

#include <cstddef>
#include <cstdint>

namespace reference {

enum class Division { Exact, Reciprocal };

struct Storage {
  unsigned bits;
  bool isSigned;
  int64_t zeroPoint;

  int64_t min() const { return isSigned ? -(int64_t(1) << (bits - 1)) : 0; }
  int64_t max() const { return min() + (int64_t(1) << bits) - 1; }
  /// Of an element that is not packed.
  size_t bytes() const { return bits <= 8 ? 1 : bits <= 16 ? 2 : 4; }
};

/// The number of a bit pattern of f16, which f32 has too.
float fromF16(uint16_t bits);
/// The number of a bit pattern of bf16.
float fromBF16(uint16_t bits);

/// v = x / scale, or x times the reciprocal of scale, rounded once to f32.
void divide(const float *x, float scale, Division division, float *v,
            size_t count);

/// The integers nearest to v, zero point added, saturated; each in
/// `storage.bytes()` bytes, the unused high bits zero.
void round(const float *v, const Storage &storage, void *q, size_t count);

} // namespace reference

#endif // QUANT_EXHAUSTIVE_REFERENCE_H
