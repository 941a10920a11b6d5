//===- QuantExtRuntimeVerify.cpp - Checks of sizes at run time ------------===//
//
// That dynamic sizes of input, parameters and result agree is a precondition of
// the operations on tensors; here is the code that asserts it.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/IR/QuantExt.h"
#include "QuantExtVerify.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlir::quant_ext;
using namespace mlir::quant_ext::rules;

using MessageFn = function_ref<std::string(Operation *, StringRef)>;

static void assertEqual(OpBuilder &builder, Location loc, Operation *op,
                        Value found, Value expected, const Twine &message,
                        MessageFn generateErrorMessage) {
  Value equal = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                      found, expected);
  cf::AssertOp::create(builder, loc, equal,
                       generateErrorMessage(op, message.str()));
}

/// How many parameters there must be along dimension `dim` of `input`.
static Value createExpectedSize(OpBuilder &builder, Location loc,
                                const Granularity &granularity, Value input,
                                int64_t dim) {
  int64_t block = granularity.getBlockSize(dim);
  if (block == Granularity::kWholeDim)
    return arith::ConstantIndexOp::create(builder, loc, 1);
  Value size = tensor::DimOp::create(builder, loc, input, dim);
  return arith::CeilDivUIOp::create(
      builder, loc, size, arith::ConstantIndexOp::create(builder, loc, block));
}

/// Asserts at run time that each dimension of a parameter has the size that the
/// granularity asks for. `getSize` gives the size found, or null where there is
/// nothing to check.
static void assertParameterShape(OpBuilder &builder, Location loc,
                                 Operation *op, StringRef name,
                                 const Granularity &granularity, Value input,
                                 function_ref<Value(int64_t)> getSize,
                                 MessageFn generateErrorMessage) {
  for (int64_t dim = 0, rank = tensorTypeOf(input).getRank(); dim < rank;
       ++dim) {
    std::optional<unsigned> scaleDim = granularity.getScaleDim(dim);
    Value found = scaleDim ? getSize(*scaleDim) : Value();
    if (!found)
      continue;
    assertEqual(builder, loc, op, found,
                createExpectedSize(builder, loc, granularity, input, dim),
                "size of dimension " + Twine(*scaleDim) + " of " + name +
                    " must match dimension " + Twine(dim) + " of input (" +
                    granularity.str() + ")",
                generateErrorMessage);
  }
}

static void assertOperandShape(OpBuilder &builder, Location loc, Operation *op,
                               StringRef name, const Granularity &granularity,
                               Value input, Value parameter,
                               MessageFn generateErrorMessage) {
  assertParameterShape(
      builder, loc, op, name, granularity, input,
      [&](int64_t dim) -> Value {
        return tensor::DimOp::create(builder, loc, parameter, dim);
      },
      generateErrorMessage);
}

/// A static size that the type of a result claims. The result itself does not
/// exist yet where its operation is checked.
static Value createClaimedSize(OpBuilder &builder, Location loc, Value result,
                               int64_t dim) {
  RankedTensorType type = tensorTypeOf(result);
  if (type.isDynamicDim(dim))
    return {};
  return arith::ConstantIndexOp::create(builder, loc, type.getDimSize(dim));
}

/// Asserts at run time that the input has the sizes that the type of the result
/// claims.
static void assertResultShape(OpBuilder &builder, Location loc, Value input,
                              Value result, MessageFn generateErrorMessage) {
  for (int64_t dim = 0, rank = tensorTypeOf(input).getRank(); dim < rank; ++dim)
    if (tensorTypeOf(input).isDynamicDim(dim))
      if (Value size = createClaimedSize(builder, loc, result, dim))
        assertEqual(builder, loc, result.getDefiningOp(), size,
                    tensor::DimOp::create(builder, loc, input, dim),
                    "size of dimension " + Twine(dim) +
                        " of result must match dimension " + Twine(dim) +
                        " of input",
                    generateErrorMessage);
}

template <typename OpT>
static void verifyOneScaleAtRunTime(OpT op, OpBuilder &builder, Location loc,
                                    MessageFn message) {
  assertOperandShape(builder, loc, op, "scale", op.getGranularity(),
                     op.getInput(), op.getScale(), message);
  if (Value zeroPoint = op.getZeroPoint())
    assertOperandShape(builder, loc, op, "zero_point", op.getGranularity(),
                       op.getInput(), zeroPoint, message);
  assertResultShape(builder, loc, op.getInput(), op.getResult(), message);
}

void ChooseQParamsOp::generateRuntimeVerification(OpBuilder &builder,
                                                  Location loc,
                                                  MessageFn message) {
  SmallVector<std::pair<StringRef, Value>> results = {{"scale", getScale()}};
  if (getZeroPoint())
    results.emplace_back("zero_point", getZeroPoint());
  for (auto [name, result] : results)
    assertParameterShape(
        builder, loc, *this, name, getGranularity(), getInput(),
        [&, result = result](int64_t dim) {
          return createClaimedSize(builder, loc, result, dim);
        },
        message);
}

void QuantizeOp::generateRuntimeVerification(OpBuilder &builder, Location loc,
                                             MessageFn message) {
  verifyOneScaleAtRunTime(*this, builder, loc, message);
}

void DequantizeOp::generateRuntimeVerification(OpBuilder &builder, Location loc,
                                               MessageFn message) {
  verifyOneScaleAtRunTime(*this, builder, loc, message);
}

void FakeQuantizeOp::generateRuntimeVerification(OpBuilder &builder,
                                                 Location loc,
                                                 MessageFn message) {
  verifyOneScaleAtRunTime(*this, builder, loc, message);
}

/// The parameters of a requantize, with the names that messages use.
static SmallVector<std::pair<StringRef, Value>>
namedParameters(RequantizeOp op) {
  SmallVector<std::pair<StringRef, Value>> parameters = {
      {"scale_in", op.getScaleIn()}, {"scale_out", op.getScaleOut()}};
  if (op.getZeroPointIn())
    parameters.emplace_back("zero_point_in", op.getZeroPointIn());
  if (op.getZeroPointOut())
    parameters.emplace_back("zero_point_out", op.getZeroPointOut());
  return parameters;
}

static SmallVector<std::pair<StringRef, Value>>
namedParameters(RequantizeFixedPointOp op) {
  SmallVector<std::pair<StringRef, Value>> parameters = {
      {"multiplier", op.getMultiplier()}, {"shift", op.getShift()}};
  if (op.getZeroPointIn())
    parameters.emplace_back("zero_point_in", op.getZeroPointIn());
  if (op.getZeroPointOut())
    parameters.emplace_back("zero_point_out", op.getZeroPointOut());
  return parameters;
}

template <typename OpT>
static void verifyParametersAtRunTime(OpT op, OpBuilder &builder, Location loc,
                                      MessageFn message) {
  for (auto [name, parameter] : namedParameters(op))
    assertOperandShape(builder, loc, op, name, op.getGranularityOf(parameter),
                       op.getInput(), parameter, message);
  assertResultShape(builder, loc, op.getInput(), op.getResult(), message);
}

void RequantizeOp::generateRuntimeVerification(OpBuilder &builder, Location loc,
                                               MessageFn message) {
  verifyParametersAtRunTime(*this, builder, loc, message);
}

void RequantizeFixedPointOp::generateRuntimeVerification(OpBuilder &builder,
                                                         Location loc,
                                                         MessageFn message) {
  verifyParametersAtRunTime(*this, builder, loc, message);
}
