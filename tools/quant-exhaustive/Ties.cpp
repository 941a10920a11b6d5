//===- Ties.cpp - Quotients next to where rounding turns ------------------===//

#include "Ties.h"

#include "mlir/ExecutionEngine/CRunnerUtils.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>

using namespace mlir;
using namespace quant_exhaustive;
using reference::Division;

static constexpr uint32_t kSignificands = 1u << 23;
/// Values on each side of a middle.
static constexpr int kNeighbours = 2;

namespace {

/// One function on scales of its own choice.
struct Ties {
  Ties(const StorageCase &storage, Division division, uint32_t stride)
      : storage(storage.storage), name(storage.name), division(division),
        stride(stride), rows((storage.storage.max() - storage.storage.min()) *
                             (2 * kNeighbours + 1)),
        columns(storage.storage.bits == 8 ? 253 : 29) {}

  std::string getFunction() const;
  uint64_t countScales() const { return (kSignificands - 1) / stride + 1; }
  void run(void *function, Division referenceDivision, unsigned threads);

  reference::Storage storage;
  std::string name;
  Division division;
  uint32_t stride;
  /// The values by one scale, and scales that are run at a time: no number of
  /// whole vectors.
  size_t rows, columns;
  uint64_t visited = 0, mismatches = 0;
  std::string first;

private:
  void runColumns(void *function, Division referenceDivision,
                  uint64_t firstScale);

  std::mutex mutex;
};

} // namespace

std::string Ties::getFunction() const {
  std::string element = "i" + std::to_string(storage.bits);
  return llvm::formatv(
             "func.func @ties(%x: tensor<{0}x{1}xf32>, %s: tensor<{1}xf32>, "
             "%z: tensor<{1}x{2}>) -> tensor<{0}x{1}x{2}> {{\n"
             "  %q = quant_ext.quantize %x, %s, %z axis = 1 storage = <{3}{4}> "
             "division = {5} : (tensor<{0}x{1}xf32>, tensor<{1}xf32>, "
             "tensor<{1}x{2}>) -> tensor<{0}x{1}x{2}>\n"
             "  return %q : tensor<{0}x{1}x{2}>\n}\n",
             rows, columns, element, storage.isSigned ? "i" : "u", storage.bits,
             toString(division))
      .str();
}

/// The values next to the middles of all integers of the storage, by `scale`.
static std::vector<float> getValues(const reference::Storage &storage,
                                    float scale) {
  std::vector<float> values;
  int64_t lowest = storage.min() - storage.zeroPoint;
  for (int64_t i = 0; i < storage.max() - storage.min(); ++i) {
    float middle = (static_cast<float>(lowest + i) + 0.5f) * scale;
    for (int step = -kNeighbours; step <= kNeighbours; ++step)
      values.push_back(
          llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(middle) + step));
  }
  return values;
}

/// Of scales from the one of this number on; behind the last one, that again.
void Ties::runColumns(void *function, Division referenceDivision,
                      uint64_t firstScale) {
  size_t bytes = storage.bytes(), size = rows * columns;
  std::vector<float> x(size), scales(columns), quotients(rows);
  std::vector<uint8_t> zeroPoints(columns * bytes), integers(rows * bytes),
      wanted(size * bytes), found(size * bytes);
  for (size_t column = 0; column < columns; ++column) {
    uint64_t number = std::min(firstScale + column, countScales() - 1);
    float scale = llvm::bit_cast<float>(0x3f800000u +
                                        static_cast<uint32_t>(number * stride));
    scales[column] = scale;
    std::memcpy(&zeroPoints[column * bytes], &storage.zeroPoint, bytes);
    std::vector<float> values = getValues(storage, scale);
    reference::divide(values.data(), scale, referenceDivision, quotients.data(),
                      rows);
    reference::round(quotients.data(), storage, integers.data(), rows);
    for (size_t row = 0; row < rows; ++row) {
      size_t at = row * columns + column;
      x[at] = values[row];
      std::memcpy(&wanted[at * bytes], &integers[row * bytes], bytes);
    }
  }
  for (size_t i = 0; i < found.size(); ++i)
    found[i] = ~wanted[i];

  auto describe = [&](void *data) {
    char *begin = static_cast<char *>(data);
    int64_t numRows = static_cast<int64_t>(rows),
            numColumns = static_cast<int64_t>(columns);
    return StridedMemRefType<char, 2>{
        begin, begin, 0, {numRows, numColumns}, {numColumns, 1}};
  };
  auto describeRow = [&](void *data) {
    char *begin = static_cast<char *>(data);
    return StridedMemRefType<char, 1>{
        begin, begin, 0, {static_cast<int64_t>(columns)}, {1}};
  };
  auto from = describe(x.data()), to = describe(found.data());
  auto scaleOf = describeRow(scales.data()),
       zeroPointOf = describeRow(zeroPoints.data());
  reinterpret_cast<void (*)(void *, void *, void *, void *)>(function)(
      &from, &scaleOf, &zeroPointOf, &to);

  std::lock_guard<std::mutex> lock(mutex);
  size_t counted = std::min<uint64_t>(columns, countScales() - firstScale);
  visited += rows * counted;
  if (found == wanted)
    return;
  for (size_t i = 0; i < size; ++i) {
    bool differs =
        std::memcmp(&found[i * bytes], &wanted[i * bytes], bytes) != 0;
    if (!differs || i % columns >= counted)
      continue;
    ++mismatches;
    if (first.empty())
      first = toString(x[i]) + " by " + toString(scales[i % columns]);
  }
}

void Ties::run(void *function, Division referenceDivision, unsigned threads) {
  std::atomic<uint64_t> next = 0;
  std::vector<std::thread> running;
  for (unsigned i = 0; i < threads; ++i)
    running.emplace_back([&] {
      for (uint64_t scale; (scale = next.fetch_add(columns)) < countScales();)
        runColumns(function, referenceDivision, scale);
    });
  for (std::thread &thread : running)
    thread.join();
}

LogicalResult
quant_exhaustive::runTies(MLIRContext &context, const Selection &selection,
                          ArrayRef<std::string> targets,
                          std::optional<Division> referenceDivision,
                          unsigned threads) {
  if (!selection.types.empty() || !selection.scales.empty() ||
      !selection.forms.empty())
    return fail("--types, --scales and --forms cannot be chosen with --ties");
  Selection ofTies = selection;
  ofTies.types = {FloatKind::F32};
  // All middles above zero, and all below.
  if (ofTies.storages.empty())
    ofTies.storages = {"i8:-128", "i8:127"};
  FailureOr<std::vector<Group>> groups = makeGroups(ofTies);
  if (failed(groups))
    return failure();
  const Group &group = groups->front();
  uint64_t mismatches = 0;
  for (const std::string &target : targets)
    for (const StorageCase &storage : group.storages) {
      if (storage.storage.bits != 8 && storage.storage.bits != 16)
        return fail("storage must have 8 or 16 bits with --ties, found '" +
                    storage.name + "'");
      for (Division division : group.divisions) {
        Ties ties(storage, division, std::max(selection.sampleStride, 1u));
        std::unique_ptr<native_code::NativeModule> module =
            native_code::NativeModule::compile(context, target,
                                               ties.getFunction(),
                                               /*keepObject=*/false);
        void *function = module ? module->lookup("ties") : nullptr;
        if (!function)
          return fail("cannot compile for '" + target + "'");
        ties.run(function, referenceDivision.value_or(division), threads);
        llvm::outs() << target << " to " << ties.name << " "
                     << toString(division) << ": " << ties.countScales()
                     << " scales, " << ties.visited << " inputs, "
                     << ties.mismatches << " mismatches\n";
        if (!ties.first.empty())
          llvm::outs() << "  one of them at " << ties.first << "\n";
        if (ties.visited != ties.countScales() * ties.rows)
          return fail("all of " + llvm::Twine(ties.countScales() * ties.rows) +
                      " inputs must be visited, found " +
                      llvm::Twine(ties.visited));
        mismatches += ties.mismatches;
      }
    }
  return success(mismatches == 0);
}
