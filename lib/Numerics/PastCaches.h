//===- PastCaches.h - Results that no cache should hold ---------*- C++ -*-===//

#ifndef QUANTEXT_LIB_NUMERICS_PASTCACHES_H
#define QUANTEXT_LIB_NUMERICS_PASTCACHES_H

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace mlir::quant_ext::numerics {

/// Bytes of a result from which on it is written past the caches: it would be
/// read into them first, and put out what is read next.
inline constexpr int64_t kBytesPastCaches = int64_t(4) << 20;

/// Copies bytes to where nobody reads them soon. Whole lines are written past
/// the caches, and in any order until finishPastCaches.
inline void copyPastCaches(void *to, const void *from, int64_t bytes) {
#if defined(__x86_64__)
  constexpr int64_t kVector = sizeof(__m128i), kLine = 64;
  auto *target = static_cast<char *>(to);
  auto *source = static_cast<const char *>(from);
  int64_t before = -reinterpret_cast<intptr_t>(target) & (kLine - 1);
  if (before + kLine <= bytes) {
    std::memcpy(target, source, before);
    int64_t i = before;
    for (; i + kLine <= bytes; i += kLine)
      for (int64_t j = i; j < i + kLine; j += kVector)
        _mm_stream_si128(
            reinterpret_cast<__m128i *>(target + j),
            _mm_loadu_si128(reinterpret_cast<const __m128i *>(source + j)));
    std::memcpy(target + i, source + i, bytes - i);
    return;
  }
#endif
  std::memcpy(to, from, bytes);
}

/// What this thread does next comes after what it copied.
inline void finishPastCaches() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_PASTCACHES_H
