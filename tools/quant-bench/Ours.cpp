//===- Ours.cpp - A row compiled by the pipeline --------------------------===//

#include "Ours.h"

#include "MLIRSource.h"
#include "NativeModule.h"

#include "llvm/ADT/STLExtras.h"

#include <deque>

using namespace mlir;
using namespace quant_bench;

namespace {
/// The arguments of a call through the C interface. Elements of deques do not
/// move, so that they can be pointed to.
class Arguments {
public:
  void addTensor(void *data, ArrayRef<int64_t> dimensions) {
    // Pointer twice, offset, sizes, strides: a descriptor of any rank.
    auto address = static_cast<int64_t>(reinterpret_cast<intptr_t>(data));
    std::vector<int64_t> descriptor = {address, address, 0};
    llvm::append_range(descriptor, dimensions);
    std::vector<int64_t> strides(dimensions.size());
    int64_t stride = 1;
    for (size_t i = dimensions.size(); i-- > 0; stride *= dimensions[i])
      strides[i] = stride;
    llvm::append_range(descriptor, strides);
    words.push_back(std::move(descriptor));
    addPointer(words.back().data());
  }

  void addPointer(void *pointer) {
    pointers.push_back(pointer);
    array.push_back(&pointers.back());
  }

  void addIndex(int64_t index) { addRaw({index}); }

  /// What the array points to itself.
  void addRaw(std::vector<int64_t> storage) {
    words.push_back(std::move(storage));
    array.push_back(words.back().data());
  }

  void **data() { return array.data(); }

private:
  std::deque<std::vector<int64_t>> words;
  std::deque<void *> pointers;
  std::vector<void *> array;
};
} // namespace

/// The bytes of packed integers, as the function sees them.
static void addInput(Arguments &arguments, const Row &row, void *data) {
  if (row.storage != Storage::I4 || !row.readsIntegers()) {
    arguments.addTensor(data, row.geometry.dimensions);
    return;
  }
  arguments.addTensor(data, row.bytesIn());
  if (row.shape == Shape::Dynamic)
    for (int64_t dimension : row.geometry.dimensions)
      arguments.addIndex(dimension);
}

static std::unique_ptr<Arguments> makeArguments(const Row &row,
                                                const Buffers &buffers) {
  auto arguments = std::make_unique<Arguments>();
  const Results &results = buffers.results;
  std::vector<int64_t> parameters = getParameterDimensions(row);
  auto addParameters = [&] {
    arguments->addTensor(buffers.getScales(row, results), parameters);
    if (row.hasZeroPoint())
      arguments->addTensor(buffers.getZeroPoints(row, results), parameters);
  };
  bool isPacked = row.storage == Storage::I4 && row.makesIntegers();
  // The sizes of a packed result are results of their own: one is returned,
  // more are written through a pointer that comes first.
  size_t returnedSizes = isPacked && row.shape == Shape::Dynamic
                             ? row.geometry.dimensions.size()
                             : 0;
  static int64_t ignoredSizes[4];
  if (returnedSizes > 1)
    arguments->addPointer(ignoredSizes);
  addInput(*arguments, row, buffers.input.as<void>());
  if (row.bytesOfAddend())
    arguments->addTensor(buffers.addend.as<void>(), row.addendDimensions());
  if (row.op != RowOp::Dynamic)
    addParameters();
  if (isPacked)
    arguments->addTensor(results.output.as<void>(), row.bytesOut());
  else
    arguments->addTensor(results.output.as<void>(), row.geometry.dimensions);
  if (row.op == RowOp::Dynamic)
    addParameters();
  if (returnedSizes == 1)
    arguments->addIndex(0);
  return arguments;
}

std::optional<Contestant> quant_bench::makeOurs(const Row &row,
                                                const Buffers &buffers,
                                                StringRef target,
                                                MLIRContext &context) {
  std::shared_ptr<native_code::NativeModule> module =
      native_code::NativeModule::compile(context, target, makeMLIRSource(row),
                                         /*keepObject=*/false, row.threads,
                                         row.isApproximate());
  if (!module)
    return std::nullopt;
  native_code::PackedFunction function = module->lookupPacked("row");
  if (!function)
    return std::nullopt;
  std::shared_ptr<Arguments> arguments = makeArguments(row, buffers);
  Contestant ours;
  ours.name = "ours";
  ours.bytes = row.bytes();
  ours.threads = row.threads;
  ours.division = row.division;
  if (row.isApproximate())
    ours.agreement = Agreement::Quantum;
  FailureOr<quant_ext::TargetInfo> info =
      native_code::resolveTarget(target, context);
  // As quant-ext-stream-stores decides without an option.
  ours.bypassesCaches =
      succeeded(info) && info->isX86() &&
      info->getStreamRule(row.threads > 1).isMet(row.bytes(), row.bytesOut());
  ours.run = [module, arguments, function] { function(arguments->data()); };
  return ours;
}
