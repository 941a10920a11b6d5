//===- QuantizeActivations.cpp - Quantize activations of contractions -----===//

#include "ActivationRange.h"
#include "IntegerBounds.h"
#include "OpSelection.h"
#include "Remarks.h"

#include "QuantExt/Transforms/Passes.h"
#include "QuantExt/Transforms/QuantizedContraction.h"

#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/IR/Matchers.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

static constexpr StringLiteral kActivationsCategory =
    "quant-ext-quantize-activations";

namespace {
/// How activations shall be quantized.
struct ActivationScheme {
  StorageAttr storage;
  bool symmetric = false;
  ActivationGranularity granularity = ActivationGranularity::PerRow;
};

/// Quantizes values, each once for a granularity.
class ActivationQuantizer {
public:
  explicit ActivationQuantizer(const ActivationScheme &scheme)
      : scheme(scheme) {}

  /// Makes `operand` the dequantized form of what it is, by parameters chosen
  /// from `range` or else at run time. Returns false where an earlier call had
  /// quantized that.
  bool quantize(OpOperand &operand, const Granularity &granularity,
                const std::optional<ActivationRange> &range);

private:
  std::pair<Value, Value>
  createParameters(OpBuilder &builder, Location loc, Value value,
                   const Granularity &granularity,
                   const std::optional<ActivationRange> &range);

  ActivationScheme scheme;
  DenseMap<Value, SmallVector<std::pair<Granularity, Value>, 1>> dequantized;
};

struct QuantizeActivations
    : quant_ext::impl::QuantizeActivationsBase<QuantizeActivations> {
  using QuantizeActivationsBase::QuantizeActivationsBase;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  ActivationScheme scheme;
  OpSelection selection;
};
} // namespace

/// Scale and zero point; a given range makes constants of them.
std::pair<Value, Value> ActivationQuantizer::createParameters(
    OpBuilder &builder, Location loc, Value value,
    const Granularity &granularity,
    const std::optional<ActivationRange> &range) {
  if (range) {
    Type type = getElementTypeOrSelf(value.getType());
    if (!type.isF64())
      type = builder.getF32Type();
    SmallVector<Attribute, 2> ends = {builder.getFloatAttr(type, range->min),
                                      builder.getFloatAttr(type, range->max)};
    auto data = DenseElementsAttr::get(RankedTensorType::get({2}, type), ends);
    value = arith::ConstantOp::create(builder, loc, data);
  }
  SmallVector<Value, 2> parameters;
  builder.createOrFold<ChooseQParamsOp>(parameters, loc, value, granularity,
                                        scheme.storage, scheme.symmetric);
  if (range && value.use_empty())
    value.getDefiningOp()->erase();
  return {parameters[0], scheme.symmetric ? Value() : parameters[1]};
}

bool ActivationQuantizer::quantize(
    OpOperand &operand, const Granularity &granularity,
    const std::optional<ActivationRange> &range) {
  Value value = operand.get();
  auto &known = dequantized[value];
  auto *found = llvm::find_if(
      known, [&](auto &entry) { return entry.first == granularity; });
  bool isNew = found == known.end();
  if (isNew) {
    // Right behind the value, so that every other user may share the result.
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    Location loc = operand.getOwner()->getLoc();
    auto [scale, zeroPoint] =
        createParameters(builder, loc, value, granularity, range);
    Value integers = QuantizeOp::create(builder, loc, value, scale, zeroPoint,
                                        granularity, scheme.storage);
    Value floats = DequantizeOp::create(
        builder, loc, getElementTypeOrSelf(value.getType()), integers, scale,
        zeroPoint, granularity, scheme.storage);
    known.emplace_back(granularity, floats);
    found = &known.back();
  }
  operand.set(found->second);
  return isNew;
}

/// Per-row gives each index of the loops that are not reduced a scale.
static Granularity getGranularity(linalg::LinalgOp op, OpOperand &operand,
                                  ActivationGranularity wanted) {
  if (wanted == ActivationGranularity::PerTensor)
    return Granularity::perTensor();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto iterators = op.getIteratorTypesArray();
  SmallVector<int64_t> rows;
  for (int64_t dim = 0, rank = map.getNumResults(); dim < rank; ++dim)
    if (!linalg::isReductionIterator(iterators[map.getDimPosition(dim)]))
      rows.push_back(dim);
  if (rows.empty())
    return Granularity::perTensor();
  if (rows.size() == 1)
    return Granularity::perAxis(rows.front());
  SmallVector<int64_t> blocks(map.getNumResults(), Granularity::kWholeDim);
  for (int64_t dim : rows)
    blocks[dim] = 1;
  return Granularity::perBlock(blocks);
}

/// The operand of `op` to quantize, such that the integer form can be taken
/// afterwards; null with `reason` set where there is none.
static OpOperand *findActivation(linalg::LinalgOp op,
                                 const ActivationScheme &scheme,
                                 std::string &reason) {
  OpOperand *lhs = op.getDpsInputOperand(0), *rhs = op.getDpsInputOperand(1);
  IntegerOperand weight;
  LoopParameter scale;
  std::string lhsReason, rhsReason;
  OpOperand *activation = nullptr;
  if (succeeded(matchIntegerOperand(op, *rhs, weight, scale, rhsReason)))
    activation = lhs;
  else if (succeeded(matchIntegerOperand(op, *lhs, weight, scale, lhsReason)))
    activation = rhs;
  if (!activation) {
    reason = lhsReason + "; " + rhsReason;
    return nullptr;
  }
  if (comesFromDequantize(op, *activation)) {
    reason = describeOperand(*activation) + " is quantized already";
    return nullptr;
  }
  Attribute constant;
  if (matchPattern(activation->get(), m_Constant(&constant))) {
    reason = describeOperand(*activation) + " is a constant";
    return nullptr;
  }
  IntegerOperand integers;
  integers.value = activation->get();
  integers.map = op.getMatchingIndexingMap(activation);
  integers.storage = scheme.storage;
  if (!scheme.symmetric)
    integers.zeroPoint.emplace();
  if (failed(checkSums(boundSums(op, integers, weight), reason)))
    return nullptr;
  return activation;
}

static void remarkQuantized(linalg::LinalgOp op, OpOperand &operand,
                            const ActivationScheme &scheme,
                            const Granularity &granularity,
                            const std::optional<ActivationRange> &range) {
  remark::passed(op->getLoc(),
                 getRemarkOpts("quantized", kActivationsCategory, op))
      << remark::add("quantized")
      << remark::metric("Operand", operand.getOperandNumber())
      << remark::metric("Storage", scheme.storage.str())
      << remark::metric("Scheme", scheme.symmetric ? "symmetric" : "asymmetric")
      << remark::metric("Granularity", granularity.str())
      << remark::metric("Range", range ? range->str() : "at run time");
}

LogicalResult QuantizeActivations::initialize(MLIRContext *context) {
  auto emitOptionError = [&] { return emitError(UnknownLoc::get(context)); };
  FailureOr<StorageAttr> storage = getWeightStorage(
      context, bits, isSigned, narrowRange, symmetric, emitOptionError);
  if (failed(storage))
    return failure();
  scheme = {*storage, symmetric, granularity};
  return selection.initialize(context, location, ops);
}

void QuantizeActivations::runOnOperation() {
  SmallVector<linalg::LinalgOp> contractions;
  getOperation()->walk([&](linalg::LinalgOp op) {
    if (isFloatContraction(op))
      contractions.push_back(op);
  });
  ActivationQuantizer quantizer(scheme);
  for (linalg::LinalgOp op : contractions) {
    std::string reason;
    OpOperand *activation = nullptr;
    if (selection.isSelected(op, reason))
      activation = findActivation(op, scheme, reason);
    if (!activation) {
      remarkLeftInFloat(op, kActivationsCategory, reason);
      continue;
    }
    std::optional<ActivationRange> range =
        findActivationRange(activation->get());
    Granularity granularity =
        range ? Granularity::perTensor()
              : getGranularity(op, *activation, scheme.granularity);
    remarkQuantized(op, *activation, scheme, granularity, range);
    if (quantizer.quantize(*activation, granularity, range))
      ++numQuantized;
  }
}
