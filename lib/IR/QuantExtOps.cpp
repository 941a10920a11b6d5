//===- QuantExtOps.cpp - Operations on tensors ----------------------------===//

#include "QuantExt/IR/QuantExt.h"
#include "QuantExtVerify.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlir::quant_ext;
using namespace mlir::quant_ext::rules;

#define GET_OP_CLASSES
#include "QuantExt/IR/QuantExtOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Parts that several operations share
//===----------------------------------------------------------------------===//

static IntegerAttr axisAttr(OpBuilder &builder,
                            const Granularity &granularity) {
  return granularity.isPerAxis() ? builder.getI64IntegerAttr(granularity.axis)
                                 : IntegerAttr();
}

static DenseI64ArrayAttr blockSizesAttr(OpBuilder &builder,
                                        const Granularity &granularity) {
  return granularity.isPerBlock()
             ? builder.getDenseI64ArrayAttr(granularity.blockSizes)
             : DenseI64ArrayAttr();
}

/// quantize, dequantize and fake_quantize: one input, one result of its shape,
/// one scale and perhaps a zero point.
template <typename OpT>
static LogicalResult verifyOneScale(OpT op) {
  RankedTensorType input = tensorTypeOf(op.getInput());
  if (failed(verifyGranularity(op, op.getAxis(), op.getBlockSizes(), input)) ||
      failed(verifyShapesAgree(op, "result", tensorTypeOf(op.getResult()),
                               "input", input)) ||
      failed(verifyScaleShape(op, "scale", op.getGranularity(), input,
                              tensorTypeOf(op.getScale()))))
    return failure();
  return verifyZeroPoint(op, "zero_point", op.getStorage(),
                         op.getScale().getType(),
                         typeOrNull(op.getZeroPoint()));
}

template <typename OpT>
static LogicalResult verifyRandom(OpT op) {
  if (failed(verifySeed(op, op.getRounding(), op.getSeed())))
    return failure();
  return verifyPosition(op, op.getSeed(), op.getPosition(),
                        tensorTypeOf(op.getInput()));
}

/// True where scale and input are known at compile time to have agreeing
/// shapes, so that running the operation early cannot go wrong.
static bool shapesAgreeStatically(const Granularity &granularity,
                                  RankedTensorType input,
                                  RankedTensorType scale) {
  for (unsigned dim = 0, rank = input.getRank(); dim < rank; ++dim) {
    std::optional<unsigned> scaleDim = granularity.getScaleDim(dim);
    if (!scaleDim)
      continue;
    if (scale.isDynamicDim(*scaleDim))
      return false;
    if (granularity.getBlockSize(dim) != Granularity::kWholeDim &&
        input.isDynamicDim(dim))
      return false;
  }
  return true;
}

/// True where `type` claims no size that `known` does not have.
static bool isImpliedBy(RankedTensorType type, ArrayRef<int64_t> known) {
  return llvm::all_of(llvm::zip_equal(type.getShape(), known), [](auto pair) {
    auto [claimed, size] = pair;
    return ShapedType::isDynamic(claimed) || claimed == size;
  });
}

template <typename OpT>
static Speculation::Speculatability speculatabilityOfOneScale(OpT op) {
  RankedTensorType input = tensorTypeOf(op.getInput());
  bool agree = shapesAgreeStatically(op.getGranularity(), input,
                                     tensorTypeOf(op.getScale()));
  if (op.getZeroPoint())
    agree &= shapesAgreeStatically(op.getGranularity(), input,
                                   tensorTypeOf(op.getZeroPoint()));
  agree &= isImpliedBy(tensorTypeOf(op.getResult()), input.getShape());
  return agree ? Speculation::Speculatable : Speculation::NotSpeculatable;
}

/// `sizes` as reifyResultShapes must give them for a result of `type`:
/// attributes for its static dimensions, values for the others.
static SmallVector<OpFoldResult> sizesOfType(OpBuilder &builder, Location loc,
                                             RankedTensorType type,
                                             ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> result;
  for (auto [dim, size] : llvm::zip_equal(type.getShape(), sizes)) {
    if (ShapedType::isStatic(dim))
      result.push_back(builder.getIndexAttr(dim));
    else
      result.push_back(getValueOrCreateConstantIndexOp(builder, loc, size));
  }
  return result;
}

static LogicalResult reifyAsInput(OpBuilder &builder, Location loc, Value input,
                                  Value result,
                                  ReifiedRankedShapedTypeDims &shapes) {
  shapes.assign({sizesOfType(builder, loc, tensorTypeOf(result),
                             tensor::getMixedSizes(builder, loc, input))});
  return success();
}

static void setStorageRange(Value result, StorageAttr storage,
                            SetIntLatticeFn setResultRange) {
  if (storage.isFloat())
    return;
  unsigned width = storage.getWidth();
  APInt min(width, storage.getMin(), storage.getIsSigned());
  APInt max(width, storage.getMax(), storage.getIsSigned());
  setResultRange(result, storage.getIsSigned()
                             ? ConstantIntRanges::fromSigned(min, max)
                             : ConstantIntRanges::fromUnsigned(min, max));
}

//===----------------------------------------------------------------------===//
// ChooseQParamsOp
//===----------------------------------------------------------------------===//

void ChooseQParamsOp::build(OpBuilder &builder, OperationState &state,
                            Value input, const Granularity &granularity,
                            StorageAttr storage, bool symmetric) {
  RankedTensorType type = tensorTypeOf(input);
  SmallVector<int64_t> shape = granularity.getScaleShape(type.getShape());
  Type scaleElement = type.getElementType().isF64() ? builder.getF64Type()
                                                    : builder.getF32Type();
  Type scale = RankedTensorType::get(shape, scaleElement);
  Type zeroPoint = symmetric
                       ? Type()
                       : RankedTensorType::get(shape, storage.getElementType());
  build(builder, state, scale, zeroPoint, input, /*scale_of_scales=*/Value(),
        axisAttr(builder, granularity), blockSizesAttr(builder, granularity),
        storage, /*scale_storage=*/StorageAttr());
}

void ChooseQParamsOp::build(OpBuilder &builder, OperationState &state,
                            Value input, Value scaleOfScales,
                            const Granularity &granularity, StorageAttr storage,
                            StorageAttr scaleStorage) {
  Type scale = RankedTensorType::get(
      granularity.getScaleShape(tensorTypeOf(input).getShape()),
      scaleStorage.getElementType());
  build(builder, state, scale, /*zero_point=*/Type(), input, scaleOfScales,
        axisAttr(builder, granularity), blockSizesAttr(builder, granularity),
        storage, scaleStorage);
}

FloatType ChooseQParamsOp::getComputingType() {
  if (tensorTypeOf(getInput()).getElementType().isF64())
    return Float64Type::get(getContext());
  return Float32Type::get(getContext());
}

LogicalResult ChooseQParamsOp::verify() {
  RankedTensorType input = tensorTypeOf(getInput());
  RankedTensorType scale = tensorTypeOf(getScale());
  if (failed(verifyGranularity(*this, getAxis(), getBlockSizes(), input)) ||
      failed(verifyScaleShape(*this, "scale", getGranularity(), input, scale)))
    return failure();
  if (failed(verifyValueStorage(*this, getStorage())) ||
      failed(verifyZeroPoint(*this, "zero_point", getStorage(), scale,
                             typeOrNull(getZeroPoint()))))
    return failure();
  Type computingType = getComputingType();
  if (std::optional<StorageAttr> scaleStorage = getScaleStorage()) {
    Value scaleOfScales = getScaleOfScales();
    return verifyScaleStorage(*this, getStorage(), *scaleStorage, scale,
                              scaleOfScales ? scaleOfScales.getType() : Type(),
                              RankedTensorType::get({}, computingType));
  }
  if (getScaleOfScales())
    return emitOpError("must have a scale_storage with a scale_of_scales, "
                       "found none");
  if (scale.getElementType() != computingType)
    return emitOpError("scale of ")
           << input.getElementType() << " input must have elements of type "
           << computingType << ", found " << scale.getElementType();
  return success();
}

void ChooseQParamsOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getScale(), "scale");
  if (getZeroPoint())
    setName(getZeroPoint(), "zero_point");
}

Speculation::Speculatability ChooseQParamsOp::getSpeculatability() {
  SmallVector<int64_t> known =
      getGranularity().getScaleShape(tensorTypeOf(getInput()).getShape());
  bool agree = llvm::all_of(getResults(), [&](Value result) {
    return isImpliedBy(tensorTypeOf(result), known);
  });
  return agree ? Speculation::Speculatable : Speculation::NotSpeculatable;
}

LogicalResult
ChooseQParamsOp::reifyResultShapes(OpBuilder &builder,
                                   ReifiedRankedShapedTypeDims &shapes) {
  Granularity granularity = getGranularity();
  SmallVector<OpFoldResult> sizes;
  AffineExpr size = builder.getAffineDimExpr(0);
  for (int64_t dim = 0, rank = tensorTypeOf(getInput()).getRank(); dim < rank;
       ++dim) {
    if (!granularity.getScaleDim(dim))
      continue;
    int64_t block = granularity.getBlockSize(dim);
    if (block == Granularity::kWholeDim) {
      sizes.push_back(builder.getIndexAttr(1));
      continue;
    }
    OpFoldResult inputSize =
        tensor::getMixedSize(builder, getLoc(), getInput(), dim);
    sizes.push_back(affine::makeComposedFoldedAffineApply(
        builder, getLoc(), size.ceilDiv(block), {inputSize}));
  }
  for (Value result : getResults())
    shapes.push_back(
        sizesOfType(builder, getLoc(), tensorTypeOf(result), sizes));
  return success();
}

//===----------------------------------------------------------------------===//
// QuantizeOp
//===----------------------------------------------------------------------===//

void QuantizeOp::build(OpBuilder &builder, OperationState &state, Value input,
                       Value scale, Value zeroPoint,
                       const Granularity &granularity, StorageAttr storage,
                       Division division) {
  Type result = tensorTypeOf(input).clone(storage.getElementType());
  build(builder, state, result, input, scale, zeroPoint, /*seed=*/Value(),
        /*position=*/ValueRange(), axisAttr(builder, granularity),
        blockSizesAttr(builder, granularity), storage, Rounding::HalfEven,
        division, /*precision=*/TypeAttr(), /*saturate=*/true);
}

LogicalResult QuantizeOp::verify() {
  if (failed(verifyConversion(*this, getStorage(), getRounding(),
                              getSaturate())) ||
      failed(verifyStorageElement(*this, "result", getStorage(),
                                  getResult().getType())) ||
      failed(verifyRandom(*this)))
    return failure();
  return verifyOneScale(*this);
}

void QuantizeOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), "q");
}

Speculation::Speculatability QuantizeOp::getSpeculatability() {
  return speculatabilityOfOneScale(*this);
}

LogicalResult
QuantizeOp::reifyResultShapes(OpBuilder &builder,
                              ReifiedRankedShapedTypeDims &shapes) {
  return reifyAsInput(builder, getLoc(), getInput(), getResult(), shapes);
}

void QuantizeOp::inferResultRangesFromOptional(ArrayRef<IntegerValueRange>,
                                               SetIntLatticeFn setResultRange) {
  setStorageRange(getResult(), getStorage(), setResultRange);
}

//===----------------------------------------------------------------------===//
// DequantizeOp
//===----------------------------------------------------------------------===//

void DequantizeOp::build(OpBuilder &builder, OperationState &state,
                         Type elementType, Value input, Value scale,
                         Value zeroPoint, const Granularity &granularity,
                         StorageAttr storage) {
  build(builder, state, tensorTypeOf(input).clone(elementType), input, scale,
        zeroPoint, axisAttr(builder, granularity),
        blockSizesAttr(builder, granularity), storage);
}

LogicalResult DequantizeOp::verify() {
  if (failed(verifyStorageElement(*this, "input", getStorage(),
                                  getInput().getType())))
    return failure();
  return verifyOneScale(*this);
}

void DequantizeOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), "dq");
}

Speculation::Speculatability DequantizeOp::getSpeculatability() {
  return speculatabilityOfOneScale(*this);
}

LogicalResult
DequantizeOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  return reifyAsInput(builder, getLoc(), getInput(), getResult(), shapes);
}

//===----------------------------------------------------------------------===//
// FakeQuantizeOp
//===----------------------------------------------------------------------===//

LogicalResult FakeQuantizeOp::verify() {
  Type input = tensorTypeOf(getInput()).getElementType();
  Type result = tensorTypeOf(getResult()).getElementType();
  if (input != result)
    return emitOpError("result must have the element type of input, found ")
           << result << " and " << input;
  if (failed(verifyConversion(*this, getStorage(), getRounding(),
                              getSaturate())) ||
      failed(verifyRandom(*this)))
    return failure();
  return verifyOneScale(*this);
}

void FakeQuantizeOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), "fq");
}

Speculation::Speculatability FakeQuantizeOp::getSpeculatability() {
  return speculatabilityOfOneScale(*this);
}

LogicalResult
FakeQuantizeOp::reifyResultShapes(OpBuilder &builder,
                                  ReifiedRankedShapedTypeDims &shapes) {
  return reifyAsInput(builder, getLoc(), getInput(), getResult(), shapes);
}

//===----------------------------------------------------------------------===//
// RequantizeOp
//===----------------------------------------------------------------------===//

/// requantize and requantize_fixed_point: integers in, integers out, each
/// parameter per-tensor or per-axis.
static Granularity granularityOfParameter(Value parameter,
                                          std::optional<int64_t> axis) {
  if (tensorTypeOf(parameter).getRank() == 0)
    return Granularity::perTensor();
  return Granularity::perAxis(*axis);
}

template <typename OpT>
static LogicalResult verifyIntegersToIntegers(OpT op) {
  RankedTensorType input = tensorTypeOf(op.getInput());
  return failure(
      failed(verifyIntegerStorage(op, "storage_in", op.getStorageIn())) ||
      failed(verifyIntegerStorage(op, "storage", op.getStorage())) ||
      failed(verifyGranularity(op, op.getAxis(), std::nullopt, input)) ||
      failed(verifyStorageElement(op, "input", op.getStorageIn(), input)) ||
      failed(verifyStorageElement(op, "result", op.getStorage(),
                                  op.getResult().getType())) ||
      failed(verifyShapesAgree(op, "result", tensorTypeOf(op.getResult()),
                               "input", input)));
}

template <typename OpT>
static LogicalResult verifyParameterShape(OpT op, StringRef name,
                                          Value parameter) {
  RankedTensorType type = tensorTypeOf(parameter);
  if (type.getRank() > 1)
    return op.emitOpError() << name
                            << " must be per-tensor (rank 0) or per-axis (rank "
                               "1), found "
                            << type;
  if (type.getRank() == 1 && !op.getAxis())
    return op.emitOpError("must have an 'axis' for ")
           << name << " of rank 1, found none";
  return verifyScaleShape(op, name, op.getGranularityOf(parameter),
                          tensorTypeOf(op.getInput()), type);
}

template <typename OpT>
static Speculation::Speculatability speculatabilityOfParameters(OpT op) {
  bool agree =
      llvm::all_of(op->getOperands().drop_front(), [&](Value parameter) {
        // Indices tell the position of a tile.
        return parameter.getType().isIndex() ||
               shapesAgreeStatically(op.getGranularityOf(parameter),
                                     tensorTypeOf(op.getInput()),
                                     tensorTypeOf(parameter));
      });
  agree &= isImpliedBy(tensorTypeOf(op.getResult()),
                       tensorTypeOf(op.getInput()).getShape());
  return agree ? Speculation::Speculatable : Speculation::NotSpeculatable;
}

Granularity RequantizeOp::getGranularityOf(Value scale) {
  return granularityOfParameter(scale, getAxis());
}

LogicalResult RequantizeOp::verify() {
  if (failed(verifyIntegersToIntegers(*this)) ||
      failed(verifyParameterShape(*this, "scale_in", getScaleIn())) ||
      failed(verifyParameterShape(*this, "scale_out", getScaleOut())) ||
      failed(verifyRandom(*this)))
    return failure();
  bool anyPerAxis = tensorTypeOf(getScaleIn()).getRank() != 0 ||
                    tensorTypeOf(getScaleOut()).getRank() != 0;
  if (getAxis() && !anyPerAxis)
    return emitOpError("must have a scale of rank 1 for axis ")
           << *getAxis() << ", found two of rank 0";

  if (failed(verifyZeroPoint(
          *this, "zero_point_in", getStorageIn(), getScaleIn().getType(),
          typeOrNull(getZeroPointIn()), WideZeroPoint::Allowed)))
    return failure();
  return verifyZeroPoint(*this, "zero_point_out", getStorage(),
                         getScaleOut().getType(),
                         typeOrNull(getZeroPointOut()));
}

void RequantizeOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), "q");
}

Speculation::Speculatability RequantizeOp::getSpeculatability() {
  return speculatabilityOfParameters(*this);
}

LogicalResult
RequantizeOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  return reifyAsInput(builder, getLoc(), getInput(), getResult(), shapes);
}

void RequantizeOp::inferResultRangesFromOptional(
    ArrayRef<IntegerValueRange>, SetIntLatticeFn setResultRange) {
  setStorageRange(getResult(), getStorage(), setResultRange);
}

//===----------------------------------------------------------------------===//
// RequantizeFixedPointOp
//===----------------------------------------------------------------------===//

Granularity RequantizeFixedPointOp::getGranularityOf(Value parameter) {
  return granularityOfParameter(parameter, getAxis());
}

LogicalResult RequantizeFixedPointOp::verify() {
  if (failed(verifyIntegersToIntegers(*this)))
    return failure();
  bool anyPerAxis = false;
  const std::pair<StringRef, Value> parameters[] = {
      {"multiplier", getMultiplier()},
      {"shift", getShift()},
      {"zero_point_in", getZeroPointIn()},
      {"zero_point_out", getZeroPointOut()}};
  for (auto [name, parameter] : parameters) {
    if (!parameter)
      continue;
    anyPerAxis |= tensorTypeOf(parameter).getRank() != 0;
    if (failed(verifyParameterShape(*this, name, parameter)))
      return failure();
  }
  if (getAxis() && !anyPerAxis)
    return emitOpError("must have a parameter of rank 1 for axis ")
           << *getAxis() << ", found none";
  if (failed(verifyShapesAgree(*this, "shift", tensorTypeOf(getShift()),
                               "multiplier", tensorTypeOf(getMultiplier()))))
    return failure();
  // Their shapes are settled: a zero point is compared with itself.
  Type in = typeOrNull(getZeroPointIn()), out = typeOrNull(getZeroPointOut());
  return failure(
      failed(verifyZeroPoint(*this, "zero_point_in", getStorageIn(), in, in)) ||
      failed(verifyZeroPoint(*this, "zero_point_out", getStorage(), out, out)));
}

void RequantizeFixedPointOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), "q");
}

Speculation::Speculatability RequantizeFixedPointOp::getSpeculatability() {
  return speculatabilityOfParameters(*this);
}

LogicalResult
RequantizeFixedPointOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &shapes) {
  return reifyAsInput(builder, getLoc(), getInput(), getResult(), shapes);
}

void RequantizeFixedPointOp::inferResultRangesFromOptional(
    ArrayRef<IntegerValueRange>, SetIntLatticeFn setResultRange) {
  setStorageRange(getResult(), getStorage(), setResultRange);
}

//===----------------------------------------------------------------------===//
// Element operations: ranges
//===----------------------------------------------------------------------===//

void ApplyQuantizeOp::inferResultRangesFromOptional(
    ArrayRef<IntegerValueRange>, SetIntLatticeFn setResultRange) {
  setStorageRange(getResult(), getStorage(), setResultRange);
}

void ApplyRequantizeOp::inferResultRangesFromOptional(
    ArrayRef<IntegerValueRange>, SetIntLatticeFn setResultRange) {
  setStorageRange(getResult(), getStorage(), setResultRange);
}

void ApplyRequantizeFixedPointOp::inferResultRangesFromOptional(
    ArrayRef<IntegerValueRange>, SetIntLatticeFn setResultRange) {
  setStorageRange(getResult(), getStorage(), setResultRange);
}
