//===- Report.cpp - The account of accuracy and storage -------------------===//

#include "WeightAccount.h"

#include "QuantExt/Transforms/Passes.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_REPORT
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

/// Writes a file whole or not at all: a temporary file takes the place of an
/// old one only when it is complete. Devices, pipes and links are written
/// through, not replaced.
static llvm::Error writeFile(StringRef path, StringRef text) {
  auto write = [&](raw_ostream &os) {
    os << text;
    return llvm::Error::success();
  };
  llvm::sys::fs::file_status status;
  bool exists =
      !llvm::sys::fs::status(path, status) && llvm::sys::fs::exists(status);
  if (!exists)
    return llvm::writeToOutput(path, write);
  if (llvm::sys::fs::is_regular_file(status)) {
    SmallString<128> target;
    if (std::error_code error = llvm::sys::fs::real_path(path, target))
      return llvm::errorCodeToError(error);
    return llvm::writeToOutput(target, write);
  }
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return llvm::errorCodeToError(error);
  os << text;
  os.close();
  error = os.error();
  os.clear_error();
  return llvm::errorCodeToError(error);
}

static llvm::Error writeReport(StringRef path, StringRef text) {
  if (path.empty()) {
    llvm::errs() << text;
    return llvm::Error::success();
  }
  if (path == "-") {
    llvm::outs() << text;
    llvm::outs().flush();
    return llvm::Error::success();
  }
  return writeFile(path, text);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The name that a reader knows a weight by: that of its constant's location,
/// of its operation's, the key of its resource, or a number.
static std::string getName(const Weight &weight, size_t index) {
  SmallVector<StringRef> names = getLocationNames(weight.constant.getLoc());
  if (names.empty())
    names = getLocationNames(weight.operand->getOwner()->getLoc());
  if (!names.empty())
    return names.front().str();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weight.value))
    return resource.getRawHandle().getKey().str();
  return "weight " + std::to_string(index);
}

/// Every constant once, in the order of the operations.
static SmallVector<Weight> findAllWeights(Operation *root) {
  SmallVector<Weight> weights;
  llvm::DenseSet<Attribute> seen;
  root->walk([&](linalg::LinalgOp op) {
    std::optional<WeightSearch> search = findWeights(op);
    if (!search)
      return;
    for (Weight &weight : search->weights)
      if (seen.insert(weight.value).second)
        weights.push_back(std::move(weight));
  });
  return weights;
}

/// Resources must be sound before they are read, and splats small enough to be
/// spelled out.
static LogicalResult checkWeights(ArrayRef<Weight> weights) {
  bool allGood = true;
  for (const Weight &weight : weights) {
    if (failed(checkResource(weight))) {
      allGood = false;
      continue;
    }
    if (ConstantData::get(weight.value)->canExpand())
      continue;
    allGood = false;
    emitError(weight.constant.getLoc())
        << "weight must fit into memory to be accounted for, found a splat of "
           "type "
        << weight.getType();
  }
  return success(allGood);
}

static WeightAccount accountFor(const Weight &weight, size_t index,
                                const WeightScheme &scheme) {
  WeightAccount account;
  account.name = getName(weight, index);
  account.type = weight.getType();
  account.role = weight.role;
  ConstantData data = ConstantData::get(weight.value)->expanded();
  for (WeightGranularity kind : kGranularities) {
    if (kind == WeightGranularity::PerBlock && scheme.blockSize == 0)
      continue;
    std::string reason;
    FailureOr<Granularity> granularity =
        weight.getGranularity(kind, scheme.blockSize, reason);
    if (succeeded(granularity))
      account.accounts[static_cast<size_t>(kind)] = accountFor(
          data, account.type, *granularity,
          kind == WeightGranularity::PerBlock ? scheme
                                              : scheme.withFloatScales());
  }
  return account;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct Report : quant_ext::impl::ReportBase<Report> {
  using ReportBase::ReportBase;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  WeightScheme scheme;
};
} // namespace

LogicalResult Report::initialize(MLIRContext *context) {
  auto emitOptionError = [&] { return emitError(UnknownLoc::get(context)); };
  FailureOr<StorageAttr> storage = getWeightStorage(
      context, bits, isSigned, narrowRange, symmetric, emitOptionError);
  if (failed(storage))
    return failure();
  if (blockSize < 0)
    return emitOptionError()
           << "option 'block-size' must be positive, or 0 for none, found "
           << blockSize.getValue();
  if (blockSize > Granularity::kMaxBlockSize)
    return emitOptionError()
           << "option 'block-size' must be at most "
           << Granularity::kMaxBlockSize << ", found " << blockSize.getValue();
  scheme = {*storage, symmetric, blockSize};
  if (blockFormat != BlockFormat::None)
    scheme = getBlockScheme(context, blockFormat);
  return success();
}

void Report::runOnOperation() {
  markAllAnalysesPreserved();
  SmallVector<Weight> weights = findAllWeights(getOperation());
  if (failed(checkWeights(weights)))
    return signalPassFailure();

  std::vector<WeightAccount> accounts(weights.size());
  parallelFor(&getContext(), 0, weights.size(), [&](size_t index) {
    accounts[index] = accountFor(weights[index], index, scheme);
  });
  for (auto [weight, account] : llvm::zip_equal(weights, accounts))
    if (int64_t count = account.accounts.front()->errors.numNonFinite)
      emitWarning(weight.constant.getLoc())
          << "weight must be finite to be accounted for, found " << count
          << " elements that are not and are left out";

  std::string text;
  llvm::raw_string_ostream os(text);
  if (format == ReportFormat::Json)
    printAccountJson(os, accounts, scheme);
  else
    printAccountTable(os, accounts, scheme);
  if (llvm::Error error = writeReport(output, text)) {
    getOperation()->emitError("option 'output' must be a path that can be "
                              "written, found '")
        << output << "': " << llvm::toString(std::move(error));
    return signalPassFailure();
  }
  numReported += accounts.size();
}
