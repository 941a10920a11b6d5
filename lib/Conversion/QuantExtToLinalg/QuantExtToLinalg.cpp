//===- QuantExtToLinalg.cpp - quant_ext on tensors to linalg --------------===//

#include "QuantExt/Conversion/QuantExtToLinalg/QuantExtToLinalg.h"
#include "BlockParts.h"
#include "ChooseQParams.h"
#include "QuantExt/Conversion/Passes.h"
#include "QuantExt/IR/QuantExt.h"
#include "TensorHelpers.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_CONVERTQUANTEXTTOLINALG
#include "QuantExt/Conversion/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

using utils::IteratorType;

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

namespace {
/// A tensor that an element's parameter is selected from.
struct Parameter {
  Value tensor;
  Granularity granularity;
};

/// Where each element of an input has its random number: the index of the first
/// one, and what a step in each dimension adds.
struct Position {
  OpFoldResult offset;
  SmallVector<OpFoldResult> strides;
};

/// What stochastic rounding takes in a body; null values for any other.
struct Random {
  Value seed;
  Value counter;
};

/// Builds what a body yields from the input's element, the parameters' and,
/// where there is a position, the index of the element as i64.
using ElementFn = function_ref<Value(OpBuilder &, Location, ValueRange)>;
} // namespace

/// The position of what `op` rounds; none where it draws no numbers.
template <typename OpT>
static std::optional<Position> getPosition(OpBuilder &builder, OpT op) {
  if (!op.getSeed())
    return std::nullopt;
  OperandRange position = op.getPosition();
  if (!position.empty())
    return Position{getAsOpFoldResult(position.front()),
                    getAsOpFoldResult(position.drop_front())};
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, op.getLoc(), op.getInput());
  Position whole{
      builder.getIndexAttr(0),
      SmallVector<OpFoldResult>(sizes.size(), builder.getIndexAttr(1))};
  AffineExpr product =
      builder.getAffineSymbolExpr(0) * builder.getAffineSymbolExpr(1);
  for (size_t dim = sizes.size(); dim-- > 1;)
    whole.strides[dim - 1] = affine::makeComposedFoldedAffineApply(
        builder, op.getLoc(), product, {whole.strides[dim], sizes[dim]});
  return whole;
}

/// The index of an element as a sum: a first term, and a factor for each loop
/// of `part`, all as i64 outside the body.
static SmallVector<Value> getIndexTerms(OpBuilder &builder, Location loc,
                                        const BlockPart &part,
                                        const Position &position) {
  AffineExpr s0 = builder.getAffineSymbolExpr(0);
  AffineExpr s1 = builder.getAffineSymbolExpr(1);
  AffineExpr s2 = builder.getAffineSymbolExpr(2);
  auto apply = [&](AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(builder, loc, expr, operands);
  };
  OpFoldResult first = position.offset;
  SmallVector<OpFoldResult> factors(part.getNumLoops());
  for (auto [dim, loops] : llvm::enumerate(part.loopsOfDim)) {
    OpFoldResult stride = position.strides[dim];
    first = apply(s0 + s1 * s2, {first, part.offsets[dim], stride});
    for (int64_t loop : llvm::reverse(loops)) {
      factors[loop] = stride;
      stride = apply(s0 * s1, {stride, part.loopSizes[loop]});
    }
  }
  SmallVector<Value> terms;
  for (OpFoldResult term :
       llvm::concat<OpFoldResult>(SmallVector<OpFoldResult>{first}, factors))
    terms.push_back(arith::IndexCastOp::create(
        builder, loc, builder.getI64Type(),
        getValueOrCreateConstantIndexOp(builder, loc, term)));
  return terms;
}

/// The index of the body's element from its terms.
static Value emitIndex(OpBuilder &builder, Location loc,
                       ArrayRef<Value> terms) {
  Value index = terms.front();
  for (auto [loop, factor] : llvm::enumerate(terms.drop_front())) {
    Value step =
        arith::IndexCastOp::create(builder, loc, builder.getI64Type(),
                                   linalg::IndexOp::create(builder, loc, loop));
    index = arith::AddIOp::create(
        builder, loc, index, arith::MulIOp::create(builder, loc, step, factor));
  }
  return index;
}

/// One linalg.generic for `part`, which writes into its slice of `result`.
static Value buildPart(OpBuilder &builder, Location loc, const BlockPart &part,
                       Value input, ArrayRef<Parameter> parameters,
                       const std::optional<Position> &position, Value result,
                       ElementFn element) {
  MLIRContext *context = builder.getContext();
  unsigned loops = part.getNumLoops();
  AffineMap identity = builder.getMultiDimIdentityMap(loops);
  SmallVector<Value> inputs = {part.getSlice(builder, loc, input)};
  SmallVector<AffineMap> maps = {identity};
  for (const Parameter &parameter : parameters) {
    if (parameter.granularity.isPerTensor()) {
      inputs.push_back(parameter.tensor);
      maps.push_back(AffineMap::get(loops, 0, context));
      continue;
    }
    inputs.push_back(part.getParameterSlice(builder, loc, parameter.tensor));
    maps.push_back(part.getParameterMap(context));
  }
  maps.push_back(identity);
  Value init = part.getSlice(builder, loc, result);
  SmallVector<Value> terms;
  if (position)
    terms = getIndexTerms(builder, loc, part, *position);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), inputs, init, maps,
      SmallVector<IteratorType>(loops, IteratorType::parallel),
      [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
        SmallVector<Value> values(args.drop_back());
        if (position)
          values.push_back(emitIndex(body, bodyLoc, terms));
        linalg::YieldOp::create(body, bodyLoc, element(body, bodyLoc, values));
      });
  return part.insertSlice(builder, loc, generic.getResult(0), result);
}

/// Whether neighbours share bytes, which no part of a tensor can then be
/// written to alone.
static bool sharesBytes(Type element) {
  return element.getIntOrFloatBitWidth() < 8;
}

/// `tensor` of integers, extended or cut.
template <typename CastOp>
static Value castElements(OpBuilder &builder, Location loc, Value tensor,
                          Type element) {
  Value init = makeEmpty(builder, loc,
                         tensor::getMixedSizes(builder, loc, tensor), element);
  unsigned rank = cast<RankedTensorType>(tensor.getType()).getRank();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  return linalg::GenericOp::create(
             builder, loc, init.getType(), tensor, init,
             ArrayRef<AffineMap>{identity, identity},
             SmallVector<IteratorType>(rank, IteratorType::parallel),
             [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
               linalg::YieldOp::create(
                   body, bodyLoc,
                   CastOp::create(body, bodyLoc, element, args[0]).getResult());
             })
      .getResult(0);
}

/// Whether rows are cut into blocks whose number is known at run time only, so
/// that part of a row may be left.
static bool cutsUnknownRows(Value input, const Granularity &granularity) {
  auto type = cast<RankedTensorType>(input.getType());
  if (type.getRank() == 0 || !type.isDynamicDim(type.getRank() - 1))
    return false;
  int64_t block = granularity.getBlockSize(type.getRank() - 1);
  return block != 1 && block != Granularity::kWholeDim;
}

/// The input, and as many values as `granularity` cuts it apart for, in one
/// linalg.generic for each part.
static Value buildElementwise(OpBuilder &builder, Location loc, Value input,
                              const Granularity &granularity,
                              ArrayRef<Parameter> parameters,
                              const std::optional<Position> &position,
                              Type resultElement, ElementFn element) {
  // All parts write into one tensor, which has the shape of the result even
  // where a part is reshaped: it may become a buffer of the caller's.
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, input);
  auto buildParts = [&](OpBuilder &b, Value result, ElementFn partElement) {
    for (const BlockPart &part : getBlockParts(b, loc, input, granularity))
      result = part.emitIfPresent(b, loc, result, [&](OpBuilder &inner) {
        return SmallVector<Value>{buildPart(inner, loc, part, input, parameters,
                                            position, result, partElement)};
      })[0];
    return result;
  };
  bool packs = isa<IntegerType>(resultElement) && sharesBytes(resultElement);
  std::optional<WholeBlocks> whole;
  if (packs || sharesBytes(getElementTypeOrSelf(input)) ||
      cutsUnknownRows(input, granularity))
    whole = getWholeBlocks(builder, loc, input, granularity);
  if (!whole)
    return buildParts(builder, makeEmpty(builder, loc, sizes, resultElement),
                      element);

  // Where no block is ragged there is one part, which is no slice: rows have no
  // gaps then. Otherwise results that share bytes have a byte for each element,
  // of which slices can be written, and all are packed at last.
  auto branch = scf::IfOp::create(
      builder, loc, whole->isRagged,
      [&](OpBuilder &then, Location) {
        if (!packs) {
          Value empty = makeEmpty(then, loc, sizes, resultElement);
          scf::YieldOp::create(then, loc, buildParts(then, empty, element));
          return;
        }
        Type byte = then.getI8Type();
        Value bytes = buildParts(
            then, makeEmpty(then, loc, sizes, byte),
            [&](OpBuilder &body, Location bodyLoc, ValueRange args) -> Value {
              return arith::ExtUIOp::create(body, bodyLoc, byte,
                                            element(body, bodyLoc, args));
            });
        scf::YieldOp::create(
            then, loc,
            castElements<arith::TruncIOp>(then, loc, bytes, resultElement));
      },
      [&](OpBuilder &otherwise, Location) {
        Value empty = makeEmpty(otherwise, loc, sizes, resultElement);
        scf::YieldOp::create(otherwise, loc,
                             buildPart(otherwise, loc, whole->part, input,
                                       parameters, position, empty, element));
      });
  return branch.getResult(0);
}

/// Lowers an operation with one scale and perhaps a zero point; `element` gets
/// the input's element, the scale, the zero point (null where none is) and what
/// stochastic rounding takes.
template <typename OpT>
static void lowerOneScale(
    OpT op, ConversionPatternRewriter &rewriter,
    function_ref<Value(OpBuilder &, Location, Value, Value, Value, Random)>
        element) {
  Granularity granularity = op.getGranularity();
  SmallVector<Parameter> parameters = {{op.getScale(), granularity}};
  if (op.getZeroPoint())
    parameters.push_back({op.getZeroPoint(), granularity});
  std::optional<Position> position;
  if constexpr (!std::is_same_v<OpT, DequantizeOp>) {
    position = getPosition(rewriter, op);
    if (position)
      parameters.push_back({op.getSeed(), Granularity::perTensor()});
  }
  Value result = buildElementwise(
      rewriter, op.getLoc(), op.getInput(), granularity, parameters, position,
      elementTypeOf(op.getResult()),
      [&](OpBuilder &builder, Location loc, ValueRange args) {
        Random random;
        if (position)
          random = {args.drop_back().back(), args.back()};
        return element(builder, loc, args[0], args[1],
                       op.getZeroPoint() ? args[2] : Value(), random);
      });
  rewriter.replaceOp(
      op, castTo(rewriter, op.getLoc(), op.getResult().getType(), result));
}

namespace {

struct LowerQuantize final : public OpConversionPattern<QuantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(QuantizeOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    lowerOneScale(op, rewriter,
                  [&](OpBuilder &builder, Location loc, Value x, Value scale,
                      Value zeroPoint, Random random) -> Value {
                    return ApplyQuantizeOp::create(
                        builder, loc, elementTypeOf(op.getResult()), x, scale,
                        zeroPoint, random.seed, random.counter, op.getStorage(),
                        op.getRounding(), op.getDivision(),
                        op.getPrecisionAttr(), op.getSaturate());
                  });
    return success();
  }
};

struct LowerDequantize final : public OpConversionPattern<DequantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(DequantizeOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    lowerOneScale(op, rewriter,
                  [&](OpBuilder &builder, Location loc, Value q, Value scale,
                      Value zeroPoint, Random) -> Value {
                    return ApplyDequantizeOp::create(
                        builder, loc, elementTypeOf(op.getResult()), q, scale,
                        zeroPoint, op.getStorage());
                  });
    return success();
  }
};

struct LowerFakeQuantize final : public OpConversionPattern<FakeQuantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(FakeQuantizeOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    lowerOneScale(
        op, rewriter,
        [&](OpBuilder &builder, Location loc, Value x, Value scale,
            Value zeroPoint, Random random) -> Value {
          StorageAttr storage = op.getStorage();
          Value q = ApplyQuantizeOp::create(
              builder, loc, storage.getElementType(), x, scale, zeroPoint,
              random.seed, random.counter, storage, op.getRounding(),
              op.getDivision(), op.getPrecisionAttr(), op.getSaturate());
          return ApplyDequantizeOp::create(builder, loc, x.getType(), q, scale,
                                           zeroPoint, storage);
        });
    return success();
  }
};

struct LowerRequantize final : public OpConversionPattern<RequantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RequantizeOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Granularity in = op.getGranularityOf(op.getScaleIn());
    Granularity out = op.getGranularityOf(op.getScaleOut());
    Granularity finer = in.isPerAxis() ? in : out;
    SmallVector<Parameter> parameters = {
        {buildMultiplier(rewriter, op), finer}};
    if (op.getZeroPointIn())
      parameters.push_back({op.getZeroPointIn(), in});
    if (op.getZeroPointOut())
      parameters.push_back({op.getZeroPointOut(), out});
    std::optional<Position> position = getPosition(rewriter, op);
    if (position)
      parameters.push_back({op.getSeed(), Granularity::perTensor()});
    Value result = buildElementwise(
        rewriter, loc, op.getInput(), finer, parameters, position,
        elementTypeOf(op.getResult()),
        [&](OpBuilder &builder, Location bodyLoc, ValueRange args) -> Value {
          unsigned next = 2;
          Value zeroPointIn = op.getZeroPointIn() ? args[next++] : Value();
          Value zeroPointOut = op.getZeroPointOut() ? args[next] : Value();
          Random random;
          if (position)
            random = {args.drop_back().back(), args.back()};
          return ApplyRequantizeOp::create(
              builder, bodyLoc, elementTypeOf(op.getResult()), args[0], args[1],
              zeroPointIn, zeroPointOut, random.seed, random.counter,
              op.getStorageIn(), op.getStorage(), op.getRounding());
        });
    rewriter.replaceOp(op,
                       castTo(rewriter, loc, op.getResult().getType(), result));
    return success();
  }

  /// One multiplier for each channel, or a single one.
  static Value buildMultiplier(OpBuilder &builder, RequantizeOp op) {
    Location loc = op.getLoc();
    Value scaleIn = op.getScaleIn(), scaleOut = op.getScaleOut();
    auto rankOf = [](Value value) {
      return cast<RankedTensorType>(value.getType()).getRank();
    };
    Value shapeLike = rankOf(scaleIn) ? scaleIn : scaleOut;
    unsigned rank = rankOf(shapeLike);
    auto mapOf = [&](Value scale) {
      return rankOf(scale) ? builder.getMultiDimIdentityMap(rank)
                           : AffineMap::get(rank, 0, builder.getContext());
    };
    Value init =
        makeEmpty(builder, loc, tensor::getMixedSizes(builder, loc, shapeLike),
                  builder.getF32Type());
    auto generic = linalg::GenericOp::create(
        builder, loc, init.getType(), ValueRange{scaleIn, scaleOut}, init,
        ArrayRef<AffineMap>{mapOf(scaleIn), mapOf(scaleOut), mapOf(shapeLike)},
        SmallVector<IteratorType>(rank, IteratorType::parallel),
        [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
          Value multiplier = ApplyMultiplierOp::create(
              body, bodyLoc, body.getF32Type(), args[0], args[1]);
          linalg::YieldOp::create(body, bodyLoc, multiplier);
        });
    return generic.getResult(0);
  }
};

struct LowerRequantizeFixedPoint final
    : public OpConversionPattern<RequantizeFixedPointOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RequantizeFixedPointOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Granularity finest = Granularity::perTensor();
    SmallVector<Parameter> parameters;
    for (Value parameter : op->getOperands().drop_front()) {
      Granularity granularity = op.getGranularityOf(parameter);
      parameters.push_back({parameter, granularity});
      if (granularity.isPerAxis())
        finest = granularity;
    }
    Value result = buildElementwise(
        rewriter, loc, op.getInput(), finest, parameters, std::nullopt,
        elementTypeOf(op.getResult()),
        [&](OpBuilder &builder, Location bodyLoc, ValueRange args) -> Value {
          unsigned next = 3;
          Value zeroPointIn = op.getZeroPointIn() ? args[next++] : Value();
          Value zeroPointOut = op.getZeroPointOut() ? args[next] : Value();
          return ApplyRequantizeFixedPointOp::create(
              builder, bodyLoc, elementTypeOf(op.getResult()), args[0], args[1],
              args[2], zeroPointIn, zeroPointOut, op.getStorageIn(),
              op.getStorage(), op.getRoundingMode());
        });
    rewriter.replaceOp(op,
                       castTo(rewriter, loc, op.getResult().getType(), result));
    return success();
  }
};

struct ConvertQuantExtToLinalgPass final
    : public quant_ext::impl::ConvertQuantExtToLinalgBase<
          ConvertQuantExtToLinalgPass> {
  void runOnOperation() override {
    ConversionTarget target(getContext());
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    target.addIllegalOp<ChooseQParamsOp, QuantizeOp, DequantizeOp, RequantizeOp,
                        RequantizeFixedPointOp, FakeQuantizeOp>();
    RewritePatternSet patterns(&getContext());
    populateQuantExtToLinalgPatterns(patterns);
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

void quant_ext::populateQuantExtToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerQuantize, LowerDequantize, LowerFakeQuantize,
               LowerRequantize, LowerRequantizeFixedPoint>(
      patterns.getContext());
  populateChooseQParamsToLinalgPatterns(patterns);
}
