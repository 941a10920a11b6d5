//===- Sweep.cpp - Native code against the reference ----------------------===//

#include "Sweep.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

using namespace quant_exhaustive;

void Tally::add(const Tally &other) {
  if (other.mismatches && (!mismatches || other.pattern < pattern)) {
    pattern = other.pattern;
    native = other.native;
    wanted = other.wanted;
  }
  visited += other.visited;
  sum += other.sum;
  mismatches += other.mismatches;
}

void Tally::addMismatch(uint32_t at, int64_t found, int64_t expected) {
  Tally one;
  one.mismatches = 1;
  one.pattern = at;
  one.native = found;
  one.wanted = expected;
  add(one);
}

namespace {

/// What a thread works with.
struct Worker {
  explicit Worker(const Step &step);

  void handleBlock(uint64_t first);

  const Step &step;
  reference::Division division = reference::Division::Exact;
  std::vector<Tally> tallies;

private:
  void widen();
  void compare(size_t index, size_t n, uint64_t sum);
  void pack(const Program &program);
  int64_t read(const Program &program, const std::vector<uint8_t> &bytes,
               size_t at) const;

  std::vector<uint32_t> patterns;
  /// The patterns in the type of the values.
  std::vector<uint16_t> narrowValues;
  std::vector<float> wideValues;
  std::vector<float> quotients;
  /// An integer an element, and packed as the function packs them.
  std::vector<uint8_t> integers, packed;
  std::vector<uint8_t> found;
  /// As often as there are elements.
  std::vector<uint8_t> scales, zeroPoints;
};

} // namespace

/// Fills `bytes` with copies of an integer of `size` bytes.
static void repeat(uint32_t value, size_t size, std::vector<uint8_t> &bytes) {
  for (size_t i = 0; i < kBlock; ++i)
    std::memcpy(&bytes[i * size], &value, size);
}

Worker::Worker(const Step &step)
    : step(step), tallies(step.combinations.size()), patterns(kBlock),
      narrowValues(kBlock), wideValues(kBlock), quotients(kBlock),
      integers(4 * kBlock), packed(4 * kBlock), found(4 * kBlock),
      scales(4 * kBlock), zeroPoints(4 * kBlock) {
  uint32_t scale = encode(step.scaleType, step.scale);
  repeat(scale, step.scaleType == FloatKind::F32 ? 4 : 2, scales);
}

void Worker::widen() {
  if (step.type == FloatKind::F32) {
    std::memcpy(wideValues.data(), patterns.data(), kBlock * sizeof(float));
    return;
  }
  for (size_t i = 0; i < kBlock; ++i) {
    narrowValues[i] = static_cast<uint16_t>(patterns[i]);
    wideValues[i] = decode(step.type, patterns[i]);
  }
}

void Worker::handleBlock(uint64_t first) {
  size_t n = std::min<uint64_t>(kBlock, step.inputs.size() - first);
  step.inputs.fill(first, n, patterns.data());
  // The rest of the last block is computed, but not counted.
  std::fill(patterns.begin() + static_cast<ptrdiff_t>(n), patterns.end(), 0);
  uint64_t sum = 0;
  for (size_t i = 0; i < n; ++i)
    sum += patterns[i];
  widen();
  reference::divide(wideValues.data(), step.scale, division, quotients.data(),
                    kBlock);
  llvm::StringRef last;
  for (auto [index, combination] : llvm::enumerate(step.combinations)) {
    const StorageCase &storage = combination.getProgram().storage;
    if (storage.name != last) {
      reference::round(quotients.data(), storage.storage, integers.data(),
                       kBlock);
      uint32_t mask =
          static_cast<uint32_t>((int64_t(1) << storage.storage.bits) - 1);
      repeat(static_cast<uint32_t>(storage.storage.zeroPoint) & mask,
             storage.storage.bytes(), zeroPoints);
    }
    last = storage.name;
    compare(index, n, sum);
  }
}

/// The elements of each tensor begin in a byte of their own, the first in its
/// low bits; what is left of the last byte is zero.
void Worker::pack(const Program &program) {
  const reference::Storage &storage = program.storage.storage;
  if (storage.bits >= 8) {
    std::memcpy(packed.data(), integers.data(), kBlock * storage.bytes());
    return;
  }
  size_t bytes = getPackedBytes(storage, program.size);
  unsigned elementsInByte = 8 / storage.bits;
  std::fill(packed.begin(), packed.end(), 0);
  for (size_t i = 0; i < kBlock; ++i) {
    size_t tensor = i / program.size, at = i % program.size;
    packed[tensor * bytes + at / elementsInByte] |=
        integers[i] << at % elementsInByte * storage.bits;
  }
}

int64_t Worker::read(const Program &program, const std::vector<uint8_t> &bytes,
                     size_t i) const {
  const reference::Storage &storage = program.storage.storage;
  uint64_t value = 0;
  if (storage.bits >= 8) {
    std::memcpy(&value, &bytes[i * storage.bytes()], storage.bytes());
  } else {
    unsigned elementsInByte = 8 / storage.bits;
    size_t at = i % program.size;
    size_t byte = i / program.size * getPackedBytes(storage, program.size) +
                  at / elementsInByte;
    value = bytes[byte] >> at % elementsInByte * storage.bits;
    value &= (1u << storage.bits) - 1;
  }
  bool isNegative = storage.isSigned && value >> (storage.bits - 1) & 1;
  return static_cast<int64_t>(value) -
         (isNegative ? int64_t(1) << storage.bits : 0);
}

void Worker::compare(size_t index, size_t n, uint64_t sum) {
  const Combination &combination = step.combinations[index];
  const Program &program = combination.getProgram();
  const reference::Storage &storage = program.storage.storage;
  pack(program);
  size_t bytes = kBlock / program.size * getPackedBytes(storage, program.size);
  // What a function does not write must not look like a result of the one
  // before.
  for (size_t i = 0; i < bytes; ++i)
    found[i] = ~packed[i];

  void *x = step.type == FloatKind::F32 ? static_cast<void *>(patterns.data())
                                        : narrowValues.data();
  combination.code->run(combination.program, x, scales.data(),
                        zeroPoints.data(), found.data(), kBlock);

  Tally &tally = tallies[index];
  tally.visited += n;
  tally.sum += sum;
  if (std::memcmp(found.data(), packed.data(), bytes) == 0)
    return;
  uint64_t before = tally.mismatches;
  for (size_t i = 0; i < kBlock; ++i) {
    int64_t native = read(program, found, i), wanted = read(program, packed, i);
    if (native != wanted)
      tally.addMismatch(patterns[i], native, wanted);
  }
  // Bits that belong to no element.
  if (tally.mismatches == before)
    tally.addMismatch(patterns[0], 0, 0);
}

void quant_exhaustive::runStep(Step &step, reference::Division division,
                               unsigned threads) {
  std::atomic<uint64_t> next = 0;
  std::vector<Worker> workers(threads, Worker(step));
  std::vector<std::thread> running;
  for (Worker &worker : workers) {
    worker.division = division;
    running.emplace_back([&] {
      for (uint64_t first;
           (first = next.fetch_add(kBlock)) < step.inputs.size();)
        worker.handleBlock(first);
    });
  }
  for (std::thread &thread : running)
    thread.join();
  for (Worker &worker : workers)
    for (auto [combination, tally] :
         llvm::zip_equal(step.combinations, worker.tallies))
      combination.tally.add(tally);
}
