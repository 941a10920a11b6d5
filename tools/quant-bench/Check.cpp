//===- Check.cpp - Whether a contestant's result agrees -------------------===//

#include "Check.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace quant_bench;

/// The bits of an element in memory that holds nothing else, or, of 4 bits, two
/// a byte.
static uint64_t getBitsOf(const uint8_t *data, int64_t index, unsigned bits) {
  if (bits == 4)
    return data[index / 2] >> (index % 2 * 4) & 15;
  uint64_t element = 0;
  std::memcpy(&element, data + index * bits / 8, bits / 8);
  return element;
}

/// Bits that differ by more than the contestant may.
using Differ = llvm::function_ref<bool(int64_t index, uint64_t, uint64_t)>;

static bool differInBits(int64_t, uint64_t got, uint64_t want) {
  return got != want;
}

static LogicalResult compare(const Row &row, const Contestant &contestant,
                             StringRef what, const Buffer &got,
                             const Buffer &want, int64_t bytes, unsigned bits,
                             Differ differ = differInBits) {
  const auto *gotBytes = got.as<uint8_t>(), *wantBytes = want.as<uint8_t>();
  if (std::memcmp(gotBytes, wantBytes, bytes) == 0)
    return success();
  int64_t first = 0, different = 0, elements = bytes * 8 / bits;
  for (int64_t i = elements; i-- > 0;)
    if (differ(i, getBitsOf(gotBytes, i, bits),
               getBitsOf(wantBytes, i, bits))) {
      first = i;
      ++different;
    }
  if (different == 0)
    return success();
  llvm::errs() << "error: " << row.name() << ": " << contestant.name << " "
               << what << "[" << first << "] must be "
               << llvm::format_hex(getBitsOf(wantBytes, first, bits),
                                   bits / 4 + 2)
               << ", found "
               << llvm::format_hex(getBitsOf(gotBytes, first, bits),
                                   bits / 4 + 2)
               << " (" << different << " of " << elements << " differ)\n";
  return failure();
}

StringRef quant_bench::toString(Agreement agreement) {
  switch (agreement) {
  case Agreement::Bits:
    return "bits";
  case Agreement::Numbers:
    return "numbers";
  case Agreement::Quantum:
    return "quantum";
  }
  llvm_unreachable("unknown agreement");
}

static int64_t toInteger(Storage storage, uint64_t bits) {
  unsigned width = getBits(storage);
  return getMin(storage) == 0 ? static_cast<int64_t>(bits)
                              : llvm::SignExtend64(bits, width);
}

LogicalResult quant_bench::check(const Row &row, const Contestant &contestant,
                                 const Buffers &buffers, bool perturb) {
  // What is not written must not be taken from another contestant.
  const Results &results = buffers.results;
  std::memset(results.output.as<void>(), 0x5a, row.bytesOut());
  if (row.op == RowOp::Dynamic) {
    std::memset(results.scales.as<void>(), 0x5a, row.bytesOfScales());
    std::memset(results.zeroPoints.as<void>(), 0x5a, row.bytesOfZeroPoints());
  }
  contestant.run();
  // By more than the one integer that some may differ by.
  if (perturb)
    results.output.as<uint8_t>()[row.bytesOut() / 2] ^= 4;

  unsigned bits =
      row.makesIntegers() ? getBits(row.storage) : getBits(row.value);
  int64_t most = contestant.agreement == Agreement::Quantum ? 1 : 0;
  auto differInNumbers = [&](int64_t index, uint64_t got, uint64_t want) {
    return std::abs(toInteger(row.storage, got) -
                    toInteger(row.storage, want)) > most &&
           !std::isnan(loadFloat(row.value, buffers.input.as<void>(), index));
  };
  Differ differ = differInBits;
  if (contestant.agreement != Agreement::Bits && row.makesIntegers())
    differ = differInNumbers;
  if (failed(compare(row, contestant, "result", results.output,
                     buffers.wanted.output, row.bytesOut(), bits, differ)))
    return failure();
  if (row.op != RowOp::Dynamic)
    return success();
  if (failed(compare(row, contestant, "scale", results.scales,
                     buffers.wanted.scales, row.bytesOfScales(), 32)))
    return failure();
  return compare(row, contestant, "zero point", results.zeroPoints,
                 buffers.wanted.zeroPoints, row.bytesOfZeroPoints(), 8);
}
