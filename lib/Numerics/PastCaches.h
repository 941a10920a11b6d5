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

/// Copies bytes to where nobody reads them soon. From an aligned address on,
/// whole lines are written past the caches, and in any order until
/// finishPastCaches.
inline void copyPastCaches(void *to, const void *from, int64_t bytes) {
  auto *target = static_cast<char *>(to);
  auto *source = static_cast<const char *>(from);
#if defined(__x86_64__)
  constexpr int64_t kVector = sizeof(__m128i), kLine = 64;
  if (reinterpret_cast<intptr_t>(target) % kLine == 0) {
    int64_t done = 0;
    for (; done + kLine <= bytes; done += kLine)
      for (int64_t i = done; i < done + kLine; i += kVector)
        _mm_stream_si128(
            reinterpret_cast<__m128i *>(target + i),
            _mm_loadu_si128(reinterpret_cast<const __m128i *>(source + i)));
    // Not a call for nothing: most of what is copied is one line.
    if (done < bytes)
      std::memcpy(target + done, source + done, bytes - done);
    return;
  }
#endif
  std::memcpy(target, source, bytes);
}

/// What this thread does next comes after what it copied.
inline void finishPastCaches() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_LIB_NUMERICS_PASTCACHES_H
