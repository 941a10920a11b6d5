//===- QuantToQuantExt.cpp - Upstream's quant to quant_ext ----------------===//

#include "QuantExt/Conversion/QuantToQuantExt/QuantToQuantExt.h"
#include "StorageOps.h"
#include "UniformParameters.h"

#include "QuantExt/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/Transforms/StructuralTypeConversions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_CONVERTQUANTTOQUANTEXT
#include "QuantExt/Conversion/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// `type` with its quantized elements as they are stored.
static Type toStored(Type type) {
  FailureOr<UniformParameters> parameters = UniformParameters::read(type);
  if (failed(parameters))
    return type;
  Type element = parameters->storage.getElementType();
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? Type(tensor.clone(element)) : element;
}

QuantTypeConverter::QuantTypeConverter() {
  addConversion([](Type type) { return type; });
  addConversion([](quant::QuantizedType type) { return toStored(type); });
  addConversion([](RankedTensorType type) { return toStored(type); });
  auto materialize = [](OpBuilder &builder, Type type, ValueRange inputs,
                        Location loc) -> Value {
    if (inputs.size() != 1)
      return Value();
    return quant::StorageCastOp::create(builder, loc, type, inputs.front());
  };
  addSourceMaterialization(materialize);
  addTargetMaterialization(materialize);
}

/// Operations of quant_ext take tensors.
static Value toTensor(OpBuilder &builder, Location loc, Value value) {
  if (isa<TensorType>(value.getType()))
    return value;
  return tensor::FromElementsOp::create(
      builder, loc, RankedTensorType::get({}, value.getType()), value);
}

/// `value` as `type` has it: itself, or its only element.
static Value fromTensor(OpBuilder &builder, Location loc, Value value,
                        Type type) {
  if (isa<TensorType>(type))
    return value;
  return tensor::ExtractOp::create(builder, loc, value, ValueRange());
}

/// Scale and zero point as constants; the second null where there is none.
static std::pair<Value, Value>
makeParameters(OpBuilder &builder, Location loc,
               const UniformParameters &parameters) {
  Value scale = arith::ConstantOp::create(builder, loc, parameters.scale);
  Value zeroPoint;
  if (parameters.zeroPoint)
    zeroPoint = arith::ConstantOp::create(builder, loc, parameters.zeroPoint);
  return {scale, zeroPoint};
}

namespace {

struct ConvertQuantizeCast final
    : public OpConversionPattern<quant::QuantizeCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(quant::QuantizeCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<UniformParameters> parameters =
        UniformParameters::read(op.getResult().getType());
    if (failed(parameters))
      return rewriter.notifyMatchFailure(op, "the type does not convert");
    Location loc = op.getLoc();
    auto [scale, zeroPoint] = makeParameters(rewriter, loc, *parameters);
    Value input = toTensor(rewriter, loc, adaptor.getInput());
    Value result =
        QuantizeOp::create(rewriter, loc, input, scale, zeroPoint,
                           parameters->granularity, parameters->storage);
    rewriter.replaceOp(
        op, fromTensor(rewriter, loc, result, adaptor.getInput().getType()));
    return success();
  }
};

struct ConvertDequantizeCast final
    : public OpConversionPattern<quant::DequantizeCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(quant::DequantizeCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<UniformParameters> parameters =
        UniformParameters::read(op.getInput().getType());
    if (failed(parameters))
      return rewriter.notifyMatchFailure(op, "the type does not convert");
    Location loc = op.getLoc();
    auto [scale, zeroPoint] = makeParameters(rewriter, loc, *parameters);
    Type result = op.getResult().getType();
    Value input = toTensor(rewriter, loc, adaptor.getInput());
    Value values = DequantizeOp::create(
        rewriter, loc, getElementTypeOrSelf(result), input, scale, zeroPoint,
        parameters->granularity, parameters->storage);
    rewriter.replaceOp(op, fromTensor(rewriter, loc, values, result));
    return success();
  }
};

/// What it casts to is what its operand has become.
struct DropStorageCast final
    : public OpConversionPattern<quant::StorageCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(quant::StorageCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (adaptor.getInput().getType() !=
        getTypeConverter()->convertType(op.getResult().getType()))
      return rewriter.notifyMatchFailure(op, "the type does not convert");
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }
};

struct ConvertQuantToQuantExtPass final
    : public quant_ext::impl::ConvertQuantToQuantExtBase<
          ConvertQuantToQuantExtPass> {
  void runOnOperation() override {
    warnOfOthers();
    QuantTypeConverter converter;
    RewritePatternSet patterns(&getContext());
    populateQuantToQuantExtPatterns(converter, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);

    ConversionTarget target(getContext());
    target.markUnknownOpDynamicallyLegal([&](Operation *op) {
      return converter.isLegal(op) || !computesOnStorage(op, converter);
    });
    target.addDynamicallyLegalOp<quant::QuantizeCastOp, quant::DequantizeCastOp,
                                 quant::StorageCastOp, func::CallOp,
                                 func::ReturnOp>(
        [&](Operation *op) { return converter.isLegal(op); });
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType());
    });
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    cf::populateCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                       target);
    // Upstream folds dcast of qcast to what was quantized, and its error away.
    ConversionConfig config;
    config.foldingMode = DialectConversionFoldingMode::Never;
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns), config)))
      signalPassFailure();
  }

  /// Says of each cast that stays why it does, and of operations of TOSA.
  void warnOfOthers() {
    getOperation()->walk([](Operation *op) {
      StringRef whyNot = findWhyNotOnStorage(op);
      if (!whyNot.empty())
        op->emitWarning() << "stays as it is: " << whyNot;
      if (!isa<quant::QuantizeCastOp, quant::DequantizeCastOp,
               quant::StorageCastOp>(op))
        return;
      for (Type type :
           llvm::concat<const Type>(llvm::to_vector(op->getOperandTypes()),
                                    llvm::to_vector(op->getResultTypes()))) {
        std::string reason;
        if (failed(UniformParameters::read(type, &reason)) && !reason.empty())
          op->emitWarning() << "stays as it is: " << reason;
      }
    });
  }
};

} // namespace

void quant_ext::populateQuantToQuantExtPatterns(
    const QuantTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertQuantizeCast, ConvertDequantizeCast, DropStorageCast>(
      converter, patterns.getContext());
  populateStorageOpPatterns(converter, patterns);
}
