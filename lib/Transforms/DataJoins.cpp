//===- DataJoins.cpp - Quantization across pad, concat and insert ---------===//

#include "ParameterFacts.h"
#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/Transforms/DataMovement.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// Whether what `a` says is computed as often as what `b` does.
static bool isBeside(Operation *a, Operation *b) {
  return a->getBlock() == b->getBlock();
}

static bool isSameFormat(DequantizeOp a, DequantizeOp b) {
  return a.getStorage() == b.getStorage() &&
         a.getGranularity() == b.getGranularity() &&
         !a.getZeroPoint() == !b.getZeroPoint();
}

static bool isSameQuantization(DequantizeOp a, DequantizeOp b) {
  return isSameFormat(a, b) && haveSameValue(a.getScale(), b.getScale()) &&
         haveSameValue(a.getZeroPoint(), b.getZeroPoint());
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

/// Whether each padded dimension lies within one group of parameters.
static bool padsWithinGroups(tensor::PadOp pad,
                             const Granularity &granularity) {
  if (granularity.isPerTensor())
    return true;
  if (!granularity.isPerAxis())
    return false;
  return isConstantIntValue(pad.getMixedLowPad()[granularity.axis], 0) &&
         isConstantIntValue(pad.getMixedHighPad()[granularity.axis], 0);
}

/// The integer that stands for zero in every group; null where there is none.
static Value getIntegerZero(OpBuilder &b, Location loc, Value zeroPoint,
                            Type element) {
  if (!zeroPoint)
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(element, 0));
  std::optional<ConstantData> data = readConstant(zeroPoint);
  if (data && data->getNumElements() > 0) {
    int64_t first = data->getInteger(0, /*isSigned=*/true);
    for (int64_t i = 1, n = data->isSplat() ? 1 : data->getNumElements(); i < n;
         ++i)
      if (data->getInteger(i, /*isSigned=*/true) != first)
        return {};
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(element, first));
  }
  if (cast<RankedTensorType>(zeroPoint.getType()).getRank() != 0)
    return {};
  return tensor::ExtractOp::create(b, loc, zeroPoint, ValueRange());
}

static Value padIntegers(OpBuilder &b, tensor::PadOp pad, Value integers,
                         Value zero) {
  Type type = pad.getResultType().clone(zero.getType());
  return tensor::PadOp::create(b, pad.getLoc(), type, integers,
                               pad.getMixedLowPad(), pad.getMixedHighPad(),
                               zero, pad.getNofold());
}

namespace {
struct MoveDequantizeBelowPad : OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern<tensor::PadOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::PadOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getSource().getDefiningOp<DequantizeOp>();
    if (!dequantize || dequantize.getStorage().isFloat() ||
        !isBeside(dequantize, op) || !hasShapeOfInput(dequantize))
      return rewriter.notifyMatchFailure(op, "source is not of integers");
    Value value = op.getConstantPaddingValue();
    // dequantize never makes a negative zero of a zero point.
    if (!value || !matchPattern(value, m_PosZeroFloat()))
      return rewriter.notifyMatchFailure(op, "pads with something but zero");
    if (!isKnownToBeSound(dequantize.getScale()) ||
        !padsWithinGroups(op, dequantize.getGranularity()))
      return rewriter.notifyMatchFailure(op, "zero may not stay zero");
    Value zero =
        getIntegerZero(rewriter, op.getLoc(), dequantize.getZeroPoint(),
                       getElementTypeOrSelf(dequantize.getInput().getType()));
    if (!zero)
      return rewriter.notifyMatchFailure(op, "no one integer is zero");
    Value padded = padIntegers(rewriter, op, dequantize.getInput(), zero);
    rewriter.replaceOp(op, dequantizeLike(rewriter, op.getLoc(), dequantize,
                                          padded, getQuantization(dequantize)));
    return success();
  }
};

struct MoveQuantizeAbovePad : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern<QuantizeOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<tensor::PadOp>();
    if (!pad || !pad->hasOneUse() || !isBeside(pad, op) || op.getSeed() ||
        op.getStorage().isFloat() || !hasShapeOfInput(op))
      return rewriter.notifyMatchFailure(op, "no padding before it alone");
    Value value = pad.getConstantPaddingValue();
    if (!value || !matchPattern(value, m_AnyZeroFloat()))
      return rewriter.notifyMatchFailure(op, "pads with something but zero");
    if (!isKnownToBeSound(op.getScale()) ||
        !holdsZero(op.getZeroPoint(), op.getStorage()) ||
        !padsWithinGroups(pad, op.getGranularity()))
      return rewriter.notifyMatchFailure(op, "zero may not become one integer");
    Value zero = getIntegerZero(rewriter, op.getLoc(), op.getZeroPoint(),
                                getElementTypeOrSelf(op.getResult().getType()));
    if (!zero)
      return rewriter.notifyMatchFailure(op, "no one integer is zero");
    Value integers =
        quantizeLike(rewriter, op, pad.getSource(), getQuantization(op));
    rewriter.replaceOp(op, padIntegers(rewriter, pad, integers, zero));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Concatenation
//===----------------------------------------------------------------------===//

/// Of parts that share their parameters, or along the axis that has them.
struct MoveDequantizeBelowConcat : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern<tensor::ConcatOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<DequantizeOp> parts;
    for (Value input : op.getInputs()) {
      auto dequantize = input.getDefiningOp<DequantizeOp>();
      if (!dequantize || !isBeside(dequantize, op) ||
          !hasShapeOfInput(dequantize))
        return rewriter.notifyMatchFailure(op, "a part is not dequantized");
      parts.push_back(dequantize);
    }
    DequantizeOp first = parts.front();
    Granularity granularity = first.getGranularity();
    int64_t dim = op.getDim();
    bool isAlongAxis = granularity.isPerAxis() && granularity.axis == dim;
    if (granularity.isPerBlock() && granularity.getBlockSize(dim) != 1)
      return rewriter.notifyMatchFailure(op, "blocks may not fit together");
    isAlongAxis |= granularity.isPerBlock();
    for (DequantizeOp part : parts)
      if (isAlongAxis ? !isSameFormat(first, part)
                      : !isSameQuantization(first, part))
        return rewriter.notifyMatchFailure(op, "parts differ in parameters");
    int64_t scaleDim = granularity.isPerBlock() ? dim : 0;
    auto join = [&](int64_t dim, auto get) -> Value {
      SmallVector<Value> values;
      for (DequantizeOp part : parts)
        values.push_back(get(part));
      if (llvm::any_of(values, [&](Value value) {
            return getElementTypeOrSelf(value.getType()) !=
                   getElementTypeOrSelf(values.front().getType());
          }))
        return {};
      return tensor::ConcatOp::create(rewriter, op.getLoc(), dim, values);
    };
    Value scale = first.getScale(), zeroPoint = first.getZeroPoint();
    if (isAlongAxis) {
      scale = join(scaleDim, [](DequantizeOp part) { return part.getScale(); });
      if (!scale)
        return rewriter.notifyMatchFailure(op, "scales differ in type");
      if (zeroPoint)
        zeroPoint = join(scaleDim,
                         [](DequantizeOp part) { return part.getZeroPoint(); });
    }
    Value integers =
        join(dim, [](DequantizeOp part) { return part.getInput(); });
    // The type of the result may say less of sizes than that of the integers.
    auto type = cast<RankedTensorType>(integers.getType());
    if (type.getShape() != op.getResultType().getShape())
      integers = tensor::CastOp::create(
          rewriter, op.getLoc(),
          op.getResultType().clone(type.getElementType()), integers);
    rewriter.replaceOp(op,
                       dequantizeLike(rewriter, op.getLoc(), first, integers,
                                      {granularity, scale, zeroPoint}));
    return success();
  }
};

struct MoveQuantizeAboveConcat : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern<QuantizeOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getInput().getDefiningOp<tensor::ConcatOp>();
    if (!concat || !concat->hasOneUse() || !isBeside(concat, op) ||
        op.getSeed() || !hasShapeOfInput(op))
      return rewriter.notifyMatchFailure(op,
                                         "no concatenation before it alone");
    Granularity granularity = op.getGranularity();
    int64_t dim = concat.getDim();
    if (granularity.isPerBlock() ||
        (granularity.isPerAxis() && granularity.axis == dim))
      return rewriter.notifyMatchFailure(op, "parts differ in parameters");
    SmallVector<Value> parts;
    for (Value input : concat.getInputs())
      parts.push_back(quantizeLike(rewriter, op, input, getQuantization(op)));
    rewriter.replaceOpWithNewOp<tensor::ConcatOp>(op, op.getResult().getType(),
                                                  dim, parts);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Insertion
//===----------------------------------------------------------------------===//

struct MoveDequantizeBelowInsert : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern<tensor::InsertSliceOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::InsertSliceOp op,
                                PatternRewriter &rewriter) const override {
    auto source = op.getSource().getDefiningOp<DequantizeOp>();
    auto dest = op.getDest().getDefiningOp<DequantizeOp>();
    if (!source || !dest || !isBeside(source, op) || !isBeside(dest, op) ||
        !hasShapeOfInput(source) || !hasShapeOfInput(dest) ||
        !source.getGranularity().isPerTensor() ||
        !isSameQuantization(source, dest))
      return rewriter.notifyMatchFailure(op, "no common quantization");
    Value integers = tensor::InsertSliceOp::create(
        rewriter, op.getLoc(), source.getInput(), dest.getInput(),
        op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
    rewriter.replaceOp(op, dequantizeLike(rewriter, op.getLoc(), dest, integers,
                                          getQuantization(dest)));
    return success();
  }
};

struct MoveQuantizeAboveInsert : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern<QuantizeOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto insert = op.getInput().getDefiningOp<tensor::InsertSliceOp>();
    if (!insert || !insert->hasOneUse() || !isBeside(insert, op) ||
        op.getSeed() || !hasShapeOfInput(op) ||
        !op.getGranularity().isPerTensor())
      return rewriter.notifyMatchFailure(op, "no insertion before it alone");
    auto quantizeOne = [&](Value value) {
      return quantizeLike(rewriter, op, value, getQuantization(op));
    };
    Value dest;
    if (auto empty = insert.getDest().getDefiningOp<tensor::EmptyOp>())
      dest = tensor::EmptyOp::create(
          rewriter, op.getLoc(), empty.getMixedSizes(),
          getElementTypeOrSelf(op.getResult().getType()));
    else
      dest = quantizeOne(insert.getDest());
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(
        op, quantizeOne(insert.getSource()), dest, insert.getMixedOffsets(),
        insert.getMixedSizes(), insert.getMixedStrides());
    return success();
  }
};
} // namespace

void quant_ext::populateMoveQDQAcrossJoinsPatterns(
    RewritePatternSet &patterns) {
  patterns.add<MoveDequantizeBelowPad, MoveQuantizeAbovePad,
               MoveDequantizeBelowConcat, MoveQuantizeAboveConcat,
               MoveDequantizeBelowInsert, MoveQuantizeAboveInsert>(
      patterns.getContext());
}
