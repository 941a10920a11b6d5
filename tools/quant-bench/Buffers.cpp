//===- Buffers.cpp - Memory that everything is timed on -------------------===//

#include "Buffers.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <sys/mman.h>

using namespace mlir;
using namespace quant_bench;

//===----------------------------------------------------------------------===//
// Pages
//===----------------------------------------------------------------------===//

static constexpr int64_t hugePage = int64_t(1) << 21;

Buffer::Buffer(int64_t bytes) : size(llvm::alignTo(bytes + 1, hugePage)) {
  // One huge page more than needed, to find an aligned address in it.
  void *mapped = mmap(nullptr, size + hugePage, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    llvm::report_fatal_error("not enough memory", /*gen_crash_diag=*/false);
  auto begin = reinterpret_cast<uintptr_t>(mapped);
  uintptr_t aligned = llvm::alignTo(begin, hugePage);
  if (aligned != begin)
    munmap(mapped, aligned - begin);
  if (uintptr_t rest = begin + hugePage - aligned)
    munmap(reinterpret_cast<void *>(aligned + size), rest);
  data = reinterpret_cast<void *>(aligned);
  madvise(data, size, MADV_HUGEPAGE);
  std::memset(data, 0, size);
}

Buffer::~Buffer() { munmap(data, size); }

/// Reads the account that the system keeps of every mapping. Neighbouring
/// buffers may be one mapping there: then all of it is on such pages as it is.
int64_t Buffer::bytesOnHugePages() const {
  auto file = llvm::MemoryBuffer::getFileAsStream("/proc/self/smaps");
  if (!file)
    return 0;
  uint64_t address = reinterpret_cast<uintptr_t>(data);
  bool isOurs = false;
  uint64_t mapped = 0;
  StringRef rest = (*file)->getBuffer();
  while (!rest.empty()) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    auto [range, unused] = line.split(' ');
    auto [from, to] = range.split('-');
    uint64_t begin, end;
    if (!from.getAsInteger(16, begin) && !to.getAsInteger(16, end)) {
      isOurs = begin <= address && address < end;
      mapped = end - begin;
      continue;
    }
    uint64_t kilobytes;
    if (isOurs && line.consume_front("AnonHugePages:") &&
        !line.trim().split(' ').first.getAsInteger(10, kilobytes))
      return static_cast<int64_t>(static_cast<double>(kilobytes) * 1024 /
                                  mapped * size);
  }
  return 0;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// The most that any row needs.
template <typename Function>
static int64_t getLargest(const std::vector<Row> &rows, Function bytesOf) {
  int64_t largest = 1;
  for (const Row &row : rows)
    largest = std::max<int64_t>(largest, bytesOf(row));
  return largest;
}

static int64_t getBytesOfScales(const Row &row) { return row.bytesOfScales(); }
static int64_t getBytesOfZeroPoints(const Row &row) {
  return row.geometry.parameters();
}

Results::Results(const std::vector<Row> &rows)
    : output(getLargest(rows, [](const Row &row) { return row.bytesOut(); })),
      scales(getLargest(rows, getBytesOfScales)),
      zeroPoints(getLargest(rows, getBytesOfZeroPoints)) {}

Buffers::Buffers(const std::vector<Row> &rows)
    : input(getLargest(rows, [](const Row &row) { return row.bytesIn(); })),
      addend(
          getLargest(rows, [](const Row &row) { return row.bytesOfAddend(); })),
      scales(getLargest(rows, getBytesOfScales)),
      zeroPoints(getLargest(rows, getBytesOfZeroPoints)), results(rows),
      wanted(rows) {}

std::string Buffers::describePages() const {
  int64_t bytes = 0, huge = 0;
  for (const Buffer *buffer :
       {&input, &addend, &scales, &zeroPoints, &results.output, &results.scales,
        &results.zeroPoints}) {
    bytes += buffer->bytes();
    huge += buffer->bytesOnHugePages();
  }
  return std::to_string(huge >> 20) + " of " + std::to_string(bytes >> 20) +
         " MiB on huge pages";
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

namespace {
/// splitmix64: small, and the same everywhere.
class Random {
public:
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// In [low, high).
  float between(float low, float high) {
    return low + (high - low) * static_cast<float>(next() >> 40) * 0x1p-24f;
  }

private:
  uint64_t state = 0;
};
} // namespace

static uint16_t toBF16(float number) {
  uint32_t bits = llvm::bit_cast<uint32_t>(number);
  if (std::isnan(number))
    return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

void quant_bench::storeFloat(ValueType value, float number, void *data,
                             int64_t index) {
  switch (value) {
  case ValueType::F32:
    static_cast<float *>(data)[index] = number;
    return;
  case ValueType::F16:
    static_cast<_Float16 *>(data)[index] = static_cast<_Float16>(number);
    return;
  case ValueType::BF16:
    static_cast<uint16_t *>(data)[index] = toBF16(number);
    return;
  }
}

float quant_bench::loadFloat(ValueType value, const void *data, int64_t index) {
  switch (value) {
  case ValueType::F32:
    return static_cast<const float *>(data)[index];
  case ValueType::F16:
    return static_cast<float>(static_cast<const _Float16 *>(data)[index]);
  case ValueType::BF16:
    return llvm::bit_cast<float>(
        uint32_t(static_cast<const uint16_t *>(data)[index]) << 16);
  }
  llvm_unreachable("unknown value");
}

/// A number that a scale and a zero point take to anywhere around the storage.
static float makeNumber(const Row &row, float scale, int zeroPoint,
                        Random &random) {
  uint64_t kind = random.next() % 1024;
  float low = static_cast<float>(getMin(row.storage) - zeroPoint);
  float high = static_cast<float>(getMax(row.storage) - zeroPoint);
  if (kind < 64)
    return (std::floor(random.between(low - 2, high + 2)) + 0.5f) * scale;
  if (kind < 128)
    return random.between(3 * low - 3, 3 * high + 3) * scale;
  switch (kind) {
  case 128:
    return std::numeric_limits<float>::infinity();
  case 129:
    return -std::numeric_limits<float>::infinity();
  case 130:
    return std::numeric_limits<float>::quiet_NaN();
  case 131:
    return -0.0f;
  case 132:
    return 1e30f;
  default:
    return random.between(low, high) * scale;
  }
}

static int64_t getParameter(const Geometry &geometry, int64_t outer,
                            int64_t channel) {
  if (!geometry.block)
    return channel;
  return outer * llvm::divideCeil(geometry.channels, geometry.block) +
         channel / geometry.block;
}

static void fillFloats(const Row &row, Buffers &buffers, Random &random) {
  const float *scales = buffers.scales.as<float>();
  const int8_t *zeroPoints = buffers.zeroPoints.as<int8_t>();
  int64_t index = 0;
  for (int64_t o = 0; o < row.geometry.outer; ++o)
    for (int64_t c = 0; c < row.geometry.channels; ++c) {
      int64_t parameter = getParameter(row.geometry, o, c);
      float scale = scales[parameter];
      int zeroPoint =
          row.hasZeroPoint() ? static_cast<uint8_t>(zeroPoints[parameter]) : 0;
      for (int64_t i = 0; i < row.geometry.inner; ++i) {
        float number = row.op == RowOp::Dynamic
                           ? random.between(-3, 5) * scale
                           : makeNumber(row, scale, zeroPoint, random);
        // What a peer's relu or gelu makes of a NaN is its own affair.
        if (row.makesIntegers() && row.bytesOfAddend() && std::isnan(number))
          number = -scale;
        storeFloat(row.value, number, buffers.input.as<void>(), index++);
      }
    }
}

static void fillIntegers(const Row &row, Buffers &buffers, Random &random) {
  auto *bytes = buffers.input.as<uint8_t>();
  for (int64_t i = 0; i < row.bytesIn(); ++i)
    bytes[i] = random.next() >> 56;
  if (row.storage == Storage::I4 && row.geometry.elements() % 2)
    bytes[row.bytesIn() - 1] &= 15;
}

void quant_bench::fillOperands(const Row &row, Buffers &buffers) {
  Random random;
  for (int64_t i = 0; i < row.geometry.parameters(); ++i) {
    // Seven bits: a peer that has scales of the values' type has the same.
    uint64_t bits = random.next();
    buffers.scales.as<float>()[i] =
        (1 + static_cast<float>(bits % 63 + 1) / 64) * 0x1p-7f;
    buffers.zeroPoints.as<int8_t>()[i] =
        row.hasZeroPoint() ? static_cast<int8_t>(100 + (bits >> 32) % 56) : 0;
  }
  for (int64_t i = 0, e = row.bytesOfAddend() * 8 / getBits(row.value); i < e;
       ++i)
    storeFloat(row.value, random.between(-1, 1), buffers.addend.as<void>(), i);
  if (row.readsIntegers())
    fillIntegers(row, buffers, random);
  else
    fillFloats(row, buffers, random);
}
