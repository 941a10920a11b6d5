//===- CSource.cpp - The plain loops, in C --------------------------------===//

#include "CSource.h"

#include "HandWritten.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

#include <numeric>

using namespace mlir;
using namespace quant_bench;

using Substitutions = std::vector<std::pair<StringRef, std::string>>;

/// Replaces every @NAME@.
static std::string substitute(StringRef text, const Substitutions &values) {
  std::string result = text.str();
  for (const auto &[name, value] : values) {
    std::string key = "@" + name.str() + "@";
    for (size_t at = 0; (at = result.find(key, at)) != std::string::npos;
         at += value.size())
      result.replace(at, key.size(), value);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

static constexpr StringRef preamble = R"(#include <stdint.h>

// Of the loops over parts, rows or channels. With one thread it is nothing, and
// there is one part.
#define PRAGMA(text) _Pragma(#text)
#ifdef _OPENMP
#define PARALLEL(...) PRAGMA(omp parallel for num_threads(PARTS) __VA_ARGS__)
// By the numbers of threads, which takes the runtime less time than to share a
// loop: for those who go to the limit.
#define BY_NUMBER PRAGMA(omp parallel num_threads(PARTS))
int omp_get_thread_num(void), omp_get_num_threads(void);
#else
#define PARTS 1
#define PARALLEL(...)
#define BY_NUMBER
static inline int omp_get_thread_num(void) { return 0; }
static inline int omp_get_num_threads(void) { return 1; }
#endif

// A part for each thread: whole lines of a cache, whatever the type.
static inline int64_t begin_of(int64_t part, int64_t count) {
  int64_t size = ((count + PARTS - 1) / PARTS + 127) / 128 * 128;
  return part * size < count ? part * size : count;
}

#define OWN_PARTS(count) BY_NUMBER \
  for (int64_t part = omp_get_thread_num(); part < PARTS; part += omp_get_num_threads()) \
    for (int64_t begin = begin_of(part, count), end = begin_of(part + 1, count), \
         once = 1; once; once = 0)
// Of that many iterations a thread's share, which are neighbours.
#define OWN_ITERATIONS(i, count) BY_NUMBER \
  for (int64_t thread_ = omp_get_thread_num(), threads_ = omp_get_num_threads(), \
       i = (count) * thread_ / threads_; i < (count) * (thread_ + 1) / threads_; ++i)

typedef float f32;
typedef _Float16 f16;
// Of the compiler's own type no loop becomes vector code.
typedef uint16_t bf16;

static inline f32 from_f32(f32 x) { return x; }
static inline f32 from_f16(f16 x) { return x; }
static inline f32 from_bf16(bf16 x) {
  union { uint32_t u; f32 f; } to = {(uint32_t)x << 16};
  return to.f;
}
static inline f32 to_f32(f32 x) { return x; }
static inline f16 to_f16(f32 x) { return x; }
// Of numbers: no loop here makes a NaN.
static inline bf16 to_bf16(f32 x) {
  union { f32 f; uint32_t u; } from = {x};
  return (from.u + 0x7fff + ((from.u >> 16) & 1)) >> 16;
}

// What a loop does with scale and zero point p before it comes to elements.
#define reciprocal(s) (1.0f / (s))
#define none(s) (s)
#define zero_point(p) (uint8_t)zero_points[p]
#define zero(p) 0

// Whether threads may share rows of this length: not where two write to one byte.
#define always(length) 1
#define if_even(length) ((length) % 2 == 0)

static inline f32 relu(f32 x) { return x < 0 ? 0 : x; }
static inline f32 gelu(f32 x) {
  return x * 0.5f * (__builtin_erff(x * 0.707106769f) + 1);
}
static inline int quantize(f32 v, int z, int qmin, int qmax) {
  f32 low = qmin - z, high = qmax - z;
  v = v > low ? v : low;
  v = v < high ? v : high;
  return (int)__builtin_nearbyintf(v) + z;
}
)";

static constexpr StringRef divideExactly = "from_@VALUE@(x) / s";
static constexpr StringRef multiply = "from_@VALUE@(x) * d";

/// An element from its number or integer, the scale, what the scale is divided
/// by (if that is done before), and the zero point.
static std::string makeElement(const Row &row) {
  StringRef text;
  switch (row.op) {
  case RowOp::Quantize:
  case RowOp::Dynamic:
  case RowOp::BiasReluQuantize:
  case RowOp::BiasGeluQuantize:
    text = "quantize(@V@, z, @QMIN@, @QMAX@)";
    break;
  case RowOp::Dequantize:
  case RowOp::DequantizeAdd:
    text = "to_@VALUE@((f32)(x - z) * s)";
    break;
  case RowOp::FakeQuantize:
    text = "to_@VALUE@((f32)(quantize(@V@, z, @QMIN@, @QMAX@) - z) * s)";
    break;
  }
  return substitute(
      text,
      {{"V",
        (row.division == Division::Exact ? divideExactly : multiply).str()},
       {"VALUE", toString(row.value).str()},
       {"QMIN", std::to_string(getMin(row.storage))},
       {"QMAX", std::to_string(getMax(row.storage))}});
}

//===----------------------------------------------------------------------===//
// Ranges of elements that lie one after the other
//===----------------------------------------------------------------------===//

/// Writes out[begin .. end). @S@ and others may depend on c, the position.
static constexpr StringRef plainRange = R"(
    for (int64_t i = begin; i < end; ++i) {
      int64_t c = i - begin; (void)c;
      out[i] = element(@INPUT@, @S@, @D@, @Z@)@PLUS@;
    })";

/// Counted in bytes: steps of two through a range that may begin anywhere do
/// not become vector code.
static constexpr StringRef rangeToNibbles = R"(
    int64_t i = begin, c = 0;
    if (i < end && i % 2) {
      out[i / 2] |= element(in[i], @S@, @D@, @Z@) << 4;
      ++i; ++c;
    }
    const @IN_MEMORY@ *pairs = in + i;
    uint8_t *bytes = out + i / 2;
    int64_t whole = (end - i) / 2;
    for (int64_t b = 0; b < whole; ++b) {
      int low = element(pairs[2 * b], @S@, @D@, @Z@); ++c;
      int high = element(pairs[2 * b + 1], @S@, @D@, @Z@); ++c;
      bytes[b] = (low & 15) | high << 4;
    }
    i += 2 * whole;
    if (i < end)
      out[i / 2] = element(in[i], @S@, @D@, @Z@) & 15;)";

static constexpr StringRef rangeFromNibbles = R"(
    int64_t i = begin, c = 0;
    if (i < end && i % 2) {
      out[i] = element((int8_t)in[i / 2] >> 4, @S@, @D@, @Z@);
      ++i; ++c;
    }
    const uint8_t *bytes = in + i / 2;
    @OUT_MEMORY@ *pairs = out + i;
    int64_t whole = (end - i) / 2;
    for (int64_t b = 0; b < whole; ++b) {
      pairs[2 * b] = element((int8_t)(bytes[b] << 4) >> 4, @S@, @D@, @Z@); ++c;
      pairs[2 * b + 1] = element((int8_t)bytes[b] >> 4, @S@, @D@, @Z@); ++c;
    }
    i += 2 * whole;
    if (i < end)
      out[i] = element((int8_t)(in[i / 2] << 4) >> 4, @S@, @D@, @Z@);)";

static constexpr StringRef convertRange = R"(
    @NAME@_range(in, addend, scales, @DIVISORS@, zero_points, out, begin, end, s, d, z);)";

static StringRef getRange(const Row &row) {
  if (row.storage == Storage::I4 && row.readsIntegers())
    return rangeFromNibbles;
  if (row.storage == Storage::I4 && row.makesIntegers())
    return rangeToNibbles;
  return plainRange;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

static constexpr StringRef constantParameters = R"(
    f32 s = scales[p], d = @RECIPROCAL@(s); (void)d;
    int z = @ZERO_POINT@(p);)";

/// The parts of `count` elements, or vectors.
static constexpr StringRef eachPart = R"(
    PARALLEL(@CLAUSES@)
    for (int64_t part = 0; part < PARTS; ++part) {
    int64_t begin = begin_of(part, count), end = begin_of(part + 1, count);)";

static constexpr StringRef tensorLoop = R"(
  {
    int64_t count = outer * channels * inner, p = 0;@CHOOSE@@PARAMETERS@@EACH_PART@@CONVERT@
    }
  })";

static constexpr StringRef axisLoop = R"(
  PARALLEL(collapse(2) if(@SPLITS@(inner)))
  for (int64_t o = 0; o < outer; ++o)
  for (int64_t p = 0; p < channels; ++p) {
    int64_t begin = (o * channels + p) * inner, end = begin + inner;@CHOOSE@@PARAMETERS@@CONVERT@
  })";

static constexpr StringRef innerAxisLoop = R"(
  f32 s = 0, d = 0, divisors[channels];
  int z = 0;
  for (int64_t c = 0; c < channels; ++c)
    divisors[c] = @RECIPROCAL@(scales[c]);
  PARALLEL(if(@SPLITS@(channels)))
  for (int64_t o = 0; o < outer; ++o) {
    int64_t begin = o * channels, end = begin + channels;@CONVERT@
  })";

static constexpr StringRef blockLoop = R"(
  int64_t blocks = (channels + block - 1) / block;
  PARALLEL(if(@SPLITS@(channels) && @SPLITS@(block)))
  for (int64_t o = 0; o < outer; ++o)
  for (int64_t b = 0; b < blocks; ++b) {
    int64_t begin = o * channels + b * block, p = o * blocks + b;
    int64_t end = b + 1 < blocks ? begin + block : (o + 1) * channels;@PARAMETERS@@CONVERT@
  })";

/// Infinities and NaN are no part of a range; without one the scale is 1.
static constexpr StringRef chooseAsymmetric = R"(
    f32 lo = 0, hi = 0;@EACH_RANGE@
    for (int64_t i = begin; i < end; ++i) {
      f32 a = from_@VALUE@(in[i]);
      a = __builtin_isfinite(a) ? a : 0;
      lo = __builtin_fminf(lo, a);
      hi = __builtin_fmaxf(hi, a);
    }
    }
    f32 chosen = hi == lo ? 1 : (hi - lo) / (f32)(@QMAX@ - @QMIN@);
    scales[p] = chosen < 0x1p-126f ? 0x1p-126f : chosen;
    zero_points[p] = quantize((f32)@QMIN@ - lo / scales[p], 0, @QMIN@, @QMAX@);)";

static constexpr StringRef chooseSymmetric = R"(
    f32 most = 0;@EACH_RANGE@
    for (int64_t i = begin; i < end; ++i) {
      f32 a = __builtin_fabsf(from_@VALUE@(in[i]));
      most = __builtin_fmaxf(most, __builtin_isfinite(a) ? a : 0);
    }
    }
    f32 chosen = most == 0 ? 1 : most / (f32)@QMAX@;
    scales[p] = chosen < 0x1p-126f ? 0x1p-126f : chosen;)";

static constexpr StringRef function = R"(
static inline @OUT@ @NAME@_element(@IN@ x, f32 s, f32 d, int z) {
  return @ELEMENT@;
}
#define element @NAME@_element
// On its own, because code for threads knows nothing of restrict outside it.
static inline void @NAME@_range(const @IN_MEMORY@ *restrict in,
    const @VALUE@ *restrict addend,
    const f32 *restrict scales, const f32 *restrict divisors,
    const int8_t *restrict zero_points, @OUT_MEMORY@ *restrict out,
    int64_t begin, int64_t end, f32 s, f32 d, int z) {@RANGE@
}
void @NAME@(const @IN_MEMORY@ *restrict in,
    const @VALUE@ *restrict addend, f32 *restrict scales,
    int8_t *restrict zero_points, @OUT_MEMORY@ *restrict out,
    int64_t outer, int64_t channels, int64_t inner, int64_t block) {@LOOP@
}
#undef element
)";

namespace {
enum class LoopKind { Tensor, Axis, InnerAxis, Block };
} // namespace

static LoopKind getLoopKind(Granularity granularity) {
  switch (granularity) {
  case Granularity::PerTensor:
    return LoopKind::Tensor;
  case Granularity::AxisOuter:
  case Granularity::AxisMiddle:
  case Granularity::AxisMiddle49:
    return LoopKind::Axis;
  case Granularity::AxisInner:
  case Granularity::AxisInner3:
  case Granularity::AxisInner7:
    return LoopKind::InnerAxis;
  case Granularity::Block32:
  case Granularity::Block128:
    return LoopKind::Block;
  }
  llvm_unreachable("unknown granularity");
}

static StringRef getLoop(LoopKind kind) {
  switch (kind) {
  case LoopKind::Tensor:
    return tensorLoop;
  case LoopKind::Axis:
    return axisLoop;
  case LoopKind::InnerAxis:
    return innerAxisLoop;
  case LoopKind::Block:
    return blockLoop;
  }
  llvm_unreachable("unknown kind of loop");
}

/// What integers are in memory, and as arguments.
static StringRef getIntegerType(Storage storage) {
  switch (storage) {
  case Storage::I8:
    return "int8_t";
  case Storage::U8:
  case Storage::I4:
    return "uint8_t";
  case Storage::I16:
    return "int16_t";
  }
  llvm_unreachable("unknown storage");
}

std::string quant_bench::getLoopName(const Row &row, Division division) {
  static constexpr StringRef kinds[] = {"tensor", "axis", "inner_axis",
                                        "block"};
  static constexpr StringRef ops[] = {
      "quantize",      "dequantize",         "dynamic",
      "fake_quantize", "bias_relu_quantize", "bias_gelu_quantize",
      "dequantize_add"};
  std::string name = ops[static_cast<int>(row.op)].str();
  for (StringRef part : {toString(row.value), toString(row.storage),
                         kinds[static_cast<int>(getLoopKind(row.granularity))],
                         toString(division)})
    name += "_" + part.str();
  return name;
}

/// What elements are computed from.
static StringRef getInput(RowOp op) {
  switch (op) {
  case RowOp::BiasReluQuantize:
    return "relu(in[i] + addend[c])";
  case RowOp::BiasGeluQuantize:
    return "gelu(in[i] + addend[c])";
  default:
    return "in[i]";
  }
}

static std::string makeFunction(Row row, Division division) {
  row.division = division;
  LoopKind kind = getLoopKind(row.granularity);
  StringRef choose;
  if (row.op == RowOp::Dynamic)
    choose = row.hasZeroPoint() ? chooseAsymmetric : chooseSymmetric;
  bool varies = kind == LoopKind::InnerAxis;
  std::string value = toString(row.value).str();
  std::string integer = getIntegerType(row.storage).str();
  bool hasNibbles = row.storage == Storage::I4;
  std::string zeroPoint = row.hasZeroPoint() ? "zero_point" : "zero";
  // Where it is a tensor's, parts have ranges of their own.
  StringRef minimaAndMaxima = row.hasZeroPoint()
                                  ? "reduction(min : lo) reduction(max : hi)"
                                  : "reduction(max : most)";
  std::string eachRange =
      kind == LoopKind::Tensor
          ? substitute(eachPart, {{"CLAUSES", minimaAndMaxima.str()}})
          : " {";
  return substitute(
      function,
      {{"LOOP", getLoop(kind).str()},
       {"CHOOSE", choose.str()},
       {"EACH_PART", substitute(eachPart, {{"CLAUSES", ""}})},
       {"EACH_RANGE", eachRange},
       {"SPLITS", hasNibbles && row.makesIntegers() ? "if_even" : "always"},
       {"PARAMETERS", constantParameters.str()},
       {"RANGE", getRange(row).str()},
       {"INPUT", getInput(row.op).str()},
       {"PLUS", row.op == RowOp::DequantizeAdd ? " + addend[i]" : ""},
       {"CONVERT",
        substitute(convertRange, {{"DIVISORS", varies ? "divisors" : "0"}})},
       {"S", varies ? "scales[c]" : "s"},
       {"D", varies ? "divisors[c]" : "d"},
       {"Z", varies ? zeroPoint + "(c)" : "z"},
       {"ELEMENT", makeElement(row)},
       {"RECIPROCAL", division == Division::Reciprocal ? "reciprocal" : "none"},
       {"ZERO_POINT", zeroPoint},
       {"VALUE", value},
       {"QMIN", std::to_string(getMin(row.storage))},
       {"QMAX", std::to_string(getMax(row.storage))},
       {"NAME", getLoopName(row, division)},
       {"IN", row.readsIntegers() ? (hasNibbles ? "int" : integer) : value},
       {"OUT", row.makesIntegers() ? (hasNibbles ? "int" : integer) : value},
       {"IN_MEMORY", row.readsIntegers() ? integer : value},
       {"OUT_MEMORY", row.makesIntegers() ? integer : value}});
}

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

static constexpr StringRef limitPreamble = R"(
// The width of registers: a load or a store is then one instruction.
#if defined __AVX512F__
#define VECTOR_BYTES 64
#elif defined __AVX__
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
#ifdef __aarch64__
#define REGISTER "w"
#else
#define REGISTER "v"
#endif
const int64_t vector_bytes = VECTOR_BYTES;
typedef char vector __attribute__((vector_size(VECTOR_BYTES)));
#define store(to, value) *(to) = (value)
#define store_nt(to, value) __builtin_nontemporal_store((value), (to))
)";

static constexpr StringRef limitFunction = R"(
void @NAME@(const vector *restrict in, vector *restrict out, int64_t count) {
  OWN_PARTS(count)
  for (int64_t i = begin; i < end; ++i) {
    vector v;
#pragma clang loop unroll(full)
    for (int j = 0; j < @READ@; ++j) {
      v = in[i * @READ@ + j];
      // Loaded, though nothing reads it.
      __asm__ volatile("" : "+"REGISTER(v));
    }
#pragma clang loop unroll(full)
    for (int j = 0; j < @WRITTEN@; ++j)
      @STORE@(out + i * @WRITTEN@ + j, v);
  }
}
)";

/// Vectors that are read and written each time: as few as are in proportion,
/// but not so few that counting costs as much.
static std::pair<int64_t, int64_t> getVectors(const Row &row) {
  int64_t read = row.readsIntegers() && row.op != RowOp::DequantizeAdd
                     ? getBits(row.storage)
                     : getBits(row.value);
  int64_t written =
      row.makesIntegers() ? getBits(row.storage) : getBits(row.value);
  int64_t divisor = std::gcd(read, written);
  read /= divisor;
  written /= divisor;
  int64_t times = std::max<int64_t>(1, 4 / std::max(read, written));
  return {read * times, written * times};
}

LimitStep quant_bench::getLimitStep(const Row &row, int64_t vectorBytes) {
  auto [read, written] = getVectors(row);
  return {read * vectorBytes, written * vectorBytes};
}

std::string quant_bench::getLimitName(const Row &row, bool isNonTemporal) {
  auto [read, written] = getVectors(row);
  return "limit_" + std::to_string(read) + "_" + std::to_string(written) +
         (isNonTemporal ? "_nt" : "");
}

std::string quant_bench::getReadLimitName(const Row &row) {
  return "limit_" + std::to_string(getVectors(row).first) + "_0";
}

static std::string makeLimit(StringRef name, int64_t read, int64_t written,
                             bool isNonTemporal) {
  return substitute(limitFunction,
                    {{"NAME", name.str()},
                     {"READ", std::to_string(read)},
                     {"WRITTEN", std::to_string(written)},
                     {"STORE", isNonTemporal ? "store_nt" : "store"}});
}

std::string quant_bench::makeCSource(const std::vector<Row> &rows) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << preamble << limitPreamble;
  if (llvm::any_of(rows, getHandWrittenName))
    os << getHandWrittenSource();
  llvm::StringSet<> made;
  for (const Row &row : rows) {
    // Where the row multiplies, some peers divide.
    for (Division division : {row.division, Division::Exact})
      if (made.insert(getLoopName(row, division)).second)
        os << makeFunction(row, division);
    auto [read, written] = getVectors(row);
    for (bool isNonTemporal : {false, true}) {
      std::string name = getLimitName(row, isNonTemporal);
      if (made.insert(name).second)
        os << makeLimit(name, read, written, isNonTemporal);
    }
    std::string readName = getReadLimitName(row);
    if (made.insert(readName).second)
      os << makeLimit(readName, read, /*written=*/0, /*isNonTemporal=*/false);
  }
  return text;
}
