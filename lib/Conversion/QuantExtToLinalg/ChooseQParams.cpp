//===- ChooseQParams.cpp - choose_qparams to linalg -----------------------===//

#include "ChooseQParams.h"
#include "BlockParts.h"
#include "TensorHelpers.h"

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace mlir::quant_ext;

using utils::IteratorType;

/// Ranges of f32 are found in the bits of numbers, which order as integers do:
/// two instructions for each number and one for each end of the range, without
/// a test for what is not finite. 2^23 more than the bits are, as a signed
/// integer, at least 2^23 for what is finite and positive, and for infinity and
/// NaN negative. As an unsigned integer they are at least 2^31 + 2^23 for what
/// is finite and negative, and less for all other numbers. So the largest
/// integers, from those of +0 and -0 on, are the ends of the range.
static constexpr int32_t kBitsAbove = 1 << 23;

/// Whether ranges are tensors of such integers.
static bool hasRangesInBits(ChooseQParamsOp op) {
  return op.getComputingType().isF32();
}

static Value makeBits(OpBuilder &builder, Location loc, int32_t bits) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getI32IntegerAttr(bits));
}

/// The number that an end of the range is.
static Value getEnd(OpBuilder &builder, Location loc, ChooseQParamsOp op,
                    Value range) {
  if (!hasRangesInBits(op))
    return range;
  Value bits = arith::SubIOp::create(builder, loc, range,
                                     makeBits(builder, loc, kBitsAbove));
  return arith::BitcastOp::create(builder, loc, builder.getF32Type(), bits);
}

namespace {

struct LowerChooseQParams final : public OpConversionPattern<ChooseQParamsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ChooseQParamsOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    FailureOr<SmallVector<OpFoldResult>> sizes =
        op.reifyShapeOfResult(rewriter, 0);
    if (failed(sizes))
      return rewriter.notifyMatchFailure(op, "sizes of the scale are unknown");
    SmallVector<Value> ranges = buildRanges(rewriter, op, *sizes);
    SmallVector<Value> results = buildParameters(rewriter, op, ranges, *sizes);
    for (auto [result, type] : llvm::zip_equal(results, op->getResultTypes()))
      result = castTo(rewriter, loc, type, result);
    rewriter.replaceOp(op, results);
    return success();
  }

  /// max|x| for a symmetric scheme, max and min for an asymmetric one, in
  /// tensors of the scale's shape, as numbers or as what their bits say.
  static SmallVector<Value> buildRanges(OpBuilder &builder, ChooseQParamsOp op,
                                        ArrayRef<OpFoldResult> sizes) {
    Location loc = op.getLoc();
    Type type = op.getComputingType();
    SmallVector<Value> ranges;
    for (unsigned i = 0, n = op->getNumResults(); i < n; ++i) {
      constexpr int32_t kSign = std::numeric_limits<int32_t>::min();
      Value zero = hasRangesInBits(op)
                       ? makeBits(builder, loc, kBitsAbove | (i ? kSign : 0))
                       : Value(arith::ConstantOp::create(
                             builder, loc, builder.getZeroAttr(type)));
      Value init = makeEmpty(builder, loc, sizes, zero.getType());
      ranges.push_back(
          linalg::FillOp::create(builder, loc, zero, init).getResult(0));
    }
    for (const BlockPart &part :
         getBlockParts(builder, loc, op.getInput(), op.getGranularity()))
      ranges = part.emitIfPresent(builder, loc, ranges, [&](OpBuilder &inner) {
        return reducePart(inner, op, part, ranges);
      });
    return ranges;
  }

  /// Reduces one part of the input into its slice of `ranges`.
  static SmallVector<Value> reducePart(OpBuilder &builder, ChooseQParamsOp op,
                                       const BlockPart &part,
                                       SmallVector<Value> ranges) {
    Location loc = op.getLoc();
    MLIRContext *context = builder.getContext();
    unsigned loops = part.getNumLoops();
    SmallVector<IteratorType> iterators;
    for (unsigned loop = 0; loop < loops; ++loop)
      iterators.push_back(part.selectsParameter(loop)
                              ? IteratorType::parallel
                              : IteratorType::reduction);
    SmallVector<AffineMap> maps(1 + ranges.size(),
                                part.getParameterMap(context));
    maps.front() = builder.getMultiDimIdentityMap(loops);
    SmallVector<Value> inits = llvm::map_to_vector(ranges, [&](Value range) {
      return part.getParameterSlice(builder, loc, range);
    });
    auto generic = linalg::GenericOp::create(
        builder, loc, TypeRange(ValueRange(inits)),
        part.getSlice(builder, loc, op.getInput()), inits, maps, iterators,
        [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
          buildRangeBody(body, bodyLoc, op, args);
        });
    for (auto [range, init, reduced] :
         llvm::zip_equal(ranges, inits, generic.getResults())) {
      if (init == range) {
        range = reduced;
        continue;
      }
      SmallVector<OpFoldResult> strides(part.parameterSizes.size(),
                                        builder.getIndexAttr(1));
      range = tensor::InsertSliceOp::create(builder, loc, reduced, range,
                                            part.parameterOffsets,
                                            part.parameterSizes, strides);
    }
    return ranges;
  }

  /// Includes one element in the range, unless it is NaN or infinite. What is
  /// compared is never NaN, which the flags may say.
  static void buildRangeBody(OpBuilder &builder, Location loc,
                             ChooseQParamsOp op, ValueRange args) {
    Type type = op.getComputingType();
    Value x = args[0];
    if (x.getType() != type)
      x = arith::ExtFOp::create(builder, loc, type, x);
    if (hasRangesInBits(op)) {
      Value bits =
          arith::BitcastOp::create(builder, loc, builder.getI32Type(), x);
      if (op.isSymmetric())
        bits = arith::AndIOp::create(
            builder, loc, bits,
            makeBits(builder, loc, std::numeric_limits<int32_t>::max()));
      bits = arith::AddIOp::create(builder, loc, bits,
                                   makeBits(builder, loc, kBitsAbove));
      SmallVector<Value> reduced = {
          arith::MaxSIOp::create(builder, loc, bits, args[1])};
      if (!op.isSymmetric())
        reduced.push_back(arith::MaxUIOp::create(builder, loc, bits, args[2]));
      linalg::YieldOp::create(builder, loc, reduced);
      return;
    }
    Value magnitude = math::AbsFOp::create(builder, loc, x);
    auto largest =
        APFloat::getLargest(cast<FloatType>(type).getFloatSemantics());
    Value bound = arith::ConstantOp::create(
        builder, loc, builder.getFloatAttr(type, largest));
    Value zero =
        arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
    Value isFinite = arith::CmpFOp::create(
        builder, loc, arith::CmpFPredicate::OLE, magnitude, bound);
    Value finite = arith::SelectOp::create(
        builder, loc, isFinite, op.isSymmetric() ? magnitude : x, zero);
    auto noNaN = arith::FastMathFlagsAttr::get(builder.getContext(),
                                               arith::FastMathFlags::nnan);
    SmallVector<Value> reduced = {
        arith::MaxNumFOp::create(builder, loc, finite, args[1], noNaN)};
    if (!op.isSymmetric())
      reduced.push_back(
          arith::MinNumFOp::create(builder, loc, finite, args[2], noNaN));
    linalg::YieldOp::create(builder, loc, reduced);
  }

  /// Scale and zero point of each range.
  static SmallVector<Value> buildParameters(OpBuilder &builder,
                                            ChooseQParamsOp op,
                                            ArrayRef<Value> ranges,
                                            ArrayRef<OpFoldResult> sizes) {
    Location loc = op.getLoc();
    SmallVector<Value> inits;
    for (Value result : op->getResults())
      inits.push_back(makeEmpty(builder, loc, sizes, elementTypeOf(result)));
    unsigned rank = sizes.size();
    SmallVector<Value> inputs(ranges);
    SmallVector<AffineMap> maps(ranges.size() + inits.size(),
                                builder.getMultiDimIdentityMap(rank));
    if (Value scaleOfScales = op.getScaleOfScales()) {
      inputs.push_back(scaleOfScales);
      maps.insert(maps.begin() + ranges.size(),
                  AffineMap::get(rank, 0, builder.getContext()));
    }
    auto generic = linalg::GenericOp::create(
        builder, loc, TypeRange(ValueRange(inits)), inputs, inits, maps,
        SmallVector<IteratorType>(rank, IteratorType::parallel),
        [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
          Value high = getEnd(body, bodyLoc, op, args[0]);
          if (std::optional<StorageAttr> scaleStorage = op.getScaleStorage()) {
            Value stored = ApplyChooseScaleOp::create(
                body, bodyLoc, scaleStorage->getElementType(), high,
                op.getScaleOfScales() ? args[1] : Value(), op.getStorage(),
                *scaleStorage);
            linalg::YieldOp::create(body, bodyLoc, stored);
            return;
          }
          Type scale = elementTypeOf(op.getScale());
          Type zeroPoint =
              op.isSymmetric() ? Type() : elementTypeOf(op.getZeroPoint());
          auto chosen = ApplyChooseQParamsOp::create(
              body, bodyLoc, scale, zeroPoint, high,
              op.isSymmetric() ? Value() : getEnd(body, bodyLoc, op, args[1]),
              op.getStorage());
          linalg::YieldOp::create(body, bodyLoc, chosen.getResults());
        });
    return SmallVector<Value>(generic.getResults());
  }
};

} // namespace

void quant_ext::populateChooseQParamsToLinalgPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerChooseQParams>(patterns.getContext());
}
