//===- QuantExtToQuant.cpp - quant_ext to upstream's quant ----------------===//

#include "QuantExt/Conversion/QuantExtToQuant/QuantExtToQuant.h"

#include "QuantExt/Conversion/Passes.h"
#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/Support/Threading.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_CONVERTQUANTEXTTOQUANT
#include "QuantExt/Conversion/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The numbers of a constant of floats in `type`, where all of them are
/// positive numbers of it.
static FailureOr<SmallVector<APFloat>> readScales(Value value, FloatType type) {
  DenseElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return failure();
  auto scales = llvm::to_vector(constant.getValues<APFloat>());
  for (APFloat &scale : scales) {
    bool losesInfo;
    scale.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    if (losesInfo || !scale.isFiniteNonZero() || scale.isNegative())
      return failure();
  }
  return scales;
}

/// The zero points of as many groups; 0 for each where `value` is null.
static FailureOr<SmallVector<int64_t>>
readZeroPoints(Value value, StorageAttr storage, size_t count) {
  if (!value)
    return SmallVector<int64_t>(count, 0);
  DenseElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return failure();
  SmallVector<int64_t> zeroPoints;
  for (const APInt &number : constant.getValues<APInt>()) {
    int64_t zeroPoint = storage.getIsSigned() ? number.getSExtValue()
                                              : int64_t(number.getZExtValue());
    if (zeroPoint < storage.getMin() || zeroPoint > storage.getMax())
      return failure();
    zeroPoints.push_back(zeroPoint);
  }
  return zeroPoints;
}

/// Whether blocks of these sizes make up a tensor of this shape.
static bool isWholeBlocks(const Granularity &granularity,
                          ArrayRef<int64_t> shape) {
  return llvm::all_of(llvm::enumerate(shape), [&](auto entry) {
    int64_t size = granularity.getBlockSize(entry.index());
    return size == Granularity::kWholeDim ||
           (!ShapedType::isDynamic(entry.value()) && entry.value() % size == 0);
  });
}

/// Null, without a diagnostic, where there is no such type.
template <typename TypeT, typename... Args>
static TypeT getIfValid(MLIRContext *context, const Args &...args) {
  // Other threads have diagnostics of their own meanwhile.
  ScopedDiagnosticHandler swallow(
      context, [thread = llvm::get_threadid()](Diagnostic &) {
        return success(llvm::get_threadid() == thread);
      });
  auto emitFault = [&] { return emitError(UnknownLoc::get(context)); };
  return TypeT::getChecked(emitFault, args...);
}

/// The type that says what the parameters of an operation say of values of type
/// `expressed`; null where there is none.
template <typename OpT>
static Type findQuantizedType(OpT op, FloatType expressed) {
  StorageAttr storage = op.getStorage();
  if (storage.isFloat() ||
      getElementTypeOrSelf(op.getScale()).isF64() != expressed.isF64())
    return {};
  FailureOr<SmallVector<APFloat>> scales = readScales(op.getScale(), expressed);
  if (failed(scales))
    return {};
  FailureOr<SmallVector<int64_t>> zeroPoints =
      readZeroPoints(op.getZeroPoint(), storage, scales->size());
  if (failed(zeroPoints))
    return {};

  MLIRContext *context = op.getContext();
  unsigned flags = storage.getIsSigned() ? quant::QuantizationFlags::Signed : 0;
  Type stored = storage.getElementType();
  int64_t min = storage.getMin(), max = storage.getMax();
  auto asDoubles = llvm::map_to_vector(
      *scales, [](const APFloat &scale) { return scale.convertToDouble(); });
  Granularity granularity = op.getGranularity();
  if (granularity.isPerTensor())
    return getIfValid<quant::UniformQuantizedType>(
        context, flags, stored, expressed, asDoubles.front(),
        zeroPoints->front(), min, max);
  if (granularity.isPerAxis())
    return getIfValid<quant::UniformQuantizedPerAxisType>(
        context, flags, stored, expressed, asDoubles, *zeroPoints,
        granularity.axis, min, max);
  auto shape = cast<RankedTensorType>(op.getInput().getType()).getShape();
  if (!isWholeBlocks(granularity, shape))
    return {};
  SmallVector<int32_t> dims;
  SmallVector<int64_t> blockSizes;
  for (auto [dim, size] : llvm::enumerate(granularity.blockSizes))
    if (size != Granularity::kWholeDim) {
      dims.push_back(dim);
      blockSizes.push_back(size);
    }
  if (dims.empty())
    return {};
  auto scaleShape = cast<RankedTensorType>(op.getScale().getType()).getShape();
  auto toType = [&](Type element) {
    return RankedTensorType::get(scaleShape, element);
  };
  SmallVector<APInt> zeroValues =
      llvm::map_to_vector(*zeroPoints, [&](int64_t number) {
        return APInt(storage.getWidth(), number, /*isSigned=*/true,
                     /*implicitTrunc=*/true);
      });
  return getIfValid<quant::UniformQuantizedSubChannelType>(
      context, flags, stored, expressed,
      DenseElementsAttr::get(toType(expressed), *scales),
      DenseElementsAttr::get(toType(stored), zeroValues), dims, blockSizes, min,
      max);
}

namespace {

struct QuantizeToCasts final : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getRounding() != Rounding::HalfEven ||
        op.getDivision() != Division::Exact || op.getPrecision() ||
        !op.getSaturate())
      return rewriter.notifyMatchFailure(op, "it rounds in another way");
    auto input = cast<RankedTensorType>(op.getInput().getType());
    if (input.getShape() != op.getType().getShape())
      return rewriter.notifyMatchFailure(op, "casts state no sizes");
    Type type = findQuantizedType(op, cast<FloatType>(input.getElementType()));
    if (!type)
      return rewriter.notifyMatchFailure(op, "no type says its parameters");
    Value quantized = quant::QuantizeCastOp::create(
        rewriter, op.getLoc(), input.clone(type), op.getInput());
    rewriter.replaceOpWithNewOp<quant::StorageCastOp>(op, op.getType(),
                                                      quantized);
    return success();
  }
};

struct DequantizeToCasts final : public OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DequantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto input = cast<RankedTensorType>(op.getInput().getType());
    auto result = cast<RankedTensorType>(op.getType());
    if (input.getShape() != result.getShape())
      return rewriter.notifyMatchFailure(op, "casts state no sizes");
    Type type = findQuantizedType(op, cast<FloatType>(result.getElementType()));
    if (!type)
      return rewriter.notifyMatchFailure(op, "no type says its parameters");
    Value quantized = quant::StorageCastOp::create(
        rewriter, op.getLoc(), input.clone(type), op.getInput());
    rewriter.replaceOpWithNewOp<quant::DequantizeCastOp>(op, op.getType(),
                                                         quantized);
    return success();
  }
};

struct ConvertQuantExtToQuantPass final
    : public quant_ext::impl::ConvertQuantExtToQuantBase<
          ConvertQuantExtToQuantPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateQuantExtToQuantPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void quant_ext::populateQuantExtToQuantPatterns(RewritePatternSet &patterns) {
  patterns.add<QuantizeToCasts, DequantizeToCasts>(patterns.getContext());
}
