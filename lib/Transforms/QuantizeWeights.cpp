//===- QuantizeWeights.cpp - Quantize constant weights --------------------===//

#include "OpSelection.h"
#include "QuantExt/Transforms/Passes.h"
#include "QuantExt/Transforms/WeightFinder.h"
#include "Remarks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

static constexpr StringLiteral kWeightsCategory = "quant-ext-quantize-weights";

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

namespace {
/// Quantizes constants, each once for a granularity.
class WeightQuantizer {
public:
  explicit WeightQuantizer(const WeightScheme &scheme) : scheme(scheme) {}

  /// Makes the operand of `weight` the dequantized form of its constant.
  /// Returns false where an earlier call had quantized the constant.
  bool quantize(const Weight &weight, const Granularity &granularity);

private:
  Value getDequantized(Value constant, const Granularity &granularity,
                       Location loc);
  std::pair<Value, Value> chooseParameters(OpBuilder &builder, Location loc,
                                           Value constant,
                                           const Granularity &granularity);
  /// A scale that is quantized itself, as a number.
  Value chooseStoredScale(OpBuilder &builder, Location loc, Value constant,
                          const Granularity &granularity);
  Value getStepOn(Operation *step, Value value);

  WeightScheme scheme;
  /// What is left to use for a constant, by granularity.
  DenseMap<Value, SmallVector<std::pair<Granularity, Value>, 1>> dequantized;
  /// Copies of the operations between a constant and its user.
  DenseMap<std::pair<Operation *, Value>, Value> copiedSteps;
};
} // namespace

Value WeightQuantizer::getDequantized(Value constant,
                                      const Granularity &granularity,
                                      Location loc) {
  // Right behind the constant, so that every other user may share the result.
  OpBuilder builder(constant.getContext());
  builder.setInsertionPointAfterValue(constant);
  auto [scale, zeroPoint] =
      scheme.scaleStorage
          ? std::pair(chooseStoredScale(builder, loc, constant, granularity),
                      Value())
          : chooseParameters(builder, loc, constant, granularity);
  Value q = QuantizeOp::create(builder, loc, constant, scale, zeroPoint,
                               granularity, scheme.storage);
  return DequantizeOp::create(builder, loc,
                              getElementTypeOrSelf(constant.getType()), q,
                              scale, zeroPoint, granularity, scheme.storage);
}

std::pair<Value, Value>
WeightQuantizer::chooseParameters(OpBuilder &builder, Location loc,
                                  Value constant,
                                  const Granularity &granularity) {
  auto params = ChooseQParamsOp::create(builder, loc, constant, granularity,
                                        scheme.storage, scheme.symmetric);
  return {params.getScale(), params.getZeroPoint()};
}

Value WeightQuantizer::chooseStoredScale(OpBuilder &builder, Location loc,
                                         Value constant,
                                         const Granularity &granularity) {
  Value scaleOfScales;
  if (StorageAttr range = scheme.getScaleOfScalesStorage())
    scaleOfScales = ChooseQParamsOp::create(builder, loc, constant,
                                            Granularity::perTensor(), range,
                                            /*symmetric=*/true)
                        .getScale();
  auto stored =
      ChooseQParamsOp::create(builder, loc, constant, scaleOfScales,
                              granularity, scheme.storage, scheme.scaleStorage);
  FloatType type = stored.getComputingType();
  Value unit = scaleOfScales;
  if (!unit)
    unit = arith::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(RankedTensorType::get({}, type),
                               builder.getFloatAttr(type, 1.0)));
  return DequantizeOp::create(builder, loc, type, stored.getScale(), unit,
                              /*zeroPoint=*/Value(), Granularity::perTensor(),
                              scheme.scaleStorage);
}

/// `step` on `value` instead of its own operand. A copy, since `step` may have
/// users that nobody asked to quantize.
Value WeightQuantizer::getStepOn(Operation *step, Value value) {
  Value &copied = copiedSteps[{step, value}];
  if (!copied) {
    OpBuilder builder(step->getContext());
    builder.setInsertionPointAfter(step);
    Operation *copy = builder.clone(*step);
    copy->setOperand(0, value);
    copied = copy->getResult(0);
  }
  return copied;
}

bool WeightQuantizer::quantize(const Weight &weight,
                               const Granularity &granularity) {
  Value constant = weight.constant;
  auto &known = dequantized[constant];
  auto *found = llvm::find_if(
      known, [&](auto &entry) { return entry.first == granularity; });
  bool isNew = found == known.end();
  if (isNew) {
    Location loc = weight.operand->getOwner()->getLoc();
    known.emplace_back(granularity, getDequantized(constant, granularity, loc));
    found = &known.back();
  }
  Value value = found->second;
  for (Operation *step : weight.steps)
    value = getStepOn(step, value);
  weight.operand->set(value);
  return isNew;
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

namespace {
/// What a run of the pass did.
struct Outcome {
  int64_t numOpsQuantized = 0;
  int64_t numOpsLeft = 0;
  int64_t numTensors = 0;
  int64_t bytesSaved = 0;
};
} // namespace

/// `i8`, or `f4E2M1FN with scales of f8E8M0FNU`.
static std::string describeStorage(const WeightScheme &scheme) {
  std::string text = scheme.storage.str();
  if (scheme.scaleStorage)
    text += " with scales of " + scheme.scaleStorage.str();
  return text;
}

static void remarkQuantized(Operation *op, const Weight &weight,
                            const Granularity &granularity,
                            const WeightScheme &scheme) {
  remark::passed(op->getLoc(), getRemarkOpts("quantized", kWeightsCategory, op))
      << remark::add("quantized")
      << remark::metric("Operand", weight.operand->getOperandNumber())
      << remark::metric("Role", stringifyWeightRole(weight.role))
      << remark::metric("Storage", describeStorage(scheme))
      << remark::metric("Scheme", scheme.symmetric ? "symmetric" : "asymmetric")
      << remark::metric("Granularity", granularity.str());
}

static void remarkSummary(Operation *root, const Outcome &outcome) {
  remark::analysis(root->getLoc(), remark::RemarkOpts::name("summary").category(
                                       kWeightsCategory))
      << remark::add("operations quantized and left in float")
      << remark::metric("Quantized", outcome.numOpsQuantized)
      << remark::metric("LeftInFloat", outcome.numOpsLeft)
      << remark::metric("Tensors", outcome.numTensors)
      << remark::metric("BytesSaved", outcome.bytesSaved);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct QuantizeWeights : quant_ext::impl::QuantizeWeightsBase<QuantizeWeights> {
  using QuantizeWeightsBase::QuantizeWeightsBase;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  /// Quantizes the weights of `op`, or sets `reason`; the pass fails where a
  /// weight cannot be read.
  bool quantizeWeightsOf(linalg::LinalgOp op, const WeightSearch &search,
                         WeightQuantizer &quantizer, Outcome &outcome,
                         std::string &reason);

  WeightScheme scheme;
  WeightGranularity wanted;
  OpSelection selection;
};
} // namespace

LogicalResult QuantizeWeights::initialize(MLIRContext *context) {
  auto emitOptionError = [&] { return emitError(UnknownLoc::get(context)); };
  FailureOr<StorageAttr> storage = getWeightStorage(
      context, bits, isSigned, narrowRange, symmetric, emitOptionError);
  if (failed(storage))
    return failure();
  if (blockSize < 1)
    return emitOptionError() << "option 'block-size' must be positive, found "
                             << blockSize.getValue();
  if (blockSize > Granularity::kMaxBlockSize)
    return emitOptionError()
           << "option 'block-size' must be at most "
           << Granularity::kMaxBlockSize << ", found " << blockSize.getValue();
  scheme = {*storage, symmetric, blockSize};
  wanted = granularity;
  if (blockFormat != BlockFormat::None) {
    scheme = getBlockScheme(context, blockFormat);
    wanted = WeightGranularity::PerBlock;
  }
  return selection.initialize(context, location, ops);
}

bool QuantizeWeights::quantizeWeightsOf(linalg::LinalgOp op,
                                        const WeightSearch &search,
                                        WeightQuantizer &quantizer,
                                        Outcome &outcome, std::string &reason) {
  reason = search.reason;
  bool any = false;
  for (const Weight &weight : search.weights) {
    if (contractionsOnly && weight.role == WeightRole::ConvolutionFilter) {
      reason = "not selected by option 'contractions-only'";
      continue;
    }
    if (failed(checkResource(weight))) {
      reason = "the weight cannot be read";
      signalPassFailure();
      continue;
    }
    FailureOr<Granularity> found =
        weight.getGranularity(wanted, scheme.blockSize, reason);
    if (failed(found))
      continue;
    any = true;
    remarkQuantized(op, weight, *found, scheme);
    RankedTensorType type = weight.getType();
    if (!quantizer.quantize(weight, *found))
      continue;
    WeightBytes bytes = getWeightBytes(type, *found, scheme);
    ++outcome.numTensors;
    outcome.bytesSaved += bytes.original - bytes.quantized();
  }
  return any;
}

void QuantizeWeights::runOnOperation() {
  SmallVector<linalg::LinalgOp> linalgOps;
  getOperation()->walk([&](linalg::LinalgOp op) { linalgOps.push_back(op); });

  WeightQuantizer quantizer(scheme);
  Outcome outcome;
  for (linalg::LinalgOp op : linalgOps) {
    std::optional<WeightSearch> search = findWeights(op);
    if (!search)
      continue;
    std::string reason;
    if (selection.isSelected(op, reason) &&
        quantizeWeightsOf(op, *search, quantizer, outcome, reason)) {
      ++outcome.numOpsQuantized;
      continue;
    }
    ++outcome.numOpsLeft;
    remarkLeftInFloat(op, kWeightsCategory, reason);
  }
  remarkSummary(getOperation(), outcome);
  numQuantized += outcome.numTensors;
  // A statistic cannot sink: small blocks may take more than they save.
  bytesSaved += std::max<int64_t>(outcome.bytesSaved, 0);

  if (outcome.numOpsQuantized != 0)
    return;
  if (errorIfNone) {
    getOperation()->emitError("must hold a weight to quantize, found none in ")
        << outcome.numOpsLeft
        << " linalg contractions and convolutions; remarks of category '"
        << kWeightsCategory << "' say why";
    return signalPassFailure();
  }
  markAllAnalysesPreserved();
}
