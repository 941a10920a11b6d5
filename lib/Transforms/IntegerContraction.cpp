//===- IntegerContraction.cpp - Contractions of integers ------------------===//

#include "IntegerBounds.h"
#include "IntegerBuilder.h"
#include "ParameterFacts.h"
#include "UnitDims.h"

#include "QuantExt/IR/ConstantFolding.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Values along loops
//===----------------------------------------------------------------------===//

/// The dimensions of the result that the loops run along, as a map from there.
AffineMap IntegerBuilder::getResultMap(ArrayRef<unsigned> loops) {
  SmallVector<AffineExpr> results;
  for (unsigned loop : loops)
    results.push_back(b.getAffineDimExpr(getResultDim(op, loop)));
  return AffineMap::get(op.getNumParallelLoops(), 0, results, b.getContext());
}

LoopTensor IntegerBuilder::compress(const LoopParameter &parameter,
                                    bool isSigned) {
  return {dropUnitDims(b, loc, parameter.value, parameter.dims),
          parameter.loops, isSigned};
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The integers of an operand in at least a byte, and whether they can be
/// extended as signed ones; a widened unsigned integer can be either.
std::pair<Value, bool> IntegerBuilder::widen(const IntegerOperand &operand) {
  RankedTensorType type = operand.getType();
  bool isSigned = operand.storage.getIsSigned();
  if (type.getElementTypeBitWidth() >= 8)
    return {operand.value, isSigned};
  Type wide = type.clone(b.getI8Type());
  if (isSigned)
    return {arith::ExtSIOp::create(b, loc, wide, operand.value), true};
  return {arith::ExtUIOp::create(b, loc, wide, operand.value), true};
}

Value IntegerBuilder::buildContraction(const IntegerOperand &lhs,
                                       const IntegerOperand &rhs, Value init) {
  auto [lhsValue, lhsSigned] = widen(lhs);
  auto [rhsValue, rhsSigned] = widen(rhs);
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  SmallVector<AffineMap> maps = {lhs.map, rhs.map, out};
  bool lhsUnsigned = !lhs.storage.getIsSigned();
  bool rhsUnsigned = !rhs.storage.getIsSigned();
  // linalg.contract has no loop that the result alone is indexed by.
  bool allInInputs =
      llvm::all_of(llvm::seq(lhs.map.getNumDims()), [&](unsigned loop) {
        return lhs.map.isFunctionOfDim(loop) || rhs.map.isFunctionOfDim(loop);
      });
  if (!allInInputs)
    return buildGeneric(lhsValue, lhsSigned, rhsValue, rhsSigned, init, maps);
  if (lhsSigned && rhsSigned)
    return buildNamed(lhsValue, rhsValue, init, linalg::TypeFn::cast_signed,
                      maps);
  if (lhsUnsigned && rhsUnsigned)
    return buildNamed(lhsValue, rhsValue, init, linalg::TypeFn::cast_unsigned,
                      maps);
  return buildGeneric(lhsValue, lhsSigned, rhsValue, rhsSigned, init, maps);
}

/// The named operation again where there was one, or `linalg.contract`.
Value IntegerBuilder::buildNamed(Value lhs, Value rhs, Value init,
                                 linalg::TypeFn cast,
                                 ArrayRef<AffineMap> maps) {
  SmallVector<Type, 1> types = {init.getType()};
  SmallVector<Value, 2> inputs = {lhs, rhs};
  SmallVector<NamedAttribute> attributes;
  bool isSigned = cast == linalg::TypeFn::cast_signed;
  if (!isSigned)
    attributes.push_back(
        b.getNamedAttr("cast", linalg::TypeFnAttr::get(b.getContext(), cast)));
  auto mapAttrs = b.getAffineMapArrayAttr(maps);
  bool keepsMaps =
      op.getMatchingIndexingMap(op.getDpsInputOperand(0)) == maps[0] &&
      op.getMatchingIndexingMap(op.getDpsInputOperand(1)) == maps[1];
  if (isa<linalg::MatmulOp, linalg::QuantizedMatmulOp>(op)) {
    auto matmul =
        linalg::MatmulOp::create(b, loc, types, inputs, init, attributes);
    matmul.setIndexingMapsAttr(mapAttrs);
    return matmul.getResult(0);
  }
  if (keepsMaps) {
    if (isa<linalg::BatchMatmulOp, linalg::QuantizedBatchMatmulOp>(op)) {
      auto matmul = linalg::BatchMatmulOp::create(b, loc, types, inputs, init,
                                                  attributes);
      matmul.setIndexingMapsAttr(mapAttrs);
      return matmul.getResult(0);
    }
    Value named;
    if (isSigned)
      named =
          TypeSwitch<Operation *, Value>(op)
              .Case<linalg::MatvecOp, linalg::VecmatOp, linalg::BatchMatvecOp,
                    linalg::BatchVecmatOp, linalg::DotOp>(
                  [&](auto original) -> Value {
                    return decltype(original)::create(b, loc, types, inputs,
                                                      init)
                        .getResult(0);
                  })
              .Default(Value());
    if (named)
      return named;
  }
  return linalg::ContractOp::create(b, loc, types, inputs, init, mapAttrs,
                                    attributes)
      .getResult(0);
}

/// Named operations extend both operands alike.
Value IntegerBuilder::buildGeneric(Value lhs, bool lhsSigned, Value rhs,
                                   bool rhsSigned, Value init,
                                   ArrayRef<AffineMap> maps) {
  return linalg::GenericOp::create(
             b, loc, init.getType(), ValueRange{lhs, rhs}, init, maps,
             op.getIteratorTypesArray(),
             [&](OpBuilder &nested, Location loc, ValueRange args) {
               Value a = convertScalarToDtype(nested, loc, args[0],
                                              nested.getI32Type(), !lhsSigned);
               Value w = convertScalarToDtype(nested, loc, args[1],
                                              nested.getI32Type(), !rhsSigned);
               Value product = arith::MulIOp::create(nested, loc, a, w);
               Value sum = arith::AddIOp::create(nested, loc, args[2], product);
               linalg::YieldOp::create(nested, loc, sum);
             })
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// Erases what `values` come from, as far as nothing needs it any more.
static void eraseDead(RewriterBase &rewriter, ValueRange values) {
  llvm::SetVector<Operation *> candidates;
  auto add = [&](ValueRange values) {
    for (Value value : values)
      if (Operation *op = value.getDefiningOp())
        candidates.insert(op);
  };
  add(values);
  while (!candidates.empty()) {
    Operation *op = candidates.pop_back_val();
    if (!isOpTriviallyDead(op))
      continue;
    add(op->getOperands());
    rewriter.eraseOp(op);
  }
}

void quant_ext::rewriteToIntegers(RewriterBase &rewriter,
                                  QuantizedContraction &match) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(match.root);
  IntegerBuilder builder(rewriter, match.op);
  Value sums = builder.buildSums(match.lhs, match.rhs,
                                 match.bias ? &*match.bias : nullptr,
                                 /*init=*/Value());
  Value result = match.quantize ? builder.buildRequantize(match, sums)
                                : builder.buildFloats(match, sums);
  SmallVector<Value> operands(match.root->getOperands());
  rewriter.replaceOp(match.root, result);
  eraseDead(rewriter, operands);
}

LogicalResult quant_ext::rewriteZeroPointMatmul(RewriterBase &rewriter,
                                                linalg::LinalgOp op,
                                                std::string &reason) {
  if (!isa<linalg::QuantizedMatmulOp, linalg::QuantizedBatchMatmulOp>(op) ||
      !op.hasPureTensorSemantics()) {
    reason = "is no quantized matmul of tensors";
    return failure();
  }
  auto init = op.getDpsInitOperand(0)->get();
  if (!getElementTypeOrSelf(init.getType()).isInteger(32)) {
    reason = "the result must have elements of type i32";
    return failure();
  }
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  SmallVector<IntegerOperand, 2> operands(2);
  for (unsigned i = 0; i < 2; ++i) {
    OpOperand *operand = op.getDpsInputOperand(i);
    Type type = getElementTypeOrSelf(operand->get().getType());
    Value zero = op.getDpsInputOperand(i + 2)->get();
    if (!type.isSignlessInteger() || type.getIntOrFloatBitWidth() < 2 ||
        type.getIntOrFloatBitWidth() > 16 || !zero.getType().isInteger(32)) {
      reason = "operands must be integers of 2 to 16 bits and zero points i32";
      return failure();
    }
    operands[i].value = operand->get();
    operands[i].map = op.getMatchingIndexingMap(operand);
    operands[i].storage = StorageAttr::get(
        op.getContext(), type.getIntOrFloatBitWidth(), /*isSigned=*/true);
    if (matchPattern(zero, m_Zero()))
      continue;
    LoopParameter &parameter = operands[i].zeroPoint.emplace();
    parameter.value = zero;
    parameter.constant = readConstant(zero);
  }
  for (IntegerOperand &operand : operands) {
    operand.sums = sumConstant(op, operand);
    if (operand.zeroPoint)
      operand.zeroPoint->value = tensor::FromElementsOp::create(
          rewriter, op.getLoc(),
          RankedTensorType::get({}, rewriter.getI32Type()),
          operand.zeroPoint->value);
  }
  Value sums = IntegerBuilder(rewriter, op)
                   .buildSums(operands[0], operands[1], /*bias=*/nullptr, init);
  rewriter.replaceOp(op, sums);
  return success();
}
