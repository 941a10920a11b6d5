//===- QuantExtElementOps.cpp - Operations on elements --------------------===//

#include "QuantExt/IR/QuantExt.h"
#include "QuantExtVerify.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;
using namespace mlir::quant_ext::rules;

/// All operands and results must be scalars, or vectors of one shape.
static LogicalResult verifyOneShape(Operation *op) {
  auto shapeOf = [](Type type) -> std::optional<ArrayRef<int64_t>> {
    if (auto shaped = dyn_cast<ShapedType>(type))
      return shaped.getShape();
    return std::nullopt;
  };
  Type first = op->getOperand(0).getType();
  auto differs = [&](Type type) { return shapeOf(type) != shapeOf(first); };
  SmallVector<Type> types(op->getOperandTypes());
  llvm::append_range(types, op->getResultTypes());
  auto *other = llvm::find_if(types, differs);
  if (other == types.end())
    return success();
  return op->emitOpError("operands and results must be scalars, or vectors of "
                         "one shape, found ")
         << first << " and " << *other;
}

/// Seed and counter come together, with stochastic rounding.
template <typename OpT>
static LogicalResult verifyDraw(OpT op) {
  if (static_cast<bool>(op.getSeed()) != static_cast<bool>(op.getCounter()))
    return op.emitOpError("must have both seed and counter or neither, found "
                          "only ")
           << (op.getSeed() ? "seed" : "counter");
  return verifySeed(op, op.getRounding(), op.getSeed());
}

LogicalResult ApplyQuantizeOp::verify() {
  if (failed(verifyOneShape(*this)) ||
      failed(verifyConversion(*this, getStorage(), getRounding(),
                              getSaturate())) ||
      failed(verifyDraw(*this)) ||
      failed(verifyStorageElement(*this, "result", getStorage(),
                                  getResult().getType())))
    return failure();
  return verifyZeroPoint(*this, "zero_point", getStorage(),
                         getScale().getType(), typeOrNull(getZeroPoint()));
}

LogicalResult ApplyDequantizeOp::verify() {
  if (failed(verifyOneShape(*this)) ||
      failed(verifyStorageElement(*this, "input", getStorage(),
                                  getInput().getType())))
    return failure();
  return verifyZeroPoint(*this, "zero_point", getStorage(),
                         getScale().getType(), typeOrNull(getZeroPoint()));
}

LogicalResult ApplyMultiplierOp::verify() {
  if (failed(verifyOneShape(*this)))
    return failure();
  Type result = getElementTypeOrSelf(getResult().getType());
  if (!result.isF32())
    return emitOpError("result must have elements of type f32, found ")
           << result;
  return success();
}

/// What the two operations that change the scale of integers share.
template <typename OpT>
static LogicalResult verifyIntegerElements(OpT op) {
  return failure(
      failed(verifyOneShape(op)) ||
      failed(verifyIntegerStorage(op, "storage_in", op.getStorageIn())) ||
      failed(verifyIntegerStorage(op, "storage", op.getStorage())) ||
      failed(verifyStorageElement(op, "input", op.getStorageIn(),
                                  op.getInput().getType())) ||
      failed(verifyStorageElement(op, "result", op.getStorage(),
                                  op.getResult().getType())));
}

LogicalResult ApplyRequantizeOp::verify() {
  if (failed(verifyIntegerElements(*this)) || failed(verifyDraw(*this)))
    return failure();
  Type multiplier = getMultiplier().getType();
  if (!getElementTypeOrSelf(multiplier).isF32())
    return emitOpError("multiplier must have elements of type f32, found ")
           << getElementTypeOrSelf(multiplier);
  if (failed(verifyZeroPoint(*this, "zero_point_in", getStorageIn(), multiplier,
                             typeOrNull(getZeroPointIn()),
                             WideZeroPoint::Allowed)))
    return failure();
  return verifyZeroPoint(*this, "zero_point_out", getStorage(), multiplier,
                         typeOrNull(getZeroPointOut()));
}

LogicalResult ApplyRequantizeFixedPointOp::verify() {
  if (failed(verifyIntegerElements(*this)))
    return failure();
  Type multiplier = getMultiplier().getType();
  if (failed(verifyZeroPoint(*this, "zero_point_in", getStorageIn(), multiplier,
                             typeOrNull(getZeroPointIn()))))
    return failure();
  return verifyZeroPoint(*this, "zero_point_out", getStorage(), multiplier,
                         typeOrNull(getZeroPointOut()));
}

LogicalResult ApplyChooseQParamsOp::verify() {
  if (failed(verifyOneShape(*this)) ||
      failed(verifyValueStorage(*this, getStorage())))
    return failure();
  if (static_cast<bool>(getLo()) != static_cast<bool>(getZeroPoint()))
    return emitOpError("must have both lo and zero_point (asymmetric) or "
                       "neither (symmetric), found only ")
           << (getLo() ? "lo" : "zero_point");
  Type hi = getElementTypeOrSelf(getHi().getType());
  if (!hi.isF32() && !hi.isF64())
    return emitOpError("hi must have elements of type f32 or f64, found ")
           << hi;
  Type scale = getElementTypeOrSelf(getScale().getType());
  if (scale != hi)
    return emitOpError("scale must have the type of hi, found ")
           << scale << " and " << hi;
  if (getLo() && getElementTypeOrSelf(getLo().getType()) != hi)
    return emitOpError("lo must have the type of hi, found ")
           << getElementTypeOrSelf(getLo().getType()) << " and " << hi;
  return verifyZeroPoint(*this, "zero_point", getStorage(),
                         getScale().getType(), typeOrNull(getZeroPoint()));
}

LogicalResult ApplyChooseScaleOp::verify() {
  if (failed(verifyOneShape(*this)) ||
      failed(verifyValueStorage(*this, getStorage())))
    return failure();
  Type maxAbs = getMaxAbs().getType();
  Type element = getElementTypeOrSelf(maxAbs);
  if (!element.isF32() && !element.isF64())
    return emitOpError("max_abs must have elements of type f32 or f64, found ")
           << element;
  return verifyScaleStorage(*this, getStorage(), getScaleStorage(),
                            getScale().getType(),
                            typeOrNull(getScaleOfScales()), maxAbs);
}

/// The common shape, where the operation is on vectors.
static std::optional<SmallVector<int64_t, 4>> vectorShape(Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  if (!type)
    return std::nullopt;
  return SmallVector<int64_t, 4>(type.getShape());
}

std::optional<SmallVector<int64_t, 4>> ApplyQuantizeOp::getShapeForUnroll() {
  return vectorShape(getResult());
}
std::optional<SmallVector<int64_t, 4>> ApplyDequantizeOp::getShapeForUnroll() {
  return vectorShape(getResult());
}
std::optional<SmallVector<int64_t, 4>> ApplyMultiplierOp::getShapeForUnroll() {
  return vectorShape(getResult());
}
std::optional<SmallVector<int64_t, 4>> ApplyRequantizeOp::getShapeForUnroll() {
  return vectorShape(getResult());
}
std::optional<SmallVector<int64_t, 4>>
ApplyRequantizeFixedPointOp::getShapeForUnroll() {
  return vectorShape(getResult());
}
std::optional<SmallVector<int64_t, 4>>
ApplyChooseQParamsOp::getShapeForUnroll() {
  return vectorShape(getScale());
}
std::optional<SmallVector<int64_t, 4>> ApplyChooseScaleOp::getShapeForUnroll() {
  return vectorShape(getScale());
}
