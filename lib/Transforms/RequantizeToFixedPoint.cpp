//===- RequantizeToFixedPoint.cpp - Constant scales to multipliers --------===//

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/Transforms/Passes.h"
#include "Remarks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_REQUANTIZETOFIXEDPOINT
#include "QuantExt/Transforms/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The elements of a scale that is fit to compute with. Otherwise none, and why
/// in `reason`.
static std::optional<ConstantData> readScale(Value scale, StringRef name,
                                             std::string &reason) {
  std::optional<ConstantData> data = readConstant(scale);
  if (!data || !data->canExpand()) {
    reason = (name + " is not a constant").str();
    return std::nullopt;
  }
  if (std::optional<std::string> problem = findScaleProblem(*data)) {
    reason = (name + " " + *problem).str();
    return std::nullopt;
  }
  return data;
}

static Value createConstant(OpBuilder &builder, Location loc,
                            ArrayRef<int64_t> shape, Type element,
                            ArrayRef<char> raw) {
  return arith::ConstantOp::create(
      builder, loc,
      getDenseConstant(RankedTensorType::get(shape, element), raw));
}

template <typename T>
static ArrayRef<char> bytesOf(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(T)};
}

/// Replaces `op`; where that cannot be done, says why in `reason`.
static LogicalResult convertToFixedPoint(RewriterBase &rewriter,
                                         RequantizeOp op,
                                         FixedPointRounding rounding,
                                         std::string &reason) {
  if (op.getRounding() != Rounding::HalfEven &&
      op.getRounding() != Rounding::HalfAway) {
    reason = "rounding is " + stringifyEnum(op.getRounding()).str();
    return failure();
  }
  if (op.getZeroPointIn() && op.getStorageIn().getWidth() == 32) {
    reason = "zero_point_in accompanies 32-bit storage";
    return failure();
  }
  std::optional<ConstantData> in =
      readScale(op.getScaleIn(), "scale_in", reason);
  if (!in)
    return failure();
  std::optional<ConstantData> out =
      readScale(op.getScaleOut(), "scale_out", reason);
  if (!out)
    return failure();

  bool inIsPerAxis = op.getGranularityOf(op.getScaleIn()).isPerAxis();
  const ConstantData &finer = inIsPerAxis ? *in : *out;
  auto at = [&](const ConstantData &scale, int64_t channel) {
    return scale.getFloat(scale.getShape().empty() ? 0 : channel);
  };
  std::vector<int32_t> multipliers;
  std::vector<int8_t> shifts;
  for (int64_t i = 0, n = finer.getNumElements(); i < n; ++i) {
    numerics::FixedPointMultiplier number =
        numerics::toFixedPoint(at(*in, i) / at(*out, i));
    multipliers.push_back(number.multiplier);
    shifts.push_back(number.shift);
  }

  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  Value multiplier =
      createConstant(rewriter, loc, finer.getShape(), rewriter.getI32Type(),
                     bytesOf(multipliers));
  Value shift = createConstant(rewriter, loc, finer.getShape(),
                               rewriter.getI8Type(), bytesOf(shifts));
  rewriter.replaceOpWithNewOp<RequantizeFixedPointOp>(
      op, op.getResult().getType(), op.getInput(), multiplier, shift,
      op.getZeroPointIn(), op.getZeroPointOut(), op.getAxisAttr(),
      op.getStorageIn(), op.getStorage(), rounding);
  return success();
}

namespace {
struct RequantizeToFixedPoint
    : quant_ext::impl::RequantizeToFixedPointBase<RequantizeToFixedPoint> {
  using RequantizeToFixedPointBase::RequantizeToFixedPointBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation()->walk([&](RequantizeOp op) {
      std::string reason;
      if (succeeded(convertToFixedPoint(rewriter, op, roundingMode, reason))) {
        ++numConverted;
        return;
      }
      ++numLeft;
      remarkLeftInFloat(op, getArgumentName(), reason);
    });
  }
};
} // namespace
