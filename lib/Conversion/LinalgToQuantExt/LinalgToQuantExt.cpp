//===- LinalgToQuantExt.cpp - Arithmetic in linalg to quant_ext -----------===//

#include "QuantExt/Conversion/LinalgToQuantExt/LinalgToQuantExt.h"

#include "ElementReader.h"
#include "QuantExt/Conversion/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_CONVERTLINALGTOQUANTEXT
#include "QuantExt/Conversion/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The integer that a constant is; none where it is no integer of 32 bits.
static std::optional<int64_t> getInteger(TypedAttr constant,
                                         bool isSigned = true) {
  if (auto attribute = dyn_cast<IntegerAttr>(constant)) {
    const APInt &number = attribute.getValue();
    if ((isSigned ? number.getSignificantBits() : number.getActiveBits()) > 32)
      return std::nullopt;
    return isSigned ? number.getSExtValue() : int64_t(number.getZExtValue());
  }
  auto number = dyn_cast<FloatAttr>(constant);
  if (!number || !number.getValue().isInteger() ||
      std::abs(number.getValueAsDouble()) > std::numeric_limits<int32_t>::max())
    return std::nullopt;
  return static_cast<int64_t>(number.getValueAsDouble());
}

static std::optional<int64_t> getInteger(Value value) {
  TypedAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  return getInteger(constant);
}

namespace {

/// The parameters of an operation, as a body has them.
struct Parameters {
  SharedNumber scale;
  /// Of run time; none where it is a constant.
  std::optional<SharedNumber> zeroPoint;
  /// Null where the operation takes none.
  DenseElementsAttr constantZeroPoint;
};

/// An integer before it was extended, converted to a float, or both.
struct Widened {
  Value integer;
  bool isSigned = true;
  bool isExtended = false;
  bool isConverted = false;
};

} // namespace

/// None where it is read with its sign first and without after that.
static std::optional<Widened> readWidened(Value value) {
  Widened widened{value};
  Operation *op = value.getDefiningOp();
  if (isa_and_present<arith::SIToFPOp, arith::UIToFPOp>(op)) {
    widened.isConverted = true;
    widened.isSigned = isa<arith::SIToFPOp>(op);
    widened.integer = op->getOperand(0);
    op = widened.integer.getDefiningOp();
  }
  if (isa_and_present<arith::ExtSIOp, arith::ExtUIOp>(op)) {
    if (isa<arith::ExtSIOp>(op) && !widened.isSigned)
      return std::nullopt;
    widened.isExtended = true;
    widened.isSigned = isa<arith::ExtSIOp>(op);
    widened.integer = op->getOperand(0);
  }
  return widened;
}

/// Null is a zero point of 0. Fails where `zero` is no number of the storage,
/// or is shared in another way than the scale.
static LogicalResult readZeroPoint(ElementReader &reader, Value zero,
                                   StorageAttr storage,
                                   Parameters &parameters) {
  bool isWidened = false;
  if (zero) {
    std::optional<Widened> widened = readWidened(zero);
    if (!widened)
      return failure();
    isWidened = widened->isExtended || widened->isConverted;
    if (isWidened && widened->isSigned != storage.getIsSigned())
      return failure();
    zero = widened->integer;
  }
  std::optional<SharedNumber> number;
  if (zero && !(number = reader.findShared(zero)))
    return failure();
  if (number && !number->constant && !matchPattern(number->source, m_Zero())) {
    // Only what was widened has a known range: that of its type.
    if (!isWidened || zero.getType() != storage.getElementType() ||
        storage.getWidth() > 16 || number->axis != parameters.scale.axis)
      return failure();
    parameters.zeroPoint = number;
    return success();
  }

  std::optional<int64_t> value = 0;
  if (number && number->constant)
    value = getInteger(number->constant, storage.getIsSigned() || !isWidened);
  if (!value || *value < storage.getMin() || *value > storage.getMax())
    return failure();
  if (*value == 0 && storage.getIsSigned())
    return success();
  Type type = storage.getElementType();
  auto tensorType = parameters.scale.getTensorType(type);
  if (storage.getWidth() > 16 || !tensorType.hasStaticShape())
    return failure();
  parameters.constantZeroPoint = DenseElementsAttr::get(
      tensorType, APInt(storage.getWidth(), *value, /*isSigned=*/true,
                        /*implicitTrunc=*/true));
  return success();
}

/// Whether result and parameters may have the sizes of `input`: a loop of which
/// they do not is undefined, and no operation.
static bool haveSizesOf(Value input, Value result,
                        const Parameters &parameters) {
  auto type = cast<RankedTensorType>(input.getType());
  if (failed(verifyCompatibleShape(type, result.getType())))
    return false;
  const SharedNumber &scale = parameters.scale;
  if (!scale.axis)
    return true;
  auto getSize = [&](const SharedNumber &number) {
    return number.getTensorType(type.getElementType()).getDimSize(0);
  };
  SmallVector<int64_t> sizes = {type.getDimSize(*scale.axis), getSize(scale)};
  if (parameters.zeroPoint)
    sizes.push_back(getSize(*parameters.zeroPoint));
  return succeeded(verifyCompatibleDims(sizes));
}

/// Replaces a loop by the operation that computes the same, which is returned.
template <typename OpT, typename... Args>
static OpT replace(PatternRewriter &rewriter, linalg::GenericOp op, Value input,
                   const Parameters &parameters, Type scaleType,
                   StorageAttr storage, Args... args) {
  Location loc = op.getLoc();
  Value scale = createTensor(rewriter, loc, parameters.scale, scaleType);
  Value zeroPoint;
  if (parameters.zeroPoint)
    zeroPoint = createTensor(rewriter, loc, *parameters.zeroPoint,
                             storage.getElementType());
  else if (parameters.constantZeroPoint)
    zeroPoint =
        arith::ConstantOp::create(rewriter, loc, parameters.constantZeroPoint);
  auto raised = OpT::create(
      rewriter, loc, args..., input, scale, zeroPoint,
      Granularity::get(parameters.scale.axis, std::nullopt), storage);
  // The loop may have known sizes from another operand.
  Value result = raised.getResult();
  Type type = op.getResult(0).getType();
  if (result.getType() != type)
    result = tensor::CastOp::create(rewriter, loc, type, result);
  rewriter.replaceOp(op, result);
  return raised;
}

namespace {

/// convert(extend(q) - extend(z)) * scale; the difference may be missing.
struct RaiseDequantize final : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<ElementReader> reader = ElementReader::get(op);
    if (!reader)
      return rewriter.notifyMatchFailure(op, "not one result, elementwise");
    auto product = reader->getYielded().getDefiningOp<arith::MulFOp>();
    if (!product || !isa<Float32Type, Float64Type>(product.getType()))
      return rewriter.notifyMatchFailure(op, "no product of f32 or f64");
    for (auto [number, scale] : {std::pair(product.getLhs(), product.getRhs()),
                                 std::pair(product.getRhs(), product.getLhs())})
      if (succeeded(raise(op, *reader, number, scale, rewriter)))
        return success();
    return rewriter.notifyMatchFailure(op, "no integer times a scale");
  }

private:
  static LogicalResult raise(linalg::GenericOp op, ElementReader &reader,
                             Value number, Value scaleValue,
                             PatternRewriter &rewriter) {
    std::optional<Widened> widened = readWidened(number);
    if (!widened || !widened->isConverted)
      return failure();
    Value zero;
    if (auto difference = widened->integer.getDefiningOp<arith::SubIOp>()) {
      // Of integers as they are stored it could wrap; extended, it has a sign.
      zero = difference.getRhs();
      bool isSigned = widened->isSigned && !widened->isExtended;
      widened = readWidened(difference.getLhs());
      if (!isSigned || !widened || !widened->isExtended)
        return failure();
    }
    Value integer = widened->integer;
    Value input = reader.findTensor(integer);
    std::optional<SharedNumber> scale = reader.findShared(scaleValue);
    if (!input || !scale)
      return failure();
    unsigned width = integer.getType().getIntOrFloatBitWidth();
    StorageAttr storage;
    if (width > 0 && width <= 32)
      storage = StorageAttr::getIfValid(
          integer.getType(), widened->isSigned,
          StorageAttr::getDefaultMin(width, widened->isSigned),
          StorageAttr::getDefaultMax(width, widened->isSigned));
    Parameters parameters{*scale, std::nullopt, {}};
    if (!storage || failed(readZeroPoint(reader, zero, storage, parameters)) ||
        !haveSizesOf(input, op.getResult(0), parameters))
      return failure();
    replace<DequantizeOp>(rewriter, op, input, parameters, scaleValue.getType(),
                          storage, scaleValue.getType());
    return success();
  }
};

} // namespace

/// What rounds to integers in this way.
static std::optional<Rounding> findRounding(Operation *op) {
  if (isa_and_present<math::RoundEvenOp>(op))
    return Rounding::HalfEven;
  if (isa_and_present<math::RoundOp>(op))
    return Rounding::HalfAway;
  if (isa_and_present<math::TruncOp>(op))
    return Rounding::TowardZero;
  return std::nullopt;
}

namespace {

/// A number within two constants.
struct Clamp {
  Value value;
  int64_t min;
  int64_t max;
};

} // namespace

/// Reads a minimum of a maximum or the other way round. A NaN must become the
/// lower bound, or stay NaN, of which a conversion to integers makes poison.
static std::optional<Clamp> readClamp(Value value) {
  auto isUpper = [](Operation *op) {
    return isa_and_present<arith::MinimumFOp, arith::MinNumFOp>(op);
  };
  auto isLower = [](Operation *op) {
    return isa_and_present<arith::MaximumFOp, arith::MaxNumFOp>(op);
  };
  Operation *outer = value.getDefiningOp();
  if (!isUpper(outer) && !isLower(outer))
    return std::nullopt;
  Operation *inner = outer->getOperand(0).getDefiningOp();
  if (isUpper(outer) ? !isLower(inner) : !isUpper(inner))
    return std::nullopt;
  Operation *upper = isUpper(outer) ? outer : inner;
  Operation *lower = isUpper(outer) ? inner : outer;
  // minnum makes the upper bound of a NaN, unless maxnum came first.
  if (isa<arith::MinNumFOp>(upper) &&
      !(upper == outer && isa<arith::MaxNumFOp>(lower)))
    return std::nullopt;
  std::optional<int64_t> min = getInteger(lower->getOperand(1));
  std::optional<int64_t> max = getInteger(upper->getOperand(1));
  if (!min || !max || *min >= *max)
    return std::nullopt;
  return Clamp{inner->getOperand(0), *min, *max};
}

namespace {

/// convert(clamp(round(x / scale) + z)); the sum may be missing.
struct RaiseQuantize final : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<ElementReader> reader = ElementReader::get(op);
    if (!reader)
      return rewriter.notifyMatchFailure(op, "not one result, elementwise");
    Operation *conversion = reader->getYielded().getDefiningOp();
    if (!isa_and_present<arith::FPToSIOp, arith::FPToUIOp>(conversion) ||
        !isa<IntegerType>(conversion->getResult(0).getType()))
      return rewriter.notifyMatchFailure(op, "no conversion to integers");
    std::optional<Clamp> clamp = readClamp(conversion->getOperand(0));
    if (!clamp)
      return rewriter.notifyMatchFailure(op, "no clamp that NaN gets out of");
    // Bounds of more bits would be rounded themselves.
    Type stored = conversion->getResult(0).getType();
    StorageAttr storage;
    if (stored.getIntOrFloatBitWidth() <= 16)
      storage = StorageAttr::getIfValid(
          stored, isa<arith::FPToSIOp>(conversion), clamp->min, clamp->max);
    if (!storage)
      return rewriter.notifyMatchFailure(op, "no storage of this range");

    Value rounded = clamp->value, zero;
    if (auto sum = rounded.getDefiningOp<arith::AddFOp>()) {
      rounded = sum.getLhs();
      zero = sum.getRhs();
      if (findRounding(zero.getDefiningOp()))
        std::swap(zero, rounded);
    }
    Operation *roundingOp = rounded.getDefiningOp();
    std::optional<Rounding> rounding = findRounding(roundingOp);
    auto quotient =
        rounding ? roundingOp->getOperand(0).getDefiningOp<arith::DivFOp>()
                 : nullptr;
    if (!quotient || !isa<Float32Type, Float64Type>(quotient.getType()))
      return rewriter.notifyMatchFailure(op, "no rounded quotient");
    Value element = quotient.getLhs();
    if (auto extension = element.getDefiningOp<arith::ExtFOp>())
      element = extension.getIn();
    Value input = reader->findTensor(element);
    std::optional<SharedNumber> scale = reader->findShared(quotient.getRhs());
    if (!input || !scale ||
        !isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(
            element.getType()))
      return rewriter.notifyMatchFailure(op, "no element over a scale");
    Parameters parameters{*scale, std::nullopt, {}};
    if (failed(readZeroPoint(*reader, zero, storage, parameters)))
      return rewriter.notifyMatchFailure(op, "no zero point of the storage");
    if (!haveSizesOf(input, op.getResult(0), parameters))
      return rewriter.notifyMatchFailure(op, "its sizes differ");

    auto quantize = replace<QuantizeOp>(rewriter, op, input, parameters,
                                        quotient.getType(), storage);
    quantize.setRounding(*rounding);
    return success();
  }
};

struct ConvertLinalgToQuantExtPass final
    : public quant_ext::impl::ConvertLinalgToQuantExtBase<
          ConvertLinalgToQuantExtPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateLinalgToQuantExtPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateLinalgToQuantExtPatterns(RewritePatternSet &patterns) {
  patterns.add<RaiseDequantize, RaiseQuantize>(patterns.getContext());
}
