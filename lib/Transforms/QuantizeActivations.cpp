//===- QuantizeActivations.cpp - Quantize activations at run time ---------===//

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

static constexpr StringLiteral kCategory = "quant-ext-quantize-activations";

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

  /// Makes `operand` the dequantized form of what it is. Returns false where an
  /// earlier call had quantized that.
  bool quantize(OpOperand &operand, const Granularity &granularity);

private:
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

bool ActivationQuantizer::quantize(OpOperand &operand,
                                   const Granularity &granularity) {
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
    auto params = ChooseQParamsOp::create(builder, loc, value, granularity,
                                          scheme.storage, scheme.symmetric);
    Value integers =
        QuantizeOp::create(builder, loc, value, params.getScale(),
                           params.getZeroPoint(), granularity, scheme.storage);
    Value floats = DequantizeOp::create(
        builder, loc, getElementTypeOrSelf(value.getType()), integers,
        params.getScale(), params.getZeroPoint(), granularity, scheme.storage);
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
                            const Granularity &granularity) {
  remark::passed(op->getLoc(), getRemarkOpts("quantized", kCategory, op))
      << remark::add("quantized")
      << remark::metric("Operand", operand.getOperandNumber())
      << remark::metric("Storage", scheme.storage.str())
      << remark::metric("Scheme", scheme.symmetric ? "symmetric" : "asymmetric")
      << remark::metric("Granularity", granularity.str());
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
      remarkLeftInFloat(op, kCategory, reason);
      continue;
    }
    Granularity rows = getGranularity(op, *activation, scheme.granularity);
    remarkQuantized(op, *activation, scheme, rows);
    if (quantizer.quantize(*activation, rows))
      ++numQuantized;
  }
}
