//===- HandWritten.cpp - What a person writes for AVX-512 -----------------===//

#include "HandWritten.h"

#include "llvm/ADT/Twine.h"

using namespace mlir;
using namespace quant_bench;

/// What is written: f32, without a zero point but where it is chosen.
static bool isWritten(const Row &row) {
  if (row.value != ValueType::F32)
    return false;
  bool isTensor = row.granularity == Granularity::PerTensor;
  if (row.op == RowOp::Dynamic)
    return isTensor;
  if (row.storage != Storage::I8)
    return false;
  bool isInner = row.granularity == Granularity::AxisInner;
  if (row.op == RowOp::Dequantize)
    return isTensor || isInner;
  return row.op == RowOp::Quantize &&
         (isTensor || isInner || row.granularity == Granularity::AxisOuter ||
          row.granularity == Granularity::AxisMiddle);
}

std::optional<std::string> quant_bench::getHandWrittenName(const Row &row) {
  if (!isWritten(row))
    return std::nullopt;
  std::string name = row.op == RowOp::Quantize     ? "hand_quantize"
                     : row.op == RowOp::Dequantize ? "hand_dequantize"
                                                   : "hand_dynamic";
  name += row.granularity == Granularity::PerTensor   ? "_tensor"
          : row.granularity == Granularity::AxisInner ? "_inner_axis"
                                                      : "_axis";
  if (row.op == RowOp::Dynamic)
    name += "_" + toString(row.storage).str();
  if (row.op != RowOp::Dequantize)
    name += "_" + toString(row.division).str();
  return name;
}

static constexpr StringRef quotients = R"(
#if defined __AVX512F__ && defined __AVX512BW__ && defined __AVX512DQ__
#include <immintrin.h>
const int has_hand_written = 1;

#define INLINE static inline __attribute__((always_inline))
#define ARGUMENTS const void *input, const f32 *addend, f32 *scales, \
    int8_t *zero_points, void *output, int64_t outer, int64_t channels, \
    int64_t inner, int64_t block

// Beyond the caches: stores bypass them, and loads are asked for ahead.
#define STREAMED (32 << 20)
#define AHEAD 2048
// Elements whose operands and results a core's own caches hold.
#define CHUNK 32768
// Rows that are done with the parameters of 64 columns in registers.
#define ROWS 8

enum way { multiplying, correcting, dividing };
struct divisor { __m512 s, inverse, rest, most; };

INLINE f32 rest_of(f32 s, f32 inverse) { return __builtin_fmaf(-inverse, s, 1) / s; }
INLINE struct divisor divisors_of(__m512 s, __m512 inverse, __m512 rest) {
  struct divisor d = {s, inverse, rest, _mm512_mul_ps(s, _mm512_set1_ps(1000))};
  return d;
}
INLINE struct divisor divisor_of(f32 s) {
  return divisors_of(_mm512_set1_ps(s), _mm512_set1_ps(1 / s), _mm512_set1_ps(rest_of(s, 1 / s)));
}

// Where no step of correcting loses bits.
INLINE int is_moderate(f32 s) { return s >= 0x1p-100f && s <= 0x1p64f; }
INLINE enum way way_of(f32 s, int is_exact) {
  return !is_exact ? multiplying : is_moderate(s) ? correcting : dividing;
}

// NaN stays, and what is too large is still above every integer of 8 bits. What
// is too small becomes the least i32 when it is rounded.
INLINE __m512 quotient(__m512 x, struct divisor d, enum way way) {
  if (way == multiplying)
    return _mm512_min_ps(_mm512_set1_ps(1000), _mm512_mul_ps(x, d.inverse));
  if (way == dividing)
    return _mm512_min_ps(_mm512_set1_ps(1000), _mm512_div_ps(x, d.s));
  x = _mm512_min_ps(d.most, x);
  return _mm512_fmadd_ps(x, d.inverse, _mm512_mul_ps(x, d.rest));
}

// 64 quotients to integers, in order.
INLINE __m512i pack(const __m512 *q, int z, int is_unsigned) {
  __m512i low = _mm512_packs_epi32(_mm512_cvtps_epi32(q[0]), _mm512_cvtps_epi32(q[1]));
  __m512i high = _mm512_packs_epi32(_mm512_cvtps_epi32(q[2]), _mm512_cvtps_epi32(q[3]));
  if (is_unsigned) {
    low = _mm512_adds_epi16(low, _mm512_set1_epi16(z));
    high = _mm512_adds_epi16(high, _mm512_set1_epi16(z));
  }
  return _mm512_permutexvar_epi32(
      _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
      is_unsigned ? _mm512_packus_epi16(low, high) : _mm512_packs_epi16(low, high));
}

INLINE void put(void *to, __m512i value, int streams) {
  if (streams)
    _mm512_stream_si512(to, value);
  else
    _mm512_storeu_si512(to, value);
}
INLINE int can_stream(const void *to, int64_t bytes) {
  return bytes >= STREAMED && (uintptr_t)to % 64 == 0;
}
)";

static constexpr StringRef ranges = R"(
INLINE void hand_quantize_as(const f32 *in, int8_t *out, int64_t count, f32 s,
    int z, enum way way, int is_unsigned, int streams) {
  struct divisor d = divisor_of(s);
  int64_t i = 0;
  for (; i + 64 <= count; i += 64) {
    __m512 q[4];
    for (int j = 0; j < 4; ++j) {
      if (streams)
        _mm_prefetch((const char *)(in + i + 16 * j) + AHEAD, _MM_HINT_T0);
      q[j] = quotient(_mm512_loadu_ps(in + i + 16 * j), d, way);
    }
    put(out + i, pack(q, z, is_unsigned), streams);
  }
  for (; i < count; i += 16) {
    __mmask16 mask = count - i >= 16 ? 0xffff : (1 << (count - i)) - 1;
    __m512i v = _mm512_cvtps_epi32(quotient(_mm512_maskz_loadu_ps(mask, in + i), d, way));
    if (is_unsigned)
      _mm512_mask_cvtusepi32_storeu_epi8(out + i, mask,
          _mm512_max_epi32(_mm512_add_epi32(v, _mm512_set1_epi32(z)), _mm512_setzero_si512()));
    else
      _mm512_mask_cvtsepi32_storeu_epi8(out + i, mask, v);
  }
}

INLINE void hand_quantize(const f32 *in, int8_t *out, int64_t count, f32 s, int z,
    int is_exact, int is_unsigned, int streams) {
  enum way way = way_of(s, is_exact);
  if (way == dividing)
    hand_quantize_as(in, out, count, s, z, dividing, is_unsigned, 0);
  else if (streams)
    hand_quantize_as(in, out, count, s, z, is_exact ? correcting : multiplying, is_unsigned, 1);
  else
    hand_quantize_as(in, out, count, s, z, is_exact ? correcting : multiplying, is_unsigned, 0);
}

INLINE __m512 from_i8(const int8_t *in) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)in)));
}
INLINE void hand_dequantize(const int8_t *in, f32 *out, int64_t count, f32 s, int streams) {
  __m512 scale = _mm512_set1_ps(s);
  int64_t i = 0;
#pragma clang loop unroll_count(2)
  for (; i + 64 <= count; i += 64) {
    if (streams)
      _mm_prefetch((const char *)(in + i) + AHEAD, _MM_HINT_T0);
    for (int j = 0; j < 4; ++j)
      put(out + i + 16 * j,
          _mm512_castps_si512(_mm512_mul_ps(from_i8(in + i + 16 * j), scale)), streams);
  }
  for (; i < count; ++i)
    out[i] = (f32)in[i] * s;
}

// The most of |x| of what is finite. Bits of positive floats compare as
// integers do, and those of infinity and NaN are the largest: that one was there
// is seen at the end, and then the range is read again without them.
#define INFINITE 0x7f800000
INLINE f32 hand_most(const f32 *in, int64_t count) {
  __m512i absolute = _mm512_set1_epi32(0x7fffffff), infinite = _mm512_set1_epi32(INFINITE);
  for (int is_again = 0;; is_again = 1) {
    __m512i most[8] = {};
    int64_t i = 0;
    if (!is_again)
      for (; i + 128 <= count; i += 128)
        for (int j = 0; j < 8; ++j)
          most[j] = _mm512_max_epi32(most[j],
              _mm512_and_si512(_mm512_loadu_si512(in + i + 16 * j), absolute));
    for (; i < count; i += 16) {
      __mmask16 mask = count - i >= 16 ? 0xffff : (1 << (count - i)) - 1;
      __m512i x = _mm512_and_si512(_mm512_maskz_loadu_epi32(mask, in + i), absolute);
      mask = _mm512_cmplt_epi32_mask(x, infinite);
      most[0] = _mm512_mask_max_epi32(most[0], mask, most[0], x);
    }
    for (int j = 4; j; j /= 2)
      for (int k = 0; k < j; ++k)
        most[k] = _mm512_max_epi32(most[k], most[k + j]);
    union { int32_t i; f32 f; } to = {_mm512_reduce_max_epi32(most[0])};
    if (to.i < INFINITE)
      return to.f;
  }
}

// Least and most of 0 and of what is finite. NaN is passed over at once:
// of it and another, the instructions take the second.
INLINE void hand_range(const f32 *in, int64_t count, f32 *low, f32 *high) {
  for (int is_again = 0;; is_again = 1) {
    __m512 least[4] = {}, most[4] = {};
    int64_t i = 0;
    if (!is_again)
      for (; i + 64 <= count; i += 64)
        for (int j = 0; j < 4; ++j) {
          __m512 x = _mm512_loadu_ps(in + i + 16 * j);
          least[j] = _mm512_min_ps(x, least[j]);
          most[j] = _mm512_max_ps(x, most[j]);
        }
    for (; i < count; i += 16) {
      __mmask16 mask = count - i >= 16 ? 0xffff : (1 << (count - i)) - 1;
      __m512 x = _mm512_maskz_loadu_ps(mask, in + i);
      mask = _mm512_cmp_ps_mask(_mm512_abs_ps(x), _mm512_set1_ps(__builtin_inff()), _CMP_LT_OQ);
      least[0] = _mm512_mask_min_ps(least[0], mask, x, least[0]);
      most[0] = _mm512_mask_max_ps(most[0], mask, x, most[0]);
    }
    for (int j = 1; j < 4; ++j) {
      least[0] = _mm512_min_ps(least[0], least[j]);
      most[0] = _mm512_max_ps(most[0], most[j]);
    }
    *low = _mm512_reduce_min_ps(least[0]);
    *high = _mm512_reduce_max_ps(most[0]);
    if (__builtin_isfinite(*low) && __builtin_isfinite(*high))
      return;
  }
}
)";

static constexpr StringRef functions = R"(
INLINE void quantize_tensor(ARGUMENTS, int is_exact) {
  const f32 *in = input;
  int8_t *out = output;
  int64_t count = outer * channels * inner;
  f32 s = scales[0];
  int streams = can_stream(out, count * 5);
  OWN_PARTS(count)
    hand_quantize(in + begin, out + begin, end - begin, s, 0, is_exact, 0, streams);
}

INLINE void quantize_axis(ARGUMENTS, int is_exact) {
  const f32 *in = input;
  int8_t *out = output;
  int streams = can_stream(out, outer * channels * inner * 5) && inner % 64 == 0;
  OWN_ITERATIONS(i, outer * channels) {
    int64_t begin = i * inner;
    hand_quantize(in + begin, out + begin, inner, scales[i % channels], 0, is_exact, 0, streams);
  }
}

INLINE void quantize_columns(const f32 *in, int8_t *out, int64_t rows, int64_t channels,
    const f32 *scales, const f32 *inverses, const f32 *rests, enum way way, int streams) {
  int64_t c = 0;
  for (; c + 64 <= channels; c += 64) {
    struct divisor d[4];
    for (int j = 0; j < 4; ++j)
      d[j] = divisors_of(_mm512_loadu_ps(scales + c + 16 * j), _mm512_loadu_ps(inverses + c + 16 * j),
                         _mm512_loadu_ps(rests + c + 16 * j));
    for (int64_t r = 0; r < rows; ++r) {
      __m512 q[4];
      for (int j = 0; j < 4; ++j)
        q[j] = quotient(_mm512_loadu_ps(in + r * channels + c + 16 * j), d[j], way);
      put(out + r * channels + c, pack(q, 0, 0), streams);
    }
  }
  for (; c < channels; c += 16) {
    __mmask16 mask = channels - c >= 16 ? 0xffff : (1 << (channels - c)) - 1;
    struct divisor d = divisors_of(_mm512_maskz_loadu_ps(mask, scales + c),
                                   _mm512_maskz_loadu_ps(mask, inverses + c),
                                   _mm512_maskz_loadu_ps(mask, rests + c));
    for (int64_t r = 0; r < rows; ++r)
      _mm512_mask_cvtsepi32_storeu_epi8(out + r * channels + c, mask,
          _mm512_cvtps_epi32(quotient(_mm512_maskz_loadu_ps(mask, in + r * channels + c), d, way)));
  }
}

INLINE void quantize_inner_axis(ARGUMENTS, int is_exact) {
  const f32 *in = input;
  int8_t *out = output;
  int streams = can_stream(out, outer * channels * 5) && channels % 64 == 0;
  f32 inverses[channels], rests[channels];
  int are_moderate = 1;
  for (int64_t c = 0; c < channels; ++c) {
    inverses[c] = 1 / scales[c];
    rests[c] = rest_of(scales[c], inverses[c]);
    are_moderate &= is_moderate(scales[c]);
  }
  enum way way = !is_exact ? multiplying : are_moderate ? correcting : dividing;
  OWN_ITERATIONS(i, (outer + ROWS - 1) / ROWS) {
    int64_t o = i * ROWS;
    int64_t rows = outer - o < ROWS ? outer - o : ROWS, at = o * channels;
    if (way == dividing)
      quantize_columns(in + at, out + at, rows, channels, scales, inverses, rests, dividing, 0);
    else if (streams)
      quantize_columns(in + at, out + at, rows, channels, scales, inverses, rests,
                       is_exact ? correcting : multiplying, 1);
    else
      quantize_columns(in + at, out + at, rows, channels, scales, inverses, rests,
                       is_exact ? correcting : multiplying, 0);
  }
}

INLINE void dequantize_columns(const int8_t *in, f32 *out, int64_t rows, int64_t channels,
    const f32 *scales, int streams) {
  for (int64_t r = 0; r < rows; ++r, in += channels, out += channels) {
    int64_t c = 0;
    for (; c + 64 <= channels; c += 64)
      for (int j = 0; j < 64; j += 16)
        put(out + c + j, _mm512_castps_si512(_mm512_mul_ps(from_i8(in + c + j),
            _mm512_loadu_ps(scales + c + j))), streams);
    for (; c < channels; ++c)
      out[c] = (f32)in[c] * scales[c];
  }
}

void hand_dequantize_tensor(ARGUMENTS) {
  const int8_t *in = input;
  f32 *out = output;
  int64_t count = outer * channels * inner;
  f32 s = scales[0];
  int streams = can_stream(out, count * 5);
  OWN_PARTS(count) {
    if (streams)
      hand_dequantize(in + begin, out + begin, end - begin, s, 1);
    else
      hand_dequantize(in + begin, out + begin, end - begin, s, 0);
  }
}

void hand_dequantize_inner_axis(ARGUMENTS) {
  const int8_t *in = input;
  f32 *out = output;
  int streams = can_stream(out, outer * channels * 5) && channels % 16 == 0;
  OWN_ITERATIONS(i, (outer + ROWS - 1) / ROWS) {
    int64_t o = i * ROWS;
    int64_t rows = outer - o < ROWS ? outer - o : ROWS, at = o * channels;
    if (streams)
      dequantize_columns(in + at, out + at, rows, channels, scales, 1);
    else
      dequantize_columns(in + at, out + at, rows, channels, scales, 0);
  }
}

// Backwards, because the end was read last and may still be in a cache.
INLINE void hand_dynamic(const f32 *in, int8_t *out, int64_t count, f32 s, int z,
    int is_exact, int is_unsigned, int streams) {
  for (int64_t at = (count - 1) / CHUNK * CHUNK; at >= 0; at -= CHUNK)
    hand_quantize(in + at, out + at, count - at < CHUNK ? count - at : CHUNK, s, z,
                  is_exact, is_unsigned, streams);
}

INLINE void dynamic_tensor(ARGUMENTS, int is_exact, int is_unsigned) {
  const f32 *in = input;
  int8_t *out = output;
  int64_t count = outer * channels * inner;
  int streams = can_stream(out, count * 5);
  struct { f32 least, most; char line[64]; } ranges[PARTS];
  OWN_PARTS(count) {
    f32 least = 0, most = 0;
    if (is_unsigned)
      hand_range(in + begin, end - begin, &least, &most);
    else
      most = hand_most(in + begin, end - begin);
    ranges[part].least = least;
    ranges[part].most = most;
  }
  f32 low = 0, high = 0;
  for (int64_t part = 0; part < PARTS; ++part) {
    low = ranges[part].least < low ? ranges[part].least : low;
    high = ranges[part].most > high ? ranges[part].most : high;
  }
  f32 s = high == low ? 1 : (high - low) / (is_unsigned ? 255.0f : 127.0f);
  s = s < 0x1p-126f ? 0x1p-126f : s;
  int z = is_unsigned ? quantize(0.0f - low / s, 0, 0, 255) : 0;
  scales[0] = s;
  if (is_unsigned)
    zero_points[0] = z;
  OWN_PARTS(count)
    hand_dynamic(in + begin, out + begin, end - begin, s, z, is_exact, is_unsigned, streams);
}

#define CALL(...) { __VA_ARGS__; }
#define PASSED input, addend, scales, zero_points, output, outer, channels, inner, block
void hand_quantize_tensor_exact(ARGUMENTS) CALL(quantize_tensor(PASSED, 1))
void hand_quantize_tensor_reciprocal(ARGUMENTS) CALL(quantize_tensor(PASSED, 0))
void hand_quantize_axis_exact(ARGUMENTS) CALL(quantize_axis(PASSED, 1))
void hand_quantize_axis_reciprocal(ARGUMENTS) CALL(quantize_axis(PASSED, 0))
void hand_quantize_inner_axis_exact(ARGUMENTS) CALL(quantize_inner_axis(PASSED, 1))
void hand_quantize_inner_axis_reciprocal(ARGUMENTS) CALL(quantize_inner_axis(PASSED, 0))
void hand_dynamic_tensor_i8_exact(ARGUMENTS) CALL(dynamic_tensor(PASSED, 1, 0))
void hand_dynamic_tensor_i8_reciprocal(ARGUMENTS) CALL(dynamic_tensor(PASSED, 0, 0))
void hand_dynamic_tensor_u8_exact(ARGUMENTS) CALL(dynamic_tensor(PASSED, 1, 1))
void hand_dynamic_tensor_u8_reciprocal(ARGUMENTS) CALL(dynamic_tensor(PASSED, 0, 1))
#endif
)";

std::string quant_bench::getHandWrittenSource() {
  return llvm::Twine(quotients).concat(ranges).concat(functions).str();
}
