//===- CheckParams.cpp - Report unusable constant parameters --------------===//

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/Transforms/Passes.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_CHECKPARAMS
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

static LogicalResult report(Operation *op, StringRef name, Value value,
                            const std::optional<std::string> &problem) {
  if (!problem)
    return success();
  InFlightDiagnostic diag = op->emitOpError() << name << " " << *problem;
  diag.attachNote(value.getLoc()) << "the constant is here";
  return diag;
}

static LogicalResult checkScale(Operation *op, StringRef name, Value value) {
  if (!value)
    return success();
  std::optional<ConstantData> scale =
      ConstantData::get(getConstantScale(value));
  return scale ? report(op, name, value, findScaleProblem(*scale)) : success();
}

static LogicalResult checkZeroPoint(Operation *op, StringRef name, Value value,
                                    StorageAttr storage) {
  std::optional<ConstantData> zeroPoint = readConstant(value);
  return zeroPoint ? report(op, name, value,
                            findZeroPointProblem(*zeroPoint, storage))
                   : success();
}

static LogicalResult checkShift(Operation *op, Value value) {
  std::optional<ConstantData> shift = readConstant(value);
  return shift ? report(op, "shift", value, findShiftProblem(*shift))
               : success();
}

/// Success only where both are: unlike `||`, looks at both.
static LogicalResult both(LogicalResult a, LogicalResult b) {
  return success(succeeded(a) && succeeded(b));
}

/// Operations with one scale and at most one zero point.
template <typename OpT>
static LogicalResult checkOneScale(OpT op) {
  return both(
      checkScale(op, "scale", op.getScale()),
      checkZeroPoint(op, "zero_point", op.getZeroPoint(), op.getStorage()));
}

template <typename OpT>
static LogicalResult checkTwoScales(OpT op) {
  return both(checkScale(op, "scale_in", op.getScaleIn()),
              checkScale(op, "scale_out", op.getScaleOut()));
}

template <typename OpT>
static LogicalResult checkTwoZeroPoints(OpT op) {
  return both(checkZeroPoint(op, "zero_point_in", op.getZeroPointIn(),
                             op.getStorageIn()),
              checkZeroPoint(op, "zero_point_out", op.getZeroPointOut(),
                             op.getStorage()));
}

static LogicalResult checkParameters(Operation *op) {
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case<QuantizeOp, DequantizeOp, FakeQuantizeOp, ApplyQuantizeOp,
            ApplyDequantizeOp>([](auto op) { return checkOneScale(op); })
      .Case([](RequantizeOp op) {
        return both(checkTwoScales(op), checkTwoZeroPoints(op));
      })
      .Case<RequantizeFixedPointOp, ApplyRequantizeFixedPointOp>([](auto op) {
        return both(checkShift(op, op.getShift()), checkTwoZeroPoints(op));
      })
      .Case<ChooseQParamsOp, ApplyChooseScaleOp>([](auto op) {
        return checkScale(op, "scale_of_scales", op.getScaleOfScales());
      })
      .Case([](ApplyMultiplierOp op) { return checkTwoScales(op); })
      .Case([](ApplyRequantizeOp op) { return checkTwoZeroPoints(op); })
      .Default([](Operation *) { return success(); });
}

static LogicalResult checkResource(Operation *op) {
  DenseResourceElementsAttr resource;
  if (!matchPattern(op, m_Constant(&resource)))
    return success();
  if (std::optional<std::string> problem = findResourceProblem(resource))
    return op->emitOpError() << *problem;
  return success();
}

/// The integers of 32-bit storage that `op` makes or reads, where they are
/// known: those that it would make before folding, those that are read after.
static std::optional<ConstantData> getBiases(Operation *op) {
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return dequantize.getStorage().getWidth() == 32
               ? readConstant(dequantize.getInput())
               : std::nullopt;
  auto quantize = dyn_cast<QuantizeOp>(op);
  if (!quantize || quantize.getStorage().getWidth() != 32)
    return std::nullopt;
  FailureOr<SmallVector<Attribute>> operands = getConstantOperands(op);
  SmallVector<Attribute> results;
  if (failed(operands) ||
      failed(evaluateConstants(op, *operands, ResourceUse::Refuse, results)))
    return std::nullopt;
  return ConstantData::get(results.front());
}

/// Remarks on biases that are too large for their scale: no other integers of
/// this width come near its bounds.
static void remarkSaturated(Operation *op, StringRef category) {
  std::optional<ConstantData> biases = getBiases(op);
  if (!biases)
    return;
  auto isBound = [&](int64_t i) {
    int64_t value = biases->getInteger(i, /*isSigned=*/true);
    return value == std::numeric_limits<int32_t>::min() ||
           value == std::numeric_limits<int32_t>::max();
  };
  int64_t count = biases->getNumElements();
  int64_t saturated = biases->isSplat()
                          ? (count && isBound(0) ? count : 0)
                          : llvm::count_if(llvm::seq(count), isBound);
  if (saturated == 0)
    return;
  remark::analysis(op->getLoc(),
                   remark::RemarkOpts::name("saturated").category(category))
      << remark::add("elements at the bounds of their storage")
      << remark::metric("Elements", saturated);
}

namespace {
struct CheckParams : quant_ext::impl::CheckParamsBase<CheckParams> {
  void runOnOperation() override {
    markAllAnalysesPreserved();
    bool allGood = true;
    getOperation()->walk([&](Operation *op) {
      ++numChecked;
      allGood &= succeeded(both(checkResource(op), checkParameters(op)));
      remarkSaturated(op, getArgumentName());
    });
    if (!allGood)
      signalPassFailure();
  }
};
} // namespace
