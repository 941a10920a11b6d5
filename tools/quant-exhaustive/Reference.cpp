//===- Reference.cpp - quantize as it is defined --------------------------===//

#include "Reference.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace reference;

// The same code for wider registers too, or it would take most of the time.
#ifdef __x86_64__
#define FOR_WIDE_REGISTERS                                                     \
  __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_WIDE_REGISTERS
#endif

float reference::fromF16(uint16_t bits) {
  int exponent = bits >> 10 & 31;
  int mantissa = bits & 1023;
  float magnitude;
  if (exponent == 31)
    magnitude = mantissa ? std::numeric_limits<float>::quiet_NaN()
                         : std::numeric_limits<float>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(static_cast<float>(mantissa), -24);
  else
    magnitude = std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
  return bits >> 15 ? -magnitude : magnitude;
}

float reference::fromBF16(uint16_t bits) {
  uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

FOR_WIDE_REGISTERS
void reference::divide(const float *x, float scale, Division division, float *v,
                       size_t count) {
  // 53 bits are more than twice 24 and two: the quotient of two f32, rounded
  // to double and then to f32, is the quotient rounded once.
  double s = scale;
  float inverse = static_cast<float>(1.0 / s);
  if (division == Division::Reciprocal && std::isnormal(inverse)) {
    double factor = inverse;
    for (size_t i = 0; i < count; ++i)
      v[i] = static_cast<float>(static_cast<double>(x[i]) * factor);
    return;
  }
  for (size_t i = 0; i < count; ++i)
    v[i] = static_cast<float>(static_cast<double>(x[i]) / s);
}

/// To the nearest integer, of two equally near ones to the even one. Says so by
/// comparisons, so that it depends on no rounding mode and no library.
template <typename Int>
static inline Int roundHalfEven(float v) {
  Int truncated = static_cast<Int>(v);
  float rest = v - static_cast<float>(truncated);
  float distance = rest < 0 ? -rest : rest;
  Int isOdd = truncated & 1;
  Int step = v < 0 ? -1 : 1;
  Int further = distance == 0.5f ? isOdd : distance > 0.5f ? 1 : 0;
  return truncated + further * step;
}

template <typename Int, typename Stored>
static inline void roundAll(const float *v, const Storage &storage, Stored *q,
                            size_t count) {
  Int zeroPoint = static_cast<Int>(storage.zeroPoint);
  Int lowest = static_cast<Int>(storage.min()) - zeroPoint;
  Int highest = static_cast<Int>(storage.max()) - zeroPoint;
  Int ifNaN = static_cast<Int>(storage.min());
  // Beyond both bounds, and small enough for the integer.
  float limit = sizeof(Int) == 4 ? 0x1p20f : 0x1p40f;
  Stored mask = static_cast<Stored>((int64_t(1) << storage.bits) - 1);
  for (size_t i = 0; i < count; ++i) {
    bool isNaN = v[i] != v[i];
    float bounded = isNaN ? 0.0f : v[i];
    bounded = bounded > limit ? limit : bounded;
    bounded = bounded < -limit ? -limit : bounded;
    Int rounded = roundHalfEven<Int>(bounded);
    rounded = rounded < lowest ? lowest : rounded;
    rounded = rounded > highest ? highest : rounded;
    Int result = isNaN ? ifNaN : rounded + zeroPoint;
    q[i] = static_cast<Stored>(result) & mask;
  }
}

FOR_WIDE_REGISTERS
void reference::round(const float *v, const Storage &storage, void *q,
                      size_t count) {
  switch (storage.bytes()) {
  case 1:
    return roundAll<int32_t>(v, storage, static_cast<uint8_t *>(q), count);
  case 2:
    return roundAll<int32_t>(v, storage, static_cast<uint16_t *>(q), count);
  default:
    return roundAll<int64_t>(v, storage, static_cast<uint32_t *>(q), count);
  }
}
